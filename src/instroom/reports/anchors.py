"""An anchor of the history: a file kept elsewhere, with a line per head that once was the last."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from instroom.core.chain import ChainMark
from instroom.core.data_directory import data_directory
from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.output_files import output_file, written
from instroom.core.printing import printable
from instroom.core.trouble import trouble
from instroom.sources.records import AnchorLine

_LONGEST = 1000
_LINK = re.compile(r"[0-9a-f]{64}")
_KEYS = {"number", "link", "at"}


def anchor_line(mark: ChainMark) -> AnchorLine:
    """Return a mark as it stands in an anchor, and in JSON."""
    return {
        "number": mark.number,
        "link": mark.link,
        "at": mark.at.isoformat() if mark.at else None,
    }


def read_anchor(file: str | Path) -> list[ChainMark]:
    """Return the marks of an anchor.

    Raises
    ------
    DataError
        ``damaged_anchor`` when a line is no mark, or there is none.
    MachineError
        When the file is not there or may not be read.
    """
    try:
        marks = [_mark(line, row, file) for row, line in _lines(file)]
    except OSError as error:
        raise trouble(error, printable(str(file), 120)) or error from error
    if not marks:
        raise _damaged(file, None, Message("an empty file"))
    return marks


def append_mark(file: str | Path, mark: ChainMark, *, data: str | Path | None) -> bool:
    """Add a mark to an anchor, whole or not at all; False when it stands there as the last one.

    Raises
    ------
    UserError, DataError, MachineError
        As :func:`refuse_place`; ``disk_full`` and the like while writing.
    """
    target = refuse_place(file, data=data)
    before = target.read_bytes() if target.exists() else b""
    line = json.dumps(anchor_line(mark), separators=(",", ":")).encode()
    lines = before.splitlines()
    if lines and lines[-1] == line:
        return False
    with written(target, flush=True) as place:
        place.write_bytes(b"".join(one + b"\n" for one in [*lines, line]))
    return True


def refuse_place(file: str | Path, *, data: str | Path | None) -> Path:
    """Return the file of an anchor that is to be written, once it is sure that it can be.

    Raises
    ------
    UserError
        ``anchor_in_data`` when it lies in the data directory; and as
        :func:`instroom.core.output_files.output_file`.
    """
    target = output_file(file)
    root = data_directory(data).resolve()
    if target.is_relative_to(root):
        raise UserError(
            "an anchor in the data directory guards nothing",
            code="anchor_in_data",
            where=Where(file=printable(str(file), 120)),
            found=Message("the data directory {folder}", folder=printable(str(root), 120)),
            expected=Message("a file that who can change the database cannot change"),
            hint=Message("give a file in another folder, at best on another machine"),
        )
    return target


def _lines(file: str | Path) -> Iterator[tuple[int, bytes]]:
    with Path(file).open("rb") as opened:
        row = 0
        while line := opened.readline(_LONGEST):
            row += 1
            if line.strip():
                yield row, line


def _mark(line: bytes, row: int, file: str | Path) -> ChainMark:
    try:
        said = json.loads(line)
        number, link, at = (said[key] for key in ("number", "link", "at"))
        moment = datetime.fromisoformat(at)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _damaged(file, row, _shown(line)) from None
    sound = type(number) is int and number > 0 and isinstance(link, str) and _LINK.fullmatch(link)
    if not sound or said.keys() != _KEYS or moment.tzinfo is None:
        raise _damaged(file, row, _shown(line))
    return ChainMark(number, link, moment)


def _shown(line: bytes) -> str:
    return printable(line.decode("utf-8", "replace").strip(), 80)


def _damaged(file: str | Path, row: int | None, found: str) -> DataError:
    return DataError(
        "this is no line of an anchor" if row else "this anchor has no lines",
        code="damaged_anchor",
        where=Where(file=printable(str(file), 120), row=row),
        found=found,
        expected='{"number": .., "link": .., "at": ..}',
        hint=Message(
            "take the copy that instroom check --audit --write-anchor wrote, and keep this one: "
            "somebody may have changed it"
        ),
    )
