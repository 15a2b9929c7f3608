"""The history of rows, tampered with at random in the database itself: every tampering is found.

An honest history is written first: single changes, many at once, erased contents; after each step
it must look whole, and now and then its head goes into an anchor. Then each tampering is done on
it in a transaction that is taken back. Several processes that write at once never fork it.
``INSTROOM_DATABASE_URL`` drills PostgreSQL.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
from harness import Line, at_least, at_most, main
from kills import finished, started

SEED = 2026
STEPS, WRITERS, EACH = 60, 4, 25
_PEOPLE = [UUID(int=number) for number in range(1, 5)]


def _setup(room: Path) -> None:
    os.environ["INSTROOM_DATA"] = str(room)
    from instroom_web.commands import prepare

    prepare(room)


def _subject(number: int) -> Any:
    return SimpleNamespace(_meta=SimpleNamespace(label="drill.Thing"), pk=number)


# --- an honest history ---------------------------------------------------------------------------


def _new(random: np.random.Generator) -> Any:
    from instroom_web.shared.history.actions import NewChange

    before = {"name": f"pupil {random.integers(1000)}", "share": float(random.integers(9)) / 2}
    after = before | {"name": f"pupil {random.integers(1000, 2000)}", "none": None}
    by = _PEOPLE[random.integers(len(_PEOPLE))] if random.random() < 0.8 else None
    return NewChange(_subject(int(random.integers(8))), "thing.named", by, before, after, "asked")


def _honest(random: np.random.Generator) -> tuple[list[Any], int]:
    """Write a history; return the marks of its anchor, and how many steps left it broken."""
    from django.db import transaction

    from instroom_web.shared.history import actions
    from instroom_web.shared.history.queries import verdict

    marks: list[Any] = []
    alarms = 0
    for step in range(STEPS):
        with transaction.atomic():
            many = 1 if step % 3 else int(random.integers(1, 5))
            actions.record_changes([_new(random) for _ in range(many)])
        if step in (20, 40):
            about = {"object_kind": "drill.Thing", "object_id": str(step // 20)}
            actions.erase_contents(**about, by=_PEOPLE[0], reason="asked")
        found = verdict(marks)
        alarms += bool(found.findings)
        if step % 10 == 9:
            marks.append(found.last)
    return marks, alarms


# --- tamperings ----------------------------------------------------------------------------------


@dataclass
class Tamperer:
    """Somebody with the database in hand, who knows the formula."""

    random: np.random.Generator

    def rows(self) -> Any:
        """Return the changes without the guards of their model."""
        from django.db.models import QuerySet

        from instroom_web.shared.history.models import Change

        return QuerySet(Change)

    def one(self, least: int = 1, most: int = 0) -> int:
        """Return the number of some change; ``most`` counts back from the last."""
        return int(self.random.integers(least, self.rows().count() - most + 1))

    def head(self, number: int, link: str | None = None) -> None:
        """Let the head say that this change is the last one."""
        from instroom_web.shared.history.models import ChainHead

        link = link or self.rows().get(number=number).link
        ChainHead.objects.filter(pk=1).update(number=number, link=link)

    def chain(self, number: int) -> Any:
        """Return a change as the formula takes it."""
        from dataclasses import fields

        from instroom.core.chain import ChainRow

        names = [field.name for field in fields(ChainRow)]
        return ChainRow(**self.rows().filter(number=number).values(*names).get())

    def put(self, row: Any) -> None:
        """Store a change, as it is."""
        from dataclasses import asdict

        values = asdict(row)
        self.rows().update_or_create(number=values.pop("number"), defaults=values)

    def shift(self, first: int, by: int) -> None:
        """Give every change from a number on another number."""
        numbers = list(range(first, self.rows().count() + (2 if by < 0 else 1)))
        for number in numbers if by < 0 else reversed(numbers):
            self.rows().filter(number=number).update(number=number + by)

    def link_anew(self, first: int) -> None:
        """Compute all links from a number on, and the head, as the writer would."""
        from instroom.core.chain import FIRST_LINK, content_digest, link_of

        link = self.rows().get(number=first - 1).link if first > 1 else FIRST_LINK
        for number in range(first, self.rows().count() + 1):
            row = self.chain(number)
            digest = content_digest(row) if row.salt else row.content_digest
            row = replace(row, content_digest=digest)
            link = link_of(link, row)
            self.rows().filter(number=number).update(content_digest=digest, link=link)
        self.head(self.rows().count())

    def edit(self) -> None:
        """Change one value of one change, of any column."""
        import datetime

        row = self.rows().get(number=self.one())
        text = self.random.bytes(16).hex()
        values: dict[str, Any] = {
            "at": row.at + datetime.timedelta(microseconds=int(self.random.integers(1, 10**9))),
            "by": UUID(int=99) if self.random.random() < 0.5 or row.by is None else None,
            "kind": row.kind + "x",
            "object_kind": "drill.Other",
            "object_id": row.object_id + "0",
            "before": {**row.before, "share": 9.75},
            "after": {**row.after, "name": text},
            "reason": row.reason + ".",
            "salt": text,
            "content_digest": 2 * text,
            "link": 2 * text,
            "number": 10_000,
        }
        column = list(values)[self.random.integers(len(values))]
        self.rows().filter(number=row.number).update(**{column: values[column]})

    def spoil(self) -> None:
        """Put into a change what no writer writes (where the database lets it)."""
        from django.db import connection

        words = {"at": "yesterday", "by": "nobody", "before": "[1]", "after": "7"}
        names = ["before", "after"] if connection.vendor != "sqlite" else list(words)
        column = names[self.random.integers(len(names))]
        with connection.cursor() as cursor:
            told = f'UPDATE history_change SET "{column}" = %s WHERE number = %s'  # noqa: S608
            cursor.execute(told, [words[column], self.one()])

    def delete(self) -> None:
        """Take a change out, and leave its number open."""
        self.rows().filter(number=self.one(most=1)).delete()

    def close_up(self) -> None:
        """Take a change out, and number the later ones and the head on."""
        number = self.one(most=1)
        link = self.chain(self.rows().count()).link
        self.rows().filter(number=number).delete()
        self.shift(number + 1, -1)
        self.head(self.rows().count(), link)

    def insert(self) -> None:
        """Put a well-formed change in between, and number the later ones and the head on."""
        from instroom.core.chain import sealed

        number = self.one(least=2)
        last = self.chain(self.rows().count()).link
        previous, like = self.chain(number - 1), self.chain(number)
        self.shift(number, 1)
        self.put(sealed(previous.link, replace(like, salt=self.random.bytes(16).hex())))
        if self.random.random() < 0.5:
            self.head(self.rows().count(), last)

    def append(self) -> None:
        """Put a well-formed change behind the last one, past the writer."""
        from instroom.core.chain import sealed

        last = self.chain(self.rows().count())
        salt = self.random.bytes(16).hex()
        self.put(sealed(last.link, replace(last, number=last.number + 1, salt=salt)))

    def swap(self) -> None:
        """Let two changes take each other's number."""
        first, second = self.one(), self.one()
        second = second if second != first else first % self.rows().count() + 1
        for old, new in ((first, -1), (second, first), (-1, second)):
            self.rows().filter(number=old).update(number=new)

    def blank(self) -> None:
        """Empty a change that was not erased, its salt too."""
        full = list(self.rows().exclude(salt="").values_list("number", flat=True))
        number = full[self.random.integers(len(full))]
        self.rows().filter(number=number).update(before={}, after={}, reason="", salt="")

    def behead(self) -> None:
        """Let the head say something else."""
        count = self.rows().count()
        if self.random.random() < 0.5:
            self.head(count, "0" * 64)
        else:
            self.head(self.one(most=1))

    def cut(self) -> None:
        """Cut the tail, and set the head back."""
        self._cut()

    def _cut(self) -> int:
        number = self.one(most=1)
        self.rows().filter(number__gt=number).delete()
        self.head(number)
        return number

    def cut_and_append(self) -> None:
        """Cut the tail, and write as many other changes through the writer itself."""
        from instroom_web.shared.history.actions import record_changes

        count = self.rows().count()
        number = self._cut()
        record_changes([_new(self.random) for _ in range(count - number)])

    def rewrite(self) -> None:
        """Edit a change, and compute every later link and the head anew."""
        number = self.one()
        row = self.chain(number)
        told = {"kind": "thing.other"} if not row.salt else {"after": {**row.after, "name": "z"}}
        self.rows().filter(number=number).update(**told)
        self.link_anew(number)

    def rewrite_all(self) -> None:
        """Compute the whole history anew, with another moment for the first change."""
        self.rows().filter(number=1).update(by=UUID(int=98))
        self.link_anew(1)


