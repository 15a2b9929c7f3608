"""One fingerprint for all stored answers: who has this build already gets 304, no body."""

import gzip
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote
from zlib import crc32

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from instroom import __version__
from instroom.reports.withheld import JUDGED_BY
from instroom_web.reports import archive
from instroom_web.reports.models import Build, Release
from instroom_web.reports.queries import latest_build
from instroom_web.shared import clock
from instroom_web.shared.page_kinds import MixedPageError, PageKind, kind_of
from instroom_web.shared.site import site_address

View = TypeVar("View", bound=Callable[..., HttpResponse])
_FRESH = "of_this_build"


def build_of(request: HttpRequest) -> Build | None:
    """Return the build, looked up once per request."""
    if not hasattr(request, "build"):
        request.build = latest_build()  # type: ignore[attr-defined]
    return cast("Build | None", request.build)  # type: ignore[attr-defined]


def newest_release(request: HttpRequest) -> Release | None:
    """Return the newest release, looked up once per request: what this build is kept as."""
    if not hasattr(request, "newest_release"):
        request.newest_release = archive.newest()  # type: ignore[attr-defined]
    return cast("Release | None", request.newest_release)  # type: ignore[attr-defined]


def fresh(view: View) -> View:
    """Mark an answer as one of this build; :class:`Freshness` gives it its fingerprint."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        setattr(request, _FRESH, True)
        return view(request, *args, **names)

    return cast(View, marked)


class Freshness:
    """Give answers of this build a fingerprint, and 304 to who has it.

    It stands outside the compression: a compressed answer is another one, with another
    fingerprint. An answer that is not there is never "not modified".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        public = kind_of(request) is kind_of(response) is PageKind.PUBLIC
        build = build_of(request) if public and getattr(request, _FRESH, False) else None
        if build is None or response.status_code != HTTPStatus.OK:
            return response
        etag = _etag(build, packed=response.headers.get("Content-Encoding") == "gzip")
        modified = _modified(build)
        response.headers["ETag"] = etag
        if modified:
            response.headers["Last-Modified"] = http_date(modified)
        found = get_conditional_response(request, etag, modified, response)
        return found or response


def unchanged(request: HttpRequest, *, packs: bool = True) -> HttpResponse | None:
    """Return 304 for who has this answer already, before it is made; else None.

    Only for an answer that is known to be there: of what is not there nobody has anything.
    ``packs`` is False for an answer that compression hardly makes smaller, so that it may have gone
    out either way.
    """
    build = build_of(request)
    if build is None:
        return None
    modified = _modified(build)
    forms = {_unpacks(request), _unpacks(request) and packs}
    for etag in (_etag(build, packed=packed) for packed in forms):
        answer = get_conditional_response(request, etag, modified, None)
        if answer is not None and answer.status_code == HTTPStatus.NOT_MODIFIED:
            answer.headers["ETag"] = etag
            if modified:
                answer.headers["Last-Modified"] = http_date(modified)
            answer.headers["Vary"] = "Accept-Encoding"
            return answer
    return None


def _unpacks(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _etag(build: Build, *, packed: bool) -> str:
    return f'"{build.etag}-{__version__}{_beside()}{"-gzip" if packed else ""}"'


def _beside() -> str:
    """Return a mark of what pages say beside the build: whom to ask, how old figures are and which
    are expected, what the declaration of accessibility says, by which rules figures are judged,
    and which site stands beside this one.
    """
    said = f"{settings.CONTACT.text} {settings.DECLARATION} {clock.today():%Y-%m} {JUDGED_BY}"
    said += f" {settings.BESIDE} {settings.DEMO}"
    return f"-{crc32(said.encode()):08x}"


def _modified(build: Build) -> int | None:
    try:
        return int(datetime.fromisoformat(build.created).astimezone().timestamp())
    except ValueError:
        return None


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the pages of this build in memory, compressed when the reader can unpack them."""

    @wraps(view)
    def looked_up(request: HttpRequest, **names: Any) -> HttpResponse:
        if kind_of(request) is not PageKind.PUBLIC:
            raise MixedPageError("only a public page is kept")
        build, cache = build_of(request), caches["public_pages"]
        if build is None or request.GET:
            return view(request, **names)
        packed = _unpacks(request)
        site = site_address(request)
        name = f"{build.pk}:{build.etag}{_beside()}:{packed}:{quote(site + request.path)}"
        page = cache.get(name)
        if page is not None and (answer := unchanged(request)):
            return answer
        if page is None:
            response = view(request, **names)
            if response.status_code != HTTPStatus.OK:
                return response
            page = gzip.compress(response.content, 6, mtime=0) if packed else response.content
            cache.set(name, page)
        headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
        return HttpResponse(page, headers=headers)

    return looked_up
