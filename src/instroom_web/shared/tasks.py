"""What an administrator sees of the work that waits, and the one thing to do about it."""

import datetime
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django_tasks.base import TaskResultStatus as Status
from django_tasks_db.models import DBTaskResult, get_date_max

from instroom_web.shared.models import TaskWorker

STATES = {Status.RUNNING: "running", Status.READY: "waiting", Status.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """One task that is not done: ids only, so it names nobody."""

    id: str
    state: str
    action: str
    ids: list[int | str]
    tries: int
    asked: datetime.datetime
    #: When it is tried again; ``None`` is as soon as a worker is free.
    next: datetime.datetime | None
    worker: str | None
    error: str | None

    def to_dict(self) -> dict[str, object]:
        """Return the task as JSON takes it."""
        times = {
            key: value.isoformat() if value else None
            for key, value in (("asked", self.asked), ("next", self.next))
        }
        return asdict(self) | times


def waiting_tasks(most: int = 1000) -> list[WaitingTask]:
    """Return what runs, waits and failed, the oldest of each first."""
    workers = {worker.pk: str(worker) for worker in TaskWorker.objects.all()}
    found = []
    for status, state in STATES.items():
        rows = DBTaskResult.objects.filter(status=status).order_by("enqueued_at")[:most]
        found += [_task(row, state, workers) for row in rows]
    return found


def living_workers() -> list[TaskWorker]:
    """Return the workers that said they are alive, the newest word first."""
    return list(TaskWorker.objects.order_by("-seen"))


def _task(row: "DBTaskResult[Any, Any]", state: str, workers: dict[str, str]) -> WaitingTask:
    due = row.run_after if state == "waiting" and row.run_after != get_date_max() else None
    last = row.worker_ids[-1] if state == "running" and row.worker_ids else None
    return WaitingTask(
        id=str(row.pk),
        state=state,
        action=row.task_path,
        ids=row.args_kwargs["args"],
        tries=len(row.worker_ids),
        asked=row.enqueued_at,
        next=due,
        worker=workers.get(last, last) if last else None,
        error=row.exception_class_path or None,
    )


@transaction.atomic
def try_again(identifier: UUID) -> bool:
    """Put a failed task back, with all its tries; return whether there was such a task."""
    failed = DBTaskResult.objects.select_for_update().failed()
    row = failed.filter(pk=identifier).first()
    if row is None:
        return False
    row.status, row.worker_ids, row.run_after = Status.READY, [], get_date_max()
    row.finished_at = None
    row.save()
    return True
