"""Reading what schools stated: a getter asks the policy of the school before it hands one out."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from instroom.definitions import models as definitions
from instroom.definitions import registry
from instroom.inflow.yearly import Answers, StatingSchool, years_asked
from instroom_web.accounts.models import Person
from instroom_web.inflow.yearly.models import YearlyStatement
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.region.policy import anywhere
from instroom_web.shared.clock import today


@dataclass(frozen=True, slots=True)
class AskedOfSchool:
    """A set of questions for a school and a school year, and what it stated (None: nothing yet)."""

    asked: definitions.YearlyQuestions
    school: Organisation
    year: str
    row: YearlyStatement | None


@dataclass(frozen=True, slots=True)
class OpenSet:
    """A set of questions in the newest school year, with the schools that still have to answer."""

    asked: definitions.YearlyQuestions
    year: str
    schools: int
    waiting: list[Organisation]

    @property
    def answered(self) -> int:
        """How many schools answered."""
        return self.schools - len(self.waiting)


def states_for_a_school(person: Person) -> bool:
    """Whether somebody may state something for any school (a rule of a page)."""
    return anywhere("record_cooperation", region.held_roles(person))


def asked_of_school(person: Person, code: str, asked: str, year: str) -> AskedOfSchool:
    """Return a set of questions with what a school stated, for somebody who may state for it.

    Parameters
    ----------
    year
        A school year that is asked about by now; empty for the newest.
    """
    school = region.school_for(person, code, "record_cooperation")
    questions = registry.yearly_questions().get(asked)
    if questions is None or school.sector not in questions.sectors:
        raise Http404
    years = years_asked(questions, today())
    if not years or (year and year not in years):
        raise Http404
    chosen = year or years[0]
    return AskedOfSchool(questions, school, chosen, statement_in(school, asked, chosen))


def statement_in(school: Organisation, asked: str, year: str) -> YearlyStatement | None:
    """Return what a school stated for a school year."""
    mine = YearlyStatement.objects.filter(school=school, asked=asked, school_year=year)
    return mine.select_related("school").first()


def sets_of(school: Organisation) -> list[AskedOfSchool]:
    """Return every set of questions for a school in its newest year, with what it stated."""
    found = YearlyStatement.objects.filter(school=school)
    rows = {(row.asked, row.school_year): row for row in found}
    return [
        AskedOfSchool(asked, school, years[0], rows.get((asked.id, years[0])))
        for asked in registry.yearly_questions().values()
        if school.sector in asked.sectors and (years := years_asked(asked, today()))
    ]


def open_sets(person: Person) -> list[OpenSet]:
    """Return per set of questions which schools of this person still have to answer."""
    schools = list(region.schools_for(person, "record_cooperation"))
    found = []
    for asked in registry.yearly_questions().values():
        mine = [one for one in schools if one.sector in asked.sectors]
        years = years_asked(asked, today())
        if mine and years:
            given = YearlyStatement.objects.filter(asked=asked.id, school_year=years[0])
            there = set(given.values_list("school_id", flat=True))
            waiting = [one for one in mine if one.pk not in there]
            found.append(OpenSet(asked, years[0], len(mine), waiting))
    return found


def who_recorded(rows: set[UUID]) -> dict[UUID, str]:
    """Return the names of people."""
    return dict(Person.objects.filter(uuid__in=rows).values_list("uuid", "full_name"))


def stating_schools(asked: definitions.YearlyQuestions) -> Iterator[StatingSchool]:
    """Yield every school of the region with what it stated in a set of questions."""
    stated = defaultdict[int, dict[str, Answers]](dict)
    for row in YearlyStatement.objects.filter(asked=asked.id).iterator():
        stated[row.school_id][row.school_year] = row.answers
    schools = Organisation.objects.filter(kind=region.SCHOOL).exclude(municipality="")
    for one in schools.select_related("board").order_by("code").iterator():
        board = one.board.code if one.board else ""
        mine = stated[one.pk]
        yield StatingSchool(one.code, one.municipality, board, one.sector, mine, one.ended_on)
