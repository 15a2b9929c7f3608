"""Groups that no figure counts: what a total minus its parts would tell."""

import numpy as np

from instroom.privacy.remainders import remainders
from instroom.privacy.tables import tabulate
from unit.privacy.regions import region

NESTED = {"school": {s: {"municipality": "X"} for s in "ABC"} | {"D": {"municipality": "Y"}}}


def found(dims: list[dict[str, str]], n: list[float]) -> list[float]:
    table = tabulate(dims, NESTED)
    numbers = np.full(len(table.names), np.nan)
    for cell, value in zip(table.of, n, strict=True):
        numbers[cell] = value
    return remainders(table, numbers, 10)[1].tolist()


X, A, B, C = {"municipality": "X"}, {"school": "A"}, {"school": "B"}, {"school": "C"}


def test_what_is_left_of_a_total_counts() -> None:
    assert found([X, A], [57, 50]) == [7]
    assert found([X, A, B], [57, 30, 22]) == [5]


def test_nothing_is_left_when_all_parts_are_there() -> None:
    assert found([X, A, B, C], [57, 30, 20, 7]) == []


def test_a_large_or_empty_rest_is_no_small_group() -> None:
    assert found([X, A], [60, 50]) == []
    assert found([X, A], [50, 50]) == []


def test_what_is_not_known_exactly_leaves_nothing_to_tell() -> None:
    assert found([X, A], [np.nan, 50]) == []
    assert found([X, A], [57, np.nan]) == []


def test_a_rest_that_is_a_figure_itself_is_judged_there() -> None:
    """All but X is the one school D, and D has a figure."""
    assert found([{}, X, {"school": "D"}], [64, 57, 7]) == []


def test_the_rest_is_found_within_breakdowns() -> None:
    dims = [{**X, "g": "f"}, {**A, "g": "f"}, {**X, "g": "m"}, {**A, "g": "m"}]
    assert found(dims, [30, 26, 60, 30]) == [4]


def test_a_region_with_all_its_lines_leaves_nothing() -> None:
    *figures, nested = region(3)
    table = tabulate([f["dims"] for f in figures], nested["nested"])
    numbers = np.zeros(len(table.names))
    for cell, figure in zip(table.of, figures, strict=True):
        numbers[cell] = figure["n"]
    assert remainders(table, numbers, 10)[1].tolist() == []
