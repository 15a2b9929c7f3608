"""Reliability of a scale: alpha with its interval, and what each item contributes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from instroom.core.messages import Message, joined
from instroom.stats.arrays import Floats
from instroom.stats.scales.answers import checked, complete, item_names, within
from instroom.stats.scales.omega import omega
from instroom.stats.status import FitStatus

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What one item contributes; a number that does not exist here is None.

    ``r_rest`` is the correlation with the sum of the other items, ``r_corrected`` the
    correlation with the scale corrected for overlap and unreliability, ``alpha_without`` alpha
    when the item is left out (from three items on), ``floor`` and ``ceiling`` the shares (0-1)
    of answers at the ends of the answer range (only when the range is known).
    """

    item: str
    n: int
    mean: float
    sd: float
    r_rest: float | None
    r_corrected: float | None
    alpha_without: float | None
    floor: float | None
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha with the ``n`` pupils and ``k`` items it rests on.

    ``alpha_ci`` is Feldt's interval, ``se`` the standard error of van Zyl and others,
    ``standardized`` alpha of the correlations, ``average_r`` their mean, ``g6`` Guttman's
    lambda 6. ``status`` is ``ok`` or ``too_few``; then the numbers are None and ``reason`` says
    why.
    """

    alpha: float | None
    alpha_ci: tuple[float, float] | None
    se: float | None
    standardized: float | None
    average_r: float | None
    g6: float | None
    n: int
    k: int
    items: tuple[ItemStatistics, ...]
    status: FitStatus
    reason: Message | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a page or a report says about a scale; see :class:`Alpha` and ``omega.omega``.

    ``dropped`` counts the pupils with a missing answer. ``status`` is ``boundary`` when the
    one-factor model has a residual variance at or below zero; omega is then doubtful.
    """

    alpha: float | None
    alpha_ci: tuple[float, float] | None
    omega: float | None
    n: int
    k: int
    dropped: int
    items: tuple[ItemStatistics, ...]
    floor: float | None
    ceiling: float | None
    status: FitStatus
    reason: Message | None


def alpha(
    scores: ArrayLike,
    *,
    answer_range: Range | None = None,
    names: tuple[str, ...] | None = None,
    missing: Literal["complete", "pairwise"] = "complete",
    confidence: float = 0.95,
) -> Alpha:
    """Estimate Cronbach's alpha with Feldt's interval and statistics of each item.

    Reverse-worded items must already point the same way.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items), in the points of the answer scale; ``nan`` is missing.
    answer_range
        Lowest and highest possible answer, for ``floor`` and ``ceiling``.
    names
        Names of the items; default ``item1``, ``item2``, ...
    missing
        ``complete``: rows with a missing answer are left out. ``pairwise``: each covariance uses
        the pupils who answered both, as ``psych::alpha`` does; ``n`` is then all pupils who
        answered anything, so the interval is on the narrow side.
    confidence
        Of the interval, between 0 and 1.

    Returns
    -------
    Alpha
        See there. Alpha may be negative; an item without variation has no ``r_rest``.

    Raises
    ------
    DataError
        Fewer than two items, an answer outside the range, or a wrong number of names.

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297-334; Feldt (1965), Psychometrika 30, 357-370; van
    Zyl, Neudecker and Nel (2000), Psychometrika 65, 271-280; Guttman (1945), Psychometrika 10,
    255-282. Checked against R ``psych::alpha`` in ``tests/reference/test_scales.py``.

    Examples
    --------
    >>> answers = [[4, 5, 4], [2, 3, 2], [5, 5, 4], [3, 3, 3], [1, 2, float("nan")]]
    >>> a = alpha(answers)
    >>> round(a.alpha, 3), a.n, a.k
    (0.962, 4, 3)
    """
    found = checked(scores)
    if answer_range:
        within(found, answer_range)
    labels = item_names(names, found.shape[1])
    found = complete(found) if missing == "complete" else found[~np.isnan(found).all(axis=1)]
    n, k = found.shape
    if n < 3 or (pairs := _pairs(found)).min() < 3:
        return _no_alpha(n, k, Message("Fewer than three pupils answered every item."))
    covariance = _covariance(found, pairs)
    total = float(covariance.sum())
    if total <= 1e-12 * max(float(np.diag(covariance).sum()), 1e-300):
        return _no_alpha(n, k, Message("The sum scores do not vary."))
    value = _raw(covariance)
    interval = _feldt(value, n, k, confidence)
    spread = _variance(covariance)
    se = float(np.sqrt(spread / n)) if spread >= 0 else None
    r, flat = _correlations(found, pairs)
    items = _items(found, covariance, _corrected(r, k), labels, answer_range=answer_range)
    reason = _reason(value, items, r, flat)
    if r is None:
        return Alpha(value, interval, se, None, None, None, n, k, items, FitStatus.OK, reason)
    average = float((r.sum() - k) / (k * (k - 1)))
    g6 = _g6(r)
    standardized = _raw(r) if g6 is not None else None
    return Alpha(value, interval, se, standardized, average, g6, n, k, items, FitStatus.OK, reason)


