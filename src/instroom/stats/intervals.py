"""Intervals for shares, and whether a change is more than chance."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import betaincinv

from instroom.core.errors import DataError

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
        raise DataError(f"no share of {part} in {whole}", code="empty_share")
    share = part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def exact(part: int, whole: int, level: float = 0.95) -> Interval:
    """Return the exact binomial interval of a share (Clopper and Pearson).

    It holds the true share at least as often as it says, also for a handful of people; for that it
    is wider than :func:`wilson`.

    Parameters
    ----------
    part, whole
        People counted, whole numbers, ``0 <= part <= whole``.
    level
        Coverage (0-1).

    Raises
    ------
    DataError
        When nobody was counted or the part is larger than the whole (``empty_share``), or the level
        is not between 0 and 1 (``bad_level``).

    Source
    ------
    Clopper and Pearson (1934), Biometrika 26, 404-413. Checked against R ``binom.test`` in
    ``tests/reference/test_measures.py``.

    Examples
    --------
    >>> i = exact(7, 40)
    >>> round(i.low, 4), round(i.high, 4), exact(0, 11).low
    (0.0734, 0.3278, 0.0)
    """
    if not 0 <= part <= whole or whole == 0:
        raise DataError(f"no share of {part} in {whole}", code="empty_share")
    if not 0 < level < 1:
        raise DataError(
            "a level lies between 0 and 1", code="bad_level", found=f"{level:g}", expected="0.95"
        )
    tail = (1 - level) / 2
    low = float(betaincinv(part, whole - part + 1, tail)) if part else 0.0
    high = float(betaincinv(part + 1, whole - part, 1 - tail)) if part < whole else 1.0
    return Interval(low, high)


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
