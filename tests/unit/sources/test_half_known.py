"""Files of flows: known by the columns that tell, unknown words told, nothing read as 0."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import SourceError
from instroom.definitions import registry
from instroom.sources import parse
from instroom.sources.evidence import spelled
from instroom.sources.example_flows import HEADERS, PlantedFlow, flows_text, planted_flows

LAYOUTS = list(HEADERS)
#: The columns that programs were seen to use: without one of them it is another file.
SEEN = {
    "duo_vo_destination": [
        "Herkomst gemeentenaam onderwijslocatie", "Bestemming onderwijssoort",
        "Bestemming naam instelling", "Bestemming gemeentenaam onderwijslocatie", "Aantal",
    ],
    "duo_mbo_origin": ["MBO naam instelling", "Herkomst onderwijssoort", "Aantal"],
    "duo_ho_origin": [
        "Herkomst naam instelling", "Herkomst onderwijssoort", "HO naam instelling",
        "HO naam opleiding", "Aantal",
    ],
}  # fmt: skip


def text_of(layout: str, seed: int = 1) -> str:
    return flows_text(layout, planted_flows(seed, 2023)[layout])


def read(text: str, out: Path, name: str = "stroom-2023.csv", source: str | None = None) -> Any:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    path = out.parent / "file.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return parse.parse_file(str(path), str(out), name, "00", source, None)


def observations(out: Path) -> list[dict[str, Any]]:
    return pq.read_table(out / "observations.parquet").to_pylist()


def columns(text: str) -> list[list[str]]:
    return [line.split(";") for line in text.splitlines()]


def joined(rows: list[list[str]]) -> str:
    return "".join(";".join(row) + "\r\n" for row in rows)


def without(text: str, name: str) -> str:
    rows = columns(text)
    at = rows[0].index(name)
    return joined([row[:at] + row[at + 1 :] for row in rows])


def warnings(receipt: Any) -> dict[str, tuple[int, str]]:
    return {w["code"]: (w["count"], str(w["message"])) for w in receipt["warnings"]}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_is_its_own_layout_and_its_header_is_told(layout: str, tmp_path: Path) -> None:
    receipt = read(text_of(layout), tmp_path / "out")
    assert (receipt["status"], receipt["source"], receipt["example"]) == ("read", layout, True)
    assert receipt["periods"] == ["2022-2023" if layout == "duo_vo_destination" else "2023-2024"]
    told = warnings(receipt)["header_met"]
    header = "; ".join([*HEADERS[layout], "Aantal"])
    assert told == (1, f"the header of this file: {header}")
    assert set(warnings(receipt)) <= {"header_met", "period_from_name"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_columns_seen_alone_are_enough(layout: str, tmp_path: Path) -> None:
    text = text_of(layout)
    for name in HEADERS[layout]:
        if name not in SEEN[layout]:
            text = without(text, name)
    # Rows that only a column left out told apart are one row here.
    rows = columns(text)
    sums = Counter(tuple(row[:-1]) for row in rows[1:])
    once = [row for row in rows[1:] if sums[tuple(row[:-1])] == 1]
    receipt = read(joined([rows[0], *once]), tmp_path / "out")
    assert (receipt["status"], receipt["source"]) == ("read", layout)


@pytest.mark.parametrize(
    ("layout", "name"), [(layout, name) for layout in LAYOUTS for name in SEEN[layout]]
)
@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_a_column_that_is_not_there_is_never_zero(
    layout: str, name: str, change: str, tmp_path: Path
) -> None:
    text = text_of(layout)
    changed = without(text, name) if change == "missing" else text.replace(name, "Q" + name, 1)
    header = changed.splitlines()[0].replace(";", "; ")
    receipt = read(changed, tmp_path / "out")
    assert receipt["status"] == "unknown"
    told = warnings(receipt)["unknown_layout"][1]
    assert header in told
    assert name == "Aantal" or name in told
    assert not (tmp_path / "out" / "observations.parquet").exists()


@pytest.mark.parametrize("columns_here", [["Aantal"], ["Jaar", "Gemeente", "Aantal"]])
def test_a_count_alone_makes_no_flow(columns_here: list[str], tmp_path: Path) -> None:
    rows = [columns_here, *([str(2000 + n), "x", str(n)][-len(columns_here) :] for n in range(9))]
    receipt = read(joined(rows), tmp_path / "out")
    assert receipt["status"] == "unknown"
    assert "resembles" not in str(receipt["warnings"])


def test_columns_of_a_known_form_are_read_and_others_named(tmp_path: Path) -> None:
    rows = columns(text_of("duo_vo_destination"))
    for row, more in zip(
        rows, ["Herkomst profielnaam;Kleur", *["N&T;rood"] * len(rows)], strict=False
    ):
        row[:] = more.split(";") + row
    receipt = read(joined(rows), tmp_path / "out")
    assert warnings(receipt)["columns_left_out"] == (1, "columns that were not used: Kleur")
    assert {row["profile"] for row in observations(tmp_path / "out")} == {"nt"}


def test_gender_and_the_code_of_a_municipality_are_read(tmp_path: Path) -> None:
    rows = columns(text_of("duo_vo_destination"))
    for row, more in zip(
        rows, [["Geslacht", "Herkomst gemeentecode"], *[["vrouw", "153"]] * len(rows)], strict=False
    ):
        row[:] = [*more, *row]
    receipt = read(joined(rows), tmp_path / "out")
    assert "columns_left_out" not in warnings(receipt)
    found = observations(tmp_path / "out")
    assert {(row["gender"], row["municipality"]) for row in found} == {("female", "GM0153")}


def test_a_form_that_two_columns_have_is_no_evidence() -> None:
    source = registry.sources()["duo_vo_destination"]
    two = spelled(["Herkomst profielnaam", "Herkomst profielcode"], source)
    assert two.columns["profile"].names == source.columns["profile"].names
    one = spelled(["Herkomst profielnaam"], source)
    assert one.columns["profile"].names[-1] == "Herkomst profielnaam"


def test_words_without_a_meaning_stay_and_are_told(tmp_path: Path) -> None:
    text = (
        text_of("duo_vo_destination").replace(";hbo;", ";hbo flex;").replace("Denkelo;", "Elders;")
    )
    receipt = read(text, tmp_path / "out")
    said = warnings(receipt)["words_without_meaning"][1]
    assert "Bestemming onderwijssoort: hbo flex" in said
    rows = observations(tmp_path / "out")
    assert {"hbo flex", "mbo", "none"} <= {row["far_kind"] for row in rows}
    assert {row["far_kind"] for row in rows if row["far_word"] == "hbo flex"} == {"hbo flex"}
    assert not any(row["far_municipality"] == "GM9905" for row in rows)


def test_a_code_of_another_form_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    text = text_of("duo_vo_destination").replace("\r\n90A", "\r\nvestiging 90A")
    receipt = read(text.replace("Herkomst BRIN", "Herkomst vestigingscode", 1), tmp_path / "out")
    assert receipt["status"] == "read"
    assert (
        "Herkomst vestigingscode: vestiging 90AA" in warnings(receipt)["words_without_meaning"][1]
    )


def test_hidden_ends_keep_their_kind_and_their_bounds(tmp_path: Path) -> None:
    planted = planted_flows(3, 2023)["duo_vo_destination"]
    read(flows_text("duo_vo_destination", planted), tmp_path / "out")
    rows = observations(tmp_path / "out")
    assert len(rows) == len(planted)
    hidden = 0
    for row, flow in zip(rows, planted, strict=True):
        assert row["low"] <= flow.count <= row["high"]
        assert row["way"] == "to"
        if row["status"] == "bounded":
            hidden += 1
            assert (row["low"], row["high"]) == (1, 4)
            assert row["far_place"] is row["far_name"] is row["far_municipality"] is None
        assert row["far_kind"]
    assert hidden > 10


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_that_are_the_same_are_refused_and_hidden_ones_are_not(
    layout: str, tmp_path: Path
) -> None:
    rows = columns(text_of(layout))
    hidden = next(row for row in rows if row[-1] == "<5")
    open_row = next(row for row in rows[1:] if row[-1] != "<5")
    read(joined([*rows, hidden]), tmp_path / "out")
    assert len(observations(tmp_path / "out")) == len(rows)
    for again in (open_row, [*open_row[:-1], "77"]):
        with pytest.raises(SourceError) as caught:
            read(joined([*rows, again]), tmp_path / "out")
        assert caught.value.code == "double_key"


@pytest.mark.parametrize(
    "word", ["Totaal", "TOTAAL ", "alle", "Totaal hbo", "Nederland", "Alle scholen"]
)
def test_totals_among_their_parts_are_refused(word: str, tmp_path: Path) -> None:
    for column in ("Kleur", "Geslacht", "Bestemming onderwijssoort"):
        rows = columns(text_of("duo_vo_destination"))
        if column not in rows[0]:
            rows = [
                [more, *row]
                for more, row in zip([column, *["man"] * len(rows)], rows, strict=False)
            ]
        rows[-1][rows[0].index(column)] = word
        with pytest.raises(SourceError) as caught:
            read(joined(rows), tmp_path / "out")
        assert caught.value.code == "totals_among_parts"
        assert (caught.value.where.row, caught.value.where.column) == (len(rows), column)


def test_a_name_that_begins_as_a_total_is_a_name(tmp_path: Path) -> None:
    text = text_of("duo_vo_destination").replace("ROC Voorbeeld Oefenveen", "Totaalbouw College")
    assert read(text.replace("Carré", "Alle Windstreken"), tmp_path / "out")["status"] == "read"


def test_a_blank_count_is_unknown_and_told(tmp_path: Path) -> None:
    rows = columns(text_of("duo_vo_destination"))
    rows[2][-1] = rows[3][-1] = ""
    receipt = read(joined(rows), tmp_path / "out")
    assert warnings(receipt)["blank_counts"][0] == 2
    blank = [row for row in observations(tmp_path / "out") if row["status"] == "missing"]
    assert [(row["low"], row["high"]) for row in blank] == [(None, None)] * 2


def test_the_year_of_the_row_goes_before_that_of_the_name(tmp_path: Path) -> None:
    receipt = read(text_of("duo_ho_origin"), tmp_path / "out", "herkomst-2019.csv")
    assert receipt["periods"] == ["2023-2024"]
    bare = read(without(text_of("duo_ho_origin"), "Jaar"), tmp_path / "out", "herkomst-2019.csv")
    assert bare["periods"] == ["2019-2020"]
    assert "period_from_name" in warnings(bare)
    none = read(without(text_of("duo_ho_origin"), "Jaar"), tmp_path / "out", "herkomst.csv")
    assert (none["periods"], "period_unknown" in warnings(none)) == ([], True)


@pytest.mark.parametrize("year", range(2020, 2025))
def test_every_year_is_fetched_by_its_own_address(year: int) -> None:
    for source in ("duo_vo_destination", "duo_mbo_origin"):
        where = registry.sources()[source].fetch
        assert where and year in where.years and "{year}" in where.path
    assert registry.sources()["duo_ho_origin"].fetch is None, "its address was never seen"


def misread(text: str, *, small: int, blank: int) -> int:
    """Add up counts as public programs do it: what is no number becomes a number."""
    cells = [row[-1] for row in columns(text)[1:]]
    return sum(
        {"<5": small, "": blank}.get(cell, 0) if not cell.isdigit() else int(cell) for cell in cells
    )


def test_both_ways_of_misreading_make_an_error_that_bounds_do_not(tmp_path: Path) -> None:
    """``<5`` as 0, and blanks as 0: how far the sum is off, in per cent; told in the how-to."""
    off, holes = [], []
    for seed in range(20):
        planted = planted_flows(seed, 2023)["duo_vo_destination"]
        truth = sum(flow.count for flow in planted)
        text = flows_text("duo_vo_destination", planted)
        off.append(100 * (misread(text, small=0, blank=0) / truth - 1))
        rows = columns(text)
        for row in rows[7::20]:  # one row in twenty without a count
            row[-1] = ""
        holes.append(100 * (misread(joined(rows), small=0, blank=0) / truth - 1))
        read(text, tmp_path / "out")
        kept = observations(tmp_path / "out")
        assert sum(r["low"] for r in kept) <= truth <= sum(r["high"] for r in kept)
    mean = [sum(found) / len(found) for found in (off, holes)]
    # As docs/explanation/onbekend-is-nooit-nul.md tells it.
    assert mean == pytest.approx([-8.4, -11.9], abs=0.05)
    assert max(off) < 0
    assert all(b < a for a, b in zip(off, holes, strict=True))


def test_a_planted_row_is_what_it_says() -> None:
    for layout, flows in planted_flows(5, 2021).items():
        assert flows
        for flow in flows:
            assert isinstance(flow, PlantedFlow)
            assert (len(flow.cells), flow.count > 0) == (len(HEADERS[layout]), True)
