"""Yes/no outcomes made ready for a logit: sorted by group, equal rows added up, columns scaled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import code_groups
from instroom.stats.arrays import Floats, Ints
from instroom.stats.rank import independent, left_out

Block = tuple[slice, slice]

BLOCK_ROWS = 16_384  # a few columns of this length fit in the cache of one core
MOST_VALUES = 512  # a column with more values than this is taken to be continuous
SAMPLE = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class BinaryRows:
    """Rows of a binary outcome, sorted by group; equal rows of a group are one row.

    Attributes
    ----------
    columns
        Shape (p, rows): the centred and scaled columns of X.
    yes, trials
        Shape (rows,): people with outcome 1 and people in all.
    starts, sizes
        Shape (G,): first row and number of rows of each group.
    scaling
        Shape (p, p): ``X_scaled = X @ scaling``, so that ``beta = scaling @ beta_scaled``.
    constant
        Sum of the logs of the binomial coefficients; 0 when single people were given.
    aliased
        Columns that earlier columns determine.
    """

    columns: Floats
    yes: Floats
    trials: Floats
    starts: Ints
    sizes: Ints
    scaling: Floats
    constant: float
    aliased: tuple[int, ...]

    @property
    def n(self) -> int:
        """People."""
        return int(self.trials.sum())

    @property
    def blocks(self) -> list[Block]:
        """Return (rows, groups) of consecutive blocks of whole groups.

        The blocks depend on the data alone, so that sums are taken in one fixed order.
        """
        ends = self.starts + self.sizes
        blocks, first = [], 0
        while first < len(ends):
            row = int(self.starts[first])
            last = max(int(np.searchsorted(ends, row + BLOCK_ROWS, side="right")), first + 1)
            blocks.append((slice(row, int(ends[last - 1])), slice(first, last)))
            first = last
        return blocks


def prepare(
    y: ArrayLike,
    X: ArrayLike,
    group: ArrayLike | None = None,
    *,
    trials: ArrayLike | None = None,
) -> BinaryRows:
    """Return the rows of a binary outcome, checked, added up and scaled.

    Parameters
    ----------
    y
        Shape (n,): 0 or 1, or with ``trials`` the number of people with outcome 1.
    X
        Shape (n, p): columns, including the intercept.
    group
        Shape (n,): group of each row, numbers or texts; one group when left out.
    trials
        Shape (n,): people in each row; one when left out.

    Raises
    ------
    DataError
        ``wrong_shape``, ``missing_values``, or ``not_binary`` when an outcome is not 0 or 1 (or
        lies outside 0..trials).

    Examples
    --------
    >>> rows = prepare([0, 1, 1], [[1, 5], [1, 5], [1, 7]], ["a", "a", "b"])
    >>> rows.yes.tolist(), rows.trials.tolist(), rows.starts.tolist()
    ([1.0, 1.0], [2.0, 1.0], [0, 1])
    """
    codes = None if group is None else code_groups(group)[0]
    outcome, matrix = check(y, X, None if codes is None else len(codes), trials=trials)
    if codes is None:
        codes = np.zeros(len(outcome), dtype=np.int64)
    members = None if trials is None else np.asarray(trials, dtype=np.float64)
    constant = 0.0 if members is None else _binomial_logs(outcome, members)
    count = np.ones_like(outcome) if members is None else members
    if not count.all():
        keep = count > 0
        outcome, matrix, count, codes = outcome[keep], matrix[keep], count[keep], codes[keep]
        codes = code_groups(codes)[0]
    sizes, columns, outcome, count = _add_up(outcome, matrix, count, codes)
    scaling, aliased = _scale(columns)
    starts = np.cumsum(sizes) - sizes
    return BinaryRows(columns, outcome, count, starts, sizes, scaling, constant, aliased)


def check(
    y: ArrayLike, X: ArrayLike, groups: int | None = None, *, trials: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Return outcome and columns as arrays of numbers, checked as :func:`prepare` says.

    Examples
    --------
    >>> outcome, matrix = check([0, 1], [[1], [1]], 2)
    >>> outcome.shape, matrix.shape
    ((2,), (2, 1))
    """
    outcome, matrix = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64)
    most = np.ones_like(outcome) if trials is None else np.asarray(trials, dtype=np.float64)
    n = len(outcome) if outcome.ndim == 1 else -1
    same = {len(matrix), n if groups is None else groups, len(most) if most.ndim == 1 else -1}
    if matrix.ndim != 2 or matrix.shape[1] == 0 or same != {n}:
        raise DataError(
            "outcome, columns and groups do not have the right shapes",
            code="wrong_shape",
            found=Message(
                "y {shape}, X {shape_2}, groups {groups}, trials {shape_3}",
                shape=outcome.shape,
                shape_2=matrix.shape,
                groups=groups,
                shape_3=most.shape,
            ),
            expected="y (n,), X (n, p) with p at least 1, group and trials (n,)",
        )
    if not all(np.isfinite(values).all() for values in (outcome, matrix, most)):
        raise DataError(
            "the outcome or a column has missing values",
            code="missing_values",
            hint="leave out rows with a missing value first, and count them",
        )
    wrong = (outcome < 0) | (outcome > most)
    if trials is None:
        wrong |= (outcome != 0) & (outcome != 1)
    if wrong.any():
        raise DataError(
            "the outcome is not binary",
            code="not_binary",
            found=str(outcome[np.argmax(wrong)]),
            expected="0 or 1" if trials is None else "0 up to trials",
            hint="code the outcome as 0 (no) and 1 (yes)",
        )
    return outcome, matrix


