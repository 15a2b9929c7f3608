"""Totals to hold: what must be true of a whole file before it is believed."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from instroom.core.errors import SourceError, Where
from instroom.definitions.models import Check
from instroom.sources.shape import Block, Shaped

Warnings = dict[str, tuple[int, str]]
#: More cells than this that are all 0 are no measure.
_ZEROS = 50
Rows = npt.NDArray[np.intp]


def run(shaped: Shaped, complete: bool) -> Warnings:
    """Check a shaped table against its definition.

    ``complete`` is False for an excerpt: national totals are then not expected.

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
    for check in shaped.source.checks:
        if check.kind == "total_between" and not complete:
            continue
        _KINDS[check.kind](shaped, check, warnings)
    _not_all_zero(shaped)
    return warnings


def _not_all_zero(shaped: Shaped) -> None:
    """Refuse a measure of nothing but zeros: a column was taken for another one."""
    cells: dict[str, list[Block]] = defaultdict(list)
    for block in shaped.blocks:
        cells[block.measure].append(block)
    for measure, blocks in cells.items():
        known = sum(int(np.count_nonzero(~np.isnan(block.high))) for block in blocks)
        if known > _ZEROS and not any(np.nanmax(block.high, initial=0.0) > 0 for block in blocks):
            raise SourceError(
                f"every cell of '{measure}' is 0",
                code="all_zero",
                where=Where(row=shaped.lines[0], column=blocks[0].header.strip()),
                found=f"{known} zeros",
                expected=f"at least one number above 0 in more than {_ZEROS} cells",
                hint="the column is not what its name says, or is empty; fetch the file again",
            )


def _chosen(shaped: Shaped, check: Check) -> list[Block]:
    return [
        block
        for block in shaped.blocks
        if (check.measure is None or block.measure == check.measure)
        and all(_fits(shaped, block, k, v) for k, v in check.where.items())
    ]


def _fits(shaped: Shaped, block: Block, name: str, value: str) -> bool:
    """Say whether a block can have this value; where it differs by row, the row decides."""
    if name == "period" and block.period:
        return block.period == value
    return block.dims[name] == value if name in block.dims else name in shaped.keys


def _parts(shaped: Shaped, check: Check, warnings: Warnings) -> None:
    """Hold that the parts of a dimension add up to its total, within their bounds."""
    dimension = check.dimension or "gender"
    groups: dict[tuple[object, ...], dict[str, Block]] = defaultdict(dict)
    for block in _chosen(shaped, check):
        rest = tuple(sorted((k, v) for k, v in block.dims.items() if k != dimension))
        groups[(block.measure, block.period, rest)][block.dims.get(dimension, "")] = block
    for group in groups.values():
        whole = group.get(check.total or "total")
        parts = [group[p] for p in check.parts if p in group]
        if whole is not None and len(parts) > 1:
            _compare(shaped, check, whole, parts, warnings, exact=True)


def _sum(shaped: Shaped, check: Check, warnings: Warnings) -> None:
    """Hold that some measures add up to another one, row by row."""
    _by_measure(shaped, check, warnings, exact=True)


def _at_most(shaped: Shaped, check: Check, warnings: Warnings) -> None:
    """Hold that some measures are never more than another one, row by row."""
    _by_measure(shaped, check, warnings, exact=False)


def _by_measure(shaped: Shaped, check: Check, warnings: Warnings, *, exact: bool) -> None:
    groups: dict[tuple[object, ...], dict[str, Block]] = defaultdict(dict)
    for block in shaped.blocks:
        groups[(block.period, tuple(sorted(block.dims.items())))][block.measure] = block
    for group in groups.values():
        whole = group.get(check.whole or "")
        parts = [group[p] for p in check.parts if p in group]
        if whole is not None and len(parts) == len(check.parts):
            _compare(shaped, check, whole, parts, warnings, exact=exact)


