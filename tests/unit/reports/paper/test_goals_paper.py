"""The goals on paper: the sentences of the page, and only figures that the public may see."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from instroom.cli.main import main
from instroom.core.errors import UserError
from instroom.core.quantities import Count
from instroom.core.series import Audience, Figure, Series
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.privacy.published import publish
from instroom.reports import goals
from instroom.reports.blocks import EntryList
from instroom.reports.documents import pages
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.paper.goals_paper import goals_paper
from instroom.reports.paper.paper import (
    Paper,
    PaperColumn,
    PaperPicture,
    PaperSection,
    PaperTable,
    paper_data,
)
from instroom.reports.paper.writing import paper
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import Results, load

DAY = date(2026, 11, 29)
SHARE = Figure(
    "technical_profile_share", "2023-2024", "twente", "ok", "exam", "monitor",
    value=0.523, low=0.523, high=0.523, numerator=Count(1795), denominator=Count(3431),
)  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    return load()


def said(made: Paper) -> str:
    return json.dumps(paper_data(made), ensure_ascii=False)


def goal(made: Paper, number: int) -> PaperSection:
    (found,) = [s for s in made.sections if s.heading.startswith(f"{number}. ")]
    return found


@pytest.mark.parametrize("language", languages())
def test_it_says_what_the_page_of_the_goals_says(results: Results, language: str) -> None:
    t = Texts(language)
    writer = PageWriter(FigureIndex(results), t, PictureQueue(t, example=False))
    (block,) = pages.programme_page(writer).blocks
    assert isinstance(block, EntryList)
    made = goals_paper(results, language, DAY)
    assert (made.title, len(block.entries)) == (block.heading, 7)
    for number, entry in enumerate(block.entries, 1):
        section = goal(made, number)
        assert (section.heading, section.status) == (entry.heading, entry.chip)
        told = [f"{f.sentence} {f.basis}" for f in section.figures]
        assert (*section.paragraphs, *told) == entry.paragraphs


def test_every_figure_has_its_period_and_its_source(results: Results) -> None:
    made = goals_paper(results, "nl", DAY)
    measured = [s for s in made.sections if s.figures]
    assert [s.heading[0] for s in measured] == ["3", "4"]
    assert all(s.sources and s.picture for s in measured)
    assert "schooljaar 2023-2024" in measured[0].figures[0].sentence
    assert measured[0].sources == (
        "DUO, Examenkandidaten en geslaagden per vestiging en profiel, "
        "2014-2015 – 2023-2024 (CC0-1.0)",
    )
    table = made.sections[0].table
    assert table is not None
    assert [row[0] for row in table.rows] == ["3", "4", "4", "4"]
    assert table.rows[0][3] == "47,4–49,8\N{NO-BREAK SPACE}%"
    assert len(made.sections[-1].points) == 7


def test_every_year_that_a_goal_draws_or_compares_has_its_files(results: Results) -> None:
    made, seen = goals_paper(results, "nl", DAY), set()
    listed = {point.partition(",")[0] for point in made.sections[-1].points}
    public = results.published.shown_to("public")
    for state in goals.states(public, results.region):
        picture = goal(made, state.kpi.number).picture
        if state.lead is None or picture is None:
            continue
        drawn = set(re.findall(r"\b\d{4}-\d{4}\b", picture.alternative))
        compared = {(s.indicator, s.stage, s.since) for s in state.kpi.stages}
        for f in public.figures:
            told = f.place == results.region and (f.indicator, f.stage or "", f.period) in compared
            line = (f.indicator, f.stage, f.classification) == (
                state.lead.indicator, state.lead.stage, state.lead.classification,
            )  # fmt: skip
            if told or (line and not f.by and f.place in ("twente", "nl") and f.period in drawn):
                seen.add((state.kpi.number, f.period))
                assert {results.inputs[sha]["file"] for sha in f.sources} <= listed, f.id
    assert {(3, "2014-2015"), (3, "2018-2019"), (3, "2023-2024"), (4, "2015-2016")} <= seen
    assert "examenkandidaten-en-geslaagden-2014-2019.csv" in listed


def test_one_year_has_its_own_source_and_no_other(results: Results) -> None:
    (sha,) = {sha for sha, row in results.inputs.items() if row["file"] == "duo_examen_raw_all.csv"}
    figures = (replace(SHARE, sources=(sha,)),)
    series = Series(SHARE.indicator, "pupils", figures, open_data=True, audience="public")
    section = goal(goals_paper(replace(results, published=publish([series])), "nl", DAY), 3)
    assert section.picture is None
    assert [source.rpartition(", ")[2] for source in section.sources] == ["2023-2024 (CC0-1.0)"]


def test_a_picture_tells_every_number_that_it_draws(results: Results) -> None:
    picture = goal(goals_paper(results, "nl", DAY), 3).picture
    assert picture is not None
    assert picture.svg.startswith("<svg")
    assert "Twente: 2014-2015 50,5\N{NO-BREAK SPACE}%" in picture.alternative
    assert "Nederland: 2014-2015 46,4\N{NO-BREAK SPACE}%" in picture.alternative


@pytest.mark.parametrize(("audience", "shown"), [("public", True), ("school", False)])
def test_only_what_the_public_may_see_is_on_it(
    results: Results, audience: Audience, shown: bool
) -> None:
    series = Series(SHARE.indicator, "pupils", (SHARE,), open_data=True, audience=audience)
    mine = replace(results, published=publish([series]))
    made = goals_paper(mine, "nl", DAY)
    assert ("52,3" in said(made)) is shown
    assert bool(goal(made, 3).figures) is shown


def test_without_a_figure_a_goal_says_why(results: Results) -> None:
    made = goals_paper(replace(results, published=publish([])), "nl", DAY)
    assert made.sections[0].heading.startswith("1. ")
    for kpi in registry.kpis().values():
        section = goal(made, kpi.number)
        assert section.status == "nog niets gemeten"
        assert section.paragraphs[0].startswith(kpi.need or "Hier is nog geen cijfer: ")


def test_an_invented_region_says_so(results: Results) -> None:
    assert goals_paper(results, "nl", DAY).mark == ""
    assert goals_paper(replace(results, example=True), "nl", DAY).mark == "voorbeeld"


def test_a_row_has_a_cell_per_column() -> None:
    with pytest.raises(ValueError, match="one cell per column"):
        PaperTable("t", (PaperColumn("a"),), (("1", "2"),))


def test_a_picture_without_words_is_none() -> None:
    with pytest.raises(ValueError, match="words for who does not see it"):
        PaperPicture("<svg/>", " ")


def test_a_language_without_months_has_a_plain_date() -> None:
    assert paper_data(Paper("x", "qqq", DAY, "", "", ()))["day"] == "2026-11-29"


@pytest.mark.parametrize(("format_", "begins"), [("pdf", b"%PDF-1.7"), ("docx", b"PK")])
def test_the_command_writes_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_: str, begins: bytes
) -> None:
    out, data = tmp_path / f"doelen.{format_}", tmp_path / "data"
    data.mkdir()
    words = ["paper", "goals", "--format", format_, "--out", str(out), "--data", str(data)]
    assert main([*words, "--lang", "nl"]) == 0
    assert capsys.readouterr().out.startswith(f"{out}, ")
    assert out.read_bytes().startswith(begins)
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".part")] == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 29, 23, 1, tzinfo=UTC), "2026-11-30"),
        (datetime(2026, 7, 31, 22, 30, tzinfo=UTC), "2026-08-01"),
    ],
)
def test_the_date_on_it_is_that_in_amsterdam(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    moment: datetime,
    day: str,
) -> None:
    now = SimpleNamespace(now=lambda tz: moment.replace(tzinfo=tz))
    monkeypatch.setattr("instroom.cli.main.datetime", SimpleNamespace(datetime=now, UTC=UTC))
    data = tmp_path / "data"
    data.mkdir()
    words = ["paper", "goals", "--out", str(tmp_path / "x.docx"), "--data", str(data)]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["date"] == day


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("gaols", {}, "goals"),
        ("goals", {"lang": "fr"}, "nl, en, de"),
    ],
)
def test_what_is_not_there_is_refused(
    tmp_path: Path, name: str, options: dict[str, str], expected: str
) -> None:
    with pytest.raises(UserError) as caught:
        paper(name, out=tmp_path / "x", today=DAY, data=tmp_path, **options)
    assert (caught.value.code, caught.value.expected) == ("unknown_paper", expected)
