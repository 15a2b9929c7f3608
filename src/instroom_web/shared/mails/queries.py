"""Reading the outbox."""

from uuid import UUID

from instroom_web.shared.mails.models import Mail


def newest_mails(most: int = 50) -> list[Mail]:
    """Return the mails that were asked for last, the newest first."""
    return list(Mail.objects.all()[:most])


def mail_with(uuid: UUID) -> Mail | None:
    """Return one mail."""
    return Mail.objects.filter(uuid=uuid).first()
