"""Where the people of one whole went: a bar, and bands from it to a bar for each way.

A band is as wide as its people are many. Of a way that is known between two bounds, the lower one
is solid and what may be more lies around it, paler.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.texts import Texts
from instroom.drawing.canvas import INK, MUTED, PETROL, Drawing
from instroom.drawing.flow.steps import FlowPart, written
from instroom.drawing.lettering import text_width, wrap

#: Solid and pale: the way it is about, those that lead on, and the others.
_ABOUT, _ON, _OTHER = (PETROL, "#B5CFD3"), ("#8FB5BB", "#DCE9EB"), ("#B9C0C3", "#E6E9EA")
_BAR = 14.0
_GAP = 12.0


@dataclass(frozen=True, slots=True)
class WaysRoom:
    """Where the bands stand: left edge, their length, room of the words, height, letter size."""

    left: float
    run: float
    words: float
    height: float
    letter: float


@dataclass(frozen=True, slots=True)
class _Way:
    part: FlowPart
    low: float
    middle: float
    high: float
    lines: tuple[str, ...]
    figure: tuple[str, ...]

    def slot(self, room: WaysRoom) -> float:
        """Return the height its bar and its words need."""
        words = (len(self.lines) + len(self.figure)) * (room.letter + 4)
        return max(self.high * room.height, words)


def draw_ways(
    drawing: Drawing, parts: Sequence[FlowPart], top: float, room: WaysRoom, texts: Texts
) -> float:
    """Draw the bar of the whole and a band to each way; return where the next may begin.

    ``parts`` have bounds (``low``, ``high``) that are shares of the whole, between 0 and 1.
    """
    ways = [_way(part, room, texts) for part in parts]
    slots = [way.slot(room) for way in ways]
    full = sum(slots) + _GAP * (len(slots) - 1)
    whole = max(sum(way.middle for way in ways), 1.0)
    start = top + max(full - room.height, 0.0) / 2
    drawing.rect((room.left, start, _BAR, room.height), INK, radius=2)
    y, used = top, start
    bars: list[tuple[_Way, tuple[float, float], float]] = []
    for way, slot in zip(ways, slots, strict=True):
        length = way.middle / whole * room.height
        bars.append((way, (used + length / 2, length), y + slot / 2))
        used += length
        y += slot + _GAP
    if (left := start + room.height - used) > 1:  # of whom nobody says where they went
        drawing.rect((room.left, used, _BAR, left), drawing.hatch)
    for paler in (True, False):
        for way, origin, end in bars:
            _band(drawing, way, (origin, end), room, paler=paler)
    for way, _, end in bars:
        _words(drawing, way, end, room)
    return top + max(full, room.height) + 18


def _way(part: FlowPart, room: WaysRoom, texts: Texts) -> _Way:
    low = part.share if part.share is not None else part.low or 0.0
    high = part.share if part.share is not None else part.high or 0.0
    lines = wrap(part.label, room.words, room.letter, bold=part.emphasis)
    figure = " · ".join(written(part, texts))
    fits = text_width(figure, room.letter) <= room.words
    said = [figure] if fits else written(part, texts)
    told = tuple(line for text in said for line in wrap(text, room.words, room.letter))
    return _Way(part, low, (low + high) / 2, high, tuple(lines), told)


def _colours(part: FlowPart) -> tuple[str, str]:
    if part.emphasis:
        return _ABOUT
    return _ON if part.onward else _OTHER


def _band(
    drawing: Drawing,
    way: _Way,
    at: tuple[tuple[float, float], float],
    room: WaysRoom,
    *,
    paler: bool,
) -> None:
    """Draw a band from its place on the whole to its middle on the right, with its bar.

    On the whole the ways lie against each other, so what is pale gets no more room there.
    """
    if not way.high or (paler and way.high <= way.low):
        return
    share = way.high if paler else way.low
    solid, pale = _colours(way.part)
    half = max(share * room.height, 0.0 if paler else 1.0) / 2
    left, right = room.left + _BAR, room.left + _BAR + room.run
    bend = left + room.run / 2
    (origin, length), end = at
    narrow = length / 2 if paler else length / 2 * share / way.high
    over = _curve((left, origin - narrow), bend, (right, end - half))
    back = _curve((right, end + half), bend, (left, origin + narrow))
    fill = pale if paler else solid
    drawing.path(f"M{left:.1f} {origin - narrow:.1f}{over}V{end + half:.1f}{back}Z", fill=fill)
    if paler:
        for edge in (end - half, end + half):
            drawing.line((right - 10, edge), (right, edge), stroke=MUTED, thick=1)
    else:
        drawing.rect((right - 4, end - half, 4, 2 * half), INK)


def _curve(start: tuple[float, float], bend: float, end: tuple[float, float]) -> str:
    """Return a path that leaves and arrives level."""
    return f"C{bend:.1f} {start[1]:.1f} {bend:.1f} {end[1]:.1f} {end[0]:.1f} {end[1]:.1f}"


def _words(drawing: Drawing, way: _Way, middle: float, room: WaysRoom) -> None:
    """Write a way beside its bar: what it is, and how many."""
    step = room.letter + 4
    x = room.left + _BAR + room.run + 10
    y = middle - (len(way.lines) + len(way.figure)) * step / 2 + room.letter
    for line in way.lines:
        drawing.text(x, y, line, size=room.letter, bold=way.part.emphasis)
        y += step
    for line in way.figure:
        drawing.text(x, y, line, size=room.letter - 1, fill=MUTED)
        y += step
