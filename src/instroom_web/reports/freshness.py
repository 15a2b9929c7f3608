"""One fingerprint for all stored answers: who has this build already gets 304, no body."""

import gzip
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition

from instroom import __version__
from instroom_web.reports.models import Build
from instroom_web.reports.queries import latest_build

View = TypeVar("View", bound=Callable[..., HttpResponse])


def build_of(request: HttpRequest) -> Build | None:
    """Return the build, looked up once per request."""
    if not hasattr(request, "build"):
        request.build = latest_build()  # type: ignore[attr-defined]
    return cast("Build | None", request.build)  # type: ignore[attr-defined]


def _etag(request: HttpRequest, **_: Any) -> str | None:
    build = build_of(request)
    return f'"{build.etag}-{__version__}"' if build else None


def _modified(request: HttpRequest, **_: Any) -> datetime | None:
    build = build_of(request)
    try:
        return datetime.fromisoformat(build.created).astimezone() if build else None
    except ValueError:
        return None


def fresh(view: View) -> View:
    """Answer 304 when the reader has this build."""
    return condition(etag_func=_etag, last_modified_func=_modified)(view)


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the pages of this build in memory, compressed when the reader can unpack them."""

    @wraps(view)
    def looked_up(request: HttpRequest, **names: Any) -> HttpResponse:
        build = build_of(request)
        if build is None or request.GET:
            return view(request, **names)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        name = f"{build.pk}:{build.etag}:{packed}:{quote(request.path)}"
        page = cache.get(name)
        if page is None:
            response = view(request, **names)
            if response.status_code != HTTPStatus.OK:
                return response
            page = gzip.compress(response.content, 6, mtime=0) if packed else response.content
            cache.set(name, page)
        headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
        return HttpResponse(page, headers=headers)

    return looked_up
