"""Every command that writes a file: the same refusals, in the reader's language."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import pytest

from instroom.cli.main import build, main
from instroom.reports.export_kinds import DATASETS, OBSERVATION_FORMATS
from instroom.reports.paper import writing

SCORES = "school,pre,post\n" + "".join(f"s{i % 6},{i % 7},{i % 5}\n" for i in range(240))
WRITERS = {
    "export": ["export", "observations"],
    "paper": ["paper", "goals"],
    "compress": [
        "compress",
        "scores.csv",
        "--outcome",
        "post",
        "--baseline",
        "pre",
        "--groups",
        "school",
    ],
}
#: What is asked for -> the code that is given.
PLACES = {
    "": "no_output_name",
    "  ": "no_output_name",
    "-": "no_output_name",
    "folder": "is_folder",
    "folder/": "is_folder",
    ".": "is_folder",
    "nowhere/": "is_folder",
    "nowhere/x": "no_output_folder",
    "nowhere/below/x": "no_output_folder",
    "scores.csv/x": "no_folder",
    "scores.csv/below/x": "no_folder",
    os.devnull: "no_ordinary_file",
    "x" * 300: "long_name",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INSTROOM_DATA", raising=False)
    (tmp_path / "folder").mkdir()
    (tmp_path / "scores.csv").write_text(SCORES, "utf-8")
    return tmp_path


def commands() -> dict[str, argparse.ArgumentParser]:
    actions = next(action for action in build()._actions if action.dest == "command")
    return dict(actions.choices or {})  # type: ignore[arg-type]


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_every_command_that_writes_is_here() -> None:
    takes_out = {
        name
        for name, parser in commands().items()
        if any("--out" in action.option_strings for action in parser._actions)
    }
    assert takes_out == {*WRITERS, "example"}, "example writes a folder"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: repr(place[:20]))
@pytest.mark.parametrize("name", WRITERS)
def test_what_cannot_be_written_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    before = sorted(here.rglob("*"))
    found = answered(capsys, *WRITERS[name], "--out", place)["error"]
    assert found["code"] == PLACES[place]
    assert found["hint"]
    assert ".part" not in json.dumps(found)
    said = {}
    for language in ("nl", "en", "de"):
        assert main([*WRITERS[name], "--out", place, "--lang", language]) in (2, 12)
        said[language] = capsys.readouterr().err
        assert "Traceback" not in said[language] and "INSTROOM_DEBUG" not in said[language]
    assert len({text.strip() for text in said.values()}) == 3, said
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("name", ["export", "paper"])
def test_no_file_is_written_among_what_was_read_nor_under_an_ending_that_is_none(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (here / "instroom-data" / "files").mkdir(parents=True)
    before = sorted(here.rglob("*"))
    for out, code in (
        ("instroom-data/mine", "output_in_data"),
        ("instroom-data/files/mine", "output_in_data"),
        ("mine.xlsx", "other_suffix"),
        ("mine.txt", "other_suffix"),
    ):
        assert answered(capsys, *WRITERS[name], "--out", out)["error"]["code"] == code
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("words", [["--out", ""], ["--out", "", "--run"], ["--out", "scores.csv"]])
def test_a_folder_of_files_is_refused_too(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    before = sorted(here.rglob("*"))
    found = answered(capsys, "example", *words)["error"]
    assert found["code"] == ("no_folder" if words[1] else "no_output_name")
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("name", ["paper", "compress"])
def test_a_file_that_is_replaced_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    first = answered(capsys, *WRITERS[name], "--out", "mine.docx")
    again = answered(capsys, *WRITERS[name], "--out", "mine.docx")
    assert (first["replaced"], again["replaced"]) == (False, True)
    assert main([*WRITERS[name], "--out", "mine.docx"]) == 0
    assert "(vervangen)" in capsys.readouterr().out
    assert {path.name for path in here.iterdir()} == {"mine.docx", "folder", "scores.csv"}


def test_the_scores_are_not_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("scores.csv", "folder/../scores.csv"):
        found = answered(capsys, *WRITERS["compress"], "--out", name)["error"]
        assert found["code"] == "output_is_input"
    assert (here / "scores.csv").read_text("utf-8") == SCORES


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["paper", "goals", "--out", "x.docx", "--format", "pdf"], "other_suffix"),
        (["paper", "goals", "--out", "x.PDF", "--format", "docx"], "other_suffix"),
        (["export", "observations", "--out", "x.parquet", "--format", "csv"], "other_suffix"),
        (["export", "observations", "--out", "x.parquet"], "nothing_read"),
    ],
)
def test_a_name_that_fits_another_format(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    assert answered(capsys, *words)["error"]["code"] == code
    assert not list(here.glob("x.*"))


def test_the_name_of_a_paper_says_its_format(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answered(capsys, "paper", "goals", "--out", "doelen.docx")
    assert (found["format"], (here / "doelen.docx").read_bytes()[:2]) == ("docx", b"PK")


def test_what_there_is_to_choose_stands_in_one_place() -> None:
    choices = {
        (name, action.dest): tuple(action.choices)
        for name in ("paper", "export")
        for action in commands()[name]._actions
        if action.choices and action.dest != "lang"
    }
    assert choices == {
        ("paper", "paper"): tuple(writing.PAPERS),
        ("paper", "format"): tuple(writing.FORMATS),
        ("export", "dataset"): DATASETS,
        ("export", "format"): OBSERVATION_FORMATS,
    }
