"""Files of scores as people have them: CSV, XLSX, ODS or SPSS, known by what they hold."""

import csv
import io
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from instroom.core.errors import DataError, SourceError, UserError, Where
from instroom.core.messages import Message
from instroom.core.trouble import trouble
from instroom.sources import numerals, wrappers
from instroom.sources.columns import Columns, bad_name
from instroom.sources.decode import decode
from instroom.sources.frames import FILE, of_table
from instroom.sources.readers import workbook

#: More columns than this is no file of scores; what a header may cost is bounded by it.
MOST_COLUMNS = 5_000
MOST_BYTES = 256 * 2**20
_SPSS = (b"$FL2", b"$FL3")
#: The first line with which Excel is told what stands between cells.
_SEP = re.compile(r"\Asep=.\n", re.IGNORECASE)


def columns_of(table: Any, sheet: str | None = None) -> Columns:
    """Return the columns of whatever holds them: a path or ``-``, or a table in memory.

    A table is one of pandas, Polars, Arrow, DuckDB or PySpark, or a dictionary of columns.

    Examples
    --------
    >>> columns_of({"x": [1.5, None], "school": ["A", "B"]}).numbers("x").tolist()
    [1.5, nan]
    """
    if isinstance(table, str | Path):
        return read_columns(table, sheet)
    if sheet is not None:
        raise _no_sheets(FILE, sheet)
    return of_table(table)


def names_of(names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return names of columns: of a text those between commas, of a list its items.

    Raises
    ------
    UserError
        ``bad_name`` for a name that is no text.

    Examples
    --------
    >>> names_of("school"), names_of("school, class"), names_of(["a,b"])
    (('school',), ('school', 'class'), ('a,b',))
    """
    if isinstance(names, str):
        return tuple(name.strip() for name in names.split(",") if name.strip())
    if names is None:
        return ()
    listed = tuple(names) if isinstance(names, Iterable) else (names,)
    if not_text := bad_name(listed):
        raise not_text
    return listed


def items_of(items: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of the questions of a scale: one or more, each named once.

    Raises
    ------
    UserError
        When there is no name, or a name stands there twice.

    Examples
    --------
    >>> items_of("a, b")
    ('a', 'b')
    """
    names = names_of(items)
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice or not names:
        raise UserError(
            "name the questions of the scale, each of them once",
            found=Message("'{twice}' more than once", twice=twice[0]) if twice else Message("none"),
            expected=Message("the columns of three or more questions"),
            hint=Message("name them in items, as in a,b,c"),
        )
    return names


def read_columns(file: str | Path, sheet: str | None = None) -> Columns:
    r"""Read a file of scores with a header: CSV, XLSX, ODS or SPSS; ``-`` reads standard input.

    What a file is, its encoding and its delimiter (comma, semicolon or tab) are decided by
    evidence, never by its name. Nothing is stored.

    Parameters
    ----------
    file
        Path of the file, or ``-``.
    sheet
        The sheet of a workbook; needed when more than one holds something.

    Raises
    ------
    DataError
        ``no_file``, ``empty_file``, ``repeated_column`` or ``uneven_row``, with the row;
        ``which_sheet`` or ``no_sheet`` for a workbook, ``not_a_workbook`` or ``not_spss`` for one
        that cannot be opened, ``old_workbook`` for ``.xls``.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "scores.csv"
    >>> _ = path.write_text("school;score\nA;3,5\nB;\n")
    >>> columns = read_columns(path)
    >>> columns.numbers("score").tolist(), columns.words("school").tolist()
    ([3.5, nan], ['A', 'B'])
    """
    name = str(file)
    try:
        data = wrappers.unwrap_bytes(_bytes(name), MOST_BYTES)
    except SourceError as error:
        raise _as_data(error, name) from None
    if data.startswith(wrappers.ZIP):
        return _workbook(name, data, sheet)
    if sheet is not None:
        raise _no_sheets(name, sheet)
    if data.startswith(wrappers.OLD_WORKBOOK):
        raise DataError(
            "this is a workbook of before 2007 (.xls)",
            code="old_workbook",
            where=Where(name),
            found=Message("the old form of Excel"),
            expected=Message("CSV, XLSX, ODS or SPSS (.sav)"),
            hint=Message("open it and save it as .xlsx or CSV"),
        )
    return _spss(name, data) if data.startswith(_SPSS) else _csv(name, data)


def _no_sheets(name: str, sheet: str) -> DataError:
    return DataError(
        "only a workbook has sheets",
        code="no_sheet",
        where=Where(name),
        found=Message("--sheet {sheet}", sheet=sheet),
        expected=Message("an XLSX or ODS file"),
        hint=Message("leave --sheet out"),
    )


def _csv(name: str, data: bytes) -> Columns:
    text = _text(name, data)
    text = _SEP.sub("", text, count=1)
    if not text.strip():
        raise DataError(
            "the file is empty",
            code="empty_file",
            where=Where(name),
            found=Message("no text"),
            expected=Message("a header and rows"),
            hint=Message("check that the right file was saved"),
        )
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t", key=lambda sign: (header.count(sign), -",;\t".index(sign)))
    _check_shape(name, text, delimiter)
    table = pyarrow.csv.read_csv(
        io.BytesIO(text.encode("utf-8")),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=True
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(_header(text, delimiter), pa.string()),
            strings_can_be_null=False,
        ),
    )
    return Columns(name, table, text, delimiter)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    try:
        if path.is_file():
            return path.read_bytes()
    except OSError as error:
        raise trouble(error, name) or error from error
    raise DataError(
        "there is no file '{name}'",
        code="no_file",
        where=Where(name),
        found=name[:120],
        expected=Message("a file that can be read"),
        hint=Message("check the path; a folder is not a file"),
        name=name,
    )