def reliability(
    scores: ArrayLike,
    *,
    answer_range: Range | None = None,
    names: tuple[str, ...] | None = None,
    confidence: float = 0.95,
) -> Reliability:
    """Return what is said about a scale: alpha with interval, omega and its items.

    Parameters
    ----------
    scores, answer_range, names, confidence
        As for :func:`alpha`; complete cases.

    Returns
    -------
    Reliability
        ``floor`` and ``ceiling`` are the shares (0-1) of pupils with the lowest and the highest
        possible sum score. ``omega`` is None, with the reason, when one factor cannot be fitted
        (fewer than three items, for example) while alpha still can.

    Source
    ------
    See :func:`alpha` and ``omega.omega``; floor and ceiling Terwee and others (2007), Journal
    of Clinical Epidemiology 60, 34-42.

    Examples
    --------
    >>> r = reliability(
    ...     [[4, 5, 4], [2, 3, 2], [5, 5, 5], [3, 3, 4], [1, 2, 1]], answer_range=(1, 5)
    ... )
    >>> round(r.alpha, 3), r.n, r.ceiling
    (0.967, 5, 0.2)
    """
    found = checked(scores)
    base = alpha(found, answer_range=answer_range, names=names, confidence=confidence)
    n, k, dropped = base.n, base.k, len(found) - base.n
    if base.status != FitStatus.OK:
        return Reliability(
            None, None, None, n, k, dropped, base.items, None, None, base.status, base.reason
        )
    whole = omega(found)
    low, high = _ends(complete(found), answer_range)
    return Reliability(
        base.alpha,
        base.alpha_ci,
        whole.omega,
        n,
        k,
        dropped,
        base.items,
        low,
        high,
        FitStatus.BOUNDARY if whole.status == FitStatus.BOUNDARY else FitStatus.OK,
        base.reason or whole.reason,
    )


def _no_alpha(n: int, k: int, reason: Message | None) -> Alpha:
    return Alpha(None, None, None, None, None, None, n, k, (), FitStatus.TOO_FEW, reason)


def _pairs(scores: Floats) -> Floats:
    """Return how many pupils answered both items of each pair."""
    seen = (~np.isnan(scores)).astype(np.float64)
    return seen.T @ seen


def _covariance(scores: Floats, pairs: Floats) -> Floats:
    """Return covariances (n - 1), each from the pupils who answered both items."""
    seen = ~np.isnan(scores)
    centred = np.where(seen, scores - np.nanmean(scores, axis=0), 0.0)  # before squaring
    sums = centred.T @ seen
    covariance: Floats = (centred.T @ centred - sums * sums.T / pairs) / (pairs - 1)
    return covariance


def _correlations(scores: Floats, pairs: Floats) -> tuple[Floats | None, list[int]]:
    """Return correlations, each with means and spreads of the pupils who answered both items.

    None when an item does not vary among the pupils of a pair; and the places of such items.
    """
    seen = ~np.isnan(scores)
    centred = np.where(seen, scores - np.nanmean(scores, axis=0), 0.0)
    sums, squares = centred.T @ seen, (centred**2).T @ seen
    spread = squares - sums**2 / pairs
    flat = np.flatnonzero((spread <= 1e-12 * squares).any(axis=1)).tolist()
    if flat:
        return None, flat
    spread = np.sqrt(spread)
    r: Floats = (centred.T @ centred - sums * sums.T / pairs) / (spread * spread.T)
    return r, []


