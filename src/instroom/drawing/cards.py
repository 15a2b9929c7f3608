"""Fact cards: one finding as a picture of 1200 x 630, to send on.

A card is read without its page, so it says itself what is counted, whose figures they are, of when
and where they can be looked up. No letter of it is cut: what does not fit is set smaller.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from instroom.drawing import canvas
from instroom.drawing.canvas import Drawing, text_width, wrap

WIDE, TALL = 1200, 630
_LEFT, _RIGHT = 60, 1140
_ROOM = _RIGHT - _LEFT
#: Widths are estimated, and other letters may stand in for ours: a little room is left.
_SAFE = 0.96
#: What is not filled, and how strongly the margin is.
_REST = "#C3CDD0"
_PALE = 0.45
#: Signs that our letters do not have: how wide each is, and its path in a square of one.
_SIGNS = {
    "▲": (0.78, "M.05 .9L.39 .2L.73 .9Z", True),
    "▼": (0.78, "M.05 .25L.39 .95L.73 .25Z", True),
    "△": (0.78, "M.09 .87L.39 .25L.69 .87Z", False),
    "▽": (0.78, "M.09 .28L.39 .9L.69 .28Z", False),
    "●": (0.78, "M.08 .57a.31 .31 0 1 0 .62 0a.31 .31 0 1 0 -.62 0Z", True),
    "○": (0.78, "M.11 .57a.28 .28 0 1 0 .56 0a.28 .28 0 1 0 -.56 0Z", False),
    "→": (1.0, "M.1 .62H.86M.62 .38L.86 .62L.62 .86", False),
}
_SPLIT = re.compile(f"([{''.join(_SIGNS)}])")
_COLOURS = {"ahead": canvas.AHEAD, "behind": canvas.BEHIND}


@dataclass(frozen=True, slots=True)
class CardRow:
    """One number of a card: when, its words, and how much is filled and pale (0-1).

    ``colour`` is the name of a verdict's colour, or empty; ``counted`` draws a bar, not a hundred.
    """

    label: str
    amount: str
    low: float
    high: float
    colour: str = ""
    counted: bool = False


@dataclass(frozen=True, slots=True)
class CardLine:
    """One share of several on a card: of what, its verdict, its numbers, then and now on an axis.

    ``mark`` is the verdict's shape with its word; ``national`` the same numbers of the country.
    """

    label: str
    mark: str
    amounts: str
    then: tuple[float, float] | None
    now: tuple[float, float] | None
    national: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class FactCard:
    """What stands on a card. ``rows`` are numbers over time, ``lines`` shares beside each other.

    ``above`` is what the sentence is about, in small letters; ``country`` stands over the numbers
    of the country. ``aside`` are whole sentences, of which the last ones stay away when there is no
    room.
    """

    above: str
    sentence: str
    rows: tuple[CardRow, ...]
    lines: tuple[CardLine, ...]
    aside: tuple[str, ...]
    source: str
    address: str
    region: str
    country: str = ""
    example_word: str = ""


def fact_card(card: FactCard) -> str:
    """Return a card as SVG.

    Examples
    --------
    >>> bare = FactCard("", "Nog niets.", (), (), (), "Bron: DUO.", "voorbeeld.nl", "Twente")
    >>> fact_card(bare).startswith('<svg xmlns="http://www.w3.org/2000/svg" width="1200"')
    True
    """
    drawing = Drawing("card")
    drawing.rect((0, 0, WIDE, TALL), canvas.PAPER)
    drawing.rect((0, 0, WIDE, 12), canvas.PETROL)
    if card.example_word:
        _example(drawing, card.example_word)
    top = _above(drawing, card.above, 72 if card.example_word else 36)
    below = _sentence(drawing, card.sentence, top)
    floor = _foot(drawing, card)
    below = _rows(drawing, card.rows, below, floor) if card.rows else below
    below = _lines(drawing, card, below, floor) if card.lines else below
    _aside(drawing, card, below, floor)
    said = " ".join(
        (card.above, card.sentence, *(f"{r.label}: {r.amount}." for r in card.rows), *card.aside)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{TALL}"'
        f' viewBox="0 0 {WIDE} {TALL}" role="img" aria-labelledby="card-title card-desc"'
        f' font-family="{canvas.FONT}">'
        f'<title id="card-title">{escape(card.sentence)}</title>'
        f'<desc id="card-desc">{escape(said)}</desc>{drawing.body}</svg>'
    )


def _example(drawing: Drawing, word: str) -> None:
    plate = text_width(word, 22, bold=True) + 32
    drawing.rect((_RIGHT - plate, 24, plate, 36), canvas.ACCENT, radius=18)
    drawing.text(_RIGHT - plate / 2, 50, word, size=22, bold=True, anchor="middle")


def _width(text: str, size: float, *, bold: bool = False) -> float:
    return sum(
        _SIGNS[part][0] * size if part in _SIGNS else text_width(part, size, bold=bold)
        for part in _SPLIT.split(text)
    )


def _write(
    drawing: Drawing,
    where: tuple[float, float],
    text: str,
    size: float,
    *,
    fill: str = canvas.INK,
    bold: bool = False,
    end: bool = False,
) -> None:
    """Write one line; signs that our letters lack are drawn: else other letters take the line."""
    x, y = where
    if not _SPLIT.search(text):
        drawing.text(x, y, text, size=size, fill=fill, bold=bold, anchor="end" if end else "start")
        return
    x -= _width(text, size, bold=bold) if end else 0
    for part in filter(None, _SPLIT.split(text)):
        if part not in _SIGNS:
            drawing.text(
                x + _blanks(part, size), y, part.strip(" "), size=size, fill=fill, bold=bold
            )
        else:
            _, path, filled = _SIGNS[part]
            drawing.path(
                path,
                transform=f"translate({canvas.number(x)},{canvas.number(y - size * 0.93)})"
                f" scale({canvas.number(size)})",
                fill=fill if filled else "none",
                stroke=None if filled else fill,
                stroke_width=None if filled else 0.09,
            )
        x += _width(part, size, bold=bold)


def _blanks(text: str, size: float) -> float:
    """Return how wide the blanks are that a text begins with: SVG leaves them out."""
    return text_width(" " * (len(text) - len(text.lstrip(" "))), size)


def _above(drawing: Drawing, text: str, top: float) -> float:
    """Write what the sentence is about; return where the sentence begins."""
    if not text:
        return top + 8
    lines = wrap(text, _ROOM * _SAFE, 24)
    for place, line in enumerate(lines):
        _write(drawing, (_LEFT, top + 26 + place * 30), line, 24, fill=canvas.MUTED)
    return top + 36 + (len(lines) - 1) * 30


def _sentence(drawing: Drawing, sentence: str, top: float) -> float:
    """Write the sentence, as large as three lines allow; return where it ends."""
    size, lines = fitted(sentence, _ROOM, (48, 44, 40, 36, 32), 3)
    for place, line in enumerate(lines):
        _write(drawing, (_LEFT, top + size + place * size * 1.22), line, size, bold=True)
    return top + size + (len(lines) - 1) * size * 1.22


def fitted(
    text: str, width: float, sizes: Sequence[float], most: int
) -> tuple[float, tuple[str, ...]]:
    """Return the largest size at which a text has at most so many lines, and the lines.

    At the smallest size it has as many lines as it needs: nothing is cut.

    Examples
    --------
    >>> fitted("Hof van Twente", 120, (20, 12), 1)
    (12, ('Hof van Twente',))
    """
    lines: tuple[str, ...] = ()
    size = sizes[-1]
    for size in sizes:
        lines = wrap(text, width * _SAFE, size, bold=True)
        wide = max(text_width(line, size, bold=True) for line in lines)
        if len(lines) <= most and wide <= width:
            break
    return size, lines


def _foot(drawing: Drawing, card: FactCard) -> float:
    """Write source, date and address; return the height of the rule above them."""
    region = text_width(card.region, 26, bold=True)
    size, address = _address(card.address, _ROOM - region - 32)
    lines = [*wrap(card.source, _ROOM * _SAFE, 20), *address]
    top = TALL - 36 - (len(lines) - 1) * 28
    for place, line in enumerate(lines):
        small = size if place >= len(lines) - len(address) else 20
        drawing.text(_LEFT, top + place * 28, line, size=small, fill=canvas.MUTED)
    drawing.text(
        _RIGHT, TALL - 36, card.region, size=26, bold=True, fill=canvas.PETROL, anchor="end"
    )
    rule = top - 36
    drawing.line((_LEFT, rule), (_RIGHT, rule), stroke=canvas.BORDER)
    return rule


def _address(address: str, width: float) -> tuple[float, list[str]]:
    """Return an address whole: smaller, or on two lines, broken after a slash."""
    for size in (20, 18, 16):
        if text_width(address, size) <= width * _SAFE:
            return size, [address]
    lines = [""]
    for part in address.replace("/", "/\n").split("\n"):
        if lines[-1] and text_width(lines[-1] + part, 16) > width * _SAFE:
            lines.append("")
        lines[-1] += part
    return 16, lines


def _rows(drawing: Drawing, rows: Sequence[CardRow], below: float, floor: float) -> float:
    """Draw the numbers, each a hundred strokes or a bar; return where they end."""
    room = (floor - 84 - below) / len(rows)
    tall = min(56.0, max(22.0, room - 62))
    top = below
    for row in rows:
        label = top + 26 + min(36.0, max(14.0, room - tall - 40))
        colour = _COLOURS.get(row.colour, canvas.PETROL)
        ink = colour if row.colour else canvas.INK
        _write(drawing, (_LEFT, label), row.label, label_size(row), fill=canvas.MUTED)
        _write(drawing, (_RIGHT, label), row.amount, 26, fill=ink, bold=True, end=True)
        draw = _bar if row.counted else _strokes
        draw(drawing, row, (label + 16, tall), colour)
        top = label + 16 + tall
    return top


def label_size(row: CardRow) -> float:
    """Return how large a row's label is: what does not fit beside its number is set smaller.

    Examples
    --------
    >>> label_size(CardRow("havo", "44,6 %", 0.446, 0.446))
    26.0
    """
    room = _ROOM - text_width(row.amount, 26, bold=True) - 24
    return min(26.0, 26 * room * _SAFE / max(text_width(row.label, 26), 1.0))


def _strokes(drawing: Drawing, row: CardRow, where: tuple[float, float], colour: str) -> None:
    """Draw a hundred strokes in tens: filled to ``low``, pale to ``high``."""
    top, tall = where
    low, high = hundredths(row.low, row.high)
    for place in range(100):
        x = _LEFT + place * 10.15 + place // 10 * 7.1
        if place < high:
            pale = None if place < low else _PALE
            drawing.add(
                "rect", x=x, y=top, width=6.6, height=tall, rx=1.5, fill=colour, opacity=pale
            )
        else:
            drawing.rect((x, top + tall * 0.36, 6.6, tall * 0.28), _REST, radius=1.5)


def hundredths(low: float, high: float) -> tuple[int, int]:
    """Return how many of a hundred strokes are filled and how many are filled or pale.

    A share that is not nothing shows at least one pale stroke.

    Examples
    --------
    >>> hundredths(0.4017, 0.4226), hundredths(0.004, 0.004)
    ((40, 42), (0, 1))
    """
    first, last = round(low * 100), round(high * 100)
    return first, max(last, 1) if high > 0 else last


def _bar(drawing: Drawing, row: CardRow, where: tuple[float, float], colour: str) -> None:
    """Draw a number of people as a bar, with what it may be more as pale."""
    top, tall = where
    drawing.rect((_LEFT, top + tall * 0.36, _ROOM, tall * 0.28), _REST, radius=1.5)
    drawing.rect((_LEFT, top, _ROOM * row.low, tall), colour, radius=1.5)
    if row.high > row.low:
        drawing.add(
            "rect",
            x=_LEFT + _ROOM * row.low,
            y=top,
            width=_ROOM * (row.high - row.low),
            height=tall,
            fill=colour,
            opacity=_PALE,
        )


def _lines(drawing: Drawing, card: FactCard, below: float, floor: float) -> float:
    """Draw shares under each other on one axis; return where they end."""
    lines, top = card.lines, below + 24
    spans = [span for line in lines for span in (line.then, line.now) if span]
    ends = min((s[0] for s in spans), default=0.0), max((s[1] for s in spans), default=1.0)
    step = min(44.0, (floor - 100 - top) / (len(lines) + 1))  # room for two lines below
    size = min(24.0, step * 0.62)
    names, marks, amounts, beside = _columns(lines, size)
    if (wide := names + marks + amounts + beside + 110) > _ROOM:
        size *= (_ROOM - 110) / (wide - 110)
        names, marks, amounts, beside = _columns(lines, size)
    right = _RIGHT - beside - 40 if beside else _RIGHT
    axis = (_LEFT + names + marks + 72, right - amounts - 40)
    if beside:
        heads = ((right, card.region), (_RIGHT, card.country))
        for x, head in heads:
            _write(drawing, (x, top + step * 0.6), head, size * 0.8, fill=canvas.MUTED, end=True)
    for place, line in enumerate(lines):
        y = top + (place + 1.6) * step
        colour = _COLOURS.get(line.colour, canvas.INK)
        _write(drawing, (_LEFT, y), line.label, size, bold=True)
        mark = (_LEFT + names + 28, y)
        _write(drawing, mark, line.mark, size, fill=colour, bold=bool(line.colour))
        _write(drawing, (right, y), line.amounts, size, end=True)
        there = (_RIGHT, y)
        _write(drawing, there, line.national, size * 0.85, fill=canvas.MUTED, end=True)
        if axis[1] - axis[0] > 100:
            _dumbbell(drawing, line, (*axis, y - size * 0.36), ends)
    return top + (len(lines) + 0.8) * step


def _columns(lines: Sequence[CardLine], size: float) -> tuple[float, float, float, float]:
    """Return how wide the names, verdicts, numbers and numbers of the country are."""
    return (
        max(text_width(line.label, size, bold=True) for line in lines),
        max(_width(line.mark, size, bold=True) for line in lines),
        max(_width(line.amounts, size, bold=True) for line in lines),
        max(_width(line.national, size * 0.85) for line in lines),
    )


def _dumbbell(
    drawing: Drawing,
    line: CardLine,
    where: tuple[float, float, float],
    ends: tuple[float, float],
) -> None:
    """Draw a ring for then, a bar as wide as its bounds for now, and the way between."""
    left, right, y = where
    span = (ends[1] - ends[0]) or 1.0
    colour = _COLOURS.get(line.colour, canvas.BORDER)

    def at(share: float) -> float:
        return left + (share - ends[0]) / span * (right - left)

    if line.then and line.now:
        drawing.line((at(line.then[0]), y), (at(line.now[0]), y), stroke=colour, thick=3)
    if line.now:
        width = max(at(line.now[1]) - at(line.now[0]), 6)
        drawing.rect((at(line.now[0]) - 1, y - 8, width + 2, 16), colour, radius=3)
    if line.then:
        drawing.add(
            "circle",
            cx=at((line.then[0] + line.then[1]) / 2),
            cy=y,
            r=7,
            fill=canvas.PAPER,
            stroke=colour,
            stroke_width=3,
        )


def _aside(drawing: Drawing, card: FactCard, below: float, floor: float) -> None:
    """Write the sentences beside the number, as many whole ones as there is room for."""
    size = 24 if card.lines else 26 if card.rows else 30
    first = below + size + (20 if card.rows or card.lines else 36)
    most = int((floor - 16 - first) // (size * 1.4)) + 1
    for count in range(len(card.aside), 0, -1):
        lines = wrap(" ".join(card.aside[:count]), _ROOM * _SAFE, size)
        if len(lines) <= most:
            for place, line in enumerate(lines):
                _write(drawing, (_LEFT, first + place * size * 1.4), line, size)
            return
