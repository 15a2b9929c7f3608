"""Releases: only what differs makes one, older ones stay readable, all of it or nothing."""

import html
import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import sample

from instroom.cli.lines import releases_lines
from instroom.core.errors import DataError
from instroom.core.texts import Texts
from instroom.reports.blocks import FigureNote, PageLink
from instroom_web.commands import StoredReleases
from instroom_web.reports import actions, archive, change_log, models
from instroom_web.reports.actions import refer, store_site

pytestmark = pytest.mark.django_db
OTHER = "e" * 64


def later(value=0.5, days=1, **build):
    """Return the sample with one figure changed by another file of the same name."""
    site = sample.site()
    rows = [dict(row) for row in site["figures"]]
    row = next(row for row in rows if row["status"] == "ok" and row["denominator"])
    row |= {"value": value, "low": value, "high": value, "sources": [OTHER]}
    when = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=days)
    site["build"] |= {"created": when.isoformat(), "etag": f"sample-{value}-{days}", **build}
    inputs = [{"sha256": OTHER, "file": "voorbeeld.csv", "licence": "CC0"}]
    return row["id"], site | {"figures": rows, "inputs": inputs}


def test_what_is_equal_makes_no_release():
    store_site(**sample.site())
    assert [one.number for one in archive.releases()] == [1]


def test_a_release_tells_which_figure_changed_and_why():
    name, site = later()
    store_site(**site)
    found = archive.told(archive.newest())
    assert found["number"] == 2
    assert found["changed"] == [{"id": name, "reason": "changed_file"}]
    assert found["added"] == found["removed"] == []
    first = archive.told(archive.releases()[0])
    assert len(first["added"]) == len(sample.figures())


def test_an_older_release_holds_its_figures_and_pages_to_the_byte(client):
    name, site = later()
    before = models.StoredFigure.objects.get(figure_id=name).body
    drawn = dict(models.StoredPicture.objects.values_list("name", "svg"))
    page = models.StoredDocument.objects.get(language="nl", key="").body
    said = page["opening"]["programme"]
    site["documents"] = [
        dict(d)
        | ({"opening": dict(d["opening"], programme="Nieuw woord.")} if not d["key"] else {})
        for d in site["documents"]
    ]
    store_site(**site)
    old = archive.release_of(1)
    assert archive.figure_of(old, name) == before
    assert archive.document_of(old, "nl", "") == page
    assert archive.drawings_of(old, set(drawn)) == drawn
    shown = client.get("/nl/?release=1").content.decode()
    assert said in shown
    assert "Dit is uitgave 1" in shown
    newest = client.get("/nl/").content.decode()
    assert "Nieuw woord." in newest
    assert "Dit is uitgave" not in newest
    told = client.get(f"/api/v1/explain/{name}?release=1").json()
    assert told["value"] == before["value"]
    assert told["command"].endswith("--release 1")
    assert client.get(f"/api/v1/explain/{name}").json()["value"] == 0.5


def test_files_and_answers_of_an_older_release_hold_its_numbers(client):
    """A reader of an older page takes home the numbers that stand on it."""
    name, site = later()
    before = models.StoredFigure.objects.get(figure_id=name).body
    store_site(**site)
    series, place = name.split(":")[:2]
    url = f"/download/{series}/{place}.csv?lang=nl"
    old, new = (client.get(url + tail) for tail in ("&release=1", ""))
    assert (old.status_code, new.status_code) == (200, 200)
    assert "release-1" in old["Content-Disposition"] and "release" not in new["Content-Disposition"]

    def line(answer):
        return next(r for r in answer.content.decode().splitlines() if name in r)

    assert str(before["value"]) in line(old) and ",0.5," in line(new)
    assert client.get(url + "&release=9").status_code == 404
    parts = series.split(".")
    asked = f"/api/v1/series/{parts[0]}?place={place}"
    for tail, value in (("&release=1", before["value"]), ("", 0.5)):
        answer = client.get(asked + tail).json()
        assert value in [row["value"] for row in answer["series"]], answer
    assert client.get(asked + "&release=9").status_code == 404
    page = client.get("/nl/?release=1").content.decode()
    links = re.findall(r'href="([^"]*/download/[^"]*)"', page)
    assert links and all(link.endswith("?lang=nl&amp;release=1") for link in links)


