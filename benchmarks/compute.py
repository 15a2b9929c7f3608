"""Compute all figures, pages and pictures: the first time, again, and after one changed file.

    .venv/bin/python benchmarks/compute.py FOLDER... --changed FILE [--runs 3]

All files in the folders are read first, which is not measured. ``--changed`` is one of them; its
copy with one more empty line counts as changed. Each run is a whole process; wall seconds,
processor seconds and memory are measured as in ``read.py``.

92 files, 49 of them read, 16,207 figures, 828 pictures; November 2026, one run of each on a busy
machine with two cores, so only processor seconds can be compared. Before lines and bars were drawn
without Vega and counts added up in columns: first 44.8 and 799 MiB, again 5.9 and 301, one file of
pupils changed 11.3 and 399. After: 15.2 and 423, 5.3 and 240, 8.7 and 355.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from read import report, run


def main() -> None:
    """Run all three in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--changed", required=True, type=Path)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    instroom = str(Path(sys.executable).with_name("instroom"))
    work = Path(tempfile.mkdtemp(prefix="instroom-bench-"))
    kept, changed = work / "read", work / args.changed.name
    changed.write_bytes(args.changed.read_bytes() + b"\n")

    def read(what: list[str], data: Path) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([instroom, "read", *what, "--data", str(data)], check=False, **quiet)

    read(args.folders, kept)
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(args.runs):
        data = work / str(number)
        shutil.copytree(kept, data)
        compute = [instroom, "compute", "--data", str(data)]
        rows.setdefault("first", []).append(run(compute))
        rows.setdefault("again", []).append(run(compute))
        read([str(changed)], data)
        rows.setdefault("one file changed", []).append(run(compute))
        shutil.rmtree(data)
    shutil.rmtree(work)
    report(rows)


if __name__ == "__main__":
    main()
