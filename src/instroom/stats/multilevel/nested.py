"""The likelihood of nested random effects, from sums per group.

With the variances as ratios to the residual variance, the covariance of all rows is
``M = I + sum of phi[i] * M[i]``, linear in ``phi``. Everything the estimators and the degrees of
freedom need follows from two functions of ``phi`` and their first and second derivatives: the
matrix ``W' inv(M) W`` of all columns ``W`` (explanatory ones and outcome) and ``log det M``.

Both come from one walk up the levels. A group ``g`` of the lowest level enters with ``Z'Z`` and
``Z'W``, where ``Z`` has a column of ones and perhaps the slope column; integrating its effects
out leaves one row, the weighted sum of its columns, which is all the level above sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from instroom.stats.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    """``W' inv(M) W`` and ``log det M`` with their derivatives to the ``m`` variance ratios."""

    matrix: Floats
    """Shape (k, k)."""
    log_det: float
    d_matrix: Floats
    """Shape (m, k, k)."""
    d_log_det: Floats
    """Shape (m,)."""
    dd_matrix: Floats
    """Shape (m, m, k, k)."""
    dd_log_det: Floats
    """Shape (m, m)."""


@dataclass(frozen=True, slots=True, eq=False)
class Nest:
    """Sums of the columns ``W`` (the first one all ones) made ready for the walk up the levels.

    Groups of the lowest level with the same ``Z'Z`` share their kernels: they form a *pattern*.
    """

    total: Floats
    """Shape (k, k): ``W'W`` over all rows."""
    basis: Floats
    """Shape (b, q, q): the lowest level's covariance is ``sum of phi[i] * basis[i]``."""
    grams: Floats
    """Shape (U, q, q): ``Z'Z`` per pattern."""
    counts: Floats
    """Shape (U,): groups per pattern."""
    squares: Floats | None
    """Shape (U * q * q, k * k): sums over a pattern of ``Z'W`` times itself; None: use rows."""
    rows: Floats
    """Shape (G, q, k): ``Z'W`` per group; without groups when ``squares`` is there."""
    pattern: Ints
    """Shape (G,): pattern of each row in ``rows``."""
    cells: Floats
    """Shape (E * q, k): sums of ``Z'W`` over groups with one parent and one pattern."""
    cell_pattern: Ints
    """Shape (E,): pattern of each cell."""
    cell_starts: Ints
    """Shape (H + 1,): where each parent's cells begin."""
    above: tuple[csr_array, ...]
    """For each level from the third up, the matrix that adds its children up."""
    levels: int

    @property
    def size(self) -> int:
        """How many variance ratios there are."""
        return len(self.basis) + max(self.levels - 1, 0) if self.levels else 0


def prepare(
    total: Floats, grams: Floats, rows: Floats, parents: Sequence[Ints], basis: Floats
) -> Nest:
    """Return sums per group made ready for :func:`evaluate`.

    Parameters
    ----------
    total
        ``W'W``, shape (k, k).
    grams, rows
        ``Z'Z`` and ``Z'W`` per group of the lowest level, shapes (G, q, q) and (G, q, k).
    parents
        Group of the level above for each group, from the highest level down, as in
        ``CrossProducts.parents``.
    basis
        Shape (b, q, q), see :class:`Nest`.
    """
    size, q, k = rows.shape
    pattern, first = _patterns(grams)
    counts = np.bincount(pattern, minlength=len(first)).astype(np.float64)
    squares = _squares(rows, pattern, len(first)) if len(first) * q * k <= size else None
    cells = np.zeros((0, k))
    cell_pattern = cell_starts = np.zeros(0, dtype=np.int64)
    if parents:
        cells, cell_pattern, cell_starts = _cells(rows, pattern, parents[-1], len(first))
    kept = rows if squares is None else rows[:0]
    kept_pattern = pattern if squares is None else pattern[:0]
    above = tuple(_adder(parent) for parent in reversed(parents[:-1]))
    return Nest(
        total,
        basis,
        grams[first],
        counts,
        squares,
        kept,
        kept_pattern,
        cells,
        cell_pattern,
        cell_starts,
        above,
        len(parents) + 1,
    )


