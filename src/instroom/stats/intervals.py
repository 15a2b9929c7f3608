"""Intervals for shares, and whether a change is more than chance."""

from dataclasses import dataclass
from math import sqrt

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


def direction(before: tuple[float, float, float], after: tuple[float, float, float]) -> int:
    """Return 1 (up), -1 (down) or 0: whether a share changed by more than chance.

    Parameters
    ----------
    before, after
        Each (low share, high share, people counted). Bounds are used the careful way: the
        smallest possible change must still be larger than 1.96 standard errors.

    Source
    ------
    Agresti and Caffo (2000), The American Statistician 54, 280-288: one person is added to
    either side of both shares, so that a handful of people is never more than chance.

    Examples
    --------
    >>> direction((0.50, 0.50, 3000), (0.474, 0.498, 3100))
    0
    >>> direction((0.50, 0.50, 3000), (0.55, 0.56, 3100))
    1
    """
    low0, high0, n0 = before
    low1, high1, n1 = after
    for sign, one, other in ((1, high0, low1), (-1, low0, high1)):
        a, b = (one * n0 + 1) / (n0 + 2), (other * n1 + 1) / (n1 + 2)
        error = sqrt(a * (1 - a) / (n0 + 2) + b * (1 - b) / (n1 + 2))
        if sign * (b - a) > Z95 * error:
            return sign
    return 0
