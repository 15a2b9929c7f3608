"""The engine against the textbook: the whole covariance of all rows, written out and inverted."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.crossproducts.crossproducts import from_arrays, select
from instroom.stats.multilevel import contrasts, kenward_roger, satterthwaite
from instroom.stats.multilevel.mixed import MixedFit, fit

EXACT = 1e-9
"""Two ways of adding up the same hundred rows; only rounding differs."""
SEARCHED = 1e-6
"""A maximum is flat: deviance equal to 1e-12 leaves the place open to about 1e-6."""


@dataclass(frozen=True)
class Data:
    columns: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]


def sample(seed: int, n: int = 90, schools: int = 9) -> Data:
    rng = np.random.default_rng(seed)
    school = np.sort(rng.integers(0, schools, n))
    group = school * 3 + rng.integers(0, 3, n)
    time = rng.integers(0, 4, n).astype(float)
    treat = (school % 2).astype(float)
    pre = rng.normal(3, 1, n)
    y = 1 + 0.4 * treat + 0.6 * pre + 0.2 * time + rng.normal(0, 0.8, schools)[school]
    y = y + rng.normal(0, 0.7, 3 * schools)[group] + rng.normal(0, 0.4, 3 * schools)[group] * time
    y = y + rng.normal(0, 0.8, n)
    columns = {"treat": treat, "pre": pre, "time": time, "y": y}
    return Data(columns, {"school": school, "group": group})


def parts(data: Data, levels: list[str], slope: str | None, correlated: bool) -> list[np.ndarray]:
    """Return the matrices whose weighted sum is the covariance; the residual's comes last."""
    n = len(data.columns["y"])
    found = []
    for level in levels[::-1]:
        same = data.groups[level][:, None] == data.groups[level]
        found.append(same.astype(float))
        if slope and level == levels[-1]:
            t = data.columns[slope]
            found.append(same * np.outer(t, t))
            if correlated:
                found.append(same * (t[:, None] + t))
    return [*found, np.eye(n)]


def amounts(found: MixedFit, levels: list[str], slope: str | None, correlated: bool) -> np.ndarray:
    """Return the fitted variances in the order of :func:`parts`."""
    values = []
    for level in levels[::-1]:
        values.append(found.variances[level])
        if slope and level == levels[-1]:
            values.append(found.variances[f"{level}.{slope}"])
            if correlated:
                values.append(found.variances[f"{level}.(Intercept).{slope}"])
    return np.array([*values, found.residual])


def design(data: Data) -> tuple[np.ndarray, np.ndarray]:
    columns = list(data.columns.values())
    return np.column_stack([np.ones(len(columns[0])), *columns[:-1]]), columns[-1]


def deviance(data: Data, pieces: list[np.ndarray], tau: np.ndarray, *, reml: bool) -> float:
    x, y = design(data)
    v = np.tensordot(tau, np.stack(pieces), 1)
    inverse = np.linalg.inv(v)
    a = x.T @ inverse @ x
    rest = y - x @ np.linalg.solve(a, x.T @ inverse @ y)
    value = np.linalg.slogdet(v)[1] + rest @ inverse @ rest
    value += (len(y) - x.shape[1] * reml) * np.log(2 * np.pi)
    return value + (np.linalg.slogdet(a)[1] if reml else 0.0)


MODELS = [
    (["school"], None, True, "reml"),
    (["school"], None, True, "ml"),
    (["school", "group"], None, True, "reml"),
    (["school", "group"], None, True, "ml"),
    (["group"], "time", True, "reml"),
    (["group"], "time", False, "reml"),
    (["school", "group"], "time", True, "reml"),
    (["school", "group"], "time", False, "ml"),
]


def fitted(data: Data, levels: list[str], slope: str | None, correlated: bool, method: str):
    groups = {level: data.groups[level] for level in levels}
    cross = from_arrays(data.columns, groups, slope=slope)
    return fit(cross, method=method, correlated=correlated)


