"""The flow from left to right, with room for labels beside the bars."""

from collections.abc import Sequence

from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    BORDER,
    HATCH_LINE,
    INK,
    MUTED,
    PETROL,
    PETROL_MID,
    SOFT,
    WIDTHS,
    Drawing,
)
from instroom.drawing.flow.steps import FlowPart, FlowStep, pieces_of, written
from instroom.drawing.lettering import spread, text_width, wrap

#: How wide the gap is in which its reason stands.
_GAP = 124.0


def draw_wide(drawing: Drawing, steps: Sequence[FlowStep], texts: Texts) -> float:
    """Draw the steps from left to right; return the height."""
    bar = 54.0
    gaps = sum(bool(step.gap_note) for step in steps[1:])
    pitch = (WIDTHS["wide"] + 16 - gaps * _GAP) / max(len(steps), 1)
    top = max([_head_height(step, pitch) for step in steps], default=22) + 14.0
    deep = max([_least_height(step, texts, pitch - bar - 36) for step in steps], default=0.0)
    deep = max(deep, 300.0)
    lowest = top + deep
    x = 0.0
    for order, step in enumerate(steps):
        if order:
            x += pitch + (_GAP if step.gap_note else 0)
            _join_wide(drawing, step, (x - pitch + bar, x), (top, deep))
        _head_wide(drawing, step, x, pitch)
    x = 0.0
    for order, step in enumerate(steps):
        x += (pitch + (_GAP if step.gap_note else 0)) if order else 0
        _bar_wide(drawing, step, (x, top, bar, deep), texts, pitch)
        lowest = max(lowest, _note_wide(drawing, step, x, top + deep + 26, pitch))
    return lowest + 10


def _label_height(step: FlowStep, texts: Texts, room: float) -> float:
    """Return the height of the tallest label of a step, with the space under it."""
    lines = [
        len(_head(part, room)) + len(_fitted(written(part, texts), room, 14)) for part in step.parts
    ]
    return max(lines, default=1) * 19.0 + 6


def _least_height(step: FlowStep, texts: Texts, room: float) -> float:
    return len(step.parts) * _label_height(step, texts, room)


def _head_height(step: FlowStep, pitch: float) -> float:
    place = wrap(step.place_note, pitch - 28, 13) if step.place_note else ()
    return len(wrap(step.heading, pitch - 28, 17, bold=True)) * 22.0 + len(place) * 18


def _head_wide(drawing: Drawing, step: FlowStep, x: float, pitch: float) -> None:
    y = 16.0
    for line in wrap(step.heading, pitch - 28, 17, bold=True):
        drawing.text(x, y, line, size=17, bold=True)
        y += 22
    for line in wrap(step.place_note, pitch - 28, 13) if step.place_note else ():
        drawing.text(x, y - 2, line, size=13, fill=MUTED)
        y += 18


def _join_wide(
    drawing: Drawing, step: FlowStep, sides: tuple[float, float], span: tuple[float, float]
) -> None:
    """Join two steps: a band, a clear gap with its reason, or a thin neutral sign."""
    (left, right), (top, deep) = sides, span
    if step.linked:
        third, waist = (right - left) / 2, 8
        drawing.path(
            f"M{left:.1f} {top:.1f}c{third:.1f} {waist} {third:.1f} {waist} {2 * third:.1f} 0"
            f"v{deep:.1f}c{-third:.1f} {-waist} {-third:.1f} {-waist} {-2 * third:.1f} 0z",
            fill=SOFT,
        )
        return
    if step.gap_note:
        _gap_wide(drawing, step.gap_note, right - _GAP / 2 - 12, (top, deep))
        return
    x, y = right - 18, top + deep / 2
    drawing.path(f"M{x:.1f} {y - 9:.1f}l6 9l-6 9", fill="none", stroke=HATCH_LINE, stroke_width=2)


def _gap_wide(drawing: Drawing, note: str, x: float, span: tuple[float, float]) -> None:
    """Draw a dotted line between two worlds, with the reason in the middle of it."""
    top, deep = span
    lines = wrap(note, _GAP - 20, 13)
    half = len(lines) * 9 + 10
    middle = top + deep / 2
    for start, end in ((top, middle - half), (middle + half, top + deep)):
        drawing.line((x, start), (x, end), stroke=BORDER, thick=1.5, dash="1.5 6")
    for order, line in enumerate(lines):
        y = middle - len(lines) * 9 + 13 + order * 18
        drawing.text(x, y, line, size=13, fill=MUTED, anchor="middle")


def _bar_wide(
    drawing: Drawing,
    step: FlowStep,
    box: tuple[float, float, float, float],
    texts: Texts,
    pitch: float,
) -> None:
    x, top, wide, deep = box
    pieces = pieces_of(step, deep)
    for piece in pieces:
        drawing.rect((x, top + piece.start, wide, piece.size), piece.fill(drawing), radius=4)
    for piece in pieces:
        start, length = piece.blur
        if length:
            drawing.rect((x, top + start, wide, length), PETROL_MID)
            for edge in (top + start, top + start + length):
                drawing.line((x, edge), (x + wide, edge), stroke=INK, thick=1.25)
    room = pitch - wide - 36
    heads = [_head(piece.part, room) for piece in pieces]
    figures = [_fitted(written(piece.part, texts), room, 14) for piece in pieces]
    gap = _label_height(step, texts, room)
    aims = [top + piece.start + piece.size / 2 for piece in pieces]
    spots = spread(aims, gap, top + gap / 2 - 2, top + deep - gap / 2 + 4)
    for order, piece in enumerate(pieces):
        at = (x + wide + 16, spots[order])
        _lead(drawing, (x + wide, aims[order]), at, piece.part)
        _label_wide(drawing, at, heads[order], figures[order], piece.part)


def _head(part: FlowPart, room: float) -> tuple[str, ...]:
    return wrap(part.label, room, 15, bold=part.emphasis) if part.label else ()


def _fitted(figure: Sequence[str], room: float, size: float) -> Sequence[str]:
    """Write count and share on one line when that fits, else on two."""
    whole = " · ".join(figure)
    return [whole] if text_width(whole, size) <= room else figure


def _lead(
    drawing: Drawing, start: tuple[float, float], at: tuple[float, float], part: FlowPart
) -> None:
    (x, aim), (text_x, spot) = start, at
    bend = (x + text_x) / 2
    drawing.path(
        f"M{x + 1:.1f} {aim:.1f}C{bend:.1f} {aim:.1f} {bend:.1f} {spot:.1f} {text_x - 4:.1f} "
        f"{spot:.1f}",
        fill="none",
        stroke=PETROL if part.emphasis else BORDER,
        stroke_width=1,
    )


def _label_wide(
    drawing: Drawing,
    at: tuple[float, float],
    head: Sequence[str],
    figure: Sequence[str],
    part: FlowPart,
) -> None:
    x, spot = at
    y = spot - (len(head) + len(figure)) * 9.5 + 14
    for line in head:
        drawing.text(x, y, line, size=15, bold=part.emphasis)
        y += 19
    for line in figure:
        drawing.text(x, y, line, size=14, fill=MUTED)
        y += 19


def _note_wide(drawing: Drawing, step: FlowStep, x: float, y: float, pitch: float) -> float:
    for line in wrap(step.note, pitch - 28, 13) if step.note else ():
        drawing.text(x, y, line, size=13, fill=MUTED)
        y += 18
    return y - 18
