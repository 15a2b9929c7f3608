"""Newton's method where a surface has no finite slopes: not converged, and no crash."""

from dataclasses import replace

import numpy as np
import pytest

from instroom.stats.binary import binary_mixed
from instroom.stats.binary.binary_likelihood import Curvature, evaluate
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.items.graded import graded_response
from instroom.stats.newton import Search, minimise, uphill
from instroom.stats.rank import inverse, weakest

ENDLESS = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("endless", ENDLESS)
@pytest.mark.parametrize("at", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_there_is_no_step_where_curvature_is_not_finite(
    endless: float, at: tuple[int, int]
) -> None:
    for bend in (np.eye(2), -np.eye(2)):
        bend[at] = endless
        assert uphill(np.ones(2), bend) is None
        assert inverse(bend, 1e-12) is None
        assert weakest(bend) == 0


@pytest.mark.parametrize("endless", ENDLESS)
def test_there_is_no_step_where_a_slope_is_not_finite(endless: float) -> None:
    assert uphill(np.array([endless, 1.0]), np.eye(2)) is None


def search(endless: float, *, after: float) -> Search:
    """Minimise a square whose Hessian is gone below a place."""

    def function(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        bend = np.eye(1) if x[0] > after else np.full((1, 1), endless)
        return float(x @ x), 2 * x, bend

    return minimise(function, np.array([3.0]))


@pytest.mark.parametrize("endless", ENDLESS)
@pytest.mark.parametrize("after", [5.0, 2.9])
def test_a_search_that_meets_no_finite_curvature_has_not_converged(
    endless: float, after: float
) -> None:
    found = search(endless, after=after)
    assert not found.converged
    assert np.isfinite(found.theta).all()
    assert found.value <= 9.0


@pytest.mark.parametrize("endless", ENDLESS)
def test_a_mixed_logit_without_finite_curvature_has_not_converged(
    monkeypatch: pytest.MonkeyPatch, endless: float
) -> None:
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(24), 15)
    y = (rng.random(360) < 0.3 + 0.4 * (rng.random(24) < 0.5)[group]) * 1.0
    design = np.column_stack([np.ones(360), rng.normal(size=360)])
    assert binary_mixed.fit(y, design, group).status == "ok"

    def without(*given: object, **more: object) -> Curvature:
        here = evaluate(*given, **more)  # type: ignore[arg-type]
        return replace(here, hessian=np.full_like(here.hessian, endless))

    monkeypatch.setattr(binary_mixed, "evaluate", without)
    found = binary_mixed.fit(y, design, group)
    assert found.status == "not_converged"
    assert np.isnan(found.se).all()


@pytest.mark.parametrize("endless", ENDLESS)
def test_answers_without_finite_information_have_not_converged(
    monkeypatch: pytest.MonkeyPatch, endless: float
) -> None:
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    y = (latent[:, :, None] > [-0.7, 0.7]).sum(axis=2).astype(float)
    assert graded_response(y).status == "ok"
    true = gl.information
    monkeypatch.setattr(gl, "information", lambda *given: np.full_like(true(*given), endless))
    found = graded_response(y)
    assert found.status == "not_converged"
    assert np.isnan(found.discrimination).all()
