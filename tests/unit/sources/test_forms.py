"""Forms that publishers and spreadsheet programs send: the same table in any wrapper."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import SourceError
from instroom.sources import parse, wrappers
from instroom.sources.decode import decode
from instroom.sources.example import write_example
from instroom.sources.readers import sdmx
from unit.sources.made_tables import read_table, rows_of

Wrap = Callable[[bytes], bytes]


def zipped(*names: str) -> Wrap:
    def wrap(data: bytes) -> bytes:
        found = io.BytesIO()
        with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, data)
        return found.getvalue()

    return wrap


WRAPS: dict[str, Wrap] = {
    "gzip": gzip.compress,
    "zip": zipped("map/tabel.csv"),
    "zip whose name climbs": zipped("../../tabel.csv"),
    "zip of a Mac": zipped("tabel.csv", "__MACOSX/._tabel.csv"),
    "UTF-16": lambda data: data.decode("utf-8-sig").encode("utf-16"),
    "UTF-16 in zip": lambda data: zipped("t.txt")(data.decode("utf-8-sig").encode("utf-16")),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf"),
    "sep line": lambda data: b"sep=;\r\n" + data.removeprefix(b"\xef\xbb\xbf"),
}


def text(file: Path) -> str:
    """As DUO writes it: UTF-8, or one byte a sign."""
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The example's files with semicolons: one of each layout that it writes."""
    folder = tmp_path_factory.mktemp("example")
    write_example(folder)
    given = [p for p in sorted(folder.rglob("*.csv")) if ";" in text(p)[:200]]
    found = [p for p in given if read(p.read_bytes(), p.name, folder / f"{p.name}-")[1]]
    assert len(found) >= 4
    return found


def read(data: bytes, name: str, out: Path) -> tuple[dict[str, Any], Any]:
    out.mkdir(parents=True)
    path = out / "given"
    path.write_bytes(data)
    receipt = parse.parse_file(str(path), str(out), name, "0" * 64, None, "2024-2025")
    stored = out / "observations.parquet"
    return receipt, pq.read_table(stored) if stored.exists() else None


@pytest.mark.parametrize("kind", WRAPS)
def test_a_wrapper_changes_nothing(files: list[Path], tmp_path: Path, kind: str) -> None:
    for number, file in enumerate(files):
        data = text(file).encode("utf-8")
        plain, expected = read(data, file.name, tmp_path / f"{number}a")
        wrapped, found = read(WRAPS[kind](data), file.name, tmp_path / f"{number}b")
        for key in ("status", "source", "periods", "rows", "observations"):
            assert wrapped[key] == plain[key], file.name
        if expected is not None and kind != "sep line":  # there every row is a line lower
            assert found.equals(expected)


def test_more_files_in_a_zip_are_named() -> None:
    with pytest.raises(SourceError) as caught:
        wrappers.unwrap_bytes(zipped("a.csv", "b.csv")(b"x"), 100)
    assert caught.value.code == "several_files"
    assert "a.csv" in str(caught.value.found)


@pytest.mark.parametrize("pack", [gzip.compress, zipped("a.csv")])
def test_a_bomb_is_refused_before_it_is_unpacked(pack: Wrap) -> None:
    with pytest.raises(SourceError) as caught:
        wrappers.unwrap_bytes(pack(b"0" * 50_000_000), 256 * 2**20)
    assert caught.value.code == "too_large"
    with pytest.raises(SourceError):
        wrappers.unwrap_bytes(pack(bytes(range(256)) * 100), 1_000)


@pytest.mark.parametrize("pack", [gzip.compress, zipped("a.csv")])
def test_a_cut_wrapper_is_refused(pack: Wrap) -> None:
    whole = pack(bytes(range(256)) * 40)
    for part in (len(whole) // 2, len(whole) - 3):
        with pytest.raises(SourceError) as caught:
            wrappers.unwrap_bytes(whole[:part], 10**6)
        assert caught.value.code == "damaged"
        assert caught.value.hint


def test_half_a_character_of_utf16_is_no_text() -> None:
    with pytest.raises(SourceError):
        decode("a;é\n".encode("utf-16")[:-1])


def test_an_old_workbook_is_named_with_what_to_do(tmp_path: Path) -> None:
    receipt, _ = read(wrappers.OLD_WORKBOOK + bytes(600), "oud.xls", tmp_path / "o")
    assert receipt["status"] == "unknown"
    assert "save it as .xlsx" in receipt["warnings"][0]["message"]


SDMX = "DATAFLOW,LAST UPDATE,freq,sex,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
ROW = "ESTAT:EDUC_TEST(1.0),22/05/26 11:00:00,A,{},NL,{},{},{},\n"


def test_rows_per_value_become_columns_per_period() -> None:
    rows = [("T", 2023, 5, "b"), ("T", 2022, 4, ""), ("F", 2023, "", "c")]
    found = sdmx.pivot(read_table(SDMX + "".join(ROW.format(*row) for row in rows)))
    assert found.dataset == "educ_test"
    assert found.header == ["freq", "sex", "geo", "2022", "2023"]
    assert rows_of(found) == [["A", "T", "NL", "4", "5 b"], ["A", "F", "NL", ":", ": c"]]
    assert found.lines.tolist() == [2, 4]


def test_a_value_given_twice_is_refused_with_its_row() -> None:
    text = SDMX + ROW.format("T", 2023, 5, "") + ROW.format("T", 2023, 6, "")
    with pytest.raises(SourceError) as caught:
        sdmx.pivot(read_table(text))
    assert caught.value.code == "repeated_value"
    assert caught.value.where is not None
    assert caught.value.where.row == 3


def test_two_datasets_in_one_file_are_refused() -> None:
    text = SDMX + ROW.format("T", 2023, 5, "") + ROW.format("T", 2022, 6, "").replace("TEST", "X")
    with pytest.raises(SourceError) as caught:
        sdmx.pivot(read_table(text))
    assert caught.value.code == "several_datasets"
