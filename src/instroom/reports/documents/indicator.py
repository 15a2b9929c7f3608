"""An indicator's page: the answer, the years, the parts, and where it comes from."""

from collections.abc import Sequence

from instroom.core.texts import capital
from instroom.definitions import models, registry
from instroom.reports import sentences, words
from instroom.reports.blocks import (
    Block,
    Document,
    FigureBlock,
    PageLink,
    Switch,
    TextBlock,
)
from instroom.reports.documents import answering, by_type, parts
from instroom.reports.documents.counting import topic_choice
from instroom.reports.documents.first_screen import JudgedStage
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.splits import apart, cohort, composition, with_split
from instroom.reports.figure_index import Topic

FEW_YEARS = 3


def indicator_page(writer: PageWriter, topic: Topic) -> Document:
    """Return the page of one indicator at one stage in one classification."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    rows = answering.rows_of(writer, topic)
    blocks: list[Block] = [*switches(writer, topic), *_reasons(writer, topic, indicator, rows)]
    if indicator.measure == "share" and len(indicator.school_types) == 2:
        blocks += [b for b in (composition(writer, topic, indicator), cohort(writer, topic)) if b]
    elif indicator.measure == "share":
        blocks += [b for b in (cohort(writer, topic),) if b]
    if "gender" in indicator.breakdowns and writer.index.get(topic, writer.region, gender="female"):
        blocks.append(_by_gender(writer, topic))
    if "kind" in indicator.breakdowns:
        blocks.append(_by_kind(writer, topic))
    if "municipality" in indicator.breakdowns and (place_map := municipalities(writer, topic)):
        blocks.append(place_map)
    blocks.append(
        TextBlock(
            "meer",
            t("Verder kijken"),
            (),
            (
                PageLink(t("Alle indicatoren"), "indicators"),
                PageLink(t("Scholen, besturen en gemeenten"), "places"),
                PageLink(t("Zo rekenen wij"), "method"),
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
        writer.region_name,
        writer.index.results.example,
        (PageLink(t("Monitoring"), "indicators"),),
        t(indicator.definition),
        answering.opening(writer, topic, rows),
    )


def _reasons(
    writer: PageWriter,
    topic: Topic,
    indicator: models.Indicator,
    rows: Sequence[JudgedStage],
) -> list[Block]:
    """Return what the answer rests on: the years, per school type or whole, and the change."""
    apart = [s for s in indicator.separate if writer.index.get(topic, writer.region, school_type=s)]
    years = (
        by_type.panels(writer, topic, indicator, rows)
        if apart
        else headline(writer, topic, writer.region, full=True)
    )
    changed = by_type.changes(writer, topic, rows)
    return [years, changed] if changed else [years]


def switches(writer: PageWriter, topic: Topic) -> list[Block]:
    """Return the choices of what counts and of the moment, the current ones marked."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    every = parts.topics(indicator)
    found: list[Block] = []
    if choice := topic_choice(writer, topic):
        found.append(choice)
    elif len({x.classification for x in every}) > 1:
        rules = registry.classifications()
        links = tuple(
            PageLink(
                t(rules[f"{indicator.classification}/{x.classification}"].label),
                parts.key_of(x),
                x == topic,
                t(rules[f"{indicator.classification}/{x.classification}"].title),
            )
            for x in every
            if x.stage == topic.stage
        )
        found.append(Switch(t("Telling"), links))
    stages = list(dict.fromkeys(x.stage for x in every if x.stage))
    if len(stages) > 1:
        links = tuple(
            PageLink(
                t(indicator.stages[s].title),
                parts.key_of(Topic(topic.indicator, s, topic.classification)),
                s == topic.stage,
                t(indicator.stages[s].who),
            )
            for s in stages
        )
        found.append(Switch(t("Moment"), links))
    return found


