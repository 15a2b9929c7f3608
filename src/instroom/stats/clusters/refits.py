"""Many REML fits of one random-intercept model at once, each with other weights of the schools.

A school counted twice adds its part twice to everything the likelihood is made of, so a draw of
schools needs no sums of its own: only a weight for each school. All draws take their steps
together, from the estimates on the data.
"""

from dataclasses import dataclass

import numpy as np

from instroom.crossproducts.crossproducts import CrossProducts
from instroom.stats.arrays import Bools, Floats, Ints
from instroom.stats.multilevel.mixed import MixedFit
from instroom.stats.status import SOLVED

STEPS = 60
#: A draw is done when its step promises less deviance than this: coefficients then move by less
#: than 1e-4 of their standard error.
DONE = 1e-8
#: A draw whose scaled columns have an eigenvalue below this cannot tell them apart.
SINGULAR = 1e-9
#: Numbers held at a time.
BLOCK = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Scaled sums per group (k columns, outcome last), groups in the order of their schools."""

    sums: Floats
    """Shape (G, k), of the lowest level."""
    squares: Floats
    """Shape (G, k * k): outer products of the sums."""
    products: Floats
    """Shape (S, k * k): products of rows per school."""
    school: Ints
    """Shape (G,)."""
    starts: Ints
    """Shape (S,): where each school's groups begin."""
    counts: Floats
    """Shape (G,): rows per group."""
    rows: Floats
    """Shape (S,): rows per school."""


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """Deviance, gradient and coefficients of some draws at their variance ratios."""

    value: Floats
    gradient: Floats
    beta: Floats


