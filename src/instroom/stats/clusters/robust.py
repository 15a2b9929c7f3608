"""Least squares with errors that may hang together within schools (cluster-robust errors)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import CrossProducts
from instroom.stats.arrays import Bools, Floats
from instroom.stats.clusters.cluster_design import (
    ClusterDesign,
    Weights,
    directions,
    split,
    undetermined,
)
from instroom.stats.rank import left_out
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem, together
from instroom.stats.t_tests import interval, two_sided

Kind = Literal["cr0", "cr1", "cr1s", "cr2", "cr3"]


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit:
    """Least-squares coefficients with cluster-robust standard errors.

    Attributes
    ----------
    names
        Columns, then extra combinations; columns that cannot be estimated are left out.
    beta, se, df, t, p
        Shape (q,): estimate, standard error, Satterthwaite degrees of freedom, their ratio and
        its two-sided p-value. nan where there is no standard error, and then ``reason`` says why.
    cov
        Shape (q, q): covariance of the estimates.
    ci
        Shape (q, 2): 95 % interval.
    n, clusters
        Rows and clusters.
    kind
        The correction used.
    status
        ``ok``; ``partial`` when some columns or standard errors are left out; ``boundary`` when
        the columns give the outcome exactly; ``too_few`` clusters or rows; ``not_supported``.
    reason
        A sentence for every status but ``ok``.
    """

    names: tuple[str, ...]
    beta: Floats
    cov: Floats
    se: Floats
    df: Floats
    t: Floats
    p: Floats
    ci: Floats
    n: int
    clusters: int
    kind: Kind
    status: FitStatus
    reason: Message | None


def fit(
    cross: CrossProducts,
    *,
    kind: Kind = "cr2",
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    absorb: str | None = None,
    combinations: Weights | None = None,
) -> RobustFit:
    """Return least-squares coefficients with cluster-robust errors and Satterthwaite df.

    The clusters are the groups of the highest level, so pupils, classes and years within one
    school may hang together in any way.

    Parameters
    ----------
    cross
        Cross-products kept per group of the highest level (``by_group=True``).
    kind
        ``cr0`` no correction; ``cr1`` times J/(J-1); ``cr1s`` times J/(J-1) (N-1)/(N-p), Stata's;
        ``cr2`` bias-reduced linearisation, right for few or unequal clusters; ``cr3`` close to
        the jackknife.
    outcome
        Column to explain; the last one when left out.
    fixed
        Columns that explain it; all others when left out. The intercept always takes part.
    absorb
        A level whose groups get a constant each (fixed effects) in place of the intercept.
    combinations
        Extra sums of coefficients, name -> {column: weight}, such as the effect for girls.

    Returns
    -------
    RobustFit
        Estimates in the units of the outcome per unit of the column.

    Raises
    ------
    DataError
        For a name that is not there, an unknown ``kind`` or products not kept per group.

    Source
    ------
    Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181; Pustejovsky and Tipton (2018),
    Journal of Business & Economic Statistics 36(4), 672-683. Checked against R ``clubSandwich``
    in ``tests/reference/test_robust.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school = np.repeat(np.arange(6), 4)
    >>> treat = (school % 2).astype(float)
    >>> score = np.sin(np.arange(24.0)) + 0.5 * treat
    >>> r = fit(from_arrays({"treat": treat, "score": score}, {"school": school}))
    >>> [round(float(x[1]), 4) for x in (r.beta, r.se, r.df)]
    [0.5985, 0.3468, 4.0]
    """
    if kind not in get_args(Kind):
        raise DataError(
            Message("there is no correction '{kind}'", kind=kind),
            code="unknown_kind",
            found=kind,
            expected=", ".join(get_args(Kind)),
        )
    design = split(cross, outcome=outcome, fixed=fixed, absorb=absorb, combinations=combinations)
    refused = _refusal(design, kind)
    if refused is not None:
        return _without_errors(design, kind, refused)
    values, vectors, decided = directions(design)
    adjusted = _adjusted(design, kind, np.where(decided, 0.0, values), vectors, decided)
    scores = np.einsum("jqp,jp->jq", adjusted, design.scores)
    cov = _scale(design, kind) * (scores.T @ scores)
    df = satterthwaite(design.parts, adjusted)
    owed = undetermined(design, vectors, decided)
    se = np.where(owed, np.nan, np.sqrt(np.diag(cov)))
    cov = np.where(owed[:, None] | owed, np.nan, cov)
    return _with_errors(design, kind, cov, se, np.where(owed, np.nan, df))


def satterthwaite(parts: Floats, adjusted: Floats) -> Floats:
    """Return Satterthwaite degrees of freedom when errors are independent and equally large.

    Parameters
    ----------
    parts
        Shape (J, p, p): each cluster's part of an orthonormal design.
    adjusted
        Shape (J, q, p): the contrasts with each cluster's correction.

    Returns
    -------
    ndarray
        Shape (q,): ``tr(G)^2 / tr(G G)``, with ``G`` the J x J matrix of which the variance
        estimate is the quadratic form.

    Source
    ------
    Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), equation 11.
    """
    # G is a diagonal d less u'u, so its trace and square need no J x J matrix.
    u = (parts @ adjusted.transpose(0, 2, 1)).transpose(2, 0, 1)
    d = np.einsum("qjp,jqp->qj", u, adjusted)
    lengths = (u * u).sum(axis=2)
    gram = u.transpose(0, 2, 1) @ u
    trace = (d - lengths).sum(axis=1)
    square = (d * d - 2 * d * lengths).sum(axis=1) + (gram * gram).sum(axis=(1, 2))
    found: Floats = np.divide(trace**2, square, out=np.full_like(trace, np.nan), where=square > 0)
    return found


def _adjusted(
    design: ClusterDesign, kind: Kind, values: Floats, vectors: Floats, decided: Bools
) -> Floats:
    """Return the contrasts, shape (J, q, p), with each cluster's correction."""
    if kind in ("cr0", "cr1", "cr1s"):
        plain: Floats = np.broadcast_to(
            design.contrasts.T, (design.clusters, *design.contrasts.T.shape)
        )
        return plain
    power = -0.5 if kind == "cr2" else -1.0
    # The correction has no inverse where a cluster's residuals are 0 by construction: 0 there.
    factor = np.where(decided, 0.0, (1 - values) ** power)
    turned = design.contrasts.T @ vectors
    result: Floats = (turned * factor[:, None, :]) @ vectors.transpose(0, 2, 1)
    return result


