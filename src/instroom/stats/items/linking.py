"""One scale over two versions of a questionnaire, through the items they share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from scipy.stats import chi2

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.items.graded import GradedResponse
from instroom.stats.items.linking_constants import (
    METHODS,
    LinkingConstants,
    constants,
    derivatives,
    link_of,
)
from instroom.stats.results import unknown, without_numbers
from instroom.stats.status import FitStatus, Problem
from instroom.stats.trials.multiplicity import benjamini_hochberg


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Graded response items: ``discrimination`` (m,), ``difficulty`` (m, most categories - 1).

    ``difficulty`` is ``nan`` beyond an item's own categories. ``covariance`` runs over
    (a, b1, b2, ..) item by item; ``categories`` are the answers each item's difficulties lie
    between; ``names`` what the items are called. Each is ``None`` when unknown.
    """

    discrimination: Floats
    difficulty: Floats
    covariance: Floats | None
    categories: tuple[tuple[float, ...], ...] | None = None
    names: tuple[str, ...] | None = None

    def called(self, j: int) -> str:
        """Return what an item is called; without names its number."""
        return str(j) if self.names is None else self.names[j]


@dataclass(frozen=True, slots=True)
class LinkDrift:
    """Whether one link item still means the same, seen from the scale of the other link items.

    ``difficulty_shift`` is how much harder (theta units, mean over thresholds) the item is in
    the new version, ``slope_ratio`` its new slope over its old. ``chi_square`` (Lord's, ``df``
    parameters) tests both together; ``p_adjusted`` is Benjamini-Hochberg over the link items.
    """

    difficulty_shift: float
    slope_ratio: float
    chi_square: float
    df: int
    p: float
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class Linking:
    """``theta on the reference scale = slope * theta on the new scale + intercept``.

    ``items`` are all items of the new version on the reference scale, their covariance
    including the uncertainty of the constants. Without covariances in, standard errors and
    tests are ``nan``. ``status`` is ``ok``, ``too_few`` (fewer than two link items; ``drift``
    needs three and is empty with two), ``not_supported`` (categories differ between versions)
    or ``not_identified`` (a calibration without estimates, slopes of opposite sign, or no
    minimum): numbers are then ``nan`` and ``reason`` says why.
    """

    status: FitStatus
    reason: Message | None
    method: str
    slope: float
    intercept: float
    slope_se: float
    intercept_se: float
    covariance: Floats
    items: ItemParameters | None
    drift: tuple[LinkDrift, ...]


def item_parameters(fit: GradedResponse) -> ItemParameters:
    """Return the item parameters of a graded response model, with their covariance.

    Examples
    --------
    >>> from instroom.stats.items.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> y = rng.normal(size=(500, 1)) + 0.5 * rng.logistic(size=(500, 5)) > 0
    >>> item_parameters(graded_response(y)).covariance.shape
    (10, 10)
    """
    own = sum(len(c) for c in fit.categories)
    covariance = fit.covariance[:own, :own] if fit.status == FitStatus.OK else None
    return ItemParameters(fit.discrimination, fit.difficulty, covariance, fit.categories, fit.items)


