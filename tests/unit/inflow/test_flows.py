"""Planted flows: the bounds hold the truth, parts make the whole, and nobody is guessed."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.definitions import models, registry
from instroom.inflow.flows import _areas, arranged
from instroom.inflow.programme_lists import SOURCES, ProgrammeLists, programme_lists
from instroom.monitoring.counted_from import sources_of
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.monitoring.within import bounded_by
from instroom.privacy.published import publish
from instroom.reports.files import export_observations
from instroom.sources import parse
from instroom.sources.example import example_studies, write_example
from instroom.sources.example_flows import (
    HEADERS,
    PlantedFlow,
    flows_text,
    planted_flows,
    write_flows,
)
from instroom.sources.read import read
from instroom.sources.store import Store, sha256_of

#: Regions, each with other noise; ``make drill-flows`` has 200 of them.
SEEDS = range(int(os.environ.get("INSTROOM_FLOW_SEEDS", "10")))
HERE = "voorbeeld"
DESTINATIONS = {
    "vo_to_mbo_share": "mbo",
    "vo_to_hbo_share": "hbo",
    "vo_to_wo_share": "wo",
    "vo_again_share": "vo",
    "vo_elsewhere_share": "overig bekostigd onderwijs",
    "vo_no_funded_share": "geen bekostigd onderwijs",
}
#: A part of the name of an invented list of programmes -> its source: too small to be recognised.
_LISTS = {"-hbo-": "duo_hbo_entrants", "-wo-": "duo_wo_entrants"}
FURTHER = ("mbo", "hbo", "wo", "ho")
TO, FROM = "duo_vo_destination", "duo_ho_origin"


def kept(store: Store, name: str, text: bytes, folder: Path) -> None:
    """Put a file in a store as ``instroom read`` does, without a process of its own."""
    path, out = folder / name, folder / f"{name}.out"
    out.mkdir(parents=True)
    path.write_bytes(text)
    sha = sha256_of(path)
    source = next((one for part, one in _LISTS.items() if part in name), None)
    parsed = parse.parse_file(str(path), str(out), name, sha, source, None)
    assert parsed["status"] == "read", parsed
    how: Any = {"asked": None, "asked_source": source, "limits": {}, "name": name}
    store.keep(path, out, sha, {**parsed, **how})


def opened(planted: dict[Any, list[PlantedFlow]], lists: list[Path], tmp_path: Path) -> Any:
    """Return the data directory of one region: its flows, and the lists of programmes."""
    store = Store(tmp_path / "data")
    for layout, name in ((TO, "bestemming-2023.csv"), (FROM, "herkomst-hoger-onderwijs-2023.csv")):
        kept(store, name, flows_text(layout, planted[layout]).encode("utf-8-sig"), tmp_path)
    for path in lists:
        kept(store, path.name, path.read_bytes(), tmp_path)
    return ClassifiedCounts(store)


@pytest.fixture(scope="module")
def entrants(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files that say of each programme whether it is technical."""
    files = write_example(tmp_path_factory.mktemp("lists"))
    return [path for path in files if "eerstejaars" in path.name]


def cell(layout: Any, flow: PlantedFlow, name: str) -> str:
    return flow.cells[HEADERS[layout].index(name)]


def figure(facts: ClassifiedCounts, indicator: str, *by: str) -> dict[str, Figure]:
    """Return the published figures of the region, under what they are broken down by."""
    found = publish([series(IndicatorQuery(indicator, (HERE,), by), facts)])
    return {dict(one.by).get(by[0], "") if by else "": one for one in found.figures}


def holds(found: Figure, part: int, whole: int) -> None:
    """The truth lies within every bound: of the part, of everybody, of the share."""
    assert found.numbered, found
    assert found.numerator and found.denominator
    assert found.low is not None and found.high is not None
    assert found.numerator.low <= part <= found.numerator.high
    assert found.denominator.low <= whole <= found.denominator.high
    assert found.low - 1e-12 <= part / whole <= found.high + 1e-12


