"""Linking two versions: constants by hand, by theory and by simulation; drift; refusals."""

from copy import deepcopy
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.items.graded import graded_response
from instroom.stats.items.linking import ItemParameters, item_parameters, link_scales
from instroom.stats.items.linking_constants import METHODS, constants, link_of

ALL = [(j, j) for j in range(4)]
SLOPES = np.array([1.1, 1.7, 0.9, 1.4])
CUTS = np.array([[-1.3, -0.1, 1.0], [-0.7, 0.4, 1.5], [-1.6, 0.2, 1.9], [-0.9, 0.1, 1.2]])
OLD = ItemParameters(SLOPES, CUTS, np.eye(16) * 0.004)


def on_new_scale(items: ItemParameters, slope: float, middle: float) -> ItemParameters:
    """Return the same items as a calibration would give whose scale has other units."""
    return replace(
        items,
        discrimination=items.discrimination * slope,
        difficulty=(items.difficulty - middle) / slope,
    )


def test_mean_sigma_and_mean_mean_by_hand() -> None:
    # Difficulties -1, 0, 1, 2 (mean 0.5, variance 1.25) and -1, -0.5, 0, 0.5 (-0.25, 0.3125):
    # slope 2, intercept 0.5 - 2 x -0.25 = 1. Mean slopes 1.5 and 3.3: 2.2 and 0.5 + 0.55.
    old = ItemParameters(np.array([1.0, 2.0]), np.array([[-1.0, 0], [1, 2]]), None)
    new = ItemParameters(np.array([2.2, 4.4]), np.array([[-1.0, -0.5], [0, 0.5]]), None)
    sigma = link_scales(old, new, [(0, 0), (1, 1)], method="mean_sigma")
    assert (sigma.slope, sigma.intercept) == pytest.approx((2.0, 1.0), rel=1e-14)
    mean = link_scales(old, new, [(0, 0), (1, 1)], method="mean_mean")
    assert (mean.slope, mean.intercept) == pytest.approx((2.2, 1.05), rel=1e-14)
    assert sigma.items is not None
    assert sigma.items.difficulty.tolist() == [[-1, 0], [1, 2]]
    assert np.isnan(sigma.slope_se)  # no covariances in, no errors out


@pytest.mark.parametrize("method", METHODS)
@given(slope=st.floats(0.4, 2.5), middle=st.floats(-1.5, 1.5))
@settings(max_examples=12)
def test_the_same_items_in_other_units_link_exactly(
    method: str, slope: float, middle: float
) -> None:
    link = link_scales(OLD, on_new_scale(OLD, slope, middle), ALL, method=method)
    assert link.status == "ok"
    assert (link.slope, link.intercept) == pytest.approx((slope, middle), rel=1e-8, abs=1e-8)
    assert link.items is not None
    assert link.items.discrimination == pytest.approx(SLOPES, rel=1e-8)
    assert all(abs(d.difficulty_shift) < 1e-7 for d in link.drift)


def blocks(items: ItemParameters) -> list[np.ndarray]:
    return [np.append(a, b) for a, b in zip(items.discrimination, items.difficulty, strict=True)]


@pytest.mark.parametrize("method", METHODS)
def test_errors_follow_from_moving_each_parameter(method: str) -> None:
    """The delta method against refitting with every parameter moved a little."""
    rng = np.random.default_rng(2)
    new = on_new_scale(OLD, 1.2, 0.4)
    new = replace(new, difficulty=new.difficulty + rng.normal(scale=0.05, size=(4, 3)))
    link = link_scales(OLD, new, ALL, method=method)
    versions, variance, h = [blocks(OLD), blocks(new)], np.zeros((2, 2)), 1e-5
    for side, item, k in product((0, 1), range(4), range(4)):
        ends = []
        for sign in (1, -1):
            moved = deepcopy(versions)
            moved[side][item][k] += sign * h
            ends.append(constants(link_of(*moved), method, np.linspace(-6, 6, 61)))
        slope = (ends[0] - ends[1]) / (2 * h)
        variance += np.outer(slope, slope) * 0.004
    assert link.covariance == pytest.approx(variance, rel=1e-5)


def test_only_named_pairs_link_and_all_new_items_are_moved() -> None:
    new = on_new_scale(OLD, 1.5, -0.3)
    shuffled = ItemParameters(new.discrimination[[3, 1, 0, 2]], new.difficulty[[3, 1, 0, 2]], None)
    link = link_scales(replace(OLD, covariance=None), shuffled, [(0, 2), (1, 1), (2, 3)])
    assert (link.slope, link.intercept) == pytest.approx((1.5, -0.3), rel=1e-8)
    assert link.items is not None
    assert link.items.difficulty == pytest.approx(CUTS[[3, 1, 0, 2]], rel=1e-7)


def test_items_may_differ_in_number_of_answers() -> None:
    cuts = CUTS.copy()
    cuts[1, 2] = cuts[3, 1] = cuts[3, 2] = np.nan
    old = ItemParameters(SLOPES, cuts, np.eye(13) * 0.004)
    for method in METHODS:
        link = link_scales(old, on_new_scale(old, 1.3, 0.2), ALL, method=method)
        assert (link.slope, link.intercept) == pytest.approx((1.3, 0.2), rel=1e-8)
        assert [d.df for d in link.drift] == [4, 3, 4, 2]
        assert link.items is not None
        assert link.items.covariance is not None
        assert link.items.covariance.shape == (13, 13)


