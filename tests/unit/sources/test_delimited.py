"""Two ways of splitting a file give the same blocks; a file of any size comes in blocks."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instroom.core.errors import SourceError
from instroom.sources import delimited, parse, read, sandbox
from instroom.sources.decode import survey
from instroom.sources.delimited import NeedsCareError, open_delimited, whole
from instroom.sources.store import Store
from unit.sources.made_tables import rows_of

CELLS = st.text(st.sampled_from("ab1 ,.<5-\u00e9\"'\t"), max_size=6)
ENDS = st.sampled_from(["\n", "\r\n"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "latin-1"])


def split(path: Path, careful: bool) -> list[list[str]] | str:
    """Return header, rows and lines of a file, or the code it is refused with."""
    with path.open("rb") as file:
        found = survey(file)
    try:
        table = open_delimited(path, found)
        table.careful = careful
        if not careful:
            blocks = list(table.blocks())  # raises where care is needed
            made = delimited.joined(blocks) if blocks else None
        else:
            made = whole(table)
    except SourceError as error:
        return error.code
    if made is None or not len(made):
        return []
    return [made.header, [str(n) for n in made.lines], *rows_of(made)]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6), ENDS, ENCODINGS)
def test_both_ways_give_the_same(
    tmp_path: Path, rows: list[list[str]], end: str, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    text = "k;v;w" + end + "".join(";".join(row) + end for row in rows)
    path.write_bytes(text.encode(encoding))
    try:
        quick = split(path, careful=False)
    except NeedsCareError:
        return
    assert quick == split(path, careful=True)


def test_the_quick_way_is_taken_for_ordinary_files(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('a;b\r\nFrysl\u00e2n;<5\r\n"x;y";2\r\n'.encode("latin-1"))
    assert split(path, careful=False) == split(path, careful=True)


@pytest.mark.parametrize("odd", ["\n", '""\n', ";;\n", "Bron: DUO\n", '"a\nb";1;2\n', "1;2\r3;4\n"])
def test_the_quick_way_stops_where_care_is_needed(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("k;v;w\n1;2;3\n" + odd + "4;5;6\n", encoding="utf-8", newline="")
    with path.open("rb") as file:
        found = survey(file)
    if not found.plain:
        return
    with pytest.raises(NeedsCareError):
        list(open_delimited(path, found).blocks())


HEADER = (
    "BRIN NUMMER;VESTIGINGSNUMMER;INSTELLINGSNAAM VESTIGING;PLAATSNAAM VESTIGING;"
    "PROVINCIE VESTIGING;ONDERWIJSTYPE VO EN LEER- OF VERBLIJFSJAAR;VMBO SECTOR;AFDELING;"
    "ELEMENTCODE;OPLEIDINGSNAAM;"
    + ";".join(f"LEER- OF VERBLIJFSJAAR {y} - {g}" for y in range(1, 7) for g in ("MAN", "VROUW"))
)


def school(number: int, cells: str = "1;2;3;4;5;6;7;8;9;<5;11;0") -> str:
    brin = f"9{number // 6760 % 10}{chr(65 + number // 260 % 26)}{chr(65 + number // 10 % 26)}"
    place = f"{brin};0{number % 10};School \u00e9;Stad;Gelderland"
    return f"{place};HAVO lj 4-5;N.v.t.;Economie en Maatschappij;0372;HAVO Prf Ec/Maat;{cells}"


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of many blocks (the blocks are made small)."""
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 20_000)
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 100)
    path = tmp_path / "large.csv"
    path.write_text("\n".join([HEADER, *map(school, range(2000))]) + "\n", encoding="latin-1")
    return path


def parsed(path: Path, out: Path) -> dict[str, object]:
    out.mkdir()
    return parse.parse_file(str(path), str(out), "large.csv", "0" * 64, None, "2018-2019")


