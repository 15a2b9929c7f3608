"""What stands at the foot of every page: how new its figures are, whose they are, what comes next.

Said when a page is looked at, not when it was computed: what is still to come depends on the day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from instroom.core.clock import local_day
from instroom.core.texts import Texts
from instroom.reports import files
from instroom.reports.days import date_words
from instroom.reports.publication import SourceLine, newest_periods, source_line_of, together
from instroom.reports.reader_files import FileOrigin
from instroom.reports.stored_rows import InputRow
from instroom_web.reports import archive, queries
from instroom_web.reports.addresses import page_address
from instroom_web.reports.cards import shared_page
from instroom_web.reports.freshness import build_of, newest_release
from instroom_web.reports.models import Release
from instroom_web.shared import clock
from instroom_web.shared.frame import language_of
from instroom_web.shared.site import site_address


@dataclass(frozen=True, slots=True)
class PageOrigin:
    """The foot of a page: when its figures were computed, in which release, from which tables.

    ``lines`` has what is said of a publisher's file, by the sha256 of the file.
    """

    updated: str
    release: int | None
    expected: str
    sources: tuple[SourceLine, ...]
    lines: Mapping[str, SourceLine]


def page_origin(
    request: HttpRequest, body: Mapping[str, Any], language: str, release: Release | None = None
) -> PageOrigin:
    """Return what the foot of a page says, of today or of an older release."""
    t, held, build = Texts(language), release or newest_release(request), build_of(request)
    computed = release.created if release else build.created if build else ""
    known = inputs_of(held)
    newest, today = newest_periods(known.values()), clock.today()
    used = [sha for sha in dict.fromkeys(_shas(body)) if sha in known]
    lines = {sha: source_line_of(known[sha], newest, today, t) for sha in used}
    sources = {(one.publisher, one.title): one for one in lines.values()}
    return PageOrigin(
        date_words(computed, t),
        held.number if held else None,
        together([one.state for one in sources.values()], t),
        tuple(sources[name] for name in sorted(sources)),
        lines,
    )


def inputs_of(release: Release | None) -> dict[str, InputRow]:
    """Return the publishers' files that a release was made of, by sha256."""
    return dict(release.made_of["inputs"]) if release else {}


def _shas(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files behind the figures of a page."""
    for block in body.get("blocks", ()):
        for source in (block.get("method") or {}).get("sources", ()):
            yield source["sha256"]


def file_origin(
    request: HttpRequest, language: str, rows: list[Any], release: Release | None
) -> FileOrigin:
    """Return what a file of figures says of itself: the page it is of, and where it comes from."""
    held, build = release or newest_release(request), build_of(request)
    computed = release.created if release else build.created if build else ""
    number = held.number if held else None
    key, names = queries.page_of(language, rows[0])
    address = page_address(request, language, key, held)
    return FileOrigin(address, local_day(computed), number, inputs_of(held), names)


def figures_file(
    request: HttpRequest, form: str, rows: list[Any], release: Release | None
) -> bytes:
    """Return figures as a file: for machines, for a spreadsheet in the reader's language, XLSX."""
    language = language_of(request)
    if form == "csv":
        return files.figures_csv(rows, language)
    origin = file_origin(request, language, rows, release)
    write = files.excel_csv if form == "excel.csv" else files.figures_xlsx
    return write(rows, language, origin)


def page_context(
    request: HttpRequest, key: str, body: Mapping[str, Any], release: Release | None = None
) -> dict[str, object]:
    """Return what a stored page is shown with: its drawings, its foot, its fact card."""
    language = language_of(request)
    names = set(queries.picture_names(body))
    return {
        "document": body,
        "pictures": archive.drawings_of(release, names) if release else queries.drawings(body),
        "origin": page_origin(request, body, language, release),
        "share": shared_page(request, key, body, language, release),
        "address": f"{site_address(request)}{request.path}",
        # the first screen of a page with verdicts is theirs
        "share_below": any(block.get("kind") == "verdicts" for block in body.get("blocks", ())),
        "release": release,
    }
