"""Zo tellen wij: de regels als zinnen, elk met een kleine tabel.

Een regel die verandert, verandert hier eerst.
"""

from pathlib import Path

from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.monitoring import pipeline as pipelines
from unit.monitoring.small import (
    ENSCHEDE,
    HENGELO,
    HIDDEN,
    Table,
    address,
    exam,
    figures,
    primary,
    published,
    row,
    store,
)

BASISSCHOLEN, EXAMENS, LEERLINGEN = "duo_po_pupils", "duo_exam_candidates", "duo_vo_pupils"


def een(gevonden: list[Figure]) -> Figure:
    assert len(gevonden) == 1
    return gevonden[0]


def test_een_cel_met_minder_dan_vijf_telt_als_1_tot_en_met_4(tmp_path: Path) -> None:
    rijen = [primary("2020-2021", 20), primary("2020-2021", HIDDEN, place="00PB00")]
    cijfer = een(figures(store(tmp_path, Table(BASISSCHOLEN, rijen)), "po_pupils"))
    assert (cijfer.low, cijfer.high, cijfer.value) == (21, 24, None)


def test_onbekend_is_nooit_nul(tmp_path: Path) -> None:
    data = store(tmp_path, Table(BASISSCHOLEN, [primary("2020-2021", 20)]))
    elders = een(figures(data, "po_pupils", HENGELO))
    later = een(figures(data, "po_pupils", period="2030-2031"))
    for cijfer in (elders, later):
        assert cijfer.status == "missing"
        assert (cijfer.value, cijfer.low, cijfer.high) == (None, None, None)
        assert cijfer.reason


def test_het_laagste_aandeel_heeft_het_minste_in_het_deel_en_het_meeste_in_de_rest(
    tmp_path: Path,
) -> None:
    rijen = [
        exam("2020-2021", n, p) for n, p in ((HIDDEN, "nt"), (5, "ng"), (HIDDEN, "em"), (9, "cm"))
    ]
    cijfer = een(figures(store(tmp_path, Table(EXAMENS, rijen)), "technical_profile_share"))
    assert cijfer.low == 6 / (6 + 13)
    assert cijfer.high == 9 / (9 + 10)


def test_de_monitor_telt_nt_en_ng_en_het_cbs_alleen_nt_en_nt_met_ng(tmp_path: Path) -> None:
    aantallen = {"nt": 5, "ng": 7, "nt_ng": 11, "em": 13, "cm": 17}
    data = store(tmp_path, Table(EXAMENS, [exam("2018-2019", n, p) for p, n in aantallen.items()]))
    monitor = een(figures(data, "technical_profile_share", classification="monitor"))
    cbs = een(figures(data, "technical_profile_share", classification="cbs"))
    assert (monitor.numerator, monitor.denominator) == (Count(23), Count(53))
    assert (cbs.numerator, cbs.denominator) == (Count(16), Count(53))


def test_vmbo_staat_er_apart_bij_en_wordt_nooit_bij_havo_en_vwo_opgeteld(tmp_path: Path) -> None:
    rijen = [exam("2018-2019", n, "nt", school_type=s) for n, s in ((5, "havo"), (7, "vwo"))]
    rijen.append(exam("2018-2019", 9, "none", school_type="vmbo", level="K", sector="techniek"))
    data = store(tmp_path, Table(EXAMENS, rijen))
    assert een(figures(data, "technical_profile_share")).denominator == Count(12)
    apart = figures(data, "technical_profile_share", by=("school_type",))
    assert {f.denominator for f in apart if f.denominator} == {Count(5), Count(7), Count(9)}


def test_de_theoretische_leerweg_heeft_geen_open_bestand(tmp_path: Path) -> None:
    data = store(tmp_path, Table(EXAMENS, [exam("2018-2019", 5, "nt")]))
    gevonden = figures(data, "technical_profile_share", by=("school_type",))
    tl = een([f for f in gevonden if dict(f.by)["school_type"] == "vmbo_tl"])
    assert (tl.status, tl.reason) == ("missing", "no_open_file")


