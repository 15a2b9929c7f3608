"""All pictures of the whole site: letters inside the frame, none over another, axes clear."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from harness import ROOT, Line, at_least, at_most, main

sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
from instroom.core.texts import languages  # noqa: E402
from instroom.reports.at_hand import results_of  # noqa: E402
from instroom.reports.picture_queue import draw  # noqa: E402
from instroom.reports.results import PACKAGE, Results, load  # noqa: E402
from instroom.reports.site import documents  # noqa: E402
from instroom.sources.read import read  # noqa: E402
from instroom.sources.store import Store  # noqa: E402
from picture_letters import faults  # noqa: E402 - beside the tests

KINDS = {
    "outside": "texts outside the frame",
    "over": "texts over one another",
    "twice": "numbers that an axis repeats",
    "empty": "pictures without a word",
}


def drill(full: bool) -> list[Line]:
    """Draw every picture of the open data at hand, or (short) of the figures that come along."""
    shared = ROOT.parent / "shared" / "data"
    if full and shared.is_dir():
        with tempfile.TemporaryDirectory(prefix="instroom-pictures-") as folder:
            read(shared, data=Path(folder))
            return _looked_at(results_of(Store(Path(folder)), None), languages())
    return _looked_at(load(PACKAGE), languages() if full else ["en"])


def _looked_at(results: Results, spoken: Sequence[str]) -> list[Line]:
    found: Counter[str] = Counter()
    number, slowest = 0, 0.0
    for language in spoken:
        for job in documents(results, language)[1]:
            started = time.perf_counter()
            name, svg = draw(job)
            slowest = max(slowest, time.perf_counter() - started)
            number += 1
            for fault in faults(svg):
                found[fault.partition(":")[0]] += 1
                print(name, fault)
    lines = [at_least("pictures", number, number, 100)]
    lines += [at_most(said, number, found[kind], 0) for kind, said in KINDS.items()]
    return [*lines, at_most("seconds of the slowest", number, round(slowest, 3), 2)]


if __name__ == "__main__":
    main("pictures", drill)
