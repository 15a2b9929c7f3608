"""Cards to pass on: the picture, the page for a frame, what a link shows; the rest stays closed."""

import html
import re
import struct
from dataclasses import replace

import pytest
import sample

from instroom_web.reports import archive
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db
KEYS = ("home", "home/cbs", "indicator/technical_profile_share", "place/GM0153")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def page_of(key: str, language: str = "nl") -> str:
    return f"/{language}/" if key == "home" else f"/{language}/{key}/"


@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_each_page_with_a_headline_has_one_card(client, key, language):
    svg = client.get(f"/card/{language}/{key}.svg")
    assert svg["Content-Type"] == "image/svg+xml"
    png = client.get(f"/card/{language}/{key}.png")
    assert png["Content-Type"] == "image/png"
    assert struct.unpack(">II", png.content[16:24]) == (1200, 630)
    words = {"nl": "verzonnen", "en": "invented", "de": "erfunden"}[language]
    assert words in svg.content.decode(), "the sample is an example, and its card says so"


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize("key", ["claims", "glossary", "method", "nothing", "place/GM9999", "../x"])
def test_pages_without_a_headline_have_none(client, key, form):
    assert client.get(f"/card/nl/{key}.{form}").status_code == 404
    assert client.get(f"/embed/nl/{key}/").status_code == 404
    assert client.get(f"/card/xx/home.{form}").status_code == 404


def test_a_link_shows_the_finding_with_whole_addresses(client):
    for key in KEYS:
        text = client.get(page_of(key)).content.decode()
        meta = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', text))
        assert meta["twitter:card"] == "summary_large_image"
        assert meta["og:title"]
        assert plain(meta["og:title"]) in plain(re.sub(r"</?b>", "", text.partition("<body>")[2]))
        assert meta["og:image"].startswith("http://testserver/card/nl/")
        assert meta["og:url"] == f"http://testserver{page_of(key)}"
        image = html.unescape(meta["og:image"]).removeprefix("http://testserver")
        assert client.get(image)["Content-Type"] == "image/png"
    assert "og:image" not in client.get("/nl/glossary/").content.decode()


@pytest.mark.parametrize("key", KEYS)
def test_what_is_copied_leads_back_to_this_release(client, key):
    text = client.get(page_of(key)).content.decode()
    copied, code = (html.unescape(t) for t in re.findall(r"<textarea[^>]*>([^<]*)<", text))
    address = copied.splitlines()[-1]
    assert re.fullmatch(r"http://testserver/nl/.*\?release=1", address)
    assert client.get(address.removeprefix("http://testserver")).status_code == 200
    assert "DUO" in copied and "23 november 2026" in copied and "verzonnen" in copied
    source = re.search(r'src="http://testserver([^"]+)"', code)
    assert source and client.get(source[1]).status_code == 200


def test_only_the_page_for_frames_may_be_framed(client):
    framed = client.get("/embed/nl/home/")
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "script-src" not in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert not framed.cookies and "<script" not in framed.content.decode()
    for url in (
        "/nl/",
        "/nl/place/GM0153/",
        "/card/nl/home.svg",
        "/nl/search/",
        "/nl/account/login/",
    ):
        answer = client.get(url)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], url
        assert answer["X-Frame-Options"] == "DENY", url
    assert client.get("/embed/nl/nothing/")["X-Frame-Options"] == "DENY"


def test_other_sites_may_show_the_picture_and_nothing_else(client):
    assert client.get("/card/nl/home.png")["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/nl/")["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_card_of_an_older_release_stays_as_it_was(client):
    url = "/card/nl/indicator/technical_profile_share.svg"
    before = client.get(f"{url}?release=1").content
    site = sample.site()
    site["build"]["etag"] = "sample-2"
    for figure in site["figures"]:
        if figure["id"] == "technical_profile_share.exam.monitor:twente:2023-2024":
            figure.update(value=0.99, low=0.99, high=0.99)
    store_site(**site)
    newest = archive.newest()
    assert newest and newest.number == 2
    assert client.get(f"{url}?release=1").content == before
    after = client.get(url).content.decode()
    assert "99,0" in after and "release=2" in after
    for wrong in ("9", "x", "-1"):
        assert client.get(f"{url}?release={wrong}").status_code == 404


def test_the_address_is_that_of_the_site_not_of_who_asks(client, settings):
    settings.ALLOWED_HOSTS = ["techniek.voorbeeld.nl", "ander.voorbeeld.nl"]
    settings.HTTPS = True
    text = client.get("/nl/", headers={"Host": "ander.voorbeeld.nl"}).content.decode()
    assert "https://techniek.voorbeeld.nl/card/nl/home.png" in text
    assert "ander.voorbeeld.nl" not in text


def test_kept_pages_of_two_names_do_not_mix(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    first = client.get("/nl/", headers={"Host": "een.voorbeeld.nl"}).content.decode()
    second = client.get("/nl/", headers={"Host": "twee.voorbeeld.nl"}).content.decode()
    assert "een.voorbeeld.nl" in first and "een.voorbeeld.nl" not in second


def test_a_name_of_a_school_cannot_steer_the_code(client):
    site = sample.site()
    evil = 'Het "><script>alert(1)</script> Lyceum'
    for document in site["documents"]:
        if document["key"] == "place/GM0153":
            document["blocks"] = (
                {**document["blocks"][0], "sentence": evil},
                *document["blocks"][1:],
            )
    site["build"]["etag"] = "sample-3"
    store_site(**site)
    text = client.get("/nl/place/GM0153/").content.decode()
    assert "<script>alert" not in text
    code = html.unescape(re.findall(r"<textarea[^>]*>([^<]*)<", text)[1])
    assert "<script>" not in code, "what is pasted elsewhere holds no script either"
    assert "<script>alert" not in client.get("/embed/nl/place/GM0153/").content.decode()
    assert "<script>alert" not in client.get("/card/nl/place/GM0153.svg").content.decode()


def test_a_reader_with_this_build_gets_304(client):
    etag = client.get("/card/nl/home.png").headers["ETag"]
    assert client.get("/card/nl/home.png", headers={"If-None-Match": etag}).status_code == 304


def test_a_figure_without_a_number_has_no_strokes(client):
    site = sample.site()
    block = replace(sample.share_block(), method=replace(sample.METHOD, figure="gone:x:2020"))
    for document in site["documents"]:
        if document["key"] == "place/GM0153":
            document["blocks"] = (block_data(block), *document["blocks"][1:])
    site["build"]["etag"] = "sample-4"
    store_site(**site)
    svg = client.get("/card/nl/place/GM0153.svg").content.decode()
    assert 'rx="1.5"' not in svg and "Bron: DUO." in svg


def block_data(block):
    from dataclasses import asdict

    return asdict(block)
