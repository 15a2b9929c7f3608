"""One place beside a few others, each a dot with the reach of chance, and the region as a band."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    ACCENT,
    BORDER,
    HAIRLINE,
    INK,
    MUTED,
    PETROL,
    SOFT,
    Drawing,
    Width,
    frame,
    text_width,
    wrap,
)
from instroom.drawing.lettering import shortened

_SIZES: dict[Width, int] = {"wide": 496, "narrow": 328}
_LABELS: dict[Width, float] = {"wide": 196, "narrow": 128}
_LETTERS: dict[Width, float] = {"wide": 14.0, "narrow": 12.5}
_LINES: dict[Width, int] = {"wide": 2, "narrow": 3}
_ROWS: dict[Width, float] = {"wide": 44.0, "narrow": 54.0}
_TOP, _BELOW = 26.0, 26.0
#: An axis is never narrower than this share, so that a small difference looks small.
_LEAST_SPAN = 0.3
_BAND = "#F6DFAE"
#: Where a share (0-1) stands, in pixels from the left.
_Across = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class BesideRow:
    """A place: bounds of its share and the reach of chance (0-1), or the ``word`` why not."""

    label: str
    low: float | None = None
    high: float | None = None
    reach: tuple[float, float] | None = None
    own: bool = False
    word: str = ""


def beside_chart(
    rows: Sequence[BesideRow],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    band: tuple[float, float] | None = None,
    band_label: str = "",
    example_word: str = "",
) -> str:
    """Draw each place as a dot (a bar where it has bounds) on a line as far as chance reaches.

    Parameters
    ----------
    rows
        From top to bottom, the place that the page is about first; never sorted by value.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language
        For the numbers of the axis.
    width
        ``wide`` for half a page, ``narrow`` for a phone.
    band, band_label
        Bounds of the region's share (0-1) and what stands above them; None without a number.

    Returns
    -------
    str
        The SVG.

    Examples
    --------
    >>> rows = [BesideRow("Hier", 0.4, 0.4, (0.3, 0.5), own=True), BesideRow("Daar", word="geen")]
    >>> words = {"title": "", "description": "", "language": "nl"}
    >>> svg = beside_chart(rows, name="p", width="wide", band=(0.4, 0.42), **words)
    >>> svg.count("<circle"), "30" in svg
    (1, True)
    """
    drawing, size, left = Drawing(name), _SIZES[width], _LABELS[width] + 8
    first, last = _ends(rows, band)
    tall = _ROWS[width]
    bottom = _TOP + len(rows) * tall

    def across(share: float) -> float:
        return left + 8 + (size - left - 30) * (share - first) / (last - first)

    _grid(drawing, (first, last), across, (bottom, size), language)
    if band:
        _band(drawing, (across(band[0]), across(band[1])), band_label, bottom, size)
    for place, row in enumerate(rows):
        _row(drawing, row, _TOP + (place + 0.5) * tall, across, width)
    return frame(
        drawing.body,
        (size, bottom + _BELOW),
        name=name,
        title=title,
        description=description,
        example_word=example_word,
    )


def _ends(rows: Sequence[BesideRow], band: tuple[float, float] | None) -> tuple[float, float]:
    """Return where the axis begins and ends: at tens, with everything in between."""
    known = [edge for row in rows if row.reach for edge in row.reach]
    known += [edge for row in rows for edge in (row.low, row.high) if edge is not None]
    known += band or ()
    low = floor(min(known, default=0.0) * 10 + 1e-9) / 10
    high = ceil(max(known, default=1.0) * 10 - 1e-9) / 10
    while high - low < _LEAST_SPAN - 1e-9:
        low, high = max(0.0, low - 0.1), min(1.0, high + 0.1)
    return max(0.0, low), min(1.0, high)


def _grid(
    drawing: Drawing,
    ends: tuple[float, float],
    across: _Across,
    edges: tuple[float, float],
    language: str,
) -> None:
    bottom, size = edges
    t = Texts(language)
    tens = range(round(ends[0] * 10), round(ends[1] * 10) + 1)
    step = 1 if len(tens) <= (7 if size > 400 else 5) else 2
    for ten in tens:
        x = across(ten / 10)
        drawing.line((x, _TOP), (x, bottom), stroke=HAIRLINE)
        if (ten - tens[0]) % step == 0:
            text = t.percent(ten / 10, digits=0)
            drawing.text(x, bottom + 18, text, size=12, fill=MUTED, anchor="middle")


def _band(
    drawing: Drawing, edges: tuple[float, float], label: str, bottom: float, size: float
) -> None:
    low, high = edges
    middle, room = (low + high) / 2, text_width(label, 12.5) / 2
    drawing.rect((low, _TOP - 4, max(high - low, 3), bottom - _TOP + 4), _BAND)
    drawing.line((low, _TOP - 4), (low, bottom), stroke=ACCENT)
    drawing.line((max(high, low + 3), _TOP - 4), (max(high, low + 3), bottom), stroke=ACCENT)
    x = min(max(middle, room), size - room)
    drawing.text(x, _TOP - 10, label, size=12.5, fill=INK, anchor="middle")


def _row(drawing: Drawing, row: BesideRow, y: float, across: _Across, width: Width) -> None:
    size, room = _LETTERS[width], _LABELS[width] - 12
    if row.own:
        half = _ROWS[width] / 2 - 3
        drawing.rect((0, y - half, _LABELS[width], 2 * half), SOFT, radius=4)
    lines = list(wrap(row.label, room, size, bold=row.own))
    if len(lines) > (most := _LINES[width]):
        rest = shortened(" ".join(lines[most - 1 :]), room, size, bold=row.own)
        lines = [*lines[: most - 1], rest]
    lines = [shortened(line, room, size, bold=row.own) for line in lines]
    for place, line in enumerate(lines):
        baseline = y + size * 0.36 + (place - (len(lines) - 1) / 2) * (size + 3)
        drawing.text(8, baseline, line, size=size, bold=row.own)
    if row.low is None or row.high is None:
        drawing.text(_LABELS[width] + 16, y + 4.5, row.word, size=12.5, fill=MUTED)
        return
    _mark(drawing, row, y, across)


def _mark(drawing: Drawing, row: BesideRow, y: float, across: _Across) -> None:
    """Draw the reach of chance as a line, and the share as a dot: drawn out between its bounds."""
    colour, half = (PETROL, 7.0) if row.own else (BORDER, 5.5)
    if row.reach:
        ends = (across(row.reach[0]), across(row.reach[1]))
        drawing.line((ends[0], y), (ends[1], y), stroke=colour, thick=3 if row.own else 2)
        for x in ends:
            drawing.line((x, y - 5), (x, y + 5), stroke=colour, thick=1.5)
    low, high = across(row.low or 0.0), across(row.high or 0.0)
    if high - low < 1:
        drawing.add("circle", cx=low, cy=y, r=half, fill=colour, stroke="#FFFFFF", stroke_width=1.5)
        return
    drawing.add(
        "rect", x=low - half, y=y - half, width=high - low + 2 * half, height=2 * half, rx=half,
        fill=colour, stroke="#FFFFFF", stroke_width=1.5,
    )  # fmt: skip
