"""The day of a moment is that in the Netherlands, in winter and in summer."""

import pytest

from instroom.core.clock import local_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-29T22:59:00+00:00", "2026-11-29"),
        ("2026-11-29T23:01:00+00:00", "2026-11-30"),
        ("2026-07-31T21:59:00Z", "2026-07-31"),
        ("2026-07-31T22:30:00Z", "2026-08-01"),
        ("2026-07-31T22:30:00+02:00", "2026-07-31"),
        ("2026-07-31", "2026-07-31"),
        ("2026-07-31T23:30:00", "2026-07-31"),
        ("2026", "2026"),
        ("", ""),
    ],
)
def test_the_day_of_a_moment_is_that_in_amsterdam(moment: str, day: str) -> None:
    assert local_day(moment) == day
