"""The data directory opened for counting: files, schools, and sums per school and year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from instroom.core.observations import Conditions, choose, tally
from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.inflow.flows import NOT_TOLD, arranged, needs_arranging
from instroom.inflow.programme_lists import ProgrammeLists, programme_lists
from instroom.monitoring.stated import StatedPlaces, stated_places
from instroom.region.organisations import Organisations, organisations
from instroom.sources.own_rows import counting, is_state
from instroom.sources.store import Store, Stored

_KEYS = ("period", "place", "municipality", "locality", "board")
_DIMENSIONS = ("gender", "school_type", "level", "kind", "form", "field")
_SUMS = ("low", "high", "hidden")


Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountedPlace:
    """Where a count was made, as its file and the lists of schools say."""

    place: str | None
    municipality: str | None
    board: str | None
    example: bool


#: What was counted: dimensions with their values.
CountedPart = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class ClassifiedCells:
    """Sums of one file, a row per combination of keys; the columns hold places in the lists.

    Columns and not a row each: there are hundreds of thousands, of few places and parts.
    """

    file: str
    periods: list[str]
    places: list[CountedPlace]
    parts: list[CountedPart]
    period: Codes
    place: Codes
    part: Codes
    sums: npt.NDArray[np.float64]


@dataclass
class ClassifiedCounts:
    """A data directory, opened once: its files, schools and sums already made."""

    store: Store
    _cells: dict[tuple[object, ...], list[ClassifiedCells]] = field(default_factory=dict)
    _held: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lists: dict[bool, ProgrammeLists] = field(default_factory=dict)
    #: indicator -> periods of which a file is there that lacks what the indicator counts.
    lacking: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @cached_property
    def organisations(self) -> Organisations:
        """Schools, boards and municipalities."""
        return organisations(self.store)

    @cached_property
    def files(self) -> list[Stored]:
        """All stored files that count: no excerpts, and of our own rows the newest state."""
        return [stored for stored in counting(self.store) if not stored.excerpt]

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The one connection of this process."""
        connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"})
        connection.execute("SET autoinstall_known_extensions=false")
        return connection

    def newest_first(self, source: str) -> list[Stored]:
        """Return the files of a source, newest vintage first."""
        found = [s for s in self.files if s.source == source]
        return sorted(found, key=Stored.vintage, reverse=True)

    @cached_property
    def stated(self) -> StatedPlaces:
        """What files of counts state of the schools that the address register does not place.

        States of our own rows are of the register themselves: they place nothing.
        """
        counts = [stored for stored in self.files if not is_state(stored)]
        return stated_places(counts, self.organisations, self.connection)

    def programme_lists(self, *, example: bool) -> ProgrammeLists:
        """Return what the files of hbo and wo say of programmes; invented ones apart from real."""
        if example not in self._lists:
            self._lists[example] = programme_lists(self.store, example=example)
        return self._lists[example]

    def rows_of(self, stored: Stored, stage: models.Stage) -> duckdb.DuckDBPyRelation:
        """Return the observations of a file as a stage counts them (see :func:`arranged`)."""
        rows = self.connection.read_parquet(str(stored.observations))
        if not needs_arranging(stage):
            return rows
        example = bool(stored.receipt.get("example"))
        lists = partial(self.programme_lists, example=example)
        return arranged(rows, stage, lists, self.connection)

    @property
    def placing_files(self) -> tuple[str, ...]:
        """The sha256 of all files that say where a school stands."""
        return tuple(dict.fromkeys((*self.organisations.files, *self.stated.files)))

    def place_of(
        self,
        place: str | None,
        municipality: str | None = None,
        locality: str | None = None,
        board: str | None = None,
        *,
        example: bool = False,
    ) -> CountedPlace:
        """Return where a count was made.

        First what its own row says, then the address register, then what other files of counts
        state of the school; else nobody said.
        """
        known, said = self.organisations, self.stated.of(place, example=example)
        return CountedPlace(
            place,
            known.municipality(place, municipality, locality) or said.municipality or None,
            known.board(place, board) or said.board or None,
            example,
        )

    def invented(self, figures: Iterable[Figure]) -> bool:
        """Whether any of these figures was counted from a file of the invented region."""
        shas = {sha for figure in figures for sha in figure.sources}
        return any(s.receipt.get("example") for sha in shas if (s := self.store.get(sha)))

    def forget(self) -> None:
        """Let the sums go; those of one indicator serve no other."""
        self._cells.clear()


