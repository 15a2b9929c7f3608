"""Reading people: a getter asks the policy before it hands one out."""

import datetime
from dataclasses import dataclass
from difflib import get_close_matches

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Role
from instroom.programme.cast import CastMember, cast
from instroom_web.accounts.models import Person, SignIn
from instroom_web.accounts.policy import signed_in
from instroom_web.shared.clock import now

#: Without a request for so long, and after so long whatever was asked, a sign-in is over.
IDLE = datetime.timedelta(minutes=30)
LONGEST = datetime.timedelta(hours=8)


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


def sign_in_with(person: Person, key: str) -> SignIn | None:
    """Return a sign-in of a person by its uuid; None when it was ended, from here or elsewhere."""
    try:
        return SignIn.objects.filter(person=person, uuid=key).first()
    except ValidationError:
        return None


def sign_ins_of(person: Person) -> QuerySet[SignIn]:
    """Return where a person is signed in now, last seen first."""
    since = {"since__gte": now() - LONGEST, "seen__gte": now() - IDLE}
    return SignIn.objects.filter(person=person, **since).order_by("-seen", "-pk")


@dataclass(frozen=True, slots=True)
class WaysIn:
    """With what a person signs in, beside a code by mail."""

    passkeys: list[Authenticator]
    app: bool
    password: bool


def ways_in(person: Person) -> WaysIn:
    """Return the passkeys, app and password of a person."""
    found = list(Authenticator.objects.filter(user=person).order_by("pk"))
    keys = [one for one in found if one.type == Authenticator.Type.WEBAUTHN]
    app = any(one.type == Authenticator.Type.TOTP for one in found)
    return WaysIn(keys, app, person.has_usable_password())
