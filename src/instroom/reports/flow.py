"""The flow of pupils: primary, secondary, profile, further study, at one reference date.

Drawn directly as SVG, not by Altair: Vega has no flow of bands, and labels, hatch and gaps each
need their own place. Bands join two steps only when the same pupils are followed; otherwise the
steps stand apart and the picture says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.core.texts import Texts
from instroom.reports.drawing import (
    BORDER,
    HATCH_LINE,
    INK,
    MUTED,
    PETROL,
    PETROL_MID,
    SOFT,
    WIDTHS,
    Drawing,
    Status,
    Width,
    frame,
    spread,
    status_word,
    text_width,
    wrap,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a step; ``count_text`` is finished text, ``share`` is of the step (0-1).

    ``share_text`` is written instead of the share, for a part that is a share of something else.
    """

    label: str
    count_text: str = ""
    share: float | None = None
    emphasis: bool = False
    status: Status = "ok"
    low: float | None = None
    high: float | None = None
    share_text: str | None = None

    @property
    def middle(self) -> float | None:
        """The share it is drawn with; None when it is not known."""
        if self.status not in ("ok", "provisional", "bounded"):
            return None
        if self.share is not None:
            return self.share
        return None if self.low is None or self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """One moment in school life.

    ``linked``: the same pupils as in the step before, so a band joins the two. ``gap_note``: why
    nothing joins them. Neither: another group at the same date, a thin neutral sign.
    """

    id: str
    heading: str
    parts: tuple[Part, ...] = ()
    note: str = ""
    status: Status = "ok"
    place_note: str = ""
    linked: bool = False
    gap_note: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part with the place of its bar: start and size along the bar."""

    part: Part
    start: float
    size: float
    tint: str

    def fill(self, drawing: Drawing) -> str:
        """Petrol for the part it is about, a tint for the rest, hatch for the unknown."""
        if self.part.middle is None:
            return drawing.hatch
        return PETROL if self.part.emphasis else self.tint

    @property
    def blur(self) -> tuple[float, float]:
        """Where the uncertain end of a bounded part starts and how long it is."""
        part = self.part
        if part.share is not None or part.low is None or part.high is None or not part.middle:
            return 0.0, 0.0
        length = (part.high - part.low) / part.middle * self.size
        return self.start + self.size - length / 2, length if part.emphasis else 0.0


_SPACE = 3.0
#: The other parts, from first to last; they differ in greyscale too.
_TINTS = ("#8FB5BB", "#A9C8CD", "#C0D7DA", "#D3E3E5")
#: How wide the gap is in which its reason stands.
_GAP = 124.0


def pipeline(
    steps: Sequence[Step],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw the steps as one quiet strip, from left to right or (narrow) from top to bottom.

    Parameters
    ----------
    steps
        In the order of school life.
    name, title, description, example_word
        See :func:`instroom.reports.drawing.frame`.
    language
        Language of words and numbers.
    width
        ``wide`` (1040 px) or ``narrow`` (328 px, for phones).

    Returns
    -------
    str
        The SVG.
    """
    drawing = Drawing(f"{name}-{width}")
    draw = _draw_wide if width == "wide" else _draw_narrow
    height = draw(drawing, steps, Texts(language))
    return frame(
        drawing.body,
        (WIDTHS[width], height),
        name=f"{name}-{width}",
        title=title,
        description=description,
        example_word=example_word,
    )


def _pieces(step: Step, length: float) -> list[_Piece]:
    """Divide a bar; unknown parts share what is left, with a least size so they are seen."""
    parts = step.parts or (Part("", status=step.status if step.status != "ok" else "missing"),)
    room = length - _SPACE * (len(parts) - 1)
    known = sum(part.middle or 0 for part in parts)
    unknown = [part for part in parts if part.middle is None]
    left = max(1 - known, 0.12 * len(unknown)) if unknown else 0.0
    scale = room / (known + left or 1)
    found, start, soft = [], 0.0, 0
    for part in parts:
        share = part.middle if part.middle is not None else left / len(unknown)
        size = max(share * scale, 1.5)
        found.append(_Piece(part, start, size, _TINTS[min(soft, len(_TINTS) - 1)]))
        soft += not part.emphasis
        start += size + _SPACE
    return found


def _figure(part: Part, texts: Texts) -> list[str]:
    """Write count and share, or the word that says why there is none."""
    if part.middle is None:
        return [status_word(part.status, texts) or texts("geen cijfer")]
    if part.share_text is not None:
        share = part.share_text
    elif part.share is not None:
        share = texts.percent(part.share)
    else:
        share = texts.percent(part.low or 0, part.high)
    return [text for text in (part.count_text, share) if text]


# ------------------------------------------------------------------------------------ wide


def _draw_wide(drawing: Drawing, steps: Sequence[Step], texts: Texts) -> float:
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


