"""Small bars: from zero, pale between the bounds, and no bar for what is unknown."""

import re
from typing import Literal

import pytest

from instroom.drawing.bars import PlainBar, plain_bars

WORDS = {"name": "p", "title": "t", "description": "d", "language": "nl"}


def rects(svg: str) -> list[tuple[float, float, bool]]:
    """Return left, width and whether it is pale, of every bar."""
    found = re.findall(r"<rect ([^>]*)/>", svg)
    pairs = [dict(re.findall(r'([\w-]+)="([^"]*)"', one)) for one in found]
    return [(float(p["x"]), float(p["width"]), "fill-opacity" in p) for p in pairs]


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_lengths_are_in_proportion_and_the_range_is_pale(width: Literal["wide", "narrow"]) -> None:
    bars = [PlainBar("a", "100", 100, 100), PlainBar("b", "40–50", 40, 50)]
    whole, solid, pale = rects(plain_bars(bars, width=width, **WORDS))
    assert whole[0] == solid[0], "all start at zero"
    assert solid[1] / whole[1] == pytest.approx(0.4, abs=0.01)
    assert pale[1] / whole[1] == pytest.approx(0.1, abs=0.01)
    assert pale[0] == pytest.approx(solid[0] + solid[1], abs=0.05)
    assert (whole[2], solid[2], pale[2]) == (False, False, True)


def test_an_unknown_number_has_words_and_no_bar_and_zero_has_no_length() -> None:
    bars = [PlainBar("a", "geen cijfer"), PlainBar("b", "0", 0, 0)]
    svg = plain_bars(bars, width="wide", **WORDS)
    assert [width for _, width, _ in rects(svg)] == [0]
    assert "geen cijfer" in svg


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_no_number_runs_out_of_the_picture(width: Literal["wide", "narrow"]) -> None:
    bars = [PlainBar("Een heel lange naam van iets", "1.494.000–1.563.000", 10, 12)]
    svg = plain_bars(bars, width=width, **WORDS)
    size = float(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    assert all(left + across <= size for left, across, _ in rects(svg))
    assert "<script" not in plain_bars([PlainBar("<script>", "&", 1, 1)], width="wide", **WORDS)
