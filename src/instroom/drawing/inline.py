"""Small drawings inside a line or a table: their words stand beside them, so they have none."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: A share with bounds, 0-1.
Bounds = tuple[float, float]
WIDE, TALL = 340, 45
_SIDE = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """Then and now of one place; ``colour`` is the name of a verdict's colour, if it has one."""

    then: Bounds | None
    now: Bounds | None
    colour: str = ""


def strokes(low: int, high: int) -> str:
    """Return a hundred strokes in tens: filled to ``low``, pale to ``high`` (both of a hundred).

    Examples
    --------
    >>> drawing = strokes(47, 50)
    >>> drawing.count("<rect"), drawing.count("pale"), drawing.count("rest")
    (100, 3, 50)
    """
    marks = []
    for i in range(100):
        x = f'x="{9.28 * i + 8 * (i // 10):.1f}"'
        if i < low:
            marks.append(f'<rect {x} width="6.4" height="32" />')
        elif i < high:
            marks.append(f'<rect {x} width="6.4" height="32" class="pale" />')
        else:
            marks.append(f'<rect {x} y="9.6" width="6.4" height="12.8" class="rest" />')
    head = 'class="strokes" viewBox="0 0 1000 32" preserveAspectRatio="none" aria-hidden="true"'
    return f"<svg {head}>{''.join(marks)}</svg>"


def axis(ticks: Sequence[tuple[float, str]], ends: Bounds) -> str:
    """Return the numbers of an axis from ``ends[0]`` to ``ends[1]``."""
    names = "".join(
        f'<text x="{_x(at, ends):.1f}" y="14" text-anchor="middle">{escape(name)}</text>'
        for at, name in ticks
    )
    return f'<svg viewBox="0 0 {WIDE} 20">{names}</svg>'


def dumbbell(own: Pair, country: Pair, ticks: Sequence[float], ends: Bounds) -> str:
    """Return a ring (then), a line and a bar as wide as the bounds (now); the country below it."""
    grid = "".join(f'<path class="grid" d="M{_x(at, ends):.1f} 0V{TALL}" />' for at in ticks)
    below = f'<g class="country">{_pair(country, ends, 36, 4, 2.6)}</g>'
    above = f'<g class="{own.colour or "plain"}">{_pair(own, ends, 20, 12, 5)}</g>'
    return f'<svg viewBox="0 0 {WIDE} {TALL}">{grid}{below}{above}</svg>'


def _x(share: float, ends: Bounds) -> float:
    return _SIDE + (WIDE - 2 * _SIDE) * (share - ends[0]) / ((ends[1] - ends[0]) or 1.0)


def _pair(pair: Pair, ends: Bounds, y: float, thick: float, ring: float) -> str:
    drawn = ""
    if pair.then and pair.now:
        a, b = (_x(sum(bounds) / 2, ends) for bounds in (pair.then, pair.now))
        drawn += f'<path d="M{a:.1f} {y}H{b:.1f}" />'
    if pair.then:
        drawn += (
            f'<circle class="then" cx="{_x(sum(pair.then) / 2, ends):.1f}" cy="{y}" r="{ring}" />'
        )
    if pair.now:
        start, end = (_x(bound, ends) for bound in pair.now)
        width = max(end - start, 2 * ring)
        left, round_ = (start + end - width) / 2, min(2, thick / 2)
        drawn += (
            f'<rect x="{left:.1f}" y="{y - thick / 2}" width="{width:.1f}" height="{thick}" '
            f'rx="{round_}" />'
        )
    return drawn
