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


def made(*blocks: ColumnBlock, **keys: list[str | None]) -> Shaped:
    return Shaped(EXAMS, LINES, {name: encode(cells) for name, cells in keys.items()}, list(blocks))


@pytest.mark.parametrize(
    ("known", "value", "refused"), [(50, 0.0, False), (51, 0.0, True), (51, 1.0, False)]
)
def test_a_measure_of_nothing_but_zeros_is_another_column(known, value, refused) -> None:
    zeros = block(" m", 0, {}, "2019")
    zeros.low[known:] = zeros.high[known:] = np.nan
    zeros.high[3] = value
    source = EXAMS.model_copy(update={"checks": []})
    shaped = Shaped(source, LINES, {}, [zeros, block("n", 1, {}, "2019")])
    if not refused:
        assert checks.run(shaped, complete=True) == {}
        return
    with pytest.raises(SourceError) as caught:
        checks.run(shaped, complete=True)
    error = caught.value
    assert (error.code, error.where.row, error.where.column) == ("all_zero", 2, "m")
    assert (error.found, error.expected) == (
        "51 zeros", "at least one number above 0 in more than 50 cells",
    )  # fmt: skip


def test_zeros_are_counted_over_all_blocks_and_named_where_they_begin() -> None:
    source = EXAMS.model_copy(update={"checks": []})
    held = checks.Held(source)
    for lines, value in ((LINES[:0], 0.0), (LINES[:30], 0.0), (LINES[30:60], 0.0)):
        part = block("m", value, {}, "2019")
        part.low, part.high = part.low[: len(lines)], part.high[: len(lines)]
        held.add(Shaped(source, lines, {}, [part]))
    with pytest.raises(SourceError) as caught:
        held.settle(True)
    assert (caught.value.where.row, caught.value.found) == (2, "60 zeros")


BETWEEN = Check(kind="total_between", measure="m", low=ROWS, high=2 * ROWS)


@pytest.mark.parametrize(("value", "said"), [(0.99, "198"), (1, None), (2, None), (2.01, "402")])
def test_a_total_may_be_at_its_bounds_and_not_beyond(value, said) -> None:
    shaped = made(block("m", value, {}, "2019"), block("n", 100, {}, "2019"))
    if said is None:
        assert run(shaped, BETWEEN) == {}
        return
    with pytest.raises(SourceError) as caught:
        run(shaped, BETWEEN)
    error = caught.value
    assert (error.found, error.expected, error.where.key) == (said, "200 to 400", "m")
    assert "the total of 2019 cannot be true" in str(error)


def test_a_total_that_is_hidden_in_part_holds_when_it_can() -> None:
    shaped = made(block("m", 1, {}, "2019"))
    shaped.blocks[0].low[:10], shaped.blocks[0].high[:10] = 0, 5
    assert run(shaped, BETWEEN) == {}
    shaped.blocks[0].low[:], shaped.blocks[0].high[:] = 3, 4
    with pytest.raises(SourceError) as caught:
        run(shaped, BETWEEN)
    assert caught.value.found == "600..800"


def test_every_period_has_a_total_of_its_own() -> None:
    years: list[str | None] = ["2018"] * 100 + ["2019"] * 60 + [None] * 40
    total = Check(kind="total_between", measure="m", low=60, high=100)
    with pytest.raises(SourceError, match="the total of the file cannot be true") as caught:
        run(made(block("m", 1, {}, None), period=years), total)
    assert caught.value.found == "40"
    assert (
        run(
            made(block("m", 1, {}, None), period=[*years[:160], *["2017"] * 40]),
            total.model_copy(update={"low": 40}),
        )
        == {}
    )
    only = total.model_copy(update={"where": {"period": "2019"}, "low": 60, "high": 60})
    assert (
        run(
            made(block("m", 1, {}, None), period=[*years[:160], *["2017"] * 40]),
            only.model_copy(update={"low": 0}),
        )
        == {}
    )
    assert run(made(block("m", 1, {}, "2018")), only) == {}, "another period has no such total"
    with pytest.raises(SourceError):
        run(made(block("m", 1, {}, "2019")), only)


def test_records_are_counted_where_there_are_no_values() -> None:
    total = Check(kind="total_between", low=ROWS + 1)
    with pytest.raises(SourceError) as caught:
        run(made(), total)
    assert (caught.value.found, caught.value.where.key) == ("200", "records")
    assert run(made(), Check(kind="total_between", low=ROWS, high=ROWS)) == {}


