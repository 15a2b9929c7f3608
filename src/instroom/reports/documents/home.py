"""The region now: sentences with the country beside them, tile map, pipeline, seven goals."""

from collections.abc import Sequence

from instroom.core import periods
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.drawing import flow
from instroom.monitoring.pipeline import OPEN_DATA, Pipeline, PipelineRow, from_published
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import (
    Block,
    Document,
    Entry,
    FigureBlock,
    PageLink,
    PageTable,
    TableCell,
)
from instroom.reports.documents import first_screen, parts
from instroom.reports.documents.indicator import headline
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic


def home_page(writer: PageWriter, counting: str = "") -> Document:
    """Return the first page of the region; ``counting`` is what counts, when not the default."""
    t = writer.t
    rows = first_screen.judged(writer, counting)
    choice = first_screen.counting_choice(writer, counting)
    table = first_screen.verdict_table(writer, rows)
    blocks: list[Block] = [block for block in (choice, table) if block]
    blocks.append(first_screen.goal_lines(writer, rows))
    first, *others = _topics_at_home(counting)
    blocks.append(headline(writer, first, writer.region, full=False))
    if place_map := municipalities(writer, first):
        blocks.append(place_map)
    blocks += [pipeline_block(writer, name) for name in registry.pipelines()]
    blocks += [headline(writer, topic, writer.region, full=False) for topic in others]
    return Document(
        f"home/{counting}" if counting else "",
        t.language,
        first_screen.question(writer),
        "over",
        t(
            "Kiezen meer jongeren in {region} voor techniek? Hier staat wat open cijfers zeggen, hoe zeker dat is "
            "en wat we niet weten.",
            region=writer.region_name,
        ),
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
        opening=first_screen.opening(writer, rows),
    )


def _topics_at_home(counting: str) -> list[Topic]:
    """Return what the first page shows, in the order that the indicators say."""
    shown = sorted((i for i in registry.indicators().values() if i.home), key=lambda i: i.home)
    found = [parts.topics(indicator) for indicator in shown]
    return [
        next((t for t in topics if counting and t.classification == counting), topics[0])
        for topics in found
    ]


def goal_entries(writer: PageWriter, t: Texts) -> tuple[Entry, ...]:
    """Return the seven goals with their newest figures, or what is needed."""
    found = []
    for kpi in sorted(registry.kpis().values(), key=lambda k: k.number):
        known = any(
            (f := goals.latest(writer.index.results.published, i, writer.region))
            and f.low is not None
            for i in kpi.indicators
        )
        sentences = [_goal_line(writer, i) for i in kpi.indicators] if known else [t(kpi.need)]
        links = tuple(
            PageLink(t(registry.indicators()[i].title), f"indicator/{i}") for i in kpi.indicators
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


def _goal_line(writer: PageWriter, indicator: str) -> str:
    figure = goals.latest(writer.index.results.published, indicator, writer.region)
    if figure is None or figure.low is None:
        return ""
    return sentences.with_basis(figure, words.place_name(figure.place, writer.t), writer.t)


def pipeline_block(writer: PageWriter, name: str = OPEN_DATA) -> FigureBlock:
    """Return a pipeline: picture, table, and what open data cannot tell."""
    t = writer.t
    found = from_published(writer.region, writer.index.results.published, name)
    heading, usual = t(found.definition.title), name == OPEN_DATA
    anchor = "pijplijn" if usual else f"pijplijn-{name}"
    if found.period is None:
        return FigureBlock(
            anchor,
            heading,
            t("Hier is nog geen cijfer: {reason}.", reason=words.reason("source_not_read", t)),
        )
    date = periods.parse(found.period).reference_date
    profile = [s for s in found.steps if usual and s.group == "profile" and s.figure]
    list_words = ", ".join(
        t("{share} in {step}", share=words.amount(s.figure, t), step=t(s.definition.title))
        for s in profile
        if s.figure
    )
    sentence = (
        t(
            "{region}, 1 oktober {year}: een technisch profiel heeft {list}.",
            region=writer.region_name,
            year=date.year,
            list=list_words,
        )
        if profile
        else t("{region}, 1 oktober {year}.", region=writer.region_name, year=date.year)
    )
    note = (
        t(
            "Een momentopname van verschillende kinderen op dezelfde dag, geen groep die we volgen. Tot en met het "
            "profiel geteld naar de plaats van de school, daarna naar de plaats van studie; daartussen is geen "
            "verlies te berekenen."
        )
        if usual
        else t(
            "Een momentopname van verschillende mensen op dezelfde dag, geen groep die we volgen."
        )
    )
    drawing = f"pipeline-{writer.region}" if usual else f"pipeline-{name}-{writer.region}"
    picture = writer.pictures.picture("pipeline", drawing, _flow(found, t), heading, note)
    return FigureBlock(
        anchor,
        heading,
        sentence,
        note,
        t("momentopname"),
        "none",
        picture=picture,
        tables=(_table(found, writer),),
        downloads=(PageLink("SVG", f"picture/{picture.wide}.svg"),),
    )


def _flow(found: Pipeline, t: Texts) -> tuple[flow.FlowStep, ...]:
    steps = []
    for key, group in found.definition.groups.items():
        mine = [s for s in found.steps if s.group == key]
        known = [s for s in mine if s.figure is not None and s.figure.low is not None]
        unknown = [s for s in mine if s.definition.reason and not s.definition.flow]
        gap = mine[0].definition.flow
        missing = not known
        steps.append(
            flow.FlowStep(
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


def _flow_parts(known: Sequence[PipelineRow], t: Texts) -> list[flow.FlowPart]:
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
                flow.FlowPart(label, text, size / whole, share_text="" if len(known) == 1 else None)
            )
            continue
        middle = ((figure.low or 0) + (figure.high or 0)) / 2
        part, rest = figure.numerator, figure.denominator
        result += [
            flow.FlowPart(
                _part_label(step, label, t),
                t.number(part.low, part.high),
                size * middle / whole,
                emphasis=True,
                share_text=words.amount(figure, t),
            ),
            flow.FlowPart(
                t("{label}: anders", label=label),
                t.number(rest.low - part.low, rest.high - part.high),
                size * (1 - middle) / whole,
                share_text="",
            ),
        ]
    return result


def _part_label(step: PipelineRow, label: str, t: Texts) -> str:
    """Return what those are called who are counted: technical, or what they do."""
    indicator = registry.indicators()[step.definition.indicator]
    if indicator.classification:
        return t("{label}: technisch", label=label)
    return t("{label}: {does}", label=label, does=t(indicator.verb))


def _unknown_parts(unknown: Sequence[PipelineRow], t: Texts) -> list[flow.FlowPart]:
    return [
        flow.FlowPart(t(s.definition.title), t("onbekend"), None, status="missing") for s in unknown
    ]


def _table(found: Pipeline, writer: PageWriter) -> PageTable:
    t = writer.t
    rows = []
    for step in found.steps:
        figure = step.figure
        label = t(step.definition.title)
        if figure is None or figure.low is None:
            rows.append(
                (
                    TableCell(label),
                    TableCell(t("onbekend"), "missing"),
                    TableCell(words.reason(step.reason, t), "missing"),
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
        rows.append(
            (TableCell(label), TableCell(number, numeric=True), TableCell(share, figure.status))
        )
    names = [step.definition.indicator for step in found.steps if step.definition.indicator]
    shares = [i for name in names if (i := registry.indicators()[name]).measure == "share"]
    technical = all(indicator.classification for indicator in shares)
    columns = (t("Stap"), t("Aantal"), t("Technisch") if technical else t("Aandeel"))
    return PageTable(t(found.definition.title), columns, tuple(rows))
