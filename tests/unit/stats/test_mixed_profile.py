"""Profile intervals: what they must be by definition."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import from_arrays
from instroom.stats.multilevel.mixed import MixedFit, fit
from instroom.stats.multilevel.profile import profile_intervals

CUT = 3.841458820694124
"""95 % quantile of chi-square with one degree of freedom."""


def growth(move: float = 0.0, **asked: object) -> MixedFit:
    rng = np.random.default_rng(4)
    pupil, wave = np.repeat(np.arange(40), 4), np.tile([0.0, 1, 2, 3], 40)
    own, slope = rng.normal(0, 1, 40), rng.normal(0, 0.4, 40)
    y = 1 + 0.2 * wave + own[pupil] + slope[pupil] * wave + rng.normal(0, 0.5, 160)
    columns = {"wave": wave + move, "y": y}
    return fit(from_arrays(columns, {"pupil": pupil}, slope="wave"), **asked)


def test_at_the_bounds_of_a_coefficient_the_deviance_has_risen_by_the_quantile():
    """Fixing a slope at its bound is taking it off the outcome: a fit of its own."""
    rng = np.random.default_rng(5)
    school = np.repeat(np.arange(10), 6)
    x = rng.normal(size=60)
    y = 0.5 * x + rng.normal(size=10)[school] + rng.normal(size=60)
    whole = fit(from_arrays({"x": x, "y": y}, {"school": school}), method="ml")
    found = profile_intervals(whole)
    at = found.names.index("x")
    for bound in (found.low[at], found.high[at]):
        held = fit(from_arrays({"y": y - bound * x}, {"school": school}), method="ml")
        assert held.deviance - whole.deviance == pytest.approx(CUT, rel=1e-6)


def test_an_interval_of_a_reml_fit_is_that_of_maximum_likelihood():
    reml, ml = profile_intervals(growth()), profile_intervals(growth(method="ml"))
    assert reml.low == pytest.approx(ml.low, rel=1e-6)
    assert reml.high == pytest.approx(ml.high, rel=1e-6)
    assert (reml.low < reml.estimate).all()
    assert (reml.estimate < reml.high).all()


def test_estimates_are_those_of_the_fit():
    found, plain = profile_intervals(growth(method="ml")), growth(method="ml")
    assert found.names == (
        "sd(pupil)",
        "cor(pupil.wave)",
        "sd(pupil.wave)",
        "sd(residual)",
        "(Intercept)",
        "wave",
    )
    sd, slope = np.sqrt([plain.variances["pupil"], plain.variances["pupil.wave"]])
    cor = plain.variances["pupil.(Intercept).wave"] / (sd * slope)
    expected = [sd, cor, slope, np.sqrt(plain.residual), *plain.beta]
    assert found.estimate == pytest.approx(expected, rel=1e-9)


def test_moving_time_moves_only_what_stands_at_time_zero():
    one, two = profile_intervals(growth()), profile_intervals(growth(move=7.0))
    same = [one.names.index(name) for name in ("sd(pupil.wave)", "sd(residual)", "wave")]
    assert two.low[same] == pytest.approx(one.low[same], rel=1e-5)
    assert two.high[same] == pytest.approx(one.high[same], rel=1e-5)
    assert two.high[0] > 2 * one.high[0]  # seven waves before the first pupils differ more


def test_without_correlation_there_is_no_interval_of_it():
    found = profile_intervals(growth(correlated=False))
    assert found.names[:3] == ("sd(pupil)", "sd(pupil.wave)", "sd(residual)")
    assert (found.low < found.high).all()


def test_a_variance_that_may_be_zero_has_zero_as_bound():
    rng = np.random.default_rng(6)
    school, y = np.repeat(np.arange(10), 6), rng.normal(size=60)
    found = profile_intervals(fit(from_arrays({"y": y}, {"school": school})))
    assert found.low[0] == 0.0
    assert found.high[0] > 0.1


def test_a_wider_interval_for_more_confidence():
    narrow, wide = (profile_intervals(growth(), level=level) for level in (0.8, 0.99))
    assert (wide.low < narrow.low).all()
    assert (wide.high > narrow.high).all()


def test_a_fit_without_estimates_has_no_intervals():
    found = profile_intervals(fit(from_arrays({"y": [1.0, 2, 4]}, {"school": [1, 1, 1]})))
    assert np.isnan(found.low).all()
    assert "one group" in found.reason


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_between_0_and_1(level):
    with pytest.raises(DataError, match="confidence level"):
        profile_intervals(growth(), level=level)
