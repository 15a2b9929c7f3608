"""What Altair draws of a line chart: bands, edges, lines, upright bars and dots.

The Vega-Lite shape is made once and then filled.
"""

from collections.abc import Callable, Sequence
from functools import cache

import altair as alt

from instroom.drawing.canvas import PAPER, Width
from instroom.drawing.charts.figures import Line, Point
from instroom.drawing.charts.plots import Plot
from instroom.drawing.vega import DataSets, Datum, Spec


@cache
def line_shape() -> Spec:
    """Return the Vega-Lite shape of a line chart, with empty named data."""
    chosen = {
        "color": alt.Color("colour:N", scale=None),
        "detail": "run:N",
    }
    band = alt.Chart(alt.NamedData("bands")).mark_area(opacity=0.16).encode(y2="high:Q", **chosen)
    edges = alt.Chart(alt.NamedData("edges")).mark_line(strokeWidth=1, opacity=0.5).encode(**chosen)
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line()
        .encode(
            strokeWidth=alt.StrokeWidth("thick:Q", scale=None),
            strokeDash=alt.StrokeDash("dash:N", scale=None),
            **chosen,
        )
    )
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_rect(strokeWidth=1.5)
        .encode(
            x2="right:Q",
            y2="high:Q",
            stroke=alt.Stroke("colour:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
        )
    )
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .mark_point(opacity=1)
        .encode(
            stroke=alt.Stroke("colour:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
            size=alt.Size("size:Q", scale=None),
            strokeWidth=alt.StrokeWidth("edge:Q", scale=None),
        )
    )
    layered = alt.layer(band, edges, bars, lines, dots)
    return dict(layered.to_dict(validate=False))


def line_data(lines: Sequence[Line], periods: Sequence[str], plot: Plot, width: Width) -> DataSets:
    """Return the rows of every named data set in the shape."""
    data: DataSets = {part: [] for part in ("bands", "edges", "lines", "bars", "dots")}
    bounded = [line for line in lines if any(p.shown and p.value is None for p in line.points)]
    for order, line in enumerate(lines):
        spots = {periods.index(point.period): point for point in line.points if point.shown}
        shift = bounded.index(line) - (len(bounded) - 1) / 2 if line in bounded else 0.0
        shift *= (9.0 if width == "wide" else 5.0) * plot.pixel
        _add_runs(data, line, spots, str(order), shift)
        for place, point in sorted(spots.items()):
            if point.value is None:
                data["bars"].append(_bar_row(line, place + shift, point, plot, width))
            else:
                data["dots"].append(_dot_row(line, place, point, width))
    return data


def _add_runs(
    data: DataSets,
    line: Line,
    spots: dict[int, Point],
    name: str,
    shift: float,
) -> None:
    """Add the line pieces through exact years and the bands through intervals."""
    base = {"colour": line.colour}
    look = base | {"thick": 3 if line.emphasis else 2, "dash": [5, 4] if line.dashed else []}
    for order, run in enumerate(_pairs(spots, lambda a, b: None not in (a.value, b.value))):
        rows = ({"x": place, "y": spots[place].value} for place in run)
        data["lines"].extend(look | row | {"run": f"{name}-{order}"} for row in rows)
    banded = _pairs(spots, lambda a, b: (a.interval or b.interval) is not None)
    for order, run in enumerate(banded):
        for place in run:
            low, high = spots[place].bounds
            x = place + (shift if spots[place].value is None else 0)
            row = base | {"x": x, "run": f"{name}-{order}"}
            data["bands"].append(row | {"y": low, "high": high})
            data["edges"].append(row | {"y": low, "run": f"{name}-{order}l"})
            data["edges"].append(row | {"y": high, "run": f"{name}-{order}h"})


def _pairs(spots: dict[int, Point], joined: Callable[[Point, Point], bool]) -> list[list[int]]:
    """Return the runs of years in which each year is joined to the one before."""
    runs: list[list[int]] = []
    for place in sorted(spots):
        before = spots.get(place - 1)
        if before is None or not joined(before, spots[place]):
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place - 1, place])
    return runs


def _bar_row(line: Line, x: float, point: Point, plot: Plot, width: Width) -> Datum:
    half = (2.5 if width == "wide" else 1.5) * plot.pixel
    low, high = point.bounds
    return {
        "x": x - half,
        "right": x + half,
        "y": low,
        "high": high,
        "colour": line.colour,
        "fill": PAPER if point.status == "provisional" else line.colour,
    }


def _dot_row(line: Line, place: int, point: Point, width: Width) -> Datum:
    opened = point.status == "provisional"
    form, factor = line.shape
    size = (84 if line.emphasis else 60) if width == "wide" else (50 if line.emphasis else 36)
    return {
        "x": place,
        "y": point.value,
        "colour": line.colour if opened else PAPER,
        "fill": PAPER if opened else line.colour,
        "shape": form,
        "size": size * factor,
        "edge": 2 if opened else 1.2,
    }
