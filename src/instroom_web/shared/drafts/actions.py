"""The only writer of drafts; they are no part of the history: nothing was decided yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from instroom_web.shared.clock import now
from instroom_web.shared.drafts.models import Draft
from instroom_web.shared.drafts.queries import KEPT

#: More fields, more letters in all, or more forms at once, nobody types in a week.
MOST_FIELDS, MOST_LETTERS, MOST_DRAFTS = 200, 50_000, 200


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What became of what was typed: when it was kept, and whether it replaced another tab's."""

    at: datetime
    replaced: bool


def keep_draft(person: UUID, key: str, values: Mapping[str, str], tab: str) -> KeptDraft | None:
    """Keep what is typed, in place of what was; None when it is too much to keep."""
    letters = sum(len(name) + len(value) for name, value in values.items())
    if not 0 < len(key) <= 120 or len(values) > MOST_FIELDS or letters > MOST_LETTERS:
        return None
    with transaction.atomic():
        mine = Draft.objects.select_for_update().filter(person=person)
        old = mine.filter(key=key).first()
        if old is None and mine.count() >= MOST_DRAFTS:
            return None
        kept = {"values": dict(values), "tab": tab[:40], "kept_at": now()}
        row, _ = Draft.objects.update_or_create(person=person, key=key, defaults=kept)
    replaced = bool(old and old.tab != row.tab and old.values != row.values)
    return KeptDraft(row.kept_at, replaced)


def forget_draft(person: UUID, key: str) -> None:
    """Erase a draft: it was saved, or is wanted no more."""
    Draft.objects.filter(person=person, key=key).delete()


def forget_old_drafts() -> int:
    """Erase what was never saved, as a chore of the worker; return how many there were."""
    old = Draft.objects.filter(kept_at__lt=now() - KEPT)
    return old.delete()[0] if old.exists() else 0  # reading takes no lock
