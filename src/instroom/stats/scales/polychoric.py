"""Polychoric correlations: the correlation of the leanings behind answers in categories."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.scales.answers import checked, complete
from instroom.stats.scales.bivariate_normal import cells, chance_below, chance_slopes
from instroom.stats.status import FitStatus, Problem

MOST_CATEGORIES = 12  # beyond this a plain correlation serves and cells run empty
EDGE = 1 - 1e-9  # a correlation nearer to 1 than this is on the boundary
FAR = 40.0  # a threshold so far out that no normal mass lies beyond it
TINY = 1e-15  # probabilities by differencing are right to about this


@dataclass(frozen=True, slots=True)
class Polychoric:
    """Polychoric correlations with what they rest on.

    ``rho`` has shape (items, items); ``thresholds`` holds one array for each item;
    ``categories`` the answers that were seen; ``acov`` the sampling covariances of the
    correlations below the diagonal, column by column (only when asked for). ``status`` is
    ``ok``, ``boundary`` (a correlation at 1 or -1), ``smoothed`` (the matrix was not positive
    definite and was made so), ``too_few`` or ``not_supported``; the last two without numbers.
    """

    rho: Floats | None
    thresholds: tuple[Floats, ...]
    categories: tuple[Floats, ...]
    n: int
    k: int
    acov: Floats | None
    status: FitStatus
    reason: Message | None


def polychoric(
    scores: ArrayLike,
    *,
    missing: Literal["pairwise", "complete"] = "pairwise",
    convention: Literal["psych", "lavaan"] = "psych",
    acov: bool = False,
) -> Polychoric:
    """Estimate polychoric correlations in two steps: thresholds, then each correlation.

    Thresholds come from each item's own answers, each correlation then maximises the
    likelihood of the two-way table of its two items.

    Parameters
    ----------
    scores
        Answers in categories, shape (pupils, items), any numbers that order them; ``nan`` is
        missing.
    missing
        ``pairwise``: each table uses the pupils who answered both items. ``complete``: only
        pupils who answered everything.
    convention
        ``psych``: when the items do not share their highest answer, each pair takes its own
        thresholds and empty cells count 0.5, as ``psych::polychoric`` does; the matrix is
        smoothed when it is not positive definite. ``lavaan``: thresholds always from the whole
        item, 0.5 in empty cells of two-by-two tables only, no smoothing.
    acov
        Also give the sampling covariances of the correlations (asks for complete cases and
        ``lavaan`` thresholds).

    Returns
    -------
    Polychoric
        See there; too few pupils, an item without variation or too many categories is a
        result with a status.

    Raises
    ------
    DataError
        When the answers are not a table or ``acov`` is asked with pairwise tables.

    Source
    ------
    Olsson (1979), Psychometrika 44, 443-460; sampling covariances Muthen (1984), Psychometrika
    49, 115-132. Checked against R ``psych::polychoric`` and ``lavaan::lavCor`` in
    ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> yes = [[0, 0]] * 40 + [[1, 1]] * 40 + [[0, 1]] * 20 + [[1, 0]] * 20
    >>> bool(abs(polychoric(yes).rho[0, 1] - 0.5) < 1e-8)
    True
    """
    found = checked(scores)
    if acov and (missing != "complete" or convention != "lavaan"):
        raise DataError(
            "sampling covariances rest on complete cases and whole-item thresholds",
            code="polychoric_acov",
            expected='missing="complete" and convention="lavaan"',
            hint="Ask for both, or leave acov out.",
        )
    if missing == "complete":
        found = complete(found)
    codes, categories = _coded(found)
    n, k = int((codes >= 0).any(axis=1).sum()), found.shape[1]
    refusal = _refusal(codes, categories)
    if refusal:
        return Polychoric(None, (), categories, n, k, None, *refusal)
    return _estimated(codes, categories, n, (convention, acov))


def smoothed(rho: Floats) -> Floats:
    """Return the nearest usable correlation matrix by lifting eigenvalues that are not positive.

    Source
    ------
    Knol and Berger (1991), Multivariate Behavioral Research 26, 457-477; constants as in
    ``psych::cor.smooth``.

    Examples
    --------
    >>> r = np.array([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1.0]])
    >>> bool(np.linalg.eigvalsh(smoothed(r))[0] > 0)
    True
    """
    values, vectors = np.linalg.eigh(rho)
    values = np.where(values < 1e-12, 1e-10, values)
    again = (vectors * (values * len(rho) / values.sum())) @ vectors.T
    scale = np.sqrt(np.diag(again))
    lifted: Floats = again / np.outer(scale, scale)
    return lifted


def _estimated(
    codes: NDArray[np.intp], categories: tuple[Floats, ...], n: int, asked: tuple[str, bool]
) -> Polychoric:
    """Return thresholds and correlations of answers that allow them."""
    convention, acov = asked
    k = codes.shape[1]
    counted, left, right = _tables(codes, categories)
    tau = _thresholds(codes, categories)
    tables, first, second = _prepared(counted, tau[left], tau[right], categories, convention)
    pairs = _at_the_edge(tables, first, second, _maximum(tables, first, second))
    rho = np.eye(k)
    rho[left, right] = rho[right, left] = pairs
    status = FitStatus.OK
    reason: Message | None = None
    if (np.abs(pairs) >= EDGE).any():
        status, reason = (
            FitStatus.BOUNDARY,
            Message("At least one pair of items is related without exception."),
        )
    if convention == "psych" and np.linalg.eigvalsh(rho)[0] < np.finfo(float).eps:
        rho = smoothed(rho)
        status, reason = (
            FitStatus.SMOOTHED,
            Message("The correlations were not positive definite; smoothed."),
        )
    spread = None
    if acov and status == FitStatus.OK:
        spread = _acov(codes, (counted, first, second), pairs, tau)
    own = tuple(tau[i, : len(c) - 1] for i, c in enumerate(categories))
    return Polychoric(rho, own, categories, n, k, spread, status, reason)


def _coded(scores: Floats) -> tuple[NDArray[np.intp], tuple[Floats, ...]]:
    """Return answers as 0, 1, 2, ... within each item (-1 is missing) and what they stand for."""
    codes = np.full(scores.shape, -1, dtype=np.intp)
    categories = []
    for i, column in enumerate(scores.T):
        seen = ~np.isnan(column)
        values, codes[seen, i] = np.unique(column[seen], return_inverse=True)
        categories.append(values)
    return codes, tuple(categories)


def _refusal(codes: NDArray[np.intp], categories: tuple[Floats, ...]) -> Problem | None:
    """Return why there can be no correlations, or None."""
    seen = (codes >= 0).astype(np.float64)
    if (seen.T @ seen < 2).any():
        return FitStatus.TOO_FEW, Message(
            "At least one pair of items was answered by fewer than two pupils."
        )
    counts = [len(c) for c in categories]
    if min(counts) < 2:
        return FitStatus.TOO_FEW, Message("Everyone gave the same answer to at least one item.")
    if max(counts) > MOST_CATEGORIES:
        return FitStatus.NOT_SUPPORTED, Message(
            "An item has {value} different answers; polychoric correlations are "
            "meant for at most {most_categories}.",
            value=max(counts),
            most_categories=MOST_CATEGORIES,
        )
    return None


def _tables(
    codes: NDArray[np.intp], categories: tuple[Floats, ...]
) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Return the two-way table of each pair of items, padded with zeros to one size.

    All tables at once are one product of indicator columns; counts are whole numbers, so the
    sum is exact in any order.
    """
    k, width = codes.shape[1], max(len(c) for c in categories)
    counts = np.zeros((k * width, k * width))
    for start in range(0, len(codes), 16384):  # bounds the memory of the indicators
        part = codes[start : start + 16384]
        marks = np.zeros((len(part), k * width))
        rows, items = np.nonzero(part >= 0)
        marks[rows, items * width + part[rows, items]] = 1.0
        counts += marks.T @ marks
    left, right = np.tril_indices(k, -1)
    order = np.lexsort((left, right))  # below the diagonal, column by column
    left, right = right[order], left[order]
    blocks = counts.reshape(k, width, k, width).transpose(0, 2, 1, 3)
    return blocks[left, right], left, right


