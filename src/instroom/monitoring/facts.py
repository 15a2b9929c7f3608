"""The data directory opened for counting: files, schools, and sums per school and year."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa

from instroom.core.observations import Conditions, choose, tally
from instroom.definitions import models, registry
from instroom.region.organisations import Organisations, organisations
from instroom.sources.store import Store, Stored

_KEYS = ("file", "period", "place", "municipality", "locality", "board")
_DIMENSIONS = ("gender", "school_type", "level", "kind", "form", "field")
_SUMS = ("low", "high", "hidden")


@dataclass(frozen=True, slots=True)
class ClassifiedCell:
    """Sums of one combination of keys."""

    file: str
    period: str
    place: str | None
    municipality: str | None
    board: str | None
    example: bool
    dims: tuple[tuple[str, str | None], ...]
    sums: tuple[float, ...]


@dataclass
class ClassifiedCounts:
    """A data directory, opened once: its files, schools and sums already made."""

    store: Store
    _cells: dict[tuple[object, ...], list[ClassifiedCell]] = field(default_factory=dict)
    #: indicator -> periods of which a file is there that lacks what the indicator counts.
    lacking: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @cached_property
    def organisations(self) -> Organisations:
        """Schools, boards and municipalities."""
        return organisations(self.store)

    @cached_property
    def files(self) -> list[Stored]:
        """All stored files, excerpts left out: they never feed a total."""
        return [stored for stored in self.store if not stored.excerpt]

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The one connection of this process."""
        connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"})
        connection.execute("SET autoinstall_known_extensions=false")
        return connection

    def newest_first(self, source: str) -> list[Stored]:
        """Return the files of a source, newest vintage first."""
        found = [s for s in self.files if s.receipt["source"] == source]
        return sorted(found, key=Stored.vintage, reverse=True)

    def stated(self) -> dict[str, tuple[str, str]]:
        """Return municipality and board per school, as the sums that are at hand state them."""
        found: dict[str, tuple[str, str]] = {}
        for made in self._cells.values():
            for cell in made:
                if cell.place and cell.place not in found and cell.municipality:
                    found[cell.place] = (cell.municipality, cell.board or "")
        return found

    def names_in(self, stored: Stored) -> dict[str, str]:
        """Return the names that a file of counts gives to schools, by code."""
        if not stored.observations.exists():
            return {}
        columns = self.connection.read_parquet(str(stored.observations))
        rows = columns.select("place, place_name").distinct().order("place, place_name").fetchall()
        found: dict[str, str] = {}
        for place, name in rows:
            if place and name and place != name:
                found.setdefault(place, name)
        return found

    def forget(self) -> None:
        """Let the sums go; those of one indicator serve no other."""
        self._cells.clear()


def cells(
    indicator: models.Indicator,
    stage: str,
    classification: str | None,
    by: Sequence[str],
    facts: ClassifiedCounts,
) -> list[ClassifiedCell]:
    """Return the sums of an indicator per school, year and dimension, made once.

    Only the file that is the newest for a year is used; excerpts never are.
    """
    dims = _dimensions(indicator, by)
    key = (indicator.id, stage, classification, dims)
    if key not in facts._cells:
        chosen = _chosen_files(indicator.stages[stage], facts)
        facts._cells[key] = _collect(indicator, stage, classification, dims, chosen, facts)
    return facts._cells[key]


