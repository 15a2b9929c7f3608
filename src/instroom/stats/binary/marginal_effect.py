"""The effect of a logit in percentage points: what people can picture, with its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.binary.binary_mixed import BinaryMixedFit
from instroom.stats.binary.logistic import LogitFit
from instroom.stats.intervals import Z95
from instroom.stats.status import FitStatus

CHUNK = 8_192
WIDEST = 7.5  # sd: less than 1e-13 of a normal lies beyond


@dataclass(frozen=True, slots=True)
class AverageEffect:
    """A difference in the share with outcome 1, averaged over people.

    Attributes
    ----------
    effect_points, se_points
        Percentage points.
    ci_points
        95 % interval (normal), percentage points.
    share_with, share_without
        Expected shares (0-1) under both conditions.
    risk_ratio, ci_ratio
        ``share_with`` divided by ``share_without``, and its 95 % interval (normal on the log
        scale).
    n
        People averaged over (the sum of their weights).
    status, reason
        Those of the fit; all figures are ``nan`` when it has no estimates.
    """

    effect_points: float
    se_points: float
    ci_points: tuple[float, float]
    share_with: float
    share_without: float
    risk_ratio: float
    ci_ratio: tuple[float, float]
    n: float
    status: FitStatus
    reason: Message | None


def average_effect(
    fit: BinaryMixedFit | LogitFit,
    X_with: ArrayLike,
    X_without: ArrayLike,
    *,
    weights: ArrayLike | None = None,
) -> AverageEffect:
    """Return the average marginal effect in percentage points, with its delta-method error.

    Every person is compared with herself under two conditions. After a fit with a random
    intercept the shares are those over all groups (the intercept is integrated out over its
    normal distribution), so they may be set beside counted shares.

    Parameters
    ----------
    fit
        From :func:`instroom.stats.binary.binary_mixed.fit` or
        :func:`instroom.stats.binary.logistic.fit_logit`.
    X_with, X_without
        Shape (n, p): the columns with the treatment set to 1 and to 0 (and interactions to
        match), for the people to average over: all for the effect on everybody, the treated
        ones for the effect on them.
    weights
        Shape (n,): people in each row; 1 when left out.

    Raises
    ------
    DataError
        ``wrong_shape``, ``missing_values``, ``no_people``.

    Source
    ------
    Delta method over coefficients and log sd. Checked against R (``glmmTMB`` and ``integrate``)
    in ``tests/reference/test_binary.py``, the ratio in ``tests/reference/test_measures.py``. The
    integral is the trapezoidal rule, which for such functions converges geometrically (Trefethen
    and Weideman 2014, SIAM Review 56(3), 385-458).

    Examples
    --------
    >>> from instroom.stats.binary.logistic import fit_logit
    >>> treat = np.array([0.0] * 10 + [1.0] * 10)
    >>> y = np.array([1.0] * 3 + [0.0] * 7 + [1.0] * 5 + [0.0] * 5)
    >>> X = np.column_stack([np.ones(20), treat])
    >>> e = average_effect(fit_logit(y, X), X * [1, 0] + [0, 1], X * [1, 0])
    >>> round(e.effect_points, 6), round(e.se_points, 3), round(e.risk_ratio, 4)
    (20.0, 21.448, 1.6667)
    """
    one, other = _matrix(X_with, fit.names), _matrix(X_without, fit.names)
    weight = np.ones(len(one)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(one) == len(other) == len(weight):
        raise DataError(
            "the two conditions have different numbers of rows",
            code="wrong_shape",
            found=Message(
                "{count}, {count_2}, weights {count_3}",
                count=len(one),
                count_2=len(other),
                count_3=len(weight),
            ),
        )
    n = float(weight.sum())
    if not n > 0:
        raise DataError("there is nobody to average over", code="no_people")
    sd, cov = _uncertainty(fit)
    share_with, slope_with = _share(one, fit.beta, sd, weight)
    share_without, slope_without = _share(other, fit.beta, sd, weight)
    slope = (slope_with - slope_without)[: len(cov)]
    effect, se = 100 * (share_with - share_without), 100 * float(np.sqrt(slope @ cov @ slope))
    pull = (slope_with / share_with - slope_without / share_without)[: len(cov)]
    reach = Z95 * float(np.sqrt(pull @ cov @ pull))
    ratio = share_with / share_without
    return AverageEffect(
        effect,
        se,
        (effect - Z95 * se, effect + Z95 * se),
        share_with,
        share_without,
        ratio,
        (ratio * float(np.exp(-reach)), ratio * float(np.exp(reach))),
        n,
        fit.status,
        fit.reason,
    )


def _matrix(X: ArrayLike, names: tuple[str, ...]) -> Floats:
    matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[1] != len(names):
        raise DataError(
            "the columns are not those of the fit",
            code="wrong_shape",
            found=str(matrix.shape),
            expected=f"(n, {len(names)}): {', '.join(names)}",
        )
    if not np.isfinite(matrix).all():
        raise DataError("a column has missing values", code="missing_values")
    return matrix


def _uncertainty(fit: BinaryMixedFit | LogitFit) -> tuple[float, Floats]:
    """Return the sd of the intercepts and the covariance to use: without it when it is 0."""
    if isinstance(fit, LogitFit):
        return 0.0, fit.cov
    return (fit.sd, fit.cov) if fit.sd == 0 else (fit.sd, fit.cov_joint)


def _share(X: Floats, beta: Floats, sd: float, weight: Floats) -> tuple[float, Floats]:
    """Return the mean chance over people and groups, and its derivative in (beta, log sd)."""
    nodes, chances = _normal(sd)
    total, slope = 0.0, np.zeros(len(beta) + 1)
    for low in range(0, len(X), CHUNK):
        part, w = X[low : low + CHUNK], weight[low : low + CHUNK]
        odds = part @ beta
        mean, bend, pull = np.zeros_like(odds), np.zeros_like(odds), np.zeros_like(odds)
        for node, mass in zip(nodes, chances, strict=True):
            chance = 0.5 + 0.5 * np.tanh((odds + sd * node) / 2)
            density = mass * chance * (1 - chance)
            mean += mass * chance
            bend += density
            pull += sd * node * density
        total += float(w @ mean)
        slope[:-1] += (w * bend) @ part
        slope[-1] += float(w @ pull)
    n = float(weight.sum())
    return total / n, slope / n


def _normal(sd: float) -> tuple[Floats, Floats]:
    """Return nodes and weights for a mean over a standard normal, fine enough for this spread."""
    if not sd > 0:
        return np.zeros(1), np.ones(1)
    half = int(np.ceil(WIDEST / min(0.65, 0.6 / sd)))
    nodes = np.linspace(-WIDEST, WIDEST, 2 * half + 1)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()
