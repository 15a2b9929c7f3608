"""School years and calendar years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.core.periods import Period, parse, span


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2018-2019", "2018-2019"),
        ("2018/2019", "2018-2019"),
        ("2018/'19", "2018-2019"),
        ("2018-19", "2018-2019"),
        (" 2018-2019 ", "2018-2019"),
        ("1999-2000", "1999-2000"),
        ("1999-00", "1999-2000"),
        ("2019", "2019"),
        ("2019JJ00", "2019"),
        ("2019SJ00", "2019-2020"),
    ],
)
def test_period_is_read_as_written(text: str, code: str) -> None:
    assert parse(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2018-2020",
        "2019-2018",
        "18-19",
        "2018-2019-2020",
        "2019KW01",
        "20190",
        "jaar",
        "2018-2119",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        parse(text)
    assert caught.value.code == "unknown_period"
    assert caught.value.found == text


def test_reference_date_is_october_or_january() -> None:
    assert Period("school", 2018).reference_date == date(2018, 10, 1)
    assert Period("calendar", 2018).reference_date == date(2018, 1, 1)


@given(st.sampled_from(["school", "calendar"]), st.integers(1000, 9998))
def test_a_code_is_read_back(kind, start: int) -> None:
    assert parse(Period(kind, start).code) == Period(kind, start)


@given(st.lists(st.integers(1000, 9998), min_size=2))
def test_codes_sort_in_time(starts: list[int]) -> None:
    in_time = [Period("school", start) for start in sorted(starts)]
    assert [p.code for p in in_time] == sorted(p.code for p in in_time)
    assert in_time == sorted(in_time)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-2016:2018-2019", ["2015-2016", "2018-2019"]),
        ("2015-2016:", ["2015-2016", None]),
        (":2015-2016", [None, "2015-2016"]),
        ("2015-2016", ["2015-2016", "2015-2016"]),
        (":", [None, None]),
    ],
)
def test_span_has_open_sides(text: str, expected: list[str | None]) -> None:
    assert [p and p.code for p in span(text)] == expected
