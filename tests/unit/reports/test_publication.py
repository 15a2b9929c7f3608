"""What is said of figures to come: never a date that has passed, never one that nobody gave."""

from datetime import date

import pytest

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.definitions.models import Publication
from instroom.reports.days import date_words
from instroom.reports.publication import (
    NextPublication,
    newest_periods,
    next_publication,
    publication_words,
    together,
)

NL = Texts("nl")
EXAM = registry.sources()["duo_exam_results"]
OCTOBER = registry.sources()["duo_vo_pupils"]


def said(**rule: object) -> Publication:
    return Publication.model_validate({"said": "https://voorbeeld.nl/", **rule})


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 2, 28), "expected"),
        (date(2025, 3, 31), "expected"),
        (date(2025, 4, 1), "due"),
        (date(2026, 1, 1), "due"),
    ],
)
def test_a_month_is_to_come_until_it_is_over(today: date, state: str) -> None:
    source = OCTOBER.model_copy(update={"publication": said(month=3)})
    found = next_publication(source, "2023-2024", today)
    assert (found.state, found.period, found.month) == (state, "2024-2025", date(2025, 3, 1))


@pytest.mark.parametrize("month", range(1, 13))
def test_no_month_that_has_passed_is_called_expected(month: int) -> None:
    source = OCTOBER.model_copy(update={"publication": said(month=month)})
    for day in range(1, 13):
        today = date(2025, day, 15)
        found = next_publication(source, "2023-2024", today)
        assert found.month is not None
        assert (found.state == "expected") == (found.month >= date(2025, day, 1))
        words = publication_words(found, NL)
        assert ("verwacht in" in words) == (found.state == "expected")


@pytest.mark.parametrize(
    ("source", "newest", "year", "state"),
    [
        (OCTOBER, "2023-2024", 2025, "yearly"),
        (OCTOBER, "2023-2024", 2026, "due"),
        (EXAM, "2023-2024", 2026, "yearly"),  # the year of exams ends a year later
        (EXAM, "2023-2024", 2027, "due"),
    ],
)
def test_without_a_month_a_whole_year_passes_first(
    source: object, newest: str, year: int, state: str
) -> None:
    assert next_publication(source, newest, date(year, 6, 1)).state == state  # type: ignore[arg-type]


def test_what_nobody_says_is_not_known() -> None:
    silent = OCTOBER.model_copy(update={"publication": None})
    assert publication_words(next_publication(silent, "2023-2024", date(2030, 1, 1)), NL) == (
        "Volgende publicatie: niet bekend."
    )
    stopped = OCTOBER.model_copy(update={"publication": said(every="stopped")})
    assert "gestopt" in publication_words(next_publication(stopped, "2023", date(2030, 1, 1)), NL)
    no_period = next_publication(OCTOBER, "", date(2030, 1, 1))
    assert (no_period.state, no_period.period) == ("yearly", "")


def test_a_page_says_first_what_is_overdue() -> None:
    due, later = (
        NextPublication("due", "2020"),
        NextPublication("expected", "2021", date(2031, 3, 1)),
    )
    assert "1 van de 3 bronnen" in together([later, due, NextPublication("unknown")], NL)
    assert together([later, NextPublication("yearly")], NL).endswith("in maart 2031.")
    assert "niet bekend" in together([NextPublication("unknown")], NL)
    assert together([], NL) == ""


STATES = {
    "expected": NextPublication("expected", "2030-2031", date(2031, 3, 1)),
    "yearly": NextPublication("yearly"),
    "stopped": NextPublication("stopped"),
    "unknown": NextPublication("unknown"),
}


@pytest.mark.parametrize("one", STATES)
@pytest.mark.parametrize("other", STATES)
def test_what_holds_of_some_sources_is_not_said_of_all(one: str, other: str) -> None:
    alone, both = together([STATES[one]], NL), together([STATES[one], STATES[other]], NL)
    if one == other:
        assert both == alone and "deel" not in both
    else:
        assert "een deel van de bronnen" in both and alone not in both
    assert both == together([STATES[other], STATES[one]], NL), "in whatever order"


def test_of_a_table_that_stopped_nothing_newer_comes() -> None:
    said = together([STATES["stopped"]] * 2, NL)
    assert said == "Nieuwere cijfers komen niet meer: de uitgever is ermee gestopt."
    mixed = together([STATES["yearly"], STATES["stopped"]], NL)
    assert "elk jaar" in mixed and "gestopt" in mixed


def test_two_months_are_not_said_as_one() -> None:
    later = NextPublication("expected", "2031-2032", date(2031, 9, 1))
    said = together([later, STATES["expected"]], NL)
    assert said == "Van een deel van de bronnen zijn nieuwere cijfers verwacht in maart 2031."


def test_the_newest_period_is_that_of_all_files_of_a_source() -> None:
    rows: list[dict[str, str]] = [
        {"source": "a", "vintage": "2018-2019"},
        {"source": "a", "vintage": "2023-2024"},
        {"source": "b", "vintage": ""},
        {"file": "old.csv"},
    ]
    found = newest_periods(rows)  # type: ignore[arg-type]
    assert (found["a"], found["b"]) == ("2023-2024", "")


def test_what_publishers_say_has_an_address() -> None:
    rules = [s.publication for s in registry.sources().values() if s.publication]
    assert rules and all(rule.said.startswith("https://") for rule in rules)


def test_a_day_in_words() -> None:
    assert date_words("2026-03-01", Texts("en")) == "1 March 2026"
    assert date_words("onbekend", NL) == "onbekend"
