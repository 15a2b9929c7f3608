"""No text that leaves is a formula: every export, found by looking, and every hostile start."""

import ast
import csv
import inspect
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import instroom
from instroom.cli.main import build
from instroom.core.printing import inert, restored
from instroom.reports import files
from instroom.sources.store import Store
from unit.monitoring.small import Table, primary, store
from unit.reports.test_files import BOUNDED, ROW

SOURCE = Path(instroom.__file__).parents[1]
STARTS = ("=1+1", "+31 53", "-", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "''-x", "'t Hof")
#: These write files in a publisher's form or one of our own, to be read by Instroom again.
PUBLISHERS_FORMS = {
    "instroom/sources/roads.py",
    "instroom/sources/example.py",
    "instroom/sources/own_rows.py",
}
WRITERS = {"writer", "DictWriter", "CSVWriter", "write_csv", "to_csv", "to_excel", "Workbook"}


def test_tables_for_people_are_written_in_one_place() -> None:
    writing = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                writing |= {path.relative_to(SOURCE).as_posix()} if name in WRITERS else set()
    assert writing - PUBLISHERS_FORMS == {"instroom/reports/files.py"}


def csv_cells(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def xlsx_cells(raw: bytes) -> list[list[Any]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    return CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()


def figure_exports() -> dict[str, Callable[[], list[list[Any]]]]:
    """Return every function of the module that writes figures, with its cells."""
    rows = [
        {**BOUNDED, "reason": text, "by": {"school": text}, "value": -1.5, "low": -2.0}
        for text in STARTS
    ]
    cells = {"csv": csv_cells, "xlsx": xlsx_cells}
    writers = inspect.getmembers(files, inspect.isfunction)
    return {
        name: lambda write=write, read=cells[name[8:]]: read(write(rows))
        for name, write in writers
        if name.startswith("figures_")
    }


def observation_formats() -> list[str]:
    commands = next(a for a in build()._actions if a.dest == "command").choices
    option = next(a for a in commands["export"]._actions if a.dest == "format")
    return list(option.choices)


def number(cell: object) -> bool:
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


def dangerous(cell: object) -> bool:
    return isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r\n")


@pytest.mark.parametrize("name", sorted(figure_exports()))
def test_no_figure_leaves_as_a_formula(name: str) -> None:
    head, *lines = figure_exports()[name]()
    reasons = [line[head.index("reason")] for line in lines]
    assert [restored(str(cell)) for cell in reasons] == list(STARTS)
    for line in lines:
        assert [c for c in line if dangerous(c) and not number(c)] == []
        assert float(line[head.index("value")]) == -1.5, "a number stays a number"


@pytest.mark.parametrize("form", observation_formats())
def test_no_observation_leaves_as_a_formula(form: str, tmp_path: Path) -> None:
    rows = [
        primary("2020-2021", 10, place=f"00P{i:03d}") | {"place_name": text, "low": -3.0}
        for i, text in enumerate(STARTS)
    ]
    data = store(tmp_path / "data", Table("duo_po_pupils", rows)).store
    out = tmp_path / f"out.{form}"
    files.export_observations(out, form, data)
    if form == "parquet":  # has types: nothing in it is worked out
        found = pq.read_table(out).column("place_name").cast(pa.string()).to_pylist()
        assert found == list(STARTS)
        return
    head, *lines = csv_cells(out.read_bytes())
    names = [line[head.index("place_name")] for line in lines]
    assert [restored(cell) for cell in names] == list(STARTS)
    for line in lines:
        texts = [c for i, c in enumerate(line) if head[i] not in ("low", "high", "row")]
        assert [c for c in texts if dangerous(c)] == []
        assert float(line[head.index("low")]) == -3.0


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert restored(inert(text)) == text
    assert not dangerous(inert(text))


@pytest.mark.shared
def test_real_observations_leave_without_formulas(shared_data: Path, tmp_path: Path) -> None:
    from instroom.sources.read import read

    read(shared_data, data=tmp_path / "data")
    found = files.export_observations(tmp_path / "out.csv", "csv", Store(tmp_path / "data"))
    # Millions of cells: DuckDB looks at them in a second, Python's lists take gigabytes.
    with duckdb.connect() as base:
        source = f"read_csv('{tmp_path / 'out.csv'}', all_varchar = true, header = true)"
        names = [row[0] for row in base.execute(f"describe select * from {source}").fetchall()]  # noqa: S608  our own file and columns
        texts = [name for name in names if name not in ("low", "high", "row")]
        bad = " or ".join(f"regexp_matches(\"{n}\", '^[=+\\-@\\t\\r\\n]')" for n in texts)
        wanted = f'count(*), count(*) filter ({bad}), count(distinct "place")'
        total, dangerous_rows, places = base.execute(f"select {wanted} from {source}").fetchone()  # noqa: S608  our own file and columns
    assert (total, dangerous_rows) == (found["rows"], 0)
    assert places > 1000


def test_a_row_without_anything_strange_is_not_touched() -> None:
    head, line = csv_cells(files.figures_csv([ROW]))
    assert line[head.index("id")] == ROW["id"]
