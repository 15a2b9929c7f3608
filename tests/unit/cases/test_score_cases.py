"""Score files as people make them: read right, or refused with the place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.monitoring.effects import effect
from instroom.monitoring.scales import reliability
from instroom.monitoring.score_files import read_columns

CASES = Path(__file__).parents[3].parent / "shared" / "cases"
given = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are absent")
TRIAL: dict[str, Any] = {"outcome": "y", "baseline": "x", "treatment": "t", "groups": ["school"]}


def refused(path: Path, **options: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        effect(path, **options)
    return caught.value


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


@given
def test_thousands_that_may_be_decimals_are_refused_where_they_stand() -> None:
    error = refused(
        CASES / "effect_duizendpunt.csv", outcome="na", baseline="voor", treatment="t",
        groups=["school"],
    )  # fmt: skip
    assert error.code == "doubtful_number"
    assert error.where is not None
    assert (error.where.row, error.where.column) == (2, "na")


@given
def test_yes_and_no_are_read_where_the_role_allows() -> None:
    found = effect(CASES / "effect_ja_nee.csv", **TRIAL)
    assert found["estimate"] == pytest.approx(2.43424, abs=5e-6)


@given
def test_a_pupil_and_moment_given_twice_is_told_with_the_rows() -> None:
    error = refused(
        CASES / "effect_growth_double.csv", outcome="y", treatment="t", groups=["school"],
        design="growth", time="time", pupil="pupil",
    )  # fmt: skip
    assert error.code == "repeated_measurement"
    assert error.message.startswith("3 rows")
    assert error.found == "rows 194, 195, 196"


@given
def test_schools_that_differ_only_in_case_are_named() -> None:
    error = refused(CASES / "effect_hoofdletters.csv", **TRIAL)
    assert error.code == "same_name"
    assert "S0" in str(error.found)
    assert "s0" in str(error.found)


@pytest.mark.parametrize(
    ("delimiter", "cells", "expected"),
    [
        (";", ["3,5", "4", "2,25"], [3.5, 4, 2.25]),
        (";", ["3,067", "4,250"], [3.067, 4.25]),
        (";", ["1.067,5", "945"], [1067.5, 945]),
        (";", ["1.067.300", "945"], [1_067_300, 945]),
        (";", ["1.5", "1.067"], [1.5, 1.067]),
        (";", ["0.125", "1.067"], [0.125, 1.067]),
        (",", ["1.067", "2.345"], [1.067, 2.345]),
        (",", ["1.067", "3"], [1.067, 3]),
        (";", ["1.067", "945"], None),
        (",", ["1.067", "945"], None),
        (";", ["1,067", "945"], None),
        ("\t", ["1.067", "1.120"], None),
    ],
)
def test_points_and_commas_mean_one_thing_or_are_refused(
    tmp_path: Path, delimiter: str, cells: list[str], expected: list[float] | None
) -> None:
    file = write(tmp_path / "s.csv", f"naam{delimiter}score", [f"x{delimiter}{c}" for c in cells])
    data = read_columns(file)
    if expected is None:
        with pytest.raises(DataError) as caught:
            data.numbers("score")
        assert caught.value.code == "doubtful_number"
        assert caught.value.where is not None
        assert caught.value.where.row in (2, 3)
    else:
        assert data.numbers("score").tolist() == expected


def test_another_column_tells_what_a_point_is(tmp_path: Path) -> None:
    file = write(tmp_path / "s.csv", "voor;na", ["3.5;1.067", "2.25;1.120"])
    assert read_columns(file).numbers("na").tolist() == [1.067, 1.12]


def trial(random: np.random.Generator, words: tuple[str, str]) -> list[str]:
    school = np.repeat(np.arange(12), 20)
    treat = school % 2
    x = random.normal(50, 10, len(school)).round(1)
    y = (x + 2 * treat + random.normal(0, 5, len(school))).round(1)
    return [f"s{s},{words[t]},{a},{b}" for s, t, a, b in zip(school, treat, x, y, strict=True)]


@pytest.mark.parametrize(
    "words",
    [("nee", "ja"), ("FALSE", "TRUE"), ("No", "Yes"), ("nein", "ja"), ("onwaar", "waar"),
     ("n", "j")],
)  # fmt: skip
def test_every_way_to_say_yes_gives_the_same_answer(tmp_path: Path, words: Any) -> None:
    one = write(tmp_path / "a.csv", "school,t,x,y", trial(np.random.default_rng(1), ("0", "1")))
    other = write(tmp_path / "b.csv", "school,t,x,y", trial(np.random.default_rng(1), words))
    assert effect(other, **TRIAL)["estimate"] == effect(one, **TRIAL)["estimate"]


@pytest.mark.parametrize("words", [("controle", "project"), ("2", "1")])
def test_other_words_are_asked_for_and_can_be_said(tmp_path: Path, words: Any) -> None:
    file = write(tmp_path / "b.csv", "school,t,x,y", trial(np.random.default_rng(1), words))
    error = refused(file, **TRIAL)
    assert error.code == "not_binary"
    assert "empty" not in str(error.hint)
    plain = write(tmp_path / "a.csv", "school,t,x,y", trial(np.random.default_rng(1), ("0", "1")))
    assert effect(file, yes=words[1], **TRIAL)["estimate"] == effect(plain, **TRIAL)["estimate"]


def test_yes_beside_two_other_values_is_refused(tmp_path: Path) -> None:
    rows = trial(np.random.default_rng(1), ("nee", "ja"))
    rows[3] = rows[3].replace("nee", "misschien")
    file = write(tmp_path / "b.csv", "school,t,x,y", rows)
    assert refused(file, yes="ja", **TRIAL).code == "not_binary"
    assert refused(file, **TRIAL).code == "not_binary"


@pytest.mark.parametrize("code", ["99.9", "999", "-9", "-99"])
def test_a_code_for_no_score_is_named_with_its_row(tmp_path: Path, code: str) -> None:
    rows = [f"s{i % 12},{i % 2},{3 + i % 3},{2 + i % 4}" for i in range(120)]
    rows[7] = f"s7,1,3,{code}"
    file = write(tmp_path / "c.csv", "school,t,x,y", rows)
    if code == "99.9":  # no usual code: an outlier is the user's to judge
        assert effect(file, **TRIAL)["n"] == 120
        return
    error = refused(file, **TRIAL)
    assert error.code == "missing_code"
    assert error.where is not None
    assert (error.where.row, error.where.column) == (9, "y")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("S01", "s01", True), ("S01", "S1", True), ("De Brink", "De  Brink", True),
        ("De Brink", "debrink", True), ("007", "7", True), ("1A", "1B", False),
        ("Noord", "Zuid", False), ("3.05", "3.5", False), ("10", "1", False),
    ],
)  # fmt: skip
def test_names_that_look_the_same_are_named(
    tmp_path: Path, one: str, other: str, same: bool
) -> None:
    names = {"s1": one, "s3": other}
    rows = [r.split(",") for r in trial(np.random.default_rng(1), ("0", "1"))]
    rows = [[names.get(r[0], r[0]), *r[1:]] for r in rows]
    file = write(tmp_path / "n.csv", "school,t,x,y", [",".join(r) for r in rows])
    if same:
        assert refused(file, **TRIAL).code == "same_name"
    else:
        assert effect(file, **TRIAL)["groups"] == {"school": 12}


def test_a_header_of_hundreds_of_thousands_of_columns_is_refused_at_once(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(300_000))
    file = write(tmp_path / "wide.csv", names, [])
    assert refused(file, **TRIAL).code == "too_many_columns"
    with pytest.raises(DataError) as caught:
        reliability(file, items=["c1", "c2"])
    assert caught.value.code == "too_many_columns"


def test_a_decimal_comma_in_an_option_is_a_decimal_comma() -> None:
    from instroom.cli.statistics import number

    assert (number("0,05"), number("-1,5"), number("0.05")) == (0.05, -1.5, 0.05)
