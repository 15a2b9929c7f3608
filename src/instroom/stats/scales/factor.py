"""One-factor models: does a set of items measure one thing, and how strongly."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.rank import tied
from instroom.stats.scales.answers import checked, complete
from instroom.stats.scales.covariance_structure import (
    CovarianceSolution,
    Matrices,
    ParameterPattern,
    Sample,
    maximise,
    sample,
)
from instroom.stats.scales.model_fit import Fit, fit_measures, relative_fit
from instroom.stats.scales.polychoric import Polychoric, polychoric
from instroom.stats.status import SOLVED, FitStatus, Problem, Verdict

Estimator = Literal["ml", "dwls", "minres", "wlsmv"]


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A one-factor model.

    ``loadings`` and ``residuals`` (variances) in the items' own units with the factor at
    variance 1, ``standardized`` loadings on items of variance 1, each with standard errors
    (None where the estimator gives none). ``fit`` is None when the model could not be fitted;
    ``observed`` the covariances (ML) or correlations (minres, DWLS) it was fitted to.
    ``status``: ``ok``, ``boundary`` (a residual variance at or below zero), ``too_few``,
    ``not_identified``, ``not_converged`` or ``not_supported``.
    """

    loadings: Floats | None
    loadings_se: Floats | None
    residuals: Floats | None
    standardized: Floats | None
    standardized_se: Floats | None
    fit: Fit | None
    observed: Floats | None
    n: int
    k: int
    estimator: str
    status: FitStatus
    reason: Message | None


def one_factor(scores: ArrayLike, *, estimator: Estimator = "ml", factors: int = 1) -> OneFactor:
    """Fit a model in which one factor explains how the items hang together.

    Rows with a missing answer (``nan``) are left out; nothing is imputed.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items); items must point the same way for a readable result.
    estimator
        ``ml``: maximum likelihood on covariances. ``dwls``: diagonally weighted least squares
        on polychoric correlations; its chi-square is not scaled and gives no p value.
        ``minres``: least squares on correlations. ``wlsmv`` is not supported.
    factors
        Only 1 is supported; more is a result with status ``not_supported``.

    Returns
    -------
    OneFactor
        See there. With three items the model always fits: ``df`` is 0 and there are no fit
        measures that need one.

    Raises
    ------
    DataError
        When the answers are not a table or the estimator is unknown.

    Source
    ------
    Jöreskog (1969), Psychometrika 34, 183-202; minres Harman and Jones (1966), Psychometrika
    31, 351-368; DWLS Muthen (1984), Psychometrika 49, 115-132. Checked against R ``lavaan`` and
    ``psych::fa`` in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> model = one_factor(answers)
    >>> model.fit.df, model.status, bool(model.fit.cfi > 0.95)
    (2, 'ok', True)
    """
    found = complete(checked(scores))
    n, k = found.shape
    if estimator not in ("ml", "dwls", "minres", "wlsmv"):
        raise DataError(
            "unknown estimator",
            code="estimator_unknown",
            found=str(estimator),
            expected="ml, dwls or minres",
        )
    refusal = _refusal(found, estimator, factors)
    if refusal:
        return _nothing(n, k, estimator, *refusal)
    if estimator == "ml":
        return _likelihood(sample(found))
    if estimator == "minres":
        return least_squares(np.asarray(np.corrcoef(found, rowvar=False)), n)
    return _weighted(polychoric(found, missing="complete", convention="lavaan", acov=True))


def least_squares(correlations: Floats, n: int) -> OneFactor:
    """Fit one factor to correlations by least squares on what lies off the diagonal (minres).

    Parameters
    ----------
    correlations
        Shape (items, items), Pearson or polychoric.
    n
        Pupils behind them (only passed on).

    Examples
    --------
    >>> r = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> least_squares(r, 100).standardized.round(6).tolist()
    [0.7, 0.7, 0.7, 0.7]
    """
    k = len(correlations)
    loadings, converged = _loadings(correlations, np.ones((k, k)))
    residuals = 1 - loadings**2
    status, reason = _verdict(residuals, converged)
    return OneFactor(
        loadings,
        None,
        residuals,
        loadings,
        None,
        None,
        correlations,
        n,
        k,
        "minres",
        status,
        reason,
    )


def start(one: Sample, *, strength: float = 1.0) -> tuple[Floats, Floats]:
    """Return loadings and residual variances to start from: the leading direction of the items.

    Parameters
    ----------
    one
        Covariances of the items.
    strength
        Shrinks the loadings, for a second try when the first runs off.
    """
    scale = np.sqrt(np.diag(one.covariance))
    held = strength * np.clip(_centroid(one.covariance / np.outer(scale, scale)), -0.95, 0.95)
    return held * scale, (1 - held**2) * scale**2


