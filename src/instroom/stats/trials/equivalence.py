"""Whether two groups were alike at the start, and whether too many of one of them left."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message

Label = Literal["alike", "adjust", "different", "unknown"]
#: Below the first the groups count as alike; up to the second an analysis must adjust.
ALIKE, DIFFERENT = 0.05, 0.25
#: Largest difference in attrition (percentage points) at which bias stays below 0.05 standard
#: deviations, for an overall attrition of 0, 1, 2, ... per cent.
CAUTIOUS = (
    5.7, 5.8, 5.9, 5.9, 6.0, 6.1, 6.2, 6.3, 6.3, 6.3, 6.3, 6.2, 6.2, 6.1, 6.0, 5.9, 5.9, 5.8, 5.7,
    5.5, 5.4, 5.3, 5.2, 5.1, 4.9, 4.8, 4.7, 4.5, 4.4, 4.3, 4.1, 4.0, 3.8, 3.6, 3.5, 3.3, 3.2, 3.1,
    2.9, 2.8, 2.6, 2.5, 2.3, 2.1, 2.0, 1.8, 1.6, 1.5, 1.3, 1.2, 1.0, 0.9, 0.7, 0.6, 0.4, 0.3, 0.2,
    0.0,
)  # fmt: skip
OPTIMISTIC = (
    10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.7, 10.8, 10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.8, 10.8,
    10.7, 10.6, 10.5, 10.3, 10.2, 10.0, 9.9, 9.7, 9.5, 9.4, 9.2, 9.0, 8.8, 8.6, 8.4, 8.2, 8.0, 7.8,
    7.6, 7.4, 7.2, 7.0, 6.7, 6.5, 6.3, 6.0, 5.8, 5.6, 5.3, 5.1, 4.9, 4.6, 4.4, 4.2, 3.9, 3.7, 3.5,
    3.2, 3.0, 2.8, 2.6, 2.3,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BaselineDifference:
    """How far two groups differed at the start, in standard deviations, and what follows.

    ``label``: ``alike`` (at most 0.05), ``adjust`` (at most 0.25: only with the baseline in the
    model), ``different`` (above), or ``unknown`` with a ``reason``.
    """

    difference: float
    label: Label
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Attrition:
    """How many left, how unequally, and how much bias that may bring.

    Attributes
    ----------
    overall, differential
        Shares 0-1: of all who started, and the difference between the arms (treated minus
        control).
    tolerated_cautious, tolerated_optimistic
        The largest differential (share) at this overall attrition that keeps the bias below
        0.05 standard deviations when leaving is strongly, or mildly, related to the outcome.
    level
        ``low`` within the cautious boundary, ``moderate`` only within the optimistic one,
        ``high`` outside both; ``unknown`` with a ``reason``.
    """

    overall: float
    differential: float
    tolerated_cautious: float
    tolerated_optimistic: float
    level: Literal["low", "moderate", "high", "unknown"]
    reason: Message | None = None


def baseline_difference(difference: float, sd: float, n: int) -> BaselineDifference:
    """Return a difference at the start in standard deviations, with its label.

    Parameters
    ----------
    difference
        Mean of the treated minus that of the comparison group (points), in the sample analysed.
    sd
        Standard deviation of all pupils: pooled over the arms, and in clustered designs the
        root of the total variance (points).
    n
        Pupils in the analysis.

    Raises
    ------
    DataError
        ``bad_spread`` for a standard deviation below 0.

    Source
    ------
    What Works Clearinghouse (2022), Procedures and Standards Handbook 5.0: Hedges' g with
    ``omega = 1 - 3 / (4 n - 9)``; 0.05 and 0.25.

    Examples
    --------
    >>> b = baseline_difference(0.08, 0.8, 200)
    >>> round(b.difference, 4), b.label
    (0.0996, 'adjust')
    """
    if sd < 0:
        raise DataError(
            Message("a standard deviation of {sd}", sd=sd), code="bad_spread", expected="0 or more"
        )
    if n < 4:
        return BaselineDifference(
            float("nan"), "unknown", Message("{n} pupils are too few to compare.", n=n)
        )
    if sd == 0:
        reason = Message(
            "Pupils do not differ at the start, so there is no spread to compare with."
        )
        return BaselineDifference(float("nan"), "unknown", reason)
    g = (1 - 3 / (4 * n - 9)) * difference / sd
    return BaselineDifference(g, _label(g))


def attrition(treated: tuple[int, int], control: tuple[int, int]) -> Attrition:
    """Return how many left, how unequally, and how much bias that may bring.

    Parameters
    ----------
    treated, control
        Pupils (or schools) of each arm who started, and those of them in the analysis.

    Returns
    -------
    Attrition
        Between whole percentages of overall attrition the boundary is interpolated; above 57 %,
        where the table used here ends, attrition is always ``high``.

    Raises
    ------
    DataError
        ``bad_count`` when more are analysed than started.

    Source
    ------
    What Works Clearinghouse (2017), Standards Handbook 4.0, table II.1; the model behind it:
    Deke and Chiang (2017), Evaluation Review 41(2), 130-154.

    Examples
    --------
    >>> a = attrition((120, 96), (118, 100))
    >>> round(a.overall, 4), round(a.differential, 4), a.level
    (0.1765, 0.0475, 'low')
    """
    for started, stayed in (treated, control):
        if not 0 <= stayed <= started:
            raise DataError(
                Message(
                    "{stayed} in the analysis of {started} who started",
                    stayed=stayed,
                    started=started,
                ),
                code="bad_count",
                expected="at most all who started",
            )
    if min(treated[0], control[0]) == 0:
        gone = float("nan")
        reason = Message("It is not known who started in one of the arms.")
        return Attrition(gone, gone, gone, gone, "unknown", reason)
    left = [1 - stayed / started for started, stayed in (treated, control)]
    overall = 1 - (treated[1] + control[1]) / (treated[0] + control[0])
    differential = left[0] - left[1]
    cautious, optimistic = _tolerated(overall, CAUTIOUS), _tolerated(overall, OPTIMISTIC)
    level: Literal["low", "moderate", "high"] = "high"
    if abs(differential) <= cautious:
        level = "low"
    elif abs(differential) <= optimistic:
        level = "moderate"
    # Differences of 0 beyond the table's end do not count as within a boundary of 0.
    if overall > (len(CAUTIOUS) - 1) / 100:
        level = "high"
    return Attrition(overall, differential, cautious, optimistic, level)


def _label(g: float) -> Label:
    size = abs(g)
    if size <= ALIKE:
        return "alike"
    return "adjust" if size <= DIFFERENT else "different"


def _tolerated(overall: float, table: tuple[float, ...]) -> float:
    return float(np.interp(100 * overall, np.arange(len(table)), table, right=0.0)) / 100
