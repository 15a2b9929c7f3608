"""Lines, bars and the split of a change, drawn by Altair.

Altair draws scales, grid, lines, bands and bars; labels that must not overlap, hatch and the
key are added in outer pixels. The Vega-Lite shape of each kind is made once and then filled.
"""

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from math import ceil, floor, log10
from typing import Any, Literal

import altair as alt

from instroom.core.texts import Texts
from instroom.reports.drawing import (
    AHEAD,
    BEHIND,
    BORDER,
    CATEGORIES,
    HAIRLINE,
    INK,
    MUTED,
    PAPER,
    PETROL,
    PETROL_MID,
    WIDTHS,
    Drawing,
    Status,
    Unit,
    Width,
    spread,
    status_word,
    text_width,
    to_svg,
    wrap,
)

#: Form and size of the dots; the sizes make them look equally heavy.
_SHAPES = (("circle", 1.0), ("square", 1.0), ("triangle-up", 1.5), ("diamond", 1.3), ("cross", 1.3))
_NUMBERS = ("ok", "bounded", "provisional")


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a line: a number, an interval, or a status that says why neither."""

    period: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: Status = "ok"

    @property
    def shown(self) -> bool:
        """Whether there is a number or an interval to draw."""
        known = self.value is not None or self.interval is not None
        return known and self.status in _NUMBERS

    @property
    def interval(self) -> tuple[float, float] | None:
        """The bounds, when they differ or stand alone."""
        if self.low is None or self.high is None:
            return None
        return (self.low, self.high) if self.low < self.high or self.value is None else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest height drawn."""
        if self.interval:
            return self.interval
        value = self.value or 0.0
        return value, value

    @property
    def middle(self) -> float:
        """Where a label points at; never drawn as a value."""
        return self.value if self.value is not None else sum(self.bounds) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One place or group through time; ``dashed`` is a projection."""

    label: str
    points: tuple[Point, ...]
    emphasis: bool = False
    colour_index: int = 0
    dashed: bool = False

    @property
    def colour(self) -> str:
        """Its colour."""
        return CATEGORIES[self.colour_index % len(CATEGORIES)]

    @property
    def shape(self) -> tuple[str, float]:
        """The form of its dots and their relative size, so that lines differ without colour."""
        return _SHAPES[self.colour_index % len(_SHAPES)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar; ``reference`` is the same figure elsewhere (the country)."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    status: Status = "ok"
    emphasis: bool = False

    @property
    def point(self) -> Point:
        """The number as a point without a period."""
        return Point("", self.value, self.low, self.high, self.status)


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a split change: a total (from, to) or an effect between two totals."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kind: Literal["total", "effect"] = "effect"
    status: Status = "ok"

    @property
    def point(self) -> Point:
        """The number as a point without a period."""
        return Point("", self.value, self.low, self.high, self.status)


@dataclass(frozen=True, slots=True)
class _Plot:
    """The inner rectangle and its scales; ``x`` and ``y`` turn figures into pixels."""

    left: float
    top: float
    width: float
    height: float
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]

    @property
    def pixel(self) -> float:
        """How much of the x domain one pixel is."""
        return (self.x_domain[1] - self.x_domain[0]) / self.width

    def x(self, value: float) -> float:
        low, high = self.x_domain
        return self.left + (value - low) / (high - low) * self.width

    def y(self, value: float) -> float:
        low, high = self.y_domain
        return self.top + (high - value) / (high - low) * self.height


# ------------------------------------------------------------------------------ line chart


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
        See :func:`instroom.reports.drawing.frame`.
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
    low, high, step = _domain(_heights(lines), unit)
    strips = _strips(lines, periods, texts)
    labels = _end_labels(lines, periods, texts, unit, width)
    key = _key_items(lines, texts)
    plot, size, rows = _line_plot(periods, (low, high), strips, labels, key, width)
    over = Drawing(f"{name}-{width}")
    for strip, row in zip(strips, rows, strict=True):
        _draw_strip(over, plot, strip, row, width)
    _draw_labels(over, plot, labels, width)
    bottom = _draw_key(over, key, size[1], width, plot)
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
    spec = _filled(_line_shape(), plot, size, _line_data(lines, periods, plot, width))
    spec["encoding"] = _line_axes(plot, periods, step, unit, width, max([*rows, -1]) + 1)
    return to_svg(
        spec,
        name=f"{name}-{width}",
        title=title,
        description=f"{description} {axis_note}".strip(),
        language=language,
        example_word=example_word,
        size=size,
        over=over.body,
    )


def _heights(lines: Sequence[Line]) -> list[float]:
    shown = (point for line in lines for point in line.points if point.shown)
    return [bound for point in shown for bound in (*point.bounds, point.middle)]


def _domain(values: Sequence[float], unit: Unit) -> tuple[float, float, float]:
    """Return the lowest and highest value of an axis and its step, all round numbers."""
    if not values:
        return (0.0, 1.0, 0.25) if unit == "share" else (0.0, 10.0, 5.0)
    low, high = min(values), max(values)
    if unit == "count" or low < 0.25 * high:
        low = min(0.0, low)
    least = 0.08 if unit == "share" else 4.0
    spare = max(least - (high - low), 0) / 2
    low, high = (low - spare if low > 0 else low), high + spare
    step = _nice((high - low) / 4)
    start, end = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    if unit == "share":
        start, end = max(start, 0.0), min(max(end, start + step), 1.0)
    return round(start, 9), round(end, 9), step


def _nice(rough: float) -> float:
    power: float = 10.0 ** floor(log10(rough))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.75))


@dataclass(frozen=True, slots=True)
class _Strip:
    first: int
    last: int
    label: str
    word: str

    def texts(self) -> Iterator[str]:
        """Yield the whole text, then ever shorter ones; the word always stays."""
        words = self.label.split(" ") if self.label else []
        if words:
            yield f"{self.label}: {self.word}"
        for count in range(len(words) - 1, 0, -1):
            yield f"{' '.join(words[:count])}…: {self.word}"
        yield self.word


def _strips(lines: Sequence[Line], periods: Sequence[str], texts: Texts) -> list[_Strip]:
    """Return the runs of years without a number, each with its word."""
    found = []
    for line in lines:
        hidden = [
            (periods.index(point.period), status_word(point.status, texts))
            for point in line.points
            if not point.shown
        ]
        for word, run in _runs(hidden, texts):
            found.append(_Strip(run[0], run[-1], line.label if len(lines) > 1 else "", word))
    return found


def _runs(hidden: Sequence[tuple[int, str]], texts: Texts) -> Iterator[tuple[str, list[int]]]:
    spots = sorted(hidden)
    numbered = [(index - order, word, index) for order, (index, word) in enumerate(spots)]
    for (_, word), run in groupby(numbered, key=lambda item: item[:2]):
        yield word or texts("geen cijfer"), [index for *_, index in run]


@dataclass(frozen=True, slots=True)
class _Label:
    line: Line
    last: Point
    place: int
    head: tuple[str, ...]
    figure: str

    def rows(self) -> int:
        return len(self.head) + 1


def _end_labels(
    lines: Sequence[Line], periods: Sequence[str], texts: Texts, unit: Unit, width: Width
) -> list[_Label]:
    room, size = (190, 15) if width == "wide" else (82, 12)
    found = []
    for line in lines:
        shown = [point for point in line.points if point.shown]
        if shown:
            last = max(shown, key=lambda point: point.period)
            head = wrap(line.label, room, size, bold=True)
            found.append(
                _Label(line, last, periods.index(last.period), head, _figure(last, texts, unit))
            )
    return found


def _figure(point: Point, texts: Texts, unit: Unit) -> str:
    """Write the number of a point, or its interval."""
    low, high = (point.value, None) if point.value is not None else point.bounds
    if unit == "share":
        return texts.percent(low, high)
    return texts.number(low, high)


def _line_plot(
    periods: Sequence[str],
    y_domain: tuple[float, float],
    strips: Sequence[_Strip],
    labels: Sequence[_Label],
    key: Sequence[tuple[str, str]],
    width: Width,
) -> tuple[_Plot, tuple[float, float], list[int]]:
    wide = width == "wide"
    texts = [text for label in labels for text in (*label.head, label.figure)]
    longest = max([text_width(text, 15 if wide else 12, bold=True) for text in texts] or [0])
    right = longest + (44 if wide else 24)
    left, top = (56.0, 16.0) if wide else (38.0, 10.0)
    outer = WIDTHS[width]
    edge = 0.3 if len(periods) > 1 else 0.5
    x_domain = (-edge, max(len(periods) - 1, 0) + edge)
    plot = _Plot(left, top, outer - left - right, 300 if wide else 206, x_domain, y_domain)
    rows = _pack(strips, plot, width)
    deep = (max(rows, default=-1) + 1) * 22
    bottom = 66 if wide else 54 + 18 * len(_key_rows(key, plot, width))
    return plot, (outer, top + plot.height + deep + bottom), rows


def _pack(strips: Sequence[_Strip], plot: _Plot, width: Width) -> list[int]:
    """Give every strip the first row in which it and its word overlap nothing."""
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for strip in strips:
        start, end, text_x, anchor, text = _strip_place(plot, strip, width)
        size = text_width(text, _small(width)) + 8
        span = (min(start, text_x - (size if anchor == "end" else 0)), 0.0)
        span = (span[0], max(end, text_x + (size if anchor == "start" else 0)))
        free = (r for r, row in enumerate(taken) if all(_apart(span, other) for other in row))
        row = next(free, len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append(span)
        rows.append(row)
    return rows


def _apart(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[1] <= second[0] or second[1] <= first[0]


def _small(width: Width) -> float:
    return 13 if width == "wide" else 11


def _strip_place(
    plot: _Plot, strip: _Strip, width: Width
) -> tuple[float, float, float, Literal["start", "end"], str]:
    """Return where the hatch begins and ends, and where which text stands."""
    start, end = plot.x(strip.first - 0.4), plot.x(strip.last + 0.4)
    start, end = max(start, plot.left), min(end, plot.left + plot.width)
    right, left = WIDTHS[width] - end - 6, start - 6
    for text in strip.texts():
        need = text_width(text, _small(width))
        if need <= right:
            return start, end, end + 6, "start", text
        if need <= left:
            return start, end, start - 6, "end", text
    return start, end, WIDTHS[width], "end", strip.word


def _draw_strip(over: Drawing, plot: _Plot, strip: _Strip, row: int, width: Width) -> None:
    start, end, text_x, anchor, text = _strip_place(plot, strip, width)
    y = plot.top + plot.height + 8 + row * 22
    over.rect((start, y, end - start, 14), over.hatch, radius=3)
    over.text(text_x, y + 11.5, text, size=_small(width), fill=MUTED, anchor=anchor)


def _draw_labels(over: Drawing, plot: _Plot, labels: Sequence[_Label], width: Width) -> None:
    size, lead = (15.0, 18.0) if width == "wide" else (12.0, 15.0)
    rows = max([label.rows() for label in labels], default=1)
    wanted = [plot.y(label.last.middle) for label in labels]
    half = rows * lead / 2
    spots = spread(wanted, rows * lead + 6, plot.top + half - 8, plot.top + plot.height - half + 8)
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


def _key_items(lines: Sequence[Line], texts: Texts) -> list[tuple[str, str]]:
    """Return the signs in use and what they mean."""
    points = [point for line in lines for point in line.points if point.shown]
    opened = [point for point in points if point.status == "provisional"]
    dots = any(point.value is not None and point.status != "provisional" for point in points)
    bars = any(point.value is None for point in points)
    found = []
    if dots and (bars or opened):
        found.append(("dot", texts("gemeten")))
    if bars:
        found.append(("bar", texts("ligt tussen deze grenzen")))
    if opened:
        found.append(("open", texts("voorlopig")))
    if any(line.dashed for line in lines):
        found.append(("dash", texts("vooruitzicht")))
    return found


def _key_rows(
    key: Sequence[tuple[str, str]], plot: _Plot, width: Width
) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = []
    used = 0.0
    for item in key:
        need = text_width(item[1], _small(width)) + 40
        if not rows or used + need > WIDTHS[width] - plot.left:
            rows.append([])
            used = 0.0
        rows[-1].append(item)
        used += need
    return rows


def _draw_key(
    over: Drawing, key: Sequence[tuple[str, str]], height: float, width: Width, plot: _Plot
) -> float:
    """Draw the key at the bottom; return the baseline of the line for the axis note."""
    rows = _key_rows(key, plot, width)
    note = height - (12 if width == "wide" else 6)
    base = note - (0 if width == "wide" else 18)
    for row, items in enumerate(reversed(rows)):
        x, y = plot.left, base - row * 18
        for sign, text in items:
            _draw_sign(over, sign, x + 8, y - 4.5)
            over.text(x + 24, y, text, size=_small(width), fill=MUTED)
            x += text_width(text, _small(width)) + 40
    return note


def _draw_sign(over: Drawing, sign: str, x: float, y: float) -> None:
    if sign == "dot":
        over.add("circle", cx=x, cy=y, r=4, fill=MUTED)
    elif sign == "open":
        over.add("circle", cx=x, cy=y, r=4, fill=PAPER, stroke=MUTED, stroke_width=2)
    elif sign == "dash":
        over.line((x - 8, y), (x + 10, y), stroke=MUTED, thick=2, dash="5 4")
    else:
        over.rect((x - 8, y - 6, 17, 12), HAIRLINE)
        over.rect((x - 2.5, y - 6, 5, 12), MUTED)


@cache
def _line_shape() -> dict[str, Any]:
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


def _filled(
    shape: dict[str, Any],
    plot: _Plot,
    size: tuple[float, float],
    data: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Fill a shape with data and the place of its inner rectangle."""
    spec = copy.deepcopy(shape)
    spec.pop("config", None)
    spec["datasets"] = data
    spec["width"], spec["height"] = plot.width, plot.height
    spec["padding"] = {
        "left": plot.left,
        "top": plot.top,
        "right": size[0] - plot.left - plot.width,
        "bottom": size[1] - plot.top - plot.height,
    }
    return spec


