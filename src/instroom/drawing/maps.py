"""A map of tiles: every municipality as large as its neighbour, in its relative place.

Drawn directly as SVG, not by Altair: tiles need rounded plates, two texts whose colour follows
the ground, hatch and a narrow drawing of its own, and 14 tiles take well under a millisecond.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil, floor, log10

from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.drawing.canvas import (
    BORDER,
    DRAWN,
    HATCH_GROUND,
    HATCH_LINE,
    INK,
    MUTED,
    SMALLEST,
    WIDTHS,
    Drawing,
    Status,
    Unit,
    Width,
    first_fit,
    frame,
    ink_on,
    text_width,
    wrap,
)

#: From little to much; in greyscale every step is darker than the one before.
RAMP = ("#DDEBEC", "#A9CBD0", "#6DA5AD", "#2C7682", "#083F48")


@dataclass(frozen=True, slots=True)
class MapTile:
    """One municipality; ``column`` and ``row`` count from 0.

    ``value`` or ``low``-``high`` with status ``ok``, ``provisional`` or ``bounded``;
    ``missing`` is a municipality of which nothing was read; it says nothing about its schools.
    ``url`` is the path of its own page, empty without one.
    """

    code: str
    abbreviation: str
    name: str
    column: int
    row: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: Status = "ok"
    url: str = ""

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The lowest and highest value; None when nothing is known."""
        if self.status not in DRAWN:
            return None
        if self.value is not None:
            return self.value, self.value
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Everything the tiles of one drawing share."""

    drawing: Drawing
    texts: Texts
    unit: Unit
    breaks: tuple[float, ...]
    width: Width
    tile: tuple[float, float]
    gap: float
    left: float

    @property
    def letters(self) -> tuple[float, float, float]:
        """Sizes of the abbreviation, the value and the name."""
        return (15, 20, 12) if self.width == "wide" else (13, 12, 11)


def tile_map(
    tiles: Sequence[MapTile],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    unit: Unit = "share",
    breaks: Sequence[float] | None = None,
    breaks_label: str = "",
    example_word: str = "",
) -> str:
    """Draw the tile map with its ramp underneath.

    A bounded figure that may fall in two classes shows both: the tile in the lower one, a strip
    on its right in the upper one.

    Parameters
    ----------
    tiles
        Each with its place in the grid.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language
        Language of words and numbers.
    width
        ``wide`` (1040 px) or ``narrow`` (328 px, for phones).
    unit
        ``share`` (0-1, written in percent) or ``count``.
    breaks
        The four borders between the five steps; round numbers when left out. Pass the same
        borders to pictures that are compared.
    breaks_label
        What the colours stand for, printed above the ramp.

    Returns
    -------
    str
        The SVG.
    """
    steps = tuple(breaks) if breaks is not None else nice_breaks(tiles, unit)
    sheet = _sheet(tiles, Drawing(f"{name}-{width}"), Texts(language), unit, steps, width)
    drawn = "".join(_linked(sheet, tile) for tile in tiles)
    rows = max((tile.row for tile in tiles), default=0) + 1
    bottom = rows * (sheet.tile[1] + sheet.gap)
    height = _draw_ramp(sheet, bottom + 16, breaks_label)
    height = _draw_signs(sheet, tiles, height)
    linked = any(tile.url for tile in tiles)
    rest = f'<g aria-hidden="true">{sheet.drawing.body}</g>' if linked else sheet.drawing.body
    return frame(
        drawn + rest,
        (WIDTHS[width], height),
        name=f"{name}-{width}",
        title=title,
        description=description,
        example_word=example_word,
        linked=linked,
    )


def nice_breaks(tiles: Sequence[MapTile], unit: Unit) -> tuple[float, ...]:
    """Return four round, evenly spaced borders between five steps.

    Examples
    --------
    >>> tiles = [MapTile("1", "A", "A", 0, 0, value=0.31), MapTile("2", "B", "B", 1, 0, value=0.58)]
    >>> nice_breaks(tiles, "share")
    (0.35, 0.4, 0.45, 0.5)
    """
    ends = [bound for tile in tiles for bound in tile.bounds or ()]
    if not ends:
        ends = [0.0, 1.0]
    low, high = min(ends), max(ends)
    least = 0.01 if unit == "share" else 1.0
    rough = max((high - low) / 5, least)
    power = 10.0 ** floor(log10(rough) + 1e-9)
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.9)
    middle = (low + high) / 2
    first = max(round(middle / step - 1.5), 1)
    return tuple(round((first + count) * step, 9) for count in range(4))


def _sheet(
    tiles: Sequence[MapTile],
    drawing: Drawing,
    texts: Texts,
    unit: Unit,
    breaks: tuple[float, ...],
    width: Width,
) -> _Sheet:
    columns = max((tile.column for tile in tiles), default=0) + 1
    gap = 8.0 if width == "wide" else 4.0
    each = (WIDTHS[width] - gap * (columns - 1)) / columns
    each = min(each, 164.0 if width == "wide" else 76.0)
    high = 92.0 if width == "wide" else max(each * 0.86, 46.0)
    left = (WIDTHS[width] - columns * each - (columns - 1) * gap) / 2
    return _Sheet(drawing, texts, unit, breaks, width, (each, high), gap, left)


def _linked(sheet: _Sheet, tile: MapTile) -> str:
    """Return a tile; with a page of its own as a link that says name and figure."""
    own, link = Drawing(sheet.drawing.name), Drawing(sheet.drawing.name)
    _draw_tile(replace(sheet, drawing=own), tile)
    figure = _figures(sheet, tile.bounds)[0] if tile.bounds else ""
    said = f"{tile.name}: {figure or status_word(tile.status, sheet.texts)}"
    link.add("a", f"<title>{escape(said)}</title>{own.body}", href=tile.url)
    return link.body if tile.url else own.body


def _draw_tile(sheet: _Sheet, tile: MapTile) -> None:
    wide, high = sheet.tile
    x = sheet.left + tile.column * (wide + sheet.gap)
    y = tile.row * (high + sheet.gap)
    box = (x + 0.5, y + 0.5, wide - 1, high - 1)
    if tile.bounds is None:
        _draw_unknown(sheet, tile, box)
        return
    low, top = (bisect_right(sheet.breaks, bound) for bound in tile.bounds)
    ground = RAMP[low]
    sheet.drawing.rect(box, ground, radius=6, stroke=BORDER if low == 0 else None)
    strip = 0.0
    if top > low:
        strip = 12.0 if sheet.width == "wide" else 6.0
        _draw_strip(sheet.drawing, box, strip, RAMP[top])
    _draw_words(sheet, tile, box, ink_on(ground), _figures(sheet, tile.bounds), strip)


def _draw_strip(
    drawing: Drawing, box: tuple[float, float, float, float], strip: float, fill: str
) -> None:
    x, y, wide, high = box
    left, right, r = x + wide - strip, x + wide, min(6.0, strip)
    drawing.path(
        f"M{left:.1f} {y:.1f}H{right - r:.1f}a{r:.1f} {r:.1f} 0 0 1 {r:.1f} {r:.1f}"
        f"V{y + high - r:.1f}a{r:.1f} {r:.1f} 0 0 1 {-r:.1f} {r:.1f}H{left:.1f}Z",
        fill=fill,
    )


def _draw_unknown(sheet: _Sheet, tile: MapTile, box: tuple[float, float, float, float]) -> None:
    """Draw a tile without a number: bare (nobody counted) or hatched, with the word."""
    empty = tile.status == "not_applicable"
    fill = "none" if empty else _hatch(sheet.drawing, tile)
    sheet.drawing.rect(box, fill, radius=6, stroke=HATCH_LINE, dash="4 4" if empty else None)
    word = status_word(tile.status, sheet.texts)
    colour = MUTED if empty else INK
    if not empty:
        _draw_plate(sheet, tile, box, word)
    _draw_words(sheet, tile, box, colour, [word, "–"], 0.0, small=True)


def _hatch(drawing: Drawing, tile: MapTile) -> str:
    return drawing.hatch if tile.status == "protected" else drawing.back_hatch


def _draw_plate(
    sheet: _Sheet, tile: MapTile, box: tuple[float, float, float, float], word: str
) -> None:
    """Lay a calm ground under the letters of a hatched tile."""
    first, _, third = sheet.letters
    x, y, wide, high = box
    if sheet.width == "narrow":
        sheet.drawing.rect((x + 0.5, y + 7, wide - 1, high - 14), HATCH_GROUND)
        return
    need = max(
        text_width(tile.abbreviation, first, bold=True),
        text_width(word, third + 1),
        text_width(first_fit([tile.name], wide - 24, third) or "", third),
    )
    plate = (x + 0.5, y + 0.5, min(need + 24, wide - 1), high - 1)
    sheet.drawing.rect(plate, HATCH_GROUND, radius=5)


def _draw_words(
    sheet: _Sheet,
    tile: MapTile,
    box: tuple[float, float, float, float],
    colour: str,
    figures: Sequence[str],
    strip: float,
    *,
    small: bool = False,
) -> None:
    first, second, third = sheet.letters
    x, y, wide, high = box
    room = wide - strip
    if sheet.width == "narrow":
        middle = x + room / 2
        text = first_fit(figures, room - 4, second - 1)
        # A word breaks at its spaces, an interval after its dash; a word too long is a dash.
        lines = wrap(figures[0], room - 6, SMALLEST)
        if text is None:
            lines = tuple(figures[-1].replace("–", "– ").split(" "))
        if (small or text is None) and all(
            text_width(line, SMALLEST) <= room - 6 for line in lines
        ):
            _draw_stack(sheet, (middle, y + high / 2), (tile.abbreviation, *lines), colour)
            return
        text = text or figures[-1]
        size = second if text_width(text, second) <= room - 4 else second - 1
        sheet.drawing.text(
            middle, y + high / 2 - 3, tile.abbreviation,
            size=first, bold=True, fill=colour, anchor="middle",
        )  # fmt: skip
        sheet.drawing.text(middle, y + high / 2 + 14, text, size=size, fill=colour, anchor="middle")
        return
    sizes = [third + 1] if small else [second, second - 4, third + 1, SMALLEST]
    ways = [(text, size) for text in figures for size in sizes]  # fewer digits last
    fitting = (way for way in ways if first_fit([way[0]], room - 24, way[1], bold=not small))
    text, size = next(fitting, ways[-1])
    sheet.drawing.text(x + 12, y + 24, tile.abbreviation, size=first, bold=True, fill=colour)
    name = first_fit([tile.name], room - 24, third)
    if name:
        sheet.drawing.text(x + 12, y + 41, name, size=third, fill=colour)
    sheet.drawing.text(x + 12, y + high - 13, text, size=size, fill=colour, bold=not small)


def _draw_stack(
    sheet: _Sheet, centre: tuple[float, float], lines: Sequence[str], colour: str
) -> None:
    """Draw an abbreviation with the lines of a word under it."""
    x, y = centre
    y -= 12.5 * (len(lines) - 1) / 2 - 4
    for order, line in enumerate(lines):
        size = SMALLEST if order else sheet.letters[0]
        sheet.drawing.text(
            x, y + order * 12.5, line, size=size, bold=not order, fill=colour, anchor="middle"
        )


def _figures(sheet: _Sheet, bounds: tuple[float, float]) -> list[str]:
    """Return the ways to write a figure, from whole to short."""
    (low, high), texts = bounds, sheet.texts
    if sheet.unit == "count":
        return [texts.number(low, high)]
    outer = (floor(low * 100 + 1e-9) / 100, ceil(high * 100 - 1e-9) / 100)
    if low == high:
        return [texts.percent(low), texts.percent(low, digits=0)]
    whole = texts.percent(*outer, digits=0)
    return [texts.percent(low, high), whole, whole.rstrip("%").rstrip()]


def _edge(sheet: _Sheet, value: float) -> str:
    if sheet.unit == "count":
        return sheet.texts.number(value)
    digits = 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1
    return sheet.texts.percent(value, digits=digits)


def _draw_ramp(sheet: _Sheet, top: float, label: str) -> float:
    """Draw the five steps with their borders; return where the next thing may start."""
    small = 13.0 if sheet.width == "wide" else 11.0
    drawing = sheet.drawing
    if label:
        for line in wrap(label, WIDTHS[sheet.width] - 2 * sheet.left, small):
            drawing.text(sheet.left, top + 12, line, size=small, fill=MUTED)
            top += 18
    each = 76.0 if sheet.width == "wide" else (WIDTHS["narrow"] - 2 * sheet.left - 2) / 5
    for step, colour in enumerate(RAMP):
        x = sheet.left + 1 + step * each
        stroke = BORDER if step == 0 else None
        drawing.rect((x, top + 4, each - 2, 14), colour, radius=3, stroke=stroke)
    for step, value in enumerate(sheet.breaks):
        x = sheet.left + (step + 1) * each
        drawing.text(
            x, top + 20 + small, _edge(sheet, value), size=small, fill=MUTED, anchor="middle"
        )
    return top + 20 + small + 6


def _draw_signs(sheet: _Sheet, tiles: Sequence[MapTile], top: float) -> float:
    """Explain the signs in use: hatch with its word, bare tile, two colours."""
    small = 13.0 if sheet.width == "wide" else 11.0
    items = _signs(sheet, tiles)
    x, y = sheet.left, top + 12
    for sign, text in items:
        need = text_width(text, small) + 30
        if x > sheet.left and x + need > WIDTHS[sheet.width]:
            x, y = sheet.left, y + 22
        _draw_sign(sheet.drawing, sign, (x + 0.5, y - 1.5, 21, 15))
        lines = wrap(text, WIDTHS[sheet.width] - x - 30, small)
        for line in lines:
            sheet.drawing.text(x + 30, y + 10.5, line, size=small, fill=MUTED)
            y += 16
        y -= 16
        x += need + 24
    return y + 22 if items else top + 4


def _signs(sheet: _Sheet, tiles: Sequence[MapTile]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for tile in tiles:
        if tile.bounds is None:
            hidden = "hatch" if tile.status == "protected" else "back"
            word = status_word(tile.status, sheet.texts)
            if tile.status == "missing":
                word = sheet.texts("geen cijfer in dit bestand")
            found[word] = "bare" if tile.status == "not_applicable" else hidden
        elif len({bisect_right(sheet.breaks, bound) for bound in tile.bounds}) > 1:
            found[sheet.texts("twee kleuren: ligt in een van beide")] = "two"
    return sorted((sign, text) for text, sign in found.items())


def _draw_sign(drawing: Drawing, sign: str, box: tuple[float, float, float, float]) -> None:
    if sign == "bare":
        drawing.rect(box, "none", radius=3, stroke=HATCH_LINE, dash="4 4")
    elif sign in ("hatch", "back"):
        fill = drawing.hatch if sign == "hatch" else drawing.back_hatch
        drawing.rect(box, fill, radius=3, stroke=HATCH_LINE)
    else:
        drawing.rect(box, RAMP[2], radius=3)
        _draw_strip(drawing, box, 6, RAMP[3])
