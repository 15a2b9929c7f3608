"""Power and detectable effects against PowerUpR 1.1.0 and against base R's noncentral t.

The figures of PowerUpR are written here (made with R 4.2.2); ``r/power.R`` made
``output/power.json`` from the formulas of Dong and Maynard (2013) and R's own ``pt``.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import chi, norm, t

from instroom.stats.trials import trial_designs
from instroom.stats.trials.power import mdes, power, required
from instroom.stats.trials.trial_designs import TrialDesign, bcra3, bira2, cra2, cra3, ira

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "reference"
#: The house's demand for power; closed forms and quantiles are good to 1e-12.
CLOSE = 1e-8

CRA3 = {"rho": (0.06, 0.10), "r2": (0.40, 0.40, 0.50), "covariates": 1}
POWERUP_MDES: dict[str, tuple[TrialDesign, list[float], float, float]] = {
    "ira1_mdes": (
        ira(400, r2=0.40, covariates=1),
        [0.21754431199329, 0.0652619044359243, 0.369826719550655],
        397,
        2.80848499137387,
    ),
    "cra2_mdes": (
        cra2(30, 50, rho=0.15, r2=(0.45, 0.60), covariates=1),
        [0.279532825467517, 0.0822296451313486, 0.476836005803685],
        27,
        2.90696774717457,
    ),
    "cra2_mdes_nocov": (
        cra2(30, 50, rho=0.15),
        [0.433194378281898, 0.127530664657672, 0.738858091906124],
        28,
        2.90305462737747,
    ),
    "cra3_mdes": (
        cra3(40, 3, 22, **CRA3),
        [0.240134176744256, 0.0710516466729985, 0.409216706815514],
        37,
        2.87763649402371,
    ),
    "bira2_mdes": (
        bira2(20, 44, rho=0.15, omega=0.10, r2=(0.40, 0.0)),
        [0.163624112282163, 0.0476890591014357, 0.27955916546289],
        19,
        2.95397460467724,
    ),
    "bcra3r_mdes": (
        bcra3(30, 4, 22, rho=(0.06, 0.10), omega=0.10, r2=(0.40, 0.40, 0.0)),
        [0.138959744541087, 0.0409386130669334, 0.23698087601524],
        29,
        2.89942162801456,
    ),
}


@pytest.mark.parametrize("name", POWERUP_MDES)
def test_detectable_effects_equal_powerup(name: str) -> None:
    design, expected, df, multiplier = POWERUP_MDES[name]
    found = mdes(design)
    assert found.powerup == pytest.approx(expected[0], rel=CLOSE)
    assert found.high - found.mdes == pytest.approx(expected[2] - expected[0], rel=CLOSE)
    assert found.df == df
    assert found.powerup / design.se == pytest.approx(multiplier, rel=CLOSE)
    assert found.mdes == pytest.approx(found.powerup, rel=1e-3)


def test_power_equals_powerup() -> None:
    found = power(cra3(40, 3, 22, **CRA3), 0.20)
    assert found.power == pytest.approx(0.645872789456686, rel=CLOSE)
    assert found.ncp == pytest.approx(2.39669049448834, rel=CLOSE)
    assert found.df == 37


def test_required_schools_equal_powerup() -> None:
    assert required(lambda schools: cra3(schools, 3, 22, **CRA3), 0.20).clusters == 57
    # PowerUp! searches the fraction of a school at which its own detectable effect is 0.20.
    schools = brentq(lambda k: mdes(cra3(k, 3, 22, **CRA3)).powerup - 0.20, 10, 90, xtol=1e-12)
    design = cra3(schools, 3, 22, **CRA3)
    found = mdes(design)
    assert found.df == pytest.approx(53.7011747598317, rel=CLOSE)
    assert found.powerup / design.se == pytest.approx(2.85350071829728, rel=CLOSE)
    assert round(schools) == 57


def r_cases() -> list[dict[str, Any]]:
    return json.loads((HERE / "output" / "power.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", r_cases(), ids=lambda case: case["design"])
def test_every_design_equals_base_r(case: dict[str, Any]) -> None:
    design = getattr(trial_designs, case["design"])(**case["arguments"])
    test = {"alpha": case["alpha"], "two_tailed": case["two_tailed"]}
    assert design.se == pytest.approx(case["se"], rel=CLOSE)
    assert design.df == case["df"]
    found = mdes(design, **test)
    assert found.powerup == pytest.approx(case["mdes"][0], rel=CLOSE)
    reach = case["mdes"][2] - case["mdes"][0]
    assert found.high - found.mdes == pytest.approx(reach, rel=CLOSE)
    assert found.mdes == pytest.approx(case["exact"], rel=CLOSE)
    assert power(design, case["effect"], **test).power == pytest.approx(case["power"], rel=CLOSE)


@pytest.mark.parametrize(("df", "ncp"), [(1, 0.5), (4, 3.0), (28, 2.9), (397, 0.1), (28, 9.0)])
def test_power_equals_its_definition_as_an_integral(df: int, ncp: float) -> None:
    critical = t.isf(0.025, df)

    def beyond(scale: float) -> float:
        tails = norm.sf(critical * scale - ncp) + norm.cdf(-critical * scale - ncp)
        return float(tails * chi.pdf(scale * np.sqrt(df), df) * np.sqrt(df))

    expected = quad(beyond, 0, np.inf, epsabs=1e-13, epsrel=1e-12, limit=500)[0]
    assert power(TrialDesign("any", 1.0, df, ()), ncp).power == pytest.approx(expected, rel=CLOSE)


@pytest.mark.shared
def test_these_figures_are_those_of_the_reference_answers() -> None:
    if not SHARED.exists():
        pytest.skip("the reference answers are not beside the repository")
    cases = json.loads((SHARED / "power.json").read_text(encoding="utf-8"))["cases"]
    by_name = {case["id"]: case["expect"] for case in cases}
    for name, (_, expected, df, multiplier) in POWERUP_MDES.items():
        assert by_name[name] == {"mdes": expected, "df": df, "ncp": multiplier}
    assert set(by_name) == {*POWERUP_MDES, "cra3_power", "cra3_mrss"}
