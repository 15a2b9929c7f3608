"""Dependent effects against metafor 3.8 (rma.mv), clubSandwich 0.5.8 and robumeta 2.0.

``r/meta.R`` made ``output/meta.json`` and ``output/meta_nested.csv``.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.stats.evidence.meta_levels import MultilevelMeta, three_level
from instroom.stats.evidence.meta_robust import (
    RobustMeta,
    correlated_hierarchical,
    robust_correlated,
    robust_hierarchical,
)

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
SHARED = HERE.parents[1].parent / "shared" / "reference"
#: Without a search on R's side: matrices inverted in another order.
CLOSE = 1e-9
#: rma.mv() stops where its likelihood is flat to rounding: variances good to 1e-6, and what
#: depends on them in first order with them.
SEARCHED = 2e-6
KONSTANTOPOULOS = {
    "sigma2": [0.0650619468895701, 0.0327365157030540],
    "loglik": -7.9587240337109435,
    "b": 0.1847131640384344,
    "se": 0.0845559200064617,
    "QE": 578.8640179582233714,
}
ANSWERS = json.loads((OUTPUT / "meta.json").read_text(encoding="utf-8"))


def columns(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


NESTED = columns(OUTPUT / "meta_nested.csv")
Y, V, GROUP = NESTED["yi"], NESTED["vi"], NESTED["group"]
MODERATORS = np.column_stack([NESTED["x"], NESTED["z"]])
LEVELS = (GROUP, NESTED["effect_id"])


def close(found: Any, expected: Any, rel: float) -> None:
    np.testing.assert_allclose(
        np.squeeze(np.asarray(found, dtype=float)),
        np.squeeze(np.asarray(expected, dtype=float)),
        rtol=rel,
        atol=1e-12,
    )


def levels_agree(m: MultilevelMeta, r: dict[str, Any]) -> None:
    close(m.sigma2, r["sigma2"], SEARCHED)
    close(m.coefficients, r["b"], SEARCHED)
    close(m.se, r["se"], SEARCHED)
    close(m.ci, np.column_stack([r["ci_lb"], r["ci_ub"]]), SEARCHED)
    close(m.p, r["pval"], 20 * SEARCHED)  # a tail: magnifies its statistic
    close(m.log_likelihood, r["loglik"], 1e-11)
    close(m.q, r["QE"], CLOSE)
    close(m.qm, r["QM"], 10 * SEARCHED)
    close(m.qm_p, r["QMp"], 100 * SEARCHED)
    # Ours is at least as likely as what R found.
    assert m.log_likelihood >= r["loglik"] - 1e-11


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("reml_z", {"test": "z"}),
        ("reml_t", {}),
        ("ml_z", {"test": "z", "method": "ML"}),
        ("moderators", {"test": "z", "moderators": MODERATORS}),
        ("moderators_t", {"moderators": MODERATORS}),
    ],
)
def test_three_levels_equal_metafor(name: str, options: dict[str, Any]) -> None:
    m = three_level(Y, V, levels=LEVELS, **options)
    r = ANSWERS["three_level"][name]
    levels_agree(m, r)
    assert m.status == "ok"
    if m.test == "t":
        close(m.df, r["ddf"], 1e-15)


def robust_agrees(m: RobustMeta, r: dict[str, Any], rel: float) -> None:
    close(m.coefficients, r["b"], rel)
    close(m.se, r["se"], rel)
    close(m.df, r["df"], rel)
    close(m.p, r["p"], 20 * rel)


@pytest.mark.parametrize("correlation", ["0.4", "0.6"])
@pytest.mark.parametrize("model", ["intercept", "moderators"])
def test_correlated_hierarchical_effects_equal_club_sandwich(correlation: str, model: str) -> None:
    m = correlated_hierarchical(
        Y,
        V,
        GROUP,
        moderators=MODERATORS if model == "moderators" else None,
        correlation=float(correlation),
    )
    r = ANSWERS["che"][correlation][model]
    # The search stops at an absolute step, which weighs more in a variance of 0.002; a variance
    # of 0 stops short of 0 there (2e-11).
    np.testing.assert_allclose([m.tau2, m.omega2], r["sigma2"], rtol=1e-5, atol=1e-9)
    assert m.status == ("boundary" if r["sigma2"][0] < 1e-9 else "ok")
    robust_agrees(m, r, 5e-6)
    close(m.covariance, r["vcov"], 1e-5)


@pytest.mark.parametrize(
    ("name", "model", "options"),
    [
        ("correlated", robust_correlated, {}),
        ("correlated_moderators", robust_correlated, {"moderators": MODERATORS}),
        ("correlated_half", robust_correlated, {"moderators": MODERATORS, "correlation": 0.5}),
        ("hierarchical", robust_hierarchical, {}),
        ("hierarchical_moderators", robust_hierarchical, {"moderators": MODERATORS}),
    ],
)
def test_robust_variance_estimation_equals_club_sandwich(
    name: str, model: Any, options: dict[str, Any]
) -> None:
    m = model(Y, V, GROUP, **options)
    r = ANSWERS["rve"][name]
    close(m.tau2, r["tau2"], CLOSE)
    if r["omega2"] is not None and r["omega2"] != "NA":
        close(m.omega2, r["omega2"], CLOSE)
    robust_agrees(m, r, CLOSE)


def shared(name: str) -> dict[str, np.ndarray]:
    if not SHARED.exists():
        pytest.skip("the reference answers are not beside the repository")
    return columns(SHARED / name)


@pytest.mark.shared
def test_shared_correlated_effects_equal_robumeta() -> None:
    data = shared("robumeta_corrdat.csv")
    m = robust_correlated(data["effectsize"], data["var"], data["studyid"])
    cases = json.loads((SHARED / "meta.json").read_text(encoding="utf-8"))["cases"]
    r = next(case for case in cases if case["id"] == "corrdat_robu_corr")["expect"]
    close(
        [m.coefficients[0], m.se[0], m.df[0], m.statistic[0], m.p[0], m.tau2],
        [r["b"], r["se"], r["df"], r["t"], r["p"], r["tau2"]],
        CLOSE,
    )


@pytest.mark.shared
def test_shared_hierarchical_effects_equal_published_robumeta_output() -> None:
    """Output of robu(modelweights = "HIER") as printed in clubSandwich's help for vcovCR.robu."""
    data = shared("robumeta_hierdat.csv")
    moderators = np.column_stack([data[x] for x in ("binge", "followup", "sreport", "age")])
    m = robust_hierarchical(data["effectsize"], data["var"], data["studyid"], moderators=moderators)
    assert (m.k, m.clusters) == (68, 15)
    assert m.omega2 == pytest.approx(0.1086551, abs=5e-8)
    assert m.tau2 == pytest.approx(0.02362071, abs=5e-9)
    np.testing.assert_allclose(
        m.coefficients, [0.39695, 0.45158, 0.00133, 0.53876, -0.04371], atol=5e-6
    )
    printed = [0.4329720570, 1.033098e-02, 5.221116e-07, 2.056284e-02, 1.434475e-03]
    np.testing.assert_allclose(np.diag(m.covariance), printed, rtol=5e-7)
    np.testing.assert_allclose(m.df, [3.06, 3.59, 2.03, 4.36, 2.69], atol=0.005)
    assert m.trustworthy.tolist() == [False, False, False, True, False]


@pytest.mark.shared
def test_shared_districts_equal_metafor() -> None:
    """rma.mv(yi, vi, random = ~ 1 | district/school), REML, R 4.2.2 and metafor 3.8-1.

    With control = list(optimizer = "BFGS", reltol = 1e-16).
    """
    data = shared("dat_konstantopoulos2011.csv")
    m = three_level(data["yi"], data["vi"], levels=[data["district"], data["school"]], test="z")
    assert m.groups == (11, 56)
    close(m.coefficients, KONSTANTOPOULOS["b"], SEARCHED)
    close(m.se, KONSTANTOPOULOS["se"], SEARCHED)
    close(m.sigma2, KONSTANTOPOULOS["sigma2"], SEARCHED)
    close(m.log_likelihood, KONSTANTOPOULOS["loglik"], 1e-11)
    close(m.q, KONSTANTOPOULOS["QE"], CLOSE)
