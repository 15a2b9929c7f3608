"""The change of shares or numbers: every row from zero, on an axis no wider than the changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    AHEAD,
    BEHIND,
    BORDER,
    HAIRLINE,
    INK,
    MUTED,
    WIDTHS,
    Drawing,
    Unit,
    Width,
    frame,
)
from instroom.drawing.lettering import text_width, wrap

_COLOURS = {"ahead": AHEAD, "behind": BEHIND}
#: Signs of verdicts, within 12 by 12 pixels: their paths, and whether they are filled.
_SHAPES = {
    "up": ("M6 1 12 11H0z", True),
    "down": ("M6 11 0 1h12z", True),
    "up_open": ("M6 2 11 10H1z", False),
    "down_open": ("M6 10 1 2h10z", False),
    "even": ("M6 2a4 4 0 1 0 .01 0z", True),
    "open": ("M6 1.5a4.5 4.5 0 1 0 .01 0z", False),
}
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change between two years, with its bounds: shares (-1 to 1) or numbers of people.

    ``bounds`` is None when the two years do not compare. ``margin`` is what chance alone does to
    the change, ``beside`` the same change elsewhere. ``mark`` says the verdict, with its
    ``shape`` and the name of its ``colour``, empty without one.
    """

    label: str
    bounds: Bounds | None
    margin: float | None = None
    mark: str = ""
    shape: str = ""
    colour: str = ""
    beside: Bounds | None = None

    @property
    def chance(self) -> Bounds | None:
        """How far the change goes when chance is taken into account."""
        if self.bounds is None or self.margin is None:
            return None
        return self.bounds[0] - self.margin, self.bounds[1] + self.margin


def change_chart(
    rows: Sequence[ChangeRow],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    beside_label: str = "",
    example_word: str = "",
) -> str:
    """Draw every change as a bar from its lower to its upper bound.

    A thin line is the margin of chance, dots lead to zero where neither reaches it. The axis is
    as wide to the left as to the right, and no wider than the changes need.

    Parameters
    ----------
    rows
        From top to bottom.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    unit
        ``share`` (written in percentage points) or ``count``.
    language, width
        See :func:`line_chart`.
    beside_label
        Where ``beside`` is, before its numbers.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    sheet = _sheet(rows, texts, unit, width, beside_label)
    over = Drawing(f"{name}-{width}")
    _head(over, sheet)
    y = 28.0
    for row in rows:
        y = _draw_row(over, row, sheet, y)
    _axis(over, sheet, y)
    return frame(
        over.body,
        (WIDTHS[width], y + 26),
        name=f"{name}-{width}",
        title=title,
        description=description,
        example_word=example_word,
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the rows share: the edges of the axis in pixels, its reach and its step."""

    left: float
    right: float
    reach: float
    step: float
    unit: Unit
    wide: bool
    texts: Texts
    beside: str

    def x(self, value: float) -> float:
        """Return the pixel of a change."""
        return self.left + (value + self.reach) / (2 * self.reach) * (self.right - self.left)

    @property
    def letters(self) -> tuple[float, float]:
        """Sizes of the label and of what stands under it."""
        return (15.0, 13.0) if self.wide else (13.0, 12.0)

    def figures(self, row: ChangeRow) -> tuple[str, str]:
        """Return the change in words, and that of elsewhere."""
        own = _written(row.bounds, self, whole=self.wide)
        beside = f"{self.beside} {_written(row.beside, self, whole=False)}" if row.beside else ""
        return own, beside.strip()