def link_scales(
    reference: ItemParameters,
    new: ItemParameters,
    pairs: Sequence[tuple[int, int]],
    *,
    method: str = "stocking_lord",
    points: int = 61,
    limit: float = 6.0,
) -> Linking:
    """Return the constants that bring a new version's scale onto the reference scale.

    Both versions are calibrated apart, each on its own pupils; the items they share tell how
    the two scales relate.

    Parameters
    ----------
    reference, new
        Item parameters of each version (:func:`item_parameters`).
    pairs
        Link items as (number in the reference version, number in the new version).
    method
        ``mean_sigma``, ``mean_mean``, ``haebara`` (answer-category curves) or
        ``stocking_lord`` (expected sum score of the link items).
    points, limit
        The curve methods compare at equally spaced places on ``[-limit, limit]`` of the
        reference scale, weighted by the standard normal of its first group.

    Returns
    -------
    Linking
        Constants with standard errors by the delta method (the two calibrations are taken to
        be of different pupils), the transformed items, and a drift check per link item against
        constants from the other link items.

    Raises
    ------
    DataError
        When the method is unknown or a pair names an item that does not exist or comes twice.

    Source
    ------
    Kolen and Brennan (2014), Test Equating, Scaling, and Linking, chapter 6; Haebara (1980);
    Stocking and Lord (1983), Applied Psychological Measurement 7, 201-210; Ogasawara (2001),
    APM 25, 53-67 (errors). Checked against own R code in ``tests/reference/test_items.py``.

    Examples
    --------
    >>> old = ItemParameters(np.array([1.0, 2.0]), np.array([[-1.0, 1.0], [0.0, 2.0]]), None)
    >>> new = ItemParameters(np.array([2.0, 4.0]), np.array([[-1.0, 0.0], [-0.5, 0.5]]), None)
    >>> link = link_scales(old, new, [(0, 0), (1, 1)])
    >>> round(link.slope, 6), round(link.intercept, 6), link.items.discrimination.round(6).tolist()
    (2.0, 1.0, [1.0, 2.0])
    """
    _check(reference, new, pairs, method)
    if refusal := _refused(reference, new, pairs):
        return _without_estimates(*refusal, method)
    old, own = _chosen(reference, [i for i, _ in pairs]), _chosen(new, [j for _, j in pairs])
    link, nodes = link_of(old.blocks, own.blocks), np.linspace(-limit, limit, points)
    found = constants(link, method, nodes)
    if found is None:
        reason = Message("The link items do not lead to one pair of constants.")
        return _without_estimates(FitStatus.NOT_IDENTIFIED, reason, method)
    by_old, by_new = derivatives(link, found, method, nodes)
    from_old = by_old @ old.covariance @ by_old.T
    covariance = from_old + by_new @ own.covariance @ by_new.T
    se = np.sqrt(np.diag(covariance))
    items = _transformed(new, found, from_old, by_new @ own.rows)
    drift = _drift(link, method, nodes, (old.covariance, own.covariance))
    return Linking(
        FitStatus.OK, None, method, float(found[0]), float(found[1]), float(se[0]), float(se[1]),
        covariance, items, drift,
    )  # fmt: skip


def _check(
    reference: ItemParameters, new: ItemParameters, pairs: Sequence[tuple[int, int]], method: str
) -> None:
    if method not in METHODS:
        raise DataError(
            Message("there is no linking method '{method}'", method=method),
            code="unknown_method",
            found=method,
            expected=", ".join(METHODS),
            hint="leave it out for stocking_lord",
        )
    for side, parameters in ((0, reference), (1, new)):
        chosen, m = [pair[side] for pair in pairs], len(parameters.discrimination)
        if len(set(chosen)) < len(chosen) or any(not 0 <= j < m for j in chosen):
            raise DataError(
                "a link item does not exist, or is named twice",
                code="unknown_item",
                found=Message(
                    "items {chosen} of the {value} version",
                    chosen=chosen,
                    value=("reference", "new")[side],
                ),
                expected=Message("different numbers from 0 to {value}", value=m - 1),
                hint="count items from 0",
            )


def _refused(
    reference: ItemParameters, new: ItemParameters, pairs: Sequence[tuple[int, int]]
) -> Problem | None:
    """Return why these items cannot link, or None."""
    if len(pairs) < 2:
        return FitStatus.TOO_FEW, Message("Fewer than two link items.")
    for i, j in pairs:
        item, other = reference.called(i), new.called(j)
        a, b = reference.discrimination[i], new.discrimination[j]
        if not np.isfinite([a, b]).all():
            return FitStatus.NOT_IDENTIFIED, Message(
                "A calibration has no estimates for link item '{item}', '{other}'.",
                item=item,
                other=other,
            )
        if a * b <= 0:
            return FitStatus.NOT_IDENTIFIED, Message(
                "Link item '{item}', '{other}' points opposite ways in the versions.",
                item=item,
                other=other,
            )
        if not _same_answers(reference, new, i, j):
            return FitStatus.NOT_SUPPORTED, Message(
                "Link item '{item}', '{other}' has not the same answers in the versions.",
                item=item,
                other=other,
            )
    return None


