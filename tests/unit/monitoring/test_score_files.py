"""Score files in every form people have them: the same columns, or a refusal with its place."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyreadstat
import pytest
import xlsxwriter

from instroom.core.errors import DataError
from instroom.monitoring.effects import effect
from instroom.monitoring.score_files import read_columns
from instroom.sources.frames import of_table

ROWS: list[list[Any]] = [["school", "t", "na"], ["A", 0, 1.067], ["B", 1, 945], ["C", 1, None]]


def xlsx(path: Path, sheets: dict[str, list[list[Any]]], hide: tuple[str, ...] = ()) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            made = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        made.write(at, place, cell)
            if name in hide:
                made.hide()
    return path


def ods(path: Path, rows: list[list[Any]]) -> Path:
    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            return (
                '<table:table-cell office:value-type="string">'
                f"<text:p>{value}</text:p></table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    text = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Blad1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", text)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            "</manifest:manifest>",
        )
    return path


def refused(path: Path, sheet: str | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        read_columns(path, sheet)
    return caught.value


@pytest.mark.parametrize("make", ["xlsx", "ods", "name says csv"])
def test_a_sheet_is_read_like_a_csv_and_its_numbers_are_sure(tmp_path: Path, make: str) -> None:
    path = tmp_path / {"xlsx": "a.xlsx", "ods": "a.ods"}.get(make, "a.csv")
    data = read_columns(ods(path, ROWS) if make == "ods" else xlsx(path, {"Scores": ROWS}))
    assert data.names == ["school", "t", "na"]
    assert data.numbers("na").tolist()[:2] == [1.067, 945]
    assert data.rows == 3
    assert data.words("school").tolist() == ["A", "B", "C"]


def test_more_sheets_are_asked_for_and_hidden_ones_do_not_count(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Voor": ROWS, "Na": ROWS, "Leeg": []})
    error = refused(path)
    assert (error.code, error.found) == ("which_sheet", "Voor, Na")
    assert read_columns(path, "Na").rows == 3
    assert refused(path, "Nee").code == "no_sheet"
    hidden = xlsx(tmp_path / "b.xlsx", {"Scores": ROWS, "Oud": ROWS}, hide=("Oud",))
    assert read_columns(hidden).rows == 3


def test_a_wrong_cell_is_named_by_the_row_of_the_sheet(tmp_path: Path) -> None:
    rows = [[None], ["school", "na"], ["A", 1], [None], ["B", "veel"]]
    path = xlsx(tmp_path / "a.xlsx", {"Scores": rows})
    with pytest.raises(DataError) as caught:
        read_columns(path).numbers("na")
    assert caught.value.where is not None
    assert (caught.value.where.row, caught.value.found) == (5, "veel")


def test_a_date_is_no_score(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "d-m-yyyy"}) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, ["na"])
        made.write_datetime(1, 0, date(2026, 3, 5))
    with pytest.raises(DataError) as caught:
        read_columns(path).numbers("na")
    assert caught.value.code == "not_a_number"


def test_a_cell_outside_the_table_is_refused(tmp_path: Path) -> None:
    rows = [["school", "na"], ["A", 1], ["B", 2, None, "let op"]]
    error = refused(xlsx(tmp_path / "a.xlsx", {"Scores": rows}))
    assert (error.code, error.found) == ("uneven_row", "let op")


def test_an_spss_file_is_read_and_what_it_calls_missing_is_missing(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"school": ["A", "B", "C"], "t": [0.0, 1, 1], "na": [3.25, 99, 4]})
    path = tmp_path / "scores.sav"
    pyreadstat.write_sav(
        frame, str(path), missing_ranges={"na": [99]},
        variable_value_labels={"t": {0: "nee", 1: "ja"}},
    )  # fmt: skip
    data = read_columns(path)
    assert data.numbers("t").tolist() == [0, 1, 1]
    numbers = data.numbers("na")
    assert (numbers[0], numbers[2], numbers[1] != numbers[1]) == (3.25, 4, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"$FL2@(#) SPSS DATA FILE" + bytes(40), "not_spss"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old_workbook"),
        (b"PK\x03\x04 no zip at all", "damaged"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(data)
    error = refused(path)
    assert error.code == code
    assert error.expected or error.hint


def test_a_sheet_of_a_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    assert refused(path, "Blad1").code == "no_sheet"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_what_spreadsheet_programs_save_as_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("sep=;\r\nschool;na\r\nCafé;3,5\r\n".encode(encoding))
    data = read_columns(path)
    assert (data.words("school").tolist(), data.numbers("na").tolist()) == (["Café"], [3.5])


def test_numbers_of_a_table_in_memory_are_sure() -> None:
    data = of_table(pa.table({"na": [945.0, 1.067], "school": [1.0, 2.0]}))
    assert data.numbers("na").tolist() == [945, 1.067]
    assert data.words("school").tolist() == ["1", "2"]


def test_a_workbook_gives_the_answer_of_the_csv(tmp_path: Path) -> None:
    rows = [["school", "t", "na"]]
    rows += [[f"s{i % 12}", i % 2, round(1 + (i * 37 % 50) / 10, 1)] for i in range(240)]
    book = xlsx(tmp_path / "a.xlsx", {"Scores": rows, "Uitleg": [["tekst"]]})
    text = tmp_path / "a.csv"
    text.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    options: dict[str, Any] = {"outcome": "na", "treatment": "t", "groups": ["school"]}
    assert effect(book, sheet="Scores", **options) == effect(text, **options)


def test_a_zip_of_a_workbook_is_one_file(tmp_path: Path) -> None:
    inner = xlsx(tmp_path / "a.xlsx", {"Scores": ROWS})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(inner, "a.xlsx")
    path = tmp_path / "a.zip"
    path.write_bytes(packed.getvalue())
    assert read_columns(path).rows == 3
