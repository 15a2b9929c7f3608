"""``instroom worker`` and ``instroom tasks``: the work that waits, done and shown."""

import argparse
import datetime
import os
from uuid import UUID

from instroom.cli.parser import parser_of, shortened
from instroom.cli.trouble import show
from instroom.core.errors import UserError, Where
from instroom.core.texts import Texts
from instroom_web.commands import prepare


def worker(argv: list[str]) -> int:
    """Run waiting tasks until told to stop; ``instroom serve`` starts one by itself."""
    parser, _ = parser_of("worker", argv)
    parser.add_argument("--attached", type=int, metavar="PID", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    prepare(options.data)
    from instroom_web.shared.worker import QueueWorker

    server = options.attached
    QueueWorker().run(until=lambda: server is not None and os.getppid() != server)
    return 0


def _task_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UserError(
            "this is no id of a task",
            code="bad_task",
            where=Where(key="--again"),
            found=shortened(text),
            expected="an id that instroom tasks shows",
            hint="instroom tasks --json shows the ids in full",
        ) from error


def tasks(argv: list[str]) -> int:
    """Show what runs, waits and failed; exit 12 when something failed."""
    parser, t = parser_of("tasks", argv)
    parser.add_argument("--json", action="store_true", help=t("een JSON-document op stdout"))
    parser.add_argument(
        "--again", type=_task_id, metavar="ID", help=t("een mislukte taak opnieuw proberen")
    )
    options = parser.parse_args(argv)
    prepare(options.data)
    from instroom_web.shared.tasks import living_workers, try_again, waiting_tasks

    if options.again and not try_again(options.again):
        raise UserError(
            "no failed task has this id",
            code="bad_task",
            where=Where(key="--again"),
            found=str(options.again),
            hint="instroom tasks shows the tasks that failed",
        )
    found = [task.to_dict() for task in waiting_tasks()]
    seen = [
        {"host": w.host, "pid": w.pid, "seen": w.seen.isoformat(timespec="seconds")}
        for w in living_workers()
    ]
    answer = {"tasks": found, "workers": seen}
    show(answer, lambda: _lines(found, seen, options.lang), as_json=options.json)
    return 12 if any(task["state"] == "failed" for task in found) else 0


def _lines(found: list[dict[str, object]], seen: list[dict[str, object]], lang: str) -> list[str]:
    t = Texts(lang)
    states = {"running": t("bezig"), "waiting": t("wacht"), "failed": t("mislukt")}
    wide = max(map(len, states.values()))
    lines = []
    for task in found:
        ids = ", ".join(map(str, task["ids"]))  # type: ignore[call-overload]
        parts = [
            f"{states[str(task['state'])]:<{wide}}",
            str(task["id"]),
            f"{task['action']}({ids})",
        ]
        parts += [t("{n} keer geprobeerd", n=task["tries"])] if task["tries"] else []
        parts += [t("opnieuw om {time}", time=_clock(str(task["next"])))] if task["next"] else []
        lines.append("  ".join([*parts, *(str(task[k]) for k in ("worker", "error") if task[k])]))
    many = t.number(len(found))
    lines.append(t("taken: {n}; uitvoerders: {workers}", n=many, workers=t.number(len(seen))))
    return lines


def _clock(text: str) -> str:
    """Return the local time of day of an ISO time."""
    return f"{datetime.datetime.fromisoformat(text).astimezone():%H:%M:%S}"
