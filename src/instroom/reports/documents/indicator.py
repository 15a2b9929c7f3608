"""An indicator's page: the answer, the years, the parts, and where it comes from."""

import numpy as np

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.reports import charts, maps, words
from instroom.reports.blocks import (
    Block,
    Cell,
    Document,
    FigureBlock,
    Link,
    Switch,
    Table,
    TextBlock,
)
from instroom.reports.documents import parts
from instroom.reports.documents.parts import Desk
from instroom.reports.shelf import Topic
from instroom.stats import decomposition


def indicator_page(desk: Desk, topic: Topic) -> Document:
    """Return the page of one indicator at one stage in one classification."""
    t, indicator = desk.t, registry.indicators()[topic.indicator]
    blocks: list[Block] = [headline(desk, topic, desk.region, full=True)]
    if indicator.separate and desk.shelf.known(
        topic, desk.region, school_type=indicator.separate[0]
    ):
        blocks.append(_by_type(desk, topic, indicator))
    if indicator.measure == "share" and len(indicator.school_types) == 2:
        blocks += [b for b in (_composition(desk, topic, indicator), _cohort(desk, topic)) if b]
    elif indicator.measure == "share":
        blocks += [b for b in (_cohort(desk, topic),) if b]
    if "gender" in indicator.breakdowns and desk.shelf.get(topic, desk.region, gender="female"):
        blocks.append(_by_gender(desk, topic))
    if "kind" in indicator.breakdowns:
        blocks.append(_by_kind(desk, topic))
    if "municipality" in indicator.breakdowns and (place_map := municipalities(desk, topic)):
        blocks.append(place_map)
    blocks.append(
        TextBlock(
            "meer",
            t("Verder kijken"),
            (),
            (
                Link(t("Alle indicatoren"), "indicators"),
                Link(t("Scholen, besturen en gemeenten"), "places"),
                Link(t("Zo rekenen wij"), "method"),
            ),
        )
    )
    return Document(
        parts.key_of(topic),
        t.language,
        t(indicator.title),
        "monitoring",
        t(indicator.definition),
        tuple(blocks),
        desk.region_name,
        desk.shelf.results.example,
        (Link(t("Monitoring"), "indicators"),),
        t(indicator.definition),
    )


def switches(desk: Desk, topic: Topic) -> tuple[Switch, ...]:
    """Return the choices of stage and classification, the current ones marked."""
    t, indicator = desk.t, registry.indicators()[topic.indicator]
    every = parts.topics(indicator)
    found = []
    stages = list(dict.fromkeys(x.stage for x in every if x.stage))
    if len(stages) > 1:
        links = tuple(
            Link(
                t(indicator.stages[s].title),
                parts.key_of(Topic(topic.indicator, s, topic.classification)),
                s == topic.stage,
                t(indicator.stages[s].who),
            )
            for s in stages
        )
        found.append(Switch(t("Moment"), links))
    kinds = list(dict.fromkeys(x.classification for x in every if x.classification))
    if len(kinds) > 1:
        rules = {k: registry.classifications()[f"{indicator.classification}/{k}"] for k in kinds}
        links = tuple(
            Link(
                t(rules[k].label),
                parts.key_of(Topic(topic.indicator, topic.stage, k)),
                k == topic.classification,
                t(rules[k].title),
            )
            for k in kinds
        )
        found.append(Switch(t("Telling"), links))
    return tuple(found)


