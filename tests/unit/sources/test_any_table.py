"""Any table of Eurostat or CBS can be read, outside the indicators."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from instroom.core.errors import UserError
from instroom.reports.files import export
from instroom.sources.read import read
from instroom.sources.store import Store
from instroom.sources.upkeep import check

EUROSTAT = (
    "unit,sex,age,geo\\TIME_PERIOD\t2022 \t2023 \n"
    "PC,F,Y_GE15,NL21\t3.4 \t: u\nPC,M,Y_GE15,NL21\t3.1 b\t2.9 \n"
)
CBS = (
    '"ID";"RegioS";"Perioden";"TotaalBos_28";"Weg_3"\n'
    '"0";"GM0153";"2019JJ00";"  12.5";"."\n"1";"GM0141";"2019JJ00";"  7";"3"\n'
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    return path


def stored(data: Path) -> list[dict[str, object]]:
    (one,) = [s for s in Store(data) if s.observations.exists()]
    rows: list[dict[str, object]] = pq.read_table(one.observations).to_pylist()
    return rows


def test_a_table_of_eurostat(tmp_path: Path) -> None:
    file, data = write(tmp_path, EUROSTAT), tmp_path / "d"
    entry = read(file, as_="eurostat:TGS00010", data=data)["files"][0]
    assert (entry["status"], entry["source"]) == ("read", "eurostat_tgs00010")
    assert (entry["rows"], entry["observations"], entry["periods"]) == (2, 4, ["2022", "2023"])
    cells = {(r["gender"], r["period"]): (r["low"], r["status"], r["flag"]) for r in stored(data)}
    assert cells["female", "2022"] == (3.4, "ok", None)
    assert cells["female", "2023"] == (None, "missing", "u")
    assert cells["male", "2022"] == (3.1, "ok", "b")
    assert {r["place"] for r in stored(data)} == {"NL21"}
    assert read(file, as_="eurostat:TGS00010", data=data)["files"][0]["already"]
    assert check(data=data)["ok"]


def test_a_table_of_cbs(tmp_path: Path) -> None:
    data = tmp_path / "d"
    entry = read(write(tmp_path, CBS), as_="cbs:70262ned", data=data)["files"][0]
    assert (entry["status"], entry["observations"]) == ("read", 4)
    cells = {(r["place"], r["measure"]): r["low"] for r in stored(data)}
    assert cells == {
        ("GM0153", "totaalbos_28"): 12.5,
        ("GM0153", "weg_3"): None,
        ("GM0141", "totaalbos_28"): 7,
        ("GM0141", "weg_3"): 3,
    }


def test_it_leaves_only_when_asked_for(tmp_path: Path) -> None:
    data = tmp_path / "d"
    read(write(tmp_path, CBS), as_="cbs:70262ned", data=data)
    with pytest.raises(UserError):
        export("observations", out=tmp_path / "all.csv", data=data)
    found = export("observations", out=tmp_path / "one.csv", source="cbs_70262ned", data=data)
    assert found["rows"] == 4
    with pytest.raises(UserError) as caught:
        export("observations", out=tmp_path / "x.csv", source="cbs_99", data=data)
    assert caught.value.found == "cbs_70262ned"


def test_damage_is_mended_from_the_kept_original(tmp_path: Path) -> None:
    data = tmp_path / "d"
    read(write(tmp_path, CBS), as_="cbs:70262ned", data=data)
    (part,) = data.rglob("observations.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    assert not check(data=data)["ok"]
    assert check(data=data)["ok"]
    assert len(stored(data)) == 4


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("oecd:x", "unknown_form"),
        ("eurostat:", "unknown_form"),
        ("eurostat:educ_uoe_grad02", "known_table"),
        ("cbs:71450NED", "known_table"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, asked: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        read(write(tmp_path, CBS), as_=asked, data=tmp_path / "d")
    assert caught.value.code == code


def test_another_form_is_refused_and_stores_nothing(tmp_path: Path) -> None:
    for text, asked in ((CBS, "eurostat:abc"), (EUROSTAT, "cbs:1"), ("a;b\n1;2\n", "cbs:1")):
        entry = read(write(tmp_path, text), as_=asked, data=tmp_path / "d")["files"][0]
        assert (entry["status"], entry["error"]["code"]) == ("refused", "other_form")
    assert not (tmp_path / "d").exists()


LABELS = (
    '\ufeff"Onderwijssoort";"Geslacht";"Leeftijd";"Perioden";"Regio\'s";"Leerlingen (aantal)"\r\n'
    '"Alle";"Totaal mannen en vrouwen";"Totaal";"2013/\'14";"Nederland";"3675255"\r\n'
    '"Alle";"Mannen";"12 jaar";"2013/\'14";"Enschede";"900"\r\n'
    '"Alle";"Mannen";"12 jaar";"2014/\'15*";"Twente (CR)";"."\r\n'
    '"Alle";"Mannen";"12 jaar";"2014 1e kwartaal";"Overijssel (PV)";"7"\r\n'
    '"Bron: CBS"\r\n'
)


def test_a_table_of_statline_with_labels(tmp_path: Path) -> None:
    """School years, names of regions and provisional marks become what codes would have been."""
    file, data = write(tmp_path, LABELS), tmp_path / "d"
    entry = read(file, as_="cbs:81234NED", data=data)["files"][0]
    assert (entry["status"], entry["periods"]) == ("read", ["2013-2014", "2014-2015"])
    said = {w["code"]: (w["count"], w["message"]) for w in entry["warnings"]}
    assert said["periods_left_out"] == (1, "rows of no single year: 2014 1e kwartaal")
    cells = [
        tuple(r[k] for k in ("period", "place", "gender", "age", "low", "status"))
        for r in stored(data)
    ]
    assert cells == [
        ("2013-2014", "NL01", "total", "total", 3675255, "ok"),
        ("2013-2014", "GM0153", "male", "12", 900, "ok"),
        ("2014-2015", "CR12", "male", "12", None, "missing"),
    ]
    assert check(data=data)["ok"]


def test_a_measure_in_any_unit_is_no_key(tmp_path: Path) -> None:
    text = LABELS.replace('(aantal)"', '(aantal)";"Duur (jaar)"').replace('"\r\n', '";"4,5"\r\n')
    text = text.replace('(jaar)";"4,5"', '(jaar)"').replace('CBS";"4,5"', 'CBS"')
    data = tmp_path / "d"
    entry = read(write(tmp_path, text), as_="cbs:81234NED", data=data)["files"][0]
    assert (entry["status"], entry["error"]) == ("read", None)
    assert {r["measure"] for r in stored(data)} == {"leerlingen_(aantal)", "duur_(jaar)"}


def test_a_table_with_labels_says_what_to_do(tmp_path: Path) -> None:
    entry = read(write(tmp_path, LABELS), data=tmp_path / "d")["files"][0]
    assert entry["status"] == "unknown"
    assert "--as cbs:ID" in entry["warnings"][0]["message"]


def test_quarters_and_months_are_left_out_by_name(tmp_path: Path) -> None:
    text = CBS.replace('"2019JJ00";"  7"', '"2019KW01";"  7"')
    data = tmp_path / "d"
    entry = read(write(tmp_path, text), as_="cbs:70262ned", data=data)["files"][0]
    said = {w["code"]: (w["count"], w["message"]) for w in entry["warnings"]}
    assert said["periods_left_out"] == (1, "rows of no single year: 2019KW01")
    assert {(r["place"], r["period"]) for r in stored(data)} == {("GM0153", "2019")}


@pytest.mark.parametrize("word", ["2019XX", "GM0153", "19-3-2019", "2013/'15"])
def test_a_word_that_is_no_period_is_refused(tmp_path: Path, word: str) -> None:
    text = CBS.replace('"2019JJ00";"  7"', f'"{word}";"  7"')
    entry = read(write(tmp_path, text), as_="cbs:70262ned", data=tmp_path / "d")["files"][0]
    assert (entry["status"], entry["error"]["code"]) == ("refused", "not_a_key")