SUM = Check(kind="sum", whole="all", parts=["a", "b"], allow=0.01)


def test_a_sum_is_only_held_where_all_its_parts_are() -> None:
    whole, a, b = block("all", 5, {}, "2019"), block("a", 2, {}, "2019"), block("b", 3, {}, "2019")
    assert run(made(whole, a, b), SUM) == {}
    assert run(made(block("all", 9, {}, "2019"), a), SUM) == {}
    assert run(made(a, b), SUM) == {}
    apart = block("b", 9, {}, "2020")
    assert run(made(whole, a, apart), SUM) == {}, "another period"


@pytest.mark.parametrize(("rows", "refused"), [(2, False), (3, True)])
def test_a_sum_that_fails_is_named_or_counted(rows: int, refused: bool) -> None:
    whole, a, b = block("all", 5, {}, "2019"), block("a", 2, {}, "2019"), block("b", 3, {}, "2019")
    whole.low[7 : 7 + rows] = whole.high[7 : 7 + rows] = 6
    shaped = made(whole, a, b)
    if not refused:
        found = run(shaped, SUM)
        assert found["total_differs"] == (
            2, "totals that the publisher's own parts do not reach, such as all",
        )  # fmt: skip
        return
    with pytest.raises(SourceError) as caught:
        run(shaped, SUM)
    error = caught.value
    assert (error.where.row, error.where.column) == (9, "all")
    assert (error.found, error.expected) == ("5 for a + b", "6")


def test_at_most_is_no_sum() -> None:
    most = Check(kind="at_most", whole="all", parts=["a"])
    assert run(made(block("all", 5, {}, "2019"), block("a", 4, {}, "2019")), most) == {}
    assert run(made(block("all", 5, {}, "2019"), block("a", 5, {}, "2019")), most) == {}
    with pytest.raises(SourceError) as caught:
        run(made(block("all", 5, {}, "2019"), block("a", 6, {}, "2019")), most)
    assert (caught.value.found, caught.value.expected) == ("6 for a", "at most 5")


KEY = Check(kind="unique", columns=["a", "b"], allow=0.01)


def test_a_key_is_its_columns_in_their_order() -> None:
    names: list[str | None] = [f"k{n}" for n in range(ROWS)]
    assert run(made(a=names, b=names[::-1]), KEY) == {}
    near: list[str | None] = [*names[:196], "x", "y", "xy", ""]
    other: list[str | None] = [*names[:196], "y", "x", "", "xy"]
    assert run(made(a=near, b=other), KEY) == {}
    assert run(made(c=["x"] * ROWS), KEY) == {}, "without its columns nothing can be said"


def test_a_double_key_is_told_with_both_rows() -> None:
    names: list[str | None] = [f"k{n}" for n in range(ROWS)]
    same: list[str | None] = ["s"] * ROWS
    names[150:153] = names[5:8]
    with pytest.raises(SourceError) as caught:
        run(made(a=names, b=same), KEY)
    error = caught.value
    assert (error.where.row, error.where.column, error.found) == (152, "a, b", "k5, s")
    assert error.expected == "a key of its own (also in row 7)"
    names[152] = "k152"
    found = run(made(a=names, b=same), KEY)
    assert found == {"double_key": (2, "records whose key stands in the file twice")}


def test_a_key_is_found_again_in_another_block() -> None:
    held = checks.Held(EXAMS.model_copy(update={"checks": [KEY]}))
    names: list[str | None] = [f"k{n}" for n in range(ROWS)]
    for start, step in ((2, 0), (1000, 1)):
        shaped = made(a=names, b=[f"s{step if n < 197 else 0}" for n in range(ROWS)])
        shaped.lines = np.arange(start, start + ROWS, dtype=np.int32)
        held.add(shaped)
    assert held.settle(True)["double_key"][0] == 3
    exact = checks.Held(EXAMS.model_copy(update={"checks": [Check(kind="unique", columns=["a"])]}))
    for start in (2, 1000):
        shaped = made(a=names)
        shaped.lines = np.arange(start, start + ROWS, dtype=np.int32)
        exact.add(shaped)
    with pytest.raises(SourceError) as caught:
        exact.settle(True)
    assert (caught.value.where.row, caught.value.found) == (1000, "the key of row 2")
