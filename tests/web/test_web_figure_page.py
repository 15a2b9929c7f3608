"""The page of one number: readable, of today or of a release, and its JSON one click further."""

import html
import re
from urllib.parse import quote

import pytest
import sample
from test_web_releases import later

from instroom.core.texts import Texts
from instroom_web.reports import models
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db
HAVO = "technical_profile_share.exam.monitor:twente:2023-2024:school_type=havo"


def shown(client, name, language="nl", tail=""):
    response = client.get(f"/{language}/figure/{quote(name, safe='')}/{tail}")
    assert response.status_code == 200, name
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split()), response.content.decode()


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_it_says_the_number_its_parts_and_where_it_comes_from(client, language):
    words, page = shown(client, HAVO, language)
    row = models.StoredFigure.objects.get(figure_id=HAVO).body
    whole = Texts(language).number(row["denominator"])
    percentage = Texts(language).percent(row["value"]).replace("\u00a0", " ")
    assert percentage in words
    assert whole in words and f" {row['numerator']} " in words
    assert sample.SHA in words
    assert f"instroom explain {HAVO}" in words
    assert page.count("<h1") == 1
    assert words.count("Instroom") >= 1


def test_the_country_stands_beside_it_and_not_beside_itself(client):
    assert "Nederland: 44,1 %" in shown(client, HAVO)[0]
    own, _ = shown(client, HAVO.replace(":twente:", ":nl:"))
    assert "Nederland, schooljaar" in own
    assert "Nederland: " not in own


@pytest.mark.parametrize("safe", ["", ":", "/:=,", ":.="])
def test_the_address_may_be_encoded_in_any_way(client, safe):
    assert client.get(f"/nl/figure/{quote(HAVO, safe=safe)}/").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "onzin",
        "a:b:c",
        HAVO.replace("havo", "mavo"),
        HAVO + "x",
        "a/b/c",
        ":::",
        "é:è:ê",
        "x" * 3000,
    ],
)
@pytest.mark.parametrize("tail", ["", "?release=1"])
def test_a_figure_that_is_not_there_is_not_found_in_our_words(client, name, tail):
    response = client.get(f"/nl/figure/{quote(name)}/{tail}")
    assert response.status_code == 404
    assert "Deze pagina bestaat niet" in response.content.decode()


@pytest.mark.parametrize("asked", ["9", "x", "-1", "", "99999999999999999999"])
def test_a_release_that_is_not_there_is_not_today(client, asked):
    assert client.get(f"/nl/figure/{quote(HAVO)}/?release={asked}").status_code == 404


def test_an_older_release_says_its_own_number_and_leads_to_its_own_files(client):
    name, site = later()
    before, _ = shown(client, name)
    store_site(**site)
    now, _ = shown(client, name)
    then, page = shown(client, name, tail="?release=1")
    assert "50,0 %" in now
    assert "50,0 %" not in then
    assert before.partition("Waar het uit bestaat")[2][:60] in then
    assert "--release 1" in then
    assert "Dit is uitgave 1" in then
    files = re.findall(r'href="(/(?:api|download)/[^"]*)"', page)
    files.remove("/api/v1/openapi.json")
    assert len(files) == 2
    assert all("release=1" in link for link in files)
    (newest,) = re.findall(r'role="note">.*?href="([^"]*)"', page, re.DOTALL)
    assert "release" not in newest
    assert client.get(html.unescape(newest)).status_code == 200


def test_it_tells_what_changed_in_the_last_release_and_what_it_was(client):
    name, site = later()
    assert "Dit cijfer staat er sinds de eerste uitgave" in shown(client, name)[0]
    store_site(**site)
    said, _ = shown(client, name)
    assert "Dit cijfer veranderde in uitgave 2, van 24 november 2026 (veranderd bestand)." in said
    old = next(f for f in sample.figures() if f["id"] == name)["value"]
    assert f"Daarvoor was het {sample.percent(old)}".replace("\u00a0", " ") in said
    other = next(f["id"] for f in sample.figures() if f["id"] != name)
    assert "Sindsdien veranderde het niet." in shown(client, other)[0]


def test_json_and_csv_are_one_click_further(client):
    _, page = shown(client, HAVO)
    (json,) = re.findall(r'href="(/api/v1/explain/[^"]+)"', page)
    assert client.get(json).json()["id"] == HAVO
    (csv,) = re.findall(r'href="(/download/[^"]+)"', page)
    assert client.get(html.unescape(csv)).status_code == 200
    links = set(re.findall(r'href="(/nl/[^"#?]*)', page))
    assert {link for link in links if client.get(link).status_code != 200} == set()


def test_it_needs_few_questions_and_is_kept_like_any_public_page(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        first = client.get(f"/nl/figure/{quote(HAVO)}/")
    again = client.get(f"/nl/figure/{quote(HAVO)}/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
