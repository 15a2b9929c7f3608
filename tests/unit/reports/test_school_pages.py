"""The page of one school: the answer, schools alike in the order of names, what is withheld."""

from dataclasses import replace

import pytest

from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.privacy.published import hide, publish
from instroom.reports.blocks import Document, EntryList, FigureBlock, TextBlock
from instroom.reports.documents import alike
from instroom.reports.documents.board import board_lead
from instroom.reports.documents.municipalities import municipalities
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.place import place_page
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.place_facts import PlaceFacts
from instroom.reports.results import PlaceInfo, Results
from unit.monitoring.small import ENSCHEDE, HENGELO

PROFILE = Topic("technical_profile_share", "exam", "monitor")
YEARS = ("2021-2022", "2022-2023", "2023-2024")
RULE = registry.alike()["school_vo"]
Sizes = dict[str, tuple[Count | int, Count | int]]


def share(place: str, name: str, period: str, part: Count | int, rest: Count | int) -> Figure:
    part, rest = (x if isinstance(x, Count) else Count(x) for x in (part, rest))
    found, exact = Share.of(part, rest), part.exact and rest.exact
    return Figure(
        PROFILE.indicator, period, place, "ok" if exact else "bounded", "exam", "monitor",
        by=(("school_type", name),), value=found.low if exact else None, low=found.low,
        high=found.high, numerator=part, denominator=part + rest, sources=("a" * 64,),
    )  # fmt: skip


def school(code: str, name: str, municipality: str = ENSCHEDE, board: str = "") -> PlaceInfo:
    return PlaceInfo(code, name, "school_vo", municipality, board)


#: Names run against the order of their figures, so that an order by figures would show.
SCHOOLS = (
    school("00AA00", "Voorbeeldcollege"),
    school("00AB00", "Aa-college"),
    school("00AC00", "Bee-college", HENGELO),
    school("00AD00", "Cee-college"),
    school("00AE00", "Dee-college", HENGELO),
)
SHARES = {"00AA00": 45, "00AB00": 60, "00AC00": 20, "00AD00": 50, "00AE00": 41}


