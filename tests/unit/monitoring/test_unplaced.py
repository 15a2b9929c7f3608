"""A school that the register lacks is placed by other files, or told to have no place."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure, Unplaced, unplaced_of
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.explanation import explain
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.monitoring.stated import stated_places
from instroom.reports.results import compute_results
from instroom.sources.store import Store
from unit.monitoring.small import (
    AMSTERDAM,
    ENSCHEDE,
    HENGELO,
    Table,
    address,
    exam,
    figures,
    row,
    store,
)

pytest_plugins = ("unit.monitoring.reading",)

LEFT, EXAM, LIST = "duo_early_leavers", "duo_exam_candidates", "duo_school_addresses"
#: School -> municipality, board, pupils; every sum of pupils is of one set of schools only.
SCHOOLS = {
    "00AA00": (ENSCHEDE, "11111", 1),
    "00AB00": (ENSCHEDE, "22222", 2),
    "00AC00": (HENGELO, "11111", 4),
    "00AD00": (AMSTERDAM, "22222", 8),
}
BOARDS = ("BG11111", "BG22222")


def leavers(*, schools: Any = SCHOOLS) -> Table:
    rows = []
    for code in schools:
        pupils = 1000 * SCHOOLS[code][2]
        rows.append(row("2014-2015", pupils, measure="pupils", place=code))
        rows.append(row("2014-2015", SCHOOLS[code][2], measure="early_leavers", place=code))
    return Table(LEFT, rows)


def register(*codes: str) -> Table:
    lines = [address(c, SCHOOLS[c][0], SCHOOLS[c][0], board=SCHOOLS[c][1]) for c in codes]
    return Table(LIST, companion=lines)


def candidates(code: str, period: str = "2018-2019", **columns: Any) -> Table:
    return Table(EXAM, [exam(period, 9, "nt", **{"place": code, **columns})])


def asked(facts: ClassifiedCounts, *places: str, **more: Any) -> dict[str, Figure]:
    return {f.place: f for f in figures(facts, "early_leavers", *places, **more) if f.period}


def people(figure: Figure | None) -> int:
    whole = figure.denominator if figure else None
    return whole.low if whole else 0


@pytest.mark.parametrize("gone", [c for n in range(5) for c in itertools.combinations(SCHOOLS, n)])
def test_whatever_the_register_lacks_nobody_goes_without_being_told(
    tmp_path: Path, gone: tuple[str, ...]
) -> None:
    """Everybody is in a municipality and under a board, or in what their figures say is lost."""
    left = [code for code in SCHOOLS if code not in gone]
    facts = store(tmp_path, leavers(), *([register(*left)] if left else []))
    whole = 1000 * 15
    found = asked(facts, "nl", ENSCHEDE, HENGELO, AMSTERDAM, *BOARDS)
    assert (people(found["nl"]), found["nl"].unplaced) == (whole, None)
    lost = sum(1000 * SCHOOLS[code][2] for code in gone)
    for places in ((ENSCHEDE, HENGELO, AMSTERDAM), BOARDS):
        shown = [found[p] for p in places if found[p].numbered]
        assert sum(map(people, shown)) + lost == whole
        told = Unplaced(len(gone), Count(lost)) if gone else None
        assert {f.unplaced for f in shown} <= {told}
        silent = [found[p] for p in places if not found[p].numbered]
        assert not silent or {f.reason for f in silent} == {"place_not_known"}


@pytest.mark.parametrize("gone", SCHOOLS)
def test_another_file_places_what_the_register_lacks(tmp_path: Path, gone: str) -> None:
    left = [code for code in SCHOOLS if code != gone]
    town = SCHOOLS[gone][0]
    facts = store(tmp_path, leavers(), register(*left), candidates(gone, municipality=town))
    found = asked(facts, ENSCHEDE, HENGELO, AMSTERDAM)
    assert [people(found[p]) for p in (ENSCHEDE, HENGELO, AMSTERDAM)] == [3000, 4000, 8000]
    assert {f.unplaced for f in found.values()} == {None}
    # no file states its board, and the board's figure says so
    boards = asked(facts, *BOARDS)
    assert {f.unplaced for f in boards.values()} == {Unplaced(1, Count(1000 * SCHOOLS[gone][2]))}


def test_the_row_comes_first_then_the_register_then_the_newest_file(tmp_path: Path) -> None:
    own, listed = leavers(schools=["00AA00", "00AB00"]), register("00AB00")
    for one in own.rows:
        one["municipality"] = HENGELO if one["place"] == "00AA00" else None
    lost = leavers(schools=["00AC00"])
    own.rows += lost.rows
    facts = store(
        tmp_path,
        own,
        listed,
        candidates("00AC00", "2023-2024", municipality=AMSTERDAM),
        *(candidates(code, municipality=ENSCHEDE) for code in SCHOOLS),
        *(candidates(code, "2024-2025", municipality=HENGELO) for code in ("00AA00", "00AB00")),
    )
    found = asked(facts, ENSCHEDE, HENGELO, AMSTERDAM)
    # 00AA00 by its row; 00AB00 by the register; 00AC00 by the newest file that names it
    assert [people(found[p]) for p in (HENGELO, ENSCHEDE, AMSTERDAM)] == [1000, 2000, 4000]


def test_a_school_with_two_municipalities_in_the_newest_period_is_not_guessed_at(
    tmp_path: Path,
) -> None:
    both = Table(EXAM, [])
    for town in (ENSCHEDE, HENGELO):
        both.rows += candidates("00AC00", "2023-2024", municipality=town).rows
    facts = store(tmp_path / "a", leavers(schools=["00AC00"]), both)
    assert asked(facts, ENSCHEDE)[ENSCHEDE].reason == "place_not_known"
    before = candidates("00AC00", "2015-2016", municipality=AMSTERDAM).rows
    both.rows = [*before, *both.rows]
    facts = store(tmp_path / "b", leavers(schools=["00AC00"]), both)
    assert asked(facts, AMSTERDAM)[AMSTERDAM].reason == "place_not_known", "no older place either"


def test_an_invented_file_or_an_excerpt_places_no_real_school(tmp_path: Path) -> None:
    for name in ("example", "excerpt"):
        stated = candidates("00AC00", municipality=HENGELO)
        setattr(stated, name, True)
        facts = store(tmp_path / name, leavers(schools=["00AC00"]), stated)
        assert asked(facts, HENGELO)[HENGELO].reason == "place_not_known"


def test_the_answer_is_the_same_whatever_was_asked_before(tmp_path: Path) -> None:
    tables = (leavers(), register("00AA00"), candidates("00AC00", municipality=HENGELO))
    at_once = asked(store(tmp_path / "a", *tables), "twente")
    facts = store(tmp_path / "b", *tables)
    for indicator in registry.indicators():
        series(IndicatorQuery(indicator, ("twente", HENGELO)), facts)
    assert asked(facts, "twente") == at_once
    facts.forget()
    assert asked(facts, "twente") == at_once


def test_a_file_that_places_a_school_makes_what_was_kept_old(tmp_path: Path) -> None:
    """The kept figures of early leavers are not of a time when nobody knew where it stood."""

    def pupils(facts: ClassifiedCounts) -> list[int]:
        found = compute_results("twente", facts).published.figures
        return [
            people(f) for f in found if (f.indicator, f.place) == ("early_leavers", "twente")
        ]  # fmt: skip

    made, listed = leavers(), register("00AA00", "00AB00", "00AD00")
    made.rows += [{**one, "place": "00AE00"} for one in made.rows if one["place"] == "00AA00"]
    listed.companion = [*(listed.companion or ()), address("00AE00", ENSCHEDE, ENSCHEDE)]
    tables = (made, listed)
    assert pupils(store(tmp_path, *tables))[0] == 4000
    store(tmp_path / "other", candidates("00AC00", municipality=HENGELO))
    (placing,) = (tmp_path / "other/files").iterdir()
    placing.rename(tmp_path / "files" / placing.name)
    facts = ClassifiedCounts(Store(tmp_path))
    assert pupils(facts)[0] == 8000
    results = compute_results("twente", facts)
    assert placing.name in results.helpers, "whoever computes it again needs this file"


def test_of_a_part_with_hidden_cells_no_lowest_number_is_told(tmp_path: Path) -> None:
    """Boys and girls without a place say no more of a hidden cell than everybody together."""
    rows = [
        exam("2018-2019", n, "nt", place=place, municipality=town, gender=gender)
        for place, town in (("00AA00", ENSCHEDE), ("00ZZ00", None))
        for gender, n in (("male", 7.0), ("female", "<5"), ("total", 9.0))
    ]
    facts = store(tmp_path, Table(EXAM, rows))
    name = "technical_profile_share"
    (whole,) = figures(facts, name)
    assert whole.unplaced == Unplaced(1, Count(9))
    parts = {dict(f.by)["gender"]: f.unplaced for f in figures(facts, name, by=("gender",))}
    assert parts["female"] == Unplaced(1, Count(0, 4))
    assert parts["male"] == Unplaced(1, Count(0, 7))


def test_where_nothing_has_to_be_known_nobody_is_lost(tmp_path: Path) -> None:
    facts = store(tmp_path, leavers(), register("00AA00"))
    for places, by in ((("00AA00", "nl"), ()), (("twente",), ("school",))):
        assert {f.unplaced for f in figures(facts, "early_leavers", *places, by=by)} == {None}
    by_town = figures(facts, "early_leavers", "nl", by=("municipality",))
    assert {f.unplaced for f in by_town} == {Unplaced(3, Count(14000))}


@pytest.mark.parametrize("lost", [None, Unplaced(3, Count(7)), Unplaced(1, Count(0, 9))])
def test_who_has_no_place_is_written_and_read_back(lost: Unplaced | None) -> None:
    figure = Figure("x", "2020", "nl", "missing", unplaced=lost)
    assert unplaced_of(figure.to_dict().get("unplaced")) == lost


# --- the publishers' own files --------------------------------------------------------------------


def test_the_places_of_early_leavers_add_up_to_the_country(real_facts: ClassifiedCounts) -> None:
    gaz = gazetteer()
    towns = tuple(code for code in gaz if gaz.current(code) == code)
    found = asked(real_facts, "nl", "twente", *towns)
    (lost,) = {f.unplaced for code, f in found.items() if code != "nl" and f.numbered}
    assert lost is not None
    assert lost.people.exact
    inside = [f for code, f in found.items() if code in gaz and f.numbered]
    assert sum(map(people, inside)) + lost.people.low == people(found["nl"]) == 949_874
    assert (found["twente"].numerator, found["twente"].denominator) == (Count(118), Count(36_488))


def test_without_a_register_or_part_of_it_no_place_of_twente_shrinks_in_silence(
    real_facts: ClassifiedCounts,
) -> None:
    """Every third school is taken out of the register: its people stay, or are told."""
    places = ("twente", *registry.regions()["twente"].municipalities)
    before = asked(real_facts, "nl", *places)
    facts = ClassifiedCounts(real_facts.store)
    schools = facts.organisations
    for code in sorted(schools.locations)[::3]:
        del schools.locations[code]
    after = asked(facts, "nl", *places)
    for place in places:
        if not before[place].numbered:
            continue
        told = after[place].unplaced
        missed = people(before[place]) - people(after[place])
        assert missed <= (told.people.high if told else 0), place
    assert people(after["nl"]) == people(before["nl"])


def test_the_figure_of_twente_comes_again_from_the_files_that_placed_it(
    real_facts: ClassifiedCounts,
) -> None:
    told = explain("early_leavers:twente:2014-2015", data=real_facts.store.root)
    assert (told.formula, told.equal) == ("118 / 36488", True)


def test_a_school_is_placed_by_the_same_file_whatever_else_was_read(tmp_path: Path) -> None:
    """Only the files that place a school are needed to place it again."""
    stated = [candidates(c, "2018-2019", municipality=SCHOOLS[c][0]) for c in SCHOOLS]
    noise = [candidates(c, "2015-2016", municipality=AMSTERDAM) for c in SCHOOLS]
    facts = store(tmp_path, leavers(), *stated, *noise)
    chosen = facts.stated
    again = stated_places(
        [s for s in facts.files if s.sha256 in chosen.files], facts.organisations, facts.connection
    )
    assert again == chosen
    assert len(chosen.files) == len(stated)
