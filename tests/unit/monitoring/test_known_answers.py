"""Known answers from the publishers' real files, some of them counted again without Instroom."""

import csv
from pathlib import Path
from typing import Any

import pytest

from instroom.core.quantities import Count
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.questions import ask

pytest_plugins = ("unit.monitoring.reading",)
pytestmark = pytest.mark.shared

OLD, NEW = "2018-2019", "2023-2024"
#: classification, place, period, numerator, denominator, share (five decimals).
PROFILES = [
    ("monitor", "twente", OLD, (1795, 1795), (3431, 3431), (0.52317, 0.52317)),
    ("cbs", "twente", OLD, (957, 957), (3431, 3431), (0.27893, 0.27893)),
    ("monitor", "nl", OLD, (45838, 45838), (93297, 93297), (0.49131, 0.49131)),
    ("cbs", "nl", OLD, (28069, 28069), (93297, 93297), (0.30086, 0.30086)),
    ("monitor", "twente", NEW, (1494, 1563), (3071, 3224), (0.47353, 0.49777)),
    ("cbs", "twente", NEW, (661, 724), (3071, 3224), (0.20911, 0.23101)),
    ("monitor", "nl", NEW, (38230, 40078), (85228, 89341), (0.43695, 0.46026)),
]
#: indicator, place, period, breakdown, low, high.
COUNTS: list[tuple[str, str, str, tuple[str, ...], int, int]] = [
    ("vo_pupils", "nl", "2016-2017", (), 1002338, 1002338),
    ("vo_pupils", "nl", "2019-2020", (), 956857, 956857),
    ("po_pupils", "twente", "1996-1997", (), 58833, 58836),
    ("po_pupils", "twente", "2010-2011", (), 61049, 61049),
    ("po_pupils", "twente", "2019-2020", (), 51182, 51182),
    ("po_pupils", "twente", "2025-2026", (), 47497, 47497),
    ("po_pupils", "twente", "1996-1997", ("kind",), 59265, 59292),
    ("po_pupils", "twente", "2010-2011", ("kind",), 66250, 66250),
    ("po_pupils", "twente", "2019-2020", ("kind",), 55523, 55523),
    ("po_pupils", "twente", "2025-2026", ("kind",), 52010, 52010),
]


@pytest.mark.parametrize(("kind", "place", "period", "part", "whole", "share"), PROFILES)
def test_technical_profile(
    real_facts: ClassifiedCounts,
    kind: str,
    place: str,
    period: str,
    part: tuple[int, int],
    whole: tuple[int, int],
    share: tuple[float, float],
) -> None:
    question = IndicatorQuery(
        "technical_profile_share", (place,), classification=kind, period=period
    )
    (figure,) = ask(question, real_facts).figures
    assert (figure.numerator, figure.denominator) == (Count(*part), Count(*whole))
    assert figure.low == pytest.approx(share[0], abs=5.1e-6)
    assert figure.high == pytest.approx(share[1], abs=5.1e-6)
    assert figure.status == ("ok" if part[0] == part[1] else "bounded")


@pytest.mark.parametrize(("indicator", "place", "period", "by", "low", "high"), COUNTS)
def test_pupils(
    real_facts: ClassifiedCounts,
    indicator: str,
    place: str,
    period: str,
    by: tuple[str, ...],
    low: int,
    high: int,
) -> None:
    found = ask(IndicatorQuery(indicator, (place,), by, period=period), real_facts).figures
    assert {f.status for f in found} <= {"ok", "bounded"}, "all are open figures"
    counts = [f.numerator for f in found if f.numerator]
    assert (sum(c.low for c in counts), sum(c.high for c in counts)) == (low, high)


@pytest.mark.parametrize(("transitions", "expected"), [(True, 290), (False, 127)])
def test_a_school_with_and_without_the_one_that_went_into_it(
    real_facts: ClassifiedCounts, transitions: bool, expected: int
) -> None:
    question = IndicatorQuery("po_pupils", ("03IC00",), period="2017-2018", transitions=transitions)
    (figure,) = ask(question, real_facts).figures
    assert figure.value == expected


def test_exams_are_counted_from_the_candidates_file_only(real_facts: ClassifiedCounts) -> None:
    question = IndicatorQuery("technical_profile_share", ("nl",), period=OLD)
    (figure,) = ask(question, real_facts).figures
    sources = {real_facts.store.get(sha).receipt["source"] for sha in figure.sources}
    assert sources == {"duo_exam_candidates"}
    read = {s.receipt["source"] for s in real_facts.files if OLD in s.receipt["periods"]}
    assert "duo_exam_results" in read, "the other layout is here too, and not added"