def _same_answers(reference: ItemParameters, new: ItemParameters, i: int, j: int) -> bool:
    """Whether an item's thresholds lie between the same answers in both versions."""
    if reference.categories is not None and new.categories is not None:
        return reference.categories[i] == new.categories[j]
    return _size(reference, i) == _size(new, j)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Some items as vectors (a, b1, ..), their covariance, and where they stand among all."""

    blocks: list[Floats]
    covariance: Floats
    rows: Floats


def _chosen(parameters: ItemParameters, items: Sequence[int]) -> _Chosen:
    sizes = [_size(parameters, j) for j in range(len(parameters.discrimination))]
    starts = np.cumsum([0, *sizes])
    blocks = [
        np.append(parameters.discrimination[j], parameters.difficulty[j, : sizes[j] - 1])
        for j in items
    ]
    kept = np.concatenate([np.arange(starts[j], starts[j + 1]) for j in items])
    rows = np.eye(int(starts[-1]))[kept]
    if parameters.covariance is None:
        return _Chosen(blocks, unknown(len(kept), len(kept)), rows)
    return _Chosen(blocks, parameters.covariance[np.ix_(kept, kept)], rows)


def _size(parameters: ItemParameters, j: int) -> int:
    return 1 + int(np.isfinite(parameters.difficulty[j]).sum())


def _transformed(
    new: ItemParameters, at: Floats, from_old: Floats, by_new: Floats
) -> ItemParameters:
    """Return the new version's items on the reference scale, errors of the constants included."""
    size, middle = at
    moved = replace(
        new, discrimination=new.discrimination / size, difficulty=new.difficulty * size + middle
    )
    if new.covariance is None or np.isnan(from_old).any():
        return replace(moved, covariance=None)
    own, shared = [], []  # derivatives to an item's own parameters, and to the constants
    for j, a in enumerate(new.discrimination):
        places = new.difficulty[j, : _size(new, j) - 1]
        own += [1 / size] + [size] * len(places)
        shared += [[-a / size**2, 0.0]] + [[b, 1.0] for b in places]
    constant = np.array(shared)
    whole = np.diag(own) + constant @ by_new
    covariance = whole @ new.covariance @ whole.T + constant @ from_old @ constant.T
    return replace(moved, covariance=(covariance + covariance.T) / 2)


def _drift(
    link: LinkingConstants, method: str, nodes: Floats, spread: tuple[Floats, Floats]
) -> tuple[LinkDrift, ...]:
    """Return the check of each link item against the constants of the others."""
    items = range(int(link.item.max()) + 1)
    if len(items) < 3:
        return ()
    checks = [_item_drift(link, j, method, nodes, spread=spread) for j in items]
    adjusted = benjamini_hochberg([check.p for check in checks]).tolist()
    return tuple(replace(c, p_adjusted=p) for c, p in zip(checks, adjusted, strict=True))


def _item_drift(
    link: LinkingConstants, j: int, method: str, nodes: Floats, *, spread: tuple[Floats, Floats]
) -> LinkDrift:
    others, kept = link.without(j)
    cuts = link.place[link.item == j]
    at = np.concatenate([[cuts[0] - 1], cuts])
    found = constants(others, method, nodes)
    if found is None:
        return LinkDrift(nan, nan, nan, len(at), nan, nan)
    size, middle = found
    old, new = link.old[at], link.new[at]
    moved = np.append(new[0] / size, size * new[1:] + middle)
    by_constants = np.vstack([[-new[0] / size**2, 0.0], np.column_stack([new[1:], 0 * cuts + 1])])
    distance, variance = moved - old, np.zeros((len(at), len(at)))
    own = (-np.ones(len(at)), np.append(1 / size, np.full(len(cuts), size)))
    for direct, through, covariance in zip(
        own, derivatives(others, found, method, nodes), spread, strict=True
    ):
        turn = np.zeros((len(at), len(link.old)))
        turn[:, kept] = by_constants @ through
        turn[np.arange(len(at)), at] += direct
        variance += turn @ covariance @ turn.T
    chi = float(distance @ np.linalg.solve(variance, distance))
    return LinkDrift(
        float(distance[1:].mean()), float(moved[0] / old[0]), chi, len(at),
        float(chi2.sf(chi, len(at))), nan,
    )  # fmt: skip


def _without_estimates(status: FitStatus, reason: Message | None, method: str) -> Linking:
    return without_numbers(Linking, (status, reason), size=2, method=method, items=None, drift=())
