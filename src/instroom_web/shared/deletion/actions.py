"""The only writer of deletions: delete, put back, and remove for good what nobody put back."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from instroom.core.errors import UserError, Where
from instroom.core.messages import Message
from instroom_web.shared.clock import now
from instroom_web.shared.deletion.models import KEPT, DeletableModel
from instroom_web.shared.history.actions import NewChange, record_change, record_changes

_Row = TypeVar("_Row", bound=DeletableModel)


@transaction.atomic
def delete_row(row: _Row, kind: str, *, by: UUID) -> _Row:
    """Delete a row; deleting it again changes nothing. ``kind`` is what the history calls it."""
    kept = _held(row)
    if kept.deleted_at is None:
        kept.deleted_at = now()
        kept.save(update_fields=["deleted_at"])
        record_change(kept, kind, by=by, before={"deleted": False}, after={"deleted": True})
    return kept


@transaction.atomic
def undo_delete(row: _Row, kind: str, *, by: UUID) -> _Row:
    """Put a deleted row back; one that is there already stays as it is.

    Raises
    ------
    UserError
        ``too_late_to_undo`` more than thirty days after it was deleted.
    """
    kept = _held(row)
    if kept.deleted_at is None:
        return kept
    if kept.deleted_at + KEPT <= now():
        raise UserError(
            "this was deleted too long ago to put it back",
            code="too_late_to_undo",
            where=Where(key="deleted_at"),
            expected=Message("something that was deleted less than thirty days ago"),
            hint=Message("record it anew"),
        )
    kept.deleted_at = None
    kept.save(update_fields=["deleted_at"])
    record_change(kept, kind, by=by, before={"deleted": True}, after={"deleted": False})
    return kept


def _held(row: _Row) -> _Row:
    found: _Row = type(row).with_deleted.select_for_update().get(pk=row.pk)
    return found


def purge_chore(
    model: type[_Row], kind: str, first: Callable[[_Row], object] | None = None
) -> Callable[[], int]:
    """Return a chore of the worker that removes what nobody put back in time.

    Parameters
    ----------
    kind
        What the history calls the removal.
    first
        Removes what hangs on a row, before the row itself.
    """

    def purge() -> int:
        gone = model.with_deleted.filter(deleted_at__lte=now() - KEPT)
        if not gone.exists():  # reading takes no lock
            return 0
        with transaction.atomic():
            found = list(gone.select_for_update())
            before = {"deleted": True}
            record_changes([NewChange(row, kind, None, before, {}) for row in found])
            for row in found:
                if first:
                    first(row)
                row.delete()
        return len(found)

    return purge