def _sheet(
    rows: Sequence[ChangeRow], texts: Texts, unit: Unit, width: Width, beside: str
) -> _Sheet:
    ends = [
        abs(end)
        for row in rows
        for bounds in (row.bounds, row.chance, row.beside)
        for end in bounds or ()
    ]
    least = 0.01 if unit == "share" else 4.0
    longest = max([*ends, least])
    step = _step(longest / 4)
    reach = ceil(longest / step - 1e-9) * step
    wide = width == "wide"
    sheet = _Sheet(9.0, WIDTHS[width] - 9.0, reach, step, unit, wide, texts, beside)
    if not wide:
        return sheet
    said = [sheet.figures(row) for row in rows]
    figures = max([text_width(text, 15) for pair in said for text in pair] or [0.0])
    labels = [text_width(row.label, 15, bold=True) for row in rows]
    labels += [text_width(row.mark, 13) + 20 for row in rows]
    left = min(max([*labels, 120.0]), 300.0) + 36
    right = WIDTHS[width] - figures - 36
    return _Sheet(left, right, reach, step, unit, wide, texts, beside)


def _step(rough: float) -> float:
    """Return a round step of at least a tenth of a point, or of one person."""
    power = 1e-6
    while power * 10 <= rough:
        power *= 10
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.99)


def _head(over: Drawing, sheet: _Sheet) -> None:
    """Say which side is less and which is more."""
    zero = sheet.x(0)
    over.path(f"M{zero - 20:.1f} 6v10l-7-5z", fill=MUTED)
    over.text(zero - 32, 16, sheet.texts("minder"), size=13, fill=MUTED, anchor="end")
    over.path(f"M{zero + 20:.1f} 6v10l7-5z", fill=MUTED)
    over.text(zero + 32, 16, sheet.texts("meer"), size=13, fill=MUTED)


def _draw_row(over: Drawing, row: ChangeRow, sheet: _Sheet, top: float) -> float:
    """Draw one row under ``top``; return where the next begins."""
    below = _words_wide(over, row, sheet, top) if sheet.wide else _words(over, row, sheet, top)
    deep = max(below - top + 8, 54.0) if sheet.wide else below - top + 40
    middle = top + deep / 2 if sheet.wide else below + 15
    grid_top = top if sheet.wide else below + 1
    for tick in _ticks(sheet):
        x = sheet.x(tick)
        bold = tick == 0
        over.line((x, grid_top), (x, top + deep), stroke=BORDER if bold else HAIRLINE)
    if row.bounds is not None:
        _bar(over, row, sheet, middle - (4 if row.beside else 0))
    if row.beside is not None:
        low, high = (sheet.x(end) for end in row.beside)
        size = max(high - low, 4.0)
        over.rect(((low + high - size) / 2, middle + 10, size, 6), BORDER, radius=2)
    return top + deep


def _bar(over: Drawing, row: ChangeRow, sheet: _Sheet, y: float) -> None:
    low, high = row.bounds or (0.0, 0.0)
    colour = _COLOURS.get(row.colour, INK)
    far = row.chance or (low, high)
    near = far[0] if far[0] > 0 else far[1] if far[1] < 0 else None
    if near is not None:
        over.line((sheet.x(0), y), (sheet.x(near), y), stroke=colour, thick=1.5, dash="2 3")
    if row.chance is not None:
        left, right = (sheet.x(end) for end in far)
        over.path(
            f"M{left:.1f} {y - 4:.1f}v8M{right:.1f} {y - 4:.1f}v8M{left:.1f} {y:.1f}H{right:.1f}",
            stroke=colour, stroke_width=1.25, fill="none",
        )  # fmt: skip
    size = max(sheet.x(high) - sheet.x(low), 5.0)
    start = (sheet.x(high) + sheet.x(low) - size) / 2
    over.rect((start, y - 8, size, 16), colour, radius=3)


def _words_wide(over: Drawing, row: ChangeRow, sheet: _Sheet, top: float) -> float:
    """Write the words beside a row; return the lowest baseline."""
    (size, small), room = sheet.letters, sheet.left - 36
    lines = wrap(row.label, room, size, bold=True)
    marks = wrap(row.mark, room - 18, small) if row.mark else ()
    y = top + 20 if marks else top + 27 + 5
    for line in lines:
        over.text(0, y, line, size=size, bold=True)
        y += 18
    _mark(over, row, (0.0, y), marks, small)
    y += 17 * len(marks)
    own, beside = sheet.figures(row)
    right = WIDTHS["wide"]
    over.text(right, top + (24 if beside else 32), own, size=size, anchor="end")
    if beside:
        over.text(right, top + 42, beside, size=small, fill=MUTED, anchor="end")
    return y - 10


