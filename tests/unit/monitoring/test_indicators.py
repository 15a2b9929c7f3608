"""From small tables to figures: which file counts, for whom, and with what status."""

import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError, DefinitionError
from instroom.core.observations import SCHEMA, tally
from instroom.core.quantities import Count
from instroom.core.series import Figure
from instroom.monitoring.indicators import IndicatorQuery, resolve
from instroom.region.locate import find_place
from unit.monitoring.small import (
    AMSTERDAM,
    BRONCKHORST,
    ENSCHEDE,
    HENGELO,
    HIDDEN,
    Table,
    address,
    exam,
    figures,
    numbers,
    primary,
    published,
    row,
    store,
)

PO, EXAM, RESULTS = "duo_po_pupils", "duo_exam_candidates", "duo_exam_results"


def only(found: list[Figure]) -> Figure:
    assert len(found) == 1, [f.id for f in found]
    return found[0]


# --- which file counts ---------------------------------------------------------------------


def test_the_newest_file_gives_a_period_and_nothing_is_added(tmp_path: Path) -> None:
    older = Table(PO, [primary("2018-2019", 100), primary("2019-2020", 110)])
    newer = Table(PO, [primary("2019-2020", 111), primary("2020-2021", 120)])
    for number, order in enumerate([(older, newer), (newer, older)]):
        facts = store(tmp_path / str(number), *order)
        found = figures(facts, "po_pupils")
        expected = {"2018-2019": (100, 100), "2019-2020": (111, 111), "2020-2021": (120, 120)}
        assert numbers(found) == expected
        assert [len(f.sources) for f in found] == [1, 1, 1]
        assert found[1].sources == found[2].sources != found[0].sources


def test_of_two_files_over_the_same_periods_the_last_published_counts(tmp_path: Path) -> None:
    first = Table(PO, [primary("2019-2020", 100)], published="2020-01-15")
    again = Table(PO, [primary("2019-2020", 103)], published="2021-01-15")
    assert numbers(figures(store(tmp_path, again, first), "po_pupils")) == {"2019-2020": (103, 103)}


def test_the_same_exams_under_two_layouts_are_counted_once(tmp_path: Path) -> None:
    candidates = Table(EXAM, [exam("2018-2019", 8, "nt"), exam("2018-2019", 12, "em")])
    rows = [
        exam(year, n, p) for year in ("2015-2016", "2018-2019") for n, p in ((9, "nt"), (9, "em"))
    ]
    results = Table(RESULTS, rows)
    found = figures(store(tmp_path, candidates, results), "technical_profile_share")
    assert [(f.period, f.numerator, f.denominator) for f in found] == [
        ("2015-2016", Count(9), Count(18)),
        ("2018-2019", Count(8), Count(20)),
    ]
    assert found[0].sources != found[1].sources


def test_files_that_belong_together_are_added(tmp_path: Path) -> None:
    base = {"measure": "entrants", "municipality": ENSCHEDE}
    hbo = [
        row("2019-2020", n, school_type="hbo", field=f, **base)
        for n, f in ((5, "techniek"), (7, "economie"))
    ]
    wo = [
        row("2019-2020", n, school_type="wo", field=f, **base)
        for n, f in ((2, "techniek"), (1, "recht"))
    ]
    facts = store(tmp_path, Table("duo_hbo_entrants", hbo), Table("duo_wo_entrants", wo))
    found = only(figures(facts, "ho_technical_entrants"))
    assert (found.numerator, found.denominator, len(found.sources)) == (Count(7), Count(15), 2)


def test_an_excerpt_never_feeds_a_total(tmp_path: Path) -> None:
    part = Table(PO, [primary("2020-2021", 999)], excerpt=True)
    alone = figures(store(tmp_path / "alone", part), "po_pupils", "twente", "nl")
    assert {(f.place, f.status, f.reason) for f in alone} == {
        ("twente", "missing", "source_not_read"),
        ("nl", "missing", "source_not_read"),
    }
    whole = Table(PO, [primary("2019-2020", 100)])
    beside = figures(store(tmp_path / "beside", part, whole), "po_pupils", "twente", "nl")
    assert [(f.place, f.period, f.value) for f in beside] == [
        ("twente", "2019-2020", 100),
        ("nl", "2019-2020", 100),
    ]