def ungrouped(total: Floats) -> Nest:
    """Return a nest without levels: independent rows."""
    k = len(total)
    none = np.zeros(0, dtype=np.int64)
    empty = np.zeros((0, 1, 1))
    return Nest(
        total, empty, empty, np.zeros(0), None, np.zeros((0, 1, k)), none, np.zeros((0, k)), none,
        none, (), 0,
    )  # fmt: skip


def pairs(size: int) -> list[tuple[int, int]]:
    """Return the pairs of parameters, so that one parameter more only adds pairs at the end.

    Examples
    --------
    >>> pairs(2)
    [(0, 0), (0, 1), (1, 1)]
    """
    return [(i, j) for j in range(size) for i in range(j + 1)]


def evaluate(nest: Nest, phi: Floats) -> Jet:
    """Return the likelihood's ingredients at variance ratios ``phi``, with derivatives.

    Parameters
    ----------
    phi
        Shape (m,): the lowest level's parameters first, then one ratio per level going up.
    """
    size = nest.size
    walk = _Walk(nest.total, size)
    if nest.levels:
        rows = _lowest(nest, phi[: len(nest.basis)], walk)
        for step, ratio in enumerate(phi[len(nest.basis) :]):
            last = step == nest.levels - 2
            rows = _upper(rows, len(nest.basis) + step, float(ratio), walk, last=last)
            if not last:
                rows = [nest.above[step] @ row for row in rows]
    return walk.jet()


class _Walk:
    """Adds up what each level takes off; parts are ordered value, firsts, :func:`pairs`."""

    def __init__(self, total: Floats, size: int) -> None:
        self.total, self.size = total, size
        self.pair = {pair: 1 + size + at for at, pair in enumerate(pairs(size))}
        parts = 1 + size + len(self.pair)
        self.taken = np.zeros((parts, *total.shape))
        self.logs = np.zeros(parts)

    def places(self, size: int) -> list[int]:
        """Return where the parts of the first ``size`` parameters stand."""
        return [*range(1 + size), *(self.pair[pair] for pair in pairs(size))]

    def jet(self) -> Jet:
        m, k = self.size, len(self.total)
        dd, dd_log = np.zeros((m, m, k, k)), np.zeros((m, m))
        for (i, j), at in self.pair.items():
            dd[i, j] = dd[j, i] = -(self.taken[at] + self.taken[at].T) / 2
            dd_log[i, j] = dd_log[j, i] = self.logs[at]
        d = -(self.taken[1 : m + 1] + self.taken[1 : m + 1].transpose(0, 2, 1)) / 2
        matrix = self.total - (self.taken[0] + self.taken[0].T) / 2
        return Jet(matrix, float(self.logs[0]), d, self.logs[1 : m + 1].copy(), dd, dd_log)


def _lowest(nest: Nest, phi: Floats, walk: _Walk) -> list[Floats]:
    """Take the lowest level off; return the rows left for its parents, with derivatives."""
    b, q = len(nest.basis), nest.basis.shape[1]
    gram, basis, first = nest.grams, nest.basis, range(b)
    covariance = np.einsum("i,iab->ab", phi, basis)
    system = np.eye(q) + gram @ covariance
    inverse, determinant = _invert(system)
    left = inverse.transpose(0, 2, 1)
    inner = inverse @ gram  # Z' inv(M) Z
    turned = [basis[i] @ inverse for i in first]  # E[i] inv(I + C D)
    crossed = [inner @ turned[i] for i in first]
    kernels = [covariance @ inverse, *(left @ turned[i] for i in first)]
    heads = [inverse[:, 0], *(-crossed[i][:, 0] for i in first)]
    logs = [np.log(determinant), *(np.einsum("uab,ba->u", inner, basis[i]) for i in first)]
    seen = [inner @ basis[i] for i in first]
    for i, j in pairs(b):
        one, two = left @ basis[i] @ crossed[j], left @ basis[j] @ crossed[i]
        kernels.append(-(one + two))
        heads.append((seen[i] @ crossed[j] + seen[j] @ crossed[i])[:, 0])
        logs.append(-np.einsum("uab,uba->u", seen[i], seen[j]))
    places = walk.places(b)
    walk.logs[places] = np.stack(logs) @ nest.counts
    walk.taken[places] = _quadratic(nest, np.stack(kernels))
    return [] if nest.levels == 1 else [_gather(nest, head) for head in heads]


