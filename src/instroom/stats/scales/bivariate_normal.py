"""The chance that two related normal quantities both stay below a limit, alone or in a table."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from instroom.stats.arrays import Floats

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


def cells(grid: Floats) -> Floats:
    """Return what lies in each cell, from what lies below each pair of thresholds."""
    return np.diff(np.diff(grid, axis=1), axis=2)


def chance_below(first: Floats, second: Floats, rho: Floats) -> Floats:
    """Return the chance below each pair of thresholds, with the edges of the table."""
    pairs, rows, columns = len(rho), first.shape[1], second.shape[1]
    grid = np.zeros((pairs, rows + 2, columns + 2))
    inner = bivariate_normal(first[:, :, None], second[:, None, :], rho[:, None, None])
    grid[:, 1:-1, 1:-1] = inner
    grid[:, 1:-1, -1], grid[:, -1, 1:-1], grid[:, -1, -1] = ndtr(first), ndtr(second), 1.0
    return grid


def chance_slopes(first: Floats, second: Floats, rho: Floats) -> tuple[Floats, Floats]:
    """Return the first and second derivative to ``rho`` of the chance below the thresholds."""
    h, k, r = first[:, :, None], second[:, None, :], rho[:, None, None]
    rest = (1 - r) * (1 + r)
    squares, product = h * h + k * k, h * k
    density = np.exp(-(squares - 2 * r * product) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    slope = density * (r / rest + (product * (1 + r * r) - r * squares) / (rest * rest))
    return np.pad(density, ((0, 0), (1, 1), (1, 1))), np.pad(slope, ((0, 0), (1, 1), (1, 1)))
