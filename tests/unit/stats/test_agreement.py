"""Agreement between raters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.scales.agreement import icc, kappa
from instroom.stats.scales.krippendorff import krippendorff

SCALES = ("nominal", "ordinal", "interval", "ratio")


def test_intervals_of_icc_cover_the_truth() -> None:
    """ICC(1,1) .5 of normal ratings: 95 % of 400 intervals, give or take three errors."""
    rng = np.random.default_rng(1)
    hits = []
    for _ in range(400):
        low, high = icc(rng.normal(size=(20, 1)) + rng.normal(size=(20, 3))).forms["ICC(1,1)"].ci
        hits.append(low <= 0.5 <= high)
    assert np.mean(hits) == pytest.approx(0.95, abs=0.033)


def test_judges_who_agree_have_icc_one() -> None:
    found = icc([[1, 1], [3, 3], [7, 7]])
    for form in found.forms.values():
        assert (form.icc, *form.ci) == pytest.approx((1, 1, 1), abs=1e-12)


def test_a_judge_who_adds_a_point_only_hurts_absolute_agreement() -> None:
    rng = np.random.default_rng(3)
    ratings = rng.normal(size=(60, 1)) + 0.5 * rng.normal(size=(60, 3))
    one, other = icc(ratings).forms, icc(ratings + np.array([0, 2, 0])).forms
    assert other["ICC(3,1)"].icc == pytest.approx(one["ICC(3,1)"].icc, rel=1e-12)
    assert other["ICC(2,1)"].icc < one["ICC(2,1)"].icc - 0.1


def test_icc_of_the_mean_follows_spearman_and_brown() -> None:
    forms = icc(np.random.default_rng(4).normal(size=(30, 4)) + np.arange(30)[:, None] / 9).forms
    for number in (1, 2, 3):
        single = forms[f"ICC({number},1)"].icc
        assert forms[f"ICC({number},k)"].icc == pytest.approx(4 * single / (1 + 3 * single))


def test_icc_leaves_out_holes_and_says_when_nothing_is_left() -> None:
    assert icc([[1, 2], [np.nan, 3], [4, 5], [6, 6]]).n == 3
    for ratings in ([[1, np.nan], [2, 3]], [[2, 3], [2, 3], [2, 3]]):
        found = icc(ratings)
        assert (found.forms, found.status) == ({}, "too_few")
        assert found.reason


def test_weights_do_not_matter_with_two_categories() -> None:
    rng = np.random.default_rng(5)
    first = rng.integers(2, size=80)
    second = np.where(rng.random(80) < 0.3, 1 - first, first)
    plain = kappa(first, second)
    for weights in ("linear", "quadratic"):
        other = kappa(first, second, weights=weights)  # type: ignore[arg-type]
        assert other.kappa == pytest.approx(plain.kappa, rel=1e-12)
        assert other.se == pytest.approx(plain.se, rel=1e-12)


def test_quadratic_kappa_of_equal_margins_is_the_correlation() -> None:
    first = np.repeat([1, 2, 3, 4], 25)
    second = first.copy()
    second[[0, 30, 60, 80]] = second[[30, 0, 80, 60]]
    expected = np.corrcoef(first, second)[0, 1]
    assert kappa(first, second, weights="quadratic").kappa == pytest.approx(expected, rel=1e-12)


def test_intervals_of_weighted_kappa_cover_the_truth() -> None:
    rng = np.random.default_rng(6)

    def pair(n: int) -> tuple[np.ndarray, np.ndarray]:
        leaning = rng.normal(size=n)
        first, second = (np.digitize(leaning + 0.6 * rng.normal(size=n), [-1, 0, 1]) for _ in "ab")
        return first, second

    truth = kappa(*pair(1_000_000), weights="quadratic").kappa
    assert truth is not None
    hits = []
    for _ in range(300):
        found = kappa(*pair(200), weights="quadratic").ci
        assert found is not None
        hits.append(found[0] <= truth <= found[1])
    assert np.mean(hits) == pytest.approx(0.95, abs=0.04)  # three errors of a share of 300


def test_unseen_categories_stretch_the_weights() -> None:
    first, second = [1, 2, 1, 2, 2], [1, 2, 2, 2, 1]
    found = kappa(first, second, weights="linear", categories=(1, 2, 3))
    assert found.observed == pytest.approx(1 - 2 / 5 / 2)
    assert found.categories == (1, 2, 3)


def test_kappa_leaves_out_what_one_rater_did_not_judge() -> None:
    found = kappa(["a", None, "b", "", "a"], ["a", "b", "b", "a", "b"])  # type: ignore[list-item]
    assert (found.n, found.categories) == (3, ("a", "b"))


@pytest.mark.parametrize(("first", "second"), [([], []), ([1, 1], [1, 1]), ([np.nan], [1])])
def test_kappa_without_variation_is_a_result_with_a_reason(
    first: list[float], second: list[float]
) -> None:
    found = kappa(first, second)
    assert (found.kappa, found.status) == (None, "too_few")
    assert found.reason


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        (([1, 2], [1]), {}, "raters_length"),
        (([[1, 2]], [[1, 2]]), {}, "raters_shape"),
        ((["low", "high"], ["low", "low"]), {"weights": "linear"}, "category_order"),
        (([1, 2], [1, 9]), {"categories": (1, 2)}, "category_unknown"),
    ],
)
def test_kappa_refuses_what_cannot_be_compared(
    arguments: tuple[list[object], list[object]], options: dict[str, object], code: str
) -> None:
    with pytest.raises(DataError) as refused:
        kappa(*arguments, **options)  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("scale", SCALES)
def test_krippendorff_is_one_for_agreement_and_near_zero_for_chance(scale: str) -> None:
    rng = np.random.default_rng(2)
    same = np.repeat(rng.integers(1, 5, size=(50, 1)), 3, axis=1)
    assert krippendorff(same, scale=scale).alpha == 1.0  # type: ignore[arg-type]
    chance = krippendorff(rng.integers(1, 5, size=(3000, 3)), scale=scale)  # type: ignore[arg-type]
    assert chance.alpha == pytest.approx(0, abs=0.05)


@given(st.integers(0, 2**32 - 1), st.sampled_from(SCALES))
@settings(max_examples=30, deadline=None)
def test_krippendorff_does_not_hang_on_order_or_lone_judgements(seed: int, scale: str) -> None:
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 4, size=(12, 4)).astype(float)
    ratings[rng.random(ratings.shape) < 0.3] = np.nan
    lone = np.vstack([ratings, [5, np.nan, np.nan, np.nan]])
    moved = rng.permutation(rng.permutation(lone), axis=1)
    one, other = (krippendorff(x, scale=scale) for x in (ratings, moved))  # type: ignore[arg-type]
    assert (one.n, one.units, one.status) == (other.n, other.units, other.status)
    if one.alpha is not None:
        assert other.alpha == pytest.approx(one.alpha, abs=1e-12)


def test_krippendorff_interval_holds_alpha_and_repeats_itself() -> None:
    rng = np.random.default_rng(9)
    ratings = np.round(rng.normal(size=(60, 1)) * 2 + rng.normal(size=(60, 3)))
    ends = [
        krippendorff(ratings, scale="interval", generator=np.random.default_rng(1), draws=300)
        for _ in range(2)
    ]
    assert ends[0] == ends[1]
    assert ends[0].ci is not None
    assert ends[0].alpha is not None
    assert ends[0].ci[0] < ends[0].alpha < ends[0].ci[1]


@pytest.mark.parametrize("ratings", [[[1, 1], [1, 1]], [[1, np.nan], [np.nan, 2]]])
def test_krippendorff_without_variation_is_a_result_with_a_reason(
    ratings: list[list[float]],
) -> None:
    found = krippendorff(ratings)
    assert (found.alpha, found.status) == (None, "too_few")
    assert found.reason


def test_krippendorff_refuses_unknown_scales_and_negative_ratios() -> None:
    with pytest.raises(DataError) as scale:
        krippendorff([[1, 2], [2, 1]], scale="circular")  # type: ignore[arg-type]
    assert scale.value.code == "scale_unknown"
    with pytest.raises(DataError) as ratio:
        krippendorff([[1, -2], [2, 1]], scale="ratio")
    assert ratio.value.code == "ratio_negative"
