"""The scoreboard: published figures and approved values beside what was promised, judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from instroom.core import periods
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.verdicts import ChangeVerdict, rule_of, verdict
from instroom.programme.results import (
    Bounds,
    Standing,
    Yardstick,
    chance_of,
    judge,
    path_at,
    yardsticks,
)
from instroom.reports import goals
from instroom.reports.figure_page import figure_of
from instroom_web.programme import queries as amounts
from instroom_web.programme.entering import places, shown_share
from instroom_web.programme.forms import label_of
from instroom_web.programme.models import BASELINE, TARGET, VALUE, AmountVersion
from instroom_web.reports.freshness import build_of
from instroom_web.reports.models import StoredFigure
from instroom_web.reports.scales import Scale, scale_of
from instroom_web.shared.clock import today


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest share of a yardstick: a published figure, or a value that was approved."""

    period: str
    bounds: Bounds
    shown: str
    #: The id of the published figure; empty for a value that people entered.
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """The municipalities of the region that have a figure, lowest first, and how many have none."""

    known: tuple[tuple[str, float], ...]
    without: int


@dataclass(frozen=True, slots=True)
class YardstickLine:
    """One yardstick on the scoreboard; shares are texts, empty when there is none."""

    stick: Yardstick
    label: str
    indicator: str
    start: str
    start_period: str
    now: Newest | None
    target_now: str
    target_last: str
    last_period: str
    standing: Standing
    margin: str
    change: str
    national: str
    spread: str
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal with its yardsticks; without any it is work in steps."""

    goal: models.Kpi
    sticks: list[YardstickLine]

    @property
    def next_review(self) -> str:
        """The day on which it is looked over next; empty as long as nobody said when."""
        day = self.goal.reviewed
        year = today().year + (f"{today():%m-%d}" > day)
        return f"{year}-{day}" if day else ""


def board(t: Texts) -> list[GoalLine]:
    """Return all goals of the home region, by their number."""
    home = next(iter(places()))
    rows = [row for row in amounts.counting(amounts.approved()) if not row.gender]
    return [goal_line(one, home, rows, t) for one in goals.in_order()]


def goal_line(goal: models.Kpi, home: str, rows: list[AmountVersion], t: Texts) -> GoalLine:
    """Return one goal as it stands in the region."""
    mine = [row for row in rows if row.place == home]
    return GoalLine(
        goal,
        [
            _stick_line(one, goal, home, [r for r in mine if r.yardstick == one.code], t)
            for one in yardsticks(goal)
        ],
    )


def build_day(request: HttpRequest) -> str:
    """Return the day on which the published figures were computed; empty when there are none."""
    build = build_of(request)
    return build.created if build else ""


def counted(lines: list[GoalLine]) -> dict[str, int]:
    """Return how many yardsticks stand in each way."""
    found = dict[str, int].fromkeys(
        ("ahead", "on_course", "behind", "no_target", "not_enough_data"), 0
    )
    for line in lines:
        for stick in line.sticks:
            found[stick.standing.word] += 1
    return found | {"good": found["ahead"] + found["on_course"]}


def _stick_line(
    stick: Yardstick, goal: models.Kpi, home: str, rows: list[AmountVersion], t: Texts
) -> YardstickLine:
    rule = rule_of(goal.rule)
    figures = _figures(stick, home)
    now = _newest(stick, figures, rows, t)
    start = _start(stick, goal, figures, rows)
    path = {row.period: row.low for row in rows if row.kind == TARGET}
    last = max(path, default="")
    points = path | ({start.period: start.exact} if start and start.exact is not None else {})
    aimed = path_at(points, now.period) if now and path else None
    standing = judge(
        now.bounds if now else None,
        aimed,
        chance=chance_of(stick, rule),
        rule=rule,
        better=goal.better,
        baseline=start.exact if start else None,
    )
    since = start.period if start else ""
    spread = _spread(stick, now, home)
    shares = [share for _, share in spread.known] if spread else []
    return YardstickLine(
        stick,
        label_of(stick, t),
        t(registry.indicators()[stick.indicator].title) if stick.indicator else "",
        _shown(start.low, start.high, t) if start else "",
        start.period if start else "",
        now,
        "" if aimed is None else shown_share(aimed, t),
        shown_share(path[last], t) if last else "",
        last,
        standing,
        "" if standing.margin is None else t.number(standing.margin * 100),
        _change(figures, since, rule, t),
        _change(_figures(stick, registry.regions()[home].country), since, rule, t),
        _spread_words(spread, t),
        scale_of(
            now.bounds if now else None, standing, start=start.exact if start else None,
            aimed=aimed, target=path.get(last), spread=shares,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Start:
    """Where it began: a published figure, or what was approved of a share that nobody computes."""

    period: str
    low: float
    high: float

    @property
    def exact(self) -> float | None:
        """The share, when all of it is known."""
        return self.low if self.high - self.low < 0.0005 else None


def _start(
    stick: Yardstick, goal: models.Kpi, figures: list[Figure], rows: list[AmountVersion]
) -> _Start | None:
    """Return the start: of the programme once there are later figures, else of the long view."""
    if not stick.computed:
        row = next((one for one in rows if one.kind == BASELINE), None)
        return _Start(row.period, row.low, row.high) if row else None
    known = {f.period: f for f in figures if f.numbered and f.denominator}
    newest = max(known, default="")
    wanted = [goal.start, stick.since, min(known, default="")]
    period = next((one for one in wanted if one in known and one < newest), "")
    found = known.get(period)
    return _Start(period, found.low or 0.0, found.high or 0.0) if found else None


def _figures(stick: Yardstick, place: str) -> list[Figure]:
    """Return the published shares of a yardstick at a place, in the usual definition."""
    return [figure_of(row.body) for row in _stored(stick).filter(place=place)]


def _stored(stick: Yardstick) -> QuerySet[StoredFigure]:
    if not stick.indicator:
        return StoredFigure.objects.none()
    definition = registry.indicators()[stick.indicator]
    usual = definition.default_stage if len(definition.stages) > 1 else None
    return StoredFigure.objects.filter(
        indicator=stick.indicator,
        stage=stick.stage or usual or "",
        classification=definition.default_classification or "",
        by={"school_type": stick.school_type} if stick.school_type else {},
    )


def _newest(
    stick: Yardstick, figures: list[Figure], rows: list[AmountVersion], t: Texts
) -> Newest | None:
    if not stick.indicator:
        values = [row for row in rows if row.kind == VALUE]
        row = max(values, key=lambda one: one.period, default=None)
        if row is None or not row.people:
            return None
        return Newest(row.period, Bounds(row.low, row.high, row.people), shown_share(row.low, t))
    known = [f for f in figures if f.numbered and f.denominator and f.n]
    found = max(known, key=lambda f: periods.parse(f.period), default=None)
    if found is None:
        return None
    low, high = found.low or 0.0, found.high or 0.0
    shown = _shown(low, high, t)
    return Newest(found.period, Bounds(low, high, float(found.n or 0)), shown, found.id)


def _shown(low: float, high: float, t: Texts) -> str:
    if round(low, 3) == round(high, 3):
        return shown_share(low, t)
    return t.percent(low, high)


def _change(figures: list[Figure], since: str, rule: models.VerdictRule, t: Texts) -> str:
    """Return the change since a year, and whether it is more than chance; empty when unknown."""
    found = verdict(figures, since, rule) if since and figures else None
    if found is None or found.low is None or found.high is None or found.now is None:
        return ""
    return t(
        "{change} van {since} naar {now}: {word}",
        change=_points(found, t), since=since, now=found.now.period,
        word=_word(found, t),
    )  # fmt: skip


def _points(found: ChangeVerdict, t: Texts) -> str:
    low, high = (round(100 * (one or 0.0), 1) for one in (found.low, found.high))
    sign = "+" if low > 0 else ""
    if low == high:
        return t("{n} punt", n=f"{sign}{t.number(low, digits=1)}")
    return t(
        "{low} tot {high} punt",
        low=f"{sign}{t.number(low, digits=1)}",
        high=t.number(high, digits=1),
    )


def _word(found: ChangeVerdict, t: Texts) -> str:
    words: Mapping[str, str] = {
        "more": t("meer dan toeval"), "less": t("meer dan toeval"),
    }  # fmt: skip
    unknown = (found.high or 0.0) - (found.low or 0.0)
    if found.outcome not in words and unknown > 2 * (found.margin or 0.0):
        return t("te veel onbekend")
    return words.get(found.outcome, t("kan toeval zijn"))


def _spread(stick: Yardstick, now: Newest | None, home: str) -> Spread | None:
    """Return the municipalities in the same year; who is withheld or in bounds is only counted."""
    if now is None or not now.figure:
        return None
    towns = set(registry.regions()[home].municipalities)
    rows = _stored(stick).filter(place__in=towns, period=now.period)
    figures = [figure_of(row.body) for row in rows]
    known = sorted((f.value, f.place) for f in figures if f.value is not None)
    return Spread(
        tuple((gazetteer().name(place), share) for share, place in known), len(towns) - len(known)
    )


def _spread_words(spread: Spread | None, t: Texts) -> str:
    """Return how far municipalities lie apart, and of how many there is no figure by itself."""
    if spread is None:
        return ""
    every = len(spread.known) + spread.without
    if not spread.known:
        return t("Van geen van de {all} is er een los cijfer.", all=every)
    ends = [f"{name} {shown_share(share, t)}" for name, share in spread.known]
    if len(ends) == 1:
        return t("Alleen {one}; van {n} is er geen los cijfer.", one=ends[0], n=spread.without)
    return t(
        "{lowest} tot {highest}; van {n} van de {all} is er geen los cijfer.",
        lowest=ends[0], highest=ends[-1], n=spread.without, all=every,
    )  # fmt: skip
