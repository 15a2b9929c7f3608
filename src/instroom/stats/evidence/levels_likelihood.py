"""The likelihood of nested effects, block by block, and its maximum over variances."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from instroom.stats.arrays import Floats, Ints
from instroom.stats.evidence.meta_blocks import sum_of
from instroom.stats.newton import halved

_MOST_STEPS = 500
#: Slopes below this (in standard errors) count as 0: far below what any digit shown needs.
_STILL = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class LevelsState:
    """The likelihood and its slope at given variances.

    Attributes
    ----------
    loglik, score
        Without constants; slope in each variance, shape (levels,).
    observed, expected
        Minus the curvature, shape (levels, levels), and what it is on average.
    coefficients, covariance
        Generalised least squares, shapes (p,) and (p, p).
    q, trace_p
        Weighted sum of squares of residuals, and the trace of the projection.
    pulls
        Shape (k,): row sums of the inverse covariance.
    """

    loglik: float
    score: Floats
    observed: Floats
    expected: Floats
    coefficients: Floats
    covariance: Floats
    q: float
    trace_p: float
    pulls: Floats


def evaluate(
    y: Floats,
    design: Floats,
    blocks: Sequence[Ints],
    covariances: Sequence[Floats],
    same: Sequence[Sequence[Floats]],
    *,
    reml: bool,
) -> LevelsState:
    """Return the (restricted) likelihood of nested effects for given covariances of blocks."""
    inverses = [np.linalg.inv(cov).astype(np.float64) for cov in covariances]
    log_det = sum(float(np.linalg.slogdet(cov)[1].sum()) for cov in covariances)
    weighted = [a @ design[rows] for a, rows in zip(inverses, blocks, strict=True)]
    xx = sum_of(
        np.einsum("gip,giq->pq", design[b], w) for b, w in zip(blocks, weighted, strict=True)
    )
    xy = sum_of(np.einsum("gip,gi->p", w, y[b]) for b, w in zip(blocks, weighted, strict=True))
    m: Floats = np.linalg.inv(xx).astype(np.float64)
    coefficients = m @ xy
    r = y - design @ coefficients
    u = [np.einsum("gij,gj->gi", a, r[rows]) for a, rows in zip(inverses, blocks, strict=True)]
    q = sum(float((r[rows] * part).sum()) for rows, part in zip(blocks, u, strict=True))
    trace_a = sum(float(np.trace(a, axis1=1, axis2=2).sum()) for a in inverses)
    squared = sum_of(np.einsum("gip,giq->pq", w, w) for w in weighted)
    loglik = -0.5 * (log_det + q + (float(np.linalg.slogdet(xx)[1]) if reml else 0.0))
    score, observed, expected = _slopes(inverses, weighted, u, m, same, reml=reml)
    pulls = np.empty(len(y))
    for a, rows in zip(inverses, blocks, strict=True):
        pulls[rows] = a.sum(axis=1)
    return LevelsState(
        loglik, score, observed, expected, coefficients, m, q,
        trace_a - float(np.trace(m @ squared)), pulls,
    )  # fmt: skip


def _slopes(
    inverses: Sequence[Floats],
    weighted: Sequence[Floats],
    u: Sequence[Floats],
    m: Floats,
    same: Sequence[Sequence[Floats]],
    *,
    reml: bool,
) -> tuple[Floats, Floats, Floats]:
    """Return the slope of the likelihood in the variances, and minus its curvature.

    For each level l with group indicator K: ``-tr(P K)/2 + u'K u/2`` with ``u = P y``; for ML
    the inverse covariance stands for P in the traces.
    """
    count = len(same)
    ak = [[a @ mask for a, mask in zip(inverses, masks, strict=True)] for masks in same]
    akw = [[part @ w for part, w in zip(parts, weighted, strict=True)] for parts in ak]
    kw = [[mask @ w for mask, w in zip(masks, weighted, strict=True)] for masks in same]
    ku = [
        [np.einsum("gij,gj->gi", mask, part) for mask, part in zip(masks, u, strict=True)]
        for masks in same
    ]
    inside = [sum_of(np.einsum("gip,giq->pq", w, k) for w, k in zip(weighted, kw[i], strict=True))
              for i in range(count)]  # fmt: skip
    pulls = [sum_of(np.einsum("gip,gi->p", w, k) for w, k in zip(weighted, ku[i], strict=True))
             for i in range(count)]  # fmt: skip
    score, expected, observed = np.empty(count), np.empty((count, count)), np.empty((count, count))
    for i in range(count):
        trace = sum(float(np.trace(part, axis1=1, axis2=2).sum()) for part in ak[i])
        trace -= float(np.trace(m @ inside[i])) if reml else 0.0
        score[i] = 0.5 * (sum(float((a * b).sum()) for a, b in zip(u, ku[i], strict=True)) - trace)
        for j in range(count):
            both = sum(
                float(np.einsum("gij,gji->", a, b)) for a, b in zip(ak[i], ak[j], strict=True)
            )
            if reml:
                cross = sum_of(
                    np.einsum("gip,giq->pq", a, b) for a, b in zip(kw[i], akw[j], strict=True)
                )
                both += float(-2 * np.trace(m @ cross) + np.trace(m @ inside[i] @ m @ inside[j]))
            bend = sum(
                float(np.einsum("gi,gij,gj->", a, inverse, b))
                for a, inverse, b in zip(ku[i], inverses, ku[j], strict=True)
            ) - float(pulls[i] @ m @ pulls[j])
            expected[i, j] = both / 2
            observed[i, j] = bend - both / 2
    return score, observed, expected


def maximise(
    state: Callable[[Floats], LevelsState], start: Floats
) -> tuple[Floats, LevelsState, bool]:
    """Return the variances (0 or more) with the highest likelihood, and whether they settled.

    The likelihood can have a peak with a variance at 0 beside one inside, so every face of the
    region is climbed from, and the highest peak is the answer. It has settled when the slope is
    0 in every variance above 0, and points outwards in those at 0.
    """
    faces = itertools.product((1.0, 0.0), repeat=len(start))
    peaks = [_climb(state, start * np.array(face)) for face in faces]
    sigma2, found = max(peaks, key=lambda peak: peak[1].loglik)
    return sigma2, found, _at_peak(sigma2, found)


def _climb(state: Callable[[Floats], LevelsState], start: Floats) -> tuple[Floats, LevelsState]:
    """Return a peak that is reached from a start by steps that never go down."""
    sigma2, current = start, state(start)
    scale = float(start.max()) or 1 / float(np.sqrt(np.diag(current.expected).max()))
    for _ in range(_MOST_STEPS):
        after, following = _upwards(state, sigma2, current)
        moved = float(np.abs(after - sigma2).max())
        sigma2, current = after, following
        if moved <= 1e-12 * float(sigma2.max() + scale):
            break
    return sigma2, current


def _upwards(
    state: Callable[[Floats], LevelsState], sigma2: Floats, current: LevelsState
) -> tuple[Floats, LevelsState]:
    """Return a point that is not lower; where it stands when there is none.

    Newton's step cut off at 0 may point down; each variance's own scaled slope never does.
    """
    slope = current.score / np.maximum(np.diag(current.expected), np.finfo(float).tiny)
    least = current.loglik - 1e-11 * (1 + abs(current.loglik))

    def look(at: Floats) -> tuple[Floats, LevelsState]:
        after = np.maximum(at, 0.0)
        return after, state(after)

    for step in (_step(sigma2, current), slope):
        moved = halved(look, sigma2, step, lambda there, _: there[1].loglik >= least, most=40)
        if moved is not None:
            return moved[1]
    return sigma2, current


def _at_peak(sigma2: Floats, at: LevelsState) -> bool:
    """Say whether no variance would move: slopes in units of their own standard error."""
    slope = at.score / np.sqrt(np.maximum(np.diag(at.expected), np.finfo(float).tiny))
    still = np.where(sigma2 > 0, np.abs(slope), np.maximum(slope, 0.0))
    return bool(np.isfinite(at.loglik) and (still < _STILL).all())


def add_levels(
    sampling: Sequence[Floats], same: Sequence[Sequence[Floats]], sigma2: Floats
) -> list[Floats]:
    """Return the covariance of each block: sampling plus the variance at each level."""
    total = list(sampling)
    for masks, value in zip(same, sigma2, strict=True):
        total = [cov + value * mask for cov, mask in zip(total, masks, strict=True)]
    return total


def same_group(codes: Ints) -> Floats:
    """Return 1 where two effects of a block share a group, shape (clusters, size, size).

    Examples
    --------
    >>> same_group(np.array([[0, 0, 1]]))[0].astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    """
    return np.equal(codes[:, :, None], codes[:, None, :]).astype(np.float64)


def _step(sigma2: Floats, at: LevelsState) -> Floats:
    """Return Newton's step for the variances that may move; scoring where it bends upwards."""
    step = np.zeros_like(sigma2)
    free = (sigma2 > 0) | (at.score > 0)
    if not free.any():
        return step
    inside = np.ix_(free, free)
    bend = at.observed[inside]
    if np.linalg.eigvalsh(bend)[0] <= 1e-3 * np.linalg.eigvalsh(at.expected[inside])[0]:
        bend = at.expected[inside]
    # Two levels can be hard to tell apart at a point; the shortest step that fits is one.
    step[free] = np.linalg.lstsq(bend, at.score[free], rcond=None)[0]
    return step
