"""What tells of setbacks of a few pupils has no figure of one school, whatever the way out."""

import csv
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instroom.core.errors import PrivacyError
from instroom.core.places import LEVELS, level_of
from instroom.core.quantities import Count
from instroom.core.series import Figure, Series
from instroom.definitions import lowest_places, models, registry
from instroom.monitoring import explanation, questions
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.privacy.published import RULES, publish, stored
from instroom.reports import results, site, withheld
from instroom.reports.files import export_observations, figures_csv
from unit.monitoring.small import AMSTERDAM, ENSCHEDE, HENGELO, Table, address, published, store
from unit.privacy.narrow import ALMELO, BORNE, NARROW, OLDENZAAL, tables

#: Schools with a number that stands nowhere else, so that it is found wherever it goes.
SCHOOLS = {
    "00AA00": (ENSCHEDE, 7, 1453),
    "00AB00": (ENSCHEDE, 9, 1481),
    "00AG00": (ENSCHEDE, 13, 1487),
    "00AC00": (HENGELO, 11, 1559),
    "00AE00": (OLDENZAAL, 19, 1571),
    "00AF00": (BORNE, 23, 1579),
    "00AH00": (BORNE, 29, 1583),
    "00AJ00": (ALMELO, 31, 1597),
    "00AK00": (ALMELO, 37, 1601),
    "00AL00": (ALMELO, 41, 1607),
    "00AD00": (AMSTERDAM, 17, 1627),
}
#: Municipality -> whether it has three schools, so that it is shown.
SHOWN = {ENSCHEDE: True, ALMELO: True, BORNE: False, OLDENZAAL: False, HENGELO: False}
BOARD = "BG12345"


def test_what_ships_with_a_lowest_place_is_shown_for_municipalities_at_the_lowest() -> None:
    lowest = {i.id: i.lowest_place for i in registry.indicators().values()}
    assert {name for name, place in lowest.items() if place != "school"} == {
        "early_leavers",
        "vo_repeaters",
        "vo_moves_down",
        "structural_cooperation_share",
        "any_cooperation_share",
    }
    assert {i.lowest_place for i in NARROW} == {"municipality"}


@pytest.fixture
def facts(tmp_path: Path) -> ClassifiedCounts:
    lists = [address(code, town, town) for code, (town, _, _) in SCHOOLS.items()]
    made = tables(SCHOOLS, board=BOARD)
    return store(tmp_path, *made, Table("duo_school_addresses", companion=lists))


def narrow(figure: Any, indicator: models.Indicator) -> bool:
    row = figure.to_dict() if isinstance(figure, Figure) else figure
    level = level_of(row["place"], row["by"])
    return LEVELS.index(level) > LEVELS.index(indicator.lowest_place)


PLACES = ("twente", "nl", ENSCHEDE, HENGELO, BOARD, "00AA00", "00AA")
BREAKDOWNS = [(), *itertools.permutations(["municipality", "board", "school"], 1)]
BREAKDOWNS += list(itertools.permutations(["municipality", "board", "school"], 2))


ASKED = [(i, by) for i in NARROW for by in BREAKDOWNS if set(by) <= set(i.breakdowns)]


