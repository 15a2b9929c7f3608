"""What is recorded in the invented region: from a seed, of every state, and of nobody real."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from example_region import SCHOOLS
from instroom.core.errors import DataError
from instroom.core.places import normal
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.inflow import example_plan as plans
from instroom.inflow.cooperation import CooperationFacts, day_in, rung_of, state_of_school
from instroom.inflow.example_plan import ExamplePlan, example_plan, example_words
from instroom.programme.cast import cast
from instroom.sources.example import REGION

DAYS = [date(2026, 11, 30), date(2026, 8, 1), date(2026, 9, 3), date(2027, 2, 1), date(2027, 7, 15)]
LADDER = registry.ladders()["school_company"]
TOWNS = {tile.name for tile in registry.regions()[REGION].municipalities.values()}
COUNTED = "2025-2026"


def states(plan: ExamplePlan, year: str, today: date) -> dict[str, str]:
    facts = {
        one.code: [
            CooperationFacts(
                since=c.since,
                until=c.until,
                plan_signed=c.plan_signed,
                in_curriculum=c.in_curriculum,
                confirmed=frozenset(
                    (a.year, a.side)
                    for a in c.answers
                    if a.answer == "right" and a.day <= day_in(a.year, LADDER.counted_on)
                ),
            )
            for c in plan.cooperations
            if c.school == one.code
        ]
        for one in SCHOOLS
    }
    said = {(s.school, s.year): s.said for s in plan.statements}
    return {
        code: state_of_school(mine, said.get((code, year)), year, LADDER, today)
        for code, mine in facts.items()
    }


def test_the_same_seed_tells_the_same_and_another_one_something_else() -> None:
    first, again, other = (example_plan(SCHOOLS, today=DAYS[0], seed=seed) for seed in (1, 1, 2))
    assert first == again == example_plan(reversed(SCHOOLS), today=DAYS[0], seed=1)
    assert first != other


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_state_is_there_in_the_last_year_that_was_counted(seed: int) -> None:
    plan = example_plan(SCHOOLS, today=DAYS[0], seed=seed)
    found = Counter(states(plan, COUNTED, DAYS[0]).values())
    assert found["structural"] == 9
    assert set(found) == {
        "structural", "nothing", "unknown",
        *(f"{rung}{end}" for rung in ("contact", "once", "repeated") for end in ("", "_at_least")),
    }  # fmt: skip
    assert found["unknown"] > len(SCHOOLS) / 3, "of many nothing is known"


@pytest.mark.parametrize("seed", [1, 2])
def test_answers_differ_as_they_do_in_life(seed: int) -> None:
    plan = example_plan(SCHOOLS, today=DAYS[0], seed=seed)
    sides = Counter()
    for one in plan.cooperations:
        now = {a.side: a.answer for a in one.answers if a.year == COUNTED}
        sides[tuple(sorted(now.items()))] += 1
    both = {("company", "right"), ("school", "right")}
    assert sides[tuple(sorted(both))] and sides[()]
    assert any(len(one) == 1 for one in sides), "one side only"
    assert any(dict(one).get("company") in ("different", "wrong") for one in sides)
    assert {a.by_link for one in plan.cooperations for a in one.answers} == {True, False}


@pytest.mark.parametrize("today", DAYS)
def test_nothing_happens_after_today_and_what_is_said_of_a_year_is_in_time(today: date) -> None:
    plan = example_plan(SCHOOLS, today=today)
    said = [a for one in plan.cooperations for a in one.answers]
    for year, day in [(a.year, a.day) for a in said] + [(s.year, s.day) for s in plan.statements]:
        assert day <= min(today, day_in(year, LADDER.counted_on))
    assert len({a.year for a in said}) == 3
    days = [d for one in plan.cooperations for d in (one.plan_signed, one.in_curriculum) if d]
    assert max(days) <= today
    running = max(a.year for a in said)
    counted = running if today >= day_in(running, LADDER.counted_on) else ""
    assert not counted or Counter(states(plan, counted, today).values())["structural"] >= 9


def test_the_people_of_the_cast_have_something_to_see() -> None:
    plan = example_plan(SCHOOLS, today=DAYS[0])
    found = states(plan, COUNTED, DAYS[0])
    assert found[cast()["fatma"].of] == "structural"
    own = {one.code for one in SCHOOLS if one.board == cast()["els"].of}
    assert {found[code] for code in own} > {"structural", "unknown"}


def test_of_one_municipality_hardly_anything_is_known() -> None:
    found = states(example_plan(SCHOOLS, today=DAYS[0]), COUNTED, DAYS[0])
    known = Counter(s.municipality for s in SCHOOLS if found[s.code] != "unknown")
    assert sorted(known.values())[0] == 1
    assert len(known) == len(TOWNS)


def test_sixty_companies_are_nobodys() -> None:
    words = example_words()
    names = [one.name for one in words.companies]
    assert len(names) == len(set(names)) == 60
    gaz = gazetteer()
    real = {normal(gaz.name(code)) for code in gaz if not code.startswith("GM99")}
    assert TOWNS.isdisjoint({gaz.name(c) for c in gaz if not c.startswith("GM99")})
    for one in words.companies:
        assert one.town in TOWNS, "a name begins with an invented municipality"
        parts = {normal(part) for part in one.name.split()}
        assert parts.isdisjoint(real)
        assert re.fullmatch(r"contact@[a-z-]+\.example", one.email)
    told = FILE_TEXT.casefold()
    assert not [name for name in real if re.search(rf"\b{re.escape(name)}\b", told)]


#: All words of the file but the comment.
FILE_TEXT = "\n".join(
    line for line in plans.FILE.read_text("utf-8").splitlines() if not line.startswith("#")
)


def test_one_school_and_one_company_do_one_thing_once() -> None:
    plan = example_plan(SCHOOLS, today=DAYS[0])
    keys = [(one.school, one.company.name, one.what) for one in plan.cooperations]
    assert len(keys) == len(set(keys))
    assert all(rung_of_is_possible(one.since, one.until) for one in plan.cooperations)
    assert {one.school for one in plan.cooperations} < set(plan.contacts)


def rung_of_is_possible(since: str, until: str) -> bool:
    return rung_of(CooperationFacts(since, until), since, LADDER, DAYS[0]) is not None


@pytest.mark.parametrize("region", ["twente", REGION])
def test_a_real_region_and_an_empty_folder_get_no_invented_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    real = region != REGION
    monkeypatch.setattr(plans, "home_region", lambda _: region)
    monkeypatch.setattr(plans, "registered_schools", lambda _: SCHOOLS if real else [])
    with pytest.raises(DataError) as refusal:
        plans.example_register(tmp_path)
    assert refusal.value.code == "real_region"
