"""Invariance over groups and waves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from instroom.core.errors import DataError
from instroom.stats.scales.invariance import group_invariance, wave_invariance

Floats = NDArray[np.float64]
LOADINGS = np.array([0.9, 0.8, 0.7, 0.8, 0.6])


def groups(
    n: int = 2000, *, loading: float = 0.0, intercept: float = 0.0, mean: float = 0.3
) -> tuple[Floats, NDArray[np.str_]]:
    """Boys and girls; for girls item 1 may load otherwise, item 2 lie higher, the mean differ."""
    rng = np.random.default_rng(7)
    girl = np.arange(n) % 2 == 1
    leaning = rng.normal(size=n) + mean * girl
    strength = LOADINGS + np.outer(girl, [loading, 0, 0, 0, 0])
    scores = leaning[:, None] * strength + 0.7 * rng.normal(size=(n, 5))
    scores[:, 1] += intercept * girl
    return scores, np.where(girl, "girl", "boy")


def waves(n: int = 1500, *, intercept: float = 0.0) -> Floats:
    rng = np.random.default_rng(8)
    leaning = rng.multivariate_normal([0, 0.4], [[1, 0.7], [0.7, 1.2]], size=n)
    own = 0.4 * rng.normal(size=(n, 1, 5))
    scores = leaning[:, :, None] * LOADINGS + own + 0.6 * rng.normal(size=(n, 2, 5))
    scores[:, 1, 3] += intercept
    return scores


def test_groups_measured_alike_are_found_so_and_their_means_compared() -> None:
    found = group_invariance(*groups(), strict=True)
    assert (found.established, found.means_comparable, found.status) == ("strict", True, "ok")
    boy, girl = found.factors
    assert (boy.label, boy.mean, boy.variance, boy.mean_se) == ("boy", 0.0, 1.0, None)
    assert girl.mean_se is not None
    assert abs(girl.mean - 0.3) < 3 * girl.mean_se
    assert girl.n == boy.n == 1000


def test_an_item_with_another_loading_stops_at_configural() -> None:
    found = group_invariance(*groups(loading=0.9))
    assert (found.established, found.means_comparable) == ("configural", False)
    assert found.levels[1].verdict == "fails"
    assert found.levels[1].delta_p is not None
    assert found.levels[1].delta_p < 1e-6


def test_an_item_with_another_intercept_stops_at_metric() -> None:
    found = group_invariance(*groups(intercept=0.8))
    assert (found.established, found.means_comparable) == ("metric", False)
    assert found.levels[2].verdict == "fails"


def test_levels_are_nested() -> None:
    found = group_invariance(*groups(loading=0.2, intercept=0.2), strict=True)
    fits = [level.fit for level in found.levels if level.fit is not None]
    assert [fit.df for fit in fits] == [10, 14, 18, 23]
    assert [fit.chisq for fit in fits] == sorted(fit.chisq for fit in fits)
    assert [level.delta_df for level in found.levels] == [None, 4, 4, 5]


def test_configural_is_the_sum_of_the_groups() -> None:
    from instroom.stats.scales.factor import one_factor

    scores, label = groups(600)
    found = group_invariance(scores, label).levels[0].fit
    parts = [one_factor(scores[label == name]).fit for name in ("boy", "girl")]
    assert found is not None
    assert found.chisq == pytest.approx(sum(p.chisq for p in parts if p is not None), rel=1e-9)


def test_names_and_order_of_groups_do_not_change_the_fit() -> None:
    scores, label = groups(800)
    one = group_invariance(scores, label)
    other = group_invariance(scores[::-1], np.where(label == "boy", 2, 1)[::-1])
    for a, b in zip(one.levels, other.levels, strict=True):
        assert a.fit is not None
        assert b.fit is not None
        assert b.fit.chisq == pytest.approx(a.fit.chisq, rel=1e-8)
    assert [f.label for f in other.factors] == ["1", "2"]


def test_three_groups_and_pupils_without_a_group() -> None:
    scores, _ = groups(900)
    label: list[object] = ["a", "b", "c"] * 300
    label[0], label[1] = None, ""
    found = group_invariance(scores, label)  # type: ignore[arg-type]
    assert [f.n for f in found.factors] == [299, 299, 300]
    assert found.levels[2].fit is not None
    assert found.levels[2].fit.df == 3 * 20 - (5 + 5 + 15) - 4


def test_rescaling_items_changes_nothing() -> None:
    scores, label = groups(700)
    one, other = (group_invariance(x, label) for x in (scores, scores * [1, 10, 0.1, 3, 100] + 7))
    for a, b in zip(one.levels, other.levels, strict=True):
        assert a.fit is not None
        assert b.fit is not None
        assert b.fit.chisq == pytest.approx(a.fit.chisq, rel=1e-7)
    assert other.factors[1].mean == pytest.approx(one.factors[1].mean, rel=1e-5)


def test_waves_measured_alike_give_the_growth() -> None:
    found = wave_invariance(waves(), strict=True)
    assert (found.established, found.means_comparable) == ("strict", True)
    second = found.factors[1]
    assert second.mean_se is not None
    assert second.variance_se is not None
    assert abs(second.mean - 0.4) < 3 * second.mean_se
    assert abs(second.variance - 1.2) < 3 * second.variance_se
    assert [level.fit.df for level in found.levels if level.fit] == [29, 33, 37, 42]


def test_a_question_read_otherwise_later_stops_at_metric() -> None:
    found = wave_invariance(waves(intercept=0.7))
    assert found.established == "metric"


def test_three_waves_have_three_factors() -> None:
    cube = np.concatenate(
        [waves(), waves()[:, 1:] + np.random.default_rng(1).normal(size=(1500, 1, 5))], axis=1
    )
    found = wave_invariance(cube)
    assert [f.label for f in found.factors] == ["wave 1", "wave 2", "wave 3"]
    assert found.levels[0].fit is not None
    assert found.levels[0].fit.df == 15 * 18 // 2 - (15 + 15 + 15 + 3 + 15)


def test_small_samples_ask_for_smaller_differences() -> None:
    """Chen (2007): up to 300 people a fall of .005 in CFI is already too much, not from 301 on."""
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(300, 1)) * LOADINGS + 0.7 * rng.normal(size=(300, 5))
    scores[::2, 1] += 0.15
    verdicts = []
    for more in (0, 2):  # two pupils at the average hardly change the fit
        full = np.vstack([scores, np.tile(scores.mean(axis=0), (more, 1))])
        level = group_invariance(full, ["a", "b"] * (150 + more // 2)).levels[2]
        assert level.delta_cfi is not None
        assert -0.010 <= level.delta_cfi < -0.005
        assert level.delta_rmsea is not None
        assert level.delta_rmsea < 0.010
        verdicts.append(level.verdict)
    assert verdicts == ["doubtful", "holds"]


@pytest.mark.parametrize(
    ("scores", "label", "word"),
    [
        (groups(100)[0], ["a"] * 100, "fewer than two groups"),
        (groups(100)[0], ["a"] * 97 + ["b"] * 3, "Only 3 pupils of group b"),
        (groups(100)[0][:, :2], ["a", "b"] * 50, "three items"),
        (np.where(np.arange(5) == 1, 1.0, groups(100)[0]), ["a", "b"] * 50, "same answer"),
    ],
)
def test_too_little_is_a_result_with_a_reason(scores: Floats, label: list[str], word: str) -> None:
    found = group_invariance(scores, label)
    assert (found.status, found.levels, found.established) == ("too_few", (), None)
    assert word in (found.reason or "")


def test_too_few_pupils_for_all_waves() -> None:
    found = wave_invariance(waves()[:9])
    assert (found.status, found.levels) == ("too_few", ())
    holes = waves()
    holes[:, 1, 0] = np.nan
    assert wave_invariance(holes).status == "too_few"


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(DataError) as length:
        group_invariance(groups(100)[0], ["a"])
    assert length.value.code == "groups_length"
    with pytest.raises(DataError) as shape:
        wave_invariance(groups(100)[0])
    assert shape.value.code == "waves_shape"