def test_an_example_never_feeds_the_country_nor_displaces_a_real_file(tmp_path: Path) -> None:
    invented = primary("2019-2020", 40, place="91AA00", municipality="GM9901")
    later = primary("2020-2021", 41, place="91AA00", municipality="GM9901")
    example = Table(PO, [invented, later], example=True)
    facts = store(tmp_path, example, Table(PO, [primary("2019-2020", 100)]))
    found = figures(facts, "po_pupils", "nl", "twente", "voorbeeld", period="2019-2020")
    assert {f.place: f.value for f in found} == {"nl": 100, "twente": 100, "voorbeeld": 40}
    alone = figures(store(tmp_path / "alone", example), "po_pupils", "nl", period="2019-2020")
    assert (only(alone).status, only(alone).value) == ("missing", None)


# --- periods -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2018-2019", ["2018-2019"]),
        ("2018-2019:", ["2018-2019", "2019-2020"]),
        (":2018-2019", ["2017-2018", "2018-2019"]),
        ("2017-2018:2018-2019", ["2017-2018", "2018-2019"]),
        ("2018", ["2018"]),
        ("2018:2019", ["2018", "2019"]),
        ("2019:", ["2019"]),
    ],
)
def test_school_years_and_calendar_years_never_mix(
    tmp_path: Path, period: str, expected: list[str]
) -> None:
    years = ["2017-2018", "2018-2019", "2019-2020", "2018", "2019"]
    facts = store(tmp_path, Table(PO, [primary(year, 10) for year in years]))
    assert [f.period for f in figures(facts, "po_pupils", period=period)] == expected


PROFILE = "technical_profile_share"


def test_a_year_that_nobody_counted_is_missing_with_a_reason(tmp_path: Path) -> None:
    facts = store(tmp_path, Table(PO, [primary("2018-2019", 10)]))
    found = only(figures(facts, "po_pupils", period="2003-2004"))
    assert (found.period, found.status, found.reason) == (
        "2003-2004",
        "missing",
        "no_file_for_date",
    )
    unread = only(figures(facts, "vo_pupils", period="2003-2004"))
    assert unread.reason == "source_not_read"
    (outside,) = figures(facts, "po_pupils", period="1990-1991:2003-2004")
    assert (outside.period, outside.reason) == ("", "no_file_for_date")


@pytest.mark.parametrize("source", ["duo_mbo_students", "duo_vo_pupils"])
def test_a_school_that_nobody_placed_may_be_anywhere(tmp_path: Path, source: str) -> None:
    """A file with names of towns alone says of no municipality that there is no school in it."""
    mbo = source == "duo_mbo_students"
    indicator = "mbo_technical_students" if mbo else "vo_pupils"
    more = {"measure": "students", "subfield": "x"} if mbo else {"school_type": "havo"}
    unplaced = row("2019-2020", 50, place="00MA00", locality="HENGELO OV", gender="total", **more)
    asked = ("twente", HENGELO, "PV23", "CR12", AMSTERDAM, "BG11111", "99ZZ00", "nl")
    before = figures(store(tmp_path / "a", Table(source, [unplaced])), indicator, *asked)
    assert {f.place: (f.status, f.reason) for f in before if not f.numbered} == {
        **dict.fromkeys(asked[:6], ("missing", "place_not_known")),
        "99ZZ00": ("missing", "no_records"),
    }
    lists = Table(
        "duo_school_addresses",
        companion=[address("00MA00", HENGELO, "HENGELO OV", board="11111")],
    )
    after = figures(store(tmp_path / "b", Table(source, [unplaced]), lists), indicator, *asked)
    assert {f.place: f.reason for f in after if not f.numbered} == {
        AMSTERDAM: "no_records",
        "99ZZ00": "no_records",
    }


def test_only_schools_that_count_make_a_place_unsure(tmp_path: Path) -> None:
    """A vmbo without a municipality says nothing of havo; an invented one nothing of Twente."""
    known = exam("2018-2019", 9, "nt", municipality=AMSTERDAM)
    lost = exam("2018-2019", 9, "nt", municipality=None, place="00ZZ00", school_type="vmbo")
    (found,) = figures(store(tmp_path / "a", Table(EXAM, [known, lost])), PROFILE)
    assert found.reason == "no_records"
    lost["school_type"] = "vwo"
    (found,) = figures(store(tmp_path / "b", Table(EXAM, [known, lost])), PROFILE)
    assert found.reason == "place_not_known"
    (found,) = figures(store(tmp_path / "c", Table(EXAM, [lost], example=True)), PROFILE)
    assert found.reason == "no_records"


