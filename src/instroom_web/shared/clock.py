"""What time it is in the Netherlands: deadlines and school years have their borders here."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from instroom.core import periods
from instroom.core.clock import ZONE, day_of

AMSTERDAM = ZoneInfo(ZONE)


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def today(moment: datetime | None = None) -> date:
    """Return the date in Amsterdam, now or at a moment."""
    return day_of(moment or now())


def school_year_of(day: date | datetime) -> str:
    """Return the school year of a date, or of a moment as its date is in Amsterdam.

    Examples
    --------
    >>> school_year_of(date(2026, 7, 31)), school_year_of(date(2026, 8, 1))
    ('2025-2026', '2026-2027')
    """
    return periods.school_year_of(today(day) if isinstance(day, datetime) else day)


def end_of(day: date) -> datetime:
    """Return the moment, in UTC, at which a day in Amsterdam is over: a deadline of that day."""
    midnight = datetime.combine(day + timedelta(days=1), time(), AMSTERDAM)
    return midnight.astimezone(UTC)