def _dimensions(indicator: models.Indicator, by: Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions needed: those asked for, and those that choose who counts."""
    always = {"school_type"} | ({"kind"} if indicator.kinds else set())
    return tuple(d for d in _DIMENSIONS if d in by or d in always)


def _chosen_files(stage: models.Stage, facts: ClassifiedCounts) -> dict[str, list[str]]:
    """Return sha256 -> periods to take from it; per period the first source and newest file."""
    chosen: dict[str, list[str]] = defaultdict(list)
    for example in (False, True):
        taken: set[str] = set()
        for together in stage.sources:
            added: set[str] = set()
            for source in together:
                mine: set[str] = set()
                for stored in facts.newest_first(source):
                    if bool(stored.receipt.get("example")) != example:
                        continue
                    fresh = set(stored.receipt["periods"]) - taken - mine
                    chosen[stored.sha256] += sorted(fresh)
                    mine |= fresh
                added |= mine
            taken |= added
    return {sha: found for sha, found in chosen.items() if found}


def _collect(
    indicator: models.Indicator,
    stage_id: str,
    classification: str | None,
    dims: tuple[str, ...],
    chosen: dict[str, list[str]],
    facts: ClassifiedCounts,
) -> list[ClassifiedCell]:
    stage = indicator.stages[stage_id]
    part = [{"measure": [stage.part]}] if stage.part else _rules(indicator, classification)
    measures = [stage.measure, stage.part] if stage.part else [stage.measure]
    known = judged(indicator, classification)
    among = {} if known is None else {"school_type": sorted(known)}
    result: list[ClassifiedCell] = []
    for sha256, wanted in chosen.items():
        stored = facts.store.get(sha256)
        if stored is None or not stored.observations.exists():
            continue
        frame = facts.connection.read_parquet(str(stored.observations))
        if not _holds(frame, measures, part):
            facts.lacking[indicator.id] |= set(wanted)
            continue
        rows = choose(frame, {"measure": measures, "period": wanted, **stage.where, **among})
        rows = tally(_narrow(rows, stage, dims), [*_KEYS, *dims], part)
        found = rows.collect("pyarrow").to_native()
        if stage.part:
            found = pa.Table.from_pylist([_rest_of(row) for row in found.to_pylist()])
        result += _as_cells(found, dims, bool(stored.receipt.get("example")), facts)
    return result


def _holds(frame: Any, measures: list[str], part: Sequence[Conditions]) -> bool:
    """Return whether a file has every measure that is counted, and a column that tells the part.

    Without them a sum would be 0, and nobody counted that.
    """
    known = {row[0] for row in frame.select("measure").distinct().fetchall()}
    if not set(measures) <= known:
        return False
    columns = {name for rule in part for name in rule} - {"measure", "school_type"}
    return not columns or any(
        frame.filter(f'"{name}" is not null').limit(1).fetchall() for name in columns
    )


def _as_cells(
    table: pa.Table, dims: tuple[str, ...], example: bool, facts: ClassifiedCounts
) -> Iterator[ClassifiedCell]:
    """Yield the rows of a tally; where a school stands is looked up once per school."""
    known = facts.organisations
    where: dict[tuple[object, ...], tuple[str | None, str | None]] = {}
    # Equal words, parts and sums are one object: there are few of them, and very many cells.
    parts: dict[tuple[object, ...], tuple[tuple[str, str | None], ...]] = {}
    equal: dict[tuple[float, ...], tuple[float, ...]] = {}
    same: dict[Any, Any] = {}
    for keys, values, added in _rows_of(table, dims):
        file, period, place, municipality, locality, board = (same.setdefault(k, k) for k in keys)
        key = (place, municipality, locality, board)
        if key not in where:
            where[key] = (
                known.municipality(place, municipality, locality),
                known.board(place, board),
            )
        if values not in parts:
            parts[values] = tuple(zip(dims, values, strict=True))
        sums_of = equal.setdefault(added, added)
        yield ClassifiedCell(file, period, place, *where[key], example, parts[values], sums_of)


def _rows_of(
    table: pa.Table, dims: tuple[str, ...]
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...], tuple[float, ...]]]:
    """Yield keys, dimensions and sums per row, a piece of the table at a time."""
    for piece in table.to_batches(max_chunksize=20_000):
        columns = {name: piece.column(name).to_pylist() for name in table.column_names}
        sums = zip(*(columns[f"{p}_{w}"] for p in ("part", "rest") for w in _SUMS), strict=True)
        names = zip(*(columns[d] for d in dims), strict=True) if dims else repeat(())
        keys = zip(*(columns[k] for k in _KEYS), strict=True)
        yield from zip(keys, names, sums, strict=False)


#: A row of counts: dimensions, and bounds of part and rest.
CellRow = dict[str, Any]


def _rest_of(row: CellRow) -> CellRow:
    """Turn "part and whole" into "part and rest" for a measure that is part of another."""
    low, high = row["part_low"], row["part_high"]
    rest_low, rest_high = row["rest_low"] - high, row["rest_high"] - low
    return {**row, "rest_low": max(0.0, rest_low), "rest_high": max(0.0, rest_high)}


def _narrow(rows: Any, stage: models.Stage, by: Sequence[str]) -> Any:
    for dimension, everybody in stage.totals.items():
        same = nw.col(dimension) == everybody
        rows = rows.filter((~same if dimension in by else same).fill_null(value=True))
    for school_type, where in stage.per_school_type.items():
        for column, values in where.items():
            other = (nw.col("school_type") != school_type).fill_null(value=True)
            rows = rows.filter(other | nw.col(column).is_in(values))
    return rows


def _rules(indicator: models.Indicator, classification: str | None) -> list[Conditions]:
    """Return what a classification calls technical; nothing when there is none."""
    found: list[Conditions] = []
    for rule in _classified(indicator, classification):
        types = {"school_type": rule.school_types} if rule.school_types else {}
        found.append({rule.column: rule.technical, **types})
    return found


def judged(indicator: models.Indicator, classification: str | None) -> frozenset[str] | None:
    """Return the school types about which a classification says something; None for all.

    Who is in another school type is neither technical nor not: nobody said. Counting them as not
    would make the share too small.
    """
    rules = _classified(indicator, classification)
    if not rules or any(not rule.school_types for rule in rules):
        return None
    return frozenset(name for rule in rules for name in rule.school_types)


def _classified(
    indicator: models.Indicator, classification: str | None
) -> list[models.ClassificationRule]:
    if not indicator.classification or classification is None:
        return []
    return registry.classifications()[f"{indicator.classification}/{classification}"].rules
