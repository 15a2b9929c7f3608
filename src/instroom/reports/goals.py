"""The seven goals (KPI's) of the programme: what they stand at, or what is needed to know."""

from dataclasses import dataclass
from pathlib import Path

from instroom.core.answers import Answer
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.indicators import series as compute_series
from instroom.privacy.published import Published, publish
from instroom.region.locate import find_place
from instroom.reports import sentences, words
from instroom.sources.store import Store

#: How many goals the outline of the programme has.
SEVEN = 7


def goals(place: str, facts: ClassifiedCounts) -> Published:
    """Compute what the goals of a place need, through the gate."""
    code = find_place(place, facts.organisations)
    wanted = {i for kpi in registry.kpis().values() for i in kpi.indicators}
    region = registry.regions().get(code)
    both = (code, region.country if region else "nl")
    return publish([compute_series(IndicatorQuery(i, both), facts) for i in sorted(wanted)])


@dataclass(frozen=True, slots=True)
class GoalFound:
    """One goal: its newest figure (shares 0-1, else counts) and sentence, or why there is none."""

    id: str
    number: int
    title: str
    indicators: tuple[str, ...]
    value: float | None
    low: float | None
    high: float | None
    status: str
    sentence: str
    reason: str | None


@dataclass(frozen=True, eq=False, repr=False)
class GoalsAnswer(Answer):
    """The goals of the programme for one place (``contracts``: ``instroom kpi``)."""

    place: str
    kpis: tuple[GoalFound, ...]

    def summary(self, language: str = "nl") -> str:
        """Return how many goals have a figure."""
        t = Texts(language)
        return t(
            "{known} van de {all} doelen hebben een cijfer.",
            known=sum(goal.low is not None for goal in self.kpis),
            all=len(self.kpis),
        )

    def lines(self) -> list[str]:
        """Return the sentences of the goals, numbered."""
        return [f"{goal.number}. {goal.sentence}" for goal in self.kpis]


def kpi(*, place: str = "twente", data: str | Path | None = None, lang: str = "nl") -> GoalsAnswer:
    """Return the seven goals: newest figure and sentence, or what is needed to know it."""
    facts = ClassifiedCounts(Store(data))
    return answer(find_place(place, facts.organisations), goals(place, facts), Texts(lang))


def heading(t: Texts) -> str:
    """Return what the goals are called: seven, unless a region added some of its own."""
    return t("De zeven doelen") if len(registry.kpis()) == SEVEN else t("De doelen")


def latest(published: Published, indicator: str, place: str) -> Figure | None:
    """Return the newest figure with a number in the default definition, else the newest one."""
    definition = registry.indicators()[indicator]
    stage = definition.default_stage if len(definition.stages) > 1 else None
    wanted = (indicator, place, stage, definition.default_classification, ())
    found = [
        f
        for f in published.figures
        if (f.indicator, f.place, f.stage, f.classification, f.by) == wanted
    ]
    known = [f for f in found if f.status in ("ok", "bounded")]
    return max(known or found, key=lambda f: f.period, default=None)


def answer(place: str, published: Published, t: Texts) -> GoalsAnswer:
    """Return the goals in their public shape, from figures that passed the gate."""
    kpis = sorted(registry.kpis().values(), key=lambda k: k.number)
    return GoalsAnswer(place, tuple(_goal(kpi, place, published, t) for kpi in kpis))


def _goal(kpi: models.Kpi, place: str, published: Published, t: Texts) -> GoalFound:
    figures = [f for i in kpi.indicators if (f := latest(published, i, place))]
    known = [f for f in figures if f.status in ("ok", "bounded")]
    lead = known[0] if known else (figures[0] if figures else None)
    return GoalFound(
        id=kpi.id,
        number=kpi.number,
        title=t(kpi.title),
        indicators=tuple(kpi.indicators),
        value=lead.value if lead else None,
        low=lead.low if lead else None,
        high=lead.high if lead else None,
        status=lead.status if lead else "missing",
        sentence=goal_sentence(kpi, place, published, t),
        reason=(lead.reason if lead else "not_measured") if not known else None,
    )


def goal_sentence(kpi: models.Kpi, place: str, published: Published, t: Texts) -> str:
    """Return one line: the newest figures of a goal, or what is needed."""
    parts = []
    for indicator_id in kpi.indicators:
        figure = latest(published, indicator_id, place)
        if figure and figure.status in ("ok", "bounded"):
            parts.append(sentences.with_basis(figure, words.place_name(figure.place, t), t))
    if parts:
        return " ".join(parts)
    return t("{title}: hier is nog niets gemeten. {need}", title=t(kpi.title), need=t(kpi.need))
