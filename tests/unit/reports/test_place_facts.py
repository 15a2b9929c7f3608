"""What lists say of a place: schools of the register of now, never a nought for unknown."""

from pathlib import Path

import pytest

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports.board_names import board_name, common_name
from instroom.reports.place_facts import PlaceFacts, place_facts
from unit.monitoring.small import AMSTERDAM, ENSCHEDE, HENGELO, Table, address, row, store

TWENTE = registry.regions()["twente"]
BOARD, OTHER = "BG12345", "BG54321"


def lists(*schools: tuple[str, str, str], source: str = "duo_school_addresses") -> Table:
    lines = [address(code, town, town, board=board) for code, town, board in schools]
    return Table(source, companion=lines)


def test_a_board_has_all_its_schools_in_the_country(tmp_path: Path) -> None:
    facts = store(
        tmp_path,
        lists(("00AA00", ENSCHEDE, "12345"), ("00AB00", AMSTERDAM, "12345"),
              ("00AC00", AMSTERDAM, "54321")),
        lists(("00PA00", HENGELO, "12345"), source="duo_po_addresses"),
    )  # fmt: skip
    found = place_facts([BOARD, OTHER, ENSCHEDE, HENGELO], TWENTE, facts)
    assert found[BOARD] == PlaceFacts(2, 1, 3, 2, None)
    assert found[BOARD].schools == 3
    assert found[OTHER] == PlaceFacts(1, 0, 1, 0, None)
    assert (found[HENGELO].secondary, found[HENGELO].primary) == (0, 1)
    assert (found[ENSCHEDE].secondary, found[ENSCHEDE].municipalities) == (1, None)


def test_without_a_register_nothing_is_said_of_schools(tmp_path: Path) -> None:
    """A nought would say that there is no school."""
    facts = store(tmp_path, Table("duo_school_addresses", companion=None))
    found = place_facts([BOARD, ENSCHEDE], TWENTE, facts)
    assert found == {BOARD: PlaceFacts(), ENSCHEDE: PlaceFacts()}
    one = place_facts([ENSCHEDE], TWENTE, store(tmp_path / "b", lists(("00AA00", HENGELO, ""))))
    assert (one[ENSCHEDE].secondary, one[ENSCHEDE].primary) == (0, None)


def test_the_density_is_of_the_newest_file_and_unknown_without_one(tmp_path: Path) -> None:
    def density(year: str, n: float | None) -> Table:
        rows = [row(year, n, measure="address_density", municipality=ENSCHEDE)]
        rows.append(row(year, 158000, measure="population", municipality=HENGELO))
        return Table("cbs_areas", rows)

    facts = store(tmp_path, density("2019", 2126), density("2015", 1999))
    found = place_facts([ENSCHEDE, HENGELO], TWENTE, facts)
    assert (found[ENSCHEDE].density, found[HENGELO].density) == (2126, None)


@pytest.mark.parametrize("read", ["duo_school_addresses", "duo_po_addresses"])
def test_a_register_that_was_not_read_is_no_nought(read: str, tmp_path: Path) -> None:
    facts = store(tmp_path, lists(("00AA00", ENSCHEDE, "12345"), source=read))
    found = place_facts([BOARD], TWENTE, facts)[BOARD]
    assert (found.schools, found.municipalities, found.here) == (None, None, None)
    assert {found.secondary, found.primary} == {1, None}


def test_a_school_of_which_no_list_says_where_it_stands_is_in_no_municipality(
    tmp_path: Path,
) -> None:
    facts = store(
        tmp_path,
        lists(("00AA00", ENSCHEDE, "12345"), ("00AB00", "", "12345"), ("00AC00", HENGELO, "54321")),
        lists(("00PA00", HENGELO, "54321"), source="duo_po_addresses"),
    )
    found = place_facts([BOARD, OTHER, "GM0141", HENGELO], TWENTE, facts)
    assert found[BOARD] == PlaceFacts(2, 0, None, None, None)
    assert found[OTHER] == PlaceFacts(1, 1, 1, 2, None), "a board of whose schools all is known"
    assert (found["GM0141"].secondary, found["GM0141"].primary) == (None, 0), "it may stand there"
    assert found[HENGELO].secondary == 1


# --- names of boards ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (["Het Stedelijk Lyceum"], "Het Stedelijk Lyceum"),
        (["Reggesteyn", "Reggesteyn Noetsele"], "Reggesteyn"),
        (["De Bron", "De Wending"], ""),
        (["Het College", "Het College"], ""),
        (["Stork College", "Stork Lyceum"], "Stork"),
        (["Storkcollege", "Stork Lyceum"], ""),
        ([], ""),
    ],
)
def test_only_whole_words_that_are_a_name_are_shared(names: list[str], shared: str) -> None:
    assert common_name(names) == shared


def test_a_board_without_schools_here_keeps_its_code() -> None:
    assert board_name("BG1", [], Texts("nl")) == "Bestuur BG1"


def test_a_board_of_many_names_is_called_after_the_one_that_most_have() -> None:
    names = ["Aa", "Zeecollege", "Zeecollege", "Bee"]
    said = board_name("BG1", names, Texts("nl"))
    assert said == "Bestuur van Zeecollege en andere scholen (BG1)"
    assert said == board_name("BG1", names[::-1], Texts("nl")), "whatever their order"
