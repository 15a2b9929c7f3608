"""The wild cluster bootstrap: a test that stays right with few schools, on cross-products alone.

It flips the residuals of whole schools under the hypothesis tested, and looks how often chance
gives a statistic as large as the data's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.random import Generator

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import CrossProducts
from instroom.stats.arrays import Floats
from instroom.stats.clusters.cluster_design import ClusterDesign, directions, split, undetermined
from instroom.stats.results import without_numbers
from instroom.stats.status import FitStatus, Problem

Weights = Literal["rademacher", "webb"]
#: With at most this many clusters all patterns of signs are used, not a sample of them.
ENUMERATED = 12
#: With fewer clusters than this there are too few patterns of signs; six values are used instead.
FEW = 10
#: Numbers held at a time; draws are handled in blocks of this size over the clusters.
BLOCK = 4_000_000
#: Statistics this close count as equal (a draw that repeats the data does up to rounding).
TIE = 1 - 1e-10
#: Rounding leaves less than this share of a squared score that is 0.
REPEATS = 1e-20


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """A test of one effect by the wild cluster bootstrap, with the interval it gives.

    Attributes
    ----------
    name, estimate, t
        The effect, its least-squares estimate and its cluster-robust statistic (CR1-type).
    p
        Two-sided p-value: the share of draws with a statistic at least as large.
    ci
        Interval (low, high) of the effects that are not rejected; infinite where none is.
    draws, weights, enumerated
        Draws used, their kind, and whether they are all there are.
    clusters
        Clusters.
    status
        ``ok``; ``unbounded`` when the interval has no end on some side; ``too_few`` or
        ``boundary`` when there is nothing to test with (numbers are then nan).
    reason
        A sentence for every status but ``ok``.
    """

    name: str
    estimate: float
    t: float
    p: float
    ci: tuple[float, float]
    draws: int
    weights: Weights
    enumerated: bool
    clusters: int
    status: FitStatus = FitStatus.OK
    reason: Message | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """What a contrast's statistic is in every draw, as a function of the effect supposed.

    The estimate in a draw and its cluster scores are straight lines in the distance from the
    estimate to the supposed effect, so a squared statistic is a ratio of two parabolas: ``top``
    (2, B) and ``bottom`` (3, B).
    """

    estimate: float
    variance: float
    top: Floats
    bottom: Floats
    extra: int

    def squares(self, null: float) -> tuple[float, Floats]:
        """Return the data's and the draws' squared statistics under a supposed effect."""
        away = null - self.estimate
        numerator = (self.top[0] - away * self.top[1]) ** 2
        denominator = self.bottom[0] + away * (away * self.bottom[2] - 2 * self.bottom[1])
        usable = denominator > 0
        draws = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=usable)
        return away**2 / self.variance, draws

    def p(self, null: float) -> float:
        """Return the p-value of a supposed effect."""
        observed, draws = self.squares(null)
        count = int((draws >= observed * TIE).sum())
        return (count + self.extra) / (len(draws) + self.extra)


def wild(
    cross: CrossProducts,
    name: str,
    *,
    rng: Generator,
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    absorb: str | None = None,
    null: float = 0.0,
    draws: int = 9999,
    weights: Weights | None = None,
    level: float = 0.95,
) -> WildBootstrap:
    """Return a test and an interval of one effect by the restricted wild cluster bootstrap.

    Parameters
    ----------
    cross
        Cross-products kept per group of the highest level, which is the cluster.
    name
        The column whose effect is tested.
    rng
        Source of chance; not used when all patterns are enumerated.
    outcome, fixed, absorb
        As in :func:`instroom.stats.clusters.robust.fit`.
    null
        The effect supposed.
    draws
        Draws; an odd number that makes ``(draws + 1) (1 - level)`` whole keeps the test exact.
    weights
        ``rademacher`` flips signs, all 2^J patterns with at most 12 clusters; ``webb`` uses six
        values. When left out: ``webb`` with fewer than 10 clusters.
    level
        Of the interval.

    Raises
    ------
    DataError
        For a name that is not there or products not kept per group; ``bad_draws`` for fewer
        than 99 draws.

    Source
    ------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3), 414-427;
    Roodman and others (2019), Stata Journal 19(1), 4-60; Webb (2023), Canadian Journal of
    Economics 56(3), 839-858. Checked against row-by-row refits in R in
    ``tests/reference/test_robust.py``.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school = np.repeat(np.arange(12), 5)
    >>> treat = (school % 2).astype(float)
    >>> score = np.sin(np.arange(60.0)) + 0.8 * treat
    >>> c = from_arrays({"treat": treat, "score": score}, {"school": school})
    >>> w = wild(c, "treat", rng=np.random.default_rng(1))
    >>> round(w.estimate, 4), round(w.p, 4), w.enumerated
    (0.7826, 0.0005, True)
    """
    if draws < 99:
        raise DataError(
            Message("{draws} draws are too few", draws=draws),
            code="bad_draws",
            expected="at least 99",
        )
    design = split(cross, outcome=outcome, fixed=fixed, absorb=absorb)
    kind = _kind(weights, design)
    at = design.index(name)
    refused = _refusal(design, at)
    if refused is not None:
        return without_numbers(
            WildBootstrap, refused, name=name, estimate=float(design.estimates[at]), draws=0,
            weights=kind, enumerated=False, clusters=design.clusters,
        )  # fmt: skip
    patterns, enumerated = _patterns(design.clusters, kind, draws, rng)
    lines = [_lines(design, at, signs) for signs in patterns]
    curve = _curve(design, at, lines, extra=0 if enumerated else 1)
    squared, _ = curve.squares(null)
    t = float(np.sqrt(squared) * np.sign(curve.estimate - null))
    t *= float(np.sqrt((design.clusters - 1) / design.clusters))
    ci = _end(curve, 1 - level, -1), _end(curve, 1 - level, 1)
    status = FitStatus.OK if np.isfinite(ci).all() else FitStatus.UNBOUNDED
    reason = None
    if status == FitStatus.UNBOUNDED:
        reason = Message(
            "With {clusters} clusters no effect on that side can be ruled out.",
            clusters=design.clusters,
        )
    return WildBootstrap(
        name, curve.estimate, t, curve.p(null), ci, len(curve.top[0]), kind, enumerated,
        design.clusters, status, reason,
    )  # fmt: skip


def p_value(
    cross: CrossProducts,
    name: str,
    *,
    rng: Generator,
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    absorb: str | None = None,
    null: float = 0.0,
    draws: int = 9999,
    weights: Weights | None = None,
) -> float:
    """Return only the p-value of :func:`wild`: no interval has to be searched for it.

    nan where there is nothing to test with.

    Parameters
    ----------
    cross, name, rng, outcome, fixed, absorb, null, draws, weights
        As in :func:`wild`.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school = np.repeat(np.arange(12), 5)
    >>> treat = (school % 2).astype(float)
    >>> score = np.sin(np.arange(60.0)) + 0.8 * treat
    >>> c = from_arrays({"treat": treat, "score": score}, {"school": school})
    >>> round(p_value(c, "treat", rng=np.random.default_rng(1)), 4)
    0.0005
    """
    design = split(cross, outcome=outcome, fixed=fixed, absorb=absorb)
    at = design.index(name)
    if _refusal(design, at) is not None:
        return float("nan")
    patterns, enumerated = _patterns(design.clusters, _kind(weights, design), draws, rng)
    lines = [_lines(design, at, signs) for signs in patterns]
    return _curve(design, at, lines, extra=0 if enumerated else 1).p(null)


def _refusal(design: ClusterDesign, at: int) -> Problem | None:
    if design.clusters < 2 or design.n <= design.parameters:
        return FitStatus.TOO_FEW, Message(
            "There are too few clusters or rows to measure an error with."
        )
    if design.exact:
        return FitStatus.BOUNDARY, Message(
            "The columns give the outcome exactly: there is no error to measure."
        )
    _, vectors, decided = directions(design)
    if undetermined(design, vectors, decided)[at]:
        return FitStatus.BOUNDARY, Message(
            "A single cluster decides the estimate: there is no error to measure."
        )
    return None


def _kind(weights: Weights | None, design: ClusterDesign) -> Weights:
    return weights or ("webb" if design.clusters < FEW else "rademacher")


def _patterns(
    clusters: int, kind: Weights, draws: int, rng: Generator
) -> tuple[Iterator[Floats], bool]:
    """Return the weights of all draws in blocks of shape (J, draws), and whether these are all."""
    if kind == "rademacher" and clusters <= ENUMERATED:
        signs = np.array(list(product((1.0, -1.0), repeat=clusters))).T
        return iter([np.ascontiguousarray(signs)]), True
    step = max(1, BLOCK // clusters)
    values = np.array([-1.0, 1.0])
    if kind == "webb":
        positive = np.sqrt([0.5, 1.0, 1.5])
        values = np.concatenate([-positive[::-1], positive])

    def blocks() -> Iterator[Floats]:
        for start in range(0, draws, step):
            picks = rng.integers(0, len(values), (min(step, draws - start), clusters))
            yield values[picks].T

    return blocks(), False


def _curve(
    design: ClusterDesign, at: int, lines: Sequence[tuple[Floats, Floats]], *, extra: int
) -> _Curve:
    """Return a contrast's statistic in every draw, as a function of the effect supposed."""
    top, bottom = (np.concatenate(part, axis=1) for part in zip(*lines, strict=True))
    # A draw that repeats the data (or its mirror image) does so under any effect supposed.
    bottom[1:, bottom[2] < REPEATS * bottom[2].max()] = 0.0
    variance = float(((design.scores @ design.contrasts[:, at]) ** 2).sum())
    return _Curve(float(design.estimates[at]), variance, top, bottom, extra)


