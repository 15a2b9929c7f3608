"""Planted flows: the bounds hold the truth, parts make the whole, and nobody is guessed."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from instroom.core.quantities import Count
from instroom.definitions import registry
from instroom.inflow.flows import FlowParts, FlowSide, flow_parts, goes_to, is_technical, stays_in
from instroom.inflow.programme_lists import SOURCES, ProgrammeLists, programme_lists
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
from instroom.sources.store import Store

SEEDS = range(12)
LISTED = [(s.brin, s.name, s.programme, s.part.replace(" ", "_")) for s in example_studies("small")]
CROHO = registry.classifications()["technical_ho/croho"]


def relation(layout: str, flows: Iterable[PlantedFlow], out: Path, text: str = "") -> Any:
    out.mkdir(exist_ok=True)
    path = out / "file.csv"
    path.write_bytes((text or flows_text(layout, flows)).encode("utf-8-sig"))
    parse.parse_file(str(path), str(out), "stroom-2023.csv", "00", None, None)
    return duckdb.read_parquet(str(out / "observations.parquet"))


def cell(layout: str, flow: PlantedFlow, name: str) -> str:
    return flow.cells[HEADERS[layout].index(name)]


def holds(parts: FlowParts, part: int, whole: int) -> None:
    """The truth lies within every bound: of the part, of everybody, of the share."""
    assert parts.whole is not None and parts.share is not None
    assert parts.whole.low <= whole <= parts.whole.high
    assert parts.part.low <= part <= parts.part.high + parts.unsure.high
    assert parts.share.low - 1e-12 <= part / whole <= parts.share.high + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_destinations_hold_their_truth_and_make_all_graduates(seed: int, tmp_path: Path) -> None:
    layout = "duo_vo_destination"
    planted = planted_flows(seed, 2023)[layout]
    rows = relation(layout, planted, tmp_path)
    truth: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for flow in planted:
        key = (cell(layout, flow, "Herkomst BRIN"), cell(layout, flow, "Herkomst onderwijssoort"))
        truth[key][cell(layout, flow, "Bestemming onderwijssoort")] += flow.count
    for word, kind in (("mbo", "mbo"), ("hbo", "hbo"), ("geen bekostigd onderwijs", "none")):
        found = flow_parts(rows, ["place", "school_type", "level"], ["far_kind"], goes_to([kind]))
        places: dict[str, Count] = defaultdict(lambda: Count(0))
        for (place, _, _), parts in found.items():
            assert parts.unsure == Count(0), "every kind is told, also of hidden ends"
            assert place and parts.whole
            places[place] = places[place] + parts.whole
        for place, whole in places.items():
            graduates = sum(sum(n.values()) for (brin, _), n in truth.items() if brin == place)
            assert whole.low <= graduates <= whole.high
        everybody = flow_parts(rows, [], ["far_kind"], goes_to([kind]))[()]
        total = sum(flow.count for flow in planted)
        holds(everybody, sum(n[word] for n in truth.values()), total)
    each = [
        flow_parts(rows, ["place"], ["far_kind"], goes_to([kind]))
        for kind in registry.codes()["further_kind"].codes
        if kind != "ho"
    ]
    for place in each[0]:
        parts = [found[place].part for found in each]
        whole = each[0][place].whole
        assert whole == Count(sum(p.low for p in parts), sum(p.high for p in parts))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_stays_lies_within_the_bounds(seed: int, tmp_path: Path) -> None:
    layout, kinds = "duo_vo_destination", ("mbo", "hbo", "wo")
    planted = planted_flows(seed, 2023)[layout]
    rows = relation(layout, planted, tmp_path)
    names = {"Oefenveen": "GM9901", "Proefwolde": "GM9902"}
    inside = whole = 0
    for flow in planted:
        if cell(layout, flow, "Bestemming onderwijssoort") in kinds:
            whole += flow.count
            town = cell(layout, flow, "Bestemming gemeentenaam onderwijslocatie")
            inside += flow.count * (town in names)
    judge = stays_in(names.values(), kinds)
    parts = flow_parts(rows, [], ["far_kind", "far_municipality"], judge)[()]
    holds(parts, inside, whole)
    assert parts.unsure.high > parts.unsure.low > 0, "hidden ends are in no place"


@pytest.mark.parametrize("seed", SEEDS)
def test_technical_programmes_hold_their_truth(seed: int, tmp_path: Path) -> None:
    layout = "duo_ho_origin"
    planted = planted_flows(seed, 2023)[layout]
    rows = relation(layout, planted, tmp_path)
    part_of = {(s.brin, s.programme): s.part for s in example_studies("small")}
    technical = sum(
        flow.count
        for flow in planted
        if part_of[cell(layout, flow, "HO BRIN"), cell(layout, flow, "HO naam opleiding")]
        in ("techniek", "natuur")
    )
    whole = sum(flow.count for flow in planted)
    columns = ["place", "place_name", "programme_name"]
    lists = ProgrammeLists()
    lists.add(LISTED)
    known = flow_parts(rows, [], columns, is_technical(lists, CROHO))[()]
    holds(known, technical, whole)
    assert known.unsure == Count(0)
    half = ProgrammeLists()
    half.add(row for row in LISTED if row[1] and row[1].startswith("Universiteit"))
    some = flow_parts(rows, [], columns, is_technical(half, CROHO))[()]
    holds(some, technical, whole)
    assert some.unsure.high > 0
    assert some.share and known.share
    assert some.share.low < known.share.low and some.share.high > known.share.high
    none = flow_parts(rows, [], columns, is_technical(ProgrammeLists(), CROHO))[()]
    assert none.share and (none.share.low, none.share.high) == (0, 1)


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


def test_lists_come_from_the_files_that_were_read(tmp_path: Path) -> None:
    assert set(SOURCES) <= set(registry.sources())
    for path in write_example(tmp_path / "files"):
        if "eerstejaars" in path.name:
            source = "duo_hbo_entrants" if "-hbo-" in path.name else "duo_wo_entrants"
            read(path, data=tmp_path / "data", source=source)
    lists = programme_lists(Store(tmp_path / "data"))
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
    layout = "duo_vo_destination"
    planted = planted_flows(2, 2023)[layout]
    lines = flows_text(layout, planted).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("90AA") and ";mbo;" in line)
    lines[at] = lines[at].rpartition(";")[0] + ";"
    rows = relation(layout, [], tmp_path, "\r\n".join([*lines, ""]))
    found = flow_parts(rows, ["place"], ["far_kind"], goes_to(["mbo"]))
    assert (found[("90AA",)].blanks, found[("90AA",)].whole, found[("90AA",)].share) == (
        1,
        None,
        None,
    )
    others = [parts for (place,), parts in found.items() if place != "90AA"]
    assert others and all(parts.share for parts in others)


def test_unknown_words_and_places_are_on_both_sides() -> None:
    both, one = goes_to(["hbo", "wo"]), goes_to(["wo"])
    assert (both("ho"), one("ho"), one("hbo")) == (FlowSide.PART, FlowSide.UNSURE, FlowSide.REST)
    assert both(None) is both("hbo flex") is FlowSide.UNSURE
    judge = stays_in(["GM0153"], ["mbo", "hbo"])
    assert judge("none", None) is judge("wo", "GM0153") is FlowSide.OUTSIDE
    assert judge("mbo", None) is judge("mbo", "BERGEN") is judge("?", "GM0153") is FlowSide.UNSURE
    assert (judge("ho", "GM0153"), judge("mbo", "GM0164")) == (FlowSide.PART, FlowSide.REST)
    assert FlowParts().share is None


def test_a_municipality_that_merged_stays_in_what_it_became() -> None:
    judge = stays_in(["GM1980"], ["mbo"])
    assert judge("mbo", "GM0398") is FlowSide.PART