def _compare(
    shaped: Shaped,
    check: Check,
    whole: Block,
    parts: list[Block],
    warnings: Warnings,
    *,
    exact: bool,
) -> None:
    low = sum((np.nan_to_num(p.low) for p in parts), np.zeros(len(shaped.lines)))
    high = sum((np.nan_to_num(p.high) for p in parts), np.zeros(len(shaped.lines)))
    known = ~np.isnan(whole.low)
    wrong = known & (low > whole.high + 1e-9)
    if exact:
        wrong |= known & (high < whole.low - 1e-9)
    count = int(wrong.sum())
    if not count:
        return
    names = " + ".join(p.header.strip() for p in parts)
    if count <= check.allow * max(1, int(known.sum())):
        earlier = warnings.get("total_differs", (0, ""))[0]
        warnings["total_differs"] = (
            earlier + count,
            f"totals that the publisher's own parts do not reach, such as {whole.header.strip()}",
        )
        return
    row = int(np.flatnonzero(wrong)[0])
    raise SourceError(
        "a total does not hold",
        code="total_does_not_hold",
        where=Where(row=shaped.lines[row], column=whole.header.strip()),
        found=f"{_range(low[row], high[row])} for {names}",
        expected=f"{'' if exact else 'at most '}{_range(whole.low[row], whole.high[row])}",
        hint="the file is damaged or the publisher changed its meaning; nothing was stored",
    )


def _range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}..{high:g}"


def _total_between(shaped: Shaped, check: Check, _: Warnings) -> None:
    """Hold that the national total of each period lies where it can lie."""
    sums: dict[str, list[float]] = {}
    rows = _rows_by_period(shaped, check)
    for block in _chosen(shaped, check):
        for period, chosen in rows.items():
            pair = sums.setdefault(block.period or period, [0.0, 0.0])
            pair[0] += float(np.nansum(block.low[chosen]))
            pair[1] += float(np.nansum(block.high[chosen]))
    if not shaped.blocks:
        sums["records"] = [len(shaped.lines), len(shaped.lines)]
    low, high = check.low or 0.0, check.high if check.high is not None else float("inf")
    for period, (least, most) in sums.items():
        if most < low or least > high:
            raise SourceError(
                f"the total of {period or 'the file'} cannot be true",
                code="total_does_not_hold",
                where=Where(key=check.measure or "records"),
                found=_range(least, most),
                expected=f"{low:,.0f} to {high:,.0f}",
                hint="the file is incomplete or another one; nothing was stored",
            )


def _rows_by_period(shaped: Shaped, check: Check) -> dict[str, Rows]:
    """Return the rows a check is about, by the period that stands in the row (or none)."""
    chosen = np.ones(len(shaped.lines), dtype=bool)
    for name, value in check.where.items():
        if name in shaped.keys:
            chosen &= np.array([word == value for word in shaped.keys[name]], dtype=bool)
    if "period" not in shaped.keys:
        return {"": np.flatnonzero(chosen)}
    words = np.array([word or "" for word in shaped.keys["period"]])
    return {str(p): np.flatnonzero(chosen & (words == p)) for p in np.unique(words)}


def _unique(shaped: Shaped, check: Check, warnings: Warnings) -> None:
    """Hold that no two records have the same key."""
    present = [c for c in check.columns if c in shaped.keys]
    seen: dict[tuple[str | None, ...], int] = {}
    double, first = 0, None
    for position, key in enumerate(zip(*(shaped.keys[c] for c in present), strict=True)):
        if key in seen:
            double += 1
            first = first or (position, key, seen[key])
        else:
            seen[key] = position
    if first is None:
        return
    if double <= check.allow * len(shaped.lines):
        warnings["double_key"] = (double, "records whose key stands in the file twice")
        return
    position, key, earlier = first
    raise SourceError(
        "a key stands in the file twice",
        code="double_key",
        where=Where(row=shaped.lines[position], column=", ".join(present)),
        found=", ".join(str(part) for part in key),
        expected=f"a key of its own (also in row {shaped.lines[earlier]})",
        hint="two files were pasted together, or a row was copied; fetch the file again",
    )


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
        for position, key in enumerate(zip(*(shaped.keys[c] for c in present), strict=True)):
            whole = (shaped.source.id, spans, measures, key)
            if seen.setdefault(whole, name) != name:
                raise SourceError(
                    "two sheets hold the same table",
                    code="double_key",
                    where=Where(row=shaped.lines[position], column=", ".join(present)),
                    found=f"{', '.join(str(part) for part in key)} in '{seen[whole]}' and '{name}'",
                    expected="every key on one sheet",
                    hint="take out the sheet that is too many; hidden sheets count too",
                )


_KINDS: dict[str, Callable[[Shaped, Check, Warnings], None]] = {
    "parts": _parts,
    "sum": _sum,
    "at_most": _at_most,
    "total_between": _total_between,
    "unique": _unique,
}