def headline(desk: Desk, topic: Topic, place: str, *, full: bool) -> FigureBlock:
    """Return the first block: sentence, line picture, table, method."""
    t, shelf = desk.t, desk.shelf
    indicator = registry.indicators()[topic.indicator]
    figure = shelf.latest(topic, place)
    heading = t(indicator.title)
    if figure is None:
        code = indicator.reason or next((f.reason for f in shelf.get(topic, place)), None)
        return FigureBlock(
            topic.indicator,
            heading,
            t("Hier is nog geen cijfer: {reason}.", reason=words.reason(code, t)),
            t(indicator.need),
            t("nog geen open cijfer"),
            "none",
            switches(desk, topic) if full else (),
            method=parts.method(desk, topic, None),
        )
    series = [
        (desk.name(p), shelf.get(topic, p)) for p in (place, *desk.beside) if shelf.get(topic, p)
    ]
    if figure.denominator is None:
        sentence = t(
            "{place}, {moment}: {number} {who}.",
            place=desk.name(place),
            moment=parts.moment(figure, topic, t),
            number=words.amount(figure, t),
            who=words.who(indicator, topic.stage, "", t),
        )
        drawn = series[:1]
    else:
        sentence, drawn = parts.share_sentence(desk, topic, place, figure), series
    mark, kind = parts.chip(shelf.get(topic, place), t)
    picture = parts.lines_picture(
        desk,
        f"{topic.code}-{place}",
        drawn,
        sentence,
        t(
            "Lijnen door de jaren voor {places}. De tabel eronder geeft elk getal.",
            places=", ".join(label for label, _ in drawn),
        ),
    )
    table = parts.years_table(desk, heading, series)
    more = () if full else (Link(t("Meer over dit cijfer"), parts.key_of(topic)),)
    return FigureBlock(
        topic.indicator,
        heading,
        sentence,
        " ".join(
            x
            for x in (parts.beside_sentence(desk, topic, place, figure), parts.aside(topic, t))
            if x
        ),
        mark,
        kind,
        switches(desk, topic) if full else (),
        picture,
        (table,),
        parts.method(desk, topic, figure),
        parts.downloads(topic, place, picture),
        more,
    )


def _by_type(desk: Desk, topic: Topic, indicator: models.Indicator) -> FigureBlock:
    t, shelf = desk.t, desk.shelf
    codes = registry.codes()["school_type"].codes
    series = [
        (t(codes[s].title), shelf.get(topic, desk.region, school_type=s))
        for s in indicator.separate
    ]
    series = [(label, figures) for label, figures in series if figures]
    latest = [(label, figures[-1]) for label, figures in series]
    found = [f"{label} {words.amount(f, t)}" for label, f in latest if f.low is not None]
    missing = [
        t("{label}: {reason}.", label=label, reason=words.reason(f.reason, t))
        for label, f in latest
        if f.low is None
    ]
    sentence = t("{period}: {list}.", period=latest[0][1].period, list=", ".join(found))
    drawn = [(label, f) for label, f in series if any(x.low is not None for x in f)][:5]
    picture = parts.lines_picture(
        desk,
        f"{topic.code}-{desk.region}-types",
        drawn,
        t("Elke onderwijssoort apart"),
        t("Een lijn per onderwijssoort: {list}.", list=", ".join(label for label, _ in drawn)),
    )
    return FigureBlock(
        "onderwijssoort",
        t("Elke onderwijssoort apart"),
        sentence,
        " ".join([*missing, parts.aside(topic, t)]),
        picture=picture,
        tables=(parts.years_table(desk, t("Elke onderwijssoort apart"), series),),
        method=parts.method(desk, topic, latest[0][1]),
        downloads=parts.downloads(topic, desk.region, picture),
    )


def _by_gender(desk: Desk, topic: Topic) -> FigureBlock:
    t, shelf = desk.t, desk.shelf
    series = [
        (t("Meisjes"), shelf.get(topic, desk.region, gender="female")),
        (t("Jongens"), shelf.get(topic, desk.region, gender="male")),
    ]
    girls, boys = series[0][1][-1], series[1][1][-1] if series[1][1] else None
    sentence = t(
        "{period}: meisjes {girls}, jongens {boys}.",
        period=girls.period,
        girls=words.amount(girls, t),
        boys=words.amount(boys, t) if boys else "–",
    )
    picture = parts.lines_picture(
        desk,
        f"{topic.code}-{desk.region}-gender",
        series,
        t("Meisjes en jongens"),
        t("Een lijn voor meisjes en een voor jongens."),
    )
    detail = t(
        "Kleine aantallen zijn afgeschermd, daarom is de marge hier breder dan bij iedereen samen."
    )
    bounded = any(f.status == "bounded" for _, figures in series for f in figures)
    return FigureBlock(
        "geslacht",
        t("Meisjes en jongens"),
        sentence,
        detail if bounded else "",
        picture=picture,
        tables=(parts.years_table(desk, t("Meisjes en jongens"), series),),
        method=parts.method(desk, topic, girls),
        downloads=parts.downloads(topic, desk.region, picture),
    )


