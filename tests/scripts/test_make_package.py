"""The script that makes the package: who travels, when it refuses, and what it may weigh."""

import sys
from pathlib import Path

import pytest

from instroom.definitions import registry
from instroom.reports.results import PACKAGE, Results, load

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_package  # noqa: E402


def test_all_places_of_the_region_travel_with_what_stands_beside_it() -> None:
    results = load()
    places = make_package.places_of(results)
    assert places == {"twente", "nl", registry.regions()["twente"].province, *results.places}


def test_without_a_folder_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_package.main([]) == 2
    assert "make_package.py DATA" in capsys.readouterr().out


def test_where_nothing_was_read_nothing_is_written(tmp_path: Path) -> None:
    assert make_package.main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


def test_a_package_that_weighs_too_much_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def along(*_: object) -> Results:
        return load()

    monkeypatch.setattr(make_package, "results_of", along)
    assert make_package.main([str(tmp_path), str(tmp_path / "out")]) == 0
    made, there = (folder / "figures.jsonl" for folder in (tmp_path / "out", PACKAGE))
    lines = [sorted(path.read_text("utf-8").splitlines()) for path in (made, there)]
    assert lines[0] == lines[1]
    assert (tmp_path / "out/package.json").stat().st_size > 10_000
    monkeypatch.setattr(make_package, "MOST_BYTES", 1000)
    assert make_package.main([str(tmp_path), str(tmp_path / "out")]) == 1
