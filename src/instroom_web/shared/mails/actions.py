"""The only writer of the outbox. A row tells itself what became of it: it needs no history beside.

A mail is asked for in the transaction of a change, so it leaves exactly when the change is kept.
"""

import datetime
from smtplib import SMTPException
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import visible
from instroom_web.shared.clock import now
from instroom_web.shared.later import later, later_action
from instroom_web.shared.mails.models import Mail
from instroom_web.shared.mails.sending import lasting_refusal, message_of

#: How long a mail can be read here. Links in mails are valid for some weeks, and who says "I got
#: nothing" says so within them; after that the address and the words serve nobody.
KEPT = datetime.timedelta(days=30)
#: Why a mail that was not sent yet never will be, when its object is erased.
ERASED = "erased"
_EMPTY = {"address": "", "subject": "", "body": ""}


def ask_mail(
    *, kind: str, address: str, language: str, subject: str, body: str, regards: str = ""
) -> Mail:
    """Put a mail in the outbox, to be sent after the present transaction.

    Parameters
    ----------
    kind
        A short name, kept when the rest is emptied; that of the template, if there is one.
    subject, body
        Plain text, such as ``written`` makes.
    regards
        The object the mail is about (``inflow.Organisation:12``): ``erase_mails`` finds it so.

    Raises
    ------
    UserError
        ``bad_email`` when mail cannot be sent to this address.
    RuntimeError
        Outside a transaction: the change could be kept and the mail lost.
    ValueError
        For a subject of more than one line, or text with signs that steer.
    """
    if subject != visible(subject) or not subject.strip():
        raise ValueError("a subject is one line of plain text")
    lines = body.replace("\r\n", "\n").split("\n")
    if any(line != visible(line) for line in lines):
        raise ValueError("a body is lines of plain text")
    mail = Mail(
        kind=kind,
        address=_checked_address(address),
        language=language,
        subject=subject,
        body="\n".join(lines),
        asked_at=now(),
        regards=regards,
    )
    later(deliver, mail.uuid)  # first: it refuses outside a transaction, and then no row is left
    mail.save()
    return mail


def _checked_address(address: str) -> str:
    """Return an address that mail goes to: no list, no name beside it, no quotes, no machine."""
    text = address.strip()
    try:
        validate_email(text)
        is_plain = text.isprintable() and not set(text) & set('"\\[]')
    except ValidationError:
        is_plain = False
    if not is_plain:
        raise UserError(
            "this is no e-mail address",
            code="bad_email",
            where=Where(key="address"),
            hint=Message("for example anna@voorbeeld.nl"),
        )
    return text


def _given_up(uuid: str) -> None:
    """Say of a mail that it is not tried again; its last failure stands there already."""
    waiting = Mail.objects.filter(uuid=uuid, sent_at=None, failed_at=None)
    waiting.filter(failure="").update(failure="WorkerDied")
    waiting.update(failed_at=now())


@later_action(one_transaction=False, given_up=_given_up)
def deliver(key: str, uuid: str) -> None:
    """Send a mail, unless it was sent.

    Whoever dies after the server took the mail and before the row says so makes it go twice, with
    the same ``Message-ID``: most mailboxes then show it once. Losing it would be worse.
    """
    mail = Mail.objects.filter(uuid=UUID(uuid), sent_at=None).exclude(address="").first()
    if mail is None:
        return
    row = Mail.objects.filter(pk=mail.pk)
    try:
        message_of(mail, key).send()
    except Exception as error:
        reason = lasting_refusal(error) if isinstance(error, SMTPException) else ""
        if not reason:
            row.update(failure=type(error).__name__[:80])
            raise
        row.update(failed_at=now(), failure=reason)
    else:
        row.update(sent_at=now(), failed_at=None, failure="")


def empty_old_mails() -> int:
    """Empty what was sent or given up long enough ago; kind and dates stay. Return how many."""
    before = now() - KEPT
    old = Mail.objects.filter(Q(sent_at__lt=before) | Q(failed_at__lt=before)).exclude(address="")
    return old.update(**_EMPTY) if old.exists() else 0  # reading takes no lock


def erase_mails(regards: str) -> int:
    """Empty all mails about an object, and send none that waits; return how many there were."""
    if not regards:
        raise ValueError("which object? Mails about nothing are not of one object")
    return _erase(Mail.objects.filter(regards=regards))


def erase_mails_to(address: str) -> int:
    """Empty all mails to an address, and send none that waits; return how many there were."""
    return _erase(Mail.objects.filter(address__iexact=address))


def _erase(mails: QuerySet[Mail]) -> int:
    mine = mails.exclude(address="")
    numbers = list(mine.values_list("pk", flat=True))
    there = Mail.objects.filter(pk__in=numbers)
    there.filter(sent_at=None, failed_at=None).update(failed_at=now(), failure=ERASED)
    return there.update(**_EMPTY)


@transaction.atomic
def send_again(uuid: UUID) -> bool:
    """Send a mail that did not arrive once more; return whether there was such a mail."""
    failed = Mail.objects.select_for_update().filter(uuid=uuid).exclude(failed_at=None)
    mail = failed.exclude(address="").first()
    if mail is None:
        return False
    later(deliver, mail.uuid)
    mail.failed_at, mail.failure = None, ""
    mail.save(update_fields=["failed_at", "failure"])
    return True
