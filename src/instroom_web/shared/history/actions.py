"""The only writer of changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from instroom_web.shared.clock import now
from instroom_web.shared.history.models import Change


class OutsideTransactionError(RuntimeError):
    """A change was about to be recorded apart from the change itself."""


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

    Raises
    ------
    OutsideTransactionError
        When no transaction is open: the change and its record could be parted.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(kind)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Change.objects.create(
        at=now(),
        by=by,
        kind=kind,
        object_kind=subject._meta.label,
        object_id=str(subject.pk),
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names if name in after},
        reason=reason,
    )
