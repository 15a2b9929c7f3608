"""A few bars under each other with their numbers: small, for beside a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from instroom.drawing.canvas import BORDER, INK, MUTED, PETROL, Drawing, Width, frame, text_width

_SIZES: dict[Width, int] = {"wide": 560, "narrow": 328}
_LETTERS: dict[Width, float] = {"wide": 15.0, "narrow": 14.0}
_ROW, _THICK, _TOP = 34.0, 20.0, 9.0
_GAP = 8.0


@dataclass(frozen=True, slots=True)
class PlainBar:
    """One bar: what it is of, its number in words, and its bounds; both None when unknown.

    ``own`` is for the bars the sentence is about; the others are grey.
    """

    label: str
    text: str
    low: float | None = None
    high: float | None = None
    own: bool = True


def plain_bars(
    bars: Sequence[PlainBar],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw horizontal bars from 0, solid up to the lower bound and pale up to the upper one.

    Parameters
    ----------
    bars
        From top to bottom. One without a number is its words only: no bar is not a bar of 0.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language
        Not needed: the words of the bars are in it already.
    width
        ``wide`` beside a sentence, ``narrow`` for a phone.

    Returns
    -------
    str
        The SVG.

    Examples
    --------
    >>> rows = [PlainBar("toen", "10", 10, 10), PlainBar("nu", "4–6", 4, 6)]
    >>> words = {"title": "", "description": "", "language": "nl"}
    >>> plain_bars(rows, name="p", width="wide", **words).count("<rect")
    3
    """
    del language
    drawing, size, across = Drawing(name), _LETTERS[width], _SIZES[width]
    left = min(
        max((text_width(bar.label, size) for bar in bars), default=0) + 2 * _GAP, across * 0.42
    )
    numbers = max((text_width(bar.text, 15, bold=True) for bar in bars), default=0) + _GAP
    room = max(across - left - numbers, 20)
    largest = max((bar.high or 0.0 for bar in bars), default=0.0) or 1.0
    for place, bar in enumerate(bars):
        _bar(drawing, bar, _TOP + place * _ROW, (left, room / largest), size)
    height = _TOP + len(bars) * _ROW - (_ROW - _THICK) + 7
    drawing.line((left, 2), (left, height - 2), stroke=INK)
    return frame(
        drawing.body,
        (across, height),
        name=name,
        title=title,
        description=description,
        example_word=example_word,
    )


def _bar(
    drawing: Drawing, bar: PlainBar, top: float, scale: tuple[float, float], size: float
) -> None:
    left, unit = scale
    drawing.text(0, top + 15, bar.label, size=size)
    if bar.low is None or bar.high is None:
        drawing.text(left + _GAP, top + 15, bar.text, size=size, fill=MUTED)
        return
    colour = PETROL if bar.own else BORDER
    drawing.rect((left, top, bar.low * unit, _THICK), colour)
    if bar.high > bar.low:
        start = left + bar.low * unit
        drawing.add(
            "rect",
            x=start,
            y=top,
            width=(bar.high - bar.low) * unit,
            height=_THICK,
            fill=colour,
            fill_opacity=0.45,
        )
    drawing.text(left + bar.high * unit + _GAP, top + 15, bar.text, size=15, bold=True)
