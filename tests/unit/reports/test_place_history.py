"""What a place's numbers do not say by themselves: codes counted in, and no newer year."""

from dataclasses import replace

import pytest

from instroom.core.quantities import Count
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts
from instroom.privacy.published import hide, publish
from instroom.reports.blocks import FigureBlock, PlaceIndex, TextBlock
from instroom.reports.documents.history import last_seen, last_seen_words
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.place import place_page
from instroom.reports.documents.places import places_page
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.place_facts import CountedUnder, PlaceFacts
from instroom.reports.results import PlaceInfo, Results
from unit.monitoring.small import ENSCHEDE
from unit.reports.test_school_pages import share

HERE = PlaceInfo("00AA00", "De Beemd", "school_po", ENSCHEDE)
THERE = PlaceInfo("00AB00", "De Bron", "school_po", ENSCHEDE)
LYCEUM = PlaceInfo("00AC00", "Het Lyceum", "school_vo", ENSCHEDE)
TOWN = PlaceInfo(ENSCHEDE, "Enschede", "municipality")
PUPILS = ("2004-2005", "2005-2006", "2006-2007", "2007-2008")


def pupils(place: str, period: str, number: int | Count) -> Figure:
    count = number if isinstance(number, Count) else Count(number)
    return Figure(
        "po_pupils", period, place, "ok" if count.exact else "bounded",
        value=float(count.low) if count.exact else None, low=float(count.low),
        high=float(count.high), numerator=count, sources=("a" * 64,),
    )  # fmt: skip


def writer(
    counts: list[Figure],
    shares: list[Figure] | None = None,
    under: CountedUnder | None = None,
    *,
    came_along: bool = False,
    also: tuple[PlaceInfo, ...] = (),
) -> PageWriter:
    series = [
        Series("po_pupils", "pupils", tuple(counts), open_data=True, audience="public"),
        Series("technical_profile_share", "pupils", tuple(shares or ()), "exam", "monitor",
               open_data=True, audience="public"),
    ]  # fmt: skip
    facts = {LYCEUM.code: PlaceFacts(under=under)} if under else {}
    places = {p.code: p for p in (TOWN, HERE, THERE, LYCEUM, *also)}
    results = Results("twente", publish(series), {}, places, came_along=came_along, facts=facts)
    return PageWriter(FigureIndex(results), Texts("nl"), PictureQueue(Texts("nl"), example=False))


def region(last: str = PUPILS[-1]) -> list[Figure]:
    return [
        pupils(place, period, 300)
        for place in ("twente", THERE.code)
        for period in PUPILS
        if period <= last
    ]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((90, 40, 0, 0), "Sinds 2006 geen leerlingen in het bestand."),
        ((90, 40, None, None), "De nieuwste cijfers zijn van 2005; in nieuwere bestanden staan"),
        ((90, None, 0, 0), "Sinds 2006 geen leerlingen in het bestand."),
        ((90, 40, 0, 20), ""),
        ((90, 40, 30, 20), ""),
        ((90, 40, 0, Count(0, 4)), ""),
        ((0, 0, 0, 0), "Sinds 2004 geen leerlingen in het bestand."),
    ],
)
def test_a_school_that_is_not_in_the_newest_year_says_since_when(
    numbers: tuple[int | Count | None, ...], said: str
) -> None:
    mine = [
        pupils(HERE.code, period, number)
        for period, number in zip(PUPILS, numbers, strict=True)
        if number is not None
    ]
    made = writer(region() + mine)
    seen = last_seen(made, HERE)
    assert (last_seen_words(made, seen) if seen else "").startswith(said)
    assert (seen is None) == (not said)
    document = place_page(made, HERE)
    assert (said in document.lead) and ("Sinds" in document.lead) == said.startswith("Sinds")
    text = " ".join([document.lead, *(str(block) for block in document.blocks)])
    assert "gesloten" not in text and "opgeheven" not in text
    assert ": 0 leerlingen" not in text


def test_a_board_of_which_nobody_is_left_says_since_when() -> None:
    board = PlaceInfo("BG12345", "BG12345", "board", ENSCHEDE)
    numbers = zip(PUPILS, (90, 40, 0, 0), strict=True)
    made = writer(
        region() + [pupils(board.code, period, n) for period, n in numbers], also=(board,)
    )
    document = place_page(made, board)
    assert document.lead.startswith("Sinds 2006 geen leerlingen in het bestand.")
    assert ": 0 leerlingen" not in str(document.blocks)
    boards = places_page(made).blocks[1]
    assert isinstance(boards, PlaceIndex) and boards.choices[0].detail == "0 besturen"
    assert len(boards.choices[0].groups[0].links) == 1


def test_years_that_are_protected_are_no_figures_of_then() -> None:
    old = hide(pupils(HERE.code, PUPILS[0], 20), "would_reveal")
    made = writer([*region(), old])
    assert place_page(made, HERE).lead.endswith(
        "Na 2004 staan hier in de bestanden geen leerlingen."
    )


def test_a_protected_newest_year_is_a_school_that_was_counted() -> None:
    mine = [pupils(HERE.code, period, 20) for period in PUPILS]
    mine[-1] = hide(mine[-1], "would_reveal")
    assert last_seen(writer(region() + mine), HERE) is None


