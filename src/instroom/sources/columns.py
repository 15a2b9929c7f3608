"""A plain CSV of scores, answers or effects: one row per person or study, columns by name."""

import csv
import io
import re
import sys
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from numpy.typing import NDArray

from instroom.core.errors import DataError, InstroomError, Where
from instroom.sources.decode import decode

Floats = NDArray[np.float64]
pc: Any = pyarrow.compute  # its stubs know fewer shapes than it takes
#: What stands for "no answer" in the files of schools, SPSS users and R users.
MISSING = ("", "NA", "NaN", "nan", "NULL", "null", ".", "-")
_DECIMAL_COMMA = r"^\s*[+-]?\d+(,\d+)?([eE][+-]?\d+)?\s*$"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file, as texts; numbers are made of those that are asked for."""

    file: str
    table: pa.Table
    text: str
    delimiter: str

    @property
    def rows(self) -> int:
        """Data rows below the header."""
        return int(self.table.num_rows)

    @property
    def names(self) -> list[str]:
        """The names in the header."""
        return [str(name) for name in self.table.column_names]

    def check(self, name: str) -> None:
        """Refuse a name that is not in the header.

        Raises
        ------
        DataError
            ``unknown_column``, with the names there are.
        """
        if name not in self.names:
            raise DataError(
                f"there is no column '{name}'",
                code="unknown_column",
                where=Where(self.file, 1, name),
                found=", ".join(self.names),
                expected=name,
                hint="use a name from the header, spelled the same",
            )

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers, shape (rows,); a missing value is ``nan``.

        Raises
        ------
        DataError
            ``not_a_number``, with the row of the first value that is none.
        """
        self.check(name)
        column = _trimmed(self.table.column(name))
        missing = pc.is_in(column, value_set=pa.array(MISSING))
        column = pc.if_else(missing, pa.scalar(None, pa.string()), column)
        comma = (
            self.delimiter != ","
            and pc.all(pc.match_substring_regex(column, _DECIMAL_COMMA)).as_py()
        )
        if comma:
            column = pc.replace_substring(column, ",", ".")
        try:
            numbers = pc.cast(column, pa.float64())
        except pa.ArrowInvalid:
            raise self._no_number(name) from None
        values = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64).copy()
        if np.isinf(values).any():
            raise self._no_number(name)
        return values

    def words(self, name: str) -> NDArray[np.object_]:
        """Return a column as texts, shape (rows,); a missing value is the empty text."""
        self.check(name)
        column = _trimmed(self.table.column(name))
        missing = pc.is_in(column, value_set=pa.array(MISSING))
        return np.asarray(
            pc.if_else(missing, "", column).to_numpy(zero_copy_only=False), dtype=object
        )

    def keys(self, name: str) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
        """Return (a column as group names, which rows have one).

        Whole numbers stay numbers, because those are sorted and compared faster than texts.
        """
        self.check(name)
        column = _trimmed(self.table.column(name))
        missing = np.asarray(
            pc.is_in(column, value_set=pa.array(MISSING)).to_numpy(zero_copy_only=False)
        )
        whole = pc.all(
            pc.or_(
                pc.is_in(column, value_set=pa.array(MISSING)),
                pc.match_substring_regex(column, r"^(0|[1-9]\d{0,15})$"),
            )
        ).as_py()
        filled = pc.if_else(pa.array(missing), "0" if whole else "", column)
        if whole:
            numbers: NDArray[np.generic] = pc.cast(filled, pa.int64()).to_numpy()
            return numbers, ~missing
        return np.asarray(filled.to_numpy(zero_copy_only=False)).astype(str), ~missing

    def line(self, row: int) -> int:
        """Return the physical line of a row of data (the header is line 1)."""
        if not self.text:
            return row + 1
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        filled = (reader.line_num for cells in reader if cells)
        return next(at for i, at in enumerate(filled) if i == row + 1)

    def _no_number(self, name: str) -> InstroomError:
        """Find the first value that is no number, with its physical row."""
        if not self.text:
            return DataError(
                f"column '{name}' has a value that is not a number", code="not_a_number"
            )
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        at = self.names.index(name)
        next(reader)
        for cells in reader:
            value = cells[at].strip() if at < len(cells) else ""
            if value not in MISSING and not _is_number(value):
                return DataError(
                    f"'{value[:40]}' is not a number",
                    code="not_a_number",
                    where=Where(self.file, reader.line_num, name),
                    found=value[:40],
                    expected="a number such as 3.25, or nothing (empty, NA) when it is missing",
                    hint="correct this cell, or leave it empty",
                )
        return DataError(f"column '{name}' has a value that is not a number", code="not_a_number")