def _text(name: str, data: bytes) -> str:
    try:
        return decode(data).text.replace("\r\n", "\n").replace("\r", "\n")
    except SourceError as error:
        raise _as_data(error, name) from None


def _as_data(error: SourceError, name: str) -> DataError:
    """Return what is wrong with a file as trouble with the user's data, not a publisher's."""
    return DataError(
        error.message,
        code=error.code,
        where=Where(name),
        found=error.found,
        expected=error.expected or Message("CSV, XLSX, ODS or SPSS (.sav)"),
        hint=Message("save it again from the program it was made with"),
    )


def _workbook(name: str, data: bytes, wanted: str | None) -> Columns:
    """Return the one sheet that holds something, or the one that was asked for."""
    try:
        sheets = dict(workbook.sheets(data, _cell))
        unseen = workbook.hidden(data)
    except SourceError as error:
        raise _as_data(error, name) from None
    filled = {s: rows for s, rows in sheets.items() if any(any(c.strip() for c in r) for r in rows)}
    shown = [sheet for sheet in filled if sheet not in unseen]
    if wanted is not None and wanted not in sheets:
        raise DataError(
            "there is no sheet '{wanted}'",
            code="no_sheet",
            where=Where(name),
            found=", ".join(sheets)[:120],
            expected=Message("one of these sheets"),
            hint=Message("use the name of a sheet as it is on its tab"),
            wanted=wanted,
        )
    if wanted is None and len(shown) != 1:
        raise DataError(
            Message("which sheet holds the scores?") if shown else Message("the workbook is empty"),
            code="which_sheet" if shown else "empty_file",
            where=Where(name),
            found=", ".join(shown) or Message("no sheet that is shown with anything in it"),
            expected=Message("one sheet with scores"),
            hint=Message("name it with --sheet"),
        )
    return _of_rows(name, filled.get(wanted or shown[0], []))


def _cell(cell: object) -> str:
    """Return a cell as text; a number is written so that it can be read in one way only."""
    if isinstance(cell, float):
        return numerals.exact(cell)
    return "" if cell is None else str(cell)


