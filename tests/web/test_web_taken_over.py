"""A build in part, as it is stored: the same rows and release as one made whole, or refused."""

import hashlib
from dataclasses import replace

import pytest
from django.db import connection, transaction

from instroom.privacy import published as gate
from instroom.reports import site
from instroom.reports.kept_build import NotTheSameBuildError
from instroom.reports.results import load
from instroom_web.reports import archive
from instroom_web.reports.actions import store_site
from instroom_web.reports.models import (
    Build,
    Release,
    StoredDocument,
    StoredFigure,
    StoredPicture,
)

pytestmark = pytest.mark.django_db
PARTS = ("documents", "pictures", "figures", "inputs", "build", "taken_over")
TABLES = {
    StoredDocument: ("language", "key", "title", "text", "body", "digest"),
    StoredPicture: ("name", "svg", "drawn", "digest"),
    StoredFigure: ("figure_id", "indicator", "place", "period", "position", "body", "digest"),
}


def store(made: site.Site) -> None:
    store_site(**{name: getattr(made, name) for name in PARTS})


def held() -> dict[str, object]:
    """Return all that a reader can see of what is stored."""
    found: dict[str, object] = {
        model.__name__: sorted(map(repr, model.objects.values_list(*fields)))
        for model, fields in TABLES.items()
    }
    newest = archive.newest()
    assert newest is not None
    found["contents"] = archive.contents_of(newest)
    found["changes"] = archive.changes_of(newest)
    found["made_of"] = newest.made_of
    found["build"] = (Build.objects.get().etag, Build.objects.get().region, newest.etag)
    return found


@pytest.fixture(scope="module")
def two():
    """Return the results that come along, few places of them, and the same with one changed."""
    whole = load()
    places = dict(list(whole.places.items())[:40])
    first = replace(whole, places=places)
    series = list(first.published.series)
    which = next(i for i, one in enumerate(series) if any(f.value for f in one.figures))
    figures = list(series[which].figures)
    at = next(i for i, one in enumerate(figures) if one.value)
    less = (figures[at].value or 0) / 2
    figures[at] = replace(figures[at], value=less, low=less, high=less)
    series[which] = replace(series[which], figures=tuple(figures))
    later = replace(first, published=gate.Published(tuple(series), gate._GATE))
    before = site.build(first)
    return before, site.build(later), site.build(later, before=before.kept)


def test_stored_in_part_is_stored_whole(two):
    before, whole, part = two
    assert part.taken_over.documents, "something is taken over"
    assert len(part.figures) < len(whole.figures)
    found = []
    for made in (whole, part):
        with transaction.atomic():
            store(before)
            numbers = Release.objects.count()
            store(made)
            assert Release.objects.count() == numbers + 1
            found.append(held())
            transaction.set_rollback(True)
    assert found[0] == found[1]


SPOILED = {
    "another build": "update reports_build set etag = 'other'",
    "a page": "update reports_storeddocument set digest = 'x' where key = 'glossary'",
    "a page less": "delete from reports_storeddocument where key = 'glossary'",
    "a figure": "update reports_storedfigure set digest = 'x' where figure_id = %s",
    "a figure less": "delete from reports_storedfigure where figure_id = %s",
    "its rules": "update reports_storedpicture set drawn = '1-x' where name = %s",
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_not_as_it_was_stored_is_not_taken_over(what, two):
    before, _, part = two
    store(before)
    figure = next(r["id"] for r in before.figures if r["indicator"] != part.figures[0]["indicator"])
    picture = sorted(part.taken_over.pictures)[0]
    with connection.cursor() as cursor:
        query = SPOILED[what]
        named = picture if "picture" in query else figure
        cursor.execute(query, [named] if "%s" in query else [])
        assert cursor.rowcount > 0
    rows = held_digest()
    with pytest.raises(NotTheSameBuildError), transaction.atomic():
        store(part)
    assert held_digest() == rows, "refused before anything is written"


def held_digest() -> str:
    rows = [repr(sorted(map(repr, m.objects.values_list("pk", "digest")))) for m in TABLES]
    rows.append(repr(list(Release.objects.values_list("number", "etag"))))
    return hashlib.sha256("".join(rows).encode()).hexdigest()
