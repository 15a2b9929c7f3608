"""Reading organisations: a getter asks the policy before it hands one out."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Ability
from instroom.programme.cast import is_played
from instroom_web.accounts.models import Person
from instroom_web.region import policy
from instroom_web.region.models import ContactPerson, Membership, Organisation
from instroom_web.region.policy import HeldRole, SchoolLine
from instroom_web.shared.clock import today

SCHOOL, BOARD, COMPANY = "school", "board", "company"
MUNICIPALITY, PROVIDER = "municipality", "provider"


def held_roles(person: Person) -> list[HeldRole]:
    """Return the roles that count for a person today.

    One that asks a second factor counts for who has a passkey: it is then asked at every sign-in.
    In a demonstration it counts for the invented people too, who have none.
    """
    found = _given_roles(person)
    sure = None if any(map(_asks_more, found)) else True  # asked only when a role needs it
    sure = (_is_played(person) or is_mfa_enabled(person)) if sure is None else sure
    return [one for one in found if sure or not _asks_more(one)]


def waiting_roles(person: Person) -> list[HeldRole]:
    """Return the roles that do not count yet, as they ask a second way to sign in."""
    counting = held_roles(person)
    return [one for one in _given_roles(person) if one not in counting]


def _given_roles(person: Person) -> list[HeldRole]:
    day = today()
    if not person.is_active:
        return []
    given = Membership.objects.filter(Q(until=None) | Q(until__gte=day), since__lte=day)
    rows = given.filter(person=person).values_list("role", "organisation_id")
    return [HeldRole(role, organisation) for role, organisation in rows]


def _asks_more(held: HeldRole) -> bool:
    known = registry.roles()
    return held.role in known and known[held.role].second_factor


def _is_played(person: Person) -> bool:
    return bool(settings.DEMO) and is_played(person.email)


def takes_part(person: Person) -> bool:
    """Whether somebody may see any school as it is worked with (a rule of a page)."""
    return policy.anywhere("see_schools", held_roles(person))


def sees_people(person: Person) -> bool:
    """Whether somebody sees who has which role anywhere (a rule of a page)."""
    held = held_roles(person)
    return policy.anywhere("invite_people", held) or manages(person)


def manages(person: Person) -> bool:
    """Whether somebody keeps the machine (a rule of a page)."""
    return policy.of_the_region("manage_site", held_roles(person))


def keeps_contacts(person: Person) -> bool:
    """Whether somebody sees contact persons anywhere (a rule of a page)."""
    return policy.anywhere("keep_contacts", held_roles(person))


def line_of(school: Organisation) -> SchoolLine:
    """Return a school as a policy sees it."""
    return SchoolLine(school.pk, school.board_id)


def schools_for(person: Person, ability: Ability = "see_schools") -> QuerySet[Organisation]:
    """Return the schools with which somebody may do this, by name."""
    held = [one for one in held_roles(person) if ability in policy.abilities_of(one)]
    schools = Organisation.objects.filter(kind=SCHOOL, ended=False).order_by("name", "code")
    if policy.of_the_region(ability, held):
        return schools
    own = [one.organisation for one in held if one.organisation is not None]
    return schools.filter(Q(pk__in=own) | Q(board_id__in=own))


def school_for(person: Person, code: str, ability: Ability = "see_schools") -> Organisation:
    """Return a school by its code, for somebody who may do this with it.

    Raises
    ------
    Http404
        When there is no such school, or the person may not even see it: that it exists is not told.
    PermissionDenied
        When the person sees it, and may not do this.
    """
    school = Organisation.objects.filter(kind=SCHOOL, code=code).select_related("board").first()
    held = held_roles(person)
    if school is None or not policy.may("see_schools", line_of(school), held):
        raise Http404
    if not policy.may(ability, line_of(school), held):
        raise PermissionDenied
    return school


def may_with(person: Person, school: Organisation, ability: Ability) -> bool:
    """Return whether somebody may do this with a school, to leave out what they may not."""
    return policy.may(ability, line_of(school), held_roles(person))


def organisation_with(code: str) -> Organisation:
    """Return the school or board with a code, for the administrator's commands."""
    found = Organisation.objects.filter(code=code.strip().upper()).first()
    if found is None:
        raise UserError(
            "no school or board has this code here",
            code="unknown_organisation",
            where=Where(key="--of"),
            found=code[:40],
            hint=Message("the code of a school location, such as 00AH00"),
        )
    return found


def companies() -> QuerySet[Organisation]:
    """Return the companies that are known, by name: what they are called is no secret."""
    return Organisation.objects.filter(kind=COMPANY, ended=False).order_by("name", "pk")


def contact_of(organisation: Organisation) -> ContactPerson | None:
    """Return whom to write to at an organisation; None when nobody is known, or looked at."""
    return _contacts(organisation).filter(checked=True).first()


def known_contact(organisation: Organisation) -> ContactPerson | None:
    """Return whom somebody named at an organisation, also when nobody looked at it yet."""
    return _contacts(organisation).first()


def _contacts(organisation: Organisation) -> QuerySet[ContactPerson]:
    known = ContactPerson.objects.filter(organisation=organisation, until__gte=today())
    return known.order_by("-pk")
