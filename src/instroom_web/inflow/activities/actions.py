"""The only writer of initiatives, activities and what companies say they contributed."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom_web.inflow import queries as inflow
from instroom_web.inflow.actions import ChangedMeanwhileError
from instroom_web.inflow.activities import queries
from instroom_web.inflow.activities.models import Activity, Contribution, Initiative
from instroom_web.inflow.activities.queries import GivenContribution
from instroom_web.inflow.models import ConfirmationRequest
from instroom_web.region.actions import add_company
from instroom_web.region.models import Organisation
from instroom_web.shared.clock import now, today
from instroom_web.shared.deletion.actions import delete_row, purge_chore, undo_delete
from instroom_web.shared.history.actions import record_change

_FIELDS = (
    "on", "planned", "kind", "title", "year_groups", "pupils", "girls", "boys", "prepared", "task",
    "profile", "factors", "initiative_id",
)  # fmt: skip


def activity_fields(row: Activity, companies: Iterable[str]) -> dict[str, object]:
    """Return what the history keeps of an activity."""
    found = {name: getattr(row, name) for name in _FIELDS}
    said = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in found.items()
    }
    return {**said, "companies": sorted(companies)}


# --- initiatives ---------------------------------------------------------------------------------


@transaction.atomic
def take_initiative(definition: str, *, by: UUID | None) -> Initiative:
    """Take over an initiative that the programme outline names; once, however often it is asked."""
    known = registry.known_initiatives()[definition]
    values = {"name": known.title, "about": known.about}
    row, new = Initiative.with_deleted.get_or_create(definition=definition, defaults=values)
    if new:
        record_change(row, "initiative.taken", by=by, before={}, after=values)
    made: Initiative = row
    return made


@transaction.atomic
def add_initiative(*, name: str, about: str = "", by: UUID) -> Initiative:
    """Add an initiative of the region itself.

    Raises
    ------
    UserError
        ``initiative_known`` when one has this name.
    """
    called = " ".join(name.split())[:150]
    if Initiative.objects.filter(name__iexact=called).exists():
        raise UserError(
            "there is an initiative of this name already",
            code="initiative_known",
            where=Where(key="name"),
            found=called,
            hint=Message("use that one, or another name"),
        )
    made: Initiative = Initiative.objects.create(name=called, about=about.strip()[:500])
    after = {"name": made.name, "about": made.about}
    record_change(made, "initiative.added", by=by, before={}, after=after)
    return made


# --- activities ----------------------------------------------------------------------------------


@transaction.atomic
def record_activity(
    school: Organisation, values: Mapping[str, object], *, key: UUID, by: UUID
) -> Activity:
    """Record what was done, or is planned, with pupils of a school.

    Parameters
    ----------
    values
        Fields of :class:`Activity`, ``initiative`` and ``companies`` (names).
    key
        Made with the form: who presses twice records once.
    """
    Organisation.objects.select_for_update().get(pk=school.pk)
    there: Activity | None = Activity.with_deleted.filter(uuid=key).first()
    if there is not None:
        return there
    row = Activity(uuid=key, school=school, recorded_at=now(), recorded_by=by)
    _fill(row, values)
    row.save()
    names = _names(values)
    _take_part(row, names, by)
    after = activity_fields(row, names)
    record_change(row, "activity.recorded", by=by, before={}, after=after)
    return row


@transaction.atomic
def change_activity(
    row: Activity, values: Mapping[str, object], *, seen: int, by: UUID
) -> Activity:
    """Change what is recorded of an activity; ``seen`` is the version that was on the page.

    Raises
    ------
    ChangedMeanwhileError
        Somebody else changed it since: nothing is written.
    UserError
        ``company_answered`` when a company would go that said what it contributed.
    """
    kept: Activity = Activity.objects.select_for_update().get(pk=row.pk)
    if kept.version != seen:
        raise ChangedMeanwhileError
    before = activity_fields(kept, queries.companies_in(kept))
    _fill(kept, values)
    names = _names(values)
    _take_part(kept, names, by)
    after = activity_fields(kept, queries.companies_in(kept))
    if before != after:
        kept.version += 1
        kept.save()
        record_change(kept, "activity.changed", by=by, before=before, after=after)
    return kept


def delete_activity(row: Activity, *, by: UUID) -> Activity:
    """Delete an activity; it can be put back for thirty days."""
    return delete_row(row, "activity.deleted", by=by)


def restore_activity(row: Activity, *, by: UUID) -> Activity:
    """Put a deleted activity back."""
    return undo_delete(row, "activity.restored", by=by)


def _fill(row: Activity, values: Mapping[str, object]) -> None:
    for name in _FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if "initiative" in values:
        found = values["initiative"]
        row.initiative = found if isinstance(found, Initiative) else None
    row.title = " ".join(row.title.split())[:200]
    row.planned = row.on > today()


def _names(values: Mapping[str, object]) -> list[str]:
    given = values.get("companies", ())
    return [str(one) for one in given] if isinstance(given, Sequence) else []


def _take_part(row: Activity, names: Sequence[str], by: UUID) -> None:
    """Let these companies take part, and no other; one that answered is not taken away."""
    wanted = {(one := add_company(name=name, by=by)).pk: one for name in names}
    there = {one.company_id: one for one in row.contributions.select_related("company")}
    for pk, old in there.items():
        if pk in wanted:
            continue
        if old.answer:
            raise UserError(
                "{name} already said what it contributed",
                code="company_answered",
                where=Where(key="company"),
                hint=Message("leave the company, or delete the whole activity"),
                name=old.company.name,
            )
        old.delete()
    for pk, company in wanted.items():
        if pk not in there:
            Contribution.objects.create(activity=row, company=company)


# --- what companies contributed ------------------------------------------------------------------


@transaction.atomic
def take_contributions(request: ConfirmationRequest, given: Iterable[GivenContribution]) -> int:
    """Keep what a company answered by its link; return how many answers were new.

    Only activities of the company and of the calendar year in which it was asked count, and only
    while the link is good; saying the same again changes nothing.
    """
    if inflow.expired(request):
        return 0
    pks = [one.pk for one in queries.contributions_of(request)]
    held = Contribution.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    mine = {one.pk: one for one in held.select_related("activity")}
    new = [_keep(mine[one.contribution], one, request) for one in given if one.contribution in mine]
    return sum(new)


def _keep(row: Contribution, given: GivenContribution, request: ConfirmationRequest) -> bool:
    if given.answer not in inflow.ANSWERS:
        return False
    before = contribution_fields(row)
    row.answer, row.note = given.answer, given.note.strip()[:500]
    row.hours, row.materials = given.hours, given.materials
    after = contribution_fields(row)
    if before == after:
        return False
    row.at, row.request = now(), request
    row.save()
    about = {"company": row.company_id, "request": request.pk}
    record_change(
        row.activity, "contribution.said", by=None, before=before, after={**after, **about}
    )
    return True


def contribution_fields(row: Contribution) -> dict[str, object]:
    """Return what the history keeps of what a company said."""
    return {
        "answer": row.answer, "note": row.note, "hours": row.hours, "materials": row.materials,
    }  # fmt: skip


def _forget(row: Activity) -> None:
    row.contributions.all().delete()


#: Chores of the worker: what nobody put back within thirty days is removed.
PURGES = [purge_chore(Activity, "activity.removed", _forget)]
