"""Several effects from one study: models that must meet, and what is refused."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.stats.evidence.meta import random_effects
from instroom.stats.evidence.meta_blocks import blocks_by_size, correlated_blocks
from instroom.stats.evidence.meta_levels import three_level
from instroom.stats.evidence.meta_robust import (
    correlated_hierarchical,
    robust_correlated,
    robust_hierarchical,
)

RNG = np.random.default_rng(20261124)
STUDY = np.repeat(np.arange(12), RNG.integers(1, 7, 12))
K = len(STUDY)
V = RNG.uniform(0.01, 0.08, K)
Y = 0.3 + RNG.normal(0, 0.25, 12)[STUDY] + RNG.normal(0, 0.15, K) + RNG.normal(0, np.sqrt(V))
MODELS = [robust_correlated, robust_hierarchical, correlated_hierarchical]


def dense(sigma2: np.ndarray, correlation: float) -> np.ndarray:
    same = (STUDY[:, None] == STUDY[None, :]).astype(float)
    sd = np.sqrt(V)
    sampling = np.outer(sd, sd) * same * correlation
    np.fill_diagonal(sampling, V)
    return sampling + sigma2[0] * same + sigma2[1] * np.eye(K)


def restricted(sigma2: np.ndarray, correlation: float) -> float:
    inverse = np.linalg.inv(dense(sigma2, correlation))
    total = inverse.sum()
    r = Y - (inverse @ Y).sum() / total
    log_det = np.linalg.slogdet(dense(sigma2, correlation))[1]
    constant = (K - 1) * np.log(2 * np.pi) - np.log(K)
    return float(-0.5 * (log_det + np.log(total) + r @ inverse @ r + constant))


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_block_likelihood_is_the_dense_one_and_at_its_peak(correlation: float) -> None:
    m = three_level(Y, V, levels=[STUDY, np.arange(K)], correlation=correlation)
    peak = restricted(m.sigma2, correlation)
    assert m.log_likelihood == pytest.approx(peak, rel=1e-11)
    for step in (0.9, 0.99, 1.01, 1.1):
        assert restricted(m.sigma2 * [step, 1], correlation) < peak
        assert restricted(m.sigma2 * [1, step], correlation) < peak
    inverse = np.linalg.inv(dense(m.sigma2, correlation))
    assert m.se[0] == pytest.approx(inverse.sum() ** -0.5, rel=1e-11)
    assert m.weights == pytest.approx(inverse.sum(axis=0) / inverse.sum(), rel=1e-9)


def test_one_level_of_single_effects_is_the_ordinary_meta_analysis() -> None:
    one = three_level(Y, V, levels=[np.arange(K)], test="z")
    other = random_effects(Y, V, test="z")
    assert one.sigma2[0] == pytest.approx(other.tau2, rel=1e-9)
    assert one.coefficients == pytest.approx(other.coefficients, rel=1e-10)
    assert one.se == pytest.approx(other.se, rel=1e-9)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-11)
    assert one.q == pytest.approx(other.q, rel=1e-12)
    assert one.i2[0] == pytest.approx(other.i2, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_names_and_order_of_studies_do_not_matter(model) -> None:
    order = np.random.default_rng(1).permutation(K)
    names = np.array([f"study {chr(122 - number)}" for number in STUDY])
    one, other = model(Y, V, STUDY), model(Y[order], V[order], names[order])
    for name in ("coefficients", "se", "df", "tau2"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-8)


def test_independent_equal_effects_have_the_t_test_of_the_mean() -> None:
    y, v = RNG.normal(0, 1, 9), np.full(9, 0.1)
    m = robust_correlated(y, v, np.arange(9))
    assert m.coefficients[0] == pytest.approx(y.mean(), rel=1e-12)
    assert m.se[0] == pytest.approx(y.std(ddof=1) / 3, rel=1e-12)
    assert m.df[0] == pytest.approx(8, rel=1e-12)


def test_the_robust_variance_is_unbiased_under_its_working_model() -> None:
    """The exact expectation: CR2 is linear in the outer products of the residuals."""
    m = correlated_hierarchical(Y, V, STUDY, correlation=0.4)
    working = dense(np.array([m.tau2, m.omega2]), 0.4)
    root = np.linalg.cholesky(working)
    inverse = np.linalg.inv(working)
    bread = 1 / inverse.sum()
    hat = np.outer(np.ones(K), inverse.sum(axis=0)) * bread
    left = (np.eye(K) - hat) @ working @ (np.eye(K) - hat).T
    total = 0.0
    for study in range(12):
        rows = np.flatnonzero(study == STUDY)
        d = np.linalg.cholesky(working[np.ix_(rows, rows)]).T
        values, vectors = np.linalg.eigh(d @ left[np.ix_(rows, rows)] @ d.T)
        adjust = d.T @ (vectors / np.sqrt(values)) @ vectors.T @ d
        g = adjust.T @ np.linalg.inv(working[np.ix_(rows, rows)]) @ np.ones(len(rows)) * bread
        total += g @ left[np.ix_(rows, rows)] @ g
    assert root.shape == (K, K)
    assert total == pytest.approx(bread, rel=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_missing_effects_are_left_out(model) -> None:
    y, v = np.append(Y, np.nan), np.append(V, 0.02)
    found = model(y, v, np.append(STUDY, 99))
    assert (found.k, found.clusters) == (K, 12)
    assert found.used.tolist() == [True] * K + [False]
    assert found.se == pytest.approx(model(Y, V, STUDY).se, rel=1e-14)


@pytest.mark.parametrize("model", MODELS)
def test_too_few_studies_say_so(model) -> None:
    found = model(Y[:3], V[:3], [0, 0, 0])
    assert (found.status, found.clusters) == ("too_few", 1)
    assert "too few studies (1)" in found.reason
    assert np.isnan(found.se).all()


def test_a_moderator_without_differences_is_not_supported() -> None:
    found = robust_correlated(Y, V, STUDY, moderators=np.full(K, 2.0))
    assert found.status == "not_supported"
    fit = three_level(Y, V, levels=[STUDY, np.arange(K)], moderators=np.full(K, 2.0))
    assert fit.status == "not_supported"


def test_levels_with_the_same_groups_cannot_be_told_apart() -> None:
    found = three_level(Y, V, levels=[STUDY, STUDY])
    assert found.status == "not_supported"
    assert "same groups" in found.reason
    assert three_level(Y, V, levels=[np.zeros(K), np.arange(K)]).status == "too_few"


def test_no_differences_at_a_level_is_a_boundary() -> None:
    calm = 0.2 + 0.3 * (Y - Y.mean())
    found = three_level(calm, V, levels=[STUDY, np.arange(K)])
    assert found.status == "boundary"
    assert (found.sigma2 == 0).any()
    assert "0" in found.reason


def test_few_degrees_of_freedom_are_pointed_out() -> None:
    rare = (STUDY == 0).astype(float)
    found = robust_correlated(Y, V, STUDY, moderators=rare + 0.001 * np.arange(K))
    assert found.trustworthy.tolist() == (found.df >= 4).tolist()
    assert not found.trustworthy.all()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: robust_correlated(Y, V, STUDY, correlation=1.0), "bad_correlation"),
        (lambda: correlated_hierarchical(Y, V, STUDY, correlation=-0.1), "bad_correlation"),
        (lambda: robust_hierarchical(Y, V, STUDY[:-1]), "bad_shape"),
        (lambda: three_level(Y, V, levels=[]), "no_levels"),
        (lambda: three_level(Y, V, levels=[STUDY[:-1]]), "bad_shape"),
        (lambda: three_level(Y, V, levels=[STUDY], correlation=2.0), "bad_correlation"),
        (lambda: three_level(Y, V, levels=[STUDY], method="DL"), "unknown_method"),
        (lambda: three_level(Y, V, levels=[STUDY], test="knha"), "unknown_test"),
    ],
)
def test_impossible_input_is_refused(call, code) -> None:
    with pytest.raises(DataError) as caught:
        call()
    assert caught.value.code == code


def test_blocks_hold_every_row_once() -> None:
    blocks = blocks_by_size(STUDY)
    assert sorted(np.concatenate([rows.ravel() for rows in blocks])) == list(range(K))
    assert all(len(np.unique(STUDY[row])) == 1 for rows in blocks for row in rows)
    made = correlated_blocks(V, blocks, 0.3)
    assert all(
        np.allclose(np.diagonal(c, axis1=1, axis2=2), V[b])
        for b, c in zip(blocks, made, strict=True)
    )


@pytest.mark.parametrize("moderators", [None, np.linspace(-1, 1, 8)])
def test_one_effect_per_study_tells_nothing_of_differences_within_one(moderators) -> None:
    rng = np.random.default_rng(3)
    y, v = rng.normal(size=8), rng.uniform(0.05, 0.2, size=8)
    found = robust_hierarchical(y, v, np.arange(8), moderators=moderators)
    plain = random_effects(y, v, moderators=moderators, method="DL")
    assert np.isnan(found.omega2)
    assert found.tau2 == pytest.approx(plain.tau2, rel=1e-12)
    assert found.coefficients == pytest.approx(plain.coefficients, rel=1e-12)
