"""A raw table: header and columns as text, with the physical line number of every row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.sources import words
from instroom.sources.words import WordColumn

MAX_CELLS = 12_000_000
MAX_COLUMNS = 2_000


@dataclass(slots=True)
class RawTable:
    """Header and columns as text, a whole table or a block of its rows.

    ``lines`` gives the physical line of each row (that of a header in the first line is 1).
    ``prose`` is the text above the table, ``footnotes`` what stands below it; ``dataset`` is the
    publisher's id of the table where the file carries one.
    """

    header: list[str]
    columns: list[WordColumn]
    lines: NDArray[np.int32]
    strays: int = 0
    blanks: int = 0
    footnotes: list[str] = field(default_factory=list)
    name: str = ""
    first_line: int = 1
    prose: list[str] = field(default_factory=list)
    dataset: str | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def words(self, index: int) -> list[str]:
        """Return the different words of one column."""
        return words.distinct(self.columns[index])

    def cell(self, row: int, index: int) -> str:
        """Return what one cell says; rows count from 0."""
        return str(self.columns[index][row].as_py())

    def listed(self, index: int) -> list[str]:
        """Return one column's cells, a text for every row."""
        return [text or "" for text in words.listed(self.columns[index])]


def from_rows(header: list[str], rows: Sequence[Sequence[str]], lines: Sequence[int]) -> RawTable:
    """Return a table from rows that all have as many cells as the header."""
    columns = (
        [words.encode(cells) for cells in zip(*rows, strict=True)]
        if rows
        else [words.encode([]) for _ in header]
    )
    return RawTable(header, columns, np.asarray(lines, dtype=np.int32))


@lru_cache(maxsize=10_000)
def normal(header: str) -> str:
    """Make two spellings of a column name equal.

    Examples
    --------
    >>> normal("VESTIGINGSNAAM ") == normal("Vestigingsnaam"), normal("BRIN_NUMMER")
    (True, 'brin nummer')
    """
    return re.sub(r"[\s_]+", " ", header).strip().casefold()


def too_large(found: str, expected: str) -> SourceError:
    """Return the refusal of a file beyond the limits."""
    return SourceError(
        "this file is larger than an open data table",
        code="too_large",
        found=found,
        expected=expected,
        hint=Message("check that this is the publisher's own file"),
    )


def drop_unnamed(table: RawTable) -> None:
    """Drop columns without a name if they are empty throughout; refuse values in them."""
    unnamed = [i for i, name in enumerate(table.header) if not name.strip()]
    for index in unnamed:
        for code, word in enumerate(table.words(index)):
            if word.strip():
                row = int(np.argmax(words.codes(table.columns[index]) == code))
                raise SourceError(
                    "a column without a name holds values: rows are shifted",
                    code="row_differs_from_header",
                    where=Where(row=int(table.lines[row]), column=str(index + 1)),
                    found=Message("'{word}' in column {value}", word=word[:60], value=index + 1),
                    expected=Message(
                        "{value} named columns and nothing after",
                        value=len(table.header) - len(unnamed),
                    ),
                    hint=Message(
                        "a decimal comma was probably written as a separator; "
                        "fetch the file again from the publisher"
                    ),
                )
    if unnamed:
        kept = [i for i in range(len(table.header)) if i not in unnamed]
        table.header = [table.header[i] for i in kept]
        table.columns = [table.columns[i] for i in kept]


def refuse_repeated(header: Sequence[str], line: int = 1) -> None:
    """Refuse a header in which two columns have one name; case and blanks make no other name.

    Raises
    ------
    SourceError
        With the name and the numbers of both columns: added up they would count twice.
    """
    seen: dict[str, int] = {}
    for number, cell in enumerate(header, 1):
        name = normal(cell)
        if not name:
            continue
        if name in seen:
            raise SourceError(
                "two columns have the same name",
                code="repeated_column",
                where=Where(row=line, column=cell.strip()[:60]),
                found=Message("column {seen} and column {number}", seen=seen[name], number=number),
                expected=Message(
                    "every name once; case, blanks and underscores make no difference"
                ),
                hint=Message(
                    "fetch the file again; if it comes so, take out the column that is too many"
                ),
            )
        seen[name] = number
