"""From observations to series: what an indicator counts, per place, period and breakdown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa

from instroom.core import periods
from instroom.core.errors import DataError, DefinitionError, Where
from instroom.core.observations import choose, tally
from instroom.core.places import kind_of
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series, Status
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.region.organisations import Organisations, organisations
from instroom.sources.store import Store, Stored

_KEYS = ("file", "period", "place", "municipality", "locality", "board")
_DIMENSIONS = ("gender", "school_type", "level", "kind", "form", "field")
_SUMS = ("low", "high", "hidden")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an indicator; empty means the definition's own default."""

    indicator: str
    places: tuple[str, ...]
    by: tuple[str, ...] = ()
    stage: str | None = None
    classification: str | None = None
    period: str | None = None
    school_types: tuple[str, ...] = ()
    transitions: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
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
class Facts:
    """A data directory, opened once: its files, schools and sums already made."""

    store: Store
    _cells: dict[tuple[object, ...], list[Cell]] = field(default_factory=dict)

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


def resolve(question: Question) -> tuple[models.Indicator, str | None, str | None]:
    """Check a question against the definitions; return indicator, stage and classification.

    Raises
    ------
    DefinitionError
        For an unknown indicator, stage, classification or breakdown, with *did you mean*.
    """
    indicator = registry.indicators()[question.indicator]
    stage = _one_of("stage", question.stage or indicator.default_stage, list(indicator.stages))
    classification = None
    if indicator.classification:
        wanted = question.classification or indicator.default_classification
        known = [
            c.split("/")[1]
            for c in registry.classifications()
            if c.split("/")[0] == indicator.classification
        ]
        classification = _one_of("classification", wanted, known)
    elif question.classification:
        raise _no_such("classification", question.classification, [])
    for name in question.by:
        if name not in indicator.breakdowns and indicator.measure != "missing":
            raise _no_such("breakdown", name, indicator.breakdowns)
    return indicator, stage, classification


def _one_of(kind: str, wanted: str | None, known: list[str]) -> str | None:
    if wanted is None:
        return known[0] if known else None
    if wanted not in known:
        raise _no_such(kind, wanted, known)
    return wanted


def _no_such(kind: str, wanted: str, known: list[str]) -> DefinitionError:
    registry_like = registry.Registry({k: models.Definition(id=k, title=k) for k in known}, kind)
    try:
        registry_like[wanted]
    except DefinitionError as error:
        return error
    return DefinitionError(f"no {kind} '{wanted}'", where=Where(key=wanted))


def series(question: Question, facts: Facts) -> Series:
    """Compute an indicator; the result is not public before :func:`privacy.published.publish`.

    Returns
    -------
    Series
        Figures in the order place, breakdown, period. Not enough data is a figure with a
        status and a reason, never an error.

    Raises
    ------
    DefinitionError
        When the question names something that does not exist.
    DataError
        For a place that does not exist.
    """
    indicator, stage, classification = resolve(question)
    shown_stage = stage if len(indicator.stages) > 1 else None
    name = _Name(indicator.id, shown_stage, classification)
    places = [find_place(text, facts) for text in question.places]
    if indicator.measure == "missing" or stage is None:
        figures = [
            name.missing(p, question.period or "", (), indicator.reason or "") for p in places
        ]
        return Series(indicator.id, indicator.unit, tuple(figures), shown_stage, classification)
    cells = _cells(indicator, stage, classification, question.by, facts)
    figures = _figures(name, indicator, indicator.stages[stage], question, places, cells, facts)
    return Series(indicator.id, indicator.unit, tuple(figures), shown_stage, classification)


def find_place(text: str, facts: Facts | None = None) -> str:
    """Return the code of a place by its code or name.

    Raises
    ------
    DataError
        When no place, or more than one, has that name.
    """
    clean = text.strip()
    lower = clean.lower()
    if lower == "nl" or lower in registry.regions():
        return lower
    gaz = gazetteer()
    upper = clean.upper()
    if kind_of(upper) in ("municipality", "province", "corop"):
        code = gaz.current(upper) if kind_of(upper) == "municipality" else upper
        if code in gaz or kind_of(upper) != "municipality":
            return code
    elif kind_of(upper) in ("location", "board", "institution"):
        return upper
    if named := gaz.code_of(clean):
        return gaz.current(named)
    provinces = {v.lower(): k for p in registry.places().values() for k, v in p.provinces.items()}
    if lower in provinces:
        return provinces[lower]
    if facts and len(clean) > 3:
        found = [
            c for c, known in facts.organisations.locations.items() if known.name.lower() == lower
        ]
        if len(found) == 1:
            return found[0]
    raise DataError(
        f"no place '{text}'",
        code="unknown_place",
        where=Where(key="place"),
        found=text,
        expected="a region such as twente, nl, a municipality (GM0153 or Enschede), a province "
        "(PV23), a school location (00AH00) or a board (BG12345)",
        hint="use the code when a name exists twice",
    )


