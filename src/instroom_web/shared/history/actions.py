"""The only writer of changes: each follows on the one before it (``instroom.core.chain``)."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from instroom.core.chain import ERASED_KIND, FIRST_LINK, ChainRow, as_stored, sealed
from instroom_web.shared.clock import now
from instroom_web.shared.history.models import ChainHead, Change

_COLUMNS = [field.name for field in fields(ChainRow)]


class OutsideTransactionError(RuntimeError):
    """A change was about to be recorded apart from the change itself."""


class ReservedKindError(ValueError):
    """Only ``erase_contents`` records that contents were erased."""


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change that is to be recorded: what it was of, by whom, from what to what."""

    subject: Model
    kind: str
    by: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""


def record_change(
    subject: Model,
    kind: str,
    *,
    by: UUID | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> Change:
    """Write down a change, in the transaction that makes it; only fields that differ are kept.

    Until that transaction ends nobody else records a change: lock the rows first, record last.

    Raises
    ------
    OutsideTransactionError
        When no transaction is open: the change and its record could be parted.
    """
    return record_changes([NewChange(subject, kind, by, before, after, reason)])[0]


def record_changes(changes: Iterable[NewChange]) -> list[Change]:
    """Write down many changes that were made at once, in the transaction that makes them.

    Raises
    ------
    OutsideTransactionError
        When no transaction is open.
    ReservedKindError
        When one says that contents were erased.
    """
    asked, moment = list(changes), now()
    for change in asked:
        if not connection.in_atomic_block:
            raise OutsideTransactionError(change.kind)
        if change.kind == ERASED_KIND:
            raise ReservedKindError(change.kind)
    return _append([_unsealed(change, moment) for change in asked]) if asked else []


@transaction.atomic
def erase_contents(
    *, object_kind: str, object_id: str, by: UUID | None, reason: str
) -> Change | None:
    """Erase what all changes of an object say, and record that; the chain still holds.

    Who did what to which object, and when, stays. Records of erasing stay whole, so ``reason``
    must name no person. What was erased before is not erased again.

    Returns
    -------
    Change or None
        The record, whose ``after`` names the numbers; None when there was nothing to erase.
    """
    _held_head()  # nobody adds a change of this object meanwhile
    mine = _unguarded().filter(object_kind=object_kind, object_id=object_id)
    full = mine.exclude(kind=ERASED_KIND).exclude(salt="")
    numbers = list(full.order_by("number").values_list("number", flat=True))
    if not numbers:
        return None
    wipe_what_goes()
    full.update(before={}, after={}, reason="", salt="")
    record = ChainRow(
        number=0,
        at=now(),
        by=by,
        kind=ERASED_KIND,
        object_kind=object_kind,
        object_id=object_id,
        before={},
        after={"numbers": numbers},
        reason=reason,
        salt=secrets.token_hex(16),
    )
    return _append([record])[0]


def wipe_what_goes() -> None:
    """Let SQLite write over what is erased; otherwise it stays in free room of the file."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def _unsealed(change: NewChange, moment: datetime) -> ChainRow:
    before, after = change.before, change.after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ChainRow(
        number=0,
        at=moment,
        by=change.by,
        kind=change.kind,
        object_kind=change.subject._meta.label,
        object_id=str(change.subject.pk),
        before=as_stored({name: before[name] for name in names if name in before}),
        after=as_stored({name: after[name] for name in names if name in after}),
        reason=change.reason,
        salt=secrets.token_hex(16),
    )


def _append(rows: Sequence[ChainRow]) -> list[Change]:
    """Add changes to the end of the chain, which is held until the transaction ends."""
    head = _held_head()
    made = []
    for row in rows:
        head.number += 1
        following = sealed(head.link, replace(row, number=head.number))
        head.link = following.link
        made.append(Change(**{name: getattr(following, name) for name in _COLUMNS}))
    _unguarded().bulk_create(made, batch_size=500)
    head.save(update_fields=["number", "link"])
    return made


def _unguarded() -> QuerySet[Change]:
    """Return the changes as only this module may take them: to add some, or to empty some."""
    return QuerySet(Change)


def _held_head() -> ChainHead:
    """Return the head, held; the first change makes it, and so does one that lost it."""
    heads = ChainHead.objects.select_for_update()
    head = heads.filter(pk=1).first()
    if head is None:
        last = Change.objects.order_by("number").last()
        number, link = (last.number, last.link) if last else (0, FIRST_LINK)
        head, _ = heads.get_or_create(pk=1, defaults={"number": number, "link": link})
    return head
