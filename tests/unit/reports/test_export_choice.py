"""How large an export will be is said before it is made, and what is large must be asked for."""

from pathlib import Path

import pytest

from instroom.core.errors import DataError, DefinitionError, UserError
from instroom.reports import export_choice, files
from instroom.reports.export_choice import chosen, export_size
from instroom.sources.store import Store
from unit.monitoring.small import Table, primary, store

pytest_plugins = ("unit.monitoring.reading",)
MANY = [primary("2020-2021", 10 + n, place=f"{n:02d}PB{n % 90:02d}") for n in range(90)]


@pytest.fixture
def data(tmp_path: Path) -> Store:
    return store(tmp_path / "data", Table("duo_po_pupils", MANY)).store


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_size_that_is_said_is_about_the_size_it_gets(
    data: Store, tmp_path: Path, form: str
) -> None:
    said = export_size(chosen(data), form)
    out = tmp_path / f"out.{form}"
    found = files.export("observations", out=out, data=data.root)
    assert (said.rows, said.files) == (found["rows"], found["files"]) == (90, 1)
    assert found["bytes"] == out.stat().st_size
    assert 0.6 < said.bytes / found["bytes"] < 1.4


def test_what_will_be_large_is_refused_before_anything_is_written(
    data: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_choice, "MOST_BYTES", 100)
    out = tmp_path / "out.csv"
    out.write_text("stays")
    with pytest.raises(UserError) as caught:
        files.export("observations", out=out, data=data.root)
    assert caught.value.code == "large_export"
    assert "90 rows" in str(caught.value.found)
    assert out.read_text() == "stays"
    assert files.export("observations", out=out, data=data.root, yes=True)["rows"] == 90


def test_an_indicator_takes_the_sources_that_it_is_counted_from(data: Store) -> None:
    assert [s.source for s in chosen(data, indicator="po_pupils")] == ["duo_po_pupils"]
    assert chosen(data, source="duo_po_pupils", indicator="po_pupils")


@pytest.mark.parametrize(
    ("source", "indicator"),
    [
        (None, "technical_profile_share"),
        ("duo_po_pupils", "technical_profile_share"),
        ("duo_vo_pupils", None),
        ("nothing", None),
    ],
)
def test_what_is_not_stored_is_refused(
    data: Store, source: str | None, indicator: str | None
) -> None:
    with pytest.raises(DataError) as caught:
        chosen(data, source, indicator)
    assert caught.value.code == "nothing_read"


def test_an_indicator_that_is_not_there_is_refused(data: Store) -> None:
    with pytest.raises(DefinitionError):
        chosen(data, indicator="nothing")


def test_a_file_without_rows_has_no_size(tmp_path: Path) -> None:
    empty = store(tmp_path / "data", Table("duo_po_pupils", MANY[:1])).store
    assert export_size([], "csv").bytes == 0
    assert export_size(chosen(empty), "csv").rows == 1
