"""Honest p-values when a programme is judged on several outcomes at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from instroom.core.errors import DataError

Floats = NDArray[np.float64]


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


def holm(p: ArrayLike) -> Floats:
    """Return p-values that keep the chance of any false find below the level chosen.

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
    Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70. Checked against R ``p.adjust``
    in ``tests/reference/test_robust.py``.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.09, 0.09, 0.5]
    """
    values, known = _known(p)
    order = np.argsort(values, kind="stable")
    m = len(values)
    steps = values[order] * np.arange(m, 0, -1)
    return _put_back(np.maximum.accumulate(np.minimum(steps, 1)), order, known)


def romano_wolf(t: ArrayLike, draws: ArrayLike, *, identity: bool = False) -> Floats:
    """Return p-values that keep the chance of any false find low and know outcomes go together.

    Outcomes that move together cost less than Holm charges: the bootstrap shows how often the
    largest of their statistics is this large when nothing has an effect.

    Parameters
    ----------
    t
        Statistics, shape (m,).
    draws
        The same statistics in bootstrap draws without any effect, shape (draws, m); see
        :func:`instroom.stats.clusters.bootstrap.joint`.
    identity
        Whether the draws are all there are, the data's own among them; otherwise the data are
        counted as one draw more.

    Returns
    -------
    ndarray
        Adjusted p-values, shape (m,), in the same order.

    Raises
    ------
    DataError
        ``bad_draws`` when the draws do not fit the statistics or are not finite.

    Source
    ------
    Romano and Wolf (2005), Econometrica 73(4), 1237-1282; p-values as in Romano and Wolf
    (2016), Statistics & Probability Letters 113, 38-40.

    Examples
    --------
    >>> null = np.random.default_rng(1).normal(size=(999, 2))
    >>> romano_wolf([3.0, 0.2], null).round(3).tolist()
    [0.006, 0.861]
    """
    observed = np.abs(np.asarray(t, dtype=np.float64))
    null = np.abs(np.asarray(draws, dtype=np.float64))
    if (
        null.ndim != 2
        or null.shape[1] != len(observed)
        or not len(null)
        or not (np.isfinite(null).all() and np.isfinite(observed).all())
    ):
        raise DataError(
            "the bootstrap draws do not fit the statistics",
            code="bad_draws",
            found=f"{len(observed)} statistics, draws of shape {null.shape}",
            expected="finite numbers, one column of draws for each statistic",
        )
    order = np.argsort(-observed, kind="stable")
    # The largest of the statistics not yet judged, in every draw.
    largest = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]
    # Draws that equal the data to the last digits but one are ties, not smaller.
    counts = (largest >= observed[order] * (1 - 1e-10)).sum(axis=0)
    extra = 0 if identity else 1
    steps = np.maximum.accumulate((counts + extra) / (len(null) + extra))
    return _put_back(steps, order, np.ones(len(observed), dtype=bool))


def _known(p: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    given = np.asarray(p, dtype=np.float64).reshape(-1)
    known = ~np.isnan(given)
    values = given[known]
    if ((values < 0) | (values > 1)).any():
        raise DataError("a p-value lies between 0 and 1", code="bad_p", expected="0 <= p <= 1")
    return values, known


def _put_back(steps: Floats, order: NDArray[np.intp], known: NDArray[np.bool_]) -> Floats:
    adjusted = np.empty(len(steps))
    adjusted[order] = steps
    result = np.full(len(known), np.nan)
    result[known] = adjusted
    return result
