"""Why a figure changed: composition or choice, fewer pupils or other choices."""

import numpy as np

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.drawing import charts
from instroom.reports import words
from instroom.reports.blocks import FigureBlock, PageTable, TableCell
from instroom.reports.documents import parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic
from instroom.stats import decomposition


def _ends(writer: PageWriter, topic: Topic, place: str, **by: str) -> tuple[Figure, Figure] | None:
    """Return the first and the last year of the whole series."""
    known = [f for f in writer.index.known(topic, place, **by) if f.denominator]
    return (known[0], known[-1]) if len(known) > 1 else None


def _pair(figure: Figure) -> tuple[list[float], list[float]]:
    part, whole = figure.numerator, figure.denominator
    if part is None or whole is None:
        return [0.0, 0.0], [0.0, 0.0]
    return (
        [float(part.low), float(part.high)],
        [float(whole.low - part.low), float(whole.high - part.high)],
    )


def _share_split(
    writer: PageWriter, topic: Topic, indicator: models.Indicator, place: str
) -> tuple[str, tuple[Figure, Figure], decomposition.ChangeDecomposition] | None:
    """Return the sentence, the ends and the split of a combined share; None without both parts."""
    t = writer.t
    ends = [_ends(writer, topic, place, school_type=s) for s in indicator.school_types]
    whole = _ends(writer, topic, place)
    if len(ends) != 2 or whole is None or any(e is None for e in ends):
        return None
    pairs = [[_pair(e[when]) for e in ends if e] for when in (0, 1)]
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
    return sentence, whole, split


def _percent_points(split: decomposition.ChangeDecomposition, t: Texts) -> tuple[str, str, str]:
    change, mix, choice = (
        _points(100 * low, 100 * high, t) for low, high in (split.change, split.first, split.second)
    )
    return change, mix, choice


def apart(writer: PageWriter, topic: Topic, place: str) -> str:
    """Return what stands with every combined share: each school type, and the split.

    A combined share can change without anybody choosing otherwise.
    """
    indicator = registry.indicators()[topic.indicator]
    if len(indicator.school_types) < 2:
        return ""
    codes = registry.codes()["school_type"].codes
    newest = {s: writer.index.latest(topic, place, school_type=s) for s in indicator.school_types}
    list_words = [
        f"{writer.t(codes[s].title)} {words.amount(f, writer.t)}" for s, f in newest.items() if f
    ]
    found = _share_split(writer, topic, indicator, place)
    sentences = [writer.t("Apart: {list}.", list=", ".join(list_words))] if list_words else []
    return " ".join([*sentences, *([found[0]] if found else [])])


def composition(
    writer: PageWriter, topic: Topic, indicator: models.Indicator
) -> FigureBlock | None:
    """Return the split of the combined share into composition and choice."""
    t = writer.t
    found = _share_split(writer, topic, indicator, writer.region)
    if found is None:
        return None
    sentence, whole, split = found
    change, mix, choice = _percent_points(split, t)
    bars = (
        charts.SplitPart(whole[0].period, whole[0].value, whole[0].low, whole[0].high, "total"),
        charts.SplitPart(
            t("andere verdeling"), None if not split.exact else split.first[0], *split.first
        ),
        charts.SplitPart(
            t("andere keuzes"), None if not split.exact else split.second[0], *split.second
        ),
        charts.SplitPart(whole[1].period, whole[1].value, whole[1].low, whole[1].high, "total"),
    )
    picture = writer.pictures.picture(
        "split",
        f"{topic.code}-{writer.region}-composition",
        bars,
        t("Verdeling of keuze"),
        t(
            "Van het eerste naar het laatste jaar, in twee stappen die samen precies de verandering zijn."
        ),
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
            "Een samengeteld cijfer kan veranderen zonder dat iemand anders kiest, als meer leerlingen vwo doen. "
            "Daarom staat deze splitsing er altijd bij."
        ),
        picture=picture,
        tables=(PageTable(t("Verdeling of keuze"), (t("Deel"), t("Procentpunt")), rows),),
        method=parts.method(writer, topic, whole[1]),
    )


def cohort(writer: PageWriter, topic: Topic) -> FigureBlock | None:
    """Return the split of the number into fewer children and other choices."""
    t, ends = writer.t, _ends(writer, topic, writer.region)
    if ends is None or topic.classification is None:
        return None
    before, after = (_pair(f) for f in ends)
    split = decomposition.split_number([before[0], after[0]], [before[1], after[1]])
    change, cohort, choice = (_people(*b, t) for b in (split.change, split.first, split.second))
    sentence = t(
        "Tussen {first} en {last} veranderde het aantal: {change}. Daarvan {cohort} doordat de groep groter of "
        "kleiner werd, en {choice} door andere keuzes.",
        first=ends[0].period,
        last=ends[1].period,
        change=change,
        cohort=cohort,
        choice=choice,
    )
    bars = (
        _total(ends[0]),
        charts.SplitPart(
            t("omvang van de groep"), split.first[0] if split.exact else None, *split.first
        ),
        charts.SplitPart(
            t("andere keuzes"), split.second[0] if split.exact else None, *split.second
        ),
        _total(ends[1]),
    )
    picture = writer.pictures.picture(
        "split",
        f"{topic.code}-{writer.region}-cohort",
        bars,
        t("Minder leerlingen of andere keuzes"),
        t(
            "Van het eerste naar het laatste jaar, in twee stappen die samen precies de verandering zijn."
        ),
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
        t("Minder leerlingen of andere keuzes"),
        sentence,
        t(
            "De twee delen zijn samen precies de verandering (Kitagawa). Er blijft geen onverklaarde rest."
        ),
        picture=picture,
        tables=(
            PageTable(t("Minder leerlingen of andere keuzes"), (t("Deel"), t("Aantal")), rows),
        ),
        method=parts.method(writer, topic, ends[1]),
    )


def _total(figure: Figure) -> charts.SplitPart:
    part = figure.numerator
    low, high = (float(part.low), float(part.high)) if part else (0.0, 0.0)
    return charts.SplitPart(figure.period, low if low == high else None, low, high, "total")


def _signed(low: float, high: float, digits: int, t: Texts) -> str:
    def one(value: float) -> str:
        text = t.number(abs(value), digits=digits)
        zero = t.number(0, digits=digits)
        return text if text == zero else ("+" if value > 0 else "−") + text

    a, b = one(low), one(high)
    return a if a == b else t("{low} tot {high}", low=a, high=b)


def _points(low: float, high: float, t: Texts) -> str:
    return t("{n} procentpunt", n=_signed(low, high, 1, t))


def _people(low: float, high: float, t: Texts) -> str:
    return _signed(low, high, 0, t)