def _lines(design: ClusterDesign, at: int, signs: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of top, shape (2, B), and bottom, shape (3, B), of some draws."""
    c = design.contrasts[:, at]
    leverage = design.parts @ c
    # Scores of residuals under a supposed effect: ``scores - (null - estimate) * slope``.
    slope = leverage / (c @ c)
    moved = [scores.T @ signs for scores in (design.scores, slope)]
    z0, z1 = (
        (scores @ c)[:, None] * signs - leverage @ move
        for scores, move in zip((design.scores, slope), moved, strict=True)
    )
    top = np.stack([c @ move for move in moved])
    return top, np.stack([_dot(z0, z0), _dot(z0, z1), _dot(z1, z1)])


def _dot(one: Floats, other: Floats) -> Floats:
    result: Floats = np.einsum("jb,jb->b", one, other)
    return result


def _end(curve: _Curve, level: float, side: int) -> float:
    """Return the end of the interval on one side: where the p-value falls below the level."""
    inside, step = curve.estimate, float(np.sqrt(curve.variance)) * side
    # 2^30 standard errors away the statistics no longer change, and rounding is still small.
    for _ in range(30):
        outside = inside + step
        if curve.p(outside) < level:
            break
        inside, step = outside, 2 * step
    else:
        return float("inf") * side
    while abs(outside - inside) > 1e-12 * abs(step) + 1e-14 * abs(outside):
        middle = (inside + outside) / 2
        if curve.p(middle) < level:
            outside = middle
        else:
            inside = middle
    return (inside + outside) / 2
