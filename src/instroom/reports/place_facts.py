"""What lists say of a place besides its figures: how many schools, and what surrounds it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from instroom.core.places import board_code, kind_of
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.facts import ClassifiedCounts
from instroom.region.organisations import ADDRESS_SOURCES
from instroom.sources.store import Store

#: A school in the register: its code, municipality and board.
_School = tuple[str, str, str]

#: Topic (indicator, stage, school type) -> period -> the codes its figures were counted under.
CountedUnder = dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """Of a place; None where no list that was read says so.

    ``secondary`` and ``primary`` count its schools in the register, of a board in the whole
    country; ``municipalities`` and ``here`` are of a board: in how many they stand, and how many of
    its schools stand in the region: known when both registers were read, and say of each of its
    schools where it stands. ``density`` is of a municipality. ``under`` is of a school that
    took over others: the years in which figures of theirs count as its own. ``later`` is of a
    school with, after those of whom there is a figure, only pupils without one: the newest year.
    """

    secondary: int | None = None
    primary: int | None = None
    municipalities: int | None = None
    here: int | None = None
    density: float | None = None
    under: CountedUnder = field(default_factory=dict)
    later: str = ""

    @property
    def schools(self) -> int | None:
        """All its schools in the registers; None unless both were read."""
        if self.secondary is None or self.primary is None:
            return None
        return self.secondary + self.primary


def place_facts(
    codes: Iterable[str], region: models.Region, facts: ClassifiedCounts
) -> dict[str, PlaceFacts]:
    """Return what the lists say of these municipalities and boards, by code."""
    lists = {source: _register(source, facts) for source in ADDRESS_SOURCES}
    counts = {source: _by_place(found) for source, found in lists.items()}
    read = all(found is not None for found in lists.values())
    every = [school for found in lists.values() if found for school in found]
    towns, here = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for code, municipality, board in every:
        towns[board].add(municipality)
        if municipality in region.municipalities:
            here[board].add(code)
    density = _densities(facts.store)
    secondary, primary = (counts[source] for source in ADDRESS_SOURCES)
    # Of a board that also has schools in a list that was not read, or a school of which the list
    # does not say where it stands, these would count too few.
    whole = {board for board, found in towns.items() if read and "" not in found}
    return {
        code: PlaceFacts(
            _schools_at(secondary, code),
            _schools_at(primary, code),
            len(towns[code]) if code in whole else None,
            len(here[code]) if code in whole else None,
            density.get(code),
        )
        for code in codes
    }


def _schools_at(found: Mapping[str, set[str]] | None, code: str) -> int | None:
    """Return how many schools a list has at a place; None for none where it may leave one out."""
    if found is None or (code not in found and kind_of(code) != "board" and "" in found):
        return None
    return len(found.get(code, ()))


def _register(source: str, facts: ClassifiedCounts) -> set[_School] | None:
    """Return the schools of the newest list of a register; None when no list was read."""
    stored = (facts.store.get(sha) for sha in facts.organisations.files)  # newest first
    newest = next((one for one in stored if one and one.source == source), None)
    if newest is None or newest.excerpt or not newest.companion.exists():
        return None
    gaz = gazetteer()
    return {
        (
            row["place"],
            gaz.current(row["municipality"]) if row.get("municipality") else "",
            board_code(row["board"]) or "" if row.get("board") else "",
        )
        for row in pq.read_table(newest.companion).to_pylist()
        if row.get("place")
    }


def _by_place(found: set[_School] | None) -> Mapping[str, set[str]] | None:
    """Return the schools of every municipality and board; without a municipality under ""."""
    if found is None:
        return None
    schools: dict[str, set[str]] = defaultdict(set)
    for code, municipality, board in found:
        schools[municipality].add(code)
        if board:
            schools[board].add(code)
    return schools


def _densities(store: Store) -> dict[str, float]:
    """Return the measure of surroundings per municipality, from the newest file that was read."""
    found: dict[str, float] = {}
    for rule in registry.alike().values():
        around = rule.surroundings
        for stored in reversed(store.of_source(around.source)):
            if stored.observations.exists():
                rows = pq.read_table(
                    stored.observations,
                    columns=["municipality", "low"],
                    filters=[("measure", "=", around.measure)],
                ).to_pylist()
                found |= {r["municipality"]: r["low"] for r in rows if r["municipality"]}
    return {town: float(low) for town, low in found.items() if low is not None}
