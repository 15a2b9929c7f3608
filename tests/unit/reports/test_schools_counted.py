"""Which schools of a region have a page, and under which codes their pupils were counted."""

from pathlib import Path

import pytest

from instroom.definitions import registry
from instroom.reports.results import compute_results
from instroom.reports.schools_counted import schools_counted, shown_types
from unit.monitoring.small import ENSCHEDE, Table, address, exam, primary, row, store

PROFILE = registry.indicators()["technical_profile_share"]
PERIOD = "2022-2023"


def vmbo(place: str, part: int, rest: int, period: str = PERIOD) -> list[dict[str, object]]:
    own = {"place": place, "school_type": "vmbo", "level": "B"}
    return [exam(period, n, "", sector=sector, **own)
            for n, sector in ((part, "techniek"), (rest, "economie"))]  # fmt: skip


def test_a_school_with_only_vmbo_has_its_figure(tmp_path: Path) -> None:
    rows = [exam(PERIOD, 30, "nt"), exam(PERIOD, 30, "cm"), *vmbo("00AB00", 39, 0)]
    results = compute_results("twente", store(tmp_path, Table("duo_exam_candidates", rows)))
    assert {"00AA00", "00AB00"} <= set(results.places)
    found = [
        figure
        for figure in results.published.figures
        if figure.place == "00AB00" and figure.by == (("school_type", "vmbo"),) and figure.numbered
    ]
    assert {figure.value for figure in found} == {1.0}


@pytest.mark.parametrize("name", [t for t in shown_types(PROFILE) if t != "vmbo_tl"])
def test_every_type_that_is_shown_gives_its_school_a_page(name: str, tmp_path: Path) -> None:
    columns = {"sector": "techniek", "level": "B"} if name == "vmbo" else {}
    rows = [exam(PERIOD, 30, "nt", school_type=name, **columns)]
    facts = store(tmp_path, Table("duo_exam_candidates", rows))
    assert schools_counted(PROFILE, "twente", facts) == {"00AA00"}


def test_a_school_of_another_moment_alone_has_a_page(tmp_path: Path) -> None:
    own = {"place": "00AC00", "municipality": ENSCHEDE, "school_type": "havo", "year": "4"}
    rows = [row(PERIOD, 30, profile="nt", **own)]
    facts = store(tmp_path, Table("duo_vo_pupils", rows))
    assert schools_counted(PROFILE, "twente", facts) == {"00AC00"}


def test_years_with_pupils_of_a_school_that_was_taken_over_are_known(tmp_path: Path) -> None:
    merger = {"from": "00PB00", "to": "00PA00", "complete": "J", "from_kind": "BAS"}
    rows = [
        *(primary("2019-2020", n, place=place) for n, place in ((20, "00PA00"), (10, "00PB00"))),
        primary("2018-2019", 10, place="00PB00"),
        primary("2020-2021", 30, place="00PA00"),
        primary("2020-2021", 0, place="00PB00"),
    ]
    facts = store(
        tmp_path,
        Table("duo_po_pupils", rows),
        Table("duo_po_addresses", companion=[address("00PA00", ENSCHEDE, "Enschede")]),
        Table("duo_brin_transitions", companion=[merger]),
    )
    known = compute_results("twente", facts).facts["00PA00"].under
    assert known == {"po_pupils..": {"2018-2019": ["00PB00"], "2019-2020": ["00PA00", "00PB00"]}}, (
        "not the year in which nobody is left there"
    )


def test_pupils_of_a_type_without_a_figure_are_no_absence(tmp_path: Path) -> None:
    own = {"school_type": "vmbo_tl", "level": "T"}
    rows = [
        *vmbo("00AB00", 10, 20, "2021-2022"),
        exam(PERIOD, 40, "", place="00AB00", **own),
        *vmbo("00AC00", 10, 20, "2021-2022"),
        exam(PERIOD, 0, "", place="00AC00", **own),
        *vmbo("00AD00", 10, 20),
        exam(PERIOD, 40, "", place="00AD00", **own),
    ]
    facts = store(tmp_path, Table("duo_exam_candidates", rows))
    known = compute_results("twente", facts).facts
    assert {code: one.later for code, one in known.items() if one.later} == {"00AB00": PERIOD}