def headline(writer: PageWriter, topic: Topic, place: str, *, full: bool) -> FigureBlock:
    """Return the first block: sentence, line picture, table, method."""
    t, index = writer.t, writer.index
    indicator = registry.indicators()[topic.indicator]
    figure = index.latest(topic, place)
    heading = t(indicator.title) if full else parts.heading_of(topic, t)
    anchor = topic.indicator if full else "-".join(x for x in (topic.indicator, topic.stage) if x)
    if figure is None:
        return _no_figure(writer, topic, place, (anchor, heading))
    series = [
        (writer.short_name(p), index.get(topic, p))
        for p in (place, *writer.beside)
        if index.get(topic, p)
    ]
    sentence = _through_the_years(writer, topic, place) if full else ""
    sentence = sentence or sentences.sentence(figure, writer.name(place), t)
    drawn = series if figure.denominator else series[:1]
    mark, kind = parts.chip(topic, index.get(topic, place), t)
    # Two years on a place's page are read better as numbers than as a line.
    few = not full and place != writer.region and len(index.known(topic, place)) < FEW_YEARS
    picture = parts.lines_picture(
        writer,
        f"{topic.code}-{place}",
        () if few else drawn,
        sentence,
        t(
            "Lijnen door de jaren voor {places}. De tabel eronder geeft elk getal.",
            places=", ".join(label for label, _ in drawn),
        ),
    )
    # A place alone needs no name above its numbers: a long one pushes them off a phone.
    columns = series if len(series) > 1 else [("", figures) for _, figures in series]
    table = parts.years_table(writer, heading, columns)
    more = () if full else (PageLink(t("Meer over dit cijfer"), parts.key_of(topic)),)
    method = parts.method(writer, topic, figure)
    return FigureBlock(
        anchor,
        heading,
        sentence,
        " ".join(
            x
            for x in (
                parts.beside_sentence(writer, topic, place, figure),
                "" if full else apart(writer, topic, place),
                parts.aside(topic, t, figure),
            )
            if x
        ),
        mark,
        kind,
        (),
        picture,
        (table,),
        method if full else with_split(writer, topic, place, method),
        parts.downloads(topic, place, picture),
        more,
    )


def _through_the_years(writer: PageWriter, topic: Topic, place: str) -> str:
    """Return the first and the newest figure in a sentence; empty when they are one.

    On a page whose answer is the newest figure already.
    """
    t, known = writer.t, writer.index.known(topic, place)
    first, last = known[0], known[-1]
    if first.period == last.period:
        return ""
    years = [sentences.short_period(f.period, sentences.stage_of(f)) for f in (first, last)]
    return t(
        "{place}: van {before} in {first} naar {now} in {last}.",
        place=writer.name(place),
        before=words.amount(first, t),
        first=years[0],
        now=words.amount(last, t),
        last=years[1],
    )


def _no_figure(
    writer: PageWriter,
    topic: Topic,
    place: str,
    called: tuple[str, str],
) -> FigureBlock:
    """Return the block of an indicator without a figure: why, and what it needs."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    code = indicator.reason or next((f.reason for f in writer.index.get(topic, place)), None)
    return FigureBlock(
        *called,
        t("Hier is nog geen cijfer: {reason}.", reason=words.reason(code, t)),
        t(indicator.need),
        t("nog geen open cijfer"),
        "none",
        method=parts.method(writer, topic, None),
    )


def _by_gender(writer: PageWriter, topic: Topic) -> FigureBlock:
    t, index = writer.t, writer.index
    names = {g: words.part_name("gender", g, t, topic.indicator) for g in ("female", "male")}
    series = [
        (capital(name), index.get(topic, writer.region, gender=code))
        for code, name in names.items()
    ]
    period, latest = parts.newest(series)
    told = zip(names.values(), (words.amount(f, t) if f else "–" for _, f in latest), strict=True)
    sentence = f"{period}: " + ", ".join(f"{name} {share}" for name, share in told) + "."
    heading = t("{women} en {men}", women=series[0][0], men=names["male"])
    picture = parts.lines_picture(
        writer,
        f"{topic.code}-{writer.region}-gender",
        series,
        heading,
        t("Een lijn voor {women} en een voor {men}.", women=names["female"], men=names["male"]),
    )
    detail = t(
        "Kleine aantallen zijn afgeschermd, daarom is de marge hier breder dan bij iedereen samen."
    )
    bounded = any(f.status == "bounded" for _, figures in series for f in figures)
    return FigureBlock(
        "geslacht",
        heading,
        sentence,
        detail if bounded else "",
        picture=picture,
        tables=(parts.years_table(writer, heading, series),),
        method=parts.method_of_several(writer, topic, latest, period),
        downloads=parts.downloads(topic, writer.region, picture),
    )


def _by_kind(writer: PageWriter, topic: Topic) -> FigureBlock:
    t, index = writer.t, writer.index
    found = {code: index.get(topic, writer.region, kind=code) for code in words.code_titles("kind")}
    series = [(words.part_name("kind", code, t), f) for code, f in found.items() if f]
    schools = all(code in registry.codes()["kind"].codes for code, f in found.items() if f)
    heading = t("Soorten scholen") if schools else t("Soorten")
    period, newest = parts.newest(series) if series else ("", [])
    sentence = ", ".join(f"{label} {words.amount(f, t)}" for label, f in newest if f)
    table = parts.years_table(writer, heading, series)
    return FigureBlock(
        "soort",
        heading,
        f"{period}: {sentence}." if newest else t("Hier is nog geen cijfer."),
        t("Vóór 1998 staan de meeste speciale scholen nog niet in het bestand.") if schools else "",
        tables=(table,),
        method=parts.method_of_several(writer, topic, newest, period),
    )