def _refusal(found: Floats, estimator: str, factors: int) -> Problem | None:
    n, k = found.shape
    if factors != 1:
        return FitStatus.NOT_SUPPORTED, Message(
            "A model with {factors} factors is outside the scope; fit one factor for "
            "each scale, or use a program for structural equation models.",
            factors=factors,
        )
    if estimator == "wlsmv":
        return FitStatus.NOT_SUPPORTED, Message(
            "The mean- and variance-adjusted chi-square (WLSMV) is outside the scope; "
            'estimator "dwls" gives the same loadings with the unadjusted chi-square.'
        )
    if k < 3:
        return FitStatus.TOO_FEW, Message("A one-factor model needs at least three items.")
    if n <= k:
        return FitStatus.TOO_FEW, Message(
            "Only {n} pupils answered all {k} items; more pupils than items needed.", n=n, k=k
        )
    if (np.ptp(found, axis=0) == 0).any():
        return FitStatus.TOO_FEW, Message("Everyone gave the same answer to at least one item.")
    if estimator != "dwls" and len(tied(np.cov(found, rowvar=False))):
        return FitStatus.NOT_IDENTIFIED, Message(
            "At least one item follows exactly from the others."
        )
    return None


def _nothing(
    n: int, k: int, estimator: str, status: FitStatus, reason: Message | None
) -> OneFactor:
    return OneFactor(None, None, None, None, None, None, None, n, k, estimator, status, reason)


def _likelihood(one: Sample) -> OneFactor:
    """Return the maximum likelihood model of one group; the means stay as they are."""
    k = len(one.mean)
    loadings, residuals = start(one)
    fixed = np.full(k, -1)
    begin = Matrices(loadings[:, None], np.eye(1), np.diag(residuals), one.mean.copy(), np.zeros(1))
    diagonal = np.full((k, k), -1)
    np.fill_diagonal(diagonal, np.arange(k, 2 * k))
    pattern = ParameterPattern(
        np.arange(k)[:, None], np.full((1, 1), -1), diagonal, fixed, np.full(1, -1)
    )
    for strength in (1.0, 0.4):  # items that share little can run off from the first
        loadings, residuals = start(one, strength=strength)
        begin = Matrices(loadings[:, None], np.eye(1), np.diag(residuals), one.mean, np.zeros(1))
        solution = maximise((one,), (begin,), (pattern,))
        if solution.status in SOLVED:
            break
    if solution.status in (FitStatus.NOT_IDENTIFIED, FitStatus.NOT_CONVERGED):
        return _nothing(one.n, k, "ml", solution.status, solution.reason)
    loadings, residuals = solution.theta[:k], solution.theta[k:]
    variance = loadings**2 + residuals
    fit = fit_measures((one,), solution, 2 * k, means=False)
    return OneFactor(
        loadings,
        np.sqrt(np.diag(solution.covariance)[:k]),
        residuals,
        loadings / np.sqrt(variance),
        _standardized_se(solution, variance),
        fit,
        one.covariance,
        one.n,
        k,
        "ml",
        solution.status,
        solution.reason,
    )


def _standardized_se(solution: CovarianceSolution, variance: Floats) -> Floats:
    """Return standard errors of standardized loadings by the delta method."""
    k = len(variance)
    loadings, residuals = solution.theta[:k], solution.theta[k:]
    to_loading, to_residual = residuals / variance**1.5, -loadings / (2 * variance**1.5)
    spread = solution.covariance
    square = (
        to_loading**2 * np.diag(spread)[:k]
        + to_residual**2 * np.diag(spread)[k:]
        + 2 * to_loading * to_residual * np.diag(spread[:k, k:])
    )
    return np.sqrt(square)


def _weighted(found: Polychoric) -> OneFactor:
    """Return the model of polychoric correlations, each weighted by how well it is known."""
    n, k = found.n, found.k
    if found.rho is None or found.acov is None or found.status != FitStatus.OK:
        return _nothing(n, k, "dwls", found.status, found.reason)
    rows, columns = _below_diagonal(k)
    weights = np.zeros((k, k))
    weights[rows, columns] = weights[columns, rows] = 1 / np.diag(found.acov)
    loadings, converged = _loadings(found.rho, weights)
    residuals = 1 - loadings**2
    status, reason = _verdict(residuals, converged)
    spread = found.acov * n / (n - 1)  # least squares counts n - 1 people, as lavaan does
    se = _weighted_se(loadings, weights[rows, columns], spread)
    fit = _plain_fit(found.rho, loadings, weights, n)
    return OneFactor(
        loadings, se, residuals, loadings, se, fit, found.rho, n, k, "dwls", status, reason
    )


