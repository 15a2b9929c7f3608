"""Names and codes of places: repaired or refused, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.core.places import (
    Entry,
    Gazetteer,
    board_code,
    kind_of,
    location_code,
    municipality_code,
    normal,
)

LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F))
MUNICIPALITIES: dict[str, Entry] = {
    "GM0164": ("Hengelo", "PV23", "CR12", ["Hengelo (O.)"], ""),
    "GM0248": ("Hengelo (Gld.)", "PV25", "CR14", [], "GM1876"),
    "GM1876": ("Bronckhorst", "PV25", "CR14", [], ""),
    "GM0373": ("Bergen (NH.)", "PV27", "CR19", ["Bergen"], ""),
    "GM0893": ("Bergen (L.)", "PV31", "CR37", ["BERGEN LB", "Bergen"], ""),
    "GM0051": ("Skarsterlân", "PV21", "CR05", [], "GM1921"),
    "GM1921": ("De Friese Meren", "PV21", "CR05", [], "GM1940"),
    "GM1940": ("De Fryske Marren", "PV21", "CR05", [], ""),
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("S GRAVENHAGE", "'s-Gravenhage"),
        ("’s-Hertogenbosch", "'S HERTOGENBOSCH"),
        ("SUDWEST-FRYSLAN", "Súdwest-Fryslân"),
        ("NUENEN CA", "Nuenen C.A."),
        ("Bergen NH", "Bergen (NH.)"),
        ("RIJSSEN  HOLTEN ", "Rijssen-Holten"),
    ],
)
def test_normal_sees_one_name_in_two_spellings(written: str, meant: str) -> None:
    assert normal(written) == normal(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hengelo (O.)", "Hengelo (Gld.)"), ("Bergen (NH.)", "Bergen (L.)"), ("Haren", "Haaren")],
)
def test_normal_keeps_different_names_apart(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(LATIN)
def test_normal_changes_nothing_the_second_time(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.integers(1, 9999), st.sampled_from(["{}", " {}", "{:04d}", "GM{:04d}", "gm{}", "{}.0"]))
def test_municipality_code_repairs_every_spelling(number: int, form: str) -> None:
    assert municipality_code(form.format(number)) == f"GM{number:04d}"


@given(st.text())
def test_municipality_code_is_a_code_or_nothing(text: str) -> None:
    code = municipality_code(text)
    assert code is None or (kind_of(code) == "municipality" and municipality_code(code) == code)


@pytest.mark.parametrize(
    "text", ["", "0", "0000", "12345", "PV23", "1680.5", "-153", "15 3", "١٥٣"]
)
def test_municipality_code_refuses_what_is_none(text: str) -> None:
    assert municipality_code(text) is None


@given(
    st.from_regex(r"[0-9]{2}[A-Z]{2}", fullmatch=True),
    st.integers(0, 99),
    st.sampled_from(["{}", "{:02d}", " {}", "{}.0"]),
)
def test_location_code_repairs_every_spelling(brin: str, number: int, form: str) -> None:
    whole = f"{brin}{number:02d}"
    assert location_code(brin, form.format(number)) == whole
    assert location_code(brin.lower(), whole) == location_code("", whole) == whole
    assert kind_of(whole) == "location"
    assert kind_of(brin) == "institution"


@pytest.mark.parametrize(
    ("brin", "location"),
    [("", ""), ("00AH", ""), ("", "7"), ("00AH", "100"), ("00AH", "00AV00"), ("0AH", "0")],
)
def test_location_code_refuses_what_is_none(brin: str, location: str) -> None:
    assert location_code(brin, location) is None


@pytest.mark.parametrize("text", ["40631", "BG40631", " bg40631 ", "40631.0"])
def test_board_code_repairs_every_spelling(text: str) -> None:
    assert board_code(text) == "BG40631"


@pytest.mark.parametrize("text", ["", "4063", "406310", "GM0153", "BG"])
def test_board_code_refuses_what_is_none(text: str) -> None:
    assert board_code(text) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("GM0153", "municipality"),
        ("PV23", "province"),
        ("CR12", "corop"),
        ("nl", "country"),
        ("DE", "country"),
        ("EU27_2020", "country"),
        ("00AH00", "location"),
        ("00AH", "institution"),
        ("BG40631", "board"),
        ("twente", "region"),
    ],
)
def test_kind_of_reads_the_form(code: str, kind: str) -> None:
    assert kind_of(code) == kind


@pytest.mark.parametrize("code", ["", "153", "GM15", "Twente", "00AH0"])
def test_kind_of_refuses_other_forms(code: str) -> None:
    with pytest.raises(DataError) as caught:
        kind_of(code)
    assert caught.value.code == "unknown_place"


def test_gazetteer_tells_two_municipalities_of_one_name_apart() -> None:
    places = Gazetteer(MUNICIPALITIES)
    assert places.code_of("HENGELO") == places.code_of("Hengelo (O)") == "GM0164"
    assert places.code_of("Hengelo (Gld.)") == "GM0248"
    assert places.code_of("BERGEN NH") == "GM0373"
    assert places.code_of("Bergen Lb") == "GM0893"


def test_gazetteer_does_not_choose_between_two() -> None:
    places = Gazetteer(MUNICIPALITIES)
    assert places.code_of("Bergen") is None
    assert places.codes_of("bergen") == ("GM0373", "GM0893")


def test_gazetteer_does_not_know_other_names() -> None:
    places = Gazetteer(MUNICIPALITIES)
    assert places.code_of("Oefenveen") is None
    assert places.code_of("") is None
    assert places.codes_of("Oefenveen") == ()


def test_gazetteer_follows_mergers_to_the_end() -> None:
    places = Gazetteer(MUNICIPALITIES)
    assert places.current("GM0051") == places.current("GM1940") == "GM1940"
    assert places.current("GM9999") == "GM9999"


def test_gazetteer_says_what_it_knows_of_a_code() -> None:
    places = Gazetteer(MUNICIPALITIES)
    assert (places.name("GM0164"), places.province("GM0164")) == ("Hengelo", "PV23")
    assert places.corop("GM0164") == "CR12"
    assert "GM0164" in places
    assert "GM9999" not in places
    assert len(places) == len(list(places)) == len(MUNICIPALITIES)
    with pytest.raises(DataError) as caught:
        places.name("GM9999")
    assert caught.value.code == "unknown_place"


@pytest.mark.parametrize("target", ["GM0001", "GM0002", "GM0003"])
def test_gazetteer_refuses_mergers_that_lead_nowhere(target: str) -> None:
    with pytest.raises(DataError) as caught:
        Gazetteer(
            {"GM0001": ("A", "", "", [], target), "GM0002": ("B", "", "", [], "GM0001")},
        )
    assert caught.value.code == "broken_mergers"