@pytest.mark.parametrize("tail", ["", "Bron: DUO\n"], ids=["quick", "careful"])
def test_blocks_say_what_one_piece_says(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail: str
) -> None:
    with large.open("a", encoding="latin-1") as file:
        file.write(tail)
    parts = parsed(large, tmp_path / "parts")
    monkeypatch.undo()
    piece = parsed(large, tmp_path / "piece")
    assert parts == piece
    assert (parts["rows"], parts["observations"]) == (2000, 24_000)
    columns = ["row", "place", "year", "gender", "low", "high", "status", "flag"]
    one, other = (
        sorted(
            map(
                str,
                pq.read_table(
                    tmp_path / name / "observations.parquet", columns=columns
                ).to_pylist(),
            )
        )
        for name in ("parts", "piece")
    )
    assert one == other


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (school(3), "double_key"),
        (school(2001, "1;2;3;4;5;6;7;8;9;<5;11;veel"), "not_a_number"),
        (school(2001, "1;2;3;4;5;6;7;8;9;<5;11"), "row_differs_from_header"),
        (school(2001).replace("9", "?", 1), "not_a_key"),
    ],
)
def test_what_is_wrong_in_the_last_block_refuses_the_file(
    large: Path, tmp_path: Path, row: str, code: str
) -> None:
    with large.open("a", encoding="latin-1") as file:
        file.write(row + "\n")
    with pytest.raises(SourceError) as caught:
        parsed(large, tmp_path / "out")
    assert caught.value.code == code
    assert caught.value.where.row == 2002


def test_a_double_key_names_both_rows_across_blocks(large: Path, tmp_path: Path) -> None:
    with large.open("a", encoding="latin-1") as file:
        file.write(school(3) + "\n")
    with pytest.raises(SourceError) as caught:
        parsed(large, tmp_path / "out")
    assert caught.value.expected == "a key of its own (also in row 5)"


def test_limits_are_named_with_how_to_raise_them(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read.read(large, data=tmp_path / "d", max_size=0.01)["files"][0]
    assert found["error"]["code"] == "too_large"
    assert "--max-size" in found["error"]["hint"]
    # a fast machine reads this file between two looks of half a second; no machine starts an
    # interpreter in a hundredth
    monkeypatch.setattr(sandbox, "_LOOK_EVERY", 0.01)
    found = read.read(large, data=tmp_path / "d", max_seconds=0.02)["files"][0]
    assert found["error"]["code"] == "too_slow"
    assert "--max-seconds" in found["error"]["hint"]


def test_standard_input_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        buffer = io.BytesIO("\n".join([HEADER, *map(school, range(9))]).encode("latin-1"))

    monkeypatch.setattr("sys.stdin", Stream)
    found = read.read("-", data=tmp_path / "d", period="2018-2019")["files"][0]
    assert (found["file"], found["status"], found["rows"]) == ("-", "read", 9)


def test_a_file_read_as_something_else_says_what_it_was(tmp_path: Path) -> None:
    """The new reading takes the place of the old one: whoever mistyped a year must see it."""
    path, data = tmp_path / "a.csv", tmp_path / "d"
    path.write_text("\n".join([HEADER, *map(school, range(9))]), "latin-1")
    said = []
    for period in ("2018-2019", "2019-2020", "2019-2020", None, "2018-2019"):
        (entry,) = read.read(path, data=data, period=period)["files"]
        found = [str(w["message"]) for w in entry["warnings"] if w["code"] == "read_otherwise"]
        said.append((entry["already"], entry["periods"], found))
    message = "this file was read before: it was {}, and is {} now"
    assert said == [
        (False, ["2018-2019"], []),
        (False, ["2019-2020"], [message.format("2018-2019", "2019-2020")]),
        (True, ["2019-2020"], []),
        (True, ["2019-2020"], []),
        (False, ["2018-2019"], [message.format("2019-2020", "2018-2019")]),
    ]
    (stored,) = Store(data)
    kept = {warning["code"] for warning in stored.receipt["warnings"]}
    assert "read_otherwise" not in kept, "it is about this command, not about the file"


@pytest.mark.parametrize("column", [0, -1], ids=["first", "last"])
def test_a_quote_that_is_not_closed_never_eats_rows(tmp_path: Path, column: int) -> None:
    """In the first column the rest looks like a note, in the last the row looks whole."""
    rows = [school(n).split(";") for n in range(9)]
    rows[4][column] = '"' + rows[4][column]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADER, *(";".join(row) for row in rows)]), "latin-1")
    with pytest.raises(SourceError) as caught:
        parsed(path, tmp_path / "out")
    assert (caught.value.code, caught.value.where.row) == ("open_quote", 6)


