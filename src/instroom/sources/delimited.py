"""Delimited text in blocks of rows: a file of any size in the memory of a few blocks.

Two ways give the same blocks. Where every row is one line, Arrow splits them. Where a line is
blank, quoted over several lines or longer than its header, the csv module reads the file row by
row and knows what to keep. The quick way stops at the first sign that it is not enough.
"""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.core.printing import visible
from instroom.sources import words
from instroom.sources.decode import Survey, open_text
from instroom.sources.tables import (
    MAX_COLUMNS,
    RawTable,
    drop_unnamed,
    from_rows,
    too_large,
)

#: Rows and cells of one block the careful way, and bytes the quick way.
BLOCK_ROWS = 50_000
BLOCK_CELLS = 1_000_000
BLOCK_BYTES = 3 * 2**19
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(bron|bronnen|source|noot|toelichting)\s*:", re.IGNORECASE)
_WORD = pa.dictionary(pa.int32(), pa.string())
csv.field_size_limit(1 << 20)


class NeedsCareError(Exception):
    """The quick way met something that it cannot judge; read the file again with care."""


@dataclass(slots=True)
class Delimited:
    """A delimited text file: the header at once, its rows in blocks as often as asked.

    ``first_row`` is the line of the first row. ``strays``, ``blanks`` and ``footnotes`` are what
    the last reading left out: records that hold only ``""``, empty ones, text below the table.
    """

    path: Path
    survey: Survey
    header: list[str]
    delimiter: str
    first_row: int
    careful: bool = False
    strays: int = 0
    blanks: int = 0
    footnotes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there are at most."""
        whole = self.survey.lines + (not self.survey.ends)
        return max(0, whole - self.first_row + 1 - self.survey.blank)

    def blocks(self) -> Iterator[RawTable]:
        """Yield the rows in blocks.

        Raises
        ------
        NeedsCareError
            When the quick way is not enough: set ``careful`` and start anew.
        SourceError
            At the first row with more or fewer fields than the header, or with a value in a
            column that the header does not name: the sign of a comma that became a separator.
        """
        self.strays, self.blanks, self.footnotes = 0, 0, []
        if self.careful or not self.survey.plain or not self.header:
            with open_text(self.path.open("rb"), self.survey) as text:
                yield from _careful(text, self)
        else:
            yield from _quick(self)


def open_delimited(path: Path, survey: Survey) -> Delimited:
    """Return a delimited text file with its header read.

    Raises
    ------
    SourceError
        ``too_large`` for a header of more columns than any table has.
    """
    with open_text(path.open("rb"), survey) as text:
        return _opened(text, path, survey)


def _opened(text: TextIO, path: Path, survey: Survey) -> Delimited:
    said, line, before = _first_line(text)
    mark = said or separator(line)
    reader = csv.reader(_again(line, text), delimiter=mark)
    header = [visible(name.strip("\r")) for name in next(reader, [])]
    if len(header) > MAX_COLUMNS:
        raise too_large(
            Message("{count} columns", count=len(header)),
            Message("at most {max_columns} columns", max_columns=MAX_COLUMNS),
        )
    first = before + reader.line_num + 1
    return Delimited(path, survey, header, mark, first)


def _first_line(text: TextIO) -> tuple[str, str, int]:
    """Return the separator that a ``sep=`` line tells, the header's line, and lines before it."""
    before, said = 0, ""
    line = text.readline()
    while line and (not line.strip("\r\n") or (not said and _SEP.fullmatch(line))):
        if found := _SEP.fullmatch(line):
            said = found[1]
        before += 1
        line = text.readline()
    return said, line, before


def _again(line: str, text: TextIO) -> Iterator[str]:
    yield line
    yield from text


def separator(first_line: str) -> str:
    r"""Return the separator of a table from its first line.

    Examples
    --------
    >>> separator("A;B,C;D"), separator("a,b,geo\\time\t2015 "), separator('"x,y";"z"')
    (';', '\t', ';')
    """
    outside = re.sub(r'"[^"]*"', "", first_line)
    if "\t" in outside:
        return "\t"
    return max(";,|", key=outside.count)


def _quick(table: Delimited) -> Iterator[RawTable]:
    """Split by Arrow: every line is a row, or this stops."""
    names = [str(i) for i in range(len(table.header))]
    packed = "\\" in table.header[0]  # every row its own key: no use to look for equal words
    types = dict.fromkeys(names, _WORD) | ({"0": pa.string()} if packed else {})
    plain = table.survey.encoding in ("ascii", "utf-8", "utf-8-sig")
    line = table.first_row
    try:
        reader = arrow_csv.open_csv(
            cast(BinaryIO, _as_arrow(table.path)),
            read_options=arrow_csv.ReadOptions(
                use_threads=True,
                block_size=BLOCK_BYTES,
                skip_rows=table.first_row - 1,
                column_names=names,
                encoding="utf8" if plain else table.survey.encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=table.delimiter, ignore_empty_lines=bool(table.survey.blank)
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=types),
        )
        for batch in reader:
            lines = np.arange(line, line + len(batch), dtype=np.int32)
            line += len(batch)
            block = RawTable(table.header, [words.encoded(c) for c in batch.columns], lines)
            _refuse_doubt(block)
            drop_unnamed(block)
            yield block
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise NeedsCareError from error
    if line - table.first_row != table.rows:
        raise NeedsCareError
    if line == table.first_row:
        yield _block(table, [], [])


