"""Every picture of the site, wide and narrow: letters inside, none over another, axes clear."""

import pytest

from instroom.reports.picture_queue import draw
from instroom.reports.results import PACKAGE, Results, load
from instroom.reports.site import documents
from picture_letters import faults

pytest_plugins = ("unit.monitoring.reading",)


def wrong(results: Results, language: str) -> dict[str, list[str]]:
    drawn = dict(map(draw, documents(results, language)[1]))
    assert {name.rpartition("-")[2] for name in drawn} == {"wide", "narrow"}
    return {name: found for name, svg in drawn.items() if (found := faults(svg))}


@pytest.mark.parametrize("language", ["nl", "de"])
def test_no_picture_of_the_region_has_letters_where_they_cannot_be_read(language: str) -> None:
    assert wrong(load(PACKAGE), language) == {}


def test_nor_has_one_of_the_example(example_results: Results) -> None:
    assert wrong(example_results, "en") == {}
