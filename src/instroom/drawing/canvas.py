"""What every picture shares: colours, words, letters and the frame of an SVG.

Most pictures are written with :class:`Drawing`; those of one trial or plan are drawn by Altair
(:mod:`instroom.drawing.vega`). Everything is a pure function of its input:
the same figures give the same bytes, and no file, clock or network is touched.
"""

from html import escape
from typing import Literal

from instroom.core import statuses

# Part of this module's interface too: a drawing and its letters go together.
from instroom.drawing.lettering import first_fit as first_fit
from instroom.drawing.lettering import text_width as text_width
from instroom.drawing.lettering import wrap as wrap

PAPER = "#FBFAF7"
WHITE = "#FFFFFF"
INK = "#16252B"
MUTED = "#55636B"
PETROL = "#0A5A66"
PETROL_MID = "#6B979E"
SOFT = "#E6EFF0"
ACCENT = "#F2B233"
AHEAD = "#1B5E96"
BEHIND = "#A34A06"
BORDER = "#6F7C83"
HAIRLINE = "#DDE3E4"
HATCH_LINE = "#8A969C"
HATCH_GROUND = "#EEF1F2"
CATEGORIES = ("#0A5A66", "#D07A1F", "#6B4E9B", "#3E8E41", "#B23A5E", "#7A6A55", "#2E7FC2")
FONT = "Inter, sans-serif"

Width = Literal["wide", "narrow"]
Unit = Literal["share", "count"]
Status = statuses.Status | Literal["provisional"]
#: There is a number to draw, or the bounds of one.
DRAWN = statuses.NUMBERED | {"provisional"}
#: Outer sizes; a narrow picture is shown one to one on a phone of 360 px.
WIDTHS: dict[Width, int] = {"wide": 1040, "narrow": 328}
#: No letter is smaller than this at its real size.
SMALLEST = 11.0


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2).

    Examples
    --------
    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(ground: str) -> str:
    """Return ink or white, whichever reads better on a colour.

    Examples
    --------
    >>> ink_on("#083F48")
    '#FFFFFF'
    """
    return max((INK, WHITE), key=lambda colour: contrast(colour, ground))


class Drawing:
    """A list of SVG elements; ``hatch`` marks a fill that is a pattern of the picture.

    Examples
    --------
    >>> drawing = Drawing("p")
    >>> drawing.text(4, 20, "a < b", size=13)
    >>> drawing.body
    '<text x="4" y="20" font-size="13" fill="#16252B">a &lt; b</text>'
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._parts: list[str] = []

    @property
    def hatch(self) -> str:
        """The fill for protected and unknown areas."""
        return f"url(#{self.name}-hatch)"

    @property
    def back_hatch(self) -> str:
        """The other fill: where one picture tells a missing area from a protected one."""
        return f"url(#{self.name}-back)"

    @property
    def body(self) -> str:
        """All elements so far."""
        return "".join(self._parts)

    def add(self, tag: str, content: str = "", /, **attributes: float | str | None) -> None:
        """Add one element; an underscore in an attribute's name stands for a hyphen."""
        pairs = "".join(
            f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
            for key, value in attributes.items()
            if value is not None
        )
        self._parts.append(f"<{tag}{pairs}>{content}</{tag}>" if content else f"<{tag}{pairs}/>")

    def rect(
        self,
        box: tuple[float, float, float, float],
        fill: str,
        *,
        radius: float | None = None,
        stroke: str | None = None,
        dash: str | None = None,
    ) -> None:
        """Add a rectangle; ``box`` is left, top, width, height."""
        x, y, width, height = box
        self.add(
            "rect",
            x=x,
            y=y,
            width=max(width, 0),
            height=max(height, 0),
            rx=radius,
            fill=fill,
            stroke=stroke,
            stroke_dasharray=dash,
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        stroke: str = HAIRLINE,
        thick: float = 1,
        dash: str | None = None,
    ) -> None:
        """Add a straight line."""
        self.add(
            "line",
            x1=start[0],
            y1=start[1],
            x2=end[0],
            y2=end[1],
            stroke=stroke,
            stroke_width=thick,
            stroke_dasharray=dash,
        )

    def path(self, d: str, **attributes: float | str | None) -> None:
        """Add a path."""
        self.add("path", d=d, **attributes)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        fill: str = INK,
        bold: bool = False,
        anchor: Literal["start", "middle", "end"] = "start",
    ) -> None:
        """Add one line of text; ``y`` is its baseline."""
        self.add(
            "text",
            escape(text),
            x=x,
            y=y,
            font_size=max(size, SMALLEST),
            font_weight=600 if bold else None,
            text_anchor=None if anchor == "start" else anchor,
            fill=fill,
        )


def _value(value: float | str | None) -> str:
    return escape(value, quote=True) if isinstance(value, str) else number(value or 0.0)


def number(value: float) -> str:
    """Write a number of an attribute in hundredths, without zeros at its end.

    Examples
    --------
    >>> number(843.925), number(12.0), number(-0.001)
    ('843.92', '12', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def frame(
    body: str,
    size: tuple[float, float],
    *,
    name: str,
    title: str,
    description: str,
    example_word: str = "",
    linked: bool = False,
) -> str:
    """Return a whole SVG: title and description first, then the drawing.

    Parameters
    ----------
    body
        The elements of the picture.
    size
        Width and height in pixels; they become the view box, the page decides the rest.
    name
        Prefix of every id, unique on a page.
    title, description
        What is read aloud.
    example_word
        When given: the word that says these figures are an example, in a mark on top.
    linked
        There are links in the picture: it is a group then, and they are read aloud.
    """
    width, height = size
    mark = Drawing(name)
    top = 0.0
    if example_word:
        top = 34
        plate = text_width(example_word, 13, bold=True) + 24
        mark.rect((width - plate, 0, plate, 24), ACCENT, radius=12)
        mark.text(width - plate / 2, 16.6, example_word, size=13, bold=True, anchor="middle")
        body = f'<g transform="translate(0,{_value(top)})">{body}</g>{mark.body}'
    patterns = "".join(
        _pattern(f"{name}-{kind}", turn, space)
        for kind, turn, space in (("hatch", 45, 7), ("back", -45, 11))
        if f"url(#{name}-{kind})" in body
    )
    defs = f"<defs>{patterns}</defs>" if patterns else ""
    role, hidden = ("group", "") if linked else ("img", ' aria-hidden="true"')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="100%"'
        f' viewBox="0 0 {_value(width)} {_value(height + top)}" role="{role}"'
        f' aria-labelledby="{name}-title {name}-desc" font-family="{FONT}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
        f"{defs}<g{hidden}>{body}</g></svg>"
    )


def _pattern(name: str, turn: int, space: int) -> str:
    return (
        f'<pattern id="{name}" width="{space}" height="{space}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({turn})">'
        f'<rect width="{space}" height="{space}" fill="{HATCH_GROUND}"/>'
        f'<line x1="1" y1="0" x2="1" y2="{space}" stroke="{HATCH_LINE}" stroke-width="1.6"/>'
        "</pattern>"
    )
