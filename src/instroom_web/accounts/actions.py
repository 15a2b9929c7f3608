"""The only writer of people: every change is in the history, in the same transaction."""

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import languages
from instroom_web.accounts.models import Person
from instroom_web.shared.history.actions import erase_contents, record_change, wipe_what_goes
from instroom_web.shared.mails.actions import erase_mails_to

#: The domain of an address that nobody has any more (RFC 2606).
ERASED = "erased.invalid"
#: What stands where a name was.
NOBODY = "—"
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
    return _change(person, "person.deactivated", by, is_active=False, password=_no_password())


def reactivate_person(person: Person, *, by: UUID | None = None) -> Person:
    """Give a person access again."""
    return _change(person, "person.reactivated", by, is_active=True)


@transaction.atomic
def erase_person(person: Person, *, by: UUID, reason: str) -> Person:
    """Erase who somebody is, for good; what they did stays, without a name.

    Name, address, keys, sessions and what the history says of them go; their access ends. What
    others wrote about them in their own words stays: nobody can find that by a machine.
    ``reason`` stays in the history, so it must name nobody.
    """
    kept = Person.objects.select_for_update().get(pk=person.pk)
    wipe_what_goes()
    erase_mails_to(kept.email)
    EmailAddress.objects.filter(user=kept).delete()
    Authenticator.objects.filter(user=kept).delete()
    _end_sessions(kept)
    record_change(kept, "person.erasing", by=by, before={"is_active": kept.is_active}, after={})
    kept.email, kept.full_name = f"{kept.uuid.hex}@{ERASED}", NOBODY
    kept.is_active, kept.password, kept.last_login = False, _no_password(), None
    kept.save()
    erase_contents(object_kind=kept._meta.label, object_id=str(kept.pk), by=by, reason=reason)
    return kept


def _end_sessions(person: Person) -> None:
    """Delete sessions that are somebody's: an address stands in what they hold."""
    for one in Session.objects.iterator():
        if one.get_decoded().get("_auth_user_id") == str(person.pk):
            one.delete()
