"""The cluster bootstrap: drawing schools again equals stacking their rows again."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.clusters import refits, resampling, robust
from instroom.stats.multilevel import mixed

Floats = np.ndarray


def rows(schools: int = 12) -> dict[str, Floats]:
    chance = np.random.default_rng(5)
    school = np.repeat(np.arange(schools), chance.integers(6, 20, schools))
    n, treat = len(school), (np.arange(schools) % 2).astype(float)[school]
    klas = school * 10 + chance.integers(0, 3, n)
    level = 0.5 * chance.normal(size=schools)[school]
    y = 0.4 * treat + level + chance.normal(size=n)
    wave = chance.integers(0, 3, n).astype(float)
    return {"school": school, "klas": klas, "treat": treat, "wave": wave, "y": y}


def crossed(data: dict[str, Floats], slope: str | None = None) -> CrossProducts:
    columns = {c: data[c] for c in ("treat", "wave", "y")}
    return from_arrays(columns, {"school": data["school"], "klas": data["klas"]}, slope=slope)


def drawn(data: dict[str, Floats], chosen: list[int]) -> dict[str, Floats]:
    """Stack the rows of schools drawn, each draw as a school and classes of its own."""
    parts = []
    for at, school in enumerate(chosen):
        mine = data["school"] == school
        part = {name: values[mine] for name, values in data.items()}
        part["school"] = np.full(mine.sum(), at)
        part["klas"] = part["klas"] + 1000 * at
        parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in data}


@pytest.mark.parametrize("slope", [None, "wave"])
def test_resample_equals_stacked_rows(slope: str | None) -> None:
    data, chosen = rows(), [3, 3, 0, 7, 7, 7, 1, 10, 11, 4]
    found = resampling.resample(crossed(data, slope), chosen)
    expected = crossed(drawn(data, chosen), slope)
    assert found.n == expected.n
    assert found.sizes == expected.sizes
    for fit in (mixed.fit(found, method="ml"), mixed.fit(expected, method="ml")):
        assert fit.status in ("ok", "boundary")
    one, other = mixed.fit(found), mixed.fit(expected)
    np.testing.assert_allclose(one.beta, other.beta, rtol=1e-6)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-6)
    assert one.deviance == pytest.approx(other.deviance, rel=1e-9)


def effect(cross: CrossProducts) -> Floats:
    return robust.fit(cross, kind="cr0", fixed=["treat"]).beta[1:]


def test_clusters_give_the_spread_of_the_draws() -> None:
    cross = crossed(rows())
    found = resampling.clusters(
        cross, effect, rng=np.random.default_rng(1), draws=200, strata=np.arange(12) % 2
    )
    assert found.status == "ok"
    assert found.used == found.draws == 200
    assert found.estimate == pytest.approx(effect(cross))
    assert found.se == pytest.approx(found.estimates.std(axis=0, ddof=1))
    assert found.ci[0, 0] < found.estimate[0] < found.ci[0, 1]
    again = resampling.clusters(
        cross, effect, rng=np.random.default_rng(1), draws=200, strata=np.arange(12) % 2
    )
    np.testing.assert_array_equal(found.estimates, again.estimates)


def test_standard_error_is_near_cr2_with_many_schools() -> None:
    cross = crossed(rows(120))
    found = resampling.clusters(
        cross, effect, rng=np.random.default_rng(1), draws=200, strata=np.arange(120) % 2
    )
    model = robust.fit(cross, fixed=["treat"]).se[1]
    # 200 draws know a standard error to 5 %, 120 schools to 6 %.
    assert found.se[0] == pytest.approx(model, rel=0.2)


def test_draws_without_an_estimate_are_counted() -> None:
    cross = crossed(rows())
    calls = iter(range(1000))

    def sometimes(_: CrossProducts) -> Floats:
        return np.array([np.nan if next(calls) % 4 == 1 else 1.0])

    found = resampling.clusters(cross, sometimes, rng=np.random.default_rng(1), draws=100)
    assert found.status == "partial"
    assert found.used == 75
    assert "25 of 100 draws" in str(found.reason)
    calls = iter([0] + [1] * 1000)
    none = resampling.clusters(cross, sometimes, rng=np.random.default_rng(1), draws=100)
    assert none.status == "too_few"
    assert np.isnan(none.se).all()


def test_one_school_and_wrong_strata() -> None:
    data = rows(1)
    one = resampling.clusters(crossed(data), lambda c: c.sums[:1, 0], rng=np.random.default_rng(1))
    assert one.status == "too_few"
    cross = crossed(rows())
    with pytest.raises(DataError) as caught:
        resampling.clusters(cross, effect, rng=np.random.default_rng(1), strata=[0, 1])
    assert caught.value.code == "bad_strata"
    total = from_arrays({"y": [1.0, 2]}, {"school": [0, 1]}, by_group=False)
    with pytest.raises(DataError) as caught:
        resampling.resample(total, [0])
    assert caught.value.code == "no_clusters"


@pytest.mark.parametrize("levels", [["school"], ["school", "klas"]])
def test_fits_together_equal_fits_one_by_one(levels: list[str]) -> None:
    data = rows(16)
    columns = {c: data[c] for c in ("treat", "wave", "y")}
    cross = from_arrays(columns, {name: data[name] for name in levels})
    arms = np.arange(16) % 2
    together = resampling.effects(cross, rng=np.random.default_rng(8), draws=40, strata=arms)
    alone = resampling.clusters(
        cross, lambda c: mixed.fit(c).beta, rng=np.random.default_rng(8), draws=40, strata=arms
    )
    assert together.used == alone.used == 40
    # Steps end within 1e-4 of a standard error (refits.DONE); here that is well within 1e-4.
    error = mixed.fit(cross).se
    np.testing.assert_allclose(together.estimates / error, alone.estimates / error, atol=1e-4)
    np.testing.assert_allclose(together.se, alone.se, rtol=1e-4)


@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_fits_together_do_not_mind_where_zero_is(offset: float) -> None:
    data = rows(16)
    columns = {"treat": data["treat"], "wave": data["wave"] + 2026, "y": data["y"] + offset}
    cross = from_arrays(columns, {"school": data["school"]})
    fit = mixed.fit(cross)
    again = refits.refit(cross, fit, np.ones((2, 16)))
    np.testing.assert_allclose((again - fit.beta) / fit.se, 0, atol=1e-6)


def test_variance_at_zero_in_many_draws() -> None:
    data = rows(16)
    chance = np.random.default_rng(9)
    columns = {"treat": data["treat"], "y": chance.normal(size=len(data["y"]))}
    groups = {"school": data["school"], "klas": data["klas"]}
    cross = from_arrays(columns, groups)
    chosen = [chance.integers(0, 16, 16) for _ in range(30)]
    weights = np.array([np.bincount(drawn, minlength=16) for drawn in chosen], dtype=float)
    found = refits.refit(cross, mixed.fit(cross), weights)
    fits = [mixed.fit(resampling.resample(cross, drawn)) for drawn in chosen]
    assert sum(fit.status == "boundary" for fit in fits) > 10
    expected, error = np.array([f.beta for f in fits]), np.array([f.se for f in fits])
    np.testing.assert_allclose(found / error, expected / error, atol=1e-3)


def test_a_draw_without_one_arm_has_no_effect() -> None:
    data = rows(12)
    cross = from_arrays({c: data[c] for c in ("treat", "y")}, {"school": data["school"]})
    fit = mixed.fit(cross)
    weights = np.ones((2, 12))
    weights[1, 1::2] = 0.0
    found = refits.refit(cross, fit, weights)
    np.testing.assert_allclose(found[0], fit.beta, atol=1e-6)
    assert np.isnan(found[1]).all()


def test_models_that_cannot_be_fitted_together_are_fitted_one_by_one() -> None:
    cross = crossed(rows(), "wave")
    assert not refits.supports(cross, mixed.fit(cross))
    arms = np.arange(12) % 2
    found = resampling.effects(cross, rng=np.random.default_rng(1), draws=6, strata=arms)
    alone = resampling.clusters(
        cross, lambda c: mixed.fit(c).beta, rng=np.random.default_rng(1), draws=6, strata=arms
    )
    np.testing.assert_array_equal(found.estimates, alone.estimates)
    assert found.used > 2
