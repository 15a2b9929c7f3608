"""Figures and observations as files: the same columns, the same bytes, unknown is empty."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import DataError
from instroom.core.observations import SCHEMA
from instroom.reports import files
from instroom.reports.results import Results
from instroom.reports.site import _figures
from instroom.sources.store import Store
from unit.monitoring.small import HIDDEN, Table, primary, store

pytest_plugins = ("unit.monitoring.reading",)

ROW: dict[str, Any] = {
    "id": "po_pupils:twente:2020-2021", "indicator": "po_pupils", "stage": None,
    "classification": None, "place": "twente", "period": "2020-2021", "by": {}, "status": "ok",
    "reason": None, "value": 20.0, "low": 20.0, "high": 20.0, "n": None, "numerator": 20,
    "denominator": None, "sources": ["a" * 64], "unit": "pupils", "example": False,
}  # fmt: skip
BOUNDED = ROW | {
    "status": "bounded", "value": None, "low": 0.1, "high": 0.4,
    "numerator": {"low": 1, "high": 4}, "denominator": {"low": 9, "high": 12},
    "by": {"gender": "male", "school_type": "havo"}, "example": True,
}  # fmt: skip
HIDDEN_ROW = ROW | {
    "status": "protected", "reason": "would_reveal", "value": None, "low": None, "high": None,
    "numerator": None,
}  # fmt: skip


def records(rows: list[dict[str, Any]], language: str = "nl") -> list[dict[str, str]]:
    text = files.figures_csv(rows, language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_keeps_its_bounds_breakdown_and_sources() -> None:
    found, bounded, _ = records([ROW, BOUNDED, HIDDEN_ROW])
    assert (found["value"], found["low"], found["high"]) == ("20.0", "20.0", "20.0")
    assert (found["numerator_low"], found["numerator_high"]) == ("20", "20")
    assert (found["denominator_low"], found["example"]) == ("", "")
    assert bounded["value"] == ""
    assert [bounded[f"{n}_{b}"] for n in ("numerator", "denominator") for b in ("low", "high")] == [
        "1", "4", "9", "12",
    ]  # fmt: skip
    assert (bounded["by"], bounded["example"]) == ("gender=male;school_type=havo", "voorbeeld")
    assert found["sources"] == "a" * 64


def test_unknown_is_empty_and_says_why() -> None:
    (hidden,) = records([HIDDEN_ROW])
    numbers = {k: v for k, v in hidden.items() if k.endswith(("value", "low", "high"))}
    assert set(numbers.values()) == {""}
    assert (hidden["status"], hidden["reason"]) == ("protected", "would_reveal")


def test_columns_are_the_same_in_every_language() -> None:
    assert records([BOUNDED], "nl")[0].keys() == records([BOUNDED], "de")[0].keys()
    assert files.figures_csv([ROW]) == files.figures_csv([ROW])


def test_a_spreadsheet_has_the_same_bytes_and_runs_no_formulas() -> None:
    evil = ROW | {"place": "=1+1", "reason": "http://example.org"}
    first, second = files.figures_xlsx([evil, BOUNDED]), files.figures_xlsx([evil, BOUNDED])
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in words
    assert "voorbeeld" in words


def test_every_figure_of_a_region_is_a_row(example_results: Results) -> None:
    rows = list(_figures(example_results.published.series, example=True))
    found = records(rows)
    assert [r["id"] for r in found] == [r["id"] for r in rows]
    assert {r["example"] for r in found} == {"voorbeeld"}
    assert not any("None" in cell for r in found for cell in r.values())


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_observations_leave_as_their_publisher_published_them(tmp_path: Path, kind: str) -> None:
    rows = [primary("2020-2021", 10), primary("2020-2021", HIDDEN, place="00PB00")]
    data = store(tmp_path / "data", Table("duo_po_pupils", rows)).store
    out = tmp_path / f"out.{kind}"
    found = files.export_observations(out, kind, data)
    assert (found["rows"], found["files"]) == (2, 1)
    if kind == "parquet":
        table = pq.read_table(out)
        assert table.schema.names == SCHEMA.names
        lines = table.to_pylist()
    else:
        lines = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
        assert list(lines[0]) == SCHEMA.names
    hidden = next(line for line in lines if line["status"] == "bounded")
    assert (float(hidden["low"]), float(hidden["high"])) == (1.0, 4.0)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["data", out.name])


def test_without_observations_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        files.export_observations(tmp_path / "out.csv", "csv", Store(tmp_path / "data"))
    assert (caught.value.code, caught.value.exit_code) == ("nothing_read", 12)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        files.export("everything", out=tmp_path / "out.csv", data=tmp_path)
