"""A row of the outbox as a message, and what the answer of a mail server means."""

from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.encoding import punycode

from instroom_web.shared.mails.models import Mail

#: Why a mail is not tried again: the server never takes mail for this address, or never this mail.
REFUSED_ADDRESS, REFUSED_MAIL = "refused_address", "refused_mail"


def message_of(mail: Mail, key: str) -> EmailMessage:
    """Return a mail as it is sent; its ``Message-ID`` is the same at every try of a task.

    It is short, so that it stays on one line: not every server knows a folded one again.
    ``Auto-Submitted`` (RFC 3834) keeps absence notices away.
    """
    home = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{uuid5(mail.uuid, key).hex}@{punycode(home) or 'localhost'}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    return EmailMessage(mail.subject, mail.body, to=[mail.address], headers=headers)


def lasting_refusal(error: SMTPException) -> str:
    """Return why a mail will never be taken; nothing when trying again may help.

    A code of 500 or more says that the same will be refused again (RFC 5321, 4.2.1). Refusals of
    the sender or of how we signed in are ours to mend, so those are tried again.
    """
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return REFUSED_ADDRESS if codes and min(codes) >= 500 else ""
    if isinstance(error, SMTPDataError):
        return REFUSED_MAIL if error.smtp_code >= 500 else ""
    return ""
