"""The only writer of rows that nobody recorded: of the invented region, and of no other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.db import transaction

from instroom.inflow.cooperation import SIDES
from instroom.inflow.example_plan import (
    SEED,
    ExampleCompany,
    ExamplePlan,
    PlannedAnswer,
    PlannedCooperation,
    example_plan,
    example_register,
    example_towns,
    real_region,
)
from instroom.programme.cast import CastMember, cast
from instroom_web.accounts.actions import create_person
from instroom_web.accounts.models import Person
from instroom_web.inflow.actions import answer_fields, recorded_fields
from instroom_web.inflow.example.yearly.actions import write_example_statements
from instroom_web.inflow.models import (
    Confirmation,
    ConfirmationRequest,
    Cooperation,
    SchoolStatement,
)
from instroom_web.inflow.queries import anything_recorded, until_of
from instroom_web.region.actions import add_company, give_role, name_contact, take_register
from instroom_web.region.models import Organisation
from instroom_web.region.queries import SCHOOL, organisation_with
from instroom_web.shared.clock import AMSTERDAM, end_of, today
from instroom_web.shared.history.actions import NewChange, record_changes

#: How long before an answer the question was mailed.
_ASKED_BEFORE = timedelta(days=3)


@transaction.atomic
def write_example_rows(data: Path, *, seed: int = SEED, day: date | None = None) -> int:
    """Let the cast have recorded what the plan says; return how many cooperations are new.

    Once anything is recorded nothing is added. Computing the figures is left to who calls.

    Parameters
    ----------
    data
        The data directory whose database is open.
    day
        The day on which the story ends; today when left out.

    Raises
    ------
    DataError
        ``real_region`` when the data directory, or the database, holds another region.
    """
    schools = example_register(data)
    there = Organisation.objects.filter(kind=SCHOOL)
    if other := there.exclude(municipality__in=example_towns().values()).first():
        raise real_region(data, other.name)
    take_register(schools)
    people = {key: _person(one) for key, one in cast().items()}
    if anything_recorded():
        return 0
    end = day or today()
    writer = _Writer(example_plan(schools, today=end, seed=seed), people)
    made = writer.write()
    write_example_statements(schools, writer.schools, people["anna"], day=end, seed=seed)
    return made


def _person(one: CastMember) -> Person:
    known = Person.objects.filter(email=one.email).first()
    made = known or create_person(email=one.email, full_name=one.full_name)
    give_role(made, one.role, organisation_with(one.of) if one.of else None)
    return made


@dataclass
class _Writer:
    """Writes a plan; what happened first is first in the history."""

    plan: ExamplePlan
    people: dict[str, Person]
    changes: list[tuple[date, NewChange]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = next(
            p for key, p in self.people.items() if cast()[key].role == "project_leader"
        )
        found = Organisation.objects.filter(kind=SCHOOL)
        self.schools = {one.code: one for one in found}
        self.companies = self._companies({one.company for one in self.plan.cooperations})
        self.requests: dict[tuple[int, str, str], ConfirmationRequest] = {}

    def write(self) -> int:
        self._contacts()
        rows = Cooperation.objects.bulk_create([self._row(one) for one in self.plan.cooperations])
        pairs = list(zip(rows, self.plan.cooperations, strict=True))
        for row, planned in pairs:
            self._note(_began(planned), row, "cooperation.recorded", recorded_fields(row))
        self._ask(pairs)
        self._answers(pairs)
        self._statements()
        self.changes.sort(key=lambda pair: pair[0])
        record_changes(change for _, change in self.changes)
        return len(rows)

    def _companies(self, wanted: Iterable[ExampleCompany]) -> dict[str, Organisation]:
        towns = example_towns()
        return {
            one.name: add_company(
                name=one.name, municipality=towns[one.town], by=self.recorder.uuid
            )
            for one in sorted(wanted, key=lambda one: one.name)
        }

    def _contacts(self) -> None:
        emails = {one.company.name: one.company.email for one in self.plan.cooperations}
        emails |= {code: f"contact@school-{code.lower()}.example" for code in self.schools}
        for place, name in self.plan.contacts.items():
            organisation = self.companies.get(place) or self.schools[place]
            name_contact(organisation, name=name, email=emails[place], by=self.recorder.uuid)

    def _row(self, one: PlannedCooperation) -> Cooperation:
        return Cooperation(
            school=self.schools[one.school],
            company=self.companies[one.company.name],
            what=one.what,
            since=one.since,
            until=one.until,
            plan_signed=one.plan_signed,
            goals=one.goals,
            year_plan=one.year_plan,
            in_curriculum=one.in_curriculum,
        )

    def _ask(self, pairs: list[tuple[Cooperation, PlannedCooperation]]) -> None:
        """Make one question per organisation and school year that was answered by a link."""
        first: dict[tuple[int, str, str], date] = {}
        for row, answer in _answered(pairs):
            if answer.by_link:
                key = _asked(row, answer)
                first[key] = min(answer.day, first.get(key, answer.day))
        made = ConfirmationRequest.objects.bulk_create(
            ConfirmationRequest(
                organisation_id=organisation,
                side=side,
                school_year=year,
                asked_at=_moment(day - _ASKED_BEFORE, 9),
                asked_by=self.recorder.uuid,
                expires_at=end_of(until_of(year, day)),
            )
            for (organisation, side, year), day in first.items()
        )
        self.requests = dict(zip(first, made, strict=True))
        for row, answer in _answered(pairs):
            if answer.by_link:
                asked = self.requests[_asked(row, answer)]
                after = {"side": answer.side, "school_year": answer.year, "request": asked.pk}
                self._note(today(asked.asked_at), row, "confirmation.asked", after)

    def _answers(self, pairs: list[tuple[Cooperation, PlannedCooperation]]) -> None:
        said = list(_answered(pairs))
        rows = Confirmation.objects.bulk_create(self._answer(row, one) for row, one in said)
        for made, (row, one) in zip(rows, said, strict=True):
            about = {"side": one.side, "school_year": one.year, "how": made.how}
            after = {**answer_fields(made), **about}
            self._note(one.day, row, "confirmation.given", after, by_link=one.by_link)

    def _answer(self, row: Cooperation, one: PlannedAnswer) -> Confirmation:
        return Confirmation(
            cooperation=row,
            school_year=one.year,
            side=one.side,
            answer=one.answer,
            note=one.note,
            hours=one.hours,
            at=_moment(one.day, 9 + row.pk % 8),
            how="link" if one.by_link else "telephone",
            by=None if one.by_link else self.recorder.uuid,
            request=self.requests[_asked(row, one)] if one.by_link else None,
        )

    def _statements(self) -> None:
        office = self.people["anna"]
        rows = SchoolStatement.objects.bulk_create(
            SchoolStatement(
                school=self.schools[one.school],
                school_year=one.year,
                said=one.said,
                at=_moment(one.day, 15),
                by=office.uuid,
            )
            for one in self.plan.statements
        )
        for row, one in zip(rows, self.plan.statements, strict=True):
            after = {"said": row.said, "school_year": row.school_year}
            change = NewChange(row.school, "school.said", office.uuid, {}, after)
            self.changes.append((one.day, change))

    def _note(
        self,
        day: date,
        row: Cooperation,
        kind: str,
        after: dict[str, object],
        *,
        by_link: bool = False,
    ) -> None:
        by = None if by_link else self.recorder.uuid
        self.changes.append((day, NewChange(row, kind, by, {}, after)))


def _answered(
    pairs: list[tuple[Cooperation, PlannedCooperation]],
) -> Iterator[tuple[Cooperation, PlannedAnswer]]:
    return ((row, answer) for row, planned in pairs for answer in planned.answers)


def _asked(row: Cooperation, one: PlannedAnswer) -> tuple[int, str, str]:
    """Return who was asked, as which side, and about which year."""
    organisation = row.school_id if one.side == SIDES[0] else row.company_id
    return organisation, one.side, one.year


def _began(one: PlannedCooperation) -> date:
    """Return a day before all that was said of it."""
    return date(int(one.since[:4]), 9, 1)


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), AMSTERDAM).astimezone(UTC)
