"""What pages share: sentences with their neighbours, tables, methods, line pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring.questions import formula
from instroom.reports import charts, sentences, words
from instroom.reports.blocks import Cell, Link, Method, Picture, Source, Table
from instroom.reports.shelf import Shelf, Topic
from instroom.reports.studio import Studio, point
from instroom.stats import intervals


@dataclass(slots=True)
class Desk:
    """What a writer has at hand: figures, language, pictures to ask for."""

    shelf: Shelf
    t: Texts
    studio: Studio

    @property
    def region(self) -> str:
        """The region's code."""
        return self.shelf.results.region

    @property
    def region_name(self) -> str:
        """The region's name."""
        return registry.regions()[self.region].title

    def name(self, place: str) -> str:
        """Return a place's name."""
        info = self.shelf.results.places.get(place)
        if info is None:
            return words.place_name(place, self.t)
        return self.t("Bestuur {code}", code=place) if info.kind == "board" else info.name

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


def aside(topic: Topic, t: Texts) -> str:
    """Return the small line under a sentence: stage, definition, place of counting."""
    indicator, stage = registry.indicators()[topic.indicator], stage_of(topic)
    basis = t(words.PLACE_OF[indicator.place_of])
    parts = [t(stage.title) if stage and topic.stage else "", kind_words(topic, t), basis]
    text = ", ".join(p for p in parts if p)
    return text[:1].upper() + text[1:] + "." if text else ""


def beside_sentence(desk: Desk, topic: Topic, place: str, figure: Figure, **by: str) -> str:
    """Return the country now, and the first year of the whole series for both."""
    t, parts = desk.t, []
    country = desk.country if desk.country in desk.beside and place != desk.country else ""
    national = _same_year(desk.shelf.known(topic, country, **by), figure.period)
    if national:
        parts.append(t("Nederland: {share}.", share=words.amount(national, t)))
    first = next(iter(desk.shelf.known(topic, place, **by)), None)
    if first and first.period != figure.period:
        then = _same_year(desk.shelf.known(topic, country, **by), first.period)
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


def _same_year(figures: Sequence[Figure], period: str) -> Figure | None:
    return next((f for f in figures if f.period == period), None)


def chip(topic: Topic, figures: Sequence[Figure], t: Texts) -> tuple[str, str]:
    """Return the word for a change since the first year, and its kind.

    A change is only "ahead" or "behind" where more is what the programme wants.
    """
    known = [f for f in figures if f.status in ("ok", "bounded") and f.denominator]
    if len(known) < 2:
        return ("", "")
    first, last = known[0], known[-1]
    sign = intervals.direction(_triple(first), _triple(last))
    if sign == 0:
        return (t("binnen de ruis"), "same")
    word = t("meer dan toeval omhoog") if sign > 0 else t("meer dan toeval omlaag")
    if registry.indicators()[topic.indicator].better != "higher":
        return (word, "same")
    return (word, "ahead" if sign > 0 else "behind")


def _triple(figure: Figure) -> tuple[float, float, float]:
    return (figure.low or 0.0, figure.high or 0.0, float(figure.n or 0))


def lines_picture(
    desk: Desk,
    name: str,
    series: Sequence[tuple[str, Sequence[Figure]]],
    title: str,
    description: str,
) -> Picture | None:
    """Ask for a line picture; the first series is the one that matters."""
    lines = tuple(
        charts.Line(label, tuple(point(f) for f in figures), emphasis=i == 0, colour_index=i)
        for i, (label, figures) in enumerate(series)
        if figures
    )
    if not any(p.shown for line in lines for p in line.points):
        return None
    share = any(f.denominator for _, figures in series for f in figures)
    return desk.studio.picture(
        "line", name, lines, title, description, unit="share" if share else "count"
    )


def cell(figure: Figure | None, t: Texts) -> Cell:
    """Return a figure as a table cell; what is no number is a word."""
    if figure is None:
        return Cell(t("niet in dit bestand"), "missing")
    return Cell(words.amount(figure, t), figure.status, numeric=figure.low is not None)


def years_table(
    desk: Desk, caption: str, series: Sequence[tuple[str, Sequence[Figure]]], *, counts: bool = True
) -> Table:
    """Return a table with a row per period and a column per series (and its counts)."""
    t = desk.t
    periods = sorted({f.period for _, figures in series for f in figures})
    columns, rows = [t("Periode")], []
    for label, figures in series:
        columns.append(label)
        if counts and any(f.denominator for f in figures):
            columns.append(t("{label}: aantal", label=label))
    for period in periods:
        row = [Cell(period)]
        for _, figures in series:
            figure = _same_year(figures, period)
            row.append(cell(figure, t))
            if counts and any(f.denominator for f in figures):
                row.append(count_cell(figure, t))
        rows.append(tuple(row))
    return Table(caption, tuple(columns), tuple(rows))


def count_cell(figure: Figure | None, t: Texts) -> Cell:
    """Return "1.795 van 3.431", bounds included."""
    if figure is None or figure.numerator is None or figure.denominator is None:
        return Cell("–" if figure is None else words.status_word(figure, t), "missing")
    part, whole = figure.numerator, figure.denominator
    text = t(
        "{part} van {whole}",
        part=t.number(part.low, part.high),
        whole=t.number(whole.low, whole.high),
    )
    return Cell(text, figure.status, numeric=True)


def method(desk: Desk, topic: Topic, figure: Figure | None) -> Method:
    """Return where a figure comes from, down to file, rows and sha256."""
    t, indicator, stage = desk.t, registry.indicators()[topic.indicator], stage_of(topic)
    notes = [t(n) for n in indicator.notes]
    notes += [t(stage.note)] if stage and stage.note else []
    definition = t(indicator.definition)
    if topic.classification:
        rules = registry.classifications()[f"{indicator.classification}/{topic.classification}"]
        definition += " " + t(rules.title) + ". " + t(rules.source)
        notes += [t(rules.note)] if rules.note else []
    return Method(
        definition,
        figure.period if figure else "",
        t.number(figure.n) if figure and figure.n is not None else "",
        formula(figure.numerator, figure.denominator) if figure else "",
        tuple(notes),
        tuple(sources(desk, figure.sources if figure else ())),
        figure.id if figure else "",
    )


def sources(desk: Desk, shas: Sequence[str]) -> list[Source]:
    """Return the input files by sha256."""
    found = (desk.shelf.results.inputs.get(sha) for sha in shas)
    return [
        Source(
            desk.t(i["title"]),
            i["publisher"].upper(),
            i["file"],
            i["rows"] or 0,
            i["sha256"],
            i["licence"],
            i["vintage"],
        )
        for i in found
        if i
    ]


def downloads(topic: Topic, place: str, picture: Picture | None) -> tuple[Link, ...]:
    """Return the links to the figures as files and to the drawing."""
    base = f"download/{topic.code}/{place}"
    links = [Link("CSV", f"{base}.csv"), Link("XLSX", f"{base}.xlsx")]
    if picture:
        links.append(Link("SVG", f"picture/{picture.wide}.svg"))
    return tuple(links)
