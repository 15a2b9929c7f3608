"""The only writer of stored results."""

import json
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar, cast

from django.db import models, transaction
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.reports.kept_build import TakenOver
from instroom.reports.release_changes import (
    FIRST,
    FigureChange,
    ReleaseAge,
    ReleaseContents,
    change_counts,
    figure_changes,
    releases_to_keep,
)
from instroom.reports.stored_rows import InputRow, MadeOf
from instroom.reports.withheld import JUDGED_BY
from instroom_web.reports import archive, screened
from instroom_web.reports.drawings import own
from instroom_web.reports.models import (
    Build,
    InputFile,
    Release,
    ReleaseContent,
    ReleaseReference,
    StoredDocument,
    StoredFigure,
    StoredPicture,
)
from instroom_web.reports.staying import Stays, stays_of

Row = Mapping[str, Any]
Item = TypeVar("Item")
#: Room for the figures of one series, so that a longer one does not move the others.
_ROOM = 100_000


@transaction.atomic
def store_site(
    *,
    documents: Iterable[Row],
    pictures: Mapping[str, str],
    figures: Iterable[Row],
    inputs: Iterable[Row],
    build: Row,
    taken_over: TakenOver | None = None,
) -> Build:
    """Make what this run made the newest release, in one transaction: all of it or nothing.

    Rows that pages look up are written where they differ. A release is added when anything
    differs from the last one; older ones are thinned by a rule.

    Parameters
    ----------
    documents
        ``Document.to_dict()`` per page; answers of the open interface have language ``""``,
        a key such as ``api/kpi/twente`` and their JSON under ``data``.
    pictures
        SVG text by name.
    figures
        ``Figure.to_dict()`` with ``indicator``, ``stage``, ``classification`` and ``unit`` added.
    inputs
        One per input file, with ``sha256``.
    build
        ``version``, ``example``, ``region``, ``etag``; ``created`` (ISO time) is now when left out,
        or the time these same results were first stored; ``definitions`` and ``helpers`` as
        :class:`Release` keeps them.
    taken_over
        What stays as it is stored; the other arguments are then what was made anew.

    Raises
    ------
    NotTheSameBuildError
        When what is stored is not, to the byte, what should be taken over.
    """
    before = Build.objects.order_by("-id").first()
    same = before is not None and before.etag == build["etag"]
    now = before.created if before and same else timezone.now().isoformat(timespec="seconds")
    created = build.get("created") or now
    keeper = _Keeper()
    home: list[str] = []
    stays = stays_of(taken_over, before.etag if before else "")
    contents = {
        "documents": _store_documents(documents, keeper, home, stays),
        "pictures": _store_pictures(pictures, keeper, stays),
        "figures": _store_figures(figures, keeper, stays),
    }
    files = {row["sha256"]: cast(InputRow, dict(row)) for row in inputs}
    for model in (Build, InputFile):
        model._default_manager.all().delete()
    InputFile.objects.bulk_create(InputFile(sha256=sha, body=row) for sha, row in files.items())
    old_name = before.region if before else build["region"]
    region = home[0] if home else (old_name if stays.documents else build["region"])
    made_of: MadeOf = {
        "inputs": files,
        "helpers": list(build.get("helpers", ())),
        "definitions": dict(build.get("definitions", {})),
        "rules": JUDGED_BY,
    }
    _add_release(contents, made_of, keeper, {**build, "created": created, "region": region})
    return Build.objects.create(
        version=build["version"],
        created=created,
        example=build["example"],
        region=region,
        etag=build["etag"],
    )


@dataclass
class _Keeper:
    """Keeps bytes under their digest, packed, once; writes them in batches."""

    known: set[str] = field(
        default_factory=lambda: set(ReleaseContent.objects.values_list("digest", flat=True))
    )
    waiting: list[ReleaseContent] = field(default_factory=list)

    def keep(self, data: bytes) -> str:
        digest = archive.digest_of(data)
        if digest not in self.known:
            self.known.add(digest)
            self.waiting.append(ReleaseContent(digest=digest, packed=archive.packed(data)))
            if len(self.waiting) >= 100:
                self.flush()
        return digest

    def flush(self) -> None:
        ReleaseContent.objects.bulk_create(self.waiting)
        self.waiting.clear()


