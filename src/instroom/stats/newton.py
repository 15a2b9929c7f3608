"""Newton's method, in the parts that every search here is made of.

:func:`uphill` is the step, :func:`halved` keeps it from going the wrong way, and
:func:`minimise` is a whole search of them. A search that needs more than that has its own loop
around these parts, and says there what: evidence of separation (``binary_optimum``), modes and a
variance that vanishes (``binary_mixed``), EM where Newton fails (``graded_maximum``), expected
before observed information (``covariance_structure``), a slope that must stay above 0
(``linking_constants``), variances held at 0 (``levels_likelihood``).

Five searches truly differ and stay where they are. ``clusters.refits`` takes BFGS steps of
thousands of draws at once, held at 0; ``binary_likelihood`` finds the modes of all groups at once
with steps that need no halving; ``polychoric`` keeps all correlations in brackets at once;
``factor`` fits squares, of which Gauss-Newton with damping (Levenberg-Marquardt) needs no second
derivatives; and ``heterogeneity`` seeks one number, whose scoring step is a division.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from instroom.stats.arrays import Floats

Point = TypeVar("Point")

STEPS = 100
DONE = 1e-13
"""Stop when a Newton step promises less than this much deviance: no root would move by more than
a millionth of its standard error."""
QUIET = 1e-7
"""Below this promise (more when the deviance has more digits in front) rounding may hide the gain,
so that a step is no longer judged by it."""
FLAT = 1e-10
"""The least curvature, as a share of the strongest, that a step is divided by."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Where a minimisation ended."""

    theta: Floats
    value: float
    iterations: int
    converged: bool


Function = Callable[[Floats], tuple[float, Floats, Floats]]


def uphill(gradient: Floats, bend: Floats, flat: float = FLAT) -> tuple[Floats, float, bool] | None:
    """Return Newton's step, twice the gain it promises, and whether the surface is a hill here.

    Where it is not, directions that curve upwards are taken as if they curved down as much, so
    that the step climbs. Where slopes or curvature are no finite numbers there is no step: None.

    Parameters
    ----------
    gradient
        Shape (p,).
    bend
        Shape (p, p): minus the Hessian, so positive definite on a hill.
    flat
        The least curvature off a hill, as a share of the strongest.

    Examples
    --------
    >>> step, gain, hill = uphill(np.array([2.0]), np.array([[-4.0]]))
    >>> step.tolist(), gain, hill
    ([0.5], 1.0, False)
    """
    if not (np.isfinite(gradient).all() and np.isfinite(bend).all()):
        return None
    try:
        step: Floats = cho_solve(cho_factor(bend), gradient)
        return step, float(gradient @ step), True
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(bend)
        curve = np.maximum(np.abs(values), flat * max(float(np.abs(values).max(initial=0)), 1e-8))
        step = vectors @ ((vectors.T @ gradient) / curve)
        return step, float(gradient @ step), False


def halved(
    look: Callable[[Floats], Point | None],
    at: Floats,
    step: Floats,
    good: Callable[[Point, float], bool],
    most: int = 30,
) -> tuple[Floats, Point] | None:
    """Return the first of a step and its halves that is good, with what is there; or None.

    Parameters
    ----------
    look
        Gives what is at a place; None where nothing can be.
    good
        Whether that may be kept, given the part (0-1) of the step.
    most
        Steps to try, each half of the one before.

    Examples
    --------
    >>> square = lambda x: float(x[0] ** 2)
    >>> found = halved(square, np.ones(1), np.array([-4.0]), lambda value, _: value <= 1.0)
    >>> found[0].tolist(), found[1]
    ([-1.0], 1.0)
    """
    part = 1.0
    for _ in range(most):
        there = at + part * step
        point = look(there)
        if point is not None and good(point, part):
            return there, point
        part /= 2
    return None


def not_below(least: float) -> Callable[[Any, float], bool]:
    """Return whether the first of what is at a place is at least this."""
    return lambda there, _: bool(there[0] >= least)


def not_above(most: float) -> Callable[[Any, float], bool]:
    """Return whether the first of what is at a place is at most this."""
    return lambda there, _: bool(there[0] <= most)


def minimise(function: Function, start: Floats) -> Search:
    """Return the minimum that Newton steps reach from ``start``.

    Parameters
    ----------
    function
        Gives value, gradient and Hessian; ``inf`` as value where it cannot be had.

    Steps are at most as long as the parameters themselves, and halved until they go down. Near
    the minimum plain Newton steps follow.

    Examples
    --------
    >>> found = minimise(lambda x: (float(x @ x), 2 * x, 2 * np.eye(2)), np.array([3.0, 4.0]))
    >>> found.theta.round(9).tolist(), found.converged
    ([0.0, 0.0], True)
    """
    theta = start
    value, gradient, hessian = function(theta)
    last = np.inf
    for iteration in range(1, STEPS + 1):
        found = _step(gradient, hessian, theta)
        if found is None:
            return Search(theta, value, iteration, False)
        step, promise = found
        quiet = promise < QUIET * (1 + 1e-6 * abs(value))
        if promise < DONE or (quiet and promise >= last):
            return Search(theta, value, iteration, True)
        last = promise if quiet else np.inf
        moved = halved(function, theta, step, _lower(value, promise, quiet=quiet), most=34)
        if moved is None:
            return Search(theta, value, iteration, promise < 1e-4)
        theta, (value, gradient, hessian) = moved
    return Search(theta, value, STEPS, False)


def _lower(value: float, promise: float, *, quiet: bool) -> Callable[[Any, float], bool]:
    """Return whether a part of a step keeps enough of its promise, or no more than rounding."""
    most = value + 1e-6 * (1 + abs(value)) if quiet else -np.inf
    return lambda there, part: there[0] <= value - 1e-4 * part * promise or there[0] < most


def _step(gradient: Floats, hessian: Floats, theta: Floats) -> tuple[Floats, float] | None:
    """Return the Newton step, at most as long as the parameters, and what it promises."""
    found = uphill(-gradient, hessian)
    if found is None:
        return None
    step = found[0]
    limit = max(1.0, float(np.abs(theta).max(initial=0.0)))
    longest = float(np.abs(step).max(initial=0.0))
    if longest > limit:
        step = step * (limit / longest)
    return step, float(-(gradient @ step))
