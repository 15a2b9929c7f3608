"""Lines, panels, bars and changes, written as SVG; curves, forest and funnel by Altair.

Labels that must not overlap, hatch and the key are added in outer pixels. The Vega-Lite shape of
each kind that Altair draws is made once and then filled.
"""

from instroom.drawing.charts.bars import bar_chart
from instroom.drawing.charts.changes import ChangeRow, change_chart
from instroom.drawing.charts.curves import Curve, Mark, curve_chart
from instroom.drawing.charts.figures import Bar, Line, Point
from instroom.drawing.charts.forest import EffectRow, forest_chart
from instroom.drawing.charts.funnel import TrialPoint, funnel_chart
from instroom.drawing.charts.lines import line_chart
from instroom.drawing.charts.panels import Panel, panel_chart

__all__ = [
    "Bar",
    "ChangeRow",
    "Curve",
    "EffectRow",
    "Line",
    "Mark",
    "Panel",
    "Point",
    "TrialPoint",
    "bar_chart",
    "change_chart",
    "curve_chart",
    "forest_chart",
    "funnel_chart",
    "line_chart",
    "panel_chart",
]