def of_frame(frame: Any) -> Columns:
    """Return the columns of a table in memory: pandas, Polars, Arrow, DuckDB or PySpark.

    All rows are brought here as they are. For tables too large for that, add them up where they
    are with :func:`instroom.core.compress.compress`.

    Examples
    --------
    >>> of_frame(pa.table({"x": [1.5, None], "school": ["A", "B"]})).numbers("x").tolist()
    [1.5, nan]
    """
    lazy = nw.from_native(frame).lazy()
    table: pa.Table = lazy.collect(backend="pyarrow").to_native()
    texts = [_as_text(table.column(name)) for name in table.column_names]
    return Columns("(table)", pa.table(texts, names=table.column_names), "", ",")


def _as_text(column: Any) -> Any:
    """Return a column as texts that give the same numbers back."""
    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    if pa.types.is_floating(column.type):
        wide = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        return pa.array(["" if v != v else repr(float(v)) for v in wide], pa.string())
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _is_number(text: str) -> bool:
    shaped = re.match(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", text)
    return bool(shaped) and isfinite(float(text))


def _trimmed(column: Any) -> Any:
    return pc.utf8_trim_whitespace(pc.fill_null(column.combine_chunks(), ""))


def read_columns(file: str | Path) -> Columns:
    r"""Read a CSV file with a header; ``-`` reads standard input.

    The encoding and the delimiter (comma, semicolon or tab) are decided by evidence. Nothing is
    stored.

    Parameters
    ----------
    file
        Path of the file, or ``-``.

    Raises
    ------
    DataError
        ``no_file``, ``empty_file``, ``repeated_column`` or ``uneven_row``, with the row.

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
    text = _text(name)
    if not text.strip():
        raise DataError("the file is empty", code="empty_file", where=Where(name))
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


def _text(name: str) -> str:
    if name == "-":
        data = sys.stdin.buffer.read()
    else:
        path = Path(name)
        if not path.is_file():
            raise DataError(
                f"there is no file '{name}'",
                code="no_file",
                where=Where(name),
                hint="check the path; a folder is not a file",
            )
        data = path.read_bytes()
    try:
        return decode(data).text.replace("\r\n", "\n").replace("\r", "\n")
    except InstroomError as error:
        raise DataError(
            error.message, code=error.code, where=Where(name), expected="a CSV file"
        ) from None


def _header(text: str, delimiter: str) -> list[str]:
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if cells:
            return cells
    return []


def _check_shape(name: str, text: str, delimiter: str) -> None:
    """Refuse a header with a name twice, and a row with more or fewer cells than the header."""
    header = _header(text, delimiter)
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise DataError(
            f"column '{twice[0]}' stands in the header more than once",
            code="repeated_column",
            where=Where(name, 1, twice[0]),
            hint="give every column its own name",
        )
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
            f"this row has {uneven[1]} cells, the header {len(header)}",
            code="uneven_row",
            where=Where(name, uneven[0]),
            found=f"{uneven[1]} cells",
            expected=f"{len(header)} cells",
            hint="check for a missing or extra delimiter in this row",
        )
