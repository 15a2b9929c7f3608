"""Reading the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from instroom_web.shared.mails.models import Mail
from instroom_web.shared.mails.sending import REFUSED_ADDRESS, REFUSED_MAIL


def newest_mails(most: int = 50) -> list[Mail]:
    """Return the mails that were asked for last, the newest first."""
    return list(Mail.objects.all()[:most])


def mail_with(uuid: UUID) -> Mail | None:
    """Return one mail."""
    return Mail.objects.filter(uuid=uuid).first()


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as who keeps the machine sees it: what became of it, and nothing of what it says."""

    uuid: UUID
    kind: str
    address: str
    asked_at: datetime
    state: str
    refused: bool
    failure: str
    #: Whether it can be sent once more: its words are still there.
    whole: bool


def mail_lines(state: str = "", most: int = 200) -> list[MailLine]:
    """Return the newest mails, of one state when it is named; addresses are shortened."""
    by_state = {
        "sent": Mail.objects.exclude(sent_at=None),
        "failed": Mail.objects.exclude(failed_at=None),
        "waiting": Mail.objects.filter(sent_at=None, failed_at=None),
    }
    return [_line(mail) for mail in by_state.get(state, Mail.objects.all())[:most]]


def fate_of(uuids: Iterable[UUID]) -> dict[UUID, MailLine]:
    """Return what became of mails."""
    return {one.uuid: _line(one) for one in Mail.objects.filter(uuid__in=list(uuids))}


def shortened(address: str) -> str:
    """Return an address by which its owner is known to who has it, and to nobody else.

    Examples
    --------
    >>> shortened("anna@voorbeeld.nl"), shortened("")
    ('a…@voorbeeld.nl', '')
    """
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}" if name else ""


def _line(mail: Mail) -> MailLine:
    return MailLine(
        mail.uuid,
        mail.kind,
        shortened(mail.address),
        mail.asked_at,
        mail.state,
        mail.failure in (REFUSED_ADDRESS, REFUSED_MAIL),
        mail.failure,
        bool(mail.address),
    )
