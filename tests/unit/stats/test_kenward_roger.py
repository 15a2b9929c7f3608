"""Kenward-Roger with a handful of schools, where moments of the F statistic do not exist."""

from dataclasses import replace

import numpy as np
import pytest

from instroom.crossproducts.crossproducts import from_arrays
from instroom.stats.multilevel.kenward_roger import kenward_roger
from instroom.stats.multilevel.mixed import fit


@pytest.mark.parametrize("schools", [4, 6, 8])
@pytest.mark.parametrize("between", [0.0, 1.0])
def test_balanced_schools_have_two_less_than_schools(schools: int, between: float) -> None:
    """Equal schools of whole arms are an analysis of variance of means, at the boundary too."""
    school = np.repeat(np.arange(schools), 20)
    treat = school % 2
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=len(school)) + between * rng.normal(size=schools)[school]
        tests = kenward_roger(fit(from_arrays({"t": treat, "y": y}, {"school": school})))
        assert tests.df[1] == pytest.approx(schools - 2, rel=1e-6)
        assert np.isfinite([tests.se[1], tests.p[1]]).all()


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_without_a_spread_of_the_variances_there_are_no_degrees_of_freedom(
    wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    from instroom.stats.multilevel import kenward_roger as module

    school = np.repeat(np.arange(8), 5)
    y = np.random.default_rng(2).normal(size=40)
    found = fit(from_arrays({"t": school % 2, "y": y}, {"school": school}))
    true = module.adjust(found)
    assert true is not None
    monkeypatch.setattr(module, "adjust", lambda _: replace(true, spread=true.spread * wrong))
    tests = kenward_roger(found)
    assert np.isnan(tests.df).all()
    assert np.isnan(tests.p).all()
