"""Reading releases: what a release holds, by its list of contents. Nothing is rendered anew."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest

from instroom.core.errors import DataError, Where
from instroom.reports.stored_rows import FigureLine, ReleaseLine, StoredFigureRow
from instroom.reports.withheld import shown_document, shown_drawings, shown_row
from instroom_web.reports.models import Release, ReleaseContent

#: Parts of a list of contents: pages and answers, drawings, figures per series.
Contents = dict[str, dict[str, str]]


def packed(data: bytes) -> bytes:
    """Pack bytes to be kept."""
    return zlib.compress(data, 6)


def digest_of(data: bytes) -> str:
    """Return the name under which bytes are kept."""
    return hashlib.sha256(data).hexdigest()


def content(digest: str) -> bytes:
    """Return kept bytes.

    Raises
    ------
    DataError
        ``damaged_release`` when they are gone, or not what was kept.
    """
    found = ReleaseContent.objects.filter(digest=digest).first()
    try:
        data = zlib.decompress(bytes(found.packed)) if found else b""
    except zlib.error:
        data = b""
    if digest_of(data) != digest:
        raise DataError(
            "a kept release is damaged",
            code="damaged_release",
            where=Where(key=digest[:12]),
            found="nothing, or other bytes than were kept",
            expected="the bytes of its digest",
            hint="put the database back from a backup",
        )
    return data


def releases() -> list[Release]:
    """Return all releases, oldest first; those that were thinned tell only what changed."""
    return list(Release.objects.order_by("number"))


def newest() -> Release | None:
    """Return the newest release."""
    return Release.objects.order_by("-number").first()


def release_of(number: int | None) -> Release | None:
    """Return a release whose contents are held."""
    if number is None:
        return None
    return Release.objects.filter(number=number, thinned=False).first()


def release_number(request: HttpRequest) -> int | None:
    """Return the release that an address names; None for none, or for what is no number."""
    asked = request.GET.get("release", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else None


def contents_of(release: Release) -> Contents:
    """Return the list of what a release holds: digests by name."""
    found: Contents = json.loads(content(release.contents))
    return found


def changes_of(release: Release) -> list[dict[str, str]]:
    """Return the changed figures of a release: id, change, reason."""
    found: list[dict[str, str]] = json.loads(content(release.changes))
    return found


def document_of(release: Release, language: str, key: str) -> Any:
    """Return a page or answer as it was; None when the release has none."""
    digest = contents_of(release)["documents"].get(f"{language}/{key}")
    return shown_document(json.loads(content(digest))) if digest else None


def drawings_of(release: Release, names: set[str]) -> dict[str, str]:
    """Return drawings as they were, by name."""
    drawings = contents_of(release)["pictures"]
    found = {name: content(drawings[name]).decode() for name in names if name in drawings}
    return shown_drawings(found)


def series_name(row: Any) -> str:
    """Return the name under which the figures of one series are kept together."""
    parts = (row["indicator"], row.get("stage"), row.get("classification"))
    return ".".join(part or "" for part in parts)


def figures_of(contents: Contents, names: set[str] | None = None) -> Iterator[StoredFigureRow]:
    """Yield the figures of a release, of all series or of these."""
    for name, digest in contents["figures"].items():
        if names is None or name in names:
            yield from map(json.loads, content(digest).splitlines())


def series_of(release: Release, name: str, places: Iterable[str]) -> list[StoredFigureRow]:
    """Return figures of ``indicator[.stage][.classification]`` for places, in their order."""
    contents, wanted = contents_of(release), set(places)
    # a name in contents keeps a place for each of the three parts, also for an empty one
    shown = {held: ".".join(filter(None, held.split("."))) for held in contents["figures"]}
    names = {held for held, plain in shown.items() if f"{plain}.".startswith(f"{name}.")}
    found = (row for row in figures_of(contents, names) if row["place"] in wanted)
    return [shown_row(row) for row in found]


def figure_of(release: Release, figure_id: str) -> StoredFigureRow | None:
    """Return one figure as it was."""
    contents = contents_of(release)
    first = figure_id.partition(":")[0].partition(".")[0]
    names = {name for name in contents["figures"] if name.partition(".")[0] == first}
    found = (row for row in figures_of(contents, names) if row["id"] == figure_id)
    return next(map(shown_row, found), None)


def told(release: Release) -> ReleaseLine:
    """Return a release as ``instroom releases`` tells it."""
    found = changes_of(release)

    def lines(kind: str) -> list[FigureLine]:
        return [{"id": c["id"], "reason": c["reason"]} for c in found if c["change"] == kind]

    return {
        "number": release.number,
        "created": release.created,
        "version": release.version,
        "inputs": sorted(release.made_of["inputs"]),
        "added": lines("added"),
        "removed": lines("removed"),
        "changed": lines("changed"),
        "held": not release.thinned,
        "references": sorted(release.references.values_list("said", flat=True)),
    }