@pytest.mark.parametrize("period", ["tomorrow", "2018-2020", "2018-2019:x"])
def test_what_is_no_period_is_refused(tmp_path: Path, period: str) -> None:
    facts = store(tmp_path, Table(PO, [primary("2018-2019", 10)]))
    with pytest.raises(DataError) as caught:
        figures(facts, "po_pupils", period=period)
    assert caught.value.exit_code == 12


# --- who is counted ------------------------------------------------------------------------


def exams_of(*school_types: str) -> Table:
    rows = []
    for number, school_type in enumerate(school_types, 1):
        level = "B" if school_type == "vmbo" else None
        for n, technical in ((number, True), (10 * number, False)):
            profile = None if level else ("nt" if technical else "em")
            sector = ("techniek" if technical else "economie") if level else None
            columns = {"school_type": school_type, "level": level, "sector": sector}
            rows.append(exam("2018-2019", n, profile or "none", **columns))
    return Table(EXAM, rows)


def test_without_a_school_type_it_is_havo_and_vwo_and_vmbo_is_never_added(tmp_path: Path) -> None:
    facts = store(tmp_path, exams_of("havo", "vwo", "vmbo"))
    assert only(figures(facts, "technical_profile_share")).denominator == Count(33)
    asked = only(figures(facts, "technical_profile_share", school_types=("vmbo",)))
    assert (asked.numerator, asked.denominator) == (Count(3), Count(33))
    split = figures(facts, "technical_profile_share", by=("school_type",))
    assert {dict(f.by)["school_type"]: f.denominator for f in split} == {
        "havo": Count(11),
        "vwo": Count(22),
        "vmbo": Count(33),
        "vmbo_tl": None,
    }


@pytest.mark.parametrize("stage", ["exam", "choice"])
@pytest.mark.parametrize("asked", [{"by": ("school_type",)}, {"school_types": ("vmbo_tl",)}])
def test_vmbo_tl_is_missing_because_there_is_no_open_file(
    tmp_path: Path, stage: str, asked: dict[str, tuple[str, ...]]
) -> None:
    table = exams_of("havo", "vmbo_tl")
    if stage == "choice":
        table = Table("duo_vo_pupils", [r | {"measure": "pupils", "year": "4"} for r in table.rows])
    facts = store(tmp_path, table)
    found = figures(facts, "technical_profile_share", stage=stage, **asked)
    tl = [f for f in found if dict(f.by).get("school_type", "vmbo_tl") == "vmbo_tl"]
    assert {(f.status, f.reason, f.value, f.low, f.high) for f in tl} == {
        ("missing", "no_open_file", None, None, None)
    }


def test_an_indicator_without_a_file_says_so(tmp_path: Path) -> None:
    found = only(figures(store(tmp_path), "mbo_technical_entrants", period="2021-2022"))
    assert (found.status, found.reason) == ("missing", "source_not_read")
    assert (found.value, found.low, found.high, found.period) == (None, None, None, "2021-2022")


def test_boys_and_girls_are_their_own_cells_and_everybody_is_the_total(tmp_path: Path) -> None:
    cells = {"male": (4, 10), "female": (6, 9), "total": (11, 19)}
    rows = [
        exam("2018-2019", n, profile, gender=gender)
        for gender, pair in cells.items()
        for n, profile in zip(pair, ("nt", "em"), strict=True)
    ]
    facts = store(tmp_path, Table(EXAM, rows))
    whole = only(figures(facts, "technical_profile_share"))
    assert (whole.numerator, whole.denominator) == (Count(11), Count(30))
    split = figures(facts, "technical_profile_share", by=("gender",))
    assert {dict(f.by)["gender"]: (f.numerator, f.denominator) for f in split} == {
        "male": (Count(4), Count(14)),
        "female": (Count(6), Count(15)),
    }


def test_special_schools_are_shown_beside_and_never_added(tmp_path: Path) -> None:
    rows = [primary("2018-2019", n, kind=k) for n, k in ((100, "bo"), (20, "sbo"), (3, "so"))]
    facts = store(tmp_path, Table(PO, rows))
    assert only(figures(facts, "po_pupils")).value == 100
    split = published(facts, "po_pupils", by=("kind",)).figures
    assert {dict(f.by)["kind"]: f.value for f in split} == {"bo": 100, "sbo": 20, "so": 3}


