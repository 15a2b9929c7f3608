"""On which day something was in the Netherlands: the days that people read are those there.

Knows no present moment: the command line and the web bring it.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = "Europe/Amsterdam"


def day_of(moment: datetime) -> date:
    """Return the date in Amsterdam at a moment that knows its zone.

    Examples
    --------
    >>> day_of(datetime.fromisoformat("2026-07-31T22:30:00+00:00")).isoformat()
    '2026-08-01'
    """
    return moment.astimezone(ZoneInfo(ZONE)).date()


def local_day(moment: str) -> str:
    """Return the day in Amsterdam of a moment in ISO 8601; what is none stays as it is.

    A day, or a moment without a zone, is taken to be of Amsterdam already.

    Examples
    --------
    >>> local_day("2026-11-29T23:30:00+00:00"), local_day("2026-11-29"), local_day("")
    ('2026-11-30', '2026-11-29', '')
    """
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return (day_of(when) if when.tzinfo else when.date()).isoformat()


def local_time(moment: str) -> str:
    """Return the time in Amsterdam of a moment in ISO 8601, as ``10:35``; empty for a day alone.

    Examples
    --------
    >>> local_time("2026-11-30T09:35:44+00:00"), local_time("2026-11-30")
    ('10:35', '')
    """
    if "T" not in moment:
        return ""
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(ZONE)).strftime("%H:%M")