def test_profielkeuze_is_leerjaar_4_in_havo_en_vwo_en_leerjaar_3_in_vmbo(tmp_path: Path) -> None:
    rijen = [
        row("2019-2020", n, school_type=s, year=j, level=v, profile="nt", sector="techniek",
            municipality=ENSCHEDE)
        for n, s, j, v in (
            (1000, "havo", "3", None), (10, "havo", "4", None), (2000, "havo", "5", None),
            (3000, "vmbo", "4", "KL"), (20, "vmbo", "3", "KL"),
        )
    ]  # fmt: skip
    data = store(tmp_path, Table(LEERLINGEN, rijen))
    havo = een(figures(data, "technical_profile_share", stage="choice", school_types=("havo",)))
    vmbo = een(figures(data, "technical_profile_share", stage="choice", school_types=("vmbo",)))
    assert (havo.denominator, vmbo.denominator) == (Count(10), Count(20))


def test_een_leerling_telt_bij_de_plaats_van_de_school(tmp_path: Path) -> None:
    adressen = Table("duo_school_addresses", companion=[address("00AA00", ENSCHEDE, "ENSCHEDE")])
    rijen = [row("2019-2020", 10, place="00AA00", school_type="havo", locality="LOSSER")]
    data = store(tmp_path, adressen, Table(LEERLINGEN, rijen))
    assert een(figures(data, "vo_pupils", ENSCHEDE)).value == 10
    assert een(figures(data, "vo_pupils", "GM0168")).status == "missing"


def test_van_twee_bestanden_over_hetzelfde_jaar_telt_alleen_het_nieuwste(tmp_path: Path) -> None:
    oud = Table(BASISSCHOLEN, [primary("2018-2019", 100), primary("2019-2020", 100)])
    nieuw = Table(BASISSCHOLEN, [primary("2019-2020", 103), primary("2020-2021", 104)])
    data = store(tmp_path, oud, nieuw)
    assert een(figures(data, "po_pupils", period="2019-2020")).value == 103


def test_een_verzonnen_streek_telt_nooit_mee_voor_nederland(tmp_path: Path) -> None:
    verzonnen = primary("2020-2021", 40, place="91AA00", municipality="GM9901")
    data = store(
        tmp_path,
        Table(BASISSCHOLEN, [verzonnen], example=True),
        Table(BASISSCHOLEN, [primary("2020-2021", 20)]),
    )
    assert een(figures(data, "po_pupils", "nl")).value == 20


def test_een_totaal_mag_een_klein_aantal_niet_verraden(tmp_path: Path) -> None:
    cellen = {"total": (12, 9), "male": (HIDDEN, 5), "female": (9, HIDDEN)}
    rijen = [
        exam("2020-2021", n, p, gender=g)
        for g, paar in cellen.items()
        for n, p in zip(paar, ("nt", "em"), strict=True)
    ]
    gevonden = published(
        store(tmp_path, Table(EXAMENS, rijen)), "technical_profile_share", by=("gender",)
    )
    assert {(f.status, f.reason, f.low) for f in gevonden.figures} == {
        ("protected", "would_reveal", None)
    }


def test_tussen_school_en_vervolgstudie_is_geen_verlies_te_berekenen(tmp_path: Path) -> None:
    gevonden = pipelines.pipeline(place="twente", data=tmp_path)
    stap = next(s for s in gevonden["steps"] if s["id"] == "vo_to_further")
    assert (stap["count"], stap["share"]) == (None, None)
    assert stap["reason"] == "other_people_study_here"


def test_zonder_bestemmingen_zegt_elke_weg_welke_bestanden_nodig_zijn(tmp_path: Path) -> None:
    gevonden = pipelines.pipeline(place="twente", data=tmp_path)
    wegen = [s for s in gevonden["steps"] if s["group"] == "leaving"]
    assert len(wegen) == 6
    assert {(s["count"], s["share"], s["reason"]) for s in wegen} == {
        (None, None, "flow_files_not_read")
    }
