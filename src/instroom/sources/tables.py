"""From text to a raw table: separator, header, rows with their physical line numbers."""

import csv
import io
import re
from dataclasses import dataclass, field

from instroom.core.errors import SourceError, Where

MAX_CELLS = 12_000_000
MAX_COLUMNS = 2_000
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(bron|bronnen|source|noot|toelichting)\s*:", re.IGNORECASE)
csv.field_size_limit(1 << 20)


@dataclass(slots=True)
class RawTable:
    """Header and rows as text; ``lines`` gives the physical line of each row (header is 1).

    ``prose`` is the text above the table, ``footnotes`` what stands below it; ``dataset`` is the
    publisher's id of the table where the file carries one.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    strays: int = 0
    blanks: int = 0
    footnotes: list[str] = field(default_factory=list)
    name: str = ""
    first_line: int = 1
    prose: list[str] = field(default_factory=list)
    dataset: str | None = None

    def column(self, index: int) -> list[str]:
        """Return one column's cells."""
        return [row[index] for row in self.rows]


def normal(header: str) -> str:
    """Make two spellings of a column name equal.

    Examples
    --------
    >>> normal("VESTIGINGSNAAM ") == normal("Vestigingsnaam"), normal("BRIN_NUMMER")
    (True, 'brin nummer')
    """
    return re.sub(r"[\s_]+", " ", header).strip().casefold()


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


def read_table(text: str, delimiter: str | None = None) -> RawTable:
    """Split text into a table and refuse rows that differ from the header.

    Blank records and records that hold only ``""`` are counted, not kept. One text in the
    first field of the last records is a footnote.

    Raises
    ------
    SourceError
        At the first row with more or fewer fields than the header, or with a value in a column
        that the header does not name: the sign of a comma that became a separator.
    """
    said = _SEP.match(text)
    if said:  # the line with which Excel is told what stands between cells
        text = "\n" + text[said.end() :]
        delimiter = delimiter or said[1]
    first = text.lstrip("\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or separator(first))
    header = [name.strip("\r") for name in next((row for row in reader if row or not said), [])]
    if len(header) > MAX_COLUMNS:
        raise too_large(f"{len(header)} columns", f"at most {MAX_COLUMNS} columns")
    table = RawTable(header, [], [])
    start = reader.line_num + 1
    cells = 0
    same: dict[str, str] = {}
    try:
        for row in reader:
            cells += len(row)
            if cells > MAX_CELLS:
                raise too_large(f"more than {MAX_CELLS:,} cells", "an open data table")
            _keep(table, [same.setdefault(cell, cell) for cell in row], start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"line {start} cannot be split into fields: {error}",
            code="not_a_table",
            where=Where(row=start),
            expected="fields below 1 MiB, quotes that close",
            hint="fetch the file again from the publisher",
        ) from error
    _drop_unnamed(table)
    return table


def too_large(found: str, expected: str) -> SourceError:
    """Return the refusal of a file beyond the limits."""
    return SourceError(
        "this file is larger than an open data table",
        code="too_large",
        found=found,
        expected=expected,
        hint="check that this is the publisher's own file",
    )


def _keep(table: RawTable, row: list[str], line: int) -> None:
    if not row:
        table.blanks += 1
    elif len(row) == 1 and not row[0].strip() and len(table.header) > 1:
        table.strays += 1
    elif len(table.header) > 1 and (_FOOTNOTE.match(row[0]) or (len(row) == 1 and " " in row[0])):
        table.footnotes.append(row[0])
    elif len(row) != len(table.header) or table.footnotes:
        raise _unequal(table, row, line)
    elif not any(cell.strip() for cell in row):
        table.blanks += 1
    else:
        table.rows.append(row)
        table.lines.append(line)


def _unequal(table: RawTable, row: list[str], line: int) -> SourceError:
    width = len(table.header)
    column = table.header[min(len(row), width) - 1] if len(row) < width else str(width + 1)
    found = f"{len(row)} fields" + (f", the extra one is '{row[width]}'" if row[width:] else "")
    return SourceError(
        "this row has another number of fields than the header",
        code="row_differs_from_header",
        where=Where(row=line, column=column or str(width)),
        found=found,
        expected=f"{width} fields, as in the header",
        hint="the file is damaged (a separator inside a value, or a cut-off row); "
        "fetch it again from the publisher",
    )


def _drop_unnamed(table: RawTable) -> None:
    """Drop columns without a name if they are empty throughout; refuse values in them."""
    unnamed = [i for i, name in enumerate(table.header) if not name.strip()]
    for index in unnamed:
        for row, line in zip(table.rows, table.lines, strict=True):
            if row[index].strip():
                raise SourceError(
                    "a column without a name holds values: rows are shifted",
                    code="row_differs_from_header",
                    where=Where(row=line, column=str(index + 1)),
                    found=f"'{row[index]}' in column {index + 1}",
                    expected=f"{len(table.header) - len(unnamed)} named columns and nothing after",
                    hint="a decimal comma was probably written as a separator; "
                    "fetch the file again from the publisher",
                )
    if unnamed:
        kept = [i for i in range(len(table.header)) if i not in unnamed]
        table.header = [table.header[i] for i in kept]
        table.rows = [[row[i] for i in kept] for row in table.rows]


def refuse_repeated(table: RawTable) -> None:
    """Refuse a table in which two columns have one name; case and blanks make no other name.

    Raises
    ------
    SourceError
        With the name and the numbers of both columns: added up they would count twice.
    """
    seen: dict[str, int] = {}
    for number, cell in enumerate(table.header, 1):
        name = normal(cell)
        if not name:
            continue
        if name in seen:
            raise SourceError(
                "two columns have the same name",
                code="repeated_column",
                where=Where(row=table.first_line, column=cell.strip()[:60]),
                found=f"column {seen[name]} and column {number}",
                expected="every name once; case, blanks and underscores make no difference",
                hint="fetch the file again; if it comes so, take out the column that is too many",
            )
        seen[name] = number
