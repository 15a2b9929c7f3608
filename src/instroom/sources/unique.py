"""No two records of a file have the same key, however many blocks it comes in."""

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.definitions.models import Check
from instroom.sources import words
from instroom.sources.shape import Shaped

#: Keys are sorted in so many heaps, one after the other: sorting all at once takes more memory.
_HEAPS = 64
_MIX = np.uint64(0x9E3779B97F4A7C15)
Hashes = npt.NDArray[np.uint64]
Lines = npt.NDArray[np.int32]


@dataclass(slots=True)
class Unique:
    """No two records have the same key. Keys are marked with 64 bits, whatever their length."""

    check: Check
    heaps: list[list[tuple[Hashes, Lines]]] = field(
        default_factory=lambda: [[] for _ in range(_HEAPS)]
    )
    columns: list[str] = field(default_factory=list)
    rows: int = 0
    first: Shaped | None = None

    def add(self, shaped: Shaped) -> None:
        """Mark the keys of a block."""
        self.columns = [c for c in self.check.columns if c in shaped.keys]
        self.first = None if self.rows else shaped
        self.rows += len(shaped.lines)
        if not self.columns:
            return
        marks = _marks(shaped, self.columns)
        heap = (marks >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(heap, kind="stable")
        marks, lines = marks[order], shaped.lines[order]
        ends = np.cumsum(np.bincount(heap, minlength=_HEAPS))
        for kept, start, end in zip(self.heaps, [0, *ends], ends, strict=False):
            kept.append((marks[start:end], lines[start:end]))

    def settle(self, warnings: dict[str, tuple[int, str]]) -> None:
        """Refuse more than the allowance; warn of what lies within it."""
        double, line, earlier = 0, 0, 0
        for heap in self.heaps:
            again, before = _doubles(heap)
            double += len(again)
            if len(again) and (not line or again.min() < line):
                line, earlier = int(again.min()), int(before[np.argmin(again)])
        if not double:
            return
        if double > self.check.allow * self.rows:
            raise self._refusal(line, earlier)
        warnings["double_key"] = (double, Message("records whose key stands in the file twice"))

    def _refusal(self, line: int, earlier: int) -> SourceError:
        return SourceError(
            "a key stands in the file twice",
            code="double_key",
            where=Where(row=line, column=", ".join(self.columns)),
            found=self._said(line) or Message("the key of row {earlier}", earlier=earlier),
            expected=Message("a key of its own (also in row {earlier})", earlier=earlier),
            hint=Message(
                "two files were pasted together, or a row was copied; fetch the file again"
            ),
        )

    def _said(self, line: int) -> str:
        """Return the key of a row; of a file in many blocks they are not kept."""
        if self.first is None:
            return ""
        row = int(np.flatnonzero(self.first.lines == line)[0])
        return ", ".join(str(self.first.keys[name][row].as_py()) for name in self.columns)


def _doubles(heap: list[tuple[Hashes, Lines]]) -> tuple[Lines, Lines]:
    """Return the lines of keys that came before, and where they first did."""
    if not heap:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    marks = np.concatenate([part for part, _ in heap])
    lines = np.concatenate([part for _, part in heap])
    order = np.argsort(marks, kind="stable")
    marks, lines = marks[order], lines[order]
    again = np.concatenate([[False], marks[1:] == marks[:-1]])[: len(marks)]
    start = np.maximum.accumulate(np.where(again, 0, np.arange(len(marks))))
    return lines[again], lines[start][again]


def _marks(shaped: Shaped, columns: list[str]) -> Hashes:
    """Return a mark of 64 bits for the key of every row."""
    found = np.zeros(len(shaped.lines), dtype=np.uint64)
    for name in columns:
        column = shaped.keys[name]
        own = [blake2b(word.encode(), digest_size=8).digest() for word in words.distinct(column)]
        of_word = np.frombuffer(b"".join([*own, bytes(8)]), dtype=np.uint64)
        found = found * _MIX + of_word[words.codes(column)]
        found ^= found >> np.uint64(29)
    return found
