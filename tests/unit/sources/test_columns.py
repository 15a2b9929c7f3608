"""Plain CSV files of scores: numbers, groups, and refusals that name the cell."""

from pathlib import Path

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.monitoring.score_files import read_columns


@pytest.fixture
def write(tmp_path: Path):
    def one(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "scores.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return one


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1.5,x\n,y\n",
        "a;b\n1,5;x\nNA;y\n",
        "a\tb\n1.5\tx\n.\ty\n",
        'a,b\r\n"1.5",x\r\n"",y\r\n',
    ],
    ids=["comma", "semicolon and decimal comma", "tab", "quotes and carriage returns"],
)
def test_numbers_and_words_come_out_the_same_whatever_the_dialect(write, text: str) -> None:
    columns = read_columns(write(text))
    assert columns.names == ["a", "b"]
    assert columns.numbers("a")[0] == 1.5
    assert np.isnan(columns.numbers("a")[1])
    assert columns.words("b").tolist() == ["x", "y"]


def test_a_letter_with_an_accent_survives_an_old_encoding(write) -> None:
    assert read_columns(write("school\nCarré\n", "cp1252")).words("school").tolist() == ["Carré"]


def test_whole_numbers_are_groups_as_numbers_and_codes_stay_texts(write) -> None:
    columns = read_columns(write("a,b\n3,007\n12,12\n,9\n"))
    numbers, known = columns.keys("a")
    assert numbers.dtype == np.int64
    assert known.tolist() == [True, True, False]
    assert columns.keys("b")[0].tolist() == ["007", "12", "9"]


def refusal(path: Path, column: str = "b") -> DataError:
    with pytest.raises(DataError) as caught:
        read_columns(path).numbers(column)
    return caught.value


def test_a_text_among_numbers_is_refused_with_its_line(write) -> None:
    error = refusal(write("a,b\n1,2\n\n1,drie\n"))
    assert (error.code, error.where.row, error.where.column) == ("not_a_number", 4, "b")
    assert error.found == "drie"
    assert error.hint


@pytest.mark.parametrize("value", ["inf", "1e999", "0x10", "1,000.5"])
def test_what_only_looks_like_a_number_is_refused(write, value: str) -> None:
    assert refusal(write(f'a,b\n1,"{value}"\n')).where.row == 2


def test_a_row_with_a_cell_too_few_is_refused_with_its_line(write) -> None:
    error = refusal(write("a,b\n1,2\n3\n"))
    assert (error.code, error.where.row) == ("uneven_row", 3)


def test_a_quoted_line_break_counts_in_the_line_numbers(write) -> None:
    error = refusal(write('a,b\n"two\nlines",1\nx,y\n'))
    assert error.where.row == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_file"), ("a,a\n1,2\n", "repeated_column"), ("a,c\n1,2\n", "unknown_column")],
)
def test_a_file_that_cannot_be_used_says_why(write, text: str, code: str) -> None:
    assert refusal(write(text)).code == code


def test_a_file_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv").code == "no_file"


def test_a_picture_is_no_csv(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\x89PNG\r\n\0\0")
    assert refusal(path).where.file == str(path)


def test_the_line_of_a_row_skips_blank_lines(write) -> None:
    assert read_columns(write("a\n1\n\n2\n")).line(1) == 4
