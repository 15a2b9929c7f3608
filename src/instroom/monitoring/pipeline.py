"""The leaky pipeline at one reference date: primary school, level, profile, further study.

Without flow data it is a cross-section: every step counts other children on the same day. What
open data cannot tell is a step with a status and a reason.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from instroom.core import periods
from instroom.core.answers import Answer
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.indicators import series as compute_series
from instroom.privacy.published import Published, publish
from instroom.region.locate import find_place, home_region
from instroom.sources.store import Store


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A step with its published figure, or without one and with the reason."""

    definition: models.PipelineStep
    group: str
    figure: Figure | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps of one place on one reference date (None: nothing was read)."""

    definition: models.PipelineDefinition
    place: str
    period: str | None
    steps: tuple[PipelineRow, ...]


#: The pipeline that is meant when none is named: what open data tells.
OPEN_DATA = "open_data"


def steps(definition: models.PipelineDefinition) -> list[tuple[str, models.PipelineStep]]:
    """Return all steps in order, each with its group."""
    return [(key, step) for key, group in definition.groups.items() for step in group.steps]


def compute_pipeline(place: str, facts: ClassifiedCounts, name: str = OPEN_DATA) -> Pipeline:
    """Return the pipeline of a place at the latest date that most steps have.

    Raises
    ------
    DefinitionError
        For an unknown pipeline.
    DataError
        For an unknown place.
    """
    definition = registry.pipelines()[name]
    code = find_place(place, facts.organisations)
    return from_published(code, publish(_series(code, facts, definition)), name)


def _series(
    place: str, facts: ClassifiedCounts, definition: models.PipelineDefinition
) -> list[Series]:
    found = []
    for _, step in steps(definition):
        if step.indicator:
            types = (step.school_type,) if step.school_type else ()
            question = IndicatorQuery(
                step.indicator, (place,), stage=step.stage or None, school_types=types
            )
            one = compute_series(question, facts)
            found.append(one)
    return found


def from_published(
    place: str, published: Published, name: str = OPEN_DATA, counting: str = ""
) -> Pipeline:
    """Build the pipeline from figures that passed the gate (breakdown by school type).

    ``counting`` is a classification that counts instead of the usual one, where there is one of
    that name.
    """
    definition = registry.pipelines()[name]
    table: dict[tuple[str, str, str], Figure] = {}
    for figure in published.figures:
        indicator_of = registry.indicators()[figure.indicator]
        if figure.place != place or len(figure.by) > 1:
            continue
        if figure.classification != registry.counted_by(indicator_of, counting):
            continue
        school_type = dict(figure.by).get("school_type", "")
        if figure.by and not school_type:
            continue
        indicator = f"{figure.indicator}.{figure.stage}" if figure.stage else figure.indicator
        table.setdefault((indicator, school_type, figure.period), figure)
    period = _best_period(table, definition)
    made = []
    for group, step in steps(definition):
        if step.reason:
            made.append(PipelineRow(step, group, None, step.reason))
            continue
        indicator = f"{step.indicator}.{step.stage}" if step.stage else step.indicator
        found = table.get((indicator, step.school_type, period or ""))
        reason = None if found and found.numbered else "no_file_for_date"
        made.append(PipelineRow(step, group, found, (found.reason if found else None) or reason))
    return Pipeline(definition, place, period, tuple(made))


def _best_period(
    table: dict[tuple[str, str, str], Figure], definition: models.PipelineDefinition
) -> str | None:
    """Choose the date most steps have; of equal ones the latest."""
    wanted = {
        (f"{s.indicator}.{s.stage}" if s.stage else s.indicator, s.school_type)
        for _, s in steps(definition)
        if s.indicator
    }
    counts: dict[str, int] = {}
    for (indicator, school_type, period), figure in table.items():
        if (indicator, school_type) in wanted and figure.numbered:
            counts[period] = counts.get(period, 0) + 1
    return max(counts, key=lambda p: (counts[p], p)) if counts else None


@dataclass(frozen=True, slots=True)
class PipelineCount:
    """One step: how many pupils, which share (0-1) is technical, or the reason of its silence."""

    id: str
    group: str
    count: int | Count | None
    share: float | Share | None
    technical: int | Count | None
    status: str
    reason: str | None
    figure: str | None


@dataclass(frozen=True, eq=False, repr=False)
class PipelineAnswer(Answer):
    """The steps of one place on one date, other children in each (``instroom pipeline``)."""

    place: str
    date: str | None
    cross_section: bool
    steps: tuple[PipelineCount, ...]
    #: Whether counts are of the invented region; for words, as JSON tells it by its place.
    example: bool = field(default=False, metadata={"inner": True})

    def summary(self, language: str = "nl") -> str:
        """Return how many steps have a number, and on which date."""
        known = sum(step.count is not None for step in self.steps)
        t = Texts(language)
        return t(
            "{known} van de {all} stappen hebben een cijfer (peildatum {date}).",
            known=known,
            all=len(self.steps),
            date=self.date or "–",
        )


def pipeline(
    *, place: str | None = None, name: str = OPEN_DATA, data: str | Path | None = None
) -> PipelineAnswer:
    """Return the pipeline of a place at one reference date (a cross-section).

    Parameters
    ----------
    place
        Code or name of a place; left out, the region (see :func:`home_region`).
    name
        Which pipeline: the name of a definition file.

    Raises
    ------
    DefinitionError
        For an unknown pipeline.
    DataError
        For an unknown place.
    """
    store = Store.asked(data)
    facts = ClassifiedCounts(store)
    found = compute_pipeline(place or home_region(store), facts, name)
    figures = [row.figure for row in found.steps if row.figure]
    return replace(answer(found), example=facts.invented(figures))


def address(word: str, name: str) -> str:
    """Return what something of a pipeline is called; the usual one needs no name of its own."""
    return word if name == OPEN_DATA else f"{word}-{name}"


def stored_name(place: str, name: str) -> str:
    """Return what the stored answer of a place is called; the usual one is called as the place."""
    return place if name == OPEN_DATA else f"{place}.{name}"


def answer(found: Pipeline) -> PipelineAnswer:
    """Return a pipeline in its public shape."""
    date = periods.parse(found.period).reference_date.isoformat() if found.period else None
    return PipelineAnswer(found.place, date, True, tuple(_counted(row) for row in found.steps))


def _counted(step: PipelineRow) -> PipelineCount:
    figure = step.figure
    known = figure if figure is not None and figure.numbered else None
    whole = (known.denominator or known.numerator) if known else None
    return PipelineCount(
        id=step.definition.id,
        group=step.group,
        count=_shown(whole),
        share=_share(known) if known and known.denominator is not None else None,
        technical=_shown(known.numerator) if known and known.denominator else None,
        status=figure.status if figure is not None else "missing",
        reason=step.reason,
        figure=figure.id if figure is not None else None,
    )


def _share(figure: Figure) -> float | Share | None:
    if figure.low is None or figure.high is None:
        return None
    return figure.low if figure.status == "ok" else Share(figure.low, figure.high)


def _shown(count: Count | None) -> int | Count | None:
    return count.low if count and count.exact else count
