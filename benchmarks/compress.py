"""From rows in an in-memory DuckDB table to the estimate: seconds and memory.

    .venv/bin/python benchmarks/compress.py [--rows 1500000 15000000] [--runs 5]

A nested ANCOVA: treatment, five covariates and the outcome; classes in schools; the rows made by
DuckDB itself. Each size runs in a process of its own. Memory is the peak of resident memory during
the calls above what the process had with the table loaded and the modules imported. ``--threads``
sets DuckDB's; ``--arrow`` also takes the rows as an Arrow table, and ``--arrays`` as NumPy arrays
through ``from_arrays``. CPU seconds stand beside wall seconds, for a machine that is busy.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = ["treat", "pre", "sex", "ses", "age", "advice", "post"]
#: Schools of 250 and classes of 24, so 6,000 and 66,000 at 1.5 million.
MAKE = """
create table pupils as
with rows as (
    select i, (i // 250)::int as school, (i % 250)::int // 24 as part from range($rows) r(i)
), numbers as (
    select *, school * 11 + part as class, school % 2 as treat, (hash(i) % 2)::int as sex,
        normal(i, 1) as ses, 3 + normal(i, 2) as pre, 14 + (hash(i, 5) % 1000) / 500 as age,
        (hash(i, 6) % 9)::int as advice,
        0.1 * (normal(school, 3) + normal(school * 11 + part, 4)) as lift, normal(i, 7) as noise
    from rows
)
select school, class, treat, sex, ses, pre, age, advice,
    0.6 * pre + 0.1 * treat + 0.05 * sex + 0.1 * ses + 0.02 * advice + lift + noise as post
from numbers
"""
#: Box and Muller: a normal number for each pair of whole numbers, whatever the threads.
NORMAL = """
create macro normal(i, part) as
    sqrt(-2 * ln((hash(i, part, 1) % 1000003 + 1) / 1000004))
    * cos(2 * pi() * (hash(i, part, 2) % 1000003) / 1000003)
"""


def memory(what: str) -> float:
    """Return a figure of this process's own status, in MB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise ValueError(what)


def measure(name: str, call: Callable[[], Any], runs: int) -> Any:
    """Call several times; print the first and the median, in wall and CPU seconds, and the peak."""
    base = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts anew
    wall, cpu, answer = [], [], None
    for _ in range(runs + 1):
        started, used = time.perf_counter(), time.process_time()
        answer = call()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    peak = memory("VmHWM") - base
    print(
        f"| {name} | {wall[0]:.3f} | {statistics.median(wall[1:]):.3f} "
        f"| {statistics.median(cpu[1:]):.3f} | {peak:.0f} |",
        flush=True,
    )
    return answer


def run(rows: int, runs: int, threads: int, also: list[str]) -> None:
    """Measure one size in this process."""
    import duckdb

    from instroom.crossproducts.compress import compress
    from instroom.crossproducts.crossproducts import from_arrays
    from instroom.stats.multilevel.mixed import fit
    from instroom.stats.multilevel.satterthwaite import satterthwaite

    connection = duckdb.connect(config={"threads": threads})
    connection.execute(NORMAL)
    connection.execute(MAKE, {"rows": rows})
    table, groups = connection.table("pupils"), ["school", "class"]
    made = measure(f"{rows:,} compress", lambda: compress(table, COLUMNS, groups), runs)
    measure(
        f"{rows:,} compress, total", lambda: compress(table, COLUMNS, groups, by_group=False), runs
    )
    fitted = measure(f"{rows:,} fit", lambda: fit(made.cross), runs)
    tests = measure(f"{rows:,} Satterthwaite", lambda: satterthwaite(fitted), runs)
    measure(
        f"{rows:,} compress, fit, Satterthwaite",
        lambda: satterthwaite(fit(compress(table, COLUMNS, groups, by_group=False).cross)),
        runs,
    )
    if "arrow" in also:
        arrow = table.to_arrow_table()
        measure(f"{rows:,} compress Arrow", lambda: compress(arrow, COLUMNS, groups), runs)
    if "arrays" in also:
        arrays = table.fetchnumpy()
        columns = {name: arrays[name] for name in COLUMNS}
        keys = {name: arrays[name] for name in groups}
        other = measure(f"{rows:,} from_arrays", lambda: from_arrays(columns, keys), runs)
        gap = max(abs(satterthwaite(fit(other)).estimate / tests.estimate - 1))
        print(f"| {rows:,} worst difference with arrays | {gap:.1e} | | | |", flush=True)
    print(
        f"| {rows:,} treat {tests.estimate[1]:.6f} ({tests.se[1]:.6f}), df {tests.df[1]:.1f}, "
        f"{made.cross.sizes[0]:,} schools, {made.cross.sizes[1]:,} classes | | | | |"
    )


def main() -> None:
    """Run each size in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[14_000, 1_500_000, 15_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--arrow", action="append_const", dest="also", const="arrow", default=[])
    parser.add_argument("--arrays", action="append_const", dest="also", const="arrays")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        run(args.rows[0], args.runs, args.threads, args.also)
        return
    print("| what | first s | median s | median CPU s | peak MB above base |")
    print("|---|---|---|---|---|", flush=True)
    more = [f"--{name}" for name in args.also]
    for rows in args.rows:
        command = [sys.executable, __file__, "--one", "--rows", str(rows), "--runs", str(args.runs)]
        subprocess.run([*command, "--threads", str(args.threads), *more], check=True)


if __name__ == "__main__":
    main()
