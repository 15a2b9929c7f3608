"""The funnel plot: effects against their standard errors, to see whether small trials differ."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from instroom.drawing.canvas import (
    BORDER,
    HAIRLINE,
    INK,
    MUTED,
    PETROL,
    SOFT,
    WIDTHS,
    Drawing,
    Width,
)
from instroom.drawing.charts.forest import EffectRow, axis_text, axis_values, decimals, effect_axis
from instroom.drawing.charts.plots import Plot, filled, small_letters
from instroom.drawing.lettering import text_width
from instroom.drawing.vega import Spec, to_svg
from instroom.stats.intervals import Z95


@dataclass(frozen=True, slots=True)
class TrialPoint:
    """One trial: its effect and standard error."""

    effect: float
    se: float


def funnel_chart(
    points: Sequence[TrialPoint],
    average: float,
    *,
    axis_label: str,
    error_label: str,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw effects against standard errors, the surest trials on top.

    Parameters
    ----------
    points
        Trials, all with a standard error above 0.
    average
        The middle of the funnel: between its lines 95 of 100 trials would lie if they all had
        this effect.
    axis_label, error_label
        What the two axes measure, in words.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language, width
        As the other charts.

    Returns
    -------
    str
        The SVG.
    """
    largest = max([point.se for point in points] or [0.1])
    (_, bottom), down = effect_axis([EffectRow("", largest, 0.0, largest)])
    reach = Z95 * bottom
    rows = [EffectRow("", point.effect, point.effect, point.effect) for point in points]
    # Wide enough for the whole funnel: its ends count as effects.
    ends = [EffectRow("", end, end, end) for end in (average - reach, average + reach)]
    domain, step = effect_axis([*rows, *ends])
    outer = (WIDTHS[width], 460.0 if width == "wide" else 320.0)
    heights = max(
        text_width(axis_text(-value, down), small_letters(width))
        for value in axis_values((-bottom, 0.0), down)
    )
    left = max(62.0 if width == "wide" else 42.0, heights + 10)
    plot = Plot(left, 34.0, outer[0] - left - 16, outer[1] - 34 - 58, domain, (-bottom, 0.0))
    under, over = Drawing(f"{name}-{width}"), Drawing(f"{name}-{width}")
    _draw_funnel(under, plot, average, bottom)
    letters = small_letters(width)
    over.text(0, 16, error_label, size=letters, fill=MUTED)
    over.text(plot.left + plot.width / 2, outer[1] - 8, axis_label, size=letters, fill=MUTED,
              anchor="middle")  # fmt: skip
    return to_svg(
        filled(
            _shape(plot, step, down, width),
            plot,
            outer,
            {"points": [{"x": point.effect, "y": -point.se} for point in points]},
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


def _draw_funnel(under: Drawing, plot: Plot, average: float, bottom: float) -> None:
    reach = Z95 * bottom
    top, low = plot.y(0.0), plot.y(-bottom)
    left, middle, right = (plot.x(average + side) for side in (-reach, 0.0, reach))
    under.path(
        f"M{middle:.1f} {top:.1f}L{left:.1f} {low:.1f}H{right:.1f}z", fill=SOFT, stroke=HAIRLINE
    )
    for end in (left, right):
        under.line((middle, top), (end, low), stroke=BORDER, dash="4 4")
    under.line((middle, top), (middle, low), stroke=PETROL, thick=2)


@cache
def _template() -> Spec:
    import altair as alt  # waits: it is large, and most pictures do without

    points = alt.Chart(alt.NamedData("points")).mark_circle(
        opacity=0.85, size=64, fill=INK, stroke="white", strokeWidth=1
    )
    return dict(alt.layer(points).to_dict(validate=False))


def _shape(plot: Plot, step: float, down: float, width: Width) -> Spec:
    shape = copy.deepcopy(_template())
    letters = small_letters(width)
    shape["encoding"] = {
        side: {
            "field": side,
            "type": "quantitative",
            "scale": {"domain": list(domain), "nice": False, "zero": False},
            "axis": {
                "values": axis_values(
                    domain, size, *((plot.width, letters) if side == "x" else ())
                ),
                "labelFontSize": letters,
                "labelOverlap": True,
                "title": None,
                "grid": True,
                # The height is minus the standard error, so that the surest lie on top.
                **(
                    {"format": f".{decimals(size)}f"}
                    if side == "x"
                    else {"labelExpr": f"format(abs(datum.value), '.{decimals(size)}f')"}
                ),
            },
        }
        for side, domain, size in (("x", plot.x_domain, step), ("y", plot.y_domain, down))
    }
    return shape
