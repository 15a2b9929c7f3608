"""No table is taken for another one: every layout, cut, renamed, recoded, and its neighbours."""

from dataclasses import replace

import pytest

from instroom.core.errors import SourceError
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources.evidence import column_index, fits, match
from instroom.sources.recognise import Recognition, recognise
from instroom.sources.tables import RawTable, from_rows, normal
from unit.sources.made_tables import header, recoded, renamed, table, without

ALL = [s for s in registry.sources().values() if s.reader != "odata_metadata" and s.kind == "file"]
IDS = [source.id for source in ALL]
#: Layouts with equal columns: only national totals, the publisher's id or a person can tell.
EQUAL = [
    {"duo_hbo_enrolments", "duo_hbo_entrants"},
    {"duo_wo_enrolments", "duo_wo_entrants"},
]


def names(finding: Recognition) -> set[str]:
    return {source.id for source in finding.sources}


def own(source: SourceDefinition) -> set[str]:
    return next((pair for pair in EQUAL if source.id in pair), {source.id})


def judged(made: RawTable, name: str = "bestand.csv") -> Recognition | SourceError:
    try:
        return recognise(made, ALL, name)
    except SourceError as error:
        return error


def never_another(made: RawTable, source: SourceDefinition) -> None:
    """A changed table is its own layout or none, and 'fetch again' is said of one column only."""
    found = judged(made)
    if isinstance(found, SourceError):
        assert found.code == "missing_column"
        accused = [s for s in ALL if f"'{s.id}'" in (found.hint or "")]
        assert accused
        assert all(len(match(made.header, s).missing) == 1 for s in accused)
        assert own(source) & {s.id for s in accused}
    else:
        assert names(found) <= own(source)


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_a_table_is_recognised_as_itself_or_not_at_all(source: SourceDefinition) -> None:
    made = table(source)
    assert not match(made.header, source).missing, "the made table is whole"
    assert not fits(made, source)
    found = judged(made)
    assert isinstance(found, Recognition)
    if names(found):
        assert names(found) == own(source)
    else:
        assert found.might == (source.id,), "thin evidence is told, with what it might be"


@pytest.mark.parametrize("source", [s for s in ALL if s.publisher == "eurostat" and s.fetch])
def test_the_publishers_own_id_decides(source: SourceDefinition) -> None:
    assert source.fetch
    made = table(source)
    for name in (f"{source.fetch.dataset}.tsv", f"estat_{source.fetch.dataset}_filtered.tsv"):
        assert names(recognise(made, ALL, name)) == {source.id}
    carried = replace(made, dataset=source.fetch.dataset.upper())
    assert names(recognise(carried, ALL, "bestand.csv")) == {source.id}
    for other in ("educ_uoe_enrt03", "tgs00010", "lfst_r_lfe2emprt"):
        assert not names(recognise(made, ALL, f"{other}.tsv"))
        carried = replace(made, dataset=other)
        assert not names(recognise(carried, ALL, f"{source.fetch.dataset}.tsv"))


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_a_renamed_column_never_makes_it_another_table(source: SourceDefinition) -> None:
    made = table(source)
    for index, name in enumerate(made.header):
        changed = renamed(made, index, "GEWOON IETS ANDERS")
        never_another(changed, source)
        found = judged(changed)
        if match(changed.header, source).missing:
            assert isinstance(found, SourceError) or source not in found.sources, name


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_a_dropped_column_never_makes_it_another_table(source: SourceDefinition) -> None:
    made = table(source)
    for index in range(len(made.header)):
        never_another(without(made, index), source)


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_codes_of_another_table_are_not_its_own(source: SourceDefinition) -> None:
    """Every column of which the definition says what it can hold, with cells it cannot hold."""
    made = table(source)
    for column in source.columns.values():
        index = column_index(made.header, column.names)
        closed = column.codes and registry.codes()[column.codes].closed and not column.extract
        closed = closed and source.seen == "file"  # of the others nobody knows all words
        if index is None or not (column.only or closed) or column.role == "province":
            continue
        found = judged(recoded(made, index, ["QQQ1", "QQQ2", "QQQ3"]), "bestand.csv")
        assert isinstance(found, SourceError) or source.id not in names(found)


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_the_same_header_with_the_codes_of_a_neighbour(source: SourceDefinition) -> None:
    made = table(source)
    for other in ALL:
        theirs = table(other)
        for index, name in enumerate(made.header):
            place = column_index(theirs.header, [name])
            if other is source or place is None:
                continue
            if normal(name) in {normal(n) for n in source.recognise.contains}:
                continue  # the column that tells two layouts apart: with other words it is other
            words = theirs.listed(place)
            changed = recoded(made, index, words)
            found = judged(changed)
            if isinstance(found, Recognition) and source in found.sources:
                assert not fits(changed, source)
            never_another(changed, source)


