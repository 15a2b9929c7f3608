"""Figures for a spreadsheet: every number comes back, every cell is safe, every row says whose."""

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from instroom.core.printing import restored
from instroom.core.texts import Texts
from instroom.reports import files, reader_files
from instroom.reports.reader_files import FileOrigin

SHA = "a" * 64
INPUT: Any = {
    "file": "x.csv", "sha256": SHA, "rows": 3, "licence": "CC0-1.0", "publisher": "duo",
    "source": "duo_exam_candidates", "title": "Examenkandidaten", "vintage": "2020-2021",
}  # fmt: skip
ORIGIN = FileOrigin(
    "https://voorbeeld.nl/nl/place/GM0153/?release=3", "2026-11-29", 3, {SHA: INPUT},
    {"GM0153": "Enschede"},
)  # fmt: skip
SHARE: Any = {
    "id": "technical_profile_share.exam.monitor:GM0153:2020-2021",
    "indicator": "technical_profile_share", "stage": "exam", "classification": "monitor",
    "place": "GM0153", "period": "2020-2021", "by": {"school_type": "havo"}, "status": "ok",
    "reason": None, "value": 0.1234567, "low": 0.1234567, "high": 0.1234567, "n": 1234567,
    "numerator": 152416, "denominator": 1234567, "sources": [SHA], "unit": "pupils",
    "example": False,
}  # fmt: skip
BOUNDED: Any = SHARE | {
    "status": "bounded", "value": None, "low": 0.4017, "high": 0.423,
    "numerator": {"low": 1, "high": 4}, "denominator": {"low": 9, "high": 12},
}  # fmt: skip
HIDDEN: Any = SHARE | {
    "status": "protected", "reason": "would_reveal", "value": None, "low": None, "high": None,
    "numerator": None, "denominator": None,
}  # fmt: skip
LANGUAGES = ("nl", "de", "en")


def lines(rows: list[Any], language: str = "nl") -> list[dict[str, str]]:
    raw = files.excel_csv(rows, language, ORIGIN)
    separator, _ = reader_files.separators(language)
    text = io.StringIO(raw.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_comes_back(language: str) -> None:
    decimal = reader_files.separators(language)[1]
    for row in (SHARE, BOUNDED):
        cells = list(lines([row], language)[0].values())
        low, high = (float(cells[place].replace(decimal, ".")) / 100 for place in (9, 10))
        assert (low, high) == pytest.approx((row["low"], row["high"]), abs=1e-8)
        assert [int(cell) for cell in cells[11:15]] == [
            *(reader_files.bounds_of(row["numerator"])),
            *(reader_files.bounds_of(row["denominator"])),
        ]


def test_dutch_and_german_spreadsheets_get_their_own_signs() -> None:
    for language in ("nl", "de"):
        raw = files.excel_csv([SHARE], language, ORIGIN)
        assert raw.startswith(b"\xef\xbb\xbf")
        assert b";12,34567;" in raw and b";1234567;" in raw, "no thousands, a decimal comma"
    assert b",12.34567," in files.excel_csv([SHARE], "en", ORIGIN)


def test_names_of_columns_are_in_the_readers_language_and_differ() -> None:
    heads = [tuple(lines([SHARE], language)[0]) for language in LANGUAGES]
    assert len(set(heads)) == len(LANGUAGES)
    assert all(len(set(head)) == len(head) for head in heads), "no two columns are called the same"
    assert all("" not in head for head in heads)


def test_unknown_is_empty_and_its_row_says_why() -> None:
    (row,) = lines([HIDDEN])
    assert [row[n] for n in ("Waarde", "Laagst mogelijk", "Hoogst mogelijk")] == ["", "", ""]
    assert row["Toelichting"].startswith("afgeschermd")
    assert row["Eenheid"] == "procent", "a hidden share is a share"
    (bounded,) = lines([BOUNDED])
    assert (bounded["Waarde"], bounded["Laagst mogelijk"]) == ("", "40,17")


def test_every_row_says_where_it_comes_from() -> None:
    for row in lines([SHARE, HIDDEN]):
        assert row["Bron"] == "DUO, Examenkandidaten"
        assert row["Licentie"] == "CC0-1.0"
        assert row["Pagina"].endswith("?release=3")
        assert (row["Uitgerekend op"], row["Uitgave"]) == ("2026-11-29", "3")
        assert (row["Plaats"], row["Uitsplitsing"]) == ("Enschede", "havo")
    assert "verzonnen" in lines([SHARE | {"example": True}])[0]["Toelichting"]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_text_is_a_formula(start: str) -> None:
    origin = FileOrigin(start, start, 1, {SHA: INPUT | {"title": start, "licence": start}}, {})
    row = SHARE | {"place": start, "by": {"school": start}, "classification": start}
    raw = files.excel_csv([row], "nl", origin).decode("utf-8-sig")
    (_, cells) = csv.reader(io.StringIO(raw, newline=""), delimiter=";")
    assert [c for c in cells if c[:1] in tuple("=+-@\t\r\n")] == []
    assert start in [restored(cell) for cell in cells]


def test_a_number_below_nothing_stays_a_number() -> None:
    (row,) = lines([SHARE | {"low": -0.5, "value": -0.5}])
    assert row["Laagst mogelijk"] == "-50"


def test_the_form_for_machines_did_not_change() -> None:
    expected = (
        "\ufeffid,indicator,stage,classification,place,period,by,status,reason,value,low,high,"
        "numerator_low,numerator_high,denominator_low,denominator_high,sources,example\r\n"
        "technical_profile_share.exam.monitor:GM0153:2020-2021,technical_profile_share,exam,"
        "monitor,GM0153,2020-2021,school_type=havo,bounded,,,0.4017,0.423,1,4,9,12,"
        f"{SHA},\r\n"
    )
    assert files.figures_csv([BOUNDED]).decode() == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_says_on_its_second_sheet_what_it_holds(language: str) -> None:
    raw = files.figures_xlsx([SHARE, BOUNDED, HIDDEN], language, ORIGIN)
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    numbers, words = (book.get_sheet_by_name(n).to_python() for n in book.sheet_names)
    assert numbers[0][:2] == ["id", "indicator"] and len(numbers) == 4
    said = [str(cell) for line in words for cell in line]
    for part in (ORIGIN.address, "CC0-1.0", "2026-11-29", "3", "Enschede", "2020-2021"):
        assert part in said, part
    assert any(cell.startswith("DUO, Examenkandidaten https://duo.nl/") for cell in said)


def test_hidden_and_bounded_figures_are_counted_apart() -> None:
    said = dict(reader_files.explained([SHARE, BOUNDED, HIDDEN, HIDDEN], Texts("nl"), ORIGIN))
    assert said["Cijfers in dit bestand"] == "4"
    assert said["Daarvan met een laagste en een hoogste"] == "1"
    assert said["Daarvan afgeschermd of onbekend"] == "2"


def test_a_definition_that_is_gone_says_nothing_wrong() -> None:
    row = SHARE | {"indicator": "gone", "classification": "old", "stage": "then"}
    (cells,) = lines([row])
    assert (cells["Onderwerp"], cells["Telling"]) == ("gone", "old")
    assert reader_files.explained([row], Texts("nl"), ORIGIN)
