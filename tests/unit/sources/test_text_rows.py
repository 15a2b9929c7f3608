"""What a look at the bytes of a text file counts, and which of its records are rows."""

import io
import os
from pathlib import Path

import pytest

from instroom.core.errors import SourceError
from instroom.sources import delimited, tables
from instroom.sources.decode import Survey, decode, survey
from instroom.sources.delimited import Delimited, open_delimited, whole
from instroom.sources.tables import drop_unnamed, from_rows, refuse_repeated


def seen(data: bytes) -> Survey:
    return survey(io.BytesIO(data))


def opened(folder: Path, text: str, *, careful: bool = True) -> Delimited:
    path = folder / "t.csv"
    path.write_bytes(text.encode())
    table = open_delimited(path, seen(text.encode()))
    table.careful = careful
    return table


def refusal(folder: Path, text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        whole(opened(folder, text))
    return caught.value


# The look at all bytes


@pytest.mark.parametrize(
    ("data", "lines", "blank", "ends"),
    [
        (b"", 0, 0, False),
        (b"a", 0, 0, False),
        (b"a\n", 1, 0, True),
        (b"a\nb", 1, 0, False),
        (b"a\r\nb\r\n", 2, 0, True),
        (b"a\n\n", 2, 1, True),
        (b"a\r\n\r\n\r\n", 3, 2, True),
    ],
)
def test_line_feeds_are_counted_and_those_that_end_no_row(data, lines, blank, ends) -> None:
    found = seen(data)
    assert (found.lines, found.blank, found.ends) == (lines, blank, ends)
    assert (found.encoding, found.odd_lines, found.odd_line) == ("ascii", 0, 0)
    assert (found.nul_line, found.other_ends, found.plain) == (None, False, True)


@pytest.mark.parametrize("data", [b"a\rb\n", b"a\r", b"a\r\nb\rc\r\n"])
def test_a_line_that_ends_otherwise_needs_care(data: bytes) -> None:
    assert seen(data).other_ends and not seen(data).plain


@pytest.mark.parametrize(("data", "line"), [(b"\0", 1), (b"a\nb\0\n\0", 2), (b"a\n\n\0", 3)])
def test_the_first_nul_is_named_by_its_line(data: bytes, line: int) -> None:
    assert seen(data).nul_line == line and not seen(data).plain
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert (caught.value.code, caught.value.where.row) == ("binary", line)


def test_lines_of_another_encoding_are_counted_and_the_first_is_named() -> None:
    good, bad = "é\n".encode(), b"caf\xe9\n"
    found = seen(b"a\n" + good * 3 + bad + good + bad)
    assert (found.encoding, found.odd_lines, found.odd_line) == ("utf-8", 2, 5)
    assert not found.plain
    first = seen(bad + good * 3)
    assert (first.encoding, first.odd_lines, first.odd_line) == ("utf-8", 1, 1)
    marked = seen(b"\xef\xbb\xbfa\n" + good * 3 + bad)
    assert (marked.encoding, marked.odd_lines, marked.odd_line) == ("utf-8-sig", 1, 5)
    assert seen(b"\xef\xbb\xbfa\n" + good).encoding == "utf-8-sig"
    assert seen(good + bad).encoding == "utf-8"
    assert seen(good + bad * 2).encoding == "latin-1"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850"])
@pytest.mark.parametrize("word", ["geëerd", "Zoë", "crème", "façade", "kopiëren", "Curaçao"])
def test_a_letter_has_the_case_of_its_word(word: str, encoding: str) -> None:
    """Of two readings that give letters the one wins that mixes no capitals into a word."""
    assert decode(f"{word} en {word}\n".encode(encoding)).text == f"{word} en {word}\n"


def test_a_file_of_two_bytes_a_sign_is_counted_by_its_signs() -> None:
    found = seen("a;b\n1;é\n\n".encode("utf-16"))
    assert (found.encoding, found.lines, found.nul_line) == ("utf-16", 3, None)
    assert (found.blank, found.odd_lines, found.plain) == (0, 0, False)


# Records that are rows


def test_text_below_a_table_is_no_row_whatever_it_looks_like(tmp_path: Path) -> None:
    table = opened(tmp_path, "k;v\n1;2\nBron: DUO;2024\nBron:DUO\nDit is uitleg\n")
    found = whole(table)
    assert found.listed(0) == ["1"]
    assert found.footnotes == ["Bron: DUO", "Bron:DUO", "Dit is uitleg"]
    assert (found.blanks, found.strays) == (0, 0)


def test_what_is_left_out_is_counted_by_what_it_is(tmp_path: Path) -> None:
    found = whole(opened(tmp_path, 'k;v\n1;2\n\n;\n; \n""\n" "\n3;4\n'))
    assert (found.listed(0), list(found.lines)) == (["1", "3"], [2, 8])
    assert (found.blanks, found.strays, found.footnotes) == (3, 2, [])


def test_in_a_table_of_one_column_every_text_is_a_row(tmp_path: Path) -> None:
    found = whole(opened(tmp_path, "naam\nDit is een naam\nBron: x\n"))
    assert found.listed(0) == ["Dit is een naam", "Bron: x"]


def test_a_table_is_read_once_more_with_nothing_left_of_the_first_time(tmp_path: Path) -> None:
    table = opened(tmp_path, "k;v\n1;2\n\nBron: DUO\n")
    first, again = whole(table), whole(table)
    assert (first.blanks, again.blanks, again.footnotes) == (1, 1, ["Bron: DUO"])


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("1", "a", "1 fields"),
        ("1;2", "b", "2 fields"),
        ("1;2;3;extra", "4", "4 fields, the extra one is 'extra'"),
        ("1;2;3;" + "x" * 61, "4", f"4 fields, the extra one is '{'x' * 60}'"),
    ],
)
def test_a_row_of_another_width_is_refused_where_it_goes_wrong(
    tmp_path: Path, row: str, column: str, found: str
) -> None:
    error = refusal(tmp_path, f"a;b;c\n1;2;3\n{row}\n")
    assert (error.code, error.where.row, error.where.column) == (
        "row_differs_from_header", 3, column,
    )  # fmt: skip
    assert (error.found, error.expected) == (found, "3 fields, as in the header")


