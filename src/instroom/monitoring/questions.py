"""What an indicator says: ``instroom series``, and the question behind the id of a figure."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from instroom.core import periods
from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.places import LEVELS
from instroom.core.quantities import significant
from instroom.core.series import Figure, FigureRow
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, resolve
from instroom.monitoring.indicators import series as compute_series
from instroom.monitoring.score_files import names_of
from instroom.monitoring.series_answer import SeriesAnswer, indicator_meaning
from instroom.privacy.published import Published, publish
from instroom.region.locate import find_place, home_region
from instroom.sources.store import Store

_SIZES: tuple[Literal["value", "low", "high"], ...] = ("value", "low", "high")


def figure_dict(figure: Figure) -> FigureRow:
    """Return the public shape of a figure."""
    data = figure.to_dict()
    value, low, high = (significant(data[name]) for name in _SIZES)
    return {**data, "value": value, "low": low, "high": high}


def ask(question: IndicatorQuery, facts: ClassifiedCounts) -> Published:
    """Compute one indicator and pass it through the gate, with the totals of its parts.

    Of what may not be shown of one school, the region around a place goes through with it: asked
    alone it is hidden as it is among the others.
    """
    wanted = compute_series(question, facts)
    together = [wanted]
    for name in question.by:
        less = tuple(other for other in question.by if other != name)
        together.append(compute_series(replace(question, by=less), facts))
    together += [compute_series(beside, facts) for beside in _around(question, facts)]
    passed = publish(together)
    return passed.only(series=lambda one: one is passed.series[0])


def _around(question: IndicatorQuery, facts: ClassifiedCounts) -> list[IndicatorQuery]:
    """Return what else is shown of the regions that the asked places are, or are in."""
    indicator = registry.indicators()[question.indicator]
    asked = {find_place(text, facts.organisations) for text in question.places}
    around = {
        place: None
        for name, region in registry.regions().items()
        if indicator.lowest_place != LEVELS[-1] and asked & {name, *region.municipalities}
        for place in (name, *region.municipalities)
    }
    if not around:
        return []
    apart = [name for name in indicator.breakdowns if name == "school_type"]
    ways = dict.fromkeys([(), *((name,) for name in apart), question.by])
    types = dict.fromkeys([(), question.school_types])
    return [
        replace(question, places=tuple(around), by=by, school_types=only)
        for by in ways
        for only in types
    ]


def series(
    indicator: str,
    *,
    place: Sequence[str] | str = (),
    by: str | Sequence[str] = (),
    stage: str | None = None,
    classification: str | None = None,
    period: str | None = None,
    school_type: str | Sequence[str] = (),
    transitions: bool = True,
    data: str | Path | None = None,
) -> SeriesAnswer:
    """Return the figures of an indicator over the years.

    Parameters
    ----------
    indicator
        Id of an indicator, such as ``technical_profile_share``.
    place
        Codes or names of places; left out, the region (see :func:`home_region`).
    by
        Breakdowns: ``gender``, ``school_type``, ``municipality``, ``board``, ``school``.
    period
        One period, or ``FROM:TO``.
    transitions
        Whether closed schools are followed into the school they merged into.

    Returns
    -------
    SeriesAnswer
        What the indicator means, and its figures: per place, by breakdown, in order of time.

    Raises
    ------
    DefinitionError
        For an unknown indicator, stage, classification or breakdown.
    DataError
        For an unknown place or period.
    """
    store = Store.asked(data)
    places = names_of(place) or (home_region(store),)
    question = IndicatorQuery(
        indicator, places, names_of(by), stage, classification, period,
        names_of(school_type), transitions,
    )  # fmt: skip
    definition, used_stage, used_classification = resolve(question)
    facts = ClassifiedCounts(store)
    found = ask(question, facts)
    if period:
        _refuse_other_period(question, found, facts)
    return SeriesAnswer(
        indicator=indicator,
        classification=used_classification,
        stage=used_stage if len(definition.stages) > 1 else None,
        definition=indicator_meaning(definition, used_stage, used_classification),
        series=found.figures,
        example=facts.invented(found.figures),
    )


def _refuse_other_period(
    question: IndicatorQuery, found: Published, facts: ClassifiedCounts
) -> None:
    """Refuse a period without figures when there are figures of other periods.

    "The file was not read yet" would be untrue then. With no figures at all the answer stands:
    missing, with its reason.
    """
    if any(figure.status != "missing" for figure in found.figures):
        return
    every = ask(replace(question, period=None), facts).figures
    known = sorted({f.period for f in every if f.period and f.status != "missing"})
    refuse_period(str(question.period), known)


def refuse_period(asked: str, known: Sequence[str]) -> None:
    """Refuse a period without figures, naming those that have some; with none nothing is said.

    Raises
    ------
    DataError
        ``unknown_period``.
    """
    if not known:
        return
    raise DataError(
        "there are no figures of '{asked}'",
        code="unknown_period",
        where=Where(key="period"),
        found=asked,
        expected=known[0]
        if len(known) == 1
        else Message("a period from {known} to {known_2}", known=known[0], known_2=known[-1]),
        hint=Message("did you mean '{asked}'?", asked=_nearest_periods(asked, known)),
        asked=asked,
    )


def _nearest_periods(asked: str, known: Sequence[str]) -> str:
    """Return the known period, or the span of them, that starts nearest to what was asked."""
    years = {int(period[:4]): period for period in known}

    def near(edge: periods.Period | None, otherwise: str) -> str:
        return years[min(years, key=lambda y: abs(y - edge.start))] if edge else otherwise

    low, high = periods.span(asked)
    first, last = near(low, known[0]), near(high, known[-1])
    return first if first == last else f"{first}:{last}"


def parse_id(figure_id: str) -> tuple[IndicatorQuery, tuple[tuple[str, str], ...]]:
    """Turn a figure's id back into the question it answers and its breakdown.

    Raises
    ------
    DataError
        When the text is no figure id.

    Examples
    --------
    >>> q, by = parse_id("technical_profile_share.exam.cbs:twente:2018-2019:school_type=havo")
    >>> q.classification, q.period, q.by, by
    ('cbs', '2018-2019', ('school_type',), (('school_type', 'havo'),))
    """
    parts = figure_id.split(":")
    if len(parts) not in (3, 4):
        raise DataError(
            "'{figure_id}' is no figure",
            code="unknown_figure",
            where=Where(key=figure_id),
            expected=Message("an id as printed by instroom series --ids"),
            hint=Message("take the id from the output of instroom series --ids"),
            figure_id=figure_id,
        )
    head = parts[0].split(".")
    indicator = registry.indicators()[head[0]]
    has_stage = len(indicator.stages) > 1
    stage = head[1] if has_stage and len(head) > 1 else None
    rest = head[2:] if has_stage else head[1:]
    pairs = [p.partition("=")[::2] for p in parts[3].split(",")] if len(parts) == 4 else []
    by = tuple((key, value) for key, value in pairs)
    types = dict(by).get("school_type", "").split("+")
    question = IndicatorQuery(
        head[0],
        (parts[1],),
        tuple(
            key
            for key, _ in by
            if key != "transitions" and not (key == "school_type" and len(types) > 1)
        ),
        stage,
        rest[0] if rest else None,
        parts[2],
        tuple(types) if len(types) > 1 else (),
        transitions=dict(by).get("transitions") != "off",
    )
    return question, by
