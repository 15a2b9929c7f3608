"""Pages look up a row and show it; they never write (a test reads this file)."""

# ruff: noqa: ARG001 - Django hands every view its request, also when it is not needed

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

from instroom import __version__
from instroom.core.texts import SOURCE_LANGUAGE, Texts, languages
from instroom_web.reports import archive, change_log, finding, queries
from instroom_web.reports.archive import release_number
from instroom_web.reports.explained import explained
from instroom_web.reports.freshness import build_of, fresh, kept, unchanged
from instroom_web.reports.page_origin import figures_file, page_context
from instroom_web.shared.errors import error_page
from instroom_web.shared.frame import language_of
from instroom_web.shared.page_kinds import public_page

View = Callable[..., HttpResponse]
#: Letters of a search that are looked at, and names that are offered while typing.
MOST_TYPED, SUGGESTED = 100, 8
FILES = {
    "csv": "text/csv; charset=utf-8",
    "excel.csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def stored(view: View) -> View:
    """Show stored rows only; :class:`Freshness` answers 304 to readers who have this build."""

    @wraps(view)
    def checked(request: HttpRequest, **names: Any) -> HttpResponse:
        if build_of(request) is None:
            return error_page(request, 503)
        response = view(request, **names)
        return response

    return public_page(require_safe(fresh(checked)))


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted = [code.split("-")[0] for code, _ in accepted]
    language = next((code for code in wanted if code in languages()), SOURCE_LANGUAGE)
    return HttpResponseRedirect(f"/{language}/", headers={"Vary": "Accept-Language"})


@stored
@kept
def document(request: HttpRequest, kind: str, name: str = "") -> HttpResponse:
    key = f"{kind}/{name}" if name else kind
    if "release" in request.GET:
        return _older(request, language_of(request), key)
    row = queries.documents(language_of(request)).filter(key=key).first()
    if row is None and not name:  # a page that there is, of which the file is newer than the build
        return error_page(request, 503)
    if row is None:
        raise Http404
    if answer := unchanged(request):
        return answer
    return render(request, "reports/document.html", page_context(request, key, row.body))


@stored
def figure(request: HttpRequest, figure: str) -> HttpResponse:
    """Show how one number came about; of an older release as it was told then."""
    context = explained(request, figure)
    if context is None:
        return _not_held(request)
    return render(request, "reports/figure.html", context)


def _older(request: HttpRequest, language: str, key: str) -> HttpResponse:
    """Show a page of an older release: what was stored then, with a line that says so."""
    release = archive.release_of(release_number(request))
    body = archive.document_of(release, language, key) if release else None
    if release is None or body is None:
        return _not_held(request)
    if answer := unchanged(request):
        return answer
    return render(request, "reports/document.html", page_context(request, key, body, release))


def _not_held(request: HttpRequest) -> HttpResponse:
    """Say that a release was not kept to who comes by an address of one; else there is no page."""
    if archive.was_thinned(release_number(request)):
        return error_page(request, 410)
    raise Http404


@stored
def changes(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    page = Paginator(archive.releases()[::-1], 20).get_page(request.GET.get("page"))
    entries = [change_log.entry(one, Texts(language)) for one in page]
    context = {"page": page, "entries": entries, "build": build_of(request)}
    return render(request, "reports/changes.html", context)


@stored
def changes_feed(request: HttpRequest) -> HttpResponse:
    t = Texts(language_of(request))
    entries = [change_log.entry(one, t) for one in archive.releases()[::-1][:30]]
    if not entries:
        raise Http404
    root = request.build_absolute_uri("/")[:-1]
    return HttpResponse(change_log.atom(entries, t, root), "application/atom+xml")


@stored
def search(request: HttpRequest) -> HttpResponse:
    words, build = request.GET.get("q", "").strip()[:MOST_TYPED], build_of(request)
    language = language_of(request)
    hits = finding.found(build, language, words) if build and words else []
    page = Paginator(hits, 20).get_page(request.GET.get("page"))
    rows = queries.documents(language).filter(key__in={hit.key for hit in page if not hit.kind})
    bodies = dict(rows.values_list("key", "body"))
    results = [(hit, queries.matching_entries(bodies.get(hit.key, {}), words)) for hit in page]
    context = {"words": words, "page": page, "results": results, "build": build}
    return render(request, "reports/search.html", context)


@stored
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer what a reader may mean while typing: a few names, each with its address."""
    words, build = request.GET.get("q", "").strip()[:MOST_TYPED], build_of(request)
    language = language_of(request)
    hits = finding.index_of(build, language).find(words)[:SUGGESTED] if build and words else []
    found = [
        {"title": hit.title, "note": hit.note, "url": finding.address(hit, language)}
        for hit in hits
    ]
    return JsonResponse({"found": found})


@stored
def picture(request: HttpRequest, name: str) -> HttpResponse:
    if "release" in request.GET:  # the drawing of the page it stands on, not that of today
        release = archive.release_of(release_number(request))
        svg = archive.drawings_of(release, {name}).get(name) if release else None
        if svg is None:
            raise Http404
        return HttpResponse(svg, "image/svg+xml")
    svg = queries.drawings_named({name}).get(name)
    if svg is None:
        raise Http404
    return HttpResponse(svg, "image/svg+xml")


@stored
def download(request: HttpRequest, series: str, place: str, form: str) -> HttpResponse:
    release, held = None, ""
    if "release" in request.GET:  # the numbers of the page it stands on, not those of today
        release = archive.release_of(release_number(request))
        rows = archive.series_of(release, series, [place]) if release else []
        held = f".release-{release.number}" if release else ""
    else:
        rows = list(queries.named_series(series, place).values_list("body", flat=True))
    if not rows or form not in FILES:
        raise Http404
    response = HttpResponse(figures_file(request, form, rows, release), FILES[form])
    name = f"{series}.{place}{held}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    build = queries.latest_build()
    body = {"ok": build is not None, "version": __version__}
    return JsonResponse(body, status=200 if build else 503)
