"""Which schools of a region were counted, and under which codes: some took over others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from instroom.core.places import kind_of
from instroom.core.quantities import Count
from instroom.definitions import models
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.reports.place_facts import CountedUnder
from instroom.sources.store import Stored

_NOBODY = Count(0)


def shown_types(indicator: models.Indicator) -> tuple[str, ...]:
    """Return all school types that an indicator shows, together or apart; none when it has all."""
    every = dict.fromkeys((*indicator.school_types, *indicator.separate))
    return tuple(every) if indicator.school_types else ()


def schools_counted(indicator: models.Indicator, region: str, facts: ClassifiedCounts) -> set[str]:
    """Return the schools of a region with a count at any stage, in any school type that is shown.

    A school with only a type that stands apart (vmbo) is in no sum of types taken together.
    """
    asked = (
        IndicatorQuery(
            indicator.id, (region,), ("school",), stage, school_types=shown_types(indicator)
        )
        for stage in indicator.stages
    )
    return {
        dict(figure.by)["school"]
        for question in asked
        for figure in series(question, facts).figures
        if figure.by and (figure.low or figure.numerator)
    }


def topic_key(indicator: str, stage: str | None, school_type: str = "") -> str:
    """Return the name of an indicator, stage and school type in :data:`CountedUnder`."""
    return ".".join((indicator, stage or "", school_type))


def counted_under(
    indicator: models.Indicator, places: Iterable[str], facts: ClassifiedCounts
) -> dict[str, CountedUnder]:
    """Return the years of schools that count pupils of a school they took over, by place.

    Only years in which another code than the school's own has pupils are there. A stage is named
    as its figures name it: not when there is only one. Of what is never shown of one school there
    is nothing.
    """
    if indicator.lowest_place != "school":
        return {}
    known, own = facts.organisations, set(places)
    olds = {
        old: new
        for old in known.successors
        if kind_of(old) == "location" and (new := known.successor(old)) in own and new != old
    }
    found: dict[str, CountedUnder] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    codes = tuple(sorted({*olds, *olds.values()}))
    apart = indicator.measure == "share" and "school_type" in indicator.breakdowns
    for stage in indicator.stages if codes else ():
        question = IndicatorQuery(
            indicator.id, codes, ("school_type",) if apart else (), stage, transitions=False
        )
        for figure in series(question, facts).figures:
            if figure.numbered and (figure.denominator or figure.numerator or _NOBODY).high:
                types = [dict(figure.by).get("school_type", "")]
                types += [""] if types[0] in indicator.school_types else []
                for name in types:
                    key = topic_key(indicator.id, figure.stage, name)
                    listed = found[olds.get(figure.place, figure.place)][key][figure.period]
                    listed += [figure.place] if figure.place not in listed else []
    return {place: kept for place, under in found.items() if (kept := _of_others(place, under))}


def _of_others(place: str, under: CountedUnder) -> CountedUnder:
    """Keep the years in which another code than the place's own is counted."""
    kept = {
        key: {period: codes for period, codes in years.items() if codes != [place]}
        for key, years in under.items()
    }
    return {key: years for key, years in kept.items() if years}


def counted_later(
    indicator: models.Indicator, places: Iterable[str], facts: ClassifiedCounts
) -> dict[str, str]:
    """Return the newest year of schools that have pupils later than any whom a figure counts.

    They are in a school type of which no file says who is technical: a school with only those in
    the newest file is there all the same.
    """
    types = [name for name in shown_types(indicator) if name not in _unseen(indicator)]
    own = set(places)
    found: dict[str, tuple[str, str]] = {}
    for stored, stage in _files(indicator, facts) if types else ():
        rows = facts.rows_of(stored, stage).filter(
            f"measure = '{stage.measure}' and high > 0 and place is not null"
        )
        shown = ", ".join(f"'{name}'" for name in types)
        newest = f"place, max(period), max(period) filter (where school_type in ({shown}))"
        for place, every, counted in rows.aggregate(newest, "place").fetchall():
            if place in own:
                known = found.get(place, ("", ""))
                found[place] = (max(known[0], every), max(known[1], counted or ""))
    return {place: every for place, (every, counted) in found.items() if every > counted}


def _unseen(indicator: models.Indicator) -> set[str]:
    """Return the school types that no stage of an indicator has a file of."""
    return set.intersection(*(set(stage.missing) for stage in indicator.stages.values()))


def _files(
    indicator: models.Indicator, facts: ClassifiedCounts
) -> Iterator[tuple[Stored, models.Stage]]:
    """Yield the files that an indicator may count in, each with the stage that counts there."""
    for stage in indicator.stages.values():
        sources = {name for together in stage.sources for name in together}
        for stored in facts.files:
            if stored.source in sources and stored.observations.exists():
                yield stored, stage
