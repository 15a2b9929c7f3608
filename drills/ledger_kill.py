"""SIGKILL at any moment of who writes in the ledger of cooperations.

One process at a time records, changes, asks, answers and says, and notes every write that was
kept. A third of the kills comes at a random moment, a third just before the n-th statement that it
sends to the database, a third when a write is kept and not noted yet. What was not noted is then
there whole or not at all, and whoever comes after it presses again (a mail is not asked for again).
In the end every write is there once, with its line in the history. ``INSTROOM_DATABASE_URL`` drills
PostgreSQL.
"""

import contextlib
import datetime
import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from harness import Line, at_least, at_most, main
from kills import finished, instroom, started
from tasks_kill import _counted, _wait_for

SEED = 2026
KINDS = ("record", "change", "ask", "answer", "say")
SCHOOLS, COMPANIES = 4, 8
#: The most that a life that is to be killed does first: statements, seconds, or writes.
MOST_STATEMENTS, LONGEST, MOST_WRITES = 70, 0.25, 6
#: A Monday in the autumn; whoever asks in July is refused.
THEN = datetime.datetime(2026, 11, 16, 10, tzinfo=datetime.UTC)


def _setup(room: Path) -> None:
    """Make schools and companies that work together, with somebody to write to at each."""
    os.environ["INSTROOM_DATA"] = str(room)
    from instroom_web.commands import prepare

    prepare(room)
    _stop_the_clock()
    from django.db import connection

    from instroom.inflow.ledger import RegisteredSchool
    from instroom_web.inflow import actions
    from instroom_web.region.actions import add_company, take_register
    from instroom_web.region.contacts.actions import name_contact
    from instroom_web.region.models import Organisation

    codes = [f"{10 + number}ZZ00" for number in range(SCHOOLS)]
    take_register([RegisteredSchool(code, f"School {code}", "po", "GM0153") for code in codes])
    schools = list(Organisation.objects.filter(kind="school").order_by("pk"))
    for number in range(COMPANIES):
        by = UUID(int=10**9 + number)
        company = add_company(name=f"Bedrijf {number}", by=by)
        values = {"what": f"begin {number}", "since": "2025-2026"}
        actions.record_cooperation(schools[number % SCHOOLS], company, values, by=by)
        name_contact(
            company, name="", email=f"bedrijf{number}@bedrijf.example", by=by, checked=True
        )
        _ask(company, by)
    connection.close()


