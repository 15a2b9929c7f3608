"""SIGKILL at any moment of who asks for tasks and of who runs them.

Half of the kills come at a random moment, half just before the n-th statement that the victim
sends to the database; one in eight comes to a worker that has just taken a task, whatever the
speed of the machine. Two workers run beside each other. In the end every change has its effect
exactly once, and nobody holds a task. ``INSTROOM_DATABASE_URL`` drills PostgreSQL.
"""

import contextlib
import itertools
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from harness import Line, at_least, at_most, main
from kills import finished, started

SEED = 2026
#: What each victim does in its time; a worker that is not killed in time ends when it is idle.
CHANGES, MOST_STATEMENTS, LONGEST = 40, 120, 0.4
#: In place of a number of statements: as soon as a task was taken for good.
HOLDING = -1


def _setup(room: Path) -> None:
    """Set Django up on an empty database, in this process: the others are its forks."""
    os.environ["INSTROOM_DATA"] = str(room)
    (room / "letters").mkdir()
    from instroom_web.commands import prepare

    prepare(room)
    from django.db import connection
    from tasks.effects import TABLES

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(table)
    connection.close()


def _counted(die_at: int | None) -> contextlib.AbstractContextManager[Any]:
    """Let this process kill itself just before so many statements were sent.

    ``HOLDING``: just before the first statement after it took a task.
    """
    from django.db import connection

    sent, holds = itertools.count(), False

    def send(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        nonlocal holds
        if next(sent) == die_at or (holds and connection.get_autocommit()):
            os.kill(os.getpid(), signal.SIGKILL)
        done = execute(sql, params, *rest)
        if die_at == HOLDING and sql.startswith("UPDATE") and "RUNNING" in map(str, params or ()):
            holds = True
        return done

    return connection.execute_wrapper(send)


def _ask(first: int, die_at: int | None) -> int:
    from django.db import transaction
    from tasks.effects import change

    with _counted(die_at):
        for number in range(first, first + CHANGES):
            with transaction.atomic():
                change(number)
    return 0


def _work(die_at: int | None, until_done: bool) -> int:
    from django_tasks_db.models import DBTaskResult

    from instroom_web.shared.worker import Pace, QueueWorker

    pace = Pace(poll=0.005, beat=0.05, lease=30, sweep=0.1, pause=0.01)
    open_rows = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    with _counted(die_at):
        QueueWorker(pace).run(until=lambda: until_done and not open_rows.exists())
    return 0


def _kill(number: int, log: Path, random: np.random.Generator) -> bool:
    """Kill one victim beside two that live; return whether it was killed in time."""
    at = int(random.integers(MOST_STATEMENTS)) if number % 2 else None
    asks = number % 4 == 0 or number % 8 == 3
    at = HOLDING if number % 8 == 5 else at
    first = (number + 1) * CHANGES
    victim = started(lambda: _ask(first, at) if asks else _work(at, False), log)
    beside = started(lambda: _work(None, False), log.with_suffix(".beside"))
    asker = started(lambda: _ask(first + 10_000 * CHANGES, None), log.with_suffix(".asker"))
    if at is None:
        time.sleep(float(random.uniform(0, LONGEST)))
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    else:
        _wait_for(victim, 20.0 if at == HOLDING else 4 * LONGEST)
    os.kill(beside, signal.SIGKILL)
    ends = [finished(child) for child in (victim, beside, asker)]
    if ends[2]:
        print(log.with_suffix(".asker").read_text("utf-8"), file=sys.stderr)
    return ends[0] == -signal.SIGKILL


def _wait_for(child: int, seconds: float) -> None:
    """Wait until a child that kills itself is dead, without reaping it; kill it in the end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)


def _judged(room: Path) -> dict[str, int]:
    """Count what is lost, what has effect twice, and what nobody finished."""
    from django.db import connection
    from django_tasks_db.models import DBTaskResult

    with connection.cursor() as cursor:
        cursor.execute("SELECT number, kind FROM drill_change")
        changes = cursor.fetchall()
        cursor.execute("SELECT number, kind FROM drill_effect")
        effects = Counter(cursor.fetchall())
    effects.update((int(p.name.split(".")[0]), "outside") for p in (room / "letters").iterdir())
    wanted = Counter(changes)
    wanted.update((number, "within") for number, kind in changes if kind == "chained")
    rows = DBTaskResult.objects.all()
    found = {
        "changes": len(changes),
        "lost": (wanted - effects).total(),
        "twice": (effects - wanted).total(),
        "held": rows.exclude(status="SUCCESSFUL").count(),
        "returned": sum(len(set(ids)) > 1 for ids in rows.values_list("worker_ids", flat=True)),
        "rows": abs(rows.count() - wanted.total()),
    }
    connection.close()
    return found


def drill(full: bool) -> list[Line]:
    """Kill askers and workers, let one worker finish, and count."""
    kills = 200 if full else 8
    room = Path(tempfile.mkdtemp(prefix="instroom-tasks-"))
    try:
        _setup(room)
        random = np.random.default_rng(SEED)
        log = room / "log.txt"
        killed = sum(_kill(number, log, random) for number in range(kills))
        if finished(started(lambda: _work(None, True), log)):
            print(log.read_text("utf-8"), file=sys.stderr)
        found = _judged(room)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return [
        at_least("killed in time", kills, killed, kills // 2),
        at_least("tasks that a dead worker held, run by another", killed, found["returned"], 1),
        at_least("changes with a task", found["changes"], found["changes"], 10 * kills),
        at_most("tasks lost", found["changes"], found["lost"], 0),
        at_most("tasks with effect twice", found["changes"], found["twice"], 0),
        at_most("tasks not done in the end", found["changes"], found["held"], 0),
        at_most("rows too many or too few", found["changes"], found["rows"], 0),
    ]


if __name__ == "__main__":
    main("tasks_kill", drill)