def _upper(rows: list[Floats], m: int, ratio: float, walk: _Walk, *, last: bool) -> list[Floats]:
    """Take a level of random intercepts off, whose parameter comes after ``m`` others.

    The first column of every part of ``rows`` is the derivative of the group's weight ``n``,
    because the first column of ``W`` is all ones.
    """
    t, firsts = rows[0], range(m)
    n = t[:, 0]
    at = {pair: 1 + m + place for place, pair in enumerate(pairs(m))}
    u = 1 / (1 + ratio * n)
    uu = u * u
    u_n, u_own = -ratio * uu, -n * uu
    u_first = [u_n * rows[1 + i][:, 0] for i in firsts]
    u_both = {
        (i, j): 2 * ratio**2 * uu * u * rows[1 + i][:, 0] * rows[1 + j][:, 0]
        + u_n * rows[at[i, j]][:, 0]
        for i, j in at
    }
    u_mixed = [uu * (2 * ratio * n * u - 1) * rows[1 + i][:, 0] for i in firsts]
    u_owns = 2 * n * n * uu * u
    _take_logs(rows, m, ratio, walk, (n, u, u_first))
    weighted = t * (ratio * u)[:, None]
    by_first = [t * (ratio * one)[:, None] for one in u_first]
    walk.taken[0] += t.T @ weighted
    for i in firsts:
        walk.taken[1 + i] += t.T @ by_first[i] + 2 * (rows[1 + i].T @ weighted)
    for i, j in at:
        walk.taken[walk.pair[i, j]] += t.T @ (t * (ratio * u_both[i, j])[:, None]) + 2 * (
            rows[at[i, j]].T @ weighted
            + rows[1 + i].T @ by_first[j]
            + rows[1 + j].T @ by_first[i]
            + (rows[1 + i] * (ratio * u)[:, None]).T @ rows[1 + j]
        )
    own = t * uu[:, None]
    walk.taken[1 + m] += t.T @ own
    for i in firsts:
        walk.taken[walk.pair[i, m]] += t.T @ (t * (2 * u * u_first[i])[:, None]) + 2 * (
            rows[1 + i].T @ own
        )
    walk.taken[walk.pair[m, m]] += t.T @ (t * (2 * u * u_own)[:, None])
    if last:
        return []
    up = [t * u[:, None]]
    up += [rows[1 + i] * u[:, None] + t * u_first[i][:, None] for i in firsts]
    up.append(t * u_own[:, None])
    up += [
        rows[at[i, j]] * u[:, None]
        + rows[1 + i] * u_first[j][:, None]
        + rows[1 + j] * u_first[i][:, None]
        + t * u_both[i, j][:, None]
        for i, j in at
    ]
    up += [rows[1 + i] * u_own[:, None] + t * u_mixed[i][:, None] for i in firsts]
    up.append(t * u_owns[:, None])
    return up


def _take_logs(
    rows: list[Floats],
    m: int,
    ratio: float,
    walk: _Walk,
    weights: tuple[Floats, Floats, list[Floats]],
) -> None:
    """Add ``log(1 + ratio * n)`` over groups, with derivatives."""
    n, u, u_first = weights
    walk.logs[0] -= np.log(u).sum()
    walk.logs[1 + m] += n @ u
    walk.logs[walk.pair[m, m]] -= (n * u) @ (n * u)
    for i in range(m):
        own = rows[1 + i][:, 0]
        walk.logs[1 + i] += ratio * (u @ own)
        walk.logs[walk.pair[i, m]] += own @ (u * u)
    for place, (i, j) in enumerate(pairs(m)):
        both = rows[1 + m + place][:, 0]
        walk.logs[walk.pair[i, j]] += ratio * (u @ both + u_first[j] @ rows[1 + i][:, 0])


