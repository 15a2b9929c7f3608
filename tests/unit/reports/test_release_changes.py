"""Which figures differ between releases, why, and which releases stay."""

from datetime import UTC, datetime, timedelta

import pytest

from instroom.reports.release_changes import (
    FigureChange,
    ReleaseAge,
    ReleaseContents,
    change_counts,
    definition_marks,
    figure_changes,
    releases_to_keep,
)

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def row(value: float, *sources: str) -> dict[str, object]:
    return {"indicator": "x", "status": "ok", "value": value, "sources": list(sources)}


def contents(figures: dict[str, dict[str, object]], **more: object) -> ReleaseContents:
    files = {"a": {"file": "a.csv", "source": "s"}, "z": {"file": "z.csv", "source": "s"}}
    given = {"version": "1", "definitions": {"x": "1", "": "1"}, "inputs": files, **more}
    return ReleaseContents(figures=figures, **given)  # type: ignore[arg-type]


BEFORE = contents({"x:1": row(0.1, "a")})
INPUTS = dict(BEFORE.inputs)


@pytest.mark.parametrize(
    ("more", "sources", "reason"),
    [
        ({"inputs": {**INPUTS, "b": {"file": "b.csv", "source": "s"}}}, "b", "new_file"),
        ({"inputs": {"b": {"file": "a.csv", "source": "s"}}}, "b", "changed_file"),
        ({"inputs": {"z": INPUTS["z"]}}, "z", "removed_file"),
        ({"definitions": {"x": "2", "": "1"}}, "a", "new_definition"),
        ({"definitions": {"x": "1", "": "2"}}, "a", "new_definition"),
        ({"version": "2"}, "a", "new_version"),
        ({"inputs": {**INPUTS, "b": {"file": "b.csv", "source": "s"}}}, "a", "new_file"),
        ({}, "a", "rows"),
    ],
)
def test_a_changed_figure_has_its_reason(
    more: dict[str, object], sources: str, reason: str
) -> None:
    after = contents({"x:1": row(0.2, sources)}, **more)
    assert figure_changes(BEFORE, after) == [FigureChange("x:1", "changed", reason)]  # type: ignore[arg-type]


def test_the_same_number_from_another_file_is_no_change() -> None:
    assert figure_changes(BEFORE, contents({"x:1": row(0.1, "z")})) == []


def test_added_and_removed() -> None:
    after = contents({"x:2": row(0.1, "a")}, version="2")
    assert {(c.id, c.change, c.reason) for c in figure_changes(BEFORE, after)} == {
        ("x:1", "removed", "new_version"),
        ("x:2", "added", "new_version"),
    }
    assert change_counts(figure_changes(None, after)) == {"added": {"new_file": {"x": 1}}}


def test_releases_are_thinned_to_one_a_month() -> None:
    daily = [ReleaseAge(n, NOW - timedelta(days=400 - n), n == 5) for n in range(1, 401)]
    kept = releases_to_keep(daily, NOW)
    assert {*range(370, 401), 5} <= kept
    old = {n for n in kept if n < 370 and n != 5}
    months = {((d := NOW - timedelta(days=400 - n)).year, d.month) for n in old}
    assert len(months) == len(old) == 12
    assert releases_to_keep([], NOW) == set()
    assert releases_to_keep(daily[:1], NOW + timedelta(days=9999)) == {1}


def test_every_indicator_has_a_mark_of_its_own() -> None:
    marks = definition_marks()
    assert len(set(marks.values())) == len(marks) > 5
