"""The variance between trials in a meta-analysis: seven estimators and its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from instroom.core.errors import DataError
from instroom.stats.arrays import Floats
from instroom.stats.status import FitStatus

Method = Literal["REML", "ML", "DL", "PM", "EB", "HE", "FE"]
METHODS: tuple[Method, ...] = get_args(Method)
_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class BetweenVariance:
    """``tau2`` between trials with its standard error (nan for FE) and how it was found."""

    tau2: float
    se: float
    status: FitStatus


@dataclass(frozen=True, slots=True, eq=False)
class WeightedFit:
    """What a weighted least squares fit leaves behind, for given weights ``w``, shape (k,).

    Attributes
    ----------
    coefficients, covariance
        Shapes (p,) and (p, p): ``covariance`` is the inverse of ``X'WX``.
    residual
        Shape (k,): outcome minus prediction.
    projected
        Shape (k,): ``P y`` with ``P = W - W X (X'WX)^-1 X'W``.
    q
        The weighted sum of squared residuals, ``y'P y``.
    trace_p, trace_pp
        Traces of ``P`` and ``P P``.
    log_det
        Logarithm of the determinant of ``X'WX``.
    """

    coefficients: Floats
    covariance: Floats
    residual: Floats
    projected: Floats
    q: float
    trace_p: float
    trace_pp: float
    log_det: float


def weighted_fit(effect: Floats, design: Floats, weights: Floats) -> WeightedFit:
    """Return the weighted least squares fit of effects on a design of full rank."""
    root = np.sqrt(weights)
    ortho, upper = np.linalg.qr(root[:, None] * design)
    inverse = np.linalg.inv(upper)
    coefficients = inverse @ (ortho.T @ (root * effect))
    residual = effect - design @ coefficients
    covariance = inverse @ inverse.T
    # The traces need the hat matrix only through its rows in the orthonormal basis.
    middle = ortho.T @ (weights[:, None] * ortho)
    trace_p = float(weights.sum() - np.trace(middle))
    squared = float((weights**2 * (1 - 2 * (ortho**2).sum(axis=1))).sum())
    return WeightedFit(
        coefficients,
        covariance,
        residual,
        weights * residual,
        float((weights * residual**2).sum()),
        trace_p,
        squared + float((middle**2).sum()),
        2 * float(np.log(np.abs(np.diag(upper))).sum()),
    )


def between_variance(
    effect: Floats,
    variance: Floats,
    design: Floats,
    method: Method = "REML",
    *,
    threshold: float | None = None,
) -> BetweenVariance:
    """Estimate the variance between trials around a (meta-)regression line.

    Parameters
    ----------
    effect, variance
        Effects and their sampling variances (above 0), shape (k,), without missing values.
    design
        Columns of the regression, intercept included, shape (k, p), of full rank, ``k > p``.
    method
        ``REML``, ``ML`` (both by Fisher scoring), ``DL`` DerSimonian-Laird, ``PM``
        Paule-Mandel, ``EB`` empirical Bayes (the same estimate as PM), ``HE`` Hedges, ``FE``
        (0 by assumption).
    threshold
        Fisher scoring stops after a step of at most this size. Left out, it goes on to the
        last digits; 1e-5 gives what metafor gives without its ``control``.

    Returns
    -------
    BetweenVariance
        ``status`` is "boundary" when the estimate is 0 because it may not be negative.

    Raises
    ------
    DataError
        ``unknown_method`` for any other method.

    Source
    ------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), 261-293;
    Viechtbauer et al. (2015), Psychological Methods 20(3), 360-374. Checked against R
    ``metafor::rma`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)
    >>> b = between_variance(y, v, np.ones((3, 1)), "DL")
    >>> round(b.tau2, 6), b.status
    (0.12, 'ok')
    """
    if method not in METHODS:
        raise DataError(
            "this estimator is not known",
            code="unknown_method",
            found=str(method),
            expected=", ".join(METHODS),
        )
    if method == "FE":
        return BetweenVariance(0.0, float("nan"), FitStatus.OK)
    if method in ("REML", "ML"):
        return _likelihood(effect, variance, design, reml=method == "REML", threshold=threshold)
    closed = {"DL": _dersimonian_laird, "HE": _hedges, "PM": _paule_mandel, "EB": _paule_mandel}
    tau2, se = closed[method](effect, variance, design)
    return BetweenVariance(max(tau2, 0.0), se, FitStatus.OK if tau2 > 0 else FitStatus.BOUNDARY)


def q_profile(
    effect: Floats, variance: Floats, design: Floats, level: float = 0.95
) -> tuple[float, float]:
    """Return the Q-profile interval of the variance between trials, cut off at 0.

    Parameters
    ----------
    effect, variance, design
        As :func:`between_variance`.
    level
        Coverage.

    Returns
    -------
    tuple
        Low and high. Both are 0 when trials differ less than chance alone lets expect.

    Source
    ------
    Viechtbauer (2007), Statistics in Medicine 26, 37-52. Checked against R
    ``metafor::confint`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> y, v = np.array([0.1, 0.5, 0.9, 0.2]), np.full(4, 0.04)
    >>> low, high = q_profile(y, v, np.ones((4, 1)))
    >>> round(low, 4), round(high, 4)
    (0.0015, 1.7557)
    """
    df = len(effect) - design.shape[1]
    tail = (1 - level) / 2
    low, high = (_q_root(effect, variance, design, chi2.ppf(p, df)) for p in (1 - tail, tail))
    return low, high


def _q_root(effect: Floats, variance: Floats, design: Floats, target: float) -> float:
    """Return the variance at which the generalised Q equals the target, or 0."""

    def gap(tau2: float) -> float:
        return weighted_fit(effect, design, 1 / (variance + tau2)).q - target

    if gap(0.0) <= 0:
        return 0.0
    high = float(variance.mean())
    while gap(high) > 0:
        high *= 4
    return float(brentq(gap, 0.0, high, xtol=1e-300, rtol=8.9e-16, maxiter=500))


def _paule_mandel(effect: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    k, p = design.shape
    tau2 = _q_root(effect, variance, design, k - p)
    return tau2, sqrt(2 * k * k / (k - p)) / float((1 / (variance + tau2)).sum())


def _dersimonian_laird(effect: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    fit = weighted_fit(effect, design, 1 / variance)
    df = len(effect) - design.shape[1]
    tau2 = (fit.q - df) / fit.trace_p
    positive = max(tau2, 0.0)
    spread = 2 * df + 4 * positive * fit.trace_p + 2 * positive**2 * fit.trace_pp
    return tau2, sqrt(spread) / fit.trace_p


def _hedges(effect: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    k, p = design.shape
    ortho = np.linalg.qr(design)[0]
    residual = effect - ortho @ (ortho.T @ effect)
    middle = ortho.T @ (variance[:, None] * ortho)
    trace_pv = float(variance.sum() - np.trace(middle))
    leverage = (ortho**2).sum(axis=1)
    trace_pvpv = float((variance**2 * (1 - 2 * leverage)).sum() + (middle**2).sum())
    tau2 = (float((residual**2).sum()) - trace_pv) / (k - p)
    positive = max(tau2, 0.0)
    spread = 2 * trace_pvpv + 4 * positive * trace_pv + 2 * positive**2 * (k - p)
    return tau2, sqrt(spread) / (k - p)


def _likelihood(
    effect: Floats, variance: Floats, design: Floats, *, reml: bool, threshold: float | None
) -> BetweenVariance:
    """Maximise the (restricted) likelihood by Fisher scoring that never steps down."""
    start = max(_hedges(effect, variance, design)[0], 0.0)

    def state(tau2: float) -> tuple[float, float, float]:
        weights = 1 / (variance + tau2)
        fit = weighted_fit(effect, design, weights)
        loglik = 0.5 * (float(np.log(weights).sum()) - fit.q - (fit.log_det if reml else 0.0))
        trace = fit.trace_p if reml else float(weights.sum())
        information = fit.trace_pp if reml else float((weights**2).sum())
        return loglik, float((fit.projected**2).sum()) - trace, information

    tau2, converged = _scoring(state, start, float(variance.mean()), threshold)
    # Small samples can have a second peak, at 0.
    at_zero = state(0.0)
    if tau2 > 0 and at_zero[1] <= 0 and at_zero[0] > state(tau2)[0]:
        tau2 = 0.0
    information = state(tau2)[2]
    se = sqrt(2 / information) if information > 0 else float("nan")
    if not converged:
        return BetweenVariance(tau2, se, FitStatus.NOT_CONVERGED)
    return BetweenVariance(tau2, se, FitStatus.OK if tau2 > 0 else FitStatus.BOUNDARY)


def _scoring(
    state: Callable[[float], tuple[float, float, float]],
    start: float,
    scale: float,
    threshold: float | None,
) -> tuple[float, bool]:
    """Return where the likelihood peaks, at 0 or above, and whether it was reached."""
    tau2, current = start, state(start)
    for _ in range(_MOST_STEPS):
        loglik, score, information = current
        if not information > 0:
            return tau2, False
        after = max(tau2 + score / information, 0.0)
        following = state(after)
        # Within rounding a step may seem to go down; a real descent is halved.
        while following[0] < loglik - 1e-12 * (1 + abs(loglik)):
            after = (tau2 + after) / 2
            following = state(after)
        moved, tau2, current = abs(after - tau2), after, following
        if moved <= (1e-13 * (tau2 + scale * 1e-3) if threshold is None else threshold):
            return tau2, True
    return tau2, False
