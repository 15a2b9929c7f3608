"""Rounded figures: nearest multiple, its interval, and what the rule itself tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.privacy import rounding


@given(st.integers(0, 10_000), st.integers(2, 9))
def test_a_rounded_figure_is_near_and_its_interval_is_all_that_rounds_to_it(
    n: int, step: int
) -> None:
    shown = rounding.rounded(n, step)
    assert shown["n"] % step == 0
    assert 2 * abs(shown["n"] - n) <= step
    same = [
        k for k in range(max(0, n - 10), n + 11) if rounding.rounded(k, step)["n"] == shown["n"]
    ]
    assert (shown["lo"], shown["hi"]) == (same[0], same[-1])


def test_who_knows_the_threshold_knows_that_a_shown_figure_is_zero_or_reaches_it() -> None:
    assert rounding.told(8, 12, 10) == (10, 12)
    assert rounding.told(0, 2, 10) == (0, 0)
    assert rounding.told(33, 37, 10) == (33, 37)


@pytest.mark.parametrize(
    ("step", "threshold"), [(1, 10), (0, 10), (2.5, 10), (True, 10), (5, 5), (10, 10)]
)
def test_a_step_that_gives_back_what_is_hidden_is_refused(step: float, threshold: int) -> None:
    with pytest.raises(DataError) as caught:
        rounding.check(step, threshold)  # type: ignore[arg-type]
    assert caught.value.code == "round"


def test_no_rounding_needs_no_threshold() -> None:
    rounding.check(None, 0)
