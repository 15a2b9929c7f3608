"""Line charts and bars are written as SVG at once; Vega draws the same, to the byte."""

from collections.abc import Sequence
from typing import Any, get_args

import altair as alt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.texts import Texts
from instroom.drawing.canvas import PAPER, Status, Unit, Width, frame
from instroom.drawing.charts.axes import axis_domain, line_axes
from instroom.drawing.charts.figures import Line, Point
from instroom.drawing.charts.lanes import Lane, Row, bar_marks
from instroom.drawing.charts.marks import line_marks
from instroom.drawing.charts.plots import Plot, filled
from instroom.drawing.vega import to_svg

WORDS = {"name": "p", "title": "T", "description": "D"}
SIZE = (1040.0, 400.0)
YEARS = [f"{year}-{year + 1}" for year in range(2014, 2024)]
WHOLE = {"nice": False, "zero": False}


def shape() -> dict[str, Any]:
    """Return a line chart in Vega-Lite: bands, edges, bars, lines and dots on named data."""

    def of(field: str, kind: str) -> dict[str, Any]:
        return {"field": field, "type": kind, "scale": None}

    colour, run = of("colour", "nominal"), {"field": "run", "type": "nominal"}
    drawn = {"color": colour, "detail": run}
    box = {"stroke": colour, "fill": of("fill", "nominal")}
    dot = {"shape": of("shape", "nominal"), "size": of("size", "quantitative")}
    layers = [
        ("bands", {"type": "area", "opacity": 0.16}, {**drawn, "y2": {"field": "high"}}),
        ("edges", {"type": "line", "strokeWidth": 1, "opacity": 0.5}, drawn),
        (
            "bars",
            {"type": "rect", "strokeWidth": 1.5},
            {**box, "x2": {"field": "right"}, "y2": {"field": "high"}},
        ),
        ("lines", {"type": "line"}, {**drawn, "strokeDash": of("dash", "nominal")}),
        (
            "dots",
            {"type": "point", "opacity": 1},
            {**box, **dot, "strokeWidth": of("edge", "quantitative")},
        ),
    ]
    return {
        "$schema": alt.SCHEMA_URL,
        "layer": [
            {"data": {"name": name}, "mark": mark, "encoding": coded}
            for name, mark, coded in layers
        ],
    }


def runs(spots: dict[int, Point], *, exact: bool) -> list[list[int]]:
    """Return the pairs of neighbours that are joined, as runs."""
    found: list[list[int]] = []
    for place in sorted(spots):
        if place - 1 not in spots:
            continue
        pair = (spots[place - 1], spots[place])
        whole = all(p.value is not None for p in pair)
        if not (whole if exact else any(p.interval for p in pair)):
            continue
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place - 1, place])
    return found


def data(lines: Sequence[Line], plot: Plot, width: Width) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every named data set."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("bands", "edges", "lines", "bars", "dots")
    }
    wide = width == "wide"
    blurred = [one for one in lines if any(p.shown and p.value is None for p in one.points)]
    for order, line in enumerate(lines):
        spots = {YEARS.index(p.period): p for p in line.points if p.shown}
        shift = 0.0
        if line in blurred:
            shift = (blurred.index(line) - (len(blurred) - 1) / 2) * (9 if wide else 5) * plot.pixel
        base = {"colour": line.colour}
        for turn, run in enumerate(runs(spots, exact=True)):
            look = {**base, "dash": [5, 4] if line.dashed else [], "run": f"{order}-{turn}"}
            rows["lines"] += [{**look, "x": x, "y": spots[x].value} for x in run]
        for turn, run in enumerate(runs(spots, exact=False)):
            for place in run:
                low, high = spots[place].bounds
                x = place + (shift if spots[place].value is None else 0)
                row = {**base, "x": x, "run": f"{order}-{turn}"}
                rows["bands"].append({**row, "y": low, "high": high})
                rows["edges"].append({**row, "y": low, "run": f"{order}-{turn}l"})
                rows["edges"].append({**row, "y": high, "run": f"{order}-{turn}h"})
        for place, point in sorted(spots.items()):
            opened = point.status == "provisional"
            low, high = point.bounds
            if point.value is None:
                x, half = place + shift, (2.5 if wide else 1.5) * plot.pixel
                fill = PAPER if opened else line.colour
                box = {"x": x - half, "right": x + half, "y": low, "high": high, "fill": fill}
                rows["bars"].append({**base, **box})
                continue
            form, factor = line.shape
            area = (84 if line.emphasis else 60) if wide else (50 if line.emphasis else 36)
            rows["dots"].append(
                {
                    "x": place,
                    "y": point.value,
                    "colour": line.colour if opened else PAPER,
                    "fill": PAPER if opened else line.colour,
                    "shape": form,
                    "size": area * factor,
                    "edge": 2 if opened else 1.2,
                }
            )
    return rows


