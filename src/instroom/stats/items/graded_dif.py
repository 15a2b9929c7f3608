"""Differential item functioning by the graded response model: free one item at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from instroom.core.messages import Message
from instroom.stats.arrays import Floats
from instroom.stats.items import graded_likelihood as gl
from instroom.stats.items.graded import GradedResponse, check_answers, fit_answers, refused
from instroom.stats.items.graded_maximum import Answers, Maximum, maximise
from instroom.stats.results import unknown, without_numbers
from instroom.stats.status import FitStatus, Problem
from instroom.stats.trials.multiplicity import benjamini_hochberg


@dataclass(frozen=True, slots=True)
class ItemGradedDif:
    """One item's likelihood-ratio test between equal and free parameters over the groups.

    ``signed`` and ``unsigned`` (groups - 1,) are how many categories higher (or apart) a later
    group's expected answer is than that of the first group's at the same place on the scale,
    averaged over the later group; ``nan`` for a group that did not get the item.
    """

    status: FitStatus
    reason: Message | None
    chi_square: float
    df: int
    p: float
    p_adjusted: float
    signed: Floats
    unsigned: Floats


@dataclass(frozen=True, slots=True)
class GradedDif:
    """DIF of every item against the model in which all items are equal over groups."""

    status: FitStatus
    reason: Message | None
    items: tuple[ItemGradedDif, ...]
    equal: GradedResponse


def graded_dif(
    answers: ArrayLike,
    groups: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    points: int = 61,
    limit: float = 6.0,
) -> GradedDif:
    """Return per item whether the graded response model needs other parameters per group.

    All items equal over groups (means and variances free) is compared with the model in which
    only the studied item is free; the other items are its anchors (``DIF(scheme = 'drop')``).

    Parameters
    ----------
    answers, groups, names, points, limit
        As :func:`instroom.stats.items.graded.graded_response`; ``nan`` for missing answers.

    Returns
    -------
    GradedDif
        One :class:`ItemGradedDif` per item; ``equal`` is the constrained model. When that has
        no estimates there are no items, and ``status`` and ``reason`` are its own.

    Raises
    ------
    DataError
        As :func:`instroom.stats.items.graded.graded_response`.

    Source
    ------
    Thissen, Steinberg and Wainer (1993); Meade (2010), Journal of Applied Psychology 95,
    728-743 (expected-score differences). Checked against R ``mirt`` in
    ``tests/reference/test_items.py``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> theta, group = rng.normal(size=(1000, 1)), np.repeat([0, 1], 500)
    >>> bias = np.outer(group, [1.0, 0, 0, 0])
    >>> found = graded_dif(theta + bias + 0.6 * rng.logistic(size=(1000, 4)) > 0, group)
    >>> found.status, found.items[0].df, found.items[0].p_adjusted < 0.001
    ('ok', 2, True)
    """
    checked = check_answers(answers, groups, names)
    nodes = np.linspace(-limit, limit, points)
    layout = gl.Layout(checked.sizes, max(1, len(checked.groups)), nodes)
    equal, top = fit_answers(checked, layout)
    if len(checked.groups) < 2:
        return GradedDif(FitStatus.TOO_FEW, Message("There are fewer than two groups."), (), equal)
    if equal.status != FitStatus.OK:
        return GradedDif(equal.status, equal.reason, (), equal)
    tests = [_test(checked, layout, top, j) for j in range(len(checked.sizes))]
    adjusted = benjamini_hochberg([test.p for test in tests]).tolist()
    items = tuple(replace(t, p_adjusted=q) for t, q in zip(tests, adjusted, strict=True))
    return GradedDif(FitStatus.OK, None, items, equal)


def _test(checked: Answers, layout: gl.Layout, top: Maximum, j: int) -> ItemGradedDif:
    """Return the test of one item, whose column is split into one per group."""
    present = [g for g in range(layout.groups) if (checked.codes[checked.group == g, j] >= 0).any()]
    split, start = _split(checked, layout, top.at, j, present)
    df = sum(split.sizes) - sum(checked.sizes)
    if refusal := _refused(split, present, checked.items[j]):
        return _unknown(layout, *refusal, df)
    free = gl.Layout(split.sizes, layout.groups, layout.nodes)
    patterns = gl.collapse(split.codes, split.group, split.sizes)
    found = maximise(split, patterns, free, start)
    if found.status != FitStatus.OK:
        return _unknown(layout, found.status, found.reason, df)
    chi = max(0.0, 2 * (found.log_likelihood - top.log_likelihood))
    signed, unsigned = _differences(split, free, found.at, present)
    return ItemGradedDif(
        FitStatus.OK, None, chi, df, float(chi2.sf(chi, df)), nan, signed, unsigned
    )


def _split(
    checked: Answers, layout: gl.Layout, at: Floats, j: int, present: list[int]
) -> tuple[Answers, Floats]:
    """Return the answers with the item's column once per group (last), and where to start."""
    kept = [i for i in range(len(checked.sizes)) if i != j]
    columns, categories = [checked.codes[:, kept]], [checked.categories[i] for i in kept]
    items = [checked.items[i] for i in kept]
    parts, own = [at[layout.item(i)] for i in kept], at[layout.item(j)]
    for g in present:
        code = np.where(checked.group == g, checked.codes[:, j], -1)
        seen = np.unique(code[code >= 0])
        columns.append(np.where(code >= 0, np.searchsorted(seen, code), -1)[:, None])
        items.append(
            Message("{item} (group {group})", item=checked.items[j], group=checked.group_name(g))
        )
        categories.append(tuple(checked.categories[j][c] for c in seen))
        parts.append(np.concatenate([own[:1], own[seen[1:]]]))
    start = np.concatenate([*parts, at[sum(layout.sizes) :]])
    split = Answers(
        np.hstack(columns), checked.group, tuple(categories), checked.groups, tuple(items),
        checked.n, checked.dropped,
    )  # fmt: skip
    return split, start


def _refused(split: Answers, present: list[int], item: str) -> Problem | None:
    if len(present) < 2:
        return FitStatus.NOT_APPLICABLE, Message("Only one group got '{item}'.", item=item)
    own = split.sizes[len(split.sizes) - len(present) :]
    flat = [split.group_name(g) for g, size in zip(present, own, strict=True) if size < 2]
    if flat:
        return FitStatus.TOO_FEW, Message(
            "In group '{group}' fewer than two different answers were given to '{item}'.",
            group=flat[0],
            item=item,
        )
    return refused(split)


def _differences(
    split: Answers, free: gl.Layout, at: Floats, present: list[int]
) -> tuple[Floats, Floats]:
    """Return signed and unsigned differences in expected answer from the first group's."""
    first = len(split.sizes) - len(present)
    values = sorted({v for c in split.categories[first:] for v in c})
    curves = []
    for i in range(first, len(split.sizes)):
        ranks = np.searchsorted(values, split.categories[i]).astype(float)
        curves.append(ranks @ np.exp(gl.item_at(at[free.item(i)], free.nodes).log_p))
    signed, unsigned = unknown(free.groups - 1), unknown(free.groups - 1)
    for g, curve in zip(present, curves, strict=True):
        if g and present[0] == 0:
            weight = np.exp(free.populations_at(at)[g].log_weight)
            signed[g - 1] = weight @ (curve - curves[0])
            unsigned[g - 1] = weight @ np.abs(curve - curves[0])
    return signed, unsigned


def _unknown(
    layout: gl.Layout, status: FitStatus, reason: Message | None, df: int
) -> ItemGradedDif:
    return without_numbers(ItemGradedDif, (status, reason), size=layout.groups - 1, df=df)
