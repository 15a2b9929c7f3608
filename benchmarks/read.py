"""Read publishers' files: Instroom beside a plain pandas script, in one run.

    .venv/bin/python benchmarks/read.py FOLDER... [--runs 3]

A first round, which also warms the file cache, finds the delimited files that Instroom reads;
both then get those, in the same order: pandas makes something of any table, also of one that
nobody described. Each run is a whole process on an empty data directory. Processor seconds, of the
whole process tree, stand beside wall seconds for a machine that is busy. Memory is the peak of the
resident memory summed over the process tree, sampled every 20 ms. The pandas script only loads and
unpivots: it checks nothing, keeps no bounds and stores nothing, so it is a floor, not an equal.

46 files, November 2026, one run on a busy machine with two cores: first read 10.4 processor seconds
and 598 MiB, second read 0.9 and 113, pandas 5.8 and 272.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAIN = r"""
import sys
from pathlib import Path
import pandas as pd
cells = 0
for name in sys.argv[1:]:
    path = Path(name)
    first = path.open("rb").readline()
    mark = max((b";", b"\t", b","), key=first.count).decode()
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            table = pd.read_csv(
                path, sep=mark, dtype=str, encoding=encoding, on_bad_lines="skip", engine="c"
            )
            break
        except (UnicodeDecodeError, pd.errors.ParserError):
            continue
    else:
        sys.exit(f"cannot read {path}")
    keys = list(table.columns[: min(7, len(table.columns))])
    # Names of its own: there are files with a column called "value".
    long = table.melt(id_vars=keys, var_name="_column", value_name="_cell")
    long["_number"] = pd.to_numeric(long["_cell"], errors="coerce")
    cells += len(long)
print(cells)
"""


#: What ``instroom read`` ends with when it refused a file and read the others.
REFUSED = 11


def tree_rss(pid: int) -> int:
    """Return the resident memory of a process and all below it, in bytes."""
    total, queue = 0, [pid]
    while queue:
        here = queue.pop()
        try:
            pages = int(Path(f"/proc/{here}/statm").read_text().split()[1])
            children = Path(f"/proc/{here}/task/{here}/children").read_text().split()
            for task in Path(f"/proc/{here}/task").iterdir():
                if task.name != str(here):
                    children += (task / "children").read_text().split()
        except (OSError, IndexError):
            continue
        total += pages * 4096
        queue += [int(child) for child in set(children)]
    return total


def processor_seconds() -> float:
    """Return the processor seconds of all children that ended, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a command; return wall and processor seconds and peak MiB; one that fails ends it all."""
    started, used, peak = time.perf_counter(), processor_seconds(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, tree_rss(process.pid))
        time.sleep(0.02)
    if process.returncode not in (0, REFUSED):
        sys.exit(f"ended with {process.returncode}, nothing was measured: {command[:3]}")
    return time.perf_counter() - started, processor_seconds() - used, peak / 2**20


def report(rows: dict[str, list[tuple[float, float, float]]]) -> None:
    """Print medians of wall seconds, processor seconds and memory."""
    print(f"{'':<18}{'seconds (median, min-max)':<30}{'processor seconds':<20}peak MiB")
    for name, results in rows.items():
        wall, used, peak = (sorted(column) for column in zip(*results, strict=True))
        span = f"{statistics.median(wall):.2f} ({wall[0]:.2f}-{wall[-1]:.2f})"
        print(f"{name:<18}{span:<30}{statistics.median(used):<20.2f}{statistics.median(peak):.0f}")


def readable(instroom: str, folders: list[str], data: Path) -> list[str]:
    """Return the delimited files in the folders that Instroom reads."""
    done = subprocess.run(
        [instroom, "read", *folders, "--json", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    found = json.loads(done.stdout)["files"]
    names = [Path(one["file"]) for one in found if one["status"] == "read"]
    return [str(name) for name in names if name.suffix in (".csv", ".tsv")]


def main() -> None:
    """Run both in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)
    instroom = str(Path(sys.executable).with_name("instroom"))
    work = Path(tempfile.mkdtemp(prefix="instroom-bench-"))
    files = readable(instroom, args.folders, work / "warm")
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(args.runs):
        data = work / str(number)
        read = [instroom, "read", *files, "--json", "--data", str(data)]
        for name, command in (
            ("first read", read),
            ("second read", read),
            ("pandas", [sys.executable, "-c", PLAIN, *files]),
        ):
            rows.setdefault(name, []).append(run(command))
    shutil.rmtree(work)
    print(f"{len(files)} files")
    report(rows)


if __name__ == "__main__":
    main()
