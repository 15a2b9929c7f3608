"""A folder with definitions of one's own, on the command line: what is wrong with it is said."""

from pathlib import Path

import pytest

from instroom.cli.main import main
from instroom.definitions import registry
from instroom.reports import page_addresses, site
from instroom.reports.results import PACKAGE, load

PAGE = """
title = "Voor ouders"
chapter = "over"
lead = "Wat dit betekent."
[[sections]]
anchor = "wat"
heading = "Wat"
paragraphs = ["Een brug."]
links = [{ text = "Verder", page = "claims" }]
"""


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "overlay"
    (folder / "reports/pages").mkdir(parents=True)
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(folder))
    registry._set_of.cache_clear()
    yield folder
    registry._set_of.cache_clear()


def checked(tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str) -> tuple[int, str]:
    code = main(["check", "--data", str(tmp_path / "data"), "--lang", language])
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", ["niet de naam van een map", "gevonden:", "verwacht:", "maak de map"]),
        ("en", ["not the name of a folder", "found:", "expected:", "make the folder"]),
    ],
)
@pytest.mark.parametrize("kind", ["nothing", "file"])
def test_a_folder_that_is_not_there_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    said: list[str],
    kind: str,
) -> None:
    named = tmp_path / "mine"
    if kind == "file":
        named.write_text("", "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(named))
    code, words = checked(tmp_path, capsys, language)
    assert code == 10
    assert str(named) in " ".join(words.split())
    assert all(one in words for one in said), words
    (tmp_path / "data").mkdir()
    assert main(["kpi", "--data", str(tmp_path)]) == 10, "and not by check alone"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "FOUT definities: geen definitiebestand"),
        ("en", "definitions: no definition file in"),
    ],
)
@pytest.mark.parametrize("name", ["", "reports/pages/lees.md", ".git/config.toml"])
def test_check_says_of_a_folder_that_nothing_was_found_there(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str,
    name: str,
) -> None:  # fmt: skip
    if name:
        (overlay / name).parent.mkdir(parents=True, exist_ok=True)
        (overlay / name).write_text("", "utf-8")
    (tmp_path / "data").mkdir()
    asked = ["check", "--data", str(tmp_path / "data"), "--lang", language]
    empty = main(asked)
    words = capsys.readouterr().out
    assert said in words and overlay.name in words
    assert "INSTROOM_DEFINITIONS" in words
    assert empty
    (overlay / "reports/pages/mine.toml").write_text(PAGE, "utf-8")
    registry._set_of.cache_clear()
    main(asked)
    assert said not in capsys.readouterr().out


@pytest.mark.parametrize("key", ["claims", "programme", "search", "account"])
def test_check_sees_a_page_whose_key_is_taken(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    (overlay / f"reports/pages/{key}.toml").write_text(PAGE, "utf-8")
    code, words = checked(tmp_path, capsys, "en")
    assert code == 10
    assert f"reports/pages/{key}.toml" in words
    assert "a key that no other page has" in words


@pytest.mark.parametrize("link", ["clams", "indicator/po_pupil"])
def test_check_sees_a_link_to_nowhere(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    text = PAGE.replace('page = "claims"', f'page = "{link}"')
    (overlay / "reports/pages/mine.toml").write_text(text, "utf-8")
    code, words = checked(tmp_path, capsys, "nl")
    assert code == 10
    assert "reports/pages/mine.toml" in words
    assert link in words


@pytest.mark.parametrize("link", ["mine", "method", "indicator/po_pupils", "place/GM0153"])
def test_check_lets_a_good_page_be(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    text = PAGE.replace('page = "claims"', f'page = "{link}"')
    (overlay / "reports/pages/mine.toml").write_text(text, "utf-8")
    assert checked(tmp_path, capsys, "en")[0] == 0


def test_check_knows_the_keys_that_compute_makes() -> None:
    made = {page.key for page in site.documents(load(PACKAGE), "nl")[0]}
    places = {key for key in made if key.startswith("place/")}
    assert made - places - set(registry.pages()) == page_addresses.keys()
