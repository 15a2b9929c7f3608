"""The share that goes on after school: bounds hold the planted truth, doubt is on both sides."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from instroom.core.observations import tally
from instroom.core.series import Figure
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.sources.example_flows import HEADERS, PlantedFlow, flows_text, planted_flows
from instroom.sources.read import read
from instroom.sources.store import Store

LAYOUT = "duo_vo_destination"
KIND = HEADERS[LAYOUT].index("Bestemming onderwijssoort")
TOWN = HEADERS[LAYOUT].index("Herkomst gemeentenaam onderwijslocatie")
#: Indicator -> the words that count.
COUNTS = {
    "vo_destination_share": {"mbo", "hbo", "wo"},
    "vo_to_mbo_share": {"mbo"},
    "vo_to_higher_share": {"hbo", "wo"},
}


def figures(text: str, out: Path, indicator: str, *places: str, **asked: Any) -> list[Figure]:
    path = out / "bestemming-voortgezet-onderwijs-gediplomeerden-2023.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    found = read(path, data=out / "data")["files"]
    assert found[0]["status"] == "read"
    facts = ClassifiedCounts(Store(out / "data"))
    return list(series(IndicatorQuery(indicator, places, **asked), facts).figures)


@pytest.mark.parametrize("indicator", COUNTS)
@pytest.mark.parametrize("seed", range(6))
def test_the_truth_lies_within(seed: int, indicator: str, tmp_path: Path) -> None:
    planted = planted_flows(seed, 2023)[LAYOUT]

    def truth(chosen: list[PlantedFlow]) -> tuple[int, int]:
        part = sum(flow.count for flow in chosen if flow.cells[KIND] in COUNTS[indicator])
        return part, sum(flow.count for flow in chosen)

    text = flows_text(LAYOUT, planted)
    region, town = figures(text, tmp_path, indicator, "voorbeeld", "GM9902")
    here = [flow for flow in planted if flow.cells[TOWN] == "Proefwolde"]
    for figure, (part, whole) in ((region, truth(planted)), (town, truth(here))):
        assert (figure.status, figure.period) == ("bounded", "2022-2023")
        assert figure.low is not None and figure.high is not None
        assert figure.low <= part / whole <= figure.high
        assert figure.numerator and figure.numerator.low <= part <= figure.numerator.high
        assert figure.denominator and figure.denominator.low <= whole <= figure.denominator.high


def test_a_word_in_no_list_can_be_either(tmp_path: Path) -> None:
    planted = planted_flows(1, 2023)[LAYOUT]
    part = sum(flow.count for flow in planted if flow.cells[KIND] in ("mbo", "hbo", "wo"))
    whole = sum(flow.count for flow in planted)
    text = flows_text(LAYOUT, planted)
    (known,) = figures(text, tmp_path, "vo_destination_share", "voorbeeld")
    other = tmp_path / "other"
    other.mkdir()
    strange = text.replace(";hbo;", ";hbo flex;")
    (unsure,) = figures(strange, other, "vo_destination_share", "voorbeeld")
    assert unsure.low is not None and known.low is not None
    assert unsure.high is not None and known.high is not None
    assert unsure.low < known.low - 0.1
    assert unsure.low <= part / whole <= unsure.high <= 1
    assert unsure.high >= known.high


def test_a_row_without_a_count_leaves_no_figure(tmp_path: Path) -> None:
    lines = flows_text(LAYOUT, planted_flows(1, 2023)[LAYOUT]).splitlines()
    lines[5] = lines[5].rpartition(";")[0] + ";"
    text = "\r\n".join([*lines, ""])
    (figure,) = figures(text, tmp_path, "vo_destination_share", "voorbeeld")
    assert (figure.status, figure.reason) == ("missing", "measure_not_in_file")
    assert figure.numerator is None


def test_school_types_have_figures_of_their_own(tmp_path: Path) -> None:
    text = flows_text(LAYOUT, planted_flows(1, 2023)[LAYOUT])
    found = figures(text, tmp_path, "vo_to_mbo_share", "voorbeeld", by=("school_type",))
    shares = {dict(figure.by)["school_type"]: figure for figure in found if figure.low is not None}
    assert shares["vmbo"].low is not None and shares["havo"].high is not None
    assert shares["vmbo"].low > 0.75 > 0.25 > shares["havo"].high


def test_doubt_is_in_the_part_and_in_the_rest_and_never_adds_to_the_least() -> None:
    rows = [
        {"period": "p", "kind": kind, "status": "ok", "low": low, "high": high}
        for kind, low, high in (("a", 5.0, 5.0), ("b", 2.0, 3.0), ("?", 1.0, 4.0), (None, 7.0, 7.0))
    ]
    sums = tally(pa.Table.from_pylist(rows), ["period"], [{"kind": ["a"]}], {"kind": ["a", "b"]})
    (found,) = sums.rows(named=True)
    assert (found["part_low"], found["part_high"]) == (5, 5 + 4 + 7)
    assert (found["rest_low"], found["rest_high"]) == (2, 3 + 4 + 7)
