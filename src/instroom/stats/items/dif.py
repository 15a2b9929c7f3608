"""Differential item functioning: does an item mean the same in every group?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import expm1, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from instroom.core.errors import DataError
from instroom.stats.items.graded import answers_and_groups
from instroom.stats.items.ordinal import OrdinalFit, proportional_odds
from instroom.stats.trials.multiplicity import benjamini_hochberg

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MODERATE, LARGE = 0.035, 0.070  # Jodoin and Gierl (2001), change in Nagelkerke's R squared
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class ItemDif:
    """One item's ordinal-logistic DIF tests.

    ``status`` is ``ok``, or that of the regression that could not be made (``too_few``,
    ``rank_deficient``, ``separated``); numbers that need it are ``nan``. Chi-squares are
    likelihood ratios: ``uniform`` of group, ``nonuniform`` of group by score on top of it,
    ``total`` of both, with ``p_adjusted`` (Benjamini-Hochberg over the items) for ``total``.
    ``group_coefficient`` (groups - 1,) is the log-odds of a higher answer than the first group
    at the same score. ``r2`` holds Nagelkerke's R squared of the score alone, with group, and
    with group by score; ``mcfadden`` likewise. ``size`` is ``negligible``, ``moderate`` or
    ``large`` (Jodoin-Gierl, on the change in ``r2``; negligible while ``p_adjusted`` >= alpha).
    """

    status: str
    reason: str
    uniform: float
    uniform_df: int
    uniform_p: float
    nonuniform: float
    nonuniform_df: int
    nonuniform_p: float
    total: float
    total_df: int
    total_p: float
    p_adjusted: float
    group_coefficient: Floats
    group_coefficient_se: Floats
    r2: tuple[float, float, float]
    mcfadden: tuple[float, float, float]
    size: str


@dataclass(frozen=True, slots=True)
class Dif:
    """DIF of every item; ``anchors`` are the items whose sum is the matching score."""

    status: str
    reason: str
    items: tuple[ItemDif, ...]
    groups: tuple[float, ...]
    anchors: tuple[int, ...]
    n: int
    dropped: int


def ordinal_dif(
    answers: ArrayLike,
    groups: ArrayLike,
    *,
    anchors: Sequence[int] | None = None,
    purify: bool = False,
    alpha: float = 0.05,
) -> Dif:
    """Return per item whether groups answer differently at the same score on the other items.

    Three proportional-odds regressions per item: on the rest score; with group; with group by
    rest score.

    Parameters
    ----------
    answers
        Shape (n, items), ordered answers in points, all pointing the same way (reverse first).
    groups
        A number per pupil, shape (n,); the lowest is the group compared with. Pupils with any
        ``nan``, in answers or group, are left out and counted.
    anchors
        Items whose sum is the matching score; the studied item never counts. All by default.
    purify
        Drop items with DIF (adjusted p below ``alpha`` and size not negligible) from the
        matching score and repeat until the same items are found, at most 10 times.
    alpha
        Significance level, used for ``size`` and ``purify`` only.

    Returns
    -------
    Dif
        One :class:`ItemDif` per item, in order; none with ``too_few`` (groups or items).
        ``not_identified`` or ``not_converged`` when purifying ends without a clean set; the
        tests of the last round are then given.

    Raises
    ------
    DataError
        When shapes differ, a value is infinite or an anchor does not exist.

    Source
    ------
    Zumbo (1999); Crane et al. (2006), Medical Care 44, S115-S123; Jodoin and Gierl (2001),
    Applied Measurement in Education 14, 329-349; Benjamini and Hochberg (1995), JRSS B 57,
    289-300. Checked against R ``MASS::polr`` in ``tests/reference/test_items.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> theta, group = rng.normal(size=(2000, 1)), rng.integers(0, 2, size=2000)
    >>> bias = np.outer(group, [1.0, 0, 0, 0])
    >>> found = ordinal_dif(np.round(2 * theta + bias + rng.normal(size=(2000, 4))), group)
    >>> found.items[0].p_adjusted < 0.001, found.items[0].size
    (True, 'moderate')
    """
    y, group, labels, dropped = _complete(answers, groups)
    k = y.shape[1]
    chosen = tuple(range(k)) if anchors is None else tuple(sorted(set(anchors)))
    if any(not 0 <= j < k for j in chosen):
        raise DataError(
            "an anchor item does not exist",
            code="unknown_item",
            found=f"anchors {chosen}",
            expected=f"numbers from 0 to {k - 1}",
            hint="count items from 0",
        )
    if len(labels) < 2 or k < 2:
        reason = "Fewer than two groups." if len(labels) < 2 else "Fewer than two items."
        return Dif("too_few", reason, (), labels, chosen, len(y), dropped)
    clean = chosen
    for _ in range(ROUNDS if purify else 1):
        used, found = clean, _all_items(y, group, clean, alpha)
        if purify:
            clean = tuple(j for j in chosen if found[j].size == "negligible")
        if clean == used:
            return Dif("ok", "", found, labels, used, len(y), dropped)
        if len(clean) < 2:
            reason = "Nearly every item differs between the groups: no clean score to match on."
            return Dif("not_identified", reason, found, labels, used, len(y), dropped)
    reason = f"The set of items without DIF kept changing in {ROUNDS} rounds."
    return Dif("not_converged", reason, found, labels, used, len(y), dropped)


def _complete(answers: ArrayLike, groups: ArrayLike) -> tuple[Floats, Ints, tuple[float, ...], int]:
    y, label = answers_and_groups(answers, groups)
    keep = ~(np.isnan(y).any(axis=1) | np.isnan(label))
    values, group = np.unique(label[keep], return_inverse=True)
    return y[keep], group, tuple(values.tolist()), int((~keep).sum())


def _all_items(
    y: Floats, group: Ints, anchors: tuple[int, ...], alpha: float
) -> tuple[ItemDif, ...]:
    """Return every item's tests, with p-values adjusted over the items."""
    member = (group[:, None] == np.arange(1, group.max() + 1)).astype(float)
    tests = [_tests(y, j, member, anchors) for j in range(y.shape[1])]
    known = [j for j, test in enumerate(tests) if test.status == "ok"]
    adjusted = benjamini_hochberg([test.total_p for test in tests]).tolist()
    for j in known:
        change = tests[j].r2[2] - tests[j].r2[0]
        size = "negligible" if adjusted[j] >= alpha else _size(change)
        tests[j] = replace(tests[j], p_adjusted=adjusted[j], size=size)
    return tuple(tests)


