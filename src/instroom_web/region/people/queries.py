"""Reading people and invitations: a getter asks the policy before it hands one out."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import Http404

from instroom.definitions import models as definitions
from instroom.definitions import registry
from instroom_web.accounts.models import Person
from instroom_web.region import policy
from instroom_web.region.models import Invitation, Membership, Organisation
from instroom_web.region.policy import HeldRole, SchoolLine
from instroom_web.region.queries import held_roles
from instroom_web.shared.clock import now, today
from instroom_web.shared.mails.queries import MailLine, fate_of

_SIGNER = Signer(salt="instroom.region.invitation")


def invites_everywhere(person: Person) -> bool:
    """Whether somebody lets people in anywhere in the region."""
    return policy.of_the_region("invite_people", held_roles(person))


def place_of(organisation: Organisation | None) -> SchoolLine | None:
    """Return an organisation as a policy sees it; None is the whole region."""
    return SchoolLine(organisation.pk, organisation.board_id) if organisation else None


def may_give(person: Person, role: str, organisation: Organisation | None) -> bool:
    """Return whether somebody may give a role there, and so end it."""
    return policy.may_give(role, place_of(organisation), held_roles(person))


def roles_to_give(person: Person) -> list[definitions.Role]:
    """Return the roles that somebody may give somewhere, by name."""
    held = held_roles(person)
    somewhere = [SchoolLine(0, one.organisation) for one in held if one.organisation]
    some_region = SchoolLine(0) if policy.of_the_region("invite_people", held) else None
    known = sorted(registry.roles().values(), key=lambda role: role.title)
    return [one for one in known if _anywhere(one, held, [*somewhere, some_region])]


def _anywhere(
    role: definitions.Role, held: list[HeldRole], places: list[SchoolLine | None]
) -> bool:
    if role.reach == "region":
        return policy.may_give(role.id, None, held)
    return any(place and policy.may_give(role.id, place, held) for place in places)


def gives_accounts(person: Person) -> bool:
    """Return whether somebody may let people in without a role."""
    return may_give(person, "", None)


def people_for(person: Person) -> QuerySet[Person]:
    """Return the people whom somebody sees, by name: all, or those of their own organisations."""
    held = held_roles(person)
    found = Person.objects.order_by("full_name", "pk").prefetch_related("memberships__organisation")
    if _sees_all(held):
        return found
    own = [
        one.organisation
        for one in held
        if one.organisation and "invite_people" in policy.abilities_of(one)
    ]
    there = Membership.objects.filter(Q(until=None) | Q(until__gte=today()))
    mine = there.filter(Q(organisation__in=own) | Q(organisation__board__in=own))
    return found.filter(pk__in=mine.values("person"))


def person_for(person: Person, uuid: UUID) -> Person:
    """Return somebody for who may see them; else 404."""
    found = people_for(person).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def membership_for(person: Person, pk: int) -> Membership:
    """Return a role of somebody for who may end it; else 404, or 403 when they only see it."""
    rows = Membership.objects.select_related("person", "organisation")
    found = rows.filter(pk=pk).first()
    if found is None or not people_for(person).filter(pk=found.person_id).exists():
        raise Http404
    if not may_give(person, found.role, found.organisation):
        raise PermissionDenied
    return found


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role of somebody as a page shows it."""

    row: Membership
    title: str
    #: ``now``, ``later`` or ``over``.
    state: str
    may_end: bool


def roles_of(person: Person, held: list[HeldRole]) -> list[RoleLine]:
    """Return the roles that somebody has or had, as a reader with other roles sees them."""
    known, everywhere, found = registry.roles(), _sees_all(held), []
    for row in sorted(person.memberships.all(), key=lambda one: (-one.since.toordinal(), -one.pk)):
        place = place_of(row.organisation)
        ends = policy.may_give(row.role, place, held)
        if not (everywhere or ends or _within(row, held)):
            continue
        title = known[row.role].title if row.role in known else row.role
        state = _state(row)
        found.append(RoleLine(row, title, state, ends and state != "over"))
    return sorted(found, key=lambda one: ("now", "later", "over").index(one.state))


