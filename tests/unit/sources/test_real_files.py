"""Every publisher's file is recognised by its contents and counted as its README counts it."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from instroom.definitions import registry
from instroom.sources.read import read
from instroom.sources.store import Store

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("INSTROOM_SHARED") or ROOT.parent / "shared" / "data")
FOLDERS = ("duo", "cbs", "eurostat", "inspectie", "oecd", "geo")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (DATA / "duo").is_dir(),
        reason="the publishers' files are not here; INSTROOM_SHARED names their folder",
    ),
]

_TWENTE = (141, 147, 1774, 153, 158, 163, 164, 1735, 168, 173, 1742, 183, 1700, 189)
TWENTE = [f"GM{number:04d}" for number in _TWENTE]
ALL_2014 = [f"{year}-{year + 1}" for year in range(2014, 2019)]
ALL_2015 = [f"{year}-{year + 1}" for year in range(2015, 2020)]

#: file, source, rows, encoding, periods (first to last), rows in Twente where they can be told.
#: Three CBS files end in a source note, which the README counts and the contract does not.
FILES: list[tuple[str, str, int, str | None, list[str], int | None]] = [
    ("duo/vo/2016-01.csv", "duo_vo_pupils", 28362, "latin-1", ["2016-2017"], None),
    (
        "duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv",
        "duo_vo_pupils",
        24243,
        "latin-1",
        ["2019-2020"],
        None,
    ),
    (
        "duo/vo/examenkandidaten-en-geslaagden-2014-2019.csv",
        "duo_exam_candidates",
        13986,
        "latin-1",
        ALL_2014,
        569,
    ),
    (
        "duo/vo/duo_examen_raw_all.csv",
        "duo_exam_candidates",
        12782,
        "utf-8",
        [f"{year}-{year + 1}" for year in range(2019, 2024)],
        473,
    ),
    (
        "duo/vo/geslaagden-gezakten-en-cijfers-2018-2019.csv",
        "duo_exam_results",
        11694,
        "latin-1",
        ["2018-2019"],
        472,
    ),
    ("duo/vo/2016-07.csv", "duo_exam_results", 10435, "latin-1", ["2015-2016"], 426),
    (
        "duo/vo/examenkandidaten-havo-en-examencijfers-2018-2019.csv",
        "duo_subject_marks",
        12102,
        "latin-1",
        ["2018-2019"],
        462,
    ),
    ("duo/vo/05.csv", "duo_vo_moves", 1339, "latin-1", [], 52),
    ("duo/vo/alle-vestigingen-vo.csv", "duo_school_addresses", 1619, "latin-1", [], 62),
    ("duo/vo/vsv-per-swv-2015.csv", "duo_early_leavers", 1270, "ascii", ["2014-2015"], None),
    (
        "duo/po/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv",
        "duo_po_pupils",
        9737,
        "utf-8-sig",
        [f"{year}-{year + 1}" for year in range(1996, 2026)],
        390,
    ),
    (
        "duo/po/02.-alle-schoolvestigingen-basisonderwijs.csv",
        "duo_po_addresses",
        6122,
        "cp1252",
        [],
        237,
    ),
    ("duo/po/alle-vestigingen-bo.csv", "duo_po_addresses", 6268, "cp1252", [], 249),
    ("duo/po/po_addresses.csv", "duo_po_addresses", 6804, "latin-1", [], 270),
    (
        "duo/po/gemiddelde-eindscores-bo-sbo-2018-2019.csv",
        "duo_final_tests",
        6579,
        "latin-1",
        ["2018-2019"],
        259,
    ),
    (
        "duo/po/gemiddelde-afstand-tussen-woonadres-leerling-en-schoolvestiging-2019-2020.csv",
        "duo_home_distance",
        7301,
        "latin-1",
        ["2019-2020"],
        290,
    ),
    ("duo/po/opheffingsnorm_po.xlsx", "duo_school_norms", 390, None, [], 14),
    ("duo/mbo/mbo_inscriptions_2019.csv", "duo_mbo_students", 19229, "utf-8", ALL_2015, None),
    ("duo/ho/hbo_inscriptions_2019.csv", "duo_hbo_entrants", 3815, "ascii", ALL_2015, 128),
    ("duo/ho/wo_inscriptions_2019.csv", "duo_wo_entrants", 3225, "ascii", ALL_2015, 120),
    ("duo/ho/hbo_gediplomeerden_2019.csv", "duo_hbo_graduates", 3849, "ascii", ALL_2014, 122),
    ("duo/ho/wo_gediplomeerden_2019.csv", "duo_wo_graduates", 3367, "ascii", ALL_2014, 124),
    ("duo/ho/04-inschrijvingen-hbo-2019.csv", "duo_hbo_enrolments", 4174, "ascii", ALL_2015, 133),
    (
        "duo/ho/wo_inges_ho.csv",
        "duo_wo_enrolments",
        4609,
        "utf-8-sig",
        [f"{year}-{year + 1}" for year in range(2010, 2020)],
        154,
    ),
    ("duo/ho/01-instellingen-hbo-en-wo.csv", "duo_ho_institutions", 54, "latin-1", [], 2),
    ("duo/brin/OVERGANGEN_20250113.csv", "duo_brin_transitions", 8785, "utf-8-sig", [], None),
    (
        "duo/excerpts/excerpt_geslaagden-gezakten-en-cijfers-2024-2025.csv",
        "duo_exam_results",
        31,
        "ascii",
        ["2024-2025"],
        31,
    ),
    (
        "duo/excerpts/excerpt_04-leerlingen-bo-sbo-schooladviezen-2024-2025.csv",
        "duo_school_advice",
        8,
        "utf-8",
        ["2024-2025"],
        6,
    ),
    (
        "inspectie/toezichtkaarten_2012.csv",
        "inspectie_cards_2012",
        1169,
        "latin-1",
        ["2012"],
        None,
    ),
    (
        "cbs/achterstandsscores-scholen-2019.xlsx",
        "cbs_disadvantage_scores",
        6295,
        None,
        ["2019-2020"],
        None,
    ),
    (
        "cbs/schoolweging-2017-2019.xlsx",
        "cbs_school_weights",
        6252 + 6267 + 6285,
        None,
        ["2017-2018", "2018-2019", "2019-2020"],
        None,
    ),
    (
        "cbs/03759ned_UntypedDataSet_05022020_161839.csv",
        "cbs_03759ned",
        6912,
        "utf-8-sig",
        [str(year) for year in range(1988, 2020)],
        None,
    ),
    ("cbs/03759ned_metadata.csv", "cbs_odata_metadata", 1043, "utf-8-sig", [], None),
    (
        "cbs/70072ned_UntypedDataSet_29122019_191739.csv",
        "cbs_70072ned",
        300,
        "utf-8-sig",
        [str(year) for year in range(1995, 2020)],
        None,
    ),
    ("cbs/edu_current-71450NED.csv", "cbs_71450ned", 16632, "utf-8-sig", ["2019-2020"], None),
    (
        "cbs/83958NED_UntypedDataSet_19062020_173456.csv",
        "cbs_localities",
        2501,
        "utf-8-sig",
        [],
        67,
    ),
    ("cbs/83958NED_metadata.csv", "cbs_odata_metadata", 2513, "utf-8-sig", [], None),
    ("cbs/Gebieden_in_Nederland_2019.csv", "cbs_areas", 355, "latin-1", ["2019"], 14),
    (
        "cbs/Regionale_kerncijfers_Nederland_2019.csv",
        "cbs_key_figures",
        722,
        "latin-1",
        ["2019"],
        14,
    ),
    ("cbs/gm_changes_before_2018.csv", "cbs_municipality_changes", 1072, "latin-1", [], None),
    (
        "eurostat/educ_uoe_grad02.tsv",
        "eurostat_educ_uoe_grad02",
        133445,
        "ascii",
        ["2013", "2014", "2015"],
        None,
    ),
    (
        "eurostat/jvs_a_nace2.tsv",
        "eurostat_jvs_a_nace2",
        70949,
        "ascii",
        [str(year) for year in range(2008, 2016)],
        None,
    ),
    (
        "eurostat/trng_lfse_04.tsv",
        "eurostat_trng_lfse_04",
        1455,
        "ascii",
        [str(year) for year in range(2000, 2016)],
        None,
    ),
    (
        "eurostat/estat_educ_uoe_enrt02.csv",
        "eurostat_educ_uoe_enrt02",
        16866,
        "ascii",
        [str(year) for year in range(2016, 2023)],
        None,
    ),
    ("eurostat/codelists/ESTAT_GEO.tsv", "eurostat_codelist", 4278, "utf-8", [], None),
    ("eurostat/codelists/ESTAT_ISCED11.tsv", "eurostat_codelist", 110, "ascii", [], None),
    ("eurostat/codelists/ESTAT_OBS_FLAG.tsv", "eurostat_codelist", 46, "ascii", [], None),
    ("eurostat/codelists/ESTAT_SEX.tsv", "eurostat_codelist", 7, "ascii", [], None),
    ("eurostat/codelists/ESTAT_UNIT.tsv", "eurostat_codelist", 760, "utf-8", [], None),
]
UNKNOWN = [
    "duo/catalogue/cbs_datasets.json",
    "duo/catalogue/duo_resources.json",
    "duo/ho/cluster_ho_tech_labeling.xlsx",
    "duo/mbo/mbo_tech_labeling.xlsx",
    "eurostat/D2_undergraduate_enrollment.csv",
    "eurostat/lfst_r_lfe2en2.tsv",
    "eurostat/lfst_r_lfp2acedu.tsv",
    "eurostat/nama_10r_2gdp.tsv",
    "geo/gemeenten.geojson",
    "geo/gemeentegrenzen_simplified.geojson",
    "oecd/D1.1_PISA_mean_scores.csv",
    "oecd/sciences.csv",
]
DAMAGED = "duo/vo/geslaagden-gezakten-en-cijfers-2018-2019_old.csv"
STRAYS = {
    "duo/mbo/mbo_inscriptions_2019.csv": 29,
    "duo/ho/hbo_inscriptions_2019.csv": 7,
    "duo/ho/wo_inscriptions_2019.csv": 6,
    "duo/ho/hbo_gediplomeerden_2019.csv": 7,
    "duo/ho/wo_gediplomeerden_2019.csv": 5,
}
EXCERPTS = {name for name, *_ in FILES if "/excerpts/" in name}


class Everything:
    """All files read once, with their entries by name."""

    def __init__(self, folder: Path) -> None:
        self.result = read(*(DATA / name for name in FOLDERS), data=folder)
        self.entries: dict[str, dict[str, Any]] = {
            Path(entry["file"]).relative_to(DATA).as_posix(): entry
            for entry in self.result["files"]
        }
        self.store = Store(folder)

    def table(self, name: str) -> pa.Table:
        """Return what was kept of one file."""
        found = self.store.get(self.entries[name]["sha256"])
        assert found
        is_table = found.observations.exists()
        return pq.read_table(found.observations if is_table else found.companion)

    def warnings(self, name: str) -> dict[str, int]:
        """Return the counts of a file's warnings by code."""
        return {w["code"]: w["count"] for w in self.entries[name]["warnings"]}

    def total(self, name: str, **where: str) -> tuple[float, float]:
        """Return the least and most of the rows of a file that have these values."""
        table = self.table(name)
        for column, value in where.items():
            table = table.filter(pc.equal(table[column].cast(pa.string()), value))
        return pc.sum(table["low"]).as_py(), pc.sum(table["high"]).as_py()


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """Read all files there are."""
    return Everything(tmp_path_factory.mktemp("data"))


