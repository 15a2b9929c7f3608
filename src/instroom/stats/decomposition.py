"""Split a change in a number or a share into parts that add up to it exactly (Kitagawa)."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from instroom.stats.arrays import Floats


@dataclass(frozen=True, slots=True)
class ChangeDecomposition:
    """A change and its two parts, each as (low, high); equal when the inputs are exact."""

    change: tuple[float, float]
    first: tuple[float, float]
    second: tuple[float, float]

    @property
    def exact(self) -> bool:
        """Whether all three are points."""
        return all(low == high for low, high in (self.change, self.first, self.second))


def split_number(part: ArrayLike, rest: ArrayLike) -> ChangeDecomposition:
    """Split the change of a number of people into fewer people and other choices.

    A number is ``people x share``. The first part is what the change in people alone would
    have done at the average share, the second what the change in share alone would have done
    at the average number of people. They add up exactly; nothing is left unexplained.

    Parameters
    ----------
    part
        Those who chose, shape (2, 2): rows before and after, columns low and high (people).
    rest
        Those who did not, same shape.

    Returns
    -------
    Split
        ``change`` in ``part``, ``first`` the cohort's part, ``second`` the choice's part
        (people). With bounded inputs: bounds that hold every split that is possible.

    Source
    ------
    Kitagawa (1955), Journal of the American Statistical Association 50(272), 1168-1194.

    Examples
    --------
    >>> s = split_number([[50, 50], [44, 44]], [[50, 50], [36, 36]])
    >>> [round(x[0], 9) for x in (s.change, s.first, s.second)]
    [-6.0, -10.5, 4.5]
    """
    chosen, others = np.asarray(part, dtype=float), np.asarray(rest, dtype=float)
    size, share = _boxes(chosen, others)
    n0, n1, s0, s1 = _corners(size[0], size[1], share[0], share[1]).T
    first = (n1 - n0) * (s0 + s1) / 2
    second = (s1 - s0) * (n0 + n1) / 2
    change = (chosen[1, 0] - chosen[0, 1], chosen[1, 1] - chosen[0, 0])
    return ChangeDecomposition((float(change[0]), float(change[1])), _range(first), _range(second))


def split_share(part: ArrayLike, rest: ArrayLike) -> ChangeDecomposition:
    """Split the change of a share over groups into composition and choice.

    Parameters
    ----------
    part
        Those who chose, shape (2, groups, 2): before and after, groups, low and high (people).
    rest
        Those who did not, same shape.

    Returns
    -------
    Split
        ``change`` of the overall share, ``first`` the part of a changed composition over the
        groups, ``second`` the part of changed choices within groups (shares, 0-1). With
        bounded inputs: bounds that hold every split that is possible (at most four groups).

    Source
    ------
    Kitagawa (1955), as :func:`split_number`.

    Examples
    --------
    >>> s = split_share(
    ...     [[[30, 30], [20, 20]], [[20, 20], [36, 36]]],
    ...     [[[30, 30], [20, 20]], [[20, 20], [24, 24]]],
    ... )
    >>> [round(x[0], 9) for x in (s.change, s.first, s.second)]
    [0.06, 0.01, 0.05]
    """
    chosen, others = np.asarray(part, dtype=float), np.asarray(rest, dtype=float)
    groups = chosen.shape[1]
    size, share = _boxes(chosen, others)
    corners = _corners(*size.reshape(-1, 2), *share.reshape(-1, 2))
    n = corners[:, : 2 * groups].reshape(-1, 2, groups)
    s = corners[:, 2 * groups :].reshape(-1, 2, groups)
    weight = _share(n, n.sum(axis=2, keepdims=True))
    first = ((weight[:, 1] - weight[:, 0]) * (s[:, 0] + s[:, 1]) / 2).sum(axis=1)
    second = ((s[:, 1] - s[:, 0]) * (weight[:, 0] + weight[:, 1]) / 2).sum(axis=1)
    whole = _boxes(chosen.sum(axis=1), others.sum(axis=1))[1]
    change = (float(whole[1, 0] - whole[0, 1]), float(whole[1, 1] - whole[0, 0]))
    return _split(change, first, second)


def _split(change: tuple[float, float], first: Floats, second: Floats) -> ChangeDecomposition:
    """Return the split; of exact inputs the two parts are the change, to the last digit."""
    if len(first) == 1:
        whole = float(first[0]) + float(second[0])
        change = (whole, whole)
    return ChangeDecomposition(change, _range(first), _range(second))


def _boxes(part: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Return the bounds of size and share that belong to bounds of part and rest.

    Both terms are, in each size and in each share by itself, monotone; so their extremes over
    the box of sizes and shares lie at its corners, and no possible value lies outside.
    """
    size = part + rest
    low = _share(part[..., 0], part[..., 0] + rest[..., 1])
    high = _share(part[..., 1], part[..., 1] + rest[..., 0])
    return size, np.stack([low, high], axis=-1)


def _corners(*bounds: Floats) -> Floats:
    """Return all combinations of bounds; an exact one counts once."""
    return np.array(list(product(*(sorted(set(map(float, pair))) for pair in bounds))))


def _share(part: Floats, whole: Floats) -> Floats:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _range(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())
