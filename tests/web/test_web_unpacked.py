"""What is asked again costs little: releases stay unpacked, 304 is said before a page is made."""

import pytest
import sample
from django.core.cache import caches

from instroom_web.reports import archive, cards, embed, models, page_origin, queries, views
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty():
    archive.unpacked.clear()
    caches["cards"].clear()
    caches["public_pages"].clear()


@pytest.fixture
def newer():
    """Add a release in which one figure differs and one is new."""
    site = sample.site()
    first, *rest = site["figures"]
    new = {**first, "id": f"{first['id']}:gender=male", "by": {"gender": "male"}}
    changed = {**first, "value": 0.5, "low": 0.5, "high": 0.5}
    build = {**site["build"], "etag": "newer"}
    store_site(**{**site, "figures": [changed, *rest, new], "build": build})


@pytest.mark.usefixtures("newer")
def test_one_change_is_that_of_the_whole_list():
    for release in archive.releases():
        every = archive.changes_of(release)
        assert every
        for one in every:
            assert archive.change_of(release, one["id"]) == one
        assert archive.change_of(release, every[0]["id"] + ":none") is None
        assert archive.change_of(release, every[0]["id"][:-1]) is None


def test_the_lines_that_are_read_are_those_that_hold_what_is_asked():
    contents = archive.contents_of(archive.newest())
    every = list(archive.figures_of(contents))
    places = sorted({row["place"] for row in every})
    assert len(places) > 1
    for place in places:
        found = [r for r in archive.figures_of(contents, holding=[place]) if r["place"] == place]
        assert found == [row for row in every if row["place"] == place]
    some = places[:2]
    found = [row["id"] for row in archive.figures_of(contents, holding=some)]
    assert [one for one in found if one.split(":")[1] in some] == [
        row["id"] for row in every if row["place"] in some
    ]
    assert list(archive.figures_of(contents, holding=["nowhere at all"])) == []


def test_what_was_unpacked_is_not_read_from_the_database_again(django_assert_num_queries):
    release = archive.newest()
    first = archive.content(release.contents)
    with django_assert_num_queries(0):
        assert archive.content(release.contents) == first


def test_what_stays_unpacked_has_a_bound():
    kept = archive._Unpacked(10)
    for name in "abc":
        kept.put(name, b"1234")
    assert [kept.get(name) is None for name in "abc"] == [True, False, False]
    assert kept.held == 8
    kept.get("b")
    kept.put("d", b"1234")
    assert kept.get("b") and kept.get("c") is None, "what was asked for last stays"
    kept.put("large", b"x" * 11)
    kept.put("d", b"1234")
    assert kept.get("large") is None and kept.held == 8


PAGES = ["/nl/", "/nl/indicators/", "/nl/?release=1", "/card/nl/home.png", "/card/nl/home.svg"]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("accepts", ["", "gzip"])
def test_who_has_an_answer_gets_304_before_it_is_made(client, monkeypatch, url, accepts):
    given = {"Accept-Encoding": accepts}
    whole = client.get(url, headers=given)
    caches["cards"].clear()
    caches["public_pages"].clear()

    def made(*_: object, **__: object) -> None:
        raise AssertionError("made anew")

    monkeypatch.setattr(views, "render", made)
    monkeypatch.setattr(views, "page_context", made)
    monkeypatch.setattr(cards, "png_of", made)
    monkeypatch.setattr(embed, "fact_card", made)
    answer = client.get(url, headers={**given, "If-None-Match": whole.headers["ETag"]})
    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("ETag", "Last-Modified", "Cross-Origin-Resource-Policy", "Cache-Control"):
        assert answer.headers.get(name) == whole.headers.get(name), name
    with pytest.raises(AssertionError, match="made anew"):
        client.get(url, headers={**given, "If-None-Match": '"another"'})


@pytest.mark.parametrize("url", ["/nl/none/", "/nl/place/none/", "/card/nl/none.png"])
def test_what_is_not_there_is_not_unchanged(client, url):
    etag = client.get("/nl/").headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 404


def test_a_page_has_one_address_wherever_it_is_said(client, rf):
    """On its card, in its frame, in its files."""
    release = archive.newest()
    for key in ("", "place/GM0153"):
        page = f"/nl/{key}/" if key else "/nl/"
        body = queries.documents("nl").get(key=key).body
        request = rf.get(page)
        shared = cards.shared_page(request, key, body, "nl")
        assert shared.page == f"http://testserver{page}"
        assert shared.address == f"http://testserver{page}?release={release.number}"
        frame = client.get(f"/embed/nl/{cards.card_key(key)}/").content.decode()
        assert f'href="http://testserver{page}"' in frame
    row = models.StoredFigure.objects.first().body
    origin = page_origin.file_origin(rf.get("/"), "nl", [row], None)
    key, _ = queries.page_of("nl", row)
    assert origin.address == f"http://testserver/nl/{key}/?release={release.number}"
