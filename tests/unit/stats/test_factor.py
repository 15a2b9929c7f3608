"""One-factor models and the likelihood behind them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ncx2

from instroom.core.errors import DataError
from instroom.stats.scales import covariance_structure as structure
from instroom.stats.scales.factor import least_squares, one_factor
from instroom.stats.scales.model_fit import relative_fit

Floats = NDArray[np.float64]


def from_population(loadings: list[float], n: int, seed: int = 1) -> Floats:
    """Scores whose covariances (divided by n) equal one factor's exactly."""
    k = len(loadings)
    target = np.outer(loadings, loadings)
    np.fill_diagonal(target, 1.0)
    raw = np.random.default_rng(seed).normal(size=(n, k))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / n)).T
    return white @ np.linalg.cholesky(target).T


def test_loadings_of_a_perfect_factor_come_back_exactly() -> None:
    true = [0.8, 0.7, 0.6, 0.5, 0.4]
    for estimator in ("ml", "minres"):
        found = one_factor(from_population(true, 200), estimator=estimator)  # type: ignore[arg-type]
        assert found.status == "ok"
        np.testing.assert_allclose(found.standardized, true, atol=1e-7)
    found = one_factor(from_population(true, 200))
    assert found.fit is not None
    assert found.fit.chisq == pytest.approx(0, abs=1e-8)
    assert (found.fit.df, found.fit.cfi, found.fit.rmsea) == (5, 1.0, 0.0)


def test_three_items_fit_perfectly_and_have_no_fit_measures() -> None:
    found = one_factor(from_population([0.8, 0.6, 0.5], 100))
    fit = found.fit
    assert fit is not None
    assert (fit.df, fit.p, fit.cfi, fit.tli, fit.rmsea) == (0, None, None, None, None)
    np.testing.assert_allclose(found.standardized, [0.8, 0.6, 0.5], atol=1e-7)


