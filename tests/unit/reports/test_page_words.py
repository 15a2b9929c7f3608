"""Words beside numbers on a page: no more is said than the figures can bear."""

from dataclasses import replace
from typing import Any

import pytest

from instroom.core.quantities import Count
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.monitoring.explanation import formula, formula_words
from instroom.reports.blocks import FigureBlock, PageTable, TextBlock
from instroom.reports.documents import parts, place
from instroom.reports.documents.indicator import headline
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.splits import cohort
from instroom.reports.results import PlaceInfo
from instroom.reports.words import reason as reason_words
from unit.monitoring.small import ENSCHEDE
from unit.reports.test_documents import PROFILE, desk_of, share

YEARS = ("2018-2019", "2019-2020")


def everything(block: FigureBlock, writer: PageWriter) -> str:
    """Return all that a block says, its picture and table included."""
    table = [text for t in block.tables for row in t.rows for text in (c.text for c in row)]
    jobs = [str(job.options["description"]) for job in writer.pictures.jobs]
    return " ".join([block.heading, block.sentence, block.detail, *table, *jobs])


# --- municipalities ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_a_municipality_without_a_row_is_not_said_to_have_no_school(language: str) -> None:
    figures = [share(YEARS[0], Count(50), Count(60), code) for code in ("twente", ENSCHEDE)]
    writer = desk_of(*figures)
    t = writer.t = Texts(language)
    block = municipalities(writer, PROFILE)
    assert block
    cells = [row[1] for row in block.tables[0].rows]
    without = [cell for cell in cells if cell.status == "missing"]
    assert len(without) == len(registry.regions()["twente"].municipalities) - 1
    assert {cell.text for cell in without} == {t("geen cijfer in dit bestand")}
    tiles = writer.pictures.jobs[0].items
    assert sorted(tile.status for tile in tiles) == ["missing"] * len(without) + ["ok"]


@pytest.mark.parametrize("language", languages())
def test_words_that_stand_for_a_number_are_explained_and_no_others(language: str) -> None:
    hidden = replace(
        share(YEARS[0], Count(50), Count(60), "GM0164"), status="protected", reason="few_schools",
        value=None, low=None, high=None, numerator=None, denominator=None,
    )  # fmt: skip
    figures = [share(YEARS[0], Count(50), Count(60), code) for code in ("twente", ENSCHEDE)]
    t = Texts(language)
    why = t("Afgeschermd: {reason}.", reason=reason_words("few_schools", t))
    for shown, is_there in ((figures, False), ([*figures, hidden], True)):
        writer = desk_of(*shown)
        writer.t = t
        block = municipalities(writer, PROFILE)
        assert block
        assert (why in block.detail) == is_there
        assert t("Geen school: het register kent er geen.") not in block.detail, "none was read"


def test_only_the_table_of_municipalities_is_in_the_order_of_names() -> None:
    writer = desk_of(*(share(YEARS[0], Count(50), Count(60), c) for c in ("twente", ENSCHEDE)))
    block = municipalities(writer, PROFILE)
    assert block and "De tabel staat op volgorde van naam" in block.detail
    names = [row[0].text for row in block.tables[0].rows]
    assert names == sorted(names)


# --- the split of a number -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((Count(40), Count(60)), (Count(50), Count(70)), "groter"),
        ((Count(40), Count(60)), (Count(30), Count(50)), "kleiner"),
        ((Count(40), Count(60)), (Count(40, 49), Count(50, 64)), "groter of kleiner"),
        ((Count(40), Count(60)), (Count(50, 54), Count(70, 74)), "groter"),
    ],
)
def test_a_group_is_said_to_be_larger_only_when_it_is(
    before: tuple[Count, Count], after: tuple[Count, Count], said: str
) -> None:
    writer = desk_of(share(YEARS[0], *before), share(YEARS[1], *after))
    block = cohort(writer, PROFILE)
    assert block and f"doordat de groep {said} werd" in block.sentence
    text = everything(block, writer)
    exact = all(count.exact for count in after)
    assert ("precies de verandering" in text) == exact
    assert ("tellen niet op" in text) != exact
    assert "Kitagawa" not in text and "Minder" not in text


# --- the method of a figure ----------------------------------------------------------------------