def _thresholds(codes: NDArray[np.intp], categories: tuple[Floats, ...]) -> Floats:
    """Return each item's thresholds, shape (items, widest - 1), padded far to the right."""
    tau = np.full((len(categories), max(len(c) for c in categories) - 1), FAR)
    for i, values in enumerate(categories):
        own = codes[:, i]
        counts = np.bincount(own[own >= 0], minlength=len(values))
        tau[i, : len(values) - 1] = ndtri(counts.cumsum()[:-1] / counts.sum())
    return tau


def _prepared(
    tables: Floats,
    first: Floats,
    second: Floats,
    categories: tuple[Floats, ...],
    convention: str,
) -> tuple[Floats, Floats, Floats]:
    """Return tables and thresholds after the convention's care for empty cells."""
    if convention == "lavaan":
        if tables.shape[1] == 2:
            tables = np.array([_filled_keeping_margins(t) for t in tables])
        return tables, first, second
    highest = {float(c[-1]) for c in categories}
    if len(highest) == 1:
        return tables, first, second
    parts = [_own_thresholds(t) for t in tables]
    stacked = (np.array([part[i] for part in parts]) for i in range(3))
    tables, first, second = stacked
    return tables, first, second


def _filled_keeping_margins(table: Floats) -> Floats:
    """Return a two-by-two table with 0.5 in an empty cell and unchanged margins."""
    empty = np.argwhere(table == 0)
    if len(empty) == 0:
        return table
    row, column = empty[0]
    sign = 1.0 if row == column else -1.0
    return table + 0.5 * sign * np.array([[1.0, -1.0], [-1.0, 1.0]])


