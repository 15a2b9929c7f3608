"""Deadlines and school years have their borders in the Netherlands, also when the clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instroom_web.shared import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),  # clocks go forward
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),  # clocks go back
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_day_begins_at_midnight_in_amsterdam(moment, day):
    assert clock.today(moment) == day


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_a_deadline_ends_with_its_day_however_long_that_is(day, hours):
    end = clock.end_of(day)
    assert end - clock.end_of(day - timedelta(days=1)) == timedelta(hours=hours)
    assert clock.today(end - timedelta(microseconds=1)) == day
    assert clock.today(end) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 7, 31), "2025-2026"),
        (date(2026, 8, 1), "2026-2027"),
        (datetime(2026, 7, 31, 21, 59, tzinfo=UTC), "2025-2026"),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "2026-2027"),
        (date(2026, 12, 31), "2026-2027"),
        (date(2027, 1, 1), "2026-2027"),
    ],
)
def test_a_school_year_begins_on_the_first_of_august(day, year):
    assert clock.school_year_of(day) == year


def test_now_knows_its_zone():
    assert clock.now().utcoffset() == timedelta(0)