def test_a_quote_that_is_not_closed_in_a_table_of_one_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('naam\nx;"a\nb;c\nd;e"\n', "utf-8")
    with path.open("rb") as file:
        table = open_delimited(path, survey(file))
    with pytest.raises(SourceError) as caught:
        whole(table)
    assert caught.value.where.row == 2


def test_a_header_alone_is_empty_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "\n", "latin-1")
    with pytest.raises(SourceError) as caught:
        parsed(path, tmp_path / "out")
    assert (caught.value.code, caught.value.found) == ("empty", "a header alone")


@pytest.mark.parametrize("sign", ["\x1b[31m", "\u202e", "\u200b", "\a", "\ufffe"])
def test_signs_that_nobody_sees_are_taken_out_and_told(tmp_path: Path, sign: str) -> None:
    """In a name they are gone, in the name of a column they do not hide it."""
    names = HEADER.split(";")
    at = next(i for i, name in enumerate(names) if "NAAM" in name)
    rows = [school(n).split(";") for n in range(9)]
    plain, odd = tmp_path / "plain.csv", tmp_path / "odd.csv"
    plain.write_text("\n".join([HEADER, *map(";".join, rows)]), "utf-8")
    before = parsed(plain, tmp_path / "before")
    rows[3][at] = rows[3][at][:2] + sign + rows[3][at][2:]
    names[0] += "\u200b"
    odd.write_text("\n".join([";".join(names), *map(";".join, rows)]), "utf-8")
    after = parsed(odd, tmp_path / "after")
    told = {w["code"]: w for w in after["warnings"]}
    assert told["unseen_signs"]["count"] == 1
    assert f"row 5, column {names[at]}" in told["unseen_signs"]["message"]
    assert (after["source"], after["observations"]) == (before["source"], before["observations"])
    words = pq.read_table(tmp_path / "after" / "observations.parquet")["place_name"].to_pylist()
    assert all(w is None or w.isprintable() for w in words)


def test_a_file_that_needed_more_is_read_again_with_as_much(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``check`` mends, and ``explain`` recomputes, with the limits that the file was read with."""
    from instroom.sources import steady
    from instroom.sources.again import read_again
    from instroom.sources.store import Store

    data = tmp_path / "d"
    found = read.read(large, data=data, max_size=4000, max_memory=1500, max_seconds=90)["files"][0]
    assert found["status"] == "read"
    stored = Store(data).get(found["sha256"])
    assert stored is not None
    assert stored.receipt["limits"] == [4000 * 2**20, 1500 * 2**20, 90]
    asked: list[tuple[int, float]] = []

    def run_all(tasks: list[object], memory_bytes: int) -> list[object]:
        asked.extend((t.arguments["most"], t.seconds) for t in tasks)  # type: ignore[attr-defined]
        asked.append((memory_bytes, 0))
        return []

    monkeypatch.setattr("instroom.sources.again.sandbox.run_all", run_all)
    (tmp_path / "room").mkdir()
    assert list(read_again([stored], tmp_path / "room")) == []
    assert asked == [(4000 * 2**20, 90), (1500 * 2**20, 0)]
    assert steady.Limits.of_receipt("odd") == steady.Limits()
