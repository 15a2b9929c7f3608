"""Files as they should not come in: what is refused, what is read, and what each one costs.

Good files are changed in the ways of mail, of spreadsheet programs, of broken downloads and of
people who mean harm: the invented region's files, a small table of every layout, and in the full
form the publishers' own files at hand. All go through ``instroom read``.
"""

import hashlib
import io
import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from corpus import Case, files, texts
from harness import ROOT, Line, at_least, at_most, main

from instroom.api import read
from instroom.definitions import registry
from instroom.sources import sandbox
from instroom.sources.decode import survey
from instroom.sources.example import write_example

sys.path.insert(0, str(ROOT / "tests"))
from unit.sources import made_tables

SEED = 2026
#: Signs of a refusal that is no sentence: the parser stopped, or an exception's name.
_BROKEN = {"unreadable", "parser_died"}


def _encoding(data: bytes) -> str:
    return str(survey(io.BytesIO(data)).encoding)


def corpus(full: bool, room: Path) -> Iterator[Case]:
    """Yield the good files (as ``same``) and what was made from them."""
    dice = np.random.default_rng(SEED)
    yield from files.junk(dice)
    yield from _of_example(full, room, dice)
    yield from _of_layouts(full, dice)
    shared = ROOT.parent / "shared" / "data"
    if full and shared.is_dir():
        for path in sorted(shared.rglob("*.[ct]sv")):
            if path.stat().st_size < 3 * 2**20:
                yield from _of_bytes(path.name, path.read_bytes(), None, dice, 12)


def _of_example(full: bool, room: Path, dice: np.random.Generator) -> Iterator[Case]:
    folder = room / "example"
    folder.mkdir()
    write_example(folder)
    for path in sorted(folder.glob("*.csv")):
        yield from _of_bytes(path.name, path.read_bytes(), None, dice, 99 if full else 5)


def _of_layouts(full: bool, dice: np.random.Generator) -> Iterator[Case]:
    known = [s for s in registry.sources().values() if s.reader != "odata_metadata"]
    for source in known if full else known[::8]:
        made = made_tables.table(source)
        rows = [made.header, *made_tables.rows_of(made)]
        count = len(rows[0]) - 1
        if source.reader == "workbook":
            yield Case(f"good ~ {source.id}.xlsx", files.workbook(rows), "any", source.id)
            changed = list(files.workbooks(f"{source.id}.xlsx", rows, count, source.id))
            yield from changed if full else changed[:3]
        else:
            data = "\r\n".join(";".join(row) for row in rows).encode() + b"\r\n"
            yield from _of_bytes(f"{source.id}.csv", data, source.id, dice, 22 if full else 1)


def _of_bytes(
    name: str, data: bytes, source: str | None, dice: np.random.Generator, most: int
) -> Iterator[Case]:
    known = [registry.sources()[source]] if source else list(registry.sources().values())
    counts = [re.compile(v.pattern, re.IGNORECASE) for s in known for v in s.values]
    text = texts.Text.of(data, _encoding(data), counts)
    if text is None:
        return
    yield Case(f"good ~ {name}", text.data, "any", source)
    yield from texts.cases(name, text, source, dice, most)


