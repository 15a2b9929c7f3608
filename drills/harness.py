"""What every drill shares: lines with a figure and its limit, and a dated result.

A drill is a file here with ``drill(full: bool) -> list[Line]``. ``python drills/NAME.py --short``
(or without an option) runs the form of the tests, at most 40 seconds; ``--full``
(``make drill-NAME``) the long one, whose result is kept in ``drills/results/NAME.md``.
It exits 1 when a figure is not held.
"""

import argparse
import datetime
import html
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "drills" / "results"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a drill: what was seen, over how many, and what may be seen."""

    name: str
    count: int
    seen: float
    limit: str
    held: bool


def at_most(name: str, count: int, seen: float, most: float) -> Line:
    """Return a line that holds when the figure is not above a limit."""
    return Line(name, count, seen, f"<= {most:g}", seen <= most)


def at_least(name: str, count: int, seen: float, least: float) -> Line:
    """Return a line that holds when the figure is not below a limit."""
    return Line(name, count, seen, f">= {least:g}", seen >= least)


def table(lines: list[Line]) -> str:
    """Return lines as a Markdown table."""
    rows = ["| figure | runs | seen | limit | held |", "|---|---:|---:|---|---|"]
    rows += [
        f"| {line.name} | {line.count:,} | {line.seen:g} | {line.limit} "
        f"| {'yes' if line.held else 'NO'} |"
        for line in lines
    ]
    return "\n".join(rows)


@contextmanager
def served(full: bool, room: Path) -> Iterator[tuple[str, int]]:
    """Serve a site: that of the open data at hand in the full form, else the tests' small one.

    Yields the address and the number of the server's process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INSTROOM_", "DJANGO_"))}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests" / "web")])
    data = room / "data"
    data.mkdir()
    _fill(full, data, kept)
    command = [sys.executable, "-m", "instroom.cli", "serve" if data.exists() else "demo"]
    command += ["--port", str(port), "--data", str(data)]
    with (room / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=kept, cwd=room, stdout=log, stderr=log)
    try:
        yield _ready(f"http://127.0.0.1:{port}", server, room), server.pid
    finally:
        server.terminate()
        server.wait(30)


def _fill(full: bool, data: Path, environment: dict[str, str]) -> None:
    """Make the site; without the open data at hand the full form takes the bundled figures."""
    python = [sys.executable, "-m", "instroom.cli"]
    shared = ROOT.parent / "shared" / "data"
    if not full:
        line = "import running, sys, pathlib; running.fill(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", line, str(data)], check=True, env=environment)
    elif shared.is_dir():
        for command in (["read", str(shared)], ["compute"]):
            line_of = [*python, *command, "--data", str(data)]
            subprocess.run(line_of, check=False, env=environment, stdout=subprocess.DEVNULL)
    else:
        data.rmdir()


def _ready(address: str, server: "subprocess.Popen[bytes]", room: Path) -> str:
    for _ in range(1200):
        with suppress(httpx.HTTPError):
            httpx.get(f"{address}/healthz", timeout=5).raise_for_status()
            return address
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit((room / "server.log").read_text("utf-8", "replace")[-4000:])


def links(address: str, page: str, body: str) -> set[str]:
    """Return the addresses on this site that a page names, without their fragments."""
    found = set()
    for name in re.findall(r'(?:href|src|action)="([^"#][^"]*)"', body):
        url = urljoin(f"{address}{page}", html.unescape(name)).partition("#")[0]
        if url.startswith(f"{address}/"):
            found.add(url.removeprefix(address))
    return found


def crawl(address: str, most: int) -> dict[str, tuple[int, float]]:
    """Follow every link from the first page; return status and seconds by address."""
    seen: dict[str, tuple[int, float]] = {}
    waiting, known = ["/", "/api/v1/indicators", "/api/v1/openapi.json"], set()
    with httpx.Client(timeout=30, follow_redirects=True) as client:
        while waiting and len(seen) < most:
            page = waiting.pop(0)
            if page in known:
                continue
            known.add(page)
            started = time.perf_counter()
            response = client.get(f"{address}{page}")
            seen[page] = (response.status_code, time.perf_counter() - started)
            if "html" in response.headers.get("Content-Type", ""):
                waiting += sorted(links(address, page, response.text) - known)
    return seen


def main(name: str, drill: Callable[[bool], list[Line]]) -> None:
    """Run a drill from the command line; never returns."""
    parser = argparse.ArgumentParser(description=drill.__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--full", action="store_true", help="the long form; keeps its result")
    form.add_argument("--short", action="store_true", help="the form of the tests (the default)")
    options = parser.parse_args()
    started = time.perf_counter()
    lines = drill(options.full)
    seconds = time.perf_counter() - started
    print(table(lines))
    print(f"\n{seconds:.0f} s")
    if options.full:
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        head = f"# {name}\n\n{today}, {os.cpu_count()} processors, {seconds:.0f} s.\n"
        head += f"`make drill-{name}`\n\n"
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(head + table(lines) + "\n", "utf-8")
    sys.exit(0 if lines and all(line.held for line in lines) else 1)
