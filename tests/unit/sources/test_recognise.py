"""Evidence weighed exactly: a made layout against tables that differ from it in one thing."""

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from instroom.core.errors import SourceError
from instroom.core.messages import Message
from instroom.definitions.models import SourceDefinition
from instroom.sources import evidence, left_out, statline
from instroom.sources.recognise import LABELS, columns_fit, recognise
from instroom.sources.tables import RawTable, from_rows

#: A word of a sentence of ours; what a made layout is called has no such words.
SMALL_WORD = re.compile(r"\b(it|could|table|these|no|layout|known|columns)\b")
HEADER = ["BRINNUMMER", "SOORT", "GESLACHT", "AANTAL KLUSSEN"]
ROWS = [["00AA", "LEEFTIJD 4", "man", "3"], ["00AB", "LEEFTIJD 5", "vrouw", "4"]]


def layout(**changes: object) -> SourceDefinition:
    """A layout with a column that many tables have, one that few have, and one measure."""
    wanted = {
        "id": "made", "title": "Een tabel", "publisher": "duo", "licence": "x",
        "periods": {"kind": "none"}, "checks": [{"kind": "unique", "columns": ["brin"]}],
        "columns": {
            "brin": {"names": ["BRIN NUMMER", "BRINNUMMER"], "role": "school", "required": True},
            "kind": {"names": ["SOORT"], "role": "kind", "required": True},
            "sex": {"names": ["GESLACHT"], "role": "gender"},
        },
        "values": [{"pattern": "AANTAL[_ ]KLUSSEN", "measure": "jobs"}],
        **changes,
    }  # fmt: skip
    return SourceDefinition.model_validate(wanted)


def column(name: str, **rules: object) -> SourceDefinition:
    """The layout, of which one column has rules of its own."""
    columns = layout().model_dump()["columns"]
    columns[name] = {**columns[name], **rules}
    return layout(columns=columns)


def made(header: Sequence[str] = HEADER, rows: Sequence[Sequence[str]] = ROWS) -> RawTable:
    return from_rows(list(header), [list(row) for row in rows], range(2, len(rows) + 2))


def cells(index: int, words: Sequence[str]) -> RawTable:
    """A table that has these words in one column."""
    rows = [[*ROWS[0][:index], word, *ROWS[0][index + 1 :]] for word in words]
    return made(rows=rows)


def test_a_whole_header_matches_in_every_part() -> None:
    found = evidence.match(HEADER, layout())
    assert (found.missing, found.telling, found.share, found.wants) == ((), 2, 1.0, 3)
    assert found.left == ()


def test_what_is_missing_unknown_or_shared_is_counted_as_such() -> None:
    found = evidence.match(["BRINNUMMER", "Iets", "Anders", "aantal_klussen "], layout())
    assert found.missing == ("SOORT",)
    assert found.telling == 1  # the measure: many tables have a school's number
    assert found.left == ("Iets", "Anders")
    assert found.share == 0.5
    assert evidence.match([], layout()).share == 1.0
    known = evidence.match([*HEADER, "NOOIT", "GEZIEN"], layout(known=["Nooit"]))
    assert known.left == ("GEZIEN",)


@pytest.mark.parametrize(
    "period", ["2019", "2019-2020", "2019/20", "2019_2020", "2019Q1", "2019-03"]
)
def test_a_period_tells_nothing(period: str) -> None:
    columns = {"x": {"names": [period], "role": "kind", "required": True}}
    assert evidence.match([period], layout(columns=columns, values=[])).telling == 0
    other = {"x": {"names": [f"{period} klus"], "role": "kind", "required": True}}
    assert evidence.match([f"{period} klus"], layout(columns=other, values=[])).telling == 1


def test_every_word_of_a_list_of_measures_is_wanted() -> None:
    values = [
        {"pattern": r"KLUS (?P<measure>\w+)", "measures": {"een": "one", "twee": "two"}},
        {"pattern": "EXTRA", "measure": "extra", "required": False},
    ]
    source = layout(values=values)
    found = evidence.match(["BRINNUMMER", "SOORT", "KLUS EEN"], source)
    assert (found.missing, found.wants) == (("twee",), 4)
    both = evidence.match(["BRINNUMMER", "SOORT", "KLUS EEN", "KLUS TWEE"], source)
    assert (both.missing, both.left, both.telling) == ((), (), 3)