def test_kinds_stay_visible_when_one_small_school_is_hidden(tmp_path: Path) -> None:
    rows = [primary("1996-1997", n, kind=k) for n, k in ((100, "bo"), (HIDDEN, "bo"), (20, "sbo"))]
    split = published(store(tmp_path, Table(PO, rows)), "po_pupils", by=("kind",)).figures
    found = {dict(f.by)["kind"]: (f.status, f.low, f.high) for f in split}
    assert found == {"bo": ("bounded", 101, 104), "sbo": ("ok", 20, 20)}, (
        "everybody is bo only here, so it is no total of bo and sbo and reveals nothing"
    )


def test_school_types_stay_visible_when_vmbo_stands_beside_them(tmp_path: Path) -> None:
    table = exams_of("havo", "vwo", "vmbo")
    table.rows.append(exam("2018-2019", HIDDEN, "cm"))
    split = published(store(tmp_path, table), "technical_profile_share", by=("school_type",))
    found = {dict(f.by)["school_type"]: f.status for f in split.figures}
    assert found == {"havo": "bounded", "vwo": "ok", "vmbo": "ok", "vmbo_tl": "missing"}, (
        "everybody is havo and vwo only, and holds the same hidden cell as havo"
    )


# --- statuses ------------------------------------------------------------------------------

cells = st.lists(st.tuples(st.sampled_from([HIDDEN, 0, 5, 7, 12]), st.booleans()), max_size=6)


def assert_contract(figure: Figure) -> None:
    if figure.status == "ok":
        assert figure.low == figure.high == figure.value is not None
    elif figure.status == "bounded":
        assert figure.value is None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.high, "a share of 0 in 1 to 4 people is 0, but rests on a bound"
    else:
        assert (figure.value, figure.low, figure.high) == (None, None, None)
        assert figure.reason
    if figure.status in ("ok", "bounded"):
        assert figure.reason is None
        assert figure.sources


