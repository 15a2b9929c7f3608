"""DIF by ordinal logistic regression: what it finds, what it leaves alone, what it admits."""

import numpy as np
import pytest
from scipy.stats import chi2

from instroom.core.errors import DataError
from instroom.stats.items.dif import ordinal_dif
from instroom.stats.items.ordinal import proportional_odds


def scale(n: int = 1500, *, bias: float = 0.0, tilt: float = 0.0, impact: float = 0.0, groups=2):
    """Simulate five items; item 0 is easier by ``bias`` and steeper by ``tilt`` per group."""
    rng = np.random.default_rng(7)
    group = np.arange(n) % groups
    theta = rng.normal(size=n) + impact * group
    slopes = np.ones((n, 5))
    slopes[:, 0] += tilt * group
    shift = np.zeros((n, 5))
    shift[:, 0] = bias * group
    latent = slopes * 1.5 * theta[:, None] + shift + rng.logistic(size=(n, 5))
    return np.digitize(latent, [-2, -0.5, 0.5, 2]).astype(float), group


def test_each_test_is_the_difference_of_two_regressions() -> None:
    y, group = scale(bias=0.5)
    rest = y[:, [0, 1, 3, 4]].sum(axis=1)
    designs = [rest[:, None], np.column_stack([rest, group])]
    designs.append(np.column_stack([designs[1], rest * group]))
    value = [proportional_odds(y[:, 2], x).log_likelihood for x in designs]
    item = ordinal_dif(y, group).items[2]
    assert item.uniform == pytest.approx(2 * (value[1] - value[0]), abs=1e-8)
    assert item.nonuniform == pytest.approx(2 * (value[2] - value[1]), abs=1e-8)
    assert item.total == pytest.approx(item.uniform + item.nonuniform, rel=1e-12)
    assert item.total_p == pytest.approx(chi2.sf(item.total, 2), rel=1e-12)


def test_an_item_that_favours_a_group_is_found_with_its_sign() -> None:
    for bias in (1.5, -1.5):
        item = ordinal_dif(*scale(bias=bias)).items[0]
        assert np.sign(item.group_coefficient[0]) == np.sign(bias)
        assert item.p_adjusted < 1e-10
        assert item.size in ("moderate", "large")


def test_a_steeper_item_is_nonuniform() -> None:
    item = ordinal_dif(*scale(tilt=1.5)).items[0]
    assert item.nonuniform_p < 1e-4
    assert item.r2[1] - item.r2[0] < 0.035 <= item.r2[2] - item.r2[0] < 0.070
    assert item.size == "moderate"  # on the change by group and group by score together


def test_a_difference_between_the_groups_themselves_is_not_dif() -> None:
    found = ordinal_dif(*scale(4000, impact=0.5))
    assert all(item.size == "negligible" for item in found.items)


def test_three_groups_take_two_degrees_each() -> None:
    found = ordinal_dif(*scale(bias=0.7, groups=3))
    first = found.items[0]
    assert (first.uniform_df, first.nonuniform_df, first.total_df) == (2, 2, 4)
    assert 0 < first.group_coefficient[0] < first.group_coefficient[1]


def test_purifying_clears_the_items_that_only_looked_different() -> None:
    y, group = scale(3000, bias=3.0)
    plain, pure = ordinal_dif(y, group), ordinal_dif(y, group, purify=True)
    assert pure.status == "ok"
    assert pure.anchors == (1, 2, 3, 4)
    spill = [max(abs(i.group_coefficient[0]) for i in found.items[1:]) for found in (plain, pure)]
    assert spill[1] < spill[0] / 2


def test_anchors_are_the_matching_score() -> None:
    y, group = scale()
    item = ordinal_dif(y, group, anchors=[1, 3]).items[0]
    rest = y[:, 1] + y[:, 3]
    fit = proportional_odds(y[:, 0], np.column_stack([rest, group]))
    assert item.group_coefficient[0] == pytest.approx(fit.coefficients[1], rel=1e-10)


def test_labels_only_name_the_groups() -> None:
    y, group = scale(bias=0.5)
    one, other = ordinal_dif(y, group), ordinal_dif(y, 10.0 + 5 * group)
    assert other.groups == (10.0, 15.0)
    assert one.items[0].total == other.items[0].total


def test_incomplete_rows_are_left_out_and_counted() -> None:
    y, group = scale()
    holes, label = y.copy(), group.astype(float)
    holes[3, 2], label[5] = np.nan, np.nan
    found = ordinal_dif(holes, label)
    keep = np.delete(np.arange(len(y)), [3, 5])
    assert (found.n, found.dropped) == (len(y) - 2, 2)
    assert found.items[1].total == ordinal_dif(y[keep], group[keep]).items[1].total


def test_an_item_everyone_answers_alike_is_too_few_and_the_others_go_on() -> None:
    y, group = scale()
    y[:, 4] = 1.0
    found = ordinal_dif(y, group)
    assert found.items[4].status == "too_few"
    assert np.isnan(found.items[4].p_adjusted)
    assert found.items[4].size == "unknown"
    assert found.items[0].status == "ok"


def test_nothing_is_tested_without_two_groups_or_two_items() -> None:
    y, group = scale()
    assert ordinal_dif(y, group * 0).status == "too_few"
    assert ordinal_dif(y[:, :1], group).status == "too_few"


def test_purifying_stops_when_hardly_an_item_is_clean() -> None:
    rng = np.random.default_rng(3)
    group = np.arange(2000) % 2
    sign = np.array([1, -1, 1])
    latent = rng.normal(size=(2000, 1)) + 4 * np.outer(group, sign) + rng.logistic(size=(2000, 3))
    found = ordinal_dif(np.digitize(latent, [-2, 0, 2]).astype(float), group, purify=True)
    assert found.status == "not_identified"
    assert found.reason


@pytest.mark.parametrize(
    ("kwargs", "code"), [({"anchors": [5]}, "unknown_item"), ({"anchors": [-1]}, "unknown_item")]
)
def test_an_anchor_that_does_not_exist_is_refused(kwargs: dict, code: str) -> None:
    with pytest.raises(DataError) as error:
        ordinal_dif(*scale(), **kwargs)
    assert error.value.code == code


def test_groups_of_another_length_are_refused() -> None:
    y, group = scale()
    with pytest.raises(DataError) as error:
        ordinal_dif(y, group[1:])
    assert error.value.code == "shape"
