"""One large file of a known layout: Instroom beside DuckDB, in one run.

    .venv/bin/python benchmarks/blocks.py [--mib 200] [--runs 3] [--check]

The file has the layout of DUO's pupils per school location, with invented schools, in Latin-1.
DuckDB reads all columns as text, turns the counts into rows and writes them as Parquet with the
same compression: it checks nothing, keeps no bounds and knows no keys, so it is a floor, not an
equal. Each run is a whole process; memory is the peak of the resident memory summed over the
process tree. ``--check`` exits 1 above 600 MiB or 12 seconds for 200 MiB.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from read import run

_YEARS = [f"LEER- OF VERBLIJFSJAAR {y} - {g}" for y in range(1, 7) for g in ("MAN", "VROUW")]
_HEADER = [
    "BRIN NUMMER", "VESTIGINGSNUMMER", "INSTELLINGSNAAM VESTIGING", "PLAATSNAAM VESTIGING",
    "PROVINCIE VESTIGING", "ONDERWIJSTYPE VO EN LEER- OF VERBLIJFSJAAR", "VMBO SECTOR",
    "AFDELING", "ELEMENTCODE", "OPLEIDINGSNAAM", *_YEARS,
]  # fmt: skip
_PROGRAMMES = [
    ("HAVO lj 4-5", "N.v.t.", "Economie en Maatschappij", "0372", "HAVO Prf Ec/Maat"),
    ("HAVO lj 4-5", "N.v.t.", "Natuur en Techniek", "0374", "HAVO Prf Nat/Tech"),
    ("HAVO/VWO lj 3", "N.v.t.", "N.v.t.", "0300", "HAVO"),
    ("VMBO TL lj 3-4", "Techniek", "N.v.t.", "0470", "MAVO/Theor Lw-Profiel Techniek"),
    ("VMBO TL lj 3-4", "Economie", "N.v.t.", "0472", "MAVO/Theor Lw-Profiel Economie"),
]
_CELLS = ["0", "<5", "12", "7", "130", "25", "61", "0", "5", "<5", "33", "18"]
_DUCKDB = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET memory_limit='400MB'; SET threads=2; SET preserve_insertion_order=false")
connection.execute(f'''
    COPY (UNPIVOT (SELECT * FROM read_csv('{sys.argv[1]}', all_varchar=true, delim=';',
          encoding='latin-1')) ON COLUMNS('LEER- OF.*') INTO NAME year VALUE pupils)
    TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)''')
"""


def write(path: Path, mib: float) -> None:
    """Write a file of about this size; every key stands in it once."""
    size, number = 0, 0
    with path.open("w", encoding="latin-1") as file:
        size += file.write(";".join(_HEADER) + "\n")
        while size < mib * 2**20:
            turn_of_code, place_number = divmod(number, 676_000)
            school, location = divmod(place_number, 100)
            a, b, c = school // 676 % 10, school // 26 % 26, school % 26
            place = f"9{a}{chr(65 + b)}{chr(65 + c)};{location:02d};School \xe9;Stad;Gelderland"
            for turn, (kind, sector, profile, first, title) in enumerate(_PROGRAMMES):
                code = str(int(first) + 1000 * turn_of_code)
                cells = [_CELLS[(number * 7 + turn + 5 * i) % len(_CELLS)] for i in range(12)]
                row = [place, kind, sector, profile, code, title, *cells]
                size += file.write(";".join(row) + "\n")
            number += 1


def main() -> int:
    """Run both in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=float, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    instroom = Path(sys.executable).parent / "instroom"
    found: dict[str, list[tuple[float, float]]] = {"Instroom": [], "DuckDB": []}
    with tempfile.TemporaryDirectory() as folder:
        file, data = Path(folder) / "large-2019.csv", Path(folder) / "data"
        write(file, arguments.mib)
        print(f"{file.stat().st_size / 2**20:.0f} MiB, {len(_YEARS)} counts a row")
        for _ in range(arguments.runs):
            shutil.rmtree(data, ignore_errors=True)
            found["Instroom"].append(run([str(instroom), "read", str(file), "--data", str(data)]))
            if not list(data.glob("files/*/observations.parquet")):
                raise SystemExit("the file was not read")
            output = str(Path(folder) / "duckdb.parquet")
            found["DuckDB"].append(run([sys.executable, "-c", _DUCKDB, str(file), output]))
    medians = {}
    for name, runs in found.items():
        seconds, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        medians[name] = (seconds, peak)
        print(f"{name:<10} {seconds:6.1f} s {peak:7.0f} MiB")
    slow, large = medians["Instroom"][0] > 12, medians["Instroom"][1] > 600
    return int(arguments.check and (slow or large))


if __name__ == "__main__":
    sys.exit(main())
