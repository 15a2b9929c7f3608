"""How far schools and companies work together: the rung of a ladder, computed from what is known.

Nobody ticks "structural". A rung is reached when its conditions are met in a school year; what is
not recorded is not known, and a school of which nothing is recorded is not a school that does
nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from instroom.core import periods
from instroom.core.periods import FIRST_MONTH, Period, school_year_of
from instroom.definitions import models
from instroom.definitions.models import Condition

#: The two that confirm a cooperation.
Side = Literal["school", "company"]
SIDES: tuple[Side, ...] = ("school", "company")
#: What somebody said of a school and a school year: all is recorded, or there is nothing.
Said = Literal["all_recorded", "nothing"]
#: The state of a school of which nothing is known, and of one that said it does nothing.
UNKNOWN, NOTHING = "unknown", "nothing"
_AT_LEAST = "_at_least"


@dataclass(frozen=True, slots=True)
class CooperationFacts:
    """What is recorded of one cooperation: years are school years such as ``2025-2026``.

    ``until`` is the last school year; empty when it goes on. ``plan_signed`` and ``in_curriculum``
    are the days since which that is so; None when it is not. ``confirmed`` holds who said yes, and
    for which school year.
    """

    since: str
    until: str = ""
    plan_signed: date | None = None
    in_curriculum: date | None = None
    confirmed: frozenset[tuple[str, Side]] = field(default=frozenset())

    def runs_in(self, year: str) -> bool:
        """Return whether it goes on in a school year."""
        return self.since <= year and (not self.until or year <= self.until)


def day_in(year: str, month_day: str) -> date:
    """Return a day of the ladder in a school year.

    Examples
    --------
    >>> day_in("2025-2026", "07-01"), day_in("2025-2026", "10-01")
    (datetime.date(2026, 7, 1), datetime.date(2025, 10, 1))
    """
    month, day = (int(part) for part in month_day.split("-"))
    start = periods.parse(year).start
    return date(start if month >= FIRST_MONTH else start + 1, month, day)


def conditions_met(
    facts: CooperationFacts, year: str, ladder: models.Ladder, today: date
) -> dict[Condition, bool]:
    """Return for every condition of a ladder whether it is met in a school year.

    What was signed or planned after the day on which that year was counted does not count for it.
    """
    until = min(day_in(year, ladder.counted_on), today)
    years = periods.parse(year).start - periods.parse(facts.since).start + 1
    met: dict[Condition, bool] = {
        "both_confirmed": all((year, side) in facts.confirmed for side in SIDES),
        "long_enough": years >= ladder.least_school_years,
        "plan_signed": facts.plan_signed is not None and facts.plan_signed <= until,
        "in_curriculum": facts.in_curriculum is not None and facts.in_curriculum <= until,
    }
    return {name: met[name] for name in ladder.conditions}


def rung_of(
    facts: CooperationFacts, year: str, ladder: models.Ladder, today: date
) -> models.LadderRung | None:
    """Return the highest rung of which all conditions are met; None when it does not run then.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> ladder = registry.ladders()["school_company"]
    >>> both = frozenset({("2026-2027", "school"), ("2026-2027", "company")})
    >>> found = rung_of(
    ...     CooperationFacts("2025-2026", confirmed=both), "2026-2027", ladder, date(2027, 7, 1)
    ... )
    >>> found.id
    'repeated'
    """
    if not facts.runs_in(year):
        return None
    met = conditions_met(facts, year, ladder, today)
    return next(
        (rung for rung in reversed(ladder.rungs) if all(met[name] for name in rung.conditions)),
        None,
    )


def state_of_school(
    cooperations: Iterable[CooperationFacts],
    said: Said | None,
    year: str,
    ladder: models.Ladder,
    today: date,
) -> str:
    """Return the state of a school in a school year: a code of the list ``cooperation``.

    The best rung counts. As long as nobody said that all is recorded, it may be more than that.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> ladder, day = registry.ladders()["school_company"], date(2027, 7, 1)
    >>> [state_of_school([], said, "2026-2027", ladder, day) for said in (None, "nothing")]
    ['unknown', 'nothing']
    """
    order = [rung.id for rung in ladder.rungs]
    rungs = [
        found.id for one in cooperations if (found := rung_of(one, year, ladder, today)) is not None
    ]
    if not rungs:
        return UNKNOWN if said is None else NOTHING
    best = max(rungs, key=order.index)
    whole = best == order[-1] or said is not None
    return best if whole else f"{best}{_AT_LEAST}"


def years_to_count(known: Iterable[str], ladder: models.Ladder, today: date) -> list[str]:
    """Return the school years that are counted: from the first of which something is known.

    A school year counts from its counting day on. As long as none did, the running year is there,
    as it stands.

    Parameters
    ----------
    known
        School years of which somebody confirmed or said something.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> ladder = registry.ladders()["school_company"]
    >>> years_to_count(["2025-2026"], ladder, date(2026, 11, 30))
    ['2025-2026']
    >>> years_to_count([], ladder, date(2026, 11, 30))
    ['2026-2027']
    """
    running = school_year_of(today)
    first, last = min(known, default=running), periods.parse(running).start
    found = [
        year
        for start in range(periods.parse(first).start, last + 1)
        if day_in(year := Period("school", start).code, ladder.counted_on) <= today
    ]
    return found or [running]


@dataclass(frozen=True, slots=True)
class LedgerSchool:
    """A school as the ledger counts it, with its cooperations and what was said per school year.

    ``ended`` is the day since which it is no more: it counts in the school years counted before.
    """

    code: str
    municipality: str
    board: str
    sector: str
    cooperations: tuple[CooperationFacts, ...] = ()
    said: Mapping[str, Said] = field(default_factory=dict)
    ended: date | None = None


#: Columns of a state of cooperation, in the words of its source definition.
HEADER = ("SCHOOLJAAR", "VESTIGING", "GEMEENTE", "BESTUUR", "SOORT", "TREDE", "SCHOLEN")


def state_rows(
    schools: Iterable[LedgerSchool], ladder: models.Ladder, today: date
) -> list[tuple[str, ...]]:
    """Return a row per school and counted school year, in the columns of :data:`HEADER`."""
    found = list(schools)
    known = {year for one in found for year in one.said}
    known |= {year for one in found for each in one.cooperations for year, _ in each.confirmed}
    return [
        (
            year,
            one.code,
            one.municipality,
            one.board,
            one.sector,
            state_of_school(one.cooperations, one.said.get(year), year, ladder, today),
            "1",
        )
        for year in years_to_count(known, ladder, today)
        for one in found
        if one.ended is None or day_in(year, ladder.counted_on) < one.ended
    ]
