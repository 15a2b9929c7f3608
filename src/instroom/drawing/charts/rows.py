"""A chart of horizontal bars: labels, figures, whiskers and marks around the bars."""

from collections.abc import Sequence

from instroom.drawing.canvas import BORDER, INK, MUTED, PAPER, Drawing, Width, frame
from instroom.drawing.charts.lanes import Lane, Row, bar_marks, row_ends, row_label, rows_plot
from instroom.drawing.charts.plots import Plot
from instroom.drawing.lettering import text_width


def rows_chart(
    rows: Sequence[Row],
    domain: tuple[float, float],
    reference_label: str,
    width: Width,
    *,
    name: str,
    title: str,
    description: str,
    example_word: str,
) -> str:
    """Draw the rows."""
    plot, size, lane = rows_plot(rows, domain, reference_label, width)
    over = Drawing(f"{name}-{width}")
    under = Drawing(f"{name}-{width}")
    for order, row in enumerate(rows):
        top = plot.top + order * lane.height + lane.offset - 4
        deep = lane.height if lane.inline else lane.bar + 8
        if lane.inline or row.start == 0:
            under.line((plot.x(0), top), (plot.x(0), top + deep), stroke=BORDER)
        _draw_row(over, plot, row, order, lane)
    if reference_label:
        _draw_reference_key(over, reference_label, size[0], lane)
    bars = plot.inside(bar_marks(rows, plot, lane))
    return frame(
        f"{under.body}{bars}{over.body}",
        size,
        name=f"{name}-{width}",
        title=title,
        description=description,
        example_word=example_word,
    )


def _draw_row(over: Drawing, plot: Plot, row: Row, order: int, lane: Lane) -> None:
    top = plot.top + order * lane.height
    middle = top + lane.offset + lane.bar / 2
    _draw_row_label(over, plot, row, top, lane)
    right = max(plot.x(value) for value in row_ends(row))
    if row.word:
        wide = lane.bar * 2.6
        x = min(plot.x(row.start), plot.left + plot.width - wide)
        over.rect((x, middle - lane.bar / 2, wide, lane.bar), over.hatch, radius=3)
        right = max(right, x + wide)
    if row.interval:
        _draw_whisker(over, plot, row.interval, middle, lane.bar * 0.3)
    if row.reference is not None:
        x = plot.x(row.reference)
        over.line((x, middle - lane.bar * 0.5 - 4), (x, middle + lane.bar * 0.5 + 4),
                  stroke=PAPER, thick=5)  # fmt: skip
        _draw_mark(over, x, middle, lane.bar * 0.5 + 4)
    over.text(right + 10, middle + lane.letters * 0.36, row.figure, size=lane.letters,
              bold=row.bold and not row.word, fill=MUTED if row.word else INK)  # fmt: skip


def _draw_row_label(over: Drawing, plot: Plot, row: Row, top: float, lane: Lane) -> None:
    lines = row_label(row, lane.label_width, lane.letters)
    if not lane.inline:
        y = top + lane.offset - 8 - (len(lines) - 1) * 16
        for line in lines:
            over.text(0, y, line, size=lane.letters, bold=row.bold)
            y += 16
        return
    y = top + lane.offset + lane.bar / 2 - (len(lines) - 1) * 9 + lane.letters * 0.36
    for line in lines:
        over.text(plot.left - 14, y, line, size=lane.letters, bold=row.bold, anchor="end")
        y += 18


def _draw_whisker(
    over: Drawing, plot: Plot, interval: tuple[float, float], middle: float, cap: float
) -> None:
    left, right = (plot.x(bound) for bound in interval)
    for thick, colour in ((4.0, PAPER), (1.5, INK)):
        over.path(
            f"M{left:.1f} {middle - cap:.1f}v{2 * cap:.1f}M{right:.1f} {middle - cap:.1f}"
            f"v{2 * cap:.1f}M{left:.1f} {middle:.1f}H{right:.1f}",
            stroke=colour,
            stroke_width=thick,
            stroke_opacity=0.75 if colour == PAPER else None,
            fill="none",
        )


def _draw_mark(over: Drawing, x: float, middle: float, reach: float) -> None:
    over.line((x, middle - reach), (x, middle + reach), stroke=INK, thick=2)
    over.path(f"M{x - 4:.1f} {middle - reach - 3:.1f}h8l-4 6z", fill=INK)


def _draw_reference_key(over: Drawing, label: str, outer: float, lane: Lane) -> None:
    size = lane.letters - 1
    x = outer - text_width(label, size) - 4
    _draw_mark(over, x - 12, 13, 8)
    over.text(x, 17.5, label, size=size, fill=MUTED)
