"""What lists say of a place besides its figures: how many schools, and what surrounds it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from instroom.core.places import board_code
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
    its schools stand in the region. ``density`` is of a municipality. ``under`` is of a school that
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
    def schools(self) -> int:
        """All its schools in the register."""
        return (self.secondary or 0) + (self.primary or 0)


def place_facts(
    codes: Iterable[str], region: models.Region, facts: ClassifiedCounts
) -> dict[str, PlaceFacts]:
    """Return what the lists say of these municipalities and boards, by code."""
    lists = {source: _register(source, facts) for source in ADDRESS_SOURCES}
    counts = {source: _by_place(found) for source, found in lists.items()}
    every = [school for found in lists.values() if found for school in found]
    towns, here = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for code, municipality, board in every:
        towns[board].add(municipality)
        if municipality in region.municipalities:
            here[board].add(code)
    density = _densities(facts.store)
    secondary, primary = (counts[source] for source in ADDRESS_SOURCES)
    return {
        code: PlaceFacts(
            None if secondary is None else len(secondary.get(code, ())),
            None if primary is None else len(primary.get(code, ())),
            len(towns[code]) if code in towns else None,
            len(here[code]) if code in towns else None,
            density.get(code),
        )
        for code in codes
    }


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
    if found is None:
        return None
    schools: dict[str, set[str]] = defaultdict(set)
    for code, *places in found:
        for place in filter(None, places):
            schools[place].add(code)
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
