"""The worker of :func:`later`: takes a task, runs it, and gives back what dead workers held.

A task is claimed in one transaction and finished in another; between them it is leased to a
worker. A worker that is killed leaves its task RUNNING; any worker returns it to the queue, at
its start and once in :attr:`Pace.sweep` seconds. Whoever lost a lease cannot finish: the end of a
task is written only by its last claimant.
"""

import datetime
import logging
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, TypeAlias
from uuid import uuid4

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus as Status
from django_tasks_db.models import DBTaskResult

from instroom_web.shared.later import LaterAction
from instroom_web.shared.models import TaskWorker

TaskRow: TypeAlias = "DBTaskResult[Any, Any]"
log = logging.getLogger("instroom.worker")
#: So many tries, with the pauses between them more than three hours, before a task is failed.
MOST_TRIES = 12
LONGEST_PAUSE = 3600.0
#: Days that a row is kept after its end.
KEPT = {Status.SUCCESSFUL: 14, Status.FAILED: 180}
#: What apps have done at each sweep, such as forgetting; each is short and may run twice.
CHORES: list[Callable[[], object]] = []
#: Exit code of a worker whose action outlasted :attr:`Pace.longest`.
STUCK = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between what a worker does again and again."""

    poll: float = 1.0
    #: A worker says that it is alive every ``beat``, and is held for dead after ``lease``.
    beat: float = 15.0
    lease: float = 60.0
    sweep: float = 60.0
    #: The pause after the first failure; it doubles with each one.
    pause: float = 10.0
    #: No action lasts longer: the worker ends itself, and the try counts.
    longest: float = 900.0


class LostLeaseError(Exception):
    """Another worker has the task: what was done for it is rolled back."""


class QueueWorker:
    """One process that runs tasks, one after another, until it is told to stop."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.id = uuid4().hex
        self.started = timezone.now()
        self._stop = threading.Event()
        self._since: float | None = None

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Work until SIGTERM or SIGINT, or until a function says so; finish the task at hand."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._told)
        self.beat()
        threading.Thread(target=self._beats, daemon=True).start()
        swept = -float("inf")
        try:
            while not (self._stop.is_set() or until()):
                close_old_connections()
                try:
                    if time.monotonic() - swept >= self.pace.sweep:
                        sweep(self.pace)
                        swept = time.monotonic()
                    busy = self.work()
                except DatabaseError as error:  # locked, or gone for a while: not ours to end for
                    log.warning("the database did not answer: %s", type(error).__name__)
                    connection.close()
                    busy = False
                if not busy:
                    self._stop.wait(self.pace.poll)
        finally:
            with suppress(DatabaseError):
                TaskWorker.objects.filter(pk=self.id).delete()

    def _told(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._stop.set()

    def beat(self) -> None:
        """Say that this worker is alive."""
        said = {"host": socket.gethostname(), "pid": os.getpid(), "started": self.started}
        TaskWorker.objects.update_or_create(pk=self.id, defaults={**said, "seen": timezone.now()})

    def _beats(self) -> None:
        while not self._stop.wait(self.pace.beat):
            since = self._since
            if since is not None and time.monotonic() - since > self.pace.longest:
                log.error("an action lasts longer than %s s: this worker ends", self.pace.longest)
                os._exit(STUCK)  # a thread cannot stop another, and the lease ends with us
            try:
                close_old_connections()
                self.beat()
            except DatabaseError as error:  # the lease is longer than one beat
                log.warning("not told that this worker is alive: %s", type(error).__name__)

    def work(self) -> bool:
        """Run the next task that is due; return whether there was one."""
        due = DBTaskResult.objects.ready()
        if not due.exists():  # reading takes no lock
            return False
        with transaction.atomic():
            row = due.get_locked()
            if row is None:
                return False
            row.claim(self.id)
        self._since = time.monotonic()
        try:
            self._attempt(row)
        except LostLeaseError:
            log.warning("task %s was given to another worker", row.pk)
        except Exception as error:  # whatever an action raises is its failure
            self._failed(row, error)
        finally:
            self._since = None
        return True

    def _attempt(self, row: TaskRow) -> None:
        action: object = row.task  # two classes Task for a type checker: Django 5 and 6
        if not isinstance(action, LaterAction):
            raise TypeError(f"{row.task_path} is no action of ours")
        ids = row.args_kwargs["args"]
        if not action.one_transaction:
            action.func(str(row.pk), *ids)
        with transaction.atomic():
            self._hold(row)
            if action.one_transaction:
                action.func(*ids)
            row.status, row.finished_at = Status.SUCCESSFUL, timezone.now()
            row.exception_class_path = row.traceback = ""
            row.save()

    def _hold(self, row: TaskRow) -> None:
        """Lock a task for the rest of this transaction, if it is still ours."""
        now = DBTaskResult.objects.select_for_update().filter(pk=row.pk).first()
        if now is None or now.status != Status.RUNNING or now.worker_ids[-1:] != [self.id]:
            raise LostLeaseError

    def _failed(self, row: TaskRow, error: Exception) -> None:
        """Let a task wait for its next try; what its error said may name people, so not that."""
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        log.warning("task %s (%s) failed: %s", row.pk, row.task_path, kind)
        with suppress(LostLeaseError), transaction.atomic():
            self._hold(row)
            row.exception_class_path = kind
            row.traceback = "".join(traceback.format_tb(error.__traceback__))
            _put_back(row, pause(len(row.worker_ids), self.pace.pause))


def pause(tries: int, first: float) -> float:
    """Return the seconds to wait after so many tries.

    Examples
    --------
    >>> [pause(tries, 10) for tries in (1, 2, 3, 30)]
    [10.0, 20.0, 40.0, 3600.0]
    """
    return float(min(first * 2.0 ** (tries - 1), LONGEST_PAUSE))


def _put_back(row: TaskRow, seconds: float) -> None:
    now = timezone.now()
    if len(row.worker_ids) >= MOST_TRIES:
        row.status, row.finished_at = Status.FAILED, now
        _guarded(partial(_tell, row))
    else:
        row.status = Status.READY
        row.run_after = now + datetime.timedelta(seconds=seconds)
    row.save()


def _tell(row: TaskRow) -> None:
    """Let an action note that it is given up."""
    action: object = row.task
    if isinstance(action, LaterAction) and action.given_up:
        with transaction.atomic():  # what fails undoes its own changes only
            action.given_up(*row.args_kwargs["args"])


def _guarded(chore: Callable[[], object]) -> None:
    """Do what an app asks; its failure does not stop a worker."""
    try:
        chore()
    except Exception as error:  # whatever an app raises
        log.warning("%s failed: %s", chore, type(error).__name__)


def sweep(pace: Pace) -> int:
    """Return the tasks of dead workers to the queue, forget old rows; return how many came back.

    A death counts as a try: an action that kills its worker each time ends as failed.
    """
    living = {worker.pk for worker in TaskWorker.objects.all() if not _dead(worker, pace)}
    returned = 0
    running = DBTaskResult.objects.running()
    for key in [row.pk for row in running if not living & set(row.worker_ids[-1:])]:
        with transaction.atomic():
            row = running.select_for_update(skip_locked=True).filter(pk=key).first()
            if row is not None and not living & set(row.worker_ids[-1:]) and _still_dead(row, pace):
                row.exception_class_path = "instroom.WorkerDied"
                _put_back(row, 0)
                returned += 1
    for worker in TaskWorker.objects.exclude(pk__in=living):
        if _dead(worker, pace):
            worker.delete()
    for status, days in KEPT.items():
        before = timezone.now() - datetime.timedelta(days=days)
        old = DBTaskResult.objects.filter(status=status, finished_at__lt=before)
        if old.exists():
            old.delete()
    for chore in CHORES:
        _guarded(chore)
    return returned


def _still_dead(row: TaskRow, pace: Pace) -> bool:
    """Return whether the claimant is dead now: it may have started after we looked."""
    worker = TaskWorker.objects.filter(pk__in=row.worker_ids[-1:]).first()
    return worker is None or _dead(worker, pace)


def _dead(worker: TaskWorker, pace: Pace) -> bool:
    """Return whether a worker is gone: its process is not there, or it was silent too long."""
    if worker.host == socket.gethostname() and not _runs(worker.pid):
        return True
    return timezone.now() - worker.seen > datetime.timedelta(seconds=pace.lease)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process
        pass
    return True
