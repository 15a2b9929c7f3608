"""From observations to series: what an indicator counts, per place, period and breakdown."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

import numpy as np

from instroom.core import periods
from instroom.core.messages import Message
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, SchoolsBehind, Series
from instroom.core.statuses import Status
from instroom.definitions import models, registry
from instroom.definitions.definition_set import unknown_id
from instroom.monitoring.counted_from import counted_from_rows, why_nothing
from instroom.monitoring.facts import ClassifiedCells, ClassifiedCounts, cells, judged
from instroom.monitoring.groups import (
    CountedRule,
    CountSums,
    Group,
    PlaceMembership,
    add_unsure,
    add_up,
    unsure_of,
)
from instroom.monitoring.unplaced import UnplacedPeople
from instroom.monitoring.within import bounded_by
from instroom.region.locate import find_place

#: Why a share has no number when of nobody is known whether they are in the part.
_NOTHING_TOLD = "too_little_told"


@dataclass(frozen=True, slots=True)
class IndicatorQuery:
    """What is asked of an indicator; empty means the definition's own default."""

    indicator: str
    places: tuple[str, ...]
    by: tuple[str, ...] = ()
    stage: str | None = None
    classification: str | None = None
    period: str | None = None
    school_types: tuple[str, ...] = ()
    transitions: bool = True


class _Asked(Enum):
    """What a question names beside its indicator, as a refusal calls it."""

    STAGE = Message("stage")
    CLASSIFICATION = Message("classification")
    BREAKDOWN = Message("breakdown")
    SCHOOL_TYPE = Message("school type")


def resolve(question: IndicatorQuery) -> tuple[models.Indicator, str | None, str | None]:
    """Check a question against the definitions; return indicator, stage and classification.

    Raises
    ------
    DefinitionError
        For an unknown indicator, stage, classification or breakdown, with *did you mean*.
    DataError
        ``unknown_period`` for a text that is no period.
    """
    indicator = registry.indicators()[question.indicator]
    stage = _one_of(_Asked.STAGE, question.stage or indicator.default_stage, list(indicator.stages))
    classification = None
    if indicator.classification:
        wanted = question.classification or indicator.default_classification
        known = [
            c.split("/")[1]
            for c in registry.classifications()
            if c.split("/")[0] == indicator.classification
        ]
        classification = _one_of(_Asked.CLASSIFICATION, wanted, known)
    elif question.classification:
        raise unknown_id(question.classification, [], _Asked.CLASSIFICATION.value)
    for name in question.by:
        if name not in indicator.breakdowns and indicator.measure != "missing":
            raise unknown_id(name, indicator.breakdowns, _Asked.BREAKDOWN.value)
    for name in question.school_types:
        _one_of(_Asked.SCHOOL_TYPE, name, list(registry.codes()["school_type"].codes))
    if question.period:
        periods.span(question.period)
    return indicator, stage, classification


def _one_of(kind: _Asked, wanted: str | None, known: list[str]) -> str | None:
    if wanted is None:
        return known[0] if known else None
    if wanted not in known:
        raise unknown_id(wanted, known, kind.value)
    return wanted


def series(question: IndicatorQuery, facts: ClassifiedCounts) -> Series:
    """Compute an indicator; the result is not public before :func:`privacy.published.publish`.

    Returns
    -------
    Series
        Figures in the order place, breakdown, period. Not enough data is a figure with a
        status and a reason, never an error.

    Raises
    ------
    DefinitionError
        When the question names something that does not exist.
    DataError
        For a place that does not exist.
    """
    indicator, stage, classification = resolve(question)
    shown_stage = stage if len(indicator.stages) > 1 else None
    name = _Name(indicator.id, shown_stage, classification)
    places = [find_place(text, facts.organisations) for text in question.places]
    made = partial(
        Series,
        indicator.id,
        indicator.unit,
        stage=shown_stage,
        classification=classification,
        open_data=not counted_from_rows(indicator),
        audience="public",
        lowest_place=indicator.lowest_place,
    )
    if indicator.measure == "missing" or stage is None:
        figures = [
            name.missing(p, question.period or "", (), indicator.reason or "") for p in places
        ]
        return made(tuple(figures))
    sums = cells(indicator, stage, classification, question.by, facts)
    counted = partial(
        _figures, name, indicator, indicator.stages[stage], places=places, cells=sums, facts=facts
    )
    figures = counted(question)
    if whole := indicator.stages[stage].within:
        everybody = IndicatorQuery(
            whole, question.places, question.by, transitions=question.transitions
        )
        figures = bounded_by(figures, series(everybody, facts).figures)
    if "field" in indicator.stages[stage].derived:
        figures = [_also_from_lists(figure, facts) for figure in figures]
    behind: dict[Group, SchoolsBehind] = {}
    if indicator.lowest_place != "school" and "school" not in question.by:
        schools = replace(question, by=(*question.by, "school"))
        now, then = (
            _schools_behind(counted(replace(schools, transitions=as_now)), called)
            for as_now, called in ((True, facts.organisations.successor), (False, str))
        )  # one school today, or one school then: both are that school
        behind = {group: (found, then.get(group, found)) for group, found in now.items()}
    asked = _asked(question, indicator)
    named = tuple(replace(figure, by=figure.by + asked) for figure in figures)
    resting = {
        new.id: behind.get((old.place, old.by, old.period), ())
        for new, old in zip(named, figures, strict=True)
        if behind and new.numbered
    }
    totals = tuple(indicator.stages[stage].totals)
    return made(named, own_totals=totals, schools_behind=resting)


