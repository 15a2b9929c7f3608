"""The most likely variances of a design, with the curvature of the likelihood around them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.multilevel.design import NestedDesign
from instroom.stats.multilevel.nested import Jet, evaluate
from instroom.stats.multilevel.reml import RemlSolution, criterion, information, moments, solve
from instroom.stats.newton import Search, minimise
from instroom.stats.rank import weakest
from instroom.stats.status import FitStatus, Problem

EXACT = 1e-12
"""Residual sum of squares, as a share of the outcome's, below which nothing is left."""
WITHIN = 1e-10
"""Residual variance, as a share of the outcome's, below which groups explain all."""
TINY = 1e-3
"""A root this small is held against 0."""
SAME = 1e-9
"""Deviances that differ less are the same."""
UNTOLD = 1e-9
"""Variances whose information has an eigenvalue below this (of 1) cannot be told apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Estimates in standard units."""

    design: NestedDesign
    theta: Floats
    """Roots of the variance ratios."""
    ratios: Floats
    jet: Jet
    """Of the ``p`` explanatory columns and the outcome, at ``ratios``."""
    solution: RemlSolution
    residual: float
    deviance: float
    free: int
    """Rows minus coefficients with REML, rows with ML."""
    restricted: bool
    iterations: int
    boundary: bool
    exact: bool
    """The columns explain the outcome exactly."""
    problem: Problem | None = None


def estimate(design: NestedDesign, n: int, *, restricted: bool) -> Estimate:
    """Return the estimates of a design; ``problem`` is set when there are none to rely on.

    Parameters
    ----------
    n
        Rows, more than there are coefficients.
    restricted
        REML, or ordinary maximum likelihood.
    """
    roots = design.roots
    zero = np.zeros(roots.size)
    jet = look(design, zero)
    found, exact = _solved(jet)
    if exact or not roots.size:
        return _finish(design, zero, n, restricted, Search(zero, 0.0, 0, True), exact=exact)
    system, score = information(jet, found, n)
    if _untold(system):
        reason = Message("Too few groups or rows per group to tell the variances apart.")
        return _finish(
            design,
            zero,
            n,
            restricted,
            Search(zero, 0.0, 0, True),
            problem=(FitStatus.TOO_FEW, reason),
        )
    search = _search(design, n, moments(system, score, roots), restricted=restricted)
    if _at_boundary(design, search.theta):
        # the likelihood may have a second top away from 0
        for start in _starts(design, search.theta):
            other = _search(design, n, start, restricted=restricted)
            if other.value < search.value - SAME:
                search = other
    return _finish(design, search.theta, n, restricted, search)


def look(design: NestedDesign, ratios: Floats) -> Jet:
    """Return the jet of the explanatory columns and the outcome at variance ratios."""
    jet = evaluate(design.nest, ratios)
    rows, columns = np.ix_(design.kept, design.kept)
    return Jet(
        jet.matrix[rows, columns],
        jet.log_det,
        jet.d_matrix[:, rows, columns],
        jet.d_log_det,
        jet.dd_matrix[:, :, rows, columns],
        jet.dd_log_det,
    )


def _solved(jet: Jet) -> tuple[RemlSolution, bool]:
    """Return the solution, and whether nothing is left to explain."""
    try:
        found = solve(jet)
    except np.linalg.LinAlgError:
        padded = jet.matrix.copy()
        padded[-1, -1] += EXACT * jet.matrix[-1, -1]
        found = solve(
            Jet(padded, jet.log_det, jet.d_matrix, jet.d_log_det, jet.dd_matrix, jet.dd_log_det)
        )
        return found, True
    return found, found.rest <= EXACT * float(jet.matrix[-1, -1])


def _search(design: NestedDesign, n: int, start: Floats, *, restricted: bool) -> Search:
    """Return the best roots from a start; roots near 0 are put at 0 when that is no worse."""
    roots = design.roots

    def function(theta: Floats) -> tuple[float, Floats, Floats]:
        try:
            jet = look(design, roots.ratios(theta))
            found = solve(jet)
        except np.linalg.LinAlgError:
            return np.inf, theta, np.eye(len(theta))
        if found.rest <= WITHIN / 10 * n * _variance(design):
            return np.inf, theta, np.eye(len(theta))
        at = criterion(jet, found, n, restricted=restricted)
        slopes = roots.slopes(theta)
        hessian = slopes.T @ at.hessian @ slopes + roots.bends(at.gradient)
        return at.value, slopes.T @ at.gradient, hessian

    search = minimise(function, start)
    for candidate in roots.edges(search.theta, TINY):
        value = function(candidate)[0]
        if value <= search.value + SAME:
            search = Search(candidate, value, search.iterations, search.converged)
    return search


def _at_boundary(design: NestedDesign, theta: Floats) -> bool:
    """Whether a variance is 0 or a correlation 1; the second root of a pair may well be 0."""
    free = np.delete(theta, 1) if design.roots.correlated else theta
    return bool((free == 0).any())


def _variance(design: NestedDesign) -> float:
    """Return the variance of the outcome per row."""
    total = design.nest.total
    return float(total[-1, -1] - total[0, -1] ** 2 / total[0, 0]) / float(total[0, 0])


def _starts(design: NestedDesign, found: Floats) -> Iterator[Floats]:
    """Yield other roots to start from than those that led to ``found``, on the boundary."""
    # however flat: where a variance of 0 is not most likely, a small one is more so
    for lifted in (0.01, 0.2, 1.0):
        yield np.where(found == 0, lifted, found)
    yield np.where(found == 0, 1.0, found / 10)
    for lean in (0.0, 1.0, -1.0) if design.roots.correlated else (0.0,):
        theta = np.ones(design.roots.size)
        if design.roots.correlated:
            theta[1] = lean
        yield theta


def _untold(system: Floats) -> bool:
    """Whether the variances' information is singular."""
    diagonal = np.diag(system)
    return weakest(system) < UNTOLD or bool((diagonal <= UNTOLD**2 * diagonal[-1]).any())


def _finish(
    design: NestedDesign,
    theta: Floats,
    n: int,
    restricted: bool,
    search: Search,
    *,
    exact: bool = False,
    problem: Problem | None = None,
) -> Estimate:
    jet = look(design, design.roots.ratios(theta))
    found, gone = _solved(jet)
    exact = exact or gone
    at = criterion(jet, found, n, restricted=restricted)
    saturated = not exact and at.residual <= WITHIN * _variance(design)
    if saturated:  # the likelihood has no maximum: it grows without end as the residual shrinks
        problem = (
            FitStatus.NOT_SUPPORTED,
            (Message("Within groups nothing is left to explain; analyse one row per group.")),
        )
    elif not (search.converged or exact):
        problem = (
            FitStatus.NOT_CONVERGED,
            Message("No most likely variances found in {n} steps.", n=search.iterations),
        )
    return Estimate(
        design=design,
        theta=theta,
        ratios=design.roots.ratios(theta),
        jet=jet,
        solution=found,
        residual=0.0 if exact else at.residual,
        deviance=-np.inf if exact else at.value,
        free=n - len(found.beta) if restricted else n,
        restricted=restricted,
        iterations=search.iterations,
        boundary=_at_boundary(design, theta),
        exact=exact,
        problem=problem,
    )
