"""P-values of several outcomes: definitions written out, and what must hold for all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.trials import multiplicity

chances = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(chances)
def test_benjamini_hochberg_by_its_definition(p: list[float]) -> None:
    found = multiplicity.benjamini_hochberg(p)
    for at, value in enumerate(p):
        # The smallest level at which the step-up procedure rejects this one.
        larger = [q for q in p if q >= value]
        best = min(q * len(p) / sum(x <= q for x in p) for q in larger)
        assert found[at] == pytest.approx(min(1, best), abs=1e-12)


@given(chances)
def test_adjusting_never_helps_and_keeps_the_order(p: list[float]) -> None:
    order = np.argsort(p, kind="stable")
    found = multiplicity.benjamini_hochberg(p)
    assert (found >= np.array(p) - 1e-15).all()
    assert (np.diff(found[order]) >= 0).all()


def test_an_outcome_without_a_test_does_not_count() -> None:
    found = multiplicity.benjamini_hochberg([0.01, np.nan, 0.03])
    assert found[[0, 2]] == pytest.approx(multiplicity.benjamini_hochberg([0.01, 0.03]))
    assert np.isnan(found[1])
    assert multiplicity.benjamini_hochberg([]).shape == (0,)


def test_impossible_input_is_an_error() -> None:
    for wrong in ([1.2], [-0.1]):
        with pytest.raises(DataError) as caught:
            multiplicity.benjamini_hochberg(wrong)
        assert caught.value.code == "bad_p"


def test_adjusted_p_is_benjamini_hochberg_by_hand() -> None:
    # 0.01 x 4 / 1, 0.02 x 4 / 2, 0.03 x 4 / 3, 0.8: then the running minimum from the right.
    assert multiplicity.benjamini_hochberg([0.8, 0.01, 0.03, 0.02]) == pytest.approx(
        [0.8, 0.04, 0.04, 0.04]
    )
    assert np.isnan(multiplicity.benjamini_hochberg([float("nan")])).all()
