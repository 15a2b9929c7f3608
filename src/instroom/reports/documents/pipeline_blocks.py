"""The pipeline on a page: one picture of all its steps, its table, and what nobody can tell."""

from collections.abc import Sequence
from dataclasses import replace

from instroom.core import periods
from instroom.core.quantities import Count
from instroom.core.statuses import status_word
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.drawing import flow
from instroom.monitoring.explanation import rest_of
from instroom.monitoring.pipeline import Pipeline, PipelineRow, address, from_published
from instroom.reports import words
from instroom.reports.blocks import FigureBlock, PageLink, PageTable, TableCell
from instroom.reports.documents import parts
from instroom.reports.documents.counting import counting_words
from instroom.reports.documents.parts import PageWriter


def pipeline_block(writer: PageWriter, name: str, counting: str = "") -> FigureBlock:
    """Return a pipeline: picture, table, and what open data cannot tell."""
    t = writer.t
    found = from_published(writer.region, writer.index.published, name, counting)
    heading, anchor = t(found.definition.title), address("pijplijn", name)
    if not any(step.figure and step.figure.numbered for step in found.steps):
        return FigureBlock(
            anchor,
            heading,
            t("Hier is nog geen cijfer: {reason}.", reason=words.reason("source_not_read", t)),
        )
    note = t(found.definition.note) or t(
        "Een momentopname van verschillende mensen op dezelfde dag, geen groep die we volgen."
    )
    counted = counting_words(counting, t)
    drawing = "-".join(filter(None, (address("pipeline", name), counting, writer.region)))
    steps = _flow(found, writer)
    picture = writer.pictures.picture("pipeline", drawing, steps, heading, note)
    scale = t("Hoe langer een balk, hoe meer leerlingen of studenten; gearceerd is onbekend.")
    bands = _bands_explained(t) if any(step.whole for step in steps) else ""
    return FigureBlock(
        anchor,
        heading,
        _told(found, writer) if found.period else _whole_told(steps),
        " ".join(filter(None, (note, scale, bands, counted and f"{counted}."))),
        t("momentopname"),
        "none",
        picture=picture,
        tables=(_table(heading, writer, found.steps),),
        method=parts.method_of_several(
            writer,
            None,
            [(t(s.definition.title), s.figure) for s in found.steps],
            found.period or "",
        ),
        downloads=(PageLink("SVG", f"picture/{picture.wide}.svg"),),
    )


def ways_block(writer: PageWriter, name: str, anchor: str) -> FigureBlock | None:
    """Return where the people of one whole went, without the other steps; None: nobody knows."""
    t = writer.t
    found = from_published(writer.region, writer.index.published, name)
    for key, group in found.definition.groups.items():
        rows = [row for row in found.steps if row.group == key]
        step = _ways(key, group, rows, writer) if group.ways else None
        if step is None:
            continue
        heading = t(group.title)
        drawing = f"{address('ways', name)}-{key}-{writer.region}"
        alone = replace(step, heading="", place_note="")
        picture = writer.pictures.picture(
            "pipeline", drawing, (alone,), heading, _bands_explained(t)
        )
        return FigureBlock(
            anchor,
            heading,
            f"{step.whole}: {_shares(rows, t(group.short), t)}.",
            _bands_explained(t),
            picture=picture,
            tables=(_table(heading, writer, rows),),
            downloads=(PageLink("SVG", f"picture/{picture.wide}.svg"),),
        )
    return None


def unknown_ways(writer: PageWriter, name: str) -> tuple[str, ...]:
    """Return why nobody knows where the people of a pipeline went, in sentences."""
    found = from_published(writer.region, writer.index.published, name)
    reasons = (
        next(row.reason for row in found.steps if row.group == key)
        for key, group in found.definition.groups.items()
        if group.ways
    )
    return tuple(_wall(reason, writer.t) for reason in reasons)


#: A way that may be one in ten is told in the sentence; the others stand in the picture.
_BROAD = 0.1