# --- counted again from the bytes, without any of our code -------------------------------------


def records(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def twente() -> set[str]:
    """Return the names of the municipalities; Hengelo as DUO writes it."""
    tiles: Any = registry.regions()["twente"].municipalities.values()
    names = {tile.name.upper() for tile in tiles}
    assert len(names) == 14
    return names - {"HENGELO"} | {"HENGELO OV", "HENGELO O"}


def test_exam_candidates_counted_again(shared_data: Path) -> None:
    path = shared_data / "duo/vo/examenkandidaten-en-geslaagden-2014-2019.csv"
    column = "EXAMENKANDIDATEN SCHOOLJAAR 2018-2019 - TOTAAL"
    mine, sums = twente(), dict.fromkeys(("nl", "twente"), (0, 0, 0))
    for record in records(path, "latin-1"):
        school_type, _, profile = record["OPLEIDINGSNAAM"].partition(" - ")
        if school_type not in ("HAVO", "VWO"):
            continue
        n = int(record[column])
        parts = {part.strip() for part in profile.split("/")}
        monitor = n if parts & {"N&T", "N&G"} else 0
        cbs = n if parts <= {"N&T", "N&G"} and "N&T" in parts else 0
        name = record["GEMEENTENAAM"].strip()
        for place in ("nl", *(["twente"] if name in mine or name == "HENGELO" else [])):
            a, b, c = sums[place]
            sums[place] = (a + monitor, b + cbs, c + n)
    assert sums == {"nl": (45838, 28069, 93297), "twente": (1795, 957, 3431)}


def test_bounded_exam_candidates_counted_again(shared_data: Path) -> None:
    path = shared_data / "duo/vo/duo_examen_raw_all.csv"
    column = "EXAMENKANDIDATEN SCHOOLJAAR 2023-2024 - TOTAAL"
    mine, sums = twente() | {"HENGELO"}, {"part": [0, 0], "rest": [0, 0]}
    for record in records(path, "utf-8"):
        school_type, _, profile = record["OPLEIDINGSNAAM"].partition(" - ")
        if school_type not in ("HAVO", "VWO") or record["GEMEENTENAAM"].strip() not in mine:
            continue
        kind = "part" if {p.strip() for p in profile.split("/")} & {"N&T", "N&G"} else "rest"
        low, high = (1, 4) if record[column] == "<5" else (int(record[column]),) * 2
        sums[kind][0] += low
        sums[kind][1] += high
    (part_low, part_high), (rest_low, rest_high) = sums["part"], sums["rest"]
    assert (part_low, part_high) == (1494, 1563)
    assert (part_low + rest_low, part_high + rest_high) == (3071, 3224)
    assert round(part_low / (part_low + rest_high), 5) == 0.47353
    assert round(part_high / (part_high + rest_low), 5) == 0.49777


def test_secondary_pupils_counted_again(shared_data: Path) -> None:
    path = shared_data / "duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv"
    everybody = sum(
        int(cell)
        for record in records(path, "latin-1")
        for name, cell in record.items()
        if name.startswith("LEER- OF VERBLIJFSJAAR ")
    )
    assert everybody == 956857


def test_primary_pupils_counted_again(shared_data: Path) -> None:
    name = "06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv"
    codes = {int(code[2:]) for code in registry.regions()["twente"].municipalities}
    mine = [
        r
        for r in records(shared_data / "duo/po" / name, "utf-8-sig")
        if int(r["GEMEENTECODE_VESTIGING"] or 0) in codes
    ]
    primary = [r for r in mine if r["SOORT_VESTIGING"] == "BO"]

    def cells(rows: list[dict[str, str]], year: int) -> tuple[int, int]:
        found = [r[f"LEERLINGEN_{year}"] for r in rows]
        digits = sum(int(cell) for cell in found if cell.isdigit())
        return digits, sum(cell == "<5" for cell in found)

    assert cells(primary, 1996) == (58832, 1)
    assert [cells(primary, year)[0] for year in (2010, 2019, 2025)] == [61049, 51182, 47497]
    digits, hidden = cells(mine, 1996)
    assert (digits + hidden, digits + 4 * hidden) == (59265, 59292)
    assert [cells(mine, year)[0] for year in (2010, 2019, 2025)] == [66250, 55523, 52010]
