"""The only writer of organisations and memberships."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.inflow.ledger import RegisteredSchool
from instroom_web.accounts.models import Person
from instroom_web.region.models import Membership, Organisation
from instroom_web.region.queries import BOARD, COMPANY, MUNICIPALITY, SCHOOL
from instroom_web.shared.clock import today
from instroom_web.shared.history.actions import NewChange, record_change, record_changes

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
def add_company(
    *, name: str, municipality: str = "", by: UUID, kind: str = COMPANY
) -> Organisation:
    """Add a company, or another kind that no register has; one of this name is taken instead."""
    called = " ".join(name.split())[:200]
    if not called:
        raise UserError("a company needs a name", code="no_name", where=Where(key="name"))
    same = Organisation.objects.filter(kind=kind, name__iexact=called, ended=False)
    if old := same.order_by("pk").first():
        return old
    made = Organisation.objects.create(kind=kind, name=called, municipality=municipality)
    record_change(made, "organisation.added", by=by, before={}, after=_fields(made))
    return made


@transaction.atomic
def take_municipality(code: str) -> Organisation:
    """Return a municipality as an organisation that people can be of; made at first use."""
    name = gazetteer().name(code)
    made, new = Organisation.objects.get_or_create(
        code=code,
        defaults={"kind": MUNICIPALITY, "name": name, "municipality": code},
    )
    if new:
        record_change(made, "organisation.registered", by=None, before={}, after=_fields(made))
    return made


@transaction.atomic
def give_role(
    person: Person,
    role: str,
    organisation: Organisation | None = None,
    *,
    by: UUID | None = None,
    side: str = "",
    until: date | None = None,
) -> Membership:
    """Give somebody a role from today on; the same role again is the one that is there.

    Raises
    ------
    DefinitionError
        For a role that does not exist, with *did you mean*.
    UserError
        ``role_without_place`` when the role is within an organisation and none is named, or the
        other way round; ``role_without_side`` when it speaks for an O and does not say for which.
    """
    check_place(role, organisation, side)
    same = Membership.objects.filter(
        Q(until=None) | Q(until__gte=today()), person=person, role=role, organisation=organisation
    )
    if old := same.filter(side=side, since__lte=today()).first():
        if old.until != until:
            change_until(old, until, by=by)
        return old
    made = Membership.objects.create(
        person=person, role=role, organisation=organisation, side=side, since=today(), until=until
    )
    after = {"role": role, "organisation": organisation.pk if organisation else None}
    after |= ({"side": side} if side else {}) | ({"until": until.isoformat()} if until else {})
    record_change(person, "person.role_given", by=by, before={}, after=after)
    return made


def check_place(role: str, organisation: Organisation | None, side: str = "") -> None:
    """Refuse a role without its organisation or its O, or with one that it has not."""
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
    if side not in (definition.sides or ("",)):
        raise UserError(
            "'{role}' speaks for business, education or government",
            code="role_without_side",
            where=Where(key="side"),
            found=side or Message("none of them"),
            expected=", ".join(definition.sides) or Message("none of them"),
            role=definition.title,
        )


@transaction.atomic
def change_until(
    membership: Membership, until: date | None, *, by: UUID | None, reason: str = ""
) -> None:
    """Let a role count up to and including a day; None is without an end."""
    held = Membership.objects.select_for_update().select_related("person").get(pk=membership.pk)
    before = {"until": held.until.isoformat() if held.until else None}
    held.until = until
    held.save(update_fields=["until"])
    after = {"until": until.isoformat() if until else None}
    about = {"role": held.role, "organisation": held.organisation_id, "membership": held.pk}
    record_change(
        held.person, "person.role_until", by=by, before=before, after=after | about, reason=reason
    )