@settings(max_examples=30)
@given(cells)
def test_every_status_keeps_the_contract(rows: list[tuple[int | str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = Table(EXAM, [exam("2020-2021", n, "nt" if t else "em") for n, t in rows])
        found = published(store(Path(folder), table), "technical_profile_share", "twente", "GM0164")
        for figure in found.figures:
            assert_contract(figure)
        shown = found.figures[0]
        hidden = sum(n == HIDDEN for n, _ in rows)
        if not rows:
            assert shown.status == "missing"
        elif all(n == 0 for n, _ in rows):
            assert (shown.status, shown.reason) == ("not_applicable", "nobody_counted")
        else:
            assert shown.status == ("bounded" if hidden else "ok")
            assert shown.hidden == hidden


def test_a_place_without_such_a_school_is_missing_not_nought(tmp_path: Path) -> None:
    found = only(
        figures(store(tmp_path, Table(PO, [primary("2018-2019", 10)])), "po_pupils", HENGELO)
    )
    assert (found.status, found.reason, found.value) == ("missing", "no_records", None)


def test_a_counted_nought_is_a_nought(tmp_path: Path) -> None:
    found = only(figures(store(tmp_path, Table(PO, [primary("2018-2019", 0)])), "po_pupils"))
    assert (found.status, found.value, found.low, found.high) == ("ok", 0, 0, 0)


def test_a_cell_that_nobody_filled_is_not_counted_as_nought(tmp_path: Path) -> None:
    rows = [primary("2018-2019", 10), primary("2018-2019", None, place="00PB00")]
    facts = store(tmp_path, Table(PO, rows))
    found = figures(facts, "po_pupils", by=("school",))
    assert [dict(f.by)["school"] for f in found if f.status == "ok"] == ["00PA00"]


# --- places --------------------------------------------------------------------------------


def test_a_place_is_country_province_corop_municipality_board_and_school(tmp_path: Path) -> None:
    mine = primary("2018-2019", 10, board="BG41234")
    other = primary("2018-2019", 20, place="01PA00", municipality=AMSTERDAM, board="BG40000")
    facts = store(tmp_path, Table(PO, [mine, other]))
    places = ("nl", "PV23", "CR12", "twente", ENSCHEDE, "BG41234", "00PA00", "00PA")
    found = {f.place: f.value for f in figures(facts, "po_pupils", *places)}
    assert found == {"nl": 30, **dict.fromkeys(places[1:], 10)}


def test_a_municipality_of_the_past_counts_in_the_one_of_today(tmp_path: Path) -> None:
    rows = [
        primary("1996-1997", 10, place="00PA00", municipality="GM0010"),
        primary("1996-1997", 5, place="00PB00", municipality="GM0003"),
    ]
    facts = store(tmp_path, Table(PO, rows))
    for name in ("GM1979", "Eemsdelta", "GM0010", "Delfzijl"):
        found = only(figures(facts, "po_pupils", name))
        assert (found.place, found.value) == ("GM1979", 15)
    split = only(figures(facts, "po_pupils", "nl", by=("municipality",)))
    assert split.by == (("municipality", "GM1979"),)


def test_a_place_name_that_exists_twice_is_resolved_by_the_schools_address(tmp_path: Path) -> None:
    lists = Table(
        "duo_school_addresses",
        companion=[
            address("00AA00", HENGELO, "HENGELO"),
            address("00AB00", BRONCKHORST, "HENGELO"),
            address("00AC00", ENSCHEDE, "ENSCHEDE"),
        ],
    )
    pupils = [
        row("2019-2020", n, place=place, locality=locality, school_type="havo")
        for n, place, locality in (
            (10, "00AA00", "HENGELO"),
            (20, "00AB00", "HENGELO"),
            (40, "00ZZ00", "HENGELO"),
            (80, "00ZY00", "ENSCHEDE"),
        )
    ]
    facts = store(tmp_path, lists, Table("duo_vo_pupils", pupils))
    places = ("nl", "twente", HENGELO, BRONCKHORST, ENSCHEDE)
    found = {f.place: f.value for f in figures(facts, "vo_pupils", *places)}
    assert found == {"nl": 150, "twente": 90, HENGELO: 10, BRONCKHORST: 20, ENSCHEDE: 80}, (
        "00ZZ00 stands in one of two Hengelos: it counts for the country and for no municipality"
    )


def test_two_spellings_of_the_two_hengelos_each_have_their_own_place(tmp_path: Path) -> None:
    lists = Table(
        "duo_school_addresses",
        companion=[
            address("00AA00", HENGELO, "HENGELO OV"),
            address("00AB00", BRONCKHORST, "HENGELO GLD"),
        ],
    )
    pupils = [
        row("2019-2020", n, place=f"00Z{n}00", locality=locality, school_type="havo")
        for n, locality in ((1, "HENGELO OV"), (2, "HENGELO GLD"), (3, "HENGELO"))
    ]
    facts = store(tmp_path, lists, Table("duo_vo_pupils", pupils))
    found = {f.place: f.value for f in figures(facts, "vo_pupils", "nl", HENGELO, BRONCKHORST)}
    assert found == {"nl": 6, HENGELO: 1, BRONCKHORST: 2}


def test_a_closed_school_counts_in_the_one_it_went_into_unless_asked_otherwise(
    tmp_path: Path,
) -> None:
    merger = {"from": "00PB", "to": "00PA", "complete": "J", "from_kind": "BAS"}
    facts = store(
        tmp_path,
        Table(PO, [primary("2018-2019", 10), primary("2018-2019", 7, place="00PB00")]),
        Table("duo_brin_transitions", companion=[merger]),
    )
    assert only(figures(facts, "po_pupils", "00PA00")).value == 17
    assert only(figures(facts, "po_pupils", "00PA00", transitions=False)).value == 10
    assert only(figures(facts, "po_pupils", "00PB00", transitions=False)).value == 7
    for transitions, schools in ((True, {"00PA00"}), (False, {"00PA00", "00PB00"})):
        split = figures(facts, "po_pupils", by=("school",), transitions=transitions)
        assert {dict(f.by)["school"] for f in split} == schools
    assert only(figures(facts, "po_pupils")).value == 17, "a merger moves nobody out of the region"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("twente", "twente"),
        ("Twente", "twente"),
        ("NL", "nl"),
        ("Enschede", "GM0153"),
        (" enschede ", "GM0153"),
        ("GM0153", "GM0153"),
        ("gm0153", "GM0153"),
        ("Hengelo", "GM0164"),
        ("Overijssel", "PV23"),
        ("PV23", "PV23"),
        ("CR12", "CR12"),
        ("00ah00", "00AH00"),
        ("BG12345", "BG12345"),
        ("GM0398", "GM1980"),
    ],
)
def test_places_are_found_by_code_or_name(text: str, code: str) -> None:
    assert find_place(text) == code


@pytest.mark.parametrize("text", ["Enschedee", "Bergen", "GM9998", "", "atlantis"])
def test_what_is_no_place_or_two_places_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        find_place(text)
    assert (caught.value.exit_code, caught.value.code) == (12, "unknown_place")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"indicator": "technical_profile_shares"}, "did you mean 'technical_profile_share'?"),
        ({"stage": "exams"}, "did you mean 'exam'?"),
        ({"classification": "moniter"}, "did you mean 'monitor'?"),
        ({"by": ("genders",)}, "did you mean 'gender'?"),
    ],
)
def test_an_unknown_id_is_refused_with_the_nearest(wrong: dict, hint: str) -> None:
    asked = {"indicator": "technical_profile_share", "places": ("twente",)} | wrong
    with pytest.raises(DefinitionError) as caught:
        resolve(IndicatorQuery(**asked))
    assert (caught.value.exit_code, caught.value.hint) == (10, hint)


