"""The graded response model: its likelihood, its maximum, and what it says without one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from instroom.core.errors import DataError
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.items.graded import GradedResponse, check_answers, graded_response
from instroom.stats.items.graded_maximum import observed_information

SLOPES = np.array([0.8, 1.2, 1.6, 2.0, 1.4])
CUTS = np.array([[-1.5, 0, 1.2], [-1, 0.2, 1], [-0.8, 0.3, 1.6], [-1.2, -0.2, 0.7], [-0.5, 0.5, 2]])
NODES = np.linspace(-6, 6, 61)


def answers(n: int, seed: int = 1, *, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    """Simulate pupils on five items of four categories."""
    rng = np.random.default_rng(seed)
    theta = mean + sd * rng.normal(size=n)
    latent = SLOPES * theta[:, None] + rng.logistic(size=(n, 5))
    return (latent[:, :, None] > SLOPES[:, None] * CUTS).sum(axis=2).astype(float)


def two_groups(n: int = 800) -> tuple[np.ndarray, np.ndarray]:
    y = np.vstack([answers(n), answers(n, 2, mean=0.5, sd=1.3)])
    return y, np.repeat([1.0, 2.0], n)


def log_likelihood(fit: GradedResponse, y: np.ndarray, group: np.ndarray) -> float:
    """Sum pupil by pupil over the nodes, with nothing of the modules under test."""
    total = 0.0
    for row, label in zip(y, group, strict=True):
        g = fit.groups.index(label)
        weight = np.exp(-((NODES - fit.means[g]) ** 2) / fit.variances[g] / 2)
        like = weight / weight.sum()
        for j in np.flatnonzero(~np.isnan(row)):
            place = fit.discrimination[j] * (NODES[:, None] - fit.difficulty[j])
            above = np.column_stack([NODES * 0 + 1, expit(place), NODES * 0])
            k = fit.categories[j].index(row[j])
            like = like * (above[:, k] - above[:, k + 1])
        total += np.log(like.sum())
    return float(total)


def test_log_likelihood_is_that_of_the_estimates_pupil_by_pupil() -> None:
    y, group = two_groups(100)
    y[::7, 2] = np.nan
    fit = graded_response(y, group)
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit, y, group), rel=1e-12)


@pytest.mark.slow
def test_a_general_optimiser_finds_no_higher_place() -> None:
    y = answers(250)
    fit = graded_response(y)
    checked = check_answers(y, None)
    layout = gl.Layout(checked.sizes, 1, NODES)
    patterns = gl.collapse(checked.codes, checked.group, checked.sizes)

    def loss(at: np.ndarray) -> float:
        if not layout.possible(at):
            return 1e6
        return -gl.expect(patterns, layout.items_at(at), layout.populations_at(at)).log_likelihood

    start = np.concatenate([np.append(1.0, [-1, 0, 1.0]) for _ in range(5)])
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-4, "maxiter": 500})
    assert -best.fun == pytest.approx(fit.log_likelihood, abs=1e-6)
    found = best.x.reshape(5, 4)
    assert found[:, 0] == pytest.approx(fit.discrimination, rel=1e-3)


def setting() -> tuple[gl.Patterns, gl.Layout, np.ndarray]:
    """Give three groups with missing answers and a place that is not the top."""
    y, group = two_groups(150)
    group[::4] = 3.0
    y[::5, 1], y[::3, 4] = np.nan, np.nan
    y[y[:, 3] == 3, 3] = 2  # an item with three categories
    checked = check_answers(y, group)
    layout = gl.Layout(checked.sizes, 3, NODES)
    rng = np.random.default_rng(5)
    blocks = [np.append(rng.uniform(0.7, 2), np.sort(rng.normal(size=k - 1))) for k in layout.sizes]
    return (
        gl.collapse(checked.codes, checked.group, checked.sizes),
        layout,
        np.concatenate([*blocks, [0.3, -0.2, -0.4, 0.3]]),
    )


def test_gradient_is_that_of_the_likelihood() -> None:
    patterns, layout, at = setting()

    def value(x: np.ndarray) -> float:
        return gl.expect(patterns, layout.items_at(x), layout.populations_at(x)).log_likelihood

    items, populations = layout.items_at(at), layout.populations_at(at)
    found = gl.gradient(layout, items, populations, gl.expect(patterns, items, populations))
    steps = np.eye(layout.length) * 1e-5
    by_difference = np.array([(value(at + h) - value(at - h)) / 2e-5 for h in steps])
    assert found == pytest.approx(by_difference, rel=1e-6, abs=1e-5)


def test_information_is_the_curvature_of_the_likelihood() -> None:
    patterns, layout, at = setting()

    def gradient(x: np.ndarray) -> np.ndarray:
        items, populations = layout.items_at(x), layout.populations_at(x)
        return gl.gradient(layout, items, populations, gl.expect(patterns, items, populations))

    steps = np.eye(layout.length) * 1e-5
    by_difference = -np.array([(gradient(at + h) - gradient(at - h)) / 2e-5 for h in steps])
    assert observed_information(patterns, layout, at) == pytest.approx(
        by_difference, rel=1e-6, abs=1e-5
    )


def test_the_slope_at_the_estimates_is_nothing() -> None:
    y, group = two_groups()
    fit = graded_response(y, group)
    checked = check_answers(y, group)
    layout = gl.Layout(checked.sizes, 2, NODES)
    patterns = gl.collapse(checked.codes, checked.group, checked.sizes)
    at = np.concatenate(
        [
            *(np.append(a, a * b) for a, b in zip(fit.discrimination, fit.difficulty, strict=True)),
            [fit.means[1], np.log(fit.variances[1]) / 2],
        ]
    )
    items, populations = layout.items_at(at), layout.populations_at(at)
    slope = gl.gradient(layout, items, populations, gl.expect(patterns, items, populations))
    assert np.abs(slope).max() < 1e-5  # of a log-likelihood of about -9,000


def test_true_parameters_come_back_within_their_errors() -> None:
    y, group = two_groups(4000)
    fit = graded_response(y, group)
    assert fit.status == "ok"
    off = [
        ((fit.discrimination - SLOPES) / fit.discrimination_se).ravel(),
        ((fit.difficulty - CUTS) / fit.difficulty_se).ravel(),
        [(fit.means[1] - 0.5) / fit.means_se[1], (fit.variances[1] - 1.69) / fit.variances_se[1]],
    ]
    z = np.concatenate(off)
    assert np.abs(z).max() < 4  # 22 estimates of fixed data: about 1 in 1,000 by chance
    assert 0.5 < np.mean(z**2) < 2


def test_order_of_rows_gives_the_same_digits() -> None:
    y, group = two_groups(300)
    order = np.random.default_rng(2).permutation(len(y))
    one, other = graded_response(y, group), graded_response(y[order], group[order])
    assert one.log_likelihood == other.log_likelihood
    # Starting values are sums in row order; both stop within 1e-7 of a standard error.
    assert other.difficulty == pytest.approx(one.difficulty, abs=1e-8)


def test_an_item_that_points_the_other_way_gets_a_negative_slope() -> None:
    y = answers(1000)
    plain = graded_response(y)
    y[:, 2] = 3 - y[:, 2]
    turned = graded_response(y)
    assert turned.discrimination[2] == pytest.approx(-plain.discrimination[2], rel=1e-6)
    assert turned.difficulty[2] == pytest.approx(plain.difficulty[2][::-1], rel=1e-6)
    assert turned.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-8)


def test_only_the_order_of_answers_counts() -> None:
    y = answers(400)
    one, other = graded_response(y), graded_response(np.array([-3.0, 0.5, 7.0, 8.0])[y.astype(int)])
    assert other.categories[0] == (-3.0, 0.5, 7.0, 8.0)
    assert other.log_likelihood == one.log_likelihood


def test_more_nodes_change_nothing_that_matters() -> None:
    y = answers(500)
    one, other = graded_response(y), graded_response(y, points=241)
    # The trapezium rule on a smooth, bell-shaped integrand: its error falls as exp(-c / step^2).
    assert other.discrimination == pytest.approx(one.discrimination, rel=1e-6)


def test_missing_answers_are_not_zero() -> None:
    y = answers(3000)
    holes = y.copy()
    holes[np.random.default_rng(4).random(y.shape) < 0.3] = np.nan
    full, some = graded_response(y), graded_response(holes)
    assert some.status == "ok"
    assert np.abs(some.difficulty - full.difficulty).max() < 0.35
    assert (some.difficulty_se > full.difficulty_se).all()


def test_pupils_without_answers_or_group_are_left_out_and_counted() -> None:
    y, group = two_groups(200)
    fit = graded_response(y, group)
    more = np.vstack([y, np.full((3, 5), np.nan), y[:2]])
    label = np.concatenate([group, [1, 2, 1], [np.nan, np.nan]])
    other = graded_response(more, label)
    assert (other.n, other.dropped) == (400, 5)
    assert other.log_likelihood == fit.log_likelihood


def test_one_column_per_item_joins_two_versions() -> None:
    y, group = two_groups(1500)
    y[group == 1, 4] = np.nan
    y[group == 2, 0] = np.nan
    fit = graded_response(y, group)
    assert fit.status == "ok"
    assert abs(fit.means[1] - 0.5) < 4 * fit.means_se[1]
    assert np.isfinite(fit.difficulty_se).all()


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda y: y[:, :2], "too_few"),
        (lambda y: np.column_stack([y[:, :4], y[:, 0] * 0 + 2]), "too_few"),
        (lambda y: np.column_stack([y[:, :4], y[:, 0] * np.nan]), "too_few"),
        (lambda y: y[:0], "too_few"),
        (lambda y: np.tile(y[:, :1], (1, 4)), "boundary"),
    ],
)
def test_no_scale_is_a_result_with_a_reason(make, status: str) -> None:
    fit = graded_response(make(answers(200)))
    assert fit.status == status
    assert fit.reason
    assert np.isnan(fit.discrimination_se).all()


def test_groups_without_a_shared_item_have_no_common_scale() -> None:
    y, group = two_groups(200)
    y = np.column_stack([y, y])
    y[group == 1, 5:] = np.nan
    y[group == 2, :5] = np.nan
    fit = graded_response(y, group)
    assert fit.status == "not_identified"
    assert "No answered item joins group '2' to group '1'" in fit.reason
    assert np.isnan(fit.means[1])


def test_a_group_off_the_quadrature_is_said_and_a_wider_one_helps() -> None:
    y = np.vstack([answers(400), answers(400, 2, mean=2.6, sd=1.4)])
    group = np.repeat([0, 1], 400)
    assert graded_response(y, group).status == "boundary"
    assert graded_response(y, group, limit=9.0, points=91).status == "ok"


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_any_small_table_gives_a_status_and_never_a_silent_nan(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(5, 60)), int(rng.integers(2, 5))
    y = rng.integers(0, k, size=(n, 4)).astype(float)
    y[rng.random(y.shape) < 0.2] = np.nan
    fit = graded_response(y)
    if fit.status == "ok":
        assert np.isfinite(fit.discrimination_se).all()
        assert not fit.reason
    else:
        assert fit.reason
    if fit.status not in ("ok", "boundary"):
        assert np.isnan(fit.discrimination).all()


@pytest.mark.parametrize(
    ("y", "group", "code"),
    [
        ([1, 2, 3], None, "shape"),
        ([[1, 2, 3]], [1, 2], "shape"),
        ([[1, np.inf, 3]], None, "infinite"),
        (np.arange(66.0).reshape(22, 3), None, "too_many_categories"),
    ],
)
def test_impossible_input_is_refused(y, group, code: str) -> None:
    with pytest.raises(DataError) as error:
        graded_response(y, group)
    assert error.value.code == code
    assert error.value.hint


def test_patterns_count_everyone_once_with_many_items() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(-1, 5, size=(300, 40))  # too many combinations for one integer key
    codes = np.vstack([codes, codes[:50]])
    patterns = gl.collapse(codes, np.zeros(350, dtype=np.int64), (5,) * 40)
    assert patterns.counts.sum() == 350
    assert len(patterns.counts) == len(np.unique(codes, axis=0))
    assert (patterns.counts @ patterns.marks).tolist() == [
        float((codes[:, j] == k).sum()) for j in range(40) for k in range(5)
    ]


@given(low=st.floats(-500, 500), gap=st.floats(1e-6, 500))
def test_cells_keep_their_digits_in_the_tails(low: float, gap: float) -> None:
    upper, lower = np.array([low + gap]), np.array([low])
    log_p, du, dl, cross = gl.cell_derivatives(upper, lower)
    # The mirror image is another formula for the same cell.
    mirrored, du2, dl2, cross2 = gl.cell_derivatives(-lower, -upper)
    assert log_p[0] == pytest.approx(mirrored[0], rel=1e-9, abs=1e-12)
    assert du[0] == pytest.approx(-dl2[0], rel=1e-9)
    assert dl[0] == pytest.approx(-du2[0], rel=1e-9)
    assert cross[0] == pytest.approx(cross2[0], rel=1e-9)
    assert np.isfinite([log_p[0], du[0], dl[0], cross[0]]).all()
