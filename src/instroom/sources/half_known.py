"""What is asked of a file of which only some columns were ever seen, before it is believed.

Nobody knows what its other columns split. So no two rows may be the same, a row of totals beside
its parts is refused, and the header, words without a meaning and empty counts are told.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Check, SourceDefinition
from instroom.sources import words
from instroom.sources.evidence import column_index, match, whole_header
from instroom.sources.shape import Shaped
from instroom.sources.tables import RawTable, normal
from instroom.sources.unique import Unique

#: What a publisher writes for all parts of a column together; no school is called so.
_TOTALS = re.compile(
    r"(?:eind|sub)?totaal(?: .*)?|total|all(?:e|en|es)|nederland"
    r"|alle (?:instellingen|scholen|gemeenten|opleidingen|onderwijssoorten|niveaus|leerwegen)"
)
_CODE = re.compile(r"GM\d{4}")
_SHOWN = 8


@dataclass(slots=True)
class HalfKnown:
    """The rows of one file, of a layout that was never seen whole; of other layouts nothing."""

    source: SourceDefinition
    once: Unique = field(default_factory=lambda: Unique(Check(kind="unique")))
    odd: dict[str, set[str]] = field(default_factory=dict)
    blank: int = 0

    def look(self, table: RawTable) -> None:
        """Take the cells of a block into account.

        Raises
        ------
        SourceError
            ``totals_among_parts`` for the first row that stands for several others.
        """
        if self.source.seen == "file":
            return
        keys = _keys(table, self.source)
        for index in keys:
            found = next((w for w in table.words(index) if _TOTALS.fullmatch(normal(w))), None)
            if found is not None:
                raise _totals(table, index, found)
        self._strange(table)
        untold = {normal(w) for c in self.source.columns.values() for w in c.untold}
        told = np.ones(len(table), dtype=bool)
        for index in keys:
            for word in table.words(index):
                if normal(word) in untold:
                    told &= ~words.rows_with(table.columns[index], word)
        self._mark(table, keys, told)

    def _strange(self, table: RawTable) -> None:
        """Note words from which a guessed column can take nothing."""
        for column in self.source.columns.values():
            index = column_index(table.header, column.names)
            if index is None or not (column.like and column.extract):
                continue
            untold = {"", *map(normal, column.untold)}
            form = re.compile(column.extract, re.IGNORECASE)
            said = {w.strip() for w in table.words(index) if normal(w) not in untold}
            strange = {word for word in said if not form.fullmatch(word)}
            self.odd.setdefault(table.header[index].strip(), set()).update(strange)

    def _mark(self, table: RawTable, keys: list[int], told: NDArray[np.bool_]) -> None:
        """Mark the rows that name both ends; protected ones can be the same."""
        take = np.flatnonzero(told)
        columns = {
            table.header[index].strip(): words.of_codes(
                [*words.distinct(table.columns[index]), None],
                words.codes(table.columns[index])[take],
            )
            for index in keys
        }
        self.once.check = Check(kind="unique", columns=list(columns))
        self.once.add(Shaped(self.source, table.lines[take], columns, []))

    def hear(self, shaped: Shaped) -> None:
        """Take the meaning of a block into account."""
        if self.source.seen == "file":
            return
        for block in shaped.blocks:
            self.blank += int(words.rows_with(block.status, "missing").sum())
        for column in self.source.columns.values():
            if column.role not in shaped.keys:
                continue
            said = set(words.distinct(shaped.keys[column.role]))
            if column.codes:
                said -= set(registry.codes()[column.codes].codes)
            elif column.type == "municipality_name":
                said = {word for word in said if not _CODE.fullmatch(word)}
            else:
                continue
            self.odd.setdefault(column.names[-1], set()).update(said)

    def note(self, header: list[str], found: dict[str, tuple[int, str]]) -> None:
        """Refuse rows that are the same; add the header, and what has no meaning here.

        Raises
        ------
        SourceError
            ``double_key`` for the first row that stands in the file twice.
        """
        if self.source.seen == "file":
            return
        self.once.settle(found)
        told = Message("the header of this file: {header}", header=whole_header(header))
        found["header_met"] = (1, told)
        if left := [cell.strip() for cell in match(header, self.source).left if cell.strip()]:
            said = Message("columns that were not used: {names}", names=whole_header(left))
            found["columns_left_out"] = (len(left), said)
        odd = {name: said for name, said in self.odd.items() if said}
        if odd:
            shown = "; ".join(
                f"{name}: {', '.join(word[:40] for word in sorted(said)[:_SHOWN])}"
                for name, said in odd.items()
            )
            found["words_without_meaning"] = (
                sum(map(len, odd.values())),
                Message("words that are not in the lists, read as not known: {shown}", shown=shown),
            )
        if self.blank:
            found["blank_counts"] = (
                self.blank,
                Message("rows without a count: unknown, not 0; no total is made of them"),
            )


def _keys(table: RawTable, source: SourceDefinition) -> list[int]:
    """Return the columns that hold no counts."""
    forms = [re.compile(values.pattern, re.IGNORECASE) for values in source.values]
    return [
        index
        for index, name in enumerate(table.header)
        if not any(form.fullmatch(name.strip()) for form in forms)
    ]


def _totals(table: RawTable, index: int, word: str) -> SourceError:
    row = int(np.argmax(words.rows_with(table.columns[index], word)))
    return SourceError(
        "a row of totals stands among its parts",
        code="totals_among_parts",
        where=Where(row=int(table.lines[row]), column=table.header[index].strip()),
        found=f"'{word.strip()}'",
        expected=Message("rows that can be added up"),
        hint=Message(
            "everybody would be counted twice; take the rows of totals out, or send the header "
            "to whoever keeps the definition"
        ),
    )
