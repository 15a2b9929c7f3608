"""Shrinkage and the Bayesian meta-analysis against direct integration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from instroom.core.errors import DataError
from instroom.stats.evidence.meta import random_effects
from instroom.stats.evidence.meta_bayesian import bayesian_meta
from instroom.stats.evidence.meta_prior import shrink, shrink_towards

Y = np.array([0.38, 0.05, 0.22, 0.61, 0.10])
V = np.array([0.020, 0.008, 0.030, 0.050, 0.004])


def trapezoid(values: np.ndarray, points: np.ndarray) -> float:
    """Integrate; exact to rounding for smooth densities that vanish at both ends."""
    return float((values[1:] + values[:-1]) @ np.diff(points) / 2)


@settings(deadline=None, max_examples=40)
@given(st.floats(-2, 2), st.floats(0.05, 1), st.floats(-2, 2), st.floats(0.05, 1))
def test_shrinkage_is_the_normalised_product_of_prior_and_likelihood(y, se, mean, sd):
    found = shrink(y, se, prior_mean=mean, prior_sd=sd)
    x = np.linspace(-2 - 10, 2 + 10, 40_001)
    log_density = norm.logpdf(y, x, se) + norm.logpdf(x, mean, sd)
    density = np.exp(log_density - log_density.max())
    total = trapezoid(density, x)
    centre = trapezoid(x * density, x) / total
    assert centre == pytest.approx(found.posterior.mean, rel=1e-9, abs=1e-10)
    second = trapezoid((x - centre) ** 2 * density, x) / total
    assert second**0.5 == pytest.approx(found.posterior.sd, rel=1e-9)
    assert found.above_zero == pytest.approx(
        trapezoid(density * (x > 0), x) / total, abs=3 * (x[1] - x[0]) / found.posterior.sd
    )
    assert found.posterior.sd < min(se, sd)


def test_prior_data_and_posterior_stand_side_by_side() -> None:
    found = shrink(0.40, 0.20, prior_mean=0.10, prior_sd=0.10)
    assert (found.prior.mean, found.prior.sd) == (0.10, 0.10)
    assert (found.data.mean, found.data.sd) == (0.40, 0.20)
    assert found.prior.ci[0] == pytest.approx(0.10 - 1.959963984540054 * 0.10, rel=1e-12)
    assert found.above_zero == pytest.approx(
        norm.sf(0, *(found.posterior.mean, found.posterior.sd))
    )
    assert found.conflict == pytest.approx(0.30 / 0.05**0.5, rel=1e-12)


def test_the_prior_is_what_a_new_trial_may_show() -> None:
    m = random_effects(Y, V)
    found = shrink_towards(0.5, 0.1, m)
    assert found.prior.mean == m.coefficients[0]
    assert found.prior.sd == pytest.approx((m.tau2 + m.se[0] ** 2) ** 0.5, rel=1e-14)
    b = bayesian_meta(Y, V)
    again = shrink_towards(0.5, 0.1, b)
    assert (again.prior.mean, again.prior.sd) == (b.new_mean, b.new_sd)


def test_without_a_prior_nothing_is_shrunk_and_the_reason_is_given() -> None:
    found = shrink_towards(0.5, 0.1, random_effects([0.3], [0.02]))
    assert found.status == "not_supported"
    assert "too few studies (1)" in found.reason
    assert found.data.mean == 0.5
    assert np.isnan(found.posterior.mean)


@pytest.mark.parametrize("tau_prior", ["half_normal", "half_t", "half_cauchy"])
def test_quadrature_equals_integration_over_all_unknowns(tau_prior) -> None:
    """The joint density of average and spread as it stands, summed over a fine grid of both."""
    found = bayesian_meta(Y, V, tau_prior=tau_prior, tau_scale=0.3, mean_prior=(0.0, 0.5))
    mu = np.linspace(-4, 4, 401)[None, :]
    u = (np.arange(2_000) + 0.5)[:, None] / 2_000
    tau = u / (1 - u)
    log = -0.5 * (mu / 0.5) ** 2
    for y, v in zip(Y, V, strict=True):
        log = log - 0.5 * (np.log(v + tau**2) + (y - mu) ** 2 / (v + tau**2))
    if tau_prior == "half_normal":
        log = log - 0.5 * (tau / 0.3) ** 2
    else:
        df = 4.0 if tau_prior == "half_t" else 1.0
        log = log - (df + 1) / 2 * np.log1p((tau / 0.3) ** 2 / df)
    density = np.exp(log) / (1 - u) ** 2
    density /= density.sum()
    # The midpoint rule in u is good to its step squared, 2.5e-7, times the curvature.
    close = {"rel": 1e-5}
    assert found.mean == pytest.approx(float((density * mu).sum()), **close)
    assert found.sd == pytest.approx(
        float((density * (mu - found.mean) ** 2).sum()) ** 0.5, **close
    )
    assert found.tau_mean == pytest.approx(float((density * tau).sum()), **close)
    pull = V[0] / (V[0] + tau**2)
    shrunken = float((density * (pull * mu + (1 - pull) * Y[0])).sum())
    assert found.shrunken[0] == pytest.approx(shrunken, **close)
    assert found.above_zero == pytest.approx(float((density * (mu > 0)).sum()), abs=0.02)


def test_a_narrow_prior_of_no_differences_is_the_common_effect() -> None:
    found = bayesian_meta(Y, V, tau_scale=1e-5)
    fixed = random_effects(Y, V, method="FE", test="z")
    assert found.mean == pytest.approx(fixed.coefficients[0], rel=1e-6)
    assert found.sd == pytest.approx(fixed.se[0], rel=1e-6)
    assert found.shrunken == pytest.approx(np.full(5, found.mean), rel=1e-5)


def test_trials_are_pulled_together() -> None:
    found = bayesian_meta(Y, V, tau_scale=0.3)
    assert np.ptp(found.shrunken) < np.ptp(Y)
    assert (found.shrunken_sd < np.sqrt(V)).all()
    assert found.new_sd > found.sd


def test_the_prior_is_in_the_result() -> None:
    found = bayesian_meta(Y, V, tau_prior="half_t", tau_scale=0.3, mean_prior=(0.1, 0.2))
    assert found.prior == {
        "tau": "half_t", "tau_scale": 0.3, "tau_df": 4.0, "mean": 0.1, "sd": 0.2,
    }  # fmt: skip


def test_one_trial_is_too_few() -> None:
    found = bayesian_meta([0.2, np.nan], [0.01, 0.01])
    assert (found.status, found.k) == ("too_few", 1)
    assert np.isnan(found.mean)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: shrink(0.1, 0.0, prior_mean=0, prior_sd=1), "bad_spread"),
        (lambda: shrink(float("nan"), 0.1, prior_mean=0, prior_sd=1), "bad_spread"),
        (lambda: bayesian_meta(Y, V, tau_scale=0), "bad_spread"),
        (lambda: bayesian_meta(Y, V, mean_prior=(0, 0)), "bad_spread"),
        (lambda: bayesian_meta(Y, V, tau_prior="uniform"), "unknown_prior"),
        (
            lambda: shrink_towards(0.1, 0.1, random_effects(Y, V, moderators=np.arange(5))),
            "moderators",
        ),
    ],
)
def test_impossible_priors_are_refused(call, code) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert caught.value.code == code