def test_a_missing_measure_is_named_as_a_person_would_write_it() -> None:
    values = [{"pattern": r"AANTAL[_ ](?P<year>\d{4})"}, {"pattern": r"LEERJAAR \d+"}]
    found = evidence.match(["BRINNUMMER", "SOORT"], layout(values=values))
    assert found.missing == ("AANTAL <year>", "LEERJAAR <number>")


def test_a_column_stands_where_its_first_spelling_stands_first() -> None:
    header = ["a", "B_1", "b 1", "c"]
    assert evidence.column_index(header, ["B 1"]) == 1
    assert evidence.column_index(header, ["x", "C", "A"]) == 3
    assert evidence.column_index(header, ["x"]) is None


def test_cells_that_a_layout_never_has_are_named() -> None:
    source = column("kind", only=[r"LEEFTIJD \d"])
    assert evidence.fits(made(), source) == ""
    assert evidence.fits(cells(1, ["LEEFTIJD 4\N{NO-BREAK SPACE}", "", " "]), source) == ""
    why = evidence.fits(cells(1, ["LEEFTIJD 4", "ZZ" * 40, "YY"]), source)
    assert why == "column 'SOORT' holds 'YY', which this layout never has"
    long = evidence.fits(cells(1, ["Z" * 41]), source)
    assert long == f"column 'SOORT' holds '{'Z' * 40}', which this layout never has"


@pytest.mark.parametrize(("words", "fits"), [("1ab", False), ("12ab", True), ("ab", False)])
def test_half_of_the_cells_may_be_said_otherwise(words: str, fits: bool) -> None:
    source = column("kind", extract=r"(?P<age>\d)")
    why = evidence.fits(cells(1, words), source)
    assert why == ("" if fits else "column 'SOORT' holds 'a', which this layout never has")


def test_one_column_that_is_read_twice_may_be_either() -> None:
    columns = layout().model_dump()["columns"]
    columns["kind"]["extract"] = r"(?P<age>\d)"
    twice = {**columns, "again": {"names": ["SOORT"], "role": "form", "extract": "(?P<f>[ab])"}}
    assert evidence.fits(cells(1, "1ab"), layout(columns=twice)) == ""
    assert evidence.fits(cells(1, "1xyz"), layout(columns=twice)) != ""
    free = {**columns, "again": {"names": ["SOORT"], "role": "form"}}
    assert evidence.fits(cells(1, "xyz"), layout(columns=free)) == ""


@pytest.mark.parametrize(
    ("codes", "words", "fits"),
    [
        ("gender", ["man", "vrouw"], True),
        ("gender", ["man", "vrouw", "x"], True),
        ("school_type", ["havo", "x"], True),
        ("school_type", ["havo", "x", "y"], False),
        ("level", ["BL", "x", "y"], True),
        ("level", ["x"], False),
        ("level", ["x", "y"], False),
        ("school_type", ["x", "y", "z"], False),
        ("school_type", [], True),
    ],
)
def test_a_list_knows_its_words_all_of_them_half_or_one(codes, words, fits) -> None:
    why = evidence.fits(cells(2, words), column("sex", codes=codes))
    assert why == ("" if fits else "column 'GESLACHT' holds 'x', which this layout never has")


def test_a_province_may_be_invented() -> None:
    source = column("kind", only=["LEEFTIJD"], role="province")
    assert evidence.fits(made(), source) == ""


def test_a_table_is_told_by_headers_and_words_that_must_be_there() -> None:
    assert evidence.told(made(), layout())
    for rules, told in (
        ({"headers": [r"AANTAL .+", "SOORT"]}, True),
        ({"headers": ["SOORT", "AANTAL"]}, False),
        ({"contains": {"SOORT": ["leeftijd 5", "x"]}}, True),
        ({"contains": {"SOORT": ["x"]}}, False),
        ({"contains": {"NERGENS": ["x"]}}, False),
        ({"contains": {"SOORT": ["leeftijd 5"], "GESLACHT": ["x"]}}, False),
    ):
        assert evidence.told(made(), layout(recognise=rules)) is told, rules


