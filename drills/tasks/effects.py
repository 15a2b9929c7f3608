"""Actions whose effects can be counted: nothing here hides a second one."""

import os
import time
from pathlib import Path

from django.db import connection

from instroom_web.shared.later import later, later_action

TABLES = (
    "CREATE TABLE drill_change (number INTEGER PRIMARY KEY, kind VARCHAR(10))",
    "CREATE TABLE drill_effect (number INTEGER, kind VARCHAR(10))",  # no key: twice is seen
)


def _write(table: str, number: int, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} VALUES (%s, %s)", [number, kind])  # noqa: S608


@later_action
def within(number: int) -> None:
    """Write an effect in the transaction that ends the task."""
    _write("drill_effect", number, "within")
    time.sleep(0.004)


@later_action
def chained(number: int) -> None:
    """Write an effect and ask for another task, in the same transaction."""
    _write("drill_effect", number, "chained")
    later(within, number)


@later_action(one_transaction=False)
def outside(key: str, number: int) -> None:
    """Do something outside the database, repeatable by key: a letter has the key as its name."""
    box = Path(os.environ["INSTROOM_DATA"]) / "letters"
    time.sleep(0.002)
    (box / f"{number}.{key}").write_text("sent", "utf-8")
    time.sleep(0.002)


@later_action
def stumbling(number: int) -> None:
    """Fail at about every fourth try, after writing."""
    _write("drill_effect", number, "stumbling")
    if time.monotonic_ns() // 1000 % 4 == 0:
        raise RuntimeError("stumbled")


ACTIONS = {"within": within, "chained": chained, "outside": outside, "stumbling": stumbling}


def change(number: int) -> None:
    """Write a change and ask for its action; the caller has the transaction."""
    kind = list(ACTIONS)[number % len(ACTIONS)]
    _write("drill_change", number, kind)
    later(ACTIONS[kind], number)
