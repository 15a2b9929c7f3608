from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from instroom.core.errors import DataError
from instroom.stats.binary import binary_mixed, binary_rows
from instroom.stats.binary.binary_likelihood import evaluate
from instroom.stats.binary.binary_mixed import BinaryMixedFit, fit
from instroom.stats.binary.binary_optimum import maximise
from instroom.stats.binary.binary_rows import prepare
from instroom.stats.binary.logistic import fit_logit

School = tuple[np.ndarray, np.ndarray, np.ndarray]


def schools(seed: int, *, sd: float = 0.8, groups: int = 24, size: int = 15) -> School:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    treat = rng.permutation(np.arange(groups) % 2)[group]
    design = np.column_stack([np.ones(len(group)), treat, rng.normal(size=len(group)).round(2)])
    odds = design @ [-0.5, 0.4, 0.7] + sd * rng.normal(size=groups)[group]
    return (rng.random(len(group)) < expit(odds)) * 1.0, design, group


def same(one: BinaryMixedFit, other: BinaryMixedFit, rtol: float = 1e-9) -> None:
    assert one.status == other.status
    assert_allclose(one.beta, other.beta, rtol=rtol, atol=1e-10)
    assert_allclose(one.cov, other.cov, rtol=rtol, atol=1e-10)
    assert_allclose([one.sd, one.log_likelihood], [other.sd, other.log_likelihood], rtol=rtol)


@pytest.mark.parametrize("points", [1, 7])
def test_the_fit_is_a_maximum(points: int) -> None:
    y, design, group = schools(1)
    found = fit(y, design, group, points=points)
    assert found.status == "ok"
    rows = prepare(y, design, group)
    beta = np.linalg.solve(rows.scaling, found.beta)
    here = evaluate(rows, beta, np.log(found.sd), np.zeros(24), points=points)
    assert_allclose(here.gradient, 0, atol=1e-6)
    assert np.linalg.eigvalsh(here.hessian)[-1] < 0
    assert_allclose(here.value, found.log_likelihood, rtol=1e-12)


