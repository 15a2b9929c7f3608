"""Two-sided tests and intervals of estimates, with t or normal distributions."""

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from instroom.stats.arrays import Floats


def two_sided(statistic: Floats, df: float | Floats) -> Floats:
    """Return the two-sided p value of t statistics; infinite ``df`` is normal.

    Examples
    --------
    >>> two_sided(np.array([1.959963984540054]), np.inf).round(6).tolist()
    [0.05]
    """
    spread = np.broadcast_to(np.asarray(df, dtype=float), statistic.shape)
    normal = np.isinf(spread)
    at_t = stdtr(np.where(normal, 1.0, spread), -np.abs(statistic))
    return np.asarray(2 * np.where(normal, ndtr(-np.abs(statistic)), at_t))


def interval(estimate: Floats, se: Floats, df: float | Floats, level: float) -> Floats:
    """Return low and high of estimates, shape (..., 2); infinite ``df`` is normal.

    Examples
    --------
    >>> interval(np.array([0.0]), np.array([1.0]), np.inf, 0.95).round(2).tolist()
    [[-1.96, 1.96]]
    """
    spread = np.broadcast_to(np.asarray(df, dtype=float), estimate.shape)
    normal = np.isinf(spread)
    upper = (1 + level) / 2
    reach = np.where(normal, ndtri(upper), stdtrit(np.where(normal, 1.0, spread), upper)) * se
    return np.stack([estimate - reach, estimate + reach], axis=-1)