@pytest.mark.parametrize(("levels", "slope", "correlated", "method"), MODELS)
def test_estimates_follow_from_the_covariance_written_out(levels, slope, correlated, method):
    data = sample(2)
    found = fitted(data, levels, slope, correlated, method)
    assert found.status == "ok", found.reason
    pieces = parts(data, levels, slope, correlated)
    tau = amounts(found, levels, slope, correlated)
    x, y = design(data)
    inverse = np.linalg.inv(np.tensordot(tau, np.stack(pieces), 1))
    cov = np.linalg.inv(x.T @ inverse @ x)
    assert found.cov == pytest.approx(cov, rel=EXACT, abs=EXACT)
    assert found.beta == pytest.approx(cov @ x.T @ inverse @ y, rel=EXACT)
    assert found.se == pytest.approx(np.sqrt(np.diag(cov)), rel=EXACT)
    written_out = deviance(data, pieces, tau, reml=method == "reml")
    assert found.deviance == pytest.approx(written_out, rel=EXACT)
    assert found.log_likelihood == pytest.approx(-written_out / 2, rel=EXACT)


@pytest.mark.parametrize(("levels", "slope", "correlated", "method"), MODELS)
def test_no_other_variances_are_more_likely(levels, slope, correlated, method):
    data = sample(2)
    found = fitted(data, levels, slope, correlated, method)
    pieces = parts(data, levels, slope, correlated)
    tau = amounts(found, levels, slope, correlated)
    slopes, bends = differences(data, pieces, tau, reml=method == "reml")
    promise = slopes @ np.linalg.solve(bends, slopes)
    assert (np.linalg.eigvalsh(bends) > 0).all()
    assert promise < 1e-8  # deviance a Newton step would still gain; differences see no less


@pytest.mark.parametrize(("levels", "slope", "correlated", "method"), MODELS)
def test_satterthwaite_follows_from_differences(levels, slope, correlated, method):
    data = sample(2)
    found = fitted(data, levels, slope, correlated, method)
    pieces = parts(data, levels, slope, correlated)
    tau = amounts(found, levels, slope, correlated)
    _, bends = differences(data, pieces, tau, reml=method == "reml")
    x, _ = design(data)
    inverse = np.linalg.inv(np.tensordot(tau, np.stack(pieces), 1))
    turned = found.cov @ x.T @ inverse
    slopes = np.stack([np.diag(turned @ piece @ turned.T) for piece in pieces])
    spread = np.einsum("ic,ij,jc->c", slopes, 2 * np.linalg.inv(bends), slopes)
    df = 2 * np.diag(found.cov) ** 2 / spread
    tests = satterthwaite.satterthwaite(found)
    assert tests.df == pytest.approx(df, rel=1e-4)  # second differences keep four digits
    assert tests.t == pytest.approx(found.beta / found.se)


def differences(data, pieces, tau, *, reml):
    """Return gradient and Hessian of the deviance by central differences."""
    m, step = len(tau), 1e-3 * np.maximum(np.abs(tau), 0.02)
    at = {}

    def value(*moves):
        key = tuple(moves)
        if key not in at:
            at[key] = deviance(data, pieces, tau + np.array(moves) * step, reml=reml)
        return at[key]

    unit = np.eye(m)
    slopes = np.array([(value(*u) - value(*-u)) / 2 for u in unit]) / step
    bends = np.empty((m, m))
    for i in range(m):
        for j in range(m):
            up, down = unit[i] + unit[j], unit[i] - unit[j]
            bends[i, j] = (value(*up) - value(*down) - value(*-down) + value(*-up)) / 4
    return slopes, bends / np.outer(step, step)


