"""``instroom serve``, ``demo``, ``migrate``, ``person``; Django wakes up inside functions only."""

import argparse
import os
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from instroom.cli.parser import Parser, parser_of, shortened
from instroom.cli.progress import Progress
from instroom.core.audit import ChainVerdict
from instroom.core.chain import ChainMark
from instroom.core.data_directory import folder_to_ask
from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom.core.trouble import words_of_system
from instroom.definitions import registry
from instroom.inflow.ledger import let_go_states
from instroom.reports.stored_rows import HeldFigure, ReleaseHead, ReleaseLine

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Where the invented region is served beside the real one: on this machine only.
_EXAMPLE_HOST = "127.0.0.1"


class ComputedSite(Protocol):
    """What ``instroom compute`` makes; see ``actions.store_site`` for the shapes."""

    documents: Iterable[Mapping[str, Any]]
    pictures: Mapping[str, str]
    figures: Iterable[Mapping[str, Any]]
    inputs: Iterable[Mapping[str, Any]]
    build: Mapping[str, Any]


def prepare(data: str | Path | None = None) -> Path:
    """Set Django up on a data directory, which is made; an empty database gets its tables.

    Raises
    ------
    DataError
        When an earlier version made the database (code ``database_older``), or a later one
        (``database_newer``): only ``instroom migrate`` changes tables that hold something.
    """
    folder = _set_up(data)
    from instroom_web.migrating import make_or_refuse

    make_or_refuse()
    return folder


