"""The level of a study: set by who decided who took part, taken down by what went wrong."""

import pytest

from instroom.core.errors import UserError
from instroom.monitoring.strength import ALLOCATIONS, strength


@pytest.mark.parametrize(
    ("allocation", "level"),
    [("randomised", 5), ("waiting_list", 4), ("matched", 3), ("self_selected", 2), ("unknown", 2)],
)
def test_the_way_of_choosing_sets_the_ceiling(allocation, level: int) -> None:
    assert strength("ancova", allocation, baseline_difference=0.01).level == level


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_without_a_comparison_it_is_one(allocation) -> None:
    assert strength("no_comparison", allocation).level == 1


@pytest.mark.parametrize(
    "trouble",
    [
        {"baseline_difference": 0.26},
        {"baseline_difference": -0.26},
        {"baseline_difference": 0.0, "high_attrition": True},
        {"baseline_difference": 0.0, "plan_changed": True},
    ],
)
def test_each_trouble_takes_one_level_off(trouble: dict) -> None:
    assert strength("ancova", "randomised", **trouble).level == 4
    assert strength("ancova", "matched", **trouble).level == 2


def test_troubles_add_up_and_end_at_one() -> None:
    found = strength(
        "ancova",
        "self_selected",
        baseline_difference=0.5,
        high_attrition=True,
        plan_changed=True,
    )
    assert found.level == 1
    assert set(found.reasons) == {
        "allocation_self_selected", "baseline_differs", "attrition", "plan_changed",
    }  # fmt: skip


def test_a_start_that_was_not_measured_holds_matched_groups_at_two_but_not_a_lottery() -> None:
    assert strength("ancova", "matched").level == 2
    assert strength("ancova", "randomised").level == 5


def test_change_against_other_schools_is_three_when_schools_chose_themselves() -> None:
    assert strength("did", "self_selected").level == 3
    assert strength("did", "unknown").level == 2


def test_one_school_on_a_side_is_two_at_most() -> None:
    found = strength("ancova", "randomised", baseline_difference=0.0, schools_per_arm=1)
    assert (found.level, found.reasons) == (2, ("one_school",))


def test_another_word_is_refused() -> None:
    with pytest.raises(UserError):
        strength("ancova", "random")  # type: ignore[arg-type]
