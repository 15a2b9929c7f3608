"""Scales against R: reliability, polychorics, factor models, invariance and agreement.

The data and answers in ``output/scales*`` are made by ``r/scales.R`` (psych, lavaan, mnormt). The
second half reads published data sets that are not in the repository and is skipped without them.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from instroom.stats.scales.agreement import icc, kappa
from instroom.stats.scales.bivariate_normal import bivariate_normal
from instroom.stats.scales.factor import one_factor
from instroom.stats.scales.invariance import Invariance, group_invariance, wave_invariance
from instroom.stats.scales.krippendorff import krippendorff
from instroom.stats.scales.model_fit import Fit
from instroom.stats.scales.omega import omega
from instroom.stats.scales.polychoric import polychoric
from instroom.stats.scales.reliability import alpha, reliability

OUTPUT = Path(__file__).parent / "output"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"
NEEDS_SHARED = pytest.mark.skipif(
    not SHARED.is_dir(), reason="no reference folder beside the house"
)

CLOSED = 1e-8  # closed formulas: only rounding and the 15 digits of the answers
TEXTBOOK = 5e-15  # both distribution functions claim about 1e-15
OPTIMISE = 2e-4  # psych::polychoric stops at 1.2e-4 on rho, so it is right to about that
LAVAAN_RHO = 1e-6  # lavaan maximises further than psych does
ML_CHISQ = 1e-8  # flat at the maximum, so good beyond lavaan's stopping rule
ML_PARAMETER = 5e-6  # lavaan's stopping rule (1e-10 on the likelihood) leaves this in parameters
RMSEA_BOUND = 1e-4  # lavaan finds the bounds with a coarse root finder
DWLS = 1e-5  # lavaan's stopping rule again, on a smaller function
DELTA = 1e-6  # derivatives by differences in the script


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return json.loads((OUTPUT / "scales.json").read_text())


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def items(path: Path, *names: str) -> NDArray[np.float64]:
    table = columns(path)
    return np.array(
        [[float(x) if x not in ("", "NA") else np.nan for x in table[name]] for name in names]
    ).T


def scale(prefix: str, k: int, name: str = "scales.csv") -> NDArray[np.float64]:
    return items(OUTPUT / name, *(f"{prefix}{i + 1}" for i in range(k)))


def close(found: ArrayLike, expected: ArrayLike, rel: float) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rel, atol=1e-12
    )


def same_fit(found: Fit | None, expected: dict[str, Any], rel: float) -> None:
    assert found is not None
    assert found.df == expected["df"]
    close(found.chisq, expected["chisq"], rel)
    close([found.cfi, found.tli, found.rmsea], [expected[x] for x in ("cfi", "tli", "rmsea")], rel)
    close(found.srmr, expected["srmr"], ML_PARAMETER)


def same_likelihood(found: Fit | None, expected: dict[str, Any]) -> None:
    assert found is not None
    close(found.p, expected["pvalue"], ML_CHISQ)
    close([found.logl, found.aic, found.bic], [expected[x] for x in ("logl", "aic", "bic")], CLOSED)
    bounds = [expected["rmsea.ci.lower"], expected["rmsea.ci.upper"]]
    close([found.rmsea_low, found.rmsea_high], bounds, RMSEA_BOUND)


def test_bivariate_normal_equals_mnormt(answers: dict[str, Any]) -> None:
    at = answers["bivariate"]
    found = bivariate_normal(at["h"], at["k"], at["rho"])
    np.testing.assert_allclose(found, at["p"], rtol=0, atol=TEXTBOOK)


@pytest.mark.parametrize(("prefix", "missing"), [("a", "complete"), ("m", "pairwise")])
def test_alpha_and_its_items_equal_psych(
    answers: dict[str, Any], prefix: str, missing: Any
) -> None:
    found, expected = alpha(scale(prefix, 6), missing=missing), answers[f"alpha_{missing}"]
    assert found.alpha_ci is not None
    close(
        [found.alpha, found.se, *found.alpha_ci],
        [expected["alpha"], expected["se"], *expected["ci"]],
        CLOSED,
    )
    close(
        [found.standardized, found.average_r, found.g6],
        [expected["standardized"], expected["average_r"], expected["g6"]],
        CLOSED,
    )
    for name in ("mean", "sd", "r_rest", "r_corrected", "alpha_without"):
        close([getattr(item, name) for item in found.items], expected[name], CLOSED)


@pytest.mark.parametrize(
    ("case", "prefix", "k", "file"),
    [
        ("even", "a", 6, "scales.csv"),
        ("holes", "m", 6, "scales.csv"),
        ("uneven", "u", 4, "scales_uneven.csv"),  # empty cells, thresholds for each pair
    ],
)
def test_polychorics_equal_psych(
    answers: dict[str, Any], case: str, prefix: str, k: int, file: str
) -> None:
    found, expected = polychoric(scale(prefix, k, file)), answers["polychoric_psych"][case]
    assert found.rho is not None
    np.testing.assert_allclose(found.rho, expected["rho"], rtol=0, atol=OPTIMISE)


@pytest.mark.parametrize(
    ("case", "prefix", "k", "file"),
    [("even", "a", 6, "scales.csv"), ("yes", "y", 4, "scales_yes.csv")],
)
def test_polychorics_and_their_spread_equal_lavaan(
    answers: dict[str, Any], case: str, prefix: str, k: int, file: str
) -> None:
    expected = answers["polychoric_lavaan"][case]
    found = polychoric(scale(prefix, k, file), missing="complete", convention="lavaan", acov=True)
    assert found.rho is not None
    np.testing.assert_allclose(found.rho, expected["rho"], rtol=0, atol=LAVAAN_RHO)
    close(np.concatenate(found.thresholds), expected["thresholds"], CLOSED)
    np.testing.assert_allclose(found.acov, expected["acov"], rtol=LAVAAN_RHO, atol=1e-8)


def test_one_factor_by_maximum_likelihood_equals_lavaan(answers: dict[str, Any]) -> None:
    found, expected = one_factor(scale("a", 6)), answers["cfa_ml"]
    assert found.status == "ok"
    same_fit(found.fit, expected["fit"], ML_CHISQ)
    same_likelihood(found.fit, expected["fit"])
    for name in ("loadings", "loadings_se", "standardized", "standardized_se"):
        close(getattr(found, name), expected[name], ML_PARAMETER)
    close(omega(scale("a", 6)).omega, expected["omega"], ML_PARAMETER)


def test_one_factor_of_polychorics_equals_lavaan(answers: dict[str, Any]) -> None:
    found, expected = one_factor(scale("a", 6), estimator="dwls"), answers["cfa_dwls"]
    same_fit(found.fit, expected["fit"], DWLS)
    for name in ("standardized", "standardized_se"):
        close(getattr(found, name), expected[name], DWLS)
    close(omega(scale("a", 6), estimator="dwls").omega, expected["omega"], DWLS)


def test_minres_equals_psych(answers: dict[str, Any]) -> None:
    close(one_factor(scale("a", 6), estimator="minres").loadings, answers["minres"], ML_PARAMETER)


def same_levels(found: Invariance, expected: dict[str, Any]) -> None:
    assert [level.level for level in found.levels] == list(expected)
    for level in found.levels:
        same_fit(level.fit, expected[level.level], ML_CHISQ)
        same_likelihood(level.fit, expected[level.level])
    for before, level in zip(list(expected.values()), found.levels[1:], strict=False):
        after = expected[level.level]
        close(level.delta_chisq, after["chisq"] - before["chisq"], 1e-7)
        assert level.delta_df == after["df"] - before["df"]
    other, scalar = found.factors[1], expected["scalar"]
    for kind in ("mean", "variance"):
        close(
            [getattr(other, kind), getattr(other, f"{kind}_se")],
            [scalar[kind]["est"][1], scalar[kind]["se"][1]],
            ML_PARAMETER,
        )


def test_invariance_over_groups_equals_lavaan(answers: dict[str, Any]) -> None:
    gender = columns(OUTPUT / "scales.csv")["gender"]
    same_levels(group_invariance(scale("a", 6), gender, strict=True), answers["groups"])


def test_invariance_over_waves_equals_lavaan(answers: dict[str, Any]) -> None:
    cube = np.stack([scale("a", 6), scale("b", 6)], axis=1)
    same_levels(wave_invariance(cube, strict=True), answers["waves"])


def test_intraclass_correlations_equal_psych(answers: dict[str, Any]) -> None:
    forms = icc(scale("j", 4, "scales_judged.csv")).forms
    for name, expected in answers["icc"].items():
        found = forms[f"ICC({name[3]},{'k' if name.endswith('k') else 1})"]
        close(
            [found.icc, found.f, *found.ci],
            [expected["icc"], expected["f"], *expected["ci"]],
            CLOSED,
        )
        close(found.p, expected["p"], CLOSED)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_kappa_equals_psych_and_its_error_the_delta_method(
    answers: dict[str, Any], weights: Any
) -> None:
    table, expected = columns(OUTPUT / "scales_raters.csv"), answers[f"kappa_{weights}"]
    first, second = ([int(x) for x in table[name]] for name in ("r1", "r2"))
    plain, weighted = kappa(first, second), kappa(first, second, weights=weights)
    assert plain.ci is not None
    close(
        [plain.kappa, plain.se, *plain.ci],
        [expected["kappa"], expected["kappa_se"], *expected["kappa_ci"]],
        CLOSED,
    )
    close(weighted.kappa, expected["weighted"], CLOSED)
    close(weighted.se, expected["weighted_se"], DELTA)


NO = np.nan
KRIPPENDORFF_2011 = np.array(  # four observers, twelve units, 26 pairs missing
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T


@pytest.mark.parametrize(
    ("measured", "expected"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorff_repeats_the_worked_example(measured: Any, expected: float) -> None:
    """Krippendorff (2011), section D; three decimals are printed."""
    found = krippendorff(KRIPPENDORFF_2011, scale=measured)
    assert found.alpha == pytest.approx(expected, abs=5e-4)
    assert (found.n, found.units) == (40, 11)


# --- published data that are not in the repository

REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}


def cases(start: str) -> list[Any]:
    if not SHARED.is_dir():
        return [pytest.param(None, marks=[pytest.mark.shared, NEEDS_SHARED], id=start)]
    found = json.loads((SHARED / "psych.json").read_text())["cases"]
    return [
        pytest.param(case, marks=pytest.mark.shared, id=case["id"])
        for case in found
        if case["id"].startswith(start)
    ]


def bfi(letter: str) -> tuple[NDArray[np.float64], list[str]]:
    names = [f"{letter}{i}" for i in range(1, 6)]
    turn = [name in REVERSED for name in names]
    scores = items(SHARED / "bfi.csv", *names)
    return np.where(turn, 1 + 6 - scores, scores), names


@pytest.mark.parametrize("case", cases("bfi_alpha_"))
def test_bfi_alpha(case: dict[str, Any]) -> None:
    scores, names = bfi(case["id"][10])
    expected, rel = case["expect"], min(case["rel_tol"], CLOSED)
    if case["id"].endswith("listwise"):
        found = reliability(scores, answer_range=(1, 6))
        assert found.n == expected["n"]
        close(found.alpha, expected["raw_alpha"], rel)
        return
    found_all = alpha(scores, missing="pairwise")
    assert found_all.alpha_ci is not None
    close(
        [found_all.alpha, found_all.standardized, found_all.g6, found_all.average_r, found_all.se],
        [expected[x] for x in ("raw_alpha", "std_alpha", "G6", "average_r", "ase")],
        rel,
    )
    close(found_all.alpha_ci, [expected["feldt_lo"], expected["feldt_hi"]], rel)
    for theirs, ours in (
        ("alpha_if_dropped", "alpha_without"),
        ("r_cor", "r_corrected"),
        ("r_drop", "r_rest"),
    ):
        want = [expected[theirs][name] for name in names]
        close([getattr(item, ours) for item in found_all.items], want, rel)


@pytest.mark.parametrize("case", cases("bfi_ordinal_alpha_"))
def test_bfi_polychorics(case: dict[str, Any]) -> None:
    letter, expected = case["id"][-1], case["expect"]
    scores, names = bfi(letter)
    found = polychoric(scores, missing="complete")
    assert found.rho is not None
    for pair, rho in expected["rho"].items():
        one, other = (names.index(name) for name in pair.split("~~"))
        assert found.rho[one, other] == pytest.approx(rho, abs=OPTIMISE)
    for name, tau in zip(names, found.thresholds, strict=True):
        close(tau, expected["tau"][name], CLOSED)


@pytest.mark.parametrize("case", cases("bfi_cfa1_"))
def test_bfi_one_factor(case: dict[str, Any]) -> None:
    scores, names = bfi(case["id"][-1])
    ordinal, expected = "wlsmv" in case["id"], case["expect"]
    found = omega(scores, estimator="dwls" if ordinal else "ml")
    assert found.model.fit is not None
    assert found.model.standardized is not None
    loadings = [expected["std_loading"][name] for name in names]
    close(found.model.standardized, loadings, 1e-5)
    close(found.model.fit.srmr, expected["fit"]["srmr"], 1e-5)
    if ordinal:
        close(found.model.fit.chisq, expected["fit"]["chisq"], 1e-5)
        close(found.omega, expected["omega_ordinal"], 1e-5)
        close(found.omega_scale, expected["omega_observed_scale_green_yang"], 1e-5)
        scaled = one_factor(scores, estimator="wlsmv")
        assert (scaled.status, scaled.fit) == ("not_supported", None)
        assert scaled.reason
    else:
        want = expected["fit"]
        got = found.model.fit
        close([got.chisq, got.cfi, got.tli], [want["chisq"], want["cfi"], want["tli"]], 1e-8)
        close([got.rmsea, got.aic, got.bic], [want["rmsea"], want["aic"], want["bic"]], 1e-8)
        bounds = [want["rmsea.ci.lower"], want["rmsea.ci.upper"]]
        close([got.rmsea_low, got.rmsea_high], bounds, RMSEA_BOUND)
        close(found.omega, expected["omega"], 5e-6)


@pytest.mark.parametrize("case", cases("bfi_omega_total_1f_minres"))
def test_bfi_omega_by_minres(case: dict[str, Any]) -> None:
    for letter, expected in case["expect"].items():
        close(omega(bfi(letter)[0], estimator="minres").omega_model, expected, 1e-6)


@pytest.mark.parametrize("case", cases("hs_cfa3"))
def test_three_factors_are_declined_with_a_sentence(case: dict[str, Any]) -> None:
    scores = items(SHARED / case["data"], *(f"x{i}" for i in range(1, 10)))
    found = one_factor(scores, factors=3)
    assert (found.status, found.fit, found.loadings) == ("not_supported", None, None)
    assert "3 factors" in (found.reason or "")


@pytest.mark.parametrize("case", cases("shrout_fleiss_icc"))
def test_shrout_and_fleiss(case: dict[str, Any]) -> None:
    found = icc(items(SHARED / case["data"], "J1", "J2", "J3", "J4")).forms
    for name, expected in case["expect"]["icc"].items():
        form = f"ICC({name[3]},{'k' if name.endswith('k') else 1})"
        close(found[form].icc, expected, case["rel_tol"])  # psych takes it from lmer (3e-6 apart)