def technical(flow: PlantedFlow) -> bool:
    part_of = {(s.brin, s.programme): s.part for s in example_studies("small")}
    part = part_of[cell(FROM, flow, "HO BRIN"), cell(FROM, flow, "HO naam opleiding")]
    return part in ("techniek", "natuur")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_holds_its_truth(seed: int, entrants: list[Path], tmp_path: Path) -> None:
    planted = planted_flows(seed, 2023)
    facts = opened(planted, entrants, tmp_path)
    graduates = sum(flow.count for flow in planted[TO])
    gone: Counter[str] = Counter()
    schools: Counter[str] = Counter()
    for flow in planted[TO]:
        gone[cell(TO, flow, "Bestemming onderwijssoort")] += flow.count
        schools[cell(TO, flow, "Herkomst BRIN")] += flow.count
    shown = {name: figure(facts, name)[""] for name in DESTINATIONS}
    for name, word in DESTINATIONS.items():
        holds(shown[name], gone[word], graduates)
        for school, one in figure(facts, name, "school").items():
            assert one.denominator
            assert one.denominator.low <= schools[school] <= one.denominator.high
    for end in ("low", "high"):  # what is hidden is hidden once: parts make the whole
        parts = [getattr(one.numerator, end) for one in shown.values()]
        assert sum(parts) == getattr(shown["vo_to_mbo_share"].denominator, end)
    of_school: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for flow in planted[FROM]:
        if cell(FROM, flow, "Herkomst onderwijssoort") not in ("mbo", "hbo"):
            all_of[cell(FROM, flow, "Herkomst BRIN")] += flow.count
            of_school[cell(FROM, flow, "Herkomst BRIN")] += flow.count * technical(flow)
    holds(figure(facts, "vo_to_technical_share")[""], of_school.total(), all_of.total())
    for school, one in figure(facts, "vo_to_technical_share", "school").items():
        if one.numbered:
            holds(one, of_school[school], all_of[school])
        else:
            assert one.reason == "too_little_told"
    mbo = [f for f in planted[FROM] if cell(FROM, f, "Herkomst onderwijssoort") == "mbo"]
    truly = sum(f.count for f in mbo if technical(f))
    holds(figure(facts, "mbo_to_technical_share")[""], truly, sum(f.count for f in mbo))
    holds(figure(facts, "stays_in_region_share")[""], *staying(planted[TO]))


def staying(flows: Iterable[PlantedFlow]) -> tuple[int, int]:
    """Return who goes on in the invented region, and who goes on: all its towns are in it."""
    on = [f for f in flows if cell(TO, f, "Bestemming onderwijssoort") in FURTHER]
    return sum(f.count for f in on), sum(f.count for f in on)


