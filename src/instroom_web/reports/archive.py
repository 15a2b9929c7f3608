"""Reading releases: what a release holds, by its list of contents. Nothing is rendered anew."""

import hashlib
import json
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

from django.http import HttpRequest

from instroom.core.errors import DataError, Where
from instroom.reports import withheld
from instroom.reports.stored_rows import FigureLine, ReleaseLine, StoredFigureRow
from instroom_web.reports import queries
from instroom_web.reports.models import Release, ReleaseContent

#: Parts of a list of contents: pages and answers, drawings, figures per series.
Contents = dict[str, dict[str, str]]


def packed(data: bytes) -> bytes:
    """Pack bytes to be kept."""
    return zlib.compress(data, 6)


def digest_of(data: bytes) -> str:
    """Return the name under which bytes are kept."""
    return hashlib.sha256(data).hexdigest()


class _Unpacked:
    """Bytes that were unpacked last, by digest: those asked for longest ago go when it is full."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> bytes | None:
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    def put(self, digest: str, data: bytes) -> None:
        with self._lock:
            if digest in self._kept or len(data) > self.most:
                return
            self._kept[digest] = data
            self.held += len(data)
            while self.held > self.most:
                self.held -= len(self._kept.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.held = 0


#: Of all that releases hold, at most this many bytes stay unpacked in memory.
MOST_UNPACKED = 48_000_000
unpacked = _Unpacked(MOST_UNPACKED)


def content(digest: str) -> bytes:
    """Return kept bytes; the same digest is the same bytes, so that they stay in memory a while.

    Raises
    ------
    DataError
        ``damaged_release`` when they are gone, or not what was kept.
    """
    known = unpacked.get(digest)
    if known is not None:
        return known
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
    unpacked.put(digest, data)
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


def was_thinned(number: int | None) -> bool:
    """Whether there was a release of this number whose contents are no longer held."""
    return number is not None and Release.objects.filter(number=number, thinned=True).exists()


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


def change_of(release: Release, figure_id: str) -> dict[str, str] | None:
    """Return what changed of one figure; only its own part of the list is read."""
    data, mark = content(release.changes), b'"id":' + _quoted(figure_id)
    at = data.find(mark)
    if at < 0:
        return None
    found: dict[str, str] = json.loads(data[data.rfind(b"{", 0, at) : data.find(b"}", at) + 1])
    return found


def _quoted(text: str) -> bytes:
    """Return a text as it stands in what is kept."""
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")


def document_of(release: Release, language: str, key: str) -> Any:
    """Return a page or answer as it was; None when the release has none."""
    digest = contents_of(release)["documents"].get(f"{language}/{key}")
    if not digest:
        return None
    body = json.loads(content(digest))
    return withheld.shown_document(body, queries.judged_now(withheld.ids_in(body)))


def drawings_of(release: Release, names: set[str]) -> dict[str, str]:
    """Return drawings as they were, by name."""
    drawings = contents_of(release)["pictures"]
    found = {name: content(drawings[name]).decode() for name in names if name in drawings}
    return withheld.shown_drawings(found, judged=release.made_of.get("rules") == withheld.JUDGED_BY)


def series_name(row: Any) -> str:
    """Return the name under which the figures of one series are kept together."""
    parts = (row["indicator"], row.get("stage"), row.get("classification"))
    return ".".join(part or "" for part in parts)


def figures_of(
    contents: Contents, names: set[str] | None = None, holding: Iterable[str] = ()
) -> Iterator[StoredFigureRow]:
    """Yield the figures of a release, of all series or of these, as they were kept: not judged.

    ``holding`` leaves out what has none of these texts between quotes. It is looked for in the line
    as it is written: reading a line of JSON takes a hundred times as long.
    """
    marks = [_quoted(text) for text in holding]
    for name, digest in contents["figures"].items():
        if names is None or name in names:
            data = content(digest)
            yield from map(json.loads, _lines(data, marks) if marks else data.splitlines())


def _lines(data: bytes, marks: list[bytes]) -> list[bytes]:
    """Return the lines that hold one of the marks, in their order."""
    found: dict[int, bytes] = {}
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            found[start] = data[start : end if end >= 0 else None]
            at = data.find(mark, end) if end >= 0 else -1
    return [found[start] for start in sorted(found)]


def _shown(rows: list[StoredFigureRow]) -> list[StoredFigureRow]:
    now = queries.judged_now({row["id"] for row in rows})
    return [withheld.shown_row(row, now) for row in rows]


def series_of(release: Release, name: str, places: Iterable[str]) -> list[StoredFigureRow]:
    """Return figures of ``indicator[.stage][.classification]`` for places, in their order."""
    contents, wanted = contents_of(release), set(places)
    # a name in contents keeps a place for each of the three parts, also for an empty one
    shown = {held: ".".join(filter(None, held.split("."))) for held in contents["figures"]}
    names = {held for held, plain in shown.items() if f"{plain}.".startswith(f"{name}.")}
    rows = figures_of(contents, names, wanted) if wanted else iter(())
    return _shown([row for row in rows if row["place"] in wanted])


def figure_of(release: Release, figure_id: str) -> StoredFigureRow | None:
    """Return one figure as it was."""
    contents = contents_of(release)
    first = figure_id.partition(":")[0].partition(".")[0]
    names = {name for name in contents["figures"] if name.partition(".")[0] == first}
    rows = figures_of(contents, names, [figure_id])
    found = next((row for row in rows if row["id"] == figure_id), None)
    return _shown([found])[0] if found else None


def files_held() -> set[str]:
    """Return the sha256 of all files that the releases which are held rest on."""
    held = Release.objects.filter(thinned=False)
    return {sha for made_of in held.values_list("made_of", flat=True) for sha in made_of["inputs"]}


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
