"""How much is hidden, and how long it takes, to protect the reference tables together.

``python benchmarks/protect.py [--shared DIR] [--big SCHOOLS]``: the two reference regions of 591
figures, as they are and rounded to 5; with the shared reference folder also the tables of 270 and
1,215 figures of which optimal patterns are known. Each is attacked afterwards by code of its own.
CPU and wall seconds are both given: on a busy machine only the first says something.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np

from instroom.privacy.attack import attack
from instroom.privacy.cells import Demands
from instroom.privacy.patterns import Deadline
from instroom.privacy.sensitivity import Rules
from instroom.privacy.suppression import protected

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from unit.privacy.regions import Figure, all_margins, hidden, region  # noqa: E402

OPEN = (Rules(), Demands())
RELATIVE = (Rules(threshold=5), Demands(bounds="relative", above=3, below=1))


def measure(
    name: str, figures: list[Figure], how: tuple[Rules, Demands], step: int | None = None
) -> None:
    """Protect once, attack the result, print one line."""
    rules, demands = how
    started, cpu = time.perf_counter(), time.process_time()
    done = protected(figures, rules=rules, demands=demands, step=step, deadline=Deadline(3_600))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    after, n = done.figures, len(figures) - 1
    found = "not attacked again"
    if n <= 1_500:
        ranges = attack(beforehand(figures, after, demands))
        exact = sum(r.width == 0 for r in ranges)
        narrow = sum(r.width < demands.width for r in ranges)
        found = f"{exact} exact" + (f", {narrow} under 10" if demands.bounds == "open" else "")
    gone = len(hidden(after))
    print(
        f"{name:24} {gone:5} of {n:5} hidden ({100 * gone / n:4.1f} %)  {found:22} "
        f"cpu {cpu:6.1f} s  wall {wall:6.1f} s  rounds {done.pattern.rounds:3}  "
        f"cost {done.pattern.cost:7.1f}, at least {done.pattern.bound:7.1f}  "
        f"whole numbers {done.pattern.whole}",
        flush=True,
    )


def beforehand(figures: list[Figure], after: list[Figure], demands: Demands) -> list[Figure]:
    """Return what goes out with what the attacker knows beforehand of hidden figures."""
    if demands.bounds == "open":
        return after
    return [
        a | ({"hi": b["n"] + max(20, b["n"])} if a.get("n", 0) is None else {})
        for a, b in zip(after, figures, strict=True)
    ]


def large(schools: int, seed: int = 1) -> list[Figure]:
    """Return all margins of many schools in 60 municipalities, 8 profiles and 2 sexes."""
    draw = np.random.default_rng(seed)
    lies_in, size = draw.integers(0, 60, schools), draw.lognormal(2.2, 0.6, schools)
    profile = draw.dirichlet(np.full(8, 4.0))
    rows = [
        {
            "muni": f"m{lies_in[s]:02d}",
            "school": f"s{s:03d}",
            "profile": f"p{p}",
            "sex": sex,
            "n": str(draw.poisson(size[s] * profile[p] * 0.6)),
        }
        for s in range(schools)
        for p in range(8)
        for sex in "MF"
    ]
    return all_margins(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "reference")
    parser.add_argument("--big", type=int, default=0)
    options = parser.parse_args()
    for seed in (3, 4):
        measure(f"region {seed}", region(seed), OPEN)
        measure(f"region {seed}, rounded to 5", region(seed), OPEN, 5)
    for name in ("sdc_3x6", "sdc_14x30"):
        path = options.shared / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                measure(name, all_margins(csv.DictReader(file)), RELATIVE)
    if options.big:
        measure(f"{options.big} schools, rounded", large(options.big), OPEN, 5)


if __name__ == "__main__":
    main()
