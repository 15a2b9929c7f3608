"""Making a drawing safe to put in a page: own ids, no scripts, no inline styles.

A drawing is read as XML and written anew, element by element: what is allowed is judged by its
structure. Words in it are words, whatever they look like.
"""

import re
from html import escape
from xml.parsers import expat

_TAGS = (
    "svg g defs title desc path line rect circle ellipse polyline polygon text tspan pattern "
    "a clipPath linearGradient radialGradient stop use symbol marker mask"
)
_PROPERTIES = (
    "id class role width height viewBox x y x1 y1 x2 y2 dx dy cx cy r rx ry d points transform "
    "offset fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stop-color stop-opacity "
    "opacity display visibility color font-family font-size font-style font-weight text-anchor "
    "dominant-baseline text-decoration letter-spacing clip-path clip-rule mask marker-start "
    "marker-mid marker-end patternUnits patternTransform patternContentUnits gradientUnits "
    "gradientTransform clipPathUnits maskUnits markerWidth markerHeight markerUnits refX refY "
    "orient preserveAspectRatio pointer-events lang dir href xlink:href xmlns xmlns:xlink "
    "xml:lang xml:space version"
)
_ELEMENTS, _ATTRIBUTES = frozenset(_TAGS.split()), frozenset(_PROPERTIES.split())
_OWN_NAMES = ("id", "href", "xlink:href", "aria-labelledby", "aria-describedby")
_SPACES = {
    "xmlns": "http://www.w3.org/2000/svg",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}
_URL = re.compile(r"url\(\s*(['\"]?)(#?)([^)'\"]*)\1\s*\)", re.IGNORECASE)
#: A page of ours, where a part of a drawing may lead.
_PAGE = re.compile(r"/[a-z]{2}/place/[A-Za-z0-9-]+/")
#: What XML cannot hold: a name with such a sign must not stop a page.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Copy:
    """Writes a drawing anew while it is read."""

    def __init__(self, name: str, prefix: str) -> None:
        self.name, self.prefix = name, prefix
        self.parts: list[str] = []
        self._open = False

    def refuse(self, what: str) -> ValueError:
        return ValueError(f"drawing {self.name!r} holds {what!r}, which no page may show")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in _ELEMENTS:
            raise self.refuse(f"<{tag}")
        self._close()
        pairs: dict[str, str] = {}
        for key, value in attributes.items():
            pairs |= _declared(value) if key == "style" else {key: value}
        told = "".join(f' {k}="{escape(self._value(tag, k, v))}"' for k, v in pairs.items())
        self.parts.append(f"<{tag}{told}")
        self._open = True

    def end(self, tag: str) -> None:
        self.parts.append("/>" if self._open else f"</{tag}>")
        self._open = False

    def words(self, text: str) -> None:
        self._close()
        self.parts.append(escape(text, quote=False))

    def doctype(self, *_: object) -> None:
        raise self.refuse("<!DOCTYPE")

    def _close(self) -> None:
        if self._open:
            self.parts.append(">")
            self._open = False

    def _value(self, tag: str, key: str, value: str) -> str:
        said = key.startswith(("aria-", "data-"))
        if key not in _ATTRIBUTES and not said:
            raise self.refuse(f"<{tag} {key}=")
        if key == "href" and tag == "a" and _PAGE.fullmatch(value):
            return value
        if key.endswith("href") and not value.startswith("#"):
            raise self.refuse(f"{key}={value[:40]}")
        if key in _SPACES and value != _SPACES[key]:
            raise self.refuse(f"{key}={value[:40]}")
        if key in _OWN_NAMES:
            mark = "#" * value.startswith("#")
            return mark + " ".join(self.prefix + part for part in value[len(mark) :].split())
        return value if said else _URL.sub(self._url, value)

    def _url(self, match: re.Match[str]) -> str:
        if not match[2]:
            raise self.refuse(match[0][:40])
        return f"url(#{self.prefix}{match[3]})"


def _declared(style: str) -> dict[str, str]:
    """Turn ``fill: red`` into an attribute: our pages allow no inline style."""
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return {key.strip(): value.strip() for key, value in pairs}


def own(name: str, svg: str) -> str:
    """Return the drawing with ids that no other drawing has.

    Raises
    ------
    ValueError
        When it is no XML, or holds an element or attribute that no drawing needs: a script, a
        style sheet, foreign content, a link to elsewhere. A link to a page of a place may stay.
    """
    prefix = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-") + "-"
    if not prefix[0].isalpha():
        prefix = f"p-{prefix}"
    copy = _Copy(name, prefix)
    reader = expat.ParserCreate()
    reader.buffer_text = True
    reader.StartDoctypeDeclHandler = copy.doctype
    reader.StartElementHandler = copy.start
    reader.EndElementHandler = copy.end
    reader.CharacterDataHandler = copy.words
    try:
        reader.Parse(_ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", svg).strip().encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"drawing {name!r} holds no whole XML: {error}") from error
    return "".join(copy.parts)
