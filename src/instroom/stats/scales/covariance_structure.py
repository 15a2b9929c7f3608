"""Maximum likelihood for factor models of covariances and means, in one or more groups."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.newton import halved, not_above
from instroom.stats.rank import inverse, weakest
from instroom.stats.results import unknown
from instroom.stats.status import FitStatus

Ints = NDArray[np.intp]

MOST_STEPS = 60
PATIENCE = 25  # steps of scoring after which the curvature itself is worked out
RUNAWAY = 10.0  # a residual variance this many times below zero is on its way to infinity
SINGULAR = 1e-10  # an eigenvalue of the information's correlations this small is 0
CLOSE = 1e-14  # expected gain in the discrepancy, per person, at which the search stops


@dataclass(frozen=True, slots=True)
class Sample:
    """What a group's answers say: covariances (divided by ``n``), means and ``n`` people."""

    covariance: Floats
    mean: Floats
    n: int


@dataclass(frozen=True, slots=True)
class Matrices:
    """A factor model of one group: Sigma = L F L' + R, mu = i + L m.

    ``loadings`` (items, factors), ``factor_cov`` (factors, factors), ``residual_cov`` (items,
    items), ``intercepts`` (items,), ``factor_means`` (factors,).
    """

    loadings: Floats
    factor_cov: Floats
    residual_cov: Floats
    intercepts: Floats
    factor_means: Floats


@dataclass(frozen=True, slots=True)
class ParameterPattern:
    """Which numbers of a group are estimated: parameter numbers, -1 where a number is fixed.

    Symmetric matrices carry the number in both places; equal numbers are one parameter.
    """

    loadings: Ints
    factor_cov: Ints
    residual_cov: Ints
    intercepts: Ints
    factor_means: Ints


@dataclass(frozen=True, slots=True)
class CovarianceSolution:
    """A fitted model: parameters, sampling covariances, matrices and ``chisq`` of the fit."""

    theta: Floats
    covariance: Floats
    groups: tuple[Matrices, ...]
    chisq: float
    status: FitStatus
    reason: Message | None


def sample(scores: Floats) -> Sample:
    """Return the covariances and means of complete answers, shape (people, items).

    Examples
    --------
    >>> s = sample(np.array([[1.0, 2.0], [3.0, 2.0]]))
    >>> s.covariance[0, 0], s.mean[1], s.n
    (np.float64(1.0), np.float64(2.0), 2)
    """
    mean = scores.mean(axis=0)
    centred = scores - mean  # centre before squaring
    return Sample(centred.T @ centred / len(scores), mean, len(scores))


def maximise(
    samples: tuple[Sample, ...],
    starts: tuple[Matrices, ...],
    patterns: tuple[ParameterPattern, ...],
) -> CovarianceSolution:
    """Return the maximum likelihood solution by Fisher scoring with analytic derivatives.

    Parameters
    ----------
    samples
        One for each group; covariances must be positive definite.
    starts
        Starting values, and the values of fixed numbers.
    patterns
        Which numbers are estimated; parameters are numbered from 0 over all groups.

    Returns
    -------
    Solution
        ``status`` is ``ok``, ``boundary`` (a variance at or below zero), ``not_identified``
        or ``not_converged``.

    Source
    ------
    Jöreskog (1971), Psychometrika 36, 409-426 (several groups); expected information as in
    Bollen (1989), Structural Equations with Latent Variables, appendix 4A. Checked against R
    ``lavaan`` in ``tests/reference/test_scales.py``.
    """
    theta: Floats = _packed(starts, patterns)
    total = sum(s.n for s in samples)
    groups = _unpacked(theta, starts, patterns)
    value = _discrepancy(samples, groups)
    status = FitStatus.NOT_CONVERGED
    reason: Message | None = Message(
        "No solution was found: the items share too little, or pupils are few."
    )

    def look(at: Floats) -> tuple[float, tuple[Matrices, ...]]:
        there = _unpacked(at, starts, patterns)
        return _discrepancy(samples, there), there

    for taken in range(MOST_STEPS):
        gradient, information = _derivatives(samples, groups, patterns, len(theta))
        if not weakest(information) > SINGULAR:
            status, reason = (
                FitStatus.NOT_IDENTIFIED,
                Message("The model has no single best solution here."),
            )
            break
        step: Floats = np.asarray(np.linalg.solve(information, gradient))
        if taken >= PATIENCE:
            step = _newton(samples, patterns, starts, theta, (gradient, information))
        if gradient @ step < CLOSE * total:
            status, reason = FitStatus.OK, None
            break
        moved = halved(look, theta, step, not_above(value), most=34)
        if moved is None:  # rounding: no step lowers the discrepancy any more
            status, reason = FitStatus.OK, None
            break
        theta, (value, groups) = moved
        if _runs_away(samples, groups):
            break
    if status == FitStatus.OK and _improper(groups):
        status, reason = (
            FitStatus.BOUNDARY,
            Message("A variance is zero or negative; the model is doubtful here."),
        )
    spread = inverse(information, SINGULAR)
    spread = unknown(*information.shape) if spread is None else spread
    return CovarianceSolution(theta, spread, groups, value, status, reason)


