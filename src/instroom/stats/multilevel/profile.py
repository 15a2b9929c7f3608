"""Profile-likelihood intervals of a multilevel model's coefficients and variances.

An interval holds every value at which the best other parameters still give a deviance at most
a chi-square quantile above the minimum. Unlike a standard error it may be lopsided, as it should
be for a variance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from instroom.core.errors import DataError
from instroom.stats.multilevel.design import NestedDesign
from instroom.stats.multilevel.estimation import Estimate, estimate, look
from instroom.stats.multilevel.mixed import MixedFit
from instroom.stats.multilevel.nested import Jet
from instroom.stats.multilevel.reml import criterion, minimise, solve

Floats = NDArray[np.float64]
STEPS = 40
"""Steps outward to a bound before giving up."""


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Estimates by maximum likelihood with an interval each, in the units of the data.

    ``names`` are ``sd(level)``, with a random slope ``cor(level.slope)`` and
    ``sd(level.slope)``, then the levels above, ``sd(residual)`` and the coefficients. A bound at
    the edge (0, -1 or 1) means that the data do not exclude it. What could not be found is
    ``nan``; ``reason`` says why.
    """

    names: tuple[str, ...]
    estimate: Floats
    low: Floats
    high: Floats
    reason: str = ""


def profile_intervals(fit: MixedFit, *, level: float = 0.95) -> Intervals:
    """Return profile-likelihood intervals of all parameters.

    Parameters
    ----------
    fit
        A fitted model; one fitted with REML is fitted again with maximum likelihood.
    level
        Confidence, between 0 and 1.

    Raises
    ------
    DataError
        ``level`` when it is not between 0 and 1.

    Source
    ------
    Bates, Machler, Bolker and Walker (2015), Journal of Statistical Software 67(1), section 5.1.
    Checked against R ``lme4::confint`` in ``tests/reference/test_mixed.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.multilevel.mixed import fit
    >>> school = np.repeat(np.arange(8), 3)
    >>> score = school % 4 + np.tile([0.0, 1, 3], 8)
    >>> found = profile_intervals(fit(from_arrays({"y": score}, {"school": school})))
    >>> found.names
    ('sd(school)', 'sd(residual)', '(Intercept)')
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.0, 1.12, 1.956], [1.809, 2.223, 3.711])
    """
    if not 0 < level < 1:
        raise DataError(f"no confidence level of {level}", code="level", expected="between 0 and 1")
    if fit.estimate is None:
        none = np.full(len(fit.names), np.nan)
        return Intervals(fit.names, fit.beta, none, none, fit.reason)
    design, cut = fit.estimate.design, float(ndtri((1 + level) / 2))
    best = estimate(design, fit.n, restricted=False)
    natural = Natural(design, fit.cross.slope)
    spread = _Spread(natural, best, fit.n)
    place = range(len(spread.best))
    variances = np.array([spread.bounds(at, cut) for at in place]).reshape(-1, 2)
    shown = [natural.shown(values) for values in (spread.best, *variances.T)]
    coefficients = [_coefficient(best, fit.n, at, cut) for at in range(len(fit.names))]
    low, high = np.array(coefficients).reshape(-1, 2).T
    bounds = np.concatenate([shown[1], low]), np.concatenate([shown[2], high])
    beta = design.transform @ best.solution.beta + design.offset
    whole = bool(np.isfinite(bounds).all())
    return Intervals(
        (*natural.names, *fit.names),
        np.concatenate([shown[0], beta]),
        *bounds,
        "" if whole else f"a bound was not found in {STEPS} steps",
    )