@pytest.mark.parametrize(("indicator", "by"), ASKED, ids=[f"{i.id}-{by}" for i, by in ASKED])
def test_no_question_is_answered_with_a_figure_of_a_lower_place(
    facts: ClassifiedCounts, indicator: models.Indicator, by: tuple[str, ...]
) -> None:
    asked = IndicatorQuery(indicator.id, PLACES, by)
    before = [f for f in series(asked, facts).figures if f.numbered and narrow(f, indicator)]
    if by != ("municipality",):
        assert before, "there is something to hide"
    found = questions.ask(asked, facts).figures
    lower = [f for f in found if narrow(f, indicator)]
    assert all(f.low is None and f.numerator is None and f.denominator is None for f in lower)
    told = [f for f in lower if f.status == "protected"]
    assert {f.reason for f in told} <= {f"not_below_{indicator.lowest_place}"}
    assert len(told) >= len(before)
    wide = [f for f in found if f.place == "twente" and not f.by]
    assert by or [f.numerator for f in wide] == [
        Count(sum(few for town, few, _ in SCHOOLS.values() if town in SHOWN))
    ], "the region stays"


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_a_municipality_with_one_school_or_two_is_those_schools(
    facts: ClassifiedCounts, indicator: models.Indicator
) -> None:
    found = {f.place: f for f in published(facts, indicator.id, *SHOWN).figures}
    parts = {
        dict(f.by)["municipality"]: f
        for f in published(facts, indicator.id, "twente", by=("municipality",)).figures
    }
    for town, shown in SHOWN.items():
        few = sum(number for place, number, _ in SCHOOLS.values() if place == town)
        for figure in (found[town], parts[town]):
            said = (figure.numerator, figure.reason)
            assert said == ((Count(few), None) if shown else (None, "few_schools"))


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_nothing_of_one_school_is_computed_drawn_stored_or_packed(
    facts: ClassifiedCounts, indicator: models.Indicator, tmp_path: Path
) -> None:
    secret = {str(n) for _, few, _ in SCHOOLS.values() for n in (few,)}
    made = results.compute_results("twente", facts)
    made = replace(made, published=made.published.only(lambda s: s.indicator == indicator.id))
    built = site.build(made)
    for figure in built.figures:
        assert not (narrow(figure, indicator) and figure["numerator"] is not None), figure["id"]
    places = {*SCHOOLS, BOARD} - {"00AD00"}
    if "school" in indicator.breakdowns:
        assert places <= set(made.places), "they have a page"
    for page in built.documents:
        if page["key"] in {f"place/{code}" for code in places}:
            assert indicator.id not in json.dumps(page.get("blocks")), page["key"]
    named = [name for name in built.pictures if name.startswith(indicator.id)]
    assert not [name for name in named if any(code in name for code in places)]
    rows = list(csv.DictReader(io.StringIO(figures_csv(built.figures).decode("utf-8-sig"))))
    held = [r for r in rows if r["place"] in places]
    assert bool(held) == ("school" in indicator.breakdowns)
    assert not secret & {r["numerator_low"] for r in held}
    results.save(made, tmp_path / "package")
    again = results.load(tmp_path / "package")
    assert not [f for f in again.published.figures if f.numbered and narrow(f, indicator)]


def test_a_package_from_before_is_refused() -> None:
    low = Figure(
        NARROW[0].id, "2020-2021", "00AA00", "ok", value=0.1, low=0.1, high=0.1,
        numerator=Count(1), denominator=Count(10),
    )  # fmt: skip
    before = publish([Series(low.indicator, "pupils", (low,), open_data=True, audience="public")])
    assert before.figures == (low,), "as long as nobody said what the lowest place is"
    now = replace(before.series[0], lowest_place="municipality")
    with pytest.raises(PrivacyError) as refused:
        stored([now], before.digest, RULES)
    assert refused.value.code == "place_too_narrow"


@pytest.mark.parametrize("indicator", NARROW, ids=lambda i: i.id)
def test_explaining_a_figure_tells_no_number_of_it(
    facts: ClassifiedCounts, indicator: models.Indicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation, "recomputed_figure", lambda name, *_: _asked(name, facts))
    head = ".".join(filter(None, (indicator.id, indicator.default_classification)))
    told = explanation.explain(f"{head}:00AA00:2020-2021", data=facts.store.root)
    assert (told.value, told.recomputed, told.formula) == (None, None, "")
    assert told.reason == f"not_below_{indicator.lowest_place}"


