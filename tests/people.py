"""The people whom the tests know, made as an administrator makes them.

Who has a role comes from the cast (``instroom.programme.cast``); the others are here only.
"""

from dataclasses import dataclass

from instroom.programme.cast import cast
from instroom_web.accounts.actions import create_person
from instroom_web.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody with a task in the programme."""

    email: str
    full_name: str
    language: str
    task: str


CAST = {
    **{key: Role(one.email, one.full_name, "nl", one.role) for key, one in cast().items()},
    "greta": Role("greta@beispiel.de", "Greta Weiß", "de", "German partner"),
    "omar": Role("omar@example.org", "Omar Haddad", "en", "researcher"),
}


def person(name: str) -> Person:
    """Return a member of the cast; make them at first use."""
    role = CAST[name]
    known = Person.objects.filter(email=role.email).first()
    return known or create_person(
        email=role.email, full_name=role.full_name, language=role.language
    )