# --- who a classification says something about ----------------------------------------------

HAVO_ONLY = """
title = "Alleen havo"
label = "havo"
source = "verzonnen voor deze test"

[[rules]]
school_types = ["havo"]
column = "profile"
technical = ["nt"]
"""


@pytest.fixture
def havo_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    overlay = tmp_path / "overlay"
    file = overlay / "monitoring" / "classifications" / "technical_profile" / "havo.toml"
    file.parent.mkdir(parents=True)
    file.write_text(HAVO_ONLY)
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(overlay))
    return tmp_path / "data"


def test_a_classification_of_havo_counts_havo_only(havo_only: Path) -> None:
    """Vwo is in neither the part nor the whole: nobody said what is technical there."""
    rows = [
        exam("2018-2019", 30, "nt"),
        exam("2018-2019", 70, "em"),
        exam("2018-2019", 400, "nt", school_type="vwo"),
        exam("2018-2019", 500, "em", school_type="vwo"),
        exam("2018-2019", 999, "nt", school_type=None),
    ]
    facts = store(havo_only, Table(EXAM, rows))
    asked = {"classification": "havo"}
    one = only(figures(facts, "technical_profile_share", **asked))
    assert (one.numerator, one.denominator) == (Count(30), Count(100))
    apart = figures(facts, "technical_profile_share", by=("school_type",), **asked)
    said = {dict(f.by)["school_type"]: (f.status, f.reason) for f in apart}
    assert said["havo"] == ("ok", None)
    assert said["vwo"] == ("missing", "not_classified")
    vwo = only(figures(facts, "technical_profile_share", school_types=("vwo",), **asked))
    assert (vwo.status, vwo.reason, vwo.numerator) == ("missing", "not_classified", None)


# --- one table, many engines ---------------------------------------------------------------


@pytest.mark.parametrize(
    "technical",
    [
        [],
        [{"profile": ["nt", "ng"]}, {"sector": ["techniek"]}],
        [{"profile": ["nt"], "school_type": ["havo"]}],
    ],
)
def test_the_same_sums_on_duckdb_arrow_and_pandas(technical: list[dict[str, list[str]]]) -> None:
    words = [("nt", None), ("em", None), (None, "techniek"), (None, "zorg"), (None, None)]
    rows = [
        exam(f"201{n % 3}-201{n % 3 + 1}", (HIDDEN, n, None, 0)[n % 4], profile, sector=sector)
        | {"municipality": (ENSCHEDE, HENGELO, None)[n % 3]}
        for n, (profile, sector) in enumerate(words * 7)
    ]
    table = pa.Table.from_pylist(rows, SCHEMA)
    plain = pa.schema([(f.name, _plain(f.type)) for f in SCHEMA])
    keys = ["period", "municipality"]
    frames = {
        "arrow": table.cast(plain),
        "pandas": table.cast(plain).to_pandas(),
        "duckdb": duckdb.connect().from_arrow(table.cast(plain)),
    }
    found = {}
    for name, frame in frames.items():
        sums = tally(frame, keys, technical)
        native = sums.collect("pyarrow") if hasattr(sums, "collect") else sums
        lines = native.rows(named=True)
        found[name] = sorted(
            (tuple((k, _known(v)) for k, v in sorted(line.items())) for line in lines), key=str
        )
    groups = {(r["period"], r["municipality"]) for r in rows}
    assert len(found["duckdb"]) == len(groups)
    assert found["arrow"] == found["duckdb"]
    assert found["pandas"] == found["duckdb"]


def _known(value: object) -> object:
    return None if value is None or value != value else value


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind
