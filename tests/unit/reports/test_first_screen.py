"""The first screen answers the question, whatever else was read, in three languages."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TypeVar

import pytest

from instroom.core.series import Figure
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.monitoring import verdicts
from instroom.reports.blocks import (
    ChoiceBlock,
    ComparedYears,
    Document,
    GoalLines,
    VerdictRow,
    VerdictTable,
)
from instroom.reports.documents import first_screen
from instroom.reports.documents.home import home_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex, Topic
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import PACKAGE, Results, load

B = TypeVar("B")
SINCE = {s.since for kpi in registry.kpis().values() for s in kpi.stages}


@cache
def packaged() -> Results:
    return load(PACKAGE)


def home(
    keep: Callable[[Figure], bool] | None = None, language: str = "nl", counting: str = ""
) -> Document:
    found = packaged()
    if keep is not None:
        found = replace(found, published=found.published.only(figures=keep))
    t = Texts(language)
    writer = PageWriter(FigureIndex(found), t, PictureQueue(t, example=False))
    return home_page(writer, counting)


def block(document: Document, kind: type[B]) -> B:
    return next(b for b in document.blocks if isinstance(b, kind))


def rows(document: Document) -> dict[str, VerdictRow]:
    table = block(document, VerdictTable)
    return {row.label: row for group in table.groups for row in group.rows}


def test_the_answer_per_stage() -> None:
    page = home()
    assert page.opening is not None
    assert page.opening.question == "Kiezen meer jongeren in Twente voor techniek?"
    assert page.opening.verdict == "Hier en daar minder; nergens zeker meer."
    assert page.opening.answer == (
        "Scholen in Twente: havo minder, vwo en vmbo niet zeker.",
        "Opleidingen in Twente: hbo minder, mbo en wo niet zeker.",
    )
    assert page.opening.years == (
        ComparedYears("Scholen", "2023-2024", "2014-2015 en 2018-2019", 2024),
        ComparedYears("Opleidingen", "2019", "2015", 2019),
    )
    said = "Het programma begon in 2024. Wat het doet, zeggen deze cijfers nog niet."
    assert page.opening.programme == said


def test_then_and_now_and_the_country() -> None:
    found = rows(home())
    assert (found["havo"].before, found["havo"].now) == ("47,0", "40,2–42,3\u00a0%")
    assert found["havo"].national == "39,6 → 35,6–37,5\u00a0%"
    assert (found["hbo"].before, found["hbo"].now) == ("35,9", "29,3\u00a0%")
    assert found["mbo"].mark.text == "Geen verschil te zien"
    assert found["vwo"].mark.shape == "up_open"
    coloured = {label for label, row in found.items() if row.mark.colour}
    assert coloured == {"havo", "hbo"}


def test_the_row_says_the_figure_it_names() -> None:
    known = {figure.id: figure for figure in packaged().published.figures}
    for counting in ("", "cbs"):
        for label, row in rows(home(counting=counting)).items():
            figure = known[row.figure]
            now = row.spans[1]
            assert now is not None
            assert (now.low, now.high) == (figure.low, figure.high), label
            assert row.now == Texts("nl").percent(figure.low or 0, figure.high)


@pytest.mark.parametrize("language", languages())
def test_the_whole_page_follows_what_counts(language: str) -> None:
    usual, other = home(language=language), home(language=language, counting="cbs")
    assert (usual.key, other.key) == ("", "home/cbs")
    assert rows(usual).keys() == rows(other).keys()
    changed = {label for label in rows(usual) if rows(usual)[label] != rows(other)[label]}
    # What counts as technical in mbo, hbo and wo, and the sector of vmbo, is no matter of this.
    assert changed == {"havo", "vwo", "vmbo"}
    assert rows(other)["vmbo"].now == rows(usual)["vmbo"].now
    for page in (usual, other):
        options = block(page, ChoiceBlock).options
        assert [option.current for option in options] == [page is usual, page is other]
        assert {option.url for option in options} == {"", "home/cbs"}
    assert all("/cbs" in k or k.startswith(("indicator/mbo", "indicator/ho"))
               for k in (row.url for row in rows(other).values()))  # fmt: skip


@cache
def _newest() -> dict[tuple[str, str | None], str]:
    """Return the newest period with a number per indicator and stage."""
    found: dict[tuple[str, str | None], str] = {}
    for f in packaged().published.figures:
        if f.status in ("ok", "bounded"):
            found[f.indicator, f.stage] = max(f.period, found.get((f.indicator, f.stage), ""))
    return found


def _last(figure: Figure) -> bool:
    return figure.period == _newest().get((figure.indicator, figure.stage), "")


@pytest.mark.parametrize(
    "keep",
    [
        lambda f: f.period in SINCE or _last(f),
        lambda f: f.period in SINCE or f.period[:4] > "2016" or not f.period,
        lambda f: f.period >= "2014" or not f.period,
        lambda f: f.place in ("twente", "nl"),
        lambda f: f.indicator in ("technical_profile_share", "mbo_technical_students",
                                  "ho_technical_entrants"),
    ],
    ids=["ends", "recent", "no-old-files", "no-province", "only-judged"],
)  # fmt: skip
def test_other_files_never_move_the_verdict(keep: Callable[[Figure], bool]) -> None:
    assert home(keep).opening == home().opening
    assert rows(home(keep)) == rows(home())


def test_without_the_first_year_nothing_is_compared() -> None:
    page = home(lambda f: f.period not in SINCE)
    assert page.opening is not None
    assert page.opening.verdict == "Dat is nog niet te vergelijken."
    assert {row.mark.text for row in rows(page).values()} == {"Niet te vergelijken"}
    assert not any(row.mark.colour for row in rows(page).values())


def test_a_figure_after_the_start_is_compared_with_the_start() -> None:
    """The years of the programme get their own sentence, and it names no cause."""
    found = packaged()
    writer = PageWriter(FigureIndex(found), Texts("nl"), PictureQueue(Texts("nl"), example=False))
    judged = first_screen.judged(writer)
    early = [
        replace(row, goal=row.goal.model_copy(update={"start": "2018-2019"})) for row in judged
    ]
    lead = first_screen.opening(writer, early).programme
    assert "Het programma begon in 2019. Sinds 2018-2019: havo" in lead
    assert "Of dat door het programma komt, zeggen deze cijfers niet." in lead
    assert "zeggen deze cijfers nog niet" not in lead


def _without(label: str, year: str, place: str = "twente") -> Callable[[Figure], bool]:
    return lambda f: (
        not (f.place == place and f.period == year and dict(f.by).get("school_type") == label)
    )


def test_years_that_differ_within_a_group_stand_in_each_row() -> None:
    """One newest year is never said of a row that has another."""
    page = home(_without("vwo", "2023-2024"))
    assert page.opening is not None
    schools = page.opening.years[0]
    assert schools.now == "2023-2024 en 2022-2023"
    assert schools.ends == 2023, "the age is that of the oldest"
    table = block(page, VerdictTable)
    said = {row.label: row.years for row in table.groups[0].rows}
    usual = table.groups[0].years.removeprefix("eindexamen ")
    assert {label: years or usual for label, years in said.items()} == {
        "havo": "2014-2015 → 2023-2024",
        "vwo": "2014-2015 → 2022-2023",
        "vmbo": "2018-2019 → 2023-2024",
    }


def test_nothing_is_compared_across_a_break_in_the_series() -> None:
    stage = next(s for k in registry.kpis().values() for s in k.stages if s.label == "vmbo")
    index = FigureIndex(packaged())
    topic = Topic(stage.indicator, stage.stage, "monitor")
    figures = index.get(topic, "twente", school_type="vmbo")
    across = verdicts.verdict(figures, "2014-2015")
    assert (across.outcome, across.broken) == ("not_comparable", "2018-2019")
    assert (across.low, across.margin) == (None, None)
    assert verdicts.verdict(figures, "2018-2019").outcome == "no_difference"
    before = [f for f in figures if f.period < "2018"]
    assert verdicts.verdict(before, "2014-2015").outcome != "not_comparable"
    assert (
        verdicts.verdict(index.get(topic, "twente", school_type="havo"), "2014-2015").broken == ""
    )


def test_the_choice_is_made_of_one_year() -> None:
    newest = lambda f: f.period == "2023-2024" and f.classification == "cbs"  # noqa: E731
    page = home(lambda f: not newest(f))
    assert "2022-2023" in block(page, ChoiceBlock).detail
    usual = next(
        f
        for f in packaged().published.figures
        if f.id == "technical_profile_share.exam.monitor:twente:2022-2023"
    )
    first = block(page, ChoiceBlock).options[0]
    assert usual.low is not None
    assert usual.high is not None
    assert first.low <= 100 * usual.low
    assert first.high >= 100 * usual.high


def test_one_year_of_the_country_is_no_comparison_and_says_which() -> None:
    row = rows(home(_without("havo", "2014-2015", "nl")))["havo"]
    assert row.national == "geen cijfer → 35,6–37,5\u00a0%"
    assert rows(home(_without("havo", "2023-2024", "nl")))["havo"].national == ""


def test_nothing_measured_is_one_word_and_no_arrow() -> None:
    row = rows(home(lambda f: f.indicator != "mbo_technical_students"))["mbo"]
    assert (row.before, row.now, row.mark.text) == ("", "geen cijfer", "Nog niets gemeten")


def test_each_goal_is_one_line() -> None:
    found = block(home(), GoalLines)
    assert found.heading == "2 van de 7 doelen zijn gemeten"
    assert [goal.number for goal in found.goals] == [1, 2, 3, 4, 5, 6, 7]
    assert [mark.text for mark in found.goals[2].marks] == [
        "havo minder", "vwo misschien meer", "vmbo geen verschil te zien"
    ]  # fmt: skip
    assert [goal.number for goal in found.goals if goal.measured] == [3, 4]


@pytest.mark.parametrize("language", languages())
def test_a_line_of_the_answer_fits_the_headline(language: str) -> None:
    page = home(language=language)
    assert page.opening is not None
    assert all(len(line) <= 64 for line in page.opening.answer), page.opening.answer