def refit(cross: CrossProducts, fit: MixedFit, weights: Floats) -> Floats:
    """Return the coefficients of a model fitted again with other weights of the schools.

    Parameters
    ----------
    cross
        The cross-products of the fit, kept per group of the highest level.
    fit
        A REML fit with a random intercept at one or two levels, see :func:`supports`.
    weights
        Shape (draws, S): how often each group of the highest level counts.

    Returns
    -------
    ndarray
        Shape (draws, p), as ``fit.beta``; nan for a draw without estimates.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.multilevel import mixed
    >>> school, treat = np.repeat(np.arange(8), 3), np.repeat([0, 1], 12)
    >>> score = school % 4 + treat + np.tile([0.0, 1, 3], 8)
    >>> cross = from_arrays({"treat": treat, "y": score}, {"school": school})
    >>> once, fitted = np.ones((1, 8)), mixed.fit(cross)
    >>> bool(np.allclose(refit(cross, fitted, once)[0], fitted.beta, rtol=1e-6))
    True
    """
    at = np.array([cross.index(name) for name in (*fit.names, fit.outcome)])
    scale = np.sqrt(np.diag(cross.total)[at])
    parts = _parts(cross, at, scale)
    ratios = np.array([fit.variances[level] for level in fit.levels[::-1]]) / fit.residual
    step = max(1, BLOCK // max(1, parts.sums.size))
    found = [
        _minimum(parts, weights[start : start + step], ratios)
        for start in range(0, len(weights), step)
    ]
    beta: Floats = np.concatenate(found) * scale[-1] / scale[:-1]
    shift = cross.shift[at]
    beta[:, 0] += shift[-1] - beta[:, 1:] @ shift[1:-1]
    return beta


def supports(cross: CrossProducts, fit: MixedFit) -> bool:
    """Return whether :func:`refit` can take over from refitting the model draw by draw."""
    return (
        fit.status in SOLVED
        and fit.method == "reml"
        and cross.by_group
        and cross.slope is None
        and fit.levels == cross.levels
        and len(cross.levels) in (1, 2)
        and all(np.bincount(parents).all() for parents in cross.parents)
        and fit.names[:1] == cross.columns[:1]
    )


def _parts(cross: CrossProducts, at: Ints, scale: Floats) -> _Parts:
    schools = len(cross.products)
    school = cross.parents[0] if cross.parents else np.arange(schools)
    order = np.argsort(school, kind="stable")
    school, sums = school[order], cross.sums[order][:, at] / scale
    products = cross.products[:, at][:, :, at] / np.outer(scale, scale)
    return _Parts(
        sums=sums,
        squares=(sums[:, :, None] * sums[:, None, :]).reshape(len(sums), -1),
        products=products.reshape(schools, -1),
        school=school,
        starts=np.searchsorted(school, np.arange(schools)),
        counts=cross.sums[order, 0],
        rows=np.asarray(np.bincount(school, cross.sums[order, 0], schools), dtype=np.float64),
    )


def _minimum(parts: _Parts, weights: Floats, start: Floats) -> Floats:
    """Return the coefficients, shape (draws, p), at each draw's most likely variance ratios.

    Quasi-Newton steps (BFGS) on ratios that stay at or above 0.
    """
    size = len(weights)
    here = np.tile(start, (size, 1))
    point = _look(parts, weights, here)
    bend = np.tile(_curvature(parts, start), (size, 1, 1))
    busy = np.flatnonzero(np.isfinite(point.value))
    beta = np.where(np.isfinite(point.value)[:, None], point.beta, np.nan)
    value, gradient = point.value, point.gradient
    for _ in range(STEPS):
        move = _steps(here[busy], gradient[busy], bend[busy])
        going = -(gradient[busy] * move).sum(axis=1) > DONE
        busy, move = busy[going], move[going]
        if not len(busy):
            return beta
        new, trial = _descend(parts, weights[busy], here[busy], move, value[busy], gradient[busy])
        moved, pull = trial - here[busy], new.gradient - gradient[busy]
        bend[busy] = _bfgs(bend[busy], moved, pull)
        here[busy], value[busy] = trial, new.value
        gradient[busy], beta[busy] = new.gradient, new.beta
    beta[busy] = np.nan
    return beta


def _steps(here: Floats, gradient: Floats, bend: Floats) -> Floats:
    """Return steps that go down; a ratio at 0 that would go below stays."""
    held = (here <= 0) & (gradient > 0)
    free = ~held
    system = np.where(free[:, :, None] & free[:, None, :], bend, 0.0)
    system += np.where(held, 1.0, 0.0)[:, :, None] * np.eye(here.shape[1])
    pull = np.where(held, 0.0, gradient)
    step: Floats = -np.linalg.solve(system, pull[:, :, None])[:, :, 0]
    # No further than 0, nor further up than four times the ratio (or a ratio of a tenth).
    step = np.clip(step, -here, 4 * here + 0.1)
    # Cutting a step short can turn it upwards; each ratio by itself always goes down.
    alone = np.clip(-pull / np.abs(np.einsum("dii->di", bend)), -here, 4 * here + 0.1)
    down: Bools = (step * gradient).sum(axis=1) < 0
    return np.where(down[:, None], step, alone)


def _descend(
    parts: _Parts, weights: Floats, here: Floats, move: Floats, value: Floats, gradient: Floats
) -> tuple[_Point, Floats]:
    """Return the points after the steps, each halved until it does not go up."""
    size = np.ones(len(here))
    promise = (gradient * move).sum(axis=1)
    # Deviances are sums of many terms; what rounding leaves of them is no reason to stay.
    noise = 1e-10 * (1 + np.abs(value))
    for _ in range(30):
        trial = here + size[:, None] * move
        point = _look(parts, weights, trial)
        up = ~(point.value <= value + 1e-4 * size * promise + noise)
        if not up.any():
            break
        size = np.where(up, size / 2, size)
    return point, trial


def _bfgs(bend: Floats, moved: Floats, pull: Floats) -> Floats:
    """Return the curvature after a step, positive definite as it was."""
    turned = (bend @ moved[:, :, None])[:, :, 0]
    along, old = (moved * pull).sum(axis=1), (moved * turned).sum(axis=1)
    usable = (along > 1e-3 * old) & (old > 0)
    along, old = np.where(usable, along, 1.0)[:, None, None], np.where(usable, old, 1.0)
    new = pull[:, :, None] * pull[:, None, :] / along
    new -= turned[:, :, None] * turned[:, None, :] / old[:, None, None]
    return bend + np.where(usable[:, None, None], new, 0.0)


def _curvature(parts: _Parts, ratios: Floats) -> Floats:
    """Return the curvature of the deviance on the data themselves, made positive definite."""
    once = np.ones((1, len(parts.rows)))
    width = 0.02 * ratios + 1e-4
    rows = []
    for at in range(len(ratios)):
        move = np.zeros_like(ratios)
        move[at] = width[at]
        low = np.maximum(ratios - move, 0)
        up = ratios + move
        difference = _look(parts, once, up[None]).gradient - _look(parts, once, low[None]).gradient
        rows.append(difference[0] / (up - low)[at])
    bend = (np.array(rows) + np.array(rows).T) / 2
    values, vectors = np.linalg.eigh(bend)
    size = np.maximum(np.abs(values), 1e-3 * np.abs(values).max())
    return np.asarray((vectors * size) @ vectors.T)


def _look(parts: _Parts, weights: Floats, ratios: Floats) -> _Point:
    """Return deviance, gradient and coefficients of every draw at its variance ratios."""
    size, k = len(weights), parts.sums.shape[1]
    lowest = ratios[:, :1]
    count = parts.counts
    shrink = 1 / (1 + lowest * count)
    group = weights[:, parts.school]
    matrix = weights @ parts.products - (group * lowest * shrink) @ parts.squares
    log_det = -(group * np.log(shrink)).sum(axis=1)
    trace = [(group * count * shrink).sum(axis=1)]
    rows = shrink[:, :, None] * parts.sums
    if ratios.shape[1] == 2:
        upper = ratios[:, 1:]
        school = np.add.reduceat(rows, parts.starts, axis=1)
        counted = np.add.reduceat(shrink * count, parts.starts, axis=1)
        factor = 1 / (1 + upper * counted)
        pulled = factor[:, :, None] * school
        matrix -= _gram((weights * upper)[:, :, None] * pulled, school).reshape(size, -1)
        log_det -= (weights * np.log(factor)).sum(axis=1)
        inside = np.add.reduceat((shrink * count) ** 2, parts.starts, axis=1)
        trace[0] -= (weights * upper * factor * inside).sum(axis=1)
        trace.append((weights * counted * factor).sum(axis=1))
        rows = rows - (shrink * count)[:, :, None] * (upper[:, :, None] * pulled)[:, parts.school]
        slopes = [
            _gram(group[:, :, None] * rows, rows),
            _gram(weights[:, :, None] * pulled, pulled),
        ]
    else:
        slopes = [_gram(group[:, :, None] * rows, rows)]
    free = weights @ parts.rows - (k - 1)
    return _solve(matrix.reshape(size, k, k), log_det, np.stack(trace, axis=1), slopes, free)


def _solve(
    matrix: Floats, log_det: Floats, trace: Floats, slopes: list[Floats], free: Floats
) -> _Point:
    """Return the profiled restricted deviance, its gradient and the coefficients."""
    inner = matrix[:, :-1, :-1]
    size = np.sqrt(np.maximum(np.einsum("dii->di", inner), 1e-300))
    scaled = inner / (size[:, :, None] * size[:, None, :])
    good = (np.linalg.eigvalsh(scaled)[:, 0] > SINGULAR) & (free > 0)
    eye = np.eye(inner.shape[1])
    inverse = np.linalg.inv(np.where(good[:, None, None], scaled, eye))
    inverse /= size[:, :, None] * size[:, None, :]
    beta = (inverse @ matrix[:, :-1, -1:])[:, :, 0]
    rest = matrix[:, -1, -1] - (beta * matrix[:, :-1, -1]).sum(axis=1)
    good &= rest > 1e-12 * matrix[:, -1, -1]
    free, rest = np.where(good, free, 1.0), np.where(good, rest, 1.0)
    v = np.concatenate([-beta, np.ones((len(beta), 1))], axis=1)
    _, log_fixed = np.linalg.slogdet(np.where(good[:, None, None], inner, eye))
    value = log_det + log_fixed + free * np.log(rest / free)
    gradient = np.stack([
        trace[:, at]
        - np.einsum("dij,dji->d", inverse, slope[:, :-1, :-1])
        - np.einsum("di,dij,dj->d", v, slope, v) * free / rest
        for at, slope in enumerate(slopes)
    ], axis=1)  # fmt: skip
    return _Point(np.where(good, value, np.inf), gradient, beta)


def _gram(one: Floats, other: Floats) -> Floats:
    """Return the sums over groups of outer products, shape (draws, k, k)."""
    result: Floats = one.transpose(0, 2, 1) @ other
    return result
