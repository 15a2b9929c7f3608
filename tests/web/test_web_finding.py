"""From the search field to "my school": by name, street, place, code, or with a typing error."""

import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import quote

import numpy as np
import pytest

from instroom.core.texts import languages
from instroom.reports import site
from instroom.reports.place_names import PlaceRow, places_listed
from instroom.reports.results import load
from instroom_web.reports import finding, queries
from instroom_web.reports.actions import store_site
from instroom_web.reports.models import StoredDocument

pytestmark = pytest.mark.django_db
BUILD = {"version": "0", "region": "twente", "example": False, "etag": "schools"}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    """Return the pages of the real region that travels with the software, in two languages."""
    results = load()
    pages = [page.to_dict() for say in ("nl", "de") for page in site.documents(results, say)[0]]
    kept = ("place/", "places", "glossary", "indicator/")
    found = [page for page in pages if not page["key"] or str(page["key"]).startswith(kept)]
    places = places_listed(results.places, results.facts)
    key = "api/places/twente"
    return [*found, {"key": key, "language": "", "title": key, "data": places}]


@pytest.fixture
def region(rows: list[dict[str, object]]) -> Iterator[list[PlaceRow]]:
    """Store the real region; return its schools."""
    store_site(documents=rows, pictures={}, figures=[], inputs=[], build=BUILD)
    finding._index.cache_clear()
    real = load()
    rows_of = places_listed(real.places, real.facts)
    yield [row for row in rows_of if row["kind"].startswith("school")]
    finding._index.cache_clear()


