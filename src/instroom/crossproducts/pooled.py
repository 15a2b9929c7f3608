"""Cross-products of several places, added up as if their rows had been in one table."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import CrossProducts, Floats, Ints

#: The names of a group and of the groups above it, highest level first.
Path = tuple[str, ...]


def pool(parts: Sequence[CrossProducts]) -> CrossProducts:
    """Return the cross-products of all parts together.

    Estimates from the answer equal those from the stacked rows. A group with the same label in
    two parts is one group when the groups above it are the same too, so a school may be spread
    over several parts. The order of the parts does not matter, not even for the last digit.

    Parameters
    ----------
    parts
        Cross-products with labels, of the same columns, levels and slope.

    Raises
    ------
    DataError
        ``nothing_to_pool``; ``labels_missing`` when a part has groups without names;
        ``sums_differ`` when columns, levels, slope or kind of products differ.

    Source
    ------
    Moving the centre of sums and products: the parallel-axis theorem, as in Chan, Golub and
    LeVeque (1983), The American Statistician 37, 242-247.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> one = from_arrays({"y": [1.0, 2]}, {"school": ["a", "b"]}, keep_labels=True)
    >>> two = from_arrays({"y": [3.0, 6]}, {"school": ["b", "c"]}, keep_labels=True)
    >>> both = pool([one, two])
    >>> both.n, both.labels, both.sums[:, 0].tolist(), both.shift.tolist()
    (4, (('a', 'b', 'c'),), [1.0, 2.0, 1.0], [0.0, 3.0])
    """
    if not parts:
        raise DataError("there is nothing to pool", code="nothing_to_pool")
    for part in parts:
        _check(parts[0], part)
    ordered = sorted(parts, key=_mark)
    shift = _mean(ordered)
    moved = [recentre(part, shift) for part in ordered]
    located = [paths(part) for part in moved]
    depth = len(parts[0].levels)
    names = [_order({p[: i + 1] for found in located for p in found}) for i in range(depth)]
    places = [{path: i for i, path in enumerate(level)} for level in names]
    size, k = len(names[-1]) if depth else 1, len(shift)
    sums, products = np.zeros((size, k)), np.zeros((_heads(parts[0], names), k, k))
    slope_sums = None if parts[0].slope is None else np.zeros((size, k))
    for part, found in zip(moved, located, strict=True):
        at = np.array([places[-1][p] for p in found] if depth else [0], dtype=np.int64)
        np.add.at(sums, at, part.sums)
        if slope_sums is not None and part.slope_sums is not None:
            np.add.at(slope_sums, at, part.slope_sums)
        if part.by_group and depth:
            head = np.array([places[0][name,] for name in part.labels[0] or ()], dtype=np.int64)
            np.add.at(products, head, part.products)
        else:
            products += part.products
    return replace(
        moved[0],
        parents=tuple(
            np.array([above[path[:-1]] for path in level], dtype=np.int64)
            for above, level in zip(places, names[1:], strict=False)
        ),
        sums=sums,
        products=products,
        n=sum(part.n for part in parts),
        slope_sums=slope_sums,
        labels=tuple(tuple(path[-1] for path in level) for level in names),
    )


def recentre(cross: CrossProducts, shift: Floats) -> CrossProducts:
    """Return the same rows' sums and products about another point.

    Parameters
    ----------
    cross
        Cross-products of ``k`` columns.
    shift
        Shape (k,): what is to be taken off each column; 0 for the intercept.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> moved = recentre(from_arrays({"y": [1.0, 3]}), np.array([0.0, 1.0]))
    >>> moved.sums.tolist(), moved.products[0].tolist()
    ([[2.0, 2.0]], [[2.0, 2.0], [2.0, 4.0]])
    """
    by = cross.shift - shift
    heads = cross.products[:, 0, :]
    cross_terms = heads[:, :, None] * by
    products = cross.products + cross_terms + cross_terms.transpose(0, 2, 1)
    products = products + heads[:, 0, None, None] * np.outer(by, by)
    slope_sums = cross.slope_sums
    if cross.slope is not None and slope_sums is not None:
        at = cross.index(cross.slope)
        slope_sums = slope_sums + np.outer(cross.sums[:, at], by) + by[at] * cross.sums
        slope_sums = slope_sums + np.outer(cross.sums[:, 0], by * by[at])
    return replace(
        cross,
        shift=np.asarray(shift, dtype=np.float64),
        sums=cross.sums + np.outer(cross.sums[:, 0], by),
        products=products,
        slope_sums=slope_sums,
    )


def ancestors(cross: CrossProducts) -> tuple[Ints, ...]:
    """Return per level, highest first, the group that holds each group of the lowest level.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"y": [1.0, 3, 4]}, {"school": [7, 7, 8], "class": [1, 2, 3]})
    >>> [a.tolist() for a in ancestors(c)]
    [[0, 0, 1], [0, 1, 2]]
    """
    if not cross.levels:
        return ()
    held = [np.arange(len(cross.sums), dtype=np.int64)]
    for parent in reversed(cross.parents):
        held.append(parent[held[-1]])
    return tuple(reversed(held))


def paths(cross: CrossProducts) -> list[Path]:
    """Return for each group of the lowest level its name after those of the groups above it."""
    named = [
        [names[i] for i in group]
        for names, group in zip(cross.labels, ancestors(cross), strict=True)
        if names is not None
    ]
    return list(zip(*named, strict=True))


def _check(first: CrossProducts, part: CrossProducts) -> None:
    if part.levels and (len(part.labels) != len(part.levels) or None in part.labels):
        raise DataError(
            "groups have no names, so it is unknown which are the same",
            code="labels_missing",
            hint=Message("compress with keep_labels=True"),
        )
    for name in ("columns", "levels", "slope", "by_group"):
        here, there = getattr(part, name), getattr(first, name)
        if here != there:
            raise DataError(
                "the parts differ in their {name}",
                code="sums_differ",
                found=str(here),
                expected=str(there),
                hint=Message("pool only sums of the same columns over the same levels"),
                name=name,
            )


def _mark(part: CrossProducts) -> bytes:
    """Return a mark of the contents, to put parts in an order of their own."""
    digest = hashlib.sha256(repr(part.labels).encode())
    for array in (part.shift, part.sums, part.products):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()


def _mean(parts: Sequence[CrossProducts]) -> Floats:
    """Return the mean of each column over all parts."""
    weight = fsum(float(part.products[:, 0, 0].sum()) for part in parts)
    totals = [part.total[0] + part.shift * part.total[0, 0] for part in parts]
    shift = np.array([fsum(column) for column in zip(*totals, strict=True)])
    shift = shift / weight if weight else shift
    shift[0] = 0.0
    return shift


def _order(found: set[Path]) -> list[Path]:
    """Put groups in order of their own name, then of the names above it."""
    return sorted(found, key=lambda path: path[::-1])


def _heads(part: CrossProducts, names: list[list[Path]]) -> int:
    return len(names[0]) if part.by_group and part.levels else 1