def _scale(design: ClusterDesign, kind: Kind) -> float:
    clusters = design.clusters / (design.clusters - 1)
    if kind == "cr1":
        return clusters
    if kind == "cr1s":
        return clusters * (design.n - 1) / (design.n - design.parameters)
    return 1.0


def _refusal(design: ClusterDesign, kind: Kind) -> Problem | None:
    if design.clusters < 2:
        return FitStatus.TOO_FEW, Message("Robust standard errors need at least two clusters.")
    if design.n <= design.parameters:
        return FitStatus.TOO_FEW, Message(
            "{n} rows are too few for {parameters} coefficients: nothing is left to "
            "measure an error with.",
            n=design.n,
            parameters=design.parameters,
        )
    if design.weighted and kind in ("cr2", "cr3"):
        return FitStatus.NOT_SUPPORTED, Message(
            "{kind} needs rows that count once each; weighted rows can have cr0, cr1 or cr1s.",
            kind=kind,
        )
    if design.exact:
        return FitStatus.BOUNDARY, Message(
            "The columns give the outcome exactly: there is no error to measure."
        )
    return None


def _without_errors(design: ClusterDesign, kind: Kind, problem: Problem) -> RobustFit:
    return without_numbers(
        RobustFit, problem, size=len(design.names), names=design.names, beta=design.estimates,
        n=design.n, clusters=design.clusters, kind=kind,
    )  # fmt: skip


def _with_errors(
    design: ClusterDesign, kind: Kind, cov: Floats, se: Floats, df: Floats
) -> RobustFit:
    t = np.divide(design.estimates, se, out=np.full_like(se, np.nan), where=se > 0)
    reasons = [left] if (left := left_out(design.aliased, design.constant)) else []
    lacking = [name for name, error in zip(design.names, se, strict=True) if not error > 0]
    if lacking:
        reasons.append(
            Message(
                "No standard error, because a single cluster decides the estimate: {value}.",
                value=", ".join(lacking),
            )
        )
    return RobustFit(
        design.names, design.estimates, cov, se, df, t, two_sided(t, df),
        interval(design.estimates, se, df, 0.95), design.n, design.clusters, kind,
        FitStatus.PARTIAL if reasons else FitStatus.OK, together(reasons),
    )  # fmt: skip