@pytest.mark.parametrize(
    ("name", "publisher", "found"),
    [
        ("educ_uoe_enrt03.tsv", "eurostat", "educ_uoe_enrt03"),
        ("estat_educ_uoe_enrt02_filtered.tsv", "eurostat", "educ_uoe_enrt02"),
        ("EDUC_UOE_ENRT03.TSV", "eurostat", "educ_uoe_enrt03"),
        ("xeduc_uoe_enrt03.tsv", "eurostat", None),
        ("educ_uoe_enrt03.tsv", "duo", None),
        ("educ_uoe_enrt03.tsv", "nobody", None),
        ("file.tsv", "eurostat", None),
    ],
)
def test_an_id_of_a_dataset_stands_in_the_table_or_in_the_name(name, publisher, found) -> None:
    table = made()
    assert evidence.dataset_of(table, name, publisher) == found
    table.dataset = "ABC"
    assert evidence.dataset_of(table, name, publisher) == "abc"


def test_a_summary_has_the_words_of_all_blocks() -> None:
    source = column("kind", only=[r"LEEFTIJD \d"])
    assert evidence.watched(HEADER, source) == {1}
    assert evidence.watched(HEADER, layout(recognise={"contains": {"GESLACHT": ["x"]}})) == {2}
    seen = evidence.Summary(HEADER)
    seen.add(made(rows=ROWS[:1]), [1])
    seen.add(made(rows=ROWS[1:]), [1])
    assert (len(seen), seen.words(1), seen.words(0)) == (2, {"LEEFTIJD 4", "LEEFTIJD 5"}, set())


# Recognising


def ids(table: RawTable, *sources: SourceDefinition, name: str = "") -> list[str]:
    return [source.id for source in recognise(table, list(sources), name).sources]


def test_the_layout_that_knows_and_wants_most_wins() -> None:
    poor = layout(id="poor", columns={"kind": layout().columns["kind"].model_dump()})
    both = layout(id="same")
    assert ids(made(), poor, layout(), both) == ["made", "same"]
    assert ids(made(), poor) == ["poor"]


def test_a_layout_that_knows_less_than_half_is_not_meant() -> None:
    half, more = [*HEADER, "a", "b", "c", "d"], [*HEADER, "a", "b", "c", "d", "e"]
    for header, fits in ((half, True), (more, False)):
        table = made(header, [[*row, *"1" * (len(header) - 4)] for row in ROWS])
        assert columns_fit(header, [layout()]) is fits
        assert ids(table, layout()) == (["made"] if fits else [])
    assert not columns_fit(HEADER[1:], [layout()])


def test_columns_that_many_tables_have_are_thin_evidence() -> None:
    columns = {"brin": layout().columns["brin"].model_dump()}
    shared = layout(columns=columns, values=[{"pattern": "AANTAL LEERLINGEN", "measure": "n"}])
    table = made(["BRINNUMMER", "AANTAL LEERLINGEN"], [["00AA", "1"], ["00AB", "2"]])
    found = recognise(table, [shared])
    assert (found.sources, found.might) == ([], ("made",))
    assert found.reason == "it could be made, but many tables have these columns"
    wide = made(["BRINNUMMER", "AANTAL LEERLINGEN", "x"], [["00AA", "1", "2"]])
    found = recognise(wide, [shared])
    assert (found.sources, found.might) == ([], ())
    assert found.reason == "no publisher's layout known here has these columns"
    for rows, names in ((1, ["made"]), (2, ["made"]), (3, [])):
        enough = shared.model_copy(
            update={"recognise": shared.recognise.model_copy(update={"at_least_rows": rows})}
        )
        assert ids(table, enough) == names


def test_an_exact_layout_has_no_other_columns_but_periods() -> None:
    exact = layout(recognise={"exact": True})
    assert ids(made(), exact) == ["made"]
    assert ids(made([*HEADER, "2019Q1"], [[*row, "1"] for row in ROWS]), exact) == ["made"]
    assert ids(made([*HEADER, "x"], [[*row, "1"] for row in ROWS]), exact) == []


def test_a_layout_with_twins_is_only_told_by_words_or_the_publishers_id() -> None:
    twins = layout(recognise={"twins": ["other_1", "other_2"]})
    found = recognise(made(), [twins])
    assert (found.sources, found.might) == ([], ("made",))
    assert found.reason == (
        "it could be made, or another table with these columns (other_1, other_2)"
    )
    rules = {"twins": ["other_1"], "contains": {"SOORT": ["LEEFTIJD 4"]}}
    assert ids(made(), layout(recognise=rules)) == ["made"]
    rules["contains"] = {"SOORT": ["x"]}
    assert ids(made(), layout(recognise=rules)) == []
    fetch = {"kind": "eurostat", "path": "x", "dataset": "EDUC_1"}
    own = layout(recognise={"twins": ["other_1"]}, fetch=fetch, publisher="eurostat")
    assert ids(made(), own, name="educ_1.tsv") == ["made"]
    assert ids(made(), own, name="educ_2.tsv") == []
    assert recognise(made(), [own], "educ_2.tsv").might == ()


