"""Who adds up to what: figures, nested places, values that only totals have."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.privacy.tables import name_of, tabulate

NESTED = {
    "school": {"A": {"municipality": "X"}, "B": {"municipality": "X"}, "C": {"municipality": "Y"}}
}


def rows(dims: list[dict[str, str]], nested: dict | None = None) -> list[list[int]]:
    table = tabulate(dims, nested)
    return [[int(v) for v in table.cover[c].toarray().ravel()] if c >= 0 else [] for c in table.of]


def test_a_figure_without_a_dimension_is_the_total_over_it() -> None:
    total, girls, boys = rows([{}, {"gender": "f"}, {"gender": "m"}])
    assert total == [1, 1]
    assert sorted([girls, boys]) == [[0, 1], [1, 0]]


def test_a_municipality_is_the_sum_of_its_schools() -> None:
    x, a, b, c = rows(
        [{"municipality": "X"}, {"school": "A"}, {"school": "B"}, {"school": "C"}], NESTED
    )
    assert x == [p + q for p, q in zip(a, b, strict=True)]
    assert sum(map(sum, (a, b, c))) == 3


def test_a_municipality_of_one_school_is_the_same_cell() -> None:
    table = tabulate([{"municipality": "Y"}, {"school": "C"}, {"school": "A"}], NESTED)
    assert table.of[0] == table.of[1] != table.of[2]


def test_nesting_is_followed_over_several_steps() -> None:
    nested = NESTED | {"municipality": {"X": {"region": "R"}, "Y": {"region": "R"}}}
    r, a, b, c = rows([{"region": "R"}, {"school": "A"}, {"school": "B"}, {"school": "C"}], nested)
    assert r == [sum(column) for column in zip(a, b, c, strict=True)]


def test_two_coarse_dimensions_above_one() -> None:
    nested = {
        "school": {
            "A": {"municipality": "X", "board": "P"},
            "B": {"municipality": "X", "board": "Q"},
            "C": {"municipality": "Y", "board": "Q"},
        }
    }
    both, b, q = rows(
        [{"municipality": "X", "board": "Q"}, {"school": "B"}, {"board": "Q"}], nested
    )
    assert both == b
    assert sum(q) == 2


def test_a_combination_nobody_can_be_in_is_no_cell() -> None:
    table = tabulate([{"school": "A", "municipality": "Y"}, {"school": "A"}], NESTED)
    assert table.of == (-1, 0)


def test_a_coarse_value_without_known_schools_counts_people_of_its_own() -> None:
    z, x, total = rows([{"municipality": "Z"}, {"municipality": "X"}, {}], NESTED)
    assert sum(z) == 1
    assert np.dot(z, x) == 0
    assert sum(total) >= sum(z) + sum(x)


def test_an_unknown_coarse_value_still_lies_in_what_lies_above_it() -> None:
    nested = NESTED | {"municipality": {"Z": {"region": "R"}, "X": {"region": "R"}}}
    z, r = rows([{"municipality": "Z"}, {"region": "R"}], nested)
    assert np.dot(z, r) == sum(z) == 1


def test_an_unknown_municipality_and_board_share_people_only_where_a_figure_says_so() -> None:
    nested = {"school": {"A": {"municipality": "X", "board": "P"}}}
    z, b, both = rows(
        [{"municipality": "Z"}, {"board": "B"}, {"municipality": "Z", "board": "B"}], nested
    )
    assert np.dot(z, b) == np.dot(z, both) == sum(both) == 1


def test_numbers_and_texts_of_one_value_are_one_value() -> None:
    table = tabulate([{"year": 2020}, {"year": "2020"}])
    assert table.of == (0, 0)


def test_the_order_of_figures_does_not_matter() -> None:
    dims = [{"school": s, "gender": g} for s in "ABC" for g in "mf"] + [{"municipality": "X"}, {}]
    one, other = tabulate(dims, NESTED), tabulate(dims[::-1], NESTED)
    assert one.names == other.names
    assert (one.cover != other.cover).nnz == 0
    assert one.of == other.of[::-1]


def test_the_order_of_dimensions_does_not_matter() -> None:
    assert name_of({"a": "1", "b": "2"}) == name_of({"b": "2", "a": "1"})


@pytest.mark.parametrize("dims", [{"school": None}, {"school": ""}, "school=A", ["school"]])
def test_dimensions_that_are_none_are_refused(dims: object) -> None:
    with pytest.raises(DataError) as caught:
        tabulate([dims])  # type: ignore[list-item]
    assert caught.value.code == "dims"


@pytest.mark.parametrize(
    "nested",
    [
        {"a": {"1": {"b": "2"}}, "b": {"2": {"a": "1"}}},
        {"a": {"1": {"c": "3"}}, "b": {"2": {"c": "3"}}},
        {"a": {"1": {"b": "2", "c": "3"}}, "b": {"2": {"c": "4"}}},
    ],
    ids=["a circle", "above two dimensions", "in two values"],
)
def test_nesting_that_cannot_be_is_refused(nested: dict) -> None:
    with pytest.raises(DataError) as caught:
        tabulate([{"a": "1"}], nested)
    assert caught.value.code == "nesting"


def test_too_many_combinations_are_refused_before_they_are_made() -> None:
    dims = [{name: str(i)} for name in "abcd" for i in range(60)]
    with pytest.raises(DataError) as caught:
        tabulate(dims)
    assert caught.value.code == "too_many_cells"
