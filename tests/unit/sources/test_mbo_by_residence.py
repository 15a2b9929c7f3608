"""Two tables of CBS on mbo by residence: typed or untyped, with labour-market regions."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import SourceError
from instroom.core.places import kind_of
from instroom.sources import parse

TABLES = {
    "cbs_85353ned": ("MboStudenten_1", "students"),
    "cbs_85356ned": ("GediplomeerdenMbo_1", "graduates"),
}
HEADER = ["ID", "Geslacht", "Niveau", "Leerweg", "Studierichting", "Regio", "Perioden"]
#: Codes as CBS pads them; AM05 is a labour-market region, its number is made up here.
ROWS = [
    ("T001038", "T001336", "A025290", "T001072", "NL01  ", "2023SJ00", 170211),
    ("T001038", "T001336", "A025290", "T001072", "AM05  ", "2023SJ00", 7211),
    ("3000   ", "A041763", "A041868", "700000 ", "AM05  ", "2023SJ00", 12),
    ("4000   ", "A041763", "A025293", "700000 ", "PV23  ", "2024SJ00", None),
    ("T001038", "A041751", "A041867", "T001072", "GM0153", "2023SJ00", 3),
]


def text_of(source: str, typed: bool) -> str:
    header = ";".join(f'"{name}"' for name in [*HEADER, TABLES[source][0]])
    lines = [header]
    for number, (*codes, value) in enumerate(ROWS):
        keys = ";".join(f'"{code}"' for code in codes)
        if typed:
            lines.append(f"{number};{keys};{'' if value is None else value}")
        else:
            shown = "." if value is None else str(value)
            lines.append(f'"{number}";{keys};"{shown:>8}"')
    return "\r\n".join([*lines, ""])


def read(text: str, out: Path, name: str = "tabel.csv") -> tuple[Any, list[dict[str, Any]]]:
    out.mkdir(exist_ok=True)
    path = out / "file.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    receipt = parse.parse_file(str(path), str(out), name, "00", None, None)
    found = out / "observations.parquet"
    return receipt, pq.read_table(found).to_pylist() if found.exists() else []


@pytest.mark.parametrize("source", TABLES)
@pytest.mark.parametrize("typed", [False, True])
def test_both_forms_give_the_same_rows(source: str, typed: bool, tmp_path: Path) -> None:
    receipt, rows = read(text_of(source, typed), tmp_path)
    assert (receipt["status"], receipt["source"]) == ("read", source)
    assert receipt["periods"] == ["2023-2024", "2024-2025"]
    assert {row["measure"] for row in rows} == {TABLES[source][1]}
    assert [row["place"] for row in rows] == ["NL01", "AM05", "AM05", "PV23", "GM0153"]
    assert [row["municipality"] for row in rows] == [None, None, None, None, "GM0153"]
    assert [row["level"] for row in rows] == ["total", "total", "4", "4", "entree"]
    assert [row["form"] for row in rows] == ["total", "total", "bol", "bbl", "no_extranei"]
    assert [row["gender"] for row in rows] == ["total", "total", "male", "female", "total"]
    assert [row["low"] for row in rows] == [170211, 7211, 12, None, 3]
    assert rows[3]["status"] == "missing", "no figure is not 0"


def test_a_labour_market_region_is_a_kind_of_place() -> None:
    assert kind_of("AM05") == "labour_market_region"
    assert kind_of("CR12") == "corop"


@pytest.mark.parametrize(("source", "other"), [tuple(TABLES), tuple(TABLES)[::-1]])
def test_the_measure_tells_the_two_apart(source: str, other: str, tmp_path: Path) -> None:
    receipt, _ = read(text_of(source, typed=False), tmp_path, f"{other.removeprefix('cbs_')}.csv")
    assert receipt["source"] in (source, None)


@pytest.mark.parametrize("column", ["Niveau", "Studierichting", "Regio"])
def test_neighbours_without_a_column_are_other_tables(column: str, tmp_path: Path) -> None:
    text = text_of("cbs_85356ned", typed=False).replace(f'"{column}"', '"Herkomstland"', 1)
    try:
        receipt, rows = read(text, tmp_path)
    except SourceError as error:
        assert error.code == "missing_column"
    else:
        assert (receipt["status"], rows) == ("unknown", [])


def test_a_row_twice_is_refused(tmp_path: Path) -> None:
    lines = text_of("cbs_85356ned", typed=True).splitlines()
    with pytest.raises(SourceError) as caught:
        read("\r\n".join([*lines, lines[2].replace("1;", "99;", 1), ""]), tmp_path)
    assert caught.value.code == "double_key"
