"""SIGKILL at any moment of ``read``, of a ``read`` that replaces, and of ``compute``.

Half of the kills come at a random moment, half at a boundary: just before the n-th call that
touches the file system, n taken evenly over all of them. After each kill what is visible must be
whole, old or new; the next command must finish, and leave exactly the bytes of a run that was
never killed: no file more, no temporary folder, no process.
"""

import contextlib
import ctypes
import hashlib
import itertools
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from harness import Line, at_least, at_most, main

from instroom.cli.main import main as instroom
from instroom.sources import upkeep  # noqa: F401  loaded before the first fork
from instroom.sources.example import write_example
from instroom.sources.store import Store

SEED = 2026
REGION = "voorbeeld"
#: What the names of all folders of the drill hold.
ROOM = "instroom-kills-"
#: Calls that touch the file system, as the interpreter announces them.
TOUCHES = (
    *("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir"),
    *("shutil.copyfile", "shutil.rmtree", "tempfile.mkdtemp", "ctypes.call_function"),
    *("subprocess.Popen", "sqlite3.connect", "fcntl.flock"),
)
#: Tables of computed pages, and of the releases they belong to.
TABLES = (
    *("build", "inputfile", "storeddocument", "storedfigure", "storedpicture"),
    *("release", "releasecontent"),
)
_ADOPT = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
Command = Callable[[], int]
MISSES = ("wrong bytes", "acknowledged and lost", "left behind", "processes left", "next failed")


@dataclass
class Tally:
    """What went wrong, by kind, and how often the kill came in time."""

    killed: int = 0
    old: int = 0
    new: int = 0
    missed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MISSES, 0))

    def miss(self, kind: str, what: object) -> None:
        """Count a miss and say what it was."""
        self.missed[kind] += 1
        print(f"MISS {kind}: {what}", file=sys.stderr)


def mark(folder: Path) -> str:
    """Return a mark of all names and contents below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"folder")
    return digest.hexdigest()


def started(command: Command, log: Path, die_at: int | None = None) -> int:
    """Start a command in a process of its own; with ``die_at`` it kills itself at that touch."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    if die_at is not None:
        touches = itertools.count()

        def look(event: str, words: object) -> None:
            if touches_files(event, words) and next(touches) == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(look)
    code = 1
    try:
        code = command()
    finally:
        os._exit(code)


def touches_files(event: str, words: object) -> bool:
    """Return whether a call touches the data directory or the temporary folder (or locks one)."""
    return event in TOUCHES and (event == "fcntl.flock" or ROOM in repr(words))


def touches_of(command: Command, log: Path) -> int:
    """Return how many touches a whole run of a command makes."""
    counted = log.with_suffix(".count")

    def counting() -> int:
        seen = itertools.count()
        sys.addaudithook(lambda event, words: next(seen) if touches_files(event, words) else None)
        code = command()
        counted.write_text(str(next(seen)), "utf-8")
        return code

    finished(started(counting, log))
    return int(counted.read_text("utf-8"))


def finished(child: int) -> int:
    """Wait for a process; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def alone(group: int, seconds: float = 3.0) -> bool:
    """Return whether no process of a group is left, within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    return False


@dataclass
class Scene:
    """One command to kill: how to begin, how to run, and how to judge what is there."""

    name: str
    begin: Callable[[], None]
    command: Command
    #: Returns "old", "new", or what is wrong with what is visible.
    seen: Callable[[], str]
    #: The command after the kill, and the mark of the folder when it is done.
    after: Command
    end: Callable[[], str]


