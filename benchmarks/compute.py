"""Compute all figures, pages and pictures: the first time, again, and after one changed file.

    .venv/bin/python benchmarks/compute.py FOLDER... --changed FILE [--runs 3]

All files in the folders are read first, which is not measured. ``--changed`` is one of them; its
copy with one more empty line counts as changed. Each run is a whole process; wall seconds,
processor seconds and memory are measured as in ``read.py``.

92 files, 49 of them read, 17,508 figures, 1,363 pages, 1,002 pictures; November 2026, median of two
runs on two cores that did nothing else: first 12.7 s and 453 MiB, again 6.3 s and 359, one file of
pupils changed 9.0 s and 380. Most of "again" is fixed: starting, every page, storing. Before lines
and bars were drawn without Vega and counts added up in columns, a first run of 16,207 figures took
44.8 s of processor time and 799 MiB.
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