def _asked(name: str, facts: ClassifiedCounts) -> Figure:
    question, _ = questions.parse_id(name)
    return next(f for f in questions.ask(question, facts).figures if f.id == name)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_observations_that_leave_tell_of_no_school(
    facts: ClassifiedCounts, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"out.{form}"
    counted = export_observations(out, form, facts.store)
    if form == "csv":
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    else:
        rows = pq.read_table(out).to_pylist()
    told = {told for indicator in NARROW for told in lowest_places.told_by(indicator)}
    assert not [r for r in rows if (r["source"], r["measure"]) in told and r["place"]]
    files = [
        row
        for table in tables(SCHOOLS)
        for row in table.rows
        if (table.source, row["measure"]) in told
    ]
    assert counted["withheld"] == len(files) >= len(NARROW) * len(SCHOOLS)
    assert counted["rows"] == len(rows) > 0


# --- what was kept before ----------------------------------------------------------------------


def old_row(place: str, **by: str) -> Any:
    return {
        "id": "x", "indicator": NARROW[0].id, "stage": None, "classification": None,
        "unit": "pupils", "example": False, "period": "2020-2021", "place": place, "by": by,
        "value": 0.1, "low": 0.1, "high": 0.1, "n": 10, "numerator": 1, "denominator": 10,
        "status": "ok", "reason": None, "sources": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (old_row("twente"), True),
        (old_row(ENSCHEDE), True),
        (old_row(BOARD), False),
        (old_row("00AA00"), False),
        (old_row("twente", school="00AA00"), False),
        ({**old_row("00AA00"), "indicator": "technical_profile_share"}, True),
    ],
)
def test_a_figure_of_an_older_release_follows_the_definitions_of_today(
    row: Any, shown: bool
) -> None:
    found = withheld.shown_row(row, JUDGED)
    assert (found == row) == shown
    assert shown or (found["numerator"], found["low"], found["status"]) == (None, None, "protected")


JUDGED = None


@pytest.mark.parametrize(
    ("place", "now", "reason"),
    [
        (ENSCHEDE, {"x": None}, None),
        (ENSCHEDE, {"x": "few_schools"}, "few_schools"),
        (ENSCHEDE, {}, "not_judged"),
        (ENSCHEDE, {"y": None}, "not_judged"),
        ("twente", {}, None),
        ("nl", {}, None),
        ("00AA00", {"x": None}, "not_below_municipality"),
        (BOARD, {"x": None}, "not_below_municipality"),
        ("no place at all", {"x": None}, "not_below_municipality"),
        ("", {"x": None}, "not_below_municipality"),
    ],
)
def test_an_older_figure_is_shown_as_far_as_it_is_known_to_be_wide(
    place: str, now: withheld.Now, reason: str | None
) -> None:
    """Of one institution or not: today's results know; a place that no list knows is hidden."""
    row = old_row(place)
    found = withheld.shown_row(row, now)
    assert found["reason"] == reason
    assert (found == row) if reason is None else found["denominator"] is None


def test_what_a_figure_is_broken_down_into_is_judged_too() -> None:
    row = old_row("twente", municipality=ENSCHEDE)
    assert withheld.shown_row(row, withheld.NOTHING_KNOWN)["reason"] == "not_judged"
    other = {**row, "indicator": "technical_profile_share"}
    assert withheld.shown_row(other, withheld.NOTHING_KNOWN) == other


def test_only_figures_that_may_be_of_one_institution_are_looked_up() -> None:
    doubtful = {f"early_leavers:{ENSCHEDE}:2014-2015", f"early_leavers:nl:x:municipality={HENGELO}"}
    others = {
        "early_leavers:twente:2014-2015", "early_leavers:00AA00:2014-2015",
        f"technical_profile_share.exam.cbs:{ENSCHEDE}:2018-2019", "early_leavers:?:2014-2015",
        "no_indicator:GM0153:2014-2015",
    }  # fmt: skip
    assert withheld.to_judge(doubtful | others) == doubtful


@pytest.mark.parametrize(
    ("status", "reason", "why"),
    [
        ("ok", None, None),
        ("bounded", None, None),
        ("protected", "few_schools", "few_schools"),
        ("missing", "no_records", "not_judged"),
        ("protected", None, "not_judged"),
    ],
)
def test_only_what_today_shows_opens_an_older_figure(
    status: str, reason: str | None, why: str | None
) -> None:
    row = {**old_row(ENSCHEDE), "status": status, "reason": reason}
    assert withheld.why_hidden(row) == why


def blocks_of(figures: list[str]) -> Iterator[dict[str, Any]]:
    for name in figures:
        yield {"kind": "figure", "method": {"figure": name, "parts": []}}
        yield {"kind": "figure", "method": {"figure": "", "parts": [{"figure": name}]}}


