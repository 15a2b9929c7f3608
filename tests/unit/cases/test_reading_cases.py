"""Publishers' files that were once taken for another one, or read wrong."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instroom.api import series
from instroom.sources.read import read
from instroom.sources.store import Store

CASES = Path(__file__).parents[3].parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are absent")


def reading(name: str, data: Path) -> dict[str, Any]:
    entry: dict[str, Any] = read(CASES / name, data=data)["files"][0]
    return entry


def said(entry: dict[str, Any]) -> dict[str, str]:
    return {warning["code"]: warning["message"] for warning in entry["warnings"]}


def rows(data: Path) -> list[dict[str, Any]]:
    (stored,) = [s for s in Store(data) if s.observations.exists()]
    found: list[dict[str, Any]] = pq.read_table(stored.observations).to_pylist()
    return found


def test_a_pupil_count_says_nothing_of_repeaters(tmp_path: Path) -> None:
    entry = reading("leerlingen-vo-per-vestiging-2024.csv", tmp_path)
    assert entry["source"] == "duo_vo_pupils_by_location"
    found = series("vo_repeaters", place=["twente"], data=tmp_path)
    assert {row["status"] for row in found["series"]} <= {"missing"}


def test_an_excerpt_of_pupils_keeps_what_is_hidden(tmp_path: Path) -> None:
    entry = reading("leerlingen-vo-excerpt-2024.csv", tmp_path)
    assert entry["source"] == "duo_vo_pupils_by_location"
    assert "excerpt" in said(entry)
    hidden = [row for row in rows(tmp_path) if row["flag"] == "<5"]
    assert hidden
    assert {(row["low"], row["high"]) for row in hidden} == {(1, 4)}


@pytest.mark.parametrize("name", ["unemployment_nuts2.tsv", "landuse_70262ned.csv", "tourism.csv"])
def test_a_table_of_another_subject_is_unknown(name: str, tmp_path: Path) -> None:
    entry = reading(name, tmp_path)
    assert (entry["status"], entry["error"]) == ("unknown", None)
    assert "fetch" not in said(entry)["unknown_layout"]
    assert not list(Store(tmp_path))


def test_eurostats_own_form_is_unpacked(tmp_path: Path) -> None:
    entry = reading("graduates.tsv.gz", tmp_path)
    message = said(entry).get("unknown_layout", "")
    assert entry["status"] == "read" or "--source eurostat_educ_uoe_grad02" in message
    chosen = read(CASES / "graduates.tsv.gz", data=tmp_path, source="eurostat_educ_uoe_grad02")[
        "files"
    ][0]
    assert chosen["status"] == "read"


def test_a_mean_over_nobody_is_missing(tmp_path: Path) -> None:
    entry = reading("gemiddelde-eindscores-2023-2024.csv", tmp_path)
    assert (entry["status"], entry["rows"]) == ("read", 8)
    means = [row for row in rows(tmp_path) if "score" in row["measure"]]
    assert means
    assert not [row for row in means if row["low"] == 0]
    assert [row for row in means if row["status"] == "missing"]


def test_periods_of_several_years_are_named(tmp_path: Path) -> None:
    entry = reading("interval_years.tsv", tmp_path)
    assert "2006_2008" in said(entry)["periods_left_out"]


def test_sdmx_csv_is_read_by_its_dataflow(tmp_path: Path) -> None:
    entry = reading("grad02_sdmx.csv", tmp_path)
    assert (entry["status"], entry["source"]) == ("read", "eurostat_educ_uoe_grad02")