def _written(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _sync(
    model: type[models.Model],
    rows: Iterable[models.Model],
    same: str,
    stays: Set[int],
) -> None:
    """Make the table hold these rows: equal ones stay, others are written, the rest goes.

    ``stays`` are the keys of rows that stay without being made again.
    """
    manager = model._default_manager
    marks = same.split()
    names = _names_of(model)
    rows_there = manager.values_list("pk", *names, *marks).iterator(2000)
    there = {(row[1 : 1 + len(names)]): (row[0], list(row[1 + len(names) :])) for row in rows_there}
    gone = {pk for pk, _ in there.values()} - stays

    def differing() -> Iterator[models.Model]:
        for row in rows:
            own_name = tuple(getattr(row, part) for part in names)
            pk, found = there.get(own_name, (None, None))
            if found and all(found) and found == [getattr(row, mark) for mark in marks]:
                gone.discard(pk)
            else:
                yield row

    new = list(differing())
    for pks in batched(sorted(gone), 500):
        manager.filter(pk__in=pks).delete()
    for chunk in batched(new, 200):
        manager.bulk_create(chunk)


def _names_of(model: type[models.Model]) -> tuple[str, ...]:
    return {
        StoredDocument: ("language", "key"),
        StoredPicture: ("name",),
        StoredFigure: ("figure_id",),
    }[model]


def _store_documents(
    rows: Iterable[Row], keeper: _Keeper, home: list[str], stays: Stays
) -> dict[str, str]:
    digests = dict(stays.documents)

    def stored() -> Iterator[StoredDocument]:
        for row in rows:
            document = _document(row)
            if document.language:
                _refuse_unreachable(document)
            kept = keeper.keep(_written(document.body))
            digests[f"{document.language}/{document.key}"] = kept
            document.digest = screened.judged_name(kept)
            if document.language and not document.key:
                home.append(document.body["region"])
            document.body = screened.judged(document.body)
            yield document

    _sync(StoredDocument, stored(), "digest", stays.document_rows)
    keeper.flush()
    return digests


def _refuse_unreachable(document: StoredDocument) -> None:
    """Refuse a page that nobody can open: its address is another view's, or of no kind."""
    language, key = document.language, document.key
    with translation.override(language):
        try:
            found = resolve(f"/{language}/{key}/" if key else f"/{language}/").kwargs.get("kind")
        except Resolver404:
            found = None
    if found != key.partition("/")[0]:
        raise DataError(
            "page '{key}' would have no address of its own",
            code="page_address",
            where=Where(file=f"reports/pages/{key}.toml", key=key),
            key=key,
            found=key,
            expected=Message("a key that no other address has"),
            hint=Message("give the file another name"),
        )


def _store_pictures(drawings: Mapping[str, str], keeper: _Keeper, stays: Stays) -> dict[str, str]:
    before = {p.name: p for p in StoredPicture.objects.only("name", "drawn", "digest")}
    digests = dict(stays.pictures)

    def stored() -> Iterator[StoredPicture]:
        for name, svg in drawings.items():
            drawn = screened.judged_name(archive.digest_of(svg.encode("utf-8", "replace")))
            old = before.get(name)
            if old and old.drawn == drawn and old.digest in keeper.known:
                digests[name] = old.digest
                yield StoredPicture(name=name, drawn=drawn, digest=old.digest)
                continue
            safe = own(name, svg)
            digests[name] = keeper.keep(safe.encode("utf-8", "replace"))
            yield StoredPicture(name=name, svg=safe, drawn=drawn, digest=digests[name])

    _sync(StoredPicture, stored(), "drawn digest", stays.picture_rows)
    keeper.flush()
    return digests


def _store_figures(rows: Iterable[Row], keeper: _Keeper, stays: Stays) -> dict[str, str]:
    lines: dict[str, list[bytes]] = {}
    first = {series: place * _ROOM for place, series in enumerate(stays.order)}

    def stored() -> Iterator[StoredFigure]:
        for row in rows:
            series, line = archive.series_name(row), _written(dict(row))
            first.setdefault(series, len(first) * _ROOM)
            lines.setdefault(series, []).append(line)
            figure = _figure(first[series] + len(lines[series]), row)
            figure.digest = screened.judged_name(archive.digest_of(line))
            yield figure

    _sync(StoredFigure, stored(), "digest position", stays.figure_rows)
    made = {series: keeper.keep(b"\n".join(found)) for series, found in lines.items()}
    digests = {**made, **stays.figures}
    keeper.flush()
    return digests


def _add_release(contents: archive.Contents, made_of: MadeOf, keeper: _Keeper, build: Row) -> None:
    """Add a release when it differs from the last one in anything it shows."""
    last = archive.newest()
    listed = keeper.keep(_written({**contents, "inputs": dict.fromkeys(made_of["inputs"], "")}))
    if last and (last.contents, last.etag) == (listed, build["etag"]):
        keeper.flush()
        return
    changes = _changes(last, contents, made_of, build["version"])
    files = set(made_of["inputs"]) ^ set(last.made_of["inputs"] if last else ())
    written = keeper.keep(_written([asdict(one) for one in changes]))
    keeper.flush()
    Release.objects.create(
        number=last.number + 1 if last else FIRST,
        **{name: build[name] for name in ("created", "version", "region", "example", "etag")},
        made_of=made_of,
        counts={"figures": change_counts(changes), "files": len(files)},
        changes=written,
        contents=listed,
    )
    _thin(datetime.fromisoformat(build["created"]))


def _changes(
    last: Release | None, contents: archive.Contents, made_of: Row, version: str
) -> list[FigureChange]:
    """Compare with the last release; series that are equal to the byte are not even opened."""
    before = archive.contents_of(last) if last else {"figures": {}}
    old, new = before["figures"], contents["figures"]
    differ = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}

    def of(held: archive.Contents, what: Row, made_by: str) -> ReleaseContents:
        rows = {row["id"]: row for row in archive.figures_of(held, differ)}
        return ReleaseContents(made_by, what["definitions"], what["inputs"], rows)

    return figure_changes(
        of(before, last.made_of, last.version) if last else None, of(contents, made_of, version)
    )