def column_names(names: Sequence[str] | None, columns: int) -> tuple[str, ...]:
    """Return the names of the columns; ``x0, x1, ..`` when there are none.

    Examples
    --------
    >>> column_names(None, 2)
    ('x0', 'x1')
    """
    called = tuple(f"x{j}" for j in range(columns)) if names is None else tuple(names)
    if len(called) != columns:
        raise DataError(
            "there are not as many names as columns",
            code="wrong_shape",
            found=str(len(called)),
            expected=str(columns),
        )
    return called


def select(
    rows: BinaryRows, names: Sequence[str] | None
) -> tuple[BinaryRows, tuple[str, ...], Message | None]:
    """Return the rows without the columns that other columns determine.

    Also what the columns that stay are called, and which others were left out and why.

    Examples
    --------
    >>> rows = prepare([0, 1, 1], [[1, 2, 4], [1, 3, 6], [1, 5, 10]])
    >>> kept, called, left = select(rows, ["1", "x", "twice"])
    >>> len(kept.columns), called, left
    (2, ('1', 'x'), "Left out, because other columns say the same: 'twice'.")
    """
    every = column_names(names, len(rows.columns))
    if not rows.aliased:
        return rows, every, None
    kept = [j for j in range(len(rows.columns)) if j not in rows.aliased]
    still = [every[j] for j in rows.aliased if np.ptp(rows.columns[j]) == 0]
    scaling = rows.scaling[np.ix_(kept, kept)]
    return (
        replace(rows, columns=rows.columns[kept], scaling=scaling, aliased=()),
        tuple(every[j] for j in kept),
        left_out([every[j] for j in rows.aliased], still),
    )


def softplus(odds: Floats) -> Floats:
    """Return log(1 + exp(odds)), right for any log-odds: minus the log chance of a no.

    Examples
    --------
    >>> softplus(np.array([-800.0, 0.0, 800.0])).round(3).tolist()
    [0.0, 0.693, 800.0]
    """
    result: Floats = np.maximum(odds, 0.0) + np.log(1 + np.exp(-np.abs(odds)))
    return result


def _binomial_logs(yes: Floats, trials: Floats) -> float:
    return float(np.sum(gammaln(trials + 1) - gammaln(yes + 1) - gammaln(trials - yes + 1)))