def _words(over: Drawing, row: ChangeRow, sheet: _Sheet, top: float) -> float:
    """Write the words over a bar, on a phone; return the lowest baseline."""
    (size, small), outer = sheet.letters, WIDTHS["narrow"]
    own, beside = sheet.figures(row)
    y = top + 20
    lines = wrap(row.label, outer, size, bold=True)
    for line in lines:
        over.text(0, y, line, size=size, bold=True)
        y += 17
    if text_width(lines[-1], size, bold=True) + text_width(own, size) + 12 <= outer:
        over.text(outer, y - 17, own, size=size, anchor="end")
    else:
        over.text(0, y, own, size=size)
        y += 17
    marks = wrap(row.mark, outer - 18, small) if row.mark else ()
    _mark(over, row, (0.0, y), marks, small)
    y += 16 * len(marks)
    if beside:
        over.text(0, y, beside, size=small, fill=MUTED)
        y += 16
    return y - 8


def _mark(
    over: Drawing, row: ChangeRow, at: tuple[float, float], lines: Sequence[str], size: float
) -> None:
    """Write a verdict with its sign before it."""
    if not lines:
        return
    (x, y), colour = at, _COLOURS.get(row.colour, MUTED)
    if row.shape in _SHAPES:
        path, filled = _SHAPES[row.shape]
        over.path(
            path,
            transform=f"translate({x:.1f},{y - 11:.1f})",
            fill=colour if filled else "none",
            stroke=None if filled else colour,
            stroke_width=None if filled else 1.5,
            stroke_dasharray="2 2" if row.shape == "open" else None,
        )
    for order, line in enumerate(lines):
        over.text(x + 18, y + order * 17, line, size=size, fill=colour)


def _ticks(sheet: _Sheet) -> list[float]:
    count = round(sheet.reach / sheet.step)
    return [round(place * sheet.step, 9) for place in range(-count, count + 1)]


def _axis(over: Drawing, sheet: _Sheet, y: float) -> None:
    """Write the numbers of the axis; those at its ends stay inside the frame."""
    ticks = _ticks(sheet)
    names = [_signed(tick, sheet) for tick in ticks]
    need = max(text_width(name, 12) for name in names) + 12
    room = sheet.x(sheet.step) - sheet.x(0)
    every = max(ceil(need / room), 1)
    for tick, text in zip(ticks, names, strict=True):
        if round(tick / sheet.step) % every:
            continue
        x, half = sheet.x(tick), text_width(text, 12) / 2
        x = min(max(x, half), WIDTHS["wide" if sheet.wide else "narrow"] - half)
        over.text(x, y + 18, text, size=12, fill=MUTED, anchor="middle")


def _signed(value: float, sheet: _Sheet) -> str:
    """Write a change with its sign, of a share in percentage points, as exact as the axis."""
    shown, step = (100 * v if sheet.unit == "share" else v for v in (value, sheet.step))
    digits = 0 if step > 0.999 else 1 if step > 0.0999 else 2
    text = sheet.texts.number(abs(shown), digits=digits)
    return text if not value else ("+" if value > 0 else "−") + text


def _written(bounds: Bounds | None, sheet: _Sheet, *, whole: bool) -> str:
    """Write a change, in the lower and the upper bound when they differ."""
    if bounds is None:
        return "–"
    digits = 1 if sheet.unit == "share" else 0

    def one(value: float) -> str:
        shown = value * (100 if sheet.unit == "share" else 1)
        text = sheet.texts.number(abs(shown), digits=digits)
        nought = text == sheet.texts.number(0, digits=digits)
        return text if nought else ("−" if value < 0 else "+") + text

    low, high = map(one, bounds)
    text = low if low == high else sheet.texts("{low} tot {high}", low=low, high=high)
    return f"{text} {sheet.texts('procentpunt')}" if sheet.unit == "share" and whole else text
