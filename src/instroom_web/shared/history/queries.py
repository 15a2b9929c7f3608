"""Reading the history: of one object for a page, and all of it to look it over."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from instroom.core.audit import ChainVerdict, audit
from instroom.core.chain import ChainMark, ChainRow, UnreadableRow
from instroom_web.shared.history.models import ChainHead, Change

_COLUMNS = [field.name for field in fields(ChainRow)]


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field of an object, from what to what; None when it was not there."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of an object, to be read: who (a uuid; None for a command), when, what, why.

    Of a change whose contents were ``erased`` there are no fields and no reason.
    """

    number: int
    at: datetime
    by: UUID | None
    kind: str
    fields: tuple[ChangedField, ...]
    reason: str
    erased: bool


def history_of(subject: Model) -> list[PastChange]:
    """Return the changes of an object, oldest first."""
    mine = Change.objects.filter(object_kind=subject._meta.label, object_id=str(subject.pk))
    return [_told(change) for change in mine.order_by("number")]


def _told(change: Change) -> PastChange:
    before, after = change.before, change.after
    names = dict.fromkeys([*before, *after])
    return PastChange(
        number=change.number,
        at=change.at,
        by=change.by,
        kind=change.kind,
        fields=tuple(ChangedField(name, before.get(name), after.get(name)) for name in names),
        reason=change.reason,
        erased=not change.salt,
    )


def verdict(anchor: Iterable[ChainMark] = ()) -> ChainVerdict:
    """Look the whole history over, as it is at one moment; whoever adds changes may go on."""
    with _one_moment():
        head = ChainHead.objects.filter(pk=1).first()
        mark = ChainMark(head.number, head.link) if head else None
        return audit(_rows(), head=mark, anchor=anchor)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all that is read be of one moment, and hold nothing that others write."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not IMMEDIATE: a copy that may only be read is read too
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _rows() -> Iterator[ChainRow | UnreadableRow]:
    """Yield all changes by number; one that holds what nobody wrote breaks nothing off."""
    ordered = rest = Change.objects.order_by("number")
    while True:
        last: Any = None
        try:
            for values in rest.values_list(*_COLUMNS).iterator(chunk_size=500):
                yield _row(values)
                last = values[0]
            return
        except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
            if isinstance(last, int):
                rest = ordered.filter(number__gt=last)
            unread = rest.values_list("number", flat=True).first()
            yield UnreadableRow(unread)
            if not isinstance(unread, int) or not isinstance(last, int | None):
                return
            rest = ordered.filter(number__gt=unread)


def _row(values: tuple[Any, ...]) -> ChainRow | UnreadableRow:
    row = ChainRow(*values)
    sound = (
        isinstance(row.number, int)
        and isinstance(row.at, datetime)
        and row.at.tzinfo is not None
        and isinstance(row.before, dict)
        and isinstance(row.after, dict)
        and all(isinstance(text, str) for text in values[3:6] + values[8:])
    )
    return row if sound else UnreadableRow(row.number)
