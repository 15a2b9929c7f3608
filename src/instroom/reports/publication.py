"""When publishers bring out newer figures: from what they say themselves, and the day it is asked.

Nothing here is promised: what a publisher does not say is not known, and a date that has passed is
said to have passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from instroom.core import periods
from instroom.core.errors import DataError
from instroom.core.texts import Texts
from instroom.definitions import models
from instroom.reports import words
from instroom.reports.days import month_names
from instroom.reports.reader_files import source_of
from instroom.reports.stored_rows import InputRow

State = Literal["unknown", "stopped", "yearly", "expected", "due", "recorded"]
#: What is most worth saying of several sources comes first.
_ORDER: tuple[State, ...] = ("due", "expected", "recorded", "yearly", "stopped", "unknown")


@dataclass(frozen=True, slots=True)
class NextPublication:
    """The next period of a publisher's table: whether it is known when, and when.

    ``month`` is the first day of the month in which it is expected; None when that is not known.
    """

    state: State
    period: str = ""
    month: date | None = None


def next_publication(
    source: models.SourceDefinition | None, newest: str, today: date
) -> NextPublication:
    """Return when the period after ``newest`` (the newest one read here) is expected.

    A month that has begun counts as to come until it is over. Where only "every year" is known, a
    period is overdue when the whole calendar year after it has passed.

    Examples
    --------
    >>> next_publication(None, "2023-2024", date(2026, 11, 1)).state
    'unknown'
    """
    said = source.publication if source else None
    if source and source.kind == "rows":
        return NextPublication("recorded")
    if source is None or said is None:
        return NextPublication("unknown")
    if said.every == "stopped":
        return NextPublication("stopped")
    try:
        last = periods.parse(newest)
    except DataError:  # a table without periods, such as a list of addresses
        return NextPublication("yearly")
    following = periods.Period(last.kind, last.start + 1)
    if said.month:
        month = date(following.start + said.years_later, said.month, 1)
        passed = (month.year, month.month) < (today.year, today.month)
        return NextPublication("due" if passed else "expected", following.code, month)
    whole_year = source.periods.kind == "exam" and following.kind == "school"
    ends = following.start + 1 if whole_year else following.start
    return NextPublication("due" if today.year > ends + 1 else "yearly", following.code)


def publication_words(found: NextPublication, t: Texts) -> str:
    """Return in a sentence when newer figures are expected."""
    if found.state == "stopped":
        return t("De uitgever is met deze tabel gestopt.")
    if found.state == "unknown":
        return t("Volgende publicatie: niet bekend.")
    if found.state == "recorded":
        return t("Verandert zodra iemand iets vastlegt of bevestigt.")
    values = {"period": found.period, "month": _month(found.month, t)}
    if found.state == "due" and found.month:
        return t(
            "Volgende publicatie: {period} is al verwacht sinds {month}, hier nog niet ingelezen.",
            **values,
        )
    if found.state == "due":
        return t(
            "Volgende publicatie: {period} is al verwacht en hier nog niet ingelezen.", **values
        )
    if found.state == "expected":
        return t("Volgende publicatie: {period}, verwacht in {month}.", **values)
    return t("Volgende publicatie: elk jaar een, in welke maand is niet bekend.")


def together(found: Iterable[NextPublication], t: Texts) -> str:
    """Return in one sentence when newer figures of a page are expected; empty for no sources."""
    known = sorted(found, key=lambda one: (_ORDER.index(one.state), one.month or date.max))
    if not known:
        return ""
    due = sum(one.state == "due" for one in known)
    if due == 1 == len(known):
        return t("Nieuwere cijfers zijn al verwacht en hier nog niet ingelezen.")
    if due:
        return t(
            "Van {due} van de {all} bronnen zijn nieuwere cijfers al verwacht, nog niet gelezen.",
            due=due,
            all=len(known),
        )
    if known[0].state == "expected":
        month = _month(known[0].month, t)
        if len({(one.state, one.month) for one in known}) > 1:
            return t(
                "Van een deel van de bronnen zijn nieuwere cijfers verwacht in {month}.",
                month=month,
            )
        return t("Nieuwere cijfers zijn verwacht in {month}.", month=month)
    return _without_month({one.state for one in known}, t)


def _without_month(states: set[State], t: Texts) -> str:
    """Return what is known of sources that tell no month; what holds of some is said of some."""
    if states == {"stopped"}:
        return t("Nieuwere cijfers komen niet meer: de uitgever is ermee gestopt.")
    if states == {"yearly"}:
        return t("Nieuwere cijfers komen elk jaar; in welke maand is niet bekend.")
    if states == {"unknown"}:
        return t("Wanneer er nieuwere cijfers komen, is niet bekend.")
    if states == {"recorded"}:
        return t("Dit cijfer verandert zodra iemand iets vastlegt of bevestigt.")
    said = {
        "recorded": t("Een deel verandert zodra iemand iets vastlegt of bevestigt."),
        "yearly": t("Van een deel van de bronnen komen elk jaar nieuwere cijfers."),
        "stopped": t("Met een deel van de bronnen is de uitgever gestopt."),
        "unknown": t(
            "Van een deel van de bronnen is niet bekend wanneer er nieuwere cijfers komen."
        ),
    }
    return " ".join(text for state, text in said.items() if state in states)


def _month(month: date | None, t: Texts) -> str:
    return f"{month_names(t)[month.month - 1]} {month.year}" if month else ""


def newest_periods(inputs: Iterable[InputRow]) -> Mapping[str, str]:
    """Return the newest period that was read of each source, by its id."""
    found: dict[str, str] = {}
    for row in inputs:
        source = row.get("source", "")
        found[source] = max(found.get(source, ""), row.get("vintage") or "")
    return found


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A publisher's table as a page shows it: what it is called, where it is, what comes next."""

    title: str
    publisher: str
    page: str
    expected: str
    said: str
    state: NextPublication


def source_line_of(row: InputRow, newest: Mapping[str, str], today: date, t: Texts) -> SourceLine:
    """Return what a page says of one file of a publisher; ``newest`` as of all files read.

    A release of an earlier version may know less of its files.
    """
    name, publisher = row.get("source", ""), row.get("publisher", "")
    source = source_of(name)
    found = next_publication(source, newest.get(name, ""), today)
    return SourceLine(
        t(row["title"]) if row.get("title") else row["file"] or "",
        words.publisher(publisher),
        source.page if source else "",
        publication_words(found, t),
        source.publication.said if source and source.publication else "",
        found,
    )
