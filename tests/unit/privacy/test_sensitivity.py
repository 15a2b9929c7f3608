"""The rules for single figures."""

import pytest

from instroom.core.errors import DataError
from instroom.privacy.sensitivity import Rules, schools_behind, sensitive

LIES_IN = {"A": "X", "B": "X", "C": "Y", "D": "Z", "E": "Z", "F": "Z"}
NESTED = {"school": {school: {"municipality": m} for school, m in LIES_IN.items()}}


def one(n: float | None, rules: Rules | None = None, **more: object) -> str | None:
    return sensitive([{"dims": {}, "n": n, **more}], {}, rules or Rules())[0]


@pytest.mark.parametrize(
    ("n", "reason"),
    [(0, None), (1, "too_few_people"), (9, "too_few_people"), (10, None), (None, "hidden_before")],
)
def test_the_threshold(n: int | None, reason: str | None) -> None:
    assert one(n) == reason


@pytest.mark.parametrize(
    ("contributions", "reason"),
    [
        ([40, 30, 20, 10], "dominance"),
        ([25, 25, 25, 25], None),
        ([26, 25, 25, 24], "dominance"),
        ([60, 40], "few_contributors"),
        ([100], "few_contributors"),
        ([], None),
    ],
)
def test_dominance_is_three_that_are_more_than_three_quarters(
    contributions: list[float], reason: str | None
) -> None:
    assert one(100, contributions=contributions) == reason


def test_a_sum_is_no_number_of_people() -> None:
    assert one(8, contributions=[2, 2, 2, 2]) is None


def test_another_dominance_rule() -> None:
    rules = Rules(dominance=(1, 0.5), contributors=0)
    assert one(100, rules, contributions=[51, 49]) == "dominance"
    assert one(100, rules, contributions=[50, 50]) is None


def extremes(part: int, whole: int) -> str | None:
    figures = [
        {"dims": {"school": "A", "tech": "yes"}, "n": part},
        {"dims": {"school": "A"}, "n": whole},
    ]
    return sensitive(figures, {}, Rules(extremes=("tech",)))[0]


@pytest.mark.parametrize(
    ("part", "whole", "reason"),
    [
        (12, 12, "extreme"),
        (0, 12, "extreme"),
        (19, 19, "extreme"),
        (20, 20, None),
        (0, 20, None),
        (11, 12, None),
    ],
)
def test_everybody_or_nobody_of_a_small_group_says_what_each_one_did(
    part: int, whole: int, reason: str | None
) -> None:
    assert extremes(part, whole) == reason


def test_extremes_are_asked_for_by_name() -> None:
    figures = [{"dims": {"gender": "f"}, "n": 12}, {"dims": {}, "n": 12}]
    assert sensitive(figures, {}, Rules(extremes=("tech",))) == [None, None]


def test_places_of_one_or_two_schools_are_counted() -> None:
    dims = [{"municipality": m} for m in "XYZ"] + [
        {"school": "A"},
        {},
        {"municipality": "X", "gender": "f"},
    ]
    found = schools_behind([{"dims": d, "n": 50} for d in dims], NESTED, Rules())
    assert found == [2, 1, None, None, None, 2]


def test_schools_are_counted_over_several_steps() -> None:
    nested = NESTED | {"municipality": {"X": {"region": "R"}, "Y": {"region": "Q"}}}
    figures = [{"dims": {"region": r}, "n": 50} for r in "RQ"]
    assert schools_behind(figures, nested, Rules()) == [2, 1]


def test_only_schools_in_both_places_count() -> None:
    nested = {
        "school": {
            s: {"municipality": "X", "board": b} for s, b in zip("ABCD", "PPPQ", strict=True)
        }
    }
    figures = [{"dims": {"municipality": "X", "board": b}, "n": 50} for b in "PQ"]
    assert schools_behind(figures, nested, Rules()) == [None, 1]


def test_figures_of_few_schools_are_hidden_when_asked() -> None:
    figures = [{"dims": {"municipality": m}, "n": 50} for m in "XZ"]
    assert sensitive(figures, NESTED, Rules(few_schools="hide")) == ["few_schools", None]
    assert sensitive(figures, NESTED, Rules()) == [None, None]


def test_an_unknown_word_for_few_schools_is_refused() -> None:
    with pytest.raises(DataError):
        Rules(few_schools="drop")