def _by_kind(desk: Desk, topic: Topic) -> FigureBlock:
    t, shelf = desk.t, desk.shelf
    codes = registry.codes()["kind"].codes if "kind" in registry.codes() else {}
    series = [(t(c.title), shelf.get(topic, desk.region, kind=code)) for code, c in codes.items()]
    series = [(label, figures) for label, figures in series if figures]
    newest = [(label, f[-1]) for label, f in series]
    sentence = ", ".join(f"{label} {words.amount(f, t)}" for label, f in newest)
    table = parts.years_table(desk, t("Soorten scholen"), series)
    return FigureBlock(
        "soort",
        t("Soorten scholen"),
        f"{newest[0][1].period}: {sentence}." if newest else t("Hier is nog geen cijfer."),
        t("De speciale scholen komen pas in 1998 in het bestand."),
        tables=(table,),
    )


def _ends(desk: Desk, topic: Topic, **by: str) -> tuple[Figure, Figure] | None:
    """Return the first and the last year of the whole series."""
    known = [f for f in desk.shelf.known(topic, desk.region, **by) if f.denominator]
    return (known[0], known[-1]) if len(known) > 1 else None


def _pair(figure: Figure) -> tuple[list[float], list[float]]:
    part, whole = figure.numerator, figure.denominator
    if part is None or whole is None:
        return [0.0, 0.0], [0.0, 0.0]
    return (
        [float(part.low), float(part.high)],
        [float(whole.low - part.low), float(whole.high - part.high)],
    )


def _composition(desk: Desk, topic: Topic, indicator: models.Indicator) -> FigureBlock | None:
    """Return the split of the combined share into composition and choice."""
    t, first, second = desk.t, *indicator.school_types
    ends = [_ends(desk, topic, school_type=s) for s in (first, second)]
    whole = _ends(desk, topic)
    if whole is None or any(e is None for e in ends):
        return None
    pairs = [[_pair(e[when]) for e in ends if e] for when in (0, 1)]
    split = decomposition.split_share(
        np.array([[p[0] for p in when] for when in pairs]),
        np.array([[p[1] for p in when] for when in pairs]),
    )
    points = [tuple(100 * x for x in b) for b in (split.change, split.first, split.second)]
    change, mix, choice = (_points(low, high, t) for low, high in points)
    names = words.type_words(tuple(indicator.school_types), t)
    sentence = t(
        "Van {first} naar {last} veranderde het samengetelde aandeel {change}: {mix} door een andere "
        "verdeling over {names}, {choice} door andere keuzes.",
        first=whole[0].period,
        last=whole[1].period,
        change=change,
        mix=mix,
        choice=choice,
        names=names,
    )
    bars = (
        charts.Part(whole[0].period, whole[0].value, whole[0].low, whole[0].high, "total"),
        charts.Part(
            t("andere verdeling"), None if not split.exact else split.first[0], *split.first
        ),
        charts.Part(
            t("andere keuzes"), None if not split.exact else split.second[0], *split.second
        ),
        charts.Part(whole[1].period, whole[1].value, whole[1].low, whole[1].high, "total"),
    )
    picture = desk.studio.picture(
        "split",
        f"{topic.code}-{desk.region}-composition",
        bars,
        t("Verdeling of keuze"),
        t(
            "Van het eerste naar het laatste jaar, in twee stappen die samen precies de verandering zijn."
        ),
        unit="share",
    )
    rows = tuple(
        (Cell(label), Cell(text, numeric=True))
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
        tables=(Table(t("Verdeling of keuze"), (t("Deel"), t("Procentpunt")), rows),),
        method=parts.method(desk, topic, whole[1]),
    )