def _tests(y: Floats, j: int, member: Floats, anchors: tuple[int, ...]) -> ItemDif:
    """Return one item's three regressions as tests, not yet adjusted for the other items."""
    rest = y[:, [i for i in anchors if i != j]].sum(axis=1, keepdims=True)
    designs = [rest, np.hstack([rest, member]), np.hstack([rest, member, member * rest])]
    fits = [proportional_odds(y[:, j], design) for design in designs]
    g = member.shape[1]
    bad = next((fit for fit in fits if fit.status != "ok"), None)
    if bad is not None:
        none = (nan, nan, nan)
        b = np.full(g, nan)
        return ItemDif(
            bad.status, bad.reason, nan, g, nan, nan, g, nan, nan, 2 * g, nan, nan, b, b,
            none, none, "unknown",
        )  # fmt: skip
    value = [fit.log_likelihood for fit in fits]
    uniform, nonuniform = (max(0.0, 2 * (value[i + 1] - value[i])) for i in (0, 1))
    p = [float(chi2.sf(x, df)) for x, df in ((uniform, g), (nonuniform, g))]
    total = uniform + nonuniform
    return ItemDif(
        "ok", "", uniform, g, p[0], nonuniform, g, p[1], total, 2 * g,
        float(chi2.sf(total, 2 * g)), nan,
        fits[1].coefficients[1:], fits[1].coefficients_se[1:],
        (nagelkerke(fits[0]), nagelkerke(fits[1]), nagelkerke(fits[2])),
        (mcfadden(fits[0]), mcfadden(fits[1]), mcfadden(fits[2])), "unknown",
    )  # fmt: skip


def nagelkerke(fit: OrdinalFit) -> float:
    """Return Nagelkerke's R squared of a proportional-odds fit (0-1).

    Source
    ------
    Nagelkerke (1991), Biometrika 78, 691-692.

    Examples
    --------
    >>> round(nagelkerke(proportional_odds([1, 2, 1, 2, 2, 1], [1, 2, 3, 4, 5, 0])), 4)
    0.5719
    """
    cox_snell = -expm1(2 * (fit.null_log_likelihood - fit.log_likelihood) / fit.n)
    return cox_snell / -expm1(2 * fit.null_log_likelihood / fit.n)


def mcfadden(fit: OrdinalFit) -> float:
    """Return McFadden's R squared of a proportional-odds fit (0-1).

    Examples
    --------
    >>> round(mcfadden(proportional_odds([1, 2, 1, 2, 2, 1], [1, 2, 3, 4, 5, 0])), 4)
    0.4042
    """
    return 1 - fit.log_likelihood / fit.null_log_likelihood


def _size(change: float) -> str:
    return "large" if change >= LARGE else "moderate" if change >= MODERATE else "negligible"
