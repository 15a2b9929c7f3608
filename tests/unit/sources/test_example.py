"""The invented files: like the publisher's to the byte, invented in every name and figure."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from instroom.definitions import registry
from instroom.sources import parse
from instroom.sources.example import write_example

ENCODINGS = {
    "exams_open": "latin-1",
    "exams_hidden": "utf-8",
    "pupils_2016": "latin-1",
    "pupils_2019": "latin-1",
    "addresses_vo": "latin-1",
    "primary": "utf-8-sig",
    "addresses_po": "cp1252",
    "mbo": "utf-8",
    "hbo": "ascii",
    "wo": "ascii",
}
#: The genuine file of each layout, with its encoding.
GENUINE = {
    "exams_open": "duo/vo/examenkandidaten-en-geslaagden-2014-2019.csv",
    "exams_hidden": "duo/vo/duo_examen_raw_all.csv",
    "pupils_2016": "duo/vo/2016-01.csv",
    "pupils_2019": "duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv",
    "addresses_vo": "duo/vo/alle-vestigingen-vo.csv",
    "primary": "duo/po/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv",
    "addresses_po": "duo/po/02.-alle-schoolvestigingen-basisonderwijs.csv",
    "mbo": "duo/mbo/mbo_inscriptions_2019.csv",
    "hbo": "duo/ho/hbo_inscriptions_2019.csv",
    "wo": "duo/ho/wo_inscriptions_2019.csv",
}
#: Files whose columns two sources share: a part of a file cannot tell which.
SAME_COLUMNS = {
    "hbo": "duo_hbo_entrants",
    "wo": "duo_wo_entrants",
    "addresses_po": "duo_po_addresses",
}


def records(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";") if len(row) > 1]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def read(path: Path, out: Path, source: str | None = None) -> dict:
    out.mkdir(exist_ok=True)
    return parse.parse_file(str(path), str(out), path.name, "00", source, None)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, second = write_example(tmp_path / "a"), write_example(tmp_path / "b")
    other = write_example(tmp_path / "c", seed=2)
    assert [p.name for p in first] == sorted(p.name for p in second) == [p.name for p in other]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert sum(p.read_bytes() == q.read_bytes() for p, q in zip(first, other, strict=True)) <= 2


@pytest.mark.parametrize("name", ENCODINGS)
def test_file_is_read_as_an_example(example: dict[str, Path], name: str, tmp_path: Path) -> None:
    receipt = read(example[name], tmp_path / "out", SAME_COLUMNS.get(name))
    assert receipt["status"] == "read"
    assert receipt["example"], "invented figures must be known as invented"
    assert receipt["encoding"] == ENCODINGS[name]
    assert receipt["rows"] == len(records(example[name], ENCODINGS[name]))
    expected = {"period_from_name"} if name.startswith("pupils") else set()
    expected |= {"stray_records"} if name in {"mbo", "hbo", "wo"} else set()
    assert {w["code"] for w in receipt["warnings"]} == expected


def test_periods_follow_the_columns(example: dict[str, Path], tmp_path: Path) -> None:
    wanted = {
        "exams_open": ("2014-2015", "2018-2019"),
        "exams_hidden": ("2019-2020", "2023-2024"),
        "pupils_2016": ("2016-2017", "2016-2017"),
        "primary": ("1996-1997", "2025-2026"),
        "mbo": ("2015-2016", "2019-2020"),
    }
    for name, (first, last) in wanted.items():
        periods = read(example[name], tmp_path / name)["periods"]
        assert (periods[0], periods[-1]) == (first, last)


def test_bytes_have_the_publishers_habits(example: dict[str, Path]) -> None:
    for name, path in example.items():
        data = path.read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n"), name
        assert data.endswith(b"\r\n"), name
    hidden = example["exams_hidden"].read_bytes()
    assert hidden.startswith(b'"INSTELLINGSCODE";"VESTIGINGSCODE";') and b'"<5"' in hidden
    assert hidden.split(b"\r\n")[0].count(b";") == 51
    assert b"<5" not in example["exams_open"].read_bytes()
    assert b";,0%" in example["exams_open"].read_bytes()
    assert example["exams_open"].read_bytes().split(b"\r\n")[0].count(b";") == 66
    assert example["primary"].read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\x91Carr\xe9\x92" in example["addresses_po"].read_bytes()
    for name in ("mbo", "hbo", "wo"):
        assert b'\r\n""\r\n' in example[name].read_bytes(), name
    assert b";;;" in example["mbo"].read_bytes()


def test_no_code_and_no_place_is_real(example: dict[str, Path]) -> None:
    towns = {tile.name.upper() for tile in registry.regions()["voorbeeld"].municipalities.values()}
    for name, path in example.items():
        for record in records(path, ENCODINGS[name]):
            for column, cell in record.items():
                if (
                    column.startswith(("BRIN NUMMER ", "INSTELLINGSCODE"))
                    or column == "BRIN NUMMER"
                ):
                    assert re.fullmatch(r"9\d[A-Z]{2}| *", cell), (name, column, cell)
                if column.startswith("GEMEENTENAAM"):
                    assert cell.upper() in towns
                if column.startswith("BEVOEGD"):
                    assert cell.startswith("99")


def test_sums_hold(example: dict[str, Path]) -> None:
    for record in records(example["exams_open"], "latin-1"):
        for year in ("2014-2015", "2018-2019"):
            for kind in ("EXAMENKANDIDATEN", "GESLAAGDEN"):
                cells = {g: int(record[f"{kind} SCHOOLJAAR {year} - {g}"]) for g in GROUPS}
                assert cells.pop("TOTAAL") == sum(cells.values())
    for record in records(example["mbo"], "utf-8"):
        if record["TOTAAL2019"]:
            parts = int(record["MAN2019"]) + int(record["VROUW2019"])
            assert int(record["TOTAAL2019"]) == parts


GROUPS = ("MAN", "VROUW", "ONBEKEND", "TOTAAL")


def test_pupils_in_the_last_year_are_the_candidates(example: dict[str, Path]) -> None:
    pupils = records(example["pupils_2016"], "latin-1")
    exams = records(example["exams_open"], "latin-1")
    last = sum(
        int(r["LEER- OF VERBLIJFSJAAR 5 - VROUW"]) for r in pupils if "HAVO" in r["OPLEIDINGSNAAM"]
    )
    column = "EXAMENKANDIDATEN SCHOOLJAAR 2016-2017 - VROUW"
    assert last == sum(int(r[column]) for r in exams if r["ONDERWIJSTYPE VO"] == "HAVO")


def test_cohorts_are_plausible_and_shrink(example: dict[str, Path]) -> None:
    primary = records(example["primary"], "utf-8-sig")
    totals = [
        sum(int(r[f"LEERLINGEN_{y}"].replace("<5", "2")) for r in primary) for y in (2008, 2025)
    ]
    assert totals[1] < 0.92 * totals[0]
    pupils = records(example["pupils_2019"], "latin-1")
    first = sum(int(r[f"LEER- OF VERBLIJFSJAAR 1 - {g}"]) for r in pupils for g in ("MAN", "VROUW"))
    assert 0.5 < first / (totals[1] / 8) < 2
    exams = records(example["exams_open"], "latin-1")
    by_year = [
        sum(int(r[f"EXAMENKANDIDATEN SCHOOLJAAR {y}-{y + 1} - TOTAAL"]) for r in exams)
        for y in range(2014, 2019)
    ]
    assert np.polyfit(range(5), by_year, 1)[0] < 0
    technical = sum(
        int(r["EXAMENKANDIDATEN SCHOOLJAAR 2018-2019 - TOTAAL"])
        for r in exams
        if r["INSPECTIECODE"] in ("50", "54", "60", "64")
    )
    everybody = sum(
        int(r["EXAMENKANDIDATEN SCHOOLJAAR 2018-2019 - TOTAAL"])
        for r in exams
        if r["ONDERWIJSTYPE VO"] in ("HAVO", "VWO")
    )
    assert 0.15 < technical / everybody < 0.35


@pytest.mark.slow
def test_large_has_national_row_counts(tmp_path: Path) -> None:
    rows = {p.name[:12]: p.read_bytes().count(b"\n") for p in write_example(tmp_path, size="large")}
    assert 12_000 < rows["examenkandid"] < 16_000
    assert 9_000 < rows["06.-historis"] < 11_000
    assert 17_000 < rows["08-deelnemer"] < 21_000


@pytest.mark.shared
@pytest.mark.parametrize("name", GENUINE)
def test_header_is_the_publishers(example, shared_data: Path, name: str) -> None:
    real = (shared_data / GENUINE[name]).read_bytes().splitlines()[0]
    assert example[name].read_bytes().splitlines()[0] == real
