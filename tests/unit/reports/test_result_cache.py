"""Kept entries: exact, found by what they depend on, worked out again when damaged."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure, Series, Unplaced
from instroom.reports.result_cache import Kind, ResultCache, series_of, series_text


def figure(**more: object) -> Figure:
    given = {"by": (("gender", "v"),), "value": 0.1 + 0.2, "low": 1 / 3, "high": 0.5, **more}
    given |= {"stage": "exam", "classification": "cbs"}
    return Figure("x", "2019", "GM0153", "ok", sources=("a" * 64,), **given)  # type: ignore[arg-type]


def test_series_come_back_as_they_were() -> None:
    lost = Unplaced(2, Count(0, 9))
    whole = figure(numerator=Count(0, 4), denominator=Count(7), hidden=2, unplaced=lost)
    empty = Figure("x", "", "nl", "missing", "exam", "cbs", reason="source_not_read")
    made = [
        Series(
            "x",
            "pupils",
            (whole, empty),
            "exam",
            "cbs",
            own_totals=(),
            open_data=True,
            audience="public",
        ),
        Series("y", "schools", (), open_data=False, audience="own_board"),
    ]
    assert series_of(series_text(made)) == made


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 64 + b"x", b"0" * 200])
def test_a_damaged_entry_is_not_taken(tmp_path: Path, damage: bytes) -> None:
    kept = ResultCache.of(tmp_path, "series")
    name = kept.name(["a", 1])
    assert kept.get(name) is None
    kept.put(name, "tekst ë")
    assert ResultCache.of(tmp_path, "series").get(name) == "tekst ë"
    (tmp_path / "cache/series" / name).write_bytes(damage)
    assert kept.get(name) is None


def test_an_entry_under_another_name_is_not_taken(tmp_path: Path) -> None:
    kept = ResultCache.of(tmp_path, "series")
    one, other = kept.name(["a"]), kept.name(["b"])
    assert one != other
    kept.put(one, "a")
    (tmp_path / "cache/series" / one).rename(tmp_path / "cache/series" / other)
    assert kept.get(other) is None


def test_what_was_not_used_goes(tmp_path: Path) -> None:
    ResultCache.of(tmp_path, "series").put("old", "a")
    kept = ResultCache.of(tmp_path, "series")
    kept.put("new", "b")
    (tmp_path / "cache/series/.half.1").write_bytes(b"")
    kept.sweep()
    assert [p.name for p in (tmp_path / "cache/series").iterdir()] == ["new"]


def test_kinds_that_no_longer_exist_go_and_the_others_stay(tmp_path: Path) -> None:
    for kind in get_args(Kind):
        ResultCache.of(tmp_path, kind).put("entry", kind)
    old = tmp_path / "cache/pictures/deep"
    old.mkdir(parents=True)
    (old / "entry").write_bytes(b"x")
    (tmp_path / "files").mkdir()
    kept = ResultCache.of(tmp_path, "series")
    kept.sweep()
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == sorted(get_args(Kind))
    assert ResultCache.of(tmp_path, "names").get("entry") == "names"
    assert (tmp_path / "files").is_dir()


def test_an_entry_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Two writers of one process use no one name, and what cannot be written is not kept."""
    kept = ResultCache.of(tmp_path, "series")
    kept.put("taken", "a")
    (tmp_path / "cache/series/folder").mkdir()
    kept.put("folder", "a")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: kept.put("same", "tekst" * 9999), range(40)))
    assert kept.get("same") == "tekst" * 9999
    assert kept.get("folder") is None
    assert {p.name for p in (tmp_path / "cache/series").iterdir()} == {"taken", "folder", "same"}
    (tmp_path / "names").write_text("a file", "utf-8")
    ResultCache(tmp_path / "names").put("entry", "a")
    assert (tmp_path / "names").read_text("utf-8") == "a file"


def test_without_a_folder_nothing_is_kept() -> None:
    kept = ResultCache(None)
    kept.put("a", "b")
    kept.sweep()
    assert kept.get("a") is None