def swapped(word: str) -> str:
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def dropped(word: str) -> str:
    return word[: len(word) // 2] + word[len(word) // 2 + 1 :]


def doubled(word: str) -> str:
    return word[: len(word) // 2] + word[len(word) // 2 :][:1] + word[len(word) // 2 :]


def mistyped(row: PlaceRow, error: Callable[[str], str]) -> str:
    """Return the short name with an error in its longest word."""
    words = row["short"].split()
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    return " ".join([*words[:longest], error(words[longest]), *words[longest + 1 :]])


TYPED: dict[str, Callable[[PlaceRow], str]] = {
    "short name": lambda row: row["short"],
    "name of the publisher": lambda row: row["name"],
    "street": lambda row: row["street"],
    "street and town": lambda row: f"{row['street']} {row['town']}" if row["street"] else "",
    "name and place": lambda row: f"{row['short']} {row['town'] or row['municipality']}",
    "name and municipality": lambda row: f"{row['short']} {row['municipality']}".upper(),
    "code": lambda row: row["code"].lower(),
    "swapped letters": lambda row: mistyped(row, swapped),
    "a letter too few": lambda row: mistyped(row, dropped),
    "a letter twice": lambda row: mistyped(row, doubled),
}


def chosen(schools: list[PlaceRow]) -> list[PlaceRow]:
    picked = np.random.default_rng(9).choice(len(schools), 50, replace=False)
    return [schools[number] for number in picked]


@pytest.mark.parametrize("way", TYPED)
def test_fifty_schools_are_one_click_behind_the_search(client, region, way):
    tried = 0
    for row in chosen(region):
        typed = TYPED[way](row)
        if not typed:
            continue
        tried += 1
        html = client.get("/nl/search/", {"q": typed}).content.decode()
        assert f'href="/nl/place/{row["code"]}/"' in html, (typed, row["said"])
        offered = client.get("/nl/search/suggest/", {"q": typed}).json()["found"]
        assert f"/nl/place/{row['code']}/" in [one["url"] for one in offered], typed
    assert tried > 30


def test_an_answer_takes_less_than_fifty_milliseconds(client, region):
    client.get("/nl/search/?q=warm")
    spent = []
    for row in chosen(region):
        for way in TYPED.values():
            before = time.process_time()
            client.get("/nl/search/suggest/", {"q": way(row)})
            spent.append(time.process_time() - before)
    assert sorted(spent)[int(len(spent) * 0.95)] < 0.05


@pytest.mark.parametrize("typed", ["bonhoeffer", "Bonhoefer", "BONHOEFFER college", "bonhoeffre"])
def test_six_locations_of_one_college_are_told_apart(client, region, typed):
    assert region
    html = client.get("/nl/search/", {"q": typed}).content.decode()
    titles = re.findall(r'<a href="/nl/place/17VN\d\d/"><b>([^<]*)</b>', html)
    assert len(titles) == len(set(titles)) == 6
    assert all(title.startswith("Bonhoeffer College, ") for title in titles)
    assert html.count("school voor voortgezet onderwijs, Enschede") == 6


def test_a_municipality_comes_before_what_is_in_it(client, region):
    assert region
    found = client.get("/nl/search/suggest/?q=enschede").json()["found"]
    assert found[0] == {"title": "Enschede", "note": "gemeente", "url": "/nl/place/GM0153/"}
    assert len(found) == 8


def test_one_hit_is_still_a_list(client, region):
    assert region
    answer = client.get("/nl/search/?q=Geessinkweg")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "1 resultaat voor “Geessinkweg”." in html
    assert html.count('<a href="/nl/place/') == 1


@pytest.mark.parametrize(
    ("language", "term"),
    [("nl", "profielkeuze"), ("de", "Profilwahl"), ("de", "technisches Profil")],
)
def test_terms_and_titles_are_found_in_the_language_of_the_page(client, region, language, term):
    assert region
    html = client.get(f"/{language}/search/", {"q": term}).content.decode()
    assert f'href="/{language}/' in html
    assert '<ol class="results"' in html
    results = html.partition('<ol class="results"')[2].partition("</ol>")[0]
    assert set(re.findall(r'href="/(\w\w)/', results)) == {language}


def test_what_a_reader_cannot_tell_apart_is_offered_once(client, region):
    assert region
    found = client.get("/nl/search/suggest/?q=technisch profiel").json()["found"]
    assert "/nl/indicator/technical_profile_share/" in [one["url"] for one in found]
    assert len({(one["title"], one["note"]) for one in found}) == len(found)


def test_languages_are_never_mixed(client, region):
    assert region
    notes = {}
    for language in ("nl", "de"):
        found = client.get(f"/{language}/search/suggest/?q=bonhoeffer").json()["found"]
        assert all(one["url"].startswith(f"/{language}/") for one in found)
        notes[language] = {one["note"] for one in found if "/17VN" in one["url"]}
    assert len(notes["nl"]) == len(notes["de"]) == 1
    assert notes["nl"] != notes["de"]


def test_another_build_has_another_index(client, region, rows):
    assert region
    before = client.get("/nl/search/suggest/?q=bonhoeffer").json()["found"]
    assert any("/17VN" in one["url"] for one in before)
    left = [row for row in rows if "17VN" not in str(row["key"])]
    store_site(documents=left, pictures={}, figures=[], inputs=[], build={**BUILD, "etag": "two"})
    after = client.get("/nl/search/suggest/?q=bonhoeffer").json()["found"]
    assert not any("/17VN" in one["url"] for one in after)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "'", '"><script>alert(1)</script>', "%00", "\x00", "a" * 5000, "🙂", "é" * 90),
        *("--", "_%", "((((", "\\", "NULL", "' OR 1=1 --", "﷽", "a b c d e f g h i j k l"),
    ],
)
def test_whatever_is_typed_gets_an_answer(client, language, typed):
    for path in ("search/", "search/suggest/"):
        answer = client.get(f"/{language}/{path}", {"q": typed})
        assert answer.status_code == (404 if "\x00" in typed else 200)
        assert "<script>alert" not in answer.content.decode()
    asked = client.get(f"/{language}/search/", {"q": typed})
    if asked.status_code == 200 and typed.strip().isascii() and 0 < len(typed.strip()) < 50:
        assert typed.strip() in unescape(asked.content.decode()).replace("\ufffd", "")


def test_nothing_typed_offers_the_index_of_places(client):
    html = client.get("/nl/search/").content.decode()
    assert 'href="/nl/places/"' in html
    assert client.get("/nl/search/suggest/").json() == {"found": []}


def test_a_school_is_asked_for_by_any_name_that_is_only_its_own(region):
    row = next(row for row in region if row["code"] == "17VN08")
    names = [row["said"], row["code"].lower(), row["name"], row["short"], "niets"]
    assert queries.place_codes(names) == {row["said"]: "17VN08", row["code"].lower(): "17VN08"}
    alone = next(r for r in region if r["name"] != r["short"] and r["said"] == r["short"])
    assert queries.place_codes([alone["name"]]) == {alone["name"]: alone["code"]}


