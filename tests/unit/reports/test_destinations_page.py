"""The page of where pupils go: every way has its sentence, or why there is none."""

import pytest

from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.reports import words
from instroom.reports.blocks import Document, EntryList, TextBlock
from instroom.reports.documents.pages import indicators_page, text_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import PACKAGE, compute_results, load
from instroom.sources.example_flows import write_flows
from instroom.sources.read import read
from instroom.sources.store import Store

SHOWN = [n for s in registry.pages()["destinations"].sections for n in s.figures]


def page(index: FigureIndex, language: str) -> Document:
    t = Texts(language)
    writer = PageWriter(index, t, PictureQueue(t, example=False))
    return text_page(writer, registry.pages()["destinations"])


def told(document: Document) -> dict[str, str]:
    """Return what is said per indicator: in a card of its own, or with others for one reason."""
    said: dict[str, str] = {}
    for block in document.blocks:
        if isinstance(block, EntryList):
            said |= {one.anchor: " ".join(one.paragraphs) for one in block.entries}
        elif isinstance(block, TextBlock):
            words_of = " ".join(block.paragraphs)
            said |= {
                link.url.removeprefix("indicator/"): words_of
                for link in block.links
                if link.url.startswith("indicator/")
            }
    return said


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> FigureIndex:
    folder = tmp_path_factory.mktemp("flows")
    files = [path for path in write_flows(folder / "files") if path.stem.endswith(("2022", "2023"))]
    for path in files:
        read(path, data=folder / "data")
    return FigureIndex(compute_results("voorbeeld", ClassifiedCounts(Store(folder / "data"))))


def test_every_way_of_the_destinations_is_shown() -> None:
    of_destinations = {
        indicator.id
        for indicator in registry.indicators().values()
        for stage in indicator.stages.values()
        if {"duo_vo_destination", "duo_ho_origin"} & {n for group in stage.sources for n in group}
    }
    joined = {"vo_destination_share", "vo_to_higher_share"}  # mbo, hbo and wo together
    assert of_destinations - joined <= set(SHOWN)


@pytest.mark.parametrize("language", languages())
def test_it_says_the_newest_figure_or_why_there_is_none(
    counted: FigureIndex, language: str
) -> None:
    t, said = Texts(language), told(page(counted, language))
    assert set(said) == set(SHOWN)
    for name in ("vo_to_mbo_share", "vo_no_funded_share", "stays_in_region_share"):
        (newest,) = [
            figure
            for figure in counted.results.published.figures
            if (figure.indicator, figure.place, figure.by) == (name, "voorbeeld", ())
            and figure.period == "2022-2023"
        ]
        assert words.amount(newest, t) in said[name]
        assert t(registry.indicators()[name].verb) in said[name]
    for name, reason in (
        ("vo_to_technical_share", "programmes_not_listed"),
        ("mbo_to_ho_share", "mbo_graduates_not_read"),
    ):
        assert words.reason(reason, t) in said[name]


def test_the_list_of_indicators_says_the_true_reason(counted: FigureIndex) -> None:
    """Not that a file was not read, when it was and other files are lacking."""
    t = Texts("nl")
    said = told(indicators_page(PageWriter(counted, t, PictureQueue(t, example=False))))
    assert words.reason("programmes_not_listed", t) in said["vo_to_technical_share"]
    assert words.reason("source_not_read", t) in said["po_pupils"]


def test_without_the_files_no_way_has_a_number() -> None:
    document = page(FigureIndex(load(PACKAGE)), "nl")
    said = told(document)
    assert set(said) == set(SHOWN)
    silent = [block for block in document.blocks if isinstance(block, TextBlock) and block.links]
    assert len(silent) <= 3 + 3, "a reason is said once per section, not once per figure"
    assert all("Nog geen cijfer" in said[name] for name in SHOWN)
    assert not any("%" in text for text in said.values())
