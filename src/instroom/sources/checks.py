"""Totals to hold: what must be true of a whole file before it is believed."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.definitions.models import Check, SourceDefinition
from instroom.sources import words
from instroom.sources.shape import ColumnBlock, Shaped
from instroom.sources.unique import Unique

Warnings = dict[str, tuple[int, str]]
#: More cells than this that are all 0 are no measure.
_ZEROS = 50


class Held:
    """The totals of one source, held against a file that comes in blocks of rows."""

    def __init__(self, source: SourceDefinition) -> None:
        self.source = source
        self._checks = [_KINDS[check.kind](check) for check in source.checks]
        self._zeros: dict[str, _Zeros] = {}

    def add(self, shaped: Shaped) -> None:
        """Take the next block of rows into account."""
        for check in self._checks:
            check.add(shaped)
        for block in shaped.blocks:
            _count(self._zeros.setdefault(block.measure, _Zeros()), block, shaped)

    def settle(self, complete: bool) -> Warnings:
        """Judge the whole file; ``complete`` is False for an excerpt, without national totals.

        Returns
        -------
        dict
            Warning code -> (count, message) for errors of the publisher within the allowance.

        Raises
        ------
        SourceError
            For the first total that does not hold, with row and column where there is one.
        """
        warnings: Warnings = {}
        for check in self._checks:
            if complete or not isinstance(check, _Between):
                check.settle(warnings)
        for measure, zeros in self._zeros.items():
            zeros.refuse(measure)
        return warnings


def run(shaped: Shaped, complete: bool) -> Warnings:
    """Check a shaped table that came in one piece; see :meth:`Held.settle`."""
    held = Held(shaped.source)
    held.add(shaped)
    return held.settle(complete)


@dataclass(slots=True)
class _Zeros:
    """How many cells of a measure are known, and whether one of them is above 0."""

    known: int = 0
    above: bool = False
    line: int = 0
    header: str = ""

    def refuse(self, measure: str) -> None:
        """Refuse a measure of nothing but zeros: a column was taken for another one."""
        if self.known > _ZEROS and not self.above:
            raise SourceError(
                "every cell of '{measure}' is 0",
                code="all_zero",
                where=Where(row=self.line, column=self.header),
                found=Message("{known} zeros", known=self.known),
                expected=Message(
                    "at least one number above 0 in more than {zeros} cells", zeros=_ZEROS
                ),
                hint=Message(
                    "the column is not what its name says, or is empty; fetch the file again"
                ),
                measure=measure,
            )


def _count(zeros: _Zeros, block: ColumnBlock, shaped: Shaped) -> None:
    zeros.known += int(np.count_nonzero(~np.isnan(block.high)))
    zeros.above = zeros.above or bool(np.nanmax(block.high, initial=0.0) > 0)
    if not zeros.line and len(shaped.lines):
        zeros.line, zeros.header = int(shaped.lines[0]), block.header.strip()


def _chosen(shaped: Shaped, check: Check) -> list[ColumnBlock]:
    return [
        block
        for block in shaped.blocks
        if (check.measure is None or block.measure == check.measure)
        and all(_fits(shaped, block, k, v) for k, v in check.where.items())
    ]


def _fits(shaped: Shaped, block: ColumnBlock, name: str, value: str) -> bool:
    """Say whether a block can have this value; where it differs by row, the row decides."""
    if name == "period" and block.period:
        return block.period == value
    return block.dims[name] == value if name in block.dims else name in shaped.keys


@dataclass(slots=True)
class _Wrong:
    """Totals of one column that its parts do not reach, and the first of them."""

    known: int = 0
    wrong: int = 0
    header: str = ""
    first: SourceError | None = None


class _Sums:
    """Totals within a row: parts of a dimension, or measures, that add up to another column.

    With ``exact`` False the parts are never more than the total.
    """

    exact = True

    def __init__(self, check: Check) -> None:
        self.check = check
        self._found: dict[tuple[object, ...], _Wrong] = defaultdict(_Wrong)

    def groups(self, shaped: Shaped) -> dict[tuple[object, ...], dict[str, ColumnBlock]]:
        """Return the columns that belong together, by what they are in it."""
        groups: dict[tuple[object, ...], dict[str, ColumnBlock]] = defaultdict(dict)
        for block in shaped.blocks:
            groups[(block.period, tuple(sorted(block.dims.items())))][block.measure] = block
        return groups

    def total(self) -> str:
        """Return what the total is called."""
        return self.check.whole or ""

    def enough(self, parts: list[ColumnBlock]) -> bool:
        """Say whether these parts can be held against a total."""
        return len(parts) == len(self.check.parts)

    def add(self, shaped: Shaped) -> None:
        """Compare the rows of a block."""
        for key, group in self.groups(shaped).items():
            whole = group.get(self.total())
            parts = [group[p] for p in self.check.parts if p in group]
            if whole is not None and self.enough(parts):
                self._compare(shaped, whole, parts, self._found[key])

    def _compare(
        self, shaped: Shaped, whole: ColumnBlock, parts: list[ColumnBlock], found: _Wrong
    ) -> None:
        low = sum((np.nan_to_num(p.low) for p in parts), np.zeros(len(shaped.lines)))
        high = sum((np.nan_to_num(p.high) for p in parts), np.zeros(len(shaped.lines)))
        known = ~np.isnan(whole.low)
        wrong = known & (low > whole.high + 1e-9)
        if self.exact:
            wrong |= known & (high < whole.low - 1e-9)
        found.known += int(known.sum())
        found.wrong += int(wrong.sum())
        found.header = whole.header.strip()
        if found.first is not None or not wrong.any():
            return
        row = int(np.flatnonzero(wrong)[0])
        names = " + ".join(p.header.strip() for p in parts)
        found.first = SourceError(
            "a total does not hold",
            code="total_does_not_hold",
            where=Where(row=int(shaped.lines[row]), column=whole.header.strip()),
            found=Message("{low} for {names}", low=_range(low[row], high[row]), names=names),
            expected=_range(whole.low[row], whole.high[row])
            if self.exact
            else Message("at most {total}", total=_range(whole.low[row], whole.high[row])),
            hint=Message(
                "the file is damaged or the publisher changed its meaning; nothing was stored"
            ),
        )

    def settle(self, warnings: Warnings) -> None:
        """Refuse more than the allowance; warn of what lies within it."""
        for found in self._found.values():
            if found.first is None:
                continue
            if found.wrong > self.check.allow * max(1, found.known):
                raise found.first
            earlier = warnings.get("total_differs", (0, ""))[0]
            warnings["total_differs"] = (
                earlier + found.wrong,
                Message(
                    "totals that the publisher's own parts do not reach, such as {header}",
                    header=found.header,
                ),
            )


class _AtMost(_Sums):
    """Some measures are never more than another one, row by row."""

    exact = False


class _Parts(_Sums):
    """The parts of a dimension add up to its total, within their bounds."""

    def groups(self, shaped: Shaped) -> dict[tuple[object, ...], dict[str, ColumnBlock]]:
        """Return the columns that differ in this dimension alone, by its value."""
        dimension = self.check.dimension or "gender"
        groups: dict[tuple[object, ...], dict[str, ColumnBlock]] = defaultdict(dict)
        for block in _chosen(shaped, self.check):
            rest = tuple(sorted((k, v) for k, v in block.dims.items() if k != dimension))
            groups[(block.measure, block.period, rest)][block.dims.get(dimension, "")] = block
        return groups

    def total(self) -> str:
        """Return what the total is called."""
        return self.check.total or "total"

    def enough(self, parts: list[ColumnBlock]) -> bool:
        """Say whether these parts can be held against a total."""
        return len(parts) > 1


def _range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}..{high:g}"


class _Between:
    """The national total of each period lies where it can lie."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._sums: dict[str, tuple[float, float]] = {}

    def add(self, shaped: Shaped) -> None:
        """Add the values of a block."""
        rows = _rows_by_period(shaped, self.check)
        if not shaped.blocks:
            self._plus("records", len(shaped.lines), len(shaped.lines))
        for block in _chosen(shaped, self.check):
            for period, chosen in rows.items():
                low, high = np.nansum(block.low[chosen]), np.nansum(block.high[chosen])
                self._plus(block.period or period, float(low), float(high))

    def _plus(self, period: str, low: float, high: float) -> None:
        least, most = self._sums.get(period, (0.0, 0.0))
        self._sums[period] = (least + low, most + high)

    def settle(self, _: Warnings) -> None:
        """Refuse a total that cannot be true."""
        check = self.check
        low, high = check.low or 0.0, check.high if check.high is not None else float("inf")
        for period, (least, most) in self._sums.items():
            if most < low or least > high:
                raise SourceError(
                    "the total of {period} cannot be true"
                    if period
                    else "the total of the file cannot be true",
                    code="total_does_not_hold",
                    where=Where(key=check.measure or "records"),
                    found=_range(least, most),
                    expected=Message("{low:,.0f} to {high:,.0f}", low=low, high=high),
                    hint=Message("the file is incomplete or another one; nothing was stored"),
                    period=period,
                )


