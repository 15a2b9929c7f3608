"""The axes of a line chart: round ends and steps, and which years get a label."""

import re
from collections.abc import Sequence
from math import ceil, floor, log10

from instroom.drawing.canvas import Unit, Width
from instroom.drawing.charts.plots import Plot
from instroom.drawing.vega import Spec


def axis_domain(values: Sequence[float], unit: Unit) -> tuple[float, float, float]:
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


def line_axes(
    plot: Plot, periods: Sequence[str], step: float, unit: Unit, width: Width, rows: int
) -> Spec:
    """Return both axes; the years move down for ``rows`` rows of strips."""
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