#: Kind of tampering -> how, and whether a chain without its anchor shows it.
KINDS: dict[str, tuple[Callable[[Tamperer], None], bool]] = {
    "a value edited": (Tamperer.edit, True),
    "a value spoiled": (Tamperer.spoil, True),
    "a change deleted": (Tamperer.delete, True),
    "a change deleted, the rest numbered on": (Tamperer.close_up, True),
    "a change inserted": (Tamperer.insert, True),
    "a change appended past the writer": (Tamperer.append, True),
    "two changes swapped": (Tamperer.swap, True),
    "a change emptied without record": (Tamperer.blank, True),
    "the head changed": (Tamperer.behead, True),
    "the tail cut": (Tamperer.cut, False),
    "the tail cut and written again": (Tamperer.cut_and_append, False),
    "edited, later links computed anew": (Tamperer.rewrite, False),
    "all links computed anew": (Tamperer.rewrite_all, False),
}


def _tampered(count: int, marks: list[Any], random: np.random.Generator) -> list[Line]:
    """Tamper that many times; count what is found, with the anchor and without."""
    from django.db import transaction

    from instroom_web.shared.history.queries import verdict

    tamperer = Tamperer(random)
    done, found, bare = Counter[str](), Counter[str](), Counter[str]()
    for turn in range(count):
        name = list(KINDS)[turn % len(KINDS)]
        with transaction.atomic():
            KINDS[name][0](tamperer)
            done[name] += 1
            found[name] += bool(verdict(marks).findings)
            bare[name] += bool(verdict().findings)
            transaction.set_rollback(True)
    lines = [at_least(f"found: {name}", done[name], found[name], done[name]) for name in KINDS]
    lines.append(at_least("found, all together", count, found.total(), count))
    alone = [name for name, (_, seen) in KINDS.items() if seen]
    tries = sum(done[name] for name in alone)
    seen = sum(bare[name] for name in alone)
    lines.append(at_least("found without the anchor", tries, seen, tries))
    hidden = sum(done[name] - bare[name] for name in KINDS if name not in alone)
    return [*lines, at_least("found with the anchor only", count - tries, hidden, 1)]


