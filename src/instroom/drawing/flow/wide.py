"""The flow from top to bottom with room for two things beside each other: step, and its bar."""

from collections.abc import Sequence

from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    BORDER,
    HATCH_LINE,
    INK,
    MUTED,
    PETROL_MID,
    WIDTHS,
    Drawing,
)
from instroom.drawing.flow.steps import (
    ROOM_UNKNOWN,
    FlowStep,
    Piece,
    lengths,
    pieces_of,
    written,
)
from instroom.drawing.flow.ways import WaysRoom, draw_ways
from instroom.drawing.lettering import wrap

#: Where bars begin, and how high they are.
_LEFT, _BAR = 216.0, 30.0
_ROOM = WIDTHS["wide"] - _LEFT
#: The parts of a step stand in so many columns under its bar.
_COLUMNS = 3
_COLUMN = _ROOM / _COLUMNS
_WAYS = WaysRoom(left=_LEFT, run=390, words=_ROOM - 390 - 24, height=300, letter=14)
#: Without a heading beside it.
_WAYS_ALONE = WaysRoom(left=0, run=560, words=WIDTHS["wide"] - 560 - 24, height=300, letter=14)


def draw_wide(drawing: Drawing, steps: Sequence[FlowStep], texts: Texts) -> float:
    """Draw the steps from top to bottom; return the height."""
    hidden = max((sum(part.middle is None for part in step.parts) for step in steps), default=0)
    scaled = any(step.people for step in steps)
    long = lengths(steps, _ROOM - (ROOM_UNKNOWN * hidden if scaled else 0))
    y = 0.0
    for order, step in enumerate(steps):
        if order:
            y = _join(drawing, step, y)
        y = _step(drawing, step, y, long[order], texts)
    return y


def _join(drawing: Drawing, step: FlowStep, y: float) -> float:
    """Part two steps: a clear gap with its reason, or a thin neutral sign."""
    if step.gap_note:
        drawing.line((0, y + 6), (WIDTHS["wide"], y + 6), stroke=BORDER, dash="2 6")
        y += 26
        for line in wrap(step.gap_note, _ROOM, 13):
            drawing.text(_LEFT, y, line, size=13, fill=MUTED)
            y += 18
        drawing.line((0, y - 6), (WIDTHS["wide"], y - 6), stroke=BORDER, dash="2 6")
        return y + 14
    drawing.path(f"M{_LEFT + 2:.1f} {y + 4:.1f}l8 7l8-7", fill="none", stroke=HATCH_LINE,
                 stroke_width=2)  # fmt: skip
    return y + 24


def _step(drawing: Drawing, step: FlowStep, top: float, length: float, texts: Texts) -> float:
    """Draw the name of a step, its bar and its parts; return where the next may begin."""
    y = top + 18
    for line in wrap(step.heading, _LEFT - 20, 17, bold=True) if step.heading else ():
        drawing.text(0, y, line, size=17, bold=True)
        y += 21
    for line in wrap(step.place_note, _LEFT - 20, 13) if step.place_note else ():
        drawing.text(0, y - 2, line, size=13, fill=MUTED)
        y += 18
    if step.whole:
        room = _WAYS if step.heading else _WAYS_ALONE
        below = top + 14
        for line in wrap(step.whole, WIDTHS["wide"] - room.left, 14):
            drawing.text(room.left, below, line, size=14)
            below += 18
        below = draw_ways(drawing, step.parts, below, room, texts)
        return max(y, _note(drawing, step, below)) - 4
    pieces = pieces_of(step, length)
    for piece in pieces:
        box = (_LEFT + piece.start, top, piece.size, _BAR)
        drawing.rect(box, piece.fill(drawing), radius=4)
    for piece in pieces:
        start, size = piece.blur
        if size:
            drawing.rect((_LEFT + start, top, size, _BAR), PETROL_MID)
            for edge in (_LEFT + start, _LEFT + start + size):
                drawing.line((edge, top), (edge, top + _BAR), stroke=INK, thick=1.25)
    below = top + _BAR + 20
    for first in range(0, len(pieces), _COLUMNS):
        row = pieces[first : first + _COLUMNS]
        below = max(
            _part(drawing, piece, (_LEFT + column * _COLUMN, below), texts)
            for column, piece in enumerate(row)
        )
    return max(y, _note(drawing, step, below)) - 4


def _note(drawing: Drawing, step: FlowStep, below: float) -> float:
    for line in wrap(step.note, _ROOM, 13) if step.note else ():
        drawing.text(_LEFT, below, line, size=13, fill=MUTED)
        below += 18
    return below


def _part(drawing: Drawing, piece: Piece, at: tuple[float, float], texts: Texts) -> float:
    """Write a part with its colour before it; return where the next row begins."""
    (x, y), part = at, piece.part
    drawing.rect((x + 0.5, y - 11, 13, 13), piece.fill(drawing), radius=2)
    room = _COLUMN - 36
    for line in wrap(part.label, room, 14, bold=part.emphasis) if part.label else ():
        drawing.text(x + 22, y, line, size=14, bold=part.emphasis)
        y += 18
    for line in wrap(" · ".join(written(part, texts)), room, 13):
        drawing.text(x + 22, y, line, size=13, fill=MUTED)
        y += 17
    return y + 8