@dataclass(frozen=True, slots=True)
class _Name:
    indicator: str
    stage: str | None
    classification: str | None

    def missing(
        self, place: str, period: str, by: tuple[tuple[str, str], ...], reason: str
    ) -> Figure:
        return Figure(
            self.indicator,
            period,
            place,
            "missing",
            self.stage,
            self.classification,
            by,
            reason=reason,
        )


# --- observations to cells ----------------------------------------------------------------


def _cells(
    indicator: models.Indicator,
    stage: str,
    classification: str | None,
    by: Sequence[str],
    facts: Facts,
) -> list[Cell]:
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


def _chosen_files(stage: models.Stage, facts: Facts) -> dict[str, list[str]]:
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
    facts: Facts,
) -> list[Cell]:
    stage = indicator.stages[stage_id]
    part = {"measure": [stage.part]} if stage.part else _technical(indicator, classification)
    measures = [stage.measure, stage.part] if stage.part else [stage.measure]
    result: list[Cell] = []
    for sha256, wanted in chosen.items():
        stored = facts.store.get(sha256)
        if stored is None or not stored.observations.exists():
            continue
        frame = facts.connection.read_parquet(str(stored.observations))
        rows = choose(frame, {"measure": measures, "period": wanted, **stage.where})
        rows = tally(_narrow(rows, stage, dims), [*_KEYS, *dims], part)
        found = rows.collect("pyarrow").to_native()
        if stage.part:
            found = pa.Table.from_pylist([_rest_of(row) for row in found.to_pylist()])
        result += _as_cells(found, dims, bool(stored.receipt.get("example")), facts)
    return result


def _as_cells(
    table: pa.Table, dims: tuple[str, ...], example: bool, facts: Facts
) -> Iterator[Cell]:
    """Yield the rows of a tally; where a school stands is looked up once per school."""
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    sums = zip(*(columns[f"{p}_{w}"] for p in ("part", "rest") for w in _SUMS), strict=True)
    names = zip(*(columns[d] for d in dims), strict=True) if dims else repeat(())
    keys = zip(*(columns[k] for k in _KEYS), strict=True)
    known = facts.organisations
    where: dict[tuple[object, ...], tuple[str | None, str | None]] = {}
    for (file, period, *place_keys), values, added in zip(keys, names, sums, strict=False):
        key = tuple(place_keys)
        if key not in where:
            place, municipality, locality, board = place_keys
            where[key] = (
                known.municipality(place, municipality, locality),
                known.board(place, board),
            )
        dimensions = tuple(zip(dims, values, strict=True))
        yield Cell(file, period, place_keys[0], *where[key], example, dimensions, added)


def _rest_of(row: dict[str, Any]) -> dict[str, Any]:
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


def _technical(indicator: models.Indicator, classification: str | None) -> dict[str, list[str]]:
    if not indicator.classification or classification is None:
        return {}
    rules = registry.classifications()[f"{indicator.classification}/{classification}"].rules
    found: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        found[rule.column] += rule.technical
    return dict(found)


# --- cells to figures ---------------------------------------------------------------------

Group = tuple[str, tuple[tuple[str, str], ...], str]


@dataclass(slots=True)
class _Sums:
    sums: list[float] = field(default_factory=lambda: [0.0] * 6)
    files: set[str] = field(default_factory=set)

    def add(self, cell: Cell) -> None:
        self.files.add(cell.file)
        for i, value in enumerate(cell.sums):
            self.sums[i] += value


def _figures(
    name: _Name,
    indicator: models.Indicator,
    stage: models.Stage,
    question: Question,
    places: list[str],
    cells: list[Cell],
    facts: Facts,
) -> list[Figure]:
    wanted_types = question.school_types or (
        tuple(indicator.separate) if "school_type" in question.by else tuple(indicator.school_types)
    )
    span = periods.span(question.period) if question.period else (None, None)
    groups: dict[Group, _Sums] = defaultdict(_Sums)
    seen: set[str] = set()
    membership = _Membership(places, question.transitions, facts)
    inside = {period for period in {c.period for c in cells} if _in_span(period, span)}
    for cell in cells:
        if cell.period not in inside:
            continue
        seen.add(cell.period)
        dims = dict(cell.dims)
        if wanted_types and dims.get("school_type") not in wanted_types:
            continue
        if dims.get("school_type") in stage.missing and indicator.measure == "share":
            continue
        if (
            indicator.kinds
            and "kind" not in question.by
            and dims.get("kind") not in indicator.kinds
        ):
            continue
        by = _breakdown(cell, dims, question, facts)
        if by is None:
            continue
        for place in membership.of(cell):
            groups[(place, by, cell.period)].add(cell)
    figures = [
        figure
        for group, sums in groups.items()
        if (figure := _figure(name, indicator, group, sums)).status != "not_applicable"
        or not figure.by
    ]
    figures += _absent(name, stage, question, wanted_types, places, seen, groups)
    order = {place: i for i, place in enumerate(places)}
    return sorted(figures, key=lambda f: (order[f.place], f.by, f.period))


