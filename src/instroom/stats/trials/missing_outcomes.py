"""The least and the most an effect can be when some pupils did not answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True)
class MissingOutcomeBounds:
    """The least and the most an effect can be, whatever the missing answers were.

    ``trimmed`` is the share of answers taken from the fuller arm (0 for worst-case bounds).
    ``status`` is ``bounded``, or ``too_few`` with a ``reason`` and nan for both.
    """

    low: float
    high: float
    n: int
    missing: int
    trimmed: float
    status: FitStatus = FitStatus.BOUNDED
    reason: Message | None = None


def manski_bounds(
    outcome: ArrayLike, treated: ArrayLike, *, scale: tuple[float, float]
) -> MissingOutcomeBounds:
    """Return the least and most the difference in means can be, whatever was not answered.

    Parameters
    ----------
    outcome
        Shape (n,); nan where missing.
    treated
        1 for treated pupils, 0 for others, shape (n,).
    scale
        Lowest and highest possible outcome.

    Raises
    ------
    DataError
        ``bad_scale`` when an outcome lies outside the scale; ``bad_treatment`` when treatment is
        not 0 or 1.

    Source
    ------
    Horowitz and Manski (2000), Journal of the American Statistical Association 95, 77-84.

    Examples
    --------
    >>> b = manski_bounds([5, 4, np.nan, 3, 2, 3], [1, 1, 1, 0, 0, 0], scale=(1, 5))
    >>> round(b.low, 4), round(b.high, 4), b.missing
    (0.6667, 2.0, 1)
    """
    y, arm = _outcome(outcome, treated)
    known = y[~np.isnan(y)]
    if not scale[0] < scale[1] or (
        known.size and not scale[0] <= known.min() <= known.max() <= scale[1]
    ):
        raise DataError(
            "outcomes lie outside the scale",
            code="bad_scale",
            found=Message("{value} to {value_2}", value=known.min(), value_2=known.max())
            if known.size
            else "no outcomes",
            expected=Message("{value} to {value_2}", value=scale[0], value_2=scale[1]),
        )
    missing = int(np.isnan(y).sum())
    if not arm.any() or arm.all():
        return _no_bounds(len(y), missing)
    least, most = np.where(np.isnan(y), scale[0], y), np.where(np.isnan(y), scale[1], y)
    low = float(least[arm].mean() - most[~arm].mean())
    high = float(most[arm].mean() - least[~arm].mean())
    return MissingOutcomeBounds(low, high, len(y), missing, 0.0)


def lee_bounds(outcome: ArrayLike, treated: ArrayLike) -> MissingOutcomeBounds:
    """Return bounds of the effect on pupils who would have answered in either arm.

    Assumes random treatment, and that treatment moves answering in one direction only. The arm
    in which more answered loses that surplus share, from the top for one bound and from the
    bottom for the other; with ties the last value counts in part, so that the share is exact.

    Parameters
    ----------
    outcome
        Shape (n,); nan where missing.
    treated
        1 for treated pupils, 0 for others, shape (n,).

    Raises
    ------
    DataError
        ``bad_treatment`` when treatment is not 0 or 1.

    Source
    ------
    Lee (2009), Review of Economic Studies 76(3), 1071-1102. Checked against an own calculation
    in R in ``tests/reference/test_effect_size.py``.

    Examples
    --------
    >>> b = lee_bounds([5, 4, 3, 2, 3, 2, np.nan, np.nan], [1, 1, 1, 1, 0, 0, 0, 0])
    >>> b.low, b.high, b.trimmed
    (0.0, 2.0, 0.5)
    """
    y, arm = _outcome(outcome, treated)
    known = ~np.isnan(y)
    missing = int((~known).sum())
    one, other = np.sort(y[arm & known]), np.sort(y[~arm & known])
    if not len(one) or not len(other):
        return _no_bounds(len(y), missing)
    rates = len(one) / arm.sum(), len(other) / (~arm).sum()
    if rates[0] >= rates[1]:
        trimmed = float(1 - rates[1] / rates[0])
        low, high = _trimmed_mean(one, trimmed), -_trimmed_mean(-one[::-1], trimmed)
        bounds = low - float(other.mean()), high - float(other.mean())
    else:
        trimmed = float(1 - rates[0] / rates[1])
        low, high = _trimmed_mean(other, trimmed), -_trimmed_mean(-other[::-1], trimmed)
        bounds = float(one.mean()) - high, float(one.mean()) - low
    return MissingOutcomeBounds(*bounds, len(y), missing, trimmed)


def _trimmed_mean(ascending: Floats, share: float) -> float:
    """Return the mean after taking a share off the top; the last value counts in part."""
    left = len(ascending) * (1 - share)
    weights = np.clip(left - np.arange(len(ascending)), 0, 1)
    return float(weights @ ascending / weights.sum())


def _outcome(outcome: ArrayLike, treated: ArrayLike) -> tuple[Floats, Bools]:
    y = np.asarray(outcome, dtype=np.float64).reshape(-1)
    arm = np.asarray(treated, dtype=np.float64).reshape(-1)
    if len(arm) != len(y) or not np.isin(arm, (0, 1)).all():
        raise DataError(
            "treatment must be 0 or 1 for every outcome",
            code="bad_treatment",
            expected=Message("{count} times 0 or 1", count=len(y)),
        )
    return y, arm == 1


def _no_bounds(n: int, missing: int) -> MissingOutcomeBounds:
    gone = float("nan")
    reason = Message("An arm without any answers says nothing about the effect.")
    return MissingOutcomeBounds(gone, gone, n, missing, 0.0, FitStatus.TOO_FEW, reason)
