"""The page of an indicator: question, answer by rule, and never one verdict for several."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import pytest

from instroom.core.quantities import Count, Share
from instroom.core.series import Figure
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.drawing import charts
from instroom.reports import sentences
from instroom.reports.blocks import ChoiceBlock, Document, FigureBlock, Opening, Switch
from instroom.reports.documents import parts
from instroom.reports.documents.home import home_page, pipeline_block
from instroom.reports.documents.indicator import indicator_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.picture_queue import PictureJob, PictureQueue
from instroom.reports.results import PACKAGE, Results, load

B = TypeVar("B")
PROFILE = Topic("technical_profile_share", "exam", "monitor")
CHOICE = Topic("technical_profile_share", "choice", "monitor")
MBO = Topic("mbo_technical_students", None, "sector_unit")


@cache
def packaged() -> Results:
    return load(PACKAGE)


def writer_of(
    keep: Callable[[Figure], bool] | None = None,
    change: Callable[[Figure], Figure] | None = None,
    language: str = "nl",
) -> PageWriter:
    """Return a writer of the figures that come along, some left out or with other numbers."""
    found = packaged()
    if keep is not None:
        found = replace(found, published=found.published.only(figures=keep))
    t, index = Texts(language), FigureIndex(found)
    if change is not None:
        for figures in index._index.values():
            figures[:] = map(change, figures)
    return PageWriter(index, t, PictureQueue(t, example=False))


def opening(topic: Topic, **more: Any) -> Opening:
    found = indicator_page(writer_of(**more), topic).opening
    assert found is not None
    return found


def blocks(document: Document, kind: type[B]) -> list[B]:
    return [b for b in document.blocks if isinstance(b, kind)]


def block(document: Document, anchor: str) -> FigureBlock:
    return next(b for b in blocks(document, FigureBlock) if b.anchor == anchor)


def job(writer: PageWriter, kind: str) -> PictureJob:
    return next(j for j in writer.pictures.jobs if j.kind == kind)


def with_share(figure: Figure, part: int, rest: int) -> Figure:
    share = Share.of(Count(part), Count(rest))
    return replace(
        figure, status="ok", value=share.low, low=share.low, high=share.high, hidden=0,
        numerator=Count(part), denominator=Count(part + rest),
    )  # fmt: skip


# --- the opening -------------------------------------------------------------------------------


def test_the_answer_is_per_school_type_with_its_years() -> None:
    found = opening(PROFILE)
    assert found.question == "Kiezen leerlingen van scholen in Twente vaker een technisch profiel?"
    assert found.answer == (
        "Havo: minder, van 47 van de 100 in 2014-2015 naar 40 tot 43 in 2023-2024. "
        "Vwo en vmbo: niet zeker.",
    )
    assert [(y.now, y.since, y.ends) for y in found.years] == [
        ("2023-2024", "2014-2015 en 2018-2019", 2024)
    ]
    assert "Nederland in dezelfde jaren: havo 39,6 → 35,6–37,5\u00a0%" in found.programme
    assert "zeggen deze cijfers nog niet" in found.programme


def test_one_share_alone_says_what_the_rule_says_of_it() -> None:
    found = opening(MBO)
    assert found.answer == ("Geen verschil te zien: van 28 van de 100 in 2015 naar 30 in 2019.",)
    assert "ook studenten van elders" in found.programme


def test_nothing_certain_still_says_how_many() -> None:
    """Without any certain change the newest figures stand beside what is not known."""

    def level(figure: Figure) -> Figure:
        if figure.indicator == PROFILE.indicator and figure.place == "twente" and figure.numbered:
            return with_share(figure, 1000, 1000)
        return figure

    found = opening(PROFILE, change=level)
    assert found.answer == (
        "Havo, vwo en vmbo: niet zeker. "
        "Havo 50, vwo 50 en vmbo 50 van de 100 (schooljaar 2023-2024).",
    )


def test_bounds_are_never_made_narrower_and_few_are_percent() -> None:
    def few(figure: Figure) -> Figure:
        if figure.indicator == MBO.indicator and figure.numbered:
            return with_share(figure, 12, 988)
        return figure

    assert "van 1,2\u00a0% in 2015 naar 1,2\u00a0% in 2019" in opening(MBO, change=few).answer[0]


def test_without_a_rule_the_newest_figure_is_the_answer_and_no_verdict() -> None:
    found = opening(CHOICE)
    assert found.answer == (
        "Havo 45, vwo 66 en vmbo basis, kader en gemengd 16 van de 100 (1 oktober 2019).",
    )
    assert [(y.now, y.since) for y in found.years] == [("2019", "")]
    assert "De cijfers beginnen in 2016." in found.programme
    pupils = opening(Topic("po_pupils"))
    assert pupils.answer == ("Twente, 1 oktober 2025: 47.497 leerlingen op de basisschool.",)
    assert "De cijfers beginnen in 1996." in pupils.programme


def test_one_year_is_no_since() -> None:
    def last(figure: Figure) -> bool:
        return figure.period == "2019-2020"

    assert "één jaar bekend" in opening(CHOICE, keep=last).programme


def test_without_a_figure_it_says_why_and_what_is_needed() -> None:
    found = opening(Topic("mbo_technical_entrants"))
    assert found.answer[0].startswith("Hier is nog geen cijfer: ")
    assert found.programme == registry.indicators()["mbo_technical_entrants"].need
    assert found.years == ()


@pytest.mark.parametrize("language", languages())
def test_every_indicator_asks_its_own_question_in_every_language(language: str) -> None:
    writer = writer_of(language=language)
    asked: dict[str, set[tuple[str, str | None]]] = {}
    for indicator in registry.indicators().values():
        for topic in parts.topics(indicator):
            found = indicator_page(writer, topic).opening
            assert found is not None
            assert found.question.endswith("?"), topic
            assert "Twente" in found.question
            assert all(line.strip() and "{" not in line for line in found.answer), topic
            asked.setdefault(found.question, set()).add((topic.indicator, topic.stage))
    assert all(len(topics) == 1 for topics in asked.values())


# --- never pooled ------------------------------------------------------------------------------


def test_together_has_no_verdict_where_its_parts_differ() -> None:
    writer = writer_of()
    changed = block(indicator_page(writer, PROFILE), "verandering")
    assert "geven wij geen oordeel" in changed.sentence
    *apart, together = job(writer, "change").items
    assert together.label == "havo en vwo samen"
    assert (together.mark, together.shape, together.colour) == ("", "", "")
    assert all(row.mark for row in apart)
    assert changed.tables[0].rows[-1][-1].text == "–"


@pytest.mark.parametrize("language", languages())
def test_no_opening_says_one_figure_for_several_school_types(language: str) -> None:
    """The share of havo and vwo together stands in no answer, of whatever moment or counting."""
    writer = writer_of(language=language)
    for indicator in registry.indicators().values():
        for topic in parts.topics(indicator):
            pooled = writer.index.latest(topic, writer.region)
            if not indicator.separate or indicator.measure != "share" or pooled is None:
                continue
            found = indicator_page(writer, topic).opening
            assert found is not None
            said = " ".join(found.answer)
            assert Texts(language).percent(pooled.low or 0.0, pooled.high) not in said
            assert sentences.sentence(pooled, writer.region_name, writer.t) not in said


def test_the_thin_line_reaches_zero_only_where_nothing_is_certain() -> None:
    """What the picture shows of chance and what the rule says of it are the same."""
    writer = writer_of()
    for indicator in registry.indicators().values():
        for topic in parts.topics(indicator):
            indicator_page(writer, topic)
    rows = [
        row
        for one in writer.pictures.jobs
        if one.kind == "change" and one.name.endswith("change-nl-wide")
        for row in one.items
        if row.chance and row.shape
    ]
    assert len(rows) >= 6
    for row in rows:
        low, high = row.chance
        assert (low > 0 or high < 0) == (row.shape in ("up", "down")), row.label


# --- pictures ----------------------------------------------------------------------------------


def test_every_panel_has_the_country_and_years_after_a_break_stand_alone() -> None:
    writer = writer_of()
    indicator_page(writer, PROFILE)
    panels = job(writer, "panels").items
    assert [p.title for p in panels] == [
        "havo", "vwo", "vmbo basis, kader en gemengd", "havo en vwo samen"
    ]  # fmt: skip
    for panel in panels:
        assert [line.label for line in panel.named] == ["Twente", "Nederland"]
    vmbo = panels[2]
    first = registry.indicators()[PROFILE.indicator].breaks["vmbo"].period
    for line in vmbo.lines:
        before = [point.period < first for point in line.points]
        assert all(before) if not line.label else not any(before)


def test_one_year_is_a_sentence_and_no_picture() -> None:
    def last(figure: Figure) -> bool:
        return figure.period in ("2019-2020", "2023-2024")

    writer = writer_of(keep=last)
    for indicator in registry.indicators().values():
        for topic in parts.topics(indicator):
            indicator_page(writer, topic)
    for one in writer.pictures.jobs:
        lines = [line for item in one.items for line in getattr(item, "lines", [item])]
        drawn = [line for line in lines if isinstance(line, charts.Line)]
        periods = {p.period for line in drawn for p in line.points if p.shown}
        assert not drawn or len(periods) > 1, one.name


def test_what_is_chosen_is_followed_and_the_moment_can_be_chosen() -> None:
    page = indicator_page(writer_of(), Topic(PROFILE.indicator, "exam", "cbs"))
    (choice,) = blocks(page, ChoiceBlock)
    assert [(o.url, o.current) for o in choice.options] == [
        ("indicator/technical_profile_share", False),
        ("indicator/technical_profile_share/exam/cbs", True),
    ]
    (moment,) = blocks(page, Switch)
    assert [o.text for o in moment.options] == ["eindexamen", "profielkeuze"]
    assert page.blocks.index(choice) < page.blocks.index(moment) < 2
    assert blocks(indicator_page(writer_of(), Topic("po_pupils")), ChoiceBlock) == []


def test_the_table_is_open_where_the_change_is_and_complete() -> None:
    page = indicator_page(writer_of(), PROFILE)
    changed = block(page, "verandering")
    assert changed.opened and not block(page, "onderwijssoort").opened
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in changed.tables[0].rows}
    assert rows["havo"][:3] == [
        "47,0\u00a0% (2014-2015)", "40,2–42,3\u00a0% (2023-2024)", "−6,8 tot −4,7 procentpunt"
    ]  # fmt: skip
    whole = block(page, "onderwijssoort").tables[1]
    cells = {cell.text for row in whole.rows for cell in row}
    assert {"1.662 van 3.291", "1.795 van 3.431"} <= cells
    assert any(cell.startswith("1.494–1.563 van") for cell in cells)


# --- the first page ----------------------------------------------------------------------------


def test_after_the_goals_come_map_and_pipeline_and_no_pooled_line() -> None:
    writer = writer_of()
    page = home_page(writer)
    assert [b.anchor for b in blocks(page, FigureBlock)] == ["gemeenten", "pijplijn"]
    assert {one.kind for one in writer.pictures.jobs} == {"map", "pipeline"}


def test_a_tile_leads_to_the_page_of_its_municipality() -> None:
    writer = writer_of(language="de")
    home_page(writer)
    tiles = job(writer, "map").items
    pages = writer.index.results.places
    assert {tile.url for tile in tiles} == {
        f"/de/place/{tile.code}/" if tile.code in pages else "" for tile in tiles
    }
    assert any(tile.url for tile in tiles)


def test_bars_of_the_pipeline_are_as_long_as_people_are_many() -> None:
    writer = writer_of()
    pipeline_block(writer, "open_data")
    steps = {step.id: step for step in job(writer, "pipeline").items}
    assert steps["po"].people == 51_182
    vo = steps["vo"]
    for part in vo.parts:
        count = int(part.count_text.replace(".", ""))
        assert part.share is not None and vo.people
        assert part.share * vo.people == pytest.approx(count)
        assert part.share_text == ""  # a percentage would be of nothing anybody knows
    told = {part.label: part.share_text for part in steps["profile"].parts}
    assert told["havo 4: technisch"] == "44,6\u00a0% van havo 4"


@pytest.mark.parametrize("language", languages())
def test_of_a_hundred_comes_after_the_number(language: str) -> None:
    """It is said once for several numbers, so it is taken from the end of the others."""
    t = Texts(language)
    said = t("{amount} van de 100", amount="7 tot 9")
    assert said == "7 tot 9" + t("{amount} van de 100", amount="")
