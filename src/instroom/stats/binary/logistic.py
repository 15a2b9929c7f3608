"""A logit and a linear probability model, with errors that may hang together within schools."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, from_arrays
from instroom.stats.arrays import Floats
from instroom.stats.binary.binary_optimum import LogitOptimum, describe_separation, maximise
from instroom.stats.binary.binary_rows import BinaryRows, check, column_names, prepare, select
from instroom.stats.binary.logit_sandwich import sandwich
from instroom.stats.clusters import robust
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, together
from instroom.stats.t_tests import interval, two_sided

Kind = Literal["model", "cr0", "cr1", "cr1s", "cr2"]


@dataclass(frozen=True, slots=True, eq=False)
class LogitFit:
    """A logit without random effects; ``p`` coefficients.

    Attributes
    ----------
    names
        Columns; those that earlier columns determine are left out.
    beta, se, df, t, p
        Shape (p,): log-odds, standard error, Satterthwaite degrees of freedom (infinite for
        ``model``), their ratio and its two-sided p-value.
    cov
        Shape (p, p): covariance of ``beta``.
    ci
        Shape (p, 2): 95 % interval.
    n, clusters
        People and clusters (0 without clusters).
    kind
        ``model`` or the cluster-robust correction used.
    log_likelihood
        Maximum, with the binomial coefficients when trials were given (as R).
    status
        ``ok``; ``partial`` when columns or standard errors are left out (``nan``);
        ``separation`` or ``too_few`` (no estimates: ``nan``); ``not_converged`` (no estimates).
    reason
        Why the status is not ``ok``.
    iterations
        Newton steps.
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
    log_likelihood: float
    status: FitStatus
    reason: Message | None
    iterations: int


def fit_logit(
    y: ArrayLike,
    X: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    kind: Kind | None = None,
    names: Sequence[str] | None = None,
    trials: ArrayLike | None = None,
) -> LogitFit:
    """Return the maximum-likelihood logit, with model-based or cluster-robust errors.

    Parameters
    ----------
    y
        Shape (n,): 0 or 1, or with ``trials`` the number of people with outcome 1.
    X
        Shape (n, p): columns, including the intercept. No missing values.
    cluster
        Shape (n,): cluster of each row, numbers or texts.
    kind
        ``model`` (people are independent), ``cr0``, ``cr1``, ``cr1s`` or ``cr2`` (right for few
        or unequal clusters). ``cr2`` with clusters and ``model`` without when left out.
    names
        Names of the columns; ``x0, x1, ..`` when left out.
    trials
        Shape (n,): people in each row; one when left out. The answer is the same as for one row
        per person.

    Returns
    -------
    LogitFit
        Coefficients are log-odds over all schools together; smaller than those of
        :func:`instroom.stats.binary.binary_mixed.fit`, which are given the school.

    Raises
    ------
    DataError
        ``wrong_shape``, ``missing_values``, ``not_binary``, ``unknown_kind`` (also a robust kind
        without clusters).

    Source
    ------
    Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181; Pustejovsky and Tipton (2018),
    Journal of Business & Economic Statistics 36(4), 672-683. Checked against R ``glm`` and
    ``clubSandwich`` in ``tests/reference/test_binary.py``.

    Examples
    --------
    >>> school = np.repeat(np.arange(8), 10)
    >>> treat = (school % 2).astype(float)
    >>> yes = np.array([2, 4, 1, 6, 3, 3, 2, 5])
    >>> y = (np.tile(np.arange(10), 8) < np.repeat(yes, 10)).astype(float)
    >>> r = fit_logit(y, np.column_stack([np.ones(80), treat]), school, names=["c", "treat"])
    >>> [round(float(x[1]), 4) for x in (r.beta, r.se, r.df)]
    [1.1856, 0.3649, 5.7356]
    """
    used = kind or ("model" if cluster is None else "cr2")
    if used not in get_args(Kind) or (used != "model" and cluster is None):
        raise DataError(
            Message("there is no correction '{used}'", used=used)
            if cluster is not None
            else "there are no clusters",
            code="unknown_kind",
            found=used,
            expected=", ".join(get_args(Kind)) if cluster is not None else "model",
        )
    rows = prepare(y, X, cluster, trials=trials)
    kept, called, left = select(rows, names)
    empty = without_numbers(
        LogitFit, (FitStatus.TOO_FEW, None), size=len(called), names=called, n=kept.n, kind=used,
        clusters=0 if cluster is None else len(kept.starts), iterations=0,
    )  # fmt: skip
    if kept.n <= len(called) or (used != "model" and len(kept.starts) < 2):
        reason = Message(
            "{n} people in {n_2} clusters are too few.", n=kept.n, n_2=len(kept.starts)
        )
        return replace(empty, status=FitStatus.TOO_FEW, reason=reason)
    best = maximise(kept)
    if not best.converged:
        reason = describe_separation(kept, best.separated, called)
        status = FitStatus.NOT_CONVERGED if best.separated is None else FitStatus.SEPARATION
        return replace(empty, status=status, reason=reason, iterations=best.iterations)
    return _with_errors(kept, best, empty, left)


