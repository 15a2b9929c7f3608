"""Every school type apart on one scale, and how each changed; together only what may be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from instroom.core.series import Figure
from instroom.core.texts import Texts, capital, inside
from instroom.definitions import models, registry
from instroom.drawing import charts
from instroom.monitoring.verdicts import ChangeVerdict
from instroom.reports import sentences, words
from instroom.reports.blocks import FigureBlock, PageTable, Picture, TableCell
from instroom.reports.documents import answering, first_screen, parts
from instroom.reports.documents.first_screen import JudgedStage
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.splits import points
from instroom.reports.figure_index import Topic
from instroom.reports.picture_queue import point

#: So many years make a line; one year is told in words.
LINE = 2


@dataclass(frozen=True, slots=True)
class TypeSeries:
    """One school type, or those that are counted together, in the region and in the country."""

    label: str
    own: list[Figure]
    country: list[Figure]
    broken: str = ""

    @property
    def years(self) -> int:
        """How many years have a number."""
        return sum(f.numbered for f in self.own)


def panels(
    writer: PageWriter, topic: Topic, indicator: models.Indicator, rows: Sequence[JudgedStage]
) -> FigureBlock:
    """Return the block of a small chart per school type, with the finding as its sentence."""
    t, index = writer.t, writer.index
    apart = [
        _series(writer, topic, words.part_name("school_type", s, t), indicator, s)
        for s in indicator.separate
    ]
    apart = [one for one in apart if one.own]
    period, latest = parts.newest([(one.label, one.own) for one in apart])
    picture = _panels_picture(writer, topic, [*apart, *_together(writer, topic, indicator)])
    mark = ":" if indicator.measure == "count" else ""  # "leerjaar 3 3.342" reads as one number
    found = [
        f"{label}{mark} {words.amount(f, t)}" for label, f in latest if f and f.low is not None
    ]
    missing = [
        t("{label}: {reason}.", label=label, reason=parts.reason_words(f, t))
        for label, f in latest
        if f is None or f.low is None
    ]
    said = (
        t("{period}: {list}.", period=period, list=", ".join(found))
        if found
        else t("{period}: hier is geen cijfer dat getoond mag worden.", period=period)
    )
    finding = _finding(rows, t)
    notes = [
        t(
            "{label}: andere telling sinds {year}, de lijn is daar onderbroken.",
            label=one.label,
            year=one.broken,
        )
        for one in apart
        if one.broken and picture
    ]
    heading = t("Elke onderwijssoort apart")
    own = [(one.label, one.own) for one in apart]
    return FigureBlock(
        "onderwijssoort",
        heading,
        finding or said,
        " ".join([said if finding else "", *missing, *notes, parts.aside(topic, t)]).strip(),
        picture=picture,
        tables=(
            parts.years_table(writer, heading, own),
            *_whole_table(writer, topic, indicator),
        ),
        method=parts.method_of_several(
            writer,
            topic,
            [*latest, *_whole_named(index.latest(topic, writer.region), indicator, period, t)],
            period,
        ),
        downloads=parts.downloads(topic, writer.region, picture),
        opened=not rows,
    )


def _series(
    writer: PageWriter, topic: Topic, label: str, indicator: models.Indicator, school_type: str
) -> TypeSeries:
    by = {"school_type": school_type} if school_type else {}
    country = writer.country if writer.country in writer.beside else ""
    return TypeSeries(
        label,
        writer.index.get(topic, writer.region, **by),
        writer.index.known(topic, country, **by) if indicator.measure == "share" else [],
        indicator.broken_since(school_type),
    )


def together_words(indicator: models.Indicator, t: Texts) -> str:
    """Return what the school types that are counted together are called."""
    return t("{types} samen", types=words.type_words(tuple(indicator.school_types), t))


def _together(writer: PageWriter, topic: Topic, indicator: models.Indicator) -> list[TypeSeries]:
    if indicator.measure != "share" or len(indicator.school_types) < 2:
        return []
    return [_series(writer, topic, together_words(indicator, writer.t), indicator, "")]


def _whole_table(writer: PageWriter, topic: Topic, indicator: models.Indicator) -> list[PageTable]:
    """Return the years of all together, with the places beside the region."""
    places = [p for p in (writer.region, *writer.beside) if writer.index.get(topic, p)]
    if not places:
        return []
    t = writer.t
    caption = together_words(indicator, t) if len(indicator.school_types) > 1 else t("Alles samen")
    series = [(writer.short_name(p), writer.index.get(topic, p)) for p in places]
    return [parts.years_table(writer, capital(caption), series)]


def _whole_named(
    whole: Figure | None, indicator: models.Indicator, period: str, t: Texts
) -> list[tuple[str, Figure | None]]:
    """Return the figure of all together with its name; with its period when that is another."""
    label = together_words(indicator, t) if len(indicator.school_types) > 1 else t("Alles samen")
    if whole is None:
        return []
    return [(label if whole.period == period else f"{whole.period}, {label}", whole)]


def _panels_picture(
    writer: PageWriter, topic: Topic, series: Sequence[TypeSeries]
) -> Picture | None:
    """Ask for the small charts of what has more than one year."""
    t = writer.t
    country = words.place_name(writer.country, t)
    drawn = tuple(
        charts.Panel(
            one.label,
            (
                *_lines(writer.region_name, one.own, one.broken, 0),
                *_lines(country, one.country, one.broken, 1),
            ),
        )
        for one in series
        if one.years >= LINE
    )
    if not drawn:
        return None
    share = any(f.denominator for one in series for f in one.own)
    return writer.pictures.picture(
        "panels",
        f"{topic.code}-{writer.region}-types",
        drawn,
        t("Elke onderwijssoort apart"),
        t(
            "Een kleine grafiek per onderwijssoort, alle op dezelfde schaal: {list}.",
            list=", ".join(panel.title for panel in drawn),
        ),
        unit="share" if share else "count",
    )


def _lines(label: str, figures: Sequence[Figure], broken: str, colour: int) -> list[charts.Line]:
    """Return the line of a place; years from before a break are a line without a name."""
    if not any(f.numbered for f in figures):
        return []
    before = [f for f in figures if broken and f.period < broken]
    after = [f for f in figures if f not in before]
    if not any(f.numbered for f in after):
        before, after = [], list(figures)
    made = charts.Line(label, tuple(map(point, after)), emphasis=not colour, colour_index=colour)
    if not before:
        return [made]
    return [made, replace(made, label="", points=tuple(map(point, before)))]


def _finding(rows: Sequence[JudgedStage], t: Texts) -> str:
    """Return what is certain, as a sentence; empty when nothing is."""
    said: dict[str, list[str]] = {}
    for row in rows:
        if row.found.outcome in ("more", "less"):
            chip = t(row.rule.outcomes[row.found.outcome].chip, year=row.years[0])
            said.setdefault(chip, []).append(t(row.stage.label))
    return " ".join(
        t("{name}: {verdict}.", name=capital(words.listed(names, t)), verdict=chip)
        for chip, names in said.items()
    )


def changes(writer: PageWriter, topic: Topic, rows: Sequence[JudgedStage]) -> FigureBlock | None:
    """Return the block of what changed since the years that are compared with."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    if not any(row.found.low is not None for row in rows):
        return None
    whole = answering.together(writer, topic, rows)
    drawn = [_change_row(row, t) for row in rows]
    outcomes = {row.found.outcome for row in rows}
    said = first_screen.said_together(rows, t)
    if len(rows) == 1:
        (row,) = rows
        said = t(row.rule.outcomes[row.found.outcome].chip, year=row.years[0])
    sentence = t("{list}.", list=capital(said))
    if whole is not None and whole.low is not None and whole.high is not None:
        label = together_words(indicator, t)
        beside_it = _elsewhere_change(writer, topic, whole)
        drawn.append(
            charts.ChangeRow(label, (whole.low, whole.high), whole.margin, beside=beside_it)
        )
        if len(outcomes) > 1:
            sentence += " " + t("Over {types} geven wij geen oordeel: ze verschillen.", types=label)
    heading = t("Wat er veranderde")
    beside = words.place_name(writer.country, t) if any(row.country[1] for row in rows) else ""
    picture = writer.pictures.picture(
        "change",
        f"{topic.code}-{writer.region}-change",
        tuple(drawn),
        heading,
        t(
            "Een balk per rij, links van nul is minder en rechts meer. De tabel eronder geeft elk getal."
        ),
        unit="share",
        beside_label=beside,
    )
    legend = [
        t("In procentpunten. De balk geeft de grenzen van de verandering, de dunne lijn wat toeval "
          "ermee kan doen. Raakt de lijn de nul, dan kan het toeval zijn."),
        t("Grijs: {country}.", country=beside) if beside else "",
    ]  # fmt: skip
    named = [
        (f"{figure.period}, {t(row.stage.label)}", figure)
        for row in rows
        for figure in (row.found.before, row.found.now)
        if figure
    ]
    return FigureBlock(
        "verandering",
        heading,
        sentence,
        " ".join(filter(None, legend)),
        picture=picture,
        tables=(_change_table(writer, rows, whole, indicator, heading),),
        method=parts.method_of_several(
            writer, topic, named, " – ".join(sorted({f.period for _, f in named}))
        ),
        downloads=parts.downloads(topic, writer.region, picture),
        opened=True,
    )


