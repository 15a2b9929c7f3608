"""The cluster bootstrap: how far estimates move when whole schools are drawn again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import CrossProducts
from instroom.stats.arrays import Floats, Ints
from instroom.stats.clusters import refits
from instroom.stats.multilevel import mixed
from instroom.stats.results import unknown, without_numbers
from instroom.stats.status import FitStatus


@dataclass(frozen=True, slots=True, eq=False)
class ClusterBootstrap:
    """Estimates after drawing whole schools again, with replacement.

    Attributes
    ----------
    estimate, se, ci
        Shapes (q,), (q,) and (q, 2): the estimates on the data, the standard deviation of those
        on the draws, and their percentile interval.
    estimates
        Shape (used, q): every draw's estimates.
    draws, used
        Draws made, and those that gave finite estimates.
    status
        ``ok``; ``partial`` when some draws gave none; ``too_few`` when fewer than half did, or
        when there are fewer than two schools.
    reason
        A sentence for every status but ``ok``.
    """

    estimate: Floats
    se: Floats
    ci: Floats
    estimates: Floats
    draws: int
    used: int
    status: FitStatus = FitStatus.OK
    reason: Message | None = None


def resample(cross: CrossProducts, chosen: ArrayLike) -> CrossProducts:
    """Return the cross-products of clusters drawn again, each draw a cluster of its own.

    Parameters
    ----------
    cross
        Cross-products kept per group of the highest level.
    chosen
        Places of the clusters drawn, with repeats, shape (draws,).

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"y": [1.0, 2, 4]}, {"school": ["a", "a", "b"]})
    >>> r = resample(c, [1, 1])
    >>> r.sizes, r.n, r.sums[:, 0].tolist()
    ((2,), 2, [1.0, 1.0])
    """
    drawn = np.asarray(chosen, dtype=np.int64)
    _needs_clusters(cross)
    return _resampler(cross)(drawn)


def clusters(
    cross: CrossProducts,
    estimate: Callable[[CrossProducts], ArrayLike],
    *,
    rng: Generator,
    draws: int = 1000,
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> ClusterBootstrap:
    """Return how far estimates move when whole schools are drawn again.

    Parameters
    ----------
    cross
        Cross-products kept per group of the highest level, which is what is drawn.
    estimate
        Makes estimates, shape (q,), from cross-products; nan for a draw that gives none.
    rng
        Source of chance.
    draws
        Draws.
    strata
        Shape (clusters,): clusters are drawn within these, so that both arms keep their number.
    level
        Of the percentile interval.

    Raises
    ------
    DataError
        ``no_clusters`` when products were not kept per group; ``bad_strata``.

    Source
    ------
    Davison and Hinkley (1997), Bootstrap Methods and their Application, section 3.8.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> from instroom.stats.clusters import robust
    >>> school = np.repeat(np.arange(12), 5)
    >>> treat = (school % 2).astype(float)
    >>> score = np.sin(np.arange(60.0)) + 0.8 * treat
    >>> c = from_arrays({"treat": treat, "score": score}, {"school": school})
    >>> b = clusters(
    ...     c,
    ...     lambda x: robust.fit(x, kind="cr0").beta[1:],
    ...     rng=np.random.default_rng(1),
    ...     draws=200,
    ...     strata=np.arange(12) % 2,
    ... )
    >>> b.used, round(float(b.estimate[0]), 4), round(float(b.se[0]), 2)
    (200, 0.7826, 0.11)
    """
    _needs_clusters(cross)
    first = np.atleast_1d(np.asarray(estimate(cross), dtype=np.float64))
    if cross.sizes[0] < 2:
        return _one_school(first)
    make = _resampler(cross)
    found = unknown(draws, len(first))
    for draw, chosen in enumerate(_chosen(cross.sizes[0], strata, draws, rng)):
        found[draw] = estimate(make(chosen))
    return _summary(first, found, level)


def effects(
    cross: CrossProducts,
    *,
    rng: Generator,
    outcome: str | None = None,
    fixed: Sequence[str] | None = None,
    draws: int = 1000,
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> ClusterBootstrap:
    """Return how far a multilevel model's coefficients move when schools are drawn again.

    The same draws as :func:`clusters` with :func:`instroom.stats.multilevel.mixed.fit`, but with
    one or two
    levels and no random slope all draws are fitted together
    (:mod:`instroom.stats.clusters.refits`).

    Parameters
    ----------
    cross, rng, draws, strata, level
        As in :func:`clusters`.
    outcome, fixed
        As in :func:`instroom.stats.multilevel.mixed.fit`.

    Returns
    -------
    ClusterBootstrap
        In the order of the fit's names.

    Raises
    ------
    DataError
        As :func:`clusters` and :func:`instroom.stats.multilevel.mixed.fit`.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> school = np.repeat(np.arange(12), 5)
    >>> treat = (school % 2).astype(float)
    >>> score = np.sin(np.arange(60.0)) + school % 3 + 0.8 * treat
    >>> c = from_arrays({"treat": treat, "score": score}, {"school": school})
    >>> b = effects(c, rng=np.random.default_rng(1), draws=500, strata=np.arange(12) % 2)
    >>> b.used, round(float(b.estimate[1]), 4), round(float(b.se[1]), 1)
    (500, 0.7826, 0.5)
    """
    _needs_clusters(cross)
    fit = mixed.fit(cross, outcome=outcome, fixed=fixed)
    if not refits.supports(cross, fit):

        def estimate(drawn: CrossProducts) -> Floats:
            again = mixed.fit(drawn, outcome=outcome, fixed=fixed)
            same = again.names == fit.names and again.levels == fit.levels
            return again.beta if same else unknown(len(fit.names))

        return clusters(cross, estimate, rng=rng, draws=draws, strata=strata, level=level)
    size = cross.sizes[0]
    chosen = _chosen(size, strata, draws, rng)
    weights = np.array([np.bincount(drawn, minlength=size) for drawn in chosen], dtype=np.float64)
    return _summary(fit.beta, refits.refit(cross, fit, weights), level)


def _chosen(size: int, strata: ArrayLike | None, draws: int, rng: Generator) -> Iterator[Ints]:
    """Return the schools of every draw, in order."""
    blocks = _strata(strata, size)

    def draw() -> Iterator[Ints]:
        for _ in range(draws):
            picked = [block[rng.integers(0, len(block), len(block))] for block in blocks]
            yield np.sort(np.concatenate(picked))

    return draw()


def _one_school(first: Floats) -> ClusterBootstrap:
    reason = Message("Drawing schools again needs at least two schools.")
    return _no_spread(first, np.empty((0, len(first))), 0, reason)


def _no_spread(first: Floats, kept: Floats, draws: int, reason: Message) -> ClusterBootstrap:
    return without_numbers(
        ClusterBootstrap, (FitStatus.TOO_FEW, reason), size=len(first), estimate=first,
        estimates=kept, draws=draws, used=len(kept),
    )  # fmt: skip


def _summary(first: Floats, found: Floats, level: float) -> ClusterBootstrap:
    kept = found[np.isfinite(found).all(axis=1)]
    draws, used = len(found), len(kept)
    if 2 * used < draws or used < 2:
        reason = Message(
            "Only {used} of {draws} draws gave an estimate: there are too few schools.",
            used=used,
            draws=draws,
        )
        return _no_spread(first, kept, draws, reason)
    tail = (1 - level) / 2
    ci = np.quantile(kept, [tail, 1 - tail], axis=0).T
    middle = kept - kept.mean(axis=0)
    se = np.sqrt((middle**2).sum(axis=0) / (used - 1))
    if used < draws:
        reason = Message(
            "{value} of {draws} draws gave no estimate and are left out.",
            value=draws - used,
            draws=draws,
        )
        return ClusterBootstrap(first, se, ci, kept, draws, used, FitStatus.PARTIAL, reason)
    return ClusterBootstrap(first, se, ci, kept, draws, used)


def _needs_clusters(cross: CrossProducts) -> None:
    if not cross.levels or not cross.by_group:
        raise DataError(
            "the cross-products do not say which cluster they belong to",
            code="no_clusters",
            hint="add up with by_group=True and name the groups, highest level first",
        )


def _strata(strata: ArrayLike | None, size: int) -> list[Ints]:
    if strata is None:
        return [np.arange(size)]
    given = np.asarray(strata).reshape(-1)
    if len(given) != size:
        raise DataError(
            "every cluster needs one stratum",
            code="bad_strata",
            found=str(len(given)),
            expected=str(size),
        )
    return [np.flatnonzero(given == value) for value in np.unique(given)]


def _resampler(cross: CrossProducts) -> Callable[[Ints], CrossProducts]:
    """Return what makes the cross-products of drawn clusters; the sorting is done once."""
    orders = [np.argsort(parents, kind="stable") for parents in cross.parents]
    counts = [
        np.bincount(parents, minlength=size)
        for parents, size in zip(cross.parents, cross.sizes, strict=False)
    ]
    starts = [np.cumsum(count) - count for count in counts]

    def make(chosen: Ints) -> CrossProducts:
        parents, at = [], chosen
        for order, count, start in zip(orders, counts, starts, strict=True):
            size = count[at]
            parents.append(np.repeat(np.arange(len(at)), size))
            inside = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
            at = order[np.repeat(start[at], size) + inside]
        sums = cross.sums[at]
        slopes = None if cross.slope_sums is None else cross.slope_sums[at]
        # Rows count once each here; weighted sums keep their share of rows.
        rows = round(float(sums[:, 0].sum()) * cross.n / float(cross.sums[:, 0].sum()))
        return CrossProducts(
            cross.columns, cross.shift, cross.levels, tuple(parents), sums,
            cross.products[chosen], rows, cross.slope, slopes,
        )  # fmt: skip

    return make
