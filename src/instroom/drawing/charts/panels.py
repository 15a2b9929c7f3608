"""Small line charts beside each other on one scale: a part of the whole in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.texts import Texts
from instroom.drawing.canvas import INK, MUTED, WIDTHS, Drawing, Unit, Width, frame
from instroom.drawing.charts.axes import axis_domain, heights_width, line_axes
from instroom.drawing.charts.figures import Line, written
from instroom.drawing.charts.keys import draw_key, key_items, key_rows
from instroom.drawing.charts.labels import draw_labels, end_labels, labels_height
from instroom.drawing.charts.marks import line_marks
from instroom.drawing.charts.plots import Plot
from instroom.drawing.charts.strips import draw_strip, packed, strips_of
from instroom.drawing.lettering import text_width, wrap

#: Between two panels beside each other, and under one another.
_GAP, _UNDER = 28.0, 26.0
#: How high a plot is at least.
_HIGH: dict[Width, float] = {"wide": 196.0, "narrow": 150.0}
#: Every panel is drawn with the letters of a phone, however many stand beside each other.
_LETTERS: Width = "narrow"


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: its heading, and its lines, the first the one that matters.

    A line whose years do not compare with those after a break is two lines of one colour; the
    years before the break have no label.
    """

    title: str
    lines: tuple[Line, ...]

    @property
    def named(self) -> list[Line]:
        """The lines that have a name at their end."""
        return [line for line in self.lines if line.label]

    @property
    def whole(self) -> Line:
        """The line that matters, with the years before a break in it."""
        mine = [line for line in self.lines if line.colour_index == self.lines[0].colour_index]
        points = sorted((p for line in mine for p in line.points), key=lambda p: p.period)
        return Line("", tuple(points))