@pytest.mark.parametrize(("levels", "slope", "correlated"), [m[:3] for m in MODELS[::2]])
def test_kenward_roger_follows_from_the_paper(levels, slope, correlated):
    """The adjusted covariance, with every matrix of the paper written out."""
    data = sample(2)
    found = fitted(data, levels, slope, correlated, "reml")
    pieces = parts(data, levels, slope, correlated)
    tau = amounts(found, levels, slope, correlated)
    x, _ = design(data)
    inverse = np.linalg.inv(np.tensordot(tau, np.stack(pieces), 1))
    phi = np.linalg.inv(x.T @ inverse @ x)
    p = [-x.T @ inverse @ g @ inverse @ x for g in pieces]
    q = [[x.T @ inverse @ g @ inverse @ h @ inverse @ x for h in pieces] for g in pieces]
    m = len(pieces)
    information = np.empty((m, m))
    for i in range(m):
        for j in range(m):
            information[i, j] = (
                np.trace(inverse @ pieces[i] @ inverse @ pieces[j])
                - 2 * np.trace(phi @ q[i][j])
                + np.trace(phi @ p[i] @ phi @ p[j])
            ) / 2
    w = np.linalg.inv(information)
    middle = sum(w[i, j] * (q[i][j] - p[i] @ phi @ p[j]) for i in range(m) for j in range(m))
    adjusted = phi + 2 * phi @ middle @ phi
    tests = kenward_roger.kenward_roger(found)
    assert tests.se == pytest.approx(np.sqrt(np.diag(adjusted)), rel=1e-8)
    # for one contrast the degrees of freedom are those of the delta method
    slopes = np.stack([np.diag(phi @ piece @ phi) for piece in p])
    df = 2 * np.diag(phi) ** 2 / np.einsum("ic,ij,jc->c", slopes, w, slopes)
    assert tests.df == pytest.approx(df, rel=1e-7)


def test_intervals_are_estimates_and_t_quantiles():
    tests = satterthwaite.satterthwaite(fitted(sample(2), ["school"], None, True, "reml"))
    low, high = contrasts.ci(tests, 0.9).T
    assert (low + high) / 2 == pytest.approx(tests.estimate)
    wide = contrasts.ci(tests, 0.99)
    assert (wide[:, 0] < low).all()
    assert (wide[:, 1] > high).all()
    edge = contrasts.ci(tests, 1 - tests.p[1])  # the interval that just reaches 0
    assert np.abs(edge[1]).min() == pytest.approx(0, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), slope=st.booleans())
def test_the_order_of_rows_does_not_matter(seed, slope):
    data, rng = sample(seed), np.random.default_rng(seed)
    order = rng.permutation(len(data.columns["y"]))
    mixed = Data(
        {name: values[order] for name, values in data.columns.items()},
        {name: values[order] for name, values in data.groups.items()},
    )
    model = (["school", "group"], "time" if slope else None, True, "reml")
    one, two = fitted(data, *model), fitted(mixed, *model)
    assert one.status == two.status
    assert one.beta == pytest.approx(two.beta, rel=SEARCHED, abs=SEARCHED)
    assert one.deviance == pytest.approx(two.deviance, rel=EXACT)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shift=st.sampled_from([0.0, -7.0, 2026.0, 1e6]),
    factor=st.sampled_from([1.0, 1e-3, 40.0]),
)
def test_other_units_give_the_same_answer_in_other_units(seed, shift, factor):
    data = sample(seed)
    columns = dict(data.columns)
    columns["pre"] = columns["pre"] * factor + shift
    columns["y"] = columns["y"] * 3 + shift
    one = fitted(data, ["school"], None, True, "reml")
    two = fitted(Data(columns, data.groups), ["school"], None, True, "reml")
    near = {"rel": SEARCHED, "abs": SEARCHED}
    assert two.beta[1:] == pytest.approx(one.beta[1:] * [3, 3 / factor, 3], **near)
    assert two.se[1:] == pytest.approx(one.se[1:] * [3, 3 / factor, 3], **near)
    assert two.variances["school"] == pytest.approx(9 * one.variances["school"], **near)
    assert two.beta[0] + two.beta[2] * shift - shift == pytest.approx(
        3 * one.beta[0], rel=1e-5, abs=1e-5
    )


@pytest.mark.parametrize("correlated", [True, False])
def test_time_zero_is_that_of_the_column(correlated):
    """A model with free correlation moves with time; one without is another model elsewhere."""
    data = sample(2)
    later = {**data.columns, "time": data.columns["time"] + 2026}
    model = (["school", "group"], "time", correlated, "reml")
    one, two = fitted(data, *model), fitted(Data(later, data.groups), *model)
    tau = amounts(two, *model[:3])
    pieces = parts(Data(later, data.groups), *model[:3])
    if correlated:
        assert two.deviance == pytest.approx(one.deviance, rel=EXACT)
        name = "group.time"
        assert two.variances[name] == pytest.approx(one.variances[name], rel=SEARCHED)
        moved = (
            one.variances["group"]
            - 2 * 2026 * one.variances["group.(Intercept).time"]
            + 2026**2 * one.variances[name]
        )
        assert two.variances["group"] == pytest.approx(moved, rel=SEARCHED)
    else:
        assert two.deviance != pytest.approx(one.deviance, rel=1e-6)
        written_out = deviance(Data(later, data.groups), pieces, tau, reml=True)
        assert two.deviance == pytest.approx(written_out, rel=1e-7)  # 2026 squared costs digits


