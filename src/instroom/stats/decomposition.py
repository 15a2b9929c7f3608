"""Split a change in a number or a share into parts that add up to it exactly (Kitagawa)."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Split:
    """A change and its two parts, each as (low, high); equal when the inputs are exact."""

    change: tuple[float, float]
    first: tuple[float, float]
    second: tuple[float, float]

    @property
    def exact(self) -> bool:
        """Whether all three are points."""
        return all(low == high for low, high in (self.change, self.first, self.second))


def split_number(part: ArrayLike, rest: ArrayLike) -> Split:
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
        (people). With bounded inputs: the range over all corners of the bounds.

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
    corners = np.array(list(product(chosen[0], chosen[1], others[0], others[1])))
    p0, p1, r0, r1 = corners.T
    s0, s1 = p0 + r0, p1 + r1
    share0, share1 = _share(p0, s0), _share(p1, s1)
    first = (s1 - s0) * (share0 + share1) / 2
    second = (share1 - share0) * (s0 + s1) / 2
    return Split(_range(p1 - p0), _range(first), _range(second))


def split_share(part: ArrayLike, rest: ArrayLike) -> Split:
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
        bounded inputs: the range over all corners of the bounds (at most four groups).

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
    cells = [sorted(set(map(float, c))) for c in (*chosen.reshape(-1, 2), *others.reshape(-1, 2))]
    corners = np.array(list(product(*cells)))
    p = corners[:, : 2 * groups].reshape(-1, 2, groups)
    r = corners[:, 2 * groups :].reshape(-1, 2, groups)
    size = p + r
    share = _share(p, size)
    weight = _share(size, size.sum(axis=2, keepdims=True))
    first = ((weight[:, 1] - weight[:, 0]) * (share[:, 0] + share[:, 1]) / 2).sum(axis=1)
    second = ((share[:, 1] - share[:, 0]) * (weight[:, 0] + weight[:, 1]) / 2).sum(axis=1)
    return Split(_range(first + second), _range(first), _range(second))


def _share(part: Floats, whole: Floats) -> Floats:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _range(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())