def _mark(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(path.read_bytes() if path.is_file() else b"folder")
    return digest.hexdigest()


def _figures(data: Path, sha256: str) -> object:
    """Return a mark of the observations of one file, whatever their order and the file's name."""
    rows = duckdb.read_parquet(str(data / "files" / sha256 / "*.parquet"))
    kept = ", ".join(f'"{name}"' for name in sorted(rows.columns) if name not in ("file", "row"))
    marks = rows.project(f"hash({kept}) as h")
    return marks.aggregate("count(*), bit_xor(h), sum(h::hugeint)").fetchall()[0]


class Clock:
    """The seconds of every file, seen from outside the child that reads it."""

    def __init__(self) -> None:
        self.slowest = 0.0
        self._run: Callable[..., Any] = sandbox.Worker.run

    def __enter__(self) -> "Clock":
        def timed(worker: sandbox.Worker, task: sandbox.Task, *rest: Any) -> Any:
            started = time.perf_counter()
            try:
                return self._run(worker, task, *rest)
            finally:
                took = time.perf_counter() - started
                if took > self.slowest:
                    self.slowest = took
                    print(f"{took:.1f} s {task.arguments['path']}")

        sandbox.Worker.run = timed  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        sandbox.Worker.run = self._run  # type: ignore[method-assign]


def _entries(cases: list[Case], room: Path) -> Iterator[tuple[Case, dict[str, Any], Path]]:
    """Read all cases, those of one ``--source`` at once; yield what was said and the store."""
    asked = sorted(enumerate(cases), key=lambda pair: pair[1].source or "")
    for source, group in groupby(asked, key=lambda pair: pair[1].source):
        data, paths = room / "data" / (source or "none"), {}
        for number, case in group:
            folder = room / "corpus" / f"{number:05d}"
            folder.mkdir(parents=True)
            path = folder / case.name.rpartition(" ~ ")[2]
            path.write_bytes(case.data)
            paths[str(path)] = case
        found = read(*paths, data=data, source=source)["files"]
        for entry in found:
            yield paths[entry["file"]], entry, data


def _faults(case: Case, entry: dict[str, Any], good: dict[str, tuple[Any, Any]], data: Path) -> str:
    """Return what is wrong with an answer; empty when nothing is."""
    error, status = entry["error"], entry["status"]
    if error:
        words = " ".join(str(error[part]) for part in ("message", "found", "expected", "hint"))
        if error["code"] in _BROKEN or "Traceback" in words:
            return "traceback"
        if len(words) > 400 or not (error["found"] and error["expected"] and error["hint"]):
            return "unclear"
    if case.wanted == "refuse" and status == "read":
        return "accepted"
    if case.base not in good:
        return ""
    base, figures = good[case.base]
    if case.wanted == "same" and (status != "read" or _figures(data, entry["sha256"]) != figures):
        return "other figures"
    warned = {w["code"]: w["count"] for w in entry["warnings"]}
    before = {w["code"]: w["count"] for w in base["warnings"]}
    if case.wanted == "flag" and status == "read" and warned == before:
        return "not flagged"
    return ""


def _hold(room: Path, refused: list[Case], held: Path) -> bool:
    """Read what was refused into a store that holds a good file; return whether it stayed so."""
    before = _mark(held)
    for _, entry, _ in _entries_into(refused, room, held):
        if entry["status"] == "read":
            return False
    return _mark(held) == before


def _entries_into(cases: list[Case], room: Path, data: Path) -> Iterator[Any]:
    paths = {}
    for number, case in enumerate(cases):
        folder = room / "again" / f"{number:05d}"
        folder.mkdir(parents=True)
        path = folder / case.name.rpartition(" ~ ")[2]
        path.write_bytes(case.data)
        paths[str(path)] = case
    for entry in read(*paths, data=data)["files"]:
        yield paths[entry["file"]], entry, data


def drill(full: bool) -> list[Line]:
    """Read every case; count what should not have happened."""
    with tempfile.TemporaryDirectory(prefix="instroom-reading-") as folder, Clock() as clock:
        room = Path(folder)
        cases = list(corpus(full, room))
        answers = list(_entries(cases, room))
        good = {
            case.name.rpartition(" ~ ")[2]: (entry, _figures(data, entry["sha256"]))
            for case, entry, data in answers
            if case.name.startswith("good ~ ") and entry["status"] == "read"
        }
        faults: Counter[str] = Counter()
        for case, entry, data in answers:
            if fault := _faults(case, entry, good, data):
                faults[fault] += 1
                error = entry["error"] or {}
                said = [str(error.get(part))[:120] for part in ("code", "message", "found")]
                print(fault, "|", case.name, "|", entry["status"], entry["source"], *said)
        none = [c for c, e, _ in answers if c.source is None and e["status"] != "read"]
        first = next(c for c in cases if c.name.startswith("good ~ ") and c.source is None)
        held = room / "held"
        list(_entries_into([first], room / "first", held))
        unchanged = _hold(room, none, held)
    number, memory = len(cases), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    wanted = Counter(case.wanted for case in cases)
    lines = [
        at_least("files", number, number, 1000 if full else 60),
        at_least("layouts that were changed", number, len(good), 30 if full else 5),
        at_most("stored that should be refused", wanted["refuse"], faults["accepted"], 0),
        at_most("same table, other figures or refused", wanted["same"], faults["other figures"], 0),
        at_most("read without a word", wanted["flag"], faults["not flagged"], 0),
        at_most("refusals that are a traceback", number, faults["traceback"], 0),
        at_most("refusals without found, expected and hint", number, faults["unclear"], 0),
        # The short form runs beside other tests: there the clock says who else is working.
        at_most("seconds of the slowest", number, round(clock.slowest, 1), 10 if full else 100),
        at_most("MiB of the largest child", number, round(memory), 768),
        at_least("store unchanged by refused files", len(none), int(unchanged), 1),
    ]
    return lines


if __name__ == "__main__":
    os.environ.pop("INSTROOM_DATA", None)
    main("reading", drill)