def _label_height(step: Step, texts: Texts, room: float) -> float:
    """Return the height of the tallest label of a step, with the space under it."""
    lines = [
        len(_head(part, room)) + len(_fitted(_figure(part, texts), room, 14)) for part in step.parts
    ]
    return max(lines, default=1) * 19.0 + 6


def _least_height(step: Step, texts: Texts, room: float) -> float:
    return len(step.parts) * _label_height(step, texts, room)


def _head_height(step: Step, pitch: float) -> float:
    place = wrap(step.place_note, pitch - 28, 13) if step.place_note else ()
    return len(wrap(step.heading, pitch - 28, 17, bold=True)) * 22.0 + len(place) * 18


def _head_wide(drawing: Drawing, step: Step, x: float, pitch: float) -> None:
    y = 16.0
    for line in wrap(step.heading, pitch - 28, 17, bold=True):
        drawing.text(x, y, line, size=17, bold=True)
        y += 22
    for line in wrap(step.place_note, pitch - 28, 13) if step.place_note else ():
        drawing.text(x, y - 2, line, size=13, fill=MUTED)
        y += 18


def _join_wide(
    drawing: Drawing, step: Step, sides: tuple[float, float], span: tuple[float, float]
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
    step: Step,
    box: tuple[float, float, float, float],
    texts: Texts,
    pitch: float,
) -> None:
    x, top, wide, deep = box
    pieces = _pieces(step, deep)
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
    figures = [_fitted(_figure(piece.part, texts), room, 14) for piece in pieces]
    gap = _label_height(step, texts, room)
    aims = [top + piece.start + piece.size / 2 for piece in pieces]
    spots = spread(aims, gap, top + gap / 2 - 2, top + deep - gap / 2 + 4)
    for order, piece in enumerate(pieces):
        at = (x + wide + 16, spots[order])
        _lead(drawing, (x + wide, aims[order]), at, piece.part)
        _label_wide(drawing, at, heads[order], figures[order], piece.part)


def _head(part: Part, room: float) -> tuple[str, ...]:
    return wrap(part.label, room, 15, bold=part.emphasis) if part.label else ()


def _fitted(figure: Sequence[str], room: float, size: float) -> Sequence[str]:
    """Write count and share on one line when that fits, else on two."""
    whole = " · ".join(figure)
    return [whole] if text_width(whole, size) <= room else figure


def _lead(
    drawing: Drawing, start: tuple[float, float], at: tuple[float, float], part: Part
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
    part: Part,
) -> None:
    x, spot = at
    y = spot - (len(head) + len(figure)) * 9.5 + 14
    for line in head:
        drawing.text(x, y, line, size=15, bold=part.emphasis)
        y += 19
    for line in figure:
        drawing.text(x, y, line, size=14, fill=MUTED)
        y += 19


def _note_wide(drawing: Drawing, step: Step, x: float, y: float, pitch: float) -> float:
    for line in wrap(step.note, pitch - 28, 13) if step.note else ():
        drawing.text(x, y, line, size=13, fill=MUTED)
        y += 18
    return y - 18


# ---------------------------------------------------------------------------------- narrow


def _draw_narrow(drawing: Drawing, steps: Sequence[Step], texts: Texts) -> float:
    y = 0.0
    for order, step in enumerate(steps):
        if order:
            y = _join_narrow(drawing, step, y)
        y = _step_narrow(drawing, step, y, texts)
    return y


def _join_narrow(drawing: Drawing, step: Step, y: float) -> float:
    outer = WIDTHS["narrow"]
    if step.linked:
        drawing.rect((0, y, outer, 34), SOFT)
        drawing.path(
            f"M{outer / 2 - 8:.1f} {y + 14:.1f}l8 7l8-7", fill="none", stroke=BORDER, stroke_width=2
        )
        return y + 42
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


def _step_narrow(drawing: Drawing, step: Step, y: float, texts: Texts) -> float:
    outer = float(WIDTHS["narrow"])
    y += 18
    for line in wrap(step.heading, outer, 15, bold=True):
        drawing.text(0, y, line, size=15, bold=True)
        y += 19
    for line in wrap(step.place_note, outer, 12) if step.place_note else ():
        drawing.text(0, y, line, size=12, fill=MUTED)
        y += 16
    y -= 6
    pieces = _pieces(step, outer)
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
    for line in wrap(step.note, outer, 12) if step.note else ():
        drawing.text(0, y, line, size=12, fill=MUTED)
        y += 16
    return y - 8


def _row_narrow(drawing: Drawing, piece: _Piece, y: float, texts: Texts) -> float:
    """Draw the label of a part with its colour before it and its figure at the right."""
    outer, part = float(WIDTHS["narrow"]), piece.part
    figure = " · ".join(_figure(part, texts))
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
