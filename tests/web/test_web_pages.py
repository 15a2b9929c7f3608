"""What a visitor gets, in three languages."""

import gzip
import re
from urllib.parse import unquote

import pytest
import sample

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports import page_addresses
from instroom_web.reports import models, urls
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db

EVERY_PAGE = [(language, key) for language in sample.LANGUAGES for key in sample.PAGES]
LOADED = re.compile(
    r"""(?:<(?:script|img|iframe|source|video|audio|embed|form|image|use)\b[^>]*?
        \s(?:src|srcset|action|href|xlink:href)|<link\b[^>]*?\shref)="([^"]*)"|url\(([^)]*)\)""",
    re.VERBOSE,
)


def address(language: str, key: str) -> str:
    return f"/{language}/{key}/" if key else f"/{language}/"


#: Addresses elsewhere that a page names and never loads: links to follow, what it tells to who
#: shows a link to it, text to copy.
NAMED_ONLY = re.compile(
    r'xmlns(:\w+)?="[^"]*"|<a href="https://[^"]*"|<meta property="og:[^>]*>'
    r"|<textarea[^>]*>[^<]*</textarea>|(?<=<a )href=\"http://testserver[^\"]*\""
)


@pytest.mark.parametrize(("language", "key"), EVERY_PAGE)
def test_page_shows_title_in_its_language(client, language, key):
    response = client.get(address(language, key))
    html = response.content.decode()
    assert response.status_code == 200
    heading = sample.PAGES[key][0]
    if key in sample.FIRST:
        opening, _ = sample.first_lines(language)
        heading = f"{opening.question} <b>{opening.verdict}</b>"
        assert all(line in html for line in opening.answer)
    assert f"<h1>{heading.replace('&', '&amp;')}</h1>" in html
    assert "Voorbeeld" in html or "Example" in html or "Beispiel" in html


@pytest.mark.parametrize(("language", "key"), EVERY_PAGE)
def test_page_loads_nothing_from_elsewhere(client, language, key):
    html = client.get(address(language, key)).content.decode()
    loaded = [first or second for first, second in LOADED.findall(html)]
    assert loaded
    assert all(address.startswith(("/", "#")) for address in loaded), loaded
    assert "//" not in NAMED_ONLY.sub("", html).replace("<!DOCTYPE html>", "")
    scripts = re.findall(r"<script.*?</script>", html, re.DOTALL)
    assert len(scripts) == html.count("<script") == 1
    assert re.fullmatch(
        r'<script src="/static/instroom/suggest\.js\?\w+" defer></script>', scripts[0]
    )
    assert not re.search(r"\son\w+=", html)
    assert " style=" not in html


@pytest.mark.parametrize("key", sample.PAGES)
def test_page_needs_few_queries(client, key, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        client.get(address("nl", key))


@pytest.mark.parametrize("key", sample.PAGES)
def test_page_ids_are_unique(client, key):
    html = client.get(address("nl", key)).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    drawn = {name for name in ids if html.count(f' id="{name}"') > 1}
    # The same drawing twice on a page may repeat its ids only if the page repeats the drawing.
    assert not {name for name in drawn if not name.startswith(("share-", "pipeline-"))}


@pytest.mark.parametrize("key", sample.PAGES)
def test_links_lead_somewhere(client, key):
    html = client.get(address("nl", key)).content.decode()
    pages = set(re.findall(r'<a [^>]*href="(/nl/[^"#?]*)"', html))
    assert pages
    assert {link for link in pages if client.get(link).status_code != 200} == set()


@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("key", sample.PAGES)
def test_every_id_on_a_page_is_explained(client, language, key):
    """Beside each id stands the address of the page that explains it, with the JSON behind it."""
    html = client.get(address(language, key)).content.decode()
    assert "/api/v1/explain/" not in html
    links = re.findall(rf'href="/{language}/figure/([^"]+)/"', html)
    assert len(links) == html.count("/figure/")
    beside = re.findall(
        r'/figure/([^"]+)/">[^<]*(?:<span[^>]*>[^<]*</span>)?</a>\s*<br>\s*<code>([^<]+)<', html
    )
    assert len(beside) == html.count("<dt>" + Texts(language)("Narekenen"))
    assert all(unquote(link) == name for link, name in beside)
    for link in set(links):
        shown = client.get(f"/{language}/figure/{link}/")
        assert shown.status_code == 200
        (json,) = re.findall(r'href="(/api/v1/explain/[^"]+)"', shown.content.decode())
        assert client.get(json).json()["id"] == unquote(link)


def test_table_marks_header_numbers_and_protected_cells(client):
    html = client.get("/nl/place/GM0153/").content.decode()
    assert '<th scope="row"><a href="/nl/place/GM0153/">Lyceum Ergens</a></th>' in html
    assert '<td class="number protected"><span>afgeschermd</span></td>' in html
    assert '<td class="number missing">geen open cijfers</td>' in html
    assert 'role="region"' in html
    assert 'tabindex="0"' in html


def test_both_drawings_are_in_the_page_with_ids_of_their_own(client):
    html = client.get("/nl/").content.decode()
    assert 'id="share-wide-t"' in html
    assert 'aria-labelledby="share-narrow-t share-narrow-d"' in html
    assert 'fill="url(#pipeline-wide-h)"' in html


def test_current_chapter_is_marked(client):
    chapter = client.get("/nl/claims/").content.decode()
    below = client.get("/nl/indicator/technical_profile_share/").content.decode()
    assert re.search(r'href="/nl/claims/"\s+aria-current="page"', chapter)
    assert re.search(r'href="/nl/indicators/"\s+aria-current="true"', below)


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_unknown_page_is_404_in_house_style(client, language):
    response = client.get(f"/{language}/bestaat-niet/")
    html = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}">' in html or language != "nl"
    assert "instroom.css" in html
    assert "404" in html


