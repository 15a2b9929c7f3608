"""How well a model of covariances and means fits: chi-square, CFI, TLI, RMSEA and SRMR."""

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaincc
from scipy.stats import ncx2

from instroom.stats.scales.covariance_structure import CovarianceSolution, Matrices, Sample, implied


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model fits; measures that need degrees of freedom are None without them."""

    chisq: float
    df: int
    p: float | None
    cfi: float | None
    tli: float | None
    rmsea: float | None
    rmsea_low: float | None
    rmsea_high: float | None
    srmr: float
    logl: float | None
    aic: float | None
    bic: float | None


def fit_measures(
    samples: tuple[Sample, ...], solution: CovarianceSolution, parameters: int, *, means: bool
) -> Fit:
    """Return the fit of a solution, beside the model in which no items are related.

    Parameters
    ----------
    samples, solution
        As given to and returned by ``covariance_structure.maximise``.
    parameters
        Number of free parameters; without ``means`` the intercepts are not counted.
    means
        Whether the means are part of the model (they then count in ``df`` and ``srmr``).

    Source
    ------
    CFI Bentler (1990), Psychological Bulletin 107, 238-246; TLI Tucker and Lewis (1973),
    Psychometrika 38, 1-10; RMSEA and its 90 % interval Browne and Cudeck (1992), Sociological
    Methods and Research 21, 230-258, times the root of the number of groups (Steiger 1998);
    SRMR Bentler (1995). Checked against R ``lavaan`` in ``tests/reference/test_scales.py``.
    """
    k, groups, n = len(samples[0].mean), len(samples), sum(s.n for s in samples)
    df = groups * (k * (k + 1) // 2 + (k if means else 0)) - parameters
    none, none_df = _unrelated(samples), groups * k * (k - 1) // 2
    srmr = sum(s.n * _srmr(s, g, means) for s, g in zip(samples, solution.groups, strict=True)) / n
    saturated = sum(
        -s.n / 2 * (k * log(2 * pi) + np.linalg.slogdet(s.covariance)[1] + k) for s in samples
    )
    logl = float(saturated - solution.chisq / 2)
    relative = relative_fit(solution.chisq, df, (none, none_df), n=n, groups=groups)
    return Fit(
        solution.chisq,
        df,
        float(gammaincc(df / 2, solution.chisq / 2)) if df else None,
        *relative,
        srmr,
        logl,
        -2 * logl + 2 * parameters,
        -2 * logl + log(n) * parameters,
    )


def relative_fit(
    chisq: float, df: int, unrelated: tuple[float, int], *, n: int, groups: int = 1
) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    """Return CFI, TLI, RMSEA and the bounds of its 90 % interval; None without df.

    Examples
    --------
    >>> [round(x, 4) for x in relative_fit(164.893, 5, (2549.5, 10), n=2707)]
    [0.937, 0.8741, 0.1087, 0.0948, 0.1232]
    """
    if df == 0:
        return None, None, None, None, None
    none, none_df = unrelated
    misfit, baseline = max(chisq - df, 0.0), max(none - none_df, chisq - df, 0.0)
    cfi = 1 - misfit / baseline if baseline > 0 else 1.0
    tli = (none / none_df - chisq / df) / (none / none_df - 1) if none != none_df else None
    unit = sqrt(groups / (n * df))
    low, high = (_noncentrality(chisq, df, share) for share in (0.95, 0.05))
    return cfi, tli, sqrt(misfit) * unit, sqrt(low) * unit, sqrt(high) * unit


def _noncentrality(chisq: float, df: int, share: float) -> float:
    """Return the noncentrality at which ``share`` of the chi-squares lie below the one found."""
    if gammaincc(df / 2, chisq / 2) >= 1 - share:  # even the central one has less below it
        return 0.0
    above = chisq + 10 * sqrt(2 * df + 4 * chisq) + 50
    return float(brentq(lambda x: ncx2.cdf(chisq, df, x) - share, 1e-12, above, xtol=1e-12))


def _unrelated(samples: tuple[Sample, ...]) -> float:
    """Return the chi-square of the model in which no items are related."""
    total = 0.0
    for one in samples:
        logdet = np.linalg.slogdet(one.covariance)[1]
        total += one.n * float(np.log(np.diag(one.covariance)).sum() - logdet)
    return total


def _srmr(one: Sample, group: Matrices, means: bool) -> float:
    """Return the root mean square of the standardised residuals of one group."""
    cov, mean = implied(group)
    scale = np.sqrt(np.diag(one.covariance))
    apart = np.tril(((one.covariance - cov) / np.outer(scale, scale)) ** 2).sum()
    count = len(scale) * (len(scale) + 1) // 2
    if means:
        apart += (((one.mean - mean) / scale) ** 2).sum()
        count += len(scale)
    return sqrt(float(apart) / count)
