"""Names of places: said once, and no two the same."""

from collections import Counter

import pytest

from example_region import SCHOOLS
from instroom.core.places import normal
from instroom.core.texts import Texts, languages
from instroom.inflow.ledger import RegisteredSchool
from instroom.reports.blocks import PlaceIndex
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.places import places_page
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.place_names import place_names, places_listed, told_apart
from instroom.reports.results import PlaceInfo, Results, load

COLLEGE = "Bonhoeffer College voor Gymnasium, Atheneum, Havo, VMBO, LWOO en PrO"


@pytest.fixture(scope="module")
def real() -> Results:
    return load()


def school(code: str, street: str = "", town: str = "", name: str = "De Bron") -> PlaceInfo:
    return PlaceInfo(code, name, "school_po", "GM0153", "", street, town)


def said(*places: PlaceInfo) -> list[str]:
    return [name.said for name in place_names({p.code: p for p in places}).values()]


def test_a_name_of_its_own_needs_no_street() -> None:
    assert said(school("00AA00", "Laan 1", "GOOR")) == ["De Bron"]


def test_the_street_tells_apart_then_the_town_then_the_code() -> None:
    assert said(school("00AA00", "Laan 1"), school("00BB00", "Laan 2")) == [
        "De Bron, Laan 1",
        "De Bron, Laan 2",
    ]
    assert said(school("00AA00", "Laan 1", "GOOR"), school("00BB00", "Laan 1", "HENGELO OV")) == [
        "De Bron, Laan 1, Goor",
        "De Bron, Laan 1, Hengelo",
    ]
    assert said(school("00AA00", "Laan 1", "GOOR"), school("00BB00", "Laan 1", "GOOR")) == [
        "De Bron, Laan 1, Goor, 00AA00",
        "De Bron, Laan 1, Goor, 00BB00",
    ]


def test_who_has_no_street_gets_none() -> None:
    assert said(school("00AA00", "Laan 1", "GOOR"), school("00BB00")) == [
        "De Bron, Laan 1",
        "De Bron, Enschede",
    ]


@pytest.mark.parametrize("other", ["DE BRON", "de bron", "De Brón", "De  Bron"])
def test_names_that_only_differ_in_writing_are_the_same(other: str) -> None:
    found = said(school("00AA00", "Laan 1"), school("00BB00", "Laan 2", name=other))
    assert found[0] == "De Bron, Laan 1"
    assert found[1].endswith(", Laan 2")


def test_a_school_called_like_its_municipality_is_told_from_it() -> None:
    town = PlaceInfo("GM0153", "Enschede", "municipality")
    assert said(town, school("00AA00", "Laan 1", name="Enschede")) == [
        "Enschede",
        "Enschede, Laan 1",
    ]


def test_a_name_that_tells_one_apart_may_be_that_of_another() -> None:
    found = said(
        school("00AA00", name="De Bron, Laan 1"),
        school("00BB00", "Laan 1"),
        school("00CC00", "Laan 2"),
    )
    assert found == ["De Bron, Laan 1, 00AA00", "De Bron, Laan 1, 00BB00", "De Bron, Laan 2"]


def test_two_places_that_are_no_schools_are_told_apart_too() -> None:
    towns = [PlaceInfo(code, "Hengelo", "municipality") for code in ("GM0164", "GM9999")]
    assert said(*towns) == ["Hengelo, GM0164", "Hengelo, GM9999"]


def test_six_locations_of_one_college_are_six(real: Results) -> None:
    names = place_names(real.places)
    codes = [code for code in names if code[:4] == "17VN"]
    mine = [names[code] for code in codes]
    assert len(mine) == 6
    assert {real.places[code].name for code in codes} <= {COLLEGE, "Bonhoeffer College"}
    assert {name.short for name in mine} == {"Bonhoeffer College"}
    assert len({name.said for name in mine}) == 6
    assert all(name.street and name.street in name.said for name in mine)


def test_no_two_places_of_the_real_region_have_the_same_name(real: Results) -> None:
    for language in languages():
        t = Texts(language)
        writer = PageWriter(FigureIndex(real), t, PictureQueue(t, example=False))
        titles = Counter(writer.name(code).casefold() for code in real.places)
        assert len(titles) == len(real.places) > 300


def test_a_row_of_a_place_keeps_the_name_of_its_publisher(real: Results) -> None:
    rows = places_listed(real.places, real.facts)
    assert [row["code"] for row in rows] == sorted(real.places)
    row = next(row for row in rows if row["code"] == "17VN08")
    assert row == {
        "code": "17VN08",
        "kind": "school_vo",
        "name": COLLEGE,
        "said": "Bonhoeffer College, Vlierstraat 75",
        "short": "Bonhoeffer College",
        "street": "Vlierstraat 75",
        "town": "Enschede",
        "municipality": "Enschede",
        "former": [],
        "schools": None,
        "municipalities": None,
    }


# --- the index of places ------------------------------------------------------------------------


def index_of(results: Results) -> list[PlaceIndex]:
    t = Texts("nl")
    page = places_page(PageWriter(FigureIndex(results), t, PictureQueue(t, example=False)))
    return [block for block in page.blocks if isinstance(block, PlaceIndex)]


def test_every_place_stands_in_the_index_once(real: Results) -> None:
    choices = [choice for block in index_of(real) for choice in block.choices]
    links = [link for choice in choices for group in choice.groups for link in group.links]
    links += [choice.page for choice in choices if choice.page]
    assert sorted(link.url for link in links) == sorted(f"place/{code}" for code in real.places)


def test_a_school_stands_under_its_municipality_secondary_first(real: Results) -> None:
    towns, _ = index_of(real)
    names = [choice.heading for choice in towns.choices]
    assert names == sorted(names)
    for choice in towns.choices:
        labels = [group.label for group in choice.groups]
        assert labels == sorted(labels, key=["Voortgezet onderwijs"].__contains__, reverse=True)
        for group in choice.groups:
            codes = [link.url.partition("/")[2] for link in group.links]
            assert {real.places[code].municipality for code in codes} == {choice.anchor}
            names = [normal(link.text) for link in group.links]
            assert names == sorted(names)


def test_a_school_in_no_municipality_is_not_lost() -> None:
    places = {"00AA00": PlaceInfo("00AA00", "De Bron", "school_po")}
    (block,) = index_of(Results("twente", load().published, {}, places))
    (choice,) = block.choices
    assert [link.url for group in choice.groups for link in group.links] == ["place/00AA00"]


def test_without_places_the_page_says_so() -> None:
    assert index_of(Results("twente", load().published, {}, {})) == []


def test_schools_at_work_are_called_as_on_the_public_pages() -> None:
    """A list of schools of which several are called alike asks people to know codes by heart."""
    ends = {"Laan 1": "10AA01", "Laan 2": "10AA02", "": "10AA03"}
    given = [
        RegisteredSchool(code, "Het College voor Havo", "vo", "GM0153", street=street)
        for street, code in ends.items()
    ]
    names = [one.name for one in told_apart([*given, *SCHOOLS])]
    assert names[:2] == ["Het College, Laan 1", "Het College, Laan 2"]
    assert len(set(names)) == len(names) == len(SCHOOLS) + 3
    public = {code: PlaceInfo(code, "Het College voor Havo", "school_vo", "GM0153", street=street)
              for street, code in ends.items()}  # fmt: skip
    assert names[:3] == [name.said for name in place_names(public).values()]
