"""Charts that Altair draws, and the words in which they are told to Vega-Lite."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from instroom.drawing.canvas import CATEGORIES, FONT, HAIRLINE, MUTED, frame, number

if TYPE_CHECKING:
    import altair as alt

#: A chart, or a part of one, in the JSON language of Vega-Lite. Its grammar is not ours: it knows
#: thousands of names and grows with every version, and Altair hands it over untyped as well.
Spec = dict[str, Any]

#: One row of a chart's data: what a mark of the shape reads, by field. Nothing reads it here.
Datum = Mapping[str, object]

#: The rows of a chart, by the name of the data set that its marks read.
DataSets = dict[str, list[Datum]]

_CLUTTER = re.compile(
    r' (?:role|class|aria-[a-z]+|pointer-events|stroke-miterlimit|font-family)="[^"]*"'
    r'| (?:fill-|stroke-)?opacity="1"'
)
_EMPTY = re.compile(r'<path(?: d="(?:M0,0h[^"]*)?")?(?: display="none")?/>')
#: With many decimals, or so small that it is written with a power of ten ("9.5e-7").
_LONG = re.compile(r"\d+(?:\.\d+)?e-\d+|\d+\.\d{3,}")
_TAG = re.compile(r"<[^>]+>")
_OUTER = re.compile(r"^.*?<svg[^>]*>(.*)</svg>\s*$", re.DOTALL)
_CONFIG: Any = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "autosize": {"type": "none"},
    "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
    "range": {"category": list(CATEGORIES)},
    "axis": {
        "domain": False,
        "ticks": False,
        "title": None,
        "labelColor": MUTED,
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelPadding": 8,
        "gridColor": HAIRLINE,
        "gridWidth": 1,
    },
    "axisX": {"grid": False},
}


def format_locale(language: str) -> Spec:
    """Return how d3 writes numbers in a language.

    Examples
    --------
    >>> format_locale("nl")["decimal"], format_locale("en")["decimal"]
    (',', '.')
    """
    english = language == "en"
    return {
        "decimal": "." if english else ",",
        "thousands": "," if english else ".",
        "grouping": [3],
        "currency": ["€ ", ""],
        "percent": "%" if english else "\u00a0%",
        "minus": "−",
    }


def _tidy(tag: re.Match[str]) -> str:
    """Take out of one tag what only clutters: roles inside an image, endless decimals."""
    return _LONG.sub(lambda found: number(float(found[0])), _CLUTTER.sub("", tag[0]))


def to_svg(
    chart: "alt.TopLevelMixin | Spec",
    *,
    name: str,
    title: str,
    description: str,
    language: str = "nl",
    example_word: str = "",
    size: tuple[float, float] | None = None,
    under: str = "",
    over: str = "",
) -> str:
    """Draw an Altair chart as an accessible SVG.

    Parameters
    ----------
    chart
        An Altair chart, or the dict of one.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language
        Decides how numbers on the axes are written.
    size
        Outer width and height; read from the drawing when left out.
    under, over
        SVG elements behind and before the chart, in outer pixels.
    """
    import vl_convert  # waits: it is large, and most pictures do without

    spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    drawn = vl_convert.vegalite_to_svg(
        spec, config=_CONFIG, format_locale=format_locale(language), allowed_base_urls=[]
    )
    if size is None:
        found = re.search(r'<svg[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
        size = (float(found[1]), float(found[2])) if found else (1040.0, 380.0)
    inner = _EMPTY.sub("", _TAG.sub(_tidy, _OUTER.sub(r"\1", drawn)))
    inner = re.sub(r'((?:\bid="|url\(#|href="#))', rf"\1{name}-", inner)
    return frame(
        f"{under}{inner}{over}",
        size,
        name=name,
        title=title,
        description=description,
        example_word=example_word,
    )
