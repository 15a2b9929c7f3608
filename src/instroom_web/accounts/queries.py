"""Reading people: a getter asks the policy before it hands one out."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import Role
from instroom.programme.cast import CastMember, cast
from instroom_web.accounts.lasting import IDLE, LONGEST
from instroom_web.accounts.models import Person, SignIn
from instroom_web.accounts.policy import signed_in
from instroom_web.shared.clock import now, today


def person_of(request: HttpRequest) -> Person:
    """Return the person who reads this page."""
    person = request.user
    if not isinstance(person, Person) or not signed_in(person):
        raise PermissionDenied
    return person


def sign_in_of(person: Person, mark: str | None) -> SignIn | None:
    """Return the sign-in that a session names; None when it was ended."""
    return SignIn.objects.filter(person=person, pk=mark).first() if mark else None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which somebody is signed in now; names are empty when it does not tell."""

    browser: str
    system: str
    seen_at: datetime
    is_this: bool

    @property
    def day(self) -> str:
        """The day it was last used, in Amsterdam, as ISO text."""
        return today(self.seen_at).isoformat()


def open_sessions(person: Person, mark: str | None) -> list[OpenSession]:
    """Return where somebody is signed in, this browser first; what ended by itself is left out."""
    moment = now()
    rows = SignIn.objects.filter(
        person=person, seen_at__gt=moment - IDLE, began_at__gt=moment - LONGEST
    )
    found = [
        OpenSession(row.browser, row.system, row.seen_at, str(row.pk) == mark)
        for row in rows.order_by("-seen_at", "-began_at")
    ]
    return sorted(found, key=lambda one: not one.is_this)


@dataclass(frozen=True, slots=True)
class SignInWays:
    """What somebody chose beside a code by mail."""

    passkeys: int
    app: bool
    password: bool

    @property
    def second(self) -> bool:
        """Whether a second step is asked at every sign-in by code."""
        return self.app or self.passkeys > 0


def ways_of(person: Person) -> SignInWays:
    """Return how somebody signs in."""
    kinds = Counter(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return SignInWays(
        passkeys=kinds[Authenticator.Type.WEBAUTHN],
        app=kinds[Authenticator.Type.TOTP] > 0,
        password=person.has_usable_password(),
    )


def roles_that_wait(person: Person) -> list[Role]:
    """Return the roles that do not count until there is a second way to sign in.

    Roles are known further up: each app may bring a ``waiting_for_second(person)``.
    """
    found: list[Role] = []
    for config in apps.get_app_configs():
        bring = getattr(config, "waiting_for_second", None)
        found += bring(person) if bring else []
    return found


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
