"""A change is split into parts that add up to it exactly, also when the numbers are bounds."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.stats.decomposition import ChangeDecomposition, split_number, split_share

people = st.integers(0, 5000) | st.integers(0, 40)
#: A count as (low, high): exact, or with up to ten hidden cells in it.
bounded = st.builds(lambda n, k: [n + k, n + 4 * k], people, st.integers(0, 10))
Pair = list[int]


def exact(*numbers: int) -> list[Pair]:
    return [[n, n] for n in numbers]


@given(people, people, people, people)
def test_the_parts_of_a_number_add_up_to_its_change(p0: int, r0: int, p1: int, r1: int) -> None:
    found = split_number(exact(p0, p1), exact(r0, r1))
    assert found.exact
    assert found.change[0] == p1 - p0
    assert found.first[0] + found.second[0] == pytest.approx(p1 - p0, abs=1e-8)


@given(st.lists(st.tuples(people, people, people, people), min_size=1, max_size=4))
def test_the_parts_of_a_share_add_up_to_its_change(groups: list[tuple[int, int, int, int]]) -> None:
    p0, r0, p1, r1 = zip(*groups, strict=True)
    found = split_share([exact(*p0), exact(*p1)], [exact(*r0), exact(*r1)])
    before, after = sum(p0) + sum(r0), sum(p1) + sum(r1)
    if before and after:
        change = sum(p1) / after - sum(p0) / before
        assert found.change[0] == pytest.approx(change, abs=1e-12)
    assert found.first[0] + found.second[0] == pytest.approx(found.change[0], abs=1e-12)
    assert found.change[0] == pytest.approx(found.change[1], abs=1e-12)


@st.composite
def bounds_with_one_truth(draw: st.DrawFn, count: int) -> tuple[list[Pair], list[int]]:
    every = draw(st.lists(bounded, min_size=count, max_size=count))
    return every, [draw(st.integers(low, high)) for low, high in every]


def holds(outer: ChangeDecomposition, inner: ChangeDecomposition) -> bool:
    pairs = zip(
        (outer.change, outer.first, outer.second),
        (inner.change, inner.first, inner.second),
        strict=True,
    )
    slack = 1e-9
    return all(o[0] - slack <= i[0] and i[1] <= o[1] + slack for o, i in pairs)


@given(bounds_with_one_truth(4))
def test_the_bounds_of_a_number_hold_every_exact_split(
    found: tuple[list[Pair], list[int]],
) -> None:
    (p0, p1, r0, r1), truth = found
    t0, t1, u0, u1 = truth
    outer = split_number([p0, p1], [r0, r1])
    assert holds(outer, split_number(exact(t0, t1), exact(u0, u1)))


@given(bounds_with_one_truth(8))
def test_the_bounds_of_a_share_hold_every_exact_split(
    found: tuple[list[Pair], list[int]],
) -> None:
    bounds, truth = (np.array(x) for x in found)
    outer = split_share(bounds[:4].reshape(2, 2, 2), bounds[4:].reshape(2, 2, 2))
    points = np.stack([truth, truth], axis=-1)
    inner = split_share(points[:4].reshape(2, 2, 2), points[4:].reshape(2, 2, 2))
    assert holds(outer, inner)


def test_no_value_of_four_hidden_cells_falls_outside_the_bounds() -> None:
    """All 4^4 values of four hidden cells: none falls outside, the ends are reached."""
    part = [[[1, 4], [20, 20]], [[2, 5], [25, 25]]]
    rest = [[[1, 4], [30, 30]], [[6, 9], [20, 20]]]
    outer = split_share(part, rest)
    changes = []
    for a, b, c, d in product(range(4), repeat=4):
        p = [exact(1 + a, 20), exact(2 + b, 25)]
        r = [exact(1 + c, 30), exact(6 + d, 20)]
        inner = split_share(p, r)
        assert holds(outer, inner)
        changes.append(inner.change[0])
    assert outer.change == pytest.approx((min(changes), max(changes)))


def test_without_other_choices_only_the_size_of_the_group_changed() -> None:
    found = split_number(exact(50, 40), exact(50, 40))
    assert (found.change[0], found.first[0], found.second[0]) == pytest.approx((-10, -10, 0))


def test_with_as_many_people_only_choices_changed() -> None:
    found = split_number(exact(50, 40), exact(50, 60))
    assert (found.change[0], found.first[0], found.second[0]) == pytest.approx((-10, 0, -10))


def test_with_the_same_choices_per_group_only_the_composition_changed() -> None:
    found = split_share([exact(50, 10), exact(25, 15)], [exact(50, 90), exact(25, 135)])
    assert found.second == pytest.approx((0, 0))
    assert found.change == found.first


def test_the_order_of_the_groups_does_not_matter() -> None:
    part, rest = np.array([exact(5, 40), exact(9, 30)]), np.array([exact(8, 9), exact(7, 50)])
    assert split_share(part, rest).first == pytest.approx(
        split_share(part[:, ::-1], rest[:, ::-1]).first
    )


def test_there_and_back_is_no_change() -> None:
    part, rest = exact(50, 44), exact(50, 36)
    there, back = split_number(part, rest), split_number(part[::-1], rest[::-1])
    assert there.first[0] == -back.first[0]
    assert there.second[0] == -back.second[0]


def test_an_empty_group_has_no_choices() -> None:
    found = split_share([exact(0, 10), exact(5, 10)], [exact(0, 10), exact(5, 10)])
    assert np.isfinite([*found.change, *found.first, *found.second]).all()
    assert found.change == pytest.approx((0, 0))
