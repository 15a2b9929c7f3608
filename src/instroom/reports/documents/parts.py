"""What pages share: sentences with their neighbours, tables, methods, line pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from instroom.core.series import Figure
from instroom.core.statuses import status_word
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.drawing import charts
from instroom.monitoring import verdicts
from instroom.monitoring.explanation import formula_of, formula_words
from instroom.reports import sentences, words
from instroom.reports.blocks import (
    FigureNote,
    Method,
    PageLink,
    PageTable,
    Picture,
    SourceNote,
    TableCell,
)
from instroom.reports.board_names import board_name
from instroom.reports.days import file_words
from instroom.reports.figure_index import FigureIndex, Read, Topic
from instroom.reports.picture_queue import PictureQueue, point


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest year in which a place was counted, while the file has newer years.

    ``empty`` is the first year after it in which the file says that nobody was there; None when
    the place is not in the newer years of the file. Where nobody ever was, both are the first.
    """

    topic: Topic
    last: Figure
    empty: Figure | None


@dataclass(slots=True)
class PageWriter:
    """What a writer has at hand: figures, language, pictures to ask for.

    ``last_seen`` keeps what :func:`history.last_seen` found, with what was read for it: many pages
    name the same school.
    """

    index: FigureIndex
    t: Texts
    pictures: PictureQueue
    last_seen: dict[str, tuple[LastSeen | None, frozenset[Read]]] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The region's code."""
        return self.index.results.region

    @property
    def region_name(self) -> str:
        """The region's name."""
        return registry.regions()[self.region].title

    def name(self, place: str) -> str:
        """Return a place's name, which no other place with a page has."""
        info = self.index.results.places.get(place)
        if info is None:
            return words.place_name(place, self.t)
        if info.kind == "board":
            schools = [p.code for p in self.index.results.places.values() if p.board == place]
            return board_name(place, [self.index.names[code].short for code in schools], self.t)
        return self.index.names[place].said

    def short_name(self, place: str) -> str:
        """Return a place's name where little room is, such as above a column."""
        info = self.index.results.places.get(place)
        school = info is not None and info.kind.startswith("school")
        return self.index.names[place].short if school else self.name(place)

    @property
    def beside(self) -> tuple[str, ...]:
        """The places shown beside the region: the country, then the province."""
        definition = registry.regions()[self.region]
        return () if definition.example else (self.country, definition.province)

    @property
    def country(self) -> str:
        """The country that the region lies in."""
        return registry.regions()[self.region].country


def topics(indicator: models.Indicator) -> list[Topic]:
    """Return an indicator's topics, the default one first."""
    stages = [s if len(indicator.stages) > 1 else None for s in indicator.stages] or [None]
    kinds: list[str | None] = [None]
    if indicator.classification:
        folder = f"{indicator.classification}/"
        kinds = [c.removeprefix(folder) for c in registry.classifications() if c.startswith(folder)]
    kinds.sort(key=lambda k: k != indicator.default_classification)
    stages.sort(key=lambda s: s != indicator.default_stage)
    return [Topic(indicator.id, stage, kind) for stage in stages for kind in kinds]


def key_of(topic: Topic) -> str:
    """Return a topic's page."""
    indicator = registry.indicators()[topic.indicator]
    default = topics(indicator)[0]
    if topic == default:
        return f"indicator/{topic.indicator}"
    parts = [topic.indicator, topic.stage, topic.classification]
    return "indicator/" + "/".join(p for p in parts if p)


def stage_of(topic: Topic) -> models.Stage | None:
    """Return the stage definition of a topic."""
    stages = registry.indicators()[topic.indicator].stages
    return stages.get(topic.stage or "") or next(iter(stages.values()), None)


def heading_of(topic: Topic, t: Texts) -> str:
    """Return an indicator's title with its stage, so that two blocks on a page differ."""
    indicator, stage = registry.indicators()[topic.indicator], stage_of(topic)
    if topic.stage is None or stage is None:
        return t(indicator.title)
    return t("{title}: {stage}", title=t(indicator.title), stage=t(stage.title))


def kind_words(topic: Topic, t: Texts) -> str:
    """Return "telling monitor" for a topic with a classification."""
    if not topic.classification:
        return ""
    indicator = registry.indicators()[topic.indicator]
    rules = registry.classifications()[f"{indicator.classification}/{topic.classification}"]
    return t("telling {label}", label=t(rules.label))


