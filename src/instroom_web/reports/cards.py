"""The fact card of a stored page, made when it is asked for, and what is needed to pass it on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest

from instroom.core.clock import local_day
from instroom.drawing.cards import FactCard
from instroom.drawing.png import png_of
from instroom.reports import fact_cards
from instroom.reports.card_text import copied_text, described
from instroom.reports.paper.typst_pdf import FONTS
from instroom_web.reports import archive, queries
from instroom_web.reports.addresses import page_address
from instroom_web.reports.freshness import build_of, newest_release
from instroom_web.reports.models import Release
from instroom_web.shared.site import site_address

#: The key of the first page in an address of a card.
HOME = "home"
EMBED_WIDE, EMBED_TALL = 600, 356


@dataclass(frozen=True, slots=True)
class SharedPage:
    """What a page with a card has to pass it on: addresses, code and text to copy.

    ``png``, ``svg`` are paths on this site; ``image``, ``address`` whole addresses. ``text`` and
    ``address`` name the release, ``page`` is the page without one.
    """

    finding: str
    description: str
    png: str
    svg: str
    image: str
    page: str
    address: str
    snippet: str
    text: str


def card_key(key: str) -> str:
    """Return the key of a page as it stands in the address of its card."""
    return key or HOME


def page_key(name: str) -> str:
    """Return the key of the page that the address of a card names."""
    return "" if name == HOME else name


def stored_page(language: str, key: str, release: Release | None) -> Any:
    """Return a page as it is stored, of today or of a release; None when there is none."""
    if release:
        return archive.document_of(release, language, key)
    row = queries.documents(language).filter(key=key).first()
    return row.body if row else None


def card_of(
    request: HttpRequest,
    key: str,
    body: Mapping[str, Any],
    language: str,
    release: Release | None = None,
) -> FactCard | None:
    """Return the card of a page, of today or of an older release; None when it has none."""
    build, held = build_of(request), release or newest_release(request)
    computed = release.created if release else build.created if build else ""
    address = page_address(request, language, key, held)
    block = fact_cards.headline_block(key, body)
    figures = _figures(block, fact_cards.beside(body), release)
    origin = fact_cards.CardOrigin(address, local_day(computed))
    return fact_cards.card_of(key, body, figures, origin, language)


def _figures(block: Mapping[str, Any] | None, country: str, release: Release | None) -> list[Any]:
    """Return the figures of the series that a headline is of, at its place and in the country."""
    method = (block or {}).get("method") or {}
    name = method.get("figure") or next((p["figure"] for p in method.get("parts", ())), "")
    series, _, rest = name.partition(":")
    places = list(dict.fromkeys(filter(None, (rest.partition(":")[0], country))))
    if not series:
        return []
    found = (
        archive.series_of(release, series, places)
        if release
        else queries.series_at(series, places).values_list("body", flat=True)
    )
    return sorted(found, key=lambda one: one["period"])


def png(svg: str) -> bytes:
    """Return a card as PNG, kept in memory for who asks next."""
    cache, name = caches["cards"], hashlib.sha256(svg.encode()).hexdigest()
    found: bytes | None = cache.get(name)
    if found is None:
        found = png_of(svg, FONTS)
        cache.set(name, found)
    return found


def shared_page(
    request: HttpRequest,
    key: str,
    body: Mapping[str, Any],
    language: str,
    release: Release | None = None,
) -> SharedPage | None:
    """Return what is needed to pass a page on; None when it has no card."""
    card = card_of(request, key, body, language, release)
    if card is None:
        return None
    site, held = site_address(request), release or newest_release(request)
    tail = f"?release={held.number}" if held else ""
    path = f"/card/{language}/{card_key(key)}"
    png_path = f"{path}.png{tail}"
    source = f"{site}/embed/{language}/{card_key(key)}/"
    snippet = (
        f'<iframe src="{escape(source)}" title="{escape(card.sentence)}" width="{EMBED_WIDE}"'
        f' height="{EMBED_TALL}" loading="lazy" frameborder="0"></iframe>'
    )
    return SharedPage(
        fact_cards.finding(key, body),
        described(card, language),
        png_path,
        f"{path}.svg{tail}",
        f"{site}{png_path}",
        page_address(request, language, key),
        page_address(request, language, key, held),
        snippet,
        copied_text(card, page_address(request, language, key, held)),
    )
