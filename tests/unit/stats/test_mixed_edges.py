"""What the engine says when there is too little, too much of the same, or nothing at all."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import from_arrays
from instroom.stats.multilevel.kenward_roger import kenward_roger
from instroom.stats.multilevel.mixed import fit
from instroom.stats.multilevel.satterthwaite import satterthwaite

RNG = np.random.default_rng(0)
N = 60
SCHOOL = np.repeat(np.arange(12), 5)
TREAT = (SCHOOL % 2).astype(float)
X = RNG.normal(size=N)
Y = X + RNG.normal(size=12)[SCHOOL] + RNG.normal(size=N)
NOISE = RNG.normal(size=N)
FLAT = NOISE - np.bincount(SCHOOL, NOISE)[SCHOOL] / 5  # every school has the same mean
TIME = np.tile([0.0, 1, 2, 3, 4], 12)


def run(columns, groups=None, *, slope=None, **asked):
    return fit(from_arrays(columns, groups, slope=slope), **asked)


def has_nothing(found, status, *words):
    assert found.status == status
    for word in words:
        assert word in found.reason
    assert np.isnan(found.beta).all()
    assert np.isnan([found.residual, found.deviance, found.log_likelihood]).all()
    assert found.variances == {}
    for test in (satterthwaite, kenward_roger):
        tests = test(found)
        assert tests.names == found.names
        assert np.isnan([tests.estimate, tests.se, tests.df, tests.t, tests.p]).all()


def test_columns_that_say_the_same_are_left_out_by_name():
    columns = {"t": TREAT, "control": 1 - TREAT, "x": X, "both": 2 * X + TREAT, "y": Y}
    found = run(columns, {"school": SCHOOL})
    plain = run({"t": TREAT, "x": X, "y": Y}, {"school": SCHOOL})
    assert (found.status, found.aliased) == ("rank_deficient", ("control", "both"))
    assert "'control', 'both'" in found.reason
    assert found.names == plain.names
    assert found.beta == pytest.approx(plain.beta, rel=1e-9)
    assert found.deviance == pytest.approx(plain.deviance, rel=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.1, 2026.3, -1e9])
def test_a_constant_column_is_left_out(value):
    found = run({"c": np.full(N, value), "x": X, "y": Y}, {"school": SCHOOL})
    assert (found.status, found.aliased) == ("rank_deficient", ("c",))


@pytest.mark.parametrize("offset", [0.0, 2026.0, 1e6])
def test_a_column_with_little_spread_far_off_is_kept(offset):
    found = run({"x": X / 1000 + offset, "y": Y}, {"school": SCHOOL})
    near = run({"x": X, "y": Y}, {"school": SCHOOL})
    assert found.status == "ok"
    assert found.beta[1] / 1000 == pytest.approx(near.beta[1], rel=1e-6)
    assert satterthwaite(found).df[1] == pytest.approx(satterthwaite(near).df[1], rel=1e-6)
    assert kenward_roger(found).df[1] == pytest.approx(kenward_roger(near).df[1], rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.3, 1e6])
def test_an_outcome_that_does_not_vary(value):
    has_nothing(run({"t": TREAT, "y": np.full(N, value)}, {"school": SCHOOL}), "not_supported")


def test_one_school():
    found = run({"x": X, "y": Y}, {"school": np.zeros(N, int)})
    has_nothing(found, "too_few", "one group", "'school'")


def test_no_rows_at_all():
    has_nothing(run({"t": [], "y": []}, {"school": []}), "too_few", "0 rows")


def test_fewer_rows_than_coefficients():
    columns = {"a": X[:3], "b": TREAT[:3] + X[:3] ** 2, "y": Y[:3]}
    has_nothing(run(columns, {"school": [0, 1, 1]}), "too_few", "3 rows")


def test_two_schools_cannot_tell_a_treatment_from_a_school():
    arm = (SCHOOL > 5).astype(float)
    has_nothing(run({"t": arm, "y": Y}, {"school": arm.astype(int)}), "too_few", "tell")


def test_two_waves_cannot_tell_a_slope_from_chance():
    columns = {"w": np.tile([0.0, 1], 30), "y": Y}
    found = run(columns, {"pupil": np.repeat(np.arange(30), 2)}, slope="w")
    has_nothing(found, "too_few", "60 rows", "30 groups")


@pytest.mark.parametrize("slopes", [("school",), ("school", "pupil")])
def test_slopes_above_the_lowest_level_are_not_supported(slopes):
    groups = {"school": SCHOOL // 3, "pupil": SCHOOL}
    found = run({"w": TIME, "y": Y}, groups, slope="w", slope_levels=slopes)
    has_nothing(found, "not_supported", "lowest level", "school")
    assert run({"w": TIME, "y": Y}, groups, slope="w", slope_levels=["pupil"]).estimate


def test_a_slope_without_groups_is_not_supported():
    has_nothing(run({"w": TIME, "y": Y}, slope="w"), "not_supported", "groups")


@pytest.mark.parametrize("repeat", [np.arange(N), 2 * SCHOOL + 1])
def test_a_level_of_single_rows_or_of_the_same_groups_is_left_out(repeat):
    found = run({"x": X, "y": Y}, {"school": SCHOOL, "klas": repeat})
    plain = run({"x": X, "y": Y}, {"school": SCHOOL})
    assert (found.status, found.levels) == ("rank_deficient", ("school",))
    assert "'klas'" in found.reason
    assert found.deviance == pytest.approx(plain.deviance, rel=1e-12)
    assert found.se == pytest.approx(plain.se, rel=1e-9)


def test_repeated_levels_in_the_middle_and_on_top_are_left_out():
    region = SCHOOL // 4
    plain = run({"x": X, "y": Y}, {"region": region, "school": SCHOOL})
    for groups in (
        {"region": region, "board": region + 5, "school": SCHOOL},
        {"region": region, "board": SCHOOL, "school": SCHOOL * 2, "klas": np.arange(N)},
        {"region": region, "school": 20 - SCHOOL, "klas": SCHOOL},
    ):
        found = run({"x": X, "y": Y}, groups)
        assert found.deviance == pytest.approx(plain.deviance, rel=1e-12)
        assert found.beta == pytest.approx(plain.beta, rel=1e-9)
        assert found.groups == plain.groups
    plain = run({"w": TIME, "y": Y}, {"region": region, "pupil": SCHOOL}, slope="w")
    for groups in (
        {"region": region, "school": 30 - SCHOOL, "pupil": SCHOOL},
        {"region": region, "school": 9 - region, "pupil": SCHOOL},
    ):
        found = run({"w": TIME, "y": Y}, groups, slope="w")
        assert found.levels[-1] == "pupil"
        assert found.deviance == pytest.approx(plain.deviance, rel=1e-12)


def test_single_rows_only_are_least_squares():
    found = run({"x": X, "y": Y}, {"school": np.arange(N)})
    plain = run({"x": X, "y": Y})
    assert found.status == "rank_deficient"
    assert found.se == pytest.approx(plain.se, rel=1e-12)


def test_schools_less_alike_than_chance_have_no_variance():
    found = run({"x": X, "y": FLAT}, {"school": SCHOOL})
    plain = run({"x": X, "y": FLAT})
    assert (found.status, found.variances["school"]) == ("boundary", 0.0)
    assert "school" in found.reason
    assert found.beta == pytest.approx(plain.beta, rel=1e-9)
    assert found.se == pytest.approx(plain.se, rel=1e-9)
    assert found.deviance == pytest.approx(plain.deviance, rel=1e-12)
    assert satterthwaite(found).df == pytest.approx(np.full(2, N - 2.0), rel=1e-9)


def test_a_variance_at_zero_does_not_hide_that_columns_were_left_out():
    found = run({"x": X, "twice": 2 * X, "y": FLAT}, {"school": SCHOOL})
    assert found.status == "rank_deficient"
    assert "'twice'" in found.reason
    assert "The variance of school is estimated at 0." in found.reason


def test_an_outcome_the_columns_explain_exactly():
    found = run({"x": X, "t": TREAT, "y": 2 * X + TREAT}, {"school": SCHOOL})
    assert (found.status, found.residual) == ("boundary", 0.0)
    assert "exactly" in found.reason
    assert found.beta == pytest.approx([0, 2, 1], abs=1e-9)
    assert np.isnan(satterthwaite(found).df).all()


def test_an_outcome_that_is_one_number_per_school():
    """Without variance within schools the likelihood has no maximum."""
    found = run({"t": TREAT, "y": SCHOOL**2 * 1.0}, {"school": SCHOOL})
    has_nothing(found, "not_supported", "one row per group")


def test_groups_of_all_sizes_down_to_one():
    school = np.concatenate([np.zeros(30, int), np.repeat([1, 2, 3], 8), np.arange(4, 10)])
    found = run({"x": X, "y": Y}, {"school": school})
    assert found.estimate is not None
    assert found.groups == (10,)
    assert np.isfinite(satterthwaite(found).df).all()


def test_nearly_all_variance_between_schools():
    """A ratio of ten million: the search ends, and finds the schools' own variance."""
    effect = RNG.normal(size=12) * 3000
    found = run({"x": X, "y": X + effect[SCHOOL] + RNG.normal(size=N)}, {"school": SCHOOL})
    assert found.status == "ok"
    assert found.variances["school"] == pytest.approx(effect.var(ddof=1), rel=0.01)
    assert found.residual == pytest.approx(1, rel=0.5)