def shouted(template: str) -> str:
    """A language in which every word of a sentence is in capitals, and no value is."""
    return re.sub(r"[^{}]+(?![^{}]*})", lambda found: found[0].upper(), template)


def test_every_reason_is_said_in_the_language_of_the_reader() -> None:
    """Whether one layout, several or none could be it: nothing was made into plain text."""
    twins = [layout(id=name, recognise={"twins": ["other"]}) for name in ("made", "made_too")]
    for sources in ([], twins[:1], twins, [layout(recognise={"headers": ["NERGENS"]})]):
        reason = recognise(made(), sources).reason
        assert isinstance(reason, Message)
        said = reason.rendered(shouted, comma=True)
        assert said != reason and not SMALL_WORD.search(said), said


def test_a_measure_that_is_not_there_is_called_as_its_publisher_does() -> None:
    """Not by the name that it has in here, which is English."""
    values = [
        {"pattern": "AANTAL[_ ]KLUSSEN", "measure": "jobs"},
        {"pattern": "(?P<measure>UREN|DAGEN)", "measures": {"UREN": "hours", "DAGEN": "days"}},
    ]
    found: dict[str, tuple[int, str]] = {}
    left_out.note(["BRINNUMMER", "SOORT"], layout(values=values), found)
    count, said = found["measure_missing"]
    assert count == 2
    assert isinstance(said, Message) and said.values == {"value": "AANTAL KLUSSEN, UREN, DAGEN"}


def test_without_what_must_be_there_it_is_another_table() -> None:
    found = recognise(made(), [layout(recognise={"headers": ["NERGENS"]})])
    assert (found.sources, found.might) == ([], ())


def test_a_table_of_labels_is_said_to_be_one() -> None:
    header = ["Perioden", "Leerlingen (aantal)"]
    assert recognise(made(header, [["2019", "3"]]), [layout()]).reason == LABELS


# What is refused


def test_one_missing_column_is_refused_with_its_name() -> None:
    header = ["BRINNUMMER", " GESLACHT ", "AANTAL KLUSSEN", "SOORT", "A" * 30, "x"]
    source = layout(
        known=["A" * 30, "x", "KLUS"], values=[{"pattern": "UREN"}, {"pattern": "AANTAL KLUSSEN"}]
    )
    table = made(header, [["00AA", "man", "3", "LEEFTIJD 4", "1", "2"]])
    with pytest.raises(SourceError) as caught:
        recognise(table, [source])
    error = caught.value
    assert (error.code, error.where.row, error.where.column) == ("missing_column", 1, "UREN")
    assert error.expected == "UREN"
    assert error.found == f"BRINNUMMER, GESLACHT, AANTAL KLUSSEN, SOORT, {'A' * 24}, ..."
    assert "this looks like 'Een tabel'" in str(error)
    assert "'made'" in str(error.hint)
    short = made(header[:5], [["00AA", "man", "3", "LEEFTIJD 4", "1"]])
    with pytest.raises(SourceError) as caught:
        recognise(short, [source])
    assert caught.value.found.endswith("A" * 24)


def test_near_is_one_column_short_of_two_that_tell_or_of_one_in_nearly_all() -> None:
    def near(header: list[str], source: SourceDefinition) -> bool:
        try:
            recognise(made(header, [["1"] * len(header)]), [source])
        except SourceError:
            return True
        return False

    wanted = [{"pattern": p} for p in ("UREN", "KLUSSEN", "DAGEN")]
    two = ["BRINNUMMER", "SOORT", "UREN", "KLUSSEN"]
    assert near(two, layout(values=wanted))
    assert not near(["BRINNUMMER", "SOORT", "UREN"], layout(values=wanted)), "two are missing"
    assert near([*two, "x", "y"], layout(values=wanted)), "two thirds is known"
    assert not near([*two, "x", "y", "z"], layout(values=wanted)), "less than .6 is known"
    one = ["BRINNUMMER", "SOORT", "GESLACHT"]
    assert near(one, layout()), "one column tells it, and all of the header is known"
    assert not near([*one, "x"], layout()), "one column tells it, in three quarters"
    assert not near(two, layout(values=wanted, recognise={"exact": True}))
    assert not near(two, layout(values=wanted, recognise={"headers": ["NERGENS"]}))
    assert not near(two, layout(values=wanted, recognise={"contains": {"SOORT": ["x"]}}))


