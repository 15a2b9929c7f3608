"""The region now: sentences with the country beside them, tile map, pipeline, seven goals."""

from collections.abc import Sequence

from instroom.core import periods
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.drawing import flow
from instroom.monitoring.pipeline import Pipeline, PipelineRow, address, from_published
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
from instroom.reports.documents.counting import counting_choice, counting_words
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic


def home_page(writer: PageWriter, counting: str = "") -> Document:
    """Return the first page of the region; ``counting`` is what counts, when not the default."""
    t = writer.t
    rows = first_screen.judged(writer, counting)
    choice = counting_choice(writer, counting)
    table = first_screen.verdict_table(writer, rows)
    blocks: list[Block] = [block for block in (choice, table) if block]
    blocks.append(first_screen.goal_lines(writer, rows))
    maps = (municipalities(writer, topic) for topic in _topics_at_home(counting))
    blocks += [place_map for place_map in maps if place_map]
    blocks += [pipeline_block(writer, name, counting) for name in registry.pipelines()]
    return Document(
        f"home/{counting}" if counting else "",
        t.language,
        " – ".join(filter(None, (first_screen.question(writer), counting_words(counting, t)))),
        "over",
        "",
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
        description=t(
            "Kiezen meer jongeren in {region} voor techniek? Hier staat wat open cijfers zeggen, hoe zeker dat is "
            "en wat we niet weten.",
            region=writer.region_name,
        ),
        opening=first_screen.opening(writer, rows),
    )


def _topics_at_home(counting: str) -> list[Topic]:
    """Return what the first page has a map of, in the order that the indicators say."""
    shown = sorted((i for i in registry.indicators().values() if i.home), key=lambda i: i.home)
    found = [parts.topics(indicator) for indicator in shown]
    return [
        next((t for t in topics if counting and t.classification == counting), topics[0])
        for topics in found
    ]


def goal_entries(writer: PageWriter) -> tuple[Entry, ...]:
    """Return the seven goals with their newest figures, or what is needed."""
    states = goals.states(writer.index.results.published, writer.region)
    rows = first_screen.judged(writer)
    return tuple(
        _goal_entry(state, [row for row in rows if row.goal.id == state.kpi.id], writer)
        for state in states
    )


def _goal_entry(
    state: goals.GoalState, rows: Sequence[first_screen.JudgedStage], writer: PageWriter
) -> Entry:
    """Return one goal: its verdicts per stage first, as the numbers below take stages together."""
    t = writer.t
    names = {f.place: words.place_name(f.place, t) for f in state.known}
    told = tuple(sentences.with_basis(f, names[f.place], t) for f in state.known)
    links = tuple(
        PageLink(t(registry.indicators()[i].title), f"indicator/{i}") for i in state.kpi.indicators
    )
    return Entry(
        state.kpi.id,
        state.heading(t),
        (*first_screen.verdict_lines(writer, rows), *told) if told else (state.why(t),),
        state.word(t),
        "same" if state.measured else "none",
        links=links,
    )


def pipeline_block(writer: PageWriter, name: str, counting: str = "") -> FigureBlock:
    """Return a pipeline: picture, table, and what open data cannot tell."""
    t = writer.t
    found = from_published(writer.region, writer.index.results.published, name, counting)
    heading, anchor = t(found.definition.title), address("pijplijn", name)
    if found.period is None:
        return FigureBlock(
            anchor,
            heading,
            t("Hier is nog geen cijfer: {reason}.", reason=words.reason("source_not_read", t)),
        )
    date = periods.parse(found.period).reference_date
    note = t(found.definition.note) or t(
        "Een momentopname van verschillende mensen op dezelfde dag, geen groep die we volgen."
    )
    counted = counting_words(counting, t)
    drawing = "-".join(filter(None, (address("pipeline", name), counting, writer.region)))
    picture = writer.pictures.picture("pipeline", drawing, _flow(found, t), heading, note)
    return FigureBlock(
        anchor,
        heading,
        _told(found, writer, date.year),
        " ".join(
            filter(
                None,
                (
                    note,
                    t(
                        "Hoe langer een balk, hoe meer leerlingen of studenten; gearceerd is onbekend."
                    ),
                    counted and f"{counted}.",
                ),
            )
        ),
        t("momentopname"),
        "none",
        picture=picture,
        tables=(_table(found, writer),),
        method=parts.method_of_several(
            writer, None, [(t(s.definition.title), s.figure) for s in found.steps], found.period
        ),
        downloads=(PageLink("SVG", f"picture/{picture.wide}.svg"),),
    )


def _told(found: Pipeline, writer: PageWriter, year: int) -> str:
    """Return the date, with the shares of the group that the definition wants told."""
    t, told = writer.t, found.definition.told
    shares = ", ".join(
        t("{share} in {step}", share=words.amount(s.figure, t), step=t(s.definition.title))
        for s in found.steps
        if told and s.group == told.group and s.figure
    )
    if told is None or not shares:
        return t("{region}, 1 oktober {year}.", region=writer.region_name, year=year)
    return t(
        "{region}, 1 oktober {year}, {what}: {list}.",
        region=writer.region_name,
        year=year,
        what=t(told.what),
        list=shares,
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
                people=sum(map(_people, known)) or None,
            )
        )
    return tuple(steps)


def _flow_parts(known: Sequence[PipelineRow], t: Texts) -> list[flow.FlowPart]:
    sizes = [_people(step) for step in known]
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
            result.append(flow.FlowPart(label, text, size / whole, share_text=""))
            continue
        middle = ((figure.low or 0) + (figure.high or 0)) / 2
        part, rest = figure.numerator, figure.denominator
        result += [
            flow.FlowPart(
                _part_label(step, label, t),
                t.number(part.low, part.high),
                size * middle / whole,
                emphasis=True,
                share_text=t("{share} van {step}", share=words.amount(figure, t), step=label),
            ),
            flow.FlowPart(
                t("{label}: anders", label=label),
                t.number(rest.low - part.low, rest.high - part.high),
                size * (1 - middle) / whole,
                share_text="",
            ),
        ]
    return result


def _people(step: PipelineRow) -> float:
    """Return how many a step counts; of bounds the middle, which is only drawn."""
    figure = step.figure
    count = (figure.denominator or figure.numerator) if figure else None
    return (count.low + count.high) / 2 if count else 0.0


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