def _rows_by_period(shaped: Shaped, check: Check) -> dict[str, npt.NDArray[np.intp]]:
    """Return the rows a check is about, by the period that stands in the row (or none)."""
    chosen = np.ones(len(shaped.lines), dtype=bool)
    for name, value in check.where.items():
        if name in shaped.keys:
            chosen &= words.rows_with(shaped.keys[name], value)
    if "period" not in shaped.keys:
        return {"": np.flatnonzero(chosen)}
    column = shaped.keys["period"]
    said = words.codes(column)
    found = {
        name: np.flatnonzero(chosen & (said == code))
        for code, name in enumerate(words.distinct(column))
    }
    return found | ({"": np.flatnonzero(chosen & (said < 0))} if (said < 0).any() else {})


def refuse_shared(sheets: list[tuple[str, Shaped]]) -> None:
    """Refuse a workbook in which two sheets hold the same key of the same period.

    Raises
    ------
    SourceError
        With both sheets and the key: the figures would be added up.
    """
    seen: dict[tuple[object, ...], str] = {}
    for name, shaped in sheets:
        columns = {
            c for check in shaped.source.checks if check.kind == "unique" for c in check.columns
        }
        present = [c for c in sorted(columns) if c in shaped.keys]
        spans = tuple(sorted({block.period or "" for block in shaped.blocks}))
        measures = tuple(sorted({block.measure for block in shaped.blocks}))
        keys = zip(*(words.listed(shaped.keys[c]) for c in present), strict=True)
        for position, key in enumerate(keys):
            whole = (shaped.source.id, spans, measures, key)
            if seen.setdefault(whole, name) != name:
                raise SourceError(
                    "two sheets hold the same table",
                    code="double_key",
                    where=Where(row=int(shaped.lines[position]), column=", ".join(present)),
                    found=Message(
                        "{names} in '{seen}' and '{name}'",
                        names=", ".join(str(part) for part in key),
                        seen=seen[whole],
                        name=name,
                    ),
                    expected=Message("every key on one sheet"),
                    hint=Message("take out the sheet that is too many; hidden sheets count too"),
                )


_KINDS: dict[str, Callable[[Check], _Sums | _Between | Unique]] = {
    "parts": _Parts,
    "sum": _Sums,
    "at_most": _AtMost,
    "total_between": _Between,
    "unique": Unique,
}
