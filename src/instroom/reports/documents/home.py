"""The region now: sentences with the country beside them, tile map, pipeline, seven goals."""

from collections.abc import Sequence

from instroom.core import periods
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.monitoring.pipeline import Pipeline, Step, from_published
from instroom.reports import flow, goals, sentences, words
from instroom.reports.blocks import (
    Block,
    Cell,
    Document,
    Entry,
    EntryList,
    FigureBlock,
    Link,
    Table,
)
from instroom.reports.documents import parts
from instroom.reports.documents.indicator import headline
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import Desk
from instroom.reports.shelf import Topic


def home_page(desk: Desk) -> Document:
    """Return the first page of the region."""
    t = desk.t
    blocks: list[Block] = []
    first, *others = _topics_at_home()
    blocks.append(headline(desk, first, desk.region, full=False))
    if place_map := municipalities(desk, first):
        blocks.append(place_map)
    blocks.append(pipeline_block(desk))
    blocks += [headline(desk, topic, desk.region, full=False) for topic in others]
    blocks.append(_goals(desk))
    return Document(
        "",
        t.language,
        t("{region} nu", region=desk.region_name),
        "over",
        t(
            "Kiezen meer jongeren in {region} voor techniek? Hier staat wat open cijfers zeggen, hoe zeker dat is "
            "en wat we niet weten.",
            region=desk.region_name,
        ),
        tuple(blocks),
        desk.region_name,
        desk.shelf.results.example,
    )


def _topics_at_home() -> list[Topic]:
    """Return what the first page shows, in the order that the indicators say."""
    shown = sorted((i for i in registry.indicators().values() if i.home), key=lambda i: i.home)
    return [parts.topics(indicator)[0] for indicator in shown]


def _goals(desk: Desk) -> EntryList:
    t = desk.t
    return EntryList(
        "doelen",
        t("De zeven doelen"),
        goal_entries(desk, t),
        t("Wat het programma wil bereiken, en wat er nu over te zeggen is."),
    )


def goal_entries(desk: Desk, t: Texts) -> tuple[Entry, ...]:
    """Return the seven goals with their newest figures, or what is needed."""
    found = []
    for kpi in sorted(registry.kpis().values(), key=lambda k: k.number):
        known = any(
            (f := goals.latest(desk.shelf.results.published, i, desk.region)) and f.low is not None
            for i in kpi.indicators
        )
        sentences = [_goal_line(desk, i) for i in kpi.indicators] if known else [t(kpi.need)]
        links = tuple(
            Link(t(registry.indicators()[i].title), f"indicator/{i}") for i in kpi.indicators
        )
        found.append(
            Entry(
                kpi.id,
                f"{kpi.number}. {t(kpi.title)}",
                tuple(s for s in sentences if s),
                t("nog geen nulmeting") if not known else t("gemeten"),
                "none" if not known else "same",
                links=links,
            )
        )
    return tuple(found)


def _goal_line(desk: Desk, indicator: str) -> str:
    figure = goals.latest(desk.shelf.results.published, indicator, desk.region)
    if figure is None or figure.low is None:
        return ""
    return sentences.with_basis(figure, words.place_name(figure.place, desk.t), desk.t)


def pipeline_block(desk: Desk) -> FigureBlock:
    """Return the pipeline: picture, table, and what open data cannot tell."""
    t = desk.t
    found = from_published(desk.region, desk.shelf.results.published)
    heading = t(found.definition.title)
    if found.period is None:
        return FigureBlock(
            "pijplijn",
            heading,
            t("Hier is nog geen cijfer: {reason}.", reason=words.reason("source_not_read", t)),
        )
    date = periods.parse(found.period).reference_date
    profile = [s for s in found.steps if s.group == "profile" and s.figure]
    list_words = ", ".join(
        t("{share} in {step}", share=words.amount(s.figure, t), step=t(s.definition.title))
        for s in profile
        if s.figure
    )
    sentence = (
        t(
            "{region}, 1 oktober {year}: een technisch profiel heeft {list}.",
            region=desk.region_name,
            year=date.year,
            list=list_words,
        )
        if profile
        else t("{region}, 1 oktober {year}.", region=desk.region_name, year=date.year)
    )
    note = t(
        "Een momentopname van verschillende kinderen op dezelfde dag, geen groep die we volgen. Tot en met het "
        "profiel geteld naar de plaats van de school, daarna naar de plaats van studie; daartussen is geen "
        "verlies te berekenen."
    )
    picture = desk.studio.picture(
        "pipeline", f"pipeline-{desk.region}", _flow(found, t), heading, note
    )
    return FigureBlock(
        "pijplijn",
        heading,
        sentence,
        note,
        t("momentopname"),
        "none",
        picture=picture,
        tables=(_table(found, desk),),
        downloads=(Link("SVG", f"picture/{picture.wide}.svg"),),
    )


