"""Schools, boards and municipalities: from address lists old and new, and never guessed."""

from pathlib import Path

import pytest

from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.region.organisations import Organisations
from unit.monitoring.small import AMSTERDAM, BRONCKHORST, ENSCHEDE, HENGELO, Table, address, store

pytest_plugins = ("unit.monitoring.reading",)
VO, PO, HO = "duo_school_addresses", "duo_po_addresses", "duo_ho_institutions"


def known(folder: Path, *tables: Table) -> Organisations:
    return store(folder, *tables).organisations


def merger(old: str, new: str, **columns: str) -> dict[str, str]:
    return {"from": old, "to": new, "complete": "J", "from_kind": "BAS"} | columns


def test_a_school_stands_where_its_address_says(tmp_path: Path) -> None:
    found = known(
        tmp_path, Table(VO, companion=[address("00AA00", HENGELO, "HENGELO OV", board="41234")])
    )
    location = found.location("00AA00")
    assert location is not None
    assert (location.municipality, location.board, location.name) == (
        HENGELO,
        "BG41234",
        "School 00AA00",
    )
    assert found.name("00AA00") == "School 00AA00"
    assert (found.location("00ZZ00"), found.name("00ZZ00")) == (None, None)


def test_the_list_that_knows_todays_municipalities_wins_and_an_old_one_knows_closed_schools(
    tmp_path: Path,
) -> None:
    old = [
        address("00AA00", "GM0010", "DELFZIJL", board="40001"),
        address("00AB00", "GM0003", "APPINGEDAM", board="40002"),
    ]
    new = [
        address("00AA00", ENSCHEDE, "ENSCHEDE", board="40003"),
        address("00AC00", AMSTERDAM, "AMSTERDAM", board="40004"),
    ]
    for name, tables in (("a", (old, new)), ("b", (new, old))):
        found = known(tmp_path / name, *(Table(PO, companion=lines) for lines in tables))
        assert found.municipality("00AA00", None, None) == ENSCHEDE
        assert found.board("00AA00", None) == "BG40003"
        assert found.municipality("00AB00", None, None) == "GM1979", "by its successor of today"
        assert found.board("00AB00", None) == "BG40002"


def test_what_the_file_states_comes_first_then_the_address_then_a_name(tmp_path: Path) -> None:
    lines = [address("00AA00", HENGELO, "HENGELO OV"), address("00AB00", ENSCHEDE, "GLANERBRUG")]
    found = known(tmp_path, Table(VO, companion=lines))
    assert found.municipality("00AA00", AMSTERDAM, "GLANERBRUG") == AMSTERDAM
    assert found.municipality("00AA00", "GM0010", None) == "GM1979"
    assert found.municipality("00AA00", None, "GLANERBRUG") == HENGELO
    assert found.municipality("00ZZ00", None, "Glanerbrug") == ENSCHEDE
    assert found.municipality("00ZZ00", None, None) is None
    assert found.municipality(None, None, "ATLANTIS") is None


def test_a_name_that_exists_twice_is_never_guessed_at(tmp_path: Path) -> None:
    lines = [address("00AA00", HENGELO, "HENGELO"), address("00AB00", BRONCKHORST, "HENGELO")]
    found = known(tmp_path, Table(VO, companion=lines))
    assert found.municipality("00AA00", None, "HENGELO") == HENGELO
    assert found.municipality("00AB00", None, "HENGELO") == BRONCKHORST
    assert found.municipality("00ZZ00", None, "HENGELO") is None


@pytest.mark.parametrize(
    ("locality", "municipality"),
    [("HENGELO OV", HENGELO), ("Hengelo Gld", BRONCKHORST), ("HENGELO", None)],
)
def test_publishers_tell_the_two_hengelos_apart(
    tmp_path: Path, locality: str, municipality: str | None
) -> None:
    lines = [
        address("00AA00", HENGELO, "HENGELO OV"),
        address("00AB00", BRONCKHORST, "HENGELO GLD"),
    ]
    found = known(tmp_path, Table(VO, companion=lines))
    assert found.municipality("00ZZ00", None, locality) == municipality


