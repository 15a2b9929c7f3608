"""Processes beside the server of one machine: started with it, and ended with it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

#: Seconds before a worker that ended is started again, doubled while it keeps ending at once.
_FIRST, _LONGEST, _LASTED = 1.0, 60.0, 60.0
#: Seconds that the task at hand may take when the server stops; after them it is tried again.
PATIENCE = 20.0


@contextmanager
def worker_beside(data: Path) -> Iterator[None]:
    """Keep one worker of a data directory running for as long as the block lasts."""
    over = threading.Event()
    # The first one starts here: a server that forks while a thread starts a process keeps that
    # thread waiting, for its fork holds the pipe of the start.
    keeper = threading.Thread(target=_keep, args=(data, _start(data), over))
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(data: Path, process: "subprocess.Popen[bytes]", over: threading.Event) -> None:
    wait, began = _FIRST, time.monotonic()
    while True:
        while process.poll() is None and not over.wait(0.2):
            pass
        if over.is_set():
            break
        wait = _FIRST if time.monotonic() - began > _LASTED else min(2 * wait, _LONGEST)
        if over.wait(wait):
            break
        process, began = _start(data), time.monotonic()
    _end(process)


def _start(data: Path) -> "subprocess.Popen[bytes]":
    """Start a worker that ends when we do, however we end."""
    command = [sys.executable, "-m", "instroom.cli", "worker", "--data", str(data)]
    attached = [*command, "--attached", str(os.getpid())]
    return subprocess.Popen(attached, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def site_beside(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Keep another site running for as long as the block lasts; it may end by itself."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        _end(process)


def end_with(parent: int) -> None:
    """End this process, and what it started, when its parent is gone or tells it to.

    Called by a process that leads a session of its own. A server that starts later handles the
    signal itself.
    """
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(os.getpid(), signal.SIGKILL))
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
