"""Polychoric correlations and the bivariate normal behind them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from instroom.core.errors import DataError
from instroom.stats.scales.bivariate_normal import bivariate_normal
from instroom.stats.scales.polychoric import polychoric, smoothed

LIMIT = st.floats(-6, 6)
RHO = st.floats(-0.999, 0.999)


@given(LIMIT, LIMIT, st.floats(-0.99, 0.99))
@settings(max_examples=100, deadline=None)
def test_bivariate_normal_equals_the_integral_of_its_slope(h: float, k: float, rho: float) -> None:
    """Plackett (1954): the slope to rho is the density; here over the angle whose sine is rho."""
    nodes, weights = np.polynomial.legendre.leggauss(300)
    angle = np.arcsin(rho) * (nodes + 1) / 2
    height = np.exp(-(h * h + k * k - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    area = np.arcsin(rho) / 2 * float(weights @ height) / (2 * np.pi)
    assert float(bivariate_normal(h, k, rho)) == pytest.approx(ndtr(h) * ndtr(k) + area, abs=2e-15)


@given(LIMIT, LIMIT, RHO)
@example(1e-300, 1e-300, 0.0)  # their product is 0 in floating point
@example(1.0, 2e-313, 0.0)
@settings(max_examples=100, deadline=None)
def test_bivariate_normal_keeps_its_symmetries(h: float, k: float, rho: float) -> None:
    value = float(bivariate_normal(h, k, rho))
    assert 0 <= value <= min(ndtr(h), ndtr(k)) + 1e-15
    assert float(bivariate_normal(k, h, rho)) == pytest.approx(value, abs=1e-15)
    assert float(bivariate_normal(h, -k, -rho)) == pytest.approx(ndtr(h) - value, abs=1e-14)


@pytest.mark.parametrize(("h", "k"), [*product((0.0, -0.0), repeat=2), (0.0, 1.3), (-0.7, 0.0)])
def test_bivariate_normal_at_zero_limits_is_continuous(h: float, k: float) -> None:
    beside = float(bivariate_normal(h + 1e-12, k - 1e-12, 0.4))
    assert float(bivariate_normal(h, k, 0.4)) == pytest.approx(beside, abs=1e-11)


def test_a_known_correlation_comes_back() -> None:
    rng = np.random.default_rng(0)
    leanings = rng.multivariate_normal(
        np.zeros(3), [[1, 0.7, -0.3], [0.7, 1, 0], [-0.3, 0, 1]], 80000
    )
    answers = np.column_stack(
        [
            np.digitize(leanings[:, 0], [-1, 0, 1.5]),
            np.digitize(leanings[:, 1], [0.4]),
            np.digitize(leanings[:, 2], [-2, -1, 0, 1, 2]),
        ]
    ).astype(float)
    found = polychoric(answers, missing="complete", convention="lavaan", acov=True)
    assert found.rho is not None
    assert found.acov is not None
    apart = np.array([found.rho[1, 0] - 0.7, found.rho[2, 0] + 0.3, found.rho[2, 1]])
    assert (np.abs(apart) < 4 * np.sqrt(np.diag(found.acov))).all()
    assert found.thresholds[0] == pytest.approx([-1, 0, 1.5], abs=0.03)


def test_standard_errors_equal_the_spread_over_samples() -> None:
    rng = np.random.default_rng(3)
    values, claimed = [], []
    for _ in range(250):
        leanings = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 300)
        answers = np.digitize(leanings, [-0.8, 0.1, 1.0]).astype(float)
        found = polychoric(answers, missing="complete", convention="lavaan", acov=True)
        assert found.rho is not None
        assert found.acov is not None
        values.append(found.rho[1, 0])
        claimed.append(np.sqrt(found.acov[0, 0]))
    # the standard deviation of 250 draws is itself uncertain by 4.5 %: three times that
    assert np.std(values) == pytest.approx(np.mean(claimed), rel=0.135)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_codes_order_of_rows_and_of_items_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    answers = np.digitize(rng.normal(size=(80, 1)) + rng.normal(size=(80, 3)), [-1, 0.5]) + 1.0
    one = polychoric(answers).rho
    rows, order = rng.permutation(80), rng.permutation(3)
    other = polychoric(10 * answers[rows][:, order] - 3).rho
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(other, one[np.ix_(order, order)], atol=1e-9)


def test_turning_an_item_turns_its_correlations() -> None:
    rng = np.random.default_rng(8)
    answers = np.digitize(rng.normal(size=(200, 1)) + rng.normal(size=(200, 3)), [-1, 0, 1]) + 1.0
    turned = answers.copy()
    turned[:, 0] = 5 - turned[:, 0]
    one, other = polychoric(answers).rho, polychoric(turned).rho
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(other[0, 1:], -one[0, 1:], atol=1e-9)
    assert other[1, 2] == one[1, 2]


def test_items_related_without_exception_are_on_the_boundary() -> None:
    same = np.repeat([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], 20, axis=0)
    found = polychoric(same, convention="lavaan")
    assert found.status == "boundary"
    assert found.rho is not None
    assert found.rho[0, 1] > 0.9999
    assert found.reason


def test_a_matrix_that_is_not_positive_definite_is_smoothed_and_said_so() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        answers = (rng.normal(size=(14, 1)) + 0.7 * rng.normal(size=(14, 7)) > 0).astype(float)
        if (np.ptp(answers, axis=0) == 0).any():
            continue
        found = polychoric(answers)
        plain = polychoric(answers, convention="lavaan")
        assert plain.rho is not None
        if np.linalg.eigvalsh(plain.rho)[0] < -1e-6:
            break
    assert found.status == "smoothed"
    assert found.rho is not None
    assert np.linalg.eigvalsh(found.rho)[0] > 0
    np.testing.assert_allclose(np.diag(found.rho), 1.0)


def test_smoothing_leaves_a_good_matrix_alone() -> None:
    good = np.array([[1, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(smoothed(good), good, atol=1e-14)


def test_pairwise_tables_use_everyone_who_answered_both() -> None:
    rng = np.random.default_rng(2)
    answers = np.digitize(rng.normal(size=(300, 1)) + rng.normal(size=(300, 3)), [-0.5, 0.5]) + 1.0
    holes = answers.copy()
    holes[:100, 2] = np.nan
    full, pairs = polychoric(answers), polychoric(holes)
    some = polychoric(holes, missing="complete")
    assert full.rho is not None
    assert pairs.rho is not None
    assert some.rho is not None
    assert (full.n, pairs.n, some.n) == (300, 300, 200)
    assert pairs.rho[0, 1] == full.rho[0, 1]
    assert some.rho[0, 1] != full.rho[0, 1]


@pytest.mark.parametrize(
    ("scores", "status"),
    [
        (np.empty((0, 2)), "too_few"),
        ([[1, 1], [1, 2], [1, 3]], "too_few"),
        ([[1, np.nan], [2, np.nan], [np.nan, 1], [np.nan, 2]], "too_few"),
        (np.column_stack([np.arange(40), np.arange(40) % 3]), "not_supported"),
    ],
)
def test_what_cannot_be_estimated_is_a_result_with_a_reason(scores: object, status: str) -> None:
    found = polychoric(scores)  # type: ignore[arg-type]
    assert (found.rho, found.status) == (None, status)
    assert found.reason


def test_sampling_covariances_ask_for_complete_cases() -> None:
    with pytest.raises(DataError) as refused:
        polychoric([[1, 2], [2, 1]], acov=True)
    assert refused.value.code == "polychoric_acov"
