"""``instroom serve`` and ``instroom demo``; Django wakes up only inside these functions."""

import argparse
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from instroom.cli.parser import Parser, shortened
from instroom.cli.progress import Progress
from instroom.core.errors import UserError, Where
from instroom.core.messages import Message

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Site(Protocol):
    """What ``instroom compute`` makes; see ``actions.store_site`` for the shapes."""

    documents: Iterable[Mapping[str, Any]]
    pictures: Mapping[str, str]
    figures: Iterable[Mapping[str, Any]]
    inputs: Iterable[Mapping[str, Any]]
    build: Mapping[str, Any]


def prepare(data: str | Path | None = None) -> Path:
    """Set Django up on a data directory, which is made, and bring its tables up to date."""
    folder = Path(data or os.environ.get("INSTROOM_DATA") or "instroom-data").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["INSTROOM_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "instroom_web.settings")

    import django
    from django.apps import apps
    from django.core.management import call_command

    if not apps.ready:
        django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return folder


def store(site: Site, data: str | Path | None = None) -> None:
    """Store a computed site; ``instroom compute`` calls this (group instroom.after_compute)."""
    prepare(data)
    from instroom_web.reports.actions import store_site

    store_site(
        documents=site.documents,
        pictures=site.pictures,
        figures=site.figures,
        inputs=site.inputs,
        build=site.build,
    )


def _filled() -> bool:
    from instroom_web.reports.queries import latest_build

    return latest_build() is not None


def _port(text: str) -> int:
    """Read a port; 1 to 65535 is all there is."""
    if text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 65536:
        return int(text)
    raise UserError(
        "this is no port",
        code="bad_port",
        where=Where(key="--port"),
        found=shortened(text),
        expected=Message("a whole number from 1 to 65535"),
        hint=Message("for example --port 8080"),
    )


def _workers(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= 64:
        return int(text)
    raise UserError(
        "this is no number of processes",
        code="bad_workers",
        where=Where(key="--workers"),
        found=shortened(text),
        expected=Message("a whole number from 1 to 64"),
        hint=Message("for example --workers 2"),
    )


def _options(program: str) -> argparse.ArgumentParser:
    parser = Parser(prog=f"instroom {program}")
    parser.add_argument("--lang", default="nl", choices=["nl", "en", "de"], help="language")
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", default=None, metavar="DIR", help="default ./instroom-data")
    parser.add_argument("--workers", type=_workers, default=1, help="processes; each has 8 threads")
    return parser


def serve(argv: list[str]) -> int:
    """Serve the pages of the data directory; compute them first when there are none."""
    options = _options("serve").parse_args(argv)
    _free(options.host, options.port)
    folder = prepare(options.data)
    if not _filled():
        from instroom import api

        progress = Progress(options.lang)
        api.compute(data=folder, progress=progress)
        progress.done()
    return _run(options)


def demo(argv: list[str]) -> int:
    """Compute the region from the open data at hand, print the seven goals and serve."""
    parser = _options("demo")
    parser.add_argument("--no-serve", action="store_true", help="compute, print and stop")
    options = parser.parse_args(argv)
    if not options.no_serve:
        _free(options.host, options.port)
    folder = prepare(options.data)
    from instroom import api

    progress = Progress(options.lang)
    lines = api.demo(data=folder, progress=progress)
    progress.done()
    for line in lines:
        print(line)  # noqa: T201 - what this command is for
    return 0 if options.no_serve else _run(options)


def _free(host: str, port: int) -> None:
    """Refuse in words when something else already listens here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UserError(
                "cannot listen on {host}:{port}",
                found=error.strerror,
                hint=Message("choose another port, for example --port 8001"),
                host=host,
                port=port,
            ) from error


def _run(options: argparse.Namespace) -> int:
    from django.db import connections
    from granian.constants import Interfaces
    from granian.server import Server

    connections.close_all()
    if options.host not in LOOPBACK:
        os.environ.setdefault("INSTROOM_HOSTS", "*")
    name = f"[{options.host}]" if ":" in options.host else options.host
    print(f"http://{name}:{options.port}/", file=sys.stderr, flush=True)  # noqa: T201
    Server(
        "instroom_web.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=8,
        log_access=False,
    ).serve()
    return 0
