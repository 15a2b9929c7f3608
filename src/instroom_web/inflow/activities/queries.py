"""Reading initiatives and activities: a getter asks the policy before it hands one out."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from instroom.definitions import models as definitions
from instroom.definitions import registry
from instroom.inflow.ledger import is_invented
from instroom_web.accounts.models import Person
from instroom_web.inflow.activities.models import Activity, Contribution, Initiative
from instroom_web.inflow.models import ConfirmationRequest
from instroom_web.region import policy
from instroom_web.region import queries as region
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import now, today
from instroom_web.shared.deletion.models import KEPT


@dataclass(frozen=True, slots=True)
class GivenContribution:
    """What a company says of one activity: hours, and materials in cents."""

    contribution: int
    answer: str
    note: str = ""
    hours: int | None = None
    materials: int | None = None


def options(question: str, sector: str = "") -> list[definitions.ChoiceOption]:
    """Return the answers to a question, for a school of a sector those that are asked there."""
    found = registry.choices()[question].options
    return [one for one in found if not (sector and one.sectors) or sector in one.sectors]


def option(question: str, code: str) -> definitions.ChoiceOption:
    """Return an answer by its code; one that the list lost is called by its code."""
    lost = definitions.ChoiceOption.model_construct(id=code, title=code)
    return next((one for one in options(question) if one.id == code), lost)


def factors() -> list[definitions.ProgrammeFactor]:
    """Return the factors in their order."""
    return sorted(registry.factors().values(), key=lambda one: one.number)


def runs_initiatives(person: Person) -> bool:
    """Whether somebody runs the initiatives of the region (a rule of a page)."""
    return policy.of_the_region("run_initiatives", region.held_roles(person))


def initiatives() -> QuerySet[Initiative]:
    """Return the initiatives of the region, by name: what they are called is no secret."""
    return Initiative.objects.order_by("name", "pk")


def initiatives_counted() -> QuerySet[Initiative]:
    """Return them with ``done`` and ``planned``: how many activities are recorded of each."""
    there = Q(activities__deleted_at=None)
    return initiatives().annotate(
        done=Count("activities", filter=there & Q(activities__planned=False)),
        coming=Count("activities", filter=there & Q(activities__planned=True)),
    )


def not_taken() -> list[definitions.KnownInitiative]:
    """Return the initiatives of the programme outline that are no rows here.

    They are real: the invented region is offered none.
    """
    if is_invented(settings.DATA):
        return []
    taken = set(Initiative.with_deleted.exclude(definition="").values_list("definition", flat=True))
    return [one for one in registry.known_initiatives().values() if one.id not in taken]


def activities_of(school: Organisation) -> QuerySet[Activity]:
    """Return what was done and is planned at a school, the newest first."""
    found = Activity.objects.filter(school=school).select_related("initiative", "school")
    return found.prefetch_related("contributions__company").order_by("-on", "-pk")


def deleted_of(school: Organisation) -> QuerySet[Activity]:
    """Return what was deleted of a school and can still be put back."""
    since = now() - KEPT
    return Activity.with_deleted.filter(school=school, deleted_at__gt=since).order_by("-deleted_at")


def activity_for(person: Person, uuid: UUID, *, deleted: bool = False) -> Activity:
    """Return an activity for somebody who records for its school; else 404 or 403."""
    rows = Activity.with_deleted if deleted else Activity.objects
    row: Activity | None = rows.filter(uuid=uuid).select_related("school", "initiative").first()
    if row is None:
        raise Http404
    region.school_for(person, row.school.code, "record_cooperation")
    return row


def like_for(person: Person, key: str) -> Activity | None:
    """Return the activity that a new one starts from; None when there is none, or not for them."""
    try:
        return activity_for(person, UUID(key))
    except (ValueError, Http404, PermissionDenied):
        return None


def recorded_today(person: Person) -> list[Activity]:
    """Return what somebody recorded today, the newest first."""
    start = datetime.datetime.combine(today(), datetime.time(), datetime.UTC)
    since = start - datetime.timedelta(hours=3)  # the day began earlier here than in UTC
    found = Activity.objects.filter(recorded_by=person.uuid, recorded_at__gte=since)
    rows = found.select_related("school").order_by("-recorded_at", "-pk")
    return [row for row in rows if today(row.recorded_at) == today()][:10]


def companies_in(row: Activity) -> list[str]:
    """Return the names of the companies that take part."""
    return sorted(one.company.name for one in row.contributions.select_related("company"))


def contributions_asked(company: Organisation, year: int) -> list[Contribution]:
    """Return the activities of a calendar year that a company is asked about: what is done."""
    return list(
        _contributions(year).filter(company=company, activity__planned=False).order_by(
            "activity__on", "pk"
        )
    )  # fmt: skip


def contributions_of(request: ConfirmationRequest) -> list[Contribution]:
    """Return the activities that the company of a link is asked about; a school is asked none."""
    if request.side != "company":
        return []
    return contributions_asked(request.organisation, today(request.asked_at).year)


def contributions_in(person: Person, year: int) -> list[Contribution]:
    """Return what companies did in a calendar year, by initiative, for who runs the initiatives."""
    if not runs_initiatives(person):
        raise PermissionDenied
    order = ("activity__initiative__name", "company__name", "activity__on", "pk")
    return list(_contributions(year).filter(activity__planned=False).order_by(*order))


def _contributions(year: int) -> QuerySet[Contribution]:
    found = Contribution.objects.filter(activity__deleted_at=None, activity__on__year=year)
    return found.select_related("activity__school", "activity__initiative", "company")


def years_with(rows: Iterable[int] = ()) -> list[int]:
    """Return the calendar years in which something is recorded, the newest first."""
    found = {day.year for day in Activity.objects.dates("on", "year")} | {today().year, *rows}
    return sorted((year for year in found if year <= today().year), reverse=True)
