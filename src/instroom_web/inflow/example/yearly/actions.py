"""The only writer of statements that no school made: of the invented region, and of no other."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from instroom.inflow.example_yearly import example_statements
from instroom.inflow.ledger import RegisteredSchool
from instroom_web.accounts.models import Person
from instroom_web.inflow.yearly.actions import stated_fields
from instroom_web.inflow.yearly.models import YearlyStatement
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import AMSTERDAM
from instroom_web.shared.history.actions import NewChange, record_changes


def write_example_statements(
    register: Iterable[RegisteredSchool],
    schools: Mapping[str, Organisation],
    recorder: Person,
    *,
    day: date,
    seed: int,
) -> int:
    """Let schools have stated what the plan says, in the order of time; return how many did."""
    plan = sorted(
        example_statements(register, today=day, seed=seed), key=lambda one: (one.day, one.school)
    )
    rows = YearlyStatement.objects.bulk_create(
        YearlyStatement(
            school=schools[one.school],
            school_year=one.year,
            asked=one.asked,
            answers=dict(one.answers),
            at=datetime.combine(one.day, time(11), AMSTERDAM).astimezone(UTC),
            by=recorder.uuid,
        )
        for one in plan
    )
    kind = "yearly.stated"
    record_changes(NewChange(row, kind, recorder.uuid, {}, stated_fields(row)) for row in rows)
    return len(rows)
