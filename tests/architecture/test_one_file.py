"""One file to add, no list to edit: a file of each kind in an overlay folder is used as it is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from added_files import HIDDEN, SAMPLES

from instroom.core.errors import DefinitionError
from instroom.core.quantities import Count
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.reports import site
from instroom.reports.results import PACKAGE, load
from instroom.sources.read import read
from instroom.sources.store import Store


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an overlay folder with one file of every kind."""
    folder = tmp_path / "overlay"
    for path, text in SAMPLES.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(folder))
    registry._set_of.cache_clear()
    yield folder
    registry._set_of.cache_clear()


def test_a_file_of_an_added_source_is_read(overlay: Path, tmp_path: Path) -> None:
    assert overlay.is_dir()
    path = tmp_path / "clubs.csv"
    path.write_bytes(HIDDEN.encode())
    entry = read(path, data=tmp_path / "data")["files"][0]
    assert (entry["status"], entry["source"]) == ("read", "sample_clubs")
    assert (entry["periods"], entry["rows"], entry["observations"]) == (["2018-2019"], 1, 4)
    stored = Store(tmp_path / "data").get(entry["sha256"])
    assert stored is not None
    rows = pq.read_table(stored.observations).to_pylist()
    boys = next(r for r in rows if (r["gender"], r["measure"]) == ("male", "members"))
    assert Count(int(boys["low"]), int(boys["high"])) == Count(1, 4)
    assert (boys["place"], boys["kind"]) == ("A1", "robots")
    assert (boys["municipality"], boys["period"]) == ("GM9801", "2018-2019")


def test_an_added_place_takes_up_another(overlay: Path) -> None:
    assert overlay.is_dir()
    places = gazetteer()
    assert places.current("GM9802") == "GM9801"
    assert places.code_of("Enschede") == "GM0153"


def _said_by_the_web(code: str) -> str:
    """Return what code prints in a web process that starts with the overlay of this test."""
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "instroom_web.settings"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_page_takes_no_address_of_another_by_its_name(overlay: Path) -> None:
    path, text = SAMPLES["page"]
    for key in ("home", "place", "api", "account"):
        (overlay / path).with_name(f"{key}.toml").write_text(text, "utf-8")
    told = _said_by_the_web(
        "from django.urls import reverse\n"
        "print(reverse('home'), reverse('page-home'), reverse('place', args=['x']))\n"
    )
    home, page, place = told.split()
    assert page == f"{home}home/"
    assert place == f"{home}place/x/"


def _write_pages() -> None:
    """Write the pages of the figures that come along, with only three of the hundreds of places.

    Pages of places are nearly all the work, and no page of words is among them.
    """
    results = load(PACKAGE)
    assert len(results.places) > 3
    site.documents(replace(results, places=dict(islice(results.places.items(), 3))), "nl")


def test_a_page_may_not_take_the_key_of_another(overlay: Path) -> None:
    path, text = SAMPLES["page"]
    (overlay / path).with_name("claims.toml").write_text(text, "utf-8")
    registry._set_of.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        _write_pages()
    assert caught.value.where.file == "reports/pages/claims.toml"
    assert caught.value.expected == "a key that no other page has"


@pytest.mark.parametrize("page", ["clams", "indicator/clams", "place/GM9999"])
def test_a_page_may_not_lead_to_one_that_is_not_there(overlay: Path, page: str) -> None:
    path, text = SAMPLES["page"]
    (overlay / path).write_text(text.replace('page = "claims"', f'page = "{page}"'), "utf-8")
    registry._set_of.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        _write_pages()
    assert caught.value.where.file == "reports/pages/sample.toml"
    assert caught.value.found == page
    assert "the key of a stored page" in str(caught.value.expected)
    assert page in str(caught.value.hint)


def test_a_page_may_not_show_a_figure_that_is_not_there(overlay: Path) -> None:
    path, text = SAMPLES["page"]
    (overlay / path).write_text(
        text.replace("heading = ", 'figures = ["vo_to_mars_share"]\nheading = ', 1), "utf-8"
    )
    registry._set_of.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        _write_pages()
    assert caught.value.found == "indicator/vo_to_mars_share"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('title = "Voor ouders"', 'title = ""', "title"),
        ('lead = "Wat dit voor uw kind betekent."', 'lead = ""', "lead"),
        ('heading = "Wat er gebeurt"', 'heading = ""', "sections.0.heading"),
        ('["Een klas bouwt een brug.", "Daarna vertellen ze erover."]', "[]", "paragraphs"),
        ('chapter = "over"', 'chapter = "overr"', "chapter"),
        (
            "[[sections]]",
            '[[sections]]\nanchor = "wat"\nheading = "a"\nparagraphs = ["b"]\n[[sections]]',
            "the anchor 'wat' stands here twice",
        ),
    ],
)
def test_a_page_says_something_everywhere(overlay: Path, old: str, new: str, key: str) -> None:
    path, text = SAMPLES["page"]
    assert old in text
    (overlay / path).write_text(text.replace(old, new), "utf-8")
    registry._set_of.cache_clear()
    with pytest.raises(DefinitionError) as caught:
        registry.check_all()
    assert (caught.value.code, caught.value.where.file) == ("definition_invalid", path)
    assert key in str(caught.value)


@pytest.mark.parametrize("kind", SAMPLES)
def test_one_file_is_one_more(overlay: Path, kind: str) -> None:
    before = {k: len(registry._set_of("").of(k)) for k in registry.KINDS}
    assert registry.check_all()[kind] == before[kind] + 1
    assert (overlay / SAMPLES[kind][0]).exists()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_misspelt_key_is_refused_with_file_and_key(overlay: Path, kind: str) -> None:
    path, text = SAMPLES[kind]
    wrong = text.replace("title =", "titel =", 1).strip()
    (overlay / path).write_text("nonsense = 1\n" + wrong, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        registry._get(kind)
    error = caught.value
    assert (error.code, error.exit_code) == ("definition_invalid", 10)
    assert error.where.file == path
    assert error.where.key in ("nonsense", "titel")
    assert "key 'titel': unknown key; did you mean 'title'?" in str(error)
    assert "key 'nonsense': unknown key" in str(error)
    assert "key 'title'" in str(error), "what is missing is named beside what is misspelt"


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_unknown_id_answers_did_you_mean(overlay: Path, kind: str) -> None:
    known = Path(SAMPLES[kind][0]).relative_to(registry.KINDS[kind][0]).with_suffix("").as_posix()
    assert (overlay / SAMPLES[kind][0]).exists()
    assert registry._get(kind)[known].title
    with pytest.raises(DefinitionError) as caught:
        registry._get(kind)[known + "x"]
    assert caught.value.code == "unknown_id"
    assert caught.value.hint == f"did you mean '{known}'?"


def test_without_the_overlay_nothing_of_it_is_known() -> None:
    assert "sample_clubs" not in registry.sources()
    assert gazetteer().code_of("PROEFDAM") is None