def test_place_names_come_from_cbs_too(tmp_path: Path) -> None:
    places = [{"locality_code": "WP1", "municipality": ENSCHEDE}]
    titles = [{"table": "Woonplaatsen", "key": "WP1", "title": "Boekelo"}]
    found = known(
        tmp_path,
        Table("cbs_localities", companion=places),
        Table("cbs_odata_metadata", companion=titles),
    )
    assert found.municipality(None, None, "BOEKELO") == ENSCHEDE


def test_the_board_of_today_goes_before_the_board_in_the_file(tmp_path: Path) -> None:
    lines = [address("00AA00", HENGELO, "HENGELO OV", board="41234")]
    found = known(tmp_path, Table(VO, companion=lines))
    assert found.board("00AA00", "BG40000") == "BG41234"
    assert found.board("00ZZ00", "BG40000") == "BG40000"
    assert found.board(None, None) is None


def test_closed_schools_are_followed_to_the_end(tmp_path: Path) -> None:
    lines = [merger("00PA", "00PB"), merger("00PB", "00PC")]
    found = known(tmp_path, Table("duo_brin_transitions", companion=lines))
    assert found.successor("00PA00") == "00PC00"
    assert found.successor("00PA") == "00PC"
    assert found.successor("00PC00") == "00PC00"


def test_schools_that_went_in_a_circle_do_not_hang_us(tmp_path: Path) -> None:
    lines = [merger("00PA", "00PB"), merger("00PB", "00PA")]
    found = known(tmp_path, Table("duo_brin_transitions", companion=lines))
    assert found.successor("00PA00") in {"00PA00", "00PB00"}


@pytest.mark.parametrize(
    "line",
    [
        merger("00PA", "00PB", complete="N"),
        merger("00PA", "00PB", from_kind="SBD"),
        merger("00PA", ""),
        merger("", "00PB"),
    ],
)
def test_a_part_of_a_school_and_a_partnership_are_no_successor(
    tmp_path: Path, line: dict[str, str]
) -> None:
    found = known(tmp_path, Table("duo_brin_transitions", companion=[line]))
    assert found.successor("00PA00") == "00PA00"


def test_a_school_that_went_into_one_with_more_locations_is_not_placed_in_one(
    tmp_path: Path,
) -> None:
    lines = [address("00PB00", HENGELO, "HENGELO OV"), address("00PB01", ENSCHEDE, "ENSCHEDE")]
    found = known(
        tmp_path,
        Table(PO, companion=lines),
        Table("duo_brin_transitions", companion=[merger("00PA", "00PB")]),
    )
    assert found.successor("00PA00") == "00PA00"
    assert found.successor("00PA") == "00PB"


def test_an_empty_directory_knows_nothing(tmp_path: Path) -> None:
    found = known(tmp_path)
    assert (found.locations, found.files) == ({}, ())
    assert found.municipality("00AA00", None, "ENSCHEDE") is None


def test_every_school_of_the_example_region_has_its_place(example_facts: ClassifiedCounts) -> None:
    found, towns = example_facts.organisations, set(registry.regions()["voorbeeld"].municipalities)
    assert found.locations
    assert {location.municipality for location in found.locations.values()} <= towns
    assert all((location.board or "").startswith("BG99") for location in found.locations.values())


@pytest.mark.shared
def test_the_two_real_hengelos(real_facts: ClassifiedCounts) -> None:
    found = real_facts.organisations
    assert found.municipality(None, None, "HENGELO OV") == HENGELO
    assert found.municipality(None, None, "HENGELO GLD") == BRONCKHORST
    assert found.municipality("19HG00", None, "HENGELO") == HENGELO
    assert found.municipality("10MT00", None, None) == BRONCKHORST
