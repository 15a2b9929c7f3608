"""Sums of groups that may leave a school board: small groups merged or refused, in the open.

Such sums stay personal data: fewer of them, not none. The rule below keeps a reader of the file
from working out one pupil's answers from one file. It does not protect against a reader who
holds two files of the same school that differ by a few pupils, or who knows most answers already.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from instroom.core.errors import PrivacyError
from instroom.core.messages import Message
from instroom.crossproducts.compress import Span
from instroom.crossproducts.crossproducts import CrossProducts
from instroom.crossproducts.pooled import Path
from instroom.privacy.small_groups import Groups, Merged, SmallGroupFinding, SmallGroupRule

#: Which values a column has, by its name.
Spans = Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Refused:
    """A group of the highest level that is left out, with the first reason found."""

    level: str
    path: Path
    code: str
    column: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """Cross-products that keep the rule, with what was done to make them so.

    Nothing merged and nothing refused: estimates from ``cross`` are those of the rows. ``rows``
    counts the rows of refused groups.
    """

    cross: CrossProducts
    rule: SmallGroupRule
    merged: tuple[Merged, ...]
    refused: tuple[Refused, ...]
    rows: int


def check(
    cross: CrossProducts,
    rule: SmallGroupRule | None = None,
    *,
    of_groups: Collection[str] = (),
    spans: Spans | None = None,
) -> tuple[SmallGroupFinding, ...]:
    """Return every group that breaks the rule as it stands; nothing is changed.

    Parameters
    ----------
    cross
        Cross-products with labels.
    rule
        The rule; :class:`SmallGroupRule` with its defaults when left out.
    of_groups
        Columns that describe a group and no pupil, such as the size of a school: these may be
        the same for all rows of a group.
    spans
        Column -> lowest and highest value, and whether it holds whole numbers, as ``compress``
        finds them. With them, columns with two values are known for certain, groups in which
        everybody has the lowest or the highest value are found below the highest level too, and
        scales of few whole numbers get the rules for these. Without, they do not.

    Raises
    ------
    DataError
        ``labels_missing``; ``products_together`` when products are kept in total only, so that
        no group can be judged or left out; ``weighted_sums`` when rows were weighted, so that
        they cannot be counted.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> girls = [0, 0, 1] * 10
    >>> school = ["a"] * 24 + ["b"] * 6
    >>> c = from_arrays({"girl": girls}, {"school": school}, keep_labels=True)
    >>> [(f.path, f.code, f.column) for f in check(c)]
    [(('a',), 'small_side', 'girl'), (('b',), 'too_few_rows', None), (('b',), 'small_side', 'girl')]
    """
    state = Groups.of(cross, rule or SmallGroupRule(), of_groups, spans or {})
    return tuple(found for level in range(state.depth) for found in state.findings(level))


def guard(
    cross: CrossProducts,
    rule: SmallGroupRule | None = None,
    *,
    of_groups: Collection[str] = (),
    spans: Spans | None = None,
) -> Guarded:
    """Return the cross-products with groups merged or left out until all keep the rule.

    Below the highest level, groups that break the rule become one group with the smallest of
    the groups beside them, smallest first and then by name, until that group keeps the rule.
    Groups of the highest level that still break it are left out. Both are said in the answer.

    Parameters
    ----------
    cross
        Cross-products with labels and products per group of the highest level.
    rule
        The rule; :class:`SmallGroupRule` with its defaults when left out.
    of_groups, spans
        As for :func:`check`.

    Raises
    ------
    PrivacyError
        ``level_lost`` when merging leaves nothing of a level (always so when its groups are
        single pupils); ``all_refused`` when no group is left.
    DataError
        As :func:`check`.

    Examples
    --------
    >>> from instroom.crossproducts.crossproducts import from_arrays
    >>> c = from_arrays({"y": range(30)}, {"school": ["a"] * 24 + ["b"] * 6}, keep_labels=True)
    >>> kept = guard(c)
    >>> kept.cross.labels, kept.rows, [(r.path, r.code) for r in kept.refused]
    ((('a',),), 6, [(('b',), 'too_few_rows')])
    """
    rule = rule or SmallGroupRule()
    state, merged = Groups.of(cross, rule, of_groups, spans or {}), []
    for level in range(state.depth - 1, 0, -1):
        state, here = state.merge(level)
        merged += here
    _keeps_levels(cross, state)
    first = {found.path: found for found in reversed(state.findings(0))}
    refused = tuple(
        Refused(found.level, path, found.code, found.column)
        for path, found in sorted(first.items())
    )
    keep = np.array([path[:1] not in first for path in state.paths])
    if refused and not keep.any():
        raise PrivacyError(
            "no group is large enough to share its sums",
            code="all_refused",
            found=Message("{mark} in {n} of {n} groups", mark=refused[0].code, n=len(refused)),
            hint=Message("use fewer columns, or estimate where the rows are"),
        )
    rows = round(float(state.sums[~keep, 0].sum()))
    return Guarded(state.rebuild(keep), rule, tuple(merged), refused, rows)


def _keeps_levels(before: CrossProducts, state: "Groups") -> None:
    sizes = [len({path[: i + 1] for path in state.paths}) for i in range(state.depth)]
    for i in range(1, len(before.levels)):
        if sizes[i] == sizes[i - 1] < before.sizes[i]:
            raise PrivacyError(
                "groups of '{levels}' are too small to share their sums",
                code="level_lost",
                found=Message(
                    "{sizes} groups, one left in each {levels}",
                    sizes=before.sizes[i],
                    levels=before.levels[i - 1],
                ),
                hint=Message(
                    "compress without '{levels}', or estimate where the rows are",
                    levels=before.levels[i],
                ),
                levels=before.levels[i],
            )
