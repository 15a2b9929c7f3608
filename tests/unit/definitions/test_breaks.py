"""From which year the numbers of a series compare: one rule for verdicts, cards, claims, pages."""

import ast
from pathlib import Path

import pytest

from instroom.definitions import registry
from instroom.definitions.models import Indicator, SeriesBreak

SOURCE = Path(__file__).parents[3] / "src"


def broken(**breaks: str) -> Indicator:
    """Return the share of technical profiles with breaks of one's own."""
    made = {name: SeriesBreak(period=at, note="Anders geteld.") for name, at in breaks.items()}
    return registry.indicators()["technical_profile_share"].model_copy(update={"breaks": made})


@pytest.mark.parametrize(
    ("breaks", "school_type", "until", "said"),
    [
        ({}, "havo", "", ""),
        ({"havo": "2018-2019"}, "havo", "", "2018-2019"),
        ({"havo": "2018-2019"}, "vwo", "", ""),
        ({"havo": "2018-2019"}, "", "", "2018-2019"),  # havo is in what is counted together
        ({"vmbo": "2018-2019"}, "", "", ""),  # vmbo is not
        ({"all": "2018-2019"}, "vmbo", "", "2018-2019"),
        ({"all": "2018-2019", "havo": "2020-2021"}, "havo", "", "2020-2021"),
        ({"all": "2018-2019", "havo": "2020-2021"}, "havo", "2019-2020", "2018-2019"),
        ({"havo": "2018-2019"}, "havo", "2018-2019", "2018-2019"),
        ({"havo": "2018-2019"}, "havo", "2017-2018", ""),
    ],
)
def test_a_break_reaches_what_it_touches(
    breaks: dict[str, str], school_type: str, until: str, said: str
) -> None:
    assert broken(**breaks).broken_since(school_type, until) == said


def test_nobody_reads_breaks_by_a_rule_of_one_s_own() -> None:
    readers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "breaks"
        and not (isinstance(node.value, ast.Name) and node.value.id == "sheet")
        and "privacy" not in path.parts
    }
    # the definition itself, and the notes of a figure, which tell every break
    assert readers == {
        "instroom/definitions/models/indicators.py",
        "instroom/reports/documents/parts.py",
    }
