"""Power and detectable effects: how they behave, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.trials.power import mdes, power, required
from instroom.stats.trials.trial_designs import bcra3, bira2, bira3, cra2, cra3, ira

SIZES = st.integers(4, 200)
SHARES = st.floats(0.02, 0.6)


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(2, 60), SHARES, st.floats(0.1, 0.9), st.booleans())
def test_power_at_the_exact_detectable_effect_is_the_asked_power(j, n, rho, share, two_tailed):
    design = cra2(j, n, rho=rho, share=share)
    found = mdes(design, two_tailed=two_tailed)
    again = power(design, found.mdes, two_tailed=two_tailed)
    assert again.power == pytest.approx(0.80, abs=1e-10)
    # PowerUp!'s value lies within 1 % from 8 schools on, and never far below the exact one.
    assert found.powerup == pytest.approx(found.mdes, rel=0.01 if j >= 8 else 0.2)


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(2, 60), SHARES)
def test_more_schools_more_pupils_and_less_clustering_see_more(j, n, rho):
    one = mdes(cra2(j, n, rho=rho)).mdes
    assert mdes(cra2(j + 1, n, rho=rho)).mdes < one
    assert mdes(cra2(j, n + 1, rho=rho)).mdes < one
    assert mdes(cra2(j, n, rho=rho + 0.1)).mdes > one
    assert mdes(cra2(j, n, rho=rho, share=0.3)).mdes > one


def test_special_cases_meet() -> None:
    # No variance between classes: three levels are two.
    three, two = cra3(20, 2, 15, rho=(0.0, 0.1)), cra2(20, 30, rho=0.1)
    assert (three.se, three.df) == pytest.approx((two.se, two.df), rel=1e-14)
    # The same effect everywhere: the multisite standard error is that of pupils within schools.
    same = bira2(20, 30, rho=0.1, effects="constant")
    assert same.se == pytest.approx(bira2(20, 30, rho=0.0).se, rel=1e-14)
    assert same.df == 20 * 30 - 20 - 1
    # Pupils drawn in classes, without differences in effect between classes.
    nested = bira3(20, 2, 15, rho=(0.0, 0.1), omega=(0.0, 0.2))
    assert nested.se == pytest.approx(bira2(20, 30, rho=0.1, omega=0.2).se, rel=1e-14)


def test_layers_add_up_to_the_variance() -> None:
    for design in (
        ira(100),
        cra2(20, 30, rho=0.1),
        cra3(20, 3, 20, rho=(0.1, 0.1)),
        bira3(20, 3, 20, rho=(0.1, 0.1), omega=(0.2, 0.3)),
        bcra3(20, 4, 20, rho=(0.1, 0.1), effects="fixed"),
    ):
        assert sum(variance for variance, _ in design.layers) == pytest.approx(design.se**2)


def test_one_tailed_sees_more_and_only_upwards() -> None:
    design = cra2(20, 30, rho=0.1)
    assert mdes(design, two_tailed=False).mdes < mdes(design).mdes
    assert power(design, 0.3, two_tailed=False).power > power(design, 0.3).power
    assert power(design, -0.3, two_tailed=False).power < 1e-3
    assert power(design, -0.3).power == pytest.approx(power(design, 0.3).power, rel=1e-12)


def test_power_without_an_effect_is_the_level_of_the_test() -> None:
    assert power(cra2(20, 30, rho=0.1), 0.0, alpha=0.01).power == pytest.approx(0.01, rel=1e-10)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.15, 0.8), st.floats(0.02, 0.4), st.floats(0.5, 0.95))
def test_the_required_number_is_the_smallest_that_is_enough(effect, rho, target):
    def make(schools):
        return cra2(schools, 25, rho=rho)

    found = required(make, effect, target=target)
    assert found.power >= target
    before = power(make(found.clusters - 1), effect).power
    assert not before >= target


def test_an_effect_of_nothing_needs_more_schools_than_there_are() -> None:
    found = required(lambda j: cra2(j, 25, rho=0.1), 0.0)
    assert (found.clusters, found.status) == (None, "not_supported")
    assert "No number" in found.reason


def test_without_degrees_of_freedom_it_says_so() -> None:
    design = cra2(3, 30, rho=0.1, covariates=1)
    assert not design.feasible
    found, chance = mdes(design), power(design, 0.3)
    assert (found.status, chance.status) == ("too_few", "too_few")
    assert found.reason == "This design leaves 0 degrees of freedom; at least 1 is needed."
    assert np.isnan(found.mdes)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: cra2(0, 10, rho=0.1), "bad_size"),
        (lambda: cra2(float("nan"), 10, rho=0.1), "bad_size"),
        (lambda: cra2(10, 10, rho=1.1), "bad_share"),
        (lambda: cra2(10, 10, rho=0.1, share=1.0), "bad_share"),
        (lambda: cra3(10, 2, 10, rho=(0.6, 0.6)), "bad_share"),
        (lambda: bira2(10, 10, rho=0.1, omega=-0.1), "bad_omega"),
        (lambda: mdes(cra2(10, 10, rho=0.1), power=1.0), "bad_share"),
        (lambda: power(cra2(10, 10, rho=0.1), 0.2, alpha=0.0), "bad_share"),
    ],
)
def test_impossible_plans_are_refused(call, code) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.expected
