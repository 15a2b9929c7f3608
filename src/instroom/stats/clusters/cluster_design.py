"""Least squares seen per cluster, from cross-products: what robust errors and bootstraps share.

All is done in coordinates in which the columns of the design are orthonormal. A cluster's part
of the design is then one small matrix with eigenvalues from 0 to 1, and the parts add up to the
identity; no matrix ever has a side as long as the number of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, CrossProducts
from instroom.stats.arrays import Bools, Floats, Ints
from instroom.stats.rank import ALIASED, ROUNDING, independent

Weights = Mapping[str, Mapping[str, float]]
#: An eigenvalue this close to 1 is 1: the cluster alone decides that direction of the design.
DECIDED = 1e-10
#: An effect may owe this share of its variance to directions that one cluster alone decides.
OWED = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class ClusterDesign:
    """One outcome regressed on some columns, with the part each cluster has in it.

    ``p`` columns that can be estimated, ``J`` clusters (groups of the highest level), ``q``
    contrasts.

    Attributes
    ----------
    names
        What each contrast is called: the column's name for a coefficient.
    estimates
        Shape (q,): the contrasts' least-squares estimates.
    contrasts
        Shape (p, q): the contrasts in orthonormal coordinates; their squared length is the
        variance of the estimate when errors are independent with variance 1.
    parts
        Shape (J, p, p): each cluster's part of the design; they add up to the identity.
    scores
        Shape (J, p): sums of column times residual per cluster.
    exact
        Whether the columns give the outcome exactly, so that no error is left to measure.
    n, clusters
        Rows and clusters.
    parameters
        Coefficients estimated, those of absorbed groups included.
    aliased, constant
        Columns left out because they are a combination of earlier ones, and those of them that
        are the same in every row.
    weighted
        Whether rows had weights other than 1.
    """

    names: tuple[str, ...]
    estimates: Floats
    contrasts: Floats
    parts: Floats
    scores: Floats
    exact: bool
    n: int
    clusters: int
    parameters: int
    aliased: tuple[str, ...]
    constant: tuple[str, ...]
    weighted: bool

    def index(self, name: str) -> int:
        """Return the place of a contrast.

        Raises
        ------
        DataError
            When it is not among them, or was left out as a combination of other columns.
        """
        if name not in self.names:
            raise DataError(
                Message("there is no effect of '{name}' to estimate", name=name),
                code="unknown_column",
                found=name,
                expected=", ".join(self.names),
                hint="it may be a combination of the other columns" if self.aliased else None,
            )
        return self.names.index(name)


def split(
    cross: CrossProducts,
    *,
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    absorb: str | None = None,
    combinations: Weights | None = None,
) -> ClusterDesign:
    """Return the least-squares design of an outcome, split by cluster.

    Parameters
    ----------
    cross
        Cross-products kept per group of the highest level, which is the cluster.
    outcome
        Column to explain; the last one when left out.
    fixed
        Columns that explain it; all others when left out. The intercept always takes part.
    absorb
        A level whose groups each get a constant of their own, in place of the intercept.
    combinations
        Extra contrasts: name -> {column: weight}.

    Raises
    ------
    DataError
        ``unknown_column`` or ``unknown_level`` for a name that is not there, ``outcome_twice``
        when the outcome is to explain itself, ``no_clusters`` when products were not kept per
        group.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"x": [0, 1, 0, 1], "y": [1.0, 2, 3, 6]}, {"school": ["a", "a", "b", "b"]})
    >>> design = split(c)
    >>> design.names, design.estimates.round(9).tolist(), design.clusters
    (('(Intercept)', 'x'), [2.0, 2.0], 2)
    """
    target = cross.columns[-1] if outcome is None else outcome
    columns = explaining(cross, target, fixed)
    if not cross.by_group or not cross.levels:
        raise DataError(
            "the cross-products do not say which cluster they belong to",
            code="no_clusters",
            expected="products per group of the highest level",
            hint="add up with by_group=True and name the groups, highest level first",
        )
    if absorb is not None:
        # The groups' own constants take the intercept's place.
        columns = columns[1:]
    at = np.array([cross.index(name) for name in (*columns, target)])
    products, absorbed = _within(cross, at, absorb)
    total = products.sum(axis=0)
    noise = cross.n * (ROUNDING * cross.shift[at]) ** 2
    if absorb is not None:
        noise += ALIASED * np.diag(cross.total)[at]
    kept, root = orthonormal(total[:-1, :-1], noise[:-1])
    shift = cross.shift[at[kept]]
    names = tuple(columns[i] for i in kept)
    back = _contrasts(names, shift, combinations)
    parts = root.T @ products[:, kept][:, :, kept] @ root
    beta = root.T @ total[kept, -1]
    scores = products[:, kept, -1] @ root - parts @ beta
    original = root @ beta
    if names[:1] == (INTERCEPT,):
        original[0] += cross.shift[at[-1]]
    aliased = [i for i in range(len(columns)) if i not in kept]
    still = np.diag(total) <= noise
    left = float(total[-1, -1] - beta @ beta)
    rows = float(cross.sums[:, 0].sum())
    return ClusterDesign(
        names=(*names, *(combinations or {})),
        estimates=back @ original,
        contrasts=root.T @ back.T,
        parts=parts,
        scores=scores,
        exact=left <= 1e-12 * float(total[-1, -1]) + float(noise[-1]),
        n=cross.n,
        clusters=len(products),
        parameters=len(kept) + absorbed,
        aliased=tuple(columns[i] for i in aliased),
        constant=tuple(columns[i] for i in aliased if still[i] and absorb is None),
        weighted=abs(rows - cross.n) > 1e-9 * cross.n,
    )


def explaining(cross: CrossProducts, outcome: str, fixed: Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns that explain an outcome, the intercept first.

    Raises
    ------
    DataError
        ``outcome_twice`` when the outcome is among them.
    """
    if fixed is not None and outcome in fixed:
        raise DataError(
            Message("'{outcome}' cannot explain itself", outcome=outcome),
            code="outcome_twice",
            found=outcome,
        )
    given = cross.columns if fixed is None else fixed
    return (INTERCEPT, *(c for c in given if c not in (INTERCEPT, outcome)))