def axes(plot: Plot, step: float, unit: Unit, width: Width, below: int) -> dict[str, Any]:
    """Return both axes in Vega-Lite; the years in use are those that the drawing shows."""
    wide, count = width == "wide", len(YEARS)
    shown = list(range(count)) if wide else [0, (count - 1) // 2, count - 1]
    names = ",".join(f"{k}:'’{YEARS[k][2:4]}/’{YEARS[k][7:9]}'" for k in shown)
    low, high = plot.y_domain
    heights = [round(low + step * k, 9) for k in range(round((high - low) / step) + 1)]
    digits = ".0%" if step >= 0.00999 else ".1%"
    return {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(plot.x_domain), **WHOLE},
            "axis": {
                "values": shown,
                "labelExpr": f"({{{names}}})[datum.value]",
                "offset": below * 22 + (6 if below else 0),
                "labelFlush": False if wide else plot.width / count * 0.5,
                "labelFontSize": 13 if wide else 12,
                "labelOverlap": False,
                "title": None,
            },
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [low, high], **WHOLE},
            "axis": {
                "values": heights,
                "format": ",.0f" if unit == "count" else digits,
                "labelFontSize": 13 if wide else 11,
                "title": None,
            },
        },
    }


def both(
    lines: Sequence[Line], unit: Unit, width: Width, language: str, below: int
) -> tuple[str, str]:
    """Draw the inside of a line chart ourselves and with Vega."""
    shown = [p for line in lines for p in line.points if p.shown]
    low, high, step = axis_domain([x for p in shown for x in (*p.bounds, p.middle)], unit)
    size = (843.925, 300.0) if width == "wide" else (189.14, 206.0)
    plot = Plot(56.0, 16.0, *size, (-0.3, len(YEARS) - 0.7), (low, high))
    texts = Texts(language)
    inside = line_axes(plot, YEARS, step, unit, width, below, texts)
    ours = frame(plot.inside(inside + line_marks(lines, YEARS, plot, width)), SIZE, **WORDS)
    spec = filled(shape(), plot, SIZE, data(lines, plot, width))
    spec["encoding"] = axes(plot, step, unit, width, below)
    return ours, to_svg(spec, size=SIZE, language=language, **WORDS)


def line(order: int, **more: bool) -> Line:
    exact = tuple(Point(y, 0.4 + 0.031 * order + 0.0127 * k) for k, y in enumerate(YEARS[:5]))
    blurred = tuple(
        Point(y, None, 0.41 + 0.02 * order, 0.47 + 0.0111 * k, "bounded")
        for k, y in enumerate(YEARS[5:8])
    )
    rest = (Point(YEARS[8], None, None, None, "protected"), Point(YEARS[9], 0.5, None, None))
    return Line(f"lijn {order}", (*exact, *blurred, *rest), colour_index=order, **more)


