import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import expit, log_expit

from instroom.stats.binary import binary_rows
from instroom.stats.binary.binary_likelihood import evaluate, nodes_and_weights
from instroom.stats.binary.binary_rows import BinaryRows, prepare

BETA, LOG_SD = np.array([-0.4, 0.5, 0.2]), np.log(0.8)


def some(seed: int, *, groups: int = 12, n: int = 150) -> BinaryRows:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, n)
    design = np.column_stack([np.ones(n), rng.normal(size=n), group % 2])
    trials = rng.integers(1, 4, n)
    odds = design @ [-0.5, 0.8, 0.3] + rng.normal(size=groups)[group]
    return prepare(rng.binomial(trials, expit(odds)), design, group, trials=trials)


def integrated(rows: BinaryRows, beta: np.ndarray, sd: float) -> float:
    """Return the log-likelihood with each group's integral by an adaptive rule of its own."""
    total, fixed = rows.constant, beta @ rows.columns
    for start, size in zip(rows.starts, rows.sizes, strict=True):
        of = slice(start, start + size)

        def log_density(b: float, of: slice = of) -> float:
            odds = fixed[of] + b
            no = rows.trials[of] - rows.yes[of]
            answers = rows.yes[of] @ log_expit(odds) + no @ log_expit(-odds)
            return float(answers - b**2 / sd**2 / 2 - np.log(sd * np.sqrt(2 * np.pi)))

        top = max(log_density(b) for b in np.linspace(-3, 3, 61))
        # bound as defaults: the function is used before the loop goes on
        area, _ = quad(
            lambda b, f=log_density, t=top: np.exp(f(b) - t), -8, 8, epsabs=1e-13, limit=200
        )
        total += top + np.log(area)
    return total


def test_quadrature_converges_to_the_integral() -> None:
    rows = some(1)
    truth = integrated(rows, BETA, np.exp(LOG_SD))
    errors = [
        abs(evaluate(rows, BETA, LOG_SD, np.zeros(12), points=k).value - truth) for k in (1, 5, 25)
    ]
    assert errors[0] > 1e-3 > errors[1] > 1e-6
    assert errors[2] < 1e-9


@pytest.mark.parametrize("points", [1, 2, 3, 9])
@pytest.mark.parametrize("seed", [1, 2])
def test_derivatives_are_those_of_the_value(points: int, seed: int) -> None:
    """Central differences of step h are off by about h^2 of the third derivative: 1e-8 here."""
    rows, theta, step = some(seed), np.append(BETA, LOG_SD), 1e-5

    def at(theta: np.ndarray):
        return evaluate(rows, theta[:3], float(theta[3]), np.zeros(12), points=points)

    here, moves = at(theta), step * np.eye(4)
    gradient = [(at(theta + d).value - at(theta - d).value) / (2 * step) for d in moves]
    hessian = [(at(theta + d).gradient - at(theta - d).gradient) / (2 * step) for d in moves]
    slopes = [(at(theta + d).modes - at(theta - d).modes) / (2 * step) for d in moves]
    assert_allclose(here.gradient, gradient, atol=1e-7)
    assert_allclose(here.hessian, hessian, atol=1e-7)
    assert_allclose(here.slopes, slopes, atol=1e-7)
    assert_allclose(here.hessian, here.hessian.T, atol=1e-10)


def test_one_block_or_many_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = some(3)
    whole = evaluate(rows, BETA, LOG_SD, np.zeros(12), points=3)
    monkeypatch.setattr(binary_rows, "BLOCK_ROWS", 20)
    assert len(rows.blocks) > 5
    parts = evaluate(rows, BETA, LOG_SD, np.zeros(12), points=3)
    assert_allclose(parts.value, whole.value, rtol=1e-13)
    assert_allclose(parts.hessian, whole.hessian, rtol=1e-11)


def test_modes_are_found_from_far_away_and_for_one_sided_groups() -> None:
    y = np.concatenate([np.ones(500), np.zeros(500), np.arange(500) % 2])
    rows = prepare(y, np.ones((1500, 1)), np.repeat([0, 1, 2], 500))
    near = evaluate(rows, np.zeros(1), np.log(5.0), np.zeros(3))
    far = evaluate(rows, np.zeros(1), np.log(5.0), np.array([-300.0, 300.0, 40.0]))
    assert_allclose(far.modes, near.modes, atol=1e-8)
    b = near.modes
    pull = 500 * (np.array([1, 0, 0.5]) - expit(b)) - b / 25
    assert_allclose(pull, 0, atol=1e-7)


def test_nodes_integrate_a_normal_exactly() -> None:
    nodes, log_weights = nodes_and_weights(7)
    assert_allclose(np.sum(np.exp(log_weights - nodes**2 / 2)), 1, rtol=1e-13)
    assert_allclose(np.sum(nodes**4 * np.exp(log_weights - nodes**2 / 2)), 3, rtol=1e-12)
