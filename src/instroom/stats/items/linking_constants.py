"""The two constants between a new and a reference scale, and how they follow the items."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.stats.arrays import Floats, Ints
from instroom.stats.newton import halved, not_above

Array = NDArray[Any]  # real, or complex where a derivative is taken

METHODS = ("mean_sigma", "mean_mean", "haebara", "stocking_lord")
TINY = 1e-30  # step of complex differentiation: exact to rounding, whatever its size
MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class LinkingConstants:
    """Link items in both versions as vectors (a, b1, b2, .. item by item), and their cuts.

    Cut ``t`` is ``P(Y > t)`` of some item, with slope ``vector[slope[t]]`` and difficulty
    ``vector[place[t]]``; ``item[t]`` tells whose it is.
    """

    old: Array
    new: Array
    slope: Ints
    place: Ints
    item: Ints

    def without(self, j: int) -> tuple["LinkingConstants", Ints]:
        """Return the link of the other items, and where their parameters stand in this one."""
        cuts = self.item != j
        kept = np.unique(np.concatenate([self.slope[cuts], self.place[cuts]]))
        slope, place = (np.searchsorted(kept, at[cuts]) for at in (self.slope, self.place))
        return LinkingConstants(self.old[kept], self.new[kept], slope, place, self.item[cuts]), kept


def link_of(old: list[Floats], new: list[Floats]) -> LinkingConstants:
    """Return link items given as (a, b1, b2, ..) per item.

    Examples
    --------
    >>> link_of([np.array([1.0, 0.0])], [np.array([2.0, 0.5])]).place.tolist()
    [1]
    """
    slope: list[int] = []
    place: list[int] = []
    item: list[int] = []
    start = 0
    for j, block in enumerate(old):
        cuts = len(block) - 1
        slope += [start] * cuts
        place += range(start + 1, start + 1 + cuts)
        item += [j] * cuts
        start += len(block)
    where = np.array([slope, place, item], dtype=np.int64)
    return LinkingConstants(np.concatenate(old), np.concatenate(new), where[0], where[1], where[2])


def constants(link: LinkingConstants, method: str, nodes: Floats) -> Floats | None:
    """Return (slope, intercept) of the reference scale on the new, or nothing without minimum.

    Parameters
    ----------
    link
        The link items.
    method
        One of METHODS; the curve methods start from ``mean_sigma``.
    nodes
        Places on the reference scale where curves are compared, with normal weights.

    Examples
    --------
    >>> one = link_of([np.array([1.0, -1.0, 1.0])], [np.array([2.0, -1.0, 0.0])])
    >>> constants(one, "mean_sigma", np.linspace(-6, 6, 61)).tolist()
    [2.0, 1.0]
    """
    if method in ("mean_sigma", "mean_mean"):
        found = _moments(link, method)
        return found if np.isfinite(found).all() and found[0] > 0 else None
    start = _moments(link, "mean_sigma")
    return _minimum(link, nodes, _contrast(link, method), start)


def derivatives(
    link: LinkingConstants, at: Floats, method: str, nodes: Floats
) -> tuple[Floats, Floats]:
    """Return the derivatives of the constants to the old and to the new items' parameters.

    Each has shape (2, parameters). The minimum of a curve method follows its items by the
    implicit function theorem, with second-order terms.

    Examples
    --------
    >>> one = link_of([np.array([1.0, -1.0, 1.0])], [np.array([2.0, -1.0, 0.0])])
    >>> nodes = np.linspace(-6, 6, 61)
    >>> by_old, _ = derivatives(one, np.array([2.0, 1.0]), "mean_sigma", nodes)
    >>> by_old.round(6).tolist()  # of the slope and the intercept, to a, b1 and b2
    [[0.0, -1.0, 1.0], [0.0, 0.0, 1.0]]
    """
    if method in ("mean_sigma", "mean_mean"):
        return _jacobian(link, lambda moved: _moments(moved, method))
    contrast = _contrast(link, method)
    _, _, hessian = _criterion(link, at, nodes, contrast)
    by_old, by_new = _jacobian(link, lambda moved: _criterion(moved, at, nodes, contrast)[1])
    inverse: Floats = np.linalg.inv(hessian)
    return -inverse @ by_old, -inverse @ by_new


def _jacobian(
    link: LinkingConstants, function: Callable[[LinkingConstants], Array]
) -> tuple[Floats, Floats]:
    """Return derivatives of a two-valued function to all parameters, by complex steps."""
    columns = []
    for side in ("old", "new"):
        vector = getattr(link, side)
        found = np.empty((2, len(vector)))
        for i in range(len(vector)):
            moved = vector.astype(complex)
            moved[i] += TINY * 1j
            there = replace(link, old=moved) if side == "old" else replace(link, new=moved)
            found[:, i] = function(there).imag / TINY
        columns.append(found)
    return columns[0], columns[1]


def _moments(link: LinkingConstants, method: str) -> Array:
    """Return the constants that equate means (and spread) of difficulties, or of slopes."""
    b0, b1 = link.old[link.place], link.new[link.place]
    if method == "mean_sigma":
        spread0, spread1 = ((b - b.mean()) @ (b - b.mean()) for b in (b0, b1))
        slope = np.sqrt(spread0 / spread1)
    else:
        each = np.unique(link.slope)
        slope = link.new[each].mean() / link.old[each].mean()
    return np.array([slope, b0.mean() - slope * b1.mean()])


def _contrast(link: LinkingConstants, method: str) -> Floats:
    """Return what is compared: category probabilities, or the expected sum score, from cuts."""
    if method == "stocking_lord":
        return np.ones((len(link.place), 1))
    columns = []
    for j in np.unique(link.item):
        cuts = np.flatnonzero(link.item == j)
        for lower, upper in zip([None, *cuts], [*cuts, None], strict=True):
            column = np.zeros(len(link.place))
            if lower is not None:
                column[lower] = 1
            if upper is not None:
                column[upper] = -1
            columns.append(column)
    return np.array(columns).T


def _criterion(
    link: LinkingConstants, at: Floats, nodes: Floats, contrast: Floats
) -> tuple[Any, Array, Array]:
    """Return half the weighted squared distance of the curves, its gradient and Hessian."""
    weight = np.exp(-(nodes**2) / 2)
    weight = weight / weight.sum()
    size, middle = at
    place = (nodes - middle) / size  # where the reference places lie on the new scale
    a0, b0 = link.old[link.slope], link.old[link.place]
    a1, b1 = link.new[link.slope], link.new[link.place]
    old = _logistic(a0 * (nodes[:, None] - b0))
    new = _logistic(a1 * (place[:, None] - b1))
    rest = (old - new) @ contrast
    first = (a1 * new * (1 - new)) @ contrast
    second = (a1**2 * new * (1 - new) * (1 - 2 * new)) @ contrast
    slopes = np.array([-place / size, np.full(len(nodes), -1 / size)])
    bends = np.array(
        [[2 * place / size**2, np.full(len(nodes), size**-2)],
         [np.full(len(nodes), size**-2), np.zeros(len(nodes))]]
    )  # fmt: skip
    pull, stiff = (rest * first).sum(axis=1), (first**2 - rest * second).sum(axis=1)
    gradient = -(slopes * weight) @ pull
    hessian = (slopes * (weight * stiff)) @ slopes.T - bends @ (weight * pull)
    return weight @ (rest**2).sum(axis=1) / 2, gradient, hessian


def _logistic(x: Array) -> Array:
    return (1 + np.tanh(x / 2)) / 2  # safe from overflow, also for complex numbers


def _minimum(
    link: LinkingConstants, nodes: Floats, contrast: Floats, start: Floats
) -> Floats | None:
    """Return where the curves lie closest, by Newton's method with halved steps."""
    at = start if np.isfinite(start).all() else np.array([1.0, 0.0])
    value, gradient, hessian = _criterion(link, at, nodes, contrast)

    def look(there: Array) -> tuple[float, Array, Array] | None:
        return _criterion(link, there, nodes, contrast) if there[0] > 0 else None

    for _ in range(MAX_STEPS):
        lowest = np.linalg.eigvalsh(hessian)[0]
        trace = float(np.trace(np.abs(hessian)))
        lift = 0.0 if lowest > 1e-10 * trace else 1e-3 * trace - lowest
        move = -np.linalg.solve(hessian + lift * np.eye(2), gradient)
        if lift == 0 and np.abs(move).max() < 1e-9 * (1 + np.abs(at).max()):
            return at + move  # Newton doubles its digits: this last step is exact
        moved = halved(look, at, move, not_above(value * (1 + 1e-12)), most=40)
        if moved is None:
            return None
        at, (value, gradient, hessian) = moved
    return None
