"""Groups of people small enough to be recognised in sums, and how they become larger ones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.crossproducts.compress import Span
from instroom.crossproducts.crossproducts import CrossProducts, Floats, Ints
from instroom.crossproducts.pooled import Path, paths

Flags = NDArray[np.bool_]
#: What small groups of one parent are called once they are one group.
REST = "(rest)"
#: Pairs of values that two-valued columns are written in, as lists of codes know them.
_CODINGS = ((0.0, 1.0), (1.0, 2.0), (-1.0, 1.0), (-0.5, 0.5))
#: A scale of whole numbers is coarse when it is at most this long.
_COARSE = 10
#: Rounding in sums, relative to what was added up.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class SmallGroupRule:
    """When sums of a group may be shared.

    Attributes
    ----------
    least
        Least number of rows.
    per_column
        Least number of rows per named column (the intercept is none).
    side
        Least number of rows on either side of a column with two values, unless one side is empty.
    pair
        The same for each combination of values of two such columns, in groups whose products
        are shared.
    coarse
        Least number of rows in groups whose products are shared, when a column holds answers on
        a scale of few whole numbers: fewer can be worked out row by row.
    spread
        Least variance of such a column.
    """

    least: int = 10
    per_column: int = 3
    side: int = 10
    pair: int = 3
    coarse: int = 30
    spread: float = 0.5


@dataclass(frozen=True, slots=True)
class SmallGroupFinding:
    """A group that breaks the rule.

    ``code`` is ``too_few_rows`` (below ``least``), ``too_few_per_column``, ``small_side``,
    ``no_variance``, ``small_pair``, ``too_few_coarse`` or ``little_spread``; ``column`` says
    which column it is about, if any.
    """

    level: str
    path: Path
    code: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """``groups`` groups of ``level`` under ``path`` became one, named :data:`REST`."""

    level: str
    path: Path
    groups: int


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of the lowest level while they are being merged.

    ``sums`` and ``slope_sums`` are per present lowest group, shifted as in ``cross``; ``products``
    are per highest group in order of its name, as ``at`` gives them. ``two`` marks
    columns with two values and ``values`` gives these; ``ends`` are the lowest and highest value
    a column can have (nan where unknown); ``coarse`` marks scales of few whole numbers; ``fixed``
    marks columns that describe groups.
    """

    cross: CrossProducts
    rule: SmallGroupRule
    paths: tuple[Path, ...]
    sums: Floats
    slope_sums: Floats | None
    products: Floats
    two: Flags
    values: Floats
    ends: Floats
    coarse: Flags
    fixed: Flags

    @classmethod
    def of(
        cls,
        cross: CrossProducts,
        rule: SmallGroupRule,
        of_groups: Collection[str],
        spans: Mapping[str, Span],
    ) -> "Groups":
        """Return the groups as they are.

        Raises
        ------
        DataError
            ``labels_missing``, ``products_together``, ``weighted_sums``, ``unknown_column``.
        """
        if cross.levels and (len(cross.labels) != len(cross.levels) or None in cross.labels):
            raise DataError(
                "groups have no names, so nothing can be said about them",
                code="labels_missing",
                hint=Message("compress with keep_labels=True"),
            )
        if not cross.by_group:
            raise DataError(
                "products are kept in total only",
                code="products_together",
                hint=Message("compress with by_group=True"),
            )
        counts = cross.sums[:, 0]
        if not np.array_equal(counts, np.round(counts)) or round(float(counts.sum())) != cross.n:
            raise DataError(
                "rows were weighted, so they cannot be counted",
                code="weighted_sums",
                hint=Message("share sums of rows without weights"),
            )
        k = len(cross.columns)
        fixed, coarse = np.zeros(k, dtype=np.bool_), np.zeros(k, dtype=np.bool_)
        known = np.full((k, 2), np.nan)
        fixed[[0, *(cross.index(name) for name in of_groups)]] = True
        for name, span in spans.items():
            at = cross.index(name)
            known[at] = span.low, span.high
            coarse[at] = span.whole and span.high - span.low <= _COARSE
        two, values = _two_valued(cross, known)
        coarse &= ~two & ~fixed
        named = tuple(paths(cross)) if cross.levels else ((),)
        heads = cross.labels[0] or () if cross.levels else ("",)
        products = cross.products[sorted(range(len(heads)), key=heads.__getitem__)]
        return cls(
            cross,
            rule,
            named,
            cross.sums,
            cross.slope_sums,
            products,
            two,
            values,
            known,
            coarse,
            fixed,
        )

    @property
    def depth(self) -> int:
        """Number of levels; rows without groups are one group."""
        return max(len(self.cross.levels), 1)

    def at(self, level: int) -> tuple[list[Path], Ints]:
        """Return the groups of a level in order, and which one holds each lowest group."""
        here = [path[: level + 1] for path in self.paths]
        names = sorted(set(here))
        place = {path: i for i, path in enumerate(names)}
        return names, np.array([place[path] for path in here], dtype=np.int64)

    def totals(self, level: int) -> tuple[list[Path], Floats]:
        """Return the groups of a level in order, with their sums as they are, not shifted."""
        names, codes = self.at(level)
        columns = [np.bincount(codes, column, len(names)) for column in self.sums.T]
        shifted = np.stack(columns, axis=1)
        return names, shifted + np.outer(shifted[:, 0], self.cross.shift)

    def breaks(self, totals: Floats) -> dict[tuple[str, int | None], Flags]:
        """Return for each reason which of the groups with these sums it holds for."""
        n = totals[:, 0]
        per_column = self.rule.per_column * (len(self.cross.columns) - 1)
        found: dict[tuple[str, int | None], Flags] = {
            ("too_few_rows", None): n < self.rule.least,
            ("too_few_per_column", None): (n >= self.rule.least) & (n < per_column),
        }
        for j in np.flatnonzero(self.two):
            low, high = self.values[j]
            upper = np.round((totals[:, j] - n * low) / (high - low))
            found["small_side", int(j)] = self._small(upper) | self._small(n - upper)
        for j in np.flatnonzero(~self.two & ~self.fixed & np.isfinite(self.ends[:, 0])):
            away = np.abs(totals[:, j, None] - np.outer(n, self.ends[j])).min(axis=1)
            width = self.ends[j, 1] - self.ends[j, 0]
            found["no_variance", int(j)] = away <= _ROUNDING * n * width
        return found

    def _small(self, count: Floats) -> Flags:
        flags: Flags = (count > 0) & (count < self.rule.side)
        return flags

    def findings(self, level: int) -> list[SmallGroupFinding]:
        """Return the groups of a level that break the rule."""
        names, totals = self.totals(level)
        found = self.breaks(totals)
        if level == 0:
            for reason, flags in self._products_show().items():
                found[reason] = found.get(reason, np.zeros(len(names), np.bool_)) | flags
        label = self.cross.levels[level] if self.cross.levels else ""
        columns = self.cross.columns
        return [
            SmallGroupFinding(label, names[i], code, None if j is None else columns[j])
            for i in range(len(names))
            for (code, j), flags in found.items()
            if flags[i]
        ]

    def _products_show(self) -> dict[tuple[str, int | None], Flags]:
        """Judge what squares and products of the highest groups show on top of sums.

        No variance, in a group or in each of its lowest groups, gives everybody's value away.
        Answers that are all one of two neighbouring whole numbers are counts of two values.
        """
        products = self.products
        found: dict[tuple[str, int | None], Flags] = {}
        n, heads = products[:, 0, 0], products[:, 0, :]
        names, codes = self.at(0)
        size = np.maximum(self.sums[:, 0], 1.0)
        for j in np.flatnonzero(~self.two & ~self.fixed):
            squares = products[:, j, j]
            between = np.bincount(codes, self.sums[:, j] ** 2 / size, len(names))
            found["no_variance", int(j)] = squares - between <= _ROUNDING * squares
            mean = heads[:, j] / np.maximum(n, 1.0)
            floor = np.floor(mean + self.cross.shift[j]) - self.cross.shift[j]
            outside = squares - (2 * floor + 1) * heads[:, j] + n * floor * (floor + 1)
            upper = np.round(heads[:, j] - n * floor)
            two = np.abs(outside) <= _ROUNDING * np.maximum(squares, n)
            found["small_side", int(j)] = two & (self._small(upper) | self._small(n - upper))
            if self.coarse[j]:
                found["too_few_coarse", int(j)] = n < self.rule.coarse
                own = squares - heads[:, j] * mean
                found["little_spread", int(j)] = ~two & (own < self.rule.spread * n)
        pairs = np.flatnonzero(self.two)
        for at, i in enumerate(pairs):
            for j in pairs[at + 1 :]:
                before = found.get(("small_pair", int(j)), np.zeros(len(n), np.bool_))
                found["small_pair", int(j)] = before | self._small_pair(int(i), int(j))
        return found

    def _small_pair(self, i: int, j: int) -> Flags:
        """Return the groups with few rows in a combination of values of two columns."""
        products, shift = self.products, self.cross.shift
        n, heads = products[:, 0, 0], products[:, 0, :]
        (a, b), (c, d) = self.values[i], self.values[j]
        a, c, width = a - shift[i], c - shift[j], (b - a) * (d - c)
        both = products[:, i, j] - c * heads[:, i] - a * heads[:, j] + n * a * c
        both = np.round(both / width)
        one = np.round((heads[:, i] - n * a) / (b - self.values[i][0]))
        other = np.round((heads[:, j] - n * c) / (d - self.values[j][0]))
        cells = np.stack([both, one - both, other - both, n - one - other + both])
        return np.asarray(((cells > 0) & (cells < self.rule.pair)).any(axis=0), dtype=np.bool_)

    def merge(self, level: int) -> tuple["Groups", list[Merged]]:
        """Merge groups of a level that break the rule with their smallest neighbours."""
        names, totals = self.totals(level)
        bad = np.logical_or.reduce(list(self.breaks(totals).values()))
        beside: dict[Path, list[int]] = {}
        for i, path in enumerate(names):
            beside.setdefault(path[:-1], []).append(i)
        into: dict[Path, Path] = {}
        merged = []
        for parent in sorted({names[i][:-1] for i in np.flatnonzero(bad)}):
            chosen = self._choose(beside[parent], bad, totals)
            if len(chosen) > 1:
                merged.append(Merged(self.cross.levels[level], parent, len(chosen)))
                rest = (*parent, *[REST] * (len(self.cross.levels) - level))
                into |= {names[i]: rest for i in chosen}
        return self._regroup([into.get(p[: level + 1], p) for p in self.paths]), merged

    def _choose(self, siblings: list[int], bad: Flags, totals: Floats) -> list[int]:
        """Return the groups of one parent that become one, in order of choosing."""
        ordered = sorted(siblings, key=lambda i: (not bad[i], totals[i, 0], i))
        count = int(bad[siblings].sum())
        while count < len(ordered):
            together = totals[ordered[:count]].sum(axis=0, keepdims=True)
            if count > 1 and not any(flags[0] for flags in self.breaks(together).values()):
                break
            count += 1
        return ordered[:count]

    def _regroup(self, named: list[Path]) -> "Groups":
        names = sorted(set(named), key=lambda path: path[::-1])
        place = {path: i for i, path in enumerate(names)}
        codes = np.array([place[path] for path in named], dtype=np.int64)
        sums = np.zeros((len(names), self.sums.shape[1]))
        np.add.at(sums, codes, self.sums)
        slope_sums = None if self.slope_sums is None else np.zeros_like(sums)
        if slope_sums is not None and self.slope_sums is not None:
            np.add.at(slope_sums, codes, self.slope_sums)
        return replace(self, paths=tuple(names), sums=sums, slope_sums=slope_sums)

    def rebuild(self, keep: Flags) -> CrossProducts:
        """Return the cross-products of the groups kept, as merged."""
        cross = self.cross
        if not cross.levels:
            return cross
        kept = [path for path, flag in zip(self.paths, keep, strict=True) if flag]
        names = [
            sorted({path[: i + 1] for path in kept}, key=lambda path: path[::-1])
            for i in range(len(cross.levels))
        ]
        place = [{path: i for i, path in enumerate(level)} for level in names]
        order = np.argsort([place[-1][path] for path in kept])
        heads = {path[0] for path in kept}
        at = [i for i, label in enumerate(sorted(cross.labels[0] or ())) if label in heads]
        return replace(
            cross,
            parents=tuple(
                np.array([above[path[:-1]] for path in level], dtype=np.int64)
                for above, level in zip(place, names[1:], strict=False)
            ),
            sums=self.sums[keep][order],
            products=self.products[at],
            n=round(float(self.sums[keep, 0].sum())),
            slope_sums=None if self.slope_sums is None else self.slope_sums[keep][order],
            labels=tuple(tuple(path[-1] for path in level) for level in names),
        )


def _two_valued(cross: CrossProducts, ends: Floats) -> tuple[Flags, Floats]:
    """Return which columns have two values only, and these values.

    ``sum (x - low)(high - x)`` is 0 in every group when all values are one of the two. Where
    ``low`` and ``high`` are the ends of the column, or neighbouring whole numbers of a column of
    whole numbers, it is 0 only then.
    """
    k = len(cross.columns)
    two, values = np.zeros(k, dtype=np.bool_), np.zeros((k, 2))
    n, heads = cross.products[:, 0, 0], cross.products[:, 0, :]
    for j in range(1, k):
        squares = cross.products[:, j, j]
        pairs = (tuple(ends[j]),) if ends[j, 0] < ends[j, 1] else _CODINGS
        for low, high in pairs:
            a, b = low - cross.shift[j], high - cross.shift[j]
            inside = (a + b) * heads[:, j] - squares - n * a * b
            if np.all(np.abs(inside) <= _ROUNDING * n * (high - low) ** 2):
                two[j], values[j] = True, (low, high)
                break
    return two, values