def _as_arrow(path: Path) -> pa.NativeFile:
    """Open a file for Arrow, which closes it when the last of its threads lets go.

    Never close it here: a thread that reads ahead would go on with the number of the descriptor,
    and so take bytes from the next file that gets that number.
    """
    return pa.OSFile(cast(str, os.fsencode(path)), "r")  # it takes a name that is no text as bytes


def _refuse_doubt(block: RawTable) -> None:
    """Stop where a row may be a footnote or blank: only the careful way tells them apart."""
    first = cast(pa.StringArray, block.columns[0].dictionary)
    blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(first)), pa.scalar(0))
    footnote = pc.match_substring_regex(first, f"^(?:{_FOOTNOTE.pattern})", ignore_case=True)
    if pc.any(pc.or_(blank, footnote)).as_py():
        raise NeedsCareError


def _careful(text: TextIO, table: Delimited) -> Iterator[RawTable]:
    """Split by the csv module, row by row."""
    for _ in range(table.first_row - 1):
        text.readline()
    reader = csv.reader(text, delimiter=table.delimiter)
    most = max(1, min(BLOCK_ROWS, BLOCK_CELLS // max(1, len(table.header))))
    rows: list[list[str]] = []
    lines: list[int] = []
    start = table.first_row
    try:
        for row in reader:
            if table.first_row + reader.line_num > start + 1:  # a record of more than one line
                _refuse_swallowed(table, row, start)
            if _kept(table, row, start):
                rows.append(row)
                lines.append(start)
            start = table.first_row + reader.line_num
            if len(rows) >= most:
                yield _block(table, rows, lines)
                rows, lines = [], []
    except csv.Error as error:
        raise SourceError(
            "this line cannot be split into fields",
            code="not_a_table",
            found=str(error)[:80],
            where=Where(row=start),
            expected=Message("fields below 1 MiB, quotes that close"),
            hint=Message("fetch the file again from the publisher"),
        ) from error
    yield _block(table, rows, lines)


def _block(table: Delimited, rows: list[list[str]], lines: list[int]) -> RawTable:
    block = from_rows(table.header, rows, lines)
    drop_unnamed(block)
    return block


def _kept(table: Delimited, row: list[str], line: int) -> bool:
    """Say whether a record is a row; what is none is counted."""
    width = len(table.header)
    if not row:
        table.blanks += 1
    elif len(row) == 1 and not row[0].strip() and width > 1:
        table.strays += 1
    elif width > 1 and (_FOOTNOTE.match(row[0]) or (len(row) == 1 and " " in row[0])):
        table.footnotes.append(row[0])
    elif len(row) != width or table.footnotes:
        raise _unequal(table.header, row, line)
    elif not "".join(row).strip():
        table.blanks += 1
    else:
        return True
    return False


def _refuse_swallowed(table: Delimited, row: list[str], line: int) -> None:
    """Refuse a record in which a quote that was never closed ate the rows after it."""
    least = max(1, len(table.header) - 1)
    for index, cell in enumerate(row):
        if "\n" in cell and cell.count(table.delimiter) >= least:
            raise SourceError(
                "a quote in this row is not closed: the rows after it are in one value",
                code="open_quote",
                where=Where(
                    row=line, column=table.header[min(index, len(table.header) - 1)].strip()
                ),
                found=Message(
                    "'{cell}', over {value} lines", cell=cell[:40], value=cell.count(chr(10)) + 1
                ),
                expected=Message('values whose " is closed on the same row'),
                hint=Message("take the quote out, or fetch the file again from the publisher"),
            )


def _unequal(header: list[str], row: list[str], line: int) -> SourceError:
    width = len(header)
    column = header[min(len(row), width) - 1] if len(row) < width else str(width + 1)
    return SourceError(
        "this row has another number of fields than the header",
        code="row_differs_from_header",
        where=Where(row=line, column=column or str(width)),
        found=Message("{n} fields, the extra one is '{cell}'", n=len(row), cell=row[width][:60])
        if row[width:]
        else Message("{n} fields", n=len(row)),
        expected=Message("{width} fields, as in the header", width=width),
        hint=Message(
            "the file is damaged (a separator inside a value, or a cut-off row); "
            "fetch it again from the publisher"
        ),
    )


def whole(table: Delimited) -> RawTable:
    """Return all rows as one table, with what was left out."""
    try:
        blocks = list(table.blocks())
    except NeedsCareError:
        table.careful = True
        blocks = list(table.blocks())
    found = joined(blocks)
    found.strays, found.blanks, found.footnotes = table.strays, table.blanks, table.footnotes
    return found


def joined(blocks: list[RawTable]) -> RawTable:
    """Return blocks of one table as one."""
    if len(blocks) == 1:
        return blocks[0]
    columns = [
        words.encoded(pa.chunked_array(parts).unify_dictionaries())
        for parts in zip(*(block.columns for block in blocks), strict=True)
    ]
    return RawTable(blocks[0].header, columns, np.concatenate([b.lines for b in blocks]))
