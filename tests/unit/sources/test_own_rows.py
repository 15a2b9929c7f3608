"""The programme's own rows are a source like a publisher's file, and no file that somebody has."""

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instroom.core.errors import InstroomError, ProgrammingError, SourceError, UserError
from instroom.core.quantities import Count
from instroom.definitions import registry
from instroom.definitions.lowest_places import lowest_of
from instroom.inflow.cooperation import HEADER
from instroom.monitoring.explanation import explain
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.questions import ask, parse_id
from instroom.reports import withheld
from instroom.reports.files import export_observations
from instroom.sources import own_rows
from instroom.sources.own_rows import MARK, keep_state, let_go, newest_state, states
from instroom.sources.read import read
from instroom.sources.store import Store, Stored, sha256_of
from unit.monitoring.small import ENSCHEDE, HENGELO

SOURCE = "school_company_cooperation"
FIRST = datetime(2026, 11, 1, 12, tzinfo=UTC)
STRUCTURAL = "structural_cooperation_share.confirmed"
YEAR = "2025-2026"


def state_of(*kinds: str, year: str = YEAR, town: str = ENSCHEDE) -> list[tuple[str, ...]]:
    """Return a row per secondary school: how far each of them cooperates."""
    return [
        (year, f"00{town[-1]}{chr(65 + i)}00", town, "BG12345", "vo", kind, "1")
        for i, kind in enumerate(kinds)
    ]


def keep(store: Store, rows: Sequence[Sequence[str]], minutes: int = 0) -> Stored | None:
    return keep_state(store, SOURCE, HEADER, rows, at=FIRST + timedelta(minutes=minutes))


def kept(store: Store, rows: Sequence[Sequence[str]], minutes: int = 0) -> Stored:
    found = keep(store, rows, minutes)
    assert found is not None
    return found


def shares(store: Store, place: str = ENSCHEDE) -> dict[str, Count | None]:
    question = replace(parse_id(f"{STRUCTURAL}:{place}:{YEAR}")[0], period=None)
    found = ask(question, ClassifiedCounts(store))
    return {f.period: f.numerator for f in found.figures}


# --- what is kept ------------------------------------------------------------------------------


def test_rows_that_say_the_same_are_kept_once(tmp_path: Path) -> None:
    store, rows = Store(tmp_path), state_of("structural", "once", "unknown")
    first = kept(store, rows)
    assert keep(store, rows, 1) is None
    assert keep(store, list(reversed(rows)), 2) is None, "the order of rows says nothing"
    assert keep(Store(tmp_path), [list(row) for row in rows], 3) is None
    assert [one.sha256 for one in states(store, SOURCE)] == [first.sha256]


def test_every_difference_makes_a_state(tmp_path: Path) -> None:
    store, rows = Store(tmp_path), state_of("structural", "once", "unknown")
    kept(store, rows)
    changes = [
        rows[:2],
        [*rows, (YEAR, "00ZZ00", HENGELO, "BG12345", "vo", "unknown", "1")],
        state_of("structural", "once", "nothing"),
        [(YEAR, code, HENGELO, *rest) for _, code, _, *rest in rows],
    ]
    for number, changed in enumerate(changes, start=1):
        kept(store, changed, number)
        assert len(states(store, SOURCE)) == number + 1


def test_a_state_of_before_is_a_state_again(tmp_path: Path) -> None:
    """Its digest is another one: a table that was guessed cannot be held against it."""
    store = Store(tmp_path)
    rows, other = state_of("structural", "once"), state_of("repeated", "once")
    first, second, third = kept(store, rows), kept(store, other, 1), kept(store, rows, 2)
    assert len({first.sha256, second.sha256, third.sha256}) == 3
    assert keep(store, rows, 3) is None
    assert newest_state(store, SOURCE) == third

    texts = [Path(one.original).read_text("utf-8") for one in (first, third)]
    tables = [list(csv.reader(io.StringIO(text), delimiter=";")) for text in texts]
    assert [row[:-1] for row in tables[0]] == [row[:-1] for row in tables[1]]
    assert tables[0][0][-1] == MARK
    marks = [{row[-1] for row in table[1:]} for table in tables]
    assert [len(mark) for mark in marks] == [1, 1]
    assert not marks[0] & marks[1]
    assert all(len(mark) == 32 and int(mark, 16) for both in marks for mark in both)