def test_a_quote_that_ate_rows_is_named_with_its_column_and_lines(tmp_path: Path) -> None:
    error = refusal(tmp_path, 'a;b;c\n1;"2;3\n4;5;6\n7;8";9\n')
    assert (error.code, error.where.row, error.where.column) == ("open_quote", 2, "b")
    assert error.found == "'2;3\n4;5;6\n7;8', over 3 lines"
    wide = refusal(tmp_path, 'a;b\n1;2;3;"4;5\n6;7"\n')
    assert (wide.code, wide.where.column) == ("open_quote", "b")
    kept = whole(opened(tmp_path, 'a;b;c\n1;"2;\n3";4\n5;6;7\n'))
    assert (kept.listed(1), list(kept.lines)) == (["2;\n3", "6"], [2, 4])


def test_a_header_may_come_after_its_separator_and_empty_lines(tmp_path: Path) -> None:
    for careful in (True, False):
        table = opened(tmp_path, "\nsep=,\n\na,b;c\n1,2\n", careful=careful)
        assert (table.header, table.delimiter, table.first_row) == (["a", "b;c"], ",", 5)
        assert (table.rows, list(whole(table).lines)) == (1, [5])


def test_a_name_with_bytes_that_are_no_text_is_a_name(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_bytes(b"a;b\n1;2\n")
    (block,) = open_delimited(path, seen(b"a;b\n1;2\n")).blocks()
    assert (block.listed(1), list(block.lines)) == (["2"], [2])


def test_small_blocks_say_what_one_says(tmp_path: Path, monkeypatch) -> None:
    text = "k;v\n" + "".join(f"{n};{n}\n" for n in range(7))
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 3)
    blocks = list(opened(tmp_path, text).blocks())
    assert [list(block.lines) for block in blocks] == [[2, 3, 4], [5, 6, 7], [8]]
    monkeypatch.setattr(delimited, "BLOCK_CELLS", 4)
    assert [len(block) for block in opened(tmp_path, text).blocks()] == [2, 2, 2, 1]
    assert list(whole(opened(tmp_path, text)).lines) == list(range(2, 9))


def test_a_header_has_as_many_columns_as_a_table_may_have(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(delimited, "MAX_COLUMNS", 3)
    assert len(opened(tmp_path, "a;b;c\n").header) == 3
    with pytest.raises(SourceError) as caught:
        opened(tmp_path, "a;b;c;d\n")
    assert (caught.value.code, caught.value.found) == ("too_large", "4 columns")
    assert caught.value.expected == "at most 3 columns"


@pytest.mark.parametrize(
    ("line", "mark"),
    [("a", ";"), ("a,b|c|d", "|"), ('"a;b;c",d,e', ","), ("a;b\tc;d", "\t"), ("a,b;c", ";")],
)
def test_the_separator_is_the_one_that_stands_most_often(line: str, mark: str) -> None:
    assert delimited.separator(line) == mark


# Names of columns


def test_values_below_no_name_are_named_with_row_and_column() -> None:
    table = from_rows(["a", " ", "b", ""], [["1", "", "2", ""], ["3", "", "4", "x" * 61]], [2, 5])
    with pytest.raises(SourceError) as caught:
        drop_unnamed(table)
    error = caught.value
    assert (error.where.row, error.where.column) == (5, "4")
    assert error.found == f"'{'x' * 60}' in column 4"
    assert error.expected == "2 named columns and nothing after"
    empty = from_rows(["a", " ", "b", ""], [["1", " ", "2", ""]], [2])
    drop_unnamed(empty)
    assert (empty.header, empty.listed(1)) == (["a", "b"], ["2"])


def test_a_name_that_stands_twice_is_told_with_both_places() -> None:
    refuse_repeated(["a", "", "b", " "])
    with pytest.raises(SourceError) as caught:
        refuse_repeated(["a", "", "B_c ", "b  C"], 4)
    error = caught.value
    assert (error.code, error.where.row, error.where.column) == ("repeated_column", 4, "b  C")
    assert error.found == "column 3 and column 4"
    with pytest.raises(SourceError) as caught:
        refuse_repeated(["x" * 61] * 2)
    assert (caught.value.where.row, caught.value.where.column) == (1, "x" * 60)


def test_a_table_without_rows_has_its_columns() -> None:
    assert [len(column) for column in from_rows(["a", "b"], [], []).columns] == [0, 0]
    bare = from_rows(["a"], [], [])
    assert (len(bare), bare.strays, bare.blanks, bare.first_line) == (0, 0, 0, 1)


def test_a_refusal_of_what_is_too_large_says_both_sizes() -> None:
    error = tables.too_large("9 cells", "at most 8")
    assert (error.code, error.found, error.expected) == ("too_large", "9 cells", "at most 8")