def test_the_number_of_people_is_a_range_where_it_is_one() -> None:
    writer = desk_of(share(YEARS[0], Count(1600, 1700), Count(1471, 1524)))
    figure = writer.index.latest(PROFILE, "twente")
    found = parts.method(writer, PROFILE, figure)
    assert found.n == "3.071–3.224"
    assert found.formula.startswith("laagste = 1600 / (1600 + 1524); hoogste = ")


@pytest.mark.parametrize("language", languages())
def test_a_sum_is_said_in_the_language_of_the_page(language: str) -> None:
    sums = [
        formula("x", Count(1, 4), Count(9, 12)),
        formula("x", Count(3), None),
        formula("x", Count(1), Count(2)),
    ]
    assert sums == ["low = 1 / (1 + 8); high = 4 / (4 + 8)", "count = 3", "1 / 2"]
    said = [formula_words(one, Texts(language)) for one in sums]
    assert said[2] == "1 / 2"
    names = {word for one in said for word in one.split() if word.isalpha()}
    assert len(names) >= 3
    assert names.isdisjoint({"low", "high", "count"})


# --- places --------------------------------------------------------------------------------------

SCHOOLS = {
    "00AA00": PlaceInfo("00AA00", "De Zonnebloem", "school_po", ENSCHEDE, "41234"),
    "00BB00": PlaceInfo("00BB00", "De Zonnebloem", "school_po", ENSCHEDE, "41234"),
    "00CC00": PlaceInfo("00CC00", "De Zonnebloem", "school_vo", ENSCHEDE, "41234"),
    ENSCHEDE: PlaceInfo(ENSCHEDE, "Enschede", "municipality"),
    "41234": PlaceInfo("41234", "41234", "board", ENSCHEDE),
}


def related(code: str, places: dict[str, PlaceInfo]) -> list[TextBlock]:
    page = place.place_page(desk_of(places=places), places[code])
    return [b for b in page.blocks if isinstance(b, TextBlock) and b.anchor == "verwant"]


@pytest.mark.parametrize("code", [ENSCHEDE, "41234", "00AA00"])
def test_places_that_belong_to_one_another_are_told_apart(code: str) -> None:
    (block,) = related(code, SCHOOLS)
    said = [(link.text, link.note) for link in block.links]
    assert len(said) == len(set(said)) == (2 if code == "00AA00" else 3)
    assert all(link.note and link.url == f"place/{link.url.split('/')[1]}" for link in block.links)


def test_a_code_stands_only_beside_places_that_are_called_the_same() -> None:
    (block,) = related(ENSCHEDE, SCHOOLS)
    assert [(link.text, link.note) for link in block.links] == [
        (f"De Zonnebloem, Enschede, {code}", f"{what}, Enschede")
        for code, what in (
            ("00AA00", "basisschool of speciale school"),
            ("00BB00", "basisschool of speciale school"),
            ("00CC00", "school voor voortgezet onderwijs"),
        )
    ]


def test_a_place_to_which_nothing_belongs_has_no_empty_heading() -> None:
    assert related(ENSCHEDE, {ENSCHEDE: SCHOOLS[ENSCHEDE]}) == []


def columns_of(writer: PageWriter, code: str, **more: Any) -> tuple[str, ...]:
    (table,) = headline(writer, PROFILE, code, full=False, **more).tables
    assert isinstance(table, PageTable)
    return table.columns


def test_one_place_alone_is_named_by_what_is_measured() -> None:
    """A long name over the only column pushes its numbers off a phone."""
    long = replace(SCHOOLS["00CC00"], name="Scholengemeenschap " * 5)
    alone = [share(YEARS[0], Count(50), Count(60), "00CC00")]
    writer = desk_of(*alone, places={"00CC00": long})
    assert columns_of(writer, "00CC00") == ("Periode", "Aandeel", "Aantal")
    country = share(YEARS[0], Count(50), Count(60), writer.country)
    beside = desk_of(*alone, country, places={"00CC00": long})
    assert columns_of(beside, "00CC00")[3:] == ("Nederland", "Nederland: aantal")
    count = replace(alone[0], denominator=None, numerator=Count(50), value=50, low=50, high=50)
    table = parts.years_table(writer, "x", [("", [count])])
    assert table.columns == ("Periode", "Aantal")