def test_two_directories_never_have_one_digest(tmp_path: Path) -> None:
    rows = state_of("structural", "once")
    assert len({kept(Store(tmp_path / name), rows).sha256 for name in "abc"}) == 3


def test_rows_that_do_not_fit_leave_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for wrong in (
        state_of("no such rung"),
        [row[:-1] for row in state_of("once")],
        [*state_of("once"), *state_of("repeated")],
    ):
        with pytest.raises(SourceError):
            keep(store, wrong)
    assert not list(Store(tmp_path))


def test_only_a_source_of_rows_keeps_rows(tmp_path: Path) -> None:
    with pytest.raises(ProgrammingError):
        keep_state(Store(tmp_path), "duo_early_leavers", HEADER, [], at=FIRST)
    assert not list(Store(tmp_path))


# --- which state counts ------------------------------------------------------------------------


def test_the_newest_by_moment_counts_and_nothing_of_those_before(tmp_path: Path) -> None:
    """Also when it covers fewer years, and when an older one was kept after it."""
    store, kinds = Store(tmp_path), ("structural", "structural", "once")
    kept(store, [*state_of(*kinds, year="2024-2025"), *state_of(*kinds)])
    assert shares(store) == {"2024-2025": Count(2), YEAR: Count(2)}
    newest = kept(store, state_of("structural", "once", "nothing"), 2)
    assert shares(store) == {YEAR: Count(1)}
    kept(store, state_of("structural", "structural", "structural"), 1)
    assert newest_state(store, SOURCE) == newest
    assert shares(store) == {YEAR: Count(1)}
    assert [one.sha256 for one in own_rows.counting(store)] == [newest.sha256]


def test_a_later_moment_is_later_in_whatever_time_it_is_told(tmp_path: Path) -> None:
    """When the clock goes back in autumn, ten past two comes after half past two."""
    store = Store(tmp_path)
    summer, winter = (timezone(timedelta(hours=hours)) for hours in (2, 1))
    first = datetime(2026, 10, 25, 2, 30, tzinfo=summer)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=winter)
    keep_state(store, SOURCE, HEADER, state_of("once"), at=first)
    newest = keep_state(store, SOURCE, HEADER, state_of("repeated"), at=second)
    assert newest_state(store, SOURCE) == newest
    assert own_rows.counting(store) == [newest]


def test_of_one_moment_the_state_that_counts_is_the_one_that_is_compared_with(
    tmp_path: Path,
) -> None:
    for number in range(8):
        store = Store(tmp_path / str(number))
        kept(store, state_of("once"))
        kept(store, state_of("repeated"))
        assert own_rows.counting(store) == [newest_state(store, SOURCE)]


def test_a_publishers_file_counts_beside_it(tmp_path: Path, example: dict[str, Path]) -> None:
    read(example["mbo"], data=tmp_path)
    store = Store(tmp_path)
    (file,) = store
    old, new = kept(store, state_of("once")), kept(store, state_of("repeated"), 1)
    assert {one.sha256 for one in store} == {file.sha256, old.sha256, new.sha256}
    assert {one.sha256 for one in own_rows.counting(store)} == {file.sha256, new.sha256}
    assert [own_rows.is_state(one) for one in (file, old, new)] == [False, True, True]


# --- no file that somebody has -----------------------------------------------------------------


def test_a_copy_of_a_state_is_not_recognised(tmp_path: Path) -> None:
    state = kept(Store(tmp_path / "a"), state_of("structural", "once"))
    copy = tmp_path / "copy.csv"
    shutil.copy(state.original, copy)
    (entry,) = read(copy, data=tmp_path / "b")["files"]
    assert (entry["status"], entry["source"]) == ("unknown", None)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("way", ["source", "as_"])
def test_a_file_cannot_be_read_as_rows(tmp_path: Path, way: str) -> None:
    state = kept(Store(tmp_path / "a"), state_of("structural", "once"))
    copy = tmp_path / "copy.csv"
    shutil.copy(state.original, copy)
    with pytest.raises(UserError) as refused:
        read(copy, data=tmp_path / "b", **{way: SOURCE})  # type: ignore[arg-type]
    assert refused.value.code == "rows_not_read"
    assert refused.value.found == SOURCE
    assert not (tmp_path / "b").exists()


def test_every_source_of_rows_has_the_mark_and_no_publishers_source_is_one() -> None:
    rows = [one for one in registry.sources().values() if one.kind == "rows"]
    assert SOURCE in {one.id for one in rows}
    for one in rows:
        assert MARK in one.known
        assert one.publisher == "instroom"
    files = [one for one in registry.sources().values() if one.kind == "file"]
    assert {one.publisher for one in files}.isdisjoint({"instroom"})


