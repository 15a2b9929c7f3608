"""The tags of our templates: words, addresses, files with a fingerprint, drawings."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from instroom.core.texts import SOURCE_LANGUAGE, Texts
from instroom.drawing import inline
from instroom.reports.days import date_words
from instroom_web.shared import clock
from instroom_web.shared.figures import PublishedFigure

register = template.Library()

#: First parts of addresses that have no language in front.
PLAIN = ("api", "card", "download", "embed", "picture", "static", "healthz")
#: Addresses of numbers and drawings, which every release has of its own.
OF_A_RELEASE = ("api/v1/explain/", "download/", "picture/")
#: First parts of the addresses that no release has of its own.
LIVE = ("account", "changes", "my", "search")
#: A school year with its full stop, and two bounds: broken over lines they are misread.
_TOGETHER = re.compile(r"\d{4}-\d{4}[.,;:)]?|[−+]?\d[\d.,]*–\d[\d.,]*(?:\u00a0%)?")


@register.simple_tag(takes_context=True)
def t(context: Context, message: str, **values: object) -> str:
    """Say a Dutch sentence in the language of the page, or of the request a mail is made in."""
    say = context.get("texts") or Texts(get_language() or SOURCE_LANGUAGE)
    return str(say(message, **values))


@register.simple_tag(takes_context=True)
def number(context: Context, value: float) -> str:
    """Write a number in the language of the page."""
    return str(context["texts"].number(value))


@register.simple_tag(takes_context=True)
def euros(context: Context, cents: int) -> str:
    """Write an amount of cents in euros, in the language of the page."""
    return f"€\u00a0{context['texts'].number(cents / 100, digits=2)}"


@register.simple_tag(takes_context=True)
def day(context: Context, iso: str) -> str:
    """Write a day, or that of a moment, in words, in the language of the page."""
    return date_words(iso, context["texts"])


@register.simple_tag(takes_context=True)
def href(context: Context, url: str) -> str:
    """Turn a block's address into a path on this site, in the language of the page."""
    if url.startswith(("#", "http://", "https://", "mailto:")):
        return url
    path, mark, fragment = url.lstrip("/").partition("#")
    path, question, query = path.partition("?")
    head = path.split("/")[0]
    if head in PLAIN:
        return f"/{path}{_query(context, path, query)}{mark}{fragment}"
    release = context.get("release")
    if release and head not in LIVE and not query:
        question, query = "?", f"release={release.number}"
    tail = question + query + mark + fragment
    return (
        f"/{context['language']}/{path.rstrip('/')}/{tail}"
        if path
        else (f"/{context['language']}/{tail}")
    )


def _query(context: Context, path: str, query: str) -> str:
    """Return what follows a plain address; from a page of an older release it stays in that one."""
    parts = [query] if query else []
    if path.startswith("download/") and not query:
        parts.append(f"lang={context['language']}")
    release = context.get("release")
    if release and path.startswith(OF_A_RELEASE):
        parts.append(f"release={release.number}")
    return "?" + "&".join(parts) if parts else ""


@register.simple_tag(takes_context=True)
def running(context: Context, text: str) -> SafeString:
    """Write a running text, in which the first use of a word of the house is a link."""
    document = context.get("document") or {}
    said, at = [], 0
    mine = [term for term in document.get("terms", ()) if term["text"] == text]
    for term in sorted(mine, key=lambda one: one["start"]):
        link, word = href(context, term["url"]), escape(text[term["start"] : term["end"]])
        said += [escape(text[at : term["start"]]), f'<a class="term" href="{link}">{word}</a>']
        at = term["end"]
    return mark_safe("".join([*said, escape(text[at:])]))  # noqa: S308 - escaped part by part


