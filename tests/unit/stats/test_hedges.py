"""Hedges' g for pupils in schools: what the formulas must come down to, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.stats.trials import effect_size

sizes = st.lists(st.integers(2, 40), min_size=2, max_size=12)


@given(sizes, sizes, st.floats(-2, 2))
def test_without_variance_between_schools_only_the_pupils_count(
    treated: list[int], control: list[int], beta: float
) -> None:
    g = effect_size.hedges(beta, within=1.0, between=0.0, treated=treated, control=control)
    one, other = sum(treated), sum(control)
    assert g.g_total == pytest.approx(beta)
    assert g.g_within == pytest.approx(beta)
    simple = 1 / one + 1 / other + beta**2 / (2 * (one + other - 2))
    assert g.se_total**2 == pytest.approx(simple)


@given(sizes, sizes, st.floats(0.1, 100), st.floats(0.01, 0.9))
def test_unit_of_the_outcome_does_not_matter(
    treated: list[int], control: list[int], unit: float, icc: float
) -> None:
    def g(scale: float) -> effect_size.ClusterEffect:
        within, between = (1 - icc) * scale**2, icc * scale**2
        return effect_size.hedges(
            0.3 * scale, within=within, between=between, treated=treated, control=control
        )

    one, other = g(1.0), g(unit)
    assert other.g_total == pytest.approx(one.g_total)
    assert other.se_total == pytest.approx(one.se_total)
    assert other.se_within == pytest.approx(one.se_within)


def test_equal_schools_follow_the_equal_size_formulas() -> None:
    """Hedges (2007), equations 15, 16, 18 and 19 for m schools an arm of n pupils each."""
    m, n, icc, b = 6, 20, 0.2, 0.4
    total = 2 * m * n
    g = effect_size.hedges(b, within=1 - icc, between=icc, treated=[n] * m, control=[n] * m)
    d = b * np.sqrt(1 - 2 * (n - 1) * icc / (total - 2))
    spread = 2 / (m * n) * (1 + (n - 1) * icc)
    top = (total - 2) * (1 - icc) ** 2 + n * (total - 2 * n) * icc**2
    top += 2 * (total - 2 * n) * icc * (1 - icc)
    bottom = 2 * (total - 2) * ((total - 2) - 2 * (n - 1) * icc)
    assert g.g_total == pytest.approx(d, rel=1e-12)
    assert g.se_total**2 == pytest.approx(spread + d**2 * top / bottom, rel=1e-12)
    within = b / np.sqrt(1 - icc)
    assert g.g_within == pytest.approx(within, rel=1e-12)
    variance = spread / (1 - icc) + within**2 / (2 * (total - 2 * m))
    assert g.se_within**2 == pytest.approx(variance, rel=1e-12)


def test_interval_is_symmetric_and_widens_with_icc() -> None:
    arms = {"treated": [20, 25, 18, 30], "control": [22, 19, 30, 11]}
    narrow = effect_size.hedges(0.3, within=0.95, between=0.05, **arms)
    wide = effect_size.hedges(0.3, within=0.8, between=0.2, **arms)
    assert wide.se_total > narrow.se_total
    low, high = narrow.ci_total
    assert (low + high) / 2 == pytest.approx(narrow.g_total)
    assert (high - low) / 2 == pytest.approx(1.96 * narrow.se_total)
    assert (narrow.n, narrow.clusters, narrow.icc) == (175, 8, 0.05)


@pytest.mark.parametrize(
    ("treated", "control", "within", "status"),
    [([20], [20, 20], 1.0, "too_few"), ([20, 9], [20, 20], 0.0, "boundary"),
     ([1, 1], [1, 1], 1.0, "too_few"), ([], [2, 2], 1.0, "too_few")],
)  # fmt: skip
def test_too_little_is_a_result(
    treated: list[int], control: list[int], within: float, status: str
) -> None:
    g = effect_size.hedges(0.2, within=within, between=0.1, treated=treated, control=control)
    assert g.status == status
    assert g.reason
    assert np.isnan([g.g_total, g.g_within, *g.ci_total, *g.ci_within]).all()


def test_impossible_input_is_an_error() -> None:
    with pytest.raises(DataError) as caught:
        effect_size.hedges(0.2, within=-1, between=0.1, treated=[5, 5], control=[5, 5])
    assert caught.value.code == "bad_variance"
    with pytest.raises(DataError) as caught:
        effect_size.hedges(0.2, within=1, between=0.1, treated=[5, 0], control=[5, 5])
    assert caught.value.code == "bad_size"
