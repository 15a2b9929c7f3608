"""Alpha, its items and its intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from instroom.core.errors import DataError
from instroom.stats.scales.omega import omega
from instroom.stats.scales.reliability import alpha, reliability

Floats = NDArray[np.float64]


def likert(n: int = 300, k: int = 5, seed: int = 4) -> Floats:
    rng = np.random.default_rng(seed)
    leaning = rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
    return np.digitize(leaning, [-1.5, -0.5, 0.5, 1.5]).astype(float) + 1


def test_parallel_items_follow_spearman_and_brown() -> None:
    first = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    second = np.array([2.0, 1.0, 3.0, 4.0, 6.0, 5.0])
    r = np.corrcoef(first, second)[0, 1]
    found = alpha(np.column_stack([first, second]))
    assert found.alpha == pytest.approx(2 * r / (1 + r), rel=1e-12)
    assert found.standardized == pytest.approx(found.alpha, rel=1e-12)
    assert found.average_r == pytest.approx(r, rel=1e-12)


def test_two_items_have_no_alpha_without_and_no_omega() -> None:
    found = reliability(likert(k=2))
    assert [item.alpha_without for item in found.items] == [None, None]
    assert (found.status, found.omega) == ("ok", None)
    assert found.reason == "A one-factor model needs at least three items."


@given(
    st.integers(0, 2**32 - 1),
    st.floats(-50, 50),
    st.floats(0.1, 20),
)
@settings(max_examples=30, deadline=None)
def test_alpha_does_not_hang_on_units_or_row_order(seed: int, shift: float, unit: float) -> None:
    scores, rng = likert(60, 4, seed), np.random.default_rng(seed)
    moved = rng.permutation(scores) * unit + shift
    one, other = alpha(scores), alpha(moved)
    assert other.alpha == pytest.approx(one.alpha, rel=1e-9, abs=1e-11)
    assert other.g6 == pytest.approx(one.g6, rel=1e-9, abs=1e-11)
    before, after = ([item.r_rest for item in a.items] for a in (one, other))
    assert after == pytest.approx(before, rel=1e-8, abs=1e-10)


def test_large_answers_keep_their_digits() -> None:
    """Centring comes before squaring: 1e9 on top of every answer costs no digits that matter."""
    assert alpha(likert() + 1e9).alpha == pytest.approx(alpha(likert()).alpha, rel=1e-7)


def test_pairwise_equals_complete_without_holes() -> None:
    scores = likert()
    one, other = alpha(scores), alpha(scores, missing="pairwise")
    assert other.alpha == pytest.approx(one.alpha, rel=1e-13)
    assert other.alpha_ci == pytest.approx(one.alpha_ci, rel=1e-13)


def test_pupils_without_any_answer_never_count() -> None:
    scores = np.vstack([likert(50), np.full((20, 5), np.nan)])
    assert alpha(scores, missing="pairwise").n == 50
    assert reliability(scores).dropped == 20


def test_interval_narrows_with_pupils_and_holds_alpha() -> None:
    widths = []
    for n in (40, 400, 4000):
        found = alpha(likert(n))
        assert found.alpha_ci is not None
        assert found.alpha is not None
        low, high = found.alpha_ci
        assert low < found.alpha < high
        widths.append(high - low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


@pytest.mark.parametrize(
    "scores",
    [
        np.empty((0, 3)),
        [[1, 2, 3]],
        [[1, 2, np.nan], [np.nan, 2, 3], [1, np.nan, 3]],
        [[2, 2, 2], [2, 2, 2], [2, 2, 2]],
        [[1, 5], [5, 1], [3, 3]],  # what one item gains the other loses
    ],
)
def test_too_little_is_a_result_with_a_reason(scores: object) -> None:
    for missing in ("complete", "pairwise"):
        found = alpha(scores, missing=missing)  # type: ignore[arg-type]
        assert found.alpha is None
        assert (found.status, found.alpha_ci) == ("too_few", None)
        assert found.reason
    whole = reliability(scores)  # type: ignore[arg-type]
    assert (whole.status, whole.alpha, whole.omega) == ("too_few", None, None)


def test_a_range_of_one_answer_is_no_error() -> None:
    """Everyone said 2 and the range was taken from the answers: too few, not a refusal."""
    assert reliability(np.full((9, 3), 2.0), answer_range=(2, 2)).status == "too_few"


def test_an_item_everyone_answers_alike_has_no_correlation() -> None:
    scores = likert()
    scores[:, 2] = 3
    found = alpha(scores, answer_range=(1, 5))
    assert found.alpha is not None
    assert found.standardized is None
    assert found.items[2].r_rest is None
    assert found.items[2].sd == 0
    assert found.items[0].r_rest is not None
    assert "same answer" in (found.reason or "")


def test_an_item_that_runs_against_the_others_is_named() -> None:
    scores = likert()
    scores[:, 1] = 6 - scores[:, 1]
    found = alpha(scores, names=("a", "b", "c", "d", "e"))
    assert found.reason == "b runs against the other items. Reversed: b? Then they agree most."
    assert alpha(likert()).reason is None


@pytest.mark.parametrize("turned", [(2,), (0,), (0, 3), (1, 2), (2, 4)])
@pytest.mark.parametrize("k", [3, 4, 5])
def test_turning_the_items_that_are_named_is_what_helps(k: int, turned: tuple[int, ...]) -> None:
    """Also when so many are turned that all of them seem to run against the others."""
    names = tuple("abcde"[:k])
    scores = likert()[:, :k]
    right = alpha(scores, names=names)
    places = [i for i in turned if i < k]
    scores[:, places] = 6 - scores[:, places]
    found = alpha(scores, names=names)
    assert found.reason
    assert found.alpha is not None
    named = str(found.reason).partition("Reversed: ")[2].partition("?")[0].split(", ")
    few = set(places) if 2 * len(places) <= k else set(range(k)) - set(places)
    smallest = [few, set(range(k)) - few] if 2 * len(few) == k else [few]
    assert {names.index(name) for name in named} in smallest
    low = [i.item for i in found.items if i.r_rest is not None and i.r_rest < 0]
    verb = "runs" if len(low) == 1 else "run"
    assert found.reason.startswith(f"{', '.join(low)} {verb} against the other items. ")
    assert ("quote neither alpha nor omega" in found.reason) == (found.alpha < 0)
    again = [names.index(name) for name in named]
    scores[:, again] = 6 - scores[:, again]
    mended = alpha(scores, names=names)
    assert mended.alpha == pytest.approx(right.alpha)
    assert mended.reason is None


def test_two_that_agree_and_a_third_that_is_turned() -> None:
    base = np.tile([1.0, 2, 3, 4, 5], 4)
    scores = np.column_stack([base, np.roll(base, 1) * 0.2 + base, 6 - base])
    found = alpha(scores, names=("a", "b", "c"))
    assert found.alpha is not None
    assert found.alpha < 0
    assert str(found.reason).startswith(
        "a, c run against the other items. Reversed: c? Then they agree most. Alpha below 0"
    )


def test_floor_and_ceiling_are_shares_of_the_range_and_unknown_without_it() -> None:
    scores = np.array([[1, 1, 1], [1, 2, 5], [5, 5, 5], [5, 5, 5], [3, 4, 4]])
    found = reliability(scores, answer_range=(1, 5))
    assert (found.floor, found.ceiling) == (0.2, 0.4)
    assert [(item.floor, item.ceiling) for item in found.items] == [
        (0.4, 0.4),
        (0.2, 0.4),
        (0.2, 0.6),
    ]
    unknown = reliability(scores)
    assert (unknown.floor, unknown.items[0].ceiling) == (None, None)


def test_answers_outside_the_range_and_wrong_names_are_refused() -> None:
    with pytest.raises(DataError) as outside:
        reliability(likert(), answer_range=(1, 4))
    assert outside.value.code == "answer_outside_range"
    with pytest.raises(DataError) as names:
        reliability(likert(), names=("a",))
    assert names.value.code == "item_names"


def test_omega_equals_alpha_of_equally_strong_items_in_the_population() -> None:
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(40000, 1)) + rng.normal(size=(40000, 4))
    assert omega(scores).omega == pytest.approx(0.8, abs=0.005)
    assert omega(scores, estimator="minres").omega_model == pytest.approx(0.8, abs=0.005)


def test_green_and_yang_recover_the_reliability_of_coarse_answers() -> None:
    """Two parallel forms of the same coarse answers correlate by their reliability."""
    rng = np.random.default_rng(21)
    leaning = rng.normal(size=(60000, 1))
    forms = [
        np.digitize(leaning + rng.normal(size=(60000, 4)), [-0.8, 1.0]).astype(float)
        for _ in range(2)
    ]
    expected = np.corrcoef(forms[0].sum(axis=1), forms[1].sum(axis=1))[0, 1]
    found = omega(forms[0], estimator="dwls")
    assert found.omega_scale == pytest.approx(expected, abs=0.01)
    assert found.omega is not None
    assert found.omega > expected + 0.02  # the leanings are measured better than the answers


def test_omega_passes_on_why_it_is_missing() -> None:
    found = omega(likert(k=2), estimator="dwls")
    assert (found.omega, found.omega_scale, found.status) == (None, None, "too_few")
    assert found.reason == found.model.reason


def test_items_that_cancel_out_have_no_standardized_alpha() -> None:
    found = alpha([[1, 9], [2, 7], [3, 5], [1, 9.0]])
    assert found.alpha is not None
    assert found.standardized is None
    assert found.g6 is None