def _flow(found: Pipeline, t: Texts) -> tuple[flow.Step, ...]:
    steps = []
    for key, group in found.definition.groups.items():
        mine = [s for s in found.steps if s.group == key]
        known = [s for s in mine if s.figure is not None and s.figure.low is not None]
        unknown = [s for s in mine if s.definition.reason and not s.definition.flow]
        gap = mine[0].definition.flow
        missing = not known
        steps.append(
            flow.Step(
                key,
                t(group.title),
                (*_flow_parts(known, t), *_unknown_parts(unknown if known else [], t)),
                note=t("onbekend") if missing else "",
                status="missing" if missing else "ok",
                place_note=t("plaats van studie")
                if group.place_of == "study"
                else t("plaats van school"),
                gap_note=t("niet te volgen in open data") if gap else "",
            )
        )
    return tuple(steps)


def _flow_parts(known: Sequence[Step], t: Texts) -> list[flow.Part]:
    sizes = []
    for step in known:
        figure = step.figure
        count = (figure.denominator or figure.numerator) if figure else None
        sizes.append((count.low + count.high) / 2 if count else 0.0)
    whole = sum(sizes) or 1.0
    result = []
    for step, size in zip(known, sizes, strict=True):
        figure = step.figure
        if figure is None:
            continue
        label = t(step.definition.title)
        count = figure.denominator or figure.numerator
        text = t.number(count.low, count.high) if count else ""
        if figure.denominator is None or figure.numerator is None:
            result.append(
                flow.Part(label, text, size / whole, share_text="" if len(known) == 1 else None)
            )
            continue
        middle = ((figure.low or 0) + (figure.high or 0)) / 2
        part, rest = figure.numerator, figure.denominator
        result += [
            flow.Part(
                t("{label}: technisch", label=label),
                t.number(part.low, part.high),
                size * middle / whole,
                emphasis=True,
                share_text=words.amount(figure, t),
            ),
            flow.Part(
                t("{label}: anders", label=label),
                t.number(rest.low - part.low, rest.high - part.high),
                size * (1 - middle) / whole,
                share_text="",
            ),
        ]
    return result


def _unknown_parts(unknown: Sequence[Step], t: Texts) -> list[flow.Part]:
    return [
        flow.Part(t(s.definition.title), t("onbekend"), None, status="missing") for s in unknown
    ]


def _table(found: Pipeline, desk: Desk) -> Table:
    t = desk.t
    rows = []
    for step in found.steps:
        figure = step.figure
        label = t(step.definition.title)
        if figure is None or figure.low is None:
            rows.append(
                (
                    Cell(label),
                    Cell(t("onbekend"), "missing"),
                    Cell(words.reason(step.reason, t), "missing"),
                )
            )
            continue
        count = figure.denominator or figure.numerator
        number = t.number(count.low, count.high) if count else ""
        share = (
            words.amount(figure, t)
            if figure.denominator
            else t("niet van toepassing: hier is nog geen keuze")
        )
        rows.append((Cell(label), Cell(number, numeric=True), Cell(share, figure.status)))
    columns = (t("Stap"), t("Aantal"), t("Technisch"))
    return Table(t(found.definition.title), columns, tuple(rows))
