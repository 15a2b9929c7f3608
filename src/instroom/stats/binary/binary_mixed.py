"""Does a pupil choose a technical profile? A logit with a random intercept per school."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.binary.binary_likelihood import Curvature, evaluate
from instroom.stats.binary.binary_optimum import LogitOptimum, describe_separation, maximise
from instroom.stats.binary.binary_rows import BinaryRows, prepare, select
from instroom.stats.newton import halved, uphill
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, together

GAIN = 1e-12  # predicted gain in log-likelihood at which to stop; the last step is still taken
STARTS = (1.0, 3.0)  # spreads to try beside the one by moments
STEPS = 60
LONGEST = 1.5  # of one step in log sd
SMALLEST_SD = 1e-4  # below this the groups do not differ (lme4's isSingular)
FALLS_BACK = 0.05  # below this, and no better than a plain logit, the climb is on its way to 0
LARGEST_SD = 40.0  # no answer depends on anything but the group
MOST_POINTS = 100


@dataclass(frozen=True, slots=True, eq=False)
class BinaryMixedFit:
    """A random-intercept logit; ``p`` coefficients.

    Attributes
    ----------
    names
        Names of the coefficients.
    beta, se
        Shape (p,): coefficients in log-odds, given the group, and their standard errors.
    cov
        Shape (p, p): covariance of ``beta``, from the full Hessian of (beta, log sd).
    sd
        Standard deviation of the groups' intercepts, in log-odds.
    cov_joint
        Shape (p + 1, p + 1): covariance of (beta, log sd); the last row and column are ``nan``
        when ``sd`` is 0.
    log_likelihood
        Maximum, with the binomial coefficients when trials were given (as R).
    n, groups
        People and groups.
    points
        Quadrature points per group; 1 is Laplace.
    status
        ``ok``; ``boundary`` (the groups do not differ: ``sd`` 0, the rest a plain logit);
        ``rank_deficient`` (columns that earlier ones determine were left out); ``separation`` or
        ``too_few`` (no estimates: ``nan``); ``not_converged`` (the last values, if any).
    reason
        Why the status is not ``ok``.
    iterations
        Newton steps.
    """

    names: tuple[str, ...]
    beta: Floats
    cov: Floats
    se: Floats
    sd: float
    cov_joint: Floats = field(repr=False)
    log_likelihood: float
    n: int
    groups: int
    points: int
    status: FitStatus
    reason: Message | None
    iterations: int


def fit(
    y: ArrayLike,
    X: ArrayLike,
    group: ArrayLike,
    *,
    points: int = 1,
    names: Sequence[str] | None = None,
    trials: ArrayLike | None = None,
) -> BinaryMixedFit:
    """Return the maximum-likelihood fit of a logit with a random intercept per group.

    Parameters
    ----------
    y
        Shape (n,): 0 or 1, or with ``trials`` the number of people with outcome 1.
    X
        Shape (n, p): columns, including the intercept. No missing values.
    group
        Shape (n,): group of each row, numbers or texts.
    points
        Quadrature points per group: 1 is the Laplace approximation; with few people per group
        7 or more is better.
    names
        Names of the columns; ``x0, x1, ..`` when left out.
    trials
        Shape (n,): people in each row; one when left out.

    Returns
    -------
    BinaryMixedFit
        Coefficients are log-odds for a pupil of a given school; for percentage points over all
        schools see :func:`instroom.stats.binary.marginal_effect.average_effect`. The order of the
        rows
        changes nothing but the last digits.

    Raises
    ------
    DataError
        ``wrong_shape``, ``missing_values``, ``not_binary``, ``wrong_points``.

    Source
    ------
    Pinheiro and Bates (1995), Journal of Computational and Graphical Statistics 4(1), 12-35.
    Checked against R ``glmmTMB`` (Laplace) and ``lme4::glmer`` (quadrature) in
    ``tests/reference/test_binary.py``.

    Examples
    --------
    >>> school = np.repeat(np.arange(6), 10)
    >>> yes = np.array([1, 2, 5, 3, 8, 9])
    >>> y = (np.tile(np.arange(10), 6) < np.repeat(yes, 10)).astype(float)
    >>> f = fit(y, np.ones((60, 1)), school, names=["(Intercept)"])
    >>> round(float(f.beta[0]), 3), round(f.sd, 3), f.status
    (-0.159, 1.314, 'ok')
    """
    if not 1 <= points <= MOST_POINTS or points != int(points):
        raise DataError(
            "the number of quadrature points is not usable",
            code="wrong_points",
            found=str(points),
            expected=Message(
                "a whole number from 1 (Laplace) to {most_points}", most_points=MOST_POINTS
            ),
        )
    rows = prepare(y, X, group, trials=trials)
    kept, called, left = select(rows, names)
    p = len(called)
    empty = without_numbers(
        BinaryMixedFit, (FitStatus.TOO_FEW, None), size=p, shapes={"cov_joint": (p + 1, p + 1)},
        names=called, n=kept.n, groups=len(kept.starts), points=points, iterations=0,
    )  # fmt: skip
    found = _fit(kept, empty)
    if left is None:
        return found
    status = FitStatus.RANK_DEFICIENT if found.status == FitStatus.OK else found.status
    return replace(found, status=status, reason=together((left, found.reason)))


def _fit(rows: BinaryRows, empty: BinaryMixedFit) -> BinaryMixedFit:
    """Return the fit, or why there is none."""
    if len(rows.starts) < 2:
        reason = Message("How groups differ cannot be learnt from fewer than two of them.")
        return replace(empty, reason=reason)
    if rows.n <= len(rows.columns) + 1:
        reason = Message(
            "{n} people are too few for {n_2} coefficients and a spread.",
            n=rows.n,
            n_2=len(rows.columns),
        )
        return replace(empty, reason=reason)
    if rows.n == len(rows.starts):
        reason = Message("No group has two people, so groups cannot be told from people.")
        return replace(empty, reason=reason)
    plain = maximise(rows)
    if not plain.converged:
        reason = describe_separation(rows, plain.separated, empty.names)
        status = FitStatus.NOT_CONVERGED if plain.separated is None else FitStatus.SEPARATION
        return replace(empty, status=status, reason=reason, iterations=plain.iterations)
    return _mixed(rows, plain, empty)


def _mixed(rows: BinaryRows, plain: LogitOptimum, empty: BinaryMixedFit) -> BinaryMixedFit:
    """Climb from the plain logit, and compare with it: the best spread may be none."""
    slope, first = _moments(rows, plain)
    theta, here = _start(rows, plain, (first, *STARTS), points=empty.points)
    for iteration in range(1, STEPS + 1):
        found = _step(here)
        if found is None:
            break
        step, gain = found
        if gain < GAIN:
            if slope <= 0 and here.value <= plain.value:
                return _boundary(rows, plain, empty, iteration)
            return _result(rows, empty, theta + step, here, iteration)
        moved = _climb(rows, theta, step, here, points=empty.points)
        if moved is None:
            break
        theta, here = moved
        if _vanishing(theta, here, plain, slope):
            return _boundary(rows, plain, empty, iteration)
        if theta[-1] > np.log(LARGEST_SD):
            reason = Message(
                "Given their group, nearly all answers can be predicted without exception, "
                "so the spread between groups has no best value."
            )
            return replace(empty, status=FitStatus.SEPARATION, reason=reason, iterations=iteration)
    unfinished = _result(rows, empty, theta, here, iteration)
    reason = Message(
        "No best value was found in {iteration} steps; these are the last ones.",
        iteration=iteration,
    )
    return replace(unfinished, status=FitStatus.NOT_CONVERGED, reason=reason)


def _moments(rows: BinaryRows, plain: LogitOptimum) -> tuple[float, float]:
    """Return the slope of the log-likelihood in the variance at 0, and a first spread.

    The spread of the groups' sums of residuals beyond chance estimates the variance by moments.
    """
    chance = expit(plain.beta @ rows.columns)
    expected = rows.trials * chance
    residual = np.add.reduceat(rows.yes - expected, rows.starts)
    weight = np.add.reduceat(expected * (1 - chance), rows.starts)
    excess = float(np.sum(residual**2 - weight))
    variance = excess / float(np.sum(weight**2))
    return excess / 2, float(np.sqrt(np.clip(variance, 0.04, 4.0)))


def _start(
    rows: BinaryRows, plain: LogitOptimum, spreads: tuple[float, ...], *, points: int
) -> tuple[Floats, Curvature]:
    """Return the best of some spreads: a large group and many small ones may make two maxima."""
    modes, tried = np.zeros(len(rows.starts)), []
    for sd in spreads:
        beta = plain.beta * np.sqrt(1 + 0.346 * sd**2)  # from over all groups to given one
        here = evaluate(rows, beta, float(np.log(sd)), modes, points=points)
        modes = here.modes
        tried.append((np.append(beta, np.log(sd)), here))
    return max(tried, key=lambda start: start[1].value)


def _step(here: Curvature) -> tuple[Floats, float] | None:
    """Return Newton's step and the gain it predicts (infinite where the Hessian is no guide)."""
    found = uphill(here.gradient, -here.hessian, flat=1e-6)
    if found is None:
        return None
    step, gain, hill = found
    if not hill:
        gain = np.inf
    return step * LONGEST / max(float(np.abs(step[-1])), LONGEST), gain


