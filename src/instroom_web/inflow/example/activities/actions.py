"""The only writer of activities that nobody recorded: of the invented region, and of no other."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from instroom.inflow.example_activities import (
    PlannedActivity,
    example_activities,
    example_initiatives,
)
from instroom.inflow.example_plan import ExamplePlan
from instroom_web.accounts.models import Person
from instroom_web.inflow.activities.actions import (
    activity_fields,
    add_initiative,
    contribution_fields,
)
from instroom_web.inflow.activities.models import Activity, Contribution, Initiative
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import AMSTERDAM
from instroom_web.shared.history.actions import NewChange, record_changes


def write_example_activities(
    plan: ExamplePlan,
    schools: Mapping[str, Organisation],
    companies: Mapping[str, Organisation],
    by: Person,
    *,
    day: date,
    seed: int,
) -> int:
    """Let somebody have recorded the initiatives and activities; return how many activities."""
    initiatives = {
        one.name: add_initiative(name=one.name, about=one.about, by=by.uuid)
        for one in example_initiatives()
    }
    sectors = {code: one.sector for code, one in schools.items()}
    planned = example_activities(plan.cooperations, sectors, today=day, seed=seed)
    planned.sort(key=lambda one: one.on)
    rows = Activity.objects.bulk_create(
        _row(one, schools[one.school], initiatives[one.initiative], by, day) for one in planned
    )
    pairs = list(zip(rows, planned, strict=True))
    given = Contribution.objects.bulk_create(
        _contribution(row, companies[one.company], one, day) for row, one in pairs
    )
    changes = [
        NewChange(row, "activity.recorded", by.uuid, {}, activity_fields(row, [one.company]))
        for row, one in pairs
    ]
    changes += [
        NewChange(
            one.activity, "contribution.said", None, {},
            {**contribution_fields(one), "company": one.company_id},
        )
        for one in given
        if one.answer
    ]  # fmt: skip
    record_changes(changes)
    return len(rows)


def _row(
    one: PlannedActivity, school: Organisation, initiative: Initiative, by: Person, day: date
) -> Activity:
    return Activity(
        school=school,
        initiative=initiative,
        on=one.on,
        planned=one.on > day,
        kind=one.kind,
        title=one.title,
        year_groups=list(one.year_groups),
        pupils=one.pupils,
        girls=one.girls,
        boys=None if one.girls is None or one.pupils is None else one.pupils - one.girls,
        prepared=one.prepared,
        task=one.task,
        profile=one.profile,
        factors=list(one.factors),
        recorded_at=_moment(min(one.on, day - timedelta(days=1))),
        recorded_by=by.uuid,
    )


def _contribution(
    row: Activity, company: Organisation, one: PlannedActivity, day: date
) -> Contribution:
    if not one.answer or one.on >= day:
        return Contribution(activity=row, company=company)
    return Contribution(
        activity=row,
        company=company,
        answer=one.answer,
        hours=one.hours,
        materials=one.materials,
        at=_moment(day),
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(9), AMSTERDAM).astimezone(UTC)
