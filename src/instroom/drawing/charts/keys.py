"""The key under a line chart: the signs in use and what they mean."""

from collections.abc import Sequence

from instroom.core.texts import Texts
from instroom.drawing.canvas import HAIRLINE, MUTED, PAPER, WIDTHS, Drawing, Width
from instroom.drawing.charts.figures import Line
from instroom.drawing.charts.plots import Plot, small_letters
from instroom.drawing.lettering import text_width


def key_items(lines: Sequence[Line], texts: Texts) -> list[tuple[str, str]]:
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


def key_rows(
    key: Sequence[tuple[str, str]], plot: Plot, width: Width
) -> list[list[tuple[str, str]]]:
    """Divide the key over as many rows as it needs."""
    rows: list[list[tuple[str, str]]] = []
    used = 0.0
    for item in key:
        need = text_width(item[1], small_letters(width)) + 40
        if not rows or used + need > WIDTHS[width] - plot.left:
            rows.append([])
            used = 0.0
        rows[-1].append(item)
        used += need
    return rows


def draw_key(
    over: Drawing, key: Sequence[tuple[str, str]], height: float, width: Width, plot: Plot
) -> float:
    """Draw the key at the bottom; return the baseline of the line for the axis note."""
    rows = key_rows(key, plot, width)
    note = height - (12 if width == "wide" else 6)
    base = note - (0 if width == "wide" else 18)
    for row, items in enumerate(reversed(rows)):
        x, y = plot.left, base - row * 18
        for sign, text in items:
            _draw_sign(over, sign, x + 8, y - 4.5)
            over.text(x + 24, y, text, size=small_letters(width), fill=MUTED)
            x += text_width(text, small_letters(width)) + 40
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
