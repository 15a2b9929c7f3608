"""Intervals for shares, and whether a change is more than chance."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from instroom.core.errors import DataError
from instroom.core.messages import Message

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with the interval in which its long-run value plausibly lies (0-1)."""

    low: float
    high: float


def wilson(part: float, whole: float, z: float = Z95) -> Interval:
    """Return the Wilson score interval of a share, without continuity correction.

    Parameters
    ----------
    part, whole
        People counted, ``0 <= part <= whole``.
    z
        Standard normal quantile; the default gives 95 %.

    Raises
    ------
    DataError
        When nobody was counted or the part is larger than the whole.

    Source
    ------
    Wilson (1927), JASA 22, 209-212. Checked against Newcombe (1998), Statistics in Medicine
    17, 857-872, table I, in ``tests/reference/test_intervals.py``.

    Examples
    --------
    >>> i = wilson(81, 263)
    >>> round(i.low, 4), round(i.high, 4)
    (0.2553, 0.3662)
    """
    if not 0 <= part <= whole or whole == 0:
        raise DataError(
            Message("no share of {part} in {whole}", part=part, whole=whole), code="empty_share"
        )
    share = part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


@dataclass(frozen=True, slots=True)
class ChanceVariance:
    """What moves a share from year to year when nothing changes.

    ``schools``: the variance between people and schools, times that of drawing people by lot.
    ``years``: standard deviation of a whole place from year to year, as a share.
    """

    schools: float = 1.0
    years: float = 0.0


def quantile(certainty: float) -> float:
    """Return the standard normal quantile of a two-sided chance.

    Examples
    --------
    >>> round(quantile(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf((1 + certainty) / 2)


def direction(
    before: tuple[float, float, float],
    after: tuple[float, float, float],
    chance: ChanceVariance | None = None,
    z: float = Z95,
) -> int:
    """Return 1 (up), -1 (down) or 0: whether a share changed by more than chance.

    Parameters
    ----------
    before, after
        Each (low share, high share, people counted). Bounds are used the careful way: the
        smallest possible change must still be larger than ``z`` standard errors.
    chance
        What chance does besides drawing people by lot; without it, nothing.
    z
        Standard normal quantile; the default gives 95 %.

    Source
    ------
    Agresti and Caffo (2000), The American Statistician 54, 280-288: one person is added to
    either side of both shares, so that a handful of people is never more than chance. The
    variance of a year is that of :class:`ChanceVariance`, estimated by ``scripts/fluctuation.py``.

    Examples
    --------
    >>> direction((0.50, 0.50, 3000), (0.474, 0.498, 3100))
    0
    >>> direction((0.50, 0.50, 3000), (0.55, 0.56, 3100))
    1
    >>> direction((0.50, 0.50, 3000), (0.55, 0.56, 3100), ChanceVariance(4.0, 0.01))
    0
    """
    low0, high0, n0 = before
    low1, high1, n1 = after
    for sign, one, other in ((1, high0, low1), (-1, low0, high1)):
        a, b = (one * n0 + 1) / (n0 + 2), (other * n1 + 1) / (n1 + 2)
        if sign * (b - a) > z * _error_of_change((one, n0), (other, n1), chance):
            return sign
    return 0


def change_margin(
    before: tuple[float, float, float],
    after: tuple[float, float, float],
    chance: ChanceVariance | None = None,
    z: float = Z95,
) -> float:
    """Return how far chance alone moves the change of a share (0-1), at its widest.

    The parameters are those of :func:`direction`; of the shares within the bounds those nearest
    to one half count, because chance is largest there.

    Examples
    --------
    >>> round(change_margin((0.57, 0.57, 1150), (0.61, 0.64, 1045), ChanceVariance(1.2, 0.007)), 3)
    0.049
    """
    one = min(max(before[0], 0.5), before[1])
    other = min(max(after[0], 0.5), after[1])
    return z * _error_of_change((one, before[2]), (other, after[2]), chance)


def _error_of_change(
    before: tuple[float, float], after: tuple[float, float], chance: ChanceVariance | None
) -> float:
    """Return the standard error of the difference of two (share, people counted)."""
    chance = chance or ChanceVariance()
    variance = 2 * chance.years**2
    for share, n in (before, after):
        one_more = (share * n + 1) / (n + 2)
        variance += chance.schools * one_more * (1 - one_more) / (n + 2)
    return sqrt(variance)
