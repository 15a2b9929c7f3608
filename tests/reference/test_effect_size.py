"""Effects in standard deviations and bounds against R.

The shared answers are those of ``eefAnalytics`` 1.1.5 before rounding. ``r/robust.R`` writes out
the formulas of Hedges (2007) with variances of ``lme4``, and calls ``metafor`` for pupils by
themselves.
"""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtri

from instroom.crossproducts.crossproducts import from_arrays
from instroom.stats.multilevel import mixed
from instroom.stats.trials import effect_size, equivalence, missing_outcomes

OUTPUT = Path(__file__).parent / "output"
SHARED = Path(__file__).parents[2].parent / "shared" / "reference"
#: Closed formulas from the same numbers, printed with 15 digits.
CLOSE = 1e-12
#: The issue's tolerance where the variances are estimated anew.
FITTED = 1e-5
FILES = {
    "eef_crt_hedges": ("eef_crtData.csv", "School", "Intervention", ["Prettest"], "Posttest"),
    "tiny_crt_hedges": ("tiny_wide.csv", "school", "treat", ["pre", "sex", "ses"], "post"),
    "small_crt_hedges": ("small_wide.csv", "school", "treat", ["pre", "sex", "ses"], "post"),
}
needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the shared reference answers are not here"
)


def cases(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case["expect"] for case in found}


OURS = cases(OUTPUT / "robust.json")


def rows(case: str) -> list[dict[str, str]]:
    file, school, treat, covariates, outcome = FILES[case]
    used = [school, treat, *covariates, outcome]
    with (SHARED / file).open(encoding="utf-8") as opened:
        return [r for r in csv.DictReader(opened) if all(r[c] not in ("", "NA") for c in used)]


def sizes(case: str, arm: int) -> list[int]:
    _, school, treat, *_ = FILES[case]
    return list(Counter(r[school] for r in rows(case) if float(r[treat]) == arm).values())


def agrees(
    found: effect_size.ClusterEffect, expected: dict[str, Any], kind: str, rel: float
) -> None:
    for which in ("total", "within"):
        answer = expected[f"{kind}_{which}"]
        low, high = getattr(found, f"ci_{which}")
        # The interval's ends are compared on the scale of the interval: an end may lie near 0.
        width = answer["hi"] - answer["lo"]
        assert getattr(found, f"g_{which}") == pytest.approx(answer["g"], rel=rel)
        assert low == pytest.approx(answer["lo"], abs=rel * width)
        assert high == pytest.approx(answer["hi"], abs=rel * width)


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize(("kind", "short"), [("conditional", "cond"), ("unconditional", "uncond")])
def test_eef_formulas(case: str, kind: str, short: str) -> None:
    expected = cases(SHARED / "effect_sizes.json")[case]
    variances = expected[f"{short}_var"]
    found = effect_size.hedges(
        expected["beta"], within=variances["w"], between=variances["b"],
        treated=sizes(case, 1), control=sizes(case, 0),
    )  # fmt: skip
    assert found.n == expected["n"]
    assert found.icc == pytest.approx(variances["icc"], rel=CLOSE)
    agrees(found, expected, kind, CLOSE)


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("case", FILES)
def test_eef_from_data(case: str) -> None:
    expected = cases(SHARED / "effect_sizes.json")[case]
    _, school, treat, covariates, outcome = FILES[case]
    data = rows(case)
    columns = {c: [float(r[c]) for r in data] for c in (treat, *covariates, outcome)}
    cross = from_arrays(columns, {"school": [r[school] for r in data]})
    full, empty = mixed.fit(cross), mixed.fit(cross, fixed=["(Intercept)"])
    beta = float(full.beta[full.names.index(treat)])
    for fit, kind in ((full, "conditional"), (empty, "unconditional")):
        found = effect_size.hedges(
            beta, within=fit.residual, between=fit.variances["school"],
            treated=sizes(case, 1), control=sizes(case, 0),
        )  # fmt: skip
        agrees(found, expected, kind, FITTED)


@pytest.mark.parametrize("kind", ["conditional", "unconditional"])
def test_hedges_2007_written_out_in_r(kind: str) -> None:
    e = OURS[f"hedges_{kind}"]
    found = effect_size.hedges(
        e["beta"], within=e["within"], between=e["between"], treated=e["treated"],
        control=e["control"],
    )  # fmt: skip
    for field in ("g_total", "g_within", "se_total", "se_within"):
        assert getattr(found, field) == pytest.approx(e[field], rel=CLOSE), field


def test_bounds_equal_sorted_means_in_r() -> None:
    with (OUTPUT / "robust_bounds.csv").open(encoding="utf-8") as opened:
        data = list(csv.DictReader(opened))
    y = np.array([np.nan if r["y"] == "NA" else float(r["y"]) for r in data])
    treat = np.array([float(r["treat"]) for r in data])
    lee = missing_outcomes.lee_bounds(y, treat)
    assert (lee.low, lee.high) == pytest.approx(OURS["bounds"]["lee"], rel=CLOSE)
    assert lee.trimmed == pytest.approx(0.1, rel=CLOSE)
    worst = missing_outcomes.manski_bounds(y, treat, scale=(0, 6))
    assert (worst.low, worst.high) == pytest.approx(OURS["bounds"]["manski"], rel=CLOSE)


@pytest.mark.parametrize(
    ("table", "reasons", "within"),
    [
        (equivalence.CAUTIOUS, (0.4085, 0.3538), 0.1),
        (equivalence.OPTIMISTIC, (0.2489, 0.2042), 0.15),
    ],
)
def test_attrition_boundary_is_the_curve_of_its_model(
    table: tuple[float, ...], reasons: tuple[float, float], within: float
) -> None:
    """A mistyped figure would stand off the curve that the model draws through the others.

    The model (Deke and Chiang 2017): who answers depends on a normal variable that correlates
    with the outcome; the two correlations here are those that fit the table best.
    """

    def pull(left: float) -> float:
        return float(np.exp(-(ndtri(left) ** 2) / 2) / np.sqrt(2 * np.pi) / (1 - left))

    def bias(differential: float, overall: float) -> float:
        more, fewer = overall + differential / 2, overall - differential / 2
        return reasons[0] * pull(more) - reasons[1] * pull(fewer) - 0.05

    for percent in range(10, 57):
        overall = percent / 100
        found = 100 * brentq(bias, -0.02, 0.19, args=(overall,))
        assert table[percent] == pytest.approx(max(found, 0), abs=within), percent
