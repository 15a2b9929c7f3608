"""All pictures of the whole site: letters inside the frame, none over another, axes clear."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from harness import ROOT, Line, at_least, at_most, main

sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
from instroom.core.texts import languages  # noqa: E402
from instroom.reports.at_hand import results_of  # noqa: E402
from instroom.reports.picture_queue import draw  # noqa: E402
from instroom.reports.rehearsal import REGION, example  # noqa: E402
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
    """Draw every picture of the open data at hand and of the invented region, which has flows.

    Short: of the figures that come along.
    """
    if not full:
        return _looked_at([load(PACKAGE)], ["en"])
    shared = ROOT.parent / "shared" / "data"
    with tempfile.TemporaryDirectory(prefix="instroom-pictures-") as folder:
        invented = Path(folder, "invented")
        example(out=Path(folder, "files"), run=True, data=invented)
        found = [results_of(Store(invented), REGION)]
        if shared.is_dir():
            read(shared, data=Path(folder, "real"))
            found.append(results_of(Store(Path(folder, "real")), None))
        else:
            found.append(load(PACKAGE))
        return _looked_at(found, languages())


def _looked_at(several: Sequence[Results], spoken: Sequence[str]) -> list[Line]:
    found: Counter[str] = Counter()
    number, slowest = 0, 0.0
    for results, language in product(several, spoken):
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
