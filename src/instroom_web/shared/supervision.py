"""A worker beside the server of one machine: started with it, started again, ended with it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
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