def orthonormal(products: Floats, noise: Floats) -> tuple[Ints, Floats]:
    """Return which columns are not a combination of earlier ones, and what makes them orthonormal.

    Parameters
    ----------
    products
        Shape (p, p): products of all columns.
    noise
        Shape (p,): a sum of squares below this is a column of zeros.

    Returns
    -------
    tuple
        The places of the r columns kept; and ``R``, shape (r, r), with
        ``R' products R`` the identity.

    Examples
    --------
    >>> kept, root = orthonormal(np.array([[4.0, 2, 2], [2, 2, 2], [2, 2, 2]]), np.zeros(3))
    >>> kept.tolist(), root.round(9).tolist()
    ([0, 1], [[0.5, -0.5], [0.0, 1.0]])
    """
    size = np.sqrt(np.where(np.diag(products) > noise, np.diag(products), np.inf))
    places, factor = independent(products / np.outer(size, size))
    root: Floats = np.linalg.inv(factor).T / size[places, None]
    return places, root


def directions(design: ClusterDesign) -> tuple[Floats, Floats, Bools]:
    """Return each cluster's eigenvalues and vectors, and which directions it decides alone.

    Shapes (J, p), (J, p, p) with a vector in each column, and (J, p).
    """
    values, vectors = np.linalg.eigh(design.parts)
    return values, vectors, values > 1 - DECIDED


def undetermined(design: ClusterDesign, vectors: Floats, decided: Bools) -> Bools:
    """Return per contrast, shape (q,), whether it rests on what one cluster alone decides.

    The residuals there are 0 by construction, whatever the truth: no data say how far off the
    estimate is, and a small standard error would be a lie (one treated school, for example).
    """
    clusters, places = np.nonzero(decided)
    along = vectors[clusters, :, places] @ design.contrasts
    lengths = (design.contrasts**2).sum(axis=0)
    found: Bools = (along**2).sum(axis=0) > OWED * lengths
    return found


def _contrasts(names: Sequence[str], shift: Floats, combinations: Weights | None) -> Floats:
    """Return the contrasts, shape (q, p), in terms of the coefficients of shifted columns."""
    rows = np.eye(len(names))
    if names[:1] == (INTERCEPT,):
        rows[0, 1:] = -shift[1:]
    extra = [_combination(names, rows, weights) for weights in (combinations or {}).values()]
    return np.vstack([rows, *extra])


def _combination(names: Sequence[str], rows: Floats, weights: Mapping[str, float]) -> Floats:
    unknown = [name for name in weights if name not in names]
    if unknown:
        raise DataError(
            Message("a combination asks for '{value}', which is not estimated", value=unknown[0]),
            code="unknown_column",
            found=unknown[0],
            expected=", ".join(names),
        )
    total: Floats = sum((w * rows[names.index(c)] for c, w in weights.items()), 0 * rows[0])
    return total


def _within(cross: CrossProducts, at: Ints, absorb: str | None) -> tuple[Floats, int]:
    """Return the products per cluster and how many constants were taken out of them."""
    products = cross.products[:, at][:, :, at]
    if absorb is None:
        return products, 0
    if absorb not in cross.levels:
        raise DataError(
            Message("there is no level '{absorb}'", absorb=absorb),
            code="unknown_level",
            found=absorb,
            expected=", ".join(cross.levels),
        )
    level = cross.levels.index(absorb)
    sums, top = cross.sums, np.arange(cross.sizes[level])
    for parents, size in zip(cross.parents[level:][::-1], cross.sizes[level:-1][::-1], strict=True):
        sums = np.stack([np.bincount(parents, column, size) for column in sums.T], axis=1)
    for parents in cross.parents[:level][::-1]:
        top = parents[top]
    filled = sums[:, 0] > 0
    sums, top = sums[filled], top[filled]
    means = sums[:, at] / sums[:, :1]
    taken = np.zeros_like(products)
    for i in range(len(at)):
        for j in range(i, len(at)):
            taken[:, i, j] = np.bincount(top, means[:, i] * sums[:, at[j]], len(products))
            taken[:, j, i] = taken[:, i, j]
    return products - taken, len(sums)