@pytest.mark.parametrize("seed", SEEDS[:5])
def test_no_published_sums_narrow_a_hidden_cell(
    seed: int, entrants: list[Path], tmp_path: Path
) -> None:
    """Who has every figure, and knows which cells are hidden, still finds 1 and 4 in each."""
    planted = planted_flows(seed, 2023)
    facts = opened(planted, entrants, tmp_path)
    hidden = [flow for flow in planted[TO] if 0 < flow.count < 5]
    rows, bounds = [], []
    for indicator, by in ((name, by) for name in _WORDS for by in ((), ("school",))):
        for name, one in figure(facts, indicator, *by).items():
            if not one.numbered:
                continue
            for count, words in ((one.numerator, _WORDS[indicator]), (one.denominator, _ALL)):
                inside = list(cells_of(planted[TO], name, words))
                known = sum(flow.count for flow in inside if flow.count >= 5)
                assert count
                rows.append([float(any(flow is one for one in inside)) for flow in hidden])
                bounds.append((count.low - known, count.high - known))
    told = np.array(rows)
    limits = np.array([high for _, high in bounds] + [-low for low, _ in bounds])
    for at in range(0, len(hidden), max(1, len(hidden) // 12)):
        for sign, extreme in ((1.0, 1), (-1.0, 4)):
            aim = np.zeros(len(hidden))
            aim[at] = sign
            found = linprog(aim, np.vstack([told, -told]), limits, bounds=(1, 4))
            assert found.status == 0
            assert round(sign * found.fun, 6) == extreme


#: Indicator -> the words of who is in its part; ``_ALL`` is everybody.
_ALL = frozenset(
    {"vo", "mbo", "hbo", "wo", "overig bekostigd onderwijs", "geen bekostigd onderwijs"}
)
_WORDS = {name: frozenset({word}) for name, word in DESTINATIONS.items()} | {
    "vo_destination_share": frozenset({"mbo", "hbo", "wo"}),
    "vo_to_higher_share": frozenset({"hbo", "wo"}),
}


def cells_of(
    flows: Iterable[PlantedFlow], school: str, words: frozenset[str]
) -> Iterator[PlantedFlow]:
    """Yield the cells of a school (empty: of all) whose destination is one of these words."""
    for flow in flows:
        told = cell(TO, flow, "Bestemming onderwijssoort") in words
        if told and school in ("", cell(TO, flow, "Herkomst BRIN")):
            yield flow


def relation(text: str, out: Path) -> Any:
    out.mkdir(exist_ok=True)
    path = out / "file.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    parse.parse_file(str(path), str(out), "stroom-2023.csv", "00", None, None)
    return duckdb.read_parquet(str(out / "observations.parquet"))


def stage(indicator: str) -> models.Stage:
    return registry.indicators()[indicator].stages["default"]


@pytest.mark.parametrize("seed", range(20))
def test_who_stays_is_told_by_the_area_of_the_school(seed: int, tmp_path: Path) -> None:
    """With real towns: two of Twente, one elsewhere; hidden ends are in no place."""
    names = {"Oefenveen": "Enschede", "Proefwolde": "Hengelo", "Schetshoven": "Zwolle"}
    planted = planted_flows(seed, 2023)[TO]
    truth: Counter[str] = Counter()
    for flow in planted:
        kind = cell(TO, flow, "Bestemming onderwijssoort")
        here = names.get(cell(TO, flow, "Herkomst gemeentenaam onderwijslocatie"), "")
        there = names.get(cell(TO, flow, "Bestemming gemeentenaam onderwijslocatie"), "")
        if kind in FURTHER and here in ("Enschede", "Hengelo"):
            truth["yes" if there in ("Enschede", "Hengelo") else "no"] += flow.count
    text = flows_text(TO, planted)
    for old, new in names.items():
        text = text.replace(f";{old};", f";{new};")
    rows = arranged(
        relation(text, tmp_path), stage("stays_in_region_share"), ProgrammeLists, duckdb
    )
    found = {
        stays: Count(int(low), int(high))
        for stays, low, high in rows.filter("municipality in ('GM0153', 'GM0164')")
        .filter(f"far_kind in {FURTHER}")
        .aggregate("stays, sum(low), sum(high)")
        .fetchall()
    }
    yes = found.get("yes", Count(0))
    no = found.get("no", Count(0))
    hidden = found[None]
    assert hidden.high > hidden.low > 0
    assert yes.low <= truth["yes"] <= yes.high + hidden.high
    assert no.low <= truth["no"] <= no.high + hidden.high


def test_a_town_that_merged_stays_in_what_it_became(tmp_path: Path) -> None:
    text = flows_text(TO, planted_flows(1, 2023)[TO])
    text = text.replace(";Oefenveen;", ";Heerhugowaard;").replace(";Proefwolde;", ";Dijk en Waard;")
    rows = arranged(
        relation(text, tmp_path), stage("stays_in_region_share"), ProgrammeLists, duckdb
    )
    pairs = rows.filter("stays is not null and municipality in ('GM0398', 'GM1980')")
    crossed = pairs.filter("far_municipality in ('GM0398', 'GM1980')").aggregate("stays, count(*)")
    assert [word for word, _ in crossed.fetchall()] == ["yes"]


def test_unknown_words_are_on_both_sides(tmp_path: Path) -> None:
    """A word in no list, or hbo and wo in one word, is nobody's and not "no funded education"."""
    planted = planted_flows(3, 2023)
    text = flows_text(TO, planted[TO]).replace(";geen bekostigd onderwijs;", ";elders;")
    text = text.replace(";wo;", ";ho;")
    store = Store(tmp_path / "data")
    kept(store, "bestemming-2023.csv", text.encode("utf-8-sig"), tmp_path)
    facts = ClassifiedCounts(store)
    for name in ("vo_no_funded_share", "vo_to_hbo_share", "vo_to_wo_share"):
        one = figure(facts, name)[""]
        assert one.low is not None and one.high is not None and one.high - one.low > 0.05, name
    nobody = figure(facts, "vo_no_funded_share")[""]
    assert nobody.numerator and nobody.numerator.low == 0


@pytest.mark.parametrize("word", ["mbo", "havo"])
def test_who_comes_from_a_kind_in_no_list_may_come_from_mbo_or_not(
    word: str, entrants: list[Path], tmp_path: Path
) -> None:
    """Half of those of one kind are called otherwise: the bounds hold the truth of all of mbo."""
    planted = planted_flows(4, 2023)
    at = HEADERS[FROM].index("Herkomst onderwijssoort")
    mbo = [f for f in planted[FROM] if f.cells[at] == "mbo"]
    renamed = {id(flow) for flow in [f for f in planted[FROM] if f.cells[at] == word][::2]}
    planted[FROM] = [
        PlantedFlow((*f.cells[:at], f"{word} flex", *f.cells[at + 1 :]), f.count)
        if id(f) in renamed
        else f
        for f in planted[FROM]
    ]
    facts = opened(planted, entrants, tmp_path)
    truly = sum(flow.count for flow in mbo if technical(flow))
    holds(figure(facts, "mbo_to_technical_share")[""], truly, sum(flow.count for flow in mbo))


def test_programmes_of_an_invented_region_say_nothing_of_real_ones(
    entrants: list[Path], tmp_path: Path
) -> None:
    store = Store(tmp_path / "data")
    for path in entrants:
        kept(store, path.name, path.read_bytes(), tmp_path)
    facts = ClassifiedCounts(store)
    assert facts.programme_lists(example=True).anywhere
    assert not facts.programme_lists(example=False).anywhere


def test_what_stays_does_not_follow_from_which_regions_have_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = _areas()
    wide = registry.regions()["twente"].model_copy(
        update={"municipalities": dict.fromkeys(["GM0153", "GM0193", "GM0363"])}
    )
    regions = {**registry.regions(), "oost": wide}
    monkeypatch.setattr(registry, "regions", lambda: regions)
    assert _areas() == before
    assert before["GM0153"] == before["GM0164"] != before["GM0193"]
    assert before["GM9901"] == "voorbeeld"


def test_an_indicator_says_all_the_sources_it_rests_on() -> None:
    """Its own, that of everybody, and the lists: what is exported and when it is counted again."""
    assert sources_of(registry.indicators()["vo_to_technical_share"]) == {TO, FROM, *SOURCES}
    assert sources_of(registry.indicators()["vo_to_mbo_share"]) == {TO}


@pytest.mark.parametrize(
    ("part", "whole", "everybody", "expected"),
    [
        ((10, 10), (30, 30), (50, 50), (Count(10, 30), "bounded", 0.2, 0.6)),
        ((10, 10), (50, 50), (50, 50), (Count(10), "ok", 0.2, 0.2)),
        ((10, 10), (50, 50), (47, 50), (Count(10), "bounded", 0.2, 0.2)),
        ((10, 10), (51, 51), (47, 50), (None, "totals_disagree", None, None)),
        ((0, 4), (0, 30), (50, 50), (None, "too_little_told", None, None)),
    ],
)
def test_everybody_bounds_the_part(
    part: tuple[int, int],
    whole: tuple[int, int],
    everybody: tuple[int, int],
    expected: tuple[object, ...],
) -> None:
    """The third: an exact sum of what one file tells narrows no hidden cell of the other."""
    told = Figure(
        "x", "2023-2024", "twente", "bounded", numerator=Count(*part), denominator=Count(*whole)
    )
    of_all = Figure("y", "2022-2023", "twente", "bounded", numerator=Count(*everybody))
    (found,) = bounded_by([told], [of_all])
    word = found.reason if found.status == "missing" else found.status
    assert (found.numerator, word, found.low, found.high) == expected
    assert found.denominator in (None, of_all.numerator)


def test_more_told_than_there_are_is_said(entrants: list[Path], tmp_path: Path) -> None:
    """Two files that disagree give no figure, and the reason."""
    planted = planted_flows(5, 2023)
    planted[FROM] = [PlantedFlow(f.cells, f.count * 3) for f in planted[FROM]]
    facts = opened(planted, entrants, tmp_path)
    one = figure(facts, "vo_to_technical_share")[""]
    assert (one.status, one.reason) == ("missing", "totals_disagree")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({TO}, "source_not_read"),
        ({FROM, "lists"}, "everybody_not_known"),
        ({TO, FROM}, "programmes_not_listed"),
    ],
)
def test_without_a_file_it_is_said_which(
    files: set[str], reason: str, entrants: list[Path], tmp_path: Path
) -> None:
    """Without lists of programmes, of no programme is known whether it is technical."""
    planted, store = planted_flows(5, 2023), Store(tmp_path / "data")
    for path in entrants if "lists" in files else ():
        kept(store, path.name, path.read_bytes(), tmp_path)
    for layout in files - {"lists"}:
        name = f"{'bestemming' if layout == TO else 'herkomst-hoger-onderwijs'}-2023.csv"
        kept(store, name, flows_text(layout, planted[layout]).encode("utf-8-sig"), tmp_path)
    facts = ClassifiedCounts(store)
    one = figure(facts, "vo_to_technical_share")[""]
    assert (one.status, one.reason) == ("missing", reason)


