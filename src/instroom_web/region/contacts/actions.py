"""The only writer of contact persons. Their names stand in no history: they are erased in time."""

import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.shared.clock import today
from instroom_web.shared.history.actions import record_change, wipe_what_goes
from instroom_web.shared.mails.actions import erase_mails

#: How long somebody may be written to: the school year they were named in, and the next.
CONTACT_KEPT = datetime.timedelta(days=2 * 365)


@transaction.atomic
def name_contact(
    organisation: Organisation, *, name: str, email: str, by: UUID | None, checked: bool = False
) -> ContactPerson:
    """Say whom to write to at an organisation; the same address again renews how long it is kept.

    The history holds that it happened, and no name or address: those are erased after a time.

    Parameters
    ----------
    checked
        Whether who names them may ask for confirmations. Otherwise no link is mailed before the
        programme office looked: who records a cooperation could confirm it for the other side.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise UserError(
            "this is no e-mail address",
            code="bad_email",
            where=Where(key="email"),
            hint=Message("for example anna@voorbeeld.nl"),
        ) from error
    until = today() + CONTACT_KEPT
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    old = ContactPerson.objects.filter(organisation=organisation, email=address).first()
    made = old or ContactPerson(organisation=organisation, email=address)
    made.name, made.until, made.named_by = " ".join(name.split())[:150], until, by
    made.checked = checked or made.checked
    made.save()
    kind = "contact.renewed" if old else "contact.named"
    after = {"contact": made.pk, "until": until.isoformat(), "checked": made.checked}
    record_change(organisation, kind, by=by, before={}, after=after)
    return made


@transaction.atomic
def check_contact(contact: ContactPerson, *, by: UUID) -> None:
    """Say that links may be mailed to somebody: they are who they are said to be."""
    held = ContactPerson.objects.select_for_update(of=("self",)).select_related("organisation")
    one = held.get(pk=contact.pk)
    if one.checked:
        return
    one.checked = True
    one.save(update_fields=["checked"])
    before, after = {"checked": False}, {"contact": one.pk, "checked": True}
    record_change(one.organisation, "contact.checked", by=by, before=before, after=after)


@transaction.atomic
def forget_contact(contact: ContactPerson, *, by: UUID | None, reason: str = "") -> None:
    """Erase a contact person, and the mails to them.

    ``reason`` stays in the history, so it must name nobody.
    """
    found = ContactPerson.objects.select_for_update(of=("self",)).select_related("organisation")
    one = found.filter(pk=contact.pk).first()
    if one is None:
        return
    wipe_what_goes()
    erase_mails(f"region.ContactPerson:{one.pk}")
    before = {"contact": one.pk}
    record_change(
        one.organisation, "contact.forgotten", by=by, before=before, after={}, reason=reason
    )
    one.delete()


def forget_contacts() -> int:
    """Erase whom nobody may write to any more, and the mails to them; return how many there were.

    A part of the worker's chores: it is short, and may run twice.
    """
    gone = list(ContactPerson.objects.filter(until__lt=today()))  # reading takes no lock
    for one in gone:
        forget_contact(one, by=None)
    return len(gone)
