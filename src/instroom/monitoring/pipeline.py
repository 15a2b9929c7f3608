"""The leaky pipeline at one reference date: primary school, level, profile, further study.

Without flow data it is a cross-section: every step counts other children on the same day. What
open data cannot tell is a step with a status and a reason.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
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
    """A step with its published figure, or without one and with the reason.

    ``followed``: its people are told of at two moments; else they are counted at one.
    """

    definition: models.PipelineStep
    group: str
    followed: bool
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
    mine = [f for f in published.figures if f.place == place and _counts(f, counting)]
    on_date = _by_cell(mine, ways=False)
    date = _best_period(
        on_date, [step for g in definition.groups.values() if not g.ways for step in g.steps]
    )
    after = _by_cell(mine, ways=True)
    made: list[PipelineRow] = []
    for key, group in definition.groups.items():
        table = after if group.ways else on_date
        period = _newest_period(after, group.steps) if group.ways else date
        made += [_row(step, key, group, table, period) for step in group.steps]
    return Pipeline(definition, place, date, tuple(made))


#: What is counted, of which school type, and in which period.
_Cell = tuple[str, str, str]


def _counts(figure: Figure, counting: str) -> bool:
    """Whether a figure is of the whole place or one school type, by the definition that counts."""
    if figure.by and [name for name, _ in figure.by] != ["school_type"]:
        return False
    usual = registry.counted_by(registry.indicators()[figure.indicator], counting)
    return figure.classification == usual


def _by_cell(figures: Iterable[Figure], *, ways: bool) -> dict[_Cell, Figure]:
    """Key figures by what they count; on a way, by the school year that starts after it."""
    table: dict[_Cell, Figure] = {}
    for figure in figures:
        counted = f"{figure.indicator}.{figure.stage}" if figure.stage else figure.indicator
        period = _started_after(figure) if ways and figure.period else figure.period
        table.setdefault((counted, dict(figure.by).get("school_type", ""), period), figure)
    return table


def _started_after(figure: Figure) -> str:
    """Return the school year at whose start people are told of.

    Those counted over a school year are told of on 1 October after it.
    """
    stages = registry.indicators()[figure.indicator].stages.values()
    over = any(stage.counted == "school_year" for stage in stages)
    found = periods.parse(figure.period)
    return replace(found, start=found.start + over).code


def _cell(step: models.PipelineStep) -> tuple[str, str]:
    counted = f"{step.indicator}.{step.stage}" if step.stage else step.indicator
    return counted, step.school_type


def _best_period(
    table: Mapping[_Cell, Figure], wanted: Iterable[models.PipelineStep]
) -> str | None:
    """Choose the period most steps have; of equal ones the latest."""
    cells = {_cell(step) for step in wanted if step.indicator}
    counts = Counter(
        period
        for (counted, school_type, period), figure in table.items()
        if (counted, school_type) in cells and figure.numbered
    )
    return max(counts, key=lambda period: (counts[period], period)) if counts else None


def _newest_period(
    table: Mapping[_Cell, Figure], ways: Iterable[models.PipelineStep]
) -> str | None:
    """Choose the newest period with a way; a part of a way never makes them older."""
    cells = {_cell(step) for step in ways if not step.of}
    return max(
        (cell[2] for cell, figure in table.items() if cell[:2] in cells and figure.numbered),
        default=None,
    )


def _row(
    step: models.PipelineStep,
    key: str,
    group: models.StepGroup,
    table: Mapping[_Cell, Figure],
    period: str | None,
) -> PipelineRow:
    if step.reason:
        return PipelineRow(step, key, group.ways, None, step.reason)
    found = table.get((*_cell(step), period)) if period else None
    if found is not None and found.numbered:
        return PipelineRow(step, key, group.ways, found, None)
    silent = "no_file_for_date" if period or not group.unread else group.unread
    said = found.reason if found else _last_reason(step, table) if group.ways else None
    return PipelineRow(step, key, group.ways, found, said or silent)


def _last_reason(step: models.PipelineStep, table: Mapping[_Cell, Figure]) -> str | None:
    """Return why a way had no number last time, when its file was there."""
    said = {cell[2]: f.reason for cell, f in table.items() if cell[:2] == _cell(step) and f.period}
    return said[max(said)] if said else None


@dataclass(frozen=True, slots=True)
class PipelineCount:
    """One step: how many people, which share (0-1) and part of them does what its figure counts.

    Or the reason of its silence.
    """

    id: str
    group: str
    count: int | Count | None
    share: float | Share | None
    part: int | Count | None
    status: str
    reason: str | None
    figure: str | None
    period: str | None
    followed: bool


@dataclass(frozen=True, eq=False, repr=False)
class PipelineAnswer(Answer):
    """The steps of one place (``instroom pipeline``).

    Each counts other people on one date, except those ``followed``: they have a year of their own.
    """

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
    rows = tuple(_counted(row) for row in found.steps)
    return PipelineAnswer(found.place, date, not any(row.followed for row in rows), rows)


def _counted(step: PipelineRow) -> PipelineCount:
    figure = step.figure
    known = figure if figure is not None and figure.numbered else None
    whole = (known.denominator or known.numerator) if known else None
    return PipelineCount(
        id=step.definition.id,
        group=step.group,
        count=_shown(whole),
        share=_share(known) if known and known.denominator is not None else None,
        part=_shown(known.numerator) if known and known.denominator else None,
        status=figure.status if figure is not None else "missing",
        reason=step.reason,
        figure=figure.id if figure is not None else None,
        period=figure.period if figure is not None else None,
        followed=step.followed and known is not None,
    )


def _share(figure: Figure) -> float | Share | None:
    if figure.low is None or figure.high is None:
        return None
    return figure.low if figure.status == "ok" else Share(figure.low, figure.high)


def _shown(count: Count | None) -> int | Count | None:
    return count.low if count and count.exact else count
