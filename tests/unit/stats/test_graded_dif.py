"""DIF by the graded response model: each item freed against all others."""

import numpy as np
import pytest

from instroom.stats.items.graded import graded_response
from instroom.stats.items.graded_dif import graded_dif

CUTS = np.array([-1.0, 0.0, 1.2])


def scale(n: int = 1200, *, bias: float = 0.0, groups: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    group = np.arange(n) % groups
    theta = rng.normal(size=n) + 0.4 * group
    shift = np.zeros((n, 5))
    shift[:, 1] = bias * group
    latent = 1.6 * (theta[:, None] + shift) + rng.logistic(size=(n, 5))
    return (latent[:, :, None] > 1.6 * CUTS).sum(axis=2).astype(float), group


def test_chi_square_is_twice_the_gain_of_a_model_with_the_column_split() -> None:
    y, group = scale(bias=0.4)
    found = graded_dif(y, group)
    split = np.column_stack([y, np.where(group == 1, y[:, 1], np.nan)])
    split[group == 1, 1] = np.nan
    gain = graded_response(split, group).log_likelihood - graded_response(y, group).log_likelihood
    assert found.items[1].chi_square == pytest.approx(2 * gain, abs=1e-7)
    assert found.items[1].df == 4


@pytest.mark.parametrize("bias", [0.6, -0.6])
def test_an_item_that_favours_a_group_is_found_with_sign_and_size(bias: float) -> None:
    found = graded_dif(*scale(bias=bias))
    item = found.items[1]
    assert item.p_adjusted < 1e-6
    assert np.sign(item.signed[0]) == np.sign(bias)
    assert item.unsigned[0] >= abs(item.signed[0])
    assert all(i.chi_square < item.chi_square for k, i in enumerate(found.items) if k != 1)


def test_groups_that_only_differ_in_level_show_no_dif() -> None:
    found = graded_dif(*scale(2500))
    assert min(item.p_adjusted for item in found.items) > 0.01
    assert found.equal.means[1] == pytest.approx(0.4, abs=0.15)


def test_three_groups_free_two_sets_of_parameters() -> None:
    found = graded_dif(*scale(1500, bias=0.5, groups=3))
    assert found.items[1].df == 8
    assert 0 < found.items[1].signed[0] < found.items[1].signed[1]


def test_an_answer_no_one_gave_in_a_group_costs_no_parameter() -> None:
    y, group = scale()
    y[(group == 1) & (y[:, 2] == 0), 2] = 1
    item = graded_dif(y, group).items[2]
    assert (item.status, item.df) == ("ok", 3)


def test_items_that_cannot_be_compared_say_so() -> None:
    y, group = scale()
    y[group == 1, 3] = np.nan
    y[(group == 1) & (y[:, 4] != 2), 4] = np.nan
    found = graded_dif(y, group)
    assert found.items[3].status == "not_applicable"
    assert found.items[4].status == "too_few"
    assert all(found.items[j].reason for j in (3, 4))
    assert np.isnan([found.items[3].p, found.items[3].p_adjusted]).all()
    assert found.items[0].status == "ok"


def test_the_only_link_between_groups_cannot_be_freed() -> None:
    y, group = scale(bias=0.0)
    y = np.column_stack([y, y[:, :4]])
    y[group == 1, :4] = np.nan
    y[group == 0, 5:] = np.nan
    found = graded_dif(y, group)
    assert found.status == "ok"
    assert found.items[4].status == "not_identified"


def test_without_groups_or_a_model_there_is_a_reason() -> None:
    y, group = scale()
    assert graded_dif(y, group * 0).status == "too_few"
    nothing = graded_dif(y[:, :2], group)
    assert nothing.status == "too_few"
    assert nothing.reason
    assert nothing.items == ()
