"""Why a figure changed: composition or choice, the size of the group or other choices."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from instroom.core.quantities import remainder
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.drawing import charts
from instroom.reports import words
from instroom.reports.blocks import FigureBlock, Method, PageTable, TableCell
from instroom.reports.documents import parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic
from instroom.stats import decomposition

Ends = tuple[Figure, Figure]


def _ends(
    writer: PageWriter, topic: Topic, place: str, school_types: Sequence[str] = ()
) -> list[Ends]:
    """Return the first and the last year of the whole series, then of each school type.

    They are years in which all of them are known: parts of one year and a whole of another do
    not make a split. Without two such years there are none.
    """
    found = [
        {f.period: f for f in writer.index.known(topic, place, **by) if f.denominator}
        for by in ({}, *({"school_type": name} for name in school_types))
    ]
    periods = sorted(set.intersection(*(set(series) for series in found)))
    if len(periods) < 2:
        return []
    return [(series[periods[0]], series[periods[-1]]) for series in found]


def _pair(figure: Figure) -> tuple[list[float], list[float]]:
    part, whole = figure.numerator, figure.denominator
    if part is None or whole is None:
        return [0.0, 0.0], [0.0, 0.0]
    rest = remainder(part, whole)
    return [float(part.low), float(part.high)], [float(rest.low), float(rest.high)]


def _share_split(
    writer: PageWriter, topic: Topic, indicator: models.Indicator, place: str
) -> tuple[str, list[Ends], decomposition.ChangeDecomposition] | None:
    """Return the sentence, the ends and the split of a combined share; None without both parts."""
    t = writer.t
    ends = _ends(writer, topic, place, indicator.school_types)
    if len(ends) != 3:
        return None
    whole, *types = ends
    pairs = [[_pair(e[when]) for e in types] for when in (0, 1)]
    split = decomposition.split_share(
        np.array([[p[0] for p in when] for when in pairs]),
        np.array([[p[1] for p in when] for when in pairs]),
    )
    change, mix, choice = _percent_points(split, t)
    sentence = t(
        "Tussen {first} en {last} veranderde het gezamenlijke aandeel: {change}. Daarvan {mix} door een andere "
        "verdeling over {names}, en {choice} door andere keuzes.",
        first=whole[0].period,
        last=whole[1].period,
        change=change,
        mix=mix,
        choice=choice,
        names=words.type_words(tuple(indicator.school_types), t),
    )
    return sentence, ends, split


def _ends_words(ends: Sequence[Ends], labels: Sequence[str]) -> list[tuple[str, Figure | None]]:
    """Return the figures that a split is made of, each with its period and what it is of."""
    return [
        (", ".join(filter(None, (figure.period, label))), figure)
        for label, pair in zip(labels, ends, strict=True)
        for figure in pair
    ]


def _percent_points(split: decomposition.ChangeDecomposition, t: Texts) -> tuple[str, str, str]:
    change, mix, choice = (
        points(100 * low, 100 * high, t) for low, high in (split.change, split.first, split.second)
    )
    return change, mix, choice


def apart(writer: PageWriter, topic: Topic, place: str) -> str:
    """Return what stands with every combined share: each school type."""
    indicator = registry.indicators()[topic.indicator]
    if len(indicator.school_types) < 2:
        return ""
    t, codes = writer.t, registry.codes()["school_type"].codes
    together = writer.index.latest(topic, place)
    period = together.period if together else ""
    found = {
        s: parts.same_year(writer.index.get(topic, place, school_type=s), period)
        for s in indicator.school_types
    }
    list_words = ", ".join(
        f"{t(codes[s].title)} {words.amount(f, t)}" for s, f in found.items() if f
    )
    return t("Apart in {period}: {list}.", period=period, list=list_words) if list_words else ""


def with_split(writer: PageWriter, topic: Topic, place: str, method: Method) -> Method:
    """Return how a combined share came about, with its change split between mix and choice.

    A combined share can change without anybody choosing otherwise.
    """
    indicator = registry.indicators()[topic.indicator]
    found = _share_split(writer, topic, indicator, place) if indicator.school_types else None
    return replace(method, notes=(*method.notes, found[0])) if found else method


def composition(
    writer: PageWriter, topic: Topic, indicator: models.Indicator
) -> FigureBlock | None:
    """Return the split of the combined share into composition and choice."""
    t = writer.t
    found = _share_split(writer, topic, indicator, writer.region)
    if found is None:
        return None
    sentence, (whole, *types), split = found
    change, mix, choice = _percent_points(split, t)
    codes = registry.codes()["school_type"].codes
    labels = ("", *(t(codes[s].title) for s in indicator.school_types))
    picture = writer.pictures.picture(
        "change",
        f"{topic.code}-{writer.region}-composition",
        _change_rows(split, (t("verandering"), t("andere verdeling"), t("andere keuzes"))),
        t("Verdeling of keuze"),
        _steps(split, t),
        unit="share",
    )
    rows = tuple(
        (TableCell(label), TableCell(text, numeric=True))
        for label, text in (
            (t("verandering"), change),
            (t("andere verdeling"), mix),
            (t("andere keuzes"), choice),
        )
    )
    return FigureBlock(
        "verdeling",
        t("Verdeling of keuze"),
        sentence,
        t(
            "Een samengeteld cijfer kan veranderen zonder dat iemand anders kiest: als de verdeling over {names} "
            "verandert. Daarom staat deze splitsing er altijd bij.",
            names=words.type_words(tuple(indicator.school_types), t),
        )
        + ("" if split.exact else " " + _own_bounds(t)),
        picture=picture,
        tables=(PageTable(t("Verdeling of keuze"), (t("Deel"), t("Procentpunt")), rows),),
        method=parts.method_of_several(
            writer, topic, _ends_words((whole, *types), labels), _between(whole, t)
        ),
    )


def cohort(writer: PageWriter, topic: Topic) -> FigureBlock | None:
    """Return the split of the number into the size of the group and other choices."""
    t, found = writer.t, _ends(writer, topic, writer.region)
    if not found or topic.classification is None:
        return None
    ends = found[0]
    before, after = (_pair(f) for f in ends)
    split = decomposition.split_number([before[0], after[0]], [before[1], after[1]])
    change, cohort, choice = (_people(*b, t) for b in (split.change, split.first, split.second))
    sentence = t(
        "Tussen {first} en {last} veranderde het aantal: {change}. Daarvan {cohort} doordat de groep {size} "
        "werd, en {choice} door andere keuzes.",
        first=ends[0].period,
        last=ends[1].period,
        change=change,
        cohort=cohort,
        size=_size(split.first, t),
        choice=choice,
    )
    picture = writer.pictures.picture(
        "change",
        f"{topic.code}-{writer.region}-cohort",
        _change_rows(split, (t("verandering"), t("omvang van de groep"), t("andere keuzes"))),
        t("Grotere of kleinere groep, of andere keuzes"),
        _steps(split, t),
        unit="count",
    )
    rows = tuple(
        (TableCell(label), TableCell(text, numeric=True))
        for label, text in (
            (t("verandering"), change),
            (t("omvang van de groep"), cohort),
            (t("andere keuzes"), choice),
        )
    )
    return FigureBlock(
        "krimp",
        t("Grotere of kleinere groep, of andere keuzes"),
        sentence,
        t("De twee delen zijn samen precies de verandering. Er blijft geen onverklaarde rest.")
        if split.exact
        else _own_bounds(t),
        picture=picture,
        tables=(
            PageTable(
                t("Grotere of kleinere groep, of andere keuzes"), (t("Deel"), t("Aantal")), rows
            ),
        ),
        method=parts.method_of_several(writer, topic, _ends_words(found, [""]), _between(ends, t)),
    )


def _steps(split: decomposition.ChangeDecomposition, t: Texts) -> str:
    """Return what the picture of a split shows; bounds of its parts do not add up."""
    if split.exact:
        return t("De verandering, en de twee delen die er samen precies gelijk aan zijn.")
    return t("De verandering, en de twee delen ervan.") + " " + _own_bounds(t)


def _own_bounds(t: Texts) -> str:
    return t("Elk deel heeft eigen grenzen. Die tellen niet op tot de grenzen van de verandering.")


def _size(people: tuple[float, float], t: Texts) -> str:
    """Return whether a group grew or shrank; both when its bounds allow both."""
    low, high = people
    if low > 0:
        return t("groter")
    return t("kleiner") if high < 0 else t("groter of kleiner")


def _between(ends: Ends, t: Texts) -> str:
    return t("{first} en {last}", first=ends[0].period, last=ends[1].period)


def _change_rows(
    split: decomposition.ChangeDecomposition, labels: tuple[str, str, str]
) -> tuple[charts.ChangeRow, ...]:
    parts_of = (split.change, split.first, split.second)
    return tuple(
        charts.ChangeRow(label, bounds) for label, bounds in zip(labels, parts_of, strict=True)
    )


def _signed(low: float, high: float, digits: int, t: Texts) -> str:
    def one(value: float) -> str:
        text = t.number(abs(value), digits=digits)
        zero = t.number(0, digits=digits)
        return text if text == zero else ("+" if value > 0 else "−") + text

    a, b = one(low), one(high)
    return a if a == b else t("{low} tot {high}", low=a, high=b)


def points(low: float, high: float, t: Texts) -> str:
    """Return a change in percentage points, with its sign; both bounds when they differ."""
    return t("{n} procentpunt", n=_signed(low, high, 1, t))


def _people(low: float, high: float, t: Texts) -> str:
    return _signed(low, high, 0, t)
