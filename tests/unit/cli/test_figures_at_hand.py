"""What every command tells when nothing was read, or the folder is not there: one rule."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from documentation.kitchen import EXAMS, lay
from instroom.cli.main import main
from instroom.core.texts import Texts
from instroom.region.locate import home_region
from instroom.reports import goals, site
from instroom.reports.at_hand import results_along
from instroom.reports.documents import pages
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.paper.goals_paper import goals_paper
from instroom.reports.paper.paper import paper_data
from instroom.reports.picture_queue import PictureQueue
from instroom.sources.store import Store

FIGURE = "technical_profile_share.exam.monitor:twente:2023-2024"
#: Commands that tell what is in a data directory, and make none.
TELLING = {
    "kpi": ["kpi"],
    "paper": ["paper", "goals", "--out", "x.docx"],
    "series": ["series", "technical_profile_share"],
    "pipeline": ["pipeline"],
    "explain": ["explain", FIGURE],
    "explain, older": ["explain", FIGURE, "--release", "1"],
    "export": ["export", "observations", "--out", "x.csv"],
    "releases": ["releases"],
    "compute": ["compute"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INSTROOM_DATA", raising=False)
    return tmp_path


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("way", ["--data", "INSTROOM_DATA"])
@pytest.mark.parametrize("name", TELLING)
def test_a_folder_that_was_named_is_there(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    way: str,
) -> None:
    words = [*TELLING[name]]
    if way == "--data":
        words += ["--data", "nowhere"]
    else:
        monkeypatch.setenv("INSTROOM_DATA", "nowhere")
    code, found = answered(capsys, *words)
    assert (code, found["error"]["code"]) == (12, "no_data_directory")
    assert found["error"]["where"]["file"] == "nowhere"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("folder", ["", "empty"])
@pytest.mark.parametrize("name", TELLING)
def test_when_nothing_was_read_no_command_is_silent_about_it(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, folder: str
) -> None:
    """The usual folder need not be there yet; that is the same as an empty one."""
    data = ["--data", folder] if folder else []
    if folder:
        (here / folder).mkdir()
    code, found = answered(capsys, *TELLING[name], *data)
    said = {
        "kpi": lambda: found["came_along"],
        "paper": lambda: found["came_along"],
        "series": lambda: {f["reason"] for f in found["series"]} == {"source_not_read"},
        "pipeline": lambda: all(s["reason"] and s["count"] is None for s in found["steps"]),
        "explain": lambda: (found["value"], found["reason"]) == (None, "source_not_read"),
        "explain, older": lambda: found["error"]["code"] == "unknown_release",
        "export": lambda: found["error"]["code"] == "nothing_read",
        "releases": lambda: found["releases"] == [],
        "compute": lambda: found["error"]["code"] == "nothing_read",
    }
    assert said[name](), found
    assert code == (12 if "error" in found else 0)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("language", ["nl", "en", "de"])
@pytest.mark.parametrize("name", ["kpi", "paper"])
def test_people_are_told_whose_figures_they_are(
    capsys: pytest.CaptureFixture[str], name: str, language: str
) -> None:
    assert main([*TELLING[name], "--lang", language]) == 0
    assert goals.along(Texts(language)) in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("language", ["nl", "en", "de"])
@pytest.mark.parametrize("uncounted", [False, True])
def test_pages_and_paper_say_whose_figures_they_are(
    here: Path, language: str, uncounted: bool
) -> None:
    found = results_along(Store(here))
    assert found is not None
    found = replace(found, uncounted=uncounted)
    said = goals.along(Texts(language), uncounted=uncounted)
    counted = replace(found, came_along=False)
    for results, times in ((found, 1), (counted, 0)):
        told = {
            page.key: json.dumps(page.to_dict(), ensure_ascii=False).count(said)
            for page in site.documents(results, language)[0]
        }
        assert [told.pop(key) for key in ("", "programme", "sources")] == [times] * 3
        assert set(told.values()) == {0}
        paper = paper_data(goals_paper(results, language, date(2026, 11, 29)))
        assert json.dumps(paper, ensure_ascii=False).count(said) == times


@pytest.mark.usefixtures("here")
def test_files_without_counts_are_not_nothing(
    capsys: pytest.CaptureFixture[str], example: dict[str, Path]
) -> None:
    """Lists of schools were read: the figures come along, and nobody says nothing was read."""
    assert main(["read", str(example["addresses_vo"])]) == 0
    capsys.readouterr()
    for name in ("kpi", "paper"):
        _, found = answered(capsys, *TELLING[name])
        assert (found["came_along"], found["uncounted"]) == (True, True)
        assert main([*TELLING[name], "--lang", "nl"]) == 0
        shown = capsys.readouterr().out
        assert "nog geen bestand met aantallen ingelezen" in shown
        assert "nog niets ingelezen" not in shown
    for name in ("export", "compute"):
        _, found = answered(capsys, *TELLING[name])
        assert found["error"]["code"] == "nothing_read"
        assert "nothing was read" not in found["error"]["found"]


@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_page_paper_and_command_agree_on_what_is_measured(here: Path, language: str) -> None:
    t, results = Texts(language), results_along(Store(here))
    assert results is not None
    writer = PageWriter(FigureIndex(results), t, PictureQueue(t, example=False))
    entries = pages.programme_page(writer).blocks[0].entries  # type: ignore[union-attr]
    made = goals_paper(results, language, date(2026, 11, 29))
    sections = [section for section in made.sections if section.heading[:2] in "1.2.3.4.5.6.7."]
    told = goals.kpi(data=here, lang=language)
    assert told.came_along
    for entry, section, goal in zip(entries, sections, told.kpis, strict=True):
        assert entry.heading == section.heading == f"{goal.number}. {goal.title}"
        assert entry.chip == section.status
        measured = goal.low is not None
        assert (entry.chip == t("gemeten"), bool(section.figures)) == (measured, measured)
        judged = len(section.paragraphs) if measured else 0  # verdicts, which the command leaves
        assert entry.paragraphs[:judged] == (section.paragraphs if measured else ())
        last = " ".join(entry.paragraphs[judged:]) if measured else entry.paragraphs[0]
        assert (goal.sentence == last) if measured else goal.reason
    assert {goal.reason for goal in told.kpis} == {None, "not_measured", "nothing_recorded"}


@pytest.mark.parametrize("place", ["amsterdam", "twente"])
def test_no_goal_ends_in_nothing(here: Path, place: str) -> None:
    for language in ("nl", "en", "de"):
        for goal in goals.kpi(place=place, data=here, lang=language).kpis:
            assert goal.sentence == goal.sentence.strip()
            assert goal.sentence.endswith(".")


@pytest.mark.parametrize("language", ["nl", "en", "de"])
@pytest.mark.parametrize("name", ["kpi", "paper", "series", "pipeline", "explain"])
def test_invented_figures_are_told_and_called_that(
    invented: Path, capsys: pytest.CaptureFixture[str], name: str, language: str
) -> None:
    """Without a place it is the invented region: of no other is there anything."""
    words = [*TELLING[name], "--data", str(invented)]
    if name == "explain":
        words[1] = FIGURE.replace("twente", "voorbeeld").replace("2023-2024", "2018-2019")
    if name == "paper":
        words[3] = str(invented.parent / "x.docx")
    said = goals.invented(Texts(language))
    assert main([*words, "--lang", language]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines().count(said) == 1
    if name in ("kpi", "series", "pipeline"):
        assert "Voorbeeldstreek" in shown
        assert main([*words, "--place", "twente", "--lang", language]) == 0
        assert said not in capsys.readouterr().out, "nothing of Twente is told, so nothing invented"
    _, found = answered(capsys, *words)
    assert found.get("example", True) is True
    if name in ("kpi", "pipeline"):
        assert found["place"] == "voorbeeld"


@pytest.fixture(scope="module")
def invented(example: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invented") / "data"
    names = ("exams_open", "mbo", "primary", "addresses_vo")
    assert main(["read", *(str(example[name]) for name in names), "--data", str(folder)]) == 0
    return folder


def test_beside_one_real_file_the_region_is_the_real_one(
    invented: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = tmp_path / "data"
    shutil.copytree(invented, real)
    assert home_region(Store(real)) == "voorbeeld"
    lay(tmp_path)
    assert main(["read", str(tmp_path / EXAMS), "--data", str(real)]) == 0
    capsys.readouterr()
    assert home_region(Store(real)) == "twente"
    assert home_region(Store(tmp_path / "nothing")) == "twente"


def test_the_names_of_figures_are_shown_when_asked(
    invented: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ``--ids`` prints first is what ``explain`` takes, and its hint names the option."""
    words = ["series", "technical_profile_share", "--by", "gender", "--data", str(invented)]
    _, found = answered(capsys, *words)
    ids = [figure["id"] for figure in found["series"]]
    assert main(words) == 0
    assert not any(name in capsys.readouterr().out for name in ids)
    assert main([*words, "--ids"]) == 0
    lines = capsys.readouterr().out.splitlines()[-len(ids) :]
    assert [line.split()[0] for line in lines] == ids
    assert main(["explain", lines[-1].split()[0], "--data", str(invented)]) == 0
    capsys.readouterr()
    for wrong in ("nothing", "technical_profile_share.exam.monitor:voorbeeld:2018-2019:gender=x"):
        _, found = answered(capsys, "explain", wrong, "--data", str(invented))
        assert "instroom series --ids" in found["error"]["hint"]


def test_a_year_in_no_file_is_not_a_file_that_was_not_read(
    invented: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = FIGURE.replace("2023-2024", "1999-2000")
    _, found = answered(capsys, "explain", figure, "--data", str(invented))
    assert (found["value"], found["status"], found["reason"]) == (
        None,
        "missing",
        "no_file_for_date",
    )
