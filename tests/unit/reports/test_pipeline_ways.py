"""The pipeline with flows: bands where people are followed, a wall where nobody is."""

from pathlib import Path
from typing import Any

import pytest

from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.drawing.flow import FlowStep
from instroom.monitoring import pipeline as pipelines
from instroom.monitoring.facts import ClassifiedCounts
from instroom.reports import words
from instroom.reports.blocks import TextBlock
from instroom.reports.documents.pages import text_pages
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.pipeline_blocks import pipeline_block, unread_ways, ways_block
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import PACKAGE, compute_results, load
from instroom.sources.example_flows import write_flows
from instroom.sources.read import read
from instroom.sources.store import Store

GROUP = registry.pipelines()["open_data"].groups["leaving"]
WAYS = [step.id for step in GROUP.steps]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, example: dict[str, Path]) -> FigureIndex:
    folder = tmp_path_factory.mktemp("ways")
    files = [path for path in write_flows(folder / "files") if path.stem.endswith(("2022", "2023"))]
    read(*files, data=folder / "data")
    for name in ("hbo", "wo"):
        read(example[name], data=folder / "data", source=f"duo_{name}_entrants")
    return FigureIndex(compute_results("voorbeeld", ClassifiedCounts(Store(folder / "data"))))


def writer(index: FigureIndex, language: str = "nl") -> PageWriter:
    t = Texts(language)
    return PageWriter(index, t, PictureQueue(t, example=False))


def steps(index: FigureIndex) -> dict[str, dict[str, Any]]:
    found = pipelines.from_published("voorbeeld", index.results.published)
    return {step["id"]: step for step in pipelines.answer(found).to_dict()["steps"]}


def drawn(index: FigureIndex, language: str = "nl") -> dict[str, FlowStep]:
    made = writer(index, language)
    pipeline_block(made, "open_data")
    (one,) = made.pictures.jobs[:1]
    return {step.id: step for step in one.items}


def test_graduates_and_those_who_start_after_it_are_the_same_people(followed: FigureIndex) -> None:
    found = steps(followed)
    years = {name: found[name]["figure"].rsplit(":", 1)[-1] for name in WAYS}
    assert years.pop("vo_to_technical") == "2023-2024", "1 October 2023"
    assert set(years.values()) == {"2022-2023"}, "the school year before it"


def test_ways_are_parts_of_one_whole(followed: FigureIndex) -> None:
    found = steps(followed)
    ways = [found[name] for name in WAYS if name != "vo_to_technical"]
    assert len({str(step["count"]) for step in ways}) == 1
    assert sum(step["part"]["low"] for step in ways) <= ways[0]["count"]["high"]
    assert sum(step["part"]["high"] for step in ways) >= ways[0]["count"]["low"]
    assert found["vo_to_technical"]["count"] == found["vo_to_higher"]["part"]


def test_each_band_holds_its_published_bounds(followed: FigureIndex) -> None:
    found, step = steps(followed), drawn(followed)["leaving"]
    labels = {Texts("nl")(one.title): one.id for one in GROUP.steps}
    parts = {labels[p.label]: p for p in step.parts if p.label in labels}
    assert set(parts) == set(WAYS) - {"vo_to_higher"}, "the way that is split shows its parts"
    whole = found["vo_to_mbo"]["count"]
    for name, part in parts.items():
        counted = found[name]["part"]
        assert part.low == pytest.approx(counted["low"] / whole["high"])
        assert part.high == pytest.approx(counted["high"] / whole["low"])
    assert [p.label for p in step.parts if p.emphasis] == ["naar hbo of wo: technisch"]
    assert sum(p.low for p in step.parts) <= 1 <= sum(p.high for p in step.parts)


@pytest.mark.parametrize("language", languages())
def test_a_wall_stays_only_where_nobody_is_followed(followed: FigureIndex, language: str) -> None:
    t, found = Texts(language), drawn(followed, language)
    untraced = t("niet te volgen in open data")
    between = t(registry.pipelines()["open_data"].groups["further"].gap)
    assert {key: step.gap_note for key, step in found.items()} == {
        "po": "",
        "vo": untraced,
        "profile": untraced,
        "leaving": "",
        "further": between,
        "after": untraced,
    }


@pytest.mark.parametrize("language", languages())
def test_without_the_files_the_wall_names_them(language: str) -> None:
    made = writer(FigureIndex(load(PACKAGE)), language)
    assert ways_block(made, "open_data", "wegen") is None
    (told,) = unread_ways("open_data", Texts(language))
    page = next(one for one in text_pages(made) if one.key == "destinations")
    assert isinstance(page.blocks[0], TextBlock) and page.blocks[0].paragraphs[0] == told
    made = writer(FigureIndex(load(PACKAGE)), language)
    pipeline_block(made, "open_data")
    found = {step.id: step for step in made.pictures.jobs[0].items}
    assert "leaving" not in found
    why = words.reason("flow_files_not_read", Texts(language))
    assert why[1:] in found["further"].gap_note
    for name in ("Bestemming vo-gediplomeerden", "Herkomst mbo-studenten", "Herkomst ho-studenten"):
        assert name in why


@pytest.mark.parametrize("language", languages())
def test_the_page_tells_every_way_in_one_breath(followed: FigureIndex, language: str) -> None:
    t = Texts(language)
    block = ways_block(writer(followed, language), "open_data", "wegen")
    assert block is not None
    found = {s.definition.id: s for s in pipelines.from_published(
        "voorbeeld", followed.results.published).steps}  # fmt: skip
    for name in set(WAYS) - {"vo_to_technical"}:
        figure = found[name].figure
        assert figure and words.amount(figure, t) in block.sentence
