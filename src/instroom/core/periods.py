"""School years and calendar years; the two never mix.

A school year ``2018-2019`` starts on its reference date, 1 October 2018. A calendar year is
written ``2019``. Codes sort in time within one kind.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from instroom.core.errors import DataError
from instroom.core.messages import Message

Kind = Literal["school", "calendar"]
_SCHOOL = re.compile(r"(\d{4})[-/](\d{4}|\d{2})")
_YEAR = re.compile(r"\d{4}")
_CBS = re.compile(r"(\d{4})(JJ|SJ)00")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One school year or calendar year, by its first year.

    Examples
    --------
    >>> Period("school", 2018).code, Period("calendar", 2019).code
    ('2018-2019', '2019')
    >>> Period("school", 2018).reference_date.isoformat()
    '2018-10-01'
    """

    kind: Kind
    start: int

    @property
    def code(self) -> str:
        """The public code."""
        return f"{self.start}-{self.start + 1}" if self.kind == "school" else str(self.start)

    @property
    def reference_date(self) -> date:
        """The day the count is about: 1 October, or 1 January of a calendar year."""
        return date(self.start, 10, 1) if self.kind == "school" else date(self.start, 1, 1)

    def __str__(self) -> str:
        return self.code


#: The Dutch school year begins on 1 August (Wet voortgezet onderwijs 2020, article 1.1).
FIRST_MONTH = 8


def school_year_of(day: date) -> str:
    """Return the code of the school year of a day.

    Examples
    --------
    >>> school_year_of(date(2026, 7, 31)), school_year_of(date(2026, 8, 1))
    ('2025-2026', '2026-2027')
    """
    return Period("school", day.year if day.month >= FIRST_MONTH else day.year - 1).code


@lru_cache(maxsize=4096)  # a few dozen periods are asked for hundreds of thousands of times
def parse(text: str) -> Period:
    """Read a period as publishers and people write it.

    Accepts ``2018-2019``, ``2018/2019``, ``2018/'19``, ``2019``, ``2019JJ00`` (CBS calendar
    year) and ``2019SJ00`` (CBS school year that starts in 2019).

    Raises
    ------
    DataError
        When the text is no period, or the two years do not follow each other.

    Examples
    --------
    >>> parse("2019SJ00").code, parse("2019JJ00").code, parse("2018/'19").code
    ('2019-2020', '2019', '2018-2019')
    """
    clean = text.strip().replace("'", "")
    if match := _CBS.fullmatch(clean):
        return Period("school" if match[2] == "SJ" else "calendar", int(match[1]))
    if match := _SCHOOL.fullmatch(clean):
        start, end = int(match[1]), int(match[2])
        if end == (start + 1 if end > 99 else (start + 1) % 100):
            return Period("school", start)
    elif _YEAR.fullmatch(clean):
        return Period("calendar", int(clean))
    raise DataError(
        "'{text}' is not a period",
        code="unknown_period",
        found=text[:60],
        expected=Message("a school year such as 2018-2019 or a calendar year such as 2019"),
        hint=_meant(clean),
        text=text[:60],
    )


def _meant(text: str) -> str:
    """Return the period that was probably meant by two years that do not follow each other."""
    years = re.fullmatch(r"(\d{4})\D+(\d{4})", text)
    if not years:
        return Message("write four digits per year; a span is FROM:TO")
    start, end = int(years[1]), int(years[2])
    first, last = f"{start}-{start + 1}", f"{end - 1}-{end}"
    if end <= start:
        return Message("one school year is '{first}'", first=first)
    return Message(
        "one school year is '{first}'; from one to another is '{first}:{last}'",
        first=first,
        last=last,
    )


def span(text: str) -> tuple[Period | None, Period | None]:
    """Read ``FROM:TO``; one period alone means just that one, an empty side is open.

    Examples
    --------
    >>> [p and p.code for p in span("2015-2016:")]
    ['2015-2016', None]
    """
    first, colon, last = text.partition(":")
    low = parse(first) if first else None
    high = parse(last) if last else (None if colon else low)
    if low and high and low.start > high.start:
        raise DataError(
            "the period ends before it begins",
            code="unknown_period",
            found=text[:60],
            expected=Message("FROM:TO, the earlier one first"),
            hint=Message("did you mean '{last}:{first}'?", last=last.strip(), first=first.strip()),
        )
    return low, high


def inside(period: str, edges: tuple[Period | None, Period | None]) -> bool:
    """Return whether a period lies between two edges, both included; None is no edge.

    A calendar year lies in no span of school years, and the other way round.

    Examples
    --------
    >>> inside("2018-2019", span("2015-2016:")), inside("2018-2019", span("2018"))
    (True, False)
    """
    here = parse(period)
    low, high = edges
    if any(edge is not None and edge.kind != here.kind for edge in edges):
        return False
    return (low is None or low <= here) and (high is None or here <= high)
