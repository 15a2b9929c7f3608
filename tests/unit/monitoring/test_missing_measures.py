"""A measure that no column of a file holds is missing with a reason; it is never 0."""

from pathlib import Path

import pytest

from instroom import api
from instroom.sources import receipts

HEADER = (
    "INSTELLINGSCODE;VESTIGINGSCODE;INSTELLINGSNAAM_VESTIGING;PLAATSNAAM;GEMEENTENUMMER;PROVINCIE"
)


def pupils(folder: Path, more: str = "", cells: str = "") -> Path:
    """Write 1,100 invented schools with their pupils, in DUO's form."""
    lines = [f"{HEADER};AANTAL LEERLINGEN{more}"]
    for n in range(1100):
        brin = f"{n // 26:02d}{chr(65 + n % 26)}Q"
        lines.append(f"{brin};{brin}00;School;ENSCHEDE;0153;Overijssel;860{cells}")
    path = folder / "leerlingen-2024.csv"
    path.write_text("\r\n".join(lines) + "\r\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("more", "cells"),
    [
        ("", ""),
        (";AANTAL VO LEERLINGEN UITBESTEED AAN VAVO", ";0"),
        (";AANTAL LERAREN", ";40"),
        (";AANTAL_ZITTERS;AANTAL_AFSTROOM;AANTAL_OPSTROOM", ";9;9;9"),
    ],
    ids=["counts only", "outsourced", "teachers", "all renamed"],
)
@pytest.mark.parametrize("indicator", ["vo_repeaters", "vo_moves_up", "vo_moves_down"])
def test_a_count_of_pupils_is_no_share_of_repeaters(
    tmp_path: Path, indicator: str, more: str, cells: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    api.read(pupils(tmp_path, more, cells), data=data)
    (figure,) = api.series(indicator, data=data)["series"]
    assert (figure["status"], figure["value"], figure["low"]) == ("missing", None, None)
    assert figure["reason"]


def test_an_older_store_that_lacks_a_measure_says_so(tmp_path: Path) -> None:
    """Files stored by an earlier version may lack a measure; the sum of nothing is not 0."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    data = tmp_path / "data"
    moves = ";AANTAL_ZITTENBLIJVERS;AANTAL_AFSTROMERS;AANTAL_OPSTROMERS"
    found = api.read(pupils(tmp_path, moves, ";9;8;7"), data=data, period="2024-2025")
    (entry,) = found["files"]
    assert entry["source"] == "duo_vo_moves"
    (figure,) = api.series("vo_repeaters", data=data)["series"]
    assert (figure["status"], round(figure["value"], 4)) == ("ok", round(9 / 860, 4))
    stored = data / "files" / entry["sha256"] / "observations.parquet"
    table = pq.read_table(stored)
    pq.write_table(table.filter(pc.field("measure") != "repeaters"), stored)
    receipts.write(
        receipts.sealed(receipts.opened(stored.parent), entry["sha256"], stored.parent),
        stored.parent,
    )
    for row in api.series("vo_repeaters", data=data)["series"]:
        assert (row["status"], row["value"]) == ("missing", None)
        assert row["reason"] == "measure_not_in_file"


def test_a_column_of_nothing_but_zeros_is_refused(tmp_path: Path) -> None:
    moves = ";AANTAL_ZITTENBLIJVERS;AANTAL_AFSTROMERS;AANTAL_OPSTROMERS"
    found = api.read(pupils(tmp_path, moves, ";0;8;7"), data=tmp_path / "data", period="2024-2025")
    (entry,) = found["files"]
    assert (entry["status"], entry["error"]["code"]) == ("refused", "all_zero")
    assert entry["error"]["where"]["column"] == "AANTAL_ZITTENBLIJVERS"