def _also_from_lists(figure: Figure, facts: ClassifiedCounts) -> Figure:
    """Return a figure with the files that say which programmes are technical among its sources."""
    if not figure.numbered:
        return figure
    lists = facts.programme_lists(example=facts.invented([figure]))
    return replace(figure, sources=tuple(sorted({*figure.sources, *lists.files})))


def _schools_behind(
    figures: list[Figure], called: Callable[[str], str]
) -> dict[Group, frozenset[str]]:
    """Return the schools that have pupils, per place, breakdown and period.

    ``figures`` are by location. Two locations of one institution (the same first four characters)
    are one school to everybody who knows it, so institutions are counted. ``called`` gives the
    institution that one goes by.
    """
    schools: dict[Group, set[str]] = defaultdict(set)
    for one in figures:
        if one.by and (one.numbered or one.reason == _NOTHING_TOLD):  # it is there all the same
            by = tuple(pair for pair in one.by if pair[0] != "school")
            schools[one.place, by, one.period].add(called(dict(one.by)["school"][:4]))
    return {group: frozenset(found) for group, found in schools.items()}


def _asked(question: IndicatorQuery, indicator: models.Indicator) -> tuple[tuple[str, str], ...]:
    """Return what was asked beyond the default, so that another question has another id."""
    asked: list[tuple[str, str]] = []
    types = question.school_types
    if types and "school_type" not in question.by and types != tuple(indicator.school_types):
        asked.append(("school_type", "+".join(types)))
    if not question.transitions:
        asked.append(("transitions", "off"))
    return tuple(asked)


@dataclass(frozen=True, slots=True)
class _Name:
    indicator: str
    stage: str | None
    classification: str | None

    def missing(
        self, place: str, period: str, by: tuple[tuple[str, str], ...], reason: str
    ) -> Figure:
        return Figure(
            self.indicator,
            period,
            place,
            "missing",
            self.stage,
            self.classification,
            by,
            reason=reason,
        )


def _figures(
    name: _Name,
    indicator: models.Indicator,
    stage: models.Stage,
    question: IndicatorQuery,
    places: list[str],
    cells: list[ClassifiedCells],
    facts: ClassifiedCounts,
) -> list[Figure]:
    wanted_types = question.school_types or (
        tuple(indicator.separate) if "school_type" in question.by else tuple(indicator.school_types)
    )
    span = periods.span(question.period) if question.period else (None, None)
    groups: dict[Group, CountSums] = defaultdict(CountSums)
    without = _without(indicator, stage, name.classification)
    membership = PlaceMembership(places, question.transitions, facts)
    counted = CountedRule(
        indicator,
        question.by,
        question.transitions,
        frozenset(wanted_types),
        frozenset(without),
        facts,
    )
    seen: set[str] = set()
    unsure: set[tuple[str, str]] = set()
    lost = UnplacedPeople.of(membership, counted, stage.totals)
    for made in cells:
        inside = np.array([periods.inside(period, span) for period in made.periods], dtype=bool)
        rows = np.flatnonzero(inside[made.period])
        seen |= {made.periods[i] for i in np.unique(made.period[rows]).tolist()}
        members = [membership.of(place) for place in made.places]
        add_up(groups, made, rows, members, counted)
        if stage.end == "far" and not stage.within:
            add_unsure(groups, made, rows, membership, counted)
        else:
            lost.add(made, rows)
        if not question.by:
            unsure |= unsure_of(made, rows, membership, counted)
    figures = [
        lost.told(figure)
        for group, sums in groups.items()
        if (figure := _figure(name, indicator, group, sums)).status != "not_applicable"
        or not figure.by
    ]
    if seen:
        figures += _absent(name, without, question, wanted_types, places, seen, groups, unsure)
    else:
        unlisted = "field" in stage.derived and not any(
            facts.programme_lists(example=example).files for example in (False, True)
        )
        lacks = "programmes_not_listed" if unlisted else "measure_not_in_file"
        other = any(made.periods for made in cells)
        figures += _unread(name, question, places, facts, lacks, other=other)
    order = {place: i for i, place in enumerate(places)}
    return sorted(figures, key=lambda f: (order[f.place], f.by, f.period))


