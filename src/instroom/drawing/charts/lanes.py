"""Horizontal bars one under another: their figures, their sizes and the bars themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.drawing.canvas import WIDTHS, Width
from instroom.drawing.charts.plots import Plot, grouped
from instroom.drawing.lettering import text_width, wrap


@dataclass(frozen=True, slots=True)
class Row:
    """One horizontal bar: where its solid and its uncertain piece run, in figures."""

    label: str
    figure: str
    colour: str
    start: float
    end: float
    interval: tuple[float, float] | None = None
    reference: float | None = None
    word: str = ""
    bold: bool = False
    exact: bool = True


def row_ends(row: Row) -> tuple[float, ...]:
    """Return every figure the row reaches."""
    reference = () if row.reference is None else (row.reference,)
    return (row.start, row.end, *(row.interval or ()), *reference)


@dataclass(frozen=True, slots=True)
class Lane:
    """The sizes of one row: its height, the bar in it and the letters."""

    height: float
    bar: float
    offset: float
    letters: float
    label_width: float
    inline: bool


def row_label(row: Row, room: float, letters: float) -> tuple[str, ...]:
    """Return the lines of a row's label."""
    return wrap(row.label, room, letters, bold=row.bold)


def rows_plot(
    rows: Sequence[Row], domain: tuple[float, float], reference_label: str, width: Width
) -> tuple[Plot, tuple[float, float], Lane]:
    """Return the inner rectangle, the outer size and the sizes of one row."""
    outer = WIDTHS[width]
    letters = 15.0 if width == "wide" else 12.0
    figures = max([text_width(r.figure, letters, bold=True) for r in rows] or [0]) + 16
    top = 30.0 if reference_label else 4.0
    longest = max([text_width(row.label, letters, bold=row.bold) for row in rows] or [0])
    label = min(longest, 280.0) if width == "wide" else float(outer)
    lines = max([len(row_label(row, label, letters)) for row in rows] or [1])
    if width == "wide":
        height = max(48.0, lines * 18.0 + 8)
        lane = Lane(height, 26, (height - 26) / 2, letters, label, inline=True)
        left = label + 20
    else:
        more = (lines - 1) * 16.0
        lane = Lane(50 + more, 18, 24 + more, letters, label, inline=False)
        left = 1.0
    inner = outer - left - figures
    height = lane.height * len(rows)
    plot = Plot(left, top, inner, height, domain, (0, max(len(rows), 1)))
    return plot, (outer, top + height + 6), lane


def bar_marks(rows: Sequence[Row], plot: Plot, lane: Lane) -> str:
    """Draw the pieces of every bar, from top to bottom."""
    found: list[str] = []
    for order, row in enumerate(rows):
        top = len(rows) - order - lane.offset / lane.height
        bottom = top - lane.bar / lane.height
        for left, right, opacity in _pieces(row):
            box = plot.box((left, top), (right, bottom))
            pale = f' opacity="{opacity}"' if opacity < 1 else ""
            found.append(f'<path d="{box}" fill="{row.colour}"{pale}/>')
    return grouped("".join(found))


def _pieces(row: Row) -> list[tuple[float, float, float]]:
    """Return the certain piece of a bar, solid, and the uncertain piece, pale."""
    if row.word:
        return []
    if row.interval is None or row.exact:
        return [(row.start, row.end, 1.0)]
    low, high = row.interval
    if low <= row.start <= high:
        return [(low, high, 0.35)]
    near, far = (low, high) if low > row.start else (high, low)
    return [(row.start, near, 1.0), (near, far, 0.35)]