def implied(group: Matrices) -> tuple[Floats, Floats]:
    """Return the covariances and means that a group's matrices stand for."""
    reach = group.loadings @ group.factor_cov
    cov = reach @ group.loadings.T + group.residual_cov
    return cov, group.intercepts + group.loadings @ group.factor_means


def _packed(starts: tuple[Matrices, ...], patterns: tuple[ParameterPattern, ...]) -> Floats:
    count = 1 + max(
        int(getattr(p, f.name).max()) for p in patterns for f in fields(ParameterPattern)
    )
    theta = np.zeros(count)
    for start, pattern in zip(reversed(starts), reversed(patterns), strict=True):
        for field in fields(ParameterPattern):  # the first group has the last word
            where = getattr(pattern, field.name)
            theta[where[where >= 0]] = getattr(start, field.name)[where >= 0]
    return theta


def _unpacked(
    theta: Floats, starts: tuple[Matrices, ...], patterns: tuple[ParameterPattern, ...]
) -> tuple[Matrices, ...]:
    return tuple(
        Matrices(
            *(
                np.where((w := getattr(pattern, f.name)) >= 0, theta[w], getattr(start, f.name))
                for f in fields(ParameterPattern)
            )
        )
        for start, pattern in zip(starts, patterns, strict=True)
    )


def _discrepancy(samples: tuple[Sample, ...], groups: tuple[Matrices, ...]) -> float:
    """Return minus twice the log-likelihood ratio to the saturated model (the chi-square)."""
    total = 0.0
    for one, group in zip(samples, groups, strict=True):
        cov, mean = implied(group)
        try:
            root = np.linalg.cholesky(cov)
        except np.linalg.LinAlgError:
            return np.inf
        apart = one.mean - mean
        moments = one.covariance + np.outer(apart, apart)
        ratio = np.linalg.solve(root, np.linalg.solve(root, moments).T)
        logdet = 2 * np.log(np.diag(root)).sum() - np.linalg.slogdet(one.covariance)[1]
        total += one.n * float(logdet + np.trace(ratio) - len(apart))
    return total


