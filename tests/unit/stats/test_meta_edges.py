"""Meta-analysis: what it does with few, equal, missing and impossible trials."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.evidence.heterogeneity import METHODS
from instroom.stats.evidence.meta import predict, random_effects
from instroom.stats.evidence.meta_diagnostics import egger, influence, leave_one_out
from instroom.stats.evidence.trial_effects import design_problem
from instroom.stats.trials.effect_measures import (
    hedges_correction,
    log_odds,
    log_odds_ratio,
    standardised_mean_difference,
)

Y = np.array([0.38, 0.05, 0.22, 0.61, 0.10, 0.33, -0.12])
V = np.array([0.020, 0.008, 0.030, 0.050, 0.004, 0.012, 0.022])
EFFECTS = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.005, 0.5)), min_size=3, max_size=12)


@settings(deadline=None, max_examples=60)
@given(EFFECTS, st.sampled_from(METHODS), st.floats(-3, 3), st.floats(0.1, 10))
def test_moving_and_stretching_effects_moves_and_stretches_the_answer(trials, method, move, scale):
    y, v = np.array(trials).T
    one = random_effects(y, v, method=method, test="z")
    other = random_effects(scale * y + move, scale**2 * v, method=method, test="z")
    close = {"rel": 1e-6, "abs": 1e-6 * scale}
    assert other.coefficients[0] == pytest.approx(scale * one.coefficients[0] + move, **close)
    assert other.se[0] == pytest.approx(scale * one.se[0], **close)
    assert other.tau2 == pytest.approx(scale**2 * one.tau2, rel=1e-6, abs=1e-7 * scale**2)
    assert other.i2 == pytest.approx(one.i2, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(EFFECTS)
def test_reml_is_at_least_as_likely_as_every_neighbour(trials):
    y, v = np.array(trials).T
    found = random_effects(y, v, test="z")

    def restricted(tau2):
        w = 1 / (v + tau2)
        mean = (w * y).sum() / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum())

    assert found.status in ("ok", "boundary")
    peak = restricted(found.tau2)
    grid = [0.0, *(found.tau2 + 0.01) * np.geomspace(0.01, 100, 60)]
    assert all(restricted(tau2) <= peak + 1e-9 for tau2 in grid)


@pytest.mark.parametrize("unit", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize(("noise", "status"), [(1e-6, "not_supported"), (1e-4, None)])
def test_a_moderator_must_differ_from_the_others_by_a_share_of_itself(noise, status, unit) -> None:
    """The bound is 1e-11 of its squares, so that 3 in a million of its spread is left."""
    rng = np.random.default_rng(3)
    x, other = rng.normal(size=(2, 20))
    design = np.column_stack([np.ones(20), x, unit * (x + noise * other)])
    problem = design_problem(design)
    assert (problem and problem[0]) == status


def test_the_order_of_trials_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(len(Y))
    one, other = random_effects(Y, V), random_effects(Y[order], V[order])
    assert other.coefficients[0] == pytest.approx(one.coefficients[0], rel=1e-12)
    assert other.weights == pytest.approx(one.weights[order], rel=1e-10)


def test_equal_variances_give_the_t_test_of_the_mean() -> None:
    m = random_effects(Y, np.full(7, 1e-4), method="DL")
    assert m.coefficients[0] == pytest.approx(Y.mean(), rel=1e-12)
    assert m.se[0] == pytest.approx(Y.std(ddof=1) / np.sqrt(7), rel=1e-12)
    assert m.tau2 == pytest.approx(Y.var(ddof=1) - 1e-4, rel=1e-12)


def test_missing_rows_are_left_out_and_named() -> None:
    y, v = np.append(Y, [np.nan, 0.4]), np.append(V, [0.01, np.nan])
    m = random_effects(y, v)
    assert m.k == 7
    assert m.used.tolist() == [True] * 7 + [False] * 2
    assert m.coefficients[0] == random_effects(Y, V).coefficients[0]


def test_no_more_than_chance_is_a_boundary_with_a_reason() -> None:
    m = random_effects(np.array([0.20, 0.21, 0.19]), np.full(3, 0.04))
    assert (m.tau2, m.status, m.i2) == (0.0, "boundary", 0.0)
    assert "no more than chance" in m.reason
    assert m.tau2_ci[0] == 0.0


@pytest.mark.parametrize("method", METHODS)
def test_one_trial_and_two_coefficients_are_too_few(method) -> None:
    one = random_effects([0.1], [0.02], method=method)
    assert (one.status, one.k) == ("too_few", 1)
    assert np.isnan(one.tau2)
    assert one.reason.startswith("There are too few studies (1)")
    two = random_effects([0.1, 0.2], [0.02, 0.03], moderators=[1.0, 2.0], method=method)
    assert two.status == "too_few"
    assert random_effects([], []).status == "too_few"


def test_a_moderator_without_differences_is_not_supported() -> None:
    m = random_effects(Y, V, moderators=np.ones(7))
    assert m.status == "not_supported"
    twice = random_effects(Y, V, moderators=np.column_stack([np.arange(7), 2 * np.arange(7)]))
    assert twice.status == "not_supported"
    assert np.isnan(twice.coefficients).all()
    assert influence(Y, V, moderators=np.ones(7)).status == "not_supported"


def test_moderators_on_very_different_scales_are_still_told_apart() -> None:
    x = np.array([0.0, 1, 2, 3, 4, 5, 7])
    big = random_effects(Y, V, moderators=np.column_stack([1e9 * x, 1e-9 * x**2]))
    small = random_effects(Y, V, moderators=np.column_stack([x, x**2]))
    assert big.status == small.status
    assert big.p == pytest.approx(small.p, rel=1e-8)


def test_equal_effects_give_no_uncertainty_of_their_own() -> None:
    same = np.full(4, 0.25)
    assert random_effects(same, V[:4]).status == "not_supported"
    assert "exactly on a line" in random_effects(same, V[:4]).reason
    assert random_effects(same, V[:4], test="adhoc").status == "boundary"
    assert egger(same, V[:4]).status == "not_supported"


def test_predictions_at_the_observed_moderators_are_the_fitted_line() -> None:
    x = np.arange(7.0)
    m = random_effects(Y, V, moderators=x)
    found = predict(m, x[:, None])
    assert found.estimate == pytest.approx(m.coefficients[0] + m.coefficients[1] * x, rel=1e-13)
    wide, narrow = np.diff(found.interval, axis=1), np.diff(found.ci, axis=1)
    assert (wide > narrow).all()
    with pytest.raises(DataError) as caught:
        predict(m, np.ones((2, 3)))
    assert caught.value.code == "bad_shape"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: random_effects(Y, np.append(V[:-1], 0.0)), "bad_variance"),
        (lambda: random_effects(Y, -V), "bad_variance"),
        (lambda: random_effects(Y, V[:-1]), "bad_shape"),
        (lambda: random_effects(Y, V, moderators=np.ones(3)), "bad_shape"),
        (lambda: random_effects(Y, V, method="SJ"), "unknown_method"),
        (lambda: random_effects(Y, V, test="t"), "unknown_test"),
        (lambda: egger(Y, V, model="glm"), "unknown_model"),
    ],
)
def test_impossible_input_is_refused(call, code) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert caught.value.code == code


def test_diagnostics_of_too_few_trials_say_so() -> None:
    assert egger([0.1, 0.2], [0.01, 0.02]).status == "too_few"
    assert egger(Y, np.full(7, 0.01)).status == "not_supported"
    assert leave_one_out([0.1, 0.2], [0.01, 0.02]).status == "too_few"
    assert influence([0.1, 0.2], [0.01, 0.02]).status == "too_few"


def test_a_trial_that_lies_far_off_stands_out() -> None:
    y = np.append(Y, 3.0)
    found = influence(y, np.append(V, 0.01))
    assert int(np.argmax(np.abs(found.rstudent))) == 7
    assert int(np.argmax(found.cook)) == 7
    assert found.tau2[7] < found.tau2[:7].min()


def test_a_trial_that_alone_carries_a_moderator_has_no_influence_figures() -> None:
    alone = np.array([0.0, 0, 0, 0, 0, 0, 1])
    found = influence(Y, V, moderators=alone)
    assert np.isnan(found.cook[6])
    assert np.isfinite(found.cook[:6]).all()


def test_egger_finds_a_slope_that_is_there() -> None:
    v = np.linspace(0.005, 0.2, 20) ** 2
    y = 0.1 + 2 * np.sqrt(v) + 0.01 * np.cos(np.arange(20))
    found = egger(y, v)
    assert found.p < 1e-4
    assert found.limit == pytest.approx(0.1, abs=0.02)


class TestEffectMeasures:
    def test_the_correction_is_near_its_approximation(self) -> None:
        df = np.array([5.0, 20, 200])
        assert hedges_correction(df) == pytest.approx(1 - 3 / (4 * df - 1), rel=2e-3)
        assert np.isnan(hedges_correction(1))

    def test_swapping_groups_turns_the_sign(self) -> None:
        a, b = (3.0, 1.0, 30), (2.5, 1.5, 40)
        for equal in (True, False):
            one = standardised_mean_difference(a, b, equal_variances=equal)
            two = standardised_mean_difference(b, a, equal_variances=equal)
            assert float(one.effect) == -float(two.effect)
            assert float(one.variance) == pytest.approx(float(two.variance), rel=1e-14)

    def test_missing_numbers_stay_missing(self) -> None:
        found = standardised_mean_difference(([3.0, np.nan], 1.0, 30), (2.5, 1.5, 40))
        assert np.isfinite(found.effect[0])
        assert np.isnan(found.effect[1])

    def test_an_odds_ratio_is_the_difference_of_log_odds(self) -> None:
        ratio = log_odds_ratio((54, 186), (38, 187))
        one, two = log_odds(54, 240), log_odds(38, 225)
        assert float(ratio.effect) == pytest.approx(float(one.effect - two.effect), rel=1e-13)
        assert float(ratio.variance) == pytest.approx(float(one.variance + two.variance), rel=1e-13)

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (lambda: standardised_mean_difference((1, 0, 10), (1, 1, 10)), "bad_group"),
            (lambda: standardised_mean_difference((1, 1, 1), (1, 1, 10)), "bad_group"),
            (lambda: log_odds_ratio((-1, 3), (2, 3)), "bad_count"),
            (lambda: log_odds_ratio((0, 0), (2, 3)), "empty_group"),
            (lambda: log_odds(5, 3), "bad_count"),
            (lambda: log_odds(0, 0), "empty_group"),
        ],
    )
    def test_impossible_groups_are_refused(self, call, code) -> None:
        with pytest.raises(DataError) as caught:
            call()
        assert caught.value.code == code
