"""Tables in memory as columns by name: pandas, Polars, Arrow, DuckDB, PySpark or a dictionary."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.sources import numerals
from instroom.sources.columns import Columns, bad_name

pc: Any = pyarrow.compute  # its stubs know fewer shapes than it takes
#: What a table in memory is called where a message names a file.
FILE = "(table)"
_NOTHING = ("NAType", "NaTType")  # how pandas says that there is no value


def of_table(table: Any) -> Columns:
    """Return the columns of a table in memory: pandas, Polars, Arrow, DuckDB, PySpark, or a dict.

    All rows are brought here as they are. For tables too large for that, add them up where they
    are with :func:`instroom.crossproducts.compress.compress`. A column of lists or objects stands
    in the way only of who asks for it.

    Raises
    ------
    DataError
        ``no_table`` for what holds no columns or cannot be brought here, ``uneven_columns`` for
        a dictionary with columns of different lengths, ``repeated_column`` for a name given twice.
    UserError
        ``bad_name`` for a name in a dictionary that is no text.

    Examples
    --------
    >>> of_table(pa.table({"x": [1.5, None], "school": ["A", "B"]})).numbers("x").tolist()
    [1.5, nan]
    >>> of_table({"x": [1.5, "NA", 2]}).numbers("x").tolist()
    [1.5, nan, 2.0]
    """
    columns = _of_mapping(table) if isinstance(table, Mapping) else _of_frame(table)
    declared = {name for name, column in columns.items() if _is_dictionary(column)}
    texts, unreadable = {}, {}
    for name, column in columns.items():
        try:
            texts[name] = _as_text(column)
        except (pa.ArrowException, TypeError, ValueError):
            unreadable[name] = _kind(column)
    return Columns(
        FILE, pa.table(texts), "", ",", declared=frozenset(declared), unreadable=unreadable
    )


def _of_mapping(table: Mapping[Any, Any]) -> dict[str, object]:
    if not_text := bad_name(table):
        raise not_text
    columns = {name: _column(values) for name, values in table.items()}
    lengths = {
        n: len(column) for n, column in columns.items() if isinstance(column, pa.ChunkedArray)
    }
    usual = Counter(lengths.values()).most_common(1)
    odd = next((name for name, n in lengths.items() if n != usual[0][0]), None)
    if odd is not None:
        other = next(name for name, n in lengths.items() if n == usual[0][0])
        raise DataError(
            "column '{name}' has another number of rows than the other columns",
            code="uneven_columns",
            where=Where(FILE, min(lengths[odd], usual[0][0]) + 1, odd),
            found=Message("{n} rows", n=lengths[odd]),
            expected=Message("{n} rows, as in column '{other}'", n=usual[0][0], other=other),
            hint=Message("give every column a value for each pupil; None where it is missing"),
            name=odd,
        )
    return columns


def _of_frame(frame: Any) -> dict[str, object]:
    try:
        known = nw.from_native(frame)
    except nw.exceptions.DuplicateError:
        names: Any = getattr(frame, "column_names", None) or getattr(frame, "columns", ())
        twice = next((name for name, n in Counter(map(str, names)).items() if n > 1), "")
        raise DataError(
            "column '{twice}' stands in the table more than once",
            code="repeated_column",
            where=Where(FILE, None, twice),
            found=Message("'{twice}' more than once", twice=twice[:60]),
            expected=Message("every name once"),
            hint=Message("give every column its own name"),
            twice=twice,
        ) from None
    except (TypeError, ValueError):
        raise _no_table(Message("this is no table"), type(frame).__name__) from None
    try:
        table: pa.Table = known.lazy().collect(backend="pyarrow").to_native()
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a table of any library: nobody knows all their errors
        if not isinstance(known, nw.DataFrame):
            said = type(error).__name__
            raise _no_table(Message("this table cannot be read"), said) from error
        return {str(name): _column(known[name].to_list()) for name in known.columns}
    return {str(name): table.column(name) for name in table.column_names}


def _no_table(message: str, found: str) -> DataError:
    return DataError(
        message,
        code="no_table",
        where=Where(FILE),
        found=found,
        expected=Message("a path, a dictionary of columns, or a table of pandas, Polars or Arrow"),
        hint=Message("rows as dictionaries become a table with pandas.DataFrame(rows)"),
    )


def _column(values: Any) -> Any:
    """Return a column of Arrow; for what cannot be one, the value itself."""
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        return values
    try:
        return pa.table({"": values}).column(0)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    try:
        return pa.chunked_array([pa.array([_cell(value) for value in values], pa.string())])
    except (pa.ArrowException, TypeError, ValueError):
        return values


def _cell(value: Any) -> str | None:
    """Return a value of a column of several kinds as the text it would be in a file."""
    if value is None or type(value).__name__ in _NOTHING:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return "" if value != value else numerals.exact(float(value))
    if isinstance(value, Decimal | date | time):
        return str(value)
    raise TypeError


def _is_dictionary(column: object) -> bool:
    return isinstance(column, pa.ChunkedArray) and pa.types.is_dictionary(column.type)


def _kind(column: object) -> str:
    return str(column.type if isinstance(column, pa.ChunkedArray) else type(column).__name__)


def _as_text(given: object) -> Any:
    """Return a column as texts that give the same numbers back."""
    if not isinstance(given, pa.ChunkedArray):
        raise TypeError
    column: Any = given.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    if pa.types.is_floating(column.type):
        wide = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        return pa.array(["" if v != v else numerals.exact(float(v)) for v in wide], pa.string())
    return pc.fill_null(pc.cast(column, pa.string()), "")
