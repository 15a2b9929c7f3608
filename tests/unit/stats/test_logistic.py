from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from scipy.stats import norm, t

from instroom.core.errors import DataError
from instroom.stats.binary.binary_optimum import _separates, logit_sums, maximise
from instroom.stats.binary.binary_rows import prepare
from instroom.stats.binary.logistic import fit_linear_probability, fit_logit
from instroom.stats.newton import halved, not_below

Data = tuple[np.ndarray, np.ndarray, np.ndarray]


def pupils(seed: int, n: int = 300) -> Data:
    rng = np.random.default_rng(seed)
    school = rng.integers(0, 12, n)
    design = np.column_stack([np.ones(n), school % 2, rng.normal(size=n)])
    odds = design @ [-0.5, 0.6, 0.8] + 0.4 * rng.normal(size=12)[school]
    return (rng.random(n) < expit(odds)) * 1.0, design, school


@pytest.mark.parametrize("seed", range(4))
def test_the_logit_is_the_maximum_another_search_finds(seed: int) -> None:
    y, design, _ = pupils(seed)

    def loss(beta: np.ndarray) -> float:
        odds = design @ beta
        return float(-(y @ log_expit(odds) + (1 - y) @ log_expit(-odds)))

    other = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8})
    found = fit_logit(y, design)
    assert_allclose(found.beta, other.x, atol=1e-5)
    assert found.log_likelihood >= -other.fun - 1e-10
    assert (found.kind, found.clusters, found.status, found.reason) == ("model", 0, "ok", None)


def test_tests_and_intervals_follow_from_error_and_df() -> None:
    y, design, school = pupils(1)
    robust, plain = fit_logit(y, design, school), fit_logit(y, design)
    assert (robust.kind, robust.clusters) == ("cr2", 12)
    assert_allclose(robust.p, 2 * t.sf(np.abs(robust.beta / robust.se), robust.df), rtol=1e-10)
    assert_allclose(robust.ci[:, 1] - robust.beta, t.ppf(0.975, robust.df) * robust.se, rtol=1e-10)
    assert_allclose(plain.p, 2 * norm.sf(np.abs(plain.t)), rtol=1e-12)
    assert_allclose(plain.ci[:, 0], plain.beta - norm.ppf(0.975) * plain.se, rtol=1e-12)
    assert np.isinf(plain.df).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_robust_errors_follow_the_scale_of_a_column(seed: int, shift: float, scale: float) -> None:
    y, design, school = pupils(seed)
    moved = design * [1, 1, scale] + [0, 0, shift]
    one, other = fit_logit(y, design, school), fit_logit(y, moved, school)
    assert_allclose(other.se[1:] * [1, scale], one.se[1:], rtol=1e-7)
    assert_allclose(other.df[1:], one.df[1:], rtol=1e-6)
    assert_allclose(other.log_likelihood, one.log_likelihood, rtol=1e-10)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_and_names_of_clusters_do_not_matter(seed: int) -> None:
    y, design, school = pupils(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    one = fit_logit(y, design, school)
    other = fit_logit(y[order], design[order], np.array([f"s{s}" for s in school])[order])
    assert_allclose(other.cov, one.cov, rtol=1e-9)
    assert_allclose(other.df, one.df, rtol=1e-9)


@pytest.mark.parametrize("kind", ["model", "cr0", "cr1", "cr1s", "cr2"])
def test_people_given_as_trials_count_as_single_people(kind: Any) -> None:
    y, design, school = pupils(2)
    design = design[:, :2]
    people = np.bincount(school)
    counted = fit_logit(
        np.bincount(school, y),
        np.column_stack([np.ones(12), np.arange(12) % 2]),
        np.arange(12),
        trials=people,
        kind=kind,
    )
    single = fit_logit(y, design, school, kind=kind)
    assert_allclose(counted.se, single.se, rtol=1e-10)
    assert_allclose(counted.df, single.df, rtol=1e-10)
    assert counted.n == single.n == 300


def test_corrections_differ_by_their_factors() -> None:
    y, design, school = pupils(3)
    plain, cr1, cr1s = (fit_logit(y, design, school, kind=k) for k in ("cr0", "cr1", "cr1s"))
    assert_allclose(cr1.cov, plain.cov * 12 / 11, rtol=1e-12)
    assert_allclose(cr1s.cov, plain.cov * 12 / 11 * 299 / 297, rtol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_separation_is_found_with_a_direction_that_separates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(80), rng.normal(size=(80, 2))])
    y = (design @ rng.normal(size=3) > 0) * 1.0
    rows = prepare(y, design)
    best = maximise(rows)
    assert best.separated is not None
    reach = best.separated @ rows.columns
    assert ((2 * rows.yes - 1) * reach > -1e-6 * np.abs(reach).max()).all()
    assert fit_logit(y, design).status == "separation"


def test_a_group_without_any_yes_is_separation_and_named() -> None:
    y, design, school = pupils(4)
    y = np.where(design[:, 1] == 1, 0.0, y)
    found = fit_logit(y, design, school, names=["(Intercept)", "treat", "pre"])
    assert (found.status, np.isnan(found.beta).all()) == ("separation", True)
    assert str(found.reason).startswith("treat predicts some answers without exception")


