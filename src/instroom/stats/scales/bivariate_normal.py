"""The chance that two related normal quantities both stay below a limit."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from instroom.stats.scales.answers import Floats

NOTHING = 1e-100  # a limit this near to 0 is 0; products of smaller ones vanish


def bivariate_normal(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> Floats:
    """Return the chance that two standard normals with correlation ``rho`` stay below h and k.

    Parameters
    ----------
    h, k
        Upper limits (finite), any shapes that broadcast.
    rho
        Correlation, strictly between -1 and 1.

    Source
    ------
    Owen (1956), Annals of Mathematical Statistics 27, 1075-1090, formula 2.1; absolute error
    about 1e-15. Checked against R ``mnormt::sadmvn`` in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> round(float(bivariate_normal(0.0, 0.0, 0.5)), 12)
    0.333333333333
    """
    h, k, rho = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (h, k, rho)))
    h, k = (np.where(np.abs(x) < NOTHING, 0.0, x) for x in (h, k))
    root = np.sqrt((1 - rho) * (1 + rho))
    opposite = np.where((h * k > 0) | ((h * k == 0) & (h + k >= 0)), 0.0, 0.5)
    both = (ndtr(h) + ndtr(k)) / 2 - _owen(h, k - rho * h, root) - _owen(k, h - rho * k, root)
    at_origin = 0.25 + np.arcsin(rho) / (2 * np.pi)
    value: Floats = np.where((h == 0) & (k == 0), at_origin, both - opposite)
    return np.clip(value, 0.0, 1.0)


def _owen(h: Floats, numerator: Floats, root: Floats) -> Floats:
    """Return Owen's T of h and numerator / (h root); at h = 0 the slope is infinite."""
    slope = np.full(h.shape, np.inf)
    np.divide(numerator, h * root, out=slope, where=h != 0)
    slope = np.where(h == 0, np.copysign(np.inf, numerator), slope)
    area: Floats = owens_t(h, slope)
    return area
