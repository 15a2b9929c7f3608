"""What schools state once a year: when it is asked, what fits together, and how it is counted.

What nobody stated is not known. It is never a zero, and never a "no".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from instroom.core import periods
from instroom.core.periods import Period, school_year_of
from instroom.definitions import models
from instroom.inflow.cooperation import UNKNOWN, day_in
from instroom.sources.own_rows import keep_state
from instroom.sources.store import Store

#: Question -> what was answered: a number, or an option. What is not known is not in it.
Answers = Mapping[str, int | str]
#: Columns of a state of yearly questions, in the words of its source definition.
YEARLY_HEADER = ("SCHOOLJAAR", "VESTIGING", "GEMEENTE", "BESTUUR", "SOORT", "ANTWOORD", "AANTAL")


@dataclass(frozen=True, slots=True)
class StatingSchool:
    """A school with what it stated per school year; ``ended`` is the day since it is no more."""

    code: str
    municipality: str
    board: str
    sector: str
    stated: Mapping[str, Answers] = field(default_factory=dict)
    ended: date | None = None


def years_asked(asked: models.YearlyQuestions, today: date) -> list[str]:
    """Return the school years that are asked about by now, the newest first.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> sets = registry.yearly_questions()
    >>> years_asked(sets["guides"], date(2026, 11, 30))[0]
    '2026-2027'
    >>> years_asked(sets["before_and_after"], date(2026, 11, 30))[0]
    '2025-2026'
    """
    found = _years(asked.since, today)
    month = f"{asked.asked_in:02}-01"
    return [year for year in reversed(found) if day_in(year, month) <= today]


def _years(first: str, today: date) -> list[str]:
    start, last = periods.parse(first).start, periods.parse(school_year_of(today)).start
    return [Period("school", one).code for one in range(start, last + 1)]


def beyond_whole(asked: models.YearlyQuestions, answers: Answers) -> str:
    """Return the question whose number makes the parts more than their whole; empty when none.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> asked = registry.yearly_questions()["guides"]
    >>> beyond_whole(asked, {"guides": 10, "trained": 6, "in_training": 5})
    'in_training'
    >>> beyond_whole(asked, {"trained": 6, "in_training": 5})
    ''
    """
    whole = answers.get(asked.whole) if asked.whole else None
    given = [(name, answers[name]) for name in asked.parts if name in answers]
    if whole is None or sum(int(number) for _, number in given) <= int(whole):
        return ""
    return next(name for name, number in reversed(given) if int(number))


def counted_answers(asked: models.YearlyQuestions, answers: Answers) -> dict[str, int]:
    """Return what one school's answers count for: a code of the source, and how many.

    Numbers count when all that belong together are known; else the school is not known.

    Examples
    --------
    >>> from instroom.definitions import registry
    >>> sets = registry.yearly_questions()
    >>> counted_answers(sets["guides"], {"guides": 10, "trained": 6, "in_training": 0})
    {'trained': 6, 'in_training': 0, 'not_trained': 4, 'stated': 1}
    >>> counted_answers(sets["guides"], {"guides": 10, "trained": 6})
    {'unknown': 1}
    >>> counted_answers(sets["before_and_after"], {"quantitative": "both"})
    {'quantitative_both': 1, 'qualitative_unknown': 1}
    """
    found: dict[str, int] = {}
    if asked.whole:
        if all(name in answers for name in (asked.whole, *asked.parts)):
            found = {name: int(answers[name]) for name in asked.parts}
            found[asked.rest] = int(answers[asked.whole]) - sum(found.values())
            found["stated"] = 1
        else:
            found[UNKNOWN] = 1
    for one in asked.questions:
        if one.type == "choice":
            found[f"{one.id}_{answers.get(one.id, UNKNOWN)}"] = 1
    return found


def yearly_rows(
    asked: models.YearlyQuestions, schools: Iterable[StatingSchool], today: date
) -> list[tuple[str, ...]]:
    """Return the rows of a state, in the columns of :data:`YEARLY_HEADER`.

    Every school of the sectors has rows of every counted school year, from the first of which
    anything was stated; nothing stated at all gives no rows.
    """
    mine = [one for one in schools if one.sector in asked.sectors]
    known = [year for one in mine for year, answers in one.stated.items() if answers]
    if not known:
        return []
    return [
        (year, one.code, one.municipality, one.board, one.sector, code, str(number))
        for year in _years(min(known), today)
        if day_in(year, asked.counted_on) <= today
        for one in mine
        if one.ended is None or day_in(year, asked.counted_on) < one.ended
        for code, number in counted_answers(asked, one.stated.get(year, {})).items()
    ]


def keep_yearly_state(
    data: Path,
    asked: models.YearlyQuestions,
    schools: Iterable[StatingSchool],
    *,
    today: date,
    at: datetime,
) -> None:
    """Keep what schools stated by a moment as a state of the source that the questions feed."""
    rows = yearly_rows(asked, schools, today)
    if asked.source and rows:
        keep_state(Store(data), asked.source, YEARLY_HEADER, rows, at=at)
