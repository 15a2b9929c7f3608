"""``instroom read``: recognise publishers' files by content and keep what they say."""

import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from instroom.core.errors import (
    InstroomError,
    MachineError,
    SourceError,
    UserError,
    Where,
)
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.core.progress import Progress, silent
from instroom.core.trouble import trouble
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources import any_table, leftovers, noted, parse, sandbox
from instroom.sources.records import (
    HowRead,
    OpenReceipt,
    ParsedFile,
    ReadAnswer,
    ReadEntry,
    Receipt,
)
from instroom.sources.steady import Limits, refuse_large
from instroom.sources.store import Store, Stored, scratch, sha256_of


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one command asked of all its files."""

    source: str | None
    period: str | None
    limits: Limits
    say: Progress

    @property
    def how(self) -> tuple[str | None, str | None, Limits]:
        """What a task is told."""
        return self.source, self.period, self.limits


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
    as_: str | None = None,
    period: str | None = None,
    max_size: float | None = None,
    max_memory: float | None = None,
    max_seconds: float | None = None,
    progress: Progress | None = None,
) -> ReadAnswer:
    """Read files and folders into the data directory.

    Each file is its own transaction: a refused file changes nothing, the others are stored.
    A file that is stored already is not read again, unless its source definition changed.

    Parameters
    ----------
    paths
        Files or folders; folders are read with all that is below them. ``-`` is standard input.
    data
        The data directory; else ``INSTROOM_DATA``, else ``./instroom-data``.
    source
        Id of a source definition, when the contents alone cannot tell.
    as_
        ``eurostat:ID`` or ``cbs:ID``: read any table of that publisher by its form, outside the
        indicators.
    period
        Period of values whose period stands nowhere in the file.
    max_size
        Most MiB of one file, and of what is packed in it; 2,048 unless said.
    max_memory
        Most MiB of memory for one file; 768 unless said.
    max_seconds
        Most seconds of work for one file; 8, and half a second for each MiB, unless said.

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
    if as_ and source:
        raise UserError(
            "--as and --source say two things about one file",
            code="usage",
            found=Message("--as {form} and --source {source}", form=as_[:40], source=source[:40]),
            expected=Message("one of them"),
            hint=Message("--source for a layout that is known here, --as for any other table"),
        )
    source = as_ or source
    if source and not any_table.asked(source):
        _refuse_rows(registry.sources()[source])
    limits = Limits.said(max_size, max_memory, max_seconds)
    store = Store(data)
    entries: dict[int, ReadEntry] = {}
    with ExitStack() as stack:
        files = list(_files(paths, stack))
        cleaned = leftovers.sweep(store.files)
        leftovers.sweep_scratch()
        marks = _marks(files, entries, limits)
        todo = []
        before: dict[int, Receipt] = {}
        for position, sha256 in marks.items():
            known = store.sound(sha256)
            if known:
                before[position] = known.receipt
            if known and _still_valid(known, source, period):
                entries[position] = _entry(files[position][0], sha256, known.receipt, already=True)
            else:
                todo.append(position)
        if todo:
            asked = _Asked(source, period, limits, progress or silent)
            _parse(files, marks, todo, entries, store, asked)
    noted.overlaps(entries, store, todo)
    noted.other_reading(entries, before, todo)
    answer: ReadAnswer = {
        "files": [entries[i] for i in range(len(files))],
        "seconds": round(time.perf_counter() - started, 3),
    }
    return {**answer, "cleaned": cleaned} if cleaned else answer


def _marks(
    files: list[tuple[str, Path]], entries: dict[int, ReadEntry], limits: Limits
) -> dict[int, str]:
    """Return the sha256 of every file; one that is too large or may not be read is refused."""
    found = {}
    for position, (name, path) in enumerate(files):
        try:
            refuse_large(path.stat().st_size, limits)
            found[position] = sha256_of(path)
        except SourceError as error:
            entries[position] = _refusal(name, None, error)
        except OSError as error:
            said = trouble(error, name)
            assert said is not None  # noqa: S101  every error of the system is ordinary trouble
            entries[position] = _refusal(name, None, said)
    return found


def _files(paths: Iterable[str | Path], stack: ExitStack) -> Iterable[tuple[str, Path]]:
    for argument in paths:
        path = Path(argument)
        if str(argument) == "-":
            kept = stack.enter_context(scratch()) / "stdin"
            with kept.open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
            yield "-", kept
        elif path.is_dir():
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
                found=str(argument)[:120],
                where=Where(file=str(argument)),
                expected=Message("a file or folder that can be read"),
                hint=Message("check the path"),
            )