def test_a_figure_names_all_the_files_it_rests_on(entrants: list[Path], tmp_path: Path) -> None:
    facts = opened(planted_flows(7, 2023), entrants, tmp_path)
    one = figure(facts, "vo_to_technical_share")[""]
    sources = {stored.source for sha in one.sources if (stored := facts.store.get(sha))}
    assert sources == {TO, FROM, "duo_hbo_entrants", "duo_wo_entrants"}


def test_a_programme_is_never_guessed() -> None:
    lists = ProgrammeLists()
    lists.add(
        [
            ("98AA", "Hogeschool A", "B Kunst en Techniek", "taal_en_cultuur"),
            ("98AB", "Hogeschool B", "B Kunst en Techniek", "techniek"),
            ("98AA", "Hogeschool A", "B HBO-ICT", "techniek"),
            ("98AC", "Hogeschool C", "B Recht", "recht"),
            ("98AC", "Hogeschool C", "B Recht", "economie"),
            ("98AD", "Hogeschool D", "B Zorg", "iets dat geen onderdeel is"),
        ]
    )
    assert lists.field(("98AB", None), "B Kunst en Techniek") == "techniek"
    assert lists.field((None, "HOGESCHOOL A"), "b kunst en techniek ") == "taal_en_cultuur"
    assert lists.field((None, "Elders"), "B HBO-ICT") == "techniek"
    assert lists.field((None, "Elders"), "B Kunst en Techniek") is None, "lists do not agree"
    assert lists.field(("98AC", None), "B Recht") is None, "one list does not agree with itself"
    for name in ("HBO-ICT", "B HBO-ICT flex", "", None):
        assert lists.field(("98AA", "Hogeschool A"), name) is None
    assert lists.field(("98AD", None), "B Zorg") is None


