"""The only writer of stored results."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from instroom_web.reports.drawings import own
from instroom_web.reports.models import (
    Build,
    InputFile,
    StoredDocument,
    StoredFigure,
    StoredPicture,
)

Row = Mapping[str, Any]
Item = TypeVar("Item")


@transaction.atomic
def store_site(
    *,
    documents: Iterable[Row],
    pictures: Mapping[str, str],
    figures: Iterable[Row],
    inputs: Iterable[Row],
    build: Row,
) -> Build:
    """Replace everything stored by this run, in one transaction: all of it or nothing.

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
        or the time these same results were first stored.
    """
    before = Build.objects.order_by("-id").first()
    same = before is not None and before.etag == build["etag"]
    now = before.created if before and same else timezone.now().isoformat(timespec="seconds")
    for model in (Build, InputFile, StoredFigure, StoredPicture, StoredDocument):
        model._default_manager.all().delete()
    for chunk in batched(map(_document, documents), 200):
        StoredDocument.objects.bulk_create(chunk)
    for drawn in batched(pictures.items(), 200):
        StoredPicture.objects.bulk_create(
            StoredPicture(name=name, svg=own(name, svg)) for name, svg in drawn
        )
    for numbers in batched(enumerate(figures), 500):
        StoredFigure.objects.bulk_create(_figure(position, row) for position, row in numbers)
    InputFile.objects.bulk_create(InputFile(sha256=row["sha256"], body=dict(row)) for row in inputs)
    home = StoredDocument.objects.filter(key="").exclude(language="").order_by("id").first()
    return Build.objects.create(
        version=build["version"],
        created=build.get("created") or now,
        example=build["example"],
        region=home.body["region"] if home else build["region"],
        etag=build["etag"],
    )


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
        body=dict(row),
    )
