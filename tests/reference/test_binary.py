"""Binary outcomes against R: lme4::glmer, glmmTMB, glm, lm and clubSandwich.

The answers in ``output/binary.json`` come from ``r/binary.R``, which simulates its own pupils. The
cases in the shared folder come from packages' example data and are not in the repository.

Tolerances (relative, the worst of all coefficients):

GLMMTMB
    1e-5. The issue asks 1e-4; glmmTMB stops some 1e-6 from its maximum, so less would measure it.
GLMER
    1e-5 for estimates, with glmer's inner tolerance at 1e-13.
GLMER_SE
    1e-4 for standard errors: glmer takes them from differences of the deviance, some 5e-5 off.
ROBUST
    1e-8, as for all cluster-robust errors and their degrees of freedom; in fact 1e-12.
EFFECT
    1e-6. The script differentiates by differences of 1e-4.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import binom

from instroom.stats.binary import binary_mixed
from instroom.stats.binary.logistic import fit_linear_probability, fit_logit
from instroom.stats.binary.marginal_effect import average_effect

OUTPUT = Path(__file__).parent / "output"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"
ANSWERS = json.loads((OUTPUT / "binary.json").read_text())
GLMMTMB, GLMER, GLMER_SE, ROBUST, EFFECT = 1e-5, 1e-5, 1e-4, 1e-8, 1e-6

shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared reference answers are absent")


def pupils(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    data = np.genfromtxt(OUTPUT / f"binary_{name}.csv", delimiter=",", names=True)
    design = np.column_stack([np.ones(len(data)), data["treat"], data["pre"], data["sex"]])
    return data["tech"], design, data["school"]


def agrees(found: Any, expected: dict[str, Any], **tolerances: float) -> None:
    for field, tolerance in tolerances.items():
        assert_allclose(getattr(found, field), expected[field], rtol=tolerance, err_msg=field)


@pytest.mark.parametrize("name", ["pupils", "classes"])
def test_laplace_is_that_of_glmmtmb(name: str) -> None:
    found = binary_mixed.fit(*pupils(name))
    assert found.status == "ok"
    expected = ANSWERS[f"{name}_glmmTMB"]
    agrees(found, expected, beta=GLMMTMB, se=GLMMTMB, sd=GLMMTMB, log_likelihood=1e-10)


@pytest.mark.parametrize(
    ("name", "points"),
    [("pupils", 1), ("pupils", 9), ("pupils", 25), ("classes", 5), ("classes", 25)],
)
def test_quadrature_is_that_of_glmer(name: str, points: int) -> None:
    found = binary_mixed.fit(*pupils(name), points=points)
    assert (found.status, found.points) == ("ok", points)
    expected = ANSWERS[f"{name}_glmer_{points}"]
    agrees(found, expected, beta=GLMER, se=GLMER_SE, sd=GLMER, log_likelihood=1e-10)


def test_laplace_and_quadrature_differ_where_groups_are_small() -> None:
    laplace, quadrature = (ANSWERS[f"classes_{name}"]["sd"] for name in ("glmmTMB", "glmer_25"))
    assert quadrature / laplace - 1 > 0.05
    assert binary_mixed.fit(*pupils("classes")).sd < 0.95 * quadrature


def counts() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    data = np.genfromtxt(OUTPUT / "binary_counts.csv", delimiter=",", names=True)
    design = np.column_stack([np.ones(len(data)), data["treat"], data["sex"]])
    return data["yes"], design, data["school"], data["pupils"]


def test_counts_of_people_are_binomial_as_in_glmmtmb() -> None:
    yes, design, school, people = counts()
    found = binary_mixed.fit(yes, design, school, trials=people)
    expected = ANSWERS["counts_glmmTMB"]
    agrees(found, expected, beta=GLMMTMB, se=GLMMTMB, sd=GLMMTMB, log_likelihood=1e-10)
    assert (found.n, found.groups) == (people.sum(), 30)


def test_counts_of_people_with_quadrature_as_in_glmer() -> None:
    """With more points than one glmer gives its log-likelihood beside the saturated model's."""
    yes, design, school, people = counts()
    found = binary_mixed.fit(yes, design, school, trials=people, points=9)
    expected = ANSWERS["counts_glmer_9"]
    agrees(found, expected, beta=GLMER, se=GLMER, sd=GLMER)
    saturated = binom.logpmf(yes, people, yes / people).sum()
    assert_allclose(found.log_likelihood - saturated, expected["log_likelihood"], rtol=1e-10)