def fit_linear_probability(
    y: ArrayLike,
    X: ArrayLike,
    cluster: ArrayLike,
    *,
    kind: robust.Kind = "cr2",
    names: Sequence[str] | None = None,
) -> robust.RobustFit:
    """Return a linear probability model with cluster-robust errors: effects in shares (0-1).

    Times 100 its coefficients are percentage points. Without covariates, or with covariates that
    do not differ between the groups compared, they are close to the average effect of a logit.

    Parameters
    ----------
    y
        Shape (n,): 0 or 1.
    X
        Shape (n, p): columns; the first is the intercept.
    cluster
        Shape (n,): cluster of each row, numbers or texts.
    kind
        As in :func:`instroom.stats.clusters.robust.fit`.
    names
        Names of the columns, the intercept first.

    Raises
    ------
    DataError
        ``wrong_shape``, ``missing_values``, ``not_binary``, ``no_intercept``, ``unknown_kind``.

    Source
    ------
    As :func:`instroom.stats.clusters.robust.fit`. Checked against R ``clubSandwich`` on ``lm`` in
    ``tests/reference/test_binary.py``.

    Examples
    --------
    >>> school = np.repeat(np.arange(8), 10)
    >>> treat = (school % 2).astype(float)
    >>> y = (np.tile(np.arange(10), 8) < np.repeat([2, 4, 1, 6, 3, 3, 2, 5], 10)).astype(float)
    >>> r = fit_linear_probability(y, np.column_stack([np.ones(80), treat]), school)
    >>> [round(float(x[1]), 4) for x in (r.beta, r.se, r.df)]
    [0.25, 0.0764, 6.0]
    """
    outcome, matrix = check(y, X, len(np.asarray(cluster)))
    called = column_names(names, matrix.shape[1])
    if not len(matrix) or not (matrix[:, 0] == 1).all():
        raise DataError(
            "the first column is not an intercept",
            code="no_intercept",
            expected="a first column of ones, and at least one row",
        )
    columns = {f"x{j}": matrix[:, j] for j in range(1, matrix.shape[1])}
    cross = from_arrays(columns | {"y": outcome}, {"cluster": cluster})
    found = robust.fit(cross, kind=kind)
    given = {INTERCEPT: called[0]} | {f"x{j}": name for j, name in enumerate(called)}
    return replace(found, names=tuple(given[name] for name in found.names))


def _with_errors(
    rows: BinaryRows, best: LogitOptimum, empty: LogitFit, left: Message | None
) -> LogitFit:
    beta = rows.scaling @ best.beta
    reasons = [left] if left else []
    if empty.kind == "model":
        cov = rows.scaling @ best.inverse @ rows.scaling.T
        df = np.full(len(beta), np.inf)
    else:
        found = sandwich(rows, best.beta, best.inverse, empty.kind)
        lone = found.decided
        cov = np.where(lone[:, None] | lone, np.nan, found.cov)
        df = np.where(lone, np.nan, found.df)
        which = ", ".join(name for name, one in zip(empty.names, lone, strict=True) if one)
        reasons += (
            [Message("No error for {which}: it rests on a single cluster.", which=which)]
            if which
            else []
        )
    se = np.sqrt(np.diag(cov))
    t = np.divide(beta, se, out=np.full_like(se, np.nan), where=se > 0)
    return replace(
        empty,
        beta=beta,
        cov=cov,
        se=se,
        df=df,
        t=t,
        p=two_sided(t, df),
        ci=interval(beta, se, df, 0.95),
        log_likelihood=best.value,
        status=FitStatus.PARTIAL if reasons else FitStatus.OK,
        reason=together(reasons),
        iterations=best.iterations,
    )
