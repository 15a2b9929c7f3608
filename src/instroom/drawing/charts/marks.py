"""What is drawn of the lines themselves: bands, edges, bars, lines and dots.

Written as SVG at once: a line chart is nine in ten of all pictures, and Vega took thirty times as
long for one. The groups are those of Vega, so that drawings stay what they were to the byte.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import sqrt

from instroom.drawing.canvas import PAPER, Width, number
from instroom.drawing.charts.figures import Line, Point
from instroom.drawing.charts.plots import Plot, grouped, nested, step

_ROUND = 'stroke-linecap="round" stroke-linejoin="round"'


def line_marks(lines: Sequence[Line], periods: Sequence[str], plot: Plot, width: Width) -> str:
    """Draw bands first, then their edges, bars, lines and dots, so that dots lie on top."""
    bands: list[str] = []
    edges: list[str] = []
    bars: list[str] = []
    runs: list[str] = []
    dots: list[str] = []
    bounded = [line for line in lines if any(p.shown and p.value is None for p in line.points)]
    for line in lines:
        spots = {periods.index(point.period): point for point in line.points if point.shown}
        shift = bounded.index(line) - (len(bounded) - 1) / 2 if line in bounded else 0.0
        shift *= (9.0 if width == "wide" else 5.0) * plot.pixel
        runs += _lines(line, spots, plot)
        for band, lower, upper in _bands(line, spots, plot, shift):
            bands.append(band)
            edges += (lower, upper)
        for place, point in sorted(spots.items()):
            if point.value is None:
                bars.append(_bar(line, place + shift, point, plot, width))
            else:
                dots.append(_dot(line, place, point, plot, width))
    layers = (_apart(bands), _apart(edges), "".join(bars), _apart(runs), "".join(dots))
    return "".join(map(grouped, layers))


def _apart(paths: Iterable[str]) -> str:
    return "".join(nested(grouped(path)) for path in paths)


def _lines(line: Line, spots: dict[int, Point], plot: Plot) -> list[str]:
    """Return the line pieces through exact years."""
    dash = "5,4" if line.dashed else ""
    look = f'stroke="{line.colour}" stroke-width="2" {_ROUND} stroke-dasharray="{dash}"'
    runs = _pairs(spots, lambda a, b: None not in (a.value, b.value))
    through = ([(place, spots[place].value or 0.0) for place in run] for run in runs)
    return [f'<path d="{_through(places, plot)}" {look}/>' for places in through]


def _bands(
    line: Line, spots: dict[int, Point], plot: Plot, shift: float
) -> list[tuple[str, str, str]]:
    """Return the bands through intervals, each with its lower and its upper edge."""
    found = []
    look = f'stroke="{line.colour}" stroke-width="1" {_ROUND} opacity="0.5"'
    for run in _pairs(spots, lambda a, b: (a.interval or b.interval) is not None):
        places = [(p + (shift if spots[p].value is None else 0), spots[p].bounds) for p in run]
        places.sort(key=lambda found: found[0])
        lower = _through([(x, low) for x, (low, _) in places], plot)
        upper = [(x, high) for x, (_, high) in places]
        back = _through(upper[::-1], plot)
        found.append(
            (
                f'<path d="{lower}L{back[1:]}Z" fill="{line.colour}" opacity="0.16"/>',
                f'<path d="{lower}" {look}/>',
                f'<path d="{_through(upper, plot)}" {look}/>',
            )
        )
    return found


def _through(places: Sequence[tuple[float, float]], plot: Plot) -> str:
    """Return the path through places that are given in figures."""
    return "M" + "L".join(f"{step(plot.across(x))},{step(plot.down(y))}" for x, y in places)


def _pairs(spots: dict[int, Point], joined: Callable[[Point, Point], bool]) -> list[list[int]]:
    """Return the runs of years in which each year is joined to the one before."""
    runs: list[list[int]] = []
    for place in sorted(spots):
        before = spots.get(place - 1)
        if before is None or not joined(before, spots[place]):
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place - 1, place])
    return runs


def _bar(line: Line, x: float, point: Point, plot: Plot, width: Width) -> str:
    half = (2.5 if width == "wide" else 1.5) * plot.pixel
    low, high = point.bounds
    fill = PAPER if point.status == "provisional" else line.colour
    return (
        f'<path d="{plot.box((x - half, low), (x + half, high))}" fill="{fill}"'
        f' stroke="{line.colour}" stroke-width="1.5"/>'
    )


def _dot(line: Line, place: int, point: Point, plot: Plot, width: Width) -> str:
    opened = point.status == "provisional"
    form, factor = line.shape
    size = (84 if line.emphasis else 60) if width == "wide" else (50 if line.emphasis else 36)
    x, y = plot.across(place), plot.down(point.value or 0.0)
    fill, edge = (PAPER, line.colour) if opened else (line.colour, PAPER)
    return (
        f'<path transform="translate({number(x)},{number(y)})" d="{_form(form, size * factor)}"'
        f' fill="{fill}" stroke="{edge}" stroke-width="{2 if opened else 1.2}"/>'
    )


@cache
def _form(form: str, size: float) -> str:
    """Return the path of a dot, around its middle; ``size`` is its area."""
    r = sqrt(size) / 2
    if form == "circle":
        arc = f"A{step(r)},{step(r)},0,1,1,"
        return f"M{step(r)},0{arc}{step(-r)},0{arc}{step(r)},0"
    if form == "square":
        return f"M{step(-r)},{step(-r)}h{step(2 * r)}v{step(2 * r)}h{step(-2 * r)}Z"
    if form == "triangle-up":
        h = sqrt(3) / 2 * r
        corners = [(0, -h), (-r, h), (r, h)]
    elif form == "diamond":
        corners = [(-r, 0), (0, -r), (r, 0), (0, r)]
    else:
        s = r / 2.5
        right = [(s, r), (s, s), (r, s), (r, -s), (s, -s), (s, -r)]
        corners = [(-r, -s), (-r, s), (-s, s), (-s, r), *right, (-s, -r), (-s, -s)]
    return "M" + "L".join(f"{step(x)},{step(y)}" for x, y in corners) + "Z"
