"""The only writer of versions that nobody entered: of the invented region, and of no other."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from instroom.core import periods
from instroom.programme.cast import cast
from instroom.programme.example_targets import PlannedVersion, example_targets
from instroom_web.accounts.models import Person
from instroom_web.programme.entering import places
from instroom_web.programme.models import (
    APPROVED,
    BASELINE,
    SENT_BACK,
    TARGET,
    VALUE,
    WAITS,
    AmountVersion,
)
from instroom_web.shared.clock import AMSTERDAM, school_year_of, today
from instroom_web.shared.history.actions import NewChange, record_changes

_KINDS = {"baseline": BASELINE, "target": TARGET, "value": VALUE}
_FATES = {"waits": WAITS, "approved": APPROVED, "sent_back": SENT_BACK}
#: How long after entering it was decided of.
_LATER = timedelta(days=3)


@transaction.atomic
def write_example_amounts(*, day: date | None = None) -> int:
    """Let the cast have entered and approved what the plan says; return how many versions are new.

    Once anything was entered nothing is added. Only the cast enters: without it nothing is written.
    """
    people = {
        key: person
        for key, one in cast().items()
        if (person := Person.objects.filter(email=one.email).first())
    }
    if AmountVersion.objects.exists() or not {"anna", "peter"} <= set(people):
        return 0
    last = day or today()
    home, *towns = places()
    plan = example_targets(tuple(towns), periods.parse(school_year_of(last)).start)
    changes: list[NewChange] = []
    made = 0
    for one in plan:
        row = _row(one, home, people, last)
        row.version = 1 + AmountVersion.objects.filter(
            kind=row.kind, yardstick=row.yardstick, place=row.place, gender=row.gender,
            period=row.period,
        ).count()  # fmt: skip
        row.save()
        changes += _changes(row)
        made += 1
    record_changes(changes)
    return made


def _row(one: PlannedVersion, home: str, people: dict[str, Person], last: date) -> AmountVersion:
    at = datetime.combine(last - timedelta(days=one.before), time(10), AMSTERDAM)
    decided = _FATES[one.fate]
    decider = people["peter" if one.author == "anna" else "anna"]
    return AmountVersion(
        kind=_KINDS[one.kind],
        yardstick=one.yardstick,
        place=one.place or home,
        gender=one.gender,
        period=one.period,
        low=one.share,
        high=one.share,
        people=one.people,
        reason=one.reason,
        author=people[one.author].uuid,
        at=at,
        decided=decided,
        decided_by=decider.uuid if decided else None,
        decided_at=at + _LATER if decided else None,
    )


def _changes(row: AmountVersion) -> list[NewChange]:
    names = ("kind", "yardstick", "place", "gender", "period", "low", "high", "people", "version")
    after = {name: getattr(row, name) for name in names}
    found = [NewChange(row, "amount.proposed", row.author, {}, after, row.reason)]
    if row.decided:
        said = {"decided": row.decided}
        found.append(
            NewChange(row, f"amount.{row.decided}", row.decided_by, {"decided": WAITS}, said)
        )
    return found
