"""Make the small package of results that travels with the software.

Usage: ``python scripts/make_package.py DATA [FOLDER]``. DATA is a data directory into which the
publishers' files of the region were read (``instroom read``); the package is written to
``src/instroom/results``, or to FOLDER. It holds the default region, what stands beside it, and the
region's municipalities, boards and schools, as far as every cell has ten people or more
(``instroom.reports.package_choice``).
"""

import sys
from pathlib import Path

from instroom.core.errors import InstroomError
from instroom.definitions import registry
from instroom.region.locate import DEFAULT_REGION
from instroom.reports.at_hand import results_of
from instroom.reports.results import PACKAGE, Results, save
from instroom.sources.store import Store

#: What the package may weigh: it is in every copy of the software.
MOST_BYTES = 3_000_000


def places_of(results: Results) -> frozenset[str]:
    """Return the places whose figures travel."""
    region = registry.regions()[results.region]
    return frozenset({results.region, region.country, region.province, *results.places})


def make(data: Path, folder: Path) -> int:
    """Write the package; return how many bytes it weighs."""
    results = results_of(Store(data), DEFAULT_REGION)
    save(results, folder, only=places_of(results))
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def main(arguments: list[str]) -> int:
    """Make the package that the command line asks for."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else PACKAGE
    try:
        weight = make(Path(arguments[0]), folder)
    except InstroomError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder}: {weight:,} bytes, at most {MOST_BYTES:,}")
    return int(weight > MOST_BYTES)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