def test_lists_come_from_the_files_that_were_read(entrants: list[Path], tmp_path: Path) -> None:
    assert set(SOURCES) <= set(registry.sources())
    store = Store(tmp_path / "data")
    for path in entrants:
        kept(store, path.name, path.read_bytes(), tmp_path)
    lists = programme_lists(store, example=True)
    for study in example_studies("small"):
        expected = study.part.replace(" ", "_")
        assert lists.field((None, study.name), study.programme) == expected


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_observations_leave_with_their_far_end_beside_those_that_have_none(
    kind: str, tmp_path: Path
) -> None:
    write_flows(tmp_path / "flows")
    write_example(tmp_path / "files")
    flow = tmp_path / "flows" / "bestemming-voortgezet-onderwijs-gediplomeerden-2023.csv"
    for path in (flow, next((tmp_path / "files").glob("08-*"))):
        read(path, data=tmp_path / "data")
    out = tmp_path / f"all.{kind}"
    counted = export_observations(out, kind, Store(tmp_path / "data"))
    rows = duckdb.read_csv(str(out)) if kind == "csv" else duckdb.read_parquet(str(out))
    ways = dict(rows.aggregate("way, count(*)", "way").fetchall())
    assert set(ways) == {"to", None}
    assert sum(ways.values()) == counted["rows"]
    alone = tmp_path / f"one.{kind}"
    export_observations(alone, kind, Store(tmp_path / "data"), "duo_mbo_students")
    one = duckdb.read_csv(str(alone)) if kind == "csv" else duckdb.read_parquet(str(alone))
    assert "way" not in one.columns


def test_a_row_without_a_count_leaves_no_total(tmp_path: Path) -> None:
    planted = planted_flows(2, 2023)
    lines = flows_text(TO, planted[TO]).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("90AA") and ";mbo;" in line)
    lines[at] = lines[at].rpartition(";")[0] + ";"
    store = Store(tmp_path / "data")
    kept(store, "bestemming-2023.csv", "\r\n".join([*lines, ""]).encode("utf-8-sig"), tmp_path)
    one = figure(ClassifiedCounts(store), "vo_to_mbo_share")[""]
    assert (one.status, one.reason) == ("missing", "measure_not_in_file")
