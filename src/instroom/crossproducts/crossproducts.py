"""Rows about people, added up per group: all that a multilevel model needs of them.

A nested model with random intercepts (and one random slope at the lowest level) sees its rows
only through sums per group. They are made once, in one pass; every model over the same columns
is then estimated from them, here or elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from instroom.core.errors import DataError
from instroom.core.messages import Message

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
INTERCEPT = "(Intercept)"


@dataclass(frozen=True, slots=True, eq=False)
class CrossProducts:
    """Sums and products of the columns of a model, per group.

    ``k`` columns, ``G`` groups at the lowest level, ``S`` at the highest.

    Attributes
    ----------
    columns
        Names of the ``k`` columns; the first is ``(Intercept)``, which is 1 in every row.
    shift
        Shape (k,): what was taken off each column before adding up, about its mean, so that
        squares keep their digits. 0 for the intercept.
    levels
        Grouping factors, highest first, such as ``("school", "class")``; empty without groups.
    parents
        One array per level below the highest: ``parents[i][g]`` is the group of ``levels[i]``
        that holds group ``g`` of ``levels[i + 1]``.
    sums
        Shape (G, k): sums of the shifted columns per group of the lowest level; the first
        column is the number of rows (the sum of weights).
    products
        Shape (S, k, k): sums of outer products of the shifted columns per group of the highest
        level, or (1, k, k) when only their total was asked for.
    n
        Rows they rest on.
    slope
        The column whose slope may differ between groups of the lowest level, if any.
    slope_sums
        Shape (G, k): sums of the shifted slope column times each shifted column.
    labels
        Per level the names of its groups in order, or None where they are not kept.
    """

    columns: tuple[str, ...]
    shift: Floats
    levels: tuple[str, ...]
    parents: tuple[Ints, ...]
    sums: Floats
    products: Floats
    n: int
    slope: str | None = None
    slope_sums: Floats | None = None
    labels: tuple[tuple[str, ...] | None, ...] = ()

    @property
    def total(self) -> Floats:
        """Shape (k, k): the products of all rows together."""
        total: Floats = self.products.sum(axis=0)
        return total

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many groups each level has, highest first."""
        if not self.levels:
            return ()
        return tuple(_count(self, level) for level in range(len(self.levels)))

    @property
    def by_group(self) -> bool:
        """Whether the products are kept per group of the highest level."""
        return len(self.products) == (self.sizes[0] if self.levels else 1)

    def index(self, name: str) -> int:
        """Return the place of a column.

        Raises
        ------
        DataError
            When there is no such column.
        """
        if name not in self.columns:
            raise DataError(
                "there is no column '{name}'",
                code="unknown_column",
                found=name,
                expected=", ".join(self.columns[1:]),
                name=name,
            )
        return self.columns.index(name)


def _count(cross: CrossProducts, level: int) -> int:
    """Count the groups of a level: the parents of the level below it, or the rows of ``sums``."""
    if level == len(cross.levels) - 1:
        return len(cross.sums)
    return int(cross.parents[level].max(initial=-1)) + 1


def from_arrays(
    columns: Mapping[str, ArrayLike],
    groups: Mapping[str, ArrayLike] | None = None,
    *,
    slope: str | None = None,
    by_group: bool = True,
    weights: ArrayLike | None = None,
    keep_labels: bool = False,
) -> CrossProducts:
    """Return the cross-products of complete columns of numbers.

    Parameters
    ----------
    columns
        Name -> values, each of shape (n,), without missing values. The intercept is added in
        front and must not be among them.
    groups
        Name -> group of each row (numbers or texts), shape (n,), highest level first. Groups of
        a lower level must lie in one group of the level above.
    slope
        Name of the column that gets a random slope at the lowest level.
    by_group
        Keep products per group of the highest level (needed for cluster-robust errors), or only
        their total.
    weights
        Non-negative weight of each row, shape (n,); 1 when left out.
    keep_labels
        Keep the groups' names.

    Raises
    ------
    DataError
        ``missing_values`` when a column has a value that is no finite number;
        ``crossed_groups`` when a group lies in more than one group of the level above.

    Examples
    --------
    >>> c = from_arrays({"x": [0, 1, 0, 1], "y": [1.0, 2, 3, 6]}, {"school": ["a", "a", "b", "b"]})
    >>> c.columns, c.sizes, c.sums[:, 0].tolist(), c.shift.tolist()
    (('(Intercept)', 'x', 'y'), (2,), [2.0, 2.0], [0.0, 0.5, 3.0])
    """
    names = (INTERCEPT, *columns)
    values = [_finite(name, column) for name, column in columns.items()]
    n = len(values[0]) if values else 0
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    coded = [code_groups(group) for group in (groups or {}).values()]
    codes, labels = [c for c, _ in coded], [tuple(map(str, names)) for _, names in coded]
    if not codes:
        codes, labels = [np.zeros(n, dtype=np.int64)], [("",)]
    parents = tuple(
        _parents(upper, lower, name)
        for upper, lower, name in zip(codes, codes[1:], list(groups or {})[1:], strict=False)
    )
    shift = np.array([0.0, *(float(v.mean()) if n else 0.0 for v in values)])
    frame = _Frame(values, shift, weight)
    sums = _sums(frame, codes[-1], len(labels[-1]))
    highest = codes[0] if by_group and groups else None
    products = _products(frame, highest, len(labels[0]))
    slope_sums = None
    if slope is not None:
        slope_sums = _sums(frame, codes[-1], len(labels[-1]), times=names.index(slope))
    kept = tuple(labels) if keep_labels and groups else ()
    return CrossProducts(
        names, shift, tuple(groups or ()), parents, sums, products, n, slope, slope_sums, kept
    )


