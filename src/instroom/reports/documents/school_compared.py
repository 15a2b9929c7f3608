"""One secondary school beside others: its school types in the same years, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from instroom.core import periods
from instroom.core.quantities import Share
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring import beside, verdicts
from instroom.monitoring.beside import YearsTogether
from instroom.reports import words
from instroom.reports.documents import alike
from instroom.reports.documents.alike import AlikeFound
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic
from instroom.reports.results import PlaceInfo
from instroom.stats import intervals

#: With fewer in a year, the years are taken together.
FEW = 50
POOLED_YEARS = 3


@dataclass(frozen=True, slots=True)
class ComparedType:
    """One school type of a school, in the same years as those beside it."""

    name: str
    years: tuple[Figure, ...]
    own: YearsTogether
    beside: tuple[tuple[PlaceInfo, YearsTogether | None], ...]
    region: YearsTogether | None
    rest: YearsTogether | None
    country: YearsTogether | None
    chance: intervals.ChanceVariance
    outcome: models.Beside


@dataclass(frozen=True, slots=True)
class SchoolCompared:
    """A school with its school types and the schools alike."""

    info: PlaceInfo
    topic: Topic
    found: AlikeFound
    types: tuple[ComparedType, ...]

    @property
    def rule(self) -> models.AlikeSchools:
        """The rule by which it is compared."""
        return self.found.rule

    @property
    def indicator(self) -> models.Indicator:
        """What is compared."""
        return registry.indicators()[self.topic.indicator]


def school_compared(writer: PageWriter, info: PlaceInfo) -> SchoolCompared | None:
    """Return a school beside others; None when it has no figure of the newest year for any type."""
    rule = alike.rule_for(info.kind)
    size = alike.size_of(writer.index, rule, info) if rule else None
    if rule is None or size is None:
        return None
    topic, found = alike.topic_of(rule), alike.alike(writer.index, rule, size)
    newest = writer.index.latest(topic, writer.region)
    if newest is None or newest.period != size.period:
        return None
    types = [_type(writer, topic, name, found) for name in size.types]
    known = [one for one in types if one]
    if not known:
        return None
    judged = sum(one.rest is not None for one in known)
    return SchoolCompared(
        info,
        topic,
        found,
        tuple(
            replace(
                one,
                outcome=beside.compared(one.own, one.rest, one.chance, rule.beside, max(judged, 1)),
            )
            for one in known
        ),
    )


def _type(writer: PageWriter, topic: Topic, name: str, found: AlikeFound) -> ComparedType | None:
    """Return one school type in the years that are shown; its verdict is given later."""
    code = found.own.info.code
    series = known_years(writer, topic, code, name)
    if not series:
        return None
    schools = [one.info for one in found.others]
    newest = [known_years(writer, topic, one.code, name)[-1:] for one in schools]
    small = [f for one in (series[-1:], *newest) for f in one if (f.n or 0) < FEW]
    years = tuple(series[-POOLED_YEARS:] if small else series[-1:])
    own = beside.together(years)
    if own is None:
        return None
    region = same_years(writer, topic, writer.region, name, years)
    country = writer.country if writer.country in writer.beside else ""
    return ComparedType(
        name,
        years,
        own,
        tuple((one, same_years(writer, topic, one.code, name, years)) for one in schools),
        region,
        beside.others(region, own) if region else None,
        same_years(writer, topic, country, name, years) if country else None,
        verdicts.fluctuation_of(topic.indicator, name),
        "not_comparable",
    )


def known_years(writer: PageWriter, topic: Topic, place: str, name: str) -> list[Figure]:
    """Return the years with a number of one school type, none from before a break."""
    start = registry.indicators()[topic.indicator].broken_since(name)
    return [
        figure
        for figure in writer.index.known(topic, place, school_type=name)
        if figure.denominator and figure.period >= start
    ]


def same_years(
    writer: PageWriter, topic: Topic, place: str, name: str, years: Sequence[Figure]
) -> YearsTogether | None:
    """Return the same years of another place; None when one of them is not known there."""
    there = {figure.period: figure for figure in known_years(writer, topic, place, name)}
    found = [there.get(year.period) for year in years]
    return beside.together([figure for figure in found if figure]) if all(found) else None


def hundred(share: Share, t: Texts) -> str:
    """Return how many of a hundred."""
    return words.hundred(share.low, share.high, t)


def people(rule: models.AlikeSchools, one: ComparedType, t: Texts) -> str:
    """Return how many of a hundred, and of whom."""
    return t(
        "{amount} van de 100 {who}",
        amount=hundred(one.own.share, t),
        who=t(rule.school_types[one.name]),
    )


def years_words(years: Sequence[Figure], t: Texts) -> str:
    """Return which years were taken together; years between them that are unknown are not."""
    names = [figure.period for figure in years]
    starts = [periods.parse(name).start for name in names]
    if len(names) == 1:
        return names[0]
    if starts[-1] - starts[0] == len(names) - 1:
        return t("{first} tot en met {last} samen", first=names[0], last=names[-1])
    return t("{years} en {last} samen", years=", ".join(names[:-1]), last=names[-1])
