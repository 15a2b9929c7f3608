"""Effects in studies in groups: the multilevel (three-level) meta-analysis."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, f

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Bools, Floats, Ints
from instroom.stats.evidence.levels_likelihood import (
    LevelsState,
    add_levels,
    evaluate,
    maximise,
    same_group,
)
from instroom.stats.evidence.meta_blocks import blocks_by_size, correlated_blocks
from instroom.stats.evidence.trial_effects import complete_trials, design_problem
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem, Verdict
from instroom.stats.t_tests import interval, two_sided

_BOUNDARY = Message(
    "At one level effects differ no more than chance lets expect; its variance is 0."
)
_BOUNDARY_ALL = Message("Effects differ no more than chance lets expect; the variances are 0.")
_NOT_CONVERGED = Message("The variances did not settle.")


@dataclass(frozen=True, slots=True, eq=False)
class MultilevelMeta:
    """A meta-analysis with true differences at several nested levels.

    Attributes
    ----------
    coefficients, se, df, statistic, p
        Shape (p,): the average first, then one per moderator. ``df`` is infinite for "z".
    ci
        Shape (p, 2).
    covariance
        Shape (p, p).
    sigma2, i2
        Shape (levels,), highest first: variance at each level, and its share (0-1) of all
        variation, chance included.
    q, q_df, q_p
        Test of (residual) differences between effects.
    qm, qm_df, qm_p
        Test of all moderators together (of the average without any); an F statistic for "t".
    log_likelihood
        Restricted for REML.
    weights
        Shape (k,), adding up to 1: pull of each effect at the average (all effects' rows of
        the inverse covariance, as metafor's ``type="rowsum"``).
    k, groups
        Effects, and groups per level.
    correlation
        Assumed between sampling errors within a group of the highest level.
    method, test, level, used
        What was asked for, and which rows were complete.
    status, reason
        "ok"; "boundary" when a variance is 0; "too_few", "not_supported"; "not_converged".
    """

    coefficients: Floats
    se: Floats
    df: Floats
    statistic: Floats
    p: Floats
    ci: Floats
    covariance: Floats
    sigma2: Floats
    i2: Floats
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: int
    qm_p: float
    log_likelihood: float
    weights: Floats
    k: int
    groups: tuple[int, ...]
    correlation: float
    method: Literal["REML", "ML"]
    test: Literal["t", "z"]
    level: float
    used: Bools
    status: FitStatus
    reason: Message | None


def three_level(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    levels: Sequence[ArrayLike],
    moderators: ArrayLike | None = None,
    correlation: float = 0.0,
    method: Literal["REML", "ML"] = "REML",
    test: Literal["t", "z"] = "t",
    level: float = 0.95,
) -> MultilevelMeta:
    """Return the average of effects that are nested, with the variance at each level.

    Parameters
    ----------
    effect, variance
        Shape (rows,); rows with a missing value (nan) are left out.
    levels
        Grouping factors, highest first, each of shape (rows,); lower ones count within higher
        ones. The last may number the effects themselves: districts, schools.
    moderators
        Shape (rows,) or (rows, moderators); an intercept is added.
    correlation
        Between sampling errors of the same highest group (0 when all pupils differ).
    method
        "REML" or "ML".
    test
        "t" with as many degrees of freedom as groups at the highest level at which the
        coefficient varies, minus coefficients at that level ("contain"); or "z".
    level
        Coverage.

    Returns
    -------
    MultilevelMeta
        With a ``status``; too few groups or useless moderators are results.

    Raises
    ------
    DataError
        As :func:`instroom.stats.evidence.meta.random_effects`; ``bad_correlation``, ``no_levels``.

    Source
    ------
    Konstantopoulos (2011), Research Synthesis Methods 2, 61-76. Checked against R
    ``metafor::rma.mv`` in ``tests/reference/test_meta_dependent.py``.

    Examples
    --------
    >>> y, v = [0.1, 0.2, 0.4, 0.5, 0.3, 0.0], [0.02, 0.02, 0.03, 0.03, 0.01, 0.02]
    >>> m = three_level(y, v, levels=[[1, 1, 2, 2, 3, 4], range(6)])
    >>> round(float(m.coefficients[0]), 4), m.sigma2.round(4).tolist(), m.status
    (0.232, [0.0179, 0.0], 'boundary')
    """
    _check(levels, correlation, method, test)
    y, v, design, used = complete_trials(effect, variance, moderators)
    codes = _nested_codes(levels, used)
    groups = tuple(int(code.max()) + 1 if len(code) else 0 for code in codes)
    k, p = design.shape
    if problem := design_problem(design) or _too_few(groups):
        per = (len(groups),)
        return without_numbers(
            MultilevelMeta, problem, size=p, shapes={"sigma2": per, "i2": per, "weights": (k,)},
            q_df=max(k - p, 0), qm_df=max(p - 1, 1), k=k, groups=groups, used=used,
            correlation=correlation, method=method, test=test, level=level,
        )  # fmt: skip
    blocks = blocks_by_size(codes[0])
    sampling = correlated_blocks(v, blocks, correlation)
    same = [[same_group(code[rows]) for rows in blocks] for code in codes]
    reml = method == "REML"

    def state(sigma2: Floats) -> LevelsState:
        return evaluate(y, design, blocks, add_levels(sampling, same, sigma2), same, reml=reml)

    start = np.full(len(codes), max(float(y.var()) - float(v.mean()), 0.1 * float(v.mean())))
    sigma2, found, settled = maximise(state, start / len(codes))
    fixed = state(np.zeros(len(codes)))
    df = _containment(design, codes, k) if test == "t" else np.full(p, np.inf)
    se = np.sqrt(np.diag(found.covariance))
    statistic = found.coefficients / se
    qm, qm_df, qm_p = _omnibus(found, df)
    typical = (k - p) / fixed.trace_p
    status, reason = _verdict(sigma2, settled)
    return MultilevelMeta(
        found.coefficients, se, df, statistic, two_sided(statistic, df),
        interval(found.coefficients, se, df, level), found.covariance, sigma2,
        sigma2 / (sigma2.sum() + typical), fixed.q, k - p, float(chi2.sf(fixed.q, k - p)),
        qm, qm_df, qm_p, _constant(found.loglik, design, reml=reml),
        found.pulls / found.pulls.sum(), k, groups, correlation, method, test, level, used,
        status, reason,
    )  # fmt: skip


def working_covariances(
    sampling: Sequence[Floats], blocks: Sequence[Ints], levels: Sequence[Ints], sigma2: Floats
) -> list[Floats]:
    """Return the model's covariance of each block: sampling plus the variance at each level."""
    same = [[same_group(np.asarray(code)[rows]) for rows in blocks] for code in levels]
    return add_levels(sampling, same, sigma2)


def _check(levels: Sequence[ArrayLike], correlation: float, method: str, test: str) -> None:
    if not levels:
        raise DataError(
            "a multilevel meta-analysis needs at least one grouping factor", code="no_levels"
        )
    if not 0 <= correlation < 1:
        raise DataError(
            "the correlation between effects of one group is impossible",
            code="bad_correlation",
            found=f"{correlation:g}",
            expected="0 or more and less than 1",
        )
    if method not in ("REML", "ML"):
        raise DataError(
            "this estimator is not known", code="unknown_method", found=method, expected="REML, ML"
        )
    if test not in ("t", "z"):
        raise DataError("this test is not known", code="unknown_test", found=test, expected="t, z")


def _nested_codes(levels: Sequence[ArrayLike], used: Bools) -> list[Ints]:
    """Return group numbers from 0 per level; a lower group counts within its higher one."""
    codes: list[Ints] = []
    for labels in levels:
        names = np.asarray(labels)
        if names.shape != used.shape:
            raise DataError(
                "every effect needs a group at each level",
                code="bad_shape",
                found=Message(
                    "shapes {shape} and {shape_2}", shape=names.shape, shape_2=used.shape
                ),
            )
        own = np.unique(names[used], return_inverse=True)[1]
        pairs = own if not codes else codes[-1] * (own.max(initial=0) + 1) + own
        codes.append(np.unique(pairs, return_inverse=True)[1].astype(np.int64))
    return codes


def _too_few(groups: tuple[int, ...]) -> Problem | None:
    if groups[0] < 2:
        return FitStatus.TOO_FEW, Message(
            "{group} group at the highest level is too few.", group=groups[0]
        )
    if len(set(groups)) < len(groups):
        return FitStatus.NOT_SUPPORTED, Message(
            "Two levels have the same groups, so they cannot be told apart."
        )
    return None


def _containment(design: Floats, codes: Sequence[Ints], k: int) -> Floats:
    """Return degrees of freedom: groups of the highest level where a column varies, minus p."""
    p = design.shape[1]
    df = np.full(p, float(k - p))
    for code in codes:
        count = int(code.max()) + 1
        for place in range(p):
            column = design[:, place]
            first = np.zeros(count)
            first[code[::-1]] = column[::-1]
            if np.array_equal(first[code], column):
                df[place] = min(df[place], count - p)
    return df


def _omnibus(found: LevelsState, df: Floats) -> tuple[float, int, float]:
    chosen = slice(1, None) if len(df) > 1 else slice(None)
    b = found.coefficients[chosen]
    qm = float(b @ np.linalg.solve(found.covariance[chosen, chosen], b))
    least = float(df[chosen].min())
    if np.isfinite(least):
        p = float(f.sf(qm / len(b), len(b), least)) if least > 0 else float("nan")
        return qm / len(b), len(b), p
    return qm, len(b), float(chi2.sf(qm, len(b)))


def _constant(loglik: float, design: Floats, *, reml: bool) -> float:
    """Add what the likelihood's maximum does not depend on."""
    k, p = design.shape
    if not reml:
        return float(loglik - k / 2 * log(2 * pi))
    determinant = float(np.linalg.slogdet(design.T @ design)[1])
    return float(loglik - (k - p) / 2 * log(2 * pi) + determinant / 2)


def _verdict(sigma2: Floats, settled: bool) -> Verdict:
    if not settled:
        return FitStatus.NOT_CONVERGED, _NOT_CONVERGED
    if np.all(sigma2 == 0):
        return FitStatus.BOUNDARY, _BOUNDARY_ALL
    return (FitStatus.BOUNDARY, _BOUNDARY) if np.any(sigma2 == 0) else (FitStatus.OK, None)
