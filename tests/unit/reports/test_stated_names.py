"""What a school is called: by the newest file that says so, and what it was called before."""

from pathlib import Path
from typing import Any

import pytest

from instroom.monitoring.facts import ClassifiedCounts
from instroom.reports import stated_names as naming
from instroom.reports.results import compute_results, load, save
from instroom.reports.stated_names import said_before, stated_names
from unit.monitoring.small import ENSCHEDE, Table, address, exam, store

pytest_plugins = ("unit.monitoring.reading",)

EXAM, LIST = "duo_exam_candidates", "duo_school_addresses"
CODES = ("00AA00", "00AB00", "00AC00")


def counted(period: str, codes: Any = CODES, **names: str) -> Table:
    rows = [
        exam(period, 9, "nt", place=code, municipality=ENSCHEDE, place_name=names.get(code[2:4]))
        for code in codes
    ]
    return Table(EXAM, rows)


def listed(name: str, codes: Any = CODES, published: str | None = None) -> Table:
    lines = [address(code, ENSCHEDE, "Enschede", place_name=name) for code in codes]
    return Table(LIST, companion=lines, published=published)


def called(facts: ClassifiedCounts, code: str = "00AA00") -> list[str]:
    return stated_names(facts, list(facts.store))[code]


def test_the_newest_counts_name_a_school_and_older_names_follow(tmp_path: Path) -> None:
    facts = store(
        tmp_path, counted("2018-2019", AA="Oud"), counted("2023-2024", AA="Nieuw"),
        counted("2015-2016", AA="Oudst"),
    )  # fmt: skip
    assert called(facts) == ["Nieuw", "Oud", "Oudst"]


@pytest.mark.parametrize(
    ("published", "expected"),
    [("2025-09-01", ["Register", "Telling"]), ("2019-09-01", ["Telling", "Register"])],
)
def test_a_register_with_a_date_is_as_new_as_it_says(
    tmp_path: Path, published: str, expected: list[str]
) -> None:
    facts = store(
        tmp_path, counted("2023-2024", AA="Telling"), listed("Register", published=published)
    )
    assert called(facts) == expected


def test_a_register_without_a_date_is_as_old_as_the_counts_it_fits(tmp_path: Path) -> None:
    """It lacks a school that came in 2023 and has those of 2019: newer counts name better."""
    old, new = CODES[:2], ("00AA00", "00AD00", "00AE00")
    tables = (
        counted("2019-2020", old, AA="Telling toen"),
        counted("2023-2024", new, AA="Telling nu"),
    )
    before = store(tmp_path / "a", *tables, listed("Register", old))
    assert called(before) == ["Telling nu", "Register", "Telling toen"]
    after = store(tmp_path / "b", *tables, listed("Register", (*new, "00AF00")))
    assert called(after)[0] == "Register", "of one year with counts the register says it in full"


def test_counts_of_a_few_schools_do_not_date_a_register(tmp_path: Path) -> None:
    many = tuple(f"00A{letter}00" for letter in "ABCDEFGH")
    facts = store(
        tmp_path,
        counted("2019-2020", (*many, "00ZZ00"), AA="Toen"),
        counted("2024-2025", ("00AA00",), AA="Nu"),
        listed("Register", many),
    )
    assert called(facts) == ["Nu", "Register", "Toen"]


def test_an_excerpt_names_nothing_and_the_order_of_reading_does_not_matter(tmp_path: Path) -> None:
    tables = [counted("2018-2019", AA="Oud"), counted("2023-2024", AA="Nieuw"), listed("Lijst")]
    part = counted("2024-2025", AA="Deel")
    part.excerpt = True
    one = store(tmp_path / "a", *tables, part)
    other = store(tmp_path / "b", part, *reversed(tables))
    assert called(one) == called(other)
    assert "Deel" not in called(one)


def test_names_that_were_kept_are_of_the_files_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = store(tmp_path, counted("2018-2019", AA="Oud"))
    assert called(facts) == ["Oud"]
    with monkeypatch.context() as patched:
        patched.setattr(naming, "_worked_out", lambda *_: pytest.fail("it was kept"))
        assert called(facts) == ["Oud"]
    store(tmp_path / "more", counted("2023-2024", AA="Nieuw"))
    (new,) = (tmp_path / "more/files").iterdir()
    new.rename(tmp_path / "files" / new.name)
    assert called(ClassifiedCounts(facts.store)) == ["Nieuw", "Oud"]


def test_what_people_say_the_same_is_no_earlier_name() -> None:
    assert said_before(["Het Assink lyceum", "Het Assink lyceum voor Lyceum Havo Mavo Vbo"]) == ()
    assert said_before(["PC SGM Het Noordik", "De Linderflier", "Het Noordik"]) == (
        "De Linderflier",
    )
    assert said_before([]) == ()


def test_names_before_travel_with_the_package(tmp_path: Path) -> None:
    facts = store(
        tmp_path / "data",
        counted("2018-2019", AA="Gilde College"),
        counted("2023-2024", AA="Stork"),
    )
    made = compute_results("twente", facts)
    assert (made.places["00AA00"].name, made.places["00AA00"].former) == (
        "Stork", ("Gilde College",),
    )  # fmt: skip
    save(made, tmp_path / "package")
    assert load(tmp_path / "package").places == made.places


REAL = {
    "00AH00": ("Het Stedelijk Kottenpark", "Het Stedelijk Lyceum"),
    "00AH07": ("Het Stedelijk College Zuid", "Het Stedelijk Lyceum"),
    "00AH08": ("Het Stedelijk Zwering", "Het Stedelijk Lyceum"),
    "00AH09": ("Het Stedelijk Innova", "Het Stedelijk Lyceum"),
    "00AH17": ("Het Stedelijk Alpha", "Het Stedelijk Lyceum"),
    "20CS04": ("C.T. Stork College", "OSG Hengelo"),
    "20CS07": ("Montessori College Twente", "OSG Hengelo"),
}


@pytest.mark.parametrize("code", REAL)
def test_schools_of_twente_have_the_names_of_the_newest_file(
    real_facts: ClassifiedCounts, code: str
) -> None:
    names = called(real_facts, code)
    now, before = REAL[code]
    assert names[0] == now
    assert before in said_before(names)