@pytest.mark.parametrize("source", ALL, ids=IDS)
def test_a_chosen_layout_must_fit(source: SourceDefinition) -> None:
    """``--source`` decides between twins; it does not make one table of another."""
    assert recognise(table(source), [source], chosen=True).sources == [source]
    for other in ALL:
        theirs = table(other)
        if not match(theirs.header, source).missing:
            continue
        with pytest.raises(SourceError) as caught:
            recognise(theirs, [source], chosen=True)
        assert caught.value.code == "missing_column"


#: Tables of the publishers that are none of ours, by their header and first cells.
STRANGERS = {
    "unemployment": (
        ["unit", "age", "sex", "geo", "2016", "2017"],
        ["PC", "Y_GE15", "F", "AT11", "5.8", "5.7"],
    ),
    "employment rate": (
        ["unit", "sex", "age", "geo", "2016", "2017"],
        ["PC", "F", "Y25-64", "AT11", "70.1", "70.3"],
    ),
    "enrolled by field": (
        ["freq", "unit", "isced11", "iscedf13", "sex", "geo", "2019"],
        ["A", "NR", "ED6", "F07", "T", "NL", "34495"],
    ),
    "labour force": (
        ["unit", "sex", "age", "isced11", "geo", "2015"],
        ["MIO_EUR", "F", "Y25-64", "ED0-2", "AT", "248.6"],
    ),
    "land use": (
        ["ID", "RegioS", "Perioden", "TotaalRecreatieterrein_19", "TotaalBosEn_28"],
        ["47", "PV20", "2015JJ00", "4009", "14910"],
    ),
    "births": (
        ["ID", "Geslacht", "Perioden", "RegioS", "LevendGeborenKinderen_1"],
        ["1", "T001038", "2019JJ00", "PV20", "4009"],
    ),
    "tourism": (
        ["freq", "c_dest", "purpose", "duration", "unit", "geo", "2012"],
        ["A", "AFR", "PER", "N1-3", "NR", "AT", "12"],
    ),
    "plain counts": (
        ["INSTELLINGSCODE", "VESTIGINGSCODE", "PLAATSNAAM", "PROVINCIE", "AANTAL LEERLINGEN"],
        ["00AH", "00AH00", "ENSCHEDE", "Overijssel", "860"],
    ),
    "staff": (
        ["INSTELLINGSCODE", "VESTIGINGSCODE", "GEMEENTENUMMER", "SOORT_PO", "FTE"],
        ["00AH", "00", "153", "Bo", "12"],
    ),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_table_is_unknown(name: str) -> None:
    columns, row = STRANGERS[name]
    found = judged(from_rows(columns, [row] * 3, [2, 3, 4]))
    assert isinstance(found, Recognition), "no 'fetch it again' about another table"
    assert not found.sources


def test_every_header_is_made_of_different_columns() -> None:
    for source in ALL:
        folded = [normal(cell) for cell in header(source)]
        assert len(folded) == len(set(folded)), source.id
