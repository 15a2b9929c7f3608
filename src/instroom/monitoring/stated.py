"""What files of counts say of the schools they count: where, under whom and how they are called.

An address register knows the schools of its own day. A school that it lacks is placed by what
other files state, the newest first. Which figure is asked first makes no difference: every file
that was read is looked at, and nothing that an indicator left behind.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from instroom.core.errors import DataError
from instroom.core.places import kind_of
from instroom.definitions.gazetteer import gazetteer
from instroom.region.organisations import Organisations
from instroom.sources.store import Stored


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """Where a school stands and who runs it, with the files that say so; empty when none does."""

    municipality: str = ""
    board: str = ""
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StatedPlaces:
    """What files of counts state of schools that the address register does not place.

    Invented schools and real ones are kept apart, by code and whether it is an example.
    """

    known: Mapping[tuple[str, bool], StatedPlace] = field(default_factory=dict)

    def of(self, place: str | None, *, example: bool) -> StatedPlace:
        """Return what is stated of a school."""
        return self.known.get((place or "", example), StatedPlace())

    @property
    def files(self) -> tuple[str, ...]:
        """The sha256 of the files that place a school."""
        return tuple(sorted({sha for one in self.known.values() for sha in one.files}))

    @property
    def mark(self) -> str:
        """A mark of all that is stated here: figures differ when it does."""
        lines = (
            repr((*key, one.municipality, one.board)) for key, one in sorted(self.known.items())
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def stated_places(
    files: Iterable[Stored], schools: Organisations, connection: duckdb.DuckDBPyConnection
) -> StatedPlaces:
    """Return what these files state of the schools that the register does not place.

    Parameters
    ----------
    files
        Files of counts, in any order; the newest is believed first.
    schools
        What the address register says: of what it knows, no file is asked.
    connection
        Where the files are read.
    """
    towns: dict[tuple[str, bool], tuple[str, str]] = {}
    boards: dict[tuple[str, bool], tuple[str, str]] = {}
    for stored in sorted(files, key=Stored.vintage, reverse=True):
        if not stored.observations.exists():
            continue
        example = bool(stored.receipt.get("example"))
        for column, found in (("municipality", towns), ("board", boards)):
            for place, value in _newest_stated(stored, column, connection).items():
                if not _placed(schools, place, column):
                    found.setdefault((place, example), (value, stored.sha256))
    known = {}
    for key in towns.keys() | boards.keys():
        (town, one), (board, other) = towns.get(key, ("", "")), boards.get(key, ("", ""))
        known[key] = StatedPlace(town, board, frozenset(filter(None, (one, other))))
    return StatedPlaces(known)


def _placed(schools: Organisations, place: str, column: str) -> bool:
    known = schools.location(place)
    return bool(known and (known.municipality if column == "municipality" else known.board))


def _newest_stated(
    stored: Stored, column: str, connection: duckdb.DuckDBPyConnection
) -> dict[str, str]:
    """Return the one value per school in the newest period that has any; of two, neither."""
    values: dict[str, set[str]] = {}
    rows = connection.execute(
        f"""
        select place, value from (
            select distinct place, coalesce(period, '') as period, "{column}" as value
            from read_parquet(?) where place is not null and "{column}" is not null
        )
        qualify period = max(period) over (partition by place)
        """,  # noqa: S608  # one of two names, written above
        [str(stored.observations)],
    ).fetchall()
    gaz = gazetteer()
    for place, value in rows:
        said = gaz.current(value) if column == "municipality" else value
        values.setdefault(place, set()).add(said)
    return {
        place: said.pop() for place, said in values.items() if len(said) == 1 and _school(place)
    }


def _school(place: str) -> bool:
    """Whether a code is that of a school location or institution: a count may be of a town."""
    try:
        return kind_of(place) in ("location", "institution")
    except DataError:
        return False