def rows_in(table: pa.Table, column: str, values: list[str]) -> int:
    """Count the records of a file that have one of these values."""
    chosen = table.filter(pc.is_in(table[column].cast(pa.string()), pa.array(values)))
    return len(pc.unique(chosen["row"])) if "row" in table.column_names else len(chosen)


def test_every_file_is_known_here(everything: Everything) -> None:
    """A file that was added to the folder may be unknown; it is never taken for another one."""
    named = {name for name, *_ in FILES} | set(UNKNOWN) | {DAMAGED}
    assert named <= set(everything.entries)
    others = {name: e["status"] for name, e in everything.entries.items() if name not in named}
    assert set(others.values()) <= {"unknown"}, others


@pytest.mark.parametrize(
    ("name", "source", "rows", "encoding", "periods", "twente"), FILES, ids=[f[0] for f in FILES]
)
def test_file_is_read_by_its_content(
    everything: Everything,
    name: str,
    source: str,
    rows: int,
    encoding: str | None,
    periods: list[str],
    twente: int | None,
) -> None:
    entry = everything.entries[name]
    assert (entry["status"], entry["source"], entry["error"]) == ("read", source, None)
    assert entry["rows"] == rows
    assert entry["encoding"] == encoding
    assert entry["periods"] == periods
    assert ("excerpt" in everything.warnings(name)) == (name in EXCERPTS)
    definition = registry.sources()[source]
    assert (entry["observations"] > 0) == (definition.role == "observations")
    assert (entry["publisher"], entry["licence"]) == (definition.publisher, definition.licence)
    if twente is not None:
        assert rows_in(everything.table(name), "municipality", TWENTE) == twente