def _own_thresholds(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a pair's table with 0.5 in empty cells, and thresholds from its own margins."""
    rows, columns = table.any(axis=1), table.any(axis=0)
    kept = table[np.ix_(rows, columns)]
    share = np.where(kept == 0, 0.5, kept) / kept.sum()
    padded = np.zeros_like(table)
    padded[: kept.shape[0], : kept.shape[1]] = share * kept.sum()
    width = table.shape[0] - 1
    cuts = []
    for margin in (share.sum(axis=1), share.sum(axis=0)):
        below = margin.cumsum()[:-1]
        tau = np.full(width, FAR)
        tau[: len(below)] = np.minimum(ndtri(np.minimum(below, 1.0)), FAR)
        cuts.append(tau)
    return padded, cuts[0], cuts[1]


def _maximum(tables: Floats, first: Floats, second: Floats) -> Floats:
    """Return the correlation that maximises each table's likelihood.

    Newton steps with exact derivatives, kept inside a bracket that the sign of the slope
    shrinks; a step that leaves the bracket is replaced by its middle.
    """
    rho, low, high = np.zeros(len(tables)), np.full(len(tables), -1.0), np.ones(len(tables))
    active = np.arange(len(tables))
    for _ in range(100):
        t, a, b, r = tables[active], first[active], second[active], rho[active]
        chance = np.maximum(cells(chance_below(a, b, r)), TINY)
        density, slope = chance_slopes(a, b, r)
        d1, d2 = cells(density) / chance, cells(slope) / chance
        gradient = (t * d1).sum(axis=(1, 2))
        curvature = (t * (d2 - d1 * d1)).sum(axis=(1, 2))
        up = gradient > 0
        low[active], high[active] = np.where(up, r, low[active]), np.where(up, high[active], r)
        step = np.divide(-gradient, curvature, out=np.full(len(r), np.inf), where=curvature < 0)
        new = r + step
        outside = ~((new > low[active]) & (new < high[active]))
        new = np.where(outside, (low[active] + high[active]) / 2, new)
        rho[active] = np.clip(new, -EDGE, EDGE)
        done = np.abs(rho[active] - r) < 1e-12
        active = active[~done]
        if len(active) == 0:
            break
    return rho


def _at_the_edge(tables: Floats, first: Floats, second: Floats, rho: Floats) -> Floats:
    """Return correlations with those at 1 or -1 whose likelihood is nowhere higher.

    Near the edge cells get so small that the slope vanishes in rounding, and the search stops
    before it; at the edge itself the chance below two thresholds is the smaller of both
    (at -1: what they leave together).
    """
    found = rho.copy()
    peak = _log_likelihood(tables, chance_below(first, second, rho))
    for edge in (EDGE, -EDGE):
        grid = chance_below(first, second, rho)
        low, high = ndtr(first)[:, :, None], ndtr(second)[:, None, :]
        inner = np.minimum(low, high) if edge > 0 else np.maximum(low + high - 1.0, 0.0)
        grid[:, 1:-1, 1:-1] = inner
        there = _log_likelihood(tables, grid)
        found = np.where(there >= peak - 1e-9 * np.abs(peak), edge, found)
    return found


def _log_likelihood(tables: Floats, below: Floats) -> Floats:
    """Return the log-likelihood of each table; a cell with pupils but without chance is -inf."""
    chance = cells(below)
    chance = np.where(chance > 1e-15, chance, 0.0)  # what is left of equal corners is rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(tables > 0, tables * np.log(chance), 0.0)
    found: Floats = terms.sum(axis=(1, 2))
    return found


def _acov(
    codes: NDArray[np.intp], counted: tuple[Floats, Floats, Floats], rho: Floats, tau: Floats
) -> Floats:
    """Return the sampling covariances of the correlations, thresholds being estimated too.

    Each pupil's influence on a correlation depends on the two answers alone, so it is worked
    out for each cell and then looked up.
    """
    tables, first, second = counted
    k = codes.shape[1]
    right, left = np.tril_indices(k, -1)
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    chance = np.maximum(cells(chance_below(first, second, rho)), TINY)
    score = cells(chance_slopes(first, second, rho)[0]) / chance
    influence = np.empty((len(codes), len(rho)))
    own = [_item_scores(codes[:, i], tau[i]) for i in range(k)]
    for pair, (i, j) in enumerate(zip(left, right, strict=True)):
        s, weight = score[pair], tables[pair] * score[pair]
        rows = _threshold_scores(first[pair], second[pair], rho[pair]) / chance[pair]
        columns = _threshold_scores(second[pair], first[pair], rho[pair]) / chance[pair].T
        through_i = np.einsum("ab,tab->t", weight, rows) @ own[i]
        through_j = np.einsum("ba,tba->t", weight.T, columns) @ own[j]
        cell = (s - through_i[:, None] - through_j[None, :]) / (weight * s).sum()
        influence[:, pair] = cell[codes[:, i], codes[:, j]]
    covariance: Floats = influence.T @ influence
    return covariance


def _item_scores(own: NDArray[np.intp], tau: Floats) -> Floats:
    """Return, for each answer, the threshold score times the inverse of its information."""
    width = len(tau) + 1
    used = int(own.max())
    counts = np.bincount(own, minlength=width).astype(np.float64)
    density = np.exp(-tau * tau / 2) / np.sqrt(2 * np.pi)
    score = np.zeros((len(tau), width))
    share = np.where(counts > 0, counts / counts.sum(), 1.0)
    for t in range(used):
        score[t, t], score[t, t + 1] = density[t] / share[t], -density[t] / share[t + 1]
    information = (score * counts) @ score.T
    solved = np.zeros_like(score)
    solved[:used] = np.linalg.solve(information[:used, :used], score[:used])
    return solved


def _threshold_scores(own: Floats, other: Floats, rho: float) -> Floats:
    """Return the derivative of each cell's chance to each threshold of the first item."""
    edges = np.concatenate([[-FAR], other, [FAR]])
    density = np.exp(-own * own / 2) / np.sqrt(2 * np.pi)
    given = np.diff(ndtr((edges[None, :] - rho * own[:, None]) / np.sqrt(1 - rho * rho)), axis=1)
    derivative = np.zeros((len(own), len(own) + 1, len(other) + 1))
    for t in range(len(own)):
        derivative[t, t], derivative[t, t + 1] = density[t] * given[t], -density[t] * given[t]
    return derivative