def cells(
    indicator: models.Indicator,
    stage: str,
    classification: str | None,
    by: Sequence[str],
    facts: ClassifiedCounts,
) -> list[ClassifiedCells]:
    """Return the sums of an indicator per school, year and dimension, by file, made once.

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
) -> list[ClassifiedCells]:
    stage = indicator.stages[stage_id]
    part = [{"measure": [stage.part]}] if stage.part else _rules(indicator, classification)
    measures = [stage.measure, stage.part] if stage.part else [stage.measure]
    told = _told(indicator, stage, classification)
    known = judged(indicator, classification)
    among = {} if known is None else {"school_type": sorted(known)}
    result: list[ClassifiedCells] = []
    for sha256, wanted in chosen.items():
        stored = facts.store.get(sha256)
        if stored is None or not stored.observations.exists():
            continue
        frame = facts.rows_of(stored, stage)
        rows_as = ",".join([sha256, *stage.derived])  # another stage may not add these columns
        if not _holds(rows_as, frame, measures, part, facts) or (
            told and _uncounted(frame, measures, wanted)
        ):
            facts.lacking[indicator.id] |= set(wanted)
            continue
        rows = choose(frame, {"measure": measures, "period": wanted, **stage.where, **among})
        rows = tally(_narrow(rows, stage, dims), [*_KEYS, *dims], part, told)
        found = rows.collect("pyarrow").to_native()
        made = _as_cells(found, dims, stored, facts)
        if stage.part:
            _take_part_from_rest(made.sums)
        result.append(made)
    return result


def _holds(
    rows_as: str,
    frame: Any,
    measures: list[str],
    part: Sequence[Conditions],
    facts: ClassifiedCounts,
) -> bool:
    """Return whether a file has every measure that is counted, and a column that tells the part.

    Without them a sum would be 0, and nobody counted that.
    """
    held = facts._held
    if (rows_as, "") not in held:
        held[rows_as, ""] = {row[0] for row in frame.select("measure").distinct().fetchall()}
    if not set(measures) <= held[rows_as, ""]:
        return False
    columns = {name for rule in part for name in rule} - {"measure", "school_type"}
    for name in columns - {known for rows, known in held if rows == rows_as}:
        held[rows_as, name] = bool(frame.filter(f'"{name}" is not null').limit(1).fetchall())
    return not columns or any(held[rows_as, name] for name in columns)


def _uncounted(frame: Any, measures: list[str], wanted: list[str]) -> bool:
    """Return whether a file of flows has a row without a count: no sum of it is a total."""
    rows = choose(frame, {"measure": measures, "period": wanted, "status": ["missing"]})
    return bool(len(rows.head(1).collect("pyarrow")))


def _as_cells(
    table: pa.Table, dims: tuple[str, ...], stored: Stored, facts: ClassifiedCounts
) -> ClassifiedCells:
    """Return a tally in columns; where a school stands is looked up once per school."""
    example = bool(stored.receipt.get("example"))
    stood, place = _combinations(table, ("place", "municipality", "locality", "board"))
    places = [
        facts.place_of(one, town, spot, board, example=example) for one, town, spot, board in stood
    ]
    values, part = _combinations(table, dims)
    periods, period = _combinations(table, ("period",))
    named = [f"{p}_{w}" for p in ("part", "rest") for w in _SUMS] + ["doubt_low", "doubt_high"]
    sums = [table[name].to_numpy().astype(float) for name in named]
    return ClassifiedCells(
        file=stored.sha256,
        periods=[name for (name,) in periods],
        places=places,
        parts=[tuple(zip(dims, found, strict=True)) for found in values],
        period=period,
        place=place,
        part=part,
        sums=np.column_stack(sums),
    )


def _combinations(table: pa.Table, names: Sequence[str]) -> tuple[list[tuple[Any, ...]], Codes]:
    """Return the combinations of values in order of appearance, and per row which it is."""
    code = np.zeros(len(table), dtype=np.int64)
    columns = []
    for name in names:
        column = table[name].combine_chunks().dictionary_encode()
        words = column.dictionary.to_pylist()
        columns.append([*words, None])
        held = column.indices.to_numpy(zero_copy_only=False)  # what is empty comes as NaN
        code = code * (len(words) + 1) + np.nan_to_num(held, nan=len(words)).astype(np.int64)
    found, first, which = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    rows = []
    for left in found[order].tolist():
        row: list[Any] = []
        rest = left
        for words in reversed(columns):
            rest, at = divmod(rest, len(words))
            row.insert(0, words[at])
        rows.append(tuple(row))
    return rows, place[which.reshape(-1)]


def _take_part_from_rest(sums: npt.NDArray[np.float64]) -> None:
    """Turn "part and whole" into "part and rest" for a measure that is part of another."""
    low, high = sums[:, 3] - sums[:, 1], sums[:, 4] - sums[:, 0]
    sums[:, 3], sums[:, 4] = np.maximum(0.0, low), np.maximum(0.0, high)


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


def _told(
    indicator: models.Indicator, stage: models.Stage, classification: str | None
) -> dict[str, list[str]]:
    """Return the columns of which not every value says whether it counts, with those that do."""
    rules = _classified(indicator, classification)
    told = {rule.column: rule.known for rule in rules if rule.known}
    if NOT_TOLD in stage.where.get("far_kind", ()):
        told["far_kind"] = list(registry.codes()["further_kind"].codes)
    if "field" in stage.derived and any(rule.column == "field" for rule in rules):
        told["field"] = list(registry.codes()["field"].codes)
    return told


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