def figures(
    shares: dict[str, int] = SHARES, size: int = 100, types: tuple[str, ...] = ("havo", "vwo")
) -> list[Figure]:
    found = []
    for name in types:
        for period in YEARS:
            for code, percent in shares.items():
                part = percent * size // 100
                found.append(share(code, name, period, part, size - part))
            whole = sum(percent * size // 100 for percent in shares.values())
            every = size * len(shares)
            found.append(share("twente", name, period, 1000 + whole, 1200 + every - whole))
            found.append(share("twente", name, "2014-2015", 900, 1100))
    total = [replace(share("twente", "havo", y, 1500, 1600), by=()) for y in YEARS]
    return found + total


DENSITY = {ENSCHEDE: PlaceFacts(density=2126), HENGELO: PlaceFacts(density=1828)}


def writer_of(
    found: list[Figure],
    places: tuple[PlaceInfo, ...] = SCHOOLS,
    facts: dict[str, PlaceFacts] = DENSITY,
) -> PageWriter:
    series = Series(PROFILE.indicator, "pupils", tuple(found), "exam", "monitor",
                    open_data=True, audience="public")  # fmt: skip
    results = Results("twente", publish([series]), {}, {p.code: p for p in places}, facts=facts)
    return PageWriter(FigureIndex(results), Texts("nl"), PictureQueue(Texts("nl"), example=False))


def page(found: list[Figure] | None = None, **more: object) -> tuple[Document, PageWriter]:
    writer = writer_of(figures() if found is None else found, **more)
    return place_page(writer, SCHOOLS[0]), writer


def half(document: Document, name: str = "havo") -> FigureBlock:
    return next(
        b for b in document.blocks if isinstance(b, FigureBlock) and b.anchor.endswith(name)
    )


def why(document: Document) -> EntryList:
    return next(b for b in document.blocks if isinstance(b, EntryList))


def labels(document: Document) -> list[str]:
    return [row[0].text for row in half(document).tables[0].rows]


# --- the answer --------------------------------------------------------------------------------


def test_the_answer_says_every_school_type_and_that_nothing_differs() -> None:
    document, _ = page()
    assert document.head is not None
    assert document.head.answer == (
        "Op deze school kozen 45 van de 100 havisten en 45 van de 100 vwo’ers "
        "(eindexamen 2023-2024) een technisch profiel. Wij zien geen duidelijk verschil "
        "met de andere scholen in Twente."
    )
    assert document.head.facts[0] == "havo en vwo: 200 examenkandidaten in 2023-2024"
    assert "Natuur & Gezondheid telt mee." in document.head.details


@pytest.mark.parametrize(
    ("part", "said", "chip", "kind"),
    [
        (75, "havo meer (niet alleen toeval)", "meer", "ahead"),
        (15, "havo minder (niet alleen toeval)", "minder", "behind"),
        (55, "havo misschien meer (kan toeval zijn)", "misschien meer", "same"),
        (34, "havo misschien minder (kan toeval zijn)", "misschien minder", "same"),
    ],
)  # fmt: skip
def test_the_answer_says_what_every_figure_says_and_only_what_is_certain_has_a_colour(
    part: int, said: str, chip: str, kind: str
) -> None:
    found = figures()
    found = [
        share("00AA00", "havo", f.period, part, 100 - part)
        if f.place == "00AA00" and f.by == (("school_type", "havo"),)
        else f
        for f in found
    ]
    document, _ = page(found)
    assert document.head is not None
    told = f"Vergeleken met de andere scholen in Twente: {said}; vwo geen duidelijk verschil."
    assert document.head.answer.endswith(told)
    assert half(document).chip.startswith(chip)
    assert half(document).chip_kind == kind
    assert half(document, "vwo").chip_kind == "same"


def test_a_share_with_bounds_is_never_one_number() -> None:
    found = [f for f in figures() if f.place != "00AA00"]
    found += [share("00AA00", "havo", y, Count(40, 46), Count(50, 56)) for y in YEARS]
    document, _ = page(found)
    assert document.head is not None
    assert "41 tot 48 van de 100 havisten" in document.head.answer
    assert "41 tot 48 van de 100 havisten (eindexamen 2023-2024) kozen" in half(document).sentence
    cells = [cell.text for cell in half(document).tables[0].rows[0]]
    assert "41,7–47,9\u00a0%" in cells and "40–46 van 90–102" in cells


def test_where_every_school_is_this_school_nothing_is_compared() -> None:
    found = [share("00AA00", "havo", y, 40, 60) for y in YEARS]
    found += [share("twente", "havo", y, 40, 60) for y in YEARS]
    found += [replace(share("twente", "havo", y, 40, 60), by=()) for y in YEARS]
    document, _ = page(found, places=SCHOOLS[:1])
    assert document.head is not None
    assert document.head.answer.endswith("andere scholen in Twente: havo niet te vergelijken.")
    assert half(document).chip_kind == "none"


def test_no_two_words_for_one_outcome() -> None:
    rule = RULE.beside
    for outcome, said in rule.outcomes.items():
        short = rule.short[outcome].partition(" (")[0]
        assert said.startswith(short), "the answer and the figure say the same"


def test_what_is_no_choice_at_this_school_is_not_said() -> None:
    found = [share("00AA00", "vmbo", YEARS[-1], 20, 80)]
    found += [share("twente", "vmbo", YEARS[-1], 200, 800)]
    found += [replace(share("twente", "havo", YEARS[-1], 200, 800), by=())]
    document, _ = page(found)
    assert document.head is not None
    assert "20 van de 100 vmbo’ers" in document.head.answer
    assert not any("Natuur & Gezondheid" in said for said in document.head.details)


# --- which years -------------------------------------------------------------------------------


def test_small_years_are_taken_together_for_everybody_alike() -> None:
    document, _ = page(figures(size=40))
    block = half(document)
    assert block.heading == "havo, 2021-2022 tot en met 2023-2024 samen"
    rows = {row[0].text: row[-1].text for row in block.tables[0].rows}
    assert rows["Voorbeeldcollege"] == "54 van 120"
    assert rows["Aa-college"] == "72 van 120"
    assert rows["Twente"].endswith("van 7.200"), "the region in the same three years"
    one = half(page(figures(size=60))[0])
    assert one.heading == "havo, 2023-2024"


def test_a_school_alike_without_one_of_the_years_has_no_sum_of_the_others() -> None:
    found = [f for f in figures(size=40) if (f.place, f.period) != ("00AB00", "2022-2023")]
    document, _ = page(found)
    row = next(row for row in half(document).tables[0].rows if row[0].text == "Aa-college")
    assert row[1].text == "geen cijfer in deze jaren"


def test_no_year_from_before_a_break_is_taken_together_with_one_after_it() -> None:
    found = []
    for period in ("2016-2017", "2017-2018", "2018-2019"):
        found.append(share("00AA00", "vmbo", period, 10, 20))
        found.append(share("twente", "vmbo", period, 100, 200))
        found.append(replace(share("twente", "vmbo", period, 100, 200), by=()))
    document, _ = page(found)
    assert half(document, "vmbo").heading.endswith("gemengd, 2018-2019")


def test_a_school_without_the_newest_year_is_not_compared() -> None:
    found = [f for f in figures() if (f.place, f.period) != ("00AA00", "2023-2024")]
    document, _ = page(found)
    assert document.head is None


def test_years_of_two_lengths_are_each_said() -> None:
    found = figures() + figures(size=40, types=("havo",))
    small = {f.id for f in found[len(figures()) :]}
    found = [f for f in found[: len(figures())] if f.id not in small] + found[len(figures()) :]
    document, _ = page(found)
    assert document.head is not None
    assert (
        "45 van de 100 havisten (eindexamen 2021-2022 tot en met 2023-2024 samen) en 45 van de 100 "
        "vwo’ers (eindexamen 2023-2024) een technisch profiel" in document.head.answer
    )


# --- schools alike -----------------------------------------------------------------------------


def test_three_schools_alike_stand_in_the_order_of_their_names() -> None:
    document, writer = page()
    assert labels(document) == [
        "Voorbeeldcollege", "Aa-college", "Bee-college", "Cee-college", "Twente"
    ]  # fmt: skip
    drawn = next(job for job in writer.pictures.jobs if job.kind == "beside")
    assert [row.label for row in drawn.items] == labels(document)[:-1]


@pytest.mark.parametrize("figure", [1, 99])
def test_who_stands_beside_a_school_never_follows_from_its_figure(figure: int) -> None:
    document, _ = page(figures(SHARES | {"00AB00": figure, "00AC00": 100 - figure}))
    assert labels(document)[1:-1] == ["Aa-college", "Bee-college", "Cee-college"]


def test_nearest_surroundings_come_first() -> None:
    facts = {ENSCHEDE: PlaceFacts(density=2126), HENGELO: PlaceFacts(density=300)}
    places = (*SCHOOLS, school("00AF00", "Ee-college"))
    document, _ = page(figures(SHARES | {"00AF00": 40}), places=places, facts=facts)
    assert labels(document)[1:-1] == ["Aa-college", "Cee-college", "Ee-college"]
    told = why(document).entries[-1].paragraphs[0]
    assert "sterk stedelijk" in told and "CBS" in told


def test_other_types_and_other_sizes_are_not_alike() -> None:
    found = figures(types=("havo", "vwo"))
    found = [f for f in found if not (f.place == "00AB00" and dict(f.by)["school_type"] == "vwo")]
    found = [
        share(f.place, dict(f.by)["school_type"], f.period, 150, 150) if f.place == "00AC00" else f
        for f in found
    ]
    document, _ = page(found)
    assert labels(document)[1:-1] == ["Cee-college", "Dee-college"]
    assert why(document).heading == "Waarom deze twee scholen ernaast?"
    assert "Meer scholen die hierop lijken, staan niet in deze cijfers." in why(document).lead


def test_the_largest_difference_in_size_holds_for_the_bounds_that_are_printed() -> None:
    """205 against 78-90 is 2.3 to 2.6 times as large: for all we know more than 2.5."""
    others = [("00AB00", Count(82), Count(123)), ("00AC00", Count(78), Count(117))]
    found = [f for f in figures(types=("havo",)) if f.place in ("00AD00", "twente")]
    for period in YEARS:
        found.append(share("00AA00", "havo", period, Count(30, 36), Count(48, 54)))
        found += [share(code, "havo", period, part, rest) for code, part, rest in others]
    document, _ = page(found)
    assert labels(document)[1:-1] == ["Bee-college", "Cee-college"], "195 is at most 2.5 times 78"


def test_a_handful_of_candidates_is_no_school_type_of_a_school() -> None:
    found = figures() + [share("00AB00", "vmbo", y, 2, 4) for y in YEARS]
    found += [share("twente", "vmbo", y, 20, 40) for y in YEARS]
    assert "Aa-college" in labels(page(found)[0])


def test_without_a_school_alike_the_page_says_so() -> None:
    document, _ = page(places=SCHOOLS[:1])
    assert labels(document) == ["Voorbeeldcollege", "Twente"]
    assert why(document).heading == "Geen vergelijkbare scholen"


def test_surroundings_that_nobody_read_are_said_to_be_unknown() -> None:
    document, _ = page(facts={})
    assert "niet ingelezen" in why(document).entries[-1].paragraphs[0]
    assert len(labels(document)) == 5


@pytest.mark.parametrize("density", [0, 499, 500, 1499, 1500, 2499, 2500, 9000])
def test_every_density_has_its_class(density: float) -> None:
    writer = writer_of(figures(), facts={ENSCHEDE: PlaceFacts(density=density)})
    found = alike.size_of(writer.index, RULE, SCHOOLS[0])
    assert found is not None and found.around is not None
    edges = [one.at_least for one in RULE.surroundings.classes]
    above = edges[found.around - 1] if found.around else float("inf")
    assert edges[found.around] <= density < above


# --- what is not shown -------------------------------------------------------------------------


def test_the_page_names_what_is_withheld_and_where_it_is() -> None:
    document, _ = page()
    block = next(b for b in document.blocks if getattr(b, "anchor", "") == "niet")
    assert isinstance(block, TextBlock)
    named = {link.url.partition("/")[2] for link in block.links}
    assert named == {i.id for i in registry.indicators().values() if i.lowest_place != "school"}
    assert "per gemeente" in block.paragraphs[0]


def test_a_protected_year_makes_no_number_anywhere() -> None:
    found = [
        hide(f, "would_reveal") if (f.place, f.period) == ("00AA00", "2023-2024") else f
        for f in figures()
    ]
    document, _ = page(found)
    assert document.head is None


def hidden_at(code: str, name: str = "vwo") -> list[Figure]:
    """Return the figures, with the newest year of one school type of one school protected."""
    return [
        hide(f, "would_reveal")
        if (f.place, f.period, f.by) == (code, YEARS[-1], (("school_type", name),))
        else f
        for f in figures()
    ]


@pytest.mark.parametrize("name", ["havo", "vwo"])
def test_a_type_without_a_number_is_told_and_keeps_its_older_years(name: str) -> None:
    document, _ = page(hidden_at("00AA00", name))
    assert document.head is not None
    told = f"Van {name} is er geen cijfer over 2023-2024 (afgeschermd: "
    assert any(told in detail for detail in document.head.details)
    block = half(document, f"exam-{name}")
    assert "2022-2023" in block.sentence and told in block.detail
    assert why(document).heading == "Geen vergelijkbare scholen"
    assert f"van {name} is over 2023-2024 geen aantal te tonen" in why(document).lead
    assert "dezelfde onderwijssoorten" not in why(document).lead


def test_a_school_of_unknown_size_stands_beside_none() -> None:
    document, _ = page(hidden_at("00AB00"))
    assert "Aa-college" not in labels(document)
    assert "zijn hierbij niet meegenomen" in why(document).lead
    one_type = [
        f for f in hidden_at("00AB00") if f.place != "00AA00" or ("school_type", "havo") in f.by
    ]
    assert "Aa-college" not in labels(page(one_type)[0]), "nor by the types that are left"


def test_a_type_that_no_file_has_makes_no_size_unknown() -> None:
    missing = [
        Figure(PROFILE.indicator, YEARS[-1], s.code, "missing", "exam", "monitor",
               by=(("school_type", "vmbo"),), reason="not_classified")
        for s in SCHOOLS
    ]  # fmt: skip
    assert len(labels(page(figures() + missing)[0])) == 5


# --- boards and municipalities -----------------------------------------------------------------

BOARD = PlaceInfo("BG12345", "BG12345", "board", ENSCHEDE)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (PlaceFacts(50, 2, 19, 3), "52 scholen in 19 gemeenten; 3 daarvan staan in Twente"),
        (PlaceFacts(4, 0, 1, 4), "4 scholen, in één gemeente"),
        (PlaceFacts(1, 0, 1, 1), "één school"),
        (PlaceFacts(3, 1), "heeft dit bestuur 4 scholen. De cijfers"),
        (PlaceFacts(1, None), "Schoolbestuur. De cijfers tellen alle scholen"),
        (PlaceFacts(None, 1), "Schoolbestuur. De cijfers tellen alle scholen"),
        (PlaceFacts(), "Schoolbestuur. De cijfers tellen alle scholen"),
    ],
)
def test_a_board_says_which_of_its_schools_are_counted(facts: PlaceFacts, said: str) -> None:
    lead = board_lead(writer_of(figures(), (*SCHOOLS, BOARD), {BOARD.code: facts}), BOARD)
    assert said in lead
    assert "De cijfers tellen alle scholen van dit bestuur in Nederland." in lead
    assert "Enschede" not in lead, "never one of its municipalities"
    assert "deze naam is van ons" in lead