def _set_up(data: str | Path | None) -> Path:
    folder = Path(data or os.environ.get("INSTROOM_DATA") or "instroom-data").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["INSTROOM_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "instroom_web.settings")

    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    return folder


def migrate(argv: list[str]) -> int:
    """Bring the tables of a data directory up to date with this version."""
    parser, t = parser_of("migrate", argv)
    options = parser.parse_args(argv)
    _set_up(options.data)
    from instroom_web.migrating import bring_up_to_date

    count = bring_up_to_date()
    done = t("{n} wijzigingen doorgevoerd", n=t.number(count)) if count else t("al bijgewerkt")
    print(done)  # noqa: T201
    return 0


def person(argv: list[str]) -> int:
    """Add a person who may sign in: ``instroom person add EMAIL --name NAME``."""
    parser, t = parser_of("person", argv)
    parser.add_argument("action", choices=["add", "deactivate", "reactivate"])
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--name", default="", help=t("voor- en achternaam, bij add"))
    parser.add_argument("--role", default="", metavar="ID", help=t("rol in het programma, bij add"))
    parser.add_argument(
        "--of", default="", metavar="CODE", help=t("school of bestuur van die rol, bij add")
    )
    options = parser.parse_args(argv)
    prepare(options.data)
    from instroom_web.accounts import actions, queries

    if options.action == "add":
        _add_person(options)
    else:
        change = getattr(actions, f"{options.action}_person")
        change(queries.person_with(options.email))
    done = {
        "add": t("toegevoegd: {email}", email=options.email),
        "deactivate": t("geen toegang meer: {email}", email=options.email),
        "reactivate": t("weer toegang: {email}", email=options.email),
    }
    print(done[options.action])  # noqa: T201
    return 0


def _add_person(options: argparse.Namespace) -> None:
    """Add a person, with a role when one is named: both or neither."""
    from django.db import transaction

    from instroom_web.accounts.actions import create_person
    from instroom_web.region.actions import give_role
    from instroom_web.region.queries import organisation_with

    with transaction.atomic():
        made = create_person(email=options.email, full_name=options.name, language=options.lang)
        if options.role:
            give_role(made, options.role, organisation_with(options.of) if options.of else None)


def store(site: ComputedSite, data: str | Path | None = None) -> None:
    """Store a computed site; ``instroom compute`` calls this (group instroom.after_compute)."""
    folder = prepare(data)
    from instroom_web.reports.actions import store_site
    from instroom_web.reports.archive import files_held

    store_site(
        documents=site.documents,
        pictures=site.pictures,
        figures=site.figures,
        inputs=site.inputs,
        build=site.build,
    )
    let_go_states(folder, files_held())


def own_rows(data: Path) -> None:
    """Keep what the programme's rows say now as sources (group instroom.own_rows)."""
    prepare(data)
    from instroom_web.inflow.observations import keep_states
    from instroom_web.inflow.yearly.observations import keep_yearly_states

    keep_states(data)
    keep_yearly_states(data)


class StoredReleases:
    """The releases in the database; see ``instroom.reports.releases.ReleaseArchive``."""

    def listed(self) -> list[ReleaseLine]:
        """Return all releases with what each changed."""
        from instroom_web.reports.archive import releases, told

        return [told(release) for release in releases()]

    def figure(self, number: int, figure_id: str) -> HeldFigure | None:
        """Return a figure as a release told it, with what the release was made of."""
        from instroom_web.reports import archive

        release = archive.release_of(number)
        if release is None:
            return None
        head: ReleaseHead = {
            "number": release.number,
            "created": release.created,
            "version": release.version,
        }
        row = archive.figure_of(release, figure_id)
        return {"release": head, "made_of": release.made_of, "figure": row}

    def refer(self, number: int, said: str) -> bool:
        """Note what refers to a release; False when it is not held."""
        from instroom_web.reports.actions import refer

        return refer(number, said)


def archive(data: Path) -> StoredReleases | None:
    """Return the releases of a data directory (group instroom.releases); None when it has none."""
    if not _has_database(data):
        return None
    prepare(data)
    return StoredReleases()


def history(data: Path, anchor: Sequence[ChainMark]) -> ChainVerdict | None:
    """Look the history of a data directory over (group instroom.history); None when it has none."""
    if not _has_database(data):
        return None
    prepare(data)
    from instroom_web.shared.history.queries import verdict

    return verdict(anchor)


def _has_database(data: Path) -> bool:
    return bool(os.environ.get("INSTROOM_DATABASE_URL")) or (data / "instroom.sqlite3").exists()


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


def _options(program: str, argv: list[str]) -> tuple[Parser, Texts]:
    parser, t = parser_of(program, argv)
    parser.add_argument("--port", type=_port, default=8000, help=t("poort (8000)"))
    parser.add_argument("--host", default="127.0.0.1", help=t("adres (127.0.0.1)"))
    parser.add_argument(
        "--workers", type=_workers, default=1, help=t("processen (1), elk met 8 draden")
    )
    parser.add_argument("--no-worker", action="store_true", help=t("instroom worker draait elders"))
    return parser, t


def serve(argv: list[str]) -> int:
    """Serve the pages of the data directory; compute them first when there are none."""
    options = _options("serve", argv)[0].parse_args(argv)
    registry.check_all()  # pages read definitions: better no server than one that answers 500
    _free(options.host, options.port)
    if not os.environ.get("INSTROOM_DATABASE_URL"):
        folder_to_ask(options.data)  # the pages are in it: no folder is made for a slip of the pen
    folder = prepare(options.data)
    if not _filled():
        from instroom import api

        progress = Progress(options.lang)
        api.compute(data=folder, progress=progress)
        progress.done()
    return _run(options, folder)


def demo(argv: list[str]) -> int:
    """Compute the region from the open data at hand, print the seven goals and serve.

    Beside it, on the next port, the invented region is served at work: on this machine only.
    """
    parser, t = _options("demo", argv)
    parser.add_argument("--no-serve", action="store_true", help=t("uitrekenen, tonen en stoppen"))
    parser.add_argument("--example-of", type=int, metavar="PID", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.example_of is not None:
        return _demo_example(options)
    beside = False if options.no_serve else _two_sites(options, t)
    folder = prepare(options.data)
    from instroom import api

    progress = Progress(options.lang)
    lines = api.demo(data=folder, lang=options.lang, progress=progress)
    progress.done()
    for line in lines:
        print(line)  # noqa: T201 - what this command is for
    if options.no_serve:
        return 0
    with _example_beside(options, folder) if beside else nullcontext():
        return _run(options, folder)


def _two_sites(options: argparse.Namespace, t: Texts) -> bool:
    """Refuse ports that are taken; return whether the invented region is served as well.

    It lets in without a password, so not where others reach the real one.
    """
    from instroom_web.shared.demo import served_by

    _free(options.host, options.port)
    if options.host not in LOOPBACK or served_by(os.environ):
        alone = t("De verzonnen regio start niet mee: die is alleen voor deze computer zelf.")
        print(alone, file=sys.stderr)  # noqa: T201
        return False
    _free(_EXAMPLE_HOST, _port(str(options.port + 1)))
    os.environ["INSTROOM_BESIDE"] = f"http://{_EXAMPLE_HOST}:{options.port + 1}/"
    return True


def _example_beside(options: argparse.Namespace, folder: Path) -> AbstractContextManager[None]:
    from instroom_web.example_site import folder_beside, served_beside

    return served_beside(
        _address(options),
        folder=folder_beside(folder),
        port=options.port + 1,
        lang=options.lang,
    )


def _demo_example(options: argparse.Namespace) -> int:
    """Serve the invented region, made first when it is not there as this version makes it."""
    from instroom_web import example_site
    from instroom_web.shared.clock import today
    from instroom_web.shared.supervision import end_with

    end_with(options.example_of)
    folder = Path(os.environ["INSTROOM_DATA"])
    mark = example_site.mark_of(today())
    ready = example_site.is_ready(folder, mark)
    if not ready:
        example_site.clear(folder)
    prepare(folder)
    if not ready:
        progress = Progress(options.lang)
        example_site.fill(folder, mark, progress)
        progress.done()
    return _run(options, folder)


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
                found=words_of_system(error),
                hint=Message("choose another port, for example --port 8080"),
                host=host,
                port=port,
            ) from error


def _address(options: argparse.Namespace) -> str:
    name = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{name}:{options.port}/"


def _run(options: argparse.Namespace, folder: Path) -> int:
    from django.db import connections
    from granian.constants import Interfaces
    from granian.server import Server

    from instroom_web.shared.demo import demo_of
    from instroom_web.shared.supervision import worker_beside

    connections.close_all()
    if options.host not in LOOPBACK:
        os.environ.setdefault("INSTROOM_HOSTS", "*")
        demo_of(os.environ)  # which a demonstration refuses, in words and before a server starts
    print(_address(options), file=sys.stderr, flush=True)  # noqa: T201
    server = Server(
        "instroom_web.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=8,
        log_access=False,
    )
    with nullcontext() if options.no_worker else worker_beside(folder):
        server.serve()
    return 0
