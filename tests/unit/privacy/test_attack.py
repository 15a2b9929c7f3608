"""The attack that checks: what subtraction finds, it finds; what it cannot know, it does not."""

import pytest

from instroom.core.errors import DataError
from instroom.privacy.attack import FeasibleRange, attack

NESTED = {"nested": {"school": {"A": {"municipality": "X"}, "B": {"municipality": "X"}}}}


def test_a_total_and_the_others_give_the_hidden_one() -> None:
    found = attack([
        {"dims": {"municipality": "X"}, "n": 42},
        {"dims": {"school": "A"}, "n": 38},
        {"dims": {"school": "B"}, "n": None},
        NESTED,
    ])  # fmt: skip
    assert found == [FeasibleRange(2, 4.0, 4.0)]
    assert found[0].width == 0


def test_two_tables_together_give_what_neither_gives_alone() -> None:
    by_gender = [{"dims": {"gender": g}, "n": n} for g, n in (("m", 30), ("f", 20))]
    by_school = [{"dims": {"school": s}, "n": n} for s, n in (("A", 25), ("B", 25))]
    crossed = [
        {"dims": {"school": "A", "gender": "m"}, "n": None},
        {"dims": {"school": "A", "gender": "f"}, "n": None},
        {"dims": {"school": "B", "gender": "m"}, "n": None},
        {"dims": {"school": "B", "gender": "f"}, "n": 3},
    ]
    ranges = attack([*by_gender, *by_school, *crossed])
    assert [(r.low, r.high) for r in ranges] == [(8, 8), (17, 17), (22, 22)]


def test_what_nothing_bounds_has_no_end() -> None:
    assert attack([{"dims": {"gender": "f"}, "n": None}]) == [FeasibleRange(0, 0.0, float("inf"))]


def test_rounded_figures_are_intervals() -> None:
    found = attack([
        {"dims": {}, "n": 30, "lo": 28, "hi": 32},
        {"dims": {"gender": "m"}, "n": 25, "lo": 23, "hi": 27},
        {"dims": {"gender": "f"}, "n": None},
    ])  # fmt: skip
    assert [(r.low, r.high) for r in found] == [(1, 9)]


def test_what_is_known_beforehand_of_a_hidden_figure_counts() -> None:
    figures = [
        {"dims": {"gender": "m"}, "n": None, "lo": 2, "hi": 6},
        {"dims": {"gender": "f"}, "n": 3},
    ]
    assert attack(figures) == [FeasibleRange(0, 2.0, 6.0)]


def test_places_that_are_not_asked_for_are_not_solved() -> None:
    figures = [{"dims": {"gender": g}, "n": None} for g in "mfx"]
    assert [r.index for r in attack(figures, only={1})] == [1]


def test_when_enough_is_known_the_ranges_are_not_wider_than_the_truth() -> None:
    figures = [{"dims": {}, "n": 40}] + [{"dims": {"p": str(i)}, "n": None} for i in range(6)]
    exact = {r.index: r for r in attack(figures)}
    seen = attack(figures, enough=lambda r: r.width >= 10)
    assert all(exact[r.index].low <= r.low and r.high <= exact[r.index].high for r in seen)
    assert all(r.width >= 10 for r in seen)


def test_contradictions_are_refused() -> None:
    figures = [{"dims": {}, "n": 5}, {"dims": {"g": "m"}, "n": 9}, {"dims": {"g": "f"}, "n": None}]
    with pytest.raises(DataError) as caught:
        attack(figures)
    assert caught.value.code == "contradiction"