def _below_diagonal(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions below the diagonal, column by column (the order of ``acov``)."""
    columns, rows = np.triu_indices(k, 1)
    return rows, columns


def _slopes(loadings: Floats) -> Floats:
    """Return the derivative of each correlation below the diagonal to each loading."""
    rows, columns = _below_diagonal(len(loadings))
    slopes = np.zeros((len(rows), len(loadings)))
    pairs = np.arange(len(rows))
    slopes[pairs, rows], slopes[pairs, columns] = loadings[columns], loadings[rows]
    return slopes


def _weighted_se(loadings: Floats, weights: Floats, acov: Floats) -> Floats:
    """Return standard errors that allow for correlations being known unequally well together."""
    slopes = _slopes(loadings)
    bread = np.linalg.inv((slopes.T * weights) @ slopes)
    turned = bread @ (slopes.T * weights)
    return np.sqrt(np.diag(turned @ acov @ turned.T))


def _loadings(correlations: Floats, weights: Floats) -> tuple[Floats, bool]:
    """Return the loadings that minimise weighted squares off the diagonal, and if they settled.

    Gauss-Newton with a damping that grows while steps fail; starts from the centroid with each
    item's largest correlation as its communality.
    """
    rows, columns = _below_diagonal(len(correlations))
    target, weight = correlations[rows, columns], weights[rows, columns]
    weight = weight / weight.mean()
    loadings = _centroid(correlations)

    def loss(at: Floats) -> float:
        return float((weight * (target - at[rows] * at[columns]) ** 2).sum())

    value, damping = loss(loadings), 0.0
    for _ in range(1000):
        slopes = _slopes(loadings)
        normal = (slopes.T * weight) @ slopes
        gradient = (slopes.T * weight) @ (target - loadings[rows] * loadings[columns])
        scale = np.diag(normal) + 1e-12
        step = np.linalg.solve(normal + np.diag((damping + 1e-14) * scale), gradient)
        new = loss(loadings + step)
        if new <= value:
            loadings, value, damping = loadings + step, new, damping / 10
            if np.abs(step).max() < 1e-11:
                return loadings, True
        elif damping > 1e10:
            return loadings, bool(np.abs(gradient).max() < 1e-6)
        else:
            damping = max(10 * damping, 1e-6)
    return loadings, False


def _centroid(correlations: Floats) -> Floats:
    """Return first loadings: the leading direction of the correlations, items signed alike."""
    reduced = correlations.copy()
    off = correlations - np.diag(np.diag(correlations))
    np.fill_diagonal(reduced, np.abs(off).max(axis=1))
    values, vectors = np.linalg.eigh(reduced)
    leading = vectors[:, -1] * sqrt(max(float(values[-1]), 0.01))
    signed: Floats = leading if leading.sum() >= 0 else -leading
    return signed


def _verdict(residuals: Floats, converged: bool) -> Verdict:
    if not converged:
        return FitStatus.NOT_CONVERGED, Message("The loadings did not settle.")
    if (residuals <= 0).any():
        return FitStatus.BOUNDARY, Message(
            "A residual variance is zero or negative; the model is doubtful here."
        )
    return FitStatus.OK, None


def _plain_fit(correlations: Floats, loadings: Floats, weights: Floats, n: int) -> Fit:
    """Return the fit of a weighted least squares model, with its unscaled chi-square.

    That chi-square has no chi-square distribution, so it gets no p value and no RMSEA bounds.
    """
    k = len(loadings)
    rows, columns = _below_diagonal(k)
    target, weight = correlations[rows, columns], weights[rows, columns] * (n - 1) / n
    apart = target - loadings[rows] * loadings[columns]
    srmr = sqrt(float((apart**2).sum()) / (k * (k + 1) / 2))
    df = k * (k - 3) // 2
    chisq, none = float((weight * apart**2).sum()), float((weight * target**2).sum())
    cfi, tli, rmsea, _, _ = relative_fit(chisq, df, (none, k * (k - 1) // 2), n=n)
    return Fit(chisq, df, None, cfi, tli, rmsea, None, None, srmr, None, None, None)