def _without(
    indicator: models.Indicator, stage: models.Stage, classification: str | None
) -> dict[str, str]:
    """Return the school types that cannot be counted here, each with the reason."""
    known = judged(indicator, classification)
    types = {*indicator.school_types, *indicator.separate, *registry.codes()["school_type"].codes}
    nobody = {} if known is None else dict.fromkeys(sorted(types - known), "not_classified")
    return nobody | (stage.missing if indicator.measure == "share" else {})


def _figure(name: _Name, indicator: models.Indicator, group: Group, sums: CountSums) -> Figure:
    place, by, period = group
    p_low, p_high, p_hidden, r_low, r_high, r_hidden, *doubt = sums.sums
    part, rest = Count(round(p_low), round(p_high)), Count(round(r_low), round(r_high))
    sources = tuple(sorted(sums.files))
    base: dict[str, Any] = {  # the half of a figure that each of its kinds shares
        "indicator": name.indicator,
        "period": period,
        "place": place,
        "stage": name.stage,
        "classification": name.classification,
        "by": by,
        "sources": sources,
        "hidden": int(p_hidden + r_hidden),
    }
    if indicator.measure == "count":
        value = float(part.low) if part.exact else None
        status: Status = "ok" if part.exact else "bounded"
        return Figure(
            **base,
            status=status,
            value=value,
            low=float(part.low),
            high=float(part.high),
            numerator=part,
        )
    whole = _everybody(part, rest, *doubt)
    if whole.high == 0:
        return Figure(**base, status="not_applicable", reason="nobody_counted")
    if not part.low and not rest.low and whole.low and not p_hidden + r_hidden:
        return Figure(**base, status="missing", reason=_NOTHING_TOLD)
    share = Share.of(part, rest)
    exact = part.exact and rest.exact
    return Figure(
        **base,
        status="ok" if exact else "bounded",
        value=share.low if exact else None,
        low=share.low,
        high=share.low if exact else share.high,
        numerator=part,
        denominator=whole,
    )


def _everybody(part: Count, rest: Count, doubt_low: float, doubt_high: float) -> Count:
    """Return how many there are in all: exact when nothing but the part they are in is unknown."""
    doubt = round(doubt_high)
    if round(doubt_low) == doubt == part.high - part.low == rest.high - rest.low:
        return Count(part.low + rest.low + doubt)
    return part + rest


def _unread(
    name: _Name,
    question: IndicatorQuery,
    places: list[str],
    facts: ClassifiedCounts,
    lacks: str,
    *,
    other: bool,
) -> list[Figure]:
    """Say why nothing was counted: ``lacks`` of a file that was read and does not say enough.

    ``other``: there are files, of other periods.
    """
    exact = question.period if question.period and ":" not in question.period else ""
    lacking = facts.lacking.get(name.indicator, set())
    if lacking and (not exact or exact in lacking):
        periods_of = sorted(lacking)
        return [name.missing(p, t, (), lacks) for p in places for t in periods_of]
    reason = "no_file_for_date" if other or lacking else why_nothing(name.indicator)
    return [name.missing(p, exact, (), reason) for p in places]


def _absent(
    name: _Name,
    without: dict[str, str],
    question: IndicatorQuery,
    wanted_types: Iterable[str],
    places: list[str],
    seen: set[str],
    groups: dict[Group, CountSums],
    unsure: set[tuple[str, str]],
) -> list[Figure]:
    """Say of every figure that was asked for and is not there why it is not.

    No school is known to be in a place only when of every school is known where it is; ``unsure``
    holds the places and periods that are not that far.
    """
    result = []
    for school_type, reason in without.items():
        if question.by == ("school_type",) and school_type in wanted_types:
            pairs: tuple[tuple[str, str], ...] = (("school_type", school_type),)
        elif not question.by and tuple(wanted_types) == (school_type,):
            pairs = ()
        else:
            continue
        result += [name.missing(p, t, pairs, reason) for p in places for t in sorted(seen)]
    if not question.by and not result:
        result = [
            name.missing(
                place, period, (), "place_not_known" if (place, period) in unsure else "no_records"
            )
            for place in places
            for period in sorted(seen)
            if (place, (), period) not in groups
        ]
    return result
