"""The seven goals (KPI's) of the programme: what they stand at, or what is needed to know."""

from dataclasses import dataclass, replace
from pathlib import Path

from instroom.core.answers import Answer
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.indicators import series as compute_series
from instroom.privacy.published import Published, publish
from instroom.region.locate import find_place, home_region
from instroom.reports import sentences, words
from instroom.reports.at_hand import results_along
from instroom.reports.results import Results
from instroom.sources.store import Store

#: How many goals the outline of the programme has.
SEVEN = 7


def goals(place: str, facts: ClassifiedCounts) -> Published:
    """Compute what the goals of a place need, through the gate."""
    code = find_place(place, facts.organisations)
    wanted = {i for kpi in registry.kpis().values() for i in kpi.indicators}
    regions = registry.regions()
    both = (code, regions[code].country if code in regions else "nl")
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
    """The goals of the programme for one place (``contracts``: ``instroom kpi``).

    ``came_along`` says that no counts were read, and that these figures come with the software;
    ``uncounted`` that files were read all the same; ``example`` that figures are invented.
    """

    place: str
    kpis: tuple[GoalFound, ...]
    came_along: bool = False
    uncounted: bool = False
    example: bool = False

    def summary(self, language: str = "nl") -> str:
        """Return how many goals have a figure."""
        t = Texts(language)
        return t(
            "{known} van de {all} doelen hebben een cijfer.",
            known=sum(goal.low is not None for goal in self.kpis),
            all=len(self.kpis),
        )

    def lines(self, language: str = "nl") -> list[str]:
        """Return the sentences of the goals, numbered; first whose figures they are, if not ours.

        The sentences are in the language that was asked for.
        """
        return [
            *([invented(Texts(language))] if self.example else []),
            *([along(Texts(language), uncounted=self.uncounted)] if self.came_along else []),
            *(f"{goal.number}. {goal.sentence}" for goal in self.kpis),
        ]


def along(t: Texts, *, uncounted: bool = False) -> str:
    """Return that the figures are those that come along, and whether files were read."""
    if uncounted:
        return t(
            "Er is nog geen bestand met aantallen ingelezen. Dit zijn de cijfers die met Instroom "
            "meekomen."
        )
    return t(
        "Dit zijn de cijfers die met Instroom meekomen; hier zijn nog geen bestanden ingelezen."
    )


def invented(t: Texts) -> str:
    """Return that figures are those of the example, of which nothing is real."""
    return t(
        "Deze cijfers zijn verzonnen, om mee te oefenen. Ze zeggen niets over een echte regio."
    )


def kpi(
    *, place: str | None = None, data: str | Path | None = None, lang: str = "nl"
) -> GoalsAnswer:
    """Return the seven goals: newest figure and sentence, or what is needed to know it.

    As long as nothing was read they come from the figures that come along, and ``came_along``
    says so.
    """
    store, t = Store.asked(data), Texts(lang)
    facts = ClassifiedCounts(store)
    code = find_place(place or home_region(store), facts.organisations)
    if results := results_along(store):
        return told_of(results, t, code)
    published = goals(code, facts)
    own = [figure for figure in published.figures if figure.place == code]
    return replace(answer(code, published, t), example=facts.invented(own))


def told_of(results: Results, t: Texts, place: str | None = None) -> GoalsAnswer:
    """Return the goals of a place (the region itself, if none is named) from computed results."""
    public = results.published.shown_to("public")
    told = answer(place or results.region, public, t)
    return replace(
        told,
        came_along=results.came_along,
        uncounted=results.uncounted,
        example=results.example,
    )


def heading(t: Texts) -> str:
    """Return what the goals are called: seven, unless a region added some of its own."""
    return t("De zeven doelen") if len(registry.kpis()) == SEVEN else t("De doelen")


def latest(published: Published, indicator: str, place: str) -> Figure | None:
    """Return the newest figure with a number in the default definition, else the newest one."""
    definition = registry.indicators()[indicator]
    stage = definition.default_stage if len(definition.stages) > 1 else None
    wanted = (place, stage, definition.default_classification, ())
    found = [
        f
        for one in published.series
        if one.indicator == indicator
        for f in one.figures
        if (f.place, f.stage, f.classification, f.by) == wanted
    ]
    known = [f for f in found if f.low is not None]
    return max(known or found, key=lambda f: f.period, default=None)


@dataclass(frozen=True, slots=True)
class GoalState:
    """How a goal stands: its newest figures with a number, or the newest one without.

    The one place that decides whether a goal is measured: page, paper, command and API ask here.
    """

    kpi: models.Kpi
    known: tuple[Figure, ...]
    silent: Figure | None

    @property
    def measured(self) -> bool:
        """Whether there is a number."""
        return bool(self.known)

    @property
    def lead(self) -> Figure | None:
        """The figure that stands for the goal."""
        return self.known[0] if self.known else self.silent

    @property
    def reason(self) -> str | None:
        """Why there is no number; None when there is one."""
        if self.known:
            return None
        said = self.silent.reason if self.silent else None
        return said or ("not_measured" if self.kpi.need else "source_not_read")

    def heading(self, t: Texts) -> str:
        """Return number and title."""
        return f"{self.kpi.number}. {t(self.kpi.title)}"

    def word(self, t: Texts) -> str:
        """Return in a word or two whether it is measured."""
        return t("gemeten") if self.measured else t("nog niets gemeten")

    def why(self, t: Texts) -> str:
        """Return in a sentence what is needed to know it, or why there is no number."""
        said = words.reason(self.reason, t)
        return t(self.kpi.need) or t("Hier is nog geen cijfer: {reason}.", reason=said)

    def sentence(self, t: Texts) -> str:
        """Return one line: the newest figures, or what is needed."""
        if not self.measured:
            title, need = t(self.kpi.title), t(self.kpi.need)
            if need:
                return t("{title}: hier is nog niets gemeten. {need}", title=title, need=need)
            said = words.reason(self.reason, t)
            return t("{title}: hier is nog geen cijfer ({reason}).", title=title, reason=said)
        names = {f.place: words.place_name(f.place, t) for f in self.known}
        return " ".join(sentences.with_basis(f, names[f.place], t) for f in self.known)


def in_order() -> list[models.Kpi]:
    """Return the goals by their number."""
    return sorted(registry.kpis().values(), key=lambda k: k.number)


def states(published: Published, place: str) -> list[GoalState]:
    """Return how every goal stands at a place, in their order."""
    found = []
    for one in in_order():
        figures = [f for i in one.indicators if (f := latest(published, i, place))]
        known = tuple(f for f in figures if f.low is not None)
        found.append(GoalState(one, known, None if known else next(iter(figures), None)))
    return found


def answer(place: str, published: Published, t: Texts) -> GoalsAnswer:
    """Return the goals in their public shape, from figures that passed the gate."""
    return GoalsAnswer(place, tuple(_found(state, t) for state in states(published, place)))


def _found(state: GoalState, t: Texts) -> GoalFound:
    kpi, lead = state.kpi, state.lead
    return GoalFound(
        id=kpi.id,
        number=kpi.number,
        title=t(kpi.title),
        indicators=tuple(kpi.indicators),
        value=lead.value if lead else None,
        low=lead.low if lead else None,
        high=lead.high if lead else None,
        status=lead.status if lead else "missing",
        sentence=state.sentence(t),
        reason=state.reason,
    )
