"""Reading people: a getter asks the policy before it hands one out."""

from dataclasses import dataclass
from difflib import get_close_matches

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Role
from instroom.programme.cast import CastMember, cast
from instroom_web.accounts.models import Person
from instroom_web.accounts.policy import signed_in


def person_of(request: HttpRequest) -> Person:
    """Return the person who reads this page."""
    person = request.user
    if not isinstance(person, Person) or not signed_in(person):
        raise PermissionDenied
    return person


def person_with(email: str) -> Person:
    """Return the person with this address, for the administrator's commands."""
    found = Person.objects.filter(email__iexact=email.strip()).first()
    if found is None:
        known = list(Person.objects.values_list("email", flat=True))
        near = get_close_matches(email.lower(), known, 1)
        raise UserError(
            "there is no person with this address",
            code="unknown_person",
            where=Where(key="EMAIL"),
            found=email,
            hint=Message("did you mean '{value}'?", value=near[0])
            if near
            else "instroom person add EMAIL --name NAME",
        )
    return found


@dataclass(frozen=True, slots=True)
class PlayedPerson:
    """One of the cast as a row of this site, with their role."""

    member: CastMember
    person: Person
    role: Role

    @property
    def works_here(self) -> bool:
        """Whether there is work for this role on this site."""
        return bool(self.role.may)


def played_people() -> list[PlayedPerson]:
    """Return the cast as far as it is here: in the invented region everybody, elsewhere nobody."""
    found = Person.objects.filter(is_active=True, email__in=[one.email for one in cast().values()])
    rows = {row.email: row for row in found}
    roles = registry.roles()
    return [
        PlayedPerson(one, rows[one.email], roles[one.role])
        for one in cast().values()
        if one.email in rows
    ]
