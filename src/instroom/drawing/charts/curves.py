"""Curves over a number: power over schools, growth over moments, information over a trait."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, log10

import numpy as np

from instroom.core.texts import Texts
from instroom.drawing.canvas import CATEGORIES, INK, MUTED, WIDTHS, Drawing, Width
from instroom.drawing.charts.plots import Plot, filled, small_letters
from instroom.drawing.lettering import spread, text_width, wrap
from instroom.drawing.vega import DataSets, Spec, to_svg


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: its heights over its places, and a band where both bounds are given."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    colour_index: int = 0
    dots: bool = False
    dashed: bool = False

    @property
    def colour(self) -> str:
        """Its colour."""
        return CATEGORIES[self.colour_index % len(CATEGORIES)]


@dataclass(frozen=True, slots=True)
class Mark:
    """A height that matters, such as a power of 80 %, with its words."""

    value: float
    label: str


def curve_chart(
    curves: Sequence[Curve],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    x_title: str,
    y_title: str,
    marks: Sequence[Mark] = (),
    share: bool = False,
    example_word: str = "",
) -> str:
    """Draw at most five curves with their names at the end, and heights that matter.

    Parameters
    ----------
    curves
        At most five, each with two places or more.
    x_title, y_title
        What the axes count, in words.
    marks
        Horizontal lines with a label.
    share
        Whether heights are shares (0-1, written in percent).
    name, title, description, language, width, example_word
        See :func:`instroom.drawing.charts.lines.line_chart`.

    Returns
    -------
    str
        The SVG.
    """
    wide = width == "wide"
    letters = small_letters(width)
    xs = [x for curve in curves for x in curve.xs]
    x_ticks = ticks(min(xs), max(xs), 6 if wide else 4)
    y_ticks = ticks(*_heights(curves, marks), 5)
    labels = [wrap(curve.label, 180 if wide else 84, letters, bold=True) for curve in curves]
    right = max(text_width(text, letters, bold=True) for lines in labels for text in lines) + 34
    texts = Texts(language)
    left = max(text_width(text, letters) for text in _y_words(y_ticks, texts, share=share)) + 10
    left = max(left, 62.0 if wide else 44.0)
    plot = Plot(
        left, 34.0, WIDTHS[width] - left - right, 300 if wide else 200,
        (min(xs), max(xs)), (y_ticks[0], y_ticks[-1]),
    )  # fmt: skip
    size = (float(WIDTHS[width]), plot.top + plot.height + (64 if wide else 58))
    over = Drawing(f"{name}-{width}")
    over.text(0, 16, y_title, size=letters, fill=MUTED)
    over.text(plot.left + plot.width, size[1] - 10, x_title, size=letters, fill=MUTED, anchor="end")
    _draw_marks(over, plot, marks, curves, letters)
    _draw_names(over, plot, curves, labels, letters)
    spec = filled(_shape(), plot, size, _data(curves))
    spec["encoding"] = _axes(plot, x_ticks, y_ticks, texts, share=share, letters=letters)
    return to_svg(
        spec,
        name=f"{name}-{width}",
        title=title,
        description=description,
        language=texts.language,
        example_word=example_word,
        size=size,
        over=over.body,
    )


def ticks(low: float, high: float, about: int) -> list[float]:
    """Return round numbers from below ``low`` to above ``high``, about as many as asked.

    Examples
    --------
    >>> ticks(0.1, 0.93, 5)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = max(high - low, 1e-9) / about
    power = 10.0 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.75)
    first, last = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [round(step * place, 9) for place in range(first, max(last, first + 1) + 1)]


def _y_words(y_ticks: list[float], texts: Texts, *, share: bool) -> list[str]:
    """Return the numbers beside the upright axis, as Vega will write them."""
    if share:
        return [texts.percent(tick, digits=0) for tick in y_ticks]
    return [texts.number(tick, digits=_places(y_ticks)) for tick in y_ticks]


def _places(ticks: list[float]) -> int:
    return max(0, -floor(log10(ticks[1] - ticks[0]) + 1e-9))


def _heights(curves: Sequence[Curve], marks: Sequence[Mark]) -> tuple[float, float]:
    values = [y for curve in curves for y in (*curve.ys, *curve.low, *curve.high)]
    values += [mark.value for mark in marks]
    return min(values), max(values)


