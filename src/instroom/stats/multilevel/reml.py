"""Restricted and ordinary maximum likelihood of the variance ratios of nested effects."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve

from instroom.stats.arrays import Floats
from instroom.stats.multilevel.nested import Jet


@dataclass(frozen=True, slots=True, eq=False)
class RemlSolution:
    """Best coefficients at given variance ratios, with the derivatives of what remains.

    The ``k`` columns are the ``p`` explanatory ones followed by the outcome.
    """

    beta: Floats
    """Shape (p,)."""
    inverse: Floats
    """Shape (p, p): ``inv(X' inv(M) X)``."""
    log_det_fixed: float
    """``log det X' inv(M) X``."""
    rest: float
    """Weighted residual sum of squares."""
    d_rest: Floats
    """Shape (m,)."""
    dd_rest: Floats
    """Shape (m, m)."""
    d_log_det_fixed: Floats
    """Shape (m,)."""
    dd_log_det_fixed: Floats
    """Shape (m, m)."""


def solve(jet: Jet) -> RemlSolution:
    """Return the generalised least squares solution that belongs to a jet.

    Raises
    ------
    numpy.linalg.LinAlgError
        When the columns depend on each other.
    """
    p = len(jet.matrix) - 1
    root = np.linalg.cholesky(jet.matrix)
    inverse = cho_solve((root[:p, :p], True), np.eye(p), check_finite=False)
    beta = cho_solve((root[:p, :p], True), jet.matrix[:p, p], check_finite=False)
    v = np.append(-beta, 1.0)
    pull = jet.d_matrix @ v  # (m, k)
    d_fixed = jet.d_matrix[:, :p, :p] @ inverse
    dd_rest = v @ (jet.dd_matrix @ v)[..., None]
    bend = np.einsum("ia,ab,jb->ij", pull[:, :p], inverse, pull[:, :p])
    return RemlSolution(
        beta=beta,
        inverse=inverse,
        log_det_fixed=2 * float(np.log(np.diag(root)[:p]).sum()),
        rest=float(root[p, p] ** 2),
        d_rest=pull @ v,
        dd_rest=dd_rest[..., 0] - 2 * bend,
        d_log_det_fixed=np.einsum("iaa->i", d_fixed),
        dd_log_det_fixed=np.einsum("ijab,ba->ij", jet.dd_matrix[..., :p, :p], inverse)
        - np.einsum("iab,jba->ij", d_fixed, d_fixed),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """Deviance with the residual variance at its best, and its derivatives to the ratios."""

    value: float
    gradient: Floats
    hessian: Floats
    residual: float
    """The residual variance."""


def criterion(jet: Jet, found: RemlSolution, n: int, *, restricted: bool) -> Criterion:
    """Return the deviance, -2 log likelihood with all its constants (lme4's ``REMLcrit``)."""
    free = n - len(found.beta) if restricted else n
    variance = found.rest / free
    slope = found.d_rest / found.rest
    value = jet.log_det + free * (1 + np.log(2 * np.pi * variance))
    gradient = jet.d_log_det + free * slope
    hessian = jet.dd_log_det + free * (found.dd_rest / found.rest - np.outer(slope, slope))
    if restricted:
        value += found.log_det_fixed
        gradient = gradient + found.d_log_det_fixed
        hessian = hessian + found.dd_log_det_fixed
    return Criterion(float(value), gradient, hessian, variance)


@dataclass(frozen=True, slots=True)
class Roots:
    """Variance ratios as functions of their roots, on which the search is free of bounds.

    ``correlated``: the first three ratios are a 2 x 2 covariance with Cholesky factor
    ``[[a, 0], [b, c]]``; every other ratio is a square.
    """

    size: int
    correlated: bool

    def ratios(self, theta: Floats) -> Floats:
        """Return the ratios at the roots ``theta``, shape (m,)."""
        phi: Floats = theta * theta
        if self.correlated:
            a, b, c = theta[:3]
            phi[:3] = a * a, a * b, b * b + c * c
        return phi

    def roots(self, phi: Floats) -> Floats:
        """Return roots of the ratios; a negative ratio counts as 0."""
        theta: Floats = np.sqrt(np.maximum(phi, 0.0))
        if self.correlated:
            a = theta[0]
            b = phi[1] / a if a > 0 else 0.0
            theta[:3] = a, b, np.sqrt(max(phi[2] - b * b, 0.0))
        return theta

    def slopes(self, theta: Floats) -> Floats:
        """Return d ratios / d roots, shape (m, m)."""
        jacobian: Floats = np.diag(2 * theta)
        if self.correlated:
            a, b, c = theta[:3]
            jacobian[:3, :3] = [[2 * a, 0, 0], [b, a, 0], [0, 2 * b, 2 * c]]
        return jacobian

    def edges(self, theta: Floats, tiny: float) -> Iterator[Floats]:
        """Yield ``theta`` with roots smaller than ``tiny`` at 0: one by one, more and more."""
        edge = theta
        for at in range(self.size):
            if abs(edge[at]) < tiny and not (self.correlated and at == 1):
                edge = edge.copy()
                edge[at] = 0.0
                if self.correlated and at == 0:
                    edge[1], edge[2] = 0.0, np.hypot(edge[1], edge[2])
                yield edge

    def bends(self, gradient: Floats) -> Floats:
        """Return the sum over ratios of ``gradient`` times their second derivatives, (m, m)."""
        bend: Floats = np.diag(2 * gradient)
        if self.correlated:
            g, h, k = gradient[:3]
            bend[:3, :3] = [[2 * g, h, 0], [h, 2 * k, 0], [0, 0, 2 * k]]
        return bend


def information(jet: Jet, found: RemlSolution, n: int) -> tuple[Floats, Floats]:
    """Return the information on the variances (residual last), and their quadratic forms.

    Shapes (m + 1, m + 1) and (m + 1,): ``tr(P G[i] P G[j])`` and ``y' P G[i] P y``.
    """
    m, p = len(jet.d_log_det), len(found.beta)
    inverse = found.inverse
    d = jet.d_matrix[:, :p, :p] @ inverse
    both = -jet.dd_log_det + np.einsum("iab,jba->ij", d, d)
    both -= np.einsum("ijab,ba->ij", jet.dd_matrix[..., :p, :p], inverse)
    trace = jet.d_log_det + found.d_log_det_fixed
    system = np.zeros((m + 1, m + 1))
    system[:m, :m] = both
    system[:m, m] = system[m, :m] = trace
    system[m, m] = n - p
    return system, np.append(-found.d_rest, found.rest)


def moments(system: Floats, score: Floats, roots: Roots) -> Floats:
    """Return roots to start from: unbiased quadratic estimates around no variance at all.

    ``system`` and ``score`` are the :func:`information` at ratios 0.

    Source
    ------
    Rao (1972), Journal of the American Statistical Association 67, 112-115 (MINQUE with prior
    ratios 0).
    """
    guess = np.linalg.solve(system, score)
    residual = max(float(guess[-1]), 0.05 * float(score[-1] / system[-1, -1]))
    ratio = np.clip(guess[:-1] / residual, 0.01, 100.0)
    if roots.correlated:
        ratio[1] = 0.0
    return roots.roots(ratio)