def _line_axes(
    plot: _Plot, periods: Sequence[str], step: float, unit: Unit, width: Width, rows: int
) -> dict[str, Any]:
    shown = _shown_periods(len(periods), width)
    names = {place: _short(periods[place]) for place in shown}
    low, high = plot.y_domain
    count = round((high - low) / step)
    return {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(plot.x_domain), "nice": False, "zero": False},
            "axis": {
                "values": shown,
                "labelExpr": "({" + ",".join(f"{k}:'{v}'" for k, v in names.items()) + "})"
                "[datum.value]",
                "offset": rows * 22 + (6 if rows else 0),
                "labelFlush": (plot.width / max(len(periods), 1)) * 0.5
                if width == "narrow"
                else False,
                "labelFontSize": 13 if width == "wide" else 12,
                "labelOverlap": False,
                "grid": False,
                "title": None,
            },
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [low, high], "nice": False, "zero": False},
            "axis": {
                "values": [round(low + step * place, 9) for place in range(count + 1)],
                "format": _axis_format(step, unit),
                "labelFontSize": 13 if width == "wide" else 11,
                "title": None,
            },
        },
    }


def _axis_format(step: float, unit: Unit) -> str:
    if unit == "count":
        return ",.0f"
    return ".0%" if step >= 0.00999 else ".1%"


