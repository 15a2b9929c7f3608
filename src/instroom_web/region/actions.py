"""The only writer of organisations, memberships and contact persons."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.inflow.ledger import RegisteredSchool
from instroom_web.accounts.models import Person
from instroom_web.region.models import ContactPerson, Membership, Organisation
from instroom_web.region.queries import BOARD, COMPANY, SCHOOL
from instroom_web.shared.clock import today
from instroom_web.shared.history.actions import NewChange, record_change, record_changes
from instroom_web.shared.mails.actions import erase_mails

#: How long somebody may be written to: the school year they were named in, and the next.
CONTACT_KEPT = datetime.timedelta(days=2 * 365)
_FIELDS = ("kind", "name", "code", "sector", "municipality", "board_id", "ended")


def _fields(one: Organisation) -> dict[str, object]:
    return {name: getattr(one, name) for name in _FIELDS}


@transaction.atomic
def take_register(schools: Iterable[RegisteredSchool]) -> int:
    """Make the schools and boards what the registers say; return how many changed.

    A school that the registers do not have any more is ended, never removed: what was done there
    stays. One that a person added and the register now has becomes the register's.
    """
    found = {one.code: one for one in schools}
    if not found:
        return 0
    there = {o.code: o for o in Organisation.objects.exclude(code="").select_for_update()}
    boards = {one.board for one in found.values() if one.board}
    changes = [
        change
        for code in sorted(boards)  # no open file names a board
        if (change := _registered(there, code, {"kind": BOARD, "name": code}))
    ]
    for one in found.values():
        values: dict[str, object] = {
            "kind": SCHOOL,
            "name": one.name,
            "sector": one.sector,
            "municipality": one.municipality,
            "board_id": there[one.board].pk if one.board else None,
        }
        if change := _registered(there, one.code, values):
            changes.append(change)
    for code, old in there.items():
        if old.from_register and not old.ended and code not in found and code not in boards:
            changes.append(_changed(old, {"ended": True, "ended_on": today()}))
    record_changes(changes)
    return len(changes)


def _registered(
    there: dict[str, Organisation], code: str, values: dict[str, object]
) -> NewChange | None:
    values = {**values, "from_register": True, "ended": False, "ended_on": None}
    old = there.get(code)
    if old is None:
        there[code] = made = Organisation(code=code, **values)
        made.save()
        return NewChange(made, "organisation.registered", None, {}, _fields(made))
    if all(getattr(old, name) == value for name, value in values.items()):
        return None
    return _changed(old, values)


def _changed(old: Organisation, values: dict[str, object]) -> NewChange:
    before = _fields(old)
    for name, value in values.items():
        setattr(old, name, value)
    old.save(update_fields=list(values))
    return NewChange(old, "organisation.registered", None, before, _fields(old))


@transaction.atomic
def add_company(*, name: str, municipality: str = "", by: UUID) -> Organisation:
    """Add a company; one that is there by this name is taken instead."""
    called = " ".join(name.split())[:200]
    if not called:
        raise UserError("a company needs a name", code="no_name", where=Where(key="name"))
    same = Organisation.objects.filter(kind=COMPANY, name__iexact=called, ended=False)
    if old := same.order_by("pk").first():
        return old
    made = Organisation.objects.create(kind=COMPANY, name=called, municipality=municipality)
    record_change(made, "organisation.added", by=by, before={}, after=_fields(made))
    return made


@transaction.atomic
def name_contact(
    organisation: Organisation, *, name: str, email: str, by: UUID | None
) -> ContactPerson:
    """Say whom to write to at an organisation; the same address again renews how long it is kept.

    The history holds that it happened, and no name or address: those are erased after a time.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise UserError(
            "this is no e-mail address",
            code="bad_email",
            where=Where(key="email"),
            hint=Message("for example anna@voorbeeld.nl"),
        ) from error
    until = today() + CONTACT_KEPT
    made, new = ContactPerson.objects.update_or_create(
        organisation=organisation,
        email=address,
        defaults={"name": " ".join(name.split())[:150], "until": until},
    )
    kind = "contact.named" if new else "contact.renewed"
    after = {"contact": made.pk, "until": until.isoformat()}
    record_change(organisation, kind, by=by, before={}, after=after)
    return made


def forget_contacts() -> int:
    """Erase whom nobody may write to any more, and the mails to them; return how many there were.

    A part of the worker's chores: it is short, and may run twice.
    """
    gone = ContactPerson.objects.filter(until__lt=today())
    if not gone.exists():  # reading takes no lock
        return 0
    with transaction.atomic():
        found = list(gone.select_for_update(of=("self",)).select_related("organisation"))
        for one in found:
            erase_mails(f"region.ContactPerson:{one.pk}")
            before = {"contact": one.pk}
            record_change(one.organisation, "contact.forgotten", by=None, before=before, after={})
            one.delete()
    return len(found)


@transaction.atomic
def give_role(
    person: Person, role: str, organisation: Organisation | None = None, *, by: UUID | None = None
) -> Membership:
    """Give somebody a role from today on; the same role again is the one that is there.

    Raises
    ------
    DefinitionError
        For a role that does not exist, with *did you mean*.
    UserError
        ``role_without_place`` when the role is within an organisation and none is named, or the
        other way round.
    """
    definition = registry.roles()[role]
    kinds = definition.organisation_kinds
    fits = organisation.kind in kinds if organisation else not kinds
    if not fits:
        raise UserError(
            "'{role}' is a role within another kind of organisation",
            code="role_without_place",
            where=Where(key="organisation"),
            found=organisation.name if organisation else Message("no organisation"),
            expected=", ".join(kinds) or Message("no organisation"),
            role=definition.title,
        )
    there = Membership.objects.filter(
        person=person, role=role, organisation=organisation, until=None
    )
    if old := there.first():
        return old
    made = Membership.objects.create(
        person=person, role=role, organisation=organisation, since=today()
    )
    after = {"role": role, "organisation": organisation.pk if organisation else None}
    record_change(person, "person.role_given", by=by, before={}, after=after)
    return made