def drilled(scene: Scene, kills: int, room: Path, random: np.random.Generator) -> Tally:
    """Kill one command so many times."""
    tally = Tally()
    log = room / "log.txt"
    scene.begin()
    begun = time.perf_counter()
    finished(started(scene.command, log))
    lasts = time.perf_counter() - begun
    finished(started(scene.after, log))
    good = scene.end()
    scene.begin()
    touches = touches_of(scene.command, log)
    for number in range(kills):
        scene.begin()
        boundary = number % 2 == 0
        at = int(number / kills * touches) if boundary else None
        child = started(scene.command, log, at)
        if not boundary:
            # Half of these in the last part, where things are put in place.
            time.sleep(lasts * float(random.uniform(0.6 if number % 4 == 1 else 0, 1)))
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        tally.killed += finished(child) == -signal.SIGKILL
        state = scene.seen()
        if state == "old":
            tally.old += 1
        elif state == "new":
            tally.new += 1
        else:
            kind = "acknowledged and lost" if state.startswith("lost") else "wrong bytes"
            tally.miss(kind, f"{scene.name} {number}: {state}")
        if not alone(child):
            tally.miss("processes left", f"{scene.name} {number}")
        if finished(started(scene.after, log)):
            tally.miss("next failed", log.read_text("utf-8", "replace")[-500:])
        if scene.end() != good:
            names = sorted(str(p.relative_to(room)) for p in room.rglob("*"))
            tally.miss("wrong bytes", f"{scene.name} {number}: {names}")
        left = [p.name for p in Path(tempfile.gettempdir()).iterdir()]
        if left:
            tally.miss("left behind", f"{scene.name} {number}: {left}")
    return tally


def whole(data: Path) -> str:
    """Return what is not whole of what a reader sees in a data directory, or nothing."""
    files = data / "files"
    visible = [p for p in files.iterdir() if not p.name.startswith(".")] if files.is_dir() else []
    store = Store(data)
    return ", ".join(p.name[:12] for p in visible if store.sound(p.name) is None)


def reading(room: Path, files: list[Path]) -> Scene:
    """Read three files, beside one that was acknowledged before."""
    data, kept = room / "data", room / "kept"
    first = [str(files[0]), "--data"]
    instroom_quiet("read", *first, str(kept))

    def begin() -> None:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(kept, data)

    def seen() -> str:
        if bad := whole(data):
            return f"half: {bad}"
        name = next((kept / "files").iterdir()).name
        if mark(data / "files" / name) != mark(kept / "files" / name):
            return "lost: the file that was stored before"
        visible = [p for p in (data / "files").iterdir() if not p.name.startswith(".")]
        return "old" if len(visible) == 1 else "new"

    def command() -> int:
        return instroom(["read", *map(str, files), "--data", str(data), "--json"])

    return Scene("read", begin, command, seen, command, lambda: mark(data))


def replacing(room: Path, file: Path) -> Scene:
    """Read a stored file anew with another answer: each version is whole, one is always there."""
    data, kept = room / "data", room / "kept"
    instroom_quiet("read", str(file), "--period", "2018-2019", "--data", str(kept))

    def begin() -> None:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(kept, data)

    def seen() -> str:
        if bad := whole(data):
            return f"half: {bad}"
        asked = [stored.receipt["asked"] for stored in Store(data)]
        if len(asked) != 1:
            return f"lost: {len(asked)} files"
        return {"2018-2019": "old", "2019-2020": "new"}[asked[0]]

    def command() -> int:
        words = ["read", str(file), "--period", "2019-2020", "--data", str(data), "--json"]
        return instroom(words)

    return Scene("replacing read", begin, command, seen, command, lambda: mark(data))


def stored_pages(data: Path) -> str:
    """Return a mark of all that is in the database of computed pages."""
    connection = sqlite3.connect(data / "instroom.sqlite3")
    digest = hashlib.sha256(connection.execute("PRAGMA integrity_check").fetchone()[0].encode())
    for table in TABLES:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info(reports_{table})")]
        kept = ", ".join(f'"{c}"' for c in columns if c not in ("id", "created"))
        for row in connection.execute(f"SELECT {kept} FROM reports_{table} ORDER BY {kept}"):  # noqa: S608
            digest.update(repr(row).encode())
    connection.close()
    return digest.hexdigest()


def computing(room: Path, files: list[Path]) -> Scene:
    """Compute anew after a file more was read: the pages are the old ones or the new ones."""
    kept, done = room / "kept", room / "done"
    instroom_quiet("read", *map(str, files[:2]), "--data", str(kept))
    instroom_quiet("compute", "--place", REGION, "--data", str(kept))
    instroom_quiet("read", *map(str, files), "--data", str(kept))
    shutil.copytree(kept, done)
    instroom_quiet("compute", "--place", REGION, "--data", str(done))
    words = ["compute", "--place", REGION, "--data", str(room / "data"), "--json"]
    return _pages("compute", room, lambda: instroom(words))


