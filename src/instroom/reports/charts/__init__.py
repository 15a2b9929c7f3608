"""Lines, bars and the split of a change, drawn by Altair.

Altair draws scales, grid, lines, bands and bars; labels that must not overlap, hatch and the
key are added in outer pixels. The Vega-Lite shape of each kind is made once and then filled.
"""

from instroom.reports.charts.bars import bar_chart
from instroom.reports.charts.curves import Curve, Mark, curve_chart
from instroom.reports.charts.figures import Bar, Line, Part, Point
from instroom.reports.charts.forest import EffectRow, forest_chart
from instroom.reports.charts.funnel import TrialPoint, funnel_chart
from instroom.reports.charts.lines import line_chart
from instroom.reports.charts.splits import split_chart

__all__ = [
    "Bar",
    "Curve",
    "EffectRow",
    "Line",
    "Mark",
    "Part",
    "Point",
    "TrialPoint",
    "bar_chart",
    "curve_chart",
    "forest_chart",
    "funnel_chart",
    "line_chart",
    "split_chart",
]
