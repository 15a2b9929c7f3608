"""Cluster-robust errors against matrices as long as the data, and where they must say no."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.stats.clusters import cluster_design, robust

Floats = np.ndarray
KINDS = ["cr0", "cr1", "cr1s", "cr2", "cr3"]


def pupils(seed: int = 1, schools: int = 7) -> tuple[dict[str, Floats], Floats]:
    chance = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), chance.integers(2, 9, schools))
    n = len(school)
    treat = (school % 2).astype(float)
    pre = chance.normal(size=n) + school * 0.1
    y = 0.3 * treat + 0.5 * pre + chance.normal(size=schools)[school] + chance.normal(size=n)
    return {"treat": treat, "pre": pre, "y": y}, school


def direct(columns: dict[str, Floats], school: Floats, kind: str) -> tuple[Floats, Floats, Floats]:
    """Calculate estimates, errors and df with n x n matrices."""
    *names, outcome = columns
    x = np.column_stack([np.ones(len(school)), *(columns[c] for c in names)])
    y, (n, p) = columns[outcome], x.shape
    bread = np.linalg.inv(x.T @ x)
    left = np.eye(n) - x @ bread @ x.T
    beta, groups = bread @ x.T @ y, np.unique(school)
    pull = np.zeros((n, len(groups), p))
    for j, g in enumerate(groups):
        mine = school == g
        values, vectors = np.linalg.eigh(left[np.ix_(mine, mine)])
        power = {"cr2": -0.5, "cr3": -1.0}.get(kind, 0.0)
        adjust = vectors @ np.diag(values**power) @ vectors.T
        pull[:, j, :] = left[:, mine] @ adjust @ x[mine] @ bread
    clusters = len(groups)
    scale = {
        "cr1": clusters / (clusters - 1),
        "cr1s": clusters * (n - 1) / ((clusters - 1) * (n - p)),
    }.get(kind, 1.0)
    lines = np.einsum("n,njp->jp", y, pull)
    se = np.sqrt(scale * (lines**2).sum(axis=0))
    grams = np.einsum("njp,nkp->pjk", pull, pull)
    df = np.einsum("pjj->p", grams) ** 2 / (grams**2).sum(axis=(1, 2))
    return beta, se, df


@pytest.mark.parametrize("kind", KINDS)
def test_fit_equals_long_matrices(kind: robust.Kind) -> None:
    columns, school = pupils()
    found = robust.fit(from_arrays(columns, {"school": school}), kind=kind)
    beta, se, df = direct(columns, school, kind)
    np.testing.assert_allclose(found.beta, beta, rtol=1e-11)
    np.testing.assert_allclose(found.se, se, rtol=1e-11)
    np.testing.assert_allclose(found.df, df, rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(found.cov)), found.se, rtol=1e-14)


def test_interval_and_p_belong_together() -> None:
    columns, school = pupils(3)
    found = robust.fit(from_arrays(columns, {"school": school}))
    for at in range(3):
        excludes_zero = found.ci[at, 0] > 0 or found.ci[at, 1] < 0
        assert excludes_zero == (found.p[at] < 0.05)
    np.testing.assert_allclose(found.ci.mean(axis=1), found.beta, rtol=1e-12)


@given(st.integers(0, 50), st.floats(-1e6, 1e6), st.floats(0.01, 1000))
def test_shift_and_scale_change_nothing_but_units(seed: int, shift: float, scale: float) -> None:
    columns, school = pupils(seed)
    plain = robust.fit(from_arrays(columns, {"school": school}))
    moved = columns | {"pre": columns["pre"] * scale + shift, "y": columns["y"] * scale + shift}
    found = robust.fit(from_arrays(moved, {"school": school}))
    np.testing.assert_allclose(found.beta[1:] / [scale, 1], plain.beta[1:], rtol=1e-5)
    np.testing.assert_allclose(found.se[1:] / [scale, 1], plain.se[1:], rtol=1e-5)
    np.testing.assert_allclose(found.df[1:], plain.df[1:], rtol=1e-5)


@given(st.integers(0, 50))
def test_row_order_does_not_matter(seed: int) -> None:
    columns, school = pupils(seed)
    order = np.random.default_rng(seed).permutation(len(school))
    shuffled = {name: values[order] for name, values in columns.items()}
    plain = robust.fit(from_arrays(columns, {"school": school}))
    found = robust.fit(from_arrays(shuffled, {"school": school[order]}))
    np.testing.assert_allclose(found.se, plain.se, rtol=1e-11)
    np.testing.assert_allclose(found.df, plain.df, rtol=1e-11)


def test_absorbing_equals_dummies() -> None:
    columns, school = pupils(5)
    del columns["treat"]
    dummies = {f"s{g}": (school == g) * 1.0 for g in np.unique(school)[1:]}
    y = columns.pop("y")
    absorbed = robust.fit(from_arrays(columns | {"y": y}, {"school": school}), absorb="school")
    explicit = robust.fit(from_arrays(columns | dummies | {"y": y}, {"school": school}))
    at = explicit.names.index("pre")
    assert absorbed.names == ("pre",)
    assert absorbed.se[0] == pytest.approx(explicit.se[at], rel=1e-11)
    assert absorbed.df[0] == pytest.approx(explicit.df[at], rel=1e-10)


def test_what_is_constant_within_absorbed_groups_is_left_out() -> None:
    columns, school = pupils()
    found = robust.fit(from_arrays(columns, {"school": school}), absorb="school")
    assert found.names == ("pre",)
    assert found.status == "partial"
    assert found.reason == "Left out, because other columns say the same: 'treat'."


@pytest.mark.parametrize("offset", [0.0, 2026.0, 1e6])
def test_a_combination_of_columns_is_named(offset: float) -> None:
    columns, school = pupils()
    y = columns.pop("y") + offset
    columns["again"] = columns["pre"] * 3 - columns["treat"] + offset
    columns["constant"] = np.full(len(school), offset)
    found = robust.fit(from_arrays(columns | {"y": y}, {"school": school}))
    assert found.names == ("(Intercept)", "treat", "pre")
    assert found.status == "partial"
    assert found.reason == (
        "Left out, because other columns say the same: 'again'. "
        "Left out, because every row has the same value: 'constant'."
    )
    assert np.isfinite(found.se).all()


@pytest.mark.parametrize("kind", KINDS)
def test_one_treated_school_has_an_effect_but_no_error(kind: robust.Kind) -> None:
    columns, school = pupils()
    columns = {"treat": (school == 3) * 1.0, "y": columns["y"]}
    found = robust.fit(from_arrays(columns, {"school": school}), kind=kind)
    assert np.isfinite(found.beta).all()
    assert np.isnan(found.se[1])
    assert np.isnan(found.p[1])
    assert np.isfinite(found.se[0])
    assert found.status == "partial"
    assert "single cluster decides the estimate: treat" in str(found.reason)


def test_few_clusters_or_rows_are_a_result() -> None:
    columns, school = pupils()
    one = robust.fit(from_arrays(columns, {"school": np.zeros(len(school), dtype=int)}))
    assert one.status == "too_few"
    assert np.isfinite(one.beta).all()
    assert np.isnan(one.se).all()
    short = {"treat": [0, 1, 0], "pre": [0.1, 0.4, 0.5], "y": [1, 2, 4]}
    rows = robust.fit(from_arrays(short, {"school": [0, 1, 2]}))
    assert rows.status == "too_few"
    assert rows.reason


def test_an_outcome_without_error_is_a_boundary() -> None:
    columns, school = pupils()
    exact = columns | {"y": 2 * columns["pre"] - columns["treat"] + 1e4}
    for outcome in (exact["y"], np.full(len(school), 3.3)):
        found = robust.fit(from_arrays(columns | {"y": outcome}, {"school": school}))
        assert found.status == "boundary"
        assert np.isnan(found.se).all()
    assert robust.fit(from_arrays(exact, {"school": school})).beta[2] == pytest.approx(2)


def test_weighted_rows_have_plain_corrections_only() -> None:
    columns, school = pupils()
    weights = np.random.default_rng(1).integers(1, 4, len(school))
    cross = from_arrays(columns, {"school": school}, weights=weights)
    assert robust.fit(cross, kind="cr2").status == "not_supported"
    repeated = {name: np.repeat(values, weights) for name, values in columns.items()}
    expected = robust.fit(from_arrays(repeated, {"school": np.repeat(school, weights)}), kind="cr1")
    np.testing.assert_allclose(robust.fit(cross, kind="cr1").se, expected.se, rtol=1e-10)


def test_combinations_are_sums_of_coefficients() -> None:
    columns, school = pupils()
    cross = from_arrays(columns, {"school": school})
    found = robust.fit(cross, combinations={"both": {"treat": 1, "pre": -2}})
    assert found.names[-1] == "both"
    assert found.beta[-1] == pytest.approx(found.beta[1] - 2 * found.beta[2])
    v = found.cov
    variance = v[1, 1] + 4 * v[2, 2] - 4 * v[1, 2]
    assert found.se[-1] == pytest.approx(np.sqrt(variance), rel=1e-10)


def test_wrong_names_are_errors() -> None:
    columns, school = pupils()
    cross = from_arrays(columns, {"school": school})
    asked = [
        ({"kind": "cr9"}, "unknown_kind"),
        ({"outcome": "x"}, "unknown_column"),
        ({"fixed": ["x"]}, "unknown_column"),
        ({"fixed": ["pre", "y"]}, "outcome_twice"),
        ({"absorb": "class"}, "unknown_level"),
        ({"combinations": {"a": {"x": 1}}}, "unknown_column"),
    ]
    for wrong, code in asked:
        with pytest.raises(DataError) as caught:
            robust.fit(cross, **wrong)  # type: ignore[arg-type]
        assert caught.value.code == code
    total: CrossProducts = from_arrays(columns, {"school": school}, by_group=False)
    with pytest.raises(DataError) as caught:
        robust.fit(total)
    assert caught.value.code == "no_clusters"


def test_parts_add_up_to_the_identity_and_scores_to_nothing() -> None:
    columns, school = pupils()
    design = cluster_design.split(from_arrays(columns, {"school": school}))
    np.testing.assert_allclose(design.parts.sum(axis=0), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(design.scores.sum(axis=0), 0, atol=1e-11)
    assert np.linalg.eigvalsh(design.parts).min() > -1e-12