@cache
def _fingerprint(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10] if found else ""


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a static file; with its fingerprint, except for letters.

    The style sheet names the files of letters plainly, and they never change.
    """
    plain = f"{settings.STATIC_URL}{name}"
    return plain if name.endswith(".woff2") else f"{plain}?{_fingerprint(name)}"


@register.simple_tag(takes_context=True)
def drawing(context: Context, name: str) -> SafeString:
    """Put a stored drawing in the page (cleaned when it was stored)."""
    pictures: Mapping[str, str] = context.get("pictures") or {}
    return mark_safe(pictures.get(name, ""))  # noqa: S308 - our own drawing, checked on storing


@register.inclusion_tag("shared/blocks/figure.html", takes_context=True)
def figure(context: Context, shown: PublishedFigure) -> dict[str, object]:
    """Show a published figure as the public pages do; anything else is refused."""
    if not isinstance(shown, PublishedFigure):
        raise TypeError("only a published figure is shown")
    return {
        "block": shown.block,
        "pictures": shown.pictures,
        "origin": context.get("origin"),
        "texts": context["texts"],
        "language": context["language"],
    }


@register.simple_tag(takes_context=True)
def compared(context: Context, years: Mapping[str, Any]) -> SafeString:
    """Say which years of a group stand beside each other, and how old the newest is today."""
    t, age = context["texts"], clock.today().year - years["ends"]
    said = {"group": years["group"], "now": years["now"], "since": years["since"]}
    if not years["since"]:
        newest = t("{group}: {now} ({age} jaar oud).", age=age, **said)
        return unbroken(newest if age > 1 else t("{group}: {now}.", **said))
    if age > 1:
        return unbroken(t("{group}: {now} ({age} jaar oud) naast {since}.", age=age, **said))
    return unbroken(t("{group}: {now} naast {since}.", **said))


@register.filter
def unbroken(text: str) -> SafeString:
    """Keep a school year, and a number between two bounds, on one line."""
    kept = _TOGETHER.sub(r'<span class="nw">\g<0></span>', escape(text))
    return mark_safe(kept)  # noqa: S308 - escaped above


@register.simple_tag
def label(*parts: object) -> str:
    """Join the parts that are filled, for labels that must differ within a page."""
    return ": ".join(dict.fromkeys(str(part) for part in parts if part))


@register.filter
def numeric(row: Sequence[Mapping[str, Any]] | None, place: int) -> bool:
    """Whether the cell at this place of a row is a number."""
    return bool(row and place < len(row) and row[place].get("numeric"))


@register.filter
def of(table: Mapping[str, Any] | None, key: str) -> Any:
    """Return what a table has under a key; nothing when it has none, or is none."""
    return table.get(key) if isinstance(table, Mapping) else None


@register.filter
def for_excel(url: str) -> str:
    """Return the address of the same figures as a CSV for a spreadsheet."""
    return f"{url.removesuffix('.csv')}.excel.csv"


@register.simple_tag
def strokes(low: int, high: int) -> SafeString:
    """Draw a hundred strokes, filled to ``low`` and pale to ``high``."""
    return mark_safe(inline.strokes(low, high))  # noqa: S308 - our own drawing, of numbers


@register.simple_tag
def axis(block: Mapping[str, Any]) -> SafeString:
    """Draw the axis that the rows of a table of verdicts share."""
    return mark_safe(inline.axis(block["ticks"], _ends(block)))  # noqa: S308 - our own drawing


@register.simple_tag
def dumbbell(row: Mapping[str, Any], block: Mapping[str, Any]) -> SafeString:
    """Draw then and now of one row of verdicts, the country below it."""
    before, now, then_there, now_there = (
        (s["low"], s["high"]) if s else None for s in row["spans"]
    )
    pairs = inline.Pair(before, now, row["mark"]["colour"]), inline.Pair(then_there, now_there)
    ticks = [at for at, _ in block["ticks"]]
    return mark_safe(inline.dumbbell(*pairs, ticks, _ends(block)))  # noqa: S308 - our own drawing


def _ends(block: Mapping[str, Any]) -> tuple[float, float]:
    return block["low"], block["high"]
