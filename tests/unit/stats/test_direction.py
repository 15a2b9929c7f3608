"""Whether a share changed by more than chance: only when even the least change would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.intervals import direction, wilson

shares = st.floats(0, 1)
numbers = st.integers(1, 10_000)
bounds = st.tuples(shares, shares).map(sorted)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.50, 0.50, 3000), (0.40, 0.40, 3000), -1),
        ((0.40, 0.40, 3000), (0.50, 0.50, 3000), 1),
        ((0.50, 0.50, 50), (0.40, 0.40, 50), 0),
        ((0.50, 0.50, 3000), (0.44, 0.52, 3000), 0),
        ((0.50, 0.56, 3000), (0.40, 0.51, 3000), 0),
        ((0.50, 0.56, 3000), (0.40, 0.44, 3000), -1),
        ((0.50, 0.50, 3000), (0.50, 0.50, 3000), 0),
        ((0.0, 1.0, 3000), (0.0, 1.0, 3000), 0),
        ((0.0, 0.0, 1), (1.0, 1.0, 1), 0),
    ],
)
def test_direction(
    before: tuple[float, float, float], after: tuple[float, float, float], expected: int
) -> None:
    assert direction(before, after) == expected


def test_it_takes_1_96_standard_errors() -> None:
    error = (2 * 0.25 / 1000) ** 0.5
    near, far = 0.5 + 1.95 * error, 0.5 + 1.98 * error
    assert direction((0.5, 0.5, 1000), (near, near, 1000)) == 0
    assert direction((0.5, 0.5, 1000), (far, far, 1000)) == 1


@given(bounds, numbers, bounds, numbers)
def test_overlapping_bounds_are_never_a_change(
    first: list[float], n: int, second: list[float], m: int
) -> None:
    found = direction((*first, n), (*second, m))
    if max(first[0], second[0]) <= min(first[1], second[1]):
        assert found == 0
    assert found == -direction((*second, m), (*first, n))


@given(bounds, numbers, bounds, numbers, st.floats(0, 1), st.floats(0, 1))
def test_a_change_has_its_direction_wherever_the_truth_lies(
    first: list[float], n: int, second: list[float], m: int, a: float, b: float
) -> None:
    sign = direction((*first, n), (*second, m))
    before, after = (low + x * (high - low) for (low, high), x in ((first, a), (second, b)))
    assert sign == 0 or (after - before) * sign > 0


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share_and_stays_a_share(part: int, extra: int) -> None:
    whole = part + extra
    found = wilson(part, whole)
    assert 0 <= found.low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= found.high <= 1


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (5, 4), (-1, 10)])
def test_a_share_that_does_not_exist_has_no_interval(part: int, whole: int) -> None:
    with pytest.raises(DataError) as caught:
        wilson(part, whole)
    assert caught.value.code == "empty_share"
