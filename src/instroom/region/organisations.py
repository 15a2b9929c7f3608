"""Schools and their boards, municipalities and history, from the publishers' own lists.

A school location is found by its address in the newest list that has it; a closed school by an
older one. A place name that exists twice is never guessed at.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from instroom.core.places import board_code, normal
from instroom.definitions.gazetteer import gazetteer
from instroom.sources.store import Store, Stored

#: Lists of addresses -> the kind of education of the places in them.
SECTORS = {"duo_school_addresses": "vo", "duo_po_addresses": "po", "duo_ho_institutions": "ho"}
ADDRESS_SOURCES = ("duo_school_addresses", "duo_po_addresses")
INSTITUTION_SOURCE = "duo_ho_institutions"
TRANSITION_SOURCE = "duo_brin_transitions"
LOCALITY_SOURCE = "cbs_localities"
#: All sources that say which schools there are and where.
ORGANISATION_SOURCES = frozenset(
    {*ADDRESS_SOURCES, INSTITUTION_SOURCE, TRANSITION_SOURCE, LOCALITY_SOURCE}
    | {"cbs_odata_metadata"}
)
_SCHOOL_KINDS = {"VOS", "BAS", "SBAS", "SPEC", "VST"}


@dataclass(frozen=True, slots=True)
class Location:
    """A school location or institution: where it stands and who runs it."""

    code: str
    name: str
    municipality: str | None
    board: str | None
    locality: str | None = None
    #: Street and number as the register writes them; empty when it does not say.
    street: str = ""
    #: ``po``, ``vo`` or ``ho``, by the list it stands in.
    sector: str = ""


@dataclass
class Organisations:
    """What the address lists say, looked up by code."""

    locations: dict[str, Location] = field(default_factory=dict)
    localities: dict[str, frozenset[str]] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def location(self, place: str) -> Location | None:
        """Return what is known of a school location or institution."""
        return self.locations.get(place)

    def municipality(
        self, place: str | None, stated: str | None, locality: str | None
    ) -> str | None:
        """Return the present-day municipality code of a row, or None when it is not certain.

        First what the file itself states, then the school's address, then a place name that
        exists in one municipality only.
        """
        if stated:
            return gazetteer().current(stated)
        if place and (known := self.locations.get(place)) and known.municipality:
            return known.municipality
        options = self.localities.get(normal(locality), frozenset()) if locality else frozenset()
        return next(iter(options)) if len(options) == 1 else None

    def board(self, place: str | None, stated: str | None) -> str | None:
        """Return the board that runs a location: by the newest list, else as stated."""
        known = self.locations.get(place or "")
        return (known.board if known else None) or stated

    def successor(self, place: str) -> str:
        """Return the school a closed school went into, following complete mergers."""
        seen = {place}
        while (following := self.successors.get(place)) and following not in seen:
            seen.add(following)
            place = following
        return place

    def name(self, code: str) -> str | None:
        """Return the name of a school, or of a board by its code."""
        known = self.locations.get(code)
        return known.name if known else None


def organisations(store: Store) -> Organisations:
    """Read all address lists, BRIN transitions and place names of a data directory.

    They are read once in a process, for as long as the files are the same.
    """
    seals = tuple(
        (str(s.companion), s.receipt["seal"]) for s in store if s.source in ORGANISATION_SOURCES
    )
    return _read(store.root, seals)


@lru_cache(maxsize=1)
def _read(root: Path, seals: tuple[tuple[str, str], ...]) -> Organisations:
    del seals  # other files are read anew
    store, result = Store(root), Organisations()
    files: list[str] = []
    localities: dict[str, set[str]] = defaultdict(set)
    for source in (*ADDRESS_SOURCES, INSTITUTION_SOURCE):
        for stored in sorted(store.of_source(source), key=_age, reverse=True):
            files.append(stored.sha256)
            _add_addresses(result, localities, _records(stored), SECTORS[source])
    for stored in store.of_source(LOCALITY_SOURCE):
        files.append(stored.sha256)
        _add_localities(localities, stored, store)
    for stored in store.of_source(TRANSITION_SOURCE):
        files.append(stored.sha256)
        _add_transitions(result, _records(stored))
    result.localities = {name: frozenset(codes) for name, codes in localities.items()}
    result.files = tuple(files)
    return result


#: A row of a companion file: columns that may be empty.
Companion = dict[str, str | None]


def _age(stored: Stored) -> tuple[int, str]:
    """Order address lists: the newest knows most of today's municipalities."""
    gaz = gazetteer()
    codes = {str(m) for r in _records(stored) if (m := r.get("municipality"))}
    current = sum(gaz.current(code) == code for code in codes)
    return (2 * current - len(codes), stored.sha256)


def _records(stored: Stored) -> list[Companion]:
    return pq.read_table(stored.companion).to_pylist() if stored.companion.exists() else []


def _street(record: Companion) -> str:
    """Return street and number; a number without a street is no address."""
    street = " ".join((record.get("street") or "").split())
    number = " ".join((record.get("house_number") or "").split())
    return f"{street} {number}".strip() if street else ""


def _add_addresses(
    result: Organisations,
    localities: dict[str, set[str]],
    records: Iterable[Companion],
    sector: str,
) -> None:
    gaz = gazetteer()
    for record in records:
        code, municipality = record.get("place"), record.get("municipality")
        current = gaz.current(municipality) if municipality else None
        if code and code not in result.locations:
            board = record.get("board")
            result.locations[code] = Location(
                code,
                record.get("place_name") or code,
                current,
                board_code(board) if board else None,
                record.get("locality"),
                _street(record),
                sector,
            )
        if (locality := record.get("locality")) and current:
            localities[normal(locality)].add(current)


def _add_localities(localities: dict[str, set[str]], stored: Stored, store: Store) -> None:
    titles = {
        r["key"]: r["title"]
        for meta in store.of_source("cbs_odata_metadata")
        for r in _records(meta)
        if r["table"] == "Woonplaatsen"
    }
    for record in _records(stored):
        name = titles.get(record.get("locality_code") or "")
        if name and (municipality := record.get("municipality")):
            localities[normal(name)].add(gazetteer().current(municipality))


def _add_transitions(result: Organisations, records: Iterable[Companion]) -> None:
    """Keep complete mergers of schools; part of a school is not a successor."""
    by_institution: dict[str, list[str]] = defaultdict(list)
    for code in result.locations:
        by_institution[code[:4]].append(code)
    for record in records:
        old, new = record["from"], record["to"]
        if record["complete"] != "J" or record["from_kind"] not in _SCHOOL_KINDS:
            continue
        if not old or not new:
            continue
        if len(old) == 6 and len(new) == 6:
            result.successors[old] = new
        elif len(old) == 4 and len(new) == 4:
            result.successors.setdefault(old, new)
            at = by_institution.get(new, [f"{new}00"])
            if len(at) == 1:
                result.successors.setdefault(f"{old}00", at[0])