def aside(topic: Topic, t: Texts, figure: Figure | None = None) -> str:
    """Return the small line under a sentence: stage, definition, place of counting.

    With the figure that is told, also who may belong to it and could not be placed.
    """
    indicator, stage = registry.indicators()[topic.indicator], stage_of(topic)
    basis = t(words.PLACE_OF[indicator.place_of])
    parts = [t(stage.title) if stage and topic.stage else "", kind_words(topic, t), basis]
    text = ", ".join(p for p in parts if p)
    found = [capital(text) + "."] if text else []
    lost = sentences.unplaced(figure, t) if figure else ""
    return " ".join([*found, lost] if lost else found)


def beside_sentence(writer: PageWriter, topic: Topic, place: str, figure: Figure, **by: str) -> str:
    """Return the country now, and the first year of the whole series for both."""
    t, parts = writer.t, []
    country = writer.country if writer.country in writer.beside and place != writer.country else ""
    national = same_year(writer.index.known(topic, country, **by), figure.period)
    if national:
        parts.append(t("Nederland: {share}.", share=words.amount(national, t)))
    first = next(iter(writer.index.known(topic, place, **by)), None)
    if first and first.period != figure.period:
        then = same_year(writer.index.known(topic, country, **by), first.period)
        when, share = sentences.moment(first, t), words.amount(first, t)
        if then:
            parts.append(
                t(
                    "In het eerste jaar van de reeks, {moment}, was het {share} (Nederland {national}).",
                    moment=when,
                    share=share,
                    national=words.amount(then, t),
                )
            )
        else:
            parts.append(
                t(
                    "In het eerste jaar van de reeks, {moment}, was het {share}.",
                    moment=when,
                    share=share,
                )
            )
    return " ".join(parts)


def same_year(figures: Sequence[Figure], period: str) -> Figure | None:
    """Return the figure of one period."""
    return next((f for f in figures if f.period == period), None)


def chip(topic: Topic, figures: Sequence[Figure], t: Texts) -> tuple[str, str]:
    """Return the verdict beside a figure, with the year it compares with, and its kind.

    Only a share by which a goal is judged has such a year. School types that are judged apart
    have no verdict together: theirs may differ.
    """
    stages = [
        (stage, verdicts.rule_of(goal.rule))
        for goal in registry.kpis().values()
        for stage in goal.stages
        if stage.indicator == topic.indicator and (topic.stage or "") in (stage.stage, "")
    ]
    if len(stages) != 1 or stages[0][0].school_type:
        return ("", "")
    (stage, rule), *_ = stages
    found = verdicts.verdict(figures, stage.since, rule)
    said, colour = rule.outcomes[found.outcome], verdicts.colour(found, topic.indicator)
    year = sentences.short_period(found.since, stage_of(topic))
    return (t(said.chip, year=year), colour or ("none" if said.shape == "open" else "same"))


def lines_picture(
    writer: PageWriter,
    name: str,
    series: Sequence[tuple[str, Sequence[Figure]]],
    title: str,
    description: str,
) -> Picture | None:
    """Ask for a line picture; the first series is the one that matters.

    One year is no line: the sentence and the table tell it, and there is no picture.
    """
    lines = tuple(
        charts.Line(label, tuple(point(f) for f in figures), emphasis=i == 0, colour_index=i)
        for i, (label, figures) in enumerate(series)
        if figures
    )
    if len({p.period for line in lines for p in line.points if p.shown}) < 2:
        return None
    share = any(f.denominator for _, figures in series for f in figures)
    return writer.pictures.picture(
        "line", name, lines, title, description, unit="share" if share else "count"
    )


def reason_words(figure: Figure | None, t: Texts) -> str:
    """Return why there is no number."""
    return words.reason(figure.reason, t) if figure else t("niet in dit bestand")


def cell(figure: Figure | None, t: Texts) -> TableCell:
    """Return a figure as a table cell; what is no number is a word."""
    if figure is None:
        return TableCell(t("niet in dit bestand"), "missing")
    return TableCell(words.amount(figure, t), figure.status, numeric=figure.low is not None)


