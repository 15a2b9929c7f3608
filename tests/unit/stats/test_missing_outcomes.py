"""Bounds with missing outcomes: they hold whatever the answers were, and no more than that."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.trials import missing_outcomes

answers = st.lists(
    st.tuples(st.integers(1, 5), st.booleans(), st.booleans()), min_size=4, max_size=40
)


def arrays(data: list[tuple[int, bool, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    truth = np.array([float(y) for y, _, _ in data])
    treated = np.array([float(t) for _, t, _ in data])
    seen = np.where([gone for _, _, gone in data], np.nan, truth)
    return truth, treated, seen


@given(answers)
def test_manski_bounds_hold_the_effect_on_everyone(data: list[tuple[int, bool, bool]]) -> None:
    truth, treated, seen = arrays(data)
    found = missing_outcomes.manski_bounds(seen, treated, scale=(1, 5))
    if treated.all() or not treated.any():
        assert found.status == "too_few"
        return
    effect = truth[treated == 1].mean() - truth[treated == 0].mean()
    assert found.low - 1e-12 <= effect <= found.high + 1e-12
    lost = [np.isnan(seen[treated == arm]).mean() for arm in (0, 1)]
    assert found.high - found.low == pytest.approx(4 * sum(lost))


@given(answers)
def test_lee_bounds_hold_the_difference_between_those_seen(
    data: list[tuple[int, bool, bool]],
) -> None:
    _, treated, seen = arrays(data)
    known = ~np.isnan(seen)
    found = missing_outcomes.lee_bounds(seen, treated)
    if not (known & (treated == 1)).any() or not (known & (treated == 0)).any():
        assert found.status == "too_few"
        return
    naive = seen[known & (treated == 1)].mean() - seen[known & (treated == 0)].mean()
    assert found.low - 1e-12 <= naive <= found.high + 1e-12
    mirrored = missing_outcomes.lee_bounds(seen, 1 - treated)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), abs=1e-12)


def test_lee_bounds_hold_the_effect_on_those_seen_in_either_arm() -> None:
    """Treatment makes more pupils answer; those who answer anyway have an effect of 0.5."""
    chance = np.random.default_rng(6)
    n = 40_000
    treated, keen = np.arange(n) % 2, chance.uniform(size=n)
    y = chance.normal(size=n) + 2 * keen + 0.5 * treated
    seen = np.where(keen > np.where(treated == 1, 0.2, 0.4), y, np.nan)
    found = missing_outcomes.lee_bounds(seen, treated)
    assert found.trimmed == pytest.approx(0.25, abs=0.01)
    assert found.low < 0.5 < found.high
    # The naive difference is off by about 0.2: those drawn in by treatment are less keen.
    naive = np.nanmean(seen[treated == 1]) - np.nanmean(seen[treated == 0])
    assert abs(naive - 0.5) > 0.1


def test_equal_answering_gives_one_number() -> None:
    found = missing_outcomes.lee_bounds([5, 4, np.nan, 1, 2, np.nan], [1, 1, 1, 0, 0, 0])
    assert found.low == found.high == 3.0
    assert found.trimmed == 0
    assert found.missing == 2


def test_ties_count_in_part() -> None:
    # 3 of 3 answered against 2 of 3: one third of the three threes is taken away.
    found = missing_outcomes.lee_bounds([3, 3, 3, 1, 2, np.nan], [1, 1, 1, 0, 0, 0])
    assert found.low == found.high == pytest.approx(1.5)
    # 4 of 4 against 3 of 4 answered takes a quarter; of five answers that is one and a quarter.
    five = missing_outcomes.lee_bounds(
        [1, 2, 3, 4, 5, 0, 0, 0, np.nan], [1, 1, 1, 1, 1, 0, 0, 0, 0]
    )
    assert five.low == pytest.approx((1 + 2 + 3 + 0.75 * 4) / 3.75)
    assert five.high == pytest.approx((5 + 4 + 3 + 0.75 * 2) / 3.75)


def test_impossible_input_is_an_error() -> None:
    for call, code in (
        (lambda: missing_outcomes.lee_bounds([1.0], [2]), "bad_treatment"),
        (lambda: missing_outcomes.lee_bounds([1.0, 2.0], [1]), "bad_treatment"),
        (lambda: missing_outcomes.manski_bounds([1.0, 7.0], [1, 0], scale=(1, 5)), "bad_scale"),
        (lambda: missing_outcomes.manski_bounds([1.0, 2.0], [1, 0], scale=(5, 1)), "bad_scale"),
    ):
        with pytest.raises(DataError) as caught:
            call()
        assert caught.value.code == code
