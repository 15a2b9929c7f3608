"""A meta-analysis with priors: all that is believed about an average effect after the trials.

By quadrature over the standard deviation between trials; given that, all is normal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats
from instroom.stats.evidence.trial_effects import complete_trials
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus

TauPrior = Literal["half_normal", "half_t", "half_cauchy"]
#: Gauss-Legendre points on each of the panels over the standard deviation between trials.
_POINTS, _PANELS = 40, 25
_T_DF = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class BayesianMeta:
    """A fully Bayesian random-effects meta-analysis.

    Attributes
    ----------
    mean, sd, ci
        Of the average effect.
    tau_mean, tau_ci
        Of the standard deviation between trials.
    new_mean, new_sd, new_ci
        Of the true effect of a new trial: the predictive distribution.
    above_zero
        Chance (0-1) that the average effect is above 0.
    shrunken, shrunken_sd
        Shape (k,): each trial's true effect, its own estimate pulled towards the others.
    prior
        What was believed before, in words and numbers: form and scale for ``tau``, mean and
        standard deviation for the average (None: flat).
    k, level, used
        Trials, coverage, and which rows were complete.
    status, reason
        "too_few" below 2 trials (numbers are nan).
    """

    mean: float
    sd: float
    ci: tuple[float, float]
    tau_mean: float
    tau_ci: tuple[float, float]
    new_mean: float
    new_sd: float
    new_ci: tuple[float, float]
    above_zero: float
    shrunken: Floats
    shrunken_sd: Floats
    prior: dict[str, str | float | None]
    k: int
    level: float
    used: Bools
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True, eq=False)
class _Mixture:
    """Conditional normals over a grid of ``tau``, with their chances."""

    tau: Floats
    chance: Floats
    mean: Floats
    variance: Floats
    tau_ci: tuple[float, float]


def bayesian_meta(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    tau_prior: TauPrior = "half_normal",
    tau_scale: float = 0.5,
    mean_prior: tuple[float, float] | None = None,
    level: float = 0.95,
) -> BayesianMeta:
    """Return what is believed about an average effect after a number of trials.

    Parameters
    ----------
    effect, variance
        As :func:`instroom.stats.evidence.meta.random_effects`.
    tau_prior, tau_scale
        Prior of the standard deviation between trials: "half_normal", "half_t" (4 degrees of
        freedom) or "half_cauchy", with this scale in the units of the effect. 0.5 is wide for
        effects in standard deviations; with few trials it matters, so it is in the result.
    mean_prior
        Mean and standard deviation of a normal prior of the average; None is flat.
    level
        Coverage of the equal-tailed intervals.

    Returns
    -------
    BayesianMeta
        By quadrature over the standard deviation between trials; no random numbers.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``bad_spread``, ``unknown_prior``.

    Source
    ------
    Roever (2020), Journal of Statistical Software 93(6). Checked against R's adaptive
    integration in ``tests/reference/test_meta_bayesian.py``.

    Examples
    --------
    >>> b = bayesian_meta(
    ...     [28, 8, -3, 7, -1, 1, 18, 12], [225, 100, 256, 121, 81, 121, 100, 324], tau_scale=10
    ... )
    >>> round(b.mean, 3), [round(x, 2) for x in b.ci], round(b.tau_mean, 3)
    (7.86, [-1.27, 17.12], 4.844)
    """
    log_prior = _log_prior(tau_prior, tau_scale, mean_prior)
    y, v, _, used = complete_trials(effect, variance, None)
    centre, spread = mean_prior or (None, None)
    prior: dict[str, str | float | None] = {
        "tau": tau_prior, "tau_scale": tau_scale,
        "tau_df": _T_DF if tau_prior == "half_t" else None,
        "mean": centre, "sd": spread,
    }  # fmt: skip
    if len(y) < 2:
        few = Message("There are too few studies ({n}) to tell how much studies differ.", n=len(y))
        return without_numbers(
            BayesianMeta, (FitStatus.TOO_FEW, few), size=len(y), prior=prior, k=len(y),
            level=level, used=used,
        )  # fmt: skip
    tail = (1 - level) / 2
    unit = min(tau_scale, float(y.std()) + float(np.sqrt(v.min())))
    mix = _mixture(_log_density(y, v, log_prior, mean_prior), unit, tail)
    mean, sd = _moments(mix.chance, mix.mean, mix.variance)
    wide = mix.variance + mix.tau**2
    new_mean, new_sd = _moments(mix.chance, mix.mean, wide)
    shrunken, shrunken_sd = _shrunken(y, v, mix)
    return BayesianMeta(
        mean, sd, _interval(mix.chance, mix.mean, mix.variance, tail),
        float(mix.chance @ mix.tau), mix.tau_ci, new_mean, new_sd,
        _interval(mix.chance, mix.mean, wide, tail),
        float(mix.chance @ ndtr(mix.mean / np.sqrt(mix.variance))), shrunken, shrunken_sd, prior,
        len(y), level, used, FitStatus.OK, None,
    )  # fmt: skip


def _log_density(
    y: Floats,
    v: Floats,
    log_prior: Callable[[Floats], Floats],
    mean_prior: tuple[float, float] | None,
) -> Callable[[Floats], tuple[Floats, Floats, Floats]]:
    """Return what gives, for values of ``tau``, its log density and the average given it."""
    centre, precision = (0.0, 0.0) if mean_prior is None else (mean_prior[0], mean_prior[1] ** -2)

    def at(tau: Floats) -> tuple[Floats, Floats, Floats]:
        weights = 1 / (v + tau[:, None] ** 2)
        total = weights.sum(axis=1) + precision
        mean = (weights @ y + precision * centre) / total
        gap = y - mean[:, None]
        q = (weights * gap**2).sum(axis=1) + precision * (mean - centre) ** 2
        log_density = 0.5 * (np.log(weights).sum(axis=1) - np.log(total) - q) + log_prior(tau)
        return log_density, mean, 1 / total

    return at


def _grid(unit: float, end: float = 1.0) -> tuple[Floats, Floats]:
    """Return points from 0 and their widths: Gauss-Legendre in tau/(tau + unit) up to ``end``."""
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    edges = np.linspace(0, end, _PANELS + 1)
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half * (nodes + 1)).ravel()
    return unit * u / (1 - u), (half * weights).ravel() * unit / (1 - u) ** 2


def _mixture(
    at: Callable[[Floats], tuple[Floats, Floats, Floats]], unit: float, tail: float
) -> _Mixture:
    tau, width = _grid(unit)
    log_density, mean, variance = at(tau)
    top = float(log_density.max())
    density = np.exp(log_density - top) * width
    total = float(density.sum())

    def quantile(p: float) -> float:
        def gap(end: float) -> float:
            points, widths = _grid(unit, end)
            return float((np.exp(at(points)[0] - top) * widths).sum()) / total - p

        end = brentq(gap, 1e-12, 1 - 1e-9, xtol=1e-14)
        return float(unit * end / (1 - end))

    return _Mixture(tau, density / total, mean, variance, (quantile(tail), quantile(1 - tail)))


def _moments(chance: Floats, mean: Floats, variance: Floats) -> tuple[float, float]:
    centre = float(chance @ mean)
    return centre, sqrt(float(chance @ (variance + (mean - centre) ** 2)))


def _interval(chance: Floats, mean: Floats, variance: Floats, tail: float) -> tuple[float, float]:
    """Return the equal-tailed interval of a mixture of normals."""
    sd = np.sqrt(variance)

    def quantile(p: float) -> float:
        kept = chance > 0
        ends = mean[kept] + sd[kept] * ndtri(p)
        return float(
            brentq(
                lambda x: float(chance @ ndtr((x - mean) / sd)) - p,
                float(ends.min()) - 1e-9,
                float(ends.max()) + 1e-9,
                xtol=1e-13,
                rtol=8.9e-16,
            )
        )

    return quantile(tail), quantile(1 - tail)


def _shrunken(y: Floats, v: Floats, mix: _Mixture) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each trial's true effect."""
    between = mix.tau[:, None] ** 2
    pull = v / (v + between)
    mean = pull * mix.mean[:, None] + (1 - pull) * y
    variance = (1 - pull) * v + pull**2 * mix.variance[:, None]
    centre = mix.chance @ mean
    return centre, np.sqrt(mix.chance @ (variance + (mean - centre) ** 2))


def _log_prior(
    name: TauPrior, scale: float, mean_prior: tuple[float, float] | None
) -> Callable[[Floats], Floats]:
    """Return the logarithm of the prior density of ``tau``, up to a constant."""
    if not scale > 0 or (mean_prior is not None and not mean_prior[1] > 0):
        raise DataError("a prior needs a spread above 0", code="bad_spread", found=f"{scale:g}")
    if name == "half_normal":
        return lambda tau: -0.5 * (tau / scale) ** 2
    if name not in ("half_t", "half_cauchy"):
        raise DataError(
            "this prior is not known",
            code="unknown_prior",
            found=str(name),
            expected="half_normal, half_t, half_cauchy",
        )
    df = _T_DF if name == "half_t" else 1.0
    return lambda tau: np.asarray(-(df + 1) / 2 * np.log1p((tau / scale) ** 2 / df))
