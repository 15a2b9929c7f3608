"""Which schools stand beside a school, by the rules of a definition file, and why these."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.quantities import Count, total
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.reports import words
from instroom.reports.blocks import Entry, EntryList
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.results import PlaceInfo

#: Fewer candidates than this are no school type of a school: a handful of one more route.
HANDFUL = 10


@dataclass(frozen=True, slots=True)
class SchoolSize:
    """A school with its school types and how many were counted there, all in one period.

    ``unknown`` are the figures of types that it has in that period without a number: its size is
    then not known, and ``counted`` is only of the others.
    """

    info: PlaceInfo
    period: str
    types: tuple[str, ...]
    counted: Count
    #: Of its municipality: how many classes from the highest, None when no file says so.
    around: int | None
    unknown: tuple[Figure, ...] = ()

    @property
    def middle(self) -> float:
        """The middle of the bounds of its size."""
        return (self.counted.low + self.counted.high) / 2


@dataclass(frozen=True, slots=True)
class AlikeFound:
    """A school, and the schools alike in the order of their names: never of their figures.

    ``unsized`` is how many may be alike, but are of no known size.
    """

    rule: models.AlikeSchools
    own: SchoolSize
    others: tuple[SchoolSize, ...]
    unsized: int = 0


def rule_for(kind: str) -> models.AlikeSchools | None:
    """Return the rule for a kind of place; None for one that is not compared.

    Of several the last one: a file of one's own goes before the one that comes along.
    """
    found = [rule for rule in registry.alike().values() if rule.kind == kind]
    return found[-1] if found else None


def topic_of(rule: models.AlikeSchools) -> Topic:
    """Return what is shown of schools that are compared."""
    indicator = registry.indicators()[rule.indicator]
    return Topic(rule.indicator, rule.stage, indicator.default_classification)


def size_of(index: FigureIndex, rule: models.AlikeSchools, info: PlaceInfo) -> SchoolSize | None:
    """Return the school types and the size of a school in its newest year; None without any.

    A year in which it was counted is its newest, also when no number of a type may be shown.
    """
    topic = topic_of(rule)
    found = [
        figure
        for name in rule.school_types
        for figure in index.get(topic, info.code, school_type=name)
        if (figure.denominator if figure.numbered else withheld(figure))
    ]
    if not found:
        return None
    period = max(figure.period for figure in found)
    newest = [figure for figure in found if figure.period == period]
    now = [f for f in newest if f.numbered and _counted(f).high >= HANDFUL]
    if not now:
        return None
    return SchoolSize(
        info,
        period,
        tuple(type_of(figure) for figure in now),
        total(_counted(figure) for figure in now),
        _around(index, rule, info.municipality),
        tuple(figure for figure in newest if not figure.numbered),
    )


def withheld(figure: Figure) -> bool:
    """Return whether somebody was counted, and no number of it may be shown.

    A figure that is missing, or of nobody, does not say that a school has this type: those are
    made for every place alike.
    """
    return not figure.numbered and figure.status not in ("missing", "not_applicable")


def type_of(figure: Figure) -> str:
    """Return the school type that a figure is of."""
    return dict(figure.by)["school_type"]


def _counted(figure: Figure) -> Count:
    return figure.denominator or Count(0)


def _around(index: FigureIndex, rule: models.AlikeSchools, municipality: str) -> int | None:
    known = index.results.facts.get(municipality)
    if known is None or known.density is None:
        return None
    edges = [one.at_least for one in rule.surroundings.classes]
    return next(i for i, edge in enumerate(edges) if known.density >= edge)


def alike(index: FigureIndex, rule: models.AlikeSchools, own: SchoolSize) -> AlikeFound:
    """Return the schools of the region that are most alike: same types, size, surroundings.

    None for a school of unknown size, and none of unknown size.
    """
    if own.unknown:
        return AlikeFound(rule, own, ())
    sizes = (
        size_of(index, rule, info)
        for info in index.results.places.values()
        if info.kind == rule.kind and info.code != own.info.code
    )
    every = [one for one in sizes if one]
    same = [
        one
        for one in every
        if not one.unknown
        and (one.types, one.period) == (own.types, own.period)
        and _largest_ratio(one.counted, own.counted) <= rule.largest_ratio
    ]
    nearest = sorted(same, key=lambda one: (_apart(one, own), _ratio(one, own), one.info.code))
    chosen = nearest[: rule.how_many]
    names = index.names
    return AlikeFound(
        rule,
        own,
        tuple(sorted(chosen, key=lambda one: (names[one.info.code].said, one.info.code))),
        sum(_maybe_alike(one, own) for one in every),
    )


def _maybe_alike(one: SchoolSize, own: SchoolSize) -> bool:
    """Return whether a school without all its numbers may have the same school types."""
    types = {*one.types, *map(type_of, one.unknown)}
    return (
        bool(one.unknown) and one.period == own.period and set(one.types) <= set(own.types) <= types
    )


def _ratio(one: SchoolSize, other: SchoolSize) -> float:
    small, large = sorted((one.middle, other.middle))
    return large / small if small else float("inf")


def _largest_ratio(one: Count, other: Count) -> float:
    """Return how many times as large one may be as the other, for all that their bounds say."""
    low = min(one.low, other.low)
    return max(one.high / other.low, other.high / one.low) if low else float("inf")


def _apart(one: SchoolSize, other: SchoolSize) -> int:
    """Return how many classes of surroundings lie between two schools; unknown ones come last."""
    if one.around is None or other.around is None:
        return 99
    return abs(one.around - other.around)


def why_these(writer: PageWriter, found: AlikeFound) -> EntryList:
    """Return why these schools, or that there are none."""
    t, count = writer.t, len(found.others)
    headings = {
        0: t("Geen vergelijkbare scholen"),
        1: t("Waarom deze school ernaast?"),
        2: t("Waarom deze twee scholen ernaast?"),
        3: t("Waarom deze drie scholen ernaast?"),
    }
    heading = headings.get(count, t("Waarom deze {n} scholen ernaast?", n=count))
    if found.own.unknown:
        lead = t(
            "Hoe groot deze school is, weten wij niet: van {types} is over {period} geen aantal te tonen. Daarom staan er geen andere scholen naast.",
            types=words.type_words(tuple(map(type_of, found.own.unknown)), t),
            period=found.own.period,
        )
        return EntryList("waarom", heading, (), lead, "terms")
    unsized = t("Scholen waarvan niet elk aantal te tonen is, zijn hierbij niet meegenomen.")
    if not count:
        lead = t(
            "In deze cijfers staat geen andere school in {region} met dezelfde onderwijssoorten die ongeveer even groot is.",
            region=writer.region_name,
        )
        lead += f" {unsized}" if found.unsized else ""
        return EntryList("waarom", heading, (), lead, "terms")
    lead = t("Gekozen uit de scholen in {region}, volgens vaste regels.", region=writer.region_name)
    if count < found.rule.how_many:
        lead += " " + t("Meer scholen die hierop lijken, staan niet in deze cijfers.")
    lead += f" {unsized}" if found.unsized else ""
    entries = (
        Entry("soorten", t("Dezelfde onderwijssoorten"), (_types(found, t),)),
        Entry("grootte", t("Ongeveer even groot"), (_sizes(found, t),)),
        Entry("omgeving", t("Omgeving"), (_surroundings(writer, found),)),
    )
    return EntryList("waarom", heading, entries, lead, "terms")


def _types(found: AlikeFound, t: Texts) -> str:
    types = words.type_words(found.own.types, t)
    return t("Ze hebben allemaal examenkandidaten in {types}, net als deze school.", types=types)


def _sizes(found: AlikeFound, t: Texts) -> str:
    counts = [one.counted for one in found.others]
    return t(
        "{others} examenkandidaten in {period}; deze school heeft er {own}. Een school is hooguit {ratio} keer zo groot of zo klein.",
        others=t.number(min(c.low for c in counts), max(c.high for c in counts)),
        period=found.own.period,
        own=t.number(found.own.counted.low, found.own.counted.high),
        ratio=t.number(found.rule.largest_ratio, digits=1),
    )


def _surroundings(writer: PageWriter, found: AlikeFound) -> str:
    """Return where the schools stand; that this is not known when no file of it was read."""
    t, schools = writer.t, (found.own, *found.others)
    if any(one.around is None for one in schools):
        return t("Hoe stedelijk de gemeenten zijn, is niet ingelezen. Daarop is niet gekozen.")
    classes = [t(one.title) for one in found.rule.surroundings.classes]
    whose = found.rule.surroundings.whose
    kinds = {one.around for one in schools}
    if len(kinds) == 1:
        return t(
            "Ze staan allemaal in een gemeente die {kind} is, volgens de indeling van het {whose}.",
            kind=classes[found.own.around or 0],
            whose=whose,
        )
    said = ", ".join(
        t("{name} {kind}", name=_town(writer, one), kind=classes[one.around or 0])
        for one in _once(schools)
    )
    return t(
        "Zo dichtbij als er zijn, volgens de indeling van het {whose}: {list}.",
        whose=whose,
        list=said,
    )


def _town(writer: PageWriter, one: SchoolSize) -> str:
    return writer.name(one.info.municipality)


def _once(schools: Sequence[SchoolSize]) -> list[SchoolSize]:
    """Return one school of every municipality, in order."""
    return list({one.info.municipality: one for one in reversed(schools)}.values())[::-1]