def _stop_the_clock() -> None:
    from instroom_web.shared import clock

    class Still(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return THEN.astimezone(tz)

    clock.datetime = Still  # type: ignore[misc]


def _ask(company: Any, by: UUID) -> None:
    from instroom_web.inflow import actions

    actions.ask_confirmation(company, "company", by=by, sender="P", link="{token}", site="Instroom")


def _kind(number: int) -> str:
    """Return what kind of write a number is: a fifth of each, in no order."""
    rounds, place = divmod(number, len(KINDS))
    return str(np.random.default_rng([SEED, rounds]).permutation(KINDS)[place])


def _write(number: int) -> None:
    """Do one write; its number stands in what it leaves, so that it can be told from the others."""
    from instroom_web.inflow import actions
    from instroom_web.inflow.models import Cooperation
    from instroom_web.region.models import Organisation

    by, kind, place = UUID(int=number + 1), _kind(number), number // len(KINDS)
    schools = Organisation.objects.filter(kind="school").order_by("pk")
    first = Cooperation.objects.select_related("company").order_by("pk")[place % COMPANIES]
    if kind == "record":
        values = {"what": f"iets {number}", "since": "2026-2027", "company": f"Nieuw {number}"}
        with contextlib.suppress(_recorded_already()):
            actions.record_filled(schools[place % SCHOOLS], values, by=by, may_ask=True)
    elif kind == "change":
        actions.change_cooperation(first, {"goals": f"doel {number}"}, seen=first.version, by=by)
    elif kind == "ask":
        _ask(first.company, by)
    elif kind == "answer":
        request = first.company.confirmation_requests.order_by("-pk").first()
        answer = ("right", "wrong", "different")[place % 3]
        actions.take_answers(request, [actions.GivenAnswer(first.uuid, answer, f"n{number}")])
    else:
        said = ("all_recorded", "nothing")[place // SCHOOLS % 2]
        actions.say_of_school(schools[place % SCHOOLS], said, by=by)


def _recorded_already() -> type[Exception]:
    """Return what pressing again says of a cooperation that was kept after all."""
    from instroom.core.errors import UserError

    return UserError


def _live(
    first: int, last: int, noted: Path, die_at: int | None = None, die_after: int | None = None
) -> int:
    """Write from a number on, and note each write that was kept.

    ``die_at`` is a number of statements, ``die_after`` one of writes, the last of which is not
    noted.
    """
    note = os.open(noted, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with _counted(die_at):
        for number in range(first, last):
            _write(number)
            if die_after is not None and number - first >= die_after:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(note, f"{number}\n".encode())
    return 0


def _kill(first: int, last: int, noted: Path, log: Path, random: np.random.Generator) -> bool:
    """Let a process live for a while; return whether it was killed in time."""
    way = int(random.integers(3))
    at = int(random.integers(MOST_STATEMENTS)) if way == 1 else None
    after = int(random.integers(MOST_WRITES)) if way == 2 else MOST_WRITES  # also when it is quick
    victim = started(lambda: _live(first, last, noted, at, after), log)
    if way == 0:
        time.sleep(float(random.uniform(0, LONGEST)))
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    else:
        _wait_for(victim, 10 * LONGEST)
    return finished(victim) == -signal.SIGKILL


def _noted(noted: Path) -> set[int]:
    return {int(line) for line in noted.read_text("utf-8").split()} if noted.exists() else set()


def _next(noted: Path, skipped: set[int]) -> int:
    """Return the number to go on with; a mail that was perhaps asked for is not asked for again."""
    number = max(_noted(noted) | skipped, default=-1) + 1
    if _kind(number) == "ask":
        skipped.add(number)
        number += 1
    return number


# --- what is there in the end --------------------------------------------------------------------

LINES = {
    "record": "cooperation.recorded",
    "change": "cooperation.changed",
    "ask": "confirmation.asked",
    "answer": "confirmation.given",
    "say": "school.said",
}


def _seen(numbers: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how often there is what each write leaves: once each, or of all of it nothing."""
    from django.db import connection

    from instroom_web.inflow.models import ConfirmationRequest, Cooperation
    from instroom_web.region.models import Organisation
    from instroom_web.shared.history.models import Change

    lines: Counter[tuple[int, str]] = Counter()
    for change in Change.objects.all():
        said = str(change.after.get("note", ""))
        number = int(said[1:]) if said else change.by.int - 1 if change.by else -1
        lines[number, change.kind] += 1
    added = Counter(Organisation.objects.filter(kind="company").values_list("name", flat=True))
    kept = Counter(Cooperation.objects.values_list("what", flat=True))
    asked = Counter(
        one.int - 1 for one in ConfirmationRequest.objects.values_list("asked_by", flat=True)
    )
    found = {}
    for number in numbers:
        kind = _kind(number)
        seen = {"line": lines[number, LINES[kind]]}
        if kind == "record":
            seen |= {"row": kept[f"iets {number}"], "company": added[f"Nieuw {number}"]}
            seen["company's line"] = lines[number, "organisation.added"]
        if kind == "ask":
            seen["row"] = asked[number]
        found[number] = seen
    connection.close()
    return found


def _judged(writes: int, noted: set[int], skipped: set[int]) -> dict[str, int]:
    """Count what is lost, what is there twice, and what is there by half."""
    from django.db import connection
    from django_tasks_db.models import DBTaskResult

    from instroom_web.inflow.models import Confirmation, ConfirmationRequest
    from instroom_web.shared.history.models import Change
    from instroom_web.shared.mails.models import Mail

    found: Counter[str] = Counter()
    for number, seen in _seen(range(writes)).items():
        found["lost"] += number in noted and min(seen.values()) == 0
        found["twice"] += max(seen.values()) > 1
        found["by half"] += len(set(seen.values())) > 1
        found["neither noted nor skipped"] += number not in noted | skipped
    given = Change.objects.filter(kind=LINES["answer"])
    found["twice"] += sum("note" not in one.after for one in given)  # one that says nothing new
    mails = Mail.objects.count()
    letters = DBTaskResult.objects.filter(task_path__endswith=".deliver").count()
    found["mails"] = abs(mails - ConfirmationRequest.objects.count()) + abs(mails - letters)
    said = Confirmation.objects.values_list("cooperation", "school_year", "side")
    found["answers twice"] = len(said) - len(set(said))
    waiting = DBTaskResult.objects.filter(task_path__endswith=".recount", status="READY")
    found["figures asked for"] = waiting.count()
    found["lines"] = Change.objects.count()
    connection.close()
    return found


def drill(full: bool) -> list[Line]:
    """Kill who writes, let the last one finish, and count."""
    writes, kills = (500, 120) if full else (50, 5)
    room = Path(tempfile.mkdtemp(prefix="instroom-ledger-"))
    noted, log, skipped = room / "noted.txt", room / "log.txt", set[int]()
    try:
        data = room / "data"
        data.mkdir()
        _setup(data)
        random = np.random.default_rng(SEED)
        killed = lives = halves = 0
        while killed < kills and (first := _next(noted, skipped)) < writes:
            killed += _kill(first, writes, noted, log, random)
            lives += 1
            broken = max(_noted(noted), default=-1) + 1
            halves += len(set(_seen([broken])[broken].values())) > 1
        first = _next(noted, skipped)
        if finished(started(lambda: _live(first, writes, noted), log)):
            print(log.read_text("utf-8"), file=sys.stderr)
        found = _judged(writes, _noted(noted), skipped)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            audited = instroom(["check", "--audit", "--data", str(data)])
        if audited:
            print(said.getvalue(), file=sys.stderr)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return [
        at_least("killed in time", lives, killed, kills // 2),
        at_least("writes that were noted", writes, writes - len(skipped), writes * 3 // 4),
        at_most("noted writes lost", writes, found["lost"], 0),
        at_most("writes that are there twice", writes, found["twice"], 0),
        at_most("writes by half, just after a kill", lives, halves, 0),
        at_most("writes by half in the end", writes, found["by half"], 0),
        at_most("writes nobody did", writes, found["neither noted nor skipped"], 0),
        at_most("mails without a request, or a request without", writes, found["mails"], 0),
        at_most("answers counted twice", writes, found["answers twice"], 0),
        at_least("new figures asked for", writes, found["figures asked for"], 1),
        at_most("exit code of instroom check --audit", found["lines"], audited, 0),
    ]


if __name__ == "__main__":
    main("ledger_kill", drill)
