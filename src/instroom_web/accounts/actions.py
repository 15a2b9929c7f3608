"""The only writer of people: every change is in the history, in the same transaction.

Where somebody is signed in is no change of a person: it is kept as long as it lasts.
"""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.texts import languages
from instroom_web.accounts.browsers import kind_of_browser
from instroom_web.accounts.lasting import LONGEST, NOTED
from instroom_web.accounts.models import Person, SignIn
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
    """Add a person who may sign in with a code by mail; a password is theirs to choose."""
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
        SignIn.objects.filter(person=person).delete()
        return _change(person, "person.deactivated", by, is_active=False, password=_no_password())


def reactivate_person(person: Person, *, by: UUID | None = None) -> Person:
    """Give a person access again."""
    return _change(person, "person.reactivated", by, is_active=True)


@transaction.atomic
def set_password(person: Person, password: str, *, kept: UUID | None) -> None:
    """Give somebody a password, of which nothing is told; sessions other than ``kept`` end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record_change(person, "person.password", by=person.uuid, before={}, after={})
    end_other_sign_ins(person, kept=kept, by=person.uuid)


def begin_sign_in(person: Person, agent: str) -> UUID:
    """Keep that somebody signs in with this browser; what is too old to last goes."""
    moment = now()
    SignIn.objects.filter(person=person, began_at__lte=moment - LONGEST).delete()
    browser, system = kind_of_browser(agent)
    seen = {"began_at": moment, "seen_at": moment}
    return SignIn.objects.create(person=person, browser=browser, system=system, **seen).pk


def note_request(sign_in: SignIn) -> None:
    """Keep that there was a request, at most once a minute."""
    moment = now()
    if moment - sign_in.seen_at >= NOTED:
        SignIn.objects.filter(pk=sign_in.pk).update(seen_at=moment)


def end_sign_in(mark: UUID) -> None:
    """Forget where somebody was signed in: that session ends."""
    SignIn.objects.filter(pk=mark).delete()


@transaction.atomic
def end_other_sign_ins(person: Person, *, kept: UUID | None, by: UUID) -> int:
    """Sign somebody out everywhere, but for the browser ``kept``; return how many that were."""
    mine = SignIn.objects.filter(person=person)
    others = mine.exclude(pk=kept) if kept else mine
    ended = others.delete()[0]
    if ended:
        record_change(
            person, "person.signed_out_elsewhere", by=by, before={"elsewhere": ended},
            after={"elsewhere": 0},
        )  # fmt: skip
    return ended
