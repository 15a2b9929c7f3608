"""``instroom read``: recognise publishers' files by content and keep what they say."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from instroom.core.errors import InstroomError, SourceError, UserError, Where
from instroom.core.progress import Progress, silent
from instroom.definitions import registry
from instroom.sources import parse, sandbox
from instroom.sources.store import Store, Stored, scratch, sha256_of

_SKIPPED = {"__pycache__", ".git"}
_REPORTED = (
    "status",
    "source",
    "publisher",
    "licence",
    "encoding",
    "periods",
    "rows",
    "tables",
    "observations",
    "example",
    "warnings",
)


def read(
    *paths: str | Path,
    data: str | Path | None = None,
    source: str | None = None,
    period: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Read files and folders into the data directory.

    Each file is its own transaction: a refused file changes nothing, the others are stored.
    A file that is stored already is not read again, unless its source definition changed.

    Parameters
    ----------
    paths
        Files or folders; folders are read with all that is below them.
    data
        The data directory; else ``INSTROOM_DATA``, else ``./instroom-data``.
    source
        Id of a source definition, when the contents alone cannot tell.
    period
        Period of values whose period stands nowhere in the file.

    Returns
    -------
    dict
        ``{"files": [...], "seconds"}``, one entry per file in the order of the arguments;
        each has ``status`` ``read``, ``refused`` or ``unknown``.

    Raises
    ------
    UserError
        When a path does not exist.
    """
    started = time.perf_counter()
    parse.check_period(period)
    if source:
        registry.sources()[source]
    say = progress or silent
    store = Store(data)
    files = list(_files(paths))
    entries: dict[int, dict[str, Any]] = {}
    marks = {i: sha256_of(path) for i, (_, path) in enumerate(files)}
    todo = []
    for position, (name, _) in enumerate(files):
        known = store.get(marks[position])
        if known and _still_valid(known, source, period):
            entries[position] = _entry(name, marks[position], known.receipt, already=True)
        else:
            todo.append(position)
    if todo:
        _parse(files, marks, todo, entries, store, source, period, say)
    _note_overlaps(entries, store, todo)
    return {
        "files": [entries[i] for i in range(len(files))],
        "seconds": round(time.perf_counter() - started, 3),
    }


def _files(paths: Iterable[str | Path]) -> Iterable[tuple[str, Path]]:
    for argument in paths:
        path = Path(argument)
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(
                    p.startswith(".") or p in _SKIPPED for p in file.relative_to(path).parts
                )
                if file.is_file() and not hidden:
                    yield str(Path(argument) / file.relative_to(path)), file
        elif path.is_file():
            yield str(argument), path
        else:
            raise UserError(
                "there is no such file or folder",
                code="no_such_file",
                where=Where(file=str(argument)),
                expected="a file or folder that can be read",
                hint="check the path",
            )


def _still_valid(known: Stored, source: str | None, period: str | None) -> bool:
    receipt = known.receipt
    if receipt["source"] not in registry.sources():
        return False
    if (source and source != receipt["source"]) or (period and period != receipt.get("asked")):
        return False
    return bool(receipt["definition"] == parse.fingerprint(registry.sources()[receipt["source"]]))


def _parse(
    files: list[tuple[str, Path]],
    marks: dict[int, str],
    todo: list[int],
    entries: dict[int, dict[str, Any]],
    store: Store,
    source: str | None,
    period: str | None,
    say: Progress,
) -> None:
    first_of = {marks[i]: i for i in reversed(todo)}
    unique = sorted(first_of.values(), key=lambda i: -files[i][1].stat().st_size)
    with scratch() as folder:
        tasks = []
        for position in unique:
            name, path = files[position]
            out = folder / str(position)
            out.mkdir()
            size = path.stat().st_size / 2**20
            arguments = {
                "path": str(path.resolve()),
                "out": str(out),
                "name": path.name,
                "sha256": marks[position],
                "source": source,
                "period": period,
            }
            seconds = sandbox.SECONDS + sandbox.SECONDS_PER_MEBIBYTE * min(
                max(0.0, size - 4), 60 if size < 120 else 0
            )
            tasks.append(sandbox.Task("instroom.sources.parse:parse_file", arguments, seconds))
        for done, (index, result) in enumerate(sandbox.run_all(tasks), 1):
            position = unique[index]
            name, path = files[position]
            say(f"{done}/{len(unique)} {name}")
            if isinstance(result, InstroomError):
                entries[position] = _refusal(name, marks[position], result)
                continue
            if result["status"] == "read":
                result["asked"] = period
                result["name"] = path.name
                store.keep(path, folder / str(position), marks[position], result)
            entries[position] = _entry(name, marks[position], result, already=False)
    for position in todo:
        if position not in entries:
            twin = entries[first_of[marks[position]]]
            already = twin["status"] == "read"
            entries[position] = {**twin, "file": files[position][0], "already": already}


def _entry(name: str, sha256: str, receipt: dict[str, Any], *, already: bool) -> dict[str, Any]:
    return {
        "file": name,
        "already": already,
        "sha256": sha256,
        **{key: receipt[key] for key in _REPORTED},
        "error": None,
    }


def _refusal(name: str, sha256: str, error: InstroomError) -> dict[str, Any]:
    assert isinstance(error, SourceError)  # noqa: S101  the sandbox raises nothing else
    empty: dict[str, Any] = dict.fromkeys(_REPORTED)
    empty |= {"periods": [], "tables": {}, "observations": 0, "warnings": [], "example": False}
    where = error.in_file(name).to_dict()
    return {
        "file": name,
        "already": False,
        "sha256": sha256,
        **empty,
        "status": "refused",
        "error": where,
    }


def _note_overlaps(entries: dict[int, dict[str, Any]], store: Store, new: list[int]) -> None:
    """Say of each newly read file which other files of its source cover the same periods."""
    for position in new:
        entry = entries[position]
        if entry["status"] != "read" or not entry["observations"]:
            continue
        for other in store.of_source(entry["source"]):
            shared = sorted(set(other.receipt["periods"]) & set(entry["periods"]))
            if other.sha256 != entry["sha256"] and shared and not other.excerpt:
                entry["warnings"] = [
                    *entry["warnings"],
                    {
                        "code": "vintage_overlap",
                        "count": len(shared),
                        "message": f"{other.receipt['name']} covers {', '.join(shared)} too; "
                        "the newest wins, nothing is added up",
                    },
                ]
