"""What the frame of every page needs: language, words, chapters, the same page elsewhere."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from babel import Locale
from django.apps import apps
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from instroom import __version__
from instroom.core.texts import SOURCE_LANGUAGE, Texts, languages
from instroom_web.shared.navigation import bar
from instroom_web.shared.page_kinds import PageKind, kind_of

#: How much of an address comes back in the page: letters of the path, names, letters of each.
MOST_PATH, MOST_NAMES, MOST_ASKED = 300, 8, 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A language with its own name and this page in it."""

    code: str
    name: str
    url: str


@cache
def language_name(code: str) -> str:
    """Return a language's own name."""
    return str(Locale.parse(code).get_language_name(code)).capitalize()


def language_of(request: HttpRequest) -> str:
    """Return the language in the address: its first part, else what it asks for, else Dutch."""
    for asked in (request.path.split("/")[1], request.GET.get("lang", "")):
        if asked in languages():
            return asked
    return SOURCE_LANGUAGE


def _reader(request: HttpRequest) -> object:
    """Return who reads a personal page; a public page never asks."""
    if kind_of(request) is not PageKind.PERSONAL or not hasattr(request, "user"):
        return None
    return request.user if request.user.is_authenticated else None


def _rest(request: HttpRequest) -> str:
    """Return the address after the language, with no more of what was asked than a page reads."""
    path = request.path[1:].partition("/")[2]
    if len(path) > MOST_PATH:
        return ""  # no page has such an address
    asked = [(name, value[:MOST_ASKED]) for name, value in request.GET.items()]
    query = urlencode([(n, value) for n, value in asked[:MOST_NAMES] if len(n) <= MOST_ASKED])
    return f"{escape_uri_path(path)}?{query}" if query else escape_uri_path(path)


def _brought(request: HttpRequest) -> dict[str, object]:
    """Return what apps bring for personal pages, and what was said at the last step.

    A public page is the same for everybody: it gets none of this.
    """
    if kind_of(request) is not PageKind.PERSONAL:
        return {}
    found: dict[str, object] = {"messages": get_messages(request)}
    for config in apps.get_app_configs():
        bring = getattr(config, "personal_context", None)
        found |= bring(request) if bring else {}
    return found


def _opened(work: list[dict[str, str]], path: str) -> list[dict[str, object]]:
    """Return the entries of somebody's work, with which of them a page stands below."""
    return [{**entry, "open": path.startswith(entry["url"])} for entry in work]


def frame(request: HttpRequest) -> dict[str, object]:
    """Fill the template context (a context processor)."""
    language = language_of(request)
    t = Texts(language)
    rest, reader = _rest(request), _reader(request)
    return {
        "language": language,
        "texts": t,
        "languages": [Choice(code, language_name(code), f"/{code}/{rest}") for code in languages()],
        "chapters": bar("chapters", t),
        "about": bar("about", t),
        "work": _opened(bar("work", t, reader), request.path),
        "here": request.path,
        **_brought(request),
        "person": reader,
        "version": __version__,
        "contact": settings.CONTACT,
        "declaration": settings.DECLARATION,
        "beside": settings.BESIDE,
        "demo": settings.DEMO,
    }
