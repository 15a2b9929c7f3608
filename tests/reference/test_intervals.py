"""Wilson intervals against the published table of Newcombe.

Newcombe (1998), Two-sided confidence intervals for the single proportion: comparison of seven
methods, Statistics in Medicine 17, 857-872, table I, method 3 (score method without continuity
correction), 95 %. The table gives four decimals; the tolerance is half of the last one.
"""

import pytest

from instroom.stats.intervals import wilson

NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("part", "whole", "low", "high"), NEWCOMBE)
def test_newcombe_table_1_method_3(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(("part", "whole", "low", "high"), NEWCOMBE)
def test_the_complement_has_the_mirrored_interval(
    part: int, whole: int, low: float, high: float
) -> None:
    found = wilson(whole - part, whole)
    assert found.low == pytest.approx(1 - high, abs=5e-5)
    assert found.high == pytest.approx(1 - low, abs=5e-5)
