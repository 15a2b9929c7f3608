"""Lines, bars and the split of a change, written as SVG; curves, forest and funnel by Altair.

Labels that must not overlap, hatch and the key are added in outer pixels. The Vega-Lite shape of
each kind that Altair draws is made once and then filled.
"""

from instroom.drawing.charts.bars import bar_chart
from instroom.drawing.charts.curves import Curve, Mark, curve_chart
from instroom.drawing.charts.figures import Bar, Line, Point, SplitPart
from instroom.drawing.charts.forest import EffectRow, forest_chart
from instroom.drawing.charts.funnel import TrialPoint, funnel_chart
from instroom.drawing.charts.lines import line_chart
from instroom.drawing.charts.splits import split_chart

__all__ = [
    "Bar",
    "Curve",
    "EffectRow",
    "Line",
    "Mark",
    "Point",
    "SplitPart",
    "TrialPoint",
    "bar_chart",
    "curve_chart",
    "forest_chart",
    "funnel_chart",
    "line_chart",
    "split_chart",
]