@cache
def _shape() -> Spec:
    import altair as alt  # waits: it is large, and most pictures do without

    colour = {"color": alt.Color("colour:N", scale=None), "detail": "order:N"}
    band = alt.Chart(alt.NamedData("bands")).mark_area(opacity=0.16).encode(y2="high:Q", **colour)
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line()
        .encode(strokeDash=alt.StrokeDash("dash:N", scale=None), **colour)
    )
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .mark_point(filled=True, size=64, opacity=1)
        .encode(color=alt.Color("colour:N", scale=None))
    )
    return dict(alt.layer(band, lines, dots).to_dict(validate=False))


def _data(curves: Sequence[Curve]) -> DataSets:
    data: DataSets = {"bands": [], "lines": [], "dots": []}
    for order, curve in enumerate(curves):
        base = {"colour": curve.colour, "order": order}
        dash = [5, 4] if curve.dashed else []
        points = list(zip(curve.xs, curve.ys, strict=True))
        data["lines"] += [{**base, "x": x, "y": y, "dash": dash} for x, y in points]
        data["dots"] += [{**base, "x": x, "y": y} for x, y in points if curve.dots]
        data["bands"] += [
            {**base, "x": x, "y": low, "high": high}
            for x, low, high in zip(curve.xs, curve.low, curve.high, strict=False)
        ]
    return data


def _axes(
    plot: Plot,
    x_ticks: list[float],
    y_ticks: list[float],
    texts: Texts,
    *,
    share: bool,
    letters: float,
) -> Spec:
    inside = [x for x in x_ticks if plot.x_domain[0] <= x <= plot.x_domain[1]]
    digits = _places(x_ticks)
    wide = max([text_width(texts.number(x, digits=digits), letters) for x in inside] or [0])
    # The first and the last number stand inside the axis, half their width nearer to the next.
    every = ceil((1.5 * wide + 4) * plot.pixel / (x_ticks[1] - x_ticks[0]))
    return {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(plot.x_domain), "nice": False, "zero": False},
            "axis": {
                "values": inside[::every],
                "labelFontSize": letters,
                "grid": False,
                "title": None,
            },
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": list(plot.y_domain), "nice": False, "zero": False},
            "axis": {
                "values": y_ticks,
                "format": ".0%" if share else f",.{_places(y_ticks)}f",
                "labelFontSize": letters,
                "title": None,
            },
        },
    }


def _draw_marks(
    over: Drawing, plot: Plot, marks: Sequence[Mark], curves: Sequence[Curve], letters: float
) -> None:
    for mark in marks:
        y = plot.y(mark.value)
        over.line((plot.left, y), (plot.left + plot.width, y), stroke=INK, dash="2 4")
        wide = text_width(mark.label, letters)
        spots = [
            (left, base)
            for base in (y - 6, y + letters + 4)
            for left in (plot.left + 4, plot.left + plot.width - wide - 4)
        ]
        left, base = min(
            spots, key=lambda at: _crossings(plot, curves, (at[0], at[1] - letters, wide, letters))
        )
        over.text(left, base, mark.label, size=letters)


def _crossings(plot: Plot, curves: Sequence[Curve], box: tuple[float, float, float, float]) -> int:
    """Count the pixels across a box (left, top, width, height) at which a curve runs through it."""
    left, top, wide, high = box
    across = np.arange(left, left + wide + 1)
    count = 0
    for curve in curves:
        xs, ys = [plot.x(x) for x in curve.xs], [plot.y(y) for y in curve.ys]
        heights = np.interp(across, xs, ys, left=np.inf, right=np.inf)
        count += int(((heights > top - 3) & (heights < top + high + 3)).sum())
    return count


def _draw_names(
    over: Drawing,
    plot: Plot,
    curves: Sequence[Curve],
    labels: Sequence[tuple[str, ...]],
    letters: float,
) -> None:
    lead = letters + 4
    rows = max(len(lines) for lines in labels)
    half = rows * lead / 2
    wanted = [plot.y(curve.ys[-1]) for curve in curves]
    spots = spread(wanted, rows * lead + 4, plot.top + half, plot.top + plot.height - half)
    edge = plot.left + plot.width
    for curve, lines, spot in zip(curves, labels, spots, strict=True):
        dash = "5 4" if curve.dashed else None
        over.line((edge + 6, spot), (edge + 20, spot), stroke=curve.colour, thick=3, dash=dash)
        top = spot - len(lines) * lead / 2
        for order, text in enumerate(lines):
            over.text(edge + 26, top + lead * (order + 0.78), text, size=letters, bold=True)