def panel_chart(
    panels: Sequence[Panel],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw a small line chart per panel, all on one scale and over the same years.

    Signs and hatch are those of :func:`line_chart`; every line has its name and its last number
    at its end, and the first line its first number too.

    Parameters
    ----------
    panels
        In the order they are read; two of four stand under the other two.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    unit, language, width
        See :func:`line_chart`.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    every = [line for panel in panels for line in panel.lines]
    periods = sorted({point.period for line in every for point in line.points})
    sheet = _sheet(panels, every, periods, texts, unit, width)
    body, y, across, deep = "", 0.0, 0, 0.0
    for order, panel in enumerate(panels):
        if order and across == sheet.columns:
            y, across, deep = y + deep + _UNDER, 0, 0.0
        drawn, high = _one(panel, sheet, f"{name}-{width}")
        x = across * (sheet.outer + _GAP)
        body += f'<g transform="translate({x:.2f},{y:.2f})">{drawn}</g>'
        across, deep = across + 1, max(deep, high)
    over = Drawing(f"{name}-{width}")
    plot = Plot(sheet.left, 0, sheet.outer, 0, (0, 1), (0, 1))
    key = key_items(every, texts)
    low, note = sheet.domain[0], ""
    if unit == "share" and low > 0:
        note = texts("De as begint bij {start}.", start=texts.percent(low, digits=0))
    rows = len(key_rows(key, plot, width))
    bottom = y + deep + (40 if width == "wide" else 18 * rows + (34 if note else 12))
    base = draw_key(over, key, bottom, width, plot)
    if note:
        wide = width == "wide"
        over.text(
            WIDTHS[width] if wide else plot.left, base, note, size=13 if wide else 11,
            fill=MUTED, anchor="end" if wide else "start",
        )  # fmt: skip
    return frame(
        body + over.body,
        (WIDTHS[width], bottom),
        name=f"{name}-{width}",
        title=title,
        description=f"{description} {note}".strip(),
        example_word=example_word,
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all panels of a drawing share."""

    periods: Sequence[str]
    domain: tuple[float, float]
    step: float
    left: float
    right: float
    outer: float
    columns: int
    high: float
    unit: Unit
    texts: Texts


def _sheet(
    panels: Sequence[Panel],
    every: Sequence[Line],
    periods: Sequence[str],
    texts: Texts,
    unit: Unit,
    width: Width,
) -> _Sheet:
    shown = [point for line in every for point in line.points if point.shown]
    low, high, step = axis_domain([b for point in shown for b in point.bounds], unit)
    count = max(len(panels), 1)
    columns = 1 if width == "narrow" else {1: 1, 2: 2, 4: 2}.get(count, 3)
    outer = (WIDTHS[width] - _GAP * (columns - 1)) / columns
    labels = [end_labels(panel.named, periods, texts, unit, _LETTERS) for panel in panels]
    said = [text for some in labels for label in some for text in (*label.head, label.figure)]
    return _Sheet(
        periods,
        (low, high),
        step,
        max(heights_width((low, high), step, unit, _LETTERS, texts), 38.0),
        max([text_width(text, 12, bold=True) for text in said] or [0.0]) + 24,
        outer,
        columns,
        max([_HIGH[width], *(labels_height(some, _LETTERS) for some in labels)]),
        unit,
        texts,
    )


def _one(panel: Panel, sheet: _Sheet, name: str) -> tuple[str, float]:
    """Draw one panel from its own corner; return it and its height."""
    over, texts = Drawing(name), sheet.texts
    y = 14.0
    for line in wrap(panel.title, sheet.outer, 15, bold=True):
        over.text(0, y, line, size=15, bold=True)
        y += 19
    edge = 0.3 if len(sheet.periods) > 1 else 0.5
    x_domain = (-edge, max(len(sheet.periods) - 1, 0) + edge)
    inner = sheet.outer - sheet.left - sheet.right
    plot = Plot(sheet.left, y + 8, inner, sheet.high, x_domain, sheet.domain)
    strips = strips_of([panel.whole] if panel.lines else [], sheet.periods, texts)
    rows = packed(strips, plot, _LETTERS, sheet.outer)
    for strip, row in zip(strips, rows, strict=True):
        draw_strip(over, plot, strip, row, _LETTERS, sheet.outer)
    labels = end_labels(panel.named, sheet.periods, texts, sheet.unit, _LETTERS)
    draw_labels(over, plot, labels, _LETTERS)
    _first_number(over, panel, plot, sheet)
    deep = max([*rows, -1]) + 1
    axes = line_axes(plot, sheet.periods, sheet.step, sheet.unit, _LETTERS, deep, texts)
    marks = line_marks(panel.lines, sheet.periods, plot, _LETTERS)
    return plot.inside(axes + marks) + over.body, plot.top + plot.height + deep * 22 + 28


def _first_number(over: Drawing, panel: Panel, plot: Plot, sheet: _Sheet) -> None:
    """Write the first number of the first line, over or under it, where no line runs.

    Not where its years break: it would be compared with the last.
    """
    own = next((point for line in panel.lines[:1] for point in line.points if point.shown), None)
    if len(panel.named) < len(panel.lines) or own is None or own.period != sheet.periods[0]:
        return
    text = written(own, sheet.texts, sheet.unit)
    low, high = own.bounds
    left, wide = plot.x(0) - 4, text_width(text, 12, bold=True)
    lowest = all(
        point.middle >= own.middle
        for line in panel.lines[1:]
        for point in line.points
        if point.shown and point.period == own.period
    )
    for y in (plot.y(high) - 10, *([plot.y(low) + 18] if lowest else [])):
        box = (left, y - 9, left + wide, y + 2)
        inside = plot.top - 12 < y < plot.top + plot.height - 3
        if inside and not any(_runs_through(line, box, plot, sheet) for line in panel.lines):
            over.text(left, y, text, size=12, bold=True, fill=INK)
            return


def _runs_through(
    line: Line, box: tuple[float, float, float, float], plot: Plot, sheet: _Sheet
) -> bool:
    """Whether a line, its dots or its bounds come within a box."""
    left, top, right, bottom = box
    known = {sheet.periods.index(p.period): p for p in line.points if p.shown}
    places = sorted(known)
    for before, after in zip(places, places[1:] or places, strict=False):
        for step in range(11):
            part = step / 10
            x = plot.x(before + (after - before) * part)
            ends = zip(known[before].bounds, known[after].bounds, strict=True)
            low, high = (plot.y(one + (other - one) * part) for one, other in ends)
            if left - 5 < x < right + 5 and high - 3 < bottom and top < low + 3:
                return True
    return False
