"""Lines, bars and the split of a change, drawn by Altair.

Altair draws scales, grid, lines, bands and bars; labels that must not overlap, hatch and the
key are added in outer pixels. The Vega-Lite shape of each kind is made once and then filled.
"""

from instroom.reports.charts.bars import bar_chart
from instroom.reports.charts.figures import Bar, Line, Part, Point
from instroom.reports.charts.lines import line_chart
from instroom.reports.charts.splits import split_chart

__all__ = ["Bar", "Line", "Part", "Point", "bar_chart", "line_chart", "split_chart"]
