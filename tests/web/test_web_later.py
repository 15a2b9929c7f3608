"""Work that waits: asked in a transaction, run once, tried again, given back, shown."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from types import SimpleNamespace

import pytest
import running
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from instroom_web import task_commands
from instroom_web.shared import worker as working
from instroom_web.shared.later import later, later_action
from instroom_web.shared.models import TaskWorker
from instroom_web.shared.tasks import try_again, waiting_tasks
from instroom_web.shared.worker import MOST_TRIES, Pace, QueueWorker, sweep

pytestmark = pytest.mark.django_db
PACE = Pace(pause=0)
SEEN: list[object] = []


@pytest.fixture(autouse=True)
def _nothing_seen():
    SEEN.clear()


@later_action
def noted(number: int, name: str = "") -> None:
    TaskWorker.objects.create(
        id=f"effect-{number}", host="-", pid=1, started=timezone.now(), seen=timezone.now()
    )
    SEEN.append((number, name))


@later_action(one_transaction=False)
def posted(key: str, number: int) -> None:
    SEEN.append((key, number))
    if len(SEEN) < 3:
        raise OSError("anna@school.example is not reached")


@later_action
def broken(number: int) -> None:
    noted(number)
    raise ValueError("anna@school.example")


def only_row() -> "DBTaskResult":
    return DBTaskResult.objects.get()


def test_an_id_is_an_int_a_short_text_or_a_uuid():
    key = uuid.uuid4()
    row = DBTaskResult.objects.get(pk=later(noted, 7, str(key)))
    assert row.args_kwargs == {"args": [7, str(key)], "kwargs": {}}
    assert row.task_path == f"{__name__}.noted"
    for other in (1.5, True, None, b"x", {"name": "Anna"}, [1], object(), "x" * 201):
        with pytest.raises(TypeError, match="an id is"):
            later(noted, other)
    with pytest.raises(TypeError):
        later(noted)
    with pytest.raises(TypeError):
        later(noted, 1, "b", "c")
    with pytest.raises(TypeError, match="no action"):
        later(print, 1)  # type: ignore[arg-type]
    assert DBTaskResult.objects.count() == 1


def test_a_task_is_there_exactly_when_its_change_is(monkeypatch):
    with monkeypatch.context() as outside, pytest.raises(RuntimeError, match="transaction"):
        none = SimpleNamespace(in_atomic_block=False)
        outside.setattr("instroom_web.shared.later.connections", {"default": none})
        later(noted, 1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        later(noted, 1)
        raise ZeroDivisionError
    assert not DBTaskResult.objects.exists()
    with transaction.atomic():
        later(noted, 1)
    assert only_row().status == "READY"


def test_an_action_runs_once():
    later(noted, 3, "c")
    worker = QueueWorker(PACE)
    assert worker.work()
    assert not worker.work()
    assert SEEN == [(3, "c")]
    assert only_row().status == "SUCCESSFUL"


def test_an_action_outside_has_one_key_at_every_try():
    key = later(posted, 5)
    worker = QueueWorker(PACE)
    assert [worker.work() for _ in range(4)] == [True, True, True, False]
    assert [(str(key), 5)] * 3 == SEEN
    assert only_row().status == "SUCCESSFUL"


def test_a_failure_undoes_what_was_done_waits_and_ends_visible():
    key = later(broken, 4)
    worker = QueueWorker(PACE)
    for tries in range(1, MOST_TRIES):
        assert worker.work()
        (task,) = waiting_tasks()
        assert (task.state, task.tries) == ("waiting", tries)
    assert worker.work()
    assert not worker.work()
    (task,) = waiting_tasks()
    assert (task.state, task.ids, task.error) == ("failed", [4], "builtins.ValueError")
    assert not TaskWorker.objects.filter(pk="effect-4").exists()
    row = only_row()
    assert "raise ValueError" in row.traceback
    assert "\nValueError: anna" not in row.traceback, "what an error said may name people"
    assert not try_again(uuid.uuid4())
    assert try_again(key)
    assert worker.work()
    assert waiting_tasks()[0].tries == 1


def test_the_pause_doubles():
    later(broken, 4)
    worker = QueueWorker(Pace(pause=100))
    for seconds in (100, 200):
        before = timezone.now()
        assert worker.work()
        assert not worker.work(), "not before its time"
        wait = (only_row().run_after - before).total_seconds()
        assert seconds <= wait < seconds + 20
        DBTaskResult.objects.update(run_after=timezone.now())


def claimed(by: str) -> "DBTaskResult":
    later(noted, 1)
    row = only_row()
    row.claim(by)
    return row


def alive(name: str, pid: int, seconds_ago: float, host: str | None = None) -> None:
    now = timezone.now()
    seen = now - datetime.timedelta(seconds=seconds_ago)
    host = host or working.socket.gethostname()
    TaskWorker.objects.create(id=name, host=host, pid=pid, started=seen, seen=seen)


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("host", "pid", "seconds", "back"),
    [
        (None, "own", 1, 0),
        (None, "own", 61, 1),
        (None, "ended", 1, 1),
        ("elsewhere.example", "ended", 1, 0),
        ("elsewhere.example", "ended", 61, 1),
        ("", "", 0, 1),  # no word of it at all
    ],
)
def test_only_the_dead_give_their_tasks_back(host, pid, seconds, back):
    if pid:
        alive("a", os.getpid() if pid == "own" else ended_process(), seconds, host)
    claimed("a")
    assert sweep(PACE) == back
    assert only_row().status == ("READY" if back else "RUNNING")
    assert TaskWorker.objects.exists() is not bool(back)


def test_an_action_that_kills_its_worker_ends_failed():
    row = claimed("a")
    row.worker_ids = ["a"] * MOST_TRIES
    row.save()
    assert sweep(PACE) == 1
    assert waiting_tasks()[0].state == "failed"
    assert waiting_tasks()[0].error == "instroom.WorkerDied"


def test_who_lost_the_lease_changes_nothing():
    worker = QueueWorker(PACE)
    row = claimed(worker.id)
    stolen = only_row()
    stolen.claim("other")
    with pytest.raises(working.LostLeaseError):
        worker._attempt(row)
    worker._failed(row, ValueError("late"))
    assert only_row().worker_ids == [worker.id, "other"]
    assert only_row().status == "RUNNING"
    assert SEEN == []


def test_an_action_without_end_ends_its_worker(monkeypatch):
    codes = []

    def leave(code: int) -> None:
        codes.append(code)
        worker._stop.set()

    monkeypatch.setattr(working.os, "_exit", leave)
    monkeypatch.setattr(QueueWorker, "beat", list)
    worker = QueueWorker(Pace(beat=0, longest=5))
    worker._since = time.monotonic() - 6
    worker._beats()
    assert codes == [working.STUCK]


def test_old_rows_go():
    for days, status in ((15, "SUCCESSFUL"), (13, "SUCCESSFUL"), (100, "FAILED"), (181, "FAILED")):
        row = DBTaskResult.objects.get(pk=later(noted, days))
        row.status, row.finished_at = status, timezone.now() - datetime.timedelta(days=days)
        row.save()
    sweep(PACE)
    kept = sorted(row.args_kwargs["args"][0] for row in DBTaskResult.objects.all())
    assert kept == [13, 100]


@pytest.mark.parametrize(("lang", "said"), [("nl", "wacht"), ("en", "waiting"), ("de", "wartet")])
def test_the_administrator_sees_them(monkeypatch, capsys, lang, said):
    monkeypatch.setattr(task_commands, "prepare", lambda data: data)
    later(noted, 8)
    assert task_commands.tasks(["--lang", lang]) == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(said)
    assert line.endswith(f"{__name__}.noted(8)")
    DBTaskResult.objects.update(status="FAILED")
    assert task_commands.tasks(["--json"]) == 12
    (task,) = json.loads(capsys.readouterr().out)["tasks"]
    assert (task["state"], task["ids"]) == ("failed", [8])
    assert task_commands.tasks(["--again", task["id"]]) == 0
    for wrong in ("x", str(uuid.uuid4())):
        with pytest.raises(task_commands.UserError):
            task_commands.tasks(["--again", wrong])


def workers_of(data) -> list[int]:
    command = [sys.executable, "-m", "instroom.cli", "tasks", "--json", "--data", str(data)]
    done = subprocess.run(
        command, env=running.environment(), capture_output=True, text=True, check=True
    )
    return [worker["pid"] for worker in json.loads(done.stdout)["workers"]]


def waited_for(look, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("in vain")


def test_serve_keeps_one_worker_and_takes_it_along(tmp_path):
    running.fill(tmp_path)
    with running.running(tmp_path):
        (first,) = waited_for(lambda: workers_of(tmp_path))
        os.kill(first, signal.SIGKILL)

        def others() -> list[int]:
            return [pid for pid in workers_of(tmp_path) if pid != first]

        (second,) = waited_for(others)
    waited_for(lambda: not working._runs(second))
    assert second not in workers_of(tmp_path)


def test_a_worker_ends_when_its_server_is_killed(tmp_path):
    running.fill(tmp_path)
    start = "import sys, time; from pathlib import Path; "
    start += "from instroom_web.shared.supervision import worker_beside as beside\n"
    start += "with beside(Path(sys.argv[1])): time.sleep(60)"
    command = [sys.executable, "-c", start, str(tmp_path)]
    server = subprocess.Popen(command, env=running.environment())
    (worker,) = waited_for(lambda: workers_of(tmp_path))
    server.kill()
    server.wait()
    waited_for(lambda: not working._runs(worker))
