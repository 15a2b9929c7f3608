"""What a table has and its layout does not read, and the other way round: named, never silent."""

import re
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from instroom.core.messages import Message
from instroom.core.printing import visible
from instroom.definitions.models import SourceDefinition
from instroom.sources import words
from instroom.sources.evidence import OTHER_PERIOD, column_index, match, spoken
from instroom.sources.tables import RawTable


def odd_periods(header: list[str]) -> tuple[int, str] | None:
    """Return how many columns are a period that is no single year, and which; else None."""
    odd = [cell.strip() for cell in header if OTHER_PERIOD.fullmatch(cell.strip())]
    return (len(odd), Message("no single year: {value}", value=", ".join(odd[:8]))) if odd else None


@dataclass(slots=True)
class Skipped:
    """Rows that a layout leaves out: how many, and the first of the words they had."""

    count: int = 0
    words: list[str] = field(default_factory=list)

    def without(self, table: RawTable, source: SourceDefinition) -> RawTable:
        """Return a table without the rows that its layout skips, and count those."""
        for column in source.columns.values():
            index = column_index(table.header, column.names)
            if column.skip is None or index is None:
                continue
            odd = [w for w in table.words(index) if re.fullmatch(column.skip, w.strip())]
            if not odd:
                continue
            kept = ~np.isin(table.listed(index), odd)
            self.count += int((~kept).sum())
            self.words += [word.strip() for word in odd if word.strip() not in self.words]
            table = _rows(table, kept)
        return table

    def note(self, found: dict[str, tuple[int, str]]) -> None:
        """Add the warning that names them."""
        if self.count:
            shown = ", ".join(word[:40] for word in self.words[:8])
            found["periods_left_out"] = (
                self.count,
                Message("rows of no single year: {shown}", shown=shown),
            )


@dataclass(slots=True)
class Unseen:
    """Signs that nobody sees, in words of key columns: how many words, and where the first is."""

    count: int = 0
    first: str = ""

    def look(self, table: RawTable, source: SourceDefinition) -> None:
        """Count the words of a block that hold such signs; reading takes the signs out."""
        for column in source.columns.values():
            index = column_index(table.header, column.names)
            if (
                index is None
                or not pc.any(_odd(cast(pa.StringArray, table.columns[index].dictionary))).as_py()
            ):
                continue
            odd = [w for w in table.words(index) if visible(w) != w]
            self.count += len(odd)
            if odd and not self.first:
                line = table.lines[int(np.argmax(words.rows_with(table.columns[index], odd[0])))]
                self.first = Message(
                    "row {line}, column {value}", line=line, value=table.header[index].strip()[:40]
                )

    def note(self, found: dict[str, tuple[int, str]]) -> None:
        """Add the warning that names them."""
        if self.count:
            said = Message(
                "signs that nobody sees were taken out of words; the first: {first}",
                first=self.first,
            )
            found["unseen_signs"] = (self.count, said)


def _odd(texts: pa.StringArray) -> pa.BooleanArray:
    """Return which texts may hold such signs: quick, for columns of a million words."""
    latin = r"^[\x20-\x7e\x{a0}-\x{ac}\x{ae}-\x{17f}]*$"
    return pc.invert(pc.match_substring_regex(texts, latin))


def _rows(table: RawTable, kept: NDArray[np.bool_]) -> RawTable:
    mask = pa.array(kept)
    columns = [words.encoded(column.cast(pa.string()).filter(mask)) for column in table.columns]
    return replace(table, columns=columns, lines=table.lines[kept])


def note(header: list[str], source: SourceDefinition, found: dict[str, tuple[int, str]]) -> None:
    """Add warnings about columns that are not read and measures that have none."""
    left = [c.strip() for c in match(header, source).left if c.strip()]
    if odd := odd_periods(left):
        found["periods_left_out"] = odd
    if others := [cell for cell in left if not OTHER_PERIOD.fullmatch(cell)]:
        found["columns_left_out"] = (len(others), ", ".join(c[:40] for c in others[:8]))
    lacking = [
        ", ".join(values.measures) or spoken(values.pattern)  # as the publisher calls it
        for values in source.values
        if not any(re.fullmatch(values.pattern, c.strip(), re.IGNORECASE) for c in header)
    ]
    if lacking:
        found["measure_missing"] = (
            len(lacking),
            Message("no column here for: {value}", value=", ".join(lacking)),
        )
