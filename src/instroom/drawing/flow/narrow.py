"""The flow from top to bottom, for phones."""

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
from instroom.drawing.flow.steps import ROOM_UNKNOWN, FlowStep, Piece, lengths, pieces_of, written
from instroom.drawing.flow.ways import WaysRoom, draw_ways
from instroom.drawing.lettering import text_width, wrap

_WAYS = WaysRoom(left=0, run=110, words=WIDTHS["narrow"] - 110 - 24, height=240, letter=13)


def draw_narrow(drawing: Drawing, steps: Sequence[FlowStep], texts: Texts) -> float:
    """Draw the steps from top to bottom; return the height."""
    y = 0.0
    hidden = max((sum(part.middle is None for part in step.parts) for step in steps), default=0)
    long = lengths(steps, WIDTHS["narrow"] - ROOM_UNKNOWN * hidden)
    if not any(step.people for step in steps):
        long = [float(WIDTHS["narrow"])] * len(steps)
    for order, step in enumerate(steps):
        if order:
            y = _join_narrow(drawing, step, y)
        y = _step_narrow(drawing, step, y, long[order], texts)
    return y


def _join_narrow(drawing: Drawing, step: FlowStep, y: float) -> float:
    outer = WIDTHS["narrow"]
    if step.gap_note:
        y += 14
        drawing.line((0, y), (outer, y), stroke=BORDER, dash="2 6")
        y += 20
        for line in wrap(step.gap_note, outer, 12):
            drawing.text(0, y, line, size=12, fill=MUTED)
            y += 16
        y += 2
        drawing.line((0, y - 6), (outer, y - 6), stroke=BORDER, dash="2 6")
        return y + 8
    drawing.path(f"M2 {y + 9:.1f}l8 7l8-7", fill="none", stroke=HATCH_LINE, stroke_width=2)
    return y + 28


def _step_narrow(drawing: Drawing, step: FlowStep, y: float, length: float, texts: Texts) -> float:
    outer = float(WIDTHS["narrow"])
    y += 18
    for line in wrap(step.heading, outer, 15, bold=True) if step.heading else ():
        drawing.text(0, y, line, size=15, bold=True)
        y += 19
    for line in wrap(step.place_note, outer, 12) if step.place_note else ():
        drawing.text(0, y, line, size=12, fill=MUTED)
        y += 16
    if step.whole:
        for line in wrap(step.whole, outer, 13):
            drawing.text(0, y, line, size=13)
            y += 17
        return _note(drawing, step, draw_ways(drawing, step.parts, y, _WAYS, texts)) - 8
    y -= 6
    pieces = pieces_of(step, length)
    for piece in pieces:
        drawing.rect((piece.start, y, piece.size, 30), piece.fill(drawing), radius=4)
    for piece in pieces:
        start, length = piece.blur
        if length:
            drawing.rect((start, y, length, 30), PETROL_MID)
            for edge in (start, start + length):
                drawing.line((edge, y), (edge, y + 30), stroke=INK, thick=1.25)
    y += 50
    for piece in pieces:
        y = _row_narrow(drawing, piece, y, texts)
    return _note(drawing, step, y) - 8


def _note(drawing: Drawing, step: FlowStep, y: float) -> float:
    for line in wrap(step.note, WIDTHS["narrow"], 12) if step.note else ():
        drawing.text(0, y, line, size=12, fill=MUTED)
        y += 16
    return y


def _row_narrow(drawing: Drawing, piece: Piece, y: float, texts: Texts) -> float:
    """Draw the label of a part with its colour before it and its figure at the right."""
    outer, part = float(WIDTHS["narrow"]), piece.part
    figure = " · ".join(written(part, texts))
    drawing.rect((0.5, y - 10, 12, 12), piece.fill(drawing), radius=2)
    lines = wrap(part.label, outer - 20, 13, bold=part.emphasis) if part.label else ()
    for order, line in enumerate(lines):
        drawing.text(20, y + order * 17, line, size=13, bold=part.emphasis)
    need = text_width(lines[-1] if lines else "", 13, bold=True) + text_width(figure, 12) + 12
    if lines and need <= outer - 20:
        y += (len(lines) - 1) * 17
        drawing.text(outer, y, figure, size=12, fill=MUTED, anchor="end")
    else:
        y += len(lines) * 17
        drawing.text(20, y, figure, size=12, fill=MUTED)
    return y + 20
