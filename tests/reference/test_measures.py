"""Effect measures, trim and fill, the exact interval and the risk ratio against R.

``r/measures.R`` asks ``metafor``, ``binom.test`` and ``glm``.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.stats.binary.logistic import fit_logit
from instroom.stats.binary.marginal_effect import average_effect
from instroom.stats.evidence.trim_and_fill import trim_and_fill
from instroom.stats.intervals import Z95
from instroom.stats.trials.effect_measures import (
    log_risk_ratio,
    risk_difference,
    standardised_mean_change,
)

ANSWERS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "output" / "measures.json").read_text("utf-8")
)
#: Closed formulas from the same numbers, printed with 15 digits.
CLOSE = 1e-13
#: Both sides iterate to their own optimum; metafor's stops at 1e-13 here.
FITTED = 1e-9


def columns(rows: list[dict[str, float]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def test_measures_of_counts_equal_metafor() -> None:
    c = columns(ANSWERS["counts"])
    first, second = (c["ai"], c["n1i"] - c["ai"]), (c["ci"], c["n2i"] - c["ci"])
    for found, key in (
        (log_risk_ratio(first, second), "rr"),
        (risk_difference(first, second), "rd"),
    ):
        np.testing.assert_allclose(found.effect, ANSWERS[key]["yi"], rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(found.variance, ANSWERS[key]["vi"], rtol=CLOSE)


def test_the_change_of_one_group_equals_metafor() -> None:
    c = columns(ANSWERS["change"])
    found = standardised_mean_change(c["post"], c["pre"], c["sd"], c["ri"], c["ni"])
    np.testing.assert_allclose(found.effect, ANSWERS["smcr"]["yi"], rtol=CLOSE)
    np.testing.assert_allclose(found.variance, ANSWERS["smcr"]["vi"], rtol=CLOSE)


@pytest.mark.parametrize("name", ANSWERS["fills"])
def test_trim_and_fill_equals_metafor(name: str) -> None:
    data, method, test, estimator = name.split("_")
    r, rows = ANSWERS["fills"][name], columns(ANSWERS["sets"][data])
    t = trim_and_fill(rows["yi"], rows["vi"], estimator=estimator, method=method, test=test)
    assert t.fit is not None
    assert (t.missing, t.side) == (r["k0"], r["side"])
    fit = t.fit
    found = [t.missing_se, fit.coefficients[0], fit.se[0], *fit.ci[0], fit.p[0], fit.tau2]
    wanted = [r["se_k0"], r["b"], r["se"], r["ci_lb"], r["ci_ub"], r["pval"], r["tau2"]]
    np.testing.assert_allclose(found, wanted, rtol=FITTED, atol=1e-11)
    filled = {key: np.atleast_1d(r[f"filled_{key}"]) for key in ("yi", "vi")}
    np.testing.assert_allclose(np.sort(t.filled_effect), np.sort(filled["yi"]), rtol=FITTED)
    np.testing.assert_allclose(np.sort(t.filled_variance), np.sort(filled["vi"]), rtol=CLOSE)


def test_the_sets_have_trials_missing_on_both_sides_and_none() -> None:
    seen = {(r["side"], r["k0"] > 0) for r in ANSWERS["fills"].values()}
    assert {("left", True), ("right", True)} <= seen
    assert any(not missing for _, missing in seen)


def test_too_few_studies_show_no_side() -> None:
    t = trim_and_fill([0.1, 0.3], [0.01, 0.02])
    assert (t.status, t.fit) == ("too_few", None)
    with pytest.raises(DataError) as caught:
        trim_and_fill([0.1, 0.3, 0.2], [0.01, 0.02, 0.02], estimator="Q9")  # type: ignore[arg-type]
    assert caught.value.code == "unknown_estimator"


def test_equal_standard_errors_give_a_reason() -> None:
    t = trim_and_fill([0.1, 0.3, 0.2, 0.5], [0.02] * 4)
    assert t.fit is None
    assert t.status == "not_supported"
    assert t.reason


def test_the_risk_ratio_equals_the_delta_method_on_glm() -> None:
    r = ANSWERS["risk_ratio"]
    d = columns(r["data"])
    columns_of = np.column_stack([np.ones(len(d["y"])), d["treat"], d["score"]])
    one, none = columns_of.copy(), columns_of.copy()
    one[:, 1], none[:, 1] = 1, 0
    found = average_effect(fit_logit(d["y"], columns_of), one, none)
    assert np.log(found.risk_ratio) == pytest.approx(r["log_rr"], rel=FITTED)
    reach = [np.log(end / found.risk_ratio) for end in found.ci_ratio]
    np.testing.assert_allclose(reach, [-Z95 * r["se"], Z95 * r["se"]], rtol=1e-8)