def _shares(rows: Sequence[PipelineRow], short: str, t: Texts) -> str:
    """Return the shares of the broad ways, and of their parts, in one breath."""
    told = []
    for row in rows:
        if row.definition.of or (_whole(row) and row.figure and (row.figure.high or 0) < _BROAD):
            continue
        said = t("{share} {step}", share=_amount(row, t), step=t(row.definition.title))
        for inner in rows:
            if inner.definition.of == row.definition.id:
                share = _amount(inner, t)
                said += t(" (daarvan {short}: {share})", short=short, share=share)
        told.append(said)
    return ", ".join(told)


def _amount(row: PipelineRow, t: Texts) -> str:
    """Return the number of a step, or the word for why there is none."""
    return words.amount(row.figure, t) if row.figure else status_word("missing", t)


def _bands_explained(t: Texts) -> str:
    return t(
        "De zwarte balk is alle gediplomeerden, met een eigen schaal; hoe breder een band, hoe meer. "
        "Bleek is wat het er meer kunnen zijn; grijs leert niet verder in bekostigd onderwijs."
    )


def _whole_told(steps: Sequence[flow.FlowStep]) -> str:
    """Return who were followed, where nobody was counted on a date."""
    return " ".join(f"{step.whole}." for step in steps if step.whole)