def test_broken_page_is_500_in_house_style(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("instroom_web.reports.queries.drawings", lambda _body: 1 / 0)
    response = client.get("/nl/")
    assert response.status_code == 500
    assert "Er ging iets mis bij ons" in response.content.decode()


def test_empty_site_says_what_to_do(client):
    models.Build.objects.all().delete()
    response = client.get("/nl/")
    assert response.status_code == 503
    assert "instroom compute" in response.content.decode()
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_a_page_that_was_not_computed_yet_says_so(client, language):
    assert "method" in sample.PAGES
    models.StoredDocument.objects.filter(key="method").delete()
    response = client.get(f"/{language}/method/")
    assert response.status_code == 503
    assert "instroom compute" in response.content.decode()
    assert "ETag" not in response.headers
    assert client.get(f"/{language}/").status_code == 200
    assert client.get(f"/{language}/place/GM9999/").status_code == 404


def test_the_library_knows_which_addresses_no_page_may_take():
    firsts = {str(one.pattern).partition("/")[0] for one in urls.spoken} - {""}
    fixed = {name for name in firsts if "<" not in name and name not in urls.MANY}
    stored = {*page_addresses.SINGLE, *registry.pages()}
    assert {*fixed, "account"} - stored == page_addresses.OTHERS


def test_reader_with_this_build_gets_304(client):
    first = client.get("/nl/")
    again = client.get("/nl/", headers={"If-None-Match": first.headers["ETag"]})
    since = client.get("/nl/", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (again.status_code, since.status_code) == (304, 304)
    assert client.get("/nl/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_root_follows_the_readers_language(client):
    assert client.get("/").headers["Location"] == "/nl/"
    wanted = client.get("/", headers={"Accept-Language": "fr, nl;q=0.5"})
    assert wanted.headers["Location"] == "/nl/"
    assert wanted.headers["Vary"] == "Accept-Language"


def test_search_finds_pages_and_entries(client):
    html = client.get("/nl/search/?q=profielkeuze").content.decode()
    assert 'href="/nl/glossary/#profiel"' in html
    assert "Niets gevonden" in client.get("/nl/search/?q=xyzzy").content.decode()
    assert client.get("/nl/search/").status_code == 200
    assert "&lt;b&gt;" in client.get("/nl/search/?q=<b>").content.decode()


def test_security_headers_are_on_every_answer(client):
    for url in ("/nl/", "/nl/nee/", "/api/v1/kpi", "/picture/share-wide.svg"):
        headers = client.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; ")
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_picture_is_an_svg(client):
    response = client.get("/picture/share-wide.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg ")
    assert client.get("/picture/none.svg").status_code == 404


def test_writing_methods_are_refused(client):
    assert client.post("/nl/").status_code == 405


def test_kept_page_is_the_same_page(client):
    plain = [client.get("/nl/").content for _ in range(2)]
    packed = [client.get("/nl/", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    assert plain[0] == plain[1]
    assert [gzip.decompress(answer.content) for answer in packed] == plain
    assert packed[1].headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed[1].headers["Vary"]


def test_new_build_shows_new_pages(client):
    assert "Kiest Twente techniek?" in client.get("/nl/").content.decode()
    site = sample.site()
    site["documents"] = [dict(page, title="Nieuw") for page in site["documents"]]
    store_site(**site)
    assert "<h1>Nieuw</h1>" in client.get("/nl/claims/").content.decode()
    assert "Nieuw" in client.get("/nl/").content.decode().partition("</title>")[0]
