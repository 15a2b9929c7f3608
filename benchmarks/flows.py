"""Read five years of DUO's three files of flows, each as large as the real ones.

    .venv/bin/python benchmarks/flows.py [--runs 3] [--megabytes 14]

The files are the invented ones, repeated for other schools until they are as large as DUO's (13 to
14 MB, as its page says). Each run is a whole process on an empty data directory; what is measured
is what ``benchmarks/read.py`` measures. The bound is 20 seconds and 600 MiB.

15 files, 234 MB, November 2026, three runs on a busy machine with two cores: 5.4 seconds (3.3 to
5.9), 5.7 of the processor, 595 MiB; with eight other programs at work 22 to 28 seconds.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from read import report, run

from instroom.sources.example_flows import HEADERS, YEARS, flows_text, planted_flows

#: Layout -> the column of which every repetition has others, so that no row comes twice.
_OWN = {
    "duo_vo_destination": "Herkomst naam instelling",
    "duo_mbo_origin": "MBO naam instelling",
    "duo_ho_origin": "HO naam instelling",
}


def large(layout: str, year: int, size: int) -> Iterator[str]:
    """Yield the lines of a file of at least ``size`` bytes."""
    header, *lines = flows_text(layout, planted_flows(1, year, "large", 12)[layout]).splitlines()
    at = HEADERS[layout].index(_OWN[layout])
    yield header
    done = turn = 0
    while done < size:
        for line in lines:
            cells = line.split(";")
            cells[at] += f" {turn}"
            more = ";".join(cells)
            done += len(more.encode()) + 2
            yield more
        turn += 1


def main() -> None:
    """Write the files, read them and print seconds and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--megabytes", type=float, default=14)
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="instroom-bench-"))
    files = []
    for layout in HEADERS:
        for year in YEARS:
            path = work / f"{layout}-{year}.csv"
            text = "\r\n".join([*large(layout, year, int(args.megabytes * 1e6)), ""])
            path.write_bytes(text.encode("utf-8-sig"))
            files.append(path)
    instroom = str(Path(sys.executable).with_name("instroom"))
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(args.runs):
        data = str(work / f"data-{number}")
        command = [sys.executable, instroom, "read", *map(str, files), "--json", "--data", data]
        rows.setdefault("read", []).append(run(command))
    print(f"{len(files)} files, {sum(p.stat().st_size for p in files) / 1e6:.0f} MB")
    report(rows)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
