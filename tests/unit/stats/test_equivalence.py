"""Baseline differences and attrition: labels, boundaries, and what is not known."""

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.stats.trials import equivalence


@pytest.mark.parametrize(
    ("difference", "label"),
    [(0.0, "alike"), (0.0499, "alike"), (0.052, "adjust"), (-0.2, "adjust"), (-0.26, "different")],
)
def test_labels_go_by_size_not_sign(difference: float, label: str) -> None:
    found = equivalence.baseline_difference(difference, 1.0, 100_000)
    assert found.label == label
    assert found.difference == pytest.approx(difference, rel=1e-4)


def test_small_samples_are_corrected() -> None:
    found = equivalence.baseline_difference(0.26, 1.0, 12)
    assert found.difference == pytest.approx(0.26 * (1 - 3 / 39))
    assert found.label == "adjust"


def test_what_cannot_be_compared_is_unknown() -> None:
    for found in (
        equivalence.baseline_difference(0.2, 0.0, 100),
        equivalence.baseline_difference(0.2, 1.0, 3),
    ):
        assert found.label == "unknown"
        assert np.isnan(found.difference)
        assert found.reason
    with pytest.raises(DataError):
        equivalence.baseline_difference(0.2, -1.0, 100)


@pytest.mark.parametrize(
    ("treated", "control", "level"),
    [
        ((1000, 900), (1000, 900), "low"),
        ((1000, 869), (1000, 931), "low"),  # 10 % overall, 6.2 points apart; 6.3 tolerated
        ((1000, 867), (1000, 933), "moderate"),  # 6.6 points
        ((1000, 846), (1000, 954), "moderate"),  # 10.8 points; 10.9 tolerated
        ((1000, 845), (1000, 955), "high"),  # 11 points
        ((1000, 425), (1000, 425), "high"),  # 57.5 % overall: beyond the table
    ],
)
def test_attrition_level(treated: tuple[int, int], control: tuple[int, int], level: str) -> None:
    found = equivalence.attrition(treated, control)
    assert found.level == level
    # Which arm lost more does not matter for the level.
    assert equivalence.attrition(control, treated).level == level


def test_attrition_numbers() -> None:
    found = equivalence.attrition((200, 150), (100, 90))
    assert found.overall == pytest.approx(0.2)
    assert found.differential == pytest.approx(0.15)
    assert found.tolerated_cautious == pytest.approx(0.054)
    assert found.tolerated_optimistic == pytest.approx(0.102)
    between = equivalence.attrition((1000, 795), (1000, 795))
    assert between.tolerated_cautious == pytest.approx(0.0535)


def test_attrition_without_a_start_is_unknown() -> None:
    found = equivalence.attrition((0, 0), (10, 8))
    assert found.level == "unknown"
    assert found.reason
    with pytest.raises(DataError) as caught:
        equivalence.attrition((10, 12), (10, 8))
    assert caught.value.code == "bad_count"


def test_tables_have_one_figure_per_percent() -> None:
    assert len(equivalence.CAUTIOUS) == len(equivalence.OPTIMISTIC) == 58
    cautious, optimistic = np.array(equivalence.CAUTIOUS), np.array(equivalence.OPTIMISTIC)
    assert (cautious < optimistic).all()
    # Up to the top and down again, in small steps.
    for table in (cautious, optimistic):
        top = int(table.argmax())
        assert (np.diff(table[: top + 1]) >= 0).all()
        assert (np.diff(table[top:]) <= 0).all()
        assert np.abs(np.diff(table)).max() < 0.31
