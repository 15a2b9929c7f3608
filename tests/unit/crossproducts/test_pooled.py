"""Sums of parts, pooled, are the sums of the whole."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.crossproducts.pooled import ancestors, paths, pool, recentre
from instroom.stats.multilevel import mixed

#: The issue's demand on estimates of pooled sums.
POOLED = 1e-9


def _pupils(n: int = 4000, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    school, group = np.arange(n) // 100, np.arange(n) // 25
    lift = rng.normal(0, 0.3, n)[school] + rng.normal(0, 0.2, n)[group]
    pre, sex = rng.normal(500, 10, n), rng.integers(0, 2, n)
    post = 0.05 * pre + 0.3 * (school % 2) + 0.1 * sex + lift + rng.normal(size=n)
    names = np.array([f"s{i:03d}" for i in range(n)])
    return {
        "school": names[school],
        "class": np.char.add(names[school], np.char.add("-", names[group])),
        "treat": school % 2,
        "sex": sex,
        "pre": pre,
        "post": post,
    }


def _sums(
    table: dict[str, np.ndarray],
    rows: Any,
    groups: tuple[str, ...] = ("school", "class"),
    **more: Any,
) -> CrossProducts:
    return from_arrays(
        {name: table[name][rows] for name in ("treat", "sex", "pre", "post")},
        {name: table[name][rows] for name in groups},
        keep_labels=True,
        **more,
    )


def _split(how: str, n: int) -> list[np.ndarray]:
    if how == "by school":
        first = np.arange(n) < 1700
    elif how == "through schools":
        first = np.arange(n) % 100 < 50  # two classes of each school on either side
    else:
        first = np.random.default_rng(7).random(n) < 0.4
    return [first, ~first]


@pytest.mark.parametrize("how", ["by school", "through schools", "through classes"])
@pytest.mark.parametrize("groups", [("school",), ("school", "class")])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_estimates_from_two_halves_are_those_of_the_whole(
    how: str, groups: tuple[str, ...], method: Any
) -> None:
    table = _pupils()
    n = len(table["post"])
    whole = mixed.fit(_sums(table, np.arange(n), groups), method=method)
    halves = [_sums(table, rows, groups) for rows in _split(how, n)]
    pooled = mixed.fit(pool(halves), method=method)
    assert whole.status == pooled.status == "ok"
    for name in ("beta", "se", "deviance", "residual"):
        np.testing.assert_allclose(getattr(pooled, name), getattr(whole, name), rtol=POOLED)
    for level in groups:
        assert pooled.variances[level] == pytest.approx(whole.variances[level], rel=1e-7)


def test_estimates_of_a_random_slope_are_those_of_the_whole() -> None:
    table = _pupils()
    n = len(table["post"])
    table["pre"] += np.random.default_rng(3).normal(0, 3, n)[np.arange(n) // 100]
    table["post"] = table["post"] + 0.02 * np.sin(np.arange(n) // 100) * (table["pre"] - 500)
    whole = mixed.fit(_sums(table, np.arange(n), ("school",), slope="pre"))
    halves = [_sums(table, rows, ("school",), slope="pre") for rows in _split("through classes", n)]
    pooled = mixed.fit(pool(halves))
    assert whole.status == pooled.status
    for name in ("beta", "se", "deviance"):
        np.testing.assert_allclose(getattr(pooled, name), getattr(whole, name), rtol=POOLED)


def _close(one: CrossProducts, other: CrossProducts) -> None:
    assert one.labels == other.labels
    assert one.n == other.n
    assert all(np.array_equal(a, b) for a, b in zip(one.parents, other.parents, strict=True))
    moved = recentre(one, other.shift)
    scale = np.sqrt(other.total.diagonal()) + 1e-12
    assert np.abs((moved.sums - other.sums) / scale).max() < POOLED
    assert np.abs((moved.products - other.products) / np.outer(scale, scale)).max() < POOLED
    if other.slope_sums is not None and moved.slope_sums is not None:
        gap = (moved.slope_sums - other.slope_sums) / np.outer(scale, scale).max()
        assert np.abs(gap).max() < POOLED


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.booleans())
def test_any_split_gives_the_whole_in_any_order(parts: int, seed: int, by_group: bool) -> None:
    rng = np.random.default_rng(seed)
    table, n = _pupils(400), 400
    part = rng.integers(0, parts, n)
    part[:parts] = np.arange(parts)
    # one school in all would look the same per group and in total
    crosses = [
        _sums(table, np.append(np.flatnonzero(part == i), [0, 399]), slope="pre", by_group=by_group)
        for i in range(parts)
    ]
    extra = np.concatenate([np.append(np.flatnonzero(part == i), [0, 399]) for i in range(parts)])
    pooled = pool(crosses)
    _close(pooled, _sums(table, extra, slope="pre", by_group=by_group))
    again = pool([crosses[i] for i in rng.permutation(parts)])
    for name in ("shift", "sums", "products", "slope_sums"):
        assert getattr(again, name).tobytes() == getattr(pooled, name).tobytes(), name


def test_moving_the_centre_and_back_changes_nothing() -> None:
    here = _sums(_pupils(), slice(None), slope="pre")
    there = recentre(here, np.array([0.0, 1.0, -2.0, 480.0, 3.0]))
    assert there.shift.tolist() == [0.0, 1.0, -2.0, 480.0, 3.0]
    _close(recentre(there, here.shift), here)
    assert not np.allclose(there.products, here.products)


def test_classes_of_one_name_in_two_schools_stay_two() -> None:
    def one(school: str, y: list[float]) -> CrossProducts:
        groups = {"school": [school] * len(y), "class": ["1a"] * len(y)}
        return from_arrays({"y": y}, groups, keep_labels=True)

    both = pool([one("south", [1.0, 2.0]), one("north", [5.0])])
    assert both.labels == (("north", "south"), ("1a", "1a"))
    assert both.sums[:, 0].tolist() == [1.0, 2.0]
    assert paths(both) == [("north", "1a"), ("south", "1a")]
    assert [a.tolist() for a in ancestors(both)] == [[0, 1], [0, 1]]


def test_parts_without_groups_are_added_up() -> None:
    y = np.array([1.0, 4.0, 9.0])
    _close(pool([from_arrays({"y": y[:1]}), from_arrays({"y": y[1:]})]), from_arrays({"y": y}))


@pytest.mark.parametrize("change", ["columns", "levels", "slope", "by_group", "labels"])
def test_parts_that_do_not_fit_are_refused(change: str) -> None:
    table = _pupils(400)
    one = _sums(table, slice(None))
    other = {
        "columns": lambda: replace(one, columns=(*one.columns[:-1], "other")),
        "levels": lambda: replace(one, levels=("board", "class")),
        "slope": lambda: _sums(table, slice(None), slope="pre"),
        "by_group": lambda: _sums(table, slice(None), by_group=False),
        "labels": lambda: replace(one, labels=()),
    }[change]()
    with pytest.raises(DataError) as error:
        pool([one, other])
    assert error.value.code == ("labels_missing" if change == "labels" else "sums_differ")


def test_nothing_cannot_be_pooled() -> None:
    with pytest.raises(DataError) as error:
        pool([])
    assert error.value.code == "nothing_to_pool"
