"""A school beside the other schools of its region: years added up, and more than chance or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from instroom.core.quantities import Count, Share, remainder, total
from instroom.core.series import Figure
from instroom.definitions import models
from instroom.stats import intervals


@dataclass(frozen=True, slots=True)
class YearsTogether:
    """A share of several years together: bounds of the part and of those who are not in it."""

    periods: tuple[str, ...]
    part: Count
    rest: Count

    @property
    def whole(self) -> Count:
        """Everybody."""
        return self.part + self.rest

    @property
    def share(self) -> Share:
        """The share, with its bounds (0-1)."""
        return Share.of(self.part, self.rest)

    def reach(self, chance: intervals.ChanceVariance) -> intervals.Interval:
        """Return how far chance reaches at both ends of the bounds, 95 %.

        People of one school are no draws by lot: there count as many fewer as their variance is
        larger.
        """
        fewer = chance.schools
        least, most = self.part.low + self.rest.high, self.part.high + self.rest.low
        return intervals.Interval(
            intervals.wilson(self.part.low / fewer, least / fewer).low if least else 0.0,
            intervals.wilson(self.part.high / fewer, most / fewer).high if most else 1.0,
        )


def together(figures: Sequence[Figure]) -> YearsTogether | None:
    """Add up the years of one share; None when one of them has no number, or nobody was counted.

    Only what the gate let out is added, with its bounds.
    """
    found = [(f.numerator, f.denominator) for f in figures if f.numbered]
    known = [(part, whole) for part, whole in found if part is not None and whole is not None]
    if not known or len(known) < len(figures):
        return None  # a sum of two years that is called three would be too small
    part = total(one for one, _ in known)
    rest = total(remainder(*one) for one in known)
    if part.high + rest.high == 0:
        return None
    return YearsTogether(tuple(f.period for f in figures), part, rest)


def others(region: YearsTogether, own: YearsTogether) -> YearsTogether | None:
    """Return a region without one of its schools; None when nobody is left.

    The bounds of a region are the sums of those of its schools, so what is left has the sums of
    the others.
    """
    if region.periods != own.periods:
        return None
    part, rest = _less(region.part, own.part), _less(region.rest, own.rest)
    if part is None or rest is None or part.low + rest.low <= 0:
        return None
    return YearsTogether(region.periods, part, rest)


def _less(whole: Count, own: Count) -> Count | None:
    low, high = whole.low - own.low, whole.high - own.high
    return Count(low, high) if 0 <= low <= high else None


def compared(
    own: YearsTogether,
    rest: YearsTogether | None,
    chance: intervals.ChanceVariance,
    rule: models.BesideRule,
    comparisons: int = 1,
) -> models.Beside:
    """Say whether a school differs from the others by more than chance.

    Parameters
    ----------
    own, rest
        The same years of the school and of the other schools of its region.
    chance
        What chance does to the share of a school.
    rule
        How certain a verdict is.
    comparisons
        How many verdicts stand together on a page: each may be wrong as much less often.

    Source
    ------
    The score test of two shares (Pearson 1900), its variance times that of the indicator, with the
    correction for continuity of Yates (1934): the smallest difference that the bounds allow, less
    half a pupil, must be larger than chance. A test by the school's own share errs too often for
    small schools; the tests draw such schools. Bonferroni: of ``comparisons`` verdicts at
    ``1 - (1 - certain) / comparisons`` at least one is wrong at most ``1 - certain`` of the times.
    """
    if rest is None:
        return "not_comparable"
    certain, maybe = (
        _direction(own, rest, chance, intervals.quantile(1 - (1 - chances) / comparisons))
        for chances in (rule.certain, rule.maybe)
    )
    if certain and min(own.whole.low, rest.whole.low) >= rule.least:
        return "more" if certain > 0 else "less"
    if maybe:
        return "maybe_more" if maybe > 0 else "maybe_less"
    return "no_difference"


def _direction(
    own: YearsTogether, rest: YearsTogether, chance: intervals.ChanceVariance, z: float
) -> int:
    """Return 1 (more), -1 (less) or 0: whether two shares differ by more than chance."""
    n, m = max(own.whole.low, 1), max(rest.whole.low, 1)
    for sign, mine, theirs in (
        (1, own.share.low, rest.share.high),
        (-1, own.share.high, rest.share.low),
    ):
        together_share = (mine * n + theirs * m) / (n + m)
        variance = chance.schools * together_share * (1 - together_share) * (1 / n + 1 / m)
        error = sqrt(variance + 2 * chance.years**2)
        if sign * (mine - theirs) - 0.5 * (1 / n + 1 / m) > z * error:
            return sign
    return 0
