"""Making a drawing safe to put in a page: own ids, no scripts, no inline styles."""

import re

_ID = re.compile(r'(?<![\w-])(id|href|xlink:href|aria-labelledby|aria-describedby)="([^"]*)"')
_URL = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_PROLOGUE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE[^>]*>", re.DOTALL)
_UNSAFE = re.compile(
    r"<(script|foreignObject|iframe|style)\b|\son\w+=|href=[\"'](?!#)", re.IGNORECASE
)


def _attributes(match: re.Match[str]) -> str:
    """Turn ``style="fill: red"`` into ``fill="red"``: our pages allow no inline style."""
    pairs = (part.split(":", 1) for part in match[1].split(";") if ":" in part)
    return "".join(f' {key.strip()}="{value.strip()}"' for key, value in pairs)


def _prefixed(prefix: str, match: re.Match[str]) -> str:
    name, value = match.groups()
    if name.endswith("href"):
        return f'{name}="#{prefix}{value[1:]}"' if value.startswith("#") else match[0]
    return f'{name}="{" ".join(prefix + part for part in value.split())}"'


def own(name: str, svg: str) -> str:
    """Return the drawing with ids that no other drawing has.

    Raises
    ------
    ValueError
        When it holds a script, a style sheet, foreign content or a link to elsewhere.
    """
    text = _PROLOGUE.sub("", svg).strip()
    if unsafe := _UNSAFE.search(text):
        raise ValueError(f"drawing {name!r} holds {unsafe[0]!r}, which no page may show")
    prefix = re.sub(r"[^a-zA-Z0-9]+", "-", name).strip("-") + "-"
    if not prefix[0].isalpha():
        prefix = f"p-{prefix}"
    text = _URL.sub(lambda match: f"url(#{prefix}{match[2]})", _STYLE.sub(_attributes, text))
    return _ID.sub(lambda match: _prefixed(prefix, match), text)