def _cohort(desk: Desk, topic: Topic) -> FigureBlock | None:
    """Return the split of the number into fewer children and other choices."""
    t, ends = desk.t, _ends(desk, topic)
    if ends is None or topic.classification is None:
        return None
    before, after = (_pair(f) for f in ends)
    split = decomposition.split_number([before[0], after[0]], [before[1], after[1]])
    change, cohort, choice = (_people(*b, t) for b in (split.change, split.first, split.second))
    sentence = t(
        "Van {first} naar {last} veranderde het aantal {change}: {cohort} doordat de groep een andere omvang "
        "kreeg, {choice} door andere keuzes.",
        first=ends[0].period,
        last=ends[1].period,
        change=change,
        cohort=cohort,
        choice=choice,
    )

    def total(figure: Figure) -> charts.Part:
        part = figure.numerator
        low, high = (float(part.low), float(part.high)) if part else (0.0, 0.0)
        return charts.Part(figure.period, low if low == high else None, low, high, "total")

    bars = (
        total(ends[0]),
        charts.Part(
            t("omvang van de groep"), split.first[0] if split.exact else None, *split.first
        ),
        charts.Part(t("andere keuzes"), split.second[0] if split.exact else None, *split.second),
        total(ends[1]),
    )
    picture = desk.studio.picture(
        "split",
        f"{topic.code}-{desk.region}-cohort",
        bars,
        t("Minder leerlingen of andere keuzes"),
        t(
            "Van het eerste naar het laatste jaar, in twee stappen die samen precies de verandering zijn."
        ),
        unit="count",
    )
    rows = tuple(
        (Cell(label), Cell(text, numeric=True))
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
        tables=(Table(t("Minder leerlingen of andere keuzes"), (t("Deel"), t("Aantal")), rows),),
        method=parts.method(desk, topic, ends[1]),
    )


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


def municipalities(desk: Desk, topic: Topic) -> FigureBlock | None:
    """Return the tile map of the region's municipalities with its table."""
    t, shelf = desk.t, desk.shelf
    definition = registry.regions()[desk.region]
    whole = shelf.latest(topic, desk.region)
    if whole is None:
        return None
    found = {
        code: next((f for f in shelf.get(topic, code) if f.period == whole.period), None)
        for code in definition.municipalities
    }
    known = {code: f for code, f in found.items() if f and f.low is not None}
    if not known:
        return None
    tiles = tuple(
        _tile(code, tile, found[code]) for code, tile in definition.municipalities.items()
    )
    sentence = t(
        "{n} van de {total} gemeenten hebben hier cijfers over {moment}.",
        n=len(known),
        total=len(tiles),
        moment=parts.moment(whole, topic, t),
    )
    share = whole.denominator is not None
    picture = desk.studio.picture(
        "map",
        f"{topic.code}-{desk.region}-map",
        tiles,
        t("De gemeenten van {region}", region=desk.region_name),
        t("Een tegel per gemeente, ongeveer op zijn plaats op de kaart."),
        unit="share" if share else "count",
    )
    order = sorted(definition.municipalities, key=lambda c: definition.municipalities[c].name)
    rows = tuple(
        (
            Cell(
                definition.municipalities[c].name,
                url=f"place/{c}" if c in shelf.results.places else "",
            ),
            parts.cell(found[c], t)
            if found[c]
            else Cell(t("geen school met deze groep"), "not_applicable"),
            *((parts.count_cell(found[c], t),) if share else ()),
        )
        for c in order
    )
    columns = (t("Gemeente"), t("Aandeel"), t("Aantal")) if share else (t("Gemeente"), t("Aantal"))
    return FigureBlock(
        "gemeenten",
        t("De gemeenten"),
        sentence,
        t(
            "Op volgorde van naam, niet van cijfer. Een gemeente zonder school met deze groep heeft geen cijfer; "
            "haar leerlingen gaan ergens anders naar school."
        ),
        picture=picture,
        tables=(Table(t("De gemeenten"), columns, rows),),
        method=parts.method(desk, topic, whole),
        downloads=(Link("SVG", f"picture/{picture.wide}.svg"),),
    )


def _tile(code: str, tile: models.Tile, figure: Figure | None) -> maps.Tile:
    status = figure.status if figure else "not_applicable"
    return maps.Tile(
        code,
        tile.abbreviation,
        tile.name,
        tile.column,
        tile.row,
        figure.value if figure else None,
        figure.low if figure else None,
        figure.high if figure else None,
        "not_applicable" if status == "missing" else status,
    )
