"""The one-factor models behind invariance: what is equal over groups or waves at each level."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from instroom.stats.arrays import Ints
from instroom.stats.scales.covariance_structure import (
    CovarianceSolution,
    Matrices,
    ParameterPattern,
    Sample,
    maximise,
)
from instroom.stats.scales.factor import start
from instroom.stats.scales.model_fit import Fit, fit_measures
from instroom.stats.status import SOLVED

LEVELS = ("configural", "metric", "scalar", "strict")


@dataclass(frozen=True, slots=True)
class ModelBlock:
    """Parameter numbers of one group or wave; -1 is fixed."""

    loadings: Ints
    variance: int
    residuals: Ints
    intercepts: Ints
    mean: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted level; ``fit`` is None when no solution was found."""

    level: str
    solution: CovarianceSolution
    fit: Fit | None
    blocks: tuple[ModelBlock, ...]


def _blocks(
    count_blocks: int, k: int, level: str, numbers: Iterator[int]
) -> tuple[ModelBlock, ...]:
    """Return the parameters of each group or wave under a level; the first is the reference."""
    rank = LEVELS.index(level)

    def fresh() -> Ints:
        return np.array([next(numbers) for _ in range(k)], dtype=np.intp)

    first = ModelBlock(fresh(), -1, fresh(), fresh(), -1)
    others = (
        ModelBlock(
            first.loadings if rank >= 1 else fresh(),
            next(numbers) if rank >= 1 else -1,
            first.residuals if rank >= 3 else fresh(),
            first.intercepts if rank >= 2 else fresh(),
            next(numbers) if rank >= 2 else -1,
        )
        for _ in range(1, count_blocks)
    )
    return (first, *others)


def fit_groups(samples: tuple[Sample, ...], level: str) -> Fitted:
    """Return one factor in each group, equal over groups as far as the level says.

    Parameters
    ----------
    samples
        Covariances, means and sizes of the groups, the reference first.
    level
        One of ``LEVELS``.
    """
    k, numbers = len(samples[0].mean), count()
    blocks = _blocks(len(samples), k, level, numbers)
    patterns = tuple(
        ParameterPattern(
            b.loadings[:, None],
            np.full((1, 1), b.variance),
            _diagonal(b.residuals),
            b.intercepts,
            np.full(1, b.mean),
        )
        for b in blocks
    )
    starts = []
    for one in samples:
        loadings, residuals = start(one)
        starts.append(
            Matrices(loadings[:, None], np.eye(1), np.diag(residuals), one.mean, np.zeros(1))
        )
    solution = maximise(samples, tuple(starts), patterns)
    return Fitted(level, solution, _fit(samples, solution), blocks)


def fit_waves(one: Sample, waves: int, level: str) -> Fitted:
    """Return one factor for each wave, freely related, equal over waves as the level says.

    Parameters
    ----------
    one
        Covariances and means of all questions, those of the first wave first.
    waves
        Number of waves; each has the same items in the same order.
    level
        One of ``LEVELS``.
    """
    k, numbers = len(one.mean) // waves, count()
    blocks = _blocks(waves, k, level, numbers)
    where = np.full((waves * k, waves), -1, dtype=np.intp)
    residuals = _diagonal(np.concatenate([b.residuals for b in blocks]))
    factors = np.diag([b.variance for b in blocks])
    for t, block in enumerate(blocks):
        where[t * k : (t + 1) * k, t] = block.loadings
        for s in range(t):
            factors[s, t] = factors[t, s] = next(numbers)
            for i in range(k):  # the same question asked twice shares more than the factor
                first, second = s * k + i, t * k + i
                residuals[first, second] = residuals[second, first] = next(numbers)
    pattern = ParameterPattern(
        where,
        factors,
        residuals,
        np.concatenate([b.intercepts for b in blocks]),
        np.array([b.mean for b in blocks]),
    )
    solution = maximise((one,), (_wave_start(one, waves),), (pattern,))
    return Fitted(level, solution, _fit((one,), solution), blocks)


def _wave_start(one: Sample, waves: int) -> Matrices:
    """Return starting values: each wave's own, factors related by a half."""
    k = len(one.mean) // waves
    loadings, residuals = np.zeros((waves * k, waves)), np.zeros(waves * k)
    for t in range(waves):
        rows = slice(t * k, (t + 1) * k)
        part = Sample(one.covariance[rows, rows], one.mean[rows], one.n)
        loadings[rows, t], residuals[rows] = start(part)
    factors = 0.5 * (np.eye(waves) + 1)
    return Matrices(loadings, factors, np.diag(residuals), one.mean, np.zeros(waves))


def _diagonal(numbers: Ints) -> Ints:
    where = np.full((len(numbers), len(numbers)), -1, dtype=np.intp)
    np.fill_diagonal(where, numbers)
    return where


def _fit(samples: tuple[Sample, ...], solution: CovarianceSolution) -> Fit | None:
    if solution.status not in SOLVED:
        return None
    return fit_measures(samples, solution, len(solution.theta), means=True)
