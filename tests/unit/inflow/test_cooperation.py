"""A rung is reached by what is known, and by nothing less; what is not known is never a no."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.definitions import registry
from instroom.inflow.cooperation import (
    HEADER,
    NOTHING,
    SIDES,
    UNKNOWN,
    CooperationFacts,
    LedgerSchool,
    Said,
    Side,
    conditions_met,
    day_in,
    rung_of,
    school_year_of,
    state_of_school,
    state_rows,
    years_to_count,
)

LADDER = registry.ladders()["school_company"]
RUNGS = [rung.id for rung in LADDER.rungs]
YEAR, BEFORE, AFTER = "2026-2027", "2025-2026", "2027-2028"
COUNTED = date(2027, 7, 1)


def both(*years: str) -> frozenset[tuple[str, Side]]:
    return frozenset((year, side) for year in years for side in SIDES)


#: All that can be known of a cooperation, and that is met on the counting day.
WHOLE = CooperationFacts(
    "2025-2026",
    plan_signed=date(2026, 9, 1),
    in_curriculum=date(2026, 10, 1),
    confirmed=both(YEAR),
)
#: Condition -> the same cooperation without it.
WITHOUT: dict[str, CooperationFacts] = {
    "both_confirmed": replace(WHOLE, confirmed=both(BEFORE)),
    "long_enough": replace(WHOLE, since=YEAR),
    "plan_signed": replace(WHOLE, plan_signed=None),
    "in_curriculum": replace(WHOLE, in_curriculum=None),
}


def rung(facts: CooperationFacts, year: str = YEAR, today: date = COUNTED) -> str | None:
    found = rung_of(facts, year, LADDER, today)
    return found and found.id


# --- the rungs ---------------------------------------------------------------------------------


def test_the_ladder_that_ships() -> None:
    assert RUNGS == ["contact", "once", "repeated", "structural"]
    assert [set(one.conditions) for one in LADDER.rungs] == [
        set(),
        {"both_confirmed"},
        {"both_confirmed", "long_enough"},
        {"both_confirmed", "long_enough", "plan_signed", "in_curriculum"},
    ]
    assert set(WITHOUT) == set(LADDER.conditions), "every condition is taken away below"
    states = {*RUNGS, *(f"{name}_at_least" for name in RUNGS[:-1]), UNKNOWN, NOTHING}
    assert states == set(registry.codes()["cooperation"].codes)


def test_all_of_it_is_the_highest_rung() -> None:
    assert rung(WHOLE) == "structural"
    assert set(conditions_met(WHOLE, YEAR, LADDER, COUNTED).values()) == {True}


@pytest.mark.parametrize("lacking", WITHOUT)
def test_one_condition_less_is_the_rung_that_does_not_ask_it(lacking: str) -> None:
    facts = WITHOUT[lacking]
    met = conditions_met(facts, YEAR, LADDER, COUNTED)
    assert {name for name, yes in met.items() if not yes} == {lacking}
    expected = [one.id for one in LADDER.rungs if lacking not in one.conditions]
    assert rung(facts) == expected[-1]
    for one in LADDER.rungs:
        if lacking in one.conditions:
            assert rung(facts) != one.id


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("lacking", WITHOUT)
def test_no_rung_is_reached_without_each_of_its_conditions(number: int, lacking: str) -> None:
    """Of a ladder that ends there, with all that the rung asks but one."""
    one = LADDER.rungs[number]
    if lacking not in one.conditions:
        return
    ladder = LADDER.model_copy(update={"rungs": [LADDER.rungs[0], one]})
    assert rung_of(WHOLE, YEAR, ladder, COUNTED) == one
    assert rung_of(WITHOUT[lacking], YEAR, ladder, COUNTED) == LADDER.rungs[0]


@pytest.mark.parametrize("side", SIDES)
def test_one_side_alone_confirms_nothing(side: Side) -> None:
    assert rung(replace(WHOLE, confirmed=frozenset({(YEAR, side)}))) == "contact"


def test_each_side_must_confirm_this_year() -> None:
    crossed: frozenset[tuple[str, Side]] = frozenset({(YEAR, "school"), (BEFORE, "company")})
    assert rung(replace(WHOLE, confirmed=crossed)) == "contact"
    assert rung(replace(WHOLE, confirmed=both(BEFORE, AFTER))) == "contact"


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2026-2027", "once"), ("2025-2026", "structural"), ("2015-2016", "structural")],
)
def test_two_school_years_are_long_enough_and_one_is_not(since: str, expected: str) -> None:
    assert rung(replace(WHOLE, since=since)) == expected


def test_how_many_years_are_enough_is_the_ladders_word() -> None:
    for least, expected in ((1, "structural"), (2, "structural"), (3, "once")):
        ladder = LADDER.model_copy(update={"least_school_years": least})
        found = rung_of(WHOLE, YEAR, ladder, COUNTED)
        assert found is not None
        assert found.id == expected


@pytest.mark.parametrize("what", ["plan_signed", "in_curriculum"])
@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 7, 31), True),
        (date(2027, 6, 30), True),
        (date(2027, 7, 1), True),
        (date(2027, 7, 2), False),
        (date(2028, 1, 1), False),
    ],
)
def test_what_is_signed_after_the_counting_day_does_not_count_for_that_year(
    what: str, day: date, counts: bool
) -> None:
    facts = replace(WHOLE, confirmed=both(YEAR, AFTER), **{what: day})  # type: ignore[arg-type]
    much_later = date(2029, 1, 1)
    assert rung(facts, YEAR, much_later) == ("structural" if counts else "repeated")
    assert rung(facts, AFTER, much_later) == "structural", "it does for the next"


@pytest.mark.parametrize("what", ["plan_signed", "in_curriculum"])
def test_what_is_still_to_be_signed_does_not_count_today(what: str) -> None:
    today = date(2026, 11, 30)
    for days, expected in ((0, "structural"), (1, "repeated")):
        day = today + timedelta(days=days)
        facts = replace(WHOLE, **{what: day})  # type: ignore[arg-type]
        assert rung(facts, today=today) == expected


def test_outside_its_years_there_is_no_rung() -> None:
    ended = replace(WHOLE, until=YEAR, confirmed=both(BEFORE, YEAR, AFTER, "2024-2025"))
    assert [rung(ended, year) for year in ("2024-2025", BEFORE, YEAR, AFTER)] == [
        None,
        "once",
        "structural",
        None,
    ]
    assert rung(replace(ended, until=""), AFTER) == "structural"


# --- the state of a school ---------------------------------------------------------------------


def state(*facts: CooperationFacts, said: Said | None = None, year: str = YEAR) -> str:
    return state_of_school(facts, said, year, LADDER, COUNTED)


def test_of_a_school_of_which_nobody_said_anything_nothing_is_known() -> None:
    ended = replace(WHOLE, until=BEFORE)
    assert state() == state(ended) == UNKNOWN
    assert state(said="nothing") == state(ended, said="nothing") == NOTHING
    assert state(said="all_recorded") == NOTHING, "all is recorded, and that is nothing"


def test_unknown_is_never_in_a_part_nor_beside_it() -> None:
    for name in ("structural_cooperation/confirmed", "any_cooperation/confirmed"):
        (rule,) = registry.classifications()[name].rules
        assert UNKNOWN not in {*rule.technical, *(rule.known or ())}
        assert NOTHING in (rule.known or ())
        assert NOTHING not in rule.technical


@pytest.mark.parametrize("lacking", WITHOUT)
@pytest.mark.parametrize("said", [None, "all_recorded", "nothing"])
def test_what_is_recorded_is_at_least_until_somebody_says_that_it_is_all(
    lacking: str, said: Said | None
) -> None:
    found = rung(WITHOUT[lacking])
    expected = found if said else f"{found}_at_least"
    assert state(WITHOUT[lacking], said=said) == expected


def test_the_highest_rung_is_whole_whatever_else_there_is() -> None:
    assert state(WHOLE) == state(WITHOUT["long_enough"], WHOLE) == "structural"


@pytest.mark.parametrize("order", [1, -1])
def test_the_best_cooperation_counts(order: int) -> None:
    some = [WITHOUT["both_confirmed"], WITHOUT["plan_signed"], WITHOUT["long_enough"]][::order]
    assert state(*some) == "repeated_at_least"
    assert state(*some, said="all_recorded") == "repeated"


def test_an_at_least_state_may_be_more_and_is_not_less() -> None:
    """Who is structural is not known of it; that it cooperates is, from one confirmation on."""
    (structural,) = registry.classifications()["structural_cooperation/confirmed"].rules
    (any_,) = registry.classifications()["any_cooperation/confirmed"].rules
    for name in RUNGS[:-1]:
        least = f"{name}_at_least"
        assert name in (structural.known or ())
        assert least not in (structural.known or ()), "it may be structural, or not"
        cooperates = name != "contact"
        assert (least in any_.technical) == (name in any_.technical) == cooperates
        assert (least in (any_.known or ())) == cooperates


# --- years -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "today", "years"),
    [
        ([], date(2026, 11, 30), [YEAR]),
        ([], date(2027, 7, 31), [YEAR]),
        ([], date(2027, 8, 1), [AFTER]),
        ([YEAR], date(2027, 6, 30), [YEAR]),
        ([YEAR], date(2027, 7, 1), [YEAR]),
        ([BEFORE], date(2027, 6, 30), [BEFORE]),
        ([BEFORE], date(2027, 7, 1), [BEFORE, YEAR]),
        ([BEFORE, YEAR], date(2027, 6, 30), [BEFORE]),
        ([YEAR, BEFORE], date(2027, 9, 1), [BEFORE, YEAR]),
        (["2024-2025"], date(2027, 7, 1), ["2024-2025", BEFORE, YEAR]),
        ([AFTER], date(2026, 11, 30), [YEAR]),
    ],
)
def test_a_year_counts_from_its_counting_day_on(
    known: list[str], today: date, years: list[str]
) -> None:
    assert years_to_count(known, LADDER, today) == years


def test_a_school_year_and_its_days() -> None:
    assert school_year_of(date(2027, 7, 31)) == YEAR
    assert school_year_of(date(2027, 8, 1)) == AFTER
    assert day_in(YEAR, "08-01") == date(2026, 8, 1)
    assert day_in(YEAR, "07-31") == date(2027, 7, 31)
    assert day_in(YEAR, LADDER.counted_on) == COUNTED


# --- the rows ----------------------------------------------------------------------------------


def test_a_row_per_school_and_counted_year() -> None:
    schools = [
        LedgerSchool("00AA00", "GM0153", "BG12345", "vo", (WHOLE,)),
        LedgerSchool("00PA00", "GM0164", "", "po", said={BEFORE: "nothing"}),
    ]
    assert len(HEADER) == 7
    assert state_rows(schools, LADDER, COUNTED) == [
        (BEFORE, "00AA00", "GM0153", "BG12345", "vo", "contact_at_least", "1"),
        (BEFORE, "00PA00", "GM0164", "", "po", NOTHING, "1"),
        (YEAR, "00AA00", "GM0153", "BG12345", "vo", "structural", "1"),
        (YEAR, "00PA00", "GM0164", "", "po", UNKNOWN, "1"),
    ]


def test_what_was_said_of_one_year_is_not_said_of_another() -> None:
    school = LedgerSchool("00AA00", "GM0153", "", "vo", said={YEAR: "nothing"})
    later = date(2028, 7, 1)
    assert [(row[0], row[5]) for row in state_rows([school], LADDER, later)] == [
        (YEAR, NOTHING),
        (AFTER, UNKNOWN),
    ]


# --- more is never less ------------------------------------------------------------------------

YEARS = [f"{start}-{start + 1}" for start in range(2022, 2029)]
_days = st.none() | st.dates(date(2022, 1, 1), date(2029, 12, 31))
_confirmed = st.frozensets(st.tuples(st.sampled_from(YEARS), st.sampled_from(SIDES)))
_facts = st.builds(
    CooperationFacts,
    since=st.sampled_from(YEARS),
    until=st.sampled_from(["", *YEARS]),
    plan_signed=_days,
    in_curriculum=_days,
    confirmed=_confirmed,
)
_today = st.dates(date(2022, 1, 1), date(2029, 12, 31))


def height(rung_id: str | None) -> int:
    return -1 if rung_id is None else RUNGS.index(rung_id)


@given(_facts, _confirmed, st.sampled_from(YEARS), _today)
def test_more_confirmations_never_lower_a_rung(
    facts: CooperationFacts, more: Any, year: str, today: date
) -> None:
    confirmed = replace(facts, confirmed=facts.confirmed | more)
    assert height(rung(confirmed, year, today)) >= height(rung(facts, year, today))


@given(_facts, _days, _days, st.sampled_from(YEARS), _today, st.integers(0, 400))
def test_more_that_is_known_never_lowers_a_rung(
    facts: CooperationFacts,
    plan: date | None,
    lessons: date | None,
    year: str,
    today: date,
    days: int,
) -> None:
    """A plan or a place in the lessons that is there, an earlier start, a later day to look."""
    reached = height(rung(facts, year, today))
    added = replace(
        facts,
        plan_signed=facts.plan_signed or plan,
        in_curriculum=facts.in_curriculum or lessons,
    )
    assert height(rung(added, year, today)) >= reached
    assert height(rung(replace(facts, since=YEARS[0]), year, today)) >= reached
    assert height(rung(facts, year, today + timedelta(days=days))) >= reached


@given(st.lists(_facts, max_size=4), _facts, st.sampled_from(YEARS), _today)
def test_another_cooperation_never_lowers_a_school(
    some: list[CooperationFacts], other: CooperationFacts, year: str, today: date
) -> None:
    def reached(cooperations: list[CooperationFacts]) -> int:
        found = state_of_school(cooperations, "all_recorded", year, LADDER, today)
        return -1 if found == NOTHING else RUNGS.index(found)

    assert reached([*some, other]) == max(reached(some), reached([other]))


def test_a_school_that_closed_stays_in_the_years_that_were_counted_before() -> None:
    both = frozenset((year, side) for year in ("2024-2025", "2025-2026") for side in SIDES)
    runs = (CooperationFacts("2024-2025", confirmed=both),)
    open_, closed = (
        LedgerSchool(code, "GM9901", "", "vo", runs, ended=ended)
        for code, ended in (("90AA00", None), ("90AB00", date(2026, 3, 1)))
    )
    rows = state_rows([open_, closed], LADDER, date(2026, 11, 30))
    assert [(year, code) for year, code, *_ in rows] == [
        ("2024-2025", "90AA00"), ("2024-2025", "90AB00"), ("2025-2026", "90AA00"),
    ]  # fmt: skip
