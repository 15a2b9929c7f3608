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
def test_holm_by_its_definition(p: list[float]) -> None:
    found = multiplicity.holm(p)
    for at, value in enumerate(p):
        smaller = [q for q in p if q <= value]
        worst = max(q * sum(x >= q for x in p) for q in smaller)
        assert found[at] == pytest.approx(min(1, worst), abs=1e-12)


@given(chances)
def test_adjusting_never_helps_and_keeps_the_order(p: list[float]) -> None:
    order = np.argsort(p, kind="stable")
    for adjust in (multiplicity.benjamini_hochberg, multiplicity.holm):
        found = adjust(p)
        assert (found >= np.array(p) - 1e-15).all()
        assert (np.diff(found[order]) >= 0).all()
    assert (multiplicity.benjamini_hochberg(p) <= multiplicity.holm(p) + 1e-15).all()


def test_an_outcome_without_a_test_does_not_count() -> None:
    found = multiplicity.holm([0.01, np.nan, 0.03])
    assert found[[0, 2]] == pytest.approx(multiplicity.holm([0.01, 0.03]))
    assert np.isnan(found[1])
    assert multiplicity.holm([]).shape == (0,)


def test_romano_wolf_of_one_outcome_is_its_own_p_value() -> None:
    null = np.random.default_rng(2).normal(size=(199, 1))
    found = multiplicity.romano_wolf([-1.7], null)
    assert found[0] == (1 + np.sum(np.abs(null) >= 1.7)) / 200


def test_romano_wolf_lies_between_no_correction_and_bonferroni() -> None:
    chance = np.random.default_rng(3)
    common = chance.normal(size=(1999, 1))
    null = 0.8 * common + 0.6 * chance.normal(size=(1999, 4))
    t = np.array([2.9, -2.1, 0.3, 2.3])
    alone = (1 + (np.abs(null) >= np.abs(t)).sum(axis=0)) / 2000
    found = multiplicity.romano_wolf(t, null)
    assert (found >= alone).all()
    assert (found <= np.minimum(1, 4 * alone)).all()
    # Outcomes that go together cost less than Holm charges.
    assert (found[[0, 1, 3]] < multiplicity.holm(alone)[[0, 1, 3]]).all()
    order = np.argsort(-np.abs(t))
    assert (np.diff(found[order]) >= 0).all()


def test_twins_cost_nothing() -> None:
    null = np.repeat(np.random.default_rng(4).normal(size=(99, 1)), 3, axis=1)
    found = multiplicity.romano_wolf([2.0, 2.0, 2.0], null)
    assert found == pytest.approx(multiplicity.romano_wolf([2.0], null[:, :1])[0])


def test_impossible_input_is_an_error() -> None:
    for wrong in ([1.2], [-0.1]):
        with pytest.raises(DataError) as caught:
            multiplicity.benjamini_hochberg(wrong)
        assert caught.value.code == "bad_p"
    for draws in (np.zeros((9, 2)), np.zeros(3), np.full((9, 1), np.nan), np.zeros((0, 1))):
        with pytest.raises(DataError) as caught:
            multiplicity.romano_wolf([1.0], draws)
        assert caught.value.code == "bad_draws"


def test_adjusted_p_is_benjamini_hochberg_by_hand() -> None:
    # 0.01 x 4 / 1, 0.02 x 4 / 2, 0.03 x 4 / 3, 0.8: then the running minimum from the right.
    assert multiplicity.benjamini_hochberg([0.8, 0.01, 0.03, 0.02]) == pytest.approx(
        [0.8, 0.04, 0.04, 0.04]
    )
    assert np.isnan(multiplicity.benjamini_hochberg([float("nan")])).all()
