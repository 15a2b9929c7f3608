"""Horizontal bars one under another: their figures, their sizes and what Altair draws of them.

The Vega-Lite shape is made once and then filled.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import altair as alt

from instroom.drawing.canvas import WIDTHS, Width
from instroom.drawing.charts.plots import Plot
from instroom.drawing.lettering import text_width
from instroom.drawing.vega import DataSets, Datum, Spec


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


def rows_plot(
    rows: Sequence[Row], domain: tuple[float, float], reference_label: str, width: Width
) -> tuple[Plot, tuple[float, float], Lane]:
    """Return the inner rectangle, the outer size and the sizes of one row."""
    outer = WIDTHS[width]
    letters = 15.0 if width == "wide" else 12.0
    figures = max([text_width(r.figure, letters, bold=True) for r in rows] or [0]) + 16
    top = 30.0 if reference_label else 4.0
    if width == "wide":
        longest = max([text_width(row.label, letters, bold=row.bold) for row in rows] or [0])
        label = min(longest, 280.0)
        lane = Lane(48, 26, 11, letters, label, inline=True)
        left = label + 20
    else:
        lane = Lane(50, 18, 24, letters, outer, inline=False)
        left = 1.0
    inner = outer - left - figures
    height = lane.height * len(rows)
    plot = Plot(left, top, inner, height, domain, (0, max(len(rows), 1)))
    return plot, (outer, top + height + 6), lane


@cache
def _bar_template() -> Spec:
    base = {
        "x2": "right:Q",
        "y2": "bottom:Q",
        "color": alt.Color("colour:N", scale=None),
        "opacity": alt.Opacity("opacity:Q", scale=None),
    }
    bars = alt.Chart(alt.NamedData("bars")).mark_rect(stroke=None).encode(**base)
    return dict(alt.layer(bars).to_dict(validate=False))


def bar_shape(plot: Plot) -> Spec:
    """Return the Vega-Lite shape of the bars, with the scales of a plot."""
    shape = copy.deepcopy(_bar_template())
    shape["encoding"] = {
        side: {
            "field": side,
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": list(domain), "nice": False, "zero": False},
        }
        for side, domain in (("x", plot.x_domain), ("y", plot.y_domain))
    }
    return shape


def bar_data(rows: Sequence[Row], lane: Lane) -> DataSets:
    """Return the pieces of every bar, from top to bottom."""
    found: list[Datum] = []
    for order, row in enumerate(rows):
        top = len(rows) - order - lane.offset / lane.height
        place = {"y": top, "bottom": top - lane.bar / lane.height, "colour": row.colour}
        for left, right, opacity in _pieces(row):
            found.append(place | {"x": left, "right": right, "opacity": opacity})
    return {"bars": found}


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