def storing(room: Path) -> Scene:
    """Store pages where others stand: the last second of ``compute``, many times."""
    from instroom_web.commands import store

    for folder, mark in (("kept", "old"), ("done", "new")):
        if folder == "done":  # the second release stands on the first
            shutil.copytree(room / "kept", room / folder)
        finished(started(lambda f=folder, m=mark: _zero(store(_site(m), room / f)), room / "log"))
    return _pages("storing", room, lambda: _zero(store(_site("new"), room / "data")))


def _zero(_: object) -> int:
    return 0


def _site(mark: str) -> Any:
    """Return pages, pictures and figures of which every byte says which version it is."""
    pages = [
        {"key": f"place/p{i}", "language": "nl", "title": mark, "region": REGION}
        for i in range(300)
    ]
    figures = [
        {"id": f"{mark}{i}", "indicator": mark, "place": REGION, "period": "2019", "by": {}}
        for i in range(4000)
    ]
    drawn = {f"d{i}": f"<svg><title>{mark * 500}</title></svg>" for i in range(400)}
    build = {"version": "1", "region": REGION, "example": True, "etag": mark}
    return SimpleNamespace(
        documents=pages,
        pictures=drawn,
        figures=figures,
        inputs=[{"sha256": mark}],
        build=build,
    )


def _pages(name: str, room: Path, command: Command) -> Scene:
    """Return the scene of a command that replaces the pages of ``kept`` by those of ``done``."""
    data, kept = room / "data", room / "kept"
    old, new = stored_pages(kept), stored_pages(room / "done")
    if old == new:
        raise RuntimeError("this drill needs two answers")

    def begin() -> None:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(kept, data)

    def seen() -> str:
        found = stored_pages(data)
        return {old: "old", new: "new"}.get(found, "neither the old pages nor the new ones")

    def after() -> int:
        return instroom(["check", "--data", str(data), "--json"])

    def end() -> str:
        extra = {p.name for p in data.iterdir()} - {
            "files",
            "cache",
            "instroom.sqlite3",
            "secret_key",
        }
        return repr(extra) if extra or seen() not in ("old", "new") else ""

    return Scene(name, begin, command, seen, after, end)


def instroom_quiet(*words: str) -> None:
    """Run a command to its end in a process of its own."""
    log = Path(tempfile.gettempdir()).parent / "quiet.txt"
    if code := finished(started(lambda: instroom([*words, "--json"]), log)):
        raise RuntimeError(f"{words[0]} ended with {code}: {log.read_text('utf-8')[-500:]}")


@contextlib.contextmanager
def own_temporary_folder(base: Path) -> Iterator[Path]:
    """Give a room, with a temporary folder beside it that nobody else uses."""
    room, temporary = base / "room", base / "tmp"
    room.mkdir()
    temporary.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
    try:
        yield room
    finally:
        shutil.rmtree(room)
        shutil.rmtree(temporary)


def drill(full: bool) -> list[Line]:
    """Kill commands at random moments and at every kind of boundary."""
    ctypes.CDLL(None).prctl(_ADOPT, 1)  # orphans come to us: the dead are told from the living
    base = Path(tempfile.mkdtemp(prefix=ROOM))
    try:
        write_example(base / "example")
        by_name = sorted((base / "example").glob("*.csv"))
        pupils = [p for p in by_name if p.name.startswith("leerlingen-vo")]
        files = [*pupils, next(p for p in by_name if p.name.startswith("alle-vestigingen"))]
        scenes: tuple[tuple[Callable[[Path], Scene], int, int], ...] = (
            (lambda room: reading(room, files), 150, 5),
            (lambda room: replacing(room, pupils[-1]), 150, 5),
            (storing, 84, 4),
            (lambda room: computing(room, files), 16, 0),
        )
        random = np.random.default_rng(SEED)
        total, lines = Tally(), []
        for make, many, few in scenes:
            kills = many if full else few
            if not kills:
                continue
            with own_temporary_folder(base) as room:
                scene = make(room)
                found = drilled(scene, kills, room, random)
            lines.append(at_least(f"{scene.name}: killed in time", kills, found.killed, kills // 2))
            total.killed += found.killed
            for kind, count in found.missed.items():
                total.missed[kind] += count
            print(f"{scene.name}: {found.old} old, {found.new} new", file=sys.stderr)
        runs = sum(line.count for line in lines)
        return [*lines, *(at_most(kind, runs, count, 0) for kind, count in total.missed.items())]
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main("kills", drill)
