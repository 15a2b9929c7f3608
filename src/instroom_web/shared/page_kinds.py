"""Two kinds of page, which never mix: public ones may be kept by anybody, personal ones by nobody.

A *public* page is the same for every reader: it has a fingerprint, may be kept, and sets no cookie.
A *personal* page is made for one person: it is made anew, and nobody may keep it.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

View = Callable[..., Any]
PERSONAL_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_NAME = "page_kind"


class PageKind(Enum):
    """What may be done with a page after it left."""

    PUBLIC = "public"
    PERSONAL = "personal"


class MixedPageError(RuntimeError):
    """What is for everybody and what is for one person came together."""


def kind_of(part: object) -> PageKind | None:
    """Return the kind that a view, a request or an answer was given."""
    return getattr(part, _NAME, None)


def _marked(view: View, kind: PageKind, dress: Callable[[HttpResponse], None]) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        if kind_of(request) not in (None, kind):
            raise MixedPageError(request.path)
        setattr(request, _NAME, kind)
        response: HttpResponse = view(request, *args, **names)
        setattr(response, _NAME, kind)
        dress(response)
        return response

    setattr(page, _NAME, kind)
    return page


def _for_everybody(response: HttpResponse) -> None:
    if response.cookies:
        raise MixedPageError("a public page sets a cookie")
    response.headers.setdefault("Cache-Control", "no-cache")


def _for_one(response: HttpResponse) -> None:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = PERSONAL_POLICY
    for name in ("ETag", "Last-Modified", "Expires"):
        if name in response.headers:
            del response.headers[name]


def public_page(view: View) -> View:
    """Make a page that is the same for every reader, and says so."""
    return _marked(view, PageKind.PUBLIC, _for_everybody)


def personal_page(view: View) -> View:
    """Make a page for one person: nobody keeps it, only our own scripts run in it."""
    return _marked(view, PageKind.PERSONAL, _for_one)


def mark(patterns: Iterable[URLPattern | URLResolver], *wrappers: Callable[[View], View]) -> None:
    """Wrap all views of addresses that a package made, such as those of the open interface."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            mark(pattern.url_patterns, *wrappers)
            continue
        for wrapper in wrappers:
            pattern.callback = wrapper(pattern.callback)
