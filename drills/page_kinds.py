"""Public and personal pages under eight readers at once: no page of one kind serves the other."""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ROOT, Line, at_least, at_most, main, served

sys.path[:0] = [str(ROOT / "tests" / "web"), str(ROOT / "tests")]
import running  # noqa: E402 - beside the tests

READERS = 8


def drill(full: bool) -> list[Line]:
    """Let eight signed-in readers ask for both kinds in turn, half of it conditionally."""
    number = 20_000 if full else 800
    with tempfile.TemporaryDirectory(prefix="instroom-kinds-") as folder:
        room = Path(folder)
        with served(full, room) as (address, _):
            people = running.signed_in(room / "data")

            def read(place: int) -> tuple[int, list[str]]:
                return running.read_both(address, people[place % len(people)], number // READERS)

            with ThreadPoolExecutor(READERS) as pool:
                answers = list(pool.map(read, range(READERS)))
    counts = [count for count, _ in answers]
    faults = [fault for _, found in answers for fault in found]
    broken = [fault for fault in faults if fault.startswith("5")]
    print("\n".join(faults[:10]))
    return [
        at_least("answers", number, sum(counts), number),
        at_most("answers of the other kind or person", number, len(faults) - len(broken), 0),
        at_most("answers 5xx", number, len(broken), 0),
    ]


if __name__ == "__main__":
    main("page_kinds", drill)