class Natural:
    """Standard deviations and a correlation, as the roots of variances in standard units.

    With a random slope that may go together with its intercept, the first three parameters are
    the intercept's standard deviation, the arcsine of the correlation and the slope's standard
    deviation, at 0 of the slope column; all others are standard deviations. The last parameter
    is the logarithm of the residual variance in standard units.
    """

    def __init__(self, design: NestedDesign, slope: str | None) -> None:
        self.design, self.paired = design, design.roots.correlated
        size = design.roots.size
        self.to_standard = np.eye(size) / design.unit**2
        names = [f"sd({level})" for level in reversed(design.levels)]
        if design.slope_axis is not None:
            away = np.linalg.inv(design.slope_axis)  # [[1, shift], [0, unit]]
            shift, unit = away[0, 1], away[1, 1]
            lowest = design.levels[-1]
            names.insert(1, f"sd({lowest}.{slope})")
            if self.paired:
                names.insert(1, f"cor({lowest}.{slope})")
                self.to_standard[:3, :3] = [
                    [1, 2 * shift, shift**2],
                    [0, unit, shift * unit],
                    [0, 0, unit**2],
                ]
                self.to_standard[:3, :3] /= design.unit**2
            else:
                self.to_standard[1, 1] *= unit**2
        self.names = (*names, "sd(residual)")

    def start(self, best: Estimate) -> Floats:
        """Return the parameters of an estimate, shape (m + 1,)."""
        values = np.linalg.solve(self.to_standard, best.ratios * best.residual)
        roots = np.sqrt(np.maximum(values, 0.0))
        if self.paired:
            product = roots[0] * roots[2]
            roots[1] = np.arcsin(np.clip(values[1] / product, -1, 1)) if product > 0 else 0.0
        return np.append(roots, np.log(best.residual))

    def shown(self, values: Floats) -> Floats:
        """Return parameters as standard deviations and a correlation, in units of the data."""
        shown = np.abs(values)
        if self.paired:
            shown[1] = np.sin(values[1])
        shown[-1] = np.exp(values[-1] / 2) * self.design.unit
        return shown

    def edges(self, at: int) -> tuple[float, float]:
        """Return the smallest and largest value a parameter may have."""
        if at == self.design.roots.size:
            return -np.inf, np.inf
        return (-np.pi / 2, np.pi / 2) if self.paired and at == 1 else (0.0, np.inf)

    def variances(self, roots: Floats) -> tuple[Floats, Floats]:
        """Return variances in standard units and their derivatives, shapes (m,) and (m, m)."""
        values, slopes = roots**2, np.diag(2 * roots)
        if self.paired:
            a, angle, c = roots[:3]
            sine, cosine = np.sin(angle), np.cos(angle)
            values[1] = a * c * sine
            slopes[1, :3] = c * sine, a * c * cosine, a * sine
        return self.to_standard @ values, self.to_standard @ slopes

    def bends(self, roots: Floats, gradient: Floats) -> Floats:
        """Return the sum over variances of ``gradient`` times second derivatives, (m, m)."""
        gradient = self.to_standard.T @ gradient
        bend = np.diag(2 * gradient)
        if self.paired:
            a, angle, c = roots[:3]
            g = gradient[1]
            sine, cosine = g * np.sin(angle), g * np.cos(angle)
            bend[:3, :3] += [
                [0, c * cosine, sine],
                [c * cosine, -2 * g - a * c * sine, a * cosine],
                [sine, a * cosine, 0],
            ]
        return bend


