"""Ordinal regression, DIF, graded response and linking against R.

``r/items.R`` simulates its own answers and writes ``output/items*``: ``MASS::polr`` for the
regressions; the graded response model's marginal likelihood written out per pupil and maximised
with numerical derivatives; the linking criteria minimised by ``optim``. The cases of the shared
reference (``mirt``, ``MASS::polr`` on the public bfi data) run where that folder is present.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.stats.items.graded import GradedResponse, graded_response
from instroom.stats.items.graded_dif import graded_dif
from instroom.stats.items.graded_scores import eap_scores
from instroom.stats.items.linking import ItemParameters, link_scales
from instroom.stats.items.linking_constants import METHODS

OUTPUT = Path(__file__).parent / "output"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"

# polr stops where optim sees no more change in the deviance (1e-16 relative): the deviance is
# then good to rounding, the estimates to the square root of that.
LIKELIHOOD = 1e-11
POLR = {"rel": 1e-5, "abs": 1e-6}
# Second differences of the R side, error of order h^4.
DIFFERENCES = 1e-6
# Newton's steps on numerical gradients: what is left of the slope over the curvature.
DIRECT = {"rel": 1e-6, "abs": 1e-7}
# The shared cases: issue 3 asks 5e-4 for the graded response model (mirt stops at changes below
# 1e-4), the DIF case itself 1e-3 (polr at its own, loose, default).
MIRT, DEFAULT_POLR = 5e-4, 1e-3


def known() -> dict[str, Any]:
    return json.loads((OUTPUT / "items.json").read_text())


def table(name: str) -> np.ndarray:
    return np.genfromtxt(OUTPUT / name, delimiter=",", skip_header=1, missing_values="NA")


GROUP, ANSWERS = table("items_answers.csv")[:, 0], table("items_answers.csv")[:, 1:]
MISSING = table("items_missing.csv")[:, 1:]


@pytest.fixture(scope="module")
def fits() -> dict[str, GradedResponse]:
    return {
        "full": graded_response(ANSWERS, GROUP),
        "missing": graded_response(MISSING, GROUP),
    }


@pytest.mark.parametrize("case", ["full", "missing"])
def test_graded_response_is_the_direct_maximum(fits: dict[str, GradedResponse], case: str) -> None:
    fit, expected = fits[case], known()["grm"][case]
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-8)
    assert fit.discrimination == pytest.approx(expected["a"], **DIRECT)
    assert fit.difficulty == pytest.approx(np.array(expected["b"]), **DIRECT)
    assert fit.means[1] == pytest.approx(expected["mean"], **DIRECT)
    assert fit.variances[1] == pytest.approx(expected["variance"], **DIRECT)


@pytest.mark.parametrize("case", ["full", "missing"])
def test_graded_errors_are_the_curvature(fits: dict[str, GradedResponse], case: str) -> None:
    fit, expected = fits[case], known()["grm"][case]
    items = np.column_stack([fit.discrimination_se, fit.difficulty_se]).ravel()
    errors = np.concatenate([items, [fit.means_se[1], fit.variances_se[1]]])
    assert errors == pytest.approx(expected["se"], rel=DIFFERENCES)


@pytest.mark.parametrize("case", ["full", "missing"])
def test_scores_are_posterior_moments(fits: dict[str, GradedResponse], case: str) -> None:
    answers = ANSWERS if case == "full" else MISSING
    scores, expected = eap_scores(fits[case], answers, GROUP), known()["grm"][case]
    assert scores.eap[:12] == pytest.approx(expected["eap"], **DIRECT)
    assert scores.sd[:12] == pytest.approx(expected["sd"], **DIRECT)


def test_graded_dif_is_the_difference_of_two_direct_maxima() -> None:
    found, expected = graded_dif(ANSWERS, GROUP), known()["grm"]
    for item, chi in zip(expected["free_item"], expected["chi_square"], strict=True):
        assert found.items[item - 1].chi_square == pytest.approx(chi, abs=1e-7)
        assert found.items[item - 1].df == 4


@pytest.mark.parametrize("method", METHODS)
def test_linking_constants_and_errors_are_those_of_optim(method: str) -> None:
    case = known()["linking"]
    variance = np.diag(case["variance"])
    old, new = (
        ItemParameters(np.array(case[v]["a"]), np.array(case[v]["b"]), variance[rows, rows])
        for v, rows in (("old", slice(0, 16)), ("new", slice(16, 32)))
    )
    link = link_scales(old, new, [(j, j) for j in range(4)], method=method)
    expected = case["answers"][method]
    assert [link.slope, link.intercept] == pytest.approx(expected["constants"], rel=1e-9)
    assert link.covariance == pytest.approx(np.array(expected["covariance"]), rel=1e-8)


def shared_case(name: str) -> tuple[dict[str, Any], float]:
    path = SHARED / "psych.json"
    if not path.exists():
        pytest.skip("the shared reference answers are not here")
    case = next(c for c in json.loads(path.read_text())["cases"] if c["id"] == name)
    return case["expect"], case["rel_tol"]


def neuroticism() -> tuple[np.ndarray, np.ndarray]:
    """Return complete answers to N1-N5 and gender (2,694 people)."""
    path = SHARED / "bfi.csv"
    if not path.exists():
        pytest.skip("the shared reference data are not here")
    names = path.read_text().splitlines()[0].replace('"', "").split(",")
    rows = [line.replace('"', "").split(",") for line in path.read_text().splitlines()[1:]]
    columns = [names.index(name) for name in ("N1", "N2", "N3", "N4", "N5", "gender")]
    data = np.array([[float(row[c]) if row[c] else np.nan for c in columns] for row in rows])
    data = data[~np.isnan(data).any(axis=1)]
    return data[:, :5], data[:, 5]


@pytest.mark.shared
def test_bfi_graded_groups_by_gender() -> None:
    expected, tolerance = shared_case("bfi_irt_dif_gender_N")
    found = graded_dif(*neuroticism())
    closest = min(tolerance, MIRT)
    assert found.equal.means[1] == pytest.approx(expected["group2_mean"], rel=closest)
    assert found.equal.variances[1] == pytest.approx(expected["group2_var"], rel=closest)
    assert found.equal.log_likelihood == pytest.approx(expected["logLik"], abs=1e-5)
    assert found.equal.log_likelihood >= expected["logLik"]  # mirt stops a little before the top
    for item, name in zip(found.items, ("N1", "N2", "N3", "N4", "N5"), strict=True):
        assert item.chi_square == pytest.approx(expected["X2"][name], rel=closest)
        assert item.df == expected["df"][name]
