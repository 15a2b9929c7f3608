"""The JSON of ``instroom power``: the right design, honest losses, plain answers."""

import inspect
import json

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.monitoring.planning import FEW_CLUSTERS, power
from instroom.monitoring.power_plan import PowerPlan, design_of

BASE = {"schools": 30, "pupils": 50, "icc": 0.15}


@pytest.mark.parametrize(
    ("options", "design", "df"),
    [
        ({}, "cra2", 28),
        ({"r2_school": 0.6}, "cra2", 27),
        ({"r2_school": 0.6, "covariates_school": 3}, "cra2", 25),
        ({"classes": 3, "icc_class": 0.05}, "cra3", 28),
        ({"classes": 3, "icc_class": 0.05, "draw": "classes"}, "bcra3", 29),
        ({"classes": 3, "icc_class": 0.05, "draw": "pupils"}, "bira3", 29),
        ({"draw": "pupils"}, "bira2", 29),
        ({"draw": "pupils", "schools": 1}, "ira", 48),
    ],
)
def test_the_plan_decides_the_design(options, design, df) -> None:
    found = power(**(BASE | options))
    assert (found["design"], found["df"]) == (design, df)
    json.dumps(found.to_dict(), allow_nan=False)


def test_published_example_of_powerup() -> None:
    found = power(**BASE, r2_pupil=0.45, r2_school=0.60)
    assert found["mdes_powerup"] == pytest.approx(0.279532825467517, rel=1e-10)
    wide = found["mdes_ci"][1] - found["mdes_ci"][0]
    assert wide == pytest.approx(0.476836005803685 - 0.0822296451313486, rel=1e-10)
    three = power(schools=40, classes=3, pupils=22, icc=0.10, icc_class=0.06, r2_pupil=0.40,
                  r2_class=0.40, r2_school=0.50, effect=0.20)  # fmt: skip
    assert three["power"] == pytest.approx(0.645872789456686, rel=1e-8)
    assert three["schools_needed"] == 57


def test_without_an_effect_power_is_what_was_asked() -> None:
    found = power(**BASE, power=0.9)
    assert (found["power"], found["effect"], found["schools_needed"]) == (0.9, None, None)
    assert found["mdes"] > power(**BASE)["mdes"]


def test_losses_make_the_measurement_smaller() -> None:
    whole = power(**BASE)
    lost = power(**BASE, attrition=0.2, linkage=0.75, attrition_schools=0.1)
    plain = power(schools=27, pupils=30, icc=0.15)
    assert (lost["schools"], lost["pupils"]) == (27, 30.0)
    assert lost["mdes"] == plain["mdes"] > whole["mdes"]


def test_schools_that_stop_are_asked_for_in_advance() -> None:
    kept = power(**BASE, effect=0.4)["schools_needed"]
    needed = power(**BASE, effect=0.4, attrition_schools=0.2)["schools_needed"]
    assert int(needed * 0.8 + 1e-9) >= kept
    assert int((needed - 1) * 0.8 + 1e-9) < kept


def test_the_curve_passes_through_the_plan() -> None:
    found = power(**BASE, effect=0.4)
    place = found["curve"]["schools"].index(30)
    assert found["curve"]["mdes"][place] == found["mdes"]
    assert found["curve"]["power"][place] == found["power"]
    assert found["curve"]["mdes"] == sorted(found["curve"]["mdes"], reverse=True)


def test_below_forty_clusters_a_simulation_is_offered_and_given_on_request() -> None:
    assert power(**BASE)["advice"] == "simulate"
    assert power(**(BASE | {"schools": FEW_CLUSTERS}))["advice"] == ""
    found = power(**BASE, effect=0.43, simulate=True)
    again = power(**BASE, effect=0.43, simulate=True)
    assert found == again
    assert found["simulation"]["power"] == pytest.approx(found["power"], abs=0.02)
    assert found["simulation"]["runs"] == 20_000
    other = power(**BASE, effect=0.43, simulate=True, rng=np.random.default_rng(1))
    assert other["simulation"]["power"] != found["simulation"]["power"]


@pytest.mark.parametrize(
    "options",
    [
        {"schools": 3, "r2_school": 0.5},
        {"attrition": 1.0},
        {"linkage": 0.01},
        {"schools": 1, "attrition_schools": 0.5},
    ],
)
def test_too_little_left_is_a_result_with_a_reason(options) -> None:
    found = power(**(BASE | options), simulate=True)
    assert found["status"] == "too_few"
    assert found["reason"]
    assert found["mdes"] is None
    assert found["simulation"] is None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"draw": "towns"}, "bad_draw"),
        ({"draw": "classes"}, "bad_draw"),
        ({"icc_class": 0.1}, "bad_draw"),
        ({"attrition": 1.2}, "bad_share"),
        ({"icc": -0.1}, "bad_share"),
        ({"schools": 0}, "bad_size"),
        ({"pupils": 0.5}, "bad_size"),
        ({"draw": "pupils", "effect_variance": -1.0}, "bad_omega"),
    ],
)
def test_impossible_plans_are_refused(options, code) -> None:
    with pytest.raises(DataError) as caught:
        power(**(BASE | options))
    assert caught.value.code == code


def test_a_plan_can_be_turned_into_a_design_by_itself() -> None:
    plan = PowerPlan(schools=20, pupils=30, icc=0.1, attrition=0.1)
    assert plan.pupils_left == 27
    assert design_of(plan).df == 18


@pytest.mark.parametrize(
    "options",
    [
        {"schools": 0.2},
        {"schools": 4.5},
        {"schools": 4, "treated_share": 0.05},
        {"schools": 4, "treated_share": 0.95},
        {"schools": 10, "pupils": 0.2},
        {"schools": 10, "classes": 0.5, "icc_class": 0.05},
        {"schools": 10, "classes": 2, "draw": "classes", "treated_share": 0.2},
    ],
)
def test_a_trial_that_cannot_be_held_is_refused(options) -> None:
    with pytest.raises(DataError) as refused:
        power(**({"pupils": 20, "icc": 0.1} | options))
    assert refused.value.code == "bad_size"
    assert refused.value.found


NUMBERS = sorted(
    name
    for name in inspect.signature(power).parameters
    if name not in {"draw", "simulate", "one_tailed", "rng"}
)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["40", "", [40], True, float("nan"), float("inf"), b"1", 1j])
def test_what_is_no_number_is_refused_with_its_name(name, value) -> None:
    with pytest.raises(DataError) as refused:
        power(**(BASE | {name: value}))
    assert (refused.value.code, name in str(refused.value)) == ("no_number", True)
    assert refused.value.found == repr(value)


def test_numbers_of_numpy_are_numbers() -> None:
    given = {"schools": np.int64(30), "pupils": np.float32(50), "icc": np.float64(0.15)}
    assert power(**given)["mdes"] == power(schools=30, pupils=50, icc=0.15)["mdes"]


def test_the_detectable_effect_of_four_schools_is_by_the_noncentral_t() -> None:
    found = power(schools=4, pupils=20, icc=0.1)
    assert found["mdes"] == pytest.approx(2.1528, abs=5e-5)
    assert found["mdes_powerup"] == pytest.approx(2.0423, abs=5e-5)
    again = power(schools=4, pupils=20, icc=0.1, effect=found["mdes"])
    assert again["power"] == pytest.approx(0.80, abs=1e-9)
