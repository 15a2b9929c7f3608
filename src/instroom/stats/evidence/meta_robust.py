"""Several effects from one study: robust variance estimation with small-sample corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats, Ints
from instroom.stats.evidence.heterogeneity import weighted_fit
from instroom.stats.evidence.meta_blocks import (
    RobustTest,
    blocks_by_size,
    correlated_blocks,
    robust_test,
    sum_of,
)
from instroom.stats.evidence.meta_levels import MultilevelMeta, three_level, working_covariances
from instroom.stats.evidence.trial_effects import complete_trials, design_problem
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem
from instroom.stats.t_tests import interval

Model = Literal["correlated", "hierarchical", "correlated_hierarchical"]
_FEW_DF = 4


@dataclass(frozen=True, slots=True, eq=False)
class RobustMeta:
    """A meta-analysis of dependent effects with cluster-robust (CR2) tests.

    Attributes
    ----------
    coefficients, se, df, statistic, p
        Shape (p,): the average first, then one per moderator; ``df`` is Bell-McCaffrey's.
    ci
        Shape (p, 2).
    covariance
        Shape (p, p).
    tau2, omega2
        Variance between studies and between effects within a study (nan where the model has
        none).
    k, clusters
        Effects and studies used.
    model, correlation
        What was assumed about effects of one study.
    used
        Shape (rows given,): False where a value was missing.
    trustworthy
        Shape (p,): whether ``df`` is at least 4; below, p values are known to be too small.
    status, reason
        "ok", "boundary" when ``tau2`` is 0, "too_few" or "not_supported" (numbers are nan).
    """

    coefficients: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p: Floats
    ci: Floats
    covariance: Floats
    tau2: float
    omega2: float
    k: int
    clusters: int
    model: Model
    correlation: float
    used: Bools
    trustworthy: Bools
    status: FitStatus
    reason: Message | None


def robust_correlated(
    effect: ArrayLike,
    variance: ArrayLike,
    cluster: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    correlation: float = 0.8,
    level: float = 0.95,
) -> RobustMeta:
    """Return the average of effects of which several come from the same pupils.

    Parameters
    ----------
    effect, variance
        Shape (rows,); rows with a missing value (nan) are left out.
    cluster
        The study of each effect, shape (rows,); numbers or names.
    moderators
        Shape (rows,) or (rows, moderators); an intercept is added.
    correlation
        Assumed between effects of one study (0-1); weights hardly depend on it.
    level
        Coverage.

    Returns
    -------
    RobustMeta
        ``tau2`` by the method of moments; weights are equal within a study.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``bad_correlation``.

    Source
    ------
    Hedges, Tipton and Johnson (2010), Research Synthesis Methods 1, 39-65; Tipton (2015),
    Psychological Methods 20(3), 375-393. Checked against R ``robumeta`` and ``clubSandwich`` in
    ``tests/reference/test_meta_dependent.py``.

    Examples
    --------
    >>> y, v = [0.1, 0.2, 0.4, 0.5, 0.3, 0.0], [0.02, 0.02, 0.03, 0.03, 0.01, 0.02]
    >>> m = robust_correlated(y, v, [1, 1, 2, 2, 3, 4])
    >>> round(float(m.coefficients[0]), 4), round(float(m.df[0]), 2), m.clusters
    (0.2203, 2.84, 4)
    """
    y, v, design, used, codes = _complete(effect, variance, moderators, cluster)
    _check(correlation)
    problem = _problem(design, codes)
    if problem:
        return _nothing(design, used, codes, "correlated", correlation, problem)
    blocks = blocks_by_size(codes)
    size = np.bincount(codes)[codes]
    average = (np.bincount(codes, weights=v) / np.bincount(codes))[codes]
    weights = 1 / (size * average)
    # As robumeta, the working model gives all effects of a study its average variance.
    sampling = correlated_blocks(average, blocks, correlation)
    tau2 = _moments_correlated(y, design, weights, blocks, sampling)
    total = size * (average + max(tau2, 0.0))
    coefficients, test = robust_test(y, design, blocks, covariances=_diagonal(total, blocks))
    return _result(
        coefficients, test, max(tau2, 0.0), float("nan"), used, codes, "correlated",
        correlation, level,
    )  # fmt: skip


def robust_hierarchical(
    effect: ArrayLike,
    variance: ArrayLike,
    cluster: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    level: float = 0.95,
) -> RobustMeta:
    """Return the average of effects from different pupils, several to a study or laboratory.

    Parameters
    ----------
    effect, variance, cluster, moderators, level
        As :func:`robust_correlated`.

    Returns
    -------
    RobustMeta
        ``tau2`` between and ``omega2`` within studies, by the method of moments; ``omega2`` is
        ``nan`` when every study gives one effect, which tells nothing of it.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`.

    Source
    ------
    Hedges, Tipton and Johnson (2010). Checked against published output of R ``robumeta`` and
    against ``clubSandwich`` in ``tests/reference/test_meta_dependent.py``.

    Examples
    --------
    >>> y, v = [0.1, 0.2, 0.4, 0.5, 0.3, 0.0], [0.02, 0.02, 0.03, 0.03, 0.01, 0.02]
    >>> m = robust_hierarchical(y, v, [1, 1, 2, 2, 3, 4])
    >>> round(float(m.coefficients[0]), 4), round(m.tau2, 4), m.omega2
    (0.2376, 0.0104, 0.0)
    """
    y, v, design, used, codes = _complete(effect, variance, moderators, cluster)
    problem = _problem(design, codes)
    if problem:
        return _nothing(design, used, codes, "hierarchical", 0.0, problem)
    tau2, omega2 = _moments_hierarchical(y, v, design, codes)
    blocks = blocks_by_size(codes)
    total = _diagonal(v + tau2 + np.nan_to_num(omega2), blocks)
    coefficients, test = robust_test(y, design, blocks, covariances=total)
    return _result(coefficients, test, tau2, omega2, used, codes, "hierarchical", 0.0, level)


def correlated_hierarchical(
    effect: ArrayLike,
    variance: ArrayLike,
    cluster: ArrayLike,
    *,
    moderators: ArrayLike | None = None,
    correlation: float = 0.6,
    level: float = 0.95,
) -> RobustMeta:
    """Return the average under correlated and hierarchical effects (CHE), tested robustly.

    Effects of a study share pupils (``correlation``) and differ truly within and between
    studies; variances by REML, tests CR2. The best of both when a study gives several effects.

    Parameters
    ----------
    effect, variance, cluster, moderators, correlation, level
        As :func:`robust_correlated`.

    Returns
    -------
    RobustMeta
        ``tau2`` between and ``omega2`` within studies.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``bad_correlation``.

    Source
    ------
    Pustejovsky and Tipton (2022), Prevention Science 23, 425-438. Checked against R
    ``metafor::rma.mv`` with ``clubSandwich`` in ``tests/reference/test_meta_dependent.py``.

    Examples
    --------
    >>> y, v = [0.1, 0.2, 0.4, 0.5, 0.3, 0.0], [0.02, 0.02, 0.03, 0.03, 0.01, 0.02]
    >>> m = correlated_hierarchical(y, v, [1, 1, 2, 2, 3, 4])
    >>> round(float(m.coefficients[0]), 4), round(m.tau2, 4), m.omega2
    (0.2245, 0.0132, 0.0)
    """
    y, v, design, used, codes = _complete(effect, variance, moderators, cluster)
    _check(correlation)
    problem = _problem(design, codes)
    if problem:
        return _nothing(design, used, codes, "correlated_hierarchical", correlation, problem)
    levels = (codes, np.arange(len(codes)))
    fit = three_level(
        y, v, levels=levels, moderators=design[:, 1:], correlation=correlation, level=level
    )
    return robust_of(fit, y, v, levels=levels, moderators=design[:, 1:], used=used)


def robust_of(
    fit: MultilevelMeta,
    effect: Floats,
    variance: Floats,
    *,
    levels: Sequence[Ints],
    moderators: Floats,
    used: Bools,
) -> RobustMeta:
    """Return the cluster-robust test of a multilevel model, by the highest level."""
    design = np.column_stack([np.ones(len(effect)), moderators])
    codes = np.asarray(levels[0])
    blocks = blocks_by_size(codes)
    covariances = working_covariances(
        correlated_blocks(variance, blocks, fit.correlation), blocks, levels, fit.sigma2
    )
    coefficients, test = robust_test(effect, design, blocks, covariances=covariances)
    tau2, omega2 = float(fit.sigma2[0]), float(fit.sigma2[1:].sum())
    return _result(
        coefficients, test, tau2, omega2, used, codes, "correlated_hierarchical",
        fit.correlation, fit.level,
    )  # fmt: skip


def _moments_correlated(
    y: Floats, design: Floats, weights: Floats, blocks: Sequence[Ints], sampling: Sequence[Floats]
) -> float:
    """Return the variance between studies that makes the weighted sum of squares as expected."""
    fit = weighted_fit(y, design, weights)
    weighted = weights[:, None] * design
    totals, chance = [], []
    for rows, cov in zip(blocks, sampling, strict=True):
        sums = weighted[rows].sum(axis=1)
        totals.append(np.einsum("gp,gq->pq", sums, sums))
        chance.append(np.einsum("gip,gij,gjq->pq", weighted[rows], cov, weighted[rows]))
    studies = sum(len(rows) for rows in blocks)
    explained = float(np.trace(fit.covariance @ sum_of(chance)))
    spread = float(weights.sum() - np.trace(fit.covariance @ sum_of(totals)))
    return (fit.q - studies + explained) / spread


def _moments_hierarchical(y: Floats, v: Floats, design: Floats, codes: Ints) -> tuple[float, float]:
    """Solve two expected sums of squares for the variances between and within studies.

    With residuals ``e`` of the fit weighted by 1/v: ``e'We`` and the squared sums of ``e`` per
    study, each linear in both variances.
    """
    k, p = design.shape
    weights = 1 / v
    fit = weighted_fit(y, design, weights)
    m = fit.covariance

    def by_study(columns: Floats) -> Floats:
        return np.stack([np.bincount(codes, weights=column) for column in columns.T], axis=1)

    x, wx = by_study(design), by_study(weights[:, None] * design)
    size = np.bincount(codes).astype(float)
    xjx, wjw, ww = x.T @ x, wx.T @ wx, design.T @ (weights[:, None] ** 2 * design)
    jwx = x.T @ wx
    squares = float((np.bincount(codes, weights=fit.residual) ** 2).sum())
    a1 = float((size**2).sum() - 2 * np.trace(m @ (x.T @ (size[:, None] * wx)))
               + np.trace(m @ xjx @ m @ wjw))  # fmt: skip
    b1 = float(k - 2 * np.trace(m @ jwx) + np.trace(m @ xjx @ m @ ww))
    c1 = float(v.sum() - np.trace(m @ xjx))
    a2 = float(weights.sum() - np.trace(m @ wjw))
    b2 = float(weights.sum() - np.trace(m @ ww))
    c2 = k - p
    if size.max() < 2:  # all that differs, differs between studies
        return max(0.0, (fit.q - c2) / a2), float("nan")
    omega2 = max(0.0, ((squares - c1) * a2 - (fit.q - c2) * a1) / (b1 * a2 - b2 * a1))
    return max(0.0, (fit.q - c2 - omega2 * b2) / a2), omega2


def _diagonal(values: Floats, blocks: Sequence[Ints]) -> list[Floats]:
    return [values[rows][:, :, None] * np.eye(rows.shape[1]) for rows in blocks]


def _complete(
    effect: ArrayLike, variance: ArrayLike, moderators: ArrayLike | None, cluster: ArrayLike
) -> tuple[Floats, Floats, Floats, Bools, Ints]:
    y, v, design, used = complete_trials(effect, variance, moderators)
    names = np.asarray(cluster)
    if names.shape != used.shape:
        raise DataError(
            "every effect needs the study it comes from",
            code="bad_shape",
            found=Message("shapes {shape} and {shape_2}", shape=names.shape, shape_2=used.shape),
        )
    return y, v, design, used, np.unique(names[used], return_inverse=True)[1].astype(np.int64)


def _check(correlation: float) -> None:
    if not 0 <= correlation < 1:
        raise DataError(
            "the correlation between effects of one study is impossible",
            code="bad_correlation",
            found=f"{correlation:g}",
            expected="0 or more and less than 1",
        )


def _problem(design: Floats, codes: Ints) -> Problem | None:
    clusters = len(np.unique(codes))
    if clusters <= design.shape[1]:
        reason = Message(
            "There are too few studies ({clusters}) to test so many coefficients ({value}) "
            "robustly.",
            clusters=clusters,
            value=design.shape[1],
        )
        return FitStatus.TOO_FEW, reason
    return design_problem(design)


def _result(
    coefficients: Floats,
    test: RobustTest,
    tau2: float,
    omega2: float,
    used: Bools,
    codes: Ints,
    model: Model,
    correlation: float,
    level: float,
) -> RobustMeta:
    boundary = tau2 == 0
    return RobustMeta(
        coefficients, test.se, test.df, test.statistic, test.p,
        interval(coefficients, test.se, test.df, level), test.covariance, tau2, omega2,
        len(codes), len(np.unique(codes)), model, correlation, used, test.df >= _FEW_DF,
        FitStatus.BOUNDARY if boundary else FitStatus.OK,
        Message("Studies differ no more than chance lets expect.") if boundary else None,
    )  # fmt: skip


def _nothing(
    design: Floats,
    used: Bools,
    codes: Ints,
    model: Model,
    correlation: float,
    problem: Problem,
) -> RobustMeta:
    p = design.shape[1]
    return without_numbers(
        RobustMeta, problem, size=p, k=len(codes), clusters=len(np.unique(codes)), model=model,
        correlation=correlation, used=used, trustworthy=np.zeros(p, dtype=bool),
    )  # fmt: skip