def _add_up(
    y: Floats, X: Floats, count: Floats, codes: Ints
) -> tuple[Ints, Floats, Floats, Floats]:
    """Return (rows per group, columns, yes, trials), equal rows of a group added up."""
    size = int(codes.max(initial=-1)) + 1
    patterns = _patterns(X) if len(X) else None
    if patterns is not None:
        pattern, table = patterns
        key = codes * len(table) + pattern
        cells = _distinct(key, size * len(table))
        if cells is not None:
            place, cell = cells
            trials = _totals(place, count, len(cell))
            yes = _totals(place, y, len(cell))
            filled = np.flatnonzero(trials)
            group, which = np.divmod(cell[filled], len(table))
            columns = np.ascontiguousarray(table[which].T)
            return _sizes(group, size), columns, yes[filled], trials[filled]
    order = _order(codes, size)
    if order is None:
        return _sizes(codes, size), np.array(X.T, order="C"), y, count
    columns = np.stack([X[order, j] for j in range(X.shape[1])])
    return _sizes(codes, size), columns, y[order], count[order]


def _totals(place: Ints, values: Floats, cells: int) -> Floats:
    return np.bincount(place, values, cells).astype(np.float64, copy=False)


def _sizes(codes: Ints, groups: int) -> Ints:
    return np.bincount(codes, minlength=groups).astype(np.int64)


def _order(codes: Ints, size: int) -> Ints | None:
    """Return the stable order by group; None when the rows are in order already."""
    if len(codes) < 2 or bool((codes[1:] >= codes[:-1]).all()):
        return None
    small = codes.astype(np.uint16) if size <= 2**16 else codes  # short integers: radix sort
    order: Ints = np.argsort(small, kind="stable")
    return order


def _distinct(key: Ints, cells: int) -> tuple[Ints, Ints] | None:
    """Return (place of each row, the cells), or None when adding up would not save much."""
    if cells <= 2 * len(key):
        return key, np.arange(cells)
    ordered = np.sort(key)
    if 1 + np.count_nonzero(ordered[1:] != ordered[:-1]) > 0.7 * len(key):
        return None
    cell, place = np.unique(key, return_inverse=True)
    return place, cell


def _patterns(X: Floats) -> tuple[Ints, Floats] | None:
    """Return (pattern of each row, the patterns), or None when a column is continuous."""
    pattern = np.zeros(len(X), dtype=np.int64)
    table = np.zeros((1, 0))
    for j in range(X.shape[1]):
        column = np.ascontiguousarray(X[:, j])
        values = _values(column)
        if values is None or len(values) * len(table) > max(len(X), 64):
            return None
        code = (column == values[-1]) if len(values) <= 2 else np.searchsorted(values, column)
        if len(values) > 1:
            pattern = pattern * len(values) + code
        grown = np.repeat(table, max(len(values), 1), axis=0)
        table = np.column_stack([grown, np.tile(values, len(table))])
    return pattern, table


def _values(column: Floats) -> Floats | None:
    """Return the few values a column takes, in order; None when it takes many."""
    step = max(len(column) // SAMPLE, 1)
    values = np.unique(column[::step])
    if len(values) > MOST_VALUES:
        return None
    for low in range(0, len(column), SAMPLE):
        part = column[low : low + SAMPLE]
        at = np.minimum(np.searchsorted(values, part), len(values) - 1)
        new = part[values[at] != part]
        if len(new):
            values = np.union1d(values, new)
            if len(values) > MOST_VALUES:
                return None
    return values


def _scale(columns: Floats) -> tuple[Floats, tuple[int, ...]]:
    """Centre (when there is an intercept) and scale the columns in place.

    Returns the map back to the given columns, and the aliased columns.
    """
    p, rows = columns.shape
    scaling = np.eye(p)
    if rows == 0:
        return scaling, ()
    varies = np.ptp(columns, axis=1) > 0
    intercept = next((j for j in range(p) if not varies[j] and columns[j, 0] != 0), None)
    for j in range(p):
        if j == intercept:
            continue
        if intercept is not None and varies[j]:
            mean = float(columns[j].mean())
            columns[j] -= mean
            scaling[intercept, j] = -mean / columns[intercept, 0]
        size = float(np.sqrt(np.mean(columns[j] ** 2))) or 1.0
        columns[j] /= size
        scaling[:, j] /= size
    if intercept is not None:
        scaling[intercept, intercept] = 1 / columns[intercept, 0]
        columns[intercept] = 1.0
    kept, _ = independent(columns @ columns.T)
    return scaling, tuple(j for j in range(p) if j not in kept)