@pytest.mark.parametrize("width", get_args(Width))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_form_of_dot_and_line_is_drawn_as_vega_draws_it(width: Width, language: str) -> None:
    opened = Line("p", (Point(YEARS[0], 0.3, status="provisional"), Point(YEARS[1], 0.35)))
    lines = [line(0, emphasis=True), line(1, dashed=True), line(2), line(3), line(4), opened]
    ours, vega = both(lines, "share", width, language, 2)
    assert ours == vega
    for order in range(5):
        ours, vega = both([line(order, emphasis=True)], "share", width, language, 0)
        assert ours == vega


STATUSES: tuple[Status, ...] = ("ok", "provisional", "missing")


@st.composite
def any_lines(draw: st.DrawFn) -> list[Line]:
    top = draw(st.sampled_from([1.0, 900.0, 123456.0]))
    heights = st.floats(0, top).map(lambda x: round(x, 5))
    found = []
    for order in range(draw(st.integers(1, 4))):
        points = []
        for year in draw(st.sets(st.sampled_from(YEARS))):
            low, high = sorted((draw(heights), draw(heights)))
            exact = draw(st.booleans())
            status = draw(st.sampled_from(STATUSES))
            value, bounds = (low, (None, None)) if exact else (None, (low, high))
            points.append(Point(year, value, *bounds, status))
        flags = {"emphasis": draw(st.booleans()), "dashed": draw(st.booleans())}
        found.append(Line(f"l{order}", tuple(points), colour_index=order, **flags))
    return found


@settings(max_examples=40, deadline=None)
@given(any_lines(), st.sampled_from(get_args(Width)))
def test_any_lines_are_drawn_as_vega_draws_them(lines: list[Line], width: Width) -> None:
    ours, vega = both(lines, "count", width, "nl", 0)
    assert ours == vega


def test_bars_are_drawn_as_vega_draws_them() -> None:
    rows = [
        Row("a", "", "#0A5A66", 0.0, 0.4137),
        Row("b", "", "#A34A06", 0.4137, 0.39991, (0.38, 0.4177), exact=False),
        Row("c", "", "#1B5E96", 0.4, 0.7, (0.55, 0.81), exact=False),
        Row("d", "", "#1B5E96", 0.0, 0.0, word="afgeschermd"),
    ]
    lane = Lane(48, 26, 11, 15.0, 280.0, inline=True)
    plot = Plot(139.55, 4.0, 734.31, 192.0, (0.0, 0.81), (0, 4))
    pieces = [(0.0, 0.4137, 1.0), (0.38, 0.4177, 0.35), (0.4, 0.55, 1.0), (0.55, 0.81, 0.35)]
    bars = [
        {
            "x": left,
            "right": right,
            "y": 4 - order - 11 / 48,
            "bottom": 4 - order - 11 / 48 - 26 / 48,
            "colour": rows[order].colour,
            "opacity": opacity,
        }
        for order, (left, right, opacity) in zip((0, 1, 2, 2), pieces, strict=True)
    ]
    coded = {"x2": {"field": "right"}, "y2": {"field": "bottom"}}
    for channel, field, kind in (
        ("color", "colour", "nominal"),
        ("opacity", "opacity", "quantitative"),
    ):
        coded[channel] = {"field": field, "type": kind, "scale": None}
    mark = {"type": "rect", "stroke": None}
    layer = {"data": {"name": "bars"}, "mark": mark, "encoding": coded}
    spec = filled({"$schema": alt.SCHEMA_URL, "layer": [layer]}, plot, SIZE, {"bars": bars})
    spec["encoding"] = {
        side: {
            "field": side,
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": list(domain), **WHOLE},
        }
        for side, domain in (("x", plot.x_domain), ("y", plot.y_domain))
    }
    ours = frame(plot.inside(bar_marks(rows, plot, lane)), SIZE, **WORDS)
    assert ours == to_svg(spec, size=SIZE, **WORDS)
