"""Untrusted files are parsed in child processes under limits of memory and time.

A child that eats too much, hangs or dies takes only its own file with it.
"""

import importlib
import json
import os
import queue
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from instroom.core.errors import InstroomError, MachineError, SourceError, rebuilt
from instroom.core.messages import Message, packed, unpacked
from instroom.core.orphans import end_with_parent
from instroom.core.trouble import of_machine
from instroom.sources.records import ParsedFile
from instroom.sources.telling import PROGRESS, STREAM

MEMORY_BYTES = 768 * 2**20
SECONDS = 8.0
#: A child that reads with care, row by row, uses a quarter of this.
SECONDS_PER_MEBIBYTE = 0.5
#: On a busy machine a child waits for its turn; it is idle only if it uses no time at all.
_LOOK_EVERY = 0.5
_IDLE_LOOKS = 4
_HARD_LIMIT = 15.0
ANSWER = b"\x1e"


@dataclass(frozen=True, slots=True)
class Task:
    """One call of ``module:function`` with keyword arguments.

    ``seconds`` is its limit of processor time; a child that waits without using any is ended
    at the same limit of wall time.
    """

    function: str
    arguments: Mapping[str, object]
    seconds: float = SECONDS


class Worker:
    """One child process that takes tasks one by one; a new one replaces a killed one."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self.memory_bytes = memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._begun = b""

    def run(self, task: Task, tell: Callable[[float], None] | None = None) -> ParsedFile:
        """Run one task; ``tell`` hears which share of it is done.

        Raises
        ------
        SourceError
            What the task raised, or: too much memory, too much time, or the child died.
        """
        child = self._child or self._start()
        stdin, stdout = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        asked = json.dumps({"function": task.function, "arguments": task.arguments})
        stdin.write(asked.encode("ascii") + b"\n")
        stdin.flush()
        line = self._answer(stdout, task.seconds, tell)
        if line is None:
            self.close()
            raise _refused(
                "too_slow",
                Message("no answer after {seconds:.0f} seconds of work", seconds=task.seconds),
                Message("an answer sooner"),
                Message(
                    "check that this is the publisher's own file; if it is, allow more time: "
                    "--max-seconds {value:.0f}",
                    value=2 * task.seconds,
                ),
            )
        if not line:
            self.close()
            raise _refused(
                "parser_died", Message("a parser that stopped"), Message("a file it can read")
            )
        answer = unpacked(json.loads(line))
        if "error" in answer:
            if answer["error"]["code"] == "too_much_memory":
                self.close()
            raise rebuilt(MachineError if answer.get("machine") else SourceError, answer["error"])
        return cast(ParsedFile, answer["result"])

    def _answer(
        self, stdout: IO[bytes], limit: float, tell: Callable[[float], None] | None
    ) -> str | None:
        """Return the child's line, "" when it died, None when it takes too long."""
        started, used, idle = time.monotonic(), self._processor_time(), 0
        before = used
        while True:
            ready, _, _ = select.select([stdout], [], [], _LOOK_EVERY)
            if ready and (line := self._heard(stdout, tell)) is not None:
                return line
            now, passed = self._processor_time(), time.monotonic() - started
            idle = idle + 1 if now - before < 0.01 else 0
            before = now
            waits = passed > limit - _LOOK_EVERY and idle >= _IDLE_LOOKS
            if now - used > limit - _LOOK_EVERY or waits or passed > _HARD_LIMIT * limit:
                return None

    def _heard(self, stdout: IO[bytes], tell: Callable[[float], None] | None) -> str | None:
        """Take in what the child said; return its answer, "" at its end, None when it goes on."""
        said = os.read(stdout.fileno(), 1 << 16)
        if not said:
            return ""
        *lines, self._begun = (self._begun + said).split(b"\n")
        for line in lines:
            if line.startswith(ANSWER):
                return line.removeprefix(ANSWER).decode("utf-8")
            if tell and line.startswith(PROGRESS):
                tell(float(line.removeprefix(PROGRESS)))
        return None

    def _processor_time(self) -> float:
        """Return the processor seconds the child has used."""
        child = cast("subprocess.Popen[bytes]", self._child)
        try:
            fields = Path(f"/proc/{child.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        environment["INSTROOM_CHILD_MEMORY"] = str(self.memory_bytes)
        environment["INSTROOM_CHILD_PARENT"] = str(os.getpid())
        self._begun = b""
        self._child = subprocess.Popen(  # our own interpreter and module
            [sys.executable, "-m", "instroom.sources.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._child

    def close(self) -> None:
        """End the child at once."""
        if self._child:
            self._child.kill()
            for stream in (self._child.stdin, self._child.stdout):
                if stream:
                    stream.close()
            self._child.wait()
            self._child = None


def run_all(
    tasks: Iterable[Task],
    workers: int = 2,
    memory_bytes: int = MEMORY_BYTES,
    tell: Callable[[int, float], None] | None = None,
) -> Iterator[tuple[int, ParsedFile | InstroomError]]:
    """Run tasks side by side; yield (position, result or error) as they finish.

    ``tell`` hears, between results, which share of a task is done.
    """
    waiting: queue.SimpleQueue[tuple[int, Task]] = queue.SimpleQueue()
    count = 0
    for position, task in enumerate(tasks):
        waiting.put((position, task))
        count += 1
    done: queue.SimpleQueue[tuple[int, ParsedFile | InstroomError | float]] = queue.SimpleQueue()

    for _ in range(min(workers, count)):
        worker = Worker(memory_bytes)
        threading.Thread(target=_work, args=(worker, waiting, done), daemon=True).start()
    while count:
        position, result = done.get()
        if isinstance(result, float):
            if tell:
                tell(position, result)
            continue
        count -= 1
        yield position, result


def _work(
    worker: Worker, waiting: "queue.SimpleQueue[tuple[int, Task]]", done: "queue.SimpleQueue[Any]"
) -> None:
    """Run tasks until none is left; results and shares done go to the caller's queue."""
    while True:
        try:
            position, task = waiting.get_nowait()
        except queue.Empty:
            break
        try:
            done.put((position, worker.run(task, partial(_share, done, position))))
        except InstroomError as error:
            done.put((position, error))
        except Exception as error:  # the caller must hear of it, not wait
            done.put((position, _refused("parser_died", repr(error), Message("an answer"))))
    worker.close()


def _share(done: "queue.SimpleQueue[Any]", position: int, share: float) -> None:
    done.put((position, share))


def _refused(
    code: str,
    found: str,
    expected: str,
    hint: str = Message("check that this is the publisher's own file"),
) -> SourceError:
    return SourceError(
        "this file asks more than a file may ask",
        code=code,
        found=found,
        expected=expected,
        hint=hint,
    )


def _unreadable(error: Exception) -> Mapping[str, object]:
    """Return what stopped a parser: this file, or a full disk, which says nothing about it."""
    machine = of_machine(error) if isinstance(error, OSError) else None
    if machine:
        return {"error": machine.to_dict(), "machine": True}
    found = f"{type(error).__name__}: {error}"
    return {"error": _refused("unreadable", found, Message("a file that can be parsed")).to_dict()}


def _child() -> None:
    """Answer tasks from stdin, one JSON line each, until stdin closes."""
    end_with_parent(int(os.environ["INSTROOM_CHILD_PARENT"]))
    limit = int(os.environ["INSTROOM_CHILD_MEMORY"])
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ[STREAM] = str(os.dup(1))
    answers = os.fdopen(int(os.environ[STREAM]), "wb")
    os.dup2(2, 1)  # whatever a parser prints is no answer
    for line in sys.stdin:
        task = json.loads(line)
        try:
            module, _, name = task["function"].partition(":")
            result = getattr(importlib.import_module(module), name)(**task["arguments"])
            answer: Mapping[str, object] = {"result": result}
        except InstroomError as error:
            answer = {"error": error.to_dict()}
        except MemoryError:
            found = Message("more than {value} MiB of memory", value=limit // 2**20)
            hint = Message(
                "check that this is the publisher's own file; if it is, allow more memory: "
                "--max-memory {value}",
                value=2 * limit // 2**20,
            )
            answer = {
                "error": _refused(
                    "too_much_memory", found, Message("a smaller file"), hint
                ).to_dict()
            }
        except Exception as error:  # an unreadable file must not end the run
            answer = _unreadable(error)
        answers.write(ANSWER + json.dumps(packed(answer)).encode("ascii") + b"\n")
        answers.flush()


if __name__ == "__main__":
    _child()
