"""Fact cards for other sites: the picture itself, and a small page that may stand in a frame.

Of all pages only the small one may be framed, and it is the same for everybody: it sets no cookie
and runs no script.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.clickjacking import xframe_options_exempt

from instroom.core.texts import Texts, languages
from instroom.drawing.cards import FactCard, fact_card
from instroom_web.reports import archive, cards
from instroom_web.reports.addresses import page_address
from instroom_web.reports.drawings import own
from instroom_web.reports.freshness import newest_release, unchanged
from instroom_web.reports.models import Release
from instroom_web.reports.views import stored

FRAMED_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def _release_of(request: HttpRequest) -> Release | None:
    """Return the older release that is asked for; None for today's figures."""
    if "release" not in request.GET:
        return None
    number, newest = archive.release_number(request), newest_release(request)
    if newest and number == newest.number:
        return None
    release = archive.release_of(number)
    if release is None:
        raise Http404
    return release


def _card(request: HttpRequest, language: str, name: str) -> tuple[FactCard, Any]:
    """Return the card of a page with the page; nothing is there for a page without one."""
    key, release = cards.page_key(name), _release_of(request)
    body = cards.stored_page(language, key, release) if language in languages() else None
    card = cards.card_of(request, key, body, language, release) if body else None
    if card is None:
        raise Http404
    return card, body


@stored
def picture(request: HttpRequest, language: str, name: str, form: str) -> HttpResponse:
    """Return a card as SVG or PNG; other sites may show it."""
    card, _ = _card(request, language, name)
    if answer := unchanged(request, packs=form != "png"):
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer
    svg = fact_card(card)
    content: str | bytes = cards.png(svg) if form == "png" else svg
    response = HttpResponse(content, _TYPES[form])
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@xframe_options_exempt
@stored
def framed(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """Show a card on a page of its own that other sites may put in a frame."""
    card, body = _card(request, language, name)
    key = cards.page_key(name)
    context = {
        "language": language,
        "texts": Texts(language),
        "document": body,
        "card": mark_safe(own("card", fact_card(card))),  # noqa: S308 - our own, cleaned
        "address": page_address(request, language, key),
    }
    response = render(request, "reports/embed.html", context)
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    return response
