"""Files changed as publishers change them are read; files damaged as mail damages them are not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from instroom.core.errors import SourceError
from instroom.definitions import registry
from instroom.sources import parse
from instroom.sources.read import read as read_files
from instroom.sources.tables import normal

EXAMPLES = {
    "exams_open": "latin-1",
    "exams_hidden": "utf-8",
    "pupils_2016": "latin-1",
    "pupils_2019": "latin-1",
    "addresses_vo": "latin-1",
    "primary": "utf-8-sig",
    "mbo": "utf-8",
    "hbo": "ascii",
}
SAME_COLUMNS = {"hbo": "duo_hbo_entrants"}
REAL = {
    "duo/vo/examenkandidaten-en-geslaagden-2014-2019.csv": "latin-1",
    "duo/vo/duo_examen_raw_all.csv": "utf-8",
    "duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv": "latin-1",
    "duo/vo/geslaagden-gezakten-en-cijfers-2018-2019.csv": "latin-1",
    "duo/po/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv": "utf-8-sig",
    "duo/mbo/mbo_inscriptions_2019.csv": "utf-8",
    "duo/ho/hbo_inscriptions_2019.csv": "ascii",
}


@dataclass(frozen=True)
class Raw:
    """A file as its cells, quotes included, so that writing it back changes no byte."""

    rows: list[list[str]]
    encoding: str
    newline: str = "\r\n"
    separator: str = ";"

    @classmethod
    def of(cls, path: Path, encoding: str) -> "Raw":
        text = path.read_bytes().decode(encoding)
        newline = "\r\n" if "\r\n" in text else "\n"
        rows = [line.split(";") for line in text.removesuffix(newline).split(newline)]
        raw = cls(rows, encoding, newline)
        assert raw.data == path.read_bytes()
        assert {len(row) for row in rows} <= {1, len(rows[0])}
        return raw

    @property
    def data(self) -> bytes:
        lines = (self.separator.join(row) + self.newline for row in self.rows)
        return "".join(lines).encode(self.encoding)

    def column(self, name: str) -> int:
        return [cell.strip('"') for cell in self.rows[0]].index(name)

    def mapped(self, change: Callable[[list[str], int], list[str]]) -> "Raw":
        return replace(
            self, rows=[change(r, i) if len(r) > 1 else r for i, r in enumerate(self.rows)]
        )

    def renamed(self, names: dict[str, str]) -> "Raw":
        header = []
        for cell in self.rows[0]:
            bare = cell.strip('"')
            header.append(cell.replace(bare, names.get(bare, bare)))
        return replace(self, rows=[header, *self.rows[1:]])

    def with_cell(self, row: int, column: int, text: str) -> "Raw":
        rows = [list(r) for r in self.rows]
        rows[row][column] = text
        return replace(self, rows=rows)


def reordered(raw: Raw, _: str) -> Raw:
    return raw.mapped(lambda row, _: row[::-1])


def extra_column(raw: Raw, _: str) -> Raw:
    at = len(raw.rows[0]) // 2
    return raw.mapped(lambda row, i: [*row[:at], "NIEUW" if i == 0 else "x", *row[at:]])


def other_newline(raw: Raw, _: str) -> Raw:
    return replace(raw, newline="\n" if raw.newline == "\r\n" else "\r\n")


def renamed(raw: Raw, source: str) -> Raw:
    """Give every column with several known spellings the next one."""
    header = {normal(cell.strip('"')): cell.strip('"') for cell in raw.rows[0]}
    names: dict[str, str] = {}
    for column in registry.sources()[source].columns.values():
        present = [n for n in column.names if normal(n) in header]
        others = [n for n in column.names if normal(n) not in header]
        if len(present) == 1 and others:
            names[header[normal(present[0])]] = others[0]
    return raw.renamed(names)


HARMLESS = [reordered, extra_column, other_newline, renamed]


def all_at_once(raw: Raw, source: str) -> Raw:
    for change in HARMLESS:
        raw = change(raw, source)
    return raw


def parsed(data: bytes, name: str, out: Path, source: str | None = None) -> dict:
    out.mkdir(parents=True)
    path = out.parent / f"{out.name}-{name}"
    path.write_bytes(data)
    return parse.parse_file(str(path), str(out), name, "00", source, None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_harmless_changes_give_the_same_observations(
    example: dict[str, Path], name: str, tmp_path: Path, observations_mark
) -> None:
    path = example[name]
    mark, source = observations_mark, SAME_COLUMNS.get(name)
    check_harmless(path, EXAMPLES[name], tmp_path, mark, source, HARMLESS)


@pytest.mark.shared
@pytest.mark.parametrize("path", REAL)
def test_harmless_changes_of_real_files(
    shared_data: Path, path: str, tmp_path: Path, observations_mark
) -> None:
    file, changes = shared_data / path, [all_at_once]
    check_harmless(file, REAL[path], tmp_path, observations_mark, None, changes)


def check_harmless(path: Path, encoding: str, tmp: Path, mark, source, changes) -> None:
    raw = Raw.of(path, encoding)
    first = parsed(raw.data, path.name, tmp / "first", source)
    assert first["status"] == "read"
    before = mark(tmp / "first")
    for number, change in enumerate(changes):
        changed = change(raw, first["source"])
        out = tmp / f"{number}"
        receipt = parsed(changed.data, path.name, out, source)
        what = f"{change.__name__} of {path.name}"
        assert (receipt["source"], receipt["rows"]) == (first["source"], first["rows"]), what
        assert receipt["periods"] == first["periods"], what
        assert mark(out) == before, what


def test_brin_nummer_and_instellingscode_are_one_column(
    example: dict[str, Path], tmp_path: Path, observations_mark
) -> None:
    old = Raw.of(example["exams_open"], "latin-1")
    new = old.renamed({"BRIN NUMMER": "INSTELLINGSCODE", "VESTIGINGSNUMMER": "VESTIGINGSCODE"})
    assert new.rows[0][:2] == ["INSTELLINGSCODE", "VESTIGINGSCODE"]
    parsed(old.data, "a.csv", tmp_path / "a")
    parsed(new.data, "a.csv", tmp_path / "b")
    assert observations_mark(tmp_path / "a") == observations_mark(tmp_path / "b")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_missing_key_column_is_refused(
    example: dict[str, Path], name: str, tmp_path: Path
) -> None:
    raw = Raw.of(example[name], EXAMPLES[name])
    source = parsed(raw.data, example[name].name, tmp_path / "whole", SAME_COLUMNS.get(name))[
        "source"
    ]
    header = {normal(cell.strip('"')): i for i, cell in enumerate(raw.rows[0])}
    keys = [c for c in registry.sources()[source].columns.values() if c.required]
    position = next(header[normal(n)] for n in keys[0].names if normal(n) in header)
    without = raw.mapped(lambda row, _: row[:position] + row[position + 1 :])
    with pytest.raises(SourceError) as caught:
        parsed(without.data, example[name].name, tmp_path / "without")
    error = caught.value
    assert error.code == "missing_column"
    assert (error.where.row, error.where.column) == (1, keys[0].names[0])
    assert error.found and error.expected and error.hint


# --- damage ------------------------------------------------------------------------------


def commas(raw: Raw) -> Raw:
    """Write decimal commas between commas, as a careless conversion does."""
    return replace(raw, separator=",")


def cut_off(raw: Raw) -> Raw:
    """Lose the second half of the last row, as a broken download does."""
    half = raw.rows[-1][: len(raw.rows[-1]) // 2]
    return replace(raw, rows=[*raw.rows[:-1], half])


def twice(raw: Raw) -> Raw:
    return replace(raw, rows=[*raw.rows, raw.rows[5]])


def shifted(raw: Raw, at: int = 4) -> Raw:
    """Lose one cell in the middle of one row, so that all after it stand one to the left."""
    return raw.mapped(lambda row, i: [*row[:at], *row[at + 1 :], ""] if i == 7 else row)


def text_in_a_count(raw: Raw) -> Raw:
    return raw.with_cell(9, raw.column("LEER- OF VERBLIJFSJAAR 4 - VROUW"), "Havo")


def total_one_more(raw: Raw) -> Raw:
    column = raw.column("TOTAAL2019")
    return raw.with_cell(4, column, str(int(raw.rows[4][column]) + 1))


#: Name -> file, damage, code, row and column where it must be seen.
DAMAGED = {
    "commas": ("exams_open", commas, "row_differs_from_header", 2, "68"),
    "cut_off": ("primary", cut_off, "row_differs_from_header", -1, None),
    "shifted": ("exams_open", shifted, None, 8, None),
    "shifted_hidden": ("exams_hidden", lambda r: shifted(r, 7), None, 8, None),
    "text": (
        "pupils_2019",
        text_in_a_count,
        "not_a_number",
        10,
        "LEER- OF VERBLIJFSJAAR 4 - VROUW",
    ),
    "total": ("mbo", total_one_more, "total_does_not_hold", 5, "TOTAAL2019"),
    "twice": ("primary", twice, "double_key", -1, None),
}
DAMAGED_REAL = {
    "commas": ("duo/vo/geslaagden-gezakten-en-cijfers-2018-2019.csv", commas, 2),
    "found": ("duo/vo/geslaagden-gezakten-en-cijfers-2018-2019_old.csv", lambda r: r, 2),
    "cut_off": (list(REAL)[4], cut_off, -1),
    "shifted": (next(iter(REAL)), shifted, 8),
    "text": (list(REAL)[6], lambda r: r.with_cell(3000, r.column("2017"), "geen"), 3001),
}


@dataclass(frozen=True)
class Refused:
    """What was said of damaged files, and whether the data directory stayed as it was."""

    entries: dict[str, dict]
    lines: dict[str, int]
    unchanged: bool


def refuse_all(files: dict[str, Raw], good: Path, tmp: Path, mark: Callable) -> Refused:
    """Read damaged files into a data directory that holds a good file already."""
    folder = tmp / "damaged"
    folder.mkdir()
    for name, raw in files.items():
        (folder / f"{name}-2018-2019.csv").write_bytes(raw.data)
    assert read_files(good, data=tmp / "data")["files"][0]["status"] == "read"
    before = mark(tmp / "data")
    found = read_files(folder, data=tmp / "data")["files"]
    entries = {Path(entry["file"]).name.partition("-")[0]: entry for entry in found}
    lines = {name: len(raw.rows) for name, raw in files.items()}
    return Refused(entries, lines, mark(tmp / "data") == before)


def assert_refused(refused: Refused, name: str, row: int) -> dict:
    entry = refused.entries[name]
    assert entry["status"] == "refused"
    assert (entry["rows"], entry["observations"], entry["periods"]) == (None, 0, [])
    error = entry["error"]
    assert error["where"]["file"] == entry["file"]
    assert error["where"]["row"] == (row if row > 0 else refused.lines[name])
    assert error["where"]["column"]
    assert error["found"] and error["expected"] and error["hint"]
    assert refused.unchanged
    return error


@pytest.fixture(scope="module")
def refused(example, tmp_path_factory, folder_mark) -> Refused:
    files = {
        name: damage(Raw.of(example[short], EXAMPLES[short]))
        for name, (short, damage, *_) in DAMAGED.items()
    }
    tmp = tmp_path_factory.mktemp("refused")
    return refuse_all(files, example["addresses_vo"], tmp, folder_mark)


@pytest.fixture(scope="module")
def refused_real(example, shared_data: Path, tmp_path_factory, folder_mark) -> Refused:
    files = {}
    for name, (path, damage, _) in DAMAGED_REAL.items():
        if name == "found":
            continue
        files[name] = damage(Raw.of(shared_data / path, REAL[path]))
    lines = (shared_data / DAMAGED_REAL["found"][0]).read_text("latin-1").splitlines()
    files["found"] = Raw([[line] for line in lines], "latin-1", "\n")
    tmp = tmp_path_factory.mktemp("refused_real")
    return refuse_all(files, example["addresses_vo"], tmp, folder_mark)


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused(refused: Refused, name: str) -> None:
    _, _, code, row, column = DAMAGED[name]
    error = assert_refused(refused, name, row)
    assert code is None or error["code"] == code
    assert column is None or error["where"]["column"] == column


@pytest.mark.shared
@pytest.mark.parametrize("name", DAMAGED_REAL)
def test_damaged_real_file_is_refused(refused_real: Refused, name: str) -> None:
    assert_refused(refused_real, name, DAMAGED_REAL[name][2])


# --- what a cell, key or encoding may look like --------------------------------------------


def test_cp850_file_with_frisian_names(example: dict[str, Path], tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    raw = Raw.of(example["exams_open"], "latin-1")
    town = raw.column("GEMEENTENAAM")
    name = raw.column("INSTELLINGSNAAM VESTIGING")

    def frisian(row: list[str], number: int) -> list[str]:
        if number == 0:
            return row
        changed = list(row)
        changed[town], changed[name] = "SÚDWEST-FRYSLÂN", "Carré College"
        return changed

    receipt = parsed(replace(raw.mapped(frisian), encoding="cp850").data, "a.csv", tmp_path / "o")
    assert receipt["encoding"] == "cp850"
    table = pq.read_table(tmp_path / "o" / "observations.parquet")
    assert set(table["municipality"].to_pylist()) == {"GM1900"}
    assert set(table["place_name"].to_pylist()) == {"Carré College"}


RESULTS = [
    "BRIN NUMMER;VESTIGINGSNUMMER;INSTELLINGSNAAM VESTIGING;GEMEENTENAAM VESTIGING;"
    "PROVINCIE VESTIGING;ONDERWIJSTYPE VO;LEERWEG VMBO;VMBO SECTOR;AFDELING;EXAMENKANDIDATEN;"
    "GESLAAGDEN;GEZAKTEN;GEMIDDELD CIJFER SCHOOLEXAMEN;GEMIDDELD CIJFER CENTRAAL EXAMEN;"
    "GEMIDDELD CIJFER CIJFERLIJST",
    "90AA;0;Proef;OEFENVEEN;Streek;HAVO;;;Natuur en Techniek;1.001;1.000;1;6,4;1.001;6,6",
    "90AA;00;Proef;OEFENVEEN;Streek;HAVO;;;Natuur en Gezondheid;<5;<5;0;,0; ;.",
    "90AA;90AA00;Proef;OEFENVEEN;Streek;VWO;;;Natuur en Techniek;<5;<5;0;6.4;7;0",
]


def test_cells_and_keys_as_publishers_write_them(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    data = ("\r\n".join(RESULTS) + "\r\n").encode("latin-1")
    receipt = parsed(data, "geslaagden-2018-2019.csv", tmp_path / "o")
    assert (receipt["source"], receipt["rows"]) == ("duo_exam_results", 3)
    table = pq.read_table(tmp_path / "o" / "observations.parquet").to_pylist()
    found = {(r["measure"], r["row"]): (r["low"], r["high"], r["status"]) for r in table}
    assert {r["place"] for r in table} == {"90AA00"}
    assert {r["municipality"] for r in table} == {"GM9901"}
    assert found["candidates", 2] == (1001, 1001, "ok")
    assert found["candidates", 3] == found["candidates", 4] == (1, 4, "bounded")
    assert found["failed", 3] == (0, 0, "ok")
    assert found["mark_central_exam", 2] == (1.001, 1.001, "ok")
    assert found["mark_school_exam", 2] == found["mark_school_exam", 4] == (6.4, 6.4, "ok")
    for key in (("mark_school_exam", 3), ("mark_central_exam", 3), ("mark_list", 3)):
        assert found[key] == (None, None, "missing")


@pytest.mark.parametrize("code", ["9901", " 9901", "GM9901", "9901.0"])
def test_municipality_code_with_zeros_and_blanks(
    example: dict[str, Path], code: str, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    raw = Raw.of(example["primary"], "utf-8-sig")
    column = raw.column("GEMEENTECODE_VESTIGING")
    changed = raw.mapped(lambda row, i: [*row[:column], code, *row[column + 1 :]] if i else row)
    parsed(changed.data, "a.csv", tmp_path / "o")
    table = pq.read_table(tmp_path / "o" / "observations.parquet")
    assert set(table["municipality"].to_pylist()) == {"GM9901"}
