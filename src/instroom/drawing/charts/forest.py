"""The forest plot: each trial's effect with its interval, and what they say together.

Altair draws squares, intervals and the axis; names, figures and the diamond are added in outer
pixels. All words come from the caller; numbers are written in the reader's language.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, inf, isfinite, log10, sqrt

from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    BORDER,
    INK,
    MUTED,
    PETROL,
    PETROL_MID,
    SOFT,
    WIDTHS,
    Drawing,
    Width,
)
from instroom.drawing.charts.plots import Plot, filled, small_letters
from instroom.drawing.lettering import shortened, text_width
from instroom.drawing.vega import DataSets, Datum, Spec, to_svg


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One trial, or all together: an effect with its interval, and its weight (0-1) if any."""

    label: str
    effect: float
    low: float
    high: float
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class _Sizes:
    row: float
    letters: float
    square: float
    label: float
    figures: float


def forest_chart(
    rows: Sequence[EffectRow],
    summary: EffectRow | None,
    *,
    prediction: EffectRow | None = None,
    axis_label: str = "",
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw effects with intervals under each other, a diamond for all together below.

    Parameters
    ----------
    rows
        Trials from top to bottom; squares are as large as their weights. Rows without a number
        are left out of the drawing but keep their name.
    summary
        All together, as a diamond as wide as its interval; None draws none.
    prediction
        Range in which the true effect of a new project lies, as a dashed bar.
    axis_label
        What the axis measures, in words.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`; the description says what a reader sees.
    language, width
        As the other charts.

    Returns
    -------
    str
        The SVG. Intervals that run off the axis end in an arrow; their figures are written.
    """
    texts = Texts(language)
    extra = [row for row in (summary, prediction) if row is not None]
    whole = [*rows, *extra]
    domain, step = effect_axis([*rows, *extra])
    sizes = _sizes(whole, texts, width)
    plot, outer = _plot(len(whole), domain, sizes, width, axis_label=bool(axis_label))
    over, under = Drawing(f"{name}-{width}"), Drawing(f"{name}-{width}")
    zero = plot.x(0.0)
    under.line((zero, plot.top), (zero, plot.top + plot.height), stroke=BORDER)
    if extra:
        top = plot.top + len(rows) * sizes.row
        under.rect((0, top, outer[0], len(extra) * sizes.row), SOFT, radius=6)
    for place, row in enumerate(whole):
        _draw_words(over, plot, row, place, sizes, texts, width, bold=row is summary)
        _draw_arrows(over, plot, row, _middle(plot, place, sizes, width))
    if summary is not None:
        _draw_diamond(over, plot, summary, _middle(plot, len(rows), sizes, width), sizes)
    if axis_label:
        over.text(plot.left + plot.width / 2, outer[1] - 6, axis_label,
                  size=small_letters(width), fill=MUTED, anchor="middle")  # fmt: skip
    return to_svg(
        filled(
            _shape(plot, step, width),
            plot,
            outer,
            _data(rows, prediction, summary, plot, sizes, width),
        ),
        name=f"{name}-{width}",
        title=title,
        description=description,
        language=language,
        example_word=example_word,
        size=outer,
        under=under.body,
        over=over.body,
    )


def effect_axis(rows: Sequence[EffectRow]) -> tuple[tuple[float, float], float]:
    """Return round ends of an axis that holds 0, all effects and most of each interval.

    Examples
    --------
    >>> effect_axis([EffectRow("a", 0.3, 0.1, 0.5), EffectRow("b", 0.1, -0.3, 0.5)])
    ((-0.4, 0.6), 0.2)
    """
    known = [row for row in rows if isfinite(row.effect)]
    effects = [row.effect for row in known] + [0.0]
    span = max(max(effects) - min(effects), 0.2)
    low = max(min([row.low for row in known] + [0.0]), min(effects) - 1.5 * span)
    high = min(max([row.high for row in known] + [0.0]), max(effects) + 1.5 * span)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 5
    power = 10.0 ** floor(log10(rough))
    step = float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.75))
    ends = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return (round(ends[0], 9), round(ends[1], 9)), round(step, 9)


def axis_values(
    domain: tuple[float, float], step: float, length: float = inf, letters: float = 0.0
) -> list[float]:
    """Return where an axis has its numbers: around 0, as many as stand apart on its length.

    Examples
    --------
    >>> axis_values((-0.4, 0.6), 0.2)
    [-0.4, -0.2, 0.0, 0.2, 0.4, 0.6]
    >>> axis_values((-0.4, 0.6), 0.2, length=180, letters=13)
    [-0.4, 0.0, 0.4]
    """
    first, last = (round(end / step) for end in domain)
    wide = max(text_width(axis_text(step * place, step), letters) for place in (first, last))
    # The first and the last number stand inside the axis, half their width nearer to the next.
    every = max(1, ceil((1.5 * wide + 4) / (length / (last - first))))
    return [round(step * place, 9) + 0.0 for place in range(first, last + 1) if place % every == 0]


def axis_text(value: float, step: float) -> str:
    """Return a number of an axis, as wide as it is in any language."""
    return f"{value:.{decimals(step)}f}".replace("-", "−")


def _sizes(rows: Sequence[EffectRow], texts: Texts, width: Width) -> _Sizes:
    letters = 15.0 if width == "wide" else 12.0
    figures = max([text_width(_figure(row, texts), letters, bold=True) for row in rows] or [0.0])
    label = max([text_width(row.label, letters, bold=True) for row in rows] or [0.0])
    if width == "wide":
        return _Sizes(34, letters, 14, min(label, 300.0), figures)
    return _Sizes(46, letters, 11, WIDTHS["narrow"] - figures - 8, figures)


def _plot(
    count: int, domain: tuple[float, float], sizes: _Sizes, width: Width, *, axis_label: bool
) -> tuple[Plot, tuple[float, float]]:
    outer = WIDTHS[width]
    left = sizes.label + 20 if width == "wide" else 10.0
    right = sizes.figures + 24 if width == "wide" else 10.0
    height = sizes.row * max(count, 1)
    plot = Plot(left, 4.0, outer - left - right, height, domain, (0.0, max(count, 1)))
    return plot, (outer, 4.0 + height + 30 + (22 if axis_label else 0))


def _middle(plot: Plot, place: int, sizes: _Sizes, width: Width) -> float:
    """Return the pixel height of the marks of a row; on a phone its words stand above them."""
    return plot.top + place * sizes.row + sizes.row * (0.5 if width == "wide" else 0.74)


def _figure(row: EffectRow, texts: Texts) -> str:
    if not isfinite(row.effect):
        return "–"
    if row.low == row.high:
        return _number(row.effect, texts)
    ends = "; ".join(_number(value, texts) for value in (row.low, row.high))
    return f"{_number(row.effect, texts)} [{ends}]"


def _number(value: float, texts: Texts) -> str:
    """Write an effect with two decimals and a true minus; never minus nought."""
    text = texts.number(abs(value), digits=2)
    return f"−{text}" if value <= -0.005 else text


def _draw_words(
    over: Drawing,
    plot: Plot,
    row: EffectRow,
    place: int,
    sizes: _Sizes,
    texts: Texts,
    width: Width,
    *,
    bold: bool,
) -> None:
    baseline = plot.top + place * sizes.row + (sizes.row / 2 + 5 if width == "wide" else 17)
    right = WIDTHS[width] if width == "wide" else WIDTHS[width] - 2
    over.text(right, baseline, _figure(row, texts), size=sizes.letters, bold=bold, anchor="end")
    text = shortened(row.label, sizes.label, sizes.letters, bold=bold)
    x, anchor = (0.0, "start") if width == "narrow" else (sizes.label, "end")
    over.text(x, baseline, text, size=sizes.letters, bold=bold,
              anchor="end" if anchor == "end" else "start")  # fmt: skip


def _draw_arrows(over: Drawing, plot: Plot, row: EffectRow, middle: float) -> None:
    """Draw an arrow where an interval runs off the axis."""
    low, high = plot.x_domain
    if row.low < low:
        x = plot.left
        over.path(f"M{x - 7:.1f} {middle:.1f}l7 -4.5v9z", fill=INK)
    if row.high > high:
        x = plot.left + plot.width
        over.path(f"M{x + 7:.1f} {middle:.1f}l-7 -4.5v9z", fill=INK)


def _draw_diamond(over: Drawing, plot: Plot, row: EffectRow, middle: float, sizes: _Sizes) -> None:
    if not isfinite(row.effect):
        return
    low, high = (
        min(max(value, plot.x_domain[0]), plot.x_domain[1]) for value in (row.low, row.high)
    )
    tall = sizes.square * 0.6
    over.path(
        f"M{plot.x(low):.1f} {middle:.1f}L{plot.x(row.effect):.1f} {middle - tall:.1f}"
        f"L{plot.x(high):.1f} {middle:.1f}L{plot.x(row.effect):.1f} {middle + tall:.1f}z",
        fill=PETROL,
    )


def _data(
    rows: Sequence[EffectRow],
    prediction: EffectRow | None,
    summary: EffectRow | None,
    plot: Plot,
    sizes: _Sizes,
    width: Width,
) -> DataSets:
    """Return squares and intervals; the heaviest trial has the full square."""
    heaviest = max([row.weight or 0.0 for row in rows] or [0.0])
    bars: list[Datum] = []
    squares: list[Datum] = []
    low, high = plot.x_domain
    for place, row in enumerate(rows):
        if not isfinite(row.effect):
            continue
        y = plot.y_domain[1] - (_middle(plot, place, sizes, width) - plot.top) / sizes.row
        bars.append({"y": y, "x": max(row.low, low), "x2": min(row.high, high), "dash": False})
        share = (row.weight or 0.0) / heaviest if heaviest > 0 else 0.5
        side = max(sizes.square * sqrt(share), 3.0)
        squares.append({"y": y, "x": row.effect, "size": side * side})
    if prediction is not None and isfinite(prediction.effect):
        place = len(rows) + (summary is not None)
        y = plot.y_domain[1] - (_middle(plot, place, sizes, width) - plot.top) / sizes.row
        bars.append({"y": y, "x": max(prediction.low, low), "x2": min(prediction.high, high),
                     "dash": True})  # fmt: skip
    return {"bars": bars, "squares": squares}


@cache
def _template() -> Spec:
    import altair as alt  # waits: it is large, and most pictures do without

    dash = alt.condition("datum.dash", alt.value([5, 4]), alt.value([1, 0]))
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_rule(strokeWidth=2, stroke=INK, strokeCap="butt")
        .encode(x2="x2:Q", strokeDash=dash)
    )
    squares = (
        alt.Chart(alt.NamedData("squares"))
        .mark_square(opacity=1, fill=PETROL_MID, stroke=PETROL, strokeWidth=1)
        .encode(size=alt.Size("size:Q", scale=None, legend=None))
    )
    return dict(alt.layer(bars, squares).to_dict(validate=False))


def _shape(plot: Plot, step: float, width: Width) -> Spec:
    shape = copy.deepcopy(_template())
    shape["encoding"] = {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(plot.x_domain), "nice": False, "zero": False},
            "axis": {
                "values": axis_values(plot.x_domain, step, plot.width, small_letters(width)),
                "format": f".{decimals(step)}f",
                "labelFontSize": small_letters(width),
                "labelOverlap": True,
                "grid": True,
                "title": None,
            },
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": list(plot.y_domain), "nice": False, "zero": False},
            "axis": None,
        },
    }
    return shape


def decimals(step: float) -> int:
    """Return how many decimals the numbers of an axis need.

    Examples
    --------
    >>> decimals(0.2), decimals(0.05), decimals(2.0)
    (1, 2, 0)
    """
    return max(0, -floor(log10(step) + 1e-9))