# --- writers at once -----------------------------------------------------------------------------


def _write(seed: int) -> int:
    from django.db import transaction

    from instroom_web.shared.history.actions import record_change, record_changes

    random = np.random.default_rng(seed)
    for number in range(EACH):
        with transaction.atomic():
            if number % 5:
                record_change(_subject(seed), "x", by=None, before={}, after={"n": number})
            else:
                record_changes([_new(random), _new(random)])
    return 0


def _at_once(room: Path) -> list[Line]:
    """Let several processes write at once; return what came of it."""
    from django.db import connection

    from instroom_web.shared.history.queries import verdict

    before = verdict().changes
    connection.close()
    logs = [room / f"writer-{number}.txt" for number in range(WRITERS)]
    children = [started(lambda n=n: _write(n), log) for n, log in enumerate(logs)]
    failed = sum(finished(child) != 0 for child in children)
    for log in logs if failed else ():
        print(log.read_text("utf-8")[-2000:], file=sys.stderr)
    found = verdict()
    wanted = WRITERS * (EACH + EACH // 5)
    return [
        at_most("writers at once that failed", WRITERS, failed, 0),
        at_most("changes of theirs lost", wanted, abs(found.changes - before - wanted), 0),
        at_most("faults after them", found.changes, len(found.findings) + found.more, 0),
    ]


def drill(full: bool) -> list[Line]:
    """Write an honest history, tamper with it, and write to it from several processes."""
    room = Path(tempfile.mkdtemp(prefix="instroom-history-"))
    try:
        _setup(room)
        random = np.random.default_rng(SEED)
        marks, alarms = _honest(random)
        lines = [at_most("honest steps after which it looked broken", STEPS, alarms, 0)]
        lines += _tampered(1000 if full else 130, marks, random)
        return lines + _at_once(room)
    finally:
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main("history", drill)
