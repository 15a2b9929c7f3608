"""Effect measures of published trials, so that they can be put side by side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from instroom.core.errors import DataError
from instroom.stats.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class EffectMeasure:
    """Effects with their sampling variances, one per trial; nan where a trial says too little."""

    effect: Floats
    variance: Floats


def hedges_correction(df: ArrayLike) -> Floats:
    """Return the exact factor that takes the small-sample bias out of Cohen's d.

    Parameters
    ----------
    df
        Degrees of freedom of the standard deviation, at least 2; nan below.

    Source
    ------
    Hedges (1981), Journal of Educational Statistics 6(2), 107-128, equation 6e.

    Examples
    --------
    >>> hedges_correction([10, 100]).round(6).tolist()
    [0.922746, 0.992478]
    """
    m = np.asarray(df, dtype=float)
    safe = np.where(m >= 2, m, 2.0)
    factor = np.exp(gammaln(safe / 2) - np.log(np.sqrt(safe / 2)) - gammaln((safe - 1) / 2))
    return np.where(m >= 2, factor, np.nan)


def standardised_mean_difference(
    first: tuple[ArrayLike, ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike, ArrayLike],
    *,
    equal_variances: bool = True,
) -> EffectMeasure:
    """Return Hedges' g of a first group minus a second one, in standard deviations.

    Parameters
    ----------
    first, second
        Mean, standard deviation and number of people of each group; each a number or shape
        (trials,). Missing values are nan and give nan.
    equal_variances
        True pools both standard deviations ("SMD"); False averages the two variances and lets
        them differ ("SMDH", Bonett), right for groups of very different size or spread.

    Returns
    -------
    EffectMeasure
        Effect and large-sample variance, both corrected with the exact gamma factor.

    Raises
    ------
    DataError
        ``bad_group`` when a standard deviation is not above 0 or a group has fewer than 2 people.

    Source
    ------
    Hedges (1981); Bonett (2009), Journal of Educational and Behavioral Statistics 34(1),
    109-128. Checked against R ``metafor::escalc`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> g = standardised_mean_difference((3.12, 0.61, 240), (2.98, 0.84, 25), equal_variances=False)
    >>> round(float(g.effect), 6), round(float(g.variance), 6)
    (0.190175, 0.057453)
    """
    m1, s1, n1 = (np.asarray(value, dtype=float) for value in first)
    m2, s2, n2 = (np.asarray(value, dtype=float) for value in second)
    if np.any(s1 <= 0) or np.any(s2 <= 0) or np.any(n1 < 2) or np.any(n2 < 2):
        raise DataError(
            "a group without spread or with fewer than two people has no standardised effect",
            code="bad_group",
            expected="standard deviations above 0 and at least 2 people in each group",
        )
    correction = hedges_correction(n1 + n2 - 2)
    if equal_variances:
        pooled = ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2)
        effect = correction * (m1 - m2) / np.sqrt(pooled)
        return EffectMeasure(effect, 1 / n1 + 1 / n2 + effect**2 / (2 * (n1 + n2)))
    average = (s1**2 + s2**2) / 2
    effect = correction * (m1 - m2) / np.sqrt(average)
    spread = effect**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * average**2)
    means = s1**2 / (average * (n1 - 1)) + s2**2 / (average * (n2 - 1))
    return EffectMeasure(effect, correction**2 * (spread + means))


def log_odds_ratio(
    first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]
) -> EffectMeasure:
    """Return the log odds ratio of a first group against a second one.

    Parameters
    ----------
    first, second
        People who chose and people who did not, each a number or shape (trials,). Where one
        of the four is 0, a half is added to all four of that trial.

    Raises
    ------
    DataError
        ``bad_count`` for a number below 0, ``empty_group`` for a group without people.

    Source
    ------
    Woolf (1955), Annals of Human Genetics 19, 251-253. Checked against R ``metafor::escalc``
    in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> r = log_odds_ratio((54, 186), (38, 187))
    >>> round(float(r.effect), 6), round(float(r.variance), 6)
    (0.35676, 0.055558)
    """
    a, b, c, d = _cells(first, second)
    return EffectMeasure(np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def log_risk_ratio(
    first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]
) -> EffectMeasure:
    """Return the log of the share in a first group divided by the share in a second one.

    Parameters
    ----------
    first, second
        People who chose and people who did not, each a number or shape (trials,). Where one
        of the four is 0, a half is added to all four of that trial.

    Raises
    ------
    DataError
        ``bad_count`` for a number below 0, ``empty_group`` for a group without people.

    Source
    ------
    Katz, Baptista, Azen and Pike (1978), Biometrics 34, 469-474. Checked against R
    ``metafor::escalc(measure = "RR")`` in ``tests/reference/test_measures.py``.

    Examples
    --------
    >>> r = log_risk_ratio((54, 186), (38, 187))
    >>> round(float(np.exp(r.effect)), 4), round(float(r.variance), 6)
    (1.3322, 0.036223)
    """
    a, b, c, d = _cells(first, second)
    return EffectMeasure(
        np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    )


def risk_difference(
    first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]
) -> EffectMeasure:
    """Return the share in a first group minus the share in a second one (-1 to 1).

    Parameters
    ----------
    first, second
        People who chose and people who did not, each a number or shape (trials,). Where one
        of the four is 0, a half is added to all four of that trial, or its variance could be 0.

    Raises
    ------
    DataError
        ``bad_count`` for a number below 0, ``empty_group`` for a group without people.

    Source
    ------
    Checked against R ``metafor::escalc(measure = "RD")`` in ``tests/reference/test_measures.py``.

    Examples
    --------
    >>> r = risk_difference((54, 186), (38, 187))
    >>> round(float(r.effect), 6), round(float(r.variance), 8)
    (0.056111, 0.00135041)
    """
    a, b, c, d = _cells(first, second)
    n1, n2 = a + b, c + d
    return EffectMeasure(a / n1 - c / n2, a * b / n1**3 + c * d / n2**3)


def standardised_mean_change(
    post: ArrayLike, pre: ArrayLike, sd_pre: ArrayLike, correlation: ArrayLike, people: ArrayLike
) -> EffectMeasure:
    """Return the change of one group, in standard deviations before ("SMCR").

    Without a group to compare with this is growth, not the effect of a project.

    Parameters
    ----------
    post, pre
        Means after and before, each a number or shape (trials,).
    sd_pre
        Standard deviation before: what happened in between does not change the unit.
    correlation
        Between both measurements (-1 to 1).
    people
        People with both measurements.

    Raises
    ------
    DataError
        ``bad_group`` when a standard deviation is not above 0 or there are fewer than 3 people,
        ``bad_correlation`` outside -1 to 1.

    Source
    ------
    Becker (1988), British Journal of Mathematical and Statistical Psychology 41, 257-278.
    Checked against R ``metafor::escalc(measure = "SMCR")`` in
    ``tests/reference/test_measures.py``.

    Examples
    --------
    >>> g = standardised_mean_change(3.42, 3.12, 0.61, 0.55, 240)
    >>> round(float(g.effect), 6), round(float(g.variance), 6)
    (0.490258, 0.004251)
    """
    m1, m0, sd, r, n = (
        np.asarray(value, dtype=float) for value in (post, pre, sd_pre, correlation, people)
    )
    if np.any(sd <= 0) or np.any(n < 3):
        raise DataError(
            "a group without spread or with fewer than three people has no standardised change",
            code="bad_group",
            expected="standard deviations above 0 and at least 3 people",
        )
    if np.any(np.abs(r) > 1):
        raise DataError(
            "a correlation beyond -1 to 1",
            code="bad_correlation",
            found=f"{np.nanmax(np.abs(r)):g}",
            expected="-1 to 1, between the measurements before and after",
        )
    effect = hedges_correction(n - 1) * (m1 - m0) / sd
    return EffectMeasure(effect, 2 * (1 - r) / n + effect**2 / (2 * n))


def log_odds(part: ArrayLike, whole: ArrayLike) -> EffectMeasure:
    """Return the log odds of a share, the scale on which shares are pooled.

    Parameters
    ----------
    part, whole
        People who chose and all people, each a number or shape (trials,). Where nobody or
        everybody chose, a half is added to both sides of that trial.

    Raises
    ------
    DataError
        ``bad_count`` when not ``0 <= part <= whole``, ``empty_group`` when nobody was counted.

    Source
    ------
    Checked against R ``metafor::escalc(measure = "PLO")`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> s = log_odds(38, 225)
    >>> round(float(s.effect), 6), round(float(s.variance), 6)
    (-1.593522, 0.031663)
    """
    yes, all_ = np.broadcast_arrays(_counts(part), _counts(whole))
    no = _counts(all_ - yes)
    if np.any(all_ == 0):
        raise DataError("a group without people has no odds", code="empty_group")
    add = np.where((yes == 0) | (no == 0), 0.5, 0.0)
    yes, no = yes + add, no + add
    return EffectMeasure(np.log(yes / no), 1 / yes + 1 / no)


def _cells(first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]) -> Floats:
    """Return the four counts of each trial, shape (4, trials); a half more where one is 0."""
    cells = np.stack(np.broadcast_arrays(*map(_counts, (*first, *second))))
    if np.any(cells[0] + cells[1] == 0) or np.any(cells[2] + cells[3] == 0):
        raise DataError("a group without people has no share", code="empty_group")
    return np.where(np.any(cells == 0, axis=0), cells + 0.5, cells)


def _counts(values: ArrayLike) -> Floats:
    counts = np.asarray(values, dtype=float)
    if np.any(counts < 0):
        raise DataError(
            "a number of people below 0",
            code="bad_count",
            found=f"{np.nanmin(counts):g}",
            expected="0 or more, and no part larger than its whole",
        )
    return counts