def _in_span(period: str, span: tuple[periods.Period | None, periods.Period | None]) -> bool:
    here = periods.parse(period)
    low, high = span
    if any(edge is not None and edge.kind != here.kind for edge in span):
        return False
    return (low is None or low <= here) and (high is None or here <= high)


class _Membership:
    """Which of the places asked for a cell belongs to."""

    def __init__(self, places: list[str], transitions: bool, facts: Facts) -> None:
        self.facts, self.transitions = facts, transitions
        self.wanted = set(places)
        self.regions = {
            place: set(registry.regions()[place].municipalities)
            for place in places
            if place in registry.regions()
        }
        self._cache: dict[tuple[object, ...], list[str]] = {}

    def of(self, cell: Cell) -> list[str]:
        key = (cell.place, cell.municipality, cell.board, cell.example)
        if key not in self._cache:
            self._cache[key] = self._of(cell)
        return self._cache[key]

    def _of(self, cell: Cell) -> list[str]:
        gaz, found = gazetteer(), set()
        if not cell.example:
            found.add("nl")
        if (municipality := cell.municipality) and municipality in gaz:
            found |= {municipality, gaz.province(municipality) or "", gaz.corop(municipality) or ""}
            found |= {r for r, members in self.regions.items() if municipality in members}
        if cell.place:
            place = (
                self.facts.organisations.successor(cell.place) if self.transitions else cell.place
            )
            found |= {place, cell.place[:4]}
        if cell.board:
            found.add(cell.board)
        return sorted(found & self.wanted)


def _breakdown(
    cell: Cell, dims: dict[str, str | None], question: Question, facts: Facts
) -> tuple[tuple[str, str], ...] | None:
    result = []
    for name in question.by:
        if name == "municipality":
            value = cell.municipality
        elif name == "board":
            value = cell.board
        elif name == "school":
            place = cell.place or ""
            value = facts.organisations.successor(place) if question.transitions else place
        else:
            value = dims.get(name)
        if not value:
            return None
        result.append((name, value))
    return tuple(result)


def _figure(name: _Name, indicator: models.Indicator, group: Group, sums: _Sums) -> Figure:
    place, by, period = group
    p_low, p_high, p_hidden, r_low, r_high, r_hidden = sums.sums
    part, rest = Count(round(p_low), round(p_high)), Count(round(r_low), round(r_high))
    sources = tuple(sorted(sums.files))
    base: dict[str, Any] = {
        "indicator": name.indicator,
        "period": period,
        "place": place,
        "stage": name.stage,
        "classification": name.classification,
        "by": by,
        "sources": sources,
        "hidden": int(p_hidden + r_hidden),
    }
    if indicator.measure == "count":
        value = float(part.low) if part.exact else None
        status: Status = "ok" if part.exact else "bounded"
        return Figure(
            **base,
            status=status,
            value=value,
            low=float(part.low),
            high=float(part.high),
            numerator=part,
        )
    whole = part + rest
    if whole.high == 0:
        return Figure(**base, status="not_applicable", reason="nobody_counted")
    share = Share.of(part, rest)
    exact = part.exact and rest.exact
    return Figure(
        **base,
        status="ok" if exact else "bounded",
        value=share.low if exact else None,
        low=share.low,
        high=share.low if exact else share.high,
        numerator=part,
        denominator=whole,
    )


def _absent(
    name: _Name,
    stage: models.Stage,
    question: Question,
    wanted_types: Iterable[str],
    places: list[str],
    seen: set[str],
    groups: dict[Group, _Sums],
) -> list[Figure]:
    """Say of every figure that was asked for and is not there why it is not."""
    if not seen:
        exact = question.period if question.period and ":" not in question.period else ""
        return [name.missing(p, exact, (), "source_not_read") for p in places]
    result = []
    for school_type, reason in stage.missing.items():
        if question.by == ("school_type",) and school_type in wanted_types:
            pairs: tuple[tuple[str, str], ...] = (("school_type", school_type),)
        elif not question.by and tuple(wanted_types) == (school_type,):
            pairs = ()
        else:
            continue
        result += [name.missing(p, t, pairs, reason) for p in places for t in sorted(seen)]
    if not question.by and not result:
        result = [
            name.missing(place, period, (), "no_records")
            for place in places
            for period in sorted(seen)
            if (place, (), period) not in groups
        ]
    return result
