"""The wild cluster bootstrap against refits of rows, and where it must say no."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.clusters import bootstrap, robust

Floats = np.ndarray


def pupils(schools: int = 8, effect: float = 0.6, seed: int = 2) -> tuple[CrossProducts, Floats]:
    chance = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), chance.integers(4, 15, schools))
    n, treat = len(school), (np.arange(schools) % 2).astype(float)[school]
    pre = chance.normal(size=n)
    level = 0.4 * chance.normal(size=schools)[school]
    y = effect * treat + pre + level + chance.normal(size=n)
    other = 0.5 * y + chance.normal(size=n)
    rows = np.column_stack([treat, pre, y, other, school])
    columns = {"treat": treat, "pre": pre, "y": y, "other": other}
    return from_arrays(columns, {"school": school}), rows


FIXED = ["treat", "pre"]


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def refits(rows: Floats, null: float, weights: Floats) -> tuple[float, Floats]:
    """Calculate the statistic of the data and of every draw from rows; weights (J, draws)."""
    x = np.column_stack([np.ones(len(rows)), rows[:, :2]])
    y, school = rows[:, 2], rows[:, 4].astype(int)
    bread, clusters = np.linalg.inv(x.T @ x), len(weights)

    def statistic(outcome: Floats) -> float:
        beta = bread @ x.T @ outcome
        residual = outcome - x @ beta
        scores = np.stack([x[school == g].T @ residual[school == g] for g in range(clusters)])
        variance = bread @ scores.T @ scores @ bread * clusters / (clusters - 1)
        return float((beta[1] - null) / np.sqrt(variance[1, 1]))

    rest = x[:, [0, 2]]
    fitted = rest @ np.linalg.lstsq(rest, y - null * x[:, 1], rcond=None)[0] + null * x[:, 1]
    draws = [statistic(fitted + (y - fitted) * w[school]) for w in weights.T]
    return statistic(y), np.array(draws)


@pytest.mark.parametrize("null", [0.0, 0.5, -3.0])
def test_enumerated_p_equals_refits(null: float) -> None:
    cross, rows = pupils()
    signs = np.array(np.meshgrid(*[[1, -1]] * 8)).reshape(8, -1)
    t, draws = refits(rows, null, signs)
    found = bootstrap.wild(
        cross, "treat", rng=chance(), outcome="y", fixed=FIXED, null=null, weights="rademacher"
    )
    assert found.t == pytest.approx(t, rel=1e-9)
    assert found.p == np.mean(np.abs(draws) >= abs(t) * (1 - 1e-9))
    assert found.draws == 256


def test_webb_draws_equal_refits_with_the_same_weights() -> None:
    cross, rows = pupils()
    values = np.sqrt([0.5, 1.0, 1.5])
    six = np.concatenate([-values[::-1], values])
    weights = six[chance(7).integers(0, 6, (99, 8))].T
    t, draws = refits(rows, 0.0, weights)
    found = bootstrap.wild(cross, "treat", rng=chance(7), outcome="y", fixed=FIXED, draws=99)
    assert found.weights == "webb"
    assert not found.enumerated
    assert found.p == (1 + np.sum(np.abs(draws) >= abs(t))) / 100


def test_interval_ends_are_where_the_p_value_crosses() -> None:
    cross, _ = pupils(11)
    found = bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED)
    assert found.ci[0] < found.estimate < found.ci[1]
    inside = [found.ci[0] + 1e-6, found.ci[1] - 1e-6]
    outside = [found.ci[0] - 1e-6, found.ci[1] + 1e-6]

    def p(null: float) -> float:
        return bootstrap.p_value(cross, "treat", rng=chance(), outcome="y", fixed=FIXED, null=null)

    assert all(p(null) >= 0.05 for null in inside)
    assert all(p(null) < 0.05 for null in outside)


def test_a_rejected_zero_lies_outside_the_interval() -> None:
    for effect in (0.0, 0.3, 1.5):
        cross, _ = pupils(12, effect)
        found = bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED)
        assert (found.p < 0.05) == (not found.ci[0] <= 0 <= found.ci[1])


def test_few_sign_patterns_cannot_reject_and_say_so() -> None:
    cross, _ = pupils(5)
    found = bootstrap.wild(
        cross, "treat", rng=chance(), outcome="y", fixed=FIXED, weights="rademacher"
    )
    # Of 32 patterns 2 always tie with the data: no p-value below 1/16.
    assert found.p >= 2 / 32
    assert found.status == "unbounded"
    assert found.ci == (-np.inf, np.inf)
    assert "5 clusters" in str(found.reason)


def test_same_seed_same_answer_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    cross, _ = pupils(20)
    one = bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED, draws=999)
    assert one == bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED, draws=999)
    monkeypatch.setattr(bootstrap, "BLOCK", 20 * 100)
    blocks = bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED, draws=999)
    assert blocks.draws == 999
    assert blocks.p == one.p
    assert blocks.ci == pytest.approx(one.ci, rel=1e-9)


def test_many_schools_agree_with_cr2() -> None:
    cross, _ = pupils(80, 0.3)
    wild = bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED)
    fit = robust.fit(cross, outcome="y", fixed=FIXED)
    width = fit.ci[1, 1] - fit.ci[1, 0]
    # Both are right to order 1/clusters; at 80 schools a tenth of the width covers the difference.
    assert wild.ci == pytest.approx(tuple(fit.ci[1]), abs=0.1 * width)


def test_nothing_to_test_is_a_result() -> None:
    _, rows = pupils()
    exact = {"treat": rows[:, 0], "pre": rows[:, 1], "y": 2 * rows[:, 1] - rows[:, 0]}
    none = bootstrap.wild(from_arrays(exact, {"school": rows[:, 4]}), "treat", rng=chance())
    assert none.status == "boundary"
    assert none.estimate == pytest.approx(-1)
    treat, school = (rows[:, 4] == 2) * 1.0, rows[:, 4]
    columns = {"treat": treat, "y": rows[:, 2]}
    single = bootstrap.wild(from_arrays(columns, {"school": school}), "treat", rng=chance())
    assert single.status == "boundary"
    assert np.isnan(single.p)
    assert np.isfinite(single.estimate)
    one = bootstrap.wild(
        from_arrays({"treat": rows[:, 0], "y": rows[:, 2]}, {"school": np.zeros(len(rows))}),
        "treat", rng=chance(),
    )  # fmt: skip
    assert one.status == "too_few"


def test_wrong_questions_are_errors() -> None:
    cross, _ = pupils()
    with pytest.raises(DataError) as caught:
        bootstrap.wild(cross, "x", rng=chance(), outcome="y", fixed=FIXED)
    assert caught.value.code == "unknown_column"
    with pytest.raises(DataError) as caught:
        bootstrap.wild(cross, "treat", rng=chance(), outcome="y", fixed=FIXED, draws=10)
    assert caught.value.code == "bad_draws"
    with pytest.raises(DataError) as caught:
        bootstrap.wild(cross, "treat", rng=chance(), outcome="pre", fixed=["treat", "pre"])
    assert caught.value.code == "outcome_twice"