def _told(found: Pipeline, writer: PageWriter) -> str:
    """Return the date, with the shares of the group that the definition wants told."""
    t, told = writer.t, found.definition.told
    year = periods.parse(found.period or "").reference_date.year
    shares = ", ".join(
        t("{share} in {step}", share=_amount(s, t), step=t(s.definition.title))
        for s in found.steps
        if told and s.group == told.group and s.definition.indicator
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


def _flow(found: Pipeline, writer: PageWriter) -> tuple[flow.FlowStep, ...]:
    """Return the steps to draw; a group of ways of which nothing is known is only a wall."""
    t, steps, wall = writer.t, list[flow.FlowStep](), ""
    for key, group in found.definition.groups.items():
        mine = [row for row in found.steps if row.group == key]
        if group.ways:
            ways = _ways(key, group, mine, writer)
            steps += [ways] if ways else []
            wall = "" if ways else _wall(mine[0].reason, t)
            continue
        counted = [s for s in mine if not s.definition.flow]
        known = [s for s in counted if s.figure is not None and s.figure.low is not None]
        unknown = [s for s in counted if s not in known]
        apart = mine[0].definition.flow
        untraced = t("niet te volgen in open data") if apart else ""
        between = t(group.gap) if group.gap else untraced
        gap = " ".join(filter(None, (wall, between)))
        shown = _unknown_parts(unknown, t)
        steps.append(
            flow.FlowStep(
                key,
                t(group.title),
                (*_flow_parts(known, group, t), *shown),
                note="" if known or shown else t("onbekend"),
                status="ok" if known else "missing",
                place_note=_place_note(group, t),
                gap_note=gap,
                people=sum(map(_people, known)) or None,
            )
        )
        wall = ""
    return tuple(steps)


def _wall(reason: str | None, t: Texts) -> str:
    """Return a reason as a sentence."""
    return f"{capital(words.reason(reason, t))}."


def _place_note(group: models.StepGroup, t: Texts) -> str:
    return t("plaats van studie") if group.place_of == "study" else t("plaats van school")


def _ways(
    key: str, group: models.StepGroup, rows: Sequence[PipelineRow], writer: PageWriter
) -> flow.FlowStep | None:
    """Return where the people of one whole went; None when no way has a number."""
    t = writer.t
    first = next((row.figure for row in rows if _whole(row) and not row.definition.of), None)
    if first is None or first.denominator is None:
        return None
    whole = first.denominator
    drawn: list[flow.FlowPart] = []
    for row in rows:
        if row.definition.of:
            continue
        inner = next((r for r in rows if r.definition.of == row.definition.id), None)
        if inner and _whole(inner) and _whole(row):
            drawn += _split(row, inner, whole, t)
        else:
            drawn.append(_way(row, inner, group, t))
    told = t(
        "{number} {whole}, schooljaar {year}",
        number=t.number(whole.low, whole.high),
        whole=t(group.whole, region=writer.region_name),
        year=first.period,
    )
    return flow.FlowStep(
        key,
        t(group.title),
        tuple(drawn),
        place_note=_place_note(group, t),
        gap_note=t(group.gap) if group.gap else "",
        whole=told,
    )


def _whole(row: PipelineRow) -> bool:
    """Whether a row is a share of people who are counted."""
    figure = row.figure
    return bool(figure and figure.numbered and figure.numerator and figure.denominator)


def _way(
    row: PipelineRow, inner: PipelineRow | None, group: models.StepGroup, t: Texts
) -> flow.FlowPart:
    """Return one way as a band; one without a number has words and no band.

    Of a way with a part (``inner``) that is no band, the label says how much that is.
    """
    label, figure = t(row.definition.title), row.figure
    if inner is not None:
        word = _amount(inner, t)
        label = t("{label} ({short}: {word})", label=label, short=t(group.short), word=word)
    if figure is None or not _whole(row) or figure.numerator is None:
        return flow.FlowPart(label, share_text=_amount(row, t), low=0.0, high=0.0)
    return flow.FlowPart(
        label,
        t.number(figure.numerator.low, figure.numerator.high),
        low=figure.low,
        high=figure.high,
        share_text=words.amount(figure, t),
        onward=row.definition.onward,
    )


def _split(row: PipelineRow, inner: PipelineRow, whole: Count, t: Texts) -> list[flow.FlowPart]:
    """Return a way as two bands: those of it who are counted once more, and the others."""
    label, figure = t(row.definition.title), inner.figure
    if figure is None or figure.numerator is None or figure.denominator is None:
        raise ValueError(inner.definition.id)
    part, both = figure.numerator, figure.denominator
    others = rest_of(figure.indicator, part, both)
    shown = [
        (
            t(inner.definition.title),
            part,
            t("{share} van wie daarheen gaat", share=words.amount(figure, t)),
        ),
        (t("{label}: anders", label=label), others, ""),
    ]
    return [
        flow.FlowPart(
            name,
            t.number(count.low, count.high),
            low=count.low / max(whole.high, 1),
            high=min(count.high / max(whole.low, 1), 1.0),
            share_text=share,
            emphasis=count is part,
            onward=True,
        )
        for name, count, share in shown
    ]


def _flow_parts(
    known: Sequence[PipelineRow], group: models.StepGroup, t: Texts
) -> list[flow.FlowPart]:
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
        part = figure.numerator
        rest = rest_of(figure.indicator, part, figure.denominator)
        result += [
            flow.FlowPart(
                _part_label(step, group, label, t),
                t.number(part.low, part.high),
                size * middle / whole,
                emphasis=True,
                share_text=t("{share} van {step}", share=words.amount(figure, t), step=label),
            ),
            flow.FlowPart(
                t("{label}: anders", label=label),
                t.number(rest.low, rest.high),
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


def _part_label(step: PipelineRow, group: models.StepGroup, label: str, t: Texts) -> str:
    """Return what those are called who are counted, or else what they do."""
    does = (
        t(group.short) if group.short else t(registry.indicators()[step.definition.indicator].verb)
    )
    return t("{label}: {does}", label=label, does=does)


def _unknown_parts(unknown: Sequence[PipelineRow], t: Texts) -> list[flow.FlowPart]:
    return [
        flow.FlowPart(
            t(s.definition.title),
            t("onbekend"),
            None,
            status=s.figure.status if s.figure else "missing",
        )
        for s in unknown
    ]


def _table(title: str, writer: PageWriter, steps: Sequence[PipelineRow]) -> PageTable:
    t = writer.t
    rows = []
    for step in steps:
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
        indicator = registry.indicators()[figure.indicator]
        count = figure.denominator or figure.numerator
        number = t.number(count.low, count.high) if count else ""
        if figure.denominator and (part := figure.numerator):
            number = t("{part} van {whole}", part=t.number(part.low, part.high), whole=number)
        share = (
            t("{share} {does}", share=words.amount(figure, t), does=t(indicator.verb))
            if figure.denominator
            else t("niet van toepassing: hier is nog geen keuze")
        )
        rows.append(
            (TableCell(label), TableCell(number, numeric=True), TableCell(share, figure.status))
        )
    columns = (t("Stap"), t("Aantal"), t("Aandeel"))
    return PageTable(title, columns, tuple(rows))