def test_derivatives_equal_differences_of_the_likelihood() -> None:
    """Two factors with means, so that every kind of parameter takes part."""
    rng = np.random.default_rng(6)
    scores = rng.normal(size=(120, 2)) @ rng.normal(size=(2, 4)) + rng.normal(size=(120, 4))
    one = structure.sample(scores)
    start = structure.Matrices(
        rng.uniform(0.3, 0.9, (4, 2)),
        np.array([[1.2, 0.3], [0.3, 0.8]]),
        np.diag(rng.uniform(1, 2, 4)) + 0.1,
        rng.normal(size=4),
        rng.normal(size=2),
    )
    residuals = np.diag([11, 12, 13, 14])
    residuals[residuals == 0] = -1
    residuals[0, 1] = residuals[1, 0] = 15
    pattern = structure.ParameterPattern(
        np.arange(8).reshape(4, 2),
        np.array([[8, 9], [9, 10]]),
        residuals,
        np.arange(16, 20),
        np.array([20, 21]),
    )
    theta = structure._packed((start,), (pattern,))

    def value(at: Floats) -> float:
        return structure._discrepancy((one,), structure._unpacked(at, (start,), (pattern,)))

    gradient, _ = structure._derivatives((one,), (start,), (pattern,), len(theta))
    steps = 1e-5 * np.eye(len(theta))
    slopes = [(value(theta + h) - value(theta - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(-2 * gradient, slopes, rtol=1e-5, atol=1e-4)


def test_standard_errors_equal_the_spread_over_samples() -> None:
    rng = np.random.default_rng(2)
    values, claimed = [], []
    for _ in range(160):
        found = one_factor(
            rng.normal(size=(200, 1)) * [0.8, 0.7, 0.6, 0.5] + rng.normal(size=(200, 4)) * 0.7
        )
        assert found.standardized is not None
        assert found.standardized_se is not None
        values.append(found.standardized)
        claimed.append(found.standardized_se)
    # the standard deviation of 160 draws is itself uncertain by 5.6 %: three times that
    np.testing.assert_allclose(np.std(values, axis=0), np.mean(claimed, axis=0), rtol=0.17)


def test_chi_square_has_its_degrees_of_freedom_when_the_model_is_true() -> None:
    rng = np.random.default_rng(12)
    found = [
        one_factor(rng.normal(size=(300, 1)) * 0.7 + rng.normal(size=(300, 5)) * 0.7).fit
        for _ in range(150)
    ]
    values = [fit.chisq for fit in found if fit is not None]
    # mean of 150 chi-squares with 5 df: 5, give or take three times sqrt(10 / 150)
    assert np.mean(values) == pytest.approx(5, abs=0.78)
    assert 0.0 < np.mean([fit.p < 0.05 for fit in found if fit and fit.p is not None]) <= 0.11


def test_a_variance_below_zero_is_on_the_boundary() -> None:
    """Correlations of .75 with the first and .5 among the others ask it a loading of 1.06."""
    target = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    target[0, 1:] = target[1:, 0] = 0.75
    raw = np.random.default_rng(1).normal(size=(100, 4))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / 100)).T
    found = one_factor(white @ np.linalg.cholesky(target).T)
    assert found.status == "boundary"
    assert found.residuals is not None
    assert found.residuals.min() <= 0
    assert found.reason
    assert least_squares(target, 100).status == "boundary"


@pytest.mark.parametrize(
    ("scores", "status"),
    [
        (np.ones((50, 2)), "too_few"),
        (np.random.default_rng(0).normal(size=(4, 4)), "too_few"),
        (np.column_stack([np.arange(9.0), np.ones(9), np.arange(9.0) ** 2]), "too_few"),
        (
            np.array([[x, y, x + y] for x in range(4) for y in range(4)], dtype=float),
            "not_identified",
        ),
    ],
)
def test_what_cannot_be_fitted_is_a_result_with_a_reason(scores: Floats, status: str) -> None:
    found = one_factor(scores)
    assert (found.status, found.fit, found.loadings) == (status, None, None)
    assert found.reason


def test_items_with_nothing_in_common_do_not_pretend_to_fit() -> None:
    found = [one_factor(np.random.default_rng(s).normal(size=(150, 5))) for s in range(8)]
    statuses = {model.status for model in found}
    assert statuses & {"not_converged", "not_identified"}
    for model in found:
        assert (model.fit is None) == (model.status in ("not_converged", "not_identified"))
        assert model.fit is None or np.isfinite(model.fit.chisq)


@pytest.mark.parametrize(
    ("option", "word"), [({"factors": 3}, "3 factors"), ({"estimator": "wlsmv"}, "WLSMV")]
)
def test_what_is_out_of_scope_says_so(option: dict[str, object], word: str) -> None:
    found = one_factor(from_population([0.8, 0.7, 0.6, 0.5], 100), **option)  # type: ignore[arg-type]
    assert (found.status, found.fit) == ("not_supported", None)
    assert word in (found.reason or "")


def test_an_unknown_estimator_is_refused() -> None:
    with pytest.raises(DataError) as refused:
        one_factor(np.eye(4), estimator="uls")  # type: ignore[arg-type]
    assert refused.value.code == "estimator_unknown"


def test_weighted_least_squares_claims_no_p_value() -> None:
    rng = np.random.default_rng(4)
    scores = np.digitize(rng.normal(size=(400, 1)) + rng.normal(size=(400, 5)), [-1, 0, 1]) + 1.0
    fit = one_factor(scores, estimator="dwls").fit
    assert fit is not None
    assert (fit.p, fit.rmsea_low, fit.rmsea_high, fit.logl) == (None, None, None, None)
    assert fit.chisq > 0


def test_a_bad_fit_is_still_found_to_the_last_digit() -> None:
    """Items with little in common: scoring alone is far from done after hundreds of steps."""
    rng = np.random.default_rng(80)
    k, n = int(rng.integers(3, 8)), int(rng.integers(30, 300))
    found = one_factor(rng.normal(size=(n, k)))
    assert found.status == "ok"
    assert found.fit is not None
    assert found.fit.chisq == pytest.approx(15.51202, abs=1e-5)  # lavaan 0.6-14 on these numbers


def test_row_order_does_not_matter() -> None:
    rng = np.random.default_rng(10)
    scores = rng.normal(size=(500, 1)) + rng.normal(size=(500, 6))
    one, other = one_factor(scores), one_factor(rng.permutation(scores))
    assert one.fit is not None
    assert other.fit is not None
    assert other.fit.chisq == pytest.approx(one.fit.chisq, rel=1e-10)
    np.testing.assert_allclose(other.loadings, one.loadings, rtol=1e-8)


@pytest.mark.parametrize(("chisq", "df"), [(0.0, 3), (5000.0, 54), (54.0, 54), (1e5, 9)])
def test_bounds_of_rmsea_are_the_noncentralities_they_claim(chisq: float, df: int) -> None:
    n = 1000
    _, _, rmsea, low, high = relative_fit(chisq, df, (2e5, 66), n=n)
    assert rmsea is not None
    assert low is not None
    assert high is not None
    assert low <= rmsea <= high
    if low > 0:
        assert ncx2.cdf(chisq, df, low**2 * n * df) == pytest.approx(0.95, abs=1e-6)
    if high > 0:
        assert ncx2.cdf(chisq, df, high**2 * n * df) == pytest.approx(0.05, abs=1e-6)