def test_results_have_the_promised_shapes_and_are_frozen() -> None:
    found = fit(*schools(1), names=["c", "treat", "pre"])
    assert found.names == ("c", "treat", "pre")
    assert (found.cov.shape, found.cov_joint.shape) == ((3, 3), (4, 4))
    assert_array_equal(found.cov, found.cov_joint[:3, :3])
    assert_allclose(found.se**2, np.diag(found.cov))
    assert (found.n, found.groups, found.points, found.reason) == (360, 24, 1, None)
    with pytest.raises(AttributeError):
        found.sd = 1.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_rows_and_names_of_groups_do_not_matter(seed: int) -> None:
    y, design, group = schools(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    names = np.array([f"school {(7 * g) % 24}" for g in group])
    same(fit(y, design, group), fit(y[order], design[order], names[order]))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_shifting_and_scaling_a_column_moves_only_its_coefficient(
    seed: int, shift: float, scale: float
) -> None:
    y, design, group = schools(seed)
    moved = design.copy()
    moved[:, 2] = design[:, 2] * scale + shift
    one, other = fit(y, design, group), fit(y, moved, group)
    assert one.status == other.status
    assert_allclose(other.beta[2] * scale, one.beta[2], rtol=1e-6, atol=1e-9)
    assert_allclose(other.se[2] * scale, one.se[2], rtol=1e-6)
    assert_allclose(other.beta[1], one.beta[1], rtol=1e-6, atol=1e-9)
    assert_allclose([other.sd, other.log_likelihood], [one.sd, one.log_likelihood], rtol=1e-6)


@pytest.mark.parametrize("points", [1, 5])
def test_turning_yes_and_no_around_turns_the_signs(points: int) -> None:
    y, design, group = schools(3)
    one, other = fit(y, design, group, points=points), fit(1 - y, design, group, points=points)
    assert_allclose(other.beta, -one.beta, rtol=1e-9)
    assert_allclose([other.sd, other.log_likelihood], [one.sd, one.log_likelihood], rtol=1e-9)


def test_added_up_rows_give_the_same_as_single_people(monkeypatch: pytest.MonkeyPatch) -> None:
    y, design, group = schools(4)
    design[:, 2] = np.round(design[:, 2])
    added = fit(y, design, group, points=5)
    assert prepare(y, design, group).columns.shape[1] < 0.7 * len(y)
    monkeypatch.setattr(binary_rows, "MOST_VALUES", 0)
    assert prepare(y, design, group).columns.shape[1] == len(y)
    same(added, fit(y, design, group, points=5))


def test_trials_are_people_but_for_the_binomial_coefficients() -> None:
    y, design, group = schools(5)
    design = design[:, :2]
    yes = np.bincount(group, y)
    counted = fit(yes, design[::15], np.arange(24), trials=np.full(24, 15))
    single = fit(y, design, group)
    assert_allclose(counted.beta, single.beta, rtol=1e-9)
    assert_allclose(counted.cov_joint, single.cov_joint, rtol=1e-9)
    assert counted.n == single.n == 360
    assert counted.log_likelihood > single.log_likelihood + 1


def test_more_points_move_the_spread_of_small_groups_to_a_limit() -> None:
    y, design, group = schools(6, sd=2.0, groups=90, size=4)
    spreads = [fit(y, design, group, points=k).sd for k in (1, 9, 15, 25)]
    assert abs(spreads[0] / spreads[3] - 1) > 0.02
    assert abs(spreads[1] / spreads[3] - 1) < 5e-3
    assert abs(spreads[2] / spreads[3] - 1) < 5e-4


def test_groups_that_do_not_differ_are_at_the_boundary() -> None:
    y, design, _ = schools(1, sd=0.0)
    group = np.tile(np.arange(24), 15)  # groups across the schools: their sums vary too little
    y = np.sort(y)
    design = design[:, :1]
    found, plain = fit(y, design, group), fit_logit(y, design)
    assert (found.status, found.sd) == ("boundary", 0.0)
    assert "plain logit" in str(found.reason)
    assert_allclose(found.beta, plain.beta, rtol=1e-10)
    assert_allclose(found.cov, plain.cov, rtol=1e-10)
    assert_allclose(found.log_likelihood, plain.log_likelihood, rtol=1e-13)
    assert np.isnan(found.cov_joint[-1]).all()
    assert_array_equal(found.cov_joint[:-1, :-1], found.cov)


@pytest.mark.parametrize("seed", range(40))
def test_the_boundary_is_never_worse_than_any_spread(seed: int) -> None:
    y, design, group = schools(seed, sd=0.1)
    found, rows = fit(y, design, group), prepare(y, design, group)
    beta = maximise(rows).beta
    others = [
        evaluate(rows, beta, np.log(sd), np.zeros(24)).value for sd in (0.05, 0.1, 0.2, 0.5, 1)
    ]
    assert found.status in ("ok", "boundary")
    assert found.log_likelihood >= max(others) - 1e-9
    assert found.log_likelihood >= maximise(rows).value - 1e-9


@pytest.mark.parametrize(
    ("big", "small", "size", "status"),
    [(200, 4, 3, "ok"), (200, 8, 2, "ok"), (200, 6, 2, "boundary"), (4000, 4, 3, "boundary")],
)
def test_of_two_maxima_the_higher_one_is_found(
    big: int, small: int, size: int, status: str
) -> None:
    """One large group that is exactly average pulls to 0, small ones of one voice pull away."""
    group = np.concatenate([np.zeros(big), np.repeat(np.arange(1, small + 1), size)])
    y = np.concatenate([np.arange(big) % 2, np.repeat(np.arange(small) % 2, size)])
    found, rows = (
        fit(y, np.ones((len(y), 1)), group, points=9),
        prepare(y, np.ones((len(y), 1)), group),
    )
    beta, none = np.zeros(1), np.zeros(small + 1)
    grid = np.log(np.geomspace(0.02, 20, 200))
    profile = np.array([evaluate(rows, beta, s, none, points=9).value for s in grid])
    top = np.flatnonzero((profile[1:-1] > profile[:-2]) & (profile[1:-1] > profile[2:])) + 1
    plain = maximise(rows).value
    assert len(top) == 1  # beside the one at 0, where the likelihood falls as the spread begins
    assert profile[0] < plain
    assert found.status == status
    assert found.log_likelihood >= max(plain, profile[top[0]]) - 1e-9
    assert (profile[top[0]] > plain) == (status == "ok")


def test_a_small_spread_is_not_taken_for_none() -> None:
    """The slope at 0 is barely positive, so the best variance is small but there."""
    found = [fit(*schools(seed, sd=0.1)) for seed in range(40)]
    small = [f for f in found if f.status == "ok" and f.sd < 0.2]
    assert len(small) >= 3
    assert {"ok", "boundary"} == {f.status for f in found}


@pytest.mark.parametrize("sd", [4.0, 12.0])
def test_a_large_spread_is_found(sd: float) -> None:
    found = fit(*schools(8, sd=sd, groups=60, size=40), points=25)
    assert found.status == "ok"
    assert 0.5 * sd < found.sd < 2 * sd


def test_a_column_that_predicts_without_exception_is_named() -> None:
    y, design, group = schools(1)
    y = np.where(design[:, 1] == 1, 1.0, y)
    found = fit(y, design, group, names=["(Intercept)", "treat", "pre"])
    assert found.status == "separation"
    assert str(found.reason).startswith("treat predicts some answers without exception")
    assert np.isnan([*found.beta, *found.se, found.sd, found.log_likelihood]).all()


@pytest.mark.parametrize("points", [1, 9])
def test_groups_of_one_voice_have_no_spread(points: int) -> None:
    _, design, group = schools(1)
    found = fit(group % 3 == 0, design[:, :1], group, points=points)
    assert found.status == "separation"
    assert "Given their group" in str(found.reason)
    assert np.isnan(found.sd)


def test_one_answer_only_is_separation() -> None:
    y, design, group = schools(1)
    assert fit(np.zeros_like(y), design, group).reason == "All answers are no."
    assert fit(np.ones_like(y), design, group).reason == "All answers are yes."


def test_columns_that_others_determine_are_left_out() -> None:
    y, design, group = schools(1)
    found = fit(
        y,
        np.column_stack([design, 1 - design[:, 1]]),
        group,
        names=["c", "treat", "pre", "control"],
    )
    assert (found.status, found.names) == ("rank_deficient", ("c", "treat", "pre"))
    assert found.reason == "Left out, because other columns say the same: 'control'."
    assert_allclose(found.beta, fit(y, design, group).beta, rtol=1e-10)


@pytest.mark.parametrize(
    ("rows", "group", "reason"),
    [
        (slice(0, 15), np.zeros(15), "fewer than two"),
        (slice(0, 60, 15), np.array([0, 0, 1, 1]), "4 people are too few for 3 coefficients"),
        (slice(0, 200), np.arange(200), "No group has two people"),
        (slice(0, 0), np.zeros(0), "fewer than two"),
    ],
)
def test_too_little_is_a_result_with_a_reason(rows: slice, group: np.ndarray, reason: str) -> None:
    y, design, _ = schools(2)
    found = fit(y[rows], design[rows], group)
    assert found.status == "too_few"
    assert reason in str(found.reason)
    assert np.isnan(found.beta).all()


def test_a_climb_that_finds_no_better_step_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter(np.arange(0, -1000, -1.0))

    def falling(*arguments, **keywords):
        return replace(evaluate(*arguments, **keywords), value=next(values))

    monkeypatch.setattr(binary_mixed, "evaluate", falling)
    found = fit(*schools(1))
    assert found.status == "not_converged"
    assert "No best value was found in 1 steps" in str(found.reason)


@pytest.mark.parametrize("points", [0, -1, 101, 2.5])
def test_impossible_points_are_refused(points: float) -> None:
    with pytest.raises(DataError) as refusal:
        fit(*schools(1), points=points)
    assert refusal.value.code == "wrong_points"
