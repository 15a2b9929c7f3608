"""Reading a draft: only its own person does."""

import datetime
from uuid import UUID

from instroom_web.shared.clock import now
from instroom_web.shared.drafts.models import Draft

#: How long what was typed is kept.
KEPT = datetime.timedelta(days=7)


def draft_of(person: UUID, key: str) -> Draft | None:
    """Return what a person typed in this form and did not save."""
    return Draft.objects.filter(person=person, key=key, kept_at__gte=now() - KEPT).first()
