"""The only writer of people: every change is in the history, in the same transaction."""

from contextlib import suppress
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import languages
from instroom_web.accounts.models import Person, SignIn
from instroom_web.accounts.queries import IDLE, LONGEST
from instroom_web.shared.clock import now
from instroom_web.shared.history.actions import record_change

_FIELDS = ("email", "full_name", "language", "is_active")


def _fields(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in _FIELDS}


def _refuse(message: str, code: str, key: str, found: str, hint: str) -> UserError:
    return UserError(message, code=code, where=Where(key=key), found=found, hint=hint)


def _checked_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        hint = Message("for example anna@voorbeeld.nl")
        raise _refuse(
            Message("this is no e-mail address"), "bad_email", "EMAIL", email, hint
        ) from error
    if Person.objects.filter(email__iexact=address).exists():
        hint = Message("a person has one address, and an address one person")
        raise _refuse(
            Message("there is a person with this address"), "email_taken", "EMAIL", address, hint
        )
    return address


def _checked_language(language: str) -> str:
    if language not in languages():
        hint = Message("one of {value}", value=", ".join(languages()))
        raise _refuse(
            Message("this language is not spoken here"), "bad_language", "lang", language, hint
        )
    return language


@transaction.atomic
def create_person(
    *, email: str, full_name: str, language: str = "nl", by: UUID | None = None
) -> Person:
    """Add a person who may sign in with a code by mail; there is no password."""
    name = full_name.strip()
    if not name:
        hint = Message('for example --name "Anna de Vries"')
        raise _refuse(Message("a person needs a name"), "no_name", "--name", full_name, hint)
    person = Person(
        email=_checked_address(email), full_name=name[:150], language=_checked_language(language)
    )
    person.set_unusable_password()
    person.save()
    # Proven by the first code that is sent there; allauth asks for codes at proven addresses only.
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=False)
    record_change(person, "person.created", by=by, before={}, after=_fields(person))
    return person


def _change(person: Person, kind: str, by: UUID | None, **values: object) -> Person:
    with transaction.atomic():
        kept = Person.objects.select_for_update().get(pk=person.pk)
        before = _fields(kept)
        for name, value in values.items():
            setattr(kept, name, value)
        after = _fields(kept)
        if before != after:
            kept.save(update_fields=list(values))
            record_change(kept, kind, by=by, before=before, after=after)
    return kept


def choose_language(person: Person, language: str, *, by: UUID) -> Person:
    """Keep the language in which a person is written to."""
    return _change(person, "person.language", by, language=_checked_language(language))


def _no_password() -> str:
    """Return a new mark of "no password": sessions rest on it, and end when it changes."""
    return make_password(None)


def deactivate_person(person: Person, *, by: UUID | None = None) -> Person:
    """End a person's access and sessions at once; their name stays with what they did."""
    with transaction.atomic():
        _end_sign_ins(person)
        return _change(person, "person.deactivated", by, is_active=False, password=_no_password())


def reactivate_person(person: Person, *, by: UUID | None = None) -> Person:
    """Give a person access again."""
    return _change(person, "person.reactivated", by, is_active=True)


def begin_sign_in(person: Person, browser: str) -> SignIn:
    """Keep that a person is signed in from now on, in this browser."""
    return SignIn.objects.create(person=person, browser=browser[:60], since=now(), seen=now())


def see_sign_in(row: SignIn) -> None:
    """Keep that a person just asked for a page."""
    SignIn.objects.filter(pk=row.pk).update(seen=now())


def end_sign_in(key: str) -> None:
    """End one sign-in, named by its uuid; what is no sign-in ends nothing."""
    with suppress(ValidationError):
        SignIn.objects.filter(uuid=key).delete()


def _end_sign_ins(person: Person, keep: str = "") -> int:
    found = SignIn.objects.filter(person=person)
    return (found.exclude(uuid=keep) if keep else found).delete()[0]


@transaction.atomic
def sign_out_elsewhere(person: Person, *, keep: str = "", kind: str = "person.signed_out") -> int:
    """End all sign-ins of a person but one, at once; return how many there were.

    With a ``kind`` of its own it stands in the history as what led to it, such as a new password.
    """
    ended = _end_sign_ins(person, keep)
    record_change(person, kind, by=person.uuid, before={}, after={"sign_ins_ended": ended})
    return ended


def forget_sign_ins() -> int:
    """Erase the sign-ins that are over, as a chore of the worker; return how many there were."""
    old = SignIn.objects.filter(Q(since__lt=now() - LONGEST) | Q(seen__lt=now() - IDLE))
    return old.delete()[0] if old.exists() else 0  # reading takes no lock
