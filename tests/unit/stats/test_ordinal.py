"""Proportional-odds regression: what it must equal, and what it says when there is no answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from instroom.core.errors import DataError
from instroom.stats.items.ordinal import cell_derivatives, fit_counts, proportional_odds


def simulated(n: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, size=n)])
    latent = x @ [0.8, -0.5] + rng.logistic(size=n)
    return np.digitize(latent, [-1, 0.2, 1.5]).astype(float), x


def log_likelihood(y: np.ndarray, x: np.ndarray, b: np.ndarray, t: np.ndarray) -> float:
    """Add up log-probabilities person by person, with nothing of the module under test."""
    cumulative = expit(np.concatenate([[-np.inf], t, [np.inf]])[None, :] - (x @ b)[:, None])
    rows = np.arange(len(y))
    return float(
        np.log(cumulative[rows, y.astype(int) + 1] - cumulative[rows, y.astype(int)]).sum()
    )


def test_log_likelihood_is_that_of_the_estimates_person_by_person() -> None:
    y, x = simulated()
    fit = proportional_odds(y, x)
    by_hand = log_likelihood(y, x, fit.coefficients, fit.thresholds)
    assert fit.log_likelihood == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("step", [-1e-3, 1e-3])
def test_no_neighbour_is_more_likely(place: int, step: float) -> None:
    y, x = simulated()
    fit = proportional_odds(y, x)
    moved = np.concatenate([fit.coefficients, fit.thresholds])
    moved[place] += step
    assert log_likelihood(y, x, moved[:2], moved[2:]) < fit.log_likelihood


def test_standard_errors_are_the_curvature_of_the_likelihood() -> None:
    y, x = simulated()
    fit = proportional_odds(y, x)
    at = np.concatenate([fit.coefficients, fit.thresholds])

    def value(move: np.ndarray) -> float:
        return log_likelihood(y, x, (at + move)[:2], (at + move)[2:])

    h, k = 1e-3, len(at)
    steps = np.eye(k) * h
    hessian = np.array(
        [
            [
                value(a + b) - value(a - b) - value(b - a) + value(-a - b)
                for b in steps
            ]
            for a in steps
        ]
    ) / (4 * h * h)  # fmt: skip
    # Central differences of step 1e-3 are good to about 1e-6.
    assert fit.covariance == pytest.approx(np.linalg.inv(-hessian), rel=1e-5, abs=1e-9)


def test_two_answers_and_one_group_give_the_log_odds_ratio_and_its_error() -> None:
    y = np.repeat([0, 1, 0, 1], [30, 10, 15, 25])
    x = np.repeat([0, 0, 1, 1], [30, 10, 15, 25])
    fit = proportional_odds(y, x)
    assert fit.coefficients[0] == pytest.approx(np.log(30 * 25 / (10 * 15)), rel=1e-10)
    assert fit.coefficients_se[0] == pytest.approx(
        np.sqrt(1 / 30 + 1 / 10 + 1 / 15 + 1 / 25), rel=1e-9
    )


def test_without_covariates_thresholds_are_the_logits_of_the_shares() -> None:
    fit = proportional_odds([1, 1, 1, 2, 2, 3, 3, 3, 3, 3], np.zeros((10, 0)))
    assert fit.thresholds == pytest.approx(logit([0.3, 0.5]), rel=1e-12)
    assert fit.log_likelihood == pytest.approx(fit.null_log_likelihood, rel=1e-14)


@given(shift=st.floats(-50, 50), scale=st.floats(0.01, 100), seed=st.integers(0, 50))
@settings(max_examples=30)
def test_units_of_a_covariate_do_not_matter(shift: float, scale: float, seed: int) -> None:
    y, x = simulated(120, seed)
    one, other = proportional_odds(y, x), proportional_odds(y, x * scale + shift)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-10)
    assert other.coefficients * scale == pytest.approx(one.coefficients, rel=1e-6, abs=1e-9)


def test_order_of_rows_gives_the_same_digits() -> None:
    y, x = simulated()
    order = np.random.default_rng(2).permutation(len(y))
    one, other = proportional_odds(y, x), proportional_odds(y[order], x[order])
    assert one.log_likelihood == other.log_likelihood
    assert one.coefficients.tolist() == other.coefficients.tolist()


def test_reversing_the_answers_reverses_the_signs() -> None:
    y, x = simulated()
    one, other = proportional_odds(y, x), proportional_odds(-y, x)
    assert other.coefficients == pytest.approx(-one.coefficients, rel=1e-8)
    assert other.thresholds == pytest.approx(-one.thresholds[::-1], rel=1e-8)


def test_missing_rows_are_left_out_and_counted() -> None:
    y, x = simulated()
    holes_y, holes_x = y.copy(), x.copy()
    holes_y[:7], holes_x[7:10, 1] = np.nan, np.nan
    fit = proportional_odds(holes_y, holes_x)
    assert (fit.dropped, fit.n) == (10, len(y) - 10)
    assert fit.log_likelihood == proportional_odds(y[10:], x[10:]).log_likelihood


def test_an_answer_nobody_gave_takes_no_part() -> None:
    y, x = simulated()
    fit = proportional_odds(np.where(y == 3, 9, y), x)
    assert fit.categories == (0.0, 1.0, 2.0, 9.0)
    assert fit.log_likelihood == proportional_odds(y, x).log_likelihood


def test_counts_stand_for_people() -> None:
    y = np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    x = np.array([[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]])
    counts = np.array([5.0, 2.0, 4.0, 2.0, 3.0, 6.0])
    counted = fit_counts(y, x, counts, dropped=0)
    each = proportional_odds(
        np.repeat(y, counts.astype(int)), np.repeat(x, counts.astype(int), axis=0)
    )
    assert counted.coefficients == pytest.approx(each.coefficients, rel=1e-12)


@pytest.mark.parametrize(
    ("y", "x"),
    [
        ([0, 0, 0, 1, 1, 2], [0, 1, 2, 3, 4, 5]),  # complete
        ([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 2, 2]),  # quasi-complete
        ([0, 1] * 300 + [1] * 4, [0] * 600 + [1] * 4),  # a rare group with one answer
    ],
)
def test_perfect_prediction_is_said(y: list[int], x: list[int]) -> None:
    fit = proportional_odds(y, x)
    assert fit.status == "separated"
    assert np.isnan(fit.coefficients).all()
    assert fit.reason


def test_a_strong_effect_is_not_taken_for_separation() -> None:
    x = np.linspace(-30, 30, 400)
    y = (x + np.random.default_rng(1).logistic(size=400) > 0).astype(float)
    fit = proportional_odds(y, x)
    assert fit.status == "ok"
    assert np.abs(fit.coefficients[0] * x).max() > 15


@pytest.mark.parametrize("y", [[1, 1, 1], [np.nan, np.nan, np.nan], [np.nan, 2, 2]])
def test_fewer_than_two_answers_is_too_few(y: list[float]) -> None:
    fit = proportional_odds(y, [1, 2, 3])
    assert fit.status == "too_few"
    assert np.isnan(fit.log_likelihood)


@pytest.mark.parametrize(
    "columns", [lambda x: x * 0 + 3, lambda x: np.column_stack([x, 2 * x + 1])]
)
def test_a_covariate_that_adds_nothing_is_refused(columns) -> None:
    y, x = simulated()
    fit = proportional_odds(y, columns(x[:, 0]))
    assert fit.status == "rank_deficient"
    assert np.isnan(fit.coefficients).all()


@pytest.mark.parametrize(
    ("y", "x", "code"),
    [
        ([1, 2, 3], [1, 2], "shape"),
        ([[1, 2]], [[1, 2]], "shape"),
        ([1, np.inf, 2], [1, 2, 3], "infinite"),
        ([1, 2, 1], [1, -np.inf, 3], "infinite"),
    ],
)
def test_impossible_input_is_refused(y: list, x: list, code: str) -> None:
    with pytest.raises(DataError) as error:
        proportional_odds(y, x)
    assert error.value.code == code
    assert error.value.hint


@given(low=st.floats(-500, 500), gap=st.floats(1e-6, 500))
def test_cells_keep_their_digits_in_the_tails(low: float, gap: float) -> None:
    upper, lower = np.array([low + gap]), np.array([low])
    log_p, du, dl, cross = cell_derivatives(upper, lower)
    # The mirror image is another formula for the same cell.
    mirrored, du2, dl2, cross2 = cell_derivatives(-lower, -upper)
    assert log_p[0] == pytest.approx(mirrored[0], rel=1e-9, abs=1e-12)
    assert du[0] == pytest.approx(-dl2[0], rel=1e-9)
    assert dl[0] == pytest.approx(-du2[0], rel=1e-9)
    assert cross[0] == pytest.approx(cross2[0], rel=1e-9)
    assert np.isfinite([log_p[0], du[0], dl[0], cross[0]]).all()
