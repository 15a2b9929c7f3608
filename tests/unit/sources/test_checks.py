"""Every total that a source definition promises is really held against the file."""

import numpy as np
import pyarrow as pa
import pytest

from instroom.core.errors import SourceError
from instroom.definitions import registry
from instroom.definitions.models import Check, SourceDefinition
from instroom.sources import checks
from instroom.sources.shape import ColumnBlock, Shaped
from instroom.sources.words import encode, listed

ROWS = 200
LINES = np.arange(2, ROWS + 2, dtype=np.int32)
CHECKS = [
    pytest.param(source, number, id=f"{source}-{number}-{check.kind}")
    for source, definition in registry.sources().items()
    for number, check in enumerate(definition.checks)
]


def words(text: str) -> pa.DictionaryArray:
    return pa.array([text] * ROWS).dictionary_encode()


def block(measure: str, value: float, dims: dict[str, str], period: str | None) -> ColumnBlock:
    """Give a column of equal exact numbers."""
    low = np.full(ROWS, float(value))
    name = " ".join([measure, *dims.values()])
    return ColumnBlock(name, measure, dict(dims), period, low, low.copy(), words("ok"), words(""))


def shaped_for(source: SourceDefinition, check: Check, value: float) -> Shaped:
    """Build the smallest table in which this check holds; ``value`` is each row's whole."""
    where = {k: v for k, v in check.where.items() if k != "period"}
    period = check.where.get("period", "2018-2019")
    measure = check.measure or "m"
    blocks = []
    if check.kind == "parts":
        share = value / len(check.parts)
        dimension = check.dimension or "gender"
        blocks = [block(measure, share, {**where, dimension: p}, period) for p in check.parts]
        blocks.append(block(measure, value, {**where, dimension: check.total or "total"}, period))
    elif check.kind in ("sum", "at_most"):
        share = value / len(check.parts)
        blocks = [block(part, share, where, period) for part in check.parts]
        blocks.append(block(check.whole or "", value, where, period))
    elif source.values:
        blocks = [block(measure, value, where, period)]
    keys = {}
    if check.kind == "unique":
        keys = {name: encode(f"k{i}" for i in range(ROWS)) for name in check.columns}
    return Shaped(source, LINES, keys, blocks)


def run(shaped: Shaped, check: Check) -> checks.Warnings:
    only = shaped.source.model_copy(update={"checks": [check]})
    return checks.run(Shaped(only, shaped.lines, shaped.keys, shaped.blocks), complete=True)


def middle(check: Check) -> float:
    """Give the number per row that lies between the bounds of a total."""
    low, high = check.low or 0.0, check.high if check.high is not None else (check.low or 0) + 1e6
    return (low + high) / 2 / ROWS


def break_rows(shaped: Shaped, check: Check, rows: int) -> None:
    """Make the check untrue in the first ``rows`` rows."""
    if check.kind == "unique":
        for name, column in shaped.keys.items():
            cells = listed(column)
            shaped.keys[name] = encode([cells[0]] * (rows + 1) + cells[rows + 1 :])
        return
    changed = shaped.blocks[0]
    changed.low[:rows] += 1 if check.kind != "at_most" else 1e6
    changed.high[:rows] += 1 if check.kind != "at_most" else 1e6


@pytest.mark.parametrize(("source", "number"), CHECKS)
def test_broken_total_is_refused(source: str, number: int) -> None:
    definition = registry.sources()[source]
    check = definition.checks[number]
    if check.kind == "total_between":
        break_total(definition, check)
        return
    assert run(shaped_for(definition, check, 12.0), check) == {}
    allowed = int(check.allow * ROWS)
    broken = shaped_for(definition, check, 12.0)
    break_rows(broken, check, allowed + 1)
    with pytest.raises(SourceError) as caught:
        run(broken, check)
    error = caught.value
    assert error.code == ("double_key" if check.kind == "unique" else "total_does_not_hold")
    assert error.where.row == (3 if check.kind == "unique" else 2)
    assert error.where.column and error.found and error.expected and error.hint
    if allowed:
        within = shaped_for(definition, check, 12.0)
        break_rows(within, check, allowed)
        code = "double_key" if check.kind == "unique" else "total_differs"
        assert run(within, check)[code][0] == allowed


def break_total(definition: SourceDefinition, check: Check) -> None:
    if not definition.values:
        with pytest.raises(SourceError):
            run(Shaped(definition, LINES[:0], {}, []), check)
        return
    assert run(shaped_for(definition, check, middle(check)), check) == {}
    wrong = [value for value in (check.low, check.high) if value]
    assert wrong, "a total without bounds checks nothing"
    for bound, factor in ((check.low, 0.9), (check.high, 1.1)):
        if bound:
            with pytest.raises(SourceError) as caught:
                run(shaped_for(definition, check, factor * bound / ROWS), check)
            assert caught.value.code == "total_does_not_hold"
            assert caught.value.found and caught.value.expected and caught.value.hint


EXAMS = registry.sources()["duo_exam_candidates"]
PARTS = next(check for check in EXAMS.checks if check.kind == "parts")


def test_hidden_parts_hold_when_the_total_fits_between_their_bounds() -> None:
    shaped = shaped_for(EXAMS, PARTS, 12.0)
    shaped.blocks[0].low[:], shaped.blocks[0].high[:] = 1, 4
    assert run(shaped, PARTS) == {}
    shaped.blocks[-1].low[0] = shaped.blocks[-1].high[0] = 13
    with pytest.raises(SourceError) as caught:
        run(shaped, PARTS)
    assert "9..12" in (caught.value.found or "")


def test_a_total_that_is_missing_is_not_compared() -> None:
    shaped = shaped_for(EXAMS, PARTS, 12.0)
    shaped.blocks[-1].low[:] = shaped.blocks[-1].high[:] = np.nan
    assert run(shaped, PARTS) == {}


def test_a_total_over_rows_counts_only_the_rows_it_names() -> None:
    total = Check(kind="total_between", measure="m", low=90, high=110, where={"place": "NL"})
    shaped = Shaped(EXAMS, LINES, {}, [block("m", 1, {}, "2019")])
    shaped.keys["place"] = encode(["NL"] * 100 + ["BE"] * 100)
    assert run(shaped, total) == {}
    shaped.keys["place"] = encode(["NL"] * 10 + ["BE"] * 190)
    with pytest.raises(SourceError):
        run(shaped, total)


def test_an_excerpt_is_not_held_against_a_national_total() -> None:
    totals = [check for check in EXAMS.checks if check.kind == "total_between"]
    source = EXAMS.model_copy(update={"checks": totals})
    shaped = shaped_for(source, totals[0], 1.0)
    assert checks.run(shaped, complete=False) == {}
    with pytest.raises(SourceError):
        checks.run(shaped, complete=True)
