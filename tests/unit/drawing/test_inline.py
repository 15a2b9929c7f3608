"""Small drawings: as long as their numbers, inside their frame, and never a point for a margin."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.drawing.inline import WIDE, Pair, dumbbell, strokes

shares = st.tuples(st.floats(0.1, 0.7), st.floats(0.1, 0.7)).map(lambda pair: tuple(sorted(pair)))
ENDS = (0.1, 0.7)


@given(st.integers(0, 100), st.integers(0, 100))
def test_as_many_strokes_as_people(one: int, other: int) -> None:
    low, high = sorted((one, other))
    drawn = strokes(low, high)
    assert drawn.count("<rect") == 100
    assert drawn.count('class="pale"') == high - low
    assert drawn.count('class="rest"') == 100 - high


@given(shares, shares)
def test_the_bar_is_as_wide_as_the_bounds(
    then: tuple[float, float], now: tuple[float, float]
) -> None:
    drawn = dumbbell(Pair(then, now, "ahead"), Pair(None, None), [0.2], ENDS)
    bar = re.search(r'<rect x="([\d.-]+)" y="[\d.]+" width="([\d.]+)"', drawn)
    ring = re.search(r'<circle class="then" cx="([\d.]+)"', drawn)
    assert bar
    assert ring
    scale = (WIDE - 16) / (ENDS[1] - ENDS[0])
    assert float(bar[2]) == pytest.approx(max((now[1] - now[0]) * scale, 10), abs=0.11)
    assert float(bar[1]) + float(bar[2]) / 2 == pytest.approx(
        8 + (sum(now) / 2 - ENDS[0]) * scale, abs=0.11
    )
    assert float(ring[1]) == pytest.approx(8 + (sum(then) / 2 - ENDS[0]) * scale, abs=0.06)
    assert 'class="ahead"' in drawn


def test_what_is_not_known_is_not_drawn() -> None:
    drawn = dumbbell(Pair(None, (0.3, 0.4)), Pair(None, None), [], ENDS)
    assert "circle" not in drawn
    assert drawn.count("<rect") == 1
    assert "<path" not in drawn