@pytest.mark.parametrize("asked", ["9", "x", "-1", "", "99999999999999999999", "1e3"])
def test_a_release_that_is_not_there_is_not_found(client, asked):
    assert client.get(f"/nl/?release={asked}").status_code == 404
    assert client.get(f"/api/v1/kpi?release={asked}").status_code in (400, 404)


@pytest.mark.parametrize("key", ["search", "changes", "my", "account", "nowhere", "account/login"])
def test_a_page_that_nobody_could_open_is_refused_and_nothing_changes(key):
    site = sample.site()
    page = next(d for d in site["documents"] if d["language"] and d["key"] == "method")
    before = list(models.StoredDocument.objects.values_list("language", "key", "digest"))
    with pytest.raises(DataError) as caught:
        store_site(**site | {"documents": [*site["documents"], page | {"key": key}]})
    assert caught.value.code == "page_address"
    assert caught.value.where.key == key
    assert list(models.StoredDocument.objects.values_list("language", "key", "digest")) == before


FIRST = {
    "nl": ("De eerste uitgave, met {} cijfers.", "de eerste uitgave, met {} cijfers"),
    "en": ("The first release, with {} figures.", "the first release, with {} figures"),
    "de": ("Die erste Ausgabe, mit {} Zahlen.", "die erste Ausgabe, mit {} Zahlen"),
}


@pytest.mark.parametrize("language", FIRST)
def test_the_first_release_does_not_pretend_that_figures_came_by_a_new_file(language):
    first, t = archive.releases()[0], Texts(language)
    count = t.number(len(sample.figures()))
    on_page, on_screen = (words.format(count) for words in FIRST[language])
    told = change_log.entry(first, t)
    assert (told.sentence, told.lines) == (on_page, ())
    store_site(**later()[1])
    assert change_log.entry(archive.newest(), t).lines != ()
    lines = releases_lines({"releases": [archive.told(r) for r in archive.releases()]}, language)
    assert {line[0]: line.endswith(f": {on_screen}") for line in lines} == {"1": True, "2": False}


@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_the_log_and_its_feed_tell_the_same(client, language):
    store_site(**later()[1])
    page = client.get(f"/{language}/changes/")
    assert page.status_code == 200
    text = page.content.decode()
    assert text.index('id="release-2"') < text.index('id="release-1"')
    feed = client.get(f"/{language}/changes/feed.atom")
    assert feed["Content-Type"] == "application/atom+xml"
    root = ElementTree.fromstring(feed.content)  # noqa: S314  our own
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = [e.text.rpartition("-")[2] for e in root.findall("a:entry/a:id", space)]
    assert ids == ["2", "1"]
    said = root.find("a:entry/a:summary", space).text
    assert {"nl": "veranderd bestand", "en": "changed file", "de": "geänderte Datei"}[
        language
    ] in said


@pytest.mark.parametrize(
    ("created", "day", "said"),
    [
        ("2026-11-29T23:01:00+00:00", "2026-11-30", "30 november 2026"),
        ("2027-07-31T22:30:00+00:00", "2027-08-01", "1 augustus 2027"),
    ],
)
def test_every_day_of_a_release_is_that_in_amsterdam(client, created, day, said):
    name, site = later(created=created)
    store_site(**site)

    def shown(path):
        page = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
        return " ".join(html.unescape(page).split())

    assert f"Uitgave 2 van {said}" in shown("/nl/changes/")
    assert f"in uitgave 2, van {said} (" in shown(f"/nl/figure/{quote(name)}/")
    older = shown("/nl/?release=2")
    assert f"Dit is uitgave 2, zoals de cijfers op {said} waren." in older
    assert f"Bijgewerkt op {said}" in older
    told = archive.told(archive.newest())
    assert releases_lines({"releases": [told]}, "nl")[0].startswith(f"2  {day}  ")
    assert told["created"] == created
    assert f"<updated>{created}</updated>" in client.get("/nl/changes/feed.atom").content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "23 november 2026"), ("en", "23 November 2026"), ("de", "23. November 2026")],
)
def test_the_log_and_a_figure_write_a_day_as_other_pages_do(client, language, said):
    name = sample.figures()[0]["id"]
    for path in ("changes/", "", f"figure/{quote(name)}/"):
        assert said in client.get(f"/{language}/{path}").content.decode(), path


