"""The pipeline with flows: bands where people are followed, a wall where nobody is."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from instroom.core.quantities import Count
from instroom.core.series import Series
from instroom.core.statuses import status_word
from instroom.core.texts import Texts, languages
from instroom.definitions import models, registry
from instroom.drawing.flow import FlowStep
from instroom.monitoring import pipeline as pipelines
from instroom.monitoring.explanation import formula_of
from instroom.monitoring.facts import ClassifiedCounts
from instroom.privacy.published import publish
from instroom.reports import words
from instroom.reports.blocks import TextBlock
from instroom.reports.documents import pipeline_blocks
from instroom.reports.documents.pages import text_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.pipeline_blocks import pipeline_block, unknown_ways, ways_block
from instroom.reports.figure_index import FigureIndex
from instroom.reports.picture_queue import PictureQueue
from instroom.reports.results import PACKAGE, compute_results, load
from instroom.sources.example_flows import write_flows
from instroom.sources.read import read
from instroom.sources.store import Store

GROUP = registry.pipelines()["open_data"].groups["leaving"]
INDICATORS = {step.indicator for step in GROUP.steps}
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
        share, counted = found[name]["share"], found[name]["part"]
        if name == "vo_to_technical":  # a share of those who go to hbo or wo: drawn by its count
            share = {"low": counted["low"] / whole["high"], "high": counted["high"] / whole["low"]}
        assert (part.low, part.high) == pytest.approx((share["low"], share["high"]))
    assert [p.label for p in step.parts if p.emphasis] == ["naar hbo of wo: technisch"]
    assert sum(p.low for p in step.parts) <= 1 <= sum(p.high for p in step.parts)
    higher, technical = found["vo_to_technical"]["count"], found["vo_to_technical"]["part"]
    (others,) = (p for p in step.parts if p.label.endswith("anders"))
    sure = Texts("nl").number(higher["high"] - technical["high"], higher["high"] - technical["low"])
    assert others.count_text == sure, "who is surely not technical is not unknown"


@pytest.mark.parametrize("language", languages())
def test_a_wall_stays_only_where_nobody_is_followed(followed: FigureIndex, language: str) -> None:
    t, found = Texts(language), drawn(followed, language)
    untraced = t("niet te volgen in open data")
    between = t(registry.pipelines()["open_data"].groups["further"].gap)
    assert {key: step.gap_note for key, step in found.items()} == {
        "po": "",
        "vo": untraced,
        "profile": untraced,
        "leaving": t(registry.pipelines()["open_data"].groups["leaving"].gap),
        "further": between,
        "after": untraced,
    }


@pytest.mark.parametrize("language", languages())
def test_without_the_files_the_wall_names_them(language: str) -> None:
    made = writer(FigureIndex(load(PACKAGE)), language)
    assert ways_block(made, "open_data", "wegen") is None
    (told,) = unknown_ways(made, "open_data")
    page = text_page(made, registry.pages()["destinations"])
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
def test_the_page_tells_the_broad_ways_in_one_breath(followed: FigureIndex, language: str) -> None:
    t = Texts(language)
    block = ways_block(writer(followed, language), "open_data", "wegen")
    assert block is not None
    rows = pipelines.from_published("voorbeeld", followed.results.published).steps
    told = 0
    for row in (row for row in rows if row.definition.id in WAYS and row.figure):
        broad = row.definition.of or (row.figure.high or 0) >= 0.1
        assert (words.amount(row.figure, t) in block.sentence) == bool(broad)
        told += bool(broad)
    assert 3 <= told < len(WAYS)


def test_a_part_without_a_number_says_so_and_never_makes_the_ways_older(
    tmp_path: Path, example: dict[str, Path]
) -> None:
    """Origins of an older year only: the bands are of the newest destinations all the same."""
    files = {path.stem: path for path in write_flows(tmp_path / "files")}
    read(
        *(path for stem, path in files.items() if stem.startswith("bestemming")),
        files["herkomst-hoger-onderwijs-2021"],
        data=tmp_path / "data",
    )
    for name in ("hbo", "wo"):
        read(example[name], data=tmp_path / "data", source=f"duo_{name}_entrants")
    index = FigureIndex(compute_results("voorbeeld", ClassifiedCounts(Store(tmp_path / "data"))))
    found, step = steps(index), drawn(index)["leaving"]
    assert found["vo_to_mbo"]["period"] == "2023-2024"
    assert (found["vo_to_technical"]["count"], found["vo_to_technical"]["share"]) == (None, None)
    (higher,) = (p.label for p in step.parts if p.label.startswith("naar hbo of wo"))
    assert higher == "naar hbo of wo (technisch: geen cijfer)"


@pytest.mark.parametrize(("least", "most"), [(0, 0), (0, 8)])
def test_a_whole_of_nobody_draws_nothing_wrong(
    followed: FigureIndex, least: int, most: int
) -> None:
    found = {
        s.definition.id: s
        for s in pipelines.from_published("voorbeeld", followed.results.published).steps
    }
    row, inner = found["vo_to_higher"], found["vo_to_technical"]
    parts = pipeline_blocks._split(row, inner, Count(least, most), Texts("nl"))
    assert all((part.low or 0) >= 0 and (part.high or 0) <= 1 for part in parts)


def test_the_sum_behind_every_figure_gives_its_bounds(followed: FigureIndex) -> None:
    """Also of one whose whole comes from another file than its part."""
    checked = set()
    for figure in followed.results.published.figures:
        if figure.status != "bounded" or figure.denominator is None:
            continue
        sums = re.findall(r"= (\d+) / \((\d+) \+ (\d+)\)", formula_of(figure))
        low, high = (int(a) / (int(b) + int(c)) for a, b, c in sums)
        assert (low, high) == pytest.approx((figure.low, figure.high)), figure.id
        checked.add(figure.indicator)
    assert {"vo_to_technical_share", "vo_to_mbo_share"} <= checked


def test_a_place_of_which_the_files_tell_nothing_does_not_say_they_are_unread(
    followed: FigureIndex,
) -> None:
    """The reason is that of the figures; "not read" only when there are none."""
    silent = [
        figure.without_number("missing", "no_records") if figure.indicator in INDICATORS else figure
        for figure in followed.results.published.figures
        if figure.place == "voorbeeld"
    ]
    open_data = publish([Series("x", "pupils", tuple(silent), open_data=True, audience="public")])
    made = writer(FigureIndex(replace(followed.results, published=open_data)))
    (told,) = unknown_ways(made, "open_data")
    assert told.lower() == words.reason("no_records", Texts("nl")).lower() + "."


def test_with_flows_alone_the_pipeline_is_not_silent(tmp_path: Path) -> None:
    (newest,) = (p for p in write_flows(tmp_path / "f") if p.stem.endswith("diplomeerden-2024"))
    read(newest, data=tmp_path / "data")
    index = FigureIndex(compute_results("voorbeeld", ClassifiedCounts(Store(tmp_path / "data"))))
    block = pipeline_block(writer(index), "open_data")
    assert block.picture is not None
    assert "schooljaar 2023-2024" in block.sentence


def test_a_way_without_a_number_still_tells_the_number_of_its_part(followed: FigureIndex) -> None:
    rows = {
        row.definition.id: row
        for row in pipelines.from_published("voorbeeld", followed.results.published).steps
    }
    inner = rows["vo_to_technical"]
    hidden = replace(rows["vo_to_higher"], figure=None)
    part = pipeline_blocks._way(hidden, inner, GROUP, Texts("nl"))
    assert inner.figure and words.amount(inner.figure, Texts("nl")) in part.label
    assert (part.low, part.high) == (0.0, 0.0), "nothing is drawn of whom nobody counted"


def test_a_step_or_way_without_a_number_stays_in_picture_and_sentence(
    followed: FigureIndex,
) -> None:
    """Left out of a list or a bar it would be told as nobody."""
    gone = {"vo_to_higher_share": "protected", "ho_technical_entrants": "missing"}
    figures = [
        figure.without_number(gone[figure.indicator], "would_reveal")
        if figure.indicator in gone
        else figure
        for figure in followed.results.published.figures
        if figure.place == "voorbeeld"
    ]
    published = publish([Series("x", "pupils", tuple(figures), open_data=True, audience="public")])
    index = FigureIndex(replace(followed.results, published=published))
    found = drawn(index)
    assert {p.label: p.middle for p in found["further"].parts}.keys() >= {"hbo (eerstejaars)"}
    (hbo,) = (p for p in found["further"].parts if p.label == "hbo (eerstejaars)")
    assert hbo.middle is None
    block = ways_block(writer(index), "open_data", "wegen")
    assert block is not None
    assert f"{status_word('protected', Texts('nl'))} naar hbo of wo" in block.sentence


def part_of(step: str) -> dict[str, str]:
    return {"id": "b", "indicator": "x", "title": "B", "of": step}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ways": False, "whole": "", "unread": ""},
        {"short": ""},
        {"steps": [*GROUP.model_dump()["steps"], part_of("vo_to_higher")]},
        {"steps": [*GROUP.model_dump()["steps"], part_of("vo_to_technical")]},
        {"steps": [part_of("nothing")]},
    ],
    ids=["part without ways", "no short word", "two parts", "part of a part", "part of nothing"],
)  # fmt: skip
def test_a_group_that_could_not_be_told_is_refused(wrong: dict[str, Any]) -> None:
    whole = GROUP.model_dump()
    models.StepGroup(**whole)
    with pytest.raises(ValidationError):
        models.StepGroup(**(whole | wrong))
