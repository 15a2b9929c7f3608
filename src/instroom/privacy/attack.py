"""An attack on published figures, written to check the protection without sharing its code.

It reads what goes out and nothing else, lists every kind of person there can be, and asks a
linear program (through SciPy, afresh for every figure) for the least and the most that each
hidden figure can be.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from instroom.core.errors import DataError, PrivacyError

Floats = NDArray[np.float64]
Labels = dict[str, str]
#: Rounding error of the solver.
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class FeasibleRange:
    """What an attacker knows of a hidden figure: its place in the list, least and most."""

    index: int
    low: float
    high: float

    @property
    def width(self) -> float:
        """The distance between the least and the most people."""
        return self.high - self.low


def attack(
    figures: Sequence[Mapping[str, Any]],
    *,
    only: Collection[int] | None = None,
    enough: Callable[[FeasibleRange], bool] | None = None,
) -> list[FeasibleRange]:
    """Return for every hidden figure the least and the most it can be.

    Parameters
    ----------
    figures
        As they go out: ``{"dims": {..}, "n": 12}``, hidden ones with ``n: None``, rounded ones
        with ``lo`` and ``hi``; the last may be ``{"nested": {..}}``. A hidden figure can carry
        ``lo`` and ``hi`` too: what the attacker knows beforehand.
    only
        Places of the hidden figures that are asked for; all when not given.
    enough
        Says of a range when it need not be wider. Then ranges are the widest seen so far, and
        much fewer programs are solved.

    Returns
    -------
    list of Range
        In whole people, the high end infinite when nothing bounds it.

    Raises
    ------
    DataError
        When the figures contradict each other.

    Source
    ------
    The audit problem in Fischetti and Salazar (2001), Management Science 47(7), 1008-1027.

    Examples
    --------
    >>> attack(
    ...     [
    ...         {"dims": {}, "n": 30},
    ...         {"dims": {"gender": "f"}, "n": None},
    ...         {"dims": {"gender": "m"}, "n": 25},
    ...     ]
    ... )
    [FeasibleRange(index=1, low=5.0, high=5.0)]
    """
    nested: Mapping[str, Any] = {}
    if figures and "nested" in figures[-1]:
        nested, figures = figures[-1]["nested"], figures[:-1]
    wanted = [{str(k): str(v) for k, v in f["dims"].items()} for f in figures]
    matrix = _counted(wanted, list(_kinds(wanted, nested)))
    low = np.array([_side(f, "lo", 0.0) for f in figures])
    high = np.array([_side(f, "hi", np.inf) for f in figures])
    hidden = [i for i, f in enumerate(figures) if f["n"] is None and (only is None or i in only)]
    known = _system(matrix, low, high)
    if enough is None:
        return [_range(i, *_ends(matrix, known, i)) for i in hidden]
    return list(_seen(matrix, known, hidden, enough))


def _side(figure: Mapping[str, Any], side: str, unknown: float) -> float:
    value = figure.get(side)
    if value is None:
        value = figure["n"]
    return unknown if value is None else float(value)


def _upward(dimension: str, value: str, nested: Mapping[str, Any]) -> Labels:
    labels = {dimension: value}
    for coarse, upper in nested.get(dimension, {}).get(value, {}).items():
        labels |= _upward(str(coarse), str(upper), nested)
    return labels


def _kinds(wanted: Sequence[Labels], nested: Mapping[str, Any]) -> Iterator[Labels]:
    """List every kind of person: one value of each finest dimension with all it lies in."""
    coarse = {str(c) for values in nested.values() for up in values.values() for c in up}
    families: dict[str, list[Labels]] = {}
    for fine in nested:
        if fine not in coarse:
            families[fine] = [_upward(fine, v, nested) for v in nested[fine]]
    member = {c: f for f, people in families.items() for labels in people for c in labels}
    for dims in wanted:
        for fine in {member.get(k, k) for k in dims}:
            part = {k: v for k, v in dims.items() if member.get(k, k) == fine}
            _meet(families.setdefault(fine, []), part, fine, nested)
    for combination in product(*(families[fine] for fine in sorted(families))):
        yield {k: v for labels in combination for k, v in labels.items()}


def _meet(people: list[Labels], part: Labels, fine: str, nested: Mapping[str, Any]) -> None:
    """Make room for values that no known finer value has."""
    if fine in part:
        if all(labels.get(fine) != part[fine] for labels in people):
            people.append({fine: part[fine]})
        return
    new = [(k, v) for k, v in part.items() if all(labels.get(k) != v for labels in people)]
    for key, value in new:
        people.append(_upward(key, value, nested))
    if new and len(part) > 1:
        people.append(
            {k: v for key, value in part.items() for k, v in _upward(key, value, nested).items()}
        )


def _counted(wanted: Sequence[Labels], kinds: Sequence[Labels]) -> csr_matrix:
    """Return which kinds of people a figure counts."""
    pairs = [
        (row, column)
        for row, dims in enumerate(wanted)
        for column, labels in enumerate(kinds)
        if dims.items() <= labels.items()
    ]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    ones = np.ones(len(pairs))
    return coo_matrix((ones, (rows, columns)), shape=(len(wanted), len(kinds))).tocsr()


def _system(matrix: csr_matrix, low: Floats, high: Floats) -> Mapping[str, Any]:
    """Return what is known as linprog's named arguments; its stubs know no sparse matrices."""
    equal = low == high
    below, above = ~equal & np.isfinite(high), ~equal & (low > 0)
    exact = {"A_eq": matrix[equal], "b_eq": low[equal]} if equal.any() else {}
    between: Mapping[str, Any] = {}
    if below.any() or above.any():
        between = {
            "A_ub": vstack([matrix[below], -matrix[above]]),
            "b_ub": np.concatenate([high[below], -low[above]]),
        }
    return {"bounds": (0, None), "method": "highs", **exact, **between}


def _ends(
    matrix: csr_matrix, known: Mapping[str, Any], index: int
) -> tuple[float, float, list[Floats]]:
    """Return the least and the most a figure can be, and the worlds in which it is."""
    counted = matrix[index].toarray().ravel()
    least, most = linprog(counted, **known), linprog(-counted, **known)
    if 2 in (least.status, most.status):
        raise DataError("the published figures contradict each other", code="contradiction")
    if least.status != 0 or most.status not in (0, 3):
        raise PrivacyError("the attack could not be computed", code="incomplete")
    top = np.inf if most.status == 3 else -float(most.fun)
    worlds = [end.x for end in (least, most) if end.status == 0]
    return float(least.fun), top, worlds


def _range(index: int, low: float, high: float, worlds: object = None) -> FeasibleRange:
    del worlds
    return FeasibleRange(index, float(np.ceil(low - SLACK)), float(np.floor(high + SLACK)))


def _seen(
    matrix: csr_matrix,
    known: Mapping[str, Any],
    hidden: Sequence[int],
    enough: Callable[[FeasibleRange], bool],
) -> Iterator[FeasibleRange]:
    low, high = np.full(matrix.shape[0], np.inf), np.full(matrix.shape[0], -np.inf)
    for index in hidden:
        found = _range(index, low[index], high[index])
        if not enough(found):
            least, most, worlds = _ends(matrix, known, index)
            found = _range(index, least, most)
            for world in worlds:
                figures = matrix @ world
                low, high = np.minimum(low, figures), np.maximum(high, figures)
        yield found