def years_table(
    writer: PageWriter,
    caption: str,
    series: Sequence[tuple[str, Sequence[Figure]]],
    *,
    counts: bool = True,
) -> PageTable:
    """Return a table with a row per period and a column per series (and its counts).

    A series without a label is named after what it measures.
    """
    t = writer.t
    periods = sorted({f.period for _, figures in series for f in figures})
    columns, rows = [t("Periode")], []
    for label, figures in series:
        share = any(f.denominator for f in figures)
        columns.append(label or (t("Aandeel") if share else t("Aantal")))
        if counts and share:
            columns.append(t("{label}: aantal", label=label) if label else t("Aantal"))
    for period in periods:
        row = [TableCell(period)]
        for _, figures in series:
            figure = same_year(figures, period)
            row.append(cell(figure, t))
            if counts and any(f.denominator for f in figures):
                row.append(count_cell(figure, t))
        rows.append(tuple(row))
    return PageTable(caption, tuple(columns), tuple(rows))


def newest(
    series: Sequence[tuple[str, Sequence[Figure]]],
) -> tuple[str, list[tuple[str, Figure | None]]]:
    """Return the newest period of any of these series, and the figure of each in that period."""
    period = max(figures[-1].period for _, figures in series if figures)
    return period, [(label, same_year(figures, period)) for label, figures in series]


def count_cell(figure: Figure | None, t: Texts) -> TableCell:
    """Return "1.795 van 3.431", bounds included."""
    if figure is None or figure.numerator is None or figure.denominator is None:
        return TableCell("–" if figure is None else status_word(figure.status, t), "missing")
    part, whole = figure.numerator, figure.denominator
    text = t(
        "{part} van {whole}",
        part=t.number(part.low, part.high),
        whole=t.number(whole.low, whole.high),
    )
    return TableCell(text, figure.status, numeric=True)


def method(writer: PageWriter, topic: Topic, figure: Figure | None) -> Method:
    """Return where a figure comes from, down to file, rows and sha256."""
    t, indicator, stage = writer.t, registry.indicators()[topic.indicator], stage_of(topic)
    notes = [t(n) for n in indicator.notes]
    notes += [t(found.note) for found in indicator.breaks.values()]
    notes += [t(stage.note)] if stage and stage.note else []
    notes += [lost] if figure and (lost := sentences.unplaced(figure, t)) else []
    definition, whole = t(indicator.definition), figure.denominator if figure else None
    if topic.classification:
        rules = registry.classifications()[f"{indicator.classification}/{topic.classification}"]
        definition += " " + t(rules.title) + ". " + t(rules.source)
        notes += [t(rules.note)] if rules.note else []
    return Method(
        definition,
        figure.period if figure else "",
        t.number(whole.low, whole.high) if whole else "",
        formula_words(formula_of(figure), t) if figure else "",
        tuple(notes),
        tuple(sources(writer, figure.sources if figure else ())),
        figure.id if figure else "",
    )


def method_of_several(
    writer: PageWriter,
    topic: Topic | None,
    named: Sequence[tuple[str, Figure | None]],
    period: str,
    together: Figure | None = None,
) -> Method:
    """Return where a block of several figures comes from: the number and the id of each.

    ``together`` is what they add up to, which has no id of its own.
    """
    known = [(label, figure) for label, figure in named if figure and figure.low is not None]
    shas = tuple(dict.fromkeys(sha for _, figure in known for sha in figure.sources))
    # an id that the sum would have is that of its newest year: another number
    base = method(writer, topic, together) if topic else Method("", "", "", "")
    return replace(
        base,
        period=period,
        figure="",
        sources=tuple(sources(writer, shas)),
        parts=tuple(
            FigureNote(f"{label}: {_number_words(figure, writer.t)}", figure.id)
            for label, figure in known
        ),
    )


def _number_words(figure: Figure, t: Texts) -> str:
    """Return a figure's number; of a share also the counts."""
    number = words.amount(figure, t)
    return f"{number} ({count_cell(figure, t).text})" if figure.denominator else number


def sources(writer: PageWriter, shas: Sequence[str]) -> list[SourceNote]:
    """Return the input files by sha256."""
    found = (writer.index.input_row(sha) for sha in shas)
    return [
        SourceNote(
            writer.t(i["title"]),
            words.publisher(i["publisher"]),
            file_words(i, writer.t),
            i["rows"] or 0,
            i["sha256"],
            i["licence"],
            "" if i.get("kind") == "rows" else i["vintage"],
        )
        for i in found
        if i
    ]


def downloads(topic: Topic, place: str, picture: Picture | None) -> tuple[PageLink, ...]:
    """Return the links to the figures as files and to the drawing."""
    base = f"download/{topic.code}/{place}"
    links = [PageLink("CSV", f"{base}.csv"), PageLink("XLSX", f"{base}.xlsx")]
    if picture:
        links.append(PageLink("SVG", f"picture/{picture.wide}.svg"))
    return tuple(links)
