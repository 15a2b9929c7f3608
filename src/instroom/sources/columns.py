"""Scores, answers or effects as columns by name: one row per person or study."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from instroom.core.errors import DataError, InstroomError, UserError, Where
from instroom.core.messages import Message
from instroom.sources import numerals

Floats = NDArray[np.float64]
pc: Any = pyarrow.compute  # its stubs know fewer shapes than it takes
#: Words that say yes and no, in the languages of the pages and of spreadsheet programs.
YES = frozenset(("ja", "j", "yes", "y", "true", "waar", "wahr", "1"))
NO = frozenset(("nee", "neen", "nein", "n", "no", "false", "onwaar", "falsch", "0"))
#: What stands for "no answer" in the files of schools, SPSS users and R users.
MISSING = ("", "NA", "NaN", "nan", "NULL", "null", ".", "-")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file, as texts; numbers are made of those that are asked for."""

    file: str
    table: pa.Table
    text: str
    delimiter: str
    lines: tuple[int, ...] = ()
    #: Columns that a table in memory declares to be categories, whatever their words are.
    declared: frozenset[str] = frozenset()
    #: Columns of a table in memory that hold lists or objects, and what these are.
    unreadable: Mapping[str, str] = field(default_factory=dict)

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
            ``unknown_column``, with the names there are; ``unreadable_column`` for a column of a
            table in memory that holds lists or objects.
        UserError
            ``bad_name`` for a name that is no text.
        """
        if not_text := bad_name([name]):
            raise not_text
        if name in self.names:
            return
        if name in self.unreadable:
            raise DataError(
                "column '{name}' holds something else than numbers or texts",
                code="unreadable_column",
                where=Where(self.file, None, name),
                found=self.unreadable[name],
                expected=Message("one number or text for each pupil"),
                hint=Message("make a column of numbers or texts of it"),
                name=name,
            )
        raise DataError(
            "there is no column '{name}'",
            code="unknown_column",
            where=Where(self.file, 1, name),
            found=", ".join([*self.names, *self.unreadable]),
            expected=name,
            hint=Message("use a name from the header, spelled the same"),
            name=name,
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
        column, doubt = numerals.plain(
            column, delimiter=self.delimiter, points_elsewhere=self._has_points
        )
        if doubt is not None:
            raise self._doubtful(name, doubt)
        try:
            numbers = pc.cast(column, pa.float64())
        except pa.ArrowInvalid:
            raise self._no_number(name) from None
        values = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64).copy()
        if np.isinf(values).any():
            raise self._no_number(name)
        return values

    @property
    def _has_points(self) -> bool:
        return numerals.has_points(_trimmed(self.table.column(n)) for n in self.names)

    def _doubtful(self, name: str, row: int) -> DataError:
        """Refuse a number such as 1.067 that may be 1067, where nothing tells which."""
        value = str(_trimmed(self.table.column(name))[row].as_py())
        return DataError(
            "column '{name}' can be read in two ways: {value} may be a thousand, or one and a bit",
            code="doubtful_number",
            where=Where(self.file, self.line(row), name),
            found=value,
            expected=Message("numbers whose point or comma can mean one thing only"),
            hint=Message(
                "write thousands without a sign ({plain})"
                if self.delimiter == ","
                else "write thousands without a sign ({plain}), and decimals with a comma",
                plain=re.sub("[.,]", "", value),
            ),
            name=name,
            value=value,
        )

    def recoded(self, names: Iterable[str], yes: str | None = None) -> "Columns":
        """Return the columns with yes and no written as 1 and 0 in those that say so.

        ``yes`` is the value that means yes; without it the usual words do (ja, nee, true ...).
        A column that says something else stays as it is.

        Raises
        ------
        DataError
            ``not_binary`` when ``yes`` stands in a column with more than one other value.
        """
        table = self.table
        for name in names:
            if name in self.names:
                found = _yes_or_no(self.words(name), yes, Where(self.file, None, name))
                if found is not None:
                    at = self.names.index(name)
                    table = table.set_column(at, name, pa.array(found, pa.string()))
        return self if table is self.table else replace(self, table=table)

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
        if self.lines:
            return self.lines[row]
        if not self.text:
            return row + 1
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        filled = (reader.line_num for cells in reader if cells)
        return next(at for i, at in enumerate(filled) if i == row + 1)

    def _no_number(self, name: str) -> InstroomError:
        """Find the first value that is no number, with its physical row."""
        for row, value in enumerate(_trimmed(self.table.column(name)).to_pylist()):
            if value not in MISSING and not _is_number(value):
                return DataError(
                    "'{value}' is not a number",
                    code="not_a_number",
                    where=Where(self.file, self.line(row), name),
                    found=value[:40],
                    expected=Message(
                        "a number such as 3.25, or nothing (empty, NA) when it is missing"
                    ),
                    hint=Message(
                        "correct this cell; leave it empty only when the answer is missing"
                    ),
                    value=value[:40],
                )
        return DataError(
            "column '{name}' has a value that is not a number",
            code="not_a_number",
            found=Message("a text"),
            expected=Message("numbers; an empty cell is missing"),
            hint=Message("give the column as numbers"),
            name=name,
        )


def bad_name(names: Iterable[object]) -> UserError | None:
    """Return the refusal of the first name that is no text, or None when all are.

    What it holds is not told: somebody may have given data where a name belongs.
    """
    wrong = next((type(name).__name__ for name in names if not isinstance(name, str)), None)
    if wrong is None:
        return None
    return UserError(
        "the name of a column must be a text",
        code="bad_name",
        found=wrong,
        expected=Message("a text, or a list of texts"),
        hint=Message("write the name as it stands in the header, between quotes"),
    )


def _yes_or_no(words: NDArray[np.object_], yes: str | None, where: Where) -> list[str] | None:
    """Return "1", "0" or "" per row, or None when these words do not say yes or no."""
    said = {str(word).casefold() for word in words if word}
    if yes is not None and yes.strip().casefold() in said:
        rest = said - {yes.strip().casefold()}
        if len(rest) > 1:
            raise DataError(
                "beside '{yes}' this column has more than one other value",
                code="not_binary",
                where=where,
                found=", ".join(sorted(said))[:80],
                expected=Message("two values, one of which means yes"),
                hint=Message("make one value of all that mean no; an empty cell is missing"),
                yes=yes,
            )
        return ["" if not w else str(int(str(w).casefold() not in rest)) for w in words]
    if not said or not said <= YES | NO or said <= {"0", "1"}:
        return None
    return ["" if not w else str(int(str(w).casefold() in YES)) for w in words]


def _is_number(text: str) -> bool:
    shaped = re.match(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", text)
    return bool(shaped) and isfinite(float(text))


def _trimmed(column: Any) -> Any:
    return pc.utf8_trim_whitespace(pc.fill_null(column.combine_chunks(), ""))
