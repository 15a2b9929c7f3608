r"""The likelihood of a logit with one random intercept, with its exact first two derivatives.

Each group's random effect is integrated out by adaptive Gauss-Hermite quadrature; one point is
the Laplace approximation. The parameters are the coefficients and the log of the standard
deviation of the random effect.

With :math:`F(b)` the log joint density of a group's answers and its effect ``b``, the nodes are
:math:`b_k = \hat b + z_k C^{-1/2}`, where :math:`\hat b` is the mode and :math:`C = -F''(\hat b)`.
Nodes move with the parameters; the derivatives below follow them (implicit differentiation of
:math:`F'(\hat b) = 0`), so they are those of the approximation itself, to rounding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from instroom.stats.arrays import Floats, Ints
from instroom.stats.binary.binary_rows import BinaryRows, softplus

MODE_STEP = 1e-5  # a Newton step this small (in sd of b) leaves an error of its square
MODE_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """A log-likelihood with its gradient and Hessian in (scaled coefficients, log sd).

    ``modes`` has shape (G,), ``slopes`` (p + 1, G): the derivative of each mode.
    """

    value: float
    gradient: Floats
    hessian: Floats
    modes: Floats
    slopes: Floats


def nodes_and_weights(points: int) -> tuple[Floats, Floats]:
    """Return the nodes and log weights for integrating exp(F) around its mode.

    Examples
    --------
    >>> nodes, log_weights = nodes_and_weights(1)
    >>> nodes.tolist(), log_weights.tolist()
    ([0.0], [0.0])
    """
    if points == 1:
        return np.zeros(1), np.zeros(1)
    nodes, weights = hermegauss(points)
    return nodes, np.log(weights / np.sqrt(2 * np.pi)) + nodes**2 / 2


def evaluate(
    rows: BinaryRows, beta: Floats, log_sd: float, modes: Floats, *, points: int = 1
) -> Curvature:
    """Return the log-likelihood, its gradient and Hessian at scaled coefficients and log sd.

    Parameters
    ----------
    rows
        From :func:`instroom.stats.binary.binary_rows.prepare`.
    beta
        Shape (p,): coefficients of the scaled columns.
    log_sd
        Log of the standard deviation of the random intercept (log-odds).
    modes
        Shape (G,): where to start looking for each group's mode.
    points
        Quadrature points per group; 1 is Laplace.

    Source
    ------
    Pinheiro and Bates (1995), Journal of Computational and Graphical Statistics 4(1), 12-35
    (the approximation); derivatives by implicit differentiation, tested against differences of
    the value in ``tests/unit/stats/test_binary_likelihood.py``.

    Examples
    --------
    >>> from instroom.stats.binary.binary_rows import prepare
    >>> rows = prepare([0, 1, 1, 0], [[1], [1], [1], [1]], ["a", "a", "b", "b"])
    >>> round(evaluate(rows, np.zeros(1), 0.0, np.zeros(2)).value, 6)
    -3.178054
    """
    quadrature = nodes_and_weights(points)
    p, groups = len(beta), len(rows.starts)
    value, gradient, hessian = rows.constant, np.zeros(p + 1), np.zeros((p + 1, p + 1))
    found, slopes = np.empty(groups), np.empty((p + 1, groups))
    with np.errstate(over="ignore"):
        for span, of in rows.blocks:
            block = _Block(
                rows.columns[:, span],
                rows.yes[span],
                rows.trials[span],
                rows.starts[of] - span.start,
                rows.sizes[of],
                beta @ rows.columns[:, span],
                log_sd,
            )
            found[of] = _modes(block, modes[of])
            part, first, second, slopes[:, of] = _derivatives(block, found[of], quadrature)
            value += part
            gradient += first
            hessian += second
    return Curvature(value, gradient, hessian, found, slopes)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some whole groups, with the fixed part of their log-odds."""

    X: Floats
    yes: Floats
    trials: Floats
    starts: Ints
    sizes: Ints
    fixed: Floats
    log_sd: float

    def sums(self, values: Floats) -> Floats:
        """Add up over the rows of each group (last axis)."""
        total: Floats = np.add.reduceat(values, self.starts, axis=-1)
        return total

    def answers(self, effects: Floats) -> tuple[Floats, Floats, Floats]:
        """Return (chance, residual, weight) of each row given the effects of the groups."""
        chance = 1 / (1 + np.exp(-(self.fixed + np.repeat(effects, self.sizes))))
        expected = self.trials * chance
        return chance, self.yes - expected, expected * (1 - chance)

    def log_density(self, effects: Floats) -> Floats:
        """Return each group's log joint density, without the constant of the normal."""
        odds = self.fixed + np.repeat(effects, self.sizes)
        answers = self.sums(self.yes * odds - self.trials * softplus(odds))
        precision = np.exp(-2 * self.log_sd)
        density: Floats = answers - precision * effects**2 / 2 - self.log_sd
        return density


