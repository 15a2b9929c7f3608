"""A bootstrap interval of alpha, over pupils or over whole schools."""

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.stats.scales.answers import Floats, checked


def alpha_bootstrap(
    scores: ArrayLike,
    generator: np.random.Generator,
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
) -> tuple[float, float] | None:
    """Return the percentile bootstrap interval of alpha on complete cases, or None.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items); rows with ``nan`` are left out.
    generator
        Where chance comes from; the same generator state gives the same interval.
    draws, confidence
        Number of resamples and the coverage asked for.
    clusters
        School or class of each pupil, shape (pupils,). Whole clusters are then drawn, which
        pupils in schools ask for; without it pupils are drawn.

    Returns
    -------
    tuple or None
        (low, high); None with fewer than two clusters or without varying sum scores.

    Raises
    ------
    DataError
        When ``clusters`` has another length than ``scores``.

    Source
    ------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> from instroom.stats.scales.reliability import alpha
    >>> rng = np.random.default_rng(7)
    >>> answers = rng.normal(size=(200, 1)) + rng.normal(size=(200, 5))
    >>> low, high = alpha_bootstrap(answers, rng, draws=200)
    >>> bool(low < alpha(answers).alpha < high)
    True
    """
    found = checked(scores)
    kept = ~np.isnan(found).any(axis=1)
    sums = _sums(found[kept])
    if clusters is not None:
        labels = np.asarray(clusters)
        if labels.shape != (len(found),):
            raise DataError(
                "every pupil needs one cluster",
                code="clusters_length",
                found=str(labels.shape),
                expected=f"({len(found)},)",
            )
        _, place = np.unique(labels[kept], return_inverse=True)
        sums = np.array([np.bincount(place, column) for column in sums.T]).T
    units = len(sums)
    if units < 2:
        return None
    values = []
    for done in range(0, draws, 64):  # bounds the memory of the resamples
        count = min(64, draws - done)
        drawn = generator.integers(units, size=(count, units)) + units * np.arange(count)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=units * count).reshape(count, units)
        values.append(_alpha_of_sums(weights @ sums))
    found_values = np.concatenate(values)
    found_values = found_values[np.isfinite(found_values)]
    if len(found_values) == 0:
        return None
    low, high = np.quantile(found_values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _sums(scores: Floats) -> Floats:
    """Return for each pupil what alpha needs summed: 1, items, their squares, squared total."""
    centred = scores - scores.mean(axis=0) if len(scores) else scores
    return np.column_stack(
        [np.ones(len(scores)), centred, (centred**2).sum(axis=1), centred.sum(axis=1) ** 2]
    )


def _alpha_of_sums(sums: Floats) -> Floats:
    """Return alpha of each resample from its sums; nan when its sum scores do not vary."""
    n, items, squares, square = sums[:, 0], sums[:, 1:-2], sums[:, -2], sums[:, -1]
    k = items.shape[1]
    total = square - items.sum(axis=1) ** 2 / n
    parts = squares - (items**2).sum(axis=1) / n
    share = np.divide(parts, total, out=np.full(len(n), np.nan), where=total > 1e-12 * square)
    values: Floats = (1 - share) * k / (k - 1)
    return values
