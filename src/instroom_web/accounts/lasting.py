"""How long a sign-in lasts: half an hour without a request ends it, and so do eight hours."""

from datetime import datetime, timedelta

#: A request is written down once in this time, so that reading costs no write.
NOTED = timedelta(minutes=1)
#: Half an hour, and as long as the last request may not have been written down: never too early.
IDLE = timedelta(minutes=30) + NOTED
LONGEST = timedelta(hours=8)


def was_away(seen: datetime, moment: datetime) -> bool:
    """Return whether somebody made no request for half an hour.

    Examples
    --------
    >>> noon = datetime(2026, 11, 30, 12)
    >>> was_away(noon, noon + timedelta(minutes=30)), was_away(noon, noon + timedelta(minutes=31))
    (False, True)
    """
    return moment - seen >= IDLE


def lasted(began: datetime, moment: datetime) -> bool:
    """Return whether a sign-in is as old as it may become, however busy somebody was."""
    return moment - began >= LONGEST