@pytest.mark.parametrize("name", UNKNOWN)
def test_other_files_are_unknown_with_a_reason(everything: Everything, name: str) -> None:
    entry = everything.entries[name]
    assert (entry["status"], entry["source"], entry["rows"]) == ("unknown", None, None)
    assert entry["warnings"][0]["message"]


@pytest.mark.parametrize(("name", "count"), STRAYS.items())
def test_stray_records_are_counted_not_kept(everything: Everything, name: str, count: int) -> None:
    assert everything.warnings(name)["stray_records"] == count


def test_periods_say_where_they_come_from(everything: Everything) -> None:
    assert "period_unknown" in everything.warnings("duo/vo/05.csv")
    assert "period_unknown" in everything.warnings("duo/po/opheffingsnorm_po.xlsx")
    assert "period_from_name" in everything.warnings("duo/vo/2016-01.csv")
    stated = everything.warnings("duo/vo/examenkandidaten-havo-en-examencijfers-2018-2019.csv")
    assert not {"period_unknown", "period_from_name"} & set(stated)


def test_sheets_are_counted_one_by_one(everything: Everything) -> None:
    weights = everything.entries["cbs/schoolweging-2017-2019.xlsx"]["tables"]
    assert weights == {"Tabel 1": 6252, "Tabel 2": 6267, "Tabel 3": 6285}
    scores = everything.entries["cbs/achterstandsscores-scholen-2019.xlsx"]["tables"]
    assert scores == {"Tabel 1": 6295}