def test_an_item_that_drifted_stands_out_with_its_shift() -> None:
    new = on_new_scale(OLD, 1.2, 0.4)
    cuts = new.difficulty.copy()
    cuts[2] += 0.8 / 1.2  # 0.8 harder on the reference scale
    link = link_scales(OLD, replace(new, difficulty=cuts), ALL)
    assert link.drift[2].difficulty_shift == pytest.approx(0.8, abs=1e-6)
    assert link.drift[2].slope_ratio == pytest.approx(1.0, abs=1e-6)
    assert link.drift[2].p_adjusted < 1e-6
    assert max(range(4), key=lambda j: link.drift[j].chi_square) == 2


def test_two_link_items_give_constants_but_no_drift_check() -> None:
    link = link_scales(OLD, on_new_scale(OLD, 1.2, 0.4), ALL[:2])
    assert link.status == "ok"
    assert link.drift == ()


def versions(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulate a version for 10-year-olds and one for 14-year-olds: items 3-5 are shared."""
    rng = np.random.default_rng(seed)
    slopes = np.array([1.2, 1.5, 1.0, 1.8, 1.3, 1.6, 1.1, 1.4, 1.2])
    cuts = (
        np.array([-1.2, 0.1, 1.3])
        + np.array([-0.6, -0.3, -0.2, 0, 0.2, 0.3, 0.5, 0.7, 0.9])[:, None]
    )
    theta = np.concatenate([rng.normal(size=n), 0.7 + 1.2 * rng.normal(size=n)])
    latent = slopes * theta[:, None] + rng.logistic(size=(2 * n, 9))
    y = (latent[:, :, None] > slopes[:, None] * cuts).sum(axis=2).astype(float)
    group = np.repeat([0, 1], n)
    y[group == 0, 6:] = np.nan
    y[group == 1, :3] = np.nan
    return y, group


def test_linking_apart_and_calibrating_together_agree() -> None:
    y, group = versions(3000, 1)
    together = graded_response(y, group)
    apart = [item_parameters(graded_response(y[:3000, :6])),
             item_parameters(graded_response(y[3000:, 3:]))]  # fmt: skip
    for method in METHODS:
        link = link_scales(*apart, [(3, 0), (4, 1), (5, 2)], method=method)
        # The new version's own scale has mean 0 and SD 1: its constants are the group's moments.
        assert abs(link.intercept - together.means[1]) < 2 * together.means_se[1]
        assert abs(link.slope - np.sqrt(together.variances[1])) < 2 * link.slope_se
        assert abs(link.intercept - 0.7) < 4 * link.intercept_se
        assert abs(link.slope - 1.2) < 4 * link.slope_se
        assert link.items is not None
        assert np.abs(link.items.difficulty - together.difficulty[3:]).max() < 0.15
        assert min(d.p_adjusted for d in link.drift) > 0.001


@pytest.mark.slow
def test_stated_errors_are_those_of_repetition() -> None:
    """All methods in one test: they link the same 150 pairs of calibrations, the costly part."""
    found: dict[str, list[tuple[float, float]]] = {method: [] for method in METHODS}
    stated: dict[str, list[np.ndarray]] = {method: [] for method in METHODS}
    for seed in range(150):
        y, _ = versions(700, seed)
        apart = [item_parameters(graded_response(y[:700, :6])),
                 item_parameters(graded_response(y[700:, 3:]))]  # fmt: skip
        for method in METHODS:
            link = link_scales(*apart, [(3, 0), (4, 1), (5, 2)], method=method)
            found[method].append((link.slope, link.intercept))
            stated[method].append(np.diag(link.covariance))
    for method in METHODS:
        ratio = np.sqrt(np.mean(stated[method], axis=0)) / np.std(found[method], axis=0)
        # The SD of 150 repetitions is itself known to 6 %: four times that.
        assert ratio == pytest.approx([1, 1], abs=0.24), method


@pytest.mark.parametrize(
    ("change", "pairs", "status"),
    [
        (lambda new: new, ALL[:1], "too_few"),
        (lambda new: replace(new, discrimination=-new.discrimination), ALL, "not_identified"),
        (lambda new: replace(new, discrimination=new.discrimination * np.nan), ALL,
         "not_identified"),
        (lambda new: replace(new, difficulty=new.difficulty[:, :2]), ALL, "not_supported"),
    ],
)  # fmt: skip
def test_what_cannot_be_linked_is_a_result_with_a_reason(change, pairs, status: str) -> None:
    link = link_scales(OLD, change(on_new_scale(OLD, 1.2, 0.4)), pairs)
    assert link.status == status
    assert link.reason
    assert np.isnan([link.slope, link.intercept_se]).all()
    assert link.items is None


def test_a_reason_calls_link_items_by_their_names() -> None:
    old = replace(OLD, names=("calm", "keen", "brave", "sure"))
    new = replace(on_new_scale(OLD, 1.2, 0.4), names=("q1", "q2", "q3", "q4"))
    turned = replace(new, discrimination=new.discrimination * [1, -1, 1, 1])
    assert "'keen', 'q2' points opposite ways" in link_scales(old, turned, ALL).reason
    unknown = replace(new, discrimination=new.discrimination * [1, 1, np.nan, 1])
    assert "for link item 'brave', 'q3'" in link_scales(old, unknown, ALL).reason
    shorter = replace(new, difficulty=new.difficulty[:, :2])
    assert "'calm', 'q1' has not the same" in link_scales(old, shorter, ALL).reason


def test_as_many_answers_are_not_the_same_answers() -> None:
    named = replace(OLD, categories=((1.0, 2.0, 3.0, 4.0),) * 4)
    other = replace(named, categories=((2.0, 3.0, 4.0, 5.0),) * 4)
    assert link_scales(named, named, ALL).status == "ok"
    assert link_scales(named, other, ALL).status == "not_supported"


def test_a_calibration_at_its_boundary_links_without_errors() -> None:
    y, _ = versions(300, 3)
    y = y[:300, :6]
    fit = graded_response(np.column_stack([y, y[:, 0], y[:, 0], y[:, 0]]))
    assert fit.status == "boundary"
    items = item_parameters(fit)
    assert items.covariance is None
    link = link_scales(items, items, [(1, 1), (2, 2), (3, 3)])
    assert (link.slope, link.intercept) == pytest.approx((1, 0), abs=1e-9)
    assert np.isnan([link.slope_se, link.drift[0].p]).all()
    assert link.items is not None
    assert link.items.covariance is None


@pytest.mark.parametrize(
    ("pairs", "method", "code"),
    [
        (ALL, "equipercentile", "unknown_method"),
        ([(0, 0), (1, 9)], "haebara", "unknown_item"),
        ([(0, 0), (0, 1)], "haebara", "unknown_item"),
    ],
)
def test_impossible_requests_are_refused(pairs, method: str, code: str) -> None:
    with pytest.raises(DataError) as error:
        link_scales(OLD, OLD, pairs, method=method)
    assert error.value.code == code
    assert error.value.hint


def test_moved_items_carry_the_doubt_about_the_constants() -> None:
    new = replace(on_new_scale(OLD, 1.2, 0.4), covariance=np.eye(16) * 0.004)
    rng = np.random.default_rng(2)
    new = replace(new, difficulty=new.difficulty + rng.normal(scale=0.05, size=(4, 3)))
    pairs, h, found = ALL[:3], 1e-5, np.zeros((16, 16))

    def moved(old_blocks: list[np.ndarray], new_blocks: list[np.ndarray]) -> np.ndarray:
        b0, b1 = (np.concatenate([x[1:] for x in y[:3]]) for y in (old_blocks, new_blocks))
        slope = b0.std() / b1.std()
        middle = b0.mean() - slope * b1.mean()
        return np.concatenate([np.append(x[0] / slope, slope * x[1:] + middle) for x in new_blocks])

    for side, item, k in product((0, 1), range(4), range(4)):
        ends = []
        for sign in (1, -1):
            versions = [blocks(OLD), blocks(new)]
            versions[side][item][k] += sign * h
            ends.append(moved(*versions))
        slope = (ends[0] - ends[1]) / (2 * h)
        found += np.outer(slope, slope) * 0.004
    link = link_scales(OLD, new, pairs, method="mean_sigma")
    assert link.items is not None
    assert link.items.covariance == pytest.approx(found, rel=1e-6, abs=1e-10)


def test_drift_counts_the_doubt_about_the_other_items() -> None:
    rng = np.random.default_rng(4)
    old = np.array([[1.1, -0.9], [1.7, 0.2], [0.9, 0.8], [1.4, 1.3]])
    new = old * [1.2, 1 / 1.2] + rng.normal(scale=0.1, size=(4, 2))

    def distance(flat: np.ndarray, j: int) -> np.ndarray:
        x, y = flat.reshape(2, 4, 2)
        b0, b1 = np.delete(x[:, 1], j), np.delete(y[:, 1], j)
        slope = b0.std() / b1.std()
        middle = b0.mean() - slope * b1.mean()
        return np.array([y[j, 0] / slope - x[j, 0], slope * y[j, 1] + middle - x[j, 1]])

    flat, h = np.concatenate([old.ravel(), new.ravel()]), 1e-5
    sides = [ItemParameters(x[:, 0], x[:, 1:], np.eye(8) * 0.004) for x in (old, new)]
    link = link_scales(*sides, ALL, method="mean_sigma")
    for j in range(4):
        turn = np.array([distance(flat + e, j) - distance(flat - e, j) for e in np.eye(16) * h])
        variance = turn.T @ turn / (2 * h) ** 2 * 0.004
        d = distance(flat, j)
        assert link.drift[j].chi_square == pytest.approx(d @ np.linalg.solve(variance, d), rel=1e-6)
        assert link.drift[j].difficulty_shift == pytest.approx(d[1], rel=1e-9)
