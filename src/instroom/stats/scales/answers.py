"""Answers to questions with a few categories: checks, complete cases, reversed items."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.stats.arrays import Floats


def checked(scores: ArrayLike, *, items: int = 2) -> Floats:
    """Return answers as a float array of shape (pupils, items), missing answers as ``nan``.

    Parameters
    ----------
    scores
        Answers, shape (pupils, items), in the points of the answer scale (e.g. 1-5).
    items
        The fewest items the calculation can use.

    Raises
    ------
    DataError
        When the array is not (pupils, items), has fewer items than needed, or holds a number
        that is not finite.

    Examples
    --------
    >>> checked([[1, 2], [3, float("nan")]]).shape
    (2, 2)
    """
    found = np.asarray(scores, dtype=np.float64)
    if found.ndim != 2:
        raise DataError(
            "answers must be a table of pupils by items",
            code="answers_shape",
            found=Message("{ndim} dimensions", ndim=found.ndim),
            expected="2 dimensions",
            hint="Give one row for each pupil and one column for each item.",
        )
    if found.shape[1] < items:
        raise DataError(
            "too few items",
            code="too_few_items",
            found=str(found.shape[1]),
            expected=Message("at least {items}", items=items),
            hint="Name more items of the scale.",
        )
    if np.isinf(found).any():
        raise DataError(
            "an answer is infinite",
            code="answer_not_finite",
            expected="a number, or nan for a missing answer",
            hint="Write a missing answer as an empty cell.",
        )
    return found


def item_names(names: Sequence[str] | None, k: int) -> tuple[str, ...]:
    """Return what the items are called; without names ``item1``, ``item2``, ...

    Raises
    ------
    DataError
        ``item_names`` for another number of names than of items.

    Examples
    --------
    >>> item_names(None, 2), item_names(["calm", "keen"], 2)
    (('item1', 'item2'), ('calm', 'keen'))
    """
    labels = tuple(names) if names is not None else tuple(f"item{i + 1}" for i in range(k))
    if len(labels) != k:
        raise DataError(
            "every item needs one name",
            code="item_names",
            found=Message("{count} names", count=len(labels)),
            expected=Message("{items} names", items=k),
        )
    return labels


def complete(scores: Floats) -> Floats:
    """Return the rows without a missing answer, in their order.

    Parameters
    ----------
    scores
        Answers, shape (pupils, ...); ``nan`` is missing.

    Examples
    --------
    >>> complete(np.array([[1.0, 2.0], [3.0, np.nan]])).tolist()
    [[1.0, 2.0]]
    """
    kept: Floats = scores[~np.isnan(scores).any(axis=tuple(range(1, scores.ndim)))]
    return kept


def within(scores: Floats, answer_range: tuple[float, float]) -> None:
    """Refuse answers outside the range of possible answers; ``nan`` is let through.

    Raises
    ------
    DataError
        When the range runs backwards or an answer lies outside it.

    Examples
    --------
    >>> within(np.array([1.0, 5.0, np.nan]), (1, 5))
    """
    low, high = answer_range
    if not low <= high:
        raise DataError(
            "the answer range runs backwards",
            code="answer_range",
            found=f"{low:g}:{high:g}",
            expected="lowest:highest",
            hint="Write the lowest possible answer first, for example 1:5.",
        )
    outside = int(((scores < low) | (scores > high)).sum())
    if outside:
        raise DataError(
            Message("{outside} answers lie outside the answer range", outside=outside),
            code="answer_outside_range",
            found=Message(
                "{value:g} to {value_2:g}", value=np.nanmin(scores), value_2=np.nanmax(scores)
            ),
            expected=Message("{low:g} to {high:g}", low=low, high=high),
            hint="Give the range of the answer scale, or mend the answers.",
        )