def _change_row(row: JudgedStage, t: Texts) -> charts.ChangeRow:
    found, mark = row.found, first_screen.mark_of(row, t)
    bounds = (found.low, found.high)
    beside = _between(*row.country)
    return charts.ChangeRow(
        t(row.stage.label),
        (bounds[0], bounds[1]) if bounds[0] is not None and bounds[1] is not None else None,
        found.margin,
        ", ".join(filter(None, (inside(mark.text), mark.note))),
        mark.shape,
        mark.colour,
        beside if found.low is not None else None,
    )


def _between(before: Figure | None, now: Figure | None) -> tuple[float, float] | None:
    """Return the bounds of a change; None when one of the two is not known."""
    if before is None or now is None or None in (before.low, before.high, now.low, now.high):
        return None
    low, high = (now.low or 0.0) - (before.high or 0.0), (now.high or 0.0) - (before.low or 0.0)
    return low, high


def _elsewhere_change(
    writer: PageWriter, topic: Topic, whole: ChangeVerdict
) -> tuple[float, float] | None:
    """Return the change of the country between the same two years."""
    country = writer.country if writer.country in writer.beside else ""
    known = {f.period: f for f in writer.index.known(topic, country)}
    ends = (known.get(f.period) if f else None for f in (whole.before, whole.now))
    return _between(*ends)