def test_thinned_releases_keep_their_line_and_lose_their_contents(client):
    store_site(**later(0.25, days=2)[1])
    store_site(**later(0.5, days=3)[1])
    assert refer(2, "board report")
    store_site(**later(0.75, days=100)[1])
    held = {one.number: not one.thinned for one in archive.releases()}
    assert held == {1: False, 2: True, 3: True, 4: True}
    gone = client.get("/nl/?release=1")
    assert (
        gone.status_code == 410 and "Deze uitgave wordt niet meer bewaard" in gone.content.decode()
    )
    assert client.get("/nl/figure/a:b:c/?release=1").status_code == 410
    assert client.get("/nl/?release=9").status_code == 404
    assert client.get("/nl/?release=2").status_code == 200
    assert "release-1" in client.get("/nl/changes/").content.decode()
    used = {digest for r in archive.releases() for digest in (r.changes,)}
    for release in archive.releases():
        if not release.thinned:
            contents = archive.contents_of(release)
            parts = (contents[n].values() for n in ("documents", "pictures", "figures"))
            used |= {release.contents}.union(*parts)
    assert set(models.ReleaseContent.objects.values_list("digest", flat=True)) == used
    assert not refer(1, "too late")


def test_equal_bytes_are_kept_once():
    before = models.ReleaseContent.objects.count()
    store_site(**later()[1])
    # One series, the list of contents, and the list of changes; all else is shared.
    assert models.ReleaseContent.objects.count() == before + 3


def test_damage_is_told():
    row = models.ReleaseContent.objects.get(digest=archive.newest().contents)
    row.packed = archive.packed(json.dumps({}).encode())
    row.save()
    archive.unpacked.clear()
    with pytest.raises(DataError, match="damaged"):
        archive.contents_of(archive.newest())


