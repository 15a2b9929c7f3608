"""Workbooks: nothing is added up over sheets, hidden or not; a cell without a value is missing."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from instroom.core.errors import SourceError
from instroom.sources import parse

HEADER = ("Gemeentecode", "Gemeentenaam", "Instandhoudingsnorm", "Stichtingsnorm")
ROWS = (("0153", "Enschede", 150, 250), ("0164", "Hengelo", 120, 220))


def book(path: Path, fill: Callable[[Any], None]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        fill(workbook)
    return path


def sheet(workbook: Any, name: str, *, hide: bool = False, rows: Any = ROWS) -> Any:
    made = workbook.add_worksheet(name)
    for number, row in enumerate((HEADER, *rows)):
        made.write_row(number, 0, row)
    if hide:
        made.hide()
    return made


def parsed(path: Path, out: Path) -> dict[str, Any]:
    out.mkdir(exist_ok=True)
    return parse.parse_file(str(path), str(out), path.name, "0" * 64, "duo_school_norms", None)


def test_one_sheet_is_read(tmp_path: Path) -> None:
    receipt = parsed(book(tmp_path / "a.xlsx", lambda w: sheet(w, "A")), tmp_path / "out")
    assert (receipt["status"], receipt["rows"], receipt["observations"]) == ("read", 2, 4)


@pytest.mark.parametrize("hide", [False, True], ids=["shown", "hidden"])
def test_the_same_table_on_two_sheets_is_refused(tmp_path: Path, hide: bool) -> None:
    def fill(workbook: Any) -> None:
        sheet(workbook, "Tabel 1")
        sheet(workbook, "Tabel 2", hide=hide)

    with pytest.raises(SourceError) as caught:
        parsed(book(tmp_path / "a.xlsx", fill), tmp_path / "out")
    assert caught.value.code == "double_key"
    assert "'Tabel 1' and 'Tabel 2'" in (caught.value.found or "")


def test_a_repeated_header_on_a_sheet_is_refused(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        made = sheet(workbook, "A")
        made.write_column(0, 4, ("instandhoudingsnorm ", 150, 120))

    with pytest.raises(SourceError) as caught:
        parsed(book(tmp_path / "a.xlsx", fill), tmp_path / "out")
    assert caught.value.code == "repeated_column"


@pytest.mark.parametrize("outcome", ["#N/A", "#DIV/0!", "#REF!", ""])
def test_a_formula_without_an_outcome_is_missing_with_a_warning(
    tmp_path: Path, outcome: str
) -> None:
    import pyarrow.parquet as pq

    def fill(workbook: Any) -> None:
        sheet(workbook, "A").write_formula(1, 2, "=C9", None, outcome)

    receipt = parsed(book(tmp_path / "a.xlsx", fill), tmp_path / "out")
    warning = next(w for w in receipt["warnings"] if w["code"] == "broken_cells")
    assert (warning["count"], "C2" in warning["message"]) == (1, True)
    table = pq.read_table(tmp_path / "out" / "observations.parquet").to_pylist()
    cell = next(r for r in table if r["row"] == 2 and r["measure"] == "closing_norm")
    assert (cell["low"], cell["high"], cell["status"]) == (None, None, "missing")


def test_a_hidden_sheet_that_is_read_is_named(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet(workbook, "A")
        sheet(workbook, "B", hide=True, rows=(("0141", "Almelo", 110, 210),))

    receipt = parsed(book(tmp_path / "a.xlsx", fill), tmp_path / "out")
    warning = next(w for w in receipt["warnings"] if w["code"] == "hidden_sheets")
    assert "B" in warning["message"]
    assert receipt["rows"] == 3


def test_a_zip_that_holds_a_part_twice_is_refused(tmp_path: Path) -> None:
    whole = book(tmp_path / "a.xlsx", lambda w: sheet(w, "A")).read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with pytest.warns(UserWarning, match="Duplicate name"):
            new.writestr("xl/worksheets/sheet1.xml", old.read("xl/worksheets/sheet1.xml"))
    path = tmp_path / "b.xlsx"
    path.write_bytes(out.getvalue())
    with pytest.raises(SourceError) as caught:
        parsed(path, tmp_path / "out")
    assert caught.value.code == "repeated_part"


def test_xml_with_names_of_its_own_is_refused(tmp_path: Path) -> None:
    """No spreadsheet program writes a DOCTYPE; who does wants names that grow or ask files."""
    good = book(tmp_path / "a.xlsx", lambda w: sheet(w, "A"))
    harmful = tmp_path / "b.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(harmful, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"<worksheet", b'<!DocType x [<!ENTITY a "ha">]><worksheet', 1)
            new.writestr(name, part)
    with pytest.raises(SourceError) as caught:
        parsed(harmful, tmp_path / "out")
    assert caught.value.code == "not_a_workbook"
    assert "xl/worksheets/sheet1.xml" in (caught.value.found or "")


def test_a_sheet_makes_only_tables_that_can_be_a_layout() -> None:
    """A long sheet is not copied once for each of its first rows."""
    from instroom.sources.readers import workbook

    found = io.BytesIO()
    with xlsxwriter.Workbook(found) as made:
        page = made.add_worksheet("A")
        for row in range(9):
            page.write_row(row, 0, ["x", f"kop {row}", "y"])
    asked: list[str] = []

    def may_be(header: list[str]) -> bool:
        asked.append(header[1])
        return header[1] == "kop 3"

    options = [list(sheet) for sheet in workbook.tables(found.getvalue(), may_be)]
    assert [[table.header[1] for table in tables] for tables in options] == [["kop 3"]]
    assert asked == [f"kop {row}" for row in range(9)]
