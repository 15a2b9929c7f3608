"""Looking a history over: does every change stand as it was written, where it was written?

What a bare chain cannot see, a tail that was cut with its head, or a chain that was computed anew
from some change on, is seen against an anchor: marks of earlier heads that are kept elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Literal

from instroom.core.chain import (
    ERASED_KIND,
    FIRST_LINK,
    ChainMark,
    ChainRow,
    UnreadableRow,
    content_digest,
    is_empty,
    link_of,
)

#: What can be the matter with a change.
Fault = Literal[
    "edited",
    "missing",
    "inserted",
    "reordered",
    "cut_tail",
    "erased_without_record",
    "restored",
    "head_differs",
    "rewritten",
]
#: Findings that are told one by one; the rest is counted.
MOST = 20
#: Links that do not fit, of which it is found out whether they fit elsewhere.
_TRIED = 4


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """A number of the history, and what is the matter there."""

    number: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What came of looking a history over; without findings it is whole."""

    changes: int
    erased: int
    last: ChainMark | None
    findings: tuple[ChainFinding, ...]
    more: int = 0


def _says_what_it_said(row: ChainRow) -> bool:
    try:
        return row.content_digest == content_digest(row)
    except ValueError:  # a number that is none
        return False


class _Walk:
    """Goes along the changes in the order of their numbers, and remembers what is not right."""

    def __init__(self) -> None:
        self.links: dict[int, str] = {}
        self.broken: dict[int, ChainRow] = {}
        self.emptied: dict[int, tuple[str, str]] = {}
        self.recorded: dict[int, set[tuple[str, str]]] = {}
        self.found: set[ChainFinding] = set()
        self.changes = self.last = 0
        self.at: datetime | None = None
        self._previous: str | None = FIRST_LINK

    def note(self, number: int, fault: Fault) -> None:
        self.found.add(ChainFinding(number, fault))

    def step(self, row: ChainRow | UnreadableRow) -> None:
        """Look one change over, given those before it."""
        self.changes += 1
        number = row.number
        if not isinstance(number, int) or number <= self.last:
            self.note(self.last + 1, "inserted")
            return
        if number > self.last + 1:
            self.note(self.last + 1, "missing")
            self._previous = None
        self.last = number
        if isinstance(row, UnreadableRow):
            self.note(number, "edited")
            self._previous = None
            return
        linked = self._previous is None or row.link == link_of(self._previous, row)
        if not linked:
            self.broken[number] = row
        self.links[number] = self._previous = row.link
        self.at = row.at
        self._look_inside(row, linked=linked)

    def _look_inside(self, row: ChainRow, *, linked: bool) -> None:
        if not row.salt and is_empty(row):
            self.emptied[row.number] = (row.object_kind, row.object_id)
        elif not row.salt or not _says_what_it_said(row):
            self.note(row.number, "edited")
        elif linked and row.kind == ERASED_KIND:
            numbers = row.after.get("numbers")
            for number in numbers if isinstance(numbers, list) else ():
                if isinstance(number, int) and number < row.number:
                    about = (row.object_kind, row.object_id)
                    self.recorded.setdefault(number, set()).add(about)

    def name_broken(self, head: ChainMark | None) -> None:
        """Say of links that do not fit what happened, as far as that can be told."""
        if not self.broken:
            return
        first = min(self.broken)
        surplus = self.changes - head.number if head else 0
        if surplus and len(self.broken) == self.last - first + 1 > 1:
            self.note(first, "inserted" if surplus > 0 else "missing")
            return
        moved = any(
            self._fits_elsewhere(self.broken[number]) for number in sorted(self.broken)[:_TRIED]
        )
        for number in self.broken:
            self.note(number, "reordered" if moved else "edited")

    def _fits_elsewhere(self, row: ChainRow) -> bool:
        """Return whether a change fits another number than its own, or a neighbouring one."""
        for place, previous in chain([(0, FIRST_LINK)], self.links.items()):
            for number in {place + 1, row.number - 1, row.number + 1} - {row.number}:
                if row.link == link_of(previous, replace(row, number=number)):
                    return True
        return False

    def compare_erased(self) -> None:
        """Hold what is empty against what was recorded as erased."""
        for number, about in self.emptied.items():
            if about not in self.recorded.get(number, ()):
                self.note(number, "erased_without_record")
        for number in self.recorded.keys() & self.links.keys() - self.emptied.keys():
            if ChainFinding(number, "edited") not in self.found:
                self.note(number, "restored")

    def compare_head(self, head: ChainMark | None) -> None:
        """Hold the last change against the head that its writer left."""
        number, link = (head.number, head.link) if head else (0, FIRST_LINK)
        if head is None and self.changes:
            self.note(max(self.last, 1), "head_differs")
        elif number > self.last:
            self.note(self.last + 1, "cut_tail")
        elif number < self.last:
            self.note(max(number, 0) + 1, "inserted")
        elif link != self.links.get(number, FIRST_LINK):
            self.note(number, "head_differs")

    def compare_anchor(self, anchor: Iterable[ChainMark]) -> None:
        """Hold the chain against what it was at earlier moments."""
        for mark in anchor:
            if mark.number > self.last:
                self.note(self.last + 1, "cut_tail")
            elif mark.number in self.links and self.links[mark.number] != mark.link:
                self.note(mark.number, "rewritten")


def audit(
    rows: Iterable[ChainRow | UnreadableRow],
    *,
    head: ChainMark | None,
    anchor: Iterable[ChainMark] = (),
) -> ChainVerdict:
    """Look a history over, and name the first faults in the order of their numbers.

    Parameters
    ----------
    rows
        All changes, in the order of their numbers.
    head
        What the writer of changes says is the last one; None when it says nothing.
    anchor
        Marks of earlier heads that were kept elsewhere. Without them a tail that was cut together
        with its head, and a chain that was computed anew, cannot be seen.

    Returns
    -------
    ChainVerdict
        ``erased`` counts the changes whose contents were erased, with a record of it or without.

    Examples
    --------
    >>> audit([], head=None).findings
    ()
    >>> audit([], head=ChainMark(2, "f" * 64)).findings
    (ChainFinding(number=1, fault='cut_tail'),)
    """
    walk = _Walk()
    for row in rows:
        walk.step(row)
    walk.name_broken(head)
    walk.compare_erased()
    walk.compare_head(head)
    walk.compare_anchor(anchor)
    found = sorted(walk.found, key=lambda one: (one.number, one.fault))
    last = ChainMark(walk.last, walk.links[walk.last], walk.at) if walk.last in walk.links else None
    return ChainVerdict(
        walk.changes, len(walk.emptied), last, tuple(found[:MOST]), len(found) - len(found[:MOST])
    )
