"""What one cell says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instroom.core.places import location_code, municipality_code
from instroom.definitions import registry
from instroom.sources.cells import Kind, parse


@pytest.mark.parametrize(
    ("text", "low", "high", "status"),
    [
        ("12", 12, 12, "ok"),
        ("0", 0, 0, "ok"),
        ("007", 7, 7, "ok"),
        (" 12 ", 12, 12, "ok"),
        ("\N{NO-BREAK SPACE}12", 12, 12, "ok"),
        ("12.0", 12, 12, "ok"),
        ("12,00", 12, 12, "ok"),
        ("1.001", 1001, 1001, "ok"),
        ("1.001.002", 1001002, 1001002, "ok"),
        ("<5", 1, 4, "bounded"),
        ("< 5", 1, 4, "bounded"),
        ("<10", 1, 9, "bounded"),
        ("", None, None, "missing"),
        ("    ", None, None, "missing"),
        (".", None, None, "missing"),
        ("       .", None, None, "missing"),
        ("-", None, None, "missing"),
        ("x", None, None, "missing"),
        ("N.v.t.", None, None, "missing"),
    ],
)
def test_count_says(text: str, low: float | None, high: float | None, status: str) -> None:
    cell = parse(text, "count")
    assert (cell.low, cell.high, cell.status) == (low, high, status)


@pytest.mark.parametrize(
    "text",
    ["HAVO", "6,4", "1.01", "-2", "1 001", "0x1", "1e3", "٣", "12;13", "<", "<x", "100,0%", "nan"],
)
def test_count_refuses(text: str) -> None:
    assert parse(text, "count").status is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.001", 1.001), ("6,4", 6.4), (",5", 0.5), ("7", 7.0), ("6.", 6.0)],
)
def test_decimal_says(text: str, value: float) -> None:
    assert parse(text, "decimal").low == value


@pytest.mark.parametrize("kind", ["decimal", "flagged"])
def test_a_number_below_zero_is_one_only_where_the_layout_says_so(kind: Kind) -> None:
    assert parse("-1", kind).status is None
    assert parse("-0,5", kind, below_zero=True).low == -0.5
    assert parse("-5", "count", below_zero=True).status is None


@pytest.mark.parametrize("kind", ["count", "decimal", "flagged"])
def test_a_number_that_no_float_holds_is_none(kind: Kind) -> None:
    assert parse("9" * 15, kind).low == 999_999_999_999_999
    assert parse("1" + "0" * 15, kind).status is None
    assert parse("1" * 39, kind, below_zero=True).status is None


def test_decimal_mark_that_is_missing_follows_the_definition() -> None:
    assert parse(",0", "decimal").low == 0
    assert parse(",0", "decimal", frozenset({",0"})).status == "missing"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("83,3%", 0.833),
        ("90.9", 0.909),
        ("100,0%", 1.0),
        ("100", 1.0),
        ("0", 0.0),
        ("83,3 %", 0.833),
    ],
)
def test_percent_becomes_a_share(text: str, value: float) -> None:
    assert parse(text, "percent").low == value


@pytest.mark.parametrize("text", ["100,1%", "-1", "833", "HAVO", "%"])
def test_percent_refuses_what_is_no_share(text: str) -> None:
    assert parse(text, "percent").status is None


def test_percent_of_nobody_is_missing_and_zero_is_zero() -> None:
    assert parse(",0%", "percent", frozenset({",0%"})).status == "missing"
    assert parse("0,0%", "percent", frozenset({",0%"})).low == 0
    assert parse("<5", "percent").status == "missing"


@pytest.mark.parametrize(
    ("text", "value", "status", "flag"),
    [
        ("12.3 b", 12.3, "ok", "b"),
        ("0 z", 0, "ok", "z"),
        (": ", None, "missing", ""),
        (": u", None, "missing", "u"),
    ],
)
def test_flagged_keeps_the_flag(text: str, value: float | None, status: str, flag: str) -> None:
    cell = parse(text, "flagged")
    assert (cell.low, cell.status, cell.flag) == (value, status, flag)


@pytest.mark.parametrize("location", ["00AH00", "0", "00", " 0", "0.0"])
def test_location_keys_are_one_school(location: str) -> None:
    assert location_code("00AH", location) == "00AH00"


@pytest.mark.parametrize("code", ["153", " 153", "0153", "153.0", "GM0153"])
def test_municipality_keys_are_one_municipality(code: str) -> None:
    assert municipality_code(code) == "GM0153"
    assert municipality_code(" 637") == "GM0637"


@given(
    st.text(), st.sampled_from(["count", "decimal", "percent", "flagged"]), st.frozensets(st.text())
)
@example("²", "count", frozenset())
@example("٣", "decimal", frozenset())
@example("1" * 400, "decimal", frozenset())
@example("1" * 400 + " b", "flagged", frozenset())
@example("<" + "9" * 400, "count", frozenset())
@example("<" + "9" * 5000, "count", frozenset())
@example("9" * 5000, "count", frozenset())
@example("<٣", "count", frozenset())
@example("-,5", "percent", frozenset())
@example("1,5", "flagged", frozenset())
def test_parse_never_raises_and_bounds_are_ordered(
    text: str, kind: str, missing: frozenset[str]
) -> None:
    cell = parse(text, kind, missing)
    if cell.status in ("ok", "bounded"):
        assert cell.low is not None and cell.high is not None
        assert cell.low <= cell.high < float("inf")
        assert (cell.low == cell.high) == (cell.status == "ok")
    else:
        assert cell.low is None and cell.high is None


@given(st.integers(0, 10**9))
def test_count_reads_what_was_written(number: int) -> None:
    assert parse(str(number), "count").low == number
    if number >= 1000:
        assert parse(f"{number:,}".replace(",", "."), "count").low == number


def test_minus_one_is_hidden_only_where_the_source_says_so() -> None:
    assert parse("-1", "count").status is None
    found = parse("-1", "count", frozenset(), frozenset({"-1"}))
    assert (found.low, found.high, found.status) == (1, 4, "bounded")
    declared = {s.id for s in registry.sources().values() if any(v.hidden for v in s.values)}
    kinds = ("entrants", "enrolments", "graduates")
    assert declared == {f"duo_{school}_{kind}" for school in ("hbo", "wo") for kind in kinds}
