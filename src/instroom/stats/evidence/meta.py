"""Meta-analysis: what a number of trials say together, and how much they differ."""

from dataclasses import dataclass
from functools import partial
from math import log, pi
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, f

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats
from instroom.stats.evidence.heterogeneity import (
    BetweenVariance,
    Method,
    WeightedFit,
    between_variance,
    q_profile,
    weighted_fit,
)
from instroom.stats.evidence.trial_effects import complete_trials, design_problem
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus
from instroom.stats.t_tests import interval, two_sided

Test = Literal["z", "knha", "adhoc"]
TESTS: tuple[Test, ...] = get_args(Test)
#: A spread around the line below this is rounding.
FLAT = 1e-20
_SAME = Message("The effects lie exactly on a line, from which no uncertainty follows; use test z.")
_NOT_CONVERGED = Message("The variance between trials did not settle; try method PM.")
_BOUNDARY = Message(
    "The trials differ no more than chance lets expect, so the variance between them is 0."
)


@dataclass(frozen=True, slots=True, eq=False)
class MetaAnalysis:
    """A random-effects meta-analysis or meta-regression of ``k`` trials.

    Attributes
    ----------
    coefficients, se, statistic, p
        Shape (p,): the average effect first, then one per moderator. ``statistic`` is
        the coefficient over its standard error, ``p`` two-sided.
    ci
        Shape (p, 2).
    df
        Degrees of freedom of the t tests; infinite for normal tests.
    covariance
        Shape (p, p), of the coefficients.
    scale
        Factor in the covariance: of Hartung and Knapp, 1 for normal tests.
    tau2, tau2_se, tau2_ci
        Variance between trials, its standard error and its Q-profile interval.
    i2, i2_ci
        Share (0-1) of the variation between effects that is not chance.
    h2
        Total over chance variance. For FE both follow from Q.
    q, q_df, q_p
        Cochran's test of (residual) differences between trials.
    qm, qm_df, qm_p
        Test of all moderators together (of the average without any); an F statistic
        with ``(qm_df, df)`` degrees of freedom when ``df`` is finite, else chi-square.
    log_likelihood
        Of the restricted likelihood for REML, else of the full one.
    weights
        Shape (k,), adding up to 1, of the trials that were used.
    used
        Shape (rows given,): False where a value was missing.
    k, method, test, level
        Trials used and what was asked for.
    status, reason
        "ok"; "boundary" when ``tau2`` is 0; "too_few" or "not_supported" when nothing could
        be estimated (all numbers are then nan); "not_converged".
    """

    coefficients: Floats
    se: Floats
    statistic: Floats
    p: Floats
    ci: Floats
    df: float
    covariance: Floats
    scale: float
    tau2: float
    tau2_se: float
    tau2_ci: tuple[float, float]
    i2: float
    i2_ci: tuple[float, float]
    h2: float
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: int
    qm_p: float
    log_likelihood: float
    weights: Floats
    used: Bools
    k: int
    method: Method
    test: Test
    level: float
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Average effect and range of true effects at given moderators, one row per point.

    ``estimate`` and ``se`` have shape (points,); ``ci`` (of the average) and ``interval`` (in
    which the true effect of a new trial lies) shape (points, 2). For method FE all trials
    share one effect and both are the same.
    """

    estimate: Floats
    se: Floats
    ci: Floats
    interval: Floats


def random_effects(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "knha",
    level: float = 0.95,
    threshold: float | None = None,
) -> MetaAnalysis:
    """Return the average effect of trials and how much they differ, or a meta-regression.

    Parameters
    ----------
    effect, variance
        Effects and their sampling variances (squared standard errors), shape (rows,). Rows
        with a missing value (nan) anywhere are left out; ``used`` tells which stayed.
    moderators
        Shape (rows,) or (rows, moderators): properties of trials; an intercept is added.
    method
        Estimator of the variance between trials, see
        :func:`instroom.stats.evidence.heterogeneity.between_variance`.
    test
        "knha" Hartung-Knapp-Sidik-Jonkman t tests (right for few trials), "adhoc" the
        same but never narrower than normal tests at equal ``df``, "z" normal tests.
    level
        Coverage of all intervals (0-1).
    threshold
        See :func:`instroom.stats.evidence.heterogeneity.between_variance`.

    Returns
    -------
    MetaAnalysis
        With a ``status``: too few trials (not more than coefficients) or moderators that
        repeat each other are results, not errors.

    Raises
    ------
    DataError
        ``bad_variance`` when a variance is not above 0, ``bad_shape`` when lengths differ,
        ``unknown_method`` or ``unknown_test``.

    Source
    ------
    Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30(3), 261-293; Knapp
    and Hartung (2003), Statistics in Medicine 22, 2693-2710. Checked against R
    ``metafor::rma`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> y = [0.38, 0.05, 0.22, 0.61, 0.10, 0.33]
    >>> v = [0.020, 0.008, 0.030, 0.050, 0.004, 0.012]
    >>> m = random_effects(y, v)
    >>> round(float(m.coefficients[0]), 4), m.ci[0].round(4).tolist(), round(m.tau2, 4)
    (0.2274, [0.0348, 0.42], 0.0168)
    """
    if test not in TESTS:
        raise _no_such_test(test)
    y, v, design, used = complete_trials(effect, variance, moderators)
    k, p = design.shape
    nothing = partial(
        without_numbers, MetaAnalysis, size=p, shapes={"weights": (k,)}, q_df=max(k - p, 0),
        qm_df=max(p - 1, 1), used=used, k=k, method=method, test=test, level=level,
    )  # fmt: skip
    if problem := design_problem(design):
        return nothing(problem)
    between = between_variance(y, v, design, method, threshold=threshold)
    fit = weighted_fit(y, design, 1 / (v + between.tau2))
    fixed = weighted_fit(y, design, 1 / v)
    df = float(k - p) if test != "z" else float("inf")
    scale = _scale(fit, k - p, test)
    if scale < FLAT:
        return nothing((FitStatus.NOT_SUPPORTED, _SAME))
    covariance = fit.covariance * scale
    se = np.sqrt(np.diag(covariance))
    statistic = fit.coefficients / se
    qm, qm_df, qm_p = _omnibus(fit.coefficients, covariance, df)
    typical = (k - p) / fixed.trace_p
    h2 = fixed.q / (k - p) if method == "FE" else between.tau2 / typical + 1
    tau2_ci = q_profile(y, v, design, level)
    weights = 1 / (v + between.tau2)
    return MetaAnalysis(
        coefficients=fit.coefficients, se=se, statistic=statistic, p=two_sided(statistic, df),
        ci=interval(fit.coefficients, se, df, level), df=df, covariance=covariance, scale=scale,
        tau2=between.tau2, tau2_se=between.se, tau2_ci=tau2_ci,
        i2=max(1 - 1 / h2, 0.0) if h2 > 0 else 0.0,
        i2_ci=(tau2_ci[0] / (tau2_ci[0] + typical), tau2_ci[1] / (tau2_ci[1] + typical)),
        h2=h2, q=fixed.q, q_df=k - p, q_p=float(chi2.sf(fixed.q, k - p)),
        qm=qm, qm_df=qm_df, qm_p=qm_p,
        log_likelihood=_log_likelihood(fit, weights, design, method),
        weights=weights / weights.sum(), used=used, k=k, method=method, test=test, level=level,
        status=between.status, reason=_reason(between),
    )  # fmt: skip


def _no_such_test(test: object) -> DataError:
    return DataError(
        "this test is not known",
        code="unknown_test",
        found=str(test),
        expected=", ".join(TESTS),
    )


def predict(fit: MetaAnalysis, at: ArrayLike | None = None) -> Prediction:
    """Return the average effect at given moderators, and the range for a new trial.

    Parameters
    ----------
    fit
        Of :func:`random_effects`.
    at
        Shape (points, moderators), without the intercept; left out without moderators.

    Returns
    -------
    Prediction
        The interval uses the distribution of the tests: t with ``k - p`` degrees of freedom
        for "knha", normal for "z" (as metafor 3.8).

    Raises
    ------
    DataError
        ``bad_shape`` when the number of moderators does not fit.

    Source
    ------
    Higgins, Thompson and Spiegelhalter (2009), Journal of the Royal Statistical Society A
    172(1), 137-159. Checked against R ``metafor::predict`` in ``tests/reference/test_meta.py``.

    Examples
    --------
    >>> m = random_effects([0.38, 0.05, 0.22, 0.61], [0.020, 0.008, 0.030, 0.050])
    >>> predict(m).interval.round(3).tolist()
    [[-0.403, 0.941]]
    """
    moderators = len(fit.coefficients) - 1
    values = np.zeros((1, 0)) if at is None else np.asarray(at, dtype=float)
    values = values.reshape(-1, moderators) if values.ndim < 2 and moderators else values
    if values.ndim != 2 or values.shape[1] != moderators:
        raise DataError(
            "the points do not fit the moderators of this meta-analysis",
            code="bad_shape",
            found=Message("shape {shape}", shape=values.shape),
            expected=Message("(points, {moderators})", moderators=moderators),
        )
    rows = np.column_stack([np.ones(len(values)), values])
    estimate = rows @ fit.coefficients
    se = np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.covariance, rows))
    wide = np.sqrt(se**2 + fit.tau2)
    return Prediction(
        estimate,
        se,
        interval(estimate, se, fit.df, fit.level),
        interval(estimate, wide, fit.df, fit.level),
    )


def _scale(fit: WeightedFit, df: int, test: Test) -> float:
    if test == "z":
        return 1.0
    scale = fit.q / df
    return max(scale, 1.0) if test == "adhoc" else scale


def _omnibus(coefficients: Floats, covariance: Floats, df: float) -> tuple[float, int, float]:
    """Test all moderators together, or the average when there are none."""
    chosen = slice(1, None) if len(coefficients) > 1 else slice(None)
    b = coefficients[chosen]
    qm = float(b @ np.linalg.solve(covariance[chosen, chosen], b))
    if np.isfinite(df):
        return qm / len(b), len(b), float(f.sf(qm / len(b), len(b), df))
    return qm, len(b), float(chi2.sf(qm, len(b)))


def _log_likelihood(fit: WeightedFit, weights: Floats, design: Floats, method: Method) -> float:
    k, p = len(design), len(fit.coefficients)
    full = float(np.log(weights).sum()) - fit.q
    full = full - (k if method != "REML" else k - p) * log(2 * pi)
    if method != "REML":
        return full / 2
    xx = float(np.linalg.slogdet(design.T @ design)[1])
    return (full + xx - fit.log_det) / 2


def _reason(between: BetweenVariance) -> Message | None:
    return {
        FitStatus.OK: None,
        FitStatus.BOUNDARY: _BOUNDARY,
        FitStatus.NOT_CONVERGED: _NOT_CONVERGED,
    }[between.status]