def _climb(
    rows: BinaryRows, theta: Floats, step: Floats, here: Curvature, *, points: int
) -> tuple[Floats, Curvature] | None:
    """Take the step, halved until the likelihood does not fall by more than rounding.

    The modes are first moved along with the parameters, so that few steps find them again.
    """
    least = here.value - 1e-12 * abs(here.value)

    def look(new: Floats) -> Curvature:
        modes = here.modes + (new - theta) @ here.slopes
        return evaluate(rows, new[:-1], float(new[-1]), modes, points=points)

    return halved(look, theta, step, lambda there, _: there.value >= least)


def _vanishing(theta: Floats, here: Curvature, plain: LogitOptimum, slope: float) -> bool:
    """Whether the best spread is none.

    The plain logit is a maximum over the variance when the slope there is not positive; it is
    the answer when the climb falls back to it, or ends lower.
    """
    falls_back = theta[-1] < np.log(FALLS_BACK)
    return theta[-1] < np.log(SMALLEST_SD) or (
        slope <= 0 and falls_back and here.value <= plain.value + 1e-9
    )


def _boundary(
    rows: BinaryRows, plain: LogitOptimum, empty: BinaryMixedFit, iterations: int
) -> BinaryMixedFit:
    cov = rows.scaling @ plain.inverse @ rows.scaling.T
    joint = empty.cov_joint.copy()
    joint[:-1, :-1] = cov
    return replace(
        empty,
        beta=rows.scaling @ plain.beta,
        cov=cov,
        se=np.sqrt(np.diag(cov)),
        sd=0.0,
        cov_joint=joint,
        log_likelihood=plain.value,
        status=FitStatus.BOUNDARY,
        reason=Message(
            "The groups differ no more than chance; the estimates are those of a plain logit."
        ),
        iterations=iterations,
    )


def _result(
    rows: BinaryRows, empty: BinaryMixedFit, theta: Floats, here: Curvature, iterations: int
) -> BinaryMixedFit:
    """Return the fit in the given columns; singular curvature cannot give errors, so says so."""
    back = np.eye(len(theta))
    back[:-1, :-1] = rows.scaling
    status = FitStatus.OK
    reason = None
    if np.isfinite(here.hessian).all() and np.linalg.eigvalsh(here.hessian)[-1] < 0:
        joint = back @ np.linalg.inv(-here.hessian) @ back.T
    else:
        joint = empty.cov_joint
        status, reason = (
            FitStatus.NOT_CONVERGED,
            Message("The likelihood is flat here, so there are no errors."),
        )
    return replace(
        empty,
        beta=(back @ theta)[:-1],
        cov=joint[:-1, :-1].copy(),
        se=np.sqrt(np.diag(joint))[:-1],
        sd=float(np.exp(theta[-1])),
        cov_joint=joint,
        log_likelihood=here.value,
        status=status,
        reason=reason,
        iterations=iterations,
    )
