"""A school is found by what it was called before; a board is not of one municipality."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sample import SHA

from instroom.reports import site
from instroom.reports.place_facts import PlaceFacts
from instroom.reports.place_names import places_listed
from instroom.reports.results import load
from instroom_web.reports import finding
from instroom_web.reports.actions import store_site
from instroom_web.reports.models import Build

pytestmark = pytest.mark.django_db

BUILD = {"version": "0", "region": "twente", "example": False, "etag": "names"}
SCHOOL, BOARDS = "17VN08", ("BG35647", "BG40903", "BG40355")
FACTS = (
    PlaceFacts(secondary=40, primary=12, municipalities=19, here=3),
    PlaceFacts(secondary=5, primary=0, municipalities=1, here=5),
    PlaceFacts(),
)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    results = load()
    school = replace(results.places[SCHOOL], name="Het Kwartier", former=("Sint Joris", "De Toren"))
    results = replace(
        results,
        places={**results.places, SCHOOL: school},
        facts={**results.facts, **dict(zip(BOARDS, FACTS, strict=True))},
    )
    pages = [page.to_dict() for page in site.documents(results, "nl")[0]]
    found = [page for page in pages if str(page["key"]).startswith("place/")]
    places = places_listed(results.places, results.facts)
    key = "api/places/twente"
    return [*found, {"key": key, "language": "", "title": key, "data": places}]


@pytest.fixture
def build(rows: list[dict[str, object]]) -> Iterator[Build]:
    store_site(documents=rows, pictures={}, figures=[], inputs=[], build=BUILD)
    finding._index.cache_clear()
    yield Build.objects.latest("pk")
    finding._index.cache_clear()


@pytest.mark.parametrize("typed", ["Sint Joris", "toren", "Het Kwartier", "kwartier joris"])
def test_a_school_is_found_by_every_name_it_had(build: Build, typed: str) -> None:
    first = finding.index_of(build, "nl").find(typed)[0]
    assert (first.key, first.title) == (f"place/{SCHOOL}", "Het Kwartier")
    assert first.note.endswith("voorheen Sint Joris en De Toren")


def test_a_board_is_told_by_its_schools_and_not_by_one_municipality(build: Build) -> None:
    hits = {hit.key: hit for hit in finding.index_of(build, "nl").hits}
    notes = [hits[f"place/{code}"].note for code in BOARDS]
    assert notes == [
        "schoolbestuur, 52 scholen in 19 gemeenten",
        "schoolbestuur, 5 scholen in één gemeente",
        "schoolbestuur",
    ]


def test_no_two_hits_of_places_read_the_same(build: Build) -> None:
    places = [h for h in finding.index_of(build, "nl").hits if h.key.startswith("place/")]
    assert len({(h.title.casefold(), h.note) for h in places}) == len(places) > 300


def test_a_build_of_before_knew_no_earlier_names(rows: list[dict[str, object]]) -> None:
    old = [dict(row) for row in rows]
    new = ("former", "schools", "municipalities")
    data = old[-1]["data"]
    assert isinstance(data, list)
    old[-1]["data"] = [{k: v for k, v in place.items() if k not in new} for place in data]
    store_site(documents=old, pictures={}, figures=[], inputs=[], build={**BUILD, "etag": SHA})
    finding._index.cache_clear()
    hit = finding.index_of(Build.objects.latest("pk"), "nl").find("Het Kwartier")[0]
    assert "voorheen" not in hit.note
    finding._index.cache_clear()
