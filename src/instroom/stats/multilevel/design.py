"""Cross-products made ready for estimation: columns chosen, in standard units, levels checked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.crossproducts import INTERCEPT, CrossProducts
from instroom.stats.arrays import Floats, Ints
from instroom.stats.multilevel.nested import Nest, prepare, ungrouped
from instroom.stats.multilevel.reml import Roots
from instroom.stats.rank import ALIASED, independent

CONSTANT = 1e-12
"""A column that varies less than this share of its mean is a constant that was rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class NestedDesign:
    """What is estimated, in standard units, and how to come back to the units of the data."""

    nest: Nest
    roots: Roots
    names: tuple[str, ...]
    """The ``p`` explanatory columns that can be told apart."""
    aliased: tuple[str, ...]
    """Those that cannot."""
    constant: tuple[str, ...]
    """Those of them that do not vary."""
    kept: Ints
    """Places of the explanatory columns and the outcome among the columns of ``nest``."""
    transform: Floats
    """Shape (p, p): coefficients in units of the data per coefficient in standard units."""
    offset: Floats
    """Shape (p,): what to add after that."""
    unit: float
    """Size of the standard unit of the outcome."""
    log_units: float
    """Sum of the logarithms of the explanatory columns' units."""
    slope_axis: Floats | None
    """Shape (2, 2): intercept and slope at time 0 per intercept and slope in standard units."""
    levels: tuple[str, ...]
    sizes: tuple[int, ...]
    left_out: tuple[str, ...]
    """Levels whose groups are those of another level, or single rows."""
    varies: bool
    """Whether the outcome does."""


def design(
    cross: CrossProducts, outcome: str, fixed: Sequence[str], *, correlated: bool
) -> NestedDesign:
    """Return the design of a model.

    Parameters
    ----------
    outcome, fixed
        Names of columns; ``fixed`` with ``(Intercept)`` when the model has one.
    correlated
        Whether a random slope may go together with its intercept.

    Raises
    ------
    DataError
        ``unknown_column``; ``outcome_twice`` when the outcome is to explain itself.
    """
    if outcome in fixed:
        raise DataError(
            Message("'{outcome}' is the outcome and explains it", outcome=outcome),
            code="outcome_twice",
        )
    others = [name for name in fixed if name != INTERCEPT]
    at = np.array([0, *(cross.index(name) for name in others), cross.index(outcome)])
    shift = cross.shift if INTERCEPT in fixed else np.zeros(len(cross.columns))
    move = cross.shift - shift  # without an intercept the columns stand as they are
    total = _moved_total(cross, move)
    unit = _units(total, cross.shift)
    scale = 1 / unit[at]
    total = total[np.ix_(at, at)] * np.outer(scale, scale)
    kept, still = _independent(total, len(others), intercept=INTERCEPT in fixed)
    names = [INTERCEPT, *others]
    aliased = [name for i, name in enumerate(names[1:], 1) if i not in kept]
    levels, left_out, sums, slope_sums, parents = _levels(cross)
    sums = (sums + sums[:, :1] * move)[:, at] * scale
    if levels:
        frame = (at, scale, move)
        nest, axis = _nest(cross, (total, sums, slope_sums, parents), frame, correlated)
    else:
        nest, axis = ungrouped(total), None
    rest = np.array(kept, dtype=np.int64)
    transform = np.diag(unit[at][-1] * scale[rest]) if len(rest) else np.zeros((0, 0))
    offset = np.zeros(len(rest))
    if INTERCEPT in fixed:
        transform[0, 1:] = -shift[at][rest[1:]] * np.diag(transform)[1:]
        offset[0] = shift[at][-1]
    return NestedDesign(
        nest=nest,
        roots=Roots(nest.size, axis is not None and correlated),
        names=tuple(names[i] for i in kept),
        aliased=tuple(aliased),
        constant=tuple(name for i, name in enumerate(names) if i in still),
        kept=np.append(rest, len(at) - 1),
        transform=transform,
        offset=offset,
        unit=float(unit[at][-1]),
        log_units=float(np.log(unit[at][rest]).sum()),
        slope_axis=axis,
        levels=levels,
        sizes=_sizes(sums, parents, levels),
        left_out=left_out,
        varies=bool(total[-1, -1] > 0) and _variance(total, -1) > 0.1,
    )


def _moved_total(cross: CrossProducts, move: Floats) -> Floats:
    """Return the products of columns to which ``move`` is added back."""
    total = cross.total
    if not move.any():
        return total
    cross_sums = np.outer(total[0], move)
    moved: Floats = total + cross_sums + cross_sums.T + total[0, 0] * np.outer(move, move)
    return moved


