"""The leaky pipeline: one date, every step a number or a reason, nothing in between invented."""

from pathlib import Path
from typing import Any

import pytest

from instroom.core.errors import DataError
from instroom.definitions import registry
from instroom.monitoring import pipeline as pipelines
from instroom.reports.results import Results
from unit.monitoring.small import Table, exam, primary, store

pytest_plugins = ("unit.monitoring.reading",)

PROMISED = {"id", "count", "share", "status", "reason", "figure"}
NOBODY_FOLLOWED = ("po_to_vo", "vo_to_profile", "study_to_after")


@pytest.fixture(scope="module")
def found(example_data: Path) -> dict[str, Any]:
    return pipelines.pipeline(place="voorbeeld", data=example_data)


OPEN_DATA = registry.pipelines()[pipelines.OPEN_DATA]


def steps(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in found["steps"]}


def test_it_has_the_public_shape(found: dict[str, Any]) -> None:
    assert {"place", "date", "steps"} <= set(found)
    assert (found["place"], found["date"], found["cross_section"]) == (
        "voorbeeld",
        "2019-10-01",
        True,
    )
    for step in found["steps"]:
        assert set(step) >= PROMISED
    assert [s["id"] for s in found["steps"]] == [step.id for _, step in pipelines.steps(OPEN_DATA)]


def test_a_step_is_a_number_or_a_reason(found: dict[str, Any]) -> None:
    for step in found["steps"]:
        if step["status"] in ("ok", "bounded"):
            assert step["count"] is not None
            assert step["reason"] is None
            assert step["figure"]
        else:
            assert (step["count"], step["share"]) == (None, None)
            assert step["reason"] in registry.reasons()


def test_what_open_data_cannot_tell_says_so(found: dict[str, Any]) -> None:
    known = steps(found)
    for name in NOBODY_FOLLOWED:
        assert (known[name]["status"], known[name]["reason"]) == ("missing", "nobody_followed")
    assert known["vo_to_further"]["reason"] == "other_people_study_here"
    for name in ("profile_vmbo_tl", "second_year", "work"):
        assert known[name]["reason"] == "no_open_file"


def test_there_is_no_share_between_school_and_further_study(found: dict[str, Any]) -> None:
    between = steps(found)["vo_to_further"]
    assert (between["count"], between["share"], between["part"]) == (None, None, None)
    with_share = {s["id"] for s in found["steps"] if s["share"] is not None}
    assert with_share <= {
        step.id
        for group, step in pipelines.steps(OPEN_DATA)
        if group in ("profile", "leaving", "further")
    }
    for step in found["steps"]:
        if step["share"] is not None:
            assert isinstance(step["share"], float), "each share is of its own whole"
            assert step["share"] == pytest.approx(step["part"] / step["count"])


def test_each_figure_is_of_the_date_and_the_place(found: dict[str, Any]) -> None:
    for step in found["steps"]:
        if step["figure"]:
            assert ":voorbeeld:2019-2020" in step["figure"]


def test_it_is_the_same_from_what_is_stored(
    found: dict[str, Any], example_results: Results
) -> None:
    again = pipelines.from_published("voorbeeld", example_results.published)
    assert pipelines.answer(again).to_dict() == found


def test_without_files_every_step_says_why(tmp_path: Path) -> None:
    found = pipelines.pipeline(place="twente", data=tmp_path)
    assert found["date"] is None
    assert {s["status"] for s in found["steps"]} == {"missing"}
    assert all(s["reason"] in registry.reasons() for s in found["steps"])


def test_the_date_is_the_one_most_steps_have_and_of_equals_the_latest(tmp_path: Path) -> None:
    pupils = [
        exam(f"{y}-{y + 1}", 9, "nt", measure="pupils", year="4", gender="male")
        for y in (2016, 2019)
    ]
    primaries = [primary(f"{year}-{year + 1}", 10) for year in range(2015, 2026)]
    facts = store(tmp_path, Table("duo_vo_pupils", pupils), Table("duo_po_pupils", primaries))
    found = pipelines.pipeline(place="twente", data=facts.store.root)
    assert found["date"] == "2019-10-01"
    assert steps(found)["po"]["count"] == 10
    assert steps(found)["mbo"]["reason"] in ("no_file_for_date", "source_not_read")


def test_an_unknown_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        pipelines.pipeline(place="atlantis", data=tmp_path)