def test_no_two_pages_of_places_have_the_same_title(region):
    assert region
    for language in ("nl", "de"):
        pages = StoredDocument.objects.filter(language=language, key__startswith="place/")
        titles = [title.casefold() for title in pages.values_list("title", flat=True)]
        assert len(titles) == len(set(titles)) > 300


@pytest.mark.parametrize("language", languages())
def test_every_search_form_works_without_script_and_offers_while_typing(client, language):
    html = client.get(f"/{language}/search/").content.decode()
    forms = re.findall(r"<form\b[^>]*>", html)
    searches = [form for form in forms if 'role="search"' in form]
    assert len(searches) == 2
    for form in searches:
        assert f'action="/{language}/search/"' in form
        assert f'data-suggest="/{language}/search/suggest/"' in form
        assert all(f"data-{word}=" in form for word in ("label", "one", "many"))
        assert "#" in re.search(r'data-many="([^"]*)"', form)[1]
    assert 'type="search"' in html and 'type="submit"' in html


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("", "", 0), ("ab", "ba", 1), ("abc", "acb", 1), ("abc", "", 3), ("stork", "strok", 1),
     ("ca", "abc", 3), ("haarschool", "haarschool", 0), ("kitten", "sitting", 3)],
)  # fmt: skip
def test_typing_errors_are_counted(one, other, steps):
    assert finding.distance(one, other) == finding.distance(other, one) == steps


# --- what hardly fits is no result -----------------------------------------------------------

NONSENSE = (
    "'\"<script>alert(1)</script>", "t rutbeek", "'t rutbeek", "rutbeek 9", "xqzk", "1 2 3",
    "../../etc/passwd", "select * from users", "asdf 1", "a b c d e f g h i j",
)  # fmt: skip


@pytest.mark.parametrize("typed", NONSENSE)
def test_a_word_that_nothing_has_is_not_made_up_for_by_one_that_everything_has(
    client, region, typed
):
    assert region
    html = client.get("/nl/search/", {"q": typed}).content.decode()
    assert "Niets gevonden voor" in html
    assert client.get("/nl/search/suggest/", {"q": typed}).json()["found"] == []


@pytest.mark.parametrize(
    ("typed", "first", "most"),
    [
        ("bonhoeffer hogeschool", "17VN", 10),
        ("waar is mijn school in enschede", "GM0153", 100),
        ("Geessinkweg 7", "17VN", 3),
        ("kottenprak enschede", "00AH00", 100),
        ("grutterprak enschede", "GM0153", 100),
    ],
)
def test_the_telling_words_find_when_others_do_not(client, region, typed, first, most):
    assert region
    index = finding.index_of(queries.latest_build(), "nl")
    found = index.find(typed)
    assert 0 < len(found) <= most
    assert found[0].key.startswith(f"place/{first}")
    assert client.get("/nl/search/", {"q": typed}).status_code == 200


def test_each_hit_fits_at_least_a_part_as_well_as_the_first(region):
    index = finding.index_of(queries.latest_build(), "nl")
    for row in chosen(region):
        for word in row["short"].split():
            meant = {word: list(index._meant(finding.normal(word)))}
            scores = index._scored(meant)
            best = max(scores.values(), default=0.0)
            numbers = {hit.key: number for number, hit in enumerate(index.hits)}
            for hit in index.find(word):
                assert scores.get(numbers[hit.key], best) >= finding.FAINT * best, (word, hit)


@pytest.mark.parametrize(
    "path", ["search/?q={}", "?q={}", "changes/?{}=1", "places/?x={}", "search/?q={}&page=2", "{}/"]
)
def test_what_is_asked_does_not_come_back_whole(client, region, path):
    """An address of 20,000 letters must not make a page of 100 kB."""
    assert region
    for letter in ("x", "<", "school "):
        long = letter * 20_000
        asked = client.get(f"/nl/{path.format(quote(long))}").content.decode()
        short = client.get(f"/nl/{path.format(quote(letter * 20))}").content.decode()
        assert len(asked) < len(short) + 5_000, (path, letter)


def test_the_other_languages_keep_what_was_asked(client, region):
    assert region
    html = client.get("/nl/search/", {"q": "Hengelo & Borne", "page": "2"}).content.decode()
    assert 'href="/de/search/?q=Hengelo+%26+Borne&amp;page=2"' in html
    assert 'href="/en/glossary/"' in client.get("/nl/glossary/").content.decode()
