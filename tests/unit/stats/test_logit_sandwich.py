import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit

from instroom.stats.binary import binary_rows, logit_sandwich
from instroom.stats.binary.binary_optimum import maximise
from instroom.stats.binary.binary_rows import prepare
from instroom.stats.binary.logit_sandwich import sandwich

Data = tuple[np.ndarray, np.ndarray, np.ndarray]


def pupils(seed: int, sizes: tuple[int, ...] = (40, 5, 12, 1, 30, 8)) -> Data:
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    n = len(school)
    treat = (school % 2).astype(float)
    design = np.column_stack([np.ones(n), treat, rng.integers(0, 3, n)])
    odds = design @ [-1.0, 0.5, 0.4] + 0.5 * rng.normal(size=len(sizes))[school]
    return (rng.random(n) < expit(odds)) * 1.0, design, school


def by_row(data: Data, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """CR2 and its degrees of freedom as written down: n x n matrices, one row per person."""
    y, design, school = data
    chance = expit(design @ beta)
    v = chance * (1 - chance)
    weighted = v[:, None] * design  # dmu/dbeta, with weights 1/v and working covariance v
    bread = np.linalg.inv(design.T @ weighted)
    hat = weighted @ bread @ design.T
    rest = np.eye(len(y)) - hat
    meat, paths = np.zeros_like(bread), []
    for s in np.unique(school):
        of = school == s
        width = np.diag(np.sqrt(v[of]))
        inner = width @ (rest @ np.diag(v) @ rest.T)[np.ix_(of, of)] @ width
        values, vectors = np.linalg.eigh(inner)
        kept = values > 1e-12
        root = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
        adjust = width @ root @ width
        score = design[of].T @ adjust @ (y - chance)[of]
        meat += np.outer(score, score)
        paths.append(rest[of].T @ adjust @ design[of] @ bread)
    df = []
    for c in range(design.shape[1]):
        path = np.array([p[:, c] for p in paths])
        products = path @ np.diag(v) @ path.T
        df.append(np.trace(products) ** 2 / np.sum(products**2))
    return bread @ meat @ bread, np.array(df)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("added_up", [True, False])
def test_cr2_is_that_of_the_definition(
    seed: int, added_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pupils(seed)
    if not added_up:
        monkeypatch.setattr(binary_rows, "MOST_VALUES", 0)
    rows = prepare(*data)
    assert (rows.columns.shape[1] < len(data[0])) == added_up
    best = maximise(rows)
    found = sandwich(rows, best.beta, best.inverse, "cr2")
    cov, df = by_row(data, rows.scaling @ best.beta)
    assert_allclose(found.cov, cov, rtol=1e-9, atol=1e-12)
    assert_allclose(found.df, df, rtol=1e-9)
    assert not found.decided.any()


def test_a_coefficient_that_rests_on_one_cluster_is_marked_and_the_rest_is_right() -> None:
    y, design, school = pupils(3)
    data = (y, np.column_stack([design, school == 0]), school)
    rows = prepare(*data)
    best = maximise(rows)
    found = sandwich(rows, best.beta, best.inverse, "cr2")
    assert_array_equal(found.decided, [False, False, False, True])
    cov, df = by_row(data, rows.scaling @ best.beta)
    assert_allclose(found.cov[:3, :3], cov[:3, :3], rtol=1e-8, atol=1e-12)
    assert_allclose(found.df[:3], df[:3], rtol=1e-8)


def test_rare_answers_stretch_the_quadrature_but_not_the_error() -> None:
    rng = np.random.default_rng(5)
    school = np.repeat(np.arange(10), 20)
    design = np.column_stack([np.ones(200), rng.normal(size=200) * 3])
    y = (rng.random(200) < expit(design @ [-1.0, 1.0])) * 1.0
    rows = prepare(y, design, school)
    best = maximise(rows)
    chance = expit(best.beta @ rows.columns)
    bends = (chance * (1 - chance)) ** 2
    assert bends.max() / bends.min() > 1e6
    found = sandwich(rows, best.beta, best.inverse, "cr2")
    cov, df = by_row((y, design, school), rows.scaling @ best.beta)
    assert_allclose(found.cov, cov, rtol=1e-9)
    assert_allclose(found.df, df, rtol=1e-9)


def test_a_certain_answer_weighs_nothing() -> None:
    y, design, school = pupils(4)
    x = np.random.default_rng(4).normal(size=len(y))
    design = np.column_stack([design, x])
    slope = maximise(prepare(y, design, school))
    sign = np.sign(np.linalg.lstsq(design, y - y.mean(), rcond=None)[0][3])
    certain = np.append(design, [[1, 1, 1, 1e5]], axis=0)
    more = prepare(np.append(y, (sign + 1) / 2), certain, np.append(school, 1))
    best = maximise(more)
    found = sandwich(more, best.beta, best.inverse, "cr2")
    without = prepare(y, design, school)
    expected = sandwich(without, slope.beta, slope.inverse, "cr2")
    assert_allclose(more.scaling @ best.beta, without.scaling @ slope.beta, rtol=1e-6)
    assert_allclose(found.cov, expected.cov, rtol=1e-6, atol=1e-9)
    assert_allclose(found.df, expected.df, rtol=1e-6)


@pytest.mark.parametrize(
    ("spread", "rounding"), [(1.0, 1e-14), (1e3, 1e-14), (1e8, 1e-12), (1e12, 1e-11)]
)
def test_the_rule_gives_inverse_roots_over_the_whole_range(spread: float, rounding: float) -> None:
    nodes = logit_sandwich._nodes(1 / spread, 1.0)
    values = np.geomspace(1 / spread, 1.0, 200)
    roots = sum(weight / (square + values) for square, weight in nodes)
    assert_allclose(roots * np.sqrt(values), 1, rtol=rounding)
    assert len(nodes) < 60


def test_blocks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = prepare(*pupils(2))
    best = maximise(rows)
    whole = sandwich(rows, best.beta, best.inverse, "cr2")
    monkeypatch.setattr(binary_rows, "BLOCK_ROWS", 6)
    parts = sandwich(rows, best.beta, best.inverse, "cr2")
    assert_allclose(parts.cov, whole.cov, rtol=1e-11)
    assert_allclose(parts.df, whole.df, rtol=1e-11)
