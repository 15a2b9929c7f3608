import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import code_groups, from_arrays, select

ROUNDING = 1e-10
"""The same rows added up in another order."""


def rows(seed: int, n: int = 200):
    rng = np.random.default_rng(seed)
    school = rng.integers(0, 7, n)
    klas = school * 4 + rng.integers(0, 4, n)
    columns = {
        "x": rng.normal(2026, 1, n),
        "t": rng.integers(0, 4, n) * 1.0,
        "y": rng.normal(size=n),
    }
    return columns, {"school": school, "klas": klas}


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(1, 300), by_group=st.booleans(), sort=st.booleans())
def test_sums_and_products_are_those_of_the_shifted_rows(seed, n, by_group, sort):
    columns, groups = rows(seed, n)
    if sort:
        order = np.argsort(groups["school"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
        groups = {name: group[order] for name, group in groups.items()}
    weights = np.random.default_rng(seed).uniform(0.5, 2, n)
    c = from_arrays(columns, groups, slope="t", by_group=by_group, weights=weights)
    w = np.column_stack([np.ones(n), *columns.values()]) - c.shift
    klas, _ = code_groups(groups["klas"])
    school, _ = code_groups(groups["school"])
    for g in range(c.sizes[1]):
        own = klas == g
        assert c.sums[g] == pytest.approx(weights[own] @ w[own], abs=ROUNDING)
        assert c.slope_sums[g] == pytest.approx((weights * w[:, 2])[own] @ w[own], abs=ROUNDING)
        assert set(c.parents[0][g] == school[own]) == {True}
    weighted = w * weights[:, None]
    assert c.total == pytest.approx(w.T @ weighted, abs=ROUNDING)
    assert c.by_group is (by_group or c.sizes[0] == 1)
    if by_group:
        for h in range(c.sizes[0]):
            own = school == h
            assert c.products[h] == pytest.approx(w[own].T @ weighted[own], abs=ROUNDING)


def test_products_over_many_blocks_are_those_of_one():
    rng = np.random.default_rng(1)
    n = 100_000
    x, school = rng.normal(size=n), rng.integers(0, 50, n)
    for group in (school, np.sort(school)):
        c = from_arrays({"x": x}, {"school": group})
        shifted = x - x.mean()
        squares = [float(shifted[group == g] @ shifted[group == g]) for g in range(50)]
        assert c.products[:, 1, 1] == pytest.approx(squares, rel=ROUNDING)
        assert from_arrays({"x": x}, {"school": group}, by_group=False).products[
            0
        ] == pytest.approx(c.total, rel=ROUNDING, abs=1e-8)


def test_far_off_columns_keep_their_digits():
    """Squares of 2,026 and of 1,000,000 would drown a spread of one thousandth."""
    x = np.array([0.0, 0.001, 0.002, 0.001])
    near, far = from_arrays({"x": x}), from_arrays({"x": x + 1e6})
    assert far.total[1, 1] == pytest.approx(near.total[1, 1], rel=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_missing_value_is_refused_with_its_column(bad):
    with pytest.raises(DataError) as refused:
        from_arrays({"x": [1.0, bad], "y": [1.0, 2.0]})
    assert refused.value.code == "missing_values"
    assert "'x'" in str(refused.value)


def test_crossed_groups_are_refused():
    with pytest.raises(DataError) as refused:
        from_arrays({"y": [1.0, 2, 3]}, {"school": ["a", "b", "b"], "klas": ["1", "1", "2"]})
    assert refused.value.code == "crossed_groups"


def test_an_unknown_column_is_refused_with_those_there_are():
    with pytest.raises(DataError) as refused:
        from_arrays({"y": [1.0, 2]}).index("z")
    assert refused.value.code == "unknown_column"
    assert refused.value.expected == "y"


@pytest.mark.parametrize(
    "names",
    [np.array([30, 10, 30, 20]), np.array([3, 1, 3, 10**12]), np.array(["c", "a", "c", "b"])],
)
def test_groups_are_numbered_in_their_order(names):
    codes, kept = code_groups(names)
    assert (kept == np.unique(names)).all()
    assert (kept[codes] == names).all()


def test_labels_are_kept_when_asked_for():
    groups = {"school": ["b", "a"], "klas": [2, 1]}
    assert from_arrays({"y": [1.0, 2]}, groups).labels == ()
    assert from_arrays({"y": [1.0, 2]}, groups, keep_labels=True).labels == (
        ("a", "b"),
        ("1", "2"),
    )


def test_no_rows_give_no_groups():
    c = from_arrays({"y": []}, {"school": []})
    assert (c.n, c.sizes, c.sums.shape, c.total.tolist()) == (0, (0,), (0, 2), [[0, 0], [0, 0]])


def test_selected_columns_are_those_of_their_own_sums():
    columns, groups = rows(3)
    whole = select(from_arrays(columns, groups, slope="t"), ["t", "y"])
    part = from_arrays({name: columns[name] for name in ("t", "y")}, groups, slope="t")
    assert whole.columns == part.columns
    for name in ("shift", "sums", "slope_sums", "products"):
        assert getattr(whole, name) == pytest.approx(getattr(part, name), abs=ROUNDING), name
    assert select(whole, ["y"]).slope is None