def _shown_periods(count: int, width: Width) -> list[int]:
    """Return which periods get a label: all, every second, or first, middle and last."""
    if width == "narrow":
        return sorted({0, (count - 1) // 2, count - 1}) if count else []
    every = 1 + (count - 1) // 13
    return [place for place in range(count) if (count - 1 - place) % every == 0]


def _short(period: str) -> str:
    """Write a school year short; anything else stays as it is.

    Examples
    --------
    >>> _short("2014-2015"), _short("2024")
    ('’14/’15', '2024')
    """
    found = re.fullmatch(r"\d\d(\d\d)[-/]\d\d(\d\d)", period)
    text = f"’{found[1]}/’{found[2]}" if found else period
    return text.replace("\\", "").replace("'", "’")


def _line_data(
    lines: Sequence[Line], periods: Sequence[str], plot: _Plot, width: Width
) -> dict[str, list[dict[str, Any]]]:
    data: dict[str, list[dict[str, Any]]] = {
        part: [] for part in ("bands", "edges", "lines", "bars", "dots")
    }
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
    data: dict[str, list[dict[str, Any]]],
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


def _bar_row(line: Line, x: float, point: Point, plot: _Plot, width: Width) -> dict[str, Any]:
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


def _dot_row(line: Line, place: int, point: Point, width: Width) -> dict[str, Any]:
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


# ------------------------------------------------------------------------- bars and the split


@dataclass(frozen=True, slots=True)
class _Row:
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


def bar_chart(
    bars: Sequence[Bar],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    reference_label: str = "",
    example_word: str = "",
) -> str:
    """Draw horizontal bars from 0, with intervals and the same figure elsewhere.

    A bounded bar is solid up to its lower bound and pale up to its upper bound; a hidden one is
    hatched and says so.

    Parameters
    ----------
    bars
        From top to bottom.
    name, title, description, example_word
        See :func:`instroom.reports.drawing.frame`.
    unit, language, width
        See :func:`line_chart`.
    reference_label
        What the upright mark means, for example the name of the country.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    rows = [_bar_as_row(bar, bars, texts, unit) for bar in bars]
    ends = [bound for row in rows for bound in _row_ends(row)]
    return _rows_chart(
        rows,
        (0.0, max([*ends, 0.0]) or 1.0),
        reference_label if any(bar.reference is not None for bar in bars) else "",
        width,
        links=False,
        name=name,
        title=title,
        description=description,
        language=language,
        example_word=example_word,
    )


def split_chart(
    parts: Sequence[Part],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw how a total became another: from, the effects one under another, to.

    Effects hang where the one before ended; up and down differ by sign and arrow, not only by
    colour.

    Parameters
    ----------
    parts
        A total, its effects and the new total, in that order.
    name, title, description, example_word
        See :func:`instroom.reports.drawing.frame`.
    unit, language, width
        See :func:`line_chart`.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    rows: list[_Row] = []
    running = 0.0
    for part in parts:
        row = _part_as_row(part, running, texts, unit)
        running = row.end if part.point.shown else running
        rows.append(row)
    ends = [bound for row in rows for bound in _row_ends(row)]
    return _rows_chart(
        rows,
        (min([*ends, 0.0]), max([*ends, 0.0]) or 1.0),
        "",
        width,
        links=True,
        name=name,
        title=title,
        description=description,
        language=language,
        example_word=example_word,
    )


def _row_ends(row: _Row) -> tuple[float, ...]:
    reference = () if row.reference is None else (row.reference,)
    return (row.start, row.end, *(row.interval or ()), *reference)


def _bar_as_row(bar: Bar, bars: Sequence[Bar], texts: Texts, unit: Unit) -> _Row:
    point = bar.point
    strong = bar.emphasis or not any(other.emphasis for other in bars)
    colour = PETROL if strong else PETROL_MID
    if not point.shown:
        word = status_word(bar.status, texts) or texts("geen cijfer")
        return _Row(bar.label, word, colour, 0, 0, None, bar.reference, word, bar.emphasis)
    end = point.value if point.value is not None else point.bounds[0]
    return _Row(
        bar.label,
        _figure(point, texts, unit),
        colour,
        0,
        end,
        point.interval,
        bar.reference,
        bold=bar.emphasis,
        exact=point.value is not None,
    )


def _part_as_row(part: Part, running: float, texts: Texts, unit: Unit) -> _Row:
    point = part.point
    total = part.kind == "total"
    start = 0.0 if total else running
    if not point.shown:
        word = status_word(part.status, texts) or texts("geen cijfer")
        return _Row(part.label, word, PETROL, start, start, None, None, word, total)
    colour = PETROL if total else _direction(point)[1]
    interval = point.interval
    if interval:
        interval = (start + interval[0], start + interval[1])
    figure = _figure(point, texts, unit) if total else _signed(point, texts, unit)
    return _Row(
        part.label,
        figure,
        colour,
        start,
        start + point.middle,
        interval,
        bold=total,
        exact=point.value is not None,
    )


def _direction(point: Point) -> tuple[str, str]:
    """Return the arrow and colour of an effect; a dot when its sign is not known."""
    low, high = point.bounds
    if low > 0:
        return "▲", AHEAD
    if high < 0:
        return "▼", BEHIND
    return "●", BORDER


def _signed(point: Point, texts: Texts, unit: Unit) -> str:
    """Write an effect with its sign, as an interval when it is one."""

    def one(value: float) -> str:
        text = texts.number(
            abs(value) * (100 if unit == "share" else 1), digits=int(unit == "share")
        )
        sign = "−" if value < 0 else "+"
        return f"{sign}{text}" if value else text

    arrow = _direction(point)[0]
    end = f" {texts('procentpunt')}" if unit == "share" else ""
    if point.value is not None:
        return f"{arrow} {one(point.value)}{end}"
    low, high = point.bounds
    return f"{arrow} {texts('{low} tot {high}', low=one(low), high=one(high))}{end}"


def _rows_chart(
    rows: Sequence[_Row],
    domain: tuple[float, float],
    reference_label: str,
    width: Width,
    *,
    links: bool,
    name: str,
    title: str,
    description: str,
    language: str,
    example_word: str,
) -> str:
    plot, size, lane = _rows_plot(rows, domain, reference_label, width)
    over = Drawing(f"{name}-{width}")
    under = Drawing(f"{name}-{width}")
    if links:
        _draw_links(under, plot, rows, lane)
    for order, row in enumerate(rows):
        top = plot.top + order * lane.height + lane.offset - 4
        deep = lane.height if lane.inline else lane.bar + 8
        if lane.inline or row.start == 0:
            under.line((plot.x(0), top), (plot.x(0), top + deep), stroke=BORDER)
        _draw_row(over, plot, row, order, lane)
    if reference_label:
        _draw_reference_key(over, reference_label, size[0], lane)
    return to_svg(
        _filled(_bar_shape(plot), plot, size, _bar_data(rows, lane)),
        name=f"{name}-{width}",
        title=title,
        description=description,
        language=language,
        example_word=example_word,
        size=size,
        under=under.body,
        over=over.body,
    )


@dataclass(frozen=True, slots=True)
class _Lane:
    """The sizes of one row: its height, the bar in it and the letters."""

    height: float
    bar: float
    offset: float
    letters: float
    label_width: float
    inline: bool


def _rows_plot(
    rows: Sequence[_Row], domain: tuple[float, float], reference_label: str, width: Width
) -> tuple[_Plot, tuple[float, float], _Lane]:
    outer = WIDTHS[width]
    letters = 15.0 if width == "wide" else 12.0
    figures = max([text_width(r.figure, letters, bold=True) for r in rows] or [0]) + 16
    top = 30.0 if reference_label else 4.0
    if width == "wide":
        longest = max([text_width(row.label, letters, bold=row.bold) for row in rows] or [0])
        label = min(longest, 280.0)
        lane = _Lane(48, 26, 11, letters, label, inline=True)
        left = label + 20
    else:
        lane = _Lane(50, 18, 24, letters, outer, inline=False)
        left = 1.0
    inner = outer - left - figures
    height = lane.height * len(rows)
    plot = _Plot(left, top, inner, height, domain, (0, max(len(rows), 1)))
    return plot, (outer, top + height + 6), lane


def _draw_links(under: Drawing, plot: _Plot, rows: Sequence[_Row], lane: _Lane) -> None:
    """Draw the hairlines that show where the next bar starts."""
    for order, (row, after) in enumerate(pairwise(rows)):
        if row.word or after.word:
            continue
        x = plot.x(row.end)
        y = plot.top + order * lane.height + lane.offset + lane.bar
        under.line((x, y), (x, y + lane.height - lane.bar), stroke=BORDER, dash="2 3")


def _draw_row(over: Drawing, plot: _Plot, row: _Row, order: int, lane: _Lane) -> None:
    top = plot.top + order * lane.height
    middle = top + lane.offset + lane.bar / 2
    _draw_row_label(over, plot, row, top, lane)
    right = max(plot.x(value) for value in _row_ends(row))
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


def _draw_row_label(over: Drawing, plot: _Plot, row: _Row, top: float, lane: _Lane) -> None:
    if not lane.inline:
        over.text(0, top + 16, row.label, size=lane.letters, bold=row.bold)
        return
    lines = wrap(row.label, lane.label_width, lane.letters, bold=row.bold)
    y = top + lane.offset + lane.bar / 2 - (len(lines) - 1) * 9 + lane.letters * 0.36
    for line in lines:
        over.text(plot.left - 14, y, line, size=lane.letters, bold=row.bold, anchor="end")
        y += 18


def _draw_whisker(
    over: Drawing, plot: _Plot, interval: tuple[float, float], middle: float, cap: float
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


def _draw_reference_key(over: Drawing, label: str, outer: float, lane: _Lane) -> None:
    size = lane.letters - 1
    x = outer - text_width(label, size) - 4
    _draw_mark(over, x - 12, 13, 8)
    over.text(x, 17.5, label, size=size, fill=MUTED)


@cache
def _bar_template() -> dict[str, Any]:
    base = {
        "x2": "right:Q",
        "y2": "bottom:Q",
        "color": alt.Color("colour:N", scale=None),
        "opacity": alt.Opacity("opacity:Q", scale=None),
    }
    bars = alt.Chart(alt.NamedData("bars")).mark_rect(stroke=None).encode(**base)
    return dict(alt.layer(bars).to_dict(validate=False))


def _bar_shape(plot: _Plot) -> dict[str, Any]:
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


def _bar_data(rows: Sequence[_Row], lane: _Lane) -> dict[str, list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []
    for order, row in enumerate(rows):
        top = len(rows) - order - lane.offset / lane.height
        place = {"y": top, "bottom": top - lane.bar / lane.height, "colour": row.colour}
        for left, right, opacity in _pieces(row):
            found.append(place | {"x": left, "right": right, "opacity": opacity})
    return {"bars": found}


def _pieces(row: _Row) -> list[tuple[float, float, float]]:
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
