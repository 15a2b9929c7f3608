"""Labels at the end of the lines, which never overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.texts import Texts
from instroom.drawing.canvas import MUTED, Drawing, Unit, Width
from instroom.drawing.charts.figures import Line, Point, written
from instroom.drawing.charts.plots import Plot
from instroom.drawing.lettering import stacked, wrap

#: How far labels may stand above and under the plot.
_OVER = 11.0


@dataclass(frozen=True, slots=True)
class Label:
    """The words at the end of a line: its name over the figure of its last year."""

    line: Line
    last: Point
    place: int
    head: tuple[str, ...]
    figure: str

    def rows(self) -> int:
        """Return how many lines of text it is."""
        return len(self.head) + 1


def end_labels(
    lines: Sequence[Line], periods: Sequence[str], texts: Texts, unit: Unit, width: Width
) -> list[Label]:
    """Return the label of every line that has a number."""
    room, size = (190, 15) if width == "wide" else (82, 12)
    found = []
    for line in lines:
        shown = [point for point in line.points if point.shown]
        if shown:
            last = max(shown, key=lambda point: point.period)
            head = wrap(line.label, room, size, bold=True)
            found.append(
                Label(line, last, periods.index(last.period), head, written(last, texts, unit))
            )
    return found


def _lead(width: Width) -> float:
    return 18.0 if width == "wide" else 15.0


def _sizes(labels: Sequence[Label], width: Width) -> list[float]:
    """Return how high each label is, with the space between two."""
    return [label.rows() * _lead(width) + 6 for label in labels]


def labels_height(labels: Sequence[Label], width: Width) -> float:
    """Return how high a plot is at least, so that its labels stand under one another."""
    return sum(_sizes(labels, width)) - 2 * _OVER


def draw_labels(over: Drawing, plot: Plot, labels: Sequence[Label], width: Width) -> None:
    """Draw the labels at their heights, moved apart, each joined to its line."""
    size, lead = 15.0 if width == "wide" else 12.0, _lead(width)
    wanted = [plot.y(label.last.middle) for label in labels]
    spots = stacked(wanted, _sizes(labels, width), plot.top - _OVER, plot.top + plot.height + _OVER)
    start = plot.left + plot.width + (4 if width == "wide" else 1)
    text_x = start + (26 if width == "wide" else 14)
    for label, aim, spot in zip(labels, wanted, spots, strict=True):
        middle = (start + text_x) / 2
        over.path(
            f"M{start:.1f} {aim:.1f}C{middle:.1f} {aim:.1f} {middle:.1f} {spot:.1f} "
            f"{text_x - 5:.1f} {spot:.1f}",
            fill="none",
            stroke=label.line.colour,
            stroke_width=1.5,
            stroke_dasharray="4 3" if label.line.dashed else None,
        )
        if label.place < plot.x_domain[1] - 0.6:
            end = (plot.x(label.place) + 8, aim)
            over.line(end, (start, aim), stroke=label.line.colour, dash="1 5")
        y = spot - label.rows() * lead / 2 + lead * 0.76
        for text in label.head:
            over.text(text_x, y, text, size=size, bold=label.line.emphasis)
            y += lead
        over.text(text_x, y, label.figure, size=size - 1, fill=MUTED)
