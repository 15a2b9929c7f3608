from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from instroom.core.errors import DataError
from instroom.stats.binary import binary_mixed
from instroom.stats.binary.binary_mixed import BinaryMixedFit
from instroom.stats.binary.logistic import fit_logit
from instroom.stats.binary.marginal_effect import average_effect


def schools(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(30), 20)
    design = np.column_stack([np.ones(600), group % 2, rng.normal(size=600).round(1)])
    odds = design @ [-1.0, 0.6, 0.5] + 0.8 * rng.normal(size=30)[group]
    return (rng.random(600) < expit(odds)) * 1.0, design, group


def both(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with_, without = design.copy(), design.copy()
    with_[:, 1], without[:, 1] = 1, 0
    return with_, without


@pytest.mark.parametrize("sd", [0.01, 0.5, 1.0, 3.0, 10.0])
def test_shares_are_integrals_over_the_groups(sd: float) -> None:
    y, design, group = schools(1)
    fit = replace(binary_mixed.fit(y, design, group), sd=sd)
    with_, without = both(design[:3])
    found = average_effect(fit, with_, without)

    def share(odds: float) -> float:
        at = -odds / sd  # where the chance climbs steepest: tell the rule
        value, _ = quad(
            lambda z: expit(odds + sd * z) * norm.pdf(z),
            -9,
            9,
            points=[at],
            epsabs=1e-13,
            limit=400,
        )
        return value

    assert_allclose(found.share_with, np.mean([share(o) for o in with_ @ fit.beta]), rtol=1e-10)
    assert_allclose(
        found.share_without, np.mean([share(o) for o in without @ fit.beta]), rtol=1e-10
    )


def test_the_error_is_the_delta_method_over_all_parameters() -> None:
    y, design, group = schools(2)
    fit = binary_mixed.fit(y, design, group, points=9)
    pair, step = both(design), 1e-5

    def effect(fit: BinaryMixedFit) -> float:
        return average_effect(fit, *pair).effect_points

    slope = [
        (effect(replace(fit, beta=fit.beta + d)) - effect(replace(fit, beta=fit.beta - d)))
        / 2
        / step
        for d in step * np.eye(3)
    ]
    wider, tighter = (replace(fit, sd=fit.sd * np.exp(s)) for s in (step, -step))
    slope.append((effect(wider) - effect(tighter)) / 2 / step)
    found = average_effect(fit, *pair)
    assert_allclose(found.se_points, np.sqrt(slope @ fit.cov_joint @ slope), rtol=1e-7)
    low, high = found.ci_points
    assert_allclose((low + high) / 2, found.effect_points)
    assert_allclose(high - low, 2 * norm.ppf(0.975) * found.se_points)


def test_without_covariates_a_logit_gives_the_difference_in_shares() -> None:
    y, design, group = schools(3)
    found = average_effect(fit_logit(y, design[:, :2], group), *both(design[:, :2]))
    treated = design[:, 1] == 1
    assert_allclose(found.effect_points, 100 * (y[treated].mean() - y[~treated].mean()))
    assert found.n == 600


def test_at_the_boundary_the_effect_is_that_of_a_plain_logit() -> None:
    y, design, _ = schools(4)
    group = np.random.default_rng(1).permutation(600) % 30
    mixed = binary_mixed.fit(y, design, group)
    assert mixed.status == "boundary"
    found, plain = (
        average_effect(mixed, *both(design)),
        average_effect(fit_logit(y, design), *both(design)),
    )
    assert_allclose(
        [found.effect_points, found.se_points], [plain.effect_points, plain.se_points], rtol=1e-9
    )
    assert found.status == "boundary"


def test_weights_are_people() -> None:
    y, design, group = schools(5)
    fit = binary_mixed.fit(y, design, group)
    times = np.arange(600) % 3
    counted = average_effect(fit, *both(design), weights=times)
    single = average_effect(fit, *(np.repeat(x, times, axis=0) for x in both(design)))
    assert_allclose(counted.effect_points, single.effect_points, rtol=1e-12)
    assert_allclose(counted.se_points, single.se_points, rtol=1e-12)
    assert counted.n == single.n == times.sum()


def test_a_fit_without_estimates_gives_its_reason() -> None:
    _, design, group = schools(6)
    found = average_effect(binary_mixed.fit(design[:, 1], design, group), *both(design))
    assert (found.status, np.isnan(found.effect_points)) == ("separation", True)
    assert found.reason


@pytest.mark.parametrize(
    ("code", "with_", "without"),
    [
        ("wrong_shape", np.ones((4, 2)), np.ones((4, 3))),
        ("wrong_shape", np.ones((4, 3)), np.ones((5, 3))),
        ("missing_values", np.full((4, 3), np.nan), np.ones((4, 3))),
        ("no_people", np.ones((0, 3)), np.ones((0, 3))),
    ],
)
def test_unusable_conditions_are_refused(code: str, with_: np.ndarray, without: np.ndarray) -> None:
    y, design, _ = schools(7)
    with pytest.raises(DataError) as refusal:
        average_effect(fit_logit(y, design), with_, without)
    assert refusal.value.code == code
