"""Pages of the example region: whole sentences with a number, its margin and its place."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from instroom.core.places import normal
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure, Series
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.privacy.published import hide, publish
from instroom.reports.blocks import (
    ClaimBlock,
    Document,
    FigureBlock,
    PageTable,
    PlaceIndex,
    TableCell,
    TextBlock,
)
from instroom.reports.documents import parts, place
from instroom.reports.documents.indicator import headline, indicator_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.picture_queue import PictureJob, PictureQueue
from instroom.reports.place_facts import PlaceFacts
from instroom.reports.results import PlaceInfo, Results
from instroom.reports.site import documents
from unit.monitoring.small import ENSCHEDE

pytest_plugins = ("unit.monitoring.reading",)

PROFILE = Topic("technical_profile_share", "exam", "monitor")
Site = tuple[list[Document], list[PictureJob]]


@pytest.fixture(scope="session")
def site(example_results: Results) -> Site:
    return documents(example_results, "nl")


@pytest.fixture(scope="session")
def pages(site: Site) -> dict[str, Document]:
    return {document.key: document for document in site[0]}


def blocks(site: Site) -> Iterator[tuple[str, FigureBlock]]:
    for document in site[0]:
        for block in document.blocks:
            if isinstance(block, FigureBlock):
                yield document.key, block


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


# --- all pages of the example region -----------------------------------------------------------


def test_every_place_and_every_indicator_has_its_page(
    pages: dict[str, Document], site: Site, example_results: Results
) -> None:
    assert len(pages) == len(site[0]), "no page twice"
    wanted = {parts.key_of(t) for i in registry.indicators().values() for t in parts.topics(i)}
    wanted |= {f"place/{code}" for code in example_results.places}
    wanted |= {"", "programme", "indicators", "places", "claims", "method", "glossary"}
    wanted |= {"accessibility", "inflow", "learning"}
    assert wanted <= set(pages)


def test_every_page_is_marked_as_an_example(site: Site) -> None:
    assert {d.example for d in site[0]} == {True}
    assert {d.region for d in site[0]} == {"Voorbeeldstreek"}
    assert {d.language for d in site[0]} == {"nl"}


def test_every_picture_is_marked_as_an_example(site: Site) -> None:
    assert len(site[1]) > 50
    assert {job.options["example_word"] for job in site[1]} == {"voorbeeld"}


def test_every_picture_on_a_page_will_be_drawn_and_no_other(site: Site) -> None:
    with_picture = (FigureBlock, ClaimBlock)
    found = [b.picture for d in site[0] for b in d.blocks if isinstance(b, with_picture)]
    shown = {name for one in found if one for name in (one.wide, one.narrow)}
    assert shown == {job.name for job in site[1]}


def test_every_page_has_a_title_and_a_lead(site: Site) -> None:
    for document in site[0]:
        assert document.title
        assert document.lead or (document.opening and document.opening.answer)
        assert document.blocks
        assert document.chapter in ("opgave", "programma", "inflow", "instroom", "monitoring",
                                    "leren", "over")  # fmt: skip


def test_every_sentence_is_whole(site: Site) -> None:
    for key, block in blocks(site):
        for text in (block.sentence, block.detail, block.heading, block.chip):
            assert not re.search(r"\?|None|nan|[{}]|\s{2}|\s[.,:]", text), (key, text)
        assert block.sentence.endswith("."), (key, block.sentence)
        assert block.heading, key


def test_no_text_anywhere_says_none_or_keeps_a_gap(site: Site) -> None:
    for document in site[0]:
        for text in texts(document.to_dict()):
            assert not re.search(r"\bNone\b|\bnan\b|\{\w*\}", text), (document.key, text)


def test_every_table_cell_is_a_number_or_a_word(site: Site) -> None:
    for key, block in blocks(site):
        for table in block.tables:
            assert table.caption, key
            for row in table.rows:
                assert len(row) == len(table.columns), (key, table.caption)
                for cell in row:
                    assert cell.text.strip(), (key, table.caption)
                    assert "?" not in cell.text, (key, cell.text)
                    assert cell.status == "ok" or not re.fullmatch("0(,0)?", cell.text)


def test_every_figure_with_a_number_says_where_it_comes_from(
    site: Site, example_results: Results
) -> None:
    numbers = {f.id for f in example_results.published.figures if f.low is not None}
    for key, block in blocks(site):
        if block.method and block.method.figure in numbers:
            assert block.method.definition, key
            assert block.method.sources, key
            assert all(len(s.sha256) == 64 and s.licence for s in block.method.sources)
            assert block.method.formula, key


def test_a_figure_with_a_picture_has_its_table_too(site: Site) -> None:
    assert [key for key, block in blocks(site) if block.picture and not block.tables] == []


def test_every_link_to_a_page_leads_to_a_page(site: Site, pages: dict[str, Document]) -> None:
    def links(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("url"), str) and value["url"]:
                yield value["url"]
            for part in value.values():
                yield from links(part)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from links(part)

    broken = {
        (document.key, url)
        for document in site[0]
        for url in links(document.to_dict())
        if not url.startswith(("download/", "picture/", "http"))
        and url.partition("#")[0] not in pages
    }
    assert sorted(broken) == []


@pytest.mark.parametrize("language", [x for x in languages() if x != "nl"])
def test_pages_are_the_same_in_every_language(
    example_results: Results, pages: dict[str, Document], language: str
) -> None:
    found, jobs = documents(example_results, language)
    assert {d.key for d in found} == set(pages)
    assert {d.language for d in found} == {language}
    for document in found:
        assert len(document.blocks) == len(pages[document.key].blocks), document.key
        for text in texts(document.to_dict()):
            assert not re.search(r"\bNone\b|\{\w*\}", text), (document.key, text)
    assert all(job.name.split("-")[-2] == language for job in jobs)


# --- one figure at a time ----------------------------------------------------------------------


def share(period: str, part: Count, rest: Count, code: str = "twente", **more: Any) -> Figure:
    found = Share.of(part, rest)
    exact = part.exact and rest.exact
    return Figure(
        "technical_profile_share", period, code, "ok" if exact else "bounded", "exam", "monitor",
        value=found.low if exact else None, low=found.low, high=found.high,
        numerator=part, denominator=part + rest, sources=("a" * 64,), **more,
    )  # fmt: skip


def desk_of(*figures: Figure, places: dict[str, PlaceInfo] | None = None) -> PageWriter:
    series = Series(
        "technical_profile_share",
        "pupils",
        figures,
        "exam",
        "monitor",
        open_data=True,
        audience="public",
    )
    results = Results("twente", publish([series]), {}, places or {})
    return PageWriter(FigureIndex(results), Texts("nl"), PictureQueue(Texts("nl"), example=False))


def everything(block: FigureBlock) -> str:
    return f"{block.sentence} {block.detail}"


def test_a_sentence_says_what_when_who_which_definition_and_where_it_was_counted() -> None:
    writer = desk_of(share("2018-2019", Count(1795), Count(1636)))
    text = everything(headline(writer, PROFILE, "twente", full=True))
    for part in (
        "Twente", "2018-2019", "52,3\u00a0%", "eindexamenkandidaten in havo en vwo",
        "technisch profiel", "telling monitor", "eindexamen",
        "geteld naar de plaats van de school",
    ):  # fmt: skip
        assert part.lower() in text.lower(), part


@pytest.mark.parametrize("name", ["technical_profile_share", "mbo_technical_students",
                                  "ho_technical_entrants", "po_pupils", "vo_pupils"])  # fmt: skip
def test_every_headline_names_where_it_was_counted(pages: dict[str, Document], name: str) -> None:
    indicator = registry.indicators()[name]
    basis = {"school": "plaats van de school", "study": "plaats van studie"}[indicator.place_of]
    for topic in parts.topics(indicator):
        block = next(b for b in pages[parts.key_of(topic)].blocks if isinstance(b, FigureBlock))
        text = everything(block)
        assert f"geteld naar de {basis}" in text.lower()
        if topic.classification:
            kind = f"{indicator.classification}/{topic.classification}"
            assert f"telling {registry.classifications()[kind].label}".lower() in text.lower()
        if topic.stage:
            assert indicator.stages[topic.stage].title in text.lower()


def test_a_bounded_share_is_a_margin_and_never_a_point() -> None:
    writer = desk_of(share("2023-2024", Count(1494, 1563), Count(1577, 1661)))
    block = headline(writer, PROFILE, "twente", full=False)
    assert "47,4–49,8\u00a0%" in block.sentence
    cells = [cell.text for row in block.tables[0].rows for cell in row]
    assert "1.494–1.563 van 3.071–3.224" in cells


def test_what_is_protected_is_a_word_and_never_nought() -> None:
    shown = share("2018-2019", Count(20), Count(30))
    hidden = hide(share("2019-2020", Count(2), Count(3)), "would_reveal")
    block = headline(desk_of(shown, hidden), PROFILE, "twente", full=False)
    rows = {row[0].text: row for row in block.tables[0].rows}
    assert [cell.text for cell in rows["2019-2020"][1:]] == ["afgeschermd", "afgeschermd"]
    assert rows["2019-2020"][1].status == "protected"
    assert not rows["2019-2020"][1].numeric


def test_school_types_that_are_all_protected_still_make_a_sentence() -> None:
    figures = [share("2018-2019", Count(20), Count(30)), share("2019-2020", Count(20), Count(30))]
    for school_type in ("havo", "vwo"):
        by = (("school_type", school_type),)
        figures.append(share("2018-2019", Count(20), Count(30), by=by))
        figures.append(hide(share("2019-2020", Count(2), Count(3), by=by), "would_reveal"))
    page = indicator_page(desk_of(*figures), PROFILE)
    block = next(b for b in page.blocks if getattr(b, "anchor", "") == "onderwijssoort")
    assert isinstance(block, FigureBlock)
    assert "afgeschermd" in everything(block)
    assert not re.search(r"\s[.,]|: \.", block.sentence), block.sentence


def test_without_a_figure_the_page_says_what_is_needed() -> None:
    block = headline(desk_of(), Topic("mbo_technical_entrants"), "twente", full=True)
    indicator = registry.indicators()["mbo_technical_entrants"]
    assert block.sentence.startswith("Hier is nog geen cijfer")
    assert block.detail == indicator.need
    assert (block.picture, block.tables) == (None, ())


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        ((5000, 13000), (5200, 12800), "geen verschil te zien met 2015"),
        ((5000, 13000), (4000, 14000), "minder dan in 2015, niet alleen toeval"),
        ((5000, 13000), (6000, 12000), "meer dan in 2015, niet alleen toeval"),
        ((5000, 13000), (5600, 12400), "misschien meer dan in 2015, kan toeval zijn"),
        ((15, 35), (18, 32), "geen verschil te zien met 2015"),
    ],
)
def test_a_chip_names_the_year_it_compares_with(
    first: tuple[int, int], last: tuple[int, int], word: str
) -> None:
    topic = Topic("mbo_technical_students", None, "sector_unit")
    figures = [
        replace(
            share(period, *map(Count, pair)),
            indicator=topic.indicator, stage=None, classification=topic.classification,
        )
        for period, pair in (("2015-2016", first), ("2019-2020", last))
    ]  # fmt: skip
    assert parts.chip(topic, figures, Texts("nl"))[0] == word
    assert parts.chip(topic, figures[1:], Texts("nl")) == ("niet te vergelijken met 2015", "none")


def test_school_types_that_are_judged_apart_have_no_chip_together() -> None:
    figures = [share("2014-2015", Count(1795), Count(1636)),
               share("2023-2024", Count(1300), Count(1636))]  # fmt: skip
    assert parts.chip(PROFILE, figures, Texts("nl")) == ("", "")


# --- small schools -----------------------------------------------------------------------------

SCHOOL = PlaceInfo("00AA00", "School A", "school_vo", ENSCHEDE, "")


def school_block(*figures: Figure) -> FigureBlock:
    writer = desk_of(*figures, places={"00AA00": SCHOOL})
    document = place.place_page(writer, SCHOOL)
    block = document.blocks[0]
    assert isinstance(block, FigureBlock)
    return block


def test_below_fifty_three_years_are_taken_together_with_an_interval() -> None:
    years = [(2018, 40, 60), (2019, 10, 20), (2020, 12, 22), (2021, 11, 25)]
    block = school_block(
        *(share(f"{y}-{y + 1}", Count(a), Count(b), "00AA00") for y, a, b in years)
    )
    assert "2019-2020 tot en met 2021-2022 samen: 33,0\u00a0% van de" in block.sentence
    assert "minder dan 50 leerlingen" in block.detail
    assert "23,9–43,6\u00a0% zijn (95 %-interval)" in block.detail, "as far as on a school's page"
    assert "geteld naar de plaats van de school" in block.detail
    (row,) = block.tables[0].rows
    assert row[-1].text == "33 van 100"


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2018, 2020, 2021], "2018-2019, 2020-2021 en 2021-2022 samen: "),
        ([2020, 2021], "2020-2021 tot en met 2021-2022 samen: "),
    ],
)
def test_only_the_years_that_were_taken_together_are_named(years: list[int], said: str) -> None:
    counts = [share(f"{y}-{y + 1}", Count(9), Count(20), "00AA00") for y in years]
    assert said in school_block(*counts).sentence


def test_one_known_year_is_not_said_to_be_several() -> None:
    block = school_block(share("2020-2021", Count(9), Count(20), "00AA00"))
    assert "samen" not in block.sentence and "samengenomen" not in block.detail
    assert "één jaar is bekend" in block.detail


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((40, 40, 40), "minder dan 50 leerlingen per jaar"),
        ((60, 40, 40), "In 2021-2022 zijn hier minder dan 50 leerlingen"),
        ((40, 50, 40), "In 2021-2022 zijn hier minder dan 50 leerlingen"),
    ],
)
def test_per_year_is_said_only_of_years_that_are_all_small(
    sizes: tuple[int, ...], said: str
) -> None:
    block = school_block(
        *(
            share(f"{year}-{year + 1}", Count(10), Count(size - 10), "00AA00")
            for year, size in enumerate(sizes, 2019)
        )
    )
    assert said in block.detail
    assert ("per jaar" in block.detail) == (max(sizes) < 50)


def test_years_taken_together_have_no_id_of_one_of_them() -> None:
    years = [
        share(f"{y}-{y + 1}", Count(a), Count(b), "00AA00")
        for y, a, b in ((2019, 10, 20), (2020, 12, 22), (2021, 11, 25))
    ]
    told = school_block(*years).method
    assert told and told.figure == ""
    assert told.period == "2019-2020 tot en met 2021-2022 samen"
    assert (told.n, "33" in told.formula, "100" in told.formula) == ("100", True, True)
    assert [part.figure for part in told.parts] == [year.id for year in years]
    assert told.parts[0].text == "2019-2020: 33,3\u00a0% (10 van 30)"
    one = school_block(years[0]).method
    assert one and (one.figure, one.parts) == (years[0].id, ())


def by_type(period: str, havo: Count | None, vwo: Count | None, code: str) -> list[Figure]:
    """Return a whole and its parts of one year; a part that is None is protected."""
    found = [share(period, Count(40), Count(60), code)]
    for name, part in (("havo", havo), ("vwo", vwo)):
        figure = share(period, part or Count(20), Count(30), code, by=(("school_type", name),))
        found.append(figure if part else hide(figure, "would_reveal"))
    return found


def test_apart_are_the_school_types_of_the_same_year() -> None:
    """A type that is not known now is not told with the number of an earlier year."""
    figures = by_type("2019-2020", Count(10), Count(30), "twente")
    figures += by_type("2020-2021", None, None, "twente")
    text = everything(headline(desk_of(*figures), PROFILE, "twente", full=False))
    assert "Apart in 2020-2021: havo afgeschermd, vwo afgeschermd." in text
    newest = [f for f in by_type("2020-2021", Count(10), Count(30), "twente") if not f.by]
    text = everything(headline(desk_of(*figures[:3], *newest), PROFILE, "twente", full=False))
    assert "Apart" not in text and "25,0" not in text


def test_a_split_is_between_years_in_which_all_of_it_is_known() -> None:
    figures = by_type("2018-2019", None, Count(30), "twente")
    figures += by_type("2019-2020", Count(10), Count(30), "twente")
    figures += by_type("2020-2021", Count(12), Count(28), "twente")
    figures += by_type("2021-2022", Count(12), None, "twente")
    found = {b.anchor: b for b in indicator_page(desk_of(*figures), PROFILE).blocks
             if isinstance(b, FigureBlock)}  # fmt: skip
    assert "Tussen 2019-2020 en 2020-2021" in found["verdeling"].sentence
    told = found["verdeling"].method
    assert told and {part.text[:9] for part in told.parts} == {"2019-2020", "2020-2021"}
    assert "Tussen 2018-2019 en 2021-2022" in found["krimp"].sentence
    only = by_type("2018-2019", None, Count(30), "twente")
    only += by_type("2019-2020", Count(10), Count(30), "twente")
    page = indicator_page(desk_of(*only), PROFILE)
    assert "verdeling" not in {getattr(b, "anchor", "") for b in page.blocks}


def test_school_types_side_by_side_are_of_one_year() -> None:
    figures = by_type("2019-2020", Count(10), Count(30), "twente")
    newer = by_type("2020-2021", Count(10), Count(31), "twente")
    figures += [f for f in newer if dict(f.by).get("school_type") != "havo"]
    page = indicator_page(desk_of(*figures), PROFILE)
    block = next(b for b in page.blocks if getattr(b, "anchor", "") == "onderwijssoort")
    assert isinstance(block, FigureBlock)
    assert block.sentence.startswith("2020-2021: vwo ") and "havo" not in block.sentence
    assert "havo: niet in dit bestand." in block.detail.lower()


def test_years_taken_together_name_the_files_of_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(parts, "sources", lambda _, shas: asked.append(tuple(shas)) or [])
    years = [
        replace(share(f"{y}-{y + 1}", Count(9), Count(20), "00AA00"), sources=(mark * 64,))
        for y, mark in ((2019, "a"), (2020, "b"), (2021, "a"))
    ]
    school_block(*years)
    assert ("a" * 64, "b" * 64) in asked


def test_pooled_hidden_cells_stay_a_margin() -> None:
    years = [(Count(10), Count(20)), (Count(11, 14), Count(22)), (Count(9), Count(20))]
    block = school_block(
        *(share(f"{y}-{y + 1}", *pair, "00AA00") for y, pair in enumerate(years, 2019))
    )
    (row,) = block.tables[0].rows
    assert row[1].status == "bounded"
    assert row[-1].text == "30–33 van 92–95"
    assert row[1].text in block.sentence


def test_from_fifty_on_a_school_has_its_own_year() -> None:
    block = school_block(share("2021-2022", Count(20), Count(30), "00AA00"))
    assert "samen" not in block.sentence
    assert "40,0\u00a0%" in block.sentence


def test_a_place_without_figures_says_so() -> None:
    document = place.place_page(desk_of(places={"00AA00": SCHOOL}), SCHOOL)
    assert document.blocks[0].heading == "Nog geen cijfers"  # type: ignore[union-attr]


TOWN = PlaceInfo(ENSCHEDE, "Enschede", "municipality")


@pytest.mark.parametrize("info", [SCHOOL, TOWN])
@pytest.mark.parametrize("reason", ["would_reveal", "not_judged", "one_school", "few_schools"])
def test_figures_that_may_not_be_shown_are_not_told_as_none(info: PlaceInfo, reason: str) -> None:
    hidden = hide(share("2021-2022", Count(1), Count(3), info.code), reason)
    writer = desk_of(hidden, places={info.code: info})
    block = place.place_page(writer, info).blocks[0]
    assert isinstance(block, TextBlock)
    assert block.heading == "Cijfers die hier niet staan"
    assert registry.reasons()[reason] in block.paragraphs[0]
    assert "geen scholen" not in block.paragraphs[0]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (PlaceFacts(0, 0), "staan geen scholen"),
        (PlaceFacts(0, None), "staat geen cijfer van Enschede"),
        (PlaceFacts(2, 3), "staat geen cijfer van Enschede"),
    ],
)
def test_no_schools_is_said_only_where_the_registers_have_none(
    facts: PlaceFacts, said: str
) -> None:
    writer = desk_of(places={TOWN.code: TOWN})
    writer.index.results = replace(writer.index.results, facts={TOWN.code: facts})
    block = place.place_page(writer, TOWN).blocks[0]
    assert isinstance(block, TextBlock)
    assert said in block.paragraphs[0]


def test_schools_are_in_the_order_of_their_names_and_not_of_their_figures(
    pages: dict[str, Document],
) -> None:
    groups = [
        group.links
        for block in pages["places"].blocks
        if isinstance(block, PlaceIndex)
        for choice in block.choices
        for group in choice.groups
    ]
    assert sum(map(len, groups)) > 20
    for links in groups:
        names = [normal(link.text) for link in links]
        assert names == sorted(names)


def test_cells_and_tables_of_the_sentences_are_plain_data() -> None:
    table = PageTable("x", ("a",), ((TableCell("1"),),))
    document = Document("k", "nl", "t", "over", "l", (table,), "r")
    assert document.to_dict()["blocks"][0]["rows"][0][0]["text"] == "1"