def test_two_layouts_as_near_are_both_named_and_with_other_columns_none() -> None:
    other = layout(id="other", title="Nog een")
    with pytest.raises(SourceError, match=r"'Een tabel' \| 'Nog een'"):
        recognise(made(HEADER[:3], [row[:3] for row in ROWS]), [layout(), other])
    hours = layout(id="other", values=[{"pattern": "UREN"}])
    found = recognise(made(HEADER[:3], [row[:3] for row in ROWS]), [layout(), hours])
    assert (found.sources, found.might) == ([], ("made", "other"))


def test_a_chosen_layout_says_all_that_is_missing() -> None:
    header = [f" kolom {number} " + "x" * 30 for number in range(9)]
    with pytest.raises(SourceError) as caught:
        recognise(made(header, [["1"] * 9]), [layout()], chosen=True)
    error = caught.value
    assert (error.code, error.where.row, error.where.column) == ("missing_column", 1, "BRIN NUMMER")
    assert error.expected == "BRIN NUMMER, SOORT, AANTAL KLUSSEN"
    assert error.found == ", ".join(name.strip()[:30] for name in header[:8])
    many = [{"pattern": f"KOLOM {number}"} for number in range(9)]
    with pytest.raises(SourceError) as caught:
        recognise(made(), [layout(values=many)], chosen=True)
    assert caught.value.expected == ", ".join(f"KOLOM {number}" for number in range(6))


def test_a_chosen_layout_with_other_codes_is_refused_and_without_them_kept() -> None:
    with pytest.raises(SourceError, match="this is not 'Een tabel'") as caught:
        recognise(made(), [column("kind", only=["X"])], chosen=True)
    assert caught.value.code == "other_codes"
    assert "LEEFTIJD 4" in caught.value.found
    source = layout(recognise={"twins": ["other"]})
    assert recognise(made(), [source], chosen=True).sources == [source]


def test_a_table_says_where_its_cells_stand() -> None:
    table = made()
    assert (len(table), table.cell(1, 2), table.listed(0)) == (2, "vrouw", ["00AA", "00AB"])
    assert table.words(1) == ["LEEFTIJD 4", "LEEFTIJD 5"]
    assert np.array_equal(table.lines, [2, 3])
    assert (table.strays, table.blanks, table.first_line) == (0, 0, 1)


# Labels of StatLine


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("", None),
        ("GM0153", "GM0153"),
        ("Nederland", "NL01"),
        ("nederland", "NL01"),
        ("Overijssel (PV)", "PV23"),
        ("Twente (CR)", "CR12"),
        ("Enschede", "GM0153"),
        ("Utrecht (gemeente)", "GM0344"),
        ("Utrecht (PV)", "PV26"),
        ("Oost-Nederland (LD)", "Oost-Nederland (LD)"),
        ("Nergenshuizen", "Nergenshuizen"),
        ("Nergenshuizen (PV)", "Nergenshuizen (PV)"),
    ],
)
def test_a_region_is_known_by_its_label_or_stays_as_it_is(label: str, code: str | None) -> None:
    assert statline.region(label) == code


def test_a_label_of_two_municipalities_is_of_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    two = SimpleNamespace(codes_of=lambda _: ("GM0001", "GM0002"))
    monkeypatch.setattr(statline, "gazetteer", lambda: two)
    assert statline.region("Bergen") == "Bergen"


def test_places_of_an_overlay_are_known_by_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    assert statline.region("Verweg (PV)") == "Verweg (PV)"
    for overlay, code in (("/one", "PV88"), ("/another", "PV89")):
        places = SimpleNamespace(provinces={code: "Verweg"}, corops={})
        monkeypatch.setattr(statline.registry, "places", lambda found=places: {"x": found})
        monkeypatch.setattr(statline.registry, "overlay", lambda path=overlay: Path(path))
        assert statline.region("Verweg (PV)") == code


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (["Perioden", "Leerlingen (aantal)"], True),
        (["Perioden ", " Aandeel (%) "], True),
        (["Leerlingen (aantal)"], False),
        (["Perioden", "Leerlingen"], False),
    ],
)
def test_a_unit_beside_periods_tells_that_a_table_has_labels(header, labels) -> None:
    assert statline.with_labels(header) is labels
