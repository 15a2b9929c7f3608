"""The axes of a line chart: round ends and steps, and which years get a label."""

import re
from collections.abc import Sequence
from functools import partial
from html import escape
from math import ceil, floor, log10

from instroom.core.texts import Texts
from instroom.drawing.canvas import HAIRLINE, MUTED, Unit, Width, number
from instroom.drawing.charts.plots import Plot, grouped, nested
from instroom.drawing.lettering import text_width


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


#: Size of the letters, and how far under the axis the years stand.
_YEARS: dict[Width, tuple[int, int]] = {"wide": (13, 18), "narrow": (12, 17)}
#: Size of the letters, and how far their foot is under the line they belong to.
_HEIGHTS: dict[Width, tuple[int, int]] = {"wide": (13, 4), "narrow": (11, 3)}
#: Between those letters and the axis.
_SPACE = 8


def line_axes(
    plot: Plot,
    periods: Sequence[str],
    step: float,
    unit: Unit,
    width: Width,
    rows: int,
    texts: Texts,
) -> str:
    """Draw both axes; the years move down for ``rows`` rows of strips."""
    heights = _axis_heights(plot.y_domain, step)
    size, foot = _HEIGHTS[width]
    grid = "".join(_grid_line(plot, height) for height in heights)
    names = "".join(
        _letters(
            "end",
            (-_SPACE, plot.down(height) + foot),
            size,
            _height_text(height, step, unit, texts),
        )
        for height in heights
    )
    offset = rows * 22 + (6 if rows else 0)
    places = _shown_periods(periods, plot, width)
    years = "".join(_year(plot, place, periods, width) for place in places)
    under = f"0.5,{number(plot.height + offset + 0.5)}"
    return "".join(
        f"<g>{nested(grouped(content), place)}</g>"
        for content, place in ((grid, "0.5,0.5"), (years, under), (names, "0.5,0.5"))
    )


def heights_width(
    domain: tuple[float, float], step: float, unit: Unit, width: Width, texts: Texts
) -> float:
    """Return how much room the numbers beside the upright axis take, with the space after them."""
    size, _ = _HEIGHTS[width]
    written = (_height_text(height, step, unit, texts) for height in _axis_heights(domain, step))
    return max(text_width(text, size) for text in written) + _SPACE


def _axis_heights(domain: tuple[float, float], step: float) -> list[float]:
    low, high = domain
    return [round(low + step * place, 9) for place in range(round((high - low) / step) + 1)]


def _grid_line(plot: Plot, height: float) -> str:
    y = floor(plot.down(height) + 0.5)
    return (
        f'<line transform="translate(0,{y})" x2="{number(plot.width)}" y2="0"'
        f' stroke="{HAIRLINE}" stroke-width="1"/>'
    )


def _year(plot: Plot, place: int, periods: Sequence[str], width: Width) -> str:
    """Write a year under its place; on a phone the first and the last stay inside."""
    size, foot = _YEARS[width]
    anchor = _anchor(plot, place, periods, width)
    return _letters(anchor, (plot.across(place), foot), size, _short(periods[place]))


def _anchor(plot: Plot, place: int, periods: Sequence[str], width: Width) -> str:
    x = plot.across(place)
    if width == "narrow":
        near = (plot.width / len(periods)) * 0.5
        if x < plot.width - x and x <= near:
            return "start"
        if plot.width - x <= near:
            return "end"
    return "middle"


def _year_ends(plot: Plot, place: int, periods: Sequence[str], width: Width) -> tuple[float, float]:
    """Return where the letters of a year begin and end."""
    wide = text_width(_short(periods[place]), _YEARS[width][0])
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[_anchor(plot, place, periods, width)]
    left = plot.across(place) - before * wide
    return left, left + wide


def _letters(anchor: str, spot: tuple[float, float], size: int, text: str) -> str:
    return (
        f'<text text-anchor="{anchor}" transform="translate({number(spot[0])},{number(spot[1])})"'
        f' font-size="{size}px" fill="{MUTED}">{escape(text, quote=False)}</text>'
    )


def _height_text(height: float, step: float, unit: Unit, texts: Texts) -> str:
    if unit == "count":
        return texts.number(floor(height + 0.5))
    return texts.percent(height, digits=0 if step >= 0.00999 else 1)


def _shown_periods(periods: Sequence[str], plot: Plot, width: Width) -> list[int]:
    """Return which periods get a label: all, every second, or first, middle and last.

    On a phone the middle one, and then the first, give way where there is no room.
    """
    count = len(periods)
    if width == "narrow":
        if not count:
            return []
        last, ends = count - 1, partial(_year_ends, plot, periods=periods, width=width)
        kept = [last]
        for place in (0, (count - 1) // 2):
            left, right = ends(place)
            if all(right + 8 <= ends(p)[0] or ends(p)[1] + 8 <= left for p in kept):
                kept.append(place)
        return sorted(kept)
    every = 1 + (count - 1) // 13
    return [place for place in range(count) if (count - 1 - place) % every == 0]


def _short(period: str) -> str:
    """Write a school year short; anything else stays as it is.

    Examples
    --------
    >>> _short("2014-2015"), _short("2024"), _short("'t jaar")
    ('’14/’15', '2024', "'t jaar")
    """
    found = re.fullmatch(r"\d\d(\d\d)[-/]\d\d(\d\d)", period)
    return f"’{found[1]}/’{found[2]}" if found else period
