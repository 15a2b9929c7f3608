"""Counts with bounds, and shares of them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.core.quantities import Count, Share, total

WHOLE = st.integers(0, 10_000)


@st.composite
def known_counts(draw) -> tuple[Count, int]:
    """Give a count with the true number that lies in it."""
    low, true, high = sorted(draw(st.tuples(WHOLE, WHOLE, WHOLE)))
    return Count(low, high), true


def test_count_alone_is_exact() -> None:
    assert Count(12) == Count(12, 12)
    assert Count(12).exact and not Count(1, 4).exact


@pytest.mark.parametrize(("low", "high"), [(-1, -1), (5, 4), (-2, 3), (3, -2)])
def test_impossible_count_is_refused(low: int, high: int) -> None:
    with pytest.raises(DataError) as caught:
        Count(low, high)
    assert caught.value.code == "impossible_count"


def test_total_of_nothing_is_zero() -> None:
    assert total([]) == Count(0)


@given(st.lists(known_counts(), max_size=8))
def test_total_contains_the_true_total(counts: list[tuple[Count, int]]) -> None:
    found = total(count for count, _ in counts)
    assert found.low <= sum(true for _, true in counts) <= found.high
    assert found.exact == all(count.exact for count, _ in counts)
    assert found == total(count for count, _ in reversed(counts))


@given(known_counts(), known_counts(), known_counts())
def test_addition_has_no_order(a, b, c) -> None:
    assert (a[0] + b[0]) + c[0] == a[0] + (b[0] + c[0])
    assert a[0] + b[0] == b[0] + a[0]
    assert a[0] + Count(0) == a[0]


@given(known_counts(), known_counts())
def test_share_contains_every_true_share(part: tuple[Count, int], rest: tuple[Count, int]) -> None:
    assume(part[1] + rest[1] > 0)
    share = Share.of(part[0], rest[0])
    assert 0 <= share.low <= part[1] / (part[1] + rest[1]) <= share.high <= 1


@given(known_counts(), known_counts())
def test_share_bounds_are_reached(part: tuple[Count, int], rest: tuple[Count, int]) -> None:
    assume(part[0].low + rest[0].low > 0)
    share = Share.of(part[0], rest[0])
    assert share.low == part[0].low / (part[0].low + rest[0].high)
    assert share.high == part[0].high / (part[0].high + rest[0].low)
    assert share.exact or not (part[0].exact and rest[0].exact)


def test_share_is_narrower_than_dividing_bounds() -> None:
    assert Share.of(Count(1, 4), Count(6)) == Share(1 / 7, 4 / 10)


def test_share_of_what_may_be_nothing_is_everything_or_nothing() -> None:
    assert Share.of(Count(0, 2), Count(0, 2)) == Share(0.0, 1.0)
    assert Share.of(Count(0), Count(3)) == Share(0.0, 0.0)


def test_share_of_nothing_does_not_exist() -> None:
    with pytest.raises(DataError) as caught:
        Share.of(Count(0), Count(0))
    assert caught.value.code == "empty_share"