def _sees_all(held: list[HeldRole]) -> bool:
    return any(policy.of_the_region(one, held) for one in ("invite_people", "manage_site"))


def _within(row: Membership, held: list[HeldRole]) -> bool:
    place = place_of(row.organisation)
    return place is not None and policy.may("invite_people", place, held)


def _state(row: Membership) -> str:
    day = today()
    if row.until and row.until < day:
        return "over"
    return "later" if row.since > day else "now"


def organisations_for(person: Person, role: definitions.Role) -> QuerySet[Organisation]:
    """Return the organisations in which somebody may give a role, by name."""
    held = held_roles(person)
    kinds = role.organisation_kinds
    found = Organisation.objects.filter(kind__in=kinds, ended=False).order_by("name", "code")
    if policy.of_the_region("invite_people", held):
        return found
    own = [one.organisation for one in held if "invite_people" in policy.abilities_of(one)]
    return found.filter(board_id__in=[one for one in own if one])


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that nobody has used up yet, with what became of its mail."""

    row: Invitation
    title: str
    #: ``open``, ``expired`` or ``taken`` (pressed, and not signed in since).
    state: str
    mail: MailLine | None


def open_invitations(person: Person) -> list[InvitationLine]:
    """Return the invitations that somebody may send again or withdraw, the newest first."""
    rows = Invitation.objects.filter(withdrawn_at=None).select_related("organisation", "person")
    mine = [one for one in rows.order_by("-pk") if _still_open(one) and _theirs(person, one)]
    fates = fate_of([one.mail for one in mine if one.mail])
    known = registry.roles()
    return [
        InvitationLine(
            one,
            known[one.role].title if one.role in known else "",
            _stage(one),
            fates.get(one.mail) if one.mail else None,
        )
        for one in mine
    ]


def _theirs(person: Person, one: Invitation) -> bool:
    return may_give(person, one.role, one.organisation)


def _still_open(one: Invitation) -> bool:
    """Whether who was invited has not signed in since: pressing the button is not yet coming in."""
    if one.taken_at is None or one.person is None:
        return one.email != ""
    came = one.person.last_login
    return one.person.is_active and (came is None or came < one.taken_at)


def _stage(one: Invitation) -> str:
    if one.taken_at:
        return "taken"
    return "expired" if now() >= one.expires_at else "open"


def invitation_for(person: Person, uuid: UUID) -> Invitation:
    """Return an open invitation for who may send it again or withdraw it; else 404."""
    found = Invitation.objects.filter(uuid=uuid, withdrawn_at=None).select_related("organisation")
    one = found.first()
    if one is None or not _theirs(person, one) or not _still_open(one):
        raise Http404
    return one


def token_of(invitation: Invitation) -> str:
    """Return what stands in a link: which invitation, signed, so that nobody makes up another."""
    return _SIGNER.sign(invitation.key.hex)


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation of a link; None when it was changed, replaced, used or withdrawn."""
    try:
        key = UUID(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Invitation.objects.filter(key=key, withdrawn_at=None, taken_at=None)
    return found.exclude(email="").select_related("organisation").first()


def municipality_choices() -> dict[str, str]:
    """Return the municipalities of the regions, their codes by their names."""
    known = [region.municipalities for region in registry.regions().values()]
    return {tile.name: code for towns in known for code, tile in towns.items()}


def last_of_its_kind(membership: Membership, last: datetime.date) -> bool:
    """Return whether nobody else could let people in, if this role ended after a day.

    Somebody whose role waits for a second way to sign in cannot.
    """
    if not policy.guards_the_door(membership.role):
        return False
    others = Membership.objects.filter(Q(until=None) | Q(until__gt=last), since__lte=today())
    others = others.exclude(person=membership.person_id).select_related("person")
    return not any(
        policy.guards_the_door(one.role) and HeldRole(one.role) in held_roles(one.person)
        for one in others.filter(organisation=None)
    )
