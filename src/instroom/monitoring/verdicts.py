"""Did a share change between two fixed years, and is that more than chance?

The year that is compared with is a fact of the goal, never of the files at hand: with the same
newest year the verdict is the same whatever else was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core import periods
from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.stats import intervals


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """The verdict on a share, now against the year ``since``.

    ``low`` and ``high`` bound the change (-1 to 1), ``margin`` is what chance alone does to it
    (half the width of a ``certain`` interval, as a share); all None when there is no comparison.
    ``broken`` is the period of a break in the series between the two years, empty without one.
    """

    outcome: models.Outcome
    since: str
    before: Figure | None = None
    now: Figure | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    broken: str = ""


#: The rule of a goal that names none.
USUAL = "change"


def rule_of(name: str = USUAL) -> models.VerdictRule:
    """Return the rule with this name for the change of a share between two years."""
    return registry.verdicts()[name]


def fluctuation_of(
    indicator: str, school_type: str = "", rule: models.VerdictRule | None = None
) -> intervals.ChanceVariance:
    """Return what chance does to an indicator's share, of one school type or of all together.

    An indicator that was never calibrated gets the cautious value of the rule.
    """
    own = registry.indicators()[indicator].fluctuation
    found = own.get(school_type) or own.get("all") or (rule or rule_of()).fluctuation
    return intervals.ChanceVariance(found.schools, found.years)


def verdict(
    figures: Sequence[Figure], since: str, rule: models.VerdictRule | None = None
) -> ChangeVerdict:
    """Compare the newest known figure of a series with that of the period ``since``.

    Parameters
    ----------
    figures
        Figures of one share, one place and one group, in any order. Those without a number or
        from before ``since`` are no newest figure.
    since, rule
        The period to compare with; the rule that judges, the usual one if none is given.

    Returns
    -------
    ChangeVerdict
        ``not_measured`` without any figure of that year or later, ``not_comparable`` when one of
        the two years is missing. Bounds are used the careful way: the smallest change that they
        allow must be larger than chance.
    """
    start = periods.parse(since)
    known = [f for f in figures if f.numbered and f.denominator]
    later = [f for f in known if periods.parse(f.period) > start]
    before = next((f for f in known if f.period == since), None)
    now = max(later, key=lambda f: periods.parse(f.period), default=None)
    if now is None and before is None:
        return ChangeVerdict("not_measured" if not known else "not_comparable", since)
    if now is None or before is None:
        return ChangeVerdict("not_comparable", since, before, now)
    if broken := _break_between(before, now):
        return ChangeVerdict("not_comparable", since, before, now, broken=broken)
    return _compared(before, now, since, rule or rule_of())


def _break_between(before: Figure, now: Figure) -> str:
    """Return the period of a break in the series between two figures, empty without one."""
    school_type = dict(now.by).get("school_type", "")
    found = registry.indicators()[now.indicator].broken_since(school_type, now.period)
    return found if before.period < found else ""


def colour(found: ChangeVerdict, indicator: str) -> str:
    """Return ``ahead`` or ``behind`` for a certain change that the programme does or does not want.

    What is uncertain has no colour, and neither has a share that is not better when it is higher
    or lower.
    """
    better = registry.indicators()[indicator].better
    if found.outcome not in ("more", "less") or better == "neither":
        return ""
    return "ahead" if (found.outcome == "more") == (better == "higher") else "behind"


def overall(found: Sequence[ChangeVerdict]) -> models.Overall:
    """Return what several verdicts say together; an uncertain one is never a yes or a no."""
    outcomes = {one.outcome for one in found}
    if outcomes <= {"not_measured"}:
        return "not_measured"
    if outcomes <= {"not_measured", "not_comparable"}:
        return "not_comparable"
    if {"more", "less"} <= outcomes:
        return "mixed"
    if "more" in outcomes:
        return "yes" if outcomes == {"more"} else "partly"
    if "less" in outcomes:
        return "no" if outcomes == {"less"} else "partly_no"
    return "unclear"


def _compared(before: Figure, now: Figure, since: str, rule: models.VerdictRule) -> ChangeVerdict:
    chance = fluctuation_of(now.indicator, dict(now.by).get("school_type", ""), rule)
    first, last = _triple(before), _triple(now)
    certain = intervals.direction(first, last, chance, intervals.quantile(rule.certain))
    maybe = intervals.direction(first, last, chance, intervals.quantile(rule.maybe))
    outcome: models.Outcome = "no_difference"
    if certain and min(first[2], last[2]) >= rule.least:
        outcome = "more" if certain > 0 else "less"
    elif maybe:  # also what would be certain of more people
        outcome = "maybe_more" if maybe > 0 else "maybe_less"
    return ChangeVerdict(
        outcome,
        since,
        before,
        now,
        last[0] - first[1],
        last[1] - first[0],
        intervals.change_margin(first, last, chance, intervals.quantile(rule.certain)),
    )


def _triple(figure: Figure) -> tuple[float, float, float]:
    return (figure.low or 0.0, figure.high or 0.0, float(figure.n or 0))