class _Spread:
    """The deviance as a function of the natural parameters, and how far each may go."""

    def __init__(self, natural: Natural, best: Estimate, n: int) -> None:
        self.natural, self.n = natural, n
        self.best = natural.start(best)
        self.least, _, bends = self.deviance(self.best)
        self.se = np.sqrt(2 * np.maximum(np.diag(np.linalg.pinv(bends)), 1e-8))

    def deviance(self, values: Floats) -> tuple[float, Floats, Floats]:
        """Return -2 log likelihood up to a constant, its gradient and its Hessian."""
        roots, m = values[:-1], len(values) - 1
        variance = np.exp(values[-1])
        tau, slopes = self.natural.variances(roots)
        phi, slopes = tau / variance, slopes / variance
        try:
            jet = look(self.natural.design, phi)
            found = solve(jet)
        except np.linalg.LinAlgError:
            return np.inf, values, np.eye(m + 1)
        rest, d_rest = found.rest / variance, found.d_rest / variance
        g = jet.d_log_det + d_rest
        h = jet.dd_log_det + found.dd_rest / variance
        hessian = np.empty((m + 1, m + 1))
        hessian[:m, :m] = slopes.T @ h @ slopes + self.natural.bends(roots, g / variance)
        hessian[:m, m] = hessian[m, :m] = -slopes.T @ (g + d_rest + h @ phi)
        hessian[m, m] = rest + phi @ (2 * d_rest + g + h @ phi)
        gradient = np.append(slopes.T @ g, self.n - rest - g @ phi)
        return float(self.n * values[-1] + jet.log_det + rest), gradient, hessian

    def bounds(self, at: int, cut: float) -> tuple[float, float]:
        """Return the values of a parameter at which the deviance has risen by ``cut`` squared."""
        others = np.arange(len(self.best)) != at

        def rise(value: float) -> float:
            values = self.best.copy()
            values[at] = value

            def part(free: Floats) -> tuple[float, Floats, Floats]:
                values[others] = free
                level, gradient, hessian = self.deviance(values)
                return level, gradient[others], hessian[np.ix_(others, others)]

            search = minimise(part, self.best[others])
            return float(np.sqrt(max(search.value - self.least, 0.0)))

        where = (float(self.best[at]), float(self.se[at]))
        low, high = self.natural.edges(at)
        return _bound(rise, where, -1, low, cut), _bound(rise, where, 1, high, cut)


def _coefficient(best: Estimate, n: int, at: int, cut: float) -> tuple[float, float]:
    """Return the bounds of a coefficient."""
    design = best.design
    weights = design.transform[at]
    size = float(weights @ weights)
    _, _, rotation = np.linalg.svd(weights[None, :])
    others = rotation[1:].T  # (p, p - 1): directions that leave the coefficient as it is
    p = len(weights)
    frame = np.zeros((p + 1, p))
    frame[:p, : p - 1] = others
    frame[p, p - 1] = 1.0

    def rise(value: float) -> float:
        own = frame.copy()
        own[:p, p - 1] = -weights * (value - design.offset[at]) / size

        def part(theta: Floats) -> tuple[float, Floats, Floats]:
            try:
                jet = _turned(look(design, design.roots.ratios(theta)), own)
                found = criterion(jet, solve(jet), n, restricted=False)
            except np.linalg.LinAlgError:
                return np.inf, theta, np.eye(len(theta))
            slopes = design.roots.slopes(theta)
            hessian = slopes.T @ found.hessian @ slopes + design.roots.bends(found.gradient)
            return found.value, slopes.T @ found.gradient, hessian

        search = minimise(part, best.theta)
        return float(np.sqrt(max(search.value - best.deviance, 0.0)))

    middle = float(weights @ best.solution.beta + design.offset[at])
    se = float(np.sqrt(best.residual * weights @ best.solution.inverse @ weights))
    low = _bound(rise, (middle, se), -1, -np.inf, cut)
    return low, _bound(rise, (middle, se), 1, np.inf, cut)


def _turned(jet: Jet, frame: Floats) -> Jet:
    """Return the jet of weighted sums of the columns."""
    turn = frame.T
    return Jet(
        turn @ jet.matrix @ frame,
        jet.log_det,
        turn @ jet.d_matrix @ frame,
        jet.d_log_det,
        turn @ jet.dd_matrix @ frame,
        jet.dd_log_det,
    )


def _bound(
    rise: Callable[[float], float], where: tuple[float, float], side: int, edge: float, cut: float
) -> float:
    """Return where the root of the rise in deviance reaches ``cut``, or the edge before it."""
    inside, step = where[0], cut * where[1]
    for _ in range(STEPS):
        outside = inside + side * step
        outside = max(outside, edge) if side < 0 else min(outside, edge)
        if rise(outside) >= cut:
            return float(brentq(lambda v: rise(v) - cut, inside, outside, xtol=1e-9 * where[1]))
        if outside == edge:
            return edge
        inside = outside
    return float("nan")