def test_a_page_of_an_older_release_loses_the_blocks_that_it_may_not_show() -> None:
    kept = ["early_leavers:twente:2014-2015", "technical_profile_share.exam.cbs:00AA00:2018-2019"]
    gone = ["early_leavers:00AA00:2014-2015", "early_leavers:twente:2014-2015:school=00AA00"]
    body = {"title": "x", "blocks": [*blocks_of(kept), *blocks_of(gone), {"kind": "text"}]}
    found = withheld.shown_document(body, JUDGED)
    assert found["blocks"] == [*blocks_of(kept), {"kind": "text"}]
    drawings = {
        "early_leavers-00AA00-nl-wide": "", "early_leavers-twente-nl-wide": "",
        "technical_profile_share-exam-monitor-00AA00-nl-wide": "",
    }  # fmt: skip
    assert set(drawings) - set(withheld.shown_drawings(drawings, judged=True)) == {
        "early_leavers-00AA00-nl-wide"
    }


def test_a_block_goes_wherever_in_it_a_hidden_figure_is_named() -> None:
    """A table, a map or a verdict names its figures in its own way."""
    name = f"early_leavers:{ENSCHEDE}:2014-2015"
    blocks = [
        {"kind": "verdicts", "groups": [{"rows": [{"figure": name}]}]},
        {"kind": "figure", "method": {"figure": "", "parts": [{"figure": name}]}},
        {"kind": "new", "cells": ({"deep": [name]},)},
    ]
    said = {"kind": "text", "paragraphs": [f"Zie {name}", "early_leavers", "early_leavers: nee"]}
    body = {"blocks": [*blocks, said]}
    assert withheld.ids_in(body) == {name}
    assert withheld.shown_document(body, JUDGED) == body
    assert withheld.shown_document(body, {name: None}) == body
    for now in (withheld.NOTHING_KNOWN, {name: "few_schools"}):
        assert withheld.shown_document(body, now)["blocks"] == [said]


@pytest.mark.parametrize(
    ("name", "judged", "older"),
    [
        ("early_leavers-twente-nl-wide", True, True),
        ("early_leavers-nl-cohort-de-narrow", True, True),
        ("early_leavers-PV23-nl-wide", True, True),
        ("early_leavers-twente-map-nl-wide", True, False),
        ("early_leavers-GM0183-nl-wide", True, False),
        ("early_leavers-twente-by_school-nl-wide", True, False),
        ("early_leavers-BG12345-nl-wide", False, False),
        ("early_leavers-00AA-nl-wide", False, False),
        ("early_leavers-00aa00-nl-wide", False, False),
        ("early_leavers.00AA00.nl.wide", False, False),
        ("early_leavers-twente-newstyle-nl-wide", True, False),
        ("vo_repeaters-default-twente-nl-wide", True, True),
        ("po_pupils-00AA00-nl-wide", True, True),
        ("claim-01_early-nl-wide", True, True),
    ],
)
def test_a_drawing_is_shown_when_its_name_is_known_to_be_wide_enough(
    name: str, judged: bool, older: bool
) -> None:
    for asked, shown in ((True, judged), (False, older)):
        assert bool(withheld.shown_drawings({name: ""}, judged=asked)) == shown, asked


def test_every_drawing_that_is_made_today_may_be_shown() -> None:
    """What hides an unknown name must know the names that there are."""
    _, jobs = site.documents(results.load(), "nl")
    names = {job.name: "" for job in jobs}
    assert any(name.startswith("early_leavers") for name in names)
    assert withheld.shown_drawings(names, judged=True) == names


@pytest.mark.parametrize("lacks", [(), ("place",), ("board",), ("place", "board")])
def test_an_observation_goes_when_any_column_names_a_narrow_place(lacks: tuple[str, ...]) -> None:
    (source, measure), lowest = next(iter(lowest_places.lowest_of(registry.indicators()).items()))
    assert lowest == "municipality"
    row = {"measure": measure, "municipality": ENSCHEDE, "board": BOARD, "place": "00AA00"}
    row |= dict.fromkeys(lacks)
    other = {**row, "measure": "something else", "place": "00AA00"}
    table = pa.Table.from_pylist([row, other])
    kept = withheld.shown_observations(table, source).to_pylist()
    assert kept == ([row, other] if len(lacks) == 2 else [other])
    assert withheld.shown_observations(table, "another_source").num_rows == 2