def _reason(
    value: float, items: tuple[ItemStatistics, ...], r: Floats | None, flat: list[int]
) -> Message | None:
    """Return what is to be known before these numbers are used."""
    said = []
    if r is None:
        alike = ", ".join(items[i].item for i in flat)
        said += [
            Message("Everyone gave the same answer to: {items}; correlations leave that out.",
                    items=alike)
        ]  # fmt: skip
    elif against := [i.item for i in items if i.r_rest is not None and i.r_rest < 0]:
        said += [
            Message("{items} runs against the other items.", items=against[0])
            if len(against) == 1
            else Message("{items} run against the other items.", items=", ".join(against))
        ]
        if turned := [items[i].item for i in _reversed(r)]:
            said += [Message("Reversed: {items}? Then they agree most.", items=", ".join(turned))]
    if value < 0:
        said += [
            Message("Alpha below 0 means that items contradict each other: quote neither alpha "
                    "nor omega.")
        ]  # fmt: skip
    return joined(" ", said) if len(said) > 1 else next(iter(said), None)


def _reversed(r: Floats) -> list[int]:
    """Return the fewest items whose reversal makes the mean correlation as high as it can be.

    The signs of the first eigenvector, then one item at a time while that helps.
    """
    off = r - np.diag(np.diag(r))
    first = np.linalg.eigh(r)[1][:, -1]
    signs = np.where(first * (first[np.argmax(np.abs(first))]) < -1e-9, -1.0, 1.0)
    while (gains := signs * (off @ signs)).min() < -1e-9:
        signs[np.argmin(gains)] *= -1
    minus = int((signs < 0).sum())
    if 2 * minus > len(r) or (2 * minus == len(r) and signs[0] < 0):
        signs = -signs
    return np.flatnonzero(signs < 0).tolist() if signs @ off @ signs > off.sum() + 1e-9 else []


def _raw(covariance: Floats) -> float:
    k = len(covariance)
    return float((1 - np.trace(covariance) / covariance.sum()) * k / (k - 1))


def _feldt(value: float, n: int, k: int, confidence: float) -> tuple[float, float]:
    """Return Feldt's interval: 1 - alpha is a scaled F."""
    above, below = (
        float(fdtri(n - 1, (n - 1) * (k - 1), (1 + side * confidence) / 2)) for side in (1, -1)
    )
    return 1 - (1 - value) * above, 1 - (1 - value) * below


def _variance(covariance: Floats) -> float:
    """Return n times the sampling variance of alpha under normality (van Zyl)."""
    k, total, trace = len(covariance), covariance.sum(), np.trace(covariance)
    square = covariance @ covariance
    inner = total * (np.trace(square) + trace**2) - 2 * trace * square.sum()
    return float(2 * k**2 / ((k - 1) ** 2 * total**3) * inner)


def _smc(r: Floats) -> Floats:
    """Return how much of each item the others explain, with the pseudo-inverse when singular."""
    return np.clip(1 - 1 / np.diag(np.linalg.pinv(r, hermitian=True)), 0.0, 1.0)


def _g6(r: Floats) -> float | None:
    total = float(r.sum())
    return float(1 - (len(r) - _smc(r).sum()) / total) if total > 1e-12 * len(r) else None


def _items(
    scores: Floats,
    covariance: Floats,
    corrected: list[float | None],
    labels: tuple[str, ...],
    *,
    answer_range: Range | None,
) -> tuple[ItemStatistics, ...]:
    k = len(covariance)
    variances = np.diag(covariance)
    items = []
    for i, label in enumerate(labels):
        answers = scores[~np.isnan(scores[:, i]), i]
        others = np.delete(np.arange(k), i)
        rest = covariance[np.ix_(others, others)]
        width = float(rest.sum()) * float(variances[i])
        r_rest = float(covariance[others, i].sum() / np.sqrt(width)) if width > 0 else None
        without = _raw(rest) if k > 2 and rest.sum() > 0 else None
        floor, ceiling = _ends(answers[:, None], answer_range)
        mean, sd = float(answers.mean()), float(answers.std(ddof=1))
        items.append(
            ItemStatistics(
                label, len(answers), mean, sd, r_rest, corrected[i], without, floor, ceiling
            )
        )
    return tuple(items)


def _corrected(r: Floats | None, k: int) -> list[float | None]:
    if r is None:
        return [None] * k
    reduced = r.copy()
    np.fill_diagonal(reduced, _smc(r))
    total = float(reduced.sum())
    if total <= 0:
        return [None] * k
    return [float(x) for x in reduced.sum(axis=0) / np.sqrt(total)]


def _ends(scores: Floats, answer_range: Range | None) -> tuple[float | None, float | None]:
    """Return the shares of pupils at the lowest and at the highest possible (sum) score."""
    if answer_range is None or len(scores) == 0:
        return None, None
    low, high = answer_range
    bottom, top = (scores == low).all(axis=1), (scores == high).all(axis=1)
    return float(bottom.mean()), float(top.mean())