def _change_table(
    writer: PageWriter,
    rows: Sequence[JudgedStage],
    whole: ChangeVerdict | None,
    indicator: models.Indicator,
    caption: str,
) -> PageTable:
    """Return then, now, the change, what chance does and the verdict, per row."""
    t = writer.t
    made = [
        _table_row(t(row.stage.label), row.found, first_screen.mark_of(row, t).text, t)
        for row in rows
    ]
    if whole is not None:
        made.append(_table_row(together_words(indicator, t), whole, "–", t))
    columns = (
        t("Onderwijssoort"),
        t("Toen"),
        t("Nu"),
        t("Verandering"),
        t("Toeval kan"),
        t("Oordeel"),
    )
    return PageTable(caption, columns, tuple(made))


def _table_row(label: str, found: ChangeVerdict, verdict: str, t: Texts) -> tuple[TableCell, ...]:
    change = margin = TableCell("–", "missing")
    if found.low is not None and found.high is not None:
        change = TableCell(points(100 * found.low, 100 * found.high, t), numeric=True)
    if found.margin is not None:
        margin = TableCell(t("±{n}", n=t.number(100 * found.margin, digits=1)), numeric=True)
    return (
        TableCell(label),
        _dated(found.before, t),
        _dated(found.now, t),
        change,
        margin,
        TableCell(verdict),
    )


def _dated(figure: Figure | None, t: Texts) -> TableCell:
    """Return a figure with its year."""
    if figure is None:
        return TableCell(t("geen cijfer"), "missing")
    year = sentences.short_period(figure.period, sentences.stage_of(figure))
    return TableCell(f"{words.amount(figure, t)} ({year})", figure.status, numeric=True)
