"""Sums in an engine that do not depend, not even in the last digit, on the order of adding up.

Every term is rounded to a grid first, twice, so that adding the parts is exact in a double: see
Demmel and Nguyen (2015), IEEE Transactions on Computers 64(7), 2060-2070.
"""

from math import frexp
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from instroom.crossproducts.crossproducts import Floats

#: Bits of a double.
_BITS = 53


Term = tuple[str, int, int, float, float]


def ask(
    rows: Any, keys: list[str], pairs: list[tuple[int, int]], size: tuple[int, Floats]
) -> pa.Table:
    """Return per group ``n`` and, for each pair of columns, the sum of their product in two parts.

    Each product is split in a coarse part, a fine part and a rest that is dropped. Parts are
    multiples of a power of two so large that sums of all of them are exact in a double.

    Parameters
    ----------
    rows
        A narwhals frame over DuckDB or Spark with columns ``x1, x2 ..`` and the keys.
    keys
        Columns to group by; none gives one row.
    pairs
        Which columns to multiply; 0 stands for a column of ones.
    size
        Number of rows, and the largest absolute value of each column, 1 for the column of ones.
    """
    terms = [_term(i, j, *size) for i, j in pairs]
    if rows.implementation is nw.Implementation.DUCKDB:
        return _in_sql(rows.to_native(), keys, terms)
    parts = {}
    for name, i, j, hold, hold2 in terms:
        product = nw.col(f"x{j}") if i == 0 else nw.col(f"x{i}") * nw.col(f"x{j}")
        coarse = (product + hold) - hold
        parts[f"a{name}"] = coarse
        parts[f"b{name}"] = ((product - coarse) + hold2) - hold2
    split = rows.select(*keys, **parts)
    asked = [nw.len().alias("n"), *(nw.col(name).sum() for name in parts)]
    return collect(split.group_by(*keys).agg(*asked) if keys else split.select(*asked))


def _term(i: int, j: int, n: int, reach: Floats) -> Term:
    """Return (name, columns, holds): adding and taking off a hold rounds to its grid.

    A hold is 1.5 * 2^52 marks of its grid, so that the sum has no bits below the mark.
    """
    room = frexp(float(max(n, 2)))[1]
    hold = 1.5 * 2.0 ** (frexp(float(reach[i] * reach[j]))[1] + room - 1)
    return f"{i}_{j}", i, j, hold, hold * 2.0 ** (room - _BITS)


def _in_sql(rows: Any, keys: list[str], terms: list[Term]) -> pa.Table:
    """Ask the same in SQL: writing 60 sums through narwhals costs 0.1 s, as much as adding up."""
    asked = [*keys, "count(*) as n"]
    for name, i, j, hold, hold2 in terms:
        product = f"x{j}" if i == 0 else f"(x{i} * x{j})"
        first, second = f"cast('{hold!r}' as double)", f"cast('{hold2!r}' as double)"
        coarse = f"(({product} + {first}) - {first})"
        asked.append(f"sum({coarse}) as a{name}")
        asked.append(f"sum((({product} - {coarse}) + {second}) - {second}) as b{name}")
    table: pa.Table = rows.aggregate(", ".join(asked), ", ".join(keys)).to_arrow_table()
    return table


def collect(rows: Any) -> pa.Table:
    """Return the answer of an engine as an Arrow table."""
    table: pa.Table = rows.collect(backend="pyarrow").to_native()
    return table


def numbers(table: pa.Table, name: str) -> Floats:
    """Return a column of an answer, without loading pandas as ``to_numpy`` does."""
    column: Any = table[name].cast(pa.float64()).combine_chunks()
    if column.null_count:  # the sum of no rows is null
        return np.zeros(len(column))
    return np.asarray(np.from_dlpack(column), dtype=np.float64)


def total(table: pa.Table, i: int, j: int) -> Floats:
    """Return the sums that :func:`ask` gave for a pair of columns."""
    return numbers(table, f"a{i}_{j}") + numbers(table, f"b{i}_{j}")
