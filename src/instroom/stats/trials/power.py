"""How large an effect a trial can see, and how large a trial must be.

A design (:mod:`instroom.stats.trials.trial_designs`) says the standard error of its effect and its
degrees of freedom; all follows from these two. Effects are in standard deviations of the pupils'
outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from scipy.optimize import brentq
from scipy.stats import nct, t

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem
from instroom.stats.trials.trial_designs import TrialDesign

_MOST_CLUSTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest effect a design sees with the asked power, in standard deviations.

    Attributes
    ----------
    mdes, low, high
        The effect at which the power (noncentral t) is the asked power, with the interval of an
        estimate of that size.
    powerup
        PowerUp!'s approximation: the sum of two t quantiles times the standard error. Within
        0.1 % from 8 schools on; with 4 schools it is 5 % too small, and its power .766 for .80.
    multiplier
        ``mdes`` over the standard error.
    df
        Degrees of freedom.
    status, reason
        "too_few" when no degree of freedom is left (all numbers are then nan).
    """

    mdes: float
    low: float
    high: float
    powerup: float
    multiplier: float
    df: float
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True)
class PowerAt:
    """The chance (0-1) to see an effect; ``ncp`` is the effect in standard errors."""

    power: float
    ncp: float
    df: float
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True)
class RequiredSize:
    """The smallest number of units of the highest level, and the power it gives.

    ``status`` is "not_supported" when no number up to a million is enough.
    """

    clusters: int | None
    power: float
    df: float
    status: FitStatus
    reason: Message | None


def mdes(
    design: TrialDesign, *, power: float = 0.80, alpha: float = 0.05, two_tailed: bool = True
) -> DetectableEffect:
    """Return the smallest effect a design sees with the asked power.

    Parameters
    ----------
    design
        From :mod:`instroom.stats.trials.trial_designs`.
    power, alpha
        Asked power and level of the test (0-1).
    two_tailed
        Whether effects in both directions count.

    Raises
    ------
    DataError
        ``bad_share`` when ``power`` or ``alpha`` is not between 0 and 1.

    Source
    ------
    Dong and Maynard (2013) for the designs and for ``powerup``; Lehr's sum of quantiles is
    replaced by the noncentral t, as in R ``pwr::pwr.t.test``. Both are checked against R
    in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> from instroom.stats.trials.trial_designs import cra2
    >>> m = mdes(cra2(30, 50, rho=0.15))
    >>> round(m.mdes, 3), round(m.low, 3), round(m.high, 3), m.df, round(m.powerup, 3)
    (0.433, 0.127, 0.739, 28, 0.433)
    >>> m = mdes(cra2(4, 20, rho=0.1))
    >>> round(m.mdes, 4), round(m.powerup, 4)
    (2.1528, 2.0423)
    """
    _check(power, alpha)
    if not design.feasible:
        return without_numbers(DetectableEffect, infeasible(design), df=design.df)
    critical = _critical(design.df, alpha, two_tailed)
    powerup = (critical + float(t.ppf(power, design.df))) * design.se
    multiplier = noncentrality(power, design.df, alpha, two_tailed=two_tailed)
    value, reach = multiplier * design.se, critical * design.se
    return DetectableEffect(
        value, value - reach, value + reach, powerup, multiplier, design.df, FitStatus.OK, None
    )


def power(
    design: TrialDesign, effect: float, *, alpha: float = 0.05, two_tailed: bool = True
) -> PowerAt:
    """Return the chance that a design shows an effect of this size (noncentral t).

    Parameters
    ----------
    design, alpha, two_tailed
        As :func:`mdes`.
    effect
        In standard deviations.

    Raises
    ------
    DataError
        ``bad_share`` when ``alpha`` is not between 0 and 1.

    Source
    ------
    Dong and Maynard (2013). Checked against R ``PowerUpR::power.cra3`` and base R in
    ``tests/reference/test_power.py``.

    Examples
    --------
    >>> from instroom.stats.trials.trial_designs import cra2
    >>> round(power(cra2(30, 50, rho=0.15), 0.40).power, 4)
    0.7349
    """
    _check(alpha)
    if not design.feasible:
        return without_numbers(PowerAt, infeasible(design), df=design.df)
    ncp = effect / design.se
    return PowerAt(_power(ncp, design.df, alpha, two_tailed), ncp, design.df, FitStatus.OK, None)


def required(
    make: Callable[[int], TrialDesign],
    effect: float,
    *,
    target: float = 0.80,
    alpha: float = 0.05,
    two_tailed: bool = True,
) -> RequiredSize:
    """Return the smallest number of schools with which an effect is seen often enough.

    Parameters
    ----------
    make
        Turns a number of schools (for "ira": of pupils) into a design.
    effect
        In standard deviations; its sign plays no part in a two-tailed test.
    target, alpha, two_tailed
        Asked power and the test.

    Raises
    ------
    DataError
        ``bad_share`` when ``target`` or ``alpha`` is not between 0 and 1.

    Source
    ------
    Checked against R ``PowerUpR::mrss.cra3`` in ``tests/reference/test_power.py``.

    Examples
    --------
    >>> from instroom.stats.trials.trial_designs import cra2
    >>> required(lambda schools: cra2(schools, 50, rho=0.15), 0.40).clusters
    35
    """
    _check(target, alpha)

    def reached(count: int) -> float:
        found = power(make(count), effect, alpha=alpha, two_tailed=two_tailed).power
        return found if isfinite(found) else 0.0

    high = 2
    while reached(high) < target:
        high *= 2
        if high > _MOST_CLUSTERS:
            reason = Message("No number of schools up to a million shows an effect of this size.")
            return without_numbers(RequiredSize, (FitStatus.NOT_SUPPORTED, reason), clusters=None)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= target else (middle, high)
    return RequiredSize(high, reached(high), make(high).df, FitStatus.OK, None)


def infeasible(design: TrialDesign) -> Problem:
    """Return why a design can find nothing: no degree of freedom is left."""
    return FitStatus.TOO_FEW, Message(
        "This design leaves {df:g} degrees of freedom; at least 1 is needed.", df=design.df
    )


def _critical(df: float, alpha: float, two_tailed: bool) -> float:
    return float(t.isf(alpha / 2 if two_tailed else alpha, df))


def _power(ncp: float, df: float, alpha: float, two_tailed: bool) -> float:
    critical = _critical(df, alpha, two_tailed)
    upper = float(nct.sf(critical, df, ncp))
    return upper + float(nct.sf(critical, df, -ncp)) if two_tailed else upper


def noncentrality(
    power: float, df: float, alpha: float = 0.05, *, two_tailed: bool = True
) -> float:
    """Return the distance from 0, in standard errors, at which a t test has the asked power.

    Examples
    --------
    >>> round(noncentrality(0.80, 28), 4), round(noncentrality(0.80, 2), 3)
    (2.9024, 5.653)
    """
    if power <= alpha:
        return 0.0

    def gap(ncp: float) -> float:
        return _power(ncp, df, alpha, two_tailed) - power

    high = 4.0
    while gap(high) < 0:
        high *= 2
    return float(brentq(gap, 0.0, high, xtol=1e-13, rtol=8.9e-16))


def _check(*shares: float) -> None:
    outside = [value for value in shares if not 0 < value < 1]
    if outside:
        raise DataError(
            "power and the level of a test are chances",
            code="bad_share",
            found=f"{outside[0]:g}",
            expected="more than 0 and less than 1",
        )