def test_a_direction_separates_only_when_no_answer_gets_worse() -> None:
    rows = prepare([0, 0, 1, 1], [[1, -2.0], [1, 0], [1, 0], [1, 3]])
    up, even = np.linalg.solve(rows.scaling, [0.0, 1]), np.linalg.solve(rows.scaling, [1.0, 1])
    assert _separates(rows, up)  # the two in the middle stay as they are
    assert not _separates(rows, -up)
    assert not _separates(rows, even)  # the second no would get worse
    assert not _separates(rows, np.linalg.solve(rows.scaling, [-1.0, 1]))  # the first yes would
    both = prepare([1], [[1.0]], trials=[2])
    assert not _separates(both, np.ones(1))
    assert not _separates(both, -np.ones(1))


def test_a_step_too_far_is_shortened_until_it_climbs() -> None:
    y, design, _ = pupils(1)
    rows = prepare(y, design)
    start = np.zeros(3)
    value, gradient, information = logit_sums(rows, start)
    far = 400 * np.linalg.solve(information, gradient)
    assert logit_sums(rows, far)[0] < value
    found = halved(lambda at: logit_sums(rows, at), start, far, not_below(value))
    assert found is not None
    beta, (new, *_) = found
    assert new > value
    assert_allclose(new, logit_sums(rows, beta)[0])


def test_columns_of_very_different_tails_do_not_stop_the_climb() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_cauchy(400)
    x[0] = 1e5  # scaled by this one, all others are nearly 0
    y = (rng.random(400) < expit(np.clip(x, -3, 3))) * 1.0
    y[0] = 1
    found = fit_logit(y, np.column_stack([np.ones(400), x]))
    assert found.status == "ok"
    odds = found.beta[0] + found.beta[1] * x
    assert_allclose(np.sum(y - expit(odds)), 0, atol=1e-8)


@pytest.mark.parametrize("extra", [1, 2])
def test_almost_separated_is_not_separated(extra: int) -> None:
    x = np.linspace(-1, 1, 200)
    y = (x > 0) * 1.0
    y[100 - extra], y[99 + extra] = 1, 0  # two people on the wrong side
    found = fit_logit(y, np.column_stack([np.ones(200), x]))
    assert found.status == "ok"
    assert found.beta[1] > 20


def test_one_treated_cluster_has_an_effect_but_no_error() -> None:
    y, design, school = pupils(5)
    design[:, 1] = school == 3
    found = fit_logit(y, design, school, names=["c", "treat", "pre"])
    assert found.status == "partial"
    assert found.reason == "No error for treat: it rests on a single cluster."
    assert_array_equal(np.isnan(found.se), [False, True, False])
    assert_array_equal(np.isnan(found.df), [False, True, False])
    assert np.isfinite(found.beta).all()


def test_columns_that_others_determine_are_left_out() -> None:
    y, design, school = pupils(6)
    found = fit_logit(y, np.column_stack([design, 1 - design[:, 1]]), school)
    assert (found.status, found.names) == ("partial", ("x0", "x1", "x2"))
    assert found.reason == "Left out, because other columns say the same: 'x3'."
    assert_allclose(found.se, fit_logit(y, design, school).se, rtol=1e-10)


def test_too_little_is_a_result_with_a_reason() -> None:
    y, design, school = pupils(7)
    one_cluster = fit_logit(y, design, np.zeros(300))
    assert (one_cluster.status, one_cluster.clusters) == ("too_few", 1)
    assert "1 clusters are too few" in str(one_cluster.reason)
    assert fit_logit(y[:2], design[:2]).status == "too_few"
    assert fit_logit([], np.ones((0, 2))).status == "too_few"
    assert fit_logit(y, design, school, kind="model").clusters == 12


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [({"kind": "cr9", "cluster": [0, 1]}, "cr0"), ({"kind": "cr2"}, "model")],
)
def test_an_impossible_correction_is_refused(arguments: dict, expected: str) -> None:
    with pytest.raises(DataError) as refusal:
        fit_logit([0, 1], [[1], [1]], **arguments)
    assert refusal.value.code == "unknown_kind"
    assert expected in str(refusal.value.expected)


def test_the_linear_probability_model_of_one_0_1_column_is_a_difference_in_shares() -> None:
    y, design, school = pupils(8)
    found = fit_linear_probability(y, design[:, :2], school, names=["control", "effect"])
    treated = design[:, 1] == 1
    assert found.names == ("control", "effect")
    assert_allclose(found.beta, [y[~treated].mean(), y[treated].mean() - y[~treated].mean()])
    assert found.kind == "cr2"


def test_the_linear_probability_model_wants_an_intercept_and_a_binary_outcome() -> None:
    y, design, school = pupils(9)
    with pytest.raises(DataError) as refusal:
        fit_linear_probability(y, design[:, 1:], school)
    assert refusal.value.code == "no_intercept"
    with pytest.raises(DataError) as refusal:
        fit_linear_probability(y + 1, design, school)
    assert refusal.value.code == "not_binary"