def test_groups_that_do_not_differ_give_a_plain_logit() -> None:
    found = binary_mixed.fit(*pupils("alike"))
    expected = ANSWERS["alike_boundary"]
    assert (found.status, found.sd) == ("boundary", expected["sd"])
    agrees(found, expected, beta=GLMER, se=ROBUST, log_likelihood=1e-10)


def test_average_effect_is_the_integral_over_schools() -> None:
    y, design, school = pupils("pupils")
    with_, without = design.copy(), design.copy()
    with_[:, 1], without[:, 1] = 1, 0
    found = average_effect(binary_mixed.fit(y, design, school), with_, without)
    expected = ANSWERS["pupils_average_effect"]
    agrees(found, expected, **dict.fromkeys(expected, EFFECT))


def test_plain_logit_is_that_of_glm() -> None:
    y, design, _ = pupils("pupils")
    expected = ANSWERS["pupils_logit"]
    agrees(fit_logit(y, design), expected, beta=ROBUST, se=ROBUST, log_likelihood=1e-12)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pupils", "cr0"), ("pupils", "cr1"), ("pupils", "cr1s"), ("pupils", "cr2"), ("few", "cr2")],
)
def test_robust_logit_is_that_of_clubsandwich(name: str, kind: Any) -> None:
    found = fit_logit(*pupils(name), kind=kind)
    assert found.status == "ok"
    agrees(found, ANSWERS[f"{name}_logit_{kind}"], beta=ROBUST, se=ROBUST, df=ROBUST)


@pytest.mark.parametrize("name", ["pupils", "few"])
def test_linear_probability_model_is_that_of_clubsandwich(name: str) -> None:
    found = fit_linear_probability(*pupils(name))
    agrees(found, ANSWERS[f"{name}_linear_cr2"], beta=ROBUST, se=ROBUST, df=ROBUST)


def shared_case(name: str) -> tuple[np.ndarray, dict[str, Any]]:
    cases = {c["id"]: c for c in json.loads((SHARED / "lmm.json").read_text())["cases"]}
    data = np.genfromtxt(SHARED / cases[name]["data"], delimiter=",", names=True)
    expected = cases[name]["expect"]
    for field in ("beta", "se", "df"):
        if field in expected:
            expected[field] = list(expected[field].values())
    sd = [key for key in expected if key.startswith("sd_")]
    if sd:
        expected |= {"sd": expected[sd[0]], "log_likelihood": expected["logLik"]}
    return data, expected


@pytest.mark.shared
@shared
def test_contraception_with_25_points() -> None:
    """The case allows 1e-3; 1e-4 is the issue's. The linear age term, near 0, is 2e-5 off."""
    data, expected = shared_case("contraception_glmer_nAGQ25")
    levels = [data["livch"] == k for k in (1, 2, 3)]
    design = np.column_stack(
        [np.ones(len(data)), data["age"], data["age"] ** 2, data["urban"], *levels]
    )
    found = binary_mixed.fit(data["use"], design, data["district"], points=25)
    assert found.status == "ok"
    agrees(found, expected, beta=1e-4, se=1e-5, sd=1e-5, log_likelihood=1e-10)


@pytest.mark.shared
@shared
@pytest.mark.parametrize(
    ("name", "tolerances"),
    [
        (
            "tiny_glmmTMB",
            {"beta": GLMMTMB, "se": GLMMTMB, "sd": GLMMTMB, "log_likelihood": 1e-10},
        ),
        # glmer at its default inner tolerance (1e-7): its log-likelihood is 0.001 short of the
        # maximum and its standard errors are 1 % below its own at 1e-13, which are ours (see
        # test_quadrature_is_that_of_glmer), so they are not compared here.
        ("tiny_glmm_nAGQ1", {"beta": 1e-3, "sd": 1e-3, "log_likelihood": 1e-5}),
    ],
)
def test_tiny_schools(name: str, tolerances: dict[str, float]) -> None:
    data, expected = shared_case(name)
    design = np.column_stack([np.ones(len(data)), data["treat"], data["pre"], data["sex"]])
    found = binary_mixed.fit(data["tech"], design, data["school"])
    agrees(found, expected, **tolerances)
    assert found.log_likelihood > expected["logLik"] - 1e-8


@pytest.mark.shared
@shared
def test_dutch_schools_robust_logit() -> None:
    """1e-4 is the case's: glm's default leaves its weights one step behind, 7e-5 in the errors."""
    data, expected = shared_case("bdf_logit_CR2")
    design = np.column_stack([np.ones(len(data)), *(data[c] for c in ("pre", "sex", "ses", "iq"))])
    found = fit_logit(data["post"] > 45, design, data["school"])
    agrees(found, expected, beta=ROBUST, se=1e-4, df=1e-5)