def test_a_board_is_called_after_its_schools() -> None:
    mine = [replace(s, name="Het Voorbeeld College", board=BOARD.code) for s in SCHOOLS[:2]]
    writer = writer_of(figures(), (*mine, BOARD))
    assert writer.name(BOARD.code) == "Bestuur van Het Voorbeeld College (BG12345)"


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({HENGELO: PlaceFacts(secondary=0, primary=20)}, "geen school"),
        ({HENGELO: PlaceFacts(secondary=3, primary=0)}, "geen cijfer in dit bestand"),
        ({HENGELO: PlaceFacts()}, "geen cijfer in dit bestand"),
        ({}, "geen cijfer in dit bestand"),
    ],
)
def test_no_school_is_said_only_where_the_register_has_none(
    facts: dict[str, PlaceFacts], word: str
) -> None:
    found = [replace(share(p, "havo", YEARS[-1], 40, 60), by=()) for p in ("twente", ENSCHEDE)]
    block = municipalities(writer_of(found, facts=facts), PROFILE)
    assert block is not None
    rows = {row[0].text: row[1].text for row in block.tables[0].rows}
    assert rows["Hengelo"] == word
    assert rows["Enschede"] == "40,0\u00a0%"
    assert ("geen school" in rows.values()) == (word == "geen school")
