"""From text to a raw table."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import SourceError
from instroom.sources import tables
from instroom.sources.delimited import separator
from instroom.sources.tables import normal
from unit.sources.made_tables import read_table, rows_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A;B,C;D", ";"),
        ('"A";"B,C,D,E"', ";"),
        ("a,b,c", ","),
        ("a,b,geo\\time\t2015 \t2014 ", "\t"),
        ("a|b|c", "|"),
    ],
)
def test_separator_comes_from_the_header(line: str, expected: str) -> None:
    assert separator(line) == expected


def test_spellings_of_a_column_name_are_equal() -> None:
    assert normal("VESTIGINGSNAAM ") == normal("vestigingsnaam")
    assert normal("BRIN_NUMMER") == normal("BRIN  NUMMER")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_strays_blanks_and_footnotes_are_counted_not_kept(newline: str) -> None:
    lines = ["a;b", "1;2", '""', "", ";", "3;4", "Bron: CBS."]
    table = read_table(newline.join(lines) + newline)
    assert rows_of(table) == [["1", "2"], ["3", "4"]]
    assert table.lines.tolist() == [2, 6]
    assert (table.strays, table.blanks, len(table.footnotes)) == (1, 2, 1)


def test_lines_are_physical_when_a_quoted_cell_has_a_line_break() -> None:
    table = read_table('a;b\n"x\ny";1\nz;2\n')
    assert table.lines.tolist() == [2, 4]
    assert rows_of(table)[0][0] == "x\ny"


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("a;b;c\n1;2;3\n1;2\n", 3, "b"),
        ("a;b;c\n1;2;3;4\n", 2, "4"),
        ("a;b;c\n1;2;3\n1;2;", None, None),
    ],
)
def test_unequal_row_is_refused_where_it_stands(
    text: str, row: int | None, column: str | None
) -> None:
    if row is None:
        assert rows_of(read_table(text))[-1] == ["1", "2", ""]
        return
    with pytest.raises(SourceError) as caught:
        read_table(text)
    error = caught.value
    assert error.code == "row_differs_from_header"
    assert (error.where.row, error.where.column) == (row, column)
    assert error.found and error.expected and error.hint


def test_a_row_after_the_footnotes_is_refused() -> None:
    with pytest.raises(SourceError, match="number of fields"):
        read_table("a;b\n1;2\nBron: CBS.\n3;4\n")


def test_values_below_no_name_are_refused_and_empty_columns_dropped() -> None:
    assert read_table("a;b;\n1;2;\n").header == ["a", "b"]
    with pytest.raises(SourceError) as caught:
        read_table("a,b,,\n1,2,,\n1,6,4,\n")
    assert (caught.value.where.row, caught.value.where.column) == (3, "3")


def test_a_header_has_a_limit() -> None:
    with pytest.raises(SourceError) as caught:
        read_table(";" * (tables.MAX_COLUMNS + 1))
    assert caught.value.code == "too_large"


def test_a_quote_that_never_closes_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read_table('a;b\n"' + "x" * (1 << 20) + "y")
    assert caught.value.code == "not_a_table"


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_written_table_is_read_back(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows([["k" + row[0], *row[1:]] for row in rows])
    assert rows_of(read_table(buffer.getvalue())) == [["k" + row[0], *row[1:]] for row in rows]


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    try:
        table = read_table(text)
    except SourceError:
        return
    assert all(len(column) == len(table.lines) for column in table.columns)
    assert len(table.columns) == len(table.header)