def _refuse_rows(definition: SourceDefinition) -> None:
    """Refuse a file as rows of the programme: those are recorded, not read."""
    if definition.kind == "rows":
        raise UserError(
            "'{title}' is recorded in Instroom, and not read from a file",
            code="rows_not_read",
            found=definition.id,
            expected=Message("the source of a publisher's file"),
            hint=Message("record it in Instroom, or import it there"),
            title=definition.title,
        )


def _still_valid(known: Stored, source: str | None, period: str | None) -> bool:
    receipt = known.receipt
    said = str(receipt.get("asked_source") or "")
    if ":" in said:  # its layout is made of its header, which these bytes have
        return source == said
    if known.source not in registry.sources():
        return False
    if (source and source != known.source) or (period and period != receipt.get("asked")):
        return False
    return receipt["definition"] == parse.fingerprint(registry.sources()[known.source])


def _parse(
    files: list[tuple[str, Path]],
    marks: dict[int, str],
    todo: list[int],
    entries: dict[int, ReadEntry],
    store: Store,
    asked: _Asked,
) -> None:
    first_of = {marks[i]: i for i in reversed(todo)}
    unique = sorted(first_of.values(), key=lambda i: -_size(files[i][1]))
    ill: MachineError | None = None
    with scratch() as folder:
        tasks = [
            task(
                path, path.name, marks[i], folder / str(i), asked.source, asked.period, asked.limits
            )
            for i, (_, path) in ((i, files[i]) for i in unique)
        ]

        def tell(index: int, share: float) -> None:
            asked.say(f"{100 * share:.0f}/100 % {files[unique[index]][0]}")

        results = sandbox.run_all(tasks, memory_bytes=asked.limits.memory_bytes, tell=tell)
        for done, (index, result) in enumerate(results, 1):
            position = unique[index]
            name, path = files[position]
            asked.say(f"{done}/{len(unique)} {name}")
            try:
                if isinstance(result, InstroomError):
                    raise result
                if result["status"] == "read":
                    receipt = _as_asked(result, asked, path.name)
                    store.keep(path, folder / str(position), marks[position], receipt)
                entries[position] = _entry(name, marks[position], result, already=False)
            except SourceError as error:
                entries[position] = _refusal(name, marks[position], error)
            except (OSError, MachineError) as error:
                ill = ill or trouble(error)
    if ill:
        raise _cut_short(ill, sum(e["status"] == "read" for e in entries.values()), len(files))
    for position in todo:
        if position not in entries:
            twin = entries[first_of[marks[position]]]
            already = twin["status"] == "read"
            entries[position] = {**twin, "file": files[position][0], "already": already}


def _as_asked(parsed: ParsedFile, asked: _Asked, name: str) -> OpenReceipt:
    """Return a receipt: what the file is, and what the command said of it."""
    how: HowRead = {
        "asked": asked.period,
        "asked_source": asked.source,
        "limits": asked.limits.raised,
        "name": printable(name),
    }
    return {**parsed, **how}


def task(
    path: Path,
    name: str,
    sha256: str,
    out: Path,
    source: str | None,
    period: str | None,
    limits: Limits | None = None,
) -> sandbox.Task:
    """Return the task of parsing one file into a new folder ``out``."""
    out.mkdir(parents=True)
    limits = limits or Limits()
    arguments = {
        "path": str(path.resolve()),
        "out": str(out),
        "name": name,
        "sha256": sha256,
        "source": source,
        "period": period,
        "most": limits.size_bytes,
    }
    seconds = limits.seconds or sandbox.SECONDS + sandbox.SECONDS_PER_MEBIBYTE * _size(path) / 2**20
    return sandbox.Task("instroom.sources.steady:parse_steady", arguments, seconds)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # it is gone; the child says so


def _cut_short(error: MachineError, stored: int, files: int) -> MachineError:
    """Say of trouble with the machine how many files were stored before, or beside, it."""
    return MachineError(
        error.message,
        code=error.code,
        where=error.where,
        found=Message(
            "{value}; {stored} of {files} files are stored",
            value=error.found or error.code,
            stored=stored,
            files=files,
        ),
        expected=error.expected,
        hint=error.hint,
    )


def _entry(name: str, sha256: str, receipt: ParsedFile, *, already: bool) -> ReadEntry:
    known: Mapping[str, object] = receipt
    shown = {key: known[key] for key in _REPORTED}
    entry = {"file": name, "already": already, "sha256": sha256, **shown, "error": None}
    return cast(ReadEntry, entry)


def _refusal(name: str, sha256: str | None, error: InstroomError) -> ReadEntry:
    return {
        "file": name,
        "already": False,
        "sha256": sha256,
        "status": "refused",
        "source": None,
        "publisher": None,
        "licence": None,
        "encoding": None,
        "periods": [],
        "rows": None,
        "tables": {},
        "observations": 0,
        "example": False,
        "warnings": [],
        "error": error.in_file(name).to_dict(),
    }
