"""Read publishers' files: Instroom beside a plain pandas script, in one run.

    .venv/bin/python benchmarks/read.py FOLDER... [--runs 3]

Each run is a whole process on an empty data directory with a warm file cache. Memory is the
peak of the resident memory summed over the process tree, sampled every 20 ms. The pandas
script only loads and unpivots the delimited files: it checks nothing, keeps no bounds and
stores nothing, so it is a floor, not an equal.
"""

import argparse
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
for folder in sys.argv[1:]:
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix not in (".csv", ".tsv"):
            continue
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
            continue
        keys = list(table.columns[: min(7, len(table.columns))])
        long = table.melt(id_vars=keys)
        long["number"] = pd.to_numeric(long["value"], errors="coerce")
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


def run(command: list[str]) -> tuple[float, float]:
    """Run a command; return wall seconds and peak memory in MiB; one that fails ends it all."""
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, tree_rss(process.pid))
        time.sleep(0.02)
    if process.returncode not in (0, REFUSED):
        sys.exit(f"ended with {process.returncode}, nothing was measured: {command[:3]}")
    return time.perf_counter() - started, peak / 2**20


def main() -> None:
    """Run both in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)
    instroom = str(Path(sys.executable).with_name("instroom"))
    work = Path(tempfile.mkdtemp(prefix="instroom-bench-"))
    rows: dict[str, list[tuple[float, float]]] = {"first read": [], "second read": [], "pandas": []}
    for number in range(args.runs + 1):
        data = work / str(number)
        read = [instroom, "read", *args.folders, "--json", "--data", str(data)]
        first, second = run(read), run(read)
        plain = run([sys.executable, "-c", PLAIN, *args.folders])
        shutil.rmtree(data)
        if number:  # the first round warms the file cache
            for name, result in zip(rows, (first, second, plain), strict=True):
                rows[name].append(result)
    shutil.rmtree(work)
    print(f"{'':<14}{'seconds (median, min-max)':<32}peak MiB (median)")
    for name, results in rows.items():
        seconds = [r[0] for r in results]
        middle = statistics.median(seconds)
        span = f"{middle:.2f} ({min(seconds):.2f}-{max(seconds):.2f})"
        print(f"{name:<14}{span:<32}{statistics.median(r[1] for r in results):.0f}")


if __name__ == "__main__":
    main()
