"""The results framework: what a goal is measured by, the path to its target, and the judgement.

Nothing here knows where a number comes from: a published figure and a value that people entered
and approved are judged alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from instroom.core import periods
from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.definitions import models, registry
from instroom.stats.intervals import ChanceVariance, quantile

#: How a goal stands against its path.
StandingWord = Literal["ahead", "on_course", "behind", "no_target", "not_enough_data"]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a goal is measured by: a share of an indicator, or one that people enter themselves.

    ``indicator`` is empty when nothing is computed for the goal; ``code`` names it in rows.
    ``since`` is the period that a change is measured from, empty when the file names none.
    """

    goal: str
    label: str = ""
    small: str = ""
    indicator: str = ""
    stage: str = ""
    school_type: str = ""
    since: str = ""

    @property
    def computed(self) -> bool:
        """Whether its shares are computed: then nobody types a start or a value beside them."""
        return bool(self.indicator)

    @property
    def code(self) -> str:
        """A stable name.

        Examples
        --------
        >>> Yardstick("3_x", "havo", indicator="share", stage="exam", school_type="havo").code
        '3_x:share:exam:havo'
        """
        return ":".join((self.goal, self.indicator, self.stage, self.school_type))


def yardsticks(goal: models.Kpi) -> list[Yardstick]:
    """Return what a goal is measured by, in the order of its file.

    A goal without an indicator has one yardstick, of which people enter the values; one that is
    not better when it is higher or lower has none.
    """
    if goal.better == "neither":
        return []
    if goal.stages:
        return [
            Yardstick(
                goal.id, one.label, one.small, one.indicator, one.stage, one.school_type, one.since
            )
            for one in goal.stages
        ]
    known = registry.indicators()
    shares = [name for name in goal.indicators if known[name].measure == "share"]
    return [Yardstick(goal.id, known[name].title, "", name) for name in shares] or [
        Yardstick(goal.id)
    ]


def yardstick_of(code: str) -> Yardstick:
    """Return the yardstick with this name.

    Raises
    ------
    DataError
        ``unknown_yardstick`` when no goal has it, or has it no longer.
    """
    goals, name = registry.kpis(), code.partition(":")[0]
    mine = yardsticks(goals[name]) if name in goals else []
    found = next((one for one in mine if one.code == code), None)
    if found is None:
        raise DataError(
            "no goal is measured by this",
            code="unknown_yardstick",
            where=Where(key="yardstick"),
            found=code[:80],
            hint=Message("choose one from the list"),
        )
    return found


def chance_of(yardstick: Yardstick, rule: models.VerdictRule) -> ChanceVariance:
    """Return what chance does to it: as for the public verdicts, the cautious value if unknown."""
    own = registry.indicators()[yardstick.indicator].fluctuation if yardstick.indicator else {}
    found = own.get(yardstick.school_type) or own.get("all") or rule.fluctuation
    return ChanceVariance(found.schools, found.years)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A share (0-1) as it is known: from ``low`` to ``high``, of ``n`` people or schools."""

    low: float
    high: float
    n: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The judgement: ``low`` to ``high`` is the share with what is unknown and what chance does.

    ``margin`` is what chance alone does on either side. ``stood_still``: the baseline lies in
    there as well, so that it may as well not have moved. None and False when nothing is judged.
    """

    word: StandingWord
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    stood_still: bool = False


def path_at(points: Mapping[str, float], period: str) -> float | None:
    """Return where a path is in a school year: on a straight line between two years that are set.

    None before the first year and after the last one: there nothing was set.

    Examples
    --------
    >>> path_at({"2024-2025": 0.20, "2028-2029": 0.40}, "2026-2027")
    0.3
    """
    if period in points:
        return points[period]
    at = periods.parse(period).start
    years = sorted((periods.parse(name).start, share) for name, share in points.items())
    before = [one for one in years if one[0] <= at]
    after = [one for one in years if one[0] > at]
    if not before or not after:
        return None
    (first, low), (last, high) = before[-1], after[0]
    return round(low + (high - low) * (at - first) / (last - first), 6)


def judge(
    now: Bounds | None,
    target: float | None,
    *,
    chance: ChanceVariance,
    rule: models.VerdictRule,
    better: str = "higher",
    baseline: float | None = None,
) -> Standing:
    """Say how a share stands against its target, beyond chance.

    Ahead and behind are said only when all that the bounds allow is further from the target than
    chance brings it, in one of ``1 - rule.certain`` cases. Chance is drawing people by lot, the
    differences between schools and those from year to year, never a bare binomial. When what is
    unknown is wider than all that chance does, it decides, and nothing is judged.

    Parameters
    ----------
    now, target, baseline
        Shares from 0 to 1; None when there is none.
    chance
        That of the public verdicts on the same share.
    better
        ``higher`` or ``lower``: which way is ahead.
    """
    if now is None or now.n < rule.least:
        return Standing("not_enough_data")
    margin = margin_of(now, chance, rule, at=target)
    low, high = max(0.0, now.low - margin), min(1.0, now.high + margin)
    if target is None:
        return Standing("no_target", low, high, margin)
    still = baseline is not None and low <= baseline <= high
    above, below = now.low - margin > target, now.high + margin < target
    if above or below:
        word: StandingWord = "ahead" if above == (better == "higher") else "behind"
        return Standing(word, low, high, margin, still)
    if now.high - now.low > 2 * margin:
        return Standing("not_enough_data", low, high, margin, still)
    return Standing("on_course", low, high, margin, still)


def margin_of(
    now: Bounds, chance: ChanceVariance, rule: models.VerdictRule, *, at: float | None = None
) -> float:
    """Return how far chance alone moves a share in one year (0-1), to either side.

    The spread is that of a share ``at`` (the target), or of what is known nearest to one half.
    One person is added to either side, so that a share of nobody or everybody has one too.
    """
    share = min(max(now.low, 0.5), now.high) if at is None else at
    share = (share * now.n + 1) / (now.n + 2)
    variance = chance.schools * share * (1 - share) / now.n + chance.years**2
    return quantile(rule.certain) * sqrt(variance)