def test_mistakes_are_refused_in_words():
    cross = from_arrays({"x": X, "y": Y}, {"school": SCHOOL})
    for asked, code in (
        ({"outcome": "z"}, "unknown_column"),
        ({"fixed": ["z"]}, "unknown_column"),
        ({"fixed": ["(Intercept)", "y"]}, "outcome_twice"),
        ({"method": "bayes"}, "method"),
    ):
        with pytest.raises(DataError) as refused:
            fit(cross, **asked)
        assert refused.value.code == code
    found = fit(cross)
    with pytest.raises(DataError, match="one weight per coefficient"):
        satterthwaite(found, [1, 2, 3])
    with pytest.raises(DataError, match="REML"):
        kenward_roger(fit(cross, method="ml"))


def test_a_fit_cannot_be_changed():
    found = run({"x": X, "y": Y}, {"school": SCHOOL})
    with pytest.raises(AttributeError):
        found.n = 3


def test_a_top_away_from_zero_is_found_when_the_first_search_ends_at_zero():
    """Twenty-four rows whose likelihood has several tops; compared with a grid over all of them."""
    pupil = np.repeat(np.arange(8), [2, 2, 3, 5, 1, 3, 3, 5])
    wave = [2, 0, 1, 0, 3, 3, 0, 2, 3, 3, 3, 0, 3, 3, 0, 0, 1, 1, 3, 1, 2, 1, 2, 2]
    pre = [0.14, 0.67, -0.13, 1.46, -0.03, 0.72, 0.56, -2.23, 2.26, 0.29, 1.01, 0.14]
    pre += [-0.09, -1.12, 0.4, 0.02, 1.36, 0.8, 0.49, -0.96, 1.94, 1.45, 2.79, 0.38]
    post = [0.39, 1.86, -1.07, -0.68, -4.07, -1.83, -0.92, 0.59, 1.4, 0.94, 1.3, 1.26]
    post += [-3.77, -3.76, 0.23, -2.06, 1.49, -0.92, -0.27, -1.48, -2.38, 0.54, 0.79, -1.56]
    t, y = np.array(wave, dtype=float), np.array(post)
    columns = {"wave": t, "pre": pre, "y": y}
    found = run(columns, {"pupil": pupil}, slope="wave", method="ml", correlated=False)
    x = np.column_stack([np.ones(24), t, pre])
    same = pupil[:, None] == pupil
    grid = np.linspace(0, 3, 31) ** 2

    def deviance(intercept: float, slope: float) -> float:
        m = np.eye(24) + same * (intercept + slope * np.outer(t, t))
        a = x.T @ np.linalg.solve(m, x)
        beta = np.linalg.solve(a, x.T @ np.linalg.solve(m, y))
        rest = (y - x @ beta) @ np.linalg.solve(m, y - x @ beta)
        return np.linalg.slogdet(m)[1] + 24 * (1 + np.log(2 * np.pi * rest / 24))

    lowest = min(deviance(a, b) for a in grid for b in grid)
    assert found.status == "ok"
    assert lowest - 0.2 < found.deviance < lowest