def test_what_came_along_leaves_out_small_years_so_it_says_nothing_of_them() -> None:
    mine = [pupils(HERE.code, PUPILS[0], 90)]
    assert last_seen(writer(region() + mine), HERE) is not None
    assert last_seen(writer(region() + mine, came_along=True), HERE) is None


def test_an_older_file_that_is_the_newest_of_its_kind_does_not_keep_a_school() -> None:
    shares = [
        share(place, "vmbo", period, 20, 40)
        for place, periods in (
            ("twente", ("2018-2019", "2019-2020", "2020-2021")),
            (LYCEUM.code, ("2018-2019", "2019-2020")),
        )
        for period in periods
    ]
    seen = last_seen(writer(region(), shares), LYCEUM)
    assert seen is not None and seen.last.period == "2019-2020"
    writer_of_more = writer(region(), shares)
    writer_of_more.index.results.facts[LYCEUM.code] = PlaceFacts(later="2020-2021")
    assert last_seen(writer_of_more, LYCEUM) is None, "pupils of a type without a figure"
    newest = [*shares, share(LYCEUM.code, "vmbo", "2020-2021", 20, 40)]
    assert last_seen(writer(region(), newest), LYCEUM) is None


def test_a_municipality_counts_the_schools_of_its_newest_file_and_names_the_others_apart() -> None:
    mine = [pupils(HERE.code, p, 0 if p > PUPILS[1] else 40) for p in PUPILS]
    made = writer(region() + mine, [share(p, "vmbo", "2023-2024", 20, 40)
                                    for p in ("twente", LYCEUM.code)])  # fmt: skip
    index = places_page(made).blocks[0]
    assert isinstance(index, PlaceIndex)
    choice = index.choices[0]
    assert choice.detail == "2 scholen"
    apart = {group.label: [link.text for link in group.links] for group in choice.groups}
    assert apart["Zonder leerlingen in het nieuwste bestand"] == ["De Beemd"]
    assert sum(len(names) for names in apart.values()) == 3, "every school once"
    around = next(b for b in place_page(made, TOWN).blocks if getattr(b, "anchor", "") == "verwant")
    assert isinstance(around, TextBlock)
    notes = {link.text: link.note for link in around.links}
    assert notes["De Beemd"].endswith("zonder leerlingen in het nieuwste bestand")
    assert "nieuwste bestand" not in notes["De Bron"]


# --- codes of others ---------------------------------------------------------------------------

KEY = "technical_profile_share.exam.havo"


def lyceum(under: CountedUnder) -> str:
    shares = [
        share(place, "havo", period, part, rest)
        for place, part, rest in ((LYCEUM.code, 60, 60), ("twente", 500, 500))
        for period in ("2014-2015", "2022-2023", "2023-2024")
    ]
    shares += [
        replace(share("twente", "havo", p, 500, 500), by=()) for p in ("2014-2015", "2023-2024")
    ]
    document = place_page(writer(region(), shares, under), LYCEUM)
    assert document.head is not None
    return " ".join(document.head.details)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["99ZZ00"], "Vergeleken met 2014-2015, toen nog onder code 99ZZ00: havo"),
        (["99ZZ00", LYCEUM.code], "2014-2015, met de leerlingen van code 99ZZ00 erbij: havo"),
        ([], "Vergeleken met 2014-2015 op deze school zelf: havo"),
    ],
)
def test_a_comparison_with_pupils_of_another_code_says_so(codes: list[str], said: str) -> None:
    details = lyceum({KEY: {"2014-2015": codes}} if codes else {})
    assert said in details
    assert ("op deze school zelf" in details) == (not codes)


def test_years_taken_together_name_the_codes_that_are_counted_in() -> None:
    shares = [
        share(place, "havo", period, part, rest)
        for place, part, rest in ((LYCEUM.code, 10, 10), ("twente", 500, 500))
        for period in ("2021-2022", "2022-2023", "2023-2024")
    ]
    shares += [replace(share("twente", "havo", "2023-2024", 500, 500), by=())]
    under = {KEY: {p: ["99ZZ00"] for p in ("2021-2022", "2022-2023")}}
    document = place_page(writer(region(), shares, under), LYCEUM)
    block = next(b for b in document.blocks if isinstance(b, FigureBlock))
    assert block.detail.endswith(
        "In 2021-2022 tot en met 2022-2023 zijn de leerlingen van code 99ZZ00 meegeteld."
    )


# --- school types that stand apart -------------------------------------------------------------


def test_a_place_with_only_a_type_that_stands_apart_has_its_figure() -> None:
    shares = [share(p, "vmbo", "2023-2024", 20, 60) for p in ("twente", ENSCHEDE)]
    shares += [share(ENSCHEDE, "vmbo", "2017-2018", 20, 60)]
    block = next(
        b for b in place_page(writer(region(), shares), TOWN).blocks if isinstance(b, FigureBlock)
    )
    assert "25,0\u00a0%" in block.sentence and "vmbo" in block.sentence
    assert [row[0].text for row in block.tables[0].rows] == ["2023-2024"], "none before the break"
    old = [one for one in shares if one.period != "2023-2024"]
    assert "2017-2018" in str(place_page(writer(region(), old), TOWN).blocks[0])