def files_below(folder: Path) -> dict[str, str]:
    """Return each file below a folder with a mark of its contents."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_damaged_file_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    read(DATA / "duo/vo/05.csv", data=tmp_path)
    before = files_below(tmp_path)
    [entry] = read(DATA / DAMAGED, data=tmp_path)["files"]
    assert entry["status"] == "refused"
    error = entry["error"]
    assert error["code"] == "row_differs_from_header"
    assert error["where"]["file"].endswith("_old.csv")
    assert (error["where"]["row"], error["where"]["column"]) == (2, "16")
    assert "'6'" in error["found"]
    assert "15 named columns" in error["expected"]
    assert "comma" in error["hint"]
    assert files_below(tmp_path) == before


def test_totals_of_secondary_education(everything: Everything) -> None:
    name = "duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv"
    assert everything.total(name) == (956857, 956857)
    assert everything.total("duo/vo/2016-01.csv") == (1002338, 1002338)
    assert everything.total("duo/vo/05.csv", measure="pupils") == (962015, 962015)
    for file in (name, "duo/vo/2016-01.csv"):
        assert all(
            len(place) == 6 and place[:4].isalnum() and place[4:].isdigit()
            for place in pc.unique(everything.table(file)["place"]).to_pylist()
        )


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("duo/vo/leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv", 998),
        ("duo/vo/2016-01.csv", 1208),
    ],
)
def test_twente_by_place_name(everything: Everything, name: str, rows: int) -> None:
    addresses = everything.table("duo/vo/alle-vestigingen-vo.csv")
    here = addresses.filter(pc.is_in(addresses["municipality"], pa.array(TWENTE)))
    places = pc.unique(here["locality"]).to_pylist()
    assert rows_in(everything.table(name), "locality", places) == rows


def test_totals_of_primary_education(everything: Everything) -> None:
    name = "duo/po/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv"
    table = everything.table(name)
    twente = table.filter(pc.is_in(table["municipality"].cast(pa.string()), pa.array(TWENTE)))
    for year, least, most, bo in (
        (1996, 59265, 59292, 58832),
        (2010, 66250, 66250, 61049),
        (2019, 55523, 55523, 51182),
        (2025, 52010, 52010, 47497),
    ):
        period = pc.equal(twente["period"].cast(pa.string()), f"{year}-{year + 1}")
        rows = twente.filter(period)
        assert (pc.sum(rows["low"]).as_py(), pc.sum(rows["high"]).as_py()) == (least, most)
        exact = rows.filter(
            pc.and_(
                pc.equal(rows["kind"].cast(pa.string()), "bo"),
                pc.equal(rows["status"].cast(pa.string()), "ok"),
            )
        )
        assert pc.sum(exact["low"]).as_py() == bo
    assert rows_in(table, "status", ["bounded"]) > 0
    assert sum(word == "bounded" for word in table["status"].to_pylist()) == 762


@pytest.mark.parametrize(
    ("name", "measure", "period", "total"),
    [
        ("hbo_inscriptions_2019.csv", "entrants", "2019-2020", 113422),
        ("wo_inscriptions_2019.csv", "entrants", "2019-2020", 109833),
        ("04-inschrijvingen-hbo-2019.csv", "students", "2019-2020", 468931),
        ("wo_inges_ho.csv", "students", "2019-2020", 304818),
        ("hbo_gediplomeerden_2019.csv", "graduates", "2018-2019", 74345),
        ("wo_gediplomeerden_2019.csv", "graduates", "2018-2019", 82242),
    ],
)
def test_totals_of_higher_education(
    everything: Everything, name: str, measure: str, period: str, total: int
) -> None:
    school_type = "hbo" if "hbo" in name else "wo"
    found = everything.total(
        f"duo/ho/{name}", measure=measure, period=period, school_type=school_type
    )
    assert found == (total, total)


def test_mbo_of_twente_is_one_institution(everything: Everything) -> None:
    table = everything.table("duo/mbo/mbo_inscriptions_2019.csv")
    assert rows_in(table, "place_name", ["ROC van Twente"]) == 625
    here = table.filter(pc.equal(table["place_name"].cast(pa.string()), "ROC van Twente"))
    assert pc.unique(here["locality"]).to_pylist() == ["HENGELO OV"]
    total = everything.total(
        "duo/mbo/mbo_inscriptions_2019.csv", period="2019-2020", gender="total"
    )
    assert total == (501903, 501903)


def test_exam_cells_below_five_are_intervals(everything: Everything) -> None:
    table = everything.table("duo/vo/duo_examen_raw_all.csv")
    bounded = table.filter(pc.equal(table["status"].cast(pa.string()), "bounded"))
    assert len(bounded) == 99220
    assert pc.unique(bounded["low"]).to_pylist() == [1.0]
    assert pc.unique(bounded["high"]).to_pylist() == [4.0]


def test_eurostat_values_and_flags(everything: Everything) -> None:
    where = {"place": "NL", "field": "F07", "level": "ED5-8", "gender": "total"}
    table = everything.table("eurostat/educ_uoe_grad02.tsv")
    for column, value in where.items():
        table = table.filter(pc.equal(table[column].cast(pa.string()), value))
    known = {row["period"]: row["low"] for row in table.to_pylist()}
    assert known == {"2013": 12104.0, "2014": None, "2015": None}
    training = everything.table("eurostat/trng_lfse_04.tsv")
    rows = [r for r in training.to_pylist() if r["place"] == "NL21" and r["period"] == "2010"]
    found = {row["gender"]: (row["low"], row["flag"]) for row in rows}
    assert found["total"] == (16.5, "b")


def test_leftover_dimensions_stand_in_other(everything: Everything) -> None:
    table = everything.table("eurostat/jvs_a_nace2.tsv")
    words = set(table["other"].unify_dictionaries().chunk(0).dictionary.to_pylist())
    assert "nace_r2=A-S;sizeclas=TOTAL;isco08=TOTAL" in words


def test_cbs_places_and_periods(everything: Everything) -> None:
    figures = everything.table("cbs/70072ned_UntypedDataSet_29122019_191739.csv")
    rows = [
        row
        for row in figures.filter(
            pc.equal(figures["measure"].cast(pa.string()), "totalebevolking_1")
        ).to_pylist()
        if row["place"] == "PV31"
    ]
    assert {row["period"]: row["low"] for row in rows}["2019"] == 1116137.0
    names = everything.table("cbs/83958NED_metadata.csv").to_pylist()
    assert {"table": "Woonplaatsen", "key": "WP1925", "title": "Aadorp"} in names


def test_transitions_keep_days(everything: Everything) -> None:
    table = everything.table("duo/brin/OVERGANGEN_20250113.csv")
    kinds = {row["values"]: row["counts"] for row in pc.value_counts(table["kind"]).to_pylist()}
    assert (kinds["Fusie"], kinds["Overdracht"], kinds["Splitsing"]) == (4933, 3674, 177)
    assert table["on"][0].as_py() == "2005-08-01"


def test_definitions_name_no_role_twice() -> None:
    for source in registry.sources().values():
        roles = [column.role for column in source.columns.values()]
        assert len(roles) == len(set(roles)), source.id
