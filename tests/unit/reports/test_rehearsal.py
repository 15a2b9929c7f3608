"""The invented region in one go, and never beside real figures."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from instroom.core.errors import DataError
from instroom.reports import rehearsal


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(rehearsal, "compute", lambda **asked: found.append(asked) or "computed")
    return found


def test_files_alone_are_written_and_nothing_is_read(tmp_path: Path, computed) -> None:
    found = rehearsal.example(out=tmp_path / "files")
    assert set(found) == {"files"}
    assert all(Path(name).is_file() for name in found["files"])
    assert computed == [] and [p.name for p in tmp_path.iterdir()] == ["files"]


@pytest.mark.parametrize("way", ["said", "environment"])
def test_with_run_all_files_are_read_and_the_region_is_computed(
    tmp_path: Path, computed, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("INSTROOM_DATA", str(data if way == "environment" else tmp_path / "other"))
    said = {"data": data} if way == "said" else {}
    found = rehearsal.example(out=tmp_path / "files", run=True, **said)
    assert {entry["status"] for entry in found["read"]["files"]} == {"read"}
    assert len(found["read"]["files"]) == len(found["files"])
    assert (found["data"], found["compute"]) == (str(data), "computed")
    (asked,) = computed
    assert (asked["data"], asked["region"]) == (data, "voorbeeld")


def test_real_files_are_never_joined_by_invented_ones(
    tmp_path: Path, computed, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [{"name": "made.csv", "example": True}, {"name": "real.csv"}, {"name": "more.csv"}]
    monkeypatch.setattr(
        rehearsal, "Store", lambda _: [SimpleNamespace(receipt=receipt) for receipt in kept]
    )
    with pytest.raises(DataError) as caught:
        rehearsal.example(out=tmp_path / "files", run=True, data=tmp_path / "data")
    assert caught.value.code == "real_data"
    assert caught.value.found == "2 files, real.csv among them"
    assert not (tmp_path / "files").exists() and computed == []
