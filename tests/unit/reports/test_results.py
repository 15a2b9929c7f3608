"""A results package: what goes in comes out; what travels with us is whole and can be traced."""

import json
from pathlib import Path
from typing import Any

import pytest

from instroom.core.errors import PrivacyError
from instroom.core.quantities import Count
from instroom.core.series import Figure, Series, Unplaced
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.privacy.published import RULES, hide, publish
from instroom.reports.package_choice import LEAST, is_whole, travelling
from instroom.reports.results import (
    PACKAGE,
    PlaceInfo,
    Results,
    compute_results,
    load,
    questions,
    save,
)

pytest_plugins = ("unit.monitoring.reading",)

TOWNS = frozenset(registry.regions()["twente"].municipalities)
AROUND = {"twente", "nl", "PV23"}


def figure(status: Any, **more: Any) -> Figure:
    return Figure("po_pupils", "2020-2021", "twente", status, **more)


ODD = {
    "nought": figure("ok", value=0.0, low=0.0, high=0.0, numerator=Count(0)),
    "share of nought": figure(
        "ok", value=0.0, low=0.0, high=0.0, numerator=Count(0), denominator=Count(30)
    ),
    "from nought": figure(
        "bounded", low=0.0, high=0.4, numerator=Count(0, 4), denominator=Count(10, 13), hidden=1
    ),
    "missing": figure("missing", reason="no_open_file"),
    "beside people without a place": figure(
        "ok", value=3.0, low=3.0, high=3.0, numerator=Count(3), unplaced=Unplaced(2, Count(0, 7))
    ),
    "nobody": figure("not_applicable", reason="nobody_counted", by=(("gender", "female"),)),
    "protected": hide(
        figure("ok", value=3.0, low=3.0, high=3.0, numerator=Count(3), sources=("a" * 64,)),
        "would_reveal",
    ),
    "third": figure(
        "ok", value=1 / 3, low=1 / 3, high=1 / 3, numerator=Count(10), denominator=Count(30)
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_a_figure_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    passed = publish(
        [Series("po_pupils", "pupils", (ODD[name],), open_data=True, audience="public")]
    )
    inputs = {sha: {"sha256": sha} for sha in ODD[name].sources}
    save(Results("twente", passed, inputs), tmp_path)
    assert load(tmp_path).published.figures == (ODD[name],)


def test_all_figures_of_a_region_come_back(example_results: Results, tmp_path: Path) -> None:
    save(example_results, tmp_path)
    again = load(tmp_path)
    assert sorted(again.published.figures, key=repr) == sorted(
        example_results.published.figures, key=repr
    )
    assert again.places == example_results.places
    assert again.inputs == example_results.inputs
    assert (again.region, again.example) == ("voorbeeld", True)
    assert {s.unit for s in again.published.series} == {
        s.unit for s in example_results.published.series
    }


def test_saving_what_was_loaded_gives_the_same_bytes(
    example_results: Results, tmp_path: Path
) -> None:
    save(example_results, tmp_path / "a")
    save(load(tmp_path / "a"), tmp_path / "b")
    save(load(tmp_path / "b"), tmp_path / "c")
    for name in ("figures.jsonl", "package.json"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes()


def test_a_small_package_keeps_only_its_places_and_whole_cells(
    example_results: Results, tmp_path: Path
) -> None:
    save(example_results, tmp_path, only=frozenset({"voorbeeld", "GM9901"}))
    kept = load(tmp_path)
    assert {f.place for f in kept.published.figures} == {"voorbeeld", "GM9901"}
    assert all(is_whole(f) for f in kept.published.figures)
    assert any(not is_whole(f) for f in example_results.published.figures)
    assert set(kept.places) == {"GM9901"}
    assert set(kept.inputs) == {s for f in kept.published.figures for s in f.sources}


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (Count(10), None, True),
        (Count(9), None, False),
        (Count(9, 20), None, False),
        (Count(10), Count(20), True),
        (Count(10), Count(19), False),
        (Count(9), Count(30), False),
        (Count(10, 13), Count(20, 26), True),
    ],
)
def test_whole_means_ten_in_every_cell(part: Count, whole: Count | None, expected: bool) -> None:
    found = figure("ok", value=1.0, low=1.0, high=1.0, numerator=part, denominator=whole)
    assert is_whole(found) is expected


def test_no_number_is_whole() -> None:
    assert is_whole(figure("missing", reason="no_open_file"))


@pytest.mark.parametrize("indicator", registry.indicators().values(), ids=lambda i: i.id)
def test_every_stage_classification_and_breakdown_is_computed(indicator: Any) -> None:
    found = questions(indicator, ("twente",), deep=True)
    assert {q.stage for q in found} == set(indicator.stages or {None})
    known = {c.partition("/")[2] for c in registry.classifications() if indicator.classification
             and c.startswith(f"{indicator.classification}/")}  # fmt: skip
    assert {q.classification for q in found} == (known or {None})
    for question in found:
        assert {*question.by} <= set(indicator.breakdowns)
        smaller = [q.by for q in found if set(q.by) < set(question.by)]
        assert len({*smaller}) == 2 ** len(question.by) - 1, "every part with all of its totals"
    assert len(set(found)) == len(found)


def test_the_places_of_a_region_have_a_name_and_where_they_belong(example_results: Results) -> None:
    kinds = {"municipality", "board", "school_vo", "school_po"}
    places = example_results.places
    assert {p.kind for p in places.values()} == kinds
    for code, info in places.items():
        assert isinstance(info, PlaceInfo)
        assert (info.code, bool(info.name)) == (code, True)
        if info.kind.startswith("school"):
            for belongs, kind in ((info.municipality, "municipality"), (info.board, "board")):
                assert not belongs or places[belongs].kind == kind


def test_an_example_has_no_country_beside_it(example_results: Results) -> None:
    assert example_results.example
    found = {f.place for f in example_results.published.figures}
    assert found <= {"voorbeeld", *example_results.places}


# --- what travels with the software ------------------------------------------------------------


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return [json.loads(x) for x in (PACKAGE / "figures.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    return json.loads((PACKAGE / "package.json").read_text("utf-8"))


def least(count: Any) -> int:
    return count["low"] if isinstance(count, dict) else count


def test_every_cell_that_travels_has_ten_people_or_more(rows: list[dict[str, Any]]) -> None:
    assert LEAST == 10
    for row in rows:
        if row["status"] not in ("ok", "bounded"):
            assert not {"value", "low", "high", "numerator", "denominator"} & set(row)
            continue
        part = least(row["numerator"])
        assert part >= 10, row
        if "denominator" in row:
            assert least(row["denominator"]) - part >= 10, row


def test_the_region_travels_with_its_municipalities_boards_and_schools(
    rows: list[dict[str, Any]], package: dict[str, Any]
) -> None:
    places = {place[0]: PlaceInfo(*place) for place in package["places"]}
    assert {row["place"] for row in rows} <= AROUND | set(places)
    assert {p.code for p in places.values() if p.kind == "municipality"} == TOWNS
    kinds = [p.kind for p in places.values()]
    assert min(map(kinds.count, ("board", "school_vo", "school_po"))) > 40
    for info in places.values():
        assert info.municipality in TOWNS or info.kind in ("municipality", "board")
    assert (package["region"], package["example"]) == ("twente", False)


def test_the_package_is_small_enough_for_every_copy() -> None:
    assert sum(path.stat().st_size for path in PACKAGE.iterdir()) <= 3_000_000


def share(period: str, part: int, place: str = "00AA00") -> Figure:
    return Figure(
        "technical_profile_share", period, place, "ok", value=part / 40, low=part / 40,
        high=part / 40, numerator=Count(part), denominator=Count(40),
    )  # fmt: skip


def test_a_share_travels_with_all_its_years_or_not_at_all() -> None:
    years = [share("2020-2021", 9), share("2021-2022", 12), share("2022-2023", 12, "00BB00")]
    goes = travelling(years, frozenset({"00AA00", "00BB00"}))
    assert [goes(figure) for figure in years] == [False, False, True]
    assert [travelling(years, frozenset())(figure) for figure in years] == [False] * 3


def test_a_package_from_before_streets_still_opens(
    example_results: Results, tmp_path: Path
) -> None:
    save(example_results, tmp_path)
    path = tmp_path / "package.json"
    meta = json.loads(path.read_text("utf-8"))
    meta["places"] = [place[:5] for place in meta["places"]]
    path.write_text(json.dumps(meta), "utf-8")
    places = load(tmp_path).places
    assert {(p.street, p.town) for p in places.values()} == {("", "")}
    assert {p.name for p in places.values()} == {p.name for p in example_results.places.values()}


@pytest.mark.parametrize("rules", [None, 0, RULES - 1, RULES + 1])
def test_a_package_that_other_rules_judged_is_refused(
    example_results: Results, tmp_path: Path, rules: int | None
) -> None:
    """Its digest is right, and which figures rest on one institution it does not say."""
    save(example_results, tmp_path)
    path = tmp_path / "package.json"
    meta = json.loads(path.read_text("utf-8"))
    assert meta.pop("rules") == RULES
    path.write_text(json.dumps(meta if rules is None else {**meta, "rules": rules}), "utf-8")
    with pytest.raises(PrivacyError) as refused:
        load(tmp_path)
    assert refused.value.code == "other_rules"


def test_a_school_has_the_street_and_town_of_the_register(example_results: Results) -> None:
    schools = [p for p in example_results.places.values() if p.kind == "school_vo"]
    assert schools
    for school in schools:  # written in the list of addresses as "Zaagweg" and a number
        assert school.street.startswith("Zaagweg ")
        assert school.town.isupper()
    others = [p for p in example_results.places.values() if not p.kind.startswith("school")]
    assert {(p.street, p.town) for p in others} == {("", "")}


def test_every_input_can_be_traced(rows: list[dict[str, Any]], package: dict[str, Any]) -> None:
    for entry in package["inputs"]:
        assert len(entry["sha256"]) == 64
        assert all(entry[k] for k in ("file", "licence", "vintage", "publisher", "source", "title"))
        assert registry.sources()[entry["source"]].licence == entry["licence"]
        assert entry["rows"] > 0
        assert "/" not in entry["file"]
    used = {n for row in rows for n in row.get("sources", ())}
    assert used == set(range(len(package["inputs"])))
    assert all(row.get("sources") for row in rows if row["status"] in ("ok", "bounded"))


def test_no_figure_travels_twice() -> None:
    ids = [f.id for f in load().published.figures]
    assert len(ids) == len(set(ids)) > 1000


@pytest.mark.shared
def test_the_real_files_give_the_figures_that_travel(
    real_facts: ClassifiedCounts, tmp_path: Path
) -> None:
    results = compute_results("twente", real_facts)
    save(results, tmp_path, only=frozenset({*AROUND, *results.places}))

    def figures(folder: Path) -> dict[str, Figure]:
        return {f.id: f for f in load(folder).published.figures}

    fresh, kept = figures(tmp_path), figures(PACKAGE)
    assert sorted(fresh.keys() ^ kept.keys()) == []
    assert [i for i in fresh if fresh[i] != kept[i]] == []
    assert (
        json.loads((tmp_path / "package.json").read_text("utf-8"))["inputs"]
        == json.loads((PACKAGE / "package.json").read_text("utf-8"))["inputs"]
    )