# --- what comes of it --------------------------------------------------------------------------


def test_a_figure_of_rows_is_explained_from_its_state(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept(store, state_of("once", "once", "once"))
    state = kept(store, state_of("structural", "once", "nothing", "unknown"), 1)
    found = explain(f"{STRUCTURAL}:{ENSCHEDE}:{YEAR}", data=tmp_path)
    assert found.equal is True
    assert found.recomputed == found.value
    assert [one.sha256 for one in found.inputs] == [state.sha256]
    (named,) = found.inputs
    assert (named.kind, named.file, named.source, named.rows) == ("rows", None, SOURCE, 4)
    assert named.vintage == (FIRST + timedelta(minutes=1)).isoformat(timespec="microseconds")


def test_what_nobody_recorded_is_not_known_and_is_never_a_no(tmp_path: Path) -> None:
    store = Store(tmp_path)
    state = [
        *state_of("structural", "once", "nothing", "unknown", "repeated_at_least"),
        *state_of("unknown", "unknown", "unknown", town=HENGELO),
    ]
    kept(store, state)
    question = parse_id(f"{STRUCTURAL}:{ENSCHEDE}:{YEAR}")[0]
    (some,) = ask(question, ClassifiedCounts(store)).figures
    assert (some.numerator, some.denominator) == (Count(1, 3), Count(5))
    assert (some.low, some.high, some.status) == (1 / 5, 3 / 5, "bounded")
    question = parse_id(f"{STRUCTURAL}:{HENGELO}:{YEAR}")[0]
    (none,) = ask(question, ClassifiedCounts(store)).figures
    assert (none.status, none.reason, none.numerator) == ("missing", "too_little_told", None)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_no_row_of_a_school_leaves(tmp_path: Path, form: str) -> None:
    store = Store(tmp_path / "data")
    kept(store, state_of("structural", "once", "nothing"))
    kept(store, state_of("structural", "once", "unknown", "repeated"), 1)
    out = tmp_path / f"out.{form}"
    counted = export_observations(out, form, store)
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    else:
        rows = pq.read_table(out).to_pylist()
    assert (counted["rows"], counted["withheld"]) == (0, 3 + 4)
    assert rows == []


def test_every_measure_of_a_source_of_rows_has_a_lowest_place() -> None:
    """A row of a school is nobody's to see, also when no indicator of it is thought of yet."""
    lowest = lowest_of(registry.indicators())
    for one in registry.sources().values():
        if one.kind == "rows":
            measures = {block.measure for block in one.values}
            assert {lowest.get((one.id, measure)) for measure in measures} == {"municipality"}


@pytest.mark.parametrize("lacks", [(), ("place",), ("board",), ("place", "board")])
def test_a_row_goes_when_it_names_a_school_or_a_board(
    tmp_path: Path, lacks: tuple[str, ...]
) -> None:
    state = kept(Store(tmp_path), state_of("structural", "once", "nothing"))
    table = pq.read_table(state.observations)
    rows = [row | dict.fromkeys(lacks) for row in table.to_pylist()]
    found = withheld.shown_observations(pa.Table.from_pylist(rows, table.schema), SOURCE)
    assert found.num_rows == (3 if len(lacks) == 2 else 0)


def test_a_state_that_is_damaged_is_refused(tmp_path: Path) -> None:
    state = kept(Store(tmp_path), state_of("structural", "once", "nothing"))
    original = Path(state.original)
    original.chmod(0o600)
    original.write_text(original.read_text("utf-8").replace("nothing", "once"), "utf-8")
    assert sha256_of(original) != state.sha256
    with pytest.raises(InstroomError) as refused:
        explain(f"{STRUCTURAL}:{ENSCHEDE}:{YEAR}", data=tmp_path)
    assert refused.value.code == "damaged_store"


def test_states_that_nothing_refers_to_are_let_go_and_the_newest_never(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    made = [kept(store, state_of("once" if n % 2 else "contact"), n) for n in range(4)]
    assert let_go(store, {made[1].sha256}) == 2
    assert {one.sha256 for one in store} == {made[1].sha256, made[3].sha256}
    assert let_go(store, set()) == 1
    assert [one.sha256 for one in store] == [made[3].sha256]
    assert [path.name for path in store.files.iterdir()] == [made[3].sha256]