def code_groups(group: ArrayLike) -> tuple[Ints, NDArray[np.generic]]:
    """Return (number of its group for each row, the groups in order).

    Examples
    --------
    >>> codes, names = code_groups(["b", "a", "b"])
    >>> codes.tolist(), names.tolist()
    ([1, 0, 1], ['a', 'b'])
    """
    given = np.asarray(group)
    if given.dtype.kind in "iu" and given.size:
        low, high = int(given.min()), int(given.max())
        if high - low <= 4 * given.size + 1000:
            offset = given.astype(np.int64) - low
            present = np.bincount(offset, minlength=high - low + 1) > 0
            codes: Ints = (np.cumsum(present) - 1)[offset]
            return codes, np.flatnonzero(present) + low
    names, codes = np.unique(given, return_inverse=True)
    return codes.astype(np.int64).reshape(-1), names


def _parents(upper: Ints, lower: Ints, name: str) -> Ints:
    parent = np.zeros(int(lower.max(initial=-1)) + 1, dtype=np.int64)
    parent[lower] = upper
    if not np.array_equal(parent[lower], upper):
        raise DataError(
            "groups of '{name}' lie in more than one group of the level above",
            code="crossed_groups",
            hint=Message("give every {name} its own name, over all groups above it", name=name),
            name=name,
        )
    return parent


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Columns that are shifted when they are needed, so that no second copy of all is kept."""

    values: list[Floats]
    shift: Floats
    weight: Floats | None

    def column(self, at: int) -> Floats:
        """Return a shifted column; the intercept is 0."""
        if at == 0:
            return np.ones(len(self.values[0]) if self.values else 0)
        shifted: Floats = self.values[at - 1] - self.shift[at]
        return shifted

    def block(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Return some rows of all shifted columns, shape (k, rows), and the same, weighted."""
        block = np.ones((len(self.shift), stop - start))
        for at, column in enumerate(self.values, start=1):
            np.subtract(column[start:stop], self.shift[at], out=block[at])
        return block, block if self.weight is None else block * self.weight[start:stop]


def _sums(frame: _Frame, group: Ints, size: int, times: int = 0) -> Floats:
    """Return sums per group of all columns, each times one of them."""
    sums = np.empty((size, len(frame.shift)))
    factor = frame.weight
    if times:
        factor = frame.column(times) if factor is None else frame.column(times) * factor
    for at in range(len(frame.shift)):
        if at == 0:
            sums[:, at] = np.bincount(group, factor, size)
            continue
        column = frame.column(at)
        if factor is not None:
            column *= factor
        sums[:, at] = np.bincount(group, column, size)
    return sums


def _add_runs(values: Floats, into: Floats, *, runs: Ints, group: Ints) -> None:
    into[group] += np.add.reduceat(values, runs)


def _add_bins(values: Floats, into: Floats, *, group: Ints) -> None:
    into += np.bincount(group, values, len(into))


BLOCK = 32_768


def _products(frame: _Frame, group: Ints | None, size: int) -> Floats:
    """Return sums of products of columns per group, or of all rows when ``group`` is None.

    Rows are taken in blocks that stay in the processor's cache.
    """
    k = len(frame.shift)
    n = len(frame.values[0]) if frame.values else 0
    products = np.zeros((size if group is not None else 1, k, k))
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        block, weighted = frame.block(start, stop)
        if group is None:
            products[0] += block @ weighted.T
            continue
        own = group[start:stop]
        first, many = int(own.min()), int(own.max()) + 1
        runs = np.flatnonzero(np.diff(own, prepend=own[0] - 1))
        if len(runs) <= many - first:  # rows of a group stand together
            add = partial(_add_runs, runs=runs, group=own[runs] - first)
        else:
            add = partial(_add_bins, group=own - first)
        for i in range(k):
            for j in range(i, k):
                add(block[i] * weighted[j], products[first:many, i, j])
    for i in range(k if group is not None else 0):
        for j in range(i):
            products[:, i, j] = products[:, j, i]
    return products


def _finite(name: str, column: ArrayLike) -> Floats:
    values = np.asarray(column, dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataError(
            "column '{name}' has missing values",
            code="missing_values",
            hint=Message("leave out rows with a missing value first, and count them"),
            name=name,
        )
    return values


def select(cross: CrossProducts, columns: Sequence[str]) -> CrossProducts:
    """Return the same groups with only some of the columns, in the order asked for.

    Examples
    --------
    >>> c = from_arrays({"x": [0.0, 1], "y": [1.0, 2]}, {"school": ["a", "b"]})
    >>> select(c, ["y"]).columns
    ('(Intercept)', 'y')
    """
    at = [0, *(cross.index(name) for name in columns)]
    return CrossProducts(
        tuple(cross.columns[i] for i in at),
        cross.shift[at],
        cross.levels,
        cross.parents,
        cross.sums[:, at],
        cross.products[np.ix_(range(len(cross.products)), at, at)],
        cross.n,
        cross.slope if cross.slope in columns else None,
        cross.slope_sums[:, at]
        if cross.slope_sums is not None and cross.slope in columns
        else None,
        cross.labels,
    )