def _units(total: Floats, shift: Floats) -> Floats:
    """Return a power of two near each column's standard deviation, so that scaling is exact."""
    weight = max(float(total[0, 0]), 1e-300)
    spread = np.sqrt(np.maximum(np.diag(total) - total[0] ** 2 / weight, 0.0) / weight)
    spread[0] = 1.0
    usable = spread > CONSTANT * np.abs(shift)
    safe: Floats = np.where(usable, spread, np.maximum(np.abs(shift), 1.0))
    units: Floats = np.exp2(np.rint(np.log2(safe)))
    return units


def _variance(total: Floats, at: int) -> float:
    """Return the variance of a column around its mean."""
    weight = max(float(total[0, 0]), 1e-300)
    return float(total[at, at] - total[0, at] ** 2 / weight) / weight


def _independent(total: Floats, others: int, *, intercept: bool) -> tuple[list[int], list[int]]:
    """Return the places of the columns that can be told apart, and of those that do not vary.

    A column must keep a share of its variance: with an intercept that is what varies around it.
    """
    products = total[: others + 1, : others + 1].copy()
    products[0, 0] = max(float(products[0, 0]), 1e-300)
    if not intercept:
        kept = independent(products[1:, 1:])[0] + 1
        return kept.tolist(), []
    squares = np.diag(products)
    spread = squares - products[0] ** 2 / products[0, 0]
    varies = spread > CONSTANT**2 * products[0, 0]
    share = np.divide(ALIASED * spread, squares, out=np.ones_like(spread), where=varies)
    share[0], varies[0] = 0.0, True
    return independent(products, share)[0].tolist(), np.flatnonzero(~varies).tolist()


Grouped = tuple[tuple[str, ...], tuple[str, ...], Floats, Floats | None, list[Ints]]


def _levels(cross: CrossProducts) -> Grouped:
    """Leave out levels that repeat the one above or hold single rows."""
    levels, parents = list(cross.levels), list(cross.parents)
    sums, slopes = cross.sums, cross.slope_sums
    left_out: list[str] = []
    sizes = list(cross.sizes)
    for at in range(len(levels) - 1, 0, -1):
        if sizes[at] != sizes[at - 1]:
            continue
        lowest = at == len(levels) - 1
        if lowest and slopes is not None:  # the slope stays where it is
            drop = at - 1
            above = parents[at - 2 : at - 1]
            parents[max(at - 2, 0) : at] = [a[parents[at - 1]] for a in above]
        else:
            drop = at
            if lowest:
                order = np.argsort(parents[at - 1], kind="stable")
                sums = sums[order]
            else:
                parents[at] = parents[at - 1][parents[at]]
            del parents[at - 1]
        left_out.append(levels.pop(drop))
        sizes.pop(drop)
    while levels and slopes is None and sizes[-1] == cross.n and cross.n > 1:
        left_out.append(levels.pop())
        sizes.pop()
        if levels:
            adder = np.zeros((sizes[-1], sums.shape[1]))
            np.add.at(adder, parents.pop(), sums)
            sums = adder
    return tuple(levels), tuple(left_out), sums, slopes, parents


def _sizes(sums: Floats, parents: list[Ints], levels: tuple[str, ...]) -> tuple[int, ...]:
    if not levels:
        return ()
    return (*(int(parent.max(initial=-1)) + 1 for parent in parents), len(sums))


def _nest(
    cross: CrossProducts,
    sums: tuple[Floats, Floats, Floats | None, list[Ints]],
    frame: tuple[Ints, Floats, Floats],
    correlated: bool,
) -> tuple[Nest, Floats | None]:
    """Return the nest and, with a random slope, its axis (see :class:`NestedDesign`)."""
    total, rows, slope_sums, parents = sums
    at, scale, move = frame
    if slope_sums is None or cross.slope is None:
        ones = np.ones((1, 1, 1))
        return prepare(total, rows[:, :1, None], rows[:, None, :], parents, ones), None
    time = cross.index(cross.slope)
    shift = float(cross.shift[time])
    unit = float(_units(cross.total, cross.shift)[time])
    times = cross.sums[:, time] / unit
    timed = (slope_sums + cross.sums[:, time : time + 1] * move)[:, at] * scale / unit
    grams = np.empty((len(rows), 2, 2))
    grams[:, 0, 0] = cross.sums[:, 0]
    grams[:, 0, 1] = grams[:, 1, 0] = times
    grams[:, 1, 1] = slope_sums[:, time] / unit**2
    axis = np.array([[1.0, -shift / unit], [0.0, 1 / unit]])
    if correlated:
        basis = np.array([[[1.0, 0], [0, 0]], [[0, 1.0], [1, 0]], [[0, 0], [0, 1.0]]])
    else:  # independent at time 0, so not where the columns are centred
        away = np.array([shift / unit, 1.0])
        basis = np.stack([np.array([[1.0, 0], [0, 0]]), np.outer(away, away)])
    return prepare(total, grams, np.stack([rows, timed], axis=1), parents, basis), axis
