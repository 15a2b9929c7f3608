"""Small groups are merged or left out before sums may be shared, and never silently."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import DataError, PrivacyError
from instroom.crossproducts.compress import Compressed, Span, compress
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.crossproducts.pooled import paths
from instroom.privacy.pooling import check, guard
from instroom.privacy.small_groups import REST, Merged, SmallGroupRule
from instroom.stats.multilevel import mixed


def _made(
    sizes: dict[tuple[str, ...], int], girls: dict[tuple[str, ...], int] | None = None
) -> CrossProducts:
    """Make pupils: (school, class) -> how many, and how many of them are girls (or no column)."""
    rng = np.random.default_rng(4)
    where = [path for path, n in sizes.items() for _ in range(n)]
    columns: dict[str, Any] = {"score": rng.normal(3, 1, len(where))}
    if girls is not None:
        columns["girl"] = np.concatenate(
            [np.arange(n) < girls.get(path, 0) for path, n in sizes.items()]
        ).astype(float)
    levels = ("school", "class")[: len(where[0])]
    groups = {name: [path[i] for path in where] for i, name in enumerate(levels)}
    return from_arrays(columns, groups, keep_labels=True)


def _codes(cross: CrossProducts, **more: Any) -> set[tuple[str, str | None]]:
    return {(found.code, found.column) for found in check(cross, **more)}


@pytest.mark.parametrize(
    ("n", "girls", "codes"),
    [
        (40, 20, set()),
        (40, 10, set()),
        (40, 9, {("small_side", "girl")}),
        (40, 31, {("small_side", "girl")}),
        (40, 1, {("small_side", "girl")}),
        (40, 0, set()),
        (40, 40, set()),
        (9, 0, {("too_few_rows", None), ("small_side", "girl")}),
        (10, 0, set()),
    ],
)
def test_both_sides_of_a_column_need_ten_or_none(
    n: int, girls: int, codes: set[tuple[str, str | None]]
) -> None:
    cross = _made({("a",): n, ("b",): 40}, {("a",): girls, ("b",): 20})
    assert _codes(cross) == codes


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 2), (-1, 1), (-0.5, 0.5)])
@pytest.mark.parametrize("few", [9, 10])
def test_two_values_are_found_however_they_are_written(low: float, high: float, few: int) -> None:
    x = np.where(np.arange(40) < few, high, low)
    cross = from_arrays({"x": x}, {"school": ["a"] * 40}, keep_labels=True)
    assert _codes(cross) == ({("small_side", "x")} if few < 10 else set())


@pytest.mark.parametrize("few", [9, 10])
def test_two_unusual_values_are_found_with_spans(few: int) -> None:
    table = pa.table({"x": np.where(np.arange(40) < few, 7.5, 3.2), "s": ["a"] * 40})
    done = compress(table, ["x"], ["s"], keep_labels=True)
    assert _codes(done.cross, spans=done.spans) == ({("small_side", "x")} if few < 10 else set())


@pytest.mark.parametrize(("n", "columns", "fine"), [(29, 10, False), (30, 10, True)])
def test_every_column_needs_three_rows(n: int, columns: int, fine: bool) -> None:
    rng = np.random.default_rng(1)
    table = {f"x{i}": rng.normal(size=n) for i in range(columns)}
    cross = from_arrays(table, {"school": ["a"] * n}, keep_labels=True)
    assert _codes(cross) == (set() if fine else {("too_few_per_column", None)})


def test_a_column_without_variance_shows_everybodys_value() -> None:
    y = np.concatenate([np.full(20, 3.3), np.linspace(1, 5, 20)])
    cross = from_arrays({"y": y}, {"school": ["a"] * 20 + ["b"] * 20}, keep_labels=True)
    assert [(f.path, f.code, f.column) for f in check(cross)] == [(("a",), "no_variance", "y")]
    assert check(cross, of_groups=["y"]) == ()


def test_no_variance_within_any_class_shows_everybodys_value() -> None:
    groups = {"school": ["a"] * 40, "class": ["1"] * 20 + ["2"] * 20}
    y = np.repeat([2.5, 4.1], 20)
    found = check(from_arrays({"y": y}, groups, keep_labels=True))
    assert [(f.level, f.code) for f in found] == [("school", "no_variance")]


def test_a_class_where_all_have_the_highest_value_is_found_with_spans() -> None:
    rng = np.random.default_rng(1)
    y = np.concatenate([np.full(20, 5.0), rng.uniform(1, 5, 60)])
    table = pa.table({"s": ["a"] * 80, "c": np.repeat(["1", "2", "3", "4"], 20), "y": y})
    done = compress(table, ["y"], ["s", "c"], keep_labels=True)
    found = check(done.cross, spans=done.spans)
    assert [(f.path, f.code) for f in found] == [(("a", "1"), "no_variance")]
    assert check(done.cross) == ()


@pytest.mark.parametrize(("both", "fine"), [(0, True), (2, False), (3, True)])
@pytest.mark.parametrize("of_x", [(0, 1), (1, 2)])
@pytest.mark.parametrize("of_z", [(0, 1), (1, 2), (-1, 1), (-0.5, 0.5)])
def test_combinations_of_two_values_need_three_rows_or_none(
    both: int, fine: bool, of_x: tuple[float, float], of_z: tuple[float, float]
) -> None:
    """However the values are written, and whatever the sums are shifted by."""
    x, z = np.full(120, float(of_x[0])), np.full(120, float(of_z[0]))
    x[:20], z[20 - both : 40 - both] = of_x[1], of_z[1]
    x[60:90], z[75:105] = of_x[1], of_z[1]
    schools = {"school": ["a"] * 60 + ["b"] * 60}
    cross = from_arrays({"x": x, "z": z}, schools, keep_labels=True)
    assert _codes(cross) == (set() if fine else {("small_pair", "z")})


@pytest.mark.parametrize(("both", "fine"), [(0, True), (2, False), (3, True)])
def test_combinations_in_a_school_without_a_neighbour_need_three_rows_or_none(
    both: int, fine: bool
) -> None:
    x, z = np.zeros(60), np.zeros(60)
    x[:20] = 1
    z[20 - both : 40 - both] = 1
    cross = from_arrays({"x": x, "z": z}, {"school": ["a"] * 60}, keep_labels=True)
    assert _codes(cross) == (set() if fine else {("small_pair", "z")})


@pytest.mark.parametrize("few", range(4))
@pytest.mark.parametrize("of_x", [(0, 1), (1, 2)])
@pytest.mark.parametrize("of_z", [(0, 1), (1, 2), (-1, 1), (-0.5, 0.5)])
def test_each_combination_of_two_values_is_looked_at(
    few: int, of_x: tuple[float, float], of_z: tuple[float, float]
) -> None:
    sizes = [20] * 4
    sizes[few] = 2
    x, z = (np.repeat(pairs, sizes) for pairs in ([0, 0, 1, 1], [0, 1, 0, 1]))
    columns = {"x": np.take(of_x, x).astype(float), "z": np.take(of_z, z).astype(float)}
    cross = from_arrays(columns, {"school": ["a"] * sum(sizes)}, keep_labels=True)
    assert _codes(cross) == {("small_pair", "z")}


def _likert(n: int, seed: int = 0) -> Compressed:
    y = np.random.default_rng(seed).integers(1, 6, n)
    return compress(pa.table({"s": ["a"] * n, "y": y}), ["y"], ["s"], keep_labels=True)


@pytest.mark.parametrize(("n", "fine"), [(29, False), (30, True)])
def test_answers_on_a_coarse_scale_need_more_rows(n: int, fine: bool) -> None:
    made = _likert(n)
    assert made.spans == {"y": Span(1.0, 5.0, whole=True)}
    assert _codes(made.cross, spans=made.spans) == (set() if fine else {("too_few_coarse", "y")})
    assert _codes(made.cross) == set()  # unknown without spans


def test_neighbouring_answers_are_counts_of_two_values() -> None:
    y = np.concatenate([np.full(36, 4.0), np.full(4, 5.0), np.linspace(1, 5, 40)])
    cross = from_arrays({"y": y}, {"s": ["a"] * 40 + ["b"] * 40}, keep_labels=True)
    assert [(f.path, f.code) for f in check(cross)] == [(("a",), "small_side")]


def test_answers_that_are_nearly_all_equal_are_found() -> None:
    y = np.concatenate([np.full(37, 4), [3, 5, 5], np.arange(40) % 5 + 1])
    table = pa.table({"s": ["a"] * 40 + ["b"] * 40, "y": y})
    made = compress(table, ["y"], ["s"], keep_labels=True)
    found = check(made.cross, spans=made.spans)
    assert [(f.path, f.code) for f in found] == [(("a",), "little_spread")]


def test_nothing_small_leaves_the_sums_as_they_are() -> None:
    cross = _made({("a", "1"): 30, ("a", "2"): 24, ("b", "3"): 25, ("b", "4"): 40})
    kept = guard(cross)
    assert (kept.merged, kept.refused, kept.rows) == ((), (), 0)
    for name in ("sums", "products", "shift"):
        assert getattr(kept.cross, name).tobytes() == getattr(cross, name).tobytes()
    assert kept.cross.labels == cross.labels


def test_schools_with_numbers_for_names_keep_their_own_products() -> None:
    rng = np.random.default_rng(8)
    school = np.repeat(np.arange(24), 40)  # as texts, 10 comes before 2
    pre = rng.normal(school, 1.0)
    post = 0.5 * pre + 0.1 * school % 3 + rng.normal(size=len(school))
    cross = from_arrays({"pre": pre, "post": post}, {"school": school}, keep_labels=True)
    kept = guard(cross)
    assert (kept.merged, kept.refused) == ((), ())
    mine, theirs = (
        dict(zip(c.labels[0] or (), c.products.tolist(), strict=True)) for c in (kept.cross, cross)
    )
    assert mine == theirs
    pre[school == 10] = 7.7
    again = from_arrays({"pre": pre, "post": post}, {"school": school}, keep_labels=True)
    assert [(f.path, f.code) for f in check(again)] == [(("10",), "no_variance")]
    without = from_arrays(
        {"pre": pre[school != 10], "post": post[school != 10]},
        {"school": school[school != 10]},
        keep_labels=True,
    )
    left = guard(again).cross
    for name in ("beta", "se", "deviance"):
        one, other = getattr(mixed.fit(left), name), getattr(mixed.fit(without), name)
        np.testing.assert_allclose(one, other, rtol=1e-10)


def test_small_classes_of_one_school_become_one() -> None:
    cross = _made({("a", "1"): 8, ("a", "2"): 30, ("a", "3"): 5, ("b", "4"): 25, ("b", "5"): 26})
    kept = guard(cross)
    assert kept.merged == (Merged("class", ("a",), 2),)
    assert dict(zip(paths(kept.cross), kept.cross.sums[:, 0].tolist(), strict=True)) == {
        ("a", REST): 13.0,
        ("a", "2"): 30.0,
        ("b", "4"): 25.0,
        ("b", "5"): 26.0,
    }
    assert kept.cross.n == cross.n
    assert np.array_equal(kept.cross.products, cross.products)
    assert check(kept.cross) == ()


def test_one_small_class_takes_the_smallest_beside_it() -> None:
    cross = _made({("a", "1"): 8, ("a", "2"): 30, ("a", "3"): 20, ("b", "4"): 25, ("b", "5"): 26})
    kept = guard(cross)
    assert kept.merged == (Merged("class", ("a",), 2),)
    assert dict(zip(paths(kept.cross), kept.cross.sums[:, 0], strict=True))["a", REST] == 28.0


def test_classes_are_merged_until_both_sides_are_large_enough() -> None:
    sizes = {("a", f"{i}"): 25 for i in range(4)} | {("b", "x"): 40, ("b", "y"): 40}
    girls = {("a", "0"): 3, ("a", "1"): 12, ("a", "2"): 11, ("a", "3"): 13}
    kept = guard(_made(sizes, girls | {("b", "x"): 20, ("b", "y"): 20}))
    assert kept.merged == (Merged("class", ("a",), 2),)
    counts = dict(zip(paths(kept.cross), kept.cross.sums[:, 0], strict=True))
    assert set(counts) == {("a", REST), ("a", "2"), ("a", "3"), ("b", "x"), ("b", "y")}


def test_small_schools_are_left_out_and_named() -> None:
    cross = _made({("a",): 40, ("b",): 6, ("c",): 30})
    kept = guard(cross)
    assert [(r.level, r.path, r.code) for r in kept.refused] == [("school", ("b",), "too_few_rows")]
    assert kept.rows == 6
    assert (kept.cross.labels, kept.cross.n) == ((("a", "c"),), 70)
    assert kept.cross.products.tolist() == cross.products[[0, 2]].tolist()
    with_b = mixed.fit(cross)
    without = mixed.fit(kept.cross)
    assert with_b.n == without.n + 6


def test_a_school_that_stays_small_is_left_out_with_its_classes() -> None:
    cross = _made({("a", "1"): 4, ("a", "2"): 4, ("b", "3"): 30, ("b", "4"): 30})
    kept = guard(cross)
    assert paths(kept.cross) == [("b", "3"), ("b", "4")]
    assert [r.path for r in kept.refused] == [("a",)]
    assert kept.cross.parents[0].tolist() == [0, 0]


def test_three_levels_are_merged_from_below() -> None:
    rng = np.random.default_rng(1)
    sizes = {("p", "a", "1"): 5, ("p", "a", "2"): 4, ("p", "b", "3"): 30, ("p", "b", "4"): 30}
    sizes |= {("p", "c", "5"): 30, ("p", "c", "6"): 40}
    where = [path for path, n in sizes.items() for _ in range(n)]
    groups = {name: [p[i] for p in where] for i, name in enumerate(["board", "school", "class"])}
    cross = from_arrays({"y": rng.normal(size=len(where))}, groups, keep_labels=True)
    kept = guard(cross)
    # school a stays small with its classes together, so it goes with b, the smaller neighbour
    assert sorted(paths(kept.cross)) == [("p", REST, REST), ("p", "c", "5"), ("p", "c", "6")]
    assert [(m.level, m.path, m.groups) for m in kept.merged] == [
        ("class", ("p", "a"), 2),
        ("school", ("p",), 2),
    ]
    assert kept.cross.n == cross.n


def test_sums_per_pupil_are_refused() -> None:
    rng = np.random.default_rng(1)
    groups = {"school": np.repeat([1, 2], 60), "pupil": np.repeat(np.arange(40), 3)}
    wave = {"wave": np.tile([0, 1, 2], 40), "y": rng.normal(size=120)}
    cross = from_arrays(wave, groups, slope="wave", keep_labels=True)
    with pytest.raises(PrivacyError) as error:
        guard(cross)
    assert error.value.code == "level_lost"
    assert error.value.exit_code == 13


def test_nothing_large_enough_is_refused() -> None:
    with pytest.raises(PrivacyError) as error:
        guard(_made({("a",): 5, ("b",): 8}))
    assert error.value.code == "all_refused"
    assert "too_few_rows" in str(error.value)


def test_rows_without_groups_are_one_group() -> None:
    assert guard(from_arrays({"y": np.arange(12.0)})).cross.n == 12
    with pytest.raises(PrivacyError):
        guard(from_arrays({"y": np.arange(9.0)}))


@pytest.mark.parametrize("what", ["labels", "weights", "total"])
def test_what_cannot_be_judged_is_refused(what: str) -> None:
    cross = _made({("a",): 40, ("b",): 40})
    if what == "labels":
        cross = replace(cross, labels=())
    elif what == "weights":
        cross = replace(cross, sums=cross.sums * 0.5)
    else:
        cross = replace(cross, products=cross.products.sum(axis=0, keepdims=True))
    with pytest.raises(DataError) as error:
        guard(cross)
    codes = {"labels": "labels_missing", "weights": "weighted_sums", "total": "products_together"}
    assert error.value.code == codes[what]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 45), st.floats(0, 1)), min_size=1),
    st.integers(0, 2**32 - 1),
)
def test_what_passes_keeps_the_rule(classes: list[tuple[int, int, float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    school = np.concatenate([np.full(n, s) for s, n, _ in classes])
    group = np.concatenate([np.full(n, i) for i, (_, n, _) in enumerate(classes)])
    girl = np.concatenate([np.arange(n) < round(n * p) for _, n, p in classes])
    columns = {"girl": girl, "y": rng.normal(size=len(girl))}
    groups = {"school": school, "class": group}
    cross = from_arrays(columns, groups, keep_labels=True)
    try:
        kept = guard(cross)
    except PrivacyError:
        return
    assert check(kept.cross) == ()
    assert kept.cross.n + kept.rows == cross.n
    per_class = kept.cross.sums[:, 0]
    girls = np.round(kept.cross.sums[:, 1] + per_class * kept.cross.shift[1])
    for side in (girls, per_class - girls):
        assert np.all((side == 0) | (side >= 10))
    shuffled = rng.permutation(len(girl))
    again = guard(
        from_arrays(
            {name: column[shuffled] for name, column in columns.items()},
            {name: column[shuffled] for name, column in groups.items()},
            keep_labels=True,
        )
    )
    assert paths(again.cross) == paths(kept.cross)
    assert (again.merged, again.refused) == (kept.merged, kept.refused)


def test_a_looser_rule_is_the_users_choice() -> None:
    cross = _made({("a",): 6, ("b",): 7})
    assert guard(cross, SmallGroupRule(least=5)).refused == ()