def test_columns_can_be_chosen_by_name():
    data = sample(2)
    cross = from_arrays(data.columns, {"school": data.groups["school"]})
    one = fit(cross, outcome="y", fixed=["(Intercept)", "pre"])
    two = fit(select(cross, ["pre", "y"]))
    assert one.names == ("(Intercept)", "pre")
    assert one.beta == pytest.approx(two.beta, rel=1e-12)
    swapped = fit(cross, outcome="pre", fixed=["(Intercept)", "y"])
    assert swapped.outcome == "pre"
    assert swapped.beta[1] * one.beta[1] < 1


def test_without_an_intercept_columns_stand_as_they_are():
    data = sample(2)
    cross = from_arrays(data.columns, {"school": data.groups["school"]})
    found = fit(cross, fixed=["pre", "time"])
    x = np.column_stack([data.columns["pre"], data.columns["time"]])
    same = data.groups["school"][:, None] == data.groups["school"]
    v = found.variances["school"] * same + found.residual * np.eye(len(x))
    a = x.T @ np.linalg.solve(v, x)
    assert found.beta == pytest.approx(
        np.linalg.solve(a, x.T @ np.linalg.solve(v, data.columns["y"])), rel=EXACT
    )


def test_without_groups_it_is_least_squares():
    data = sample(2)
    found = fit(from_arrays(data.columns))
    x, y = design(data)
    beta, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
    assert found.beta == pytest.approx(beta, rel=EXACT)
    assert found.residual == pytest.approx(rest[0] / (len(y) - 4), rel=EXACT)
    for test in (satterthwaite.satterthwaite, kenward_roger.kenward_roger):
        assert test(found).df == pytest.approx(np.full(4, len(y) - 4.0), rel=EXACT)
        assert test(found).se == pytest.approx(found.se, rel=EXACT)


def test_stacking_a_school_twice_is_two_schools():
    """The same schools under new names: variances stay near, standard errors shrink."""
    data = sample(2)
    twice = {name: np.tile(values, 2) for name, values in data.columns.items()}
    school = np.concatenate([data.groups["school"], data.groups["school"] + 100])
    one = fitted(data, ["school"], None, True, "ml")
    two = fit(from_arrays(twice, {"school": school}), method="ml")
    assert two.deviance == pytest.approx(2 * one.deviance, rel=EXACT)
    assert two.beta == pytest.approx(one.beta, rel=SEARCHED)
    assert two.variances["school"] == pytest.approx(one.variances["school"], rel=SEARCHED)
    assert two.se == pytest.approx(one.se / np.sqrt(2), rel=SEARCHED)


def test_balanced_schools_give_the_analysis_of_variance():
    """In balanced data REML is the analysis of variance, with its degrees of freedom."""
    rng = np.random.default_rng(3)
    school = np.repeat(np.arange(12), 10)
    treat = (school % 2).astype(float)
    y = 0.3 * treat + rng.normal(0, 1, 12)[school] + rng.normal(0, 1, 120)
    found = fit(from_arrays({"treat": treat, "y": y}, {"school": school}))
    means = y.reshape(12, 10).mean(axis=1)
    within = ((y.reshape(12, 10) - means[:, None]) ** 2).sum() / 108
    arms = [means[::2], means[1::2]]
    between = sum(((arm - arm.mean()) ** 2).sum() for arm in arms)
    assert found.residual == pytest.approx(within, rel=SEARCHED)
    assert found.variances["school"] == pytest.approx(between / 10 - within / 10, rel=SEARCHED)
    assert satterthwaite.satterthwaite(found).df[1] == pytest.approx(10, rel=1e-6)
    assert kenward_roger.kenward_roger(found).df[1] == pytest.approx(10, rel=1e-6)
