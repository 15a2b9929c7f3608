"""Linear multilevel models of nested groups, estimated from cross-products."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, CrossProducts
from instroom.stats.arrays import Floats
from instroom.stats.multilevel.design import NestedDesign, design
from instroom.stats.multilevel.estimation import Estimate, estimate
from instroom.stats.rank import left_out
from instroom.stats.results import without_numbers
from instroom.stats.status import ESTIMATED, FitStatus, Problem, Verdict, together

Method = Literal["reml", "ml"]


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """A fitted model; all figures in the units of the data.

    Without estimates (``status`` ``too_few``, ``not_supported`` or ``not_converged``) the
    numbers are ``nan``, ``variances`` is empty, and ``reason`` says why.

    Attributes
    ----------
    names, beta, se, cov
        The ``p`` coefficients, their standard errors, shape (p,), and covariance, (p, p).
    levels, groups
        Levels with a random effect, highest first, and how many groups each has.
    variances
        Level -> variance of its intercept; with a random slope also ``level.slope`` and
        ``level.(Intercept).slope``, the slope's variance and its covariance with the
        intercept, at 0 of the slope column.
    residual
        Variance of rows within the lowest groups.
    theta
        Cholesky factors of the variances relative to the residual, lowest level first.
    deviance, log_likelihood
        -2 log likelihood with all constants (of the restricted likelihood with ``reml``; lme4
        calls it REMLcrit), and the log likelihood.
    n
        Rows.
    status, reason
        ``ok``, or what a reader must know. ``boundary``: a variance is 0 or a correlation 1.
        ``rank_deficient``: columns or levels that cannot be told apart were left out.
    iterations
        Newton steps taken.
    aliased
        Columns left out.
    outcome
        Name of the outcome.
    cross
        The sums it rests on.
    estimate
        The same in standard units, with the curvature of the likelihood; None without one.
    """

    names: tuple[str, ...]
    beta: Floats
    cov: Floats
    se: Floats
    levels: tuple[str, ...]
    variances: dict[str, float]
    residual: float
    theta: Floats
    deviance: float
    log_likelihood: float
    n: int
    groups: tuple[int, ...]
    method: Method
    status: FitStatus
    reason: Message | None
    iterations: int
    aliased: tuple[str, ...]
    outcome: str
    cross: CrossProducts
    estimate: Estimate | None

    @property
    def exact(self) -> bool:
        """Whether the columns explain the outcome exactly, so that nothing has an error."""
        return self.estimate is None and self.status in ESTIMATED


def fit(
    cross: CrossProducts,
    *,
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    method: Method = "reml",
    correlated: bool = True,
    slope_levels: Sequence[str] | None = None,
) -> MixedFit:
    """Return a multilevel model fitted by restricted or ordinary maximum likelihood.

    Every level of ``cross`` has a random intercept; with ``cross.slope`` the lowest level also
    has a random slope. Without levels it is ordinary least squares.

    Parameters
    ----------
    cross
        Sums per group of complete rows.
    outcome
        Column to explain; the last one when left out.
    fixed
        Columns that explain it; all others, with the intercept, when left out.
    method
        ``reml``, or ``ml`` to compare models with other explanatory columns.
    correlated
        Whether the random slope may go together with its intercept; if not they are
        independent at 0 of the slope column.
    slope_levels
        Levels at which the slope differs; only the lowest one is supported.

    Raises
    ------
    DataError
        ``unknown_column``; ``outcome_twice`` when the outcome is also an explanatory column;
        ``method`` when there is no such method.

    Source
    ------
    Bates, Machler, Bolker and Walker (2015), Journal of Statistical Software 67(1), for the
    profiled likelihood. Checked against R ``lme4`` in ``tests/reference/test_mixed.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school, treat = np.repeat(np.arange(8), 3), np.repeat([0, 1], 12)
    >>> score = school % 4 + treat + np.tile([0.0, 1, 3], 8)
    >>> found = fit(from_arrays({"treat": treat, "y": score}, {"school": school}))
    >>> found.status, float(found.beta[1].round(6)), float(found.se[1].round(6))
    ('ok', 1.0, 0.912871)
    >>> round(found.variances["school"], 6), round(found.residual, 6)
    (0.888889, 2.333333)
    """
    if method not in ("reml", "ml"):
        raise DataError("no such method", code="method", found=str(method), expected="reml or ml")
    outcome = cross.columns[-1] if outcome is None else outcome
    if fixed is None:
        fixed = [name for name in cross.columns if name != outcome]
    plan = design(cross, outcome, fixed, correlated=correlated)
    problem = _problem(cross, plan, slope_levels)
    if problem:
        return _without(cross, plan, (outcome, method), problem)
    found = estimate(plan, cross.n, restricted=method == "reml")
    if found.problem:
        return _without(cross, plan, (outcome, method), found.problem)
    return _fitted(cross, plan, found, (outcome, method))


def _problem(
    cross: CrossProducts, plan: NestedDesign, slope_levels: Sequence[str] | None
) -> Problem | None:
    """Return what stands in the way of any estimate."""
    if slope_levels is not None and tuple(slope_levels) != cross.levels[-1:]:
        return FitStatus.NOT_SUPPORTED, Message(
            "A random slope is supported at the lowest level only, not at {levels}.",
            levels=", ".join(slope_levels),
        )
    if cross.slope is not None and not cross.levels:
        return FitStatus.NOT_SUPPORTED, Message(
            "A random slope of '{slope}' needs groups.", slope=cross.slope
        )
    if cross.n <= len(plan.names):
        return FitStatus.TOO_FEW, Message(
            "{n} rows are too few for {n_2} coefficients.", n=cross.n, n_2=len(plan.names)
        )
    if not plan.varies:
        return FitStatus.NOT_SUPPORTED, Message("The outcome is the same in every row.")
    single = [level for level, size in zip(cross.levels, cross.sizes, strict=True) if size < 2]
    if single:
        return FitStatus.TOO_FEW, Message(
            "There is only one group of level '{single}'.", single=single[0]
        )
    if plan.slope_axis is not None and cross.n <= 2 * plan.sizes[-1]:
        return FitStatus.TOO_FEW, Message(
            "{n} rows are too few for an intercept and a slope in each of {value} "
            "groups of level '{level}'.",
            n=cross.n,
            value=plan.sizes[-1],
            level=plan.levels[-1],
        )
    return None


def _without(
    cross: CrossProducts, plan: NestedDesign, asked: tuple[str, Method], problem: Problem
) -> MixedFit:
    """Return a fit without estimates."""
    return without_numbers(
        MixedFit, problem, size=len(plan.names), shapes={"theta": (0,)}, names=plan.names,
        levels=plan.levels, groups=plan.sizes, aliased=plan.aliased, variances={}, n=cross.n,
        outcome=asked[0], method=asked[1], cross=cross, iterations=0, estimate=None,
    )  # fmt: skip


def _fitted(
    cross: CrossProducts, plan: NestedDesign, found: Estimate, asked: tuple[str, Method]
) -> MixedFit:
    """Return the estimates in the units of the data."""
    cov = plan.transform @ (found.residual * found.solution.inverse) @ plan.transform.T
    deviance = found.deviance + 2 * found.free * np.log(plan.unit)
    deviance += 2 * plan.log_units if asked[1] == "reml" else 0.0
    residual = found.residual * plan.unit**2
    variances, theta = _variances(plan, found, residual, cross.slope)
    status, reason = _status(plan, found, variances)
    return MixedFit(
        names=plan.names,
        beta=plan.transform @ found.solution.beta + plan.offset,
        cov=cov,
        se=np.sqrt(np.diag(cov)),
        levels=plan.levels,
        variances=variances,
        residual=residual,
        theta=theta,
        deviance=deviance,
        log_likelihood=-deviance / 2,
        n=cross.n,
        groups=plan.sizes,
        method=asked[1],
        status=status,
        reason=reason,
        iterations=found.iterations,
        aliased=plan.aliased,
        outcome=asked[0],
        cross=cross,
        estimate=None if found.exact else found,
    )


def _variances(
    plan: NestedDesign, found: Estimate, residual: float, slope: str | None
) -> tuple[dict[str, float], Floats]:
    """Return the variances by name and their relative Cholesky factors, lowest level first."""
    if not plan.levels:
        return {}, np.zeros(0)
    basis = plan.nest.basis
    lowest, phi = plan.levels[-1], found.ratios
    covariance = np.einsum("i,iab->ab", phi[: len(basis)], basis)
    if plan.slope_axis is None or slope is None:
        variances = {lowest: float(covariance[0, 0]) * residual}
        theta = [np.sqrt(covariance[0, 0])]
    else:
        covariance = plan.slope_axis @ covariance @ plan.slope_axis.T
        a = float(np.sqrt(max(covariance[0, 0], 0.0)))
        b = float(covariance[1, 0]) / a if a > 0 else 0.0
        theta = [a, b, np.sqrt(max(float(covariance[1, 1]) - b * b, 0.0))]
        if len(basis) == 2:  # independent at time 0
            covariance[0, 1] = covariance[1, 0] = 0.0
            del theta[1]
        variances = {
            lowest: float(covariance[0, 0]) * residual,
            f"{lowest}.{slope}": float(covariance[1, 1]) * residual,
            f"{lowest}.{INTERCEPT}.{slope}": float(covariance[0, 1]) * residual,
        }
    above = phi[len(basis) :]
    variances |= {
        level: float(ratio) * residual
        for level, ratio in zip(plan.levels[-2::-1], above, strict=True)
    }
    return variances, np.array([*theta, *np.sqrt(above)])


def _status(plan: NestedDesign, found: Estimate, variances: dict[str, float]) -> Verdict:
    """Return the status of a fit that has estimates, and why it is not plainly ``ok``."""
    reasons = [left] if (left := left_out(plan.aliased, plan.constant)) else []
    if plan.left_out:
        levels = ", ".join(f"'{name}'" for name in plan.left_out)
        reasons.append(
            Message(
                "Level left out, because its groups are those of another or rows: {levels}.",
                levels=levels,
            )
        )
    status = FitStatus.RANK_DEFICIENT if reasons else FitStatus.OK
    if found.exact:
        reasons.append(Message("The columns explain the outcome exactly."))
    elif found.boundary:
        zero = [name for name, value in variances.items() if value == 0.0 and INTERCEPT not in name]
        reasons.append(
            Message("The variance of {parts} is estimated at 0.", parts=", ".join(zero))
            if zero
            else Message("The random intercept and slope are estimated to go together perfectly.")
        )
    if status == FitStatus.OK and reasons:
        status = FitStatus.BOUNDARY
    return status, together(reasons)
