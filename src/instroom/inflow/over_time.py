"""Change between two dates, over the schools that are known at both.

Better registration alone must not read as growth: a school of which something is known only at
the later date says nothing about change.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairedChange:
    """How many schools did something at two dates, counted over those known at both.

    ``known_then`` and ``known_now`` are the schools known at each date, ``schools`` all schools:
    they belong beside the change, which speaks for ``known_both`` schools only.
    """

    schools: int
    known_then: int
    known_now: int
    known_both: int
    yes_then: int
    yes_now: int

    @property
    def change(self) -> int | None:
        """Return how many schools more do it now; None when no school is known at both dates."""
        return self.yes_now - self.yes_then if self.known_both else None


def paired_change(
    then: Mapping[str, bool | None], now: Mapping[str, bool | None], schools: frozenset[str]
) -> PairedChange:
    """Return the change over the schools known at both dates.

    ``then`` and ``now`` say per school code whether it does something; None and a code that is
    missing are both not known. What is said of a code outside ``schools`` does not count.

    Examples
    --------
    >>> paired_change({"a": False}, {"a": False, "b": True}, frozenset("abc")).change
    0
    >>> paired_change({}, {"b": True}, frozenset("abc")).change is None
    True
    """
    known_then = {code for code in schools if then.get(code) is not None}
    known_now = {code for code in schools if now.get(code) is not None}
    both = known_then & known_now
    return PairedChange(
        schools=len(schools),
        known_then=len(known_then),
        known_now=len(known_now),
        known_both=len(both),
        yes_then=sum(then[code] is True for code in both),
        yes_now=sum(now[code] is True for code in both),
    )