def _of_rows(name: str, rows: list[list[str]]) -> Columns:
    """Return the cells of a sheet below its first filled row; empty rows do not count."""
    filled = [(i, row) for i, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if not filled:
        raise DataError(
            "the sheet is empty",
            code="empty_file",
            where=Where(name),
            found=Message("no cells"),
            expected=Message("a header and rows"),
            hint=Message("name another sheet with --sheet"),
        )
    top, first = filled[0]
    width = max(i for i, cell in enumerate(first) if cell.strip()) + 1
    header = [cell.strip() for cell in first[:width]]
    _check_header(name, header, top)
    lines = tuple(i for i, _ in filled[1:])
    for i, row in filled[1:]:
        if any(cell.strip() for cell in row[width:]):
            raise DataError(
                "a cell stands outside the table",
                code="uneven_row",
                where=Where(name, i),
                found=next(c for c in row[width:] if c.strip())[:40],
                expected=Message("{width} cells, as in the header", width=width),
                hint=Message("clear the cells beside the table, or give them a name in the header"),
            )
    columns = [pa.array([row[at] for _, row in filled[1:]], pa.string()) for at in range(width)]
    return Columns(name, pa.table(columns, names=header), "", ";", lines)


def _spss(name: str, data: bytes) -> Columns:
    """Return an SPSS file; values the file itself calls missing are missing."""
    import pyreadstat

    with tempfile.NamedTemporaryFile(suffix=".sav") as copy:
        copy.write(data)
        copy.flush()
        try:
            frame, _ = pyreadstat.read_sav(copy.name, output_format="dict")
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
            raise DataError(
                "this SPSS file cannot be opened",
                code="not_spss",
                where=Where(name),
                found=Message("a file that is damaged or cut off"),
                expected=Message("a file that SPSS saved (.sav or .zsav)"),
                hint=Message("save it again, or export it as CSV"),
            ) from error
    columns = {key: pa.array(values, from_pandas=True) for key, values in frame.items()}
    return replace(of_table(columns), file=name)


def _header(text: str, delimiter: str) -> list[str]:
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if cells:
            return cells
    return []


def _check_shape(name: str, text: str, delimiter: str) -> None:
    """Refuse a header with a name twice, and a row with more or fewer cells than the header."""
    header = _header(text, delimiter)
    _check_header(name, header, 1)
    if '"' not in text:
        lines = enumerate(text.split("\n"), 1)
        counted = ((i, line.count(delimiter) + 1) for i, line in lines if line)
        uneven = next(((i, n) for i, n in counted if n != len(header)), None)
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        uneven = next(
            ((reader.line_num, len(c)) for c in reader if c and len(c) != len(header)), None
        )
    if uneven:
        raise DataError(
            "this row has {uneven} cells, the header {n}",
            code="uneven_row",
            where=Where(name, uneven[0]),
            found=Message("{uneven} cells", uneven=uneven[1]),
            expected=Message("{n} cells", n=len(header)),
            hint=Message("check for a missing or extra delimiter in this row"),
            uneven=uneven[1],
            n=len(header),
        )


def _check_header(name: str, header: list[str], line: int) -> None:
    """Refuse a header that is too wide, or has a name twice."""
    if len(header) > MOST_COLUMNS:
        raise DataError(
            "the header has too many columns for a file of scores",
            code="too_many_columns",
            where=Where(name, line),
            found=Message("{n:,} columns", n=len(header)),
            expected=Message("at most {most_columns:,}", most_columns=MOST_COLUMNS),
            hint=Message("keep the columns of this question and save the file again"),
        )
    twice = sorted(column for column, n in Counter(header).items() if n > 1)
    if twice:
        raise DataError(
            "column '{twice}' stands in the header more than once",
            code="repeated_column",
            where=Where(name, line, twice[0]),
            found=Message("'{twice}' more than once", twice=twice[0][:60]),
            expected=Message("every name once"),
            hint=Message("give every column its own name"),
            twice=twice[0],
        )