def _invert(system: Floats) -> tuple[Floats, Floats]:
    """Return inverses and determinants of many 1 x 1 or 2 x 2 matrices."""
    if system.shape[1] == 1:
        return 1 / system, system[:, 0, 0]
    (a, b), (c, d) = system.transpose(1, 2, 0)
    determinant = a * d - b * c
    inverse = np.stack([d, -b, -c, a], axis=1).reshape(-1, 2, 2) / determinant[:, None, None]
    return inverse, determinant


def _quadratic(nest: Nest, kernels: Floats) -> Floats:
    """Return, for each kernel, the sum over groups of ``W'Z kernel Z'W``, shape (parts, k, k)."""
    k, q = len(nest.total), kernels.shape[-1]
    if nest.squares is not None:
        flat: Floats = kernels.reshape(len(kernels), -1) @ nest.squares
        return flat.reshape(-1, k, k)
    found = np.zeros((len(kernels), k, k))
    for part, kernel in enumerate(kernels):
        own = kernel[nest.pattern]
        for a in range(q):
            weighted = own[:, a, :1] * nest.rows[:, 0]
            for other in range(1, q):
                weighted = weighted + own[:, a, other, None] * nest.rows[:, other]
            found[part] += nest.rows[:, a].T @ weighted
    return found


def _gather(nest: Nest, head: Floats) -> Floats:
    """Return the weighted sum of ``Z'W`` per parent, shape (H, k)."""
    q = head.shape[1]
    weights = head[nest.cell_pattern].ravel()
    parents = len(nest.cell_starts) - 1
    adder = csr_array(
        (weights, np.arange(len(weights)), nest.cell_starts * q),
        shape=(parents, len(weights)),
    )
    found: Floats = adder @ nest.cells
    return found


def _adder(parent: Ints) -> csr_array:
    """Return the matrix of zeros and ones that adds groups up to their parents."""
    order = np.argsort(parent, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(parent))])
    return csr_array((np.ones(len(parent)), order, starts), shape=(len(starts) - 1, len(parent)))


def _patterns(grams: Floats) -> tuple[Ints, Ints]:
    """Return the pattern of each group, and the first group of each pattern.

    Equal up to eleven digits is equal: the same waves added up in another order.
    """
    q = grams.shape[1]
    entries = [grams[:, a, b] for a in range(q) for b in range(a, q)]
    code, many = np.zeros(len(grams), dtype=np.int64), 1
    for entry in entries:
        grid = 1e-11 * max(float(np.abs(entry).max(initial=0.0)), 1e-300)
        values, own = np.unique(np.rint(entry / grid), return_inverse=True)
        if many * len(values) > 2**62:
            kinds, code = np.unique(code, return_inverse=True)
            many = len(kinds)
        code, many = code * len(values) + own, many * len(values)
    if q > 1:
        code = np.unique(code, return_inverse=True)[1]
    first = np.full(int(code.max(initial=-1)) + 1, len(code), dtype=np.int64)
    np.minimum.at(first, code, np.arange(len(code)))
    return code, first


def _squares(rows: Floats, pattern: Ints, count: int) -> Floats:
    """Return per pattern the sum of ``Z'W`` times itself, shape (U * q * q, k * k)."""
    _, q, k = rows.shape
    order = np.argsort(pattern, kind="stable")
    ends = np.cumsum(np.bincount(pattern, minlength=count))
    squares = np.zeros((count, q, q, k, k))
    start = 0
    for u, end in enumerate(ends):
        own = rows[order[start:end]].reshape(end - start, q * k)
        squares[u] = (own.T @ own).reshape(q, k, q, k).transpose(0, 2, 1, 3)
        start = end
    return squares.reshape(count * q * q, k * k)


def _cells(rows: Floats, pattern: Ints, parent: Ints, count: int) -> tuple[Floats, Ints, Ints]:
    """Add groups with one parent and one pattern together, ordered by parent."""
    _, q, k = rows.shape
    key = parent * count + pattern
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    cells = np.add.reduceat(rows[order].reshape(len(rows), q * k), starts, axis=0)
    held = ordered[starts]
    per_parent = np.bincount(held // count, minlength=int(parent.max()) + 1)
    return cells.reshape(-1, k), held % count, np.concatenate([[0], np.cumsum(per_parent)])