def _derivatives(
    samples: tuple[Sample, ...],
    groups: tuple[Matrices, ...],
    patterns: tuple[ParameterPattern, ...],
    q: int,
) -> tuple[Floats, Floats]:
    """Return the score and the expected information of the log-likelihood."""
    gradient, information = np.zeros(q), np.zeros((q, q))
    for one, group, pattern in zip(samples, groups, patterns, strict=True):
        number, cov_slopes, mean_slopes = _slopes(group, pattern)
        cov, mean = implied(group)
        inverse = np.linalg.inv(cov)
        apart = one.mean - mean
        moments = one.covariance + np.outer(apart, apart) - cov
        pull = inverse @ moments @ inverse
        score = 0.5 * np.einsum("ij,aij->a", pull, cov_slopes) + mean_slopes @ (inverse @ apart)
        turned = inverse @ cov_slopes
        flat = turned.reshape(len(number), -1)
        flipped = turned.transpose(0, 2, 1).reshape(len(number), -1)
        expected = 0.5 * flat @ flipped.T + mean_slopes @ inverse @ mean_slopes.T
        gather = np.zeros((q, len(number)))
        gather[number, np.arange(len(number))] = 1.0
        gradient += one.n * (gather @ score)
        information += one.n * (gather @ expected @ gather.T)
    return gradient, information


def _slopes(group: Matrices, pattern: ParameterPattern) -> tuple[Ints, Floats, Floats]:
    """Return parameter numbers and the derivatives of covariances and means to each element."""
    k = len(group.intercepts)
    reach = group.factor_cov @ group.loadings.T
    numbers, covs, means = [], [], []

    def note(number: int, cov: Floats, mean: Floats) -> None:
        numbers.append(number)
        covs.append(cov)
        means.append(mean)

    flat, unit = np.zeros((k, k)), np.eye(k)
    for i, j in np.argwhere(pattern.loadings >= 0):
        half = np.outer(unit[i], reach[j])
        note(pattern.loadings[i, j], half + half.T, unit[i] * group.factor_means[j])
    for i, j in np.argwhere(np.tril(pattern.factor_cov >= 0)):
        half = np.outer(group.loadings[:, i], group.loadings[:, j])
        note(pattern.factor_cov[i, j], half if i == j else half + half.T, np.zeros(k))
    for i, j in np.argwhere(np.tril(pattern.residual_cov >= 0)):
        half = np.outer(unit[i], unit[j])
        note(pattern.residual_cov[i, j], half if i == j else half + half.T, np.zeros(k))
    for i in np.flatnonzero(pattern.intercepts >= 0):
        note(pattern.intercepts[i], flat, unit[i])
    for j in np.flatnonzero(pattern.factor_means >= 0):
        note(pattern.factor_means[j], flat, group.loadings[:, j])
    return np.array(numbers, dtype=np.intp), np.array(covs), np.array(means)


def _newton(
    samples: tuple[Sample, ...],
    patterns: tuple[ParameterPattern, ...],
    starts: tuple[Matrices, ...],
    theta: Floats,
    scoring: tuple[Floats, Floats],
) -> Floats:
    """Return the Newton step, or the scoring step where the curvature is not a maximum's.

    Scoring settles slowly where the model fits badly; the curvature is taken from differences of
    the analytic score, a hundredth of a standard error apart.
    """
    gradient, information = scoring
    apart = 0.01 / np.sqrt(np.diag(information))
    curvature = np.zeros_like(information)
    for i, width in enumerate(apart):
        for side in (1, -1):
            at = theta.copy()
            at[i] += side * width
            score = _derivatives(samples, _unpacked(at, starts, patterns), patterns, len(at))[0]
            curvature[i] -= side * score / (2 * width)
    curvature = (curvature + curvature.T) / 2
    if np.isfinite(curvature).all() and np.linalg.eigvalsh(curvature)[0] > 0:
        information = curvature
    return np.asarray(np.linalg.solve(information, gradient))


def _runs_away(samples: tuple[Sample, ...], groups: tuple[Matrices, ...]) -> bool:
    return any(
        (np.diag(g.residual_cov) < -RUNAWAY * np.diag(s.covariance)).any()
        for s, g in zip(samples, groups, strict=True)
    )


def _improper(groups: tuple[Matrices, ...]) -> bool:
    return any(
        (np.diag(g.residual_cov) <= 1e-9 * np.diag(implied(g)[0])).any()
        or np.linalg.eigvalsh(g.factor_cov)[0] <= 0
        for g in groups
    )
