"""Which columns and parameters data can tell apart: the one place where that is decided.

Two questions. Of columns in an order: which are no combination of those before them
(:func:`independent`)? Of parameters without an order: is their information singular
(:func:`weakest`, :func:`inverse`)? Both look at correlations, so that the units of a column do
not matter. ``clusters.refits`` asks the second of thousands of draws at once, in arrays of its
own; definiteness (is this a top, is this a covariance) is another question and stays where it is
asked.
"""

from collections.abc import Iterable

import numpy as np

from instroom.core.messages import Message
from instroom.stats.arrays import Floats, Ints
from instroom.stats.status import together

#: A column counts as a combination of earlier ones when less than this share of its sum of
#: squares is left. Squares carry 16 digits, so noise stays well below and real columns above.
ALIASED = 1e-11
#: The part of a constant column that rounding leaves of it after its mean is taken off.
ROUNDING = 64 * float(np.finfo(np.float64).eps)


def independent(products: Floats, share: float | Floats = ALIASED) -> tuple[Ints, Floats]:
    """Return which columns are no combination of earlier ones, and their Cholesky factor.

    Parameters
    ----------
    products
        Shape (p, p): sums of products of the columns, in their order.
    share
        What part of a column's own sum of squares must be left after the earlier ones, so that
        its units do not matter: one number or shape (p,), of which 1 keeps a column never.

    Returns
    -------
    tuple
        Places of the r columns kept; and the lower factor of their products, shape (r, r).

    Examples
    --------
    >>> kept, lower = independent(np.array([[1.0, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1]]))
    >>> kept.tolist(), lower.round(9).tolist()
    ([0, 2], [[1.0, 0.0], [0.6, 0.8]])
    >>> independent(np.diag([1.0, 1e-20]))[0].tolist()
    [0, 1]
    """
    lower = np.zeros_like(products)
    enough = share * np.diag(products)
    kept: list[int] = []
    for j in range(len(products)):
        # Row j of a factor that skips the columns found to be combinations.
        for place, i in enumerate(kept):
            row = lower[i, :place] @ lower[j, :place]
            lower[j, place] = (products[j, i] - row) / lower[i, place]
        left = products[j, j] - lower[j, : len(kept)] @ lower[j, : len(kept)]
        if left > enough[j]:
            lower[j, len(kept)] = np.sqrt(left)
            kept.append(j)
    places = np.array(kept, dtype=np.int64)
    return places, lower[places, : len(kept)]


def left_out(names: Iterable[str], constant: Iterable[str] = ()) -> Message | None:
    """Return why columns were left out, or None when none was; ``constant`` are some of them.

    Examples
    --------
    >>> left_out(["one", "twice"], ["one"])
    "Left out, because other columns say the same: 'twice'. \
Left out, because every row has the same value: 'one'."
    """
    names, same = list(names), set(constant)
    repeated = ", ".join(f"'{name}'" for name in names if name not in same)
    still = ", ".join(f"'{name}'" for name in names if name in same)
    return together([
        Message("Left out, because other columns say the same: {columns}.", columns=repeated)
        if repeated
        else None,
        Message("Left out, because every row has the same value: {columns}.", columns=still)
        if still
        else None,
    ])  # fmt: skip


def weakest(information: Floats) -> float:
    """Return the smallest eigenvalue of an information matrix scaled to a diagonal of ones.

    0 when a parameter has no information of its own, or any is not finite.

    Examples
    --------
    >>> weakest(np.diag([4.0, 2.0**-60])), weakest(np.diag([1.0, 0.0]))
    (1.0, 0.0)
    """
    diagonal = np.diag(information)
    if not (np.isfinite(information).all() and (diagonal > 0).all()):
        return 0.0
    size = np.sqrt(diagonal)
    return float(np.linalg.eigvalsh(information / np.outer(size, size))[0])


def tied(products: Floats, least: float = 1e-10) -> Ints:
    """Return the places of columns that one combination ties together; none when there is none.

    ``products`` has shape (p, p): covariances, or sums of products; ``least`` is what
    :func:`weakest` must be at least.

    Examples
    --------
    >>> tied(np.array([[1.0, 2, 0], [2, 4, 0], [0, 0, 1]])).tolist(), tied(np.eye(2)).tolist()
    ([0, 1], [])
    """
    size = np.sqrt(np.diag(products))
    values, vectors = np.linalg.eigh(products / np.outer(size, size))
    return np.flatnonzero((np.abs(vectors[:, 0]) > 1e-6) & (values[0] < least))


def inverse(information: Floats, least: float) -> Floats | None:
    """Return the inverse of an information matrix, or None when it is singular or not finite.

    ``least`` is what :func:`weakest` must be at least.

    Examples
    --------
    >>> inverse(np.diag([4.0, 2.0**-60]), 1e-12).tolist() == [[0.25, 0.0], [0.0, 2.0**60]]
    True
    >>> inverse(np.ones((2, 2)), 1e-12) is None
    True
    """
    diagonal = np.diag(information)
    if not (np.isfinite(information).all() and (diagonal > 0).all()):
        return None
    size = np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    if values[0] < least:
        return None
    result: Floats = (vectors / values) @ vectors.T / np.outer(size, size)
    return result
