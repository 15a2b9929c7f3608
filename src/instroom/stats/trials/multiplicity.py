"""Honest p-values when a programme is judged on several outcomes at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from instroom.core.errors import DataError
from instroom.stats.arrays import Bools, Floats
from instroom.stats.results import unknown


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Return p-values that keep the expected share of false finds below the level chosen.

    Parameters
    ----------
    p
        P-values, shape (m,). nan (no test) stays nan and does not count as a test.

    Returns
    -------
    ndarray
        Adjusted p-values, shape (m,), in the same order.

    Raises
    ------
    DataError
        ``bad_p`` for a p-value outside 0-1.

    Source
    ------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    Checked against R ``p.adjust`` in ``tests/reference/test_robust.py``.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    values, known = _known(p)
    order = np.argsort(values, kind="stable")[::-1]
    m = len(values)
    steps = values[order] * m / np.arange(m, 0, -1)
    return _put_back(np.minimum.accumulate(np.minimum(steps, 1)), order, known)


def _known(p: ArrayLike) -> tuple[Floats, Bools]:
    given = np.asarray(p, dtype=np.float64).reshape(-1)
    known = ~np.isnan(given)
    values = given[known]
    if ((values < 0) | (values > 1)).any():
        raise DataError("a p-value lies between 0 and 1", code="bad_p", expected="0 <= p <= 1")
    return values, known


def _put_back(steps: Floats, order: NDArray[np.intp], known: Bools) -> Floats:
    adjusted = np.empty(len(steps))
    adjusted[order] = steps
    result = unknown(len(known))
    result[known] = adjusted
    return result
