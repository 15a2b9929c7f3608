"""The line chart: places or groups through time."""

from collections.abc import Sequence

from instroom.core.texts import Texts
from instroom.drawing.canvas import MUTED, WIDTHS, Drawing, Unit, Width, frame
from instroom.drawing.charts.axes import axis_domain, heights_width, line_axes
from instroom.drawing.charts.figures import Line
from instroom.drawing.charts.keys import draw_key, key_items, key_rows
from instroom.drawing.charts.labels import Label, draw_labels, end_labels, labels_height
from instroom.drawing.charts.marks import line_marks
from instroom.drawing.charts.plots import Plot
from instroom.drawing.charts.strips import Strip, draw_strip, packed, strips_of
from instroom.drawing.lettering import text_width


def line_chart(
    lines: Sequence[Line],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw lines through time.

    An exact year is a dot; a bounded year is an upright bar from its lower to its upper bound
    inside a band, never a dot; a provisional year is open; a hidden or missing year breaks the
    line and gets a hatched strip with the word. Shares have a zoomed axis, which the picture
    and the description both say.

    Parameters
    ----------
    lines
        At most five; labels stand at the end of each line.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    unit
        ``share`` (0-1, written in percent) or ``count`` (axis from 0).
    language
        Language of words and numbers.
    width
        ``wide`` (1040 px) or ``narrow`` (328 px, for phones).

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    periods = sorted({point.period for line in lines for point in line.points})
    low, high, step = axis_domain(_heights(lines), unit)
    strips = strips_of(lines, periods, texts)
    labels = end_labels(lines, periods, texts, unit, width)
    key = key_items(lines, texts)
    left = heights_width((low, high), step, unit, width, texts)
    plot, size, rows = _line_plot(periods, (low, high), left, strips, labels, key, width)
    over = Drawing(f"{name}-{width}")
    for strip, row in zip(strips, rows, strict=True):
        draw_strip(over, plot, strip, row, width, WIDTHS[width])
    draw_labels(over, plot, labels, width)
    bottom = draw_key(over, key, size[1], width, plot)
    axis_note = ""
    if unit == "share" and low > 0:
        axis_note = texts("De as begint bij {start}.", start=texts.percent(low, digits=0))
        over.text(
            plot.left if width == "narrow" else size[0],
            bottom,
            axis_note,
            size=11 if width == "narrow" else 13,
            fill=MUTED,
            anchor="start" if width == "narrow" else "end",
        )
    rows_used = max([*rows, -1]) + 1
    axes = line_axes(plot, periods, step, unit, width, rows_used, texts)
    return frame(
        plot.inside(axes + line_marks(lines, periods, plot, width)) + over.body,
        size,
        name=f"{name}-{width}",
        title=title,
        description=f"{description} {axis_note}".strip(),
        example_word=example_word,
    )


def _heights(lines: Sequence[Line]) -> list[float]:
    shown = (point for line in lines for point in line.points if point.shown)
    return [bound for point in shown for bound in (*point.bounds, point.middle)]


def _line_plot(
    periods: Sequence[str],
    y_domain: tuple[float, float],
    heights: float,
    strips: Sequence[Strip],
    labels: Sequence[Label],
    key: Sequence[tuple[str, str]],
    width: Width,
) -> tuple[Plot, tuple[float, float], list[int]]:
    wide = width == "wide"
    texts = [text for label in labels for text in (*label.head, label.figure)]
    longest = max([text_width(text, 15 if wide else 12, bold=True) for text in texts] or [0])
    right = longest + (44 if wide else 24)
    left, top = (max(heights, 56.0), 16.0) if wide else (max(heights, 38.0), 10.0)
    outer = WIDTHS[width]
    edge = 0.3 if len(periods) > 1 else 0.5
    x_domain = (-edge, max(len(periods) - 1, 0) + edge)
    height = max(300.0 if wide else 206.0, labels_height(labels, width))
    plot = Plot(left, top, outer - left - right, height, x_domain, y_domain)
    rows = packed(strips, plot, width, outer)
    deep = (max(rows, default=-1) + 1) * 22
    bottom = 66 if wide else 54 + 18 * len(key_rows(key, plot, width))
    return plot, (outer, top + plot.height + deep + bottom), rows
