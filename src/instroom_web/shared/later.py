"""Work that waits: ``later(action, id)`` in the transaction of the change that asks for it.

The row is one of django-tasks-db, so it is there exactly when the change is. A worker
(:mod:`instroom_web.shared.worker`) takes it. An action is a function of a module, named by its
dotted path, and repeatable: a worker can die at any moment, and the action is then run again.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

#: An id is short: who hands over texts hands over contents.
LONGEST_ID = 200
Identifier = int | str | UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterAction(Task[..., None]):
    """An action that may be asked for later; called as it is, it runs at once."""

    #: Whether the action's own changes are committed together with the end of its task. When
    #: not, the action runs outside a transaction and gets the key of its task before the ids:
    #: the same key at every try, so that what it does elsewhere can be made to happen once.
    one_transaction: bool = True
    #: Called with the ids when the worker gives up, in the transaction that says so.
    given_up: Callable[..., None] | None = None

    def __call__(self, *ids: Any) -> None:
        """Run the action now, as the worker would."""
        self.func(*ids)


class LaterBackend(DatabaseBackend):
    """The backend of the settings: rows of django-tasks-db, actions of ours."""

    task_class: Any = LaterAction


@overload
def later_action(function: Callable[..., None]) -> LaterAction: ...


@overload
def later_action(
    *, one_transaction: bool = True, given_up: Callable[..., None] | None = None
) -> Callable[[Callable[..., None]], LaterAction]: ...


def later_action(
    function: Callable[..., None] | None = None,
    *,
    one_transaction: bool = True,
    given_up: Callable[..., None] | None = None,
) -> Any:
    """Register a function of a module as an action, under its dotted name.

    Parameters
    ----------
    function
        Takes ids only. What it does must be repeatable.
    one_transaction
        ``True``: it only writes to the database, shortly; its changes and the end of the task are
        one transaction. ``False``: it is slow or touches something else (mail, files); it is
        called with the key of the task (a text) first.
    given_up
        Called with the ids when the action was tried for the last time and failed.
    """
    made = task(backend="default", one_transaction=one_transaction, given_up=given_up)
    return made(function) if function else made


def later(action: LaterAction, *ids: Identifier) -> UUID:
    """Ask for an action after the present transaction; return the id of its task.

    Raises
    ------
    RuntimeError
        Outside a transaction: the change could be kept and the task lost.
    TypeError
        For anything but ids (``int``, ``str`` and ``UUID``), or ids the action does not take.
    """
    if not isinstance(action, LaterAction):
        raise TypeError(f"{action!r} is no action: register it with @later_action")
    if not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise RuntimeError("later() belongs in the transaction of the change that asks for it")
    plain = [_plain(identifier) for identifier in ids]
    key = [] if action.one_transaction else ["key"]
    inspect.signature(action.func).bind(*key, *plain)
    return UUID(action.enqueue(*plain).id)


def later_once(action: LaterAction, *ids: Identifier) -> UUID:
    """Ask for an action after the present transaction, unless the same one waits already.

    The one that waits is held until this transaction ends, so that it starts after the change.
    """
    plain = [_plain(identifier) for identifier in ids]
    waiting = DBTaskResult.objects.select_for_update().ready()
    for row in waiting.filter(task_path=action.module_path):
        if row.args_kwargs["args"] == plain:
            return UUID(str(row.pk))
    return later(action, *ids)


def _plain(identifier: object) -> int | str:
    if isinstance(identifier, UUID):
        return str(identifier)
    if type(identifier) is int or (type(identifier) is str and len(identifier) <= LONGEST_ID):
        return identifier
    raise TypeError(f"an id is an int, a short str or a UUID, and no {type(identifier).__name__}")
