"""Many readers at once: pages, drawings and the open interface stay quick, memory stays flat.

The short form runs beside other tests, so it counts the processor time of the server: how long a
reader waits then says how busy the machine is. The full form has the machine to itself.
"""

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
import numpy as np
from harness import Line, at_least, at_most, crawl, main, served

SEED, READERS = 2026, 4


def resident(pid: int) -> float:
    """Return the resident memory of a process and its children, in MiB."""
    total, waiting = 0, [pid]
    while waiting:
        here = waiting.pop()
        total += int(Path(f"/proc/{here}/statm").read_text().split()[1])
        for task in Path(f"/proc/{here}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return total * 4096 / 2**20


def processor_seconds(pid: int) -> float:
    """Return the processor seconds that a process and its children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    own = sum(int(fields[i]) for i in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")
    children = [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return own + sum(processor_seconds(int(child)) for child in children)


def reader(
    address: str, pages: list[str], number: int, seed: int, out: list[tuple[int, float]]
) -> None:
    """Ask for pages, one after the other."""
    dice = np.random.default_rng(seed)
    with httpx.Client(timeout=30, follow_redirects=True) as client:
        for _ in range(number):
            page = pages[int(dice.integers(len(pages)))]
            started = time.perf_counter()
            status = client.get(f"{address}{page}").status_code
            out.append((status, time.perf_counter() - started))


def asked(address: str, pages: list[str], number: int, seed: int) -> list[tuple[int, float]]:
    """Let several readers ask at once; return status and seconds of every answer."""
    found: list[tuple[int, float]] = []
    readers = [
        threading.Thread(target=reader, args=(address, pages, number // READERS, seed + i, found))
        for i in range(READERS)
    ]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    return found


def drill(full: bool) -> list[Line]:
    """Ask for random addresses of the site, four readers at once."""
    number = 20_000 if full else 1_200
    with tempfile.TemporaryDirectory(prefix="instroom-load-") as folder:
        room = Path(folder)
        with served(full, room) as (address, pid):
            pages = [
                p for p, (status, _) in crawl(address, 600 if full else 80).items() if status == 200
            ]
            asked(address, pages, number // 4, SEED)
            before, used = resident(pid), processor_seconds(pid)
            found = asked(address, pages, number, SEED + 100)
            after, used = resident(pid), processor_seconds(pid) - used
    seconds = [s for _, s in found]
    p95 = statistics.quantiles(seconds, n=20)[-1]
    waited = [at_most("ms of the 95th of 100", number, round(1000 * p95, 1), 100)] if full else []
    return [
        at_least("answers", number, len(found), number),
        at_most("answers that are no 200", number, sum(s != 200 for s, _ in found), 0),
        at_most("ms of processor time per answer", number, round(1000 * used / number, 1), 15),
        *waited,
        at_most("MiB more than before", number, round(after - before, 1), 10),
    ]


if __name__ == "__main__":
    main("load", drill)