def _thin(now: datetime) -> None:
    """Let the contents go of releases that the rule does not keep, and bytes nobody holds."""
    held = list(Release.objects.filter(thinned=False))
    referred = set(ReleaseReference.objects.values_list("release_id", flat=True))
    ages = [
        ReleaseAge(one.number, datetime.fromisoformat(one.created), one.pk in referred)
        for one in held
    ]
    stay = releases_to_keep(ages, now)
    going = [one for one in held if one.number not in stay]
    if not going:
        return
    Release.objects.filter(pk__in=[one.pk for one in going]).update(thinned=True)
    used = set(Release.objects.values_list("changes", flat=True))
    for release in held:
        if release.number in stay:
            parts = archive.contents_of(release)
            kept = (parts[name].values() for name in ("documents", "pictures", "figures"))
            used |= {release.contents}.union(*kept)
    unused = set(ReleaseContent.objects.values_list("digest", flat=True)) - used
    for digests in batched(sorted(unused), 500):
        ReleaseContent.objects.filter(digest__in=digests).delete()


def refer(number: int, said: str) -> bool:
    """Note that something refers to a release, so that it stays; False when it is not held."""
    release = archive.release_of(number)
    if release:
        ReleaseReference.objects.get_or_create(release=release, said=said[:200])
    return release is not None


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of at most ``size`` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _document(row: Row) -> StoredDocument:
    body = row if row["language"] else row["data"]
    return StoredDocument(
        language=row["language"],
        key=row["key"],
        title=row.get("title", ""),
        text=" ".join(_words(row)).casefold() if row["language"] else "",
        body=body,
    )


def _words(part: Any) -> Iterator[str]:
    """Yield what a reader may look for: titles, headings, sentences and paragraphs."""
    for name in ("title", "lead", "heading", "sentence", "detail"):
        if part.get(name):
            yield part[name]
    yield from part.get("paragraphs", ())
    for name in ("blocks", "entries"):
        for child in part.get(name, ()):
            yield from _words(child)


def _figure(position: int, row: Row) -> StoredFigure:
    return StoredFigure(
        figure_id=row["id"],
        indicator=row["indicator"],
        stage=row.get("stage") or "",
        classification=row.get("classification") or "",
        place=row["place"],
        period=row["period"],
        by=row["by"],
        dimensions=",".join(sorted(row["by"])),
        position=position,
        body=screened.judged(row),
    )
