"""What every drill shares: lines with a figure and its limit, and a dated result.

A drill is a file here with ``drill(full: bool) -> list[Line]``. ``python drills/NAME.py --short``
(or without an option) runs the form of the tests, at most 40 seconds; ``--full``
(``make drill-NAME``) the long one, whose result is kept in ``drills/results/NAME.md``.
It exits 1 when a figure is not held.
"""

import argparse
import datetime
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


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
