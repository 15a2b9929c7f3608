"""Simulated power is what fitting pupils' data would give."""

import numpy as np
import pytest
from scipy.stats import t

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import from_arrays
from instroom.stats.multilevel.mixed import fit
from instroom.stats.multilevel.satterthwaite import satterthwaite
from instroom.stats.trials.power import power
from instroom.stats.trials.power_simulation import balanced_variance, simulate_power
from instroom.stats.trials.trial_designs import TrialDesign, bcra3, bira2, cra2, cra3, ira

#: Two ways to the same maximum; the likelihood is flat to rounding about 1e-8 around it.
SAME = 1e-6


def mean_squares(scores: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return nested mean squares on the scale of the effect's variance, df and the effect.

    ``scores`` has shape (schools, classes, pupils); schools are treated as a whole.
    """
    schools, classes, pupils = scores.shape
    share = treated.mean()
    scale = share * (1 - share) * schools * classes * pupils
    by_class, by_school = scores.mean(axis=2), scores.mean(axis=(1, 2))
    arm = np.array([by_school[treated == value].mean() for value in (0, 1)])
    between = classes * pupils * ((by_school - arm[treated]) ** 2).sum()
    within = pupils * ((by_class - by_school[:, None]) ** 2).sum()
    left = ((scores - by_class[:, :, None]) ** 2).sum()
    df = np.array([schools - 2, schools * (classes - 1), schools * classes * (pupils - 1)])
    squares, effect = np.array([between, within, left]), arm[1] - arm[0]
    if classes == 1:
        squares, df = squares[[0, 2]], df[[0, 2]]
    return squares / df / scale, df.astype(float), float(effect)


def fitted(scores: np.ndarray, treated: np.ndarray) -> tuple[float, float, float]:
    schools, classes, pupils = scores.shape
    school = np.repeat(np.arange(schools), classes * pupils)
    groups = {"school": school}
    if classes > 1:
        groups["class"] = np.repeat(np.arange(schools * classes), pupils)
    cross = from_arrays({"treat": treated[school], "y": scores.ravel()}, groups)
    tests = satterthwaite(fit(cross))
    place = tests.names.index("treat")
    return float(tests.estimate[place]), float(tests.se[place]), float(tests.df[place])


@pytest.mark.parametrize("classes", [1, 3])
@pytest.mark.parametrize("school_sd", [0.0, 0.1, 0.8])
def test_closed_form_equals_the_fitted_model(classes: int, school_sd: float) -> None:
    rng = np.random.default_rng(20261001)
    boundary = 0
    for _ in range(12):
        treated = rng.permutation(np.repeat([0, 1], [4, 6]))
        scores = (
            rng.normal(0, school_sd, (10, 1, 1))
            + rng.normal(0, 0.25, (10, classes, 1))
            + rng.normal(0, 1, (10, classes, 5))
        )
        squares, df, effect = mean_squares(scores, treated)
        variance, spread = balanced_variance(squares[None, :], df)
        found = fitted(scores, treated)
        boundary += bool(spread[0] > df[0])
        assert found[0] == pytest.approx(effect, rel=SAME, abs=1e-12)
        assert found[1] == pytest.approx(float(np.sqrt(variance[0])), rel=SAME)
        # lmerTest's curvature at a boundary is numerical in spirit: 1e-4 is the house's demand.
        assert found[2] == pytest.approx(float(spread[0]), rel=1e-4)
    assert (boundary > 0) == (school_sd < 0.5)


def test_many_schools_agree_with_the_formula() -> None:
    design = cra2(60, 25, rho=0.15)
    found = simulate_power(design, 0.35, np.random.default_rng(2), runs=100_000)
    assert found.boundary == 0
    assert found.power == pytest.approx(power(design, 0.35).power, abs=4 * found.se)
    assert found.false_alarms == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 100_000) ** 0.5)


@pytest.mark.parametrize(
    "design",
    [
        ira(60),
        cra3(30, 3, 20, rho=(0.08, 0.15)),
        bira2(40, 20, rho=0.15, omega=1.0),
        bcra3(40, 6, 20, rho=(0.1, 0.1), omega=0.6),
    ],
    ids=lambda design: design.name,
)
def test_other_designs_agree_with_the_formula_away_from_the_boundary(design: TrialDesign) -> None:
    effect = 2.8 * design.se
    found = simulate_power(design, effect, np.random.default_rng(3), runs=100_000)
    # Pooling in one trial out of twenty moves power by far less than 0.01.
    assert found.boundary < 0.05
    assert found.power == pytest.approx(power(design, effect).power, abs=0.01)


def test_few_schools_without_school_differences_make_careful_tests() -> None:
    """A variance that may not go below 0 is too high on average: fewer alarms, less power."""
    design = cra2(8, 25, rho=0.0)
    found = simulate_power(design, 0.3, np.random.default_rng(4))
    assert found.boundary > 0.4
    assert found.false_alarms < 0.04
    assert found.power < power(design, 0.3).power - 2 * found.se


def test_a_covariate_that_differs_by_chance_costs_power() -> None:
    design = cra2(10, 25, rho=0.15, r2=(0.0, 0.5), covariates=2)
    without = simulate_power(design, 0.6, np.random.default_rng(5), runs=100_000)
    counted = simulate_power(design, 0.6, np.random.default_rng(5), runs=100_000, covariates=2)
    assert counted.power < without.power - 0.02


def test_a_covariate_costs_what_regression_says_it_costs() -> None:
    """Power of the regression of 10 school means on treatment and a covariate, run in full."""
    rng = np.random.default_rng(6)
    runs, schools, effect = 20_000, 10, 1.5
    treated = np.repeat([0.0, 1.0], 5)
    shown = 0

    critical = t.isf(0.025, schools - 3)
    for _ in range(runs):
        design = np.column_stack([np.ones(schools), treated, rng.standard_normal(schools)])
        y = effect * treated + rng.standard_normal(schools)
        inverse = np.linalg.inv(design.T @ design)
        b = inverse @ design.T @ y
        s2 = ((y - design @ b) ** 2).sum() / (schools - 3)
        shown += abs(b[1]) > critical * np.sqrt(s2 * inverse[1, 1])
    variance = 1 / (0.25 * schools)
    one_level = TrialDesign("school means", variance**0.5, schools - 3, ((variance, schools - 3),))
    found = simulate_power(one_level, effect, np.random.default_rng(7), runs=100_000, covariates=1)
    assert found.power == pytest.approx(shown / runs, abs=4 * (0.25 / runs) ** 0.5)


def test_the_same_seed_gives_the_same_answer() -> None:
    one, two = (
        simulate_power(cra2(12, 20, rho=0.1), 0.4, np.random.default_rng(8)) for _ in range(2)
    )
    assert one == two


def test_too_few_schools_is_a_result_and_too_few_runs_an_error() -> None:
    found = simulate_power(cra2(2, 20, rho=0.1), 0.4, np.random.default_rng(9))
    assert found.status == "too_few"
    assert "0 degrees of freedom" in found.reason
    with pytest.raises(DataError) as caught:
        simulate_power(cra2(12, 20, rho=0.1), 0.4, np.random.default_rng(9), runs=10)
    assert caught.value.code == "bad_size"