def _modes(block: _Block, start: Floats) -> Floats:
    """Return each group's mode by damped Newton.

    As |F'''| <= -F'', steps of log(1 + |step|) always climb (Sun and Tran-Dinh 2019, Mathematical
    Programming 178, 145-213); near the mode they are Newton's own.
    """
    b, precision = start.copy(), np.exp(-2 * block.log_sd)
    for _ in range(MODE_STEPS):
        _, residual, weight = block.answers(b)
        bend = block.sums(weight) + precision
        step = (block.sums(residual) - precision * b) / bend
        b += np.copysign(np.log1p(np.abs(step)), step)
        if not (step**2 * bend).max(initial=0.0) > MODE_STEP**2:
            break
    return b


def _derivatives(
    block: _Block, b: Floats, quadrature: tuple[Floats, Floats]
) -> tuple[float, Floats, Floats, Floats]:
    """Return value, gradient, Hessian of a block, and the derivative of its modes.

    Names: W, W1, W2 are the second to fourth derivatives of the answers' log density in b, with
    the sign turned; V, V1, V2 the same times X; C the bend at the mode; g the derivative of the
    mode, c that of C; q the precision.
    """
    p, q = len(block.X), float(np.exp(-2 * block.log_sd))
    chance, _, w = block.answers(b)
    w1 = w * (1 - 2 * chance)
    w2 = w * (1 - 6 * chance * (1 - chance))
    C, W1, W2 = block.sums(w) + q, block.sums(w1), block.sums(w2)
    V, V1, V2 = (block.sums(row * block.X) for row in (w, w1, w2))
    g = np.vstack([-V, 2 * q * b]) / C
    c = np.vstack([V1, np.full_like(b, -2 * q)]) + W1 * g
    value, gradient, hessian, moments = _quadrature(block, b, quadrature, (C, g, -c / (2 * C)))
    A, B, mean_weight = moments
    alpha, kappa = (A - (1 + B) * W1 / (2 * C)) / C, (1 + B) / (2 * C)
    gram = mean_weight + np.repeat(alpha, block.sizes) * w1 + np.repeat(kappa, block.sizes) * w2
    hessian[:p, :p] -= (gram * block.X) @ block.X.T
    hessian[p, p] -= 4 * q * float(np.sum(alpha * b + kappa))
    third = np.vstack([-V1, np.full_like(b, 2 * q)])
    fourth = np.vstack([-V2, np.zeros_like(b)])
    cross = (alpha * third + kappa * fourth) @ g.T
    hessian += cross + cross.T - ((alpha * W1 + kappa * W2) * g) @ g.T
    hessian += ((0.5 + 0.75 * B) / C**2 * c) @ c.T
    return value, gradient, hessian, g


def _quadrature(
    block: _Block,
    b: Floats,
    quadrature: tuple[Floats, Floats],
    mode: tuple[Floats, Floats, Floats],
) -> tuple[float, Floats, Floats, tuple[Floats, Floats, Floats]]:
    """Return value, gradient and the Hessian's share of first derivatives of the nodes.

    Also the weighted means of F' and of z F' over the nodes, and the mean weight of each row,
    which the second derivatives of the nodes need.
    """
    nodes, log_weights = quadrature
    C, g, spread = mode
    p, q, width = len(block.X), float(np.exp(-2 * block.log_sd)), 1 / np.sqrt(C)
    levels, slopes, scores, mixed, bends, weights = [], [], [], [], [], []
    for z, log_weight in zip(nodes, log_weights, strict=True):
        at = b + z * width
        _, residual, w = block.answers(at)
        levels.append(log_weight + block.log_density(at))
        slopes.append(block.sums(residual) - q * at)
        scores.append(np.vstack([block.sums(residual * block.X), q * at**2 - 1]))
        mixed.append(np.vstack([-block.sums(w * block.X), 2 * q * at]))
        bends.append(block.sums(w) + q)
        weights.append(w)
    log_parts = np.array(levels)
    top = log_parts.max(axis=0)
    parts = np.exp(log_parts - top)
    total = parts.sum(axis=0)
    value = float(np.sum(top + np.log(total) - np.log(C) / 2))
    gradient, hessian = spread.sum(axis=1), np.zeros((p + 1, p + 1))
    A, B, mean = np.zeros_like(b), np.zeros_like(b), np.zeros_like(g)
    mean_weight = np.zeros_like(block.yes)
    for k, z in enumerate(nodes):
        share = parts[k] / total
        move = g + z * width * spread
        score = scores[k] + slopes[k] * move
        mean += share * score
        A += share * slopes[k]
        B += share * z * width * slopes[k]
        mean_weight += np.repeat(share, block.sizes) * weights[k]
        cross = (share * mixed[k]) @ move.T
        hessian += cross + cross.T - (share * bends[k] * move) @ move.T
        hessian += (share * score) @ score.T
        hessian[p, p] -= 2 * q * float(np.sum(share * (b + z * width) ** 2))
    gradient = gradient + mean.sum(axis=1)
    hessian -= mean @ mean.T
    return value, gradient, hessian, (A, B, mean_weight)
