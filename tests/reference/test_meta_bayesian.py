"""The Bayesian meta-analysis against R's adaptive integration, and a published example."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.stats.evidence.meta_bayesian import BayesianMeta, bayesian_meta

OUTPUT = Path(__file__).parent / "output"
ANSWERS = json.loads((OUTPUT / "meta.json").read_text(encoding="utf-8"))["bayes"]
TRIALS = np.genfromtxt(OUTPUT / "meta_trials.csv", delimiter=",", names=True)
EIGHT = (
    np.array([28.0, 8, -3, 7, -1, 1, 18, 12]),
    np.array([15.0, 10, 16, 11, 9, 11, 10, 18]) ** 2,
)
#: R's integrate() was asked for 1e-12 on each of 20 panels, its root finder for 1e-12.
CLOSE = 1e-8

CASES: dict[str, tuple[tuple[Any, Any], dict[str, Any]]] = {
    "trials_half_normal": ((TRIALS["yi"], TRIALS["vi"]), {"tau_scale": 0.25}),
    "trials_half_t": ((TRIALS["yi"], TRIALS["vi"]), {"tau_prior": "half_t", "tau_scale": 0.3}),
    "trials_mean_prior": (
        (TRIALS["yi"], TRIALS["vi"]),
        {"tau_scale": 0.25, "mean_prior": (0.0, 0.2)},
    ),
    "eight_half_normal": (EIGHT, {"tau_scale": 10.0}),
}


def found(name: str) -> BayesianMeta:
    (y, v), options = CASES[name]
    return bayesian_meta(y, v, **options)


@pytest.mark.parametrize("name", CASES)
def test_quadrature_equals_adaptive_integration_in_r(name: str) -> None:
    m, r = found(name), ANSWERS[name]
    assert m.mean == pytest.approx(r["mean"], rel=CLOSE)
    assert m.sd == pytest.approx(r["sd"], rel=CLOSE)
    assert m.ci == pytest.approx((r["low"], r["high"]), rel=CLOSE)
    assert m.tau_mean == pytest.approx(r["tau_mean"], rel=CLOSE)
    assert m.tau_ci == pytest.approx((r["tau_low"], r["tau_high"]), rel=CLOSE)
    assert m.new_ci == pytest.approx((r["new_low"], r["new_high"]), rel=CLOSE)
