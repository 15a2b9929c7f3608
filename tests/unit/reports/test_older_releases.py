"""A figure as an older release told it: computed again, or why it cannot be."""

from pathlib import Path
from typing import Any

import pytest

from instroom.core.errors import DataError
from instroom.core.quantities import Share
from instroom.reports import releases as older
from instroom.reports import site
from instroom.reports.release_changes import definition_marks
from instroom.reports.results import Results

pytest_plugins = ("unit.monitoring.reading",)
GONE = "0" * 64


class Archive:
    """One release that holds one figure."""

    def __init__(self, row: dict[str, Any] | None, made_of: dict[str, Any]) -> None:
        self.row, self.made_of, self.kept = row, made_of, []

    def listed(self) -> list[str]:
        return ["a release"]

    def figure(self, number: int, figure_id: str) -> dict[str, Any] | None:
        if number != 1:
            return None
        held = self.row if self.row and self.row["id"] == figure_id else None
        return {"release": {"number": 1}, "made_of": self.made_of, "figure": held}

    def refer(self, number: int, said: str) -> bool:
        self.kept.append((number, said))
        return number == 1


@pytest.fixture
def archive(example_results: Results, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """A release with a share of the example region, as it was stored."""
    rows = site._figures(example_results.published.series, example=True)
    row = next(row for row in rows if row["status"] == "ok" and row["denominator"])
    inputs = {sha: example_results.inputs[sha] for sha in row["sources"]}
    helpers = list(example_results.helpers)
    made = Archive(
        dict(row),
        {"inputs": inputs, "definitions": definition_marks(), "helpers": helpers},
    )
    monkeypatch.setattr(older, "_archive", lambda _: made)
    return made


def told(archive: Archive, data: Path) -> Any:
    assert archive.row
    return older.explain(archive.row["id"], release=1, data=data)


def test_an_older_figure_is_computed_again_from_its_own_files(archive, example_data) -> None:
    found = told(archive, example_data)
    assert (found.release, found.files) == ({"number": 1}, "present")
    assert (found.equal, found.definition_changed) == (True, False)
    assert found.value == archive.row["value"] == pytest.approx(found.recomputed)
    assert [one.present for one in found.inputs] == [True] * len(archive.row["sources"])
    assert [one.file for one in found.inputs] == [
        archive.made_of["inputs"][sha]["file"] for sha in archive.row["sources"]
    ]


def test_a_figure_that_would_be_another_now_is_told(archive, example_data) -> None:
    archive.row["value"] += 0.01
    archive.made_of["definitions"] = {}
    found = told(archive, example_data)
    assert (found.equal, found.definition_changed, found.files) == (False, True, "present")
    assert found.value == archive.row["value"] != found.recomputed


def test_a_margin_is_told_as_one(archive, example_data) -> None:
    archive.row |= {"status": "bounded", "value": None, "low": 0.25, "high": 0.5}
    found = told(archive, example_data)
    assert (found.value, found.equal) == (Share(0.25, 0.5), False)
    archive.row["low"] = None
    assert told(archive, example_data).value is None


def test_without_its_files_a_figure_is_not_computed_again(archive, example_data) -> None:
    """Its own file is erased, or a list of schools beside it: unknown is not unequal."""
    archive.made_of["helpers"].append(GONE)
    found = told(archive, example_data)
    assert (found.files, found.recomputed, found.equal) == ("erased", None, None)
    archive.made_of["helpers"].remove(GONE)
    archive.row["sources"] = [*archive.row["sources"], GONE]
    found = told(archive, example_data)
    assert (found.files, found.recomputed, found.equal) == ("erased", None, None)
    last = found.inputs[-1]
    assert (last.present, last.file, last.rows, last.source) == (False, None, None, None)


@pytest.mark.parametrize("helpers", [[], [GONE]])
def test_a_figure_that_its_files_no_longer_give_is_unknown(
    archive, example_data, monkeypatch, helpers
) -> None:
    def refuse(*_: object) -> None:
        raise DataError("another version reads this file no more")

    monkeypatch.setattr(older.explanation, "recomputed_figure", refuse)
    archive.made_of["helpers"] = helpers
    found = told(archive, example_data)
    assert found.files == ("erased" if helpers else "present")
    assert (found.recomputed, found.equal) == (None, None)


def test_a_release_or_figure_that_is_not_held_is_refused(archive, example_data) -> None:
    name = archive.row["id"]
    with pytest.raises(DataError) as caught:
        older.explain(name, release=2, data=example_data)
    assert (caught.value.code, caught.value.found) == ("unknown_release", "2")
    archive.row = None
    with pytest.raises(DataError) as caught:
        older.explain(name, release=1, data=example_data)
    assert (caught.value.code, caught.value.where.key) == ("unknown_figure", name)


def test_releases_are_listed_and_kept_for_who_refers_to_them(archive, example_data) -> None:
    assert older.releases(data=example_data) == {"releases": ["a release"]}
    assert older.releases(data=example_data, keep=1) == {"releases": ["a release"]}
    older.releases(data=example_data, keep=1, because="a report")
    assert archive.kept == [(1, "instroom releases"), (1, "a report")]
    with pytest.raises(DataError) as caught:
        older.releases(data=example_data, keep=2)
    assert caught.value.code == "unknown_release"


def test_without_an_archive_there_is_no_release(example_data, monkeypatch) -> None:
    monkeypatch.setattr(older, "entry_points", lambda group: [])  # noqa: ARG005
    assert older.releases(data=example_data) == {"releases": []}
    with pytest.raises(DataError) as caught:
        older.releases(data=example_data, keep=1)
    assert caught.value.code == "unknown_release"
    with pytest.raises(DataError) as caught:
        older.explain("vo_pupils:twente:2019-2020", release=1, data=example_data)
    assert caught.value.code == "unknown_release"