def test_failing_at_the_very_end_leaves_the_former_release(monkeypatch):
    def cut(_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(actions, "_thin", cut)
    before = (models.ReleaseContent.objects.count(), archive.newest().number)
    name, site = later()
    figure = models.StoredFigure.objects.get(figure_id=name).body
    with pytest.raises(RuntimeError):
        store_site(**site)
    assert (models.ReleaseContent.objects.count(), archive.newest().number) == before
    assert models.StoredFigure.objects.get(figure_id=name).body == figure


def test_the_command_line_asks_the_same_releases():
    name, site = later()
    store_site(**site)
    asked = StoredReleases()
    assert asked.listed() == [archive.told(one) for one in archive.releases()]
    for number in (1, 2):
        release = archive.release_of(number)
        found = asked.figure(number, name)
        assert found["figure"] == archive.figure_of(release, name)
        assert found["made_of"] == release.made_of
        assert (found["release"]["number"], found["release"]["version"]) == (
            number, release.version,
        )  # fmt: skip
    assert asked.figure(1, "no_such:figure")["figure"] is None
    assert asked.figure(3, name) is None
    assert (asked.refer(1, "a report"), asked.refer(3, "a report")) == (True, False)
    assert asked.listed()[0]["references"] == ["a report"]


def test_only_what_differs_is_written_again():
    keys = dict(models.StoredFigure.objects.values_list("figure_id", "pk"))
    name, site = later()
    store_site(**site)
    after = dict(models.StoredFigure.objects.values_list("figure_id", "pk"))
    assert {one for one in after if after[one] != keys[one]} == {name}


@pytest.mark.parametrize("held", ["a.b.c", "a..c", "a.b.", "a.."])
def test_a_series_is_found_by_the_name_that_its_figures_have(held, monkeypatch):
    """Of a series without a stage, or without a classification, the name has fewer parts."""
    contents = {"figures": {held: "digest", "a_longer.b.c": "other"}}
    monkeypatch.setattr(archive, "contents_of", lambda _: contents)
    asked = []
    monkeypatch.setattr(archive, "figures_of", lambda _, names, __: asked.append(names) or [])
    archive.series_of(None, ".".join(filter(None, held.split("."))), ["nl"])
    assert asked == [{held}]


def test_old_numbers_come_with_what_they_meant_then(client, monkeypatch):
    name, site = later()
    store_site(**site)
    series, place = name.split(":")[:2]
    then = {"title": "Zoals het toen heette"}
    kept = archive.document_of

    def document_of(release, language, key):
        return then if key == f"api/definition/{series}" else kept(release, language, key)

    monkeypatch.setattr(archive, "document_of", document_of)
    asked = f"/api/v1/series/{series.split('.')[0]}?place={place}"
    assert client.get(f"{asked}&release=1").json()["definition"] == then
    assert client.get(asked).json()["definition"] != then


@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_what_an_older_page_leads_to_is_of_its_release(client, language):
    """Its files, its drawings and its sums: none of them is that of today."""
    name, site = later()
    drawn = dict(models.StoredPicture.objects.values_list("name", "svg"))
    pictures = {key: svg.replace("#0A5A66", "#123456") for key, svg in site["pictures"].items()}
    block = sample.share_block()
    links = (*block.downloads, PageLink("SVG", "picture/share-wide.svg"))
    told = replace(block.method, figure="", parts=(FigureNote("2014-2015", name),))
    several = replace(block, anchor="several", downloads=links, method=told)

    def with_block(documents):
        return [
            d | {"blocks": [*d["blocks"], asdict(several)]}
            if d.get("key") == "method" and d["language"]
            else d
            for d in documents
        ]

    store_site(**site | {"documents": with_block(site["documents"])})
    last = later(0.25, days=2)[1]
    store_site(**last | {"documents": with_block(last["documents"]), "pictures": pictures})
    page = client.get(f"/{language}/method/?release=2").content.decode()
    found = [
        html.unescape(link)
        for link in re.findall(r'href="(/(?:api|download|picture|\w\w/figure)/[^"]*)', page)
    ]
    found.remove("/api/v1/openapi.json")
    assert len(found) == 5 and all("release=2" in link for link in found), found
    answers = {link.split("/")[1]: client.get(link) for link in found}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["picture"].content.decode() == drawn["share-wide"]
    assert Texts(language).percent(0.5) in answers[language].content.decode()
    today = client.get(f"/{language}/method/").content.decode()
    assert "release=" not in re.sub(r"<footer.*", "", today, flags=re.DOTALL)
    assert client.get("/picture/share-wide.svg").content.decode() != drawn["share-wide"]
    for odd in ("9", "x", "-1", ""):
        assert client.get(f"/picture/share-wide.svg?release={odd}").status_code == 404


@pytest.mark.parametrize("key", ["", "home/cbs", "indicators", "place/GM0153"])
def test_pages_that_an_older_page_leads_to_are_of_its_release(client, key):
    """Who changes what counts on an older page must not land on numbers of today unseen."""
    later()
    address = f"/nl/{key}{'/' if key else ''}"
    page = client.get(f"{address}?release=1").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    found = {html.unescape(link) for link in re.findall(r'href="(/nl/[^"#]*)', main)}
    newest = {link for link in found if "release=" not in link}
    assert {link for link in newest if not link.startswith("/nl/changes/")} == {address}
    assert len(found - newest) >= 2, found
    assert {client.get(link).status_code for link in found - newest} == {200}
