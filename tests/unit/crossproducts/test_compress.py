"""A table becomes the same cross-products in every engine, and in any order of rows."""

from math import fsum
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instroom.core.errors import DataError
from instroom.crossproducts.compress import Compressed, Span, compress
from instroom.crossproducts.crossproducts import CrossProducts, from_arrays
from instroom.crossproducts.pooled import recentre

#: Sums are added in another order than NumPy does; both stay within this of each other, relative
#: to the root of the sums of squares they could have been.
ROUNDING = 1e-12
COLUMNS, GROUPS = ["treat", "pre", "post"], ["school", "class"]


def _pupils(n: int = 1200, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    school, group = np.arange(n) // 100, np.arange(n) // 20
    pre = rng.normal(3, 1, n)
    return {
        "school": np.array([f"s{i:03d}" for i in range(n)])[school],
        "class": group + 1000,
        "treat": school % 2,
        "pre": pre,
        "post": 0.5 * pre + 0.2 * (school % 2) + rng.normal(size=n),
    }


def _arrays(table: dict[str, np.ndarray], **more: Any) -> CrossProducts:
    return from_arrays(
        {name: table[name] for name in COLUMNS},
        {name: table[name] for name in GROUPS},
        keep_labels=True,
        **more,
    )


def _close(one: CrossProducts, other: CrossProducts) -> None:
    moved = recentre(one, other.shift)
    assert one.columns == other.columns
    assert one.levels == other.levels
    assert one.labels == other.labels
    assert one.n == other.n
    assert all(np.array_equal(a, b) for a, b in zip(one.parents, other.parents, strict=True))
    scale = np.sqrt(other.total.diagonal())
    assert np.abs((moved.sums - other.sums) / scale).max() < ROUNDING
    assert moved.products.shape == other.products.shape
    assert np.abs((moved.products - other.products) / np.outer(scale, scale)).max() < ROUNDING
    assert (moved.slope_sums is None) == (other.slope_sums is None)
    if moved.slope_sums is not None and other.slope_sums is not None:
        difference = moved.slope_sums - other.slope_sums
        assert np.abs(difference / np.outer(scale, scale).max()).max() < ROUNDING


def _equal(one: CrossProducts, other: CrossProducts) -> None:
    assert one.columns == other.columns
    assert one.labels == other.labels
    assert one.n == other.n
    for name in ("shift", "sums", "products", "slope_sums"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert (mine is None and theirs is None) or mine.tobytes() == theirs.tobytes(), name
    assert all(np.array_equal(a, b) for a, b in zip(one.parents, other.parents, strict=True))


@pytest.mark.parametrize("by_group", [True, False])
@pytest.mark.parametrize("slope", [None, "pre"])
def test_compress_gives_what_arrays_give(by_group: bool, slope: str | None) -> None:
    table = _pupils()
    done = compress(
        pa.table(table), COLUMNS, GROUPS, slope=slope, by_group=by_group, keep_labels=True
    )
    assert done.dropped == 0
    assert done.spans["treat"] == Span(0.0, 1.0, whole=True)
    assert done.spans["pre"] == Span(table["pre"].min(), table["pre"].max(), whole=False)
    _close(done.cross, _arrays(table, slope=slope, by_group=by_group))


def test_compress_without_groups_gives_one_group() -> None:
    table = _pupils()
    done = compress(pa.table(table), COLUMNS)
    assert (done.cross.levels, done.cross.parents, done.cross.labels) == ((), (), ())
    _close(done.cross, from_arrays({name: table[name] for name in COLUMNS}))


def _polars(table: pa.Table) -> Any:
    return pytest.importorskip("polars").from_arrow(table)


ENGINES = {
    "DuckDB": lambda table: duckdb.connect().from_arrow(table),
    "pandas": lambda table: table.to_pandas(),
    "Polars": _polars,
    "lazy Polars": lambda table: _polars(table).lazy(),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("missing", [False, True])
def test_every_engine_gives_the_same_bytes(engine: str, missing: bool) -> None:
    table = _pupils()
    table["pre"] = np.where(np.arange(1200) % 7 == 0, np.nan if missing else 3.0, table["pre"])
    arrow = pa.table(table)
    args: dict[str, Any] = {"slope": "pre", "keep_labels": True}
    here = compress(arrow, COLUMNS, GROUPS, **args)
    there = compress(ENGINES[engine](arrow), COLUMNS, GROUPS, **args)
    assert here.dropped == there.dropped == (172 if missing else 0)
    assert here.spans == there.spans
    _equal(here.cross, there.cross)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_bytes_do_not_depend_on_threads_or_order(threads: int) -> None:
    table = pa.table(_pupils(300_000))
    order = np.random.default_rng(threads).permutation(len(table))
    with duckdb.connect(config={"threads": threads}) as connection:
        done = compress(connection.from_arrow(table.take(pa.array(order))), COLUMNS, GROUPS)
        _equal(done.cross, compress(table, COLUMNS, GROUPS).cross)


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.floats(-1e6, 1e6, allow_subnormal=False),
            st.floats(-1, 1, allow_subnormal=False),
        ),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_bytes_do_not_depend_on_order_for_any_numbers(
    rows: list[tuple[int, float, float]], random: Any
) -> None:
    def once(listed: list[tuple[int, float, float]]) -> CrossProducts:
        table = pa.table(
            dict(zip(("g", "x", "y"), map(list, zip(*listed, strict=True)), strict=True))
        )
        return compress(table, ["x", "y"], ["g"]).cross

    shuffled = random.sample(rows, len(rows))
    _equal(once(rows), once(shuffled))


def test_sums_keep_more_digits_than_adding_up_in_turn() -> None:
    rng = np.random.default_rng(5)
    y = np.concatenate([rng.normal(size=20_000), [1e9, -1e9]])
    cross = compress(pa.table({"y": y}), ["y"]).cross
    exact = fsum(float(v) - cross.shift[1] for v in y)
    assert cross.sums[0, 1] == pytest.approx(exact, rel=1e-13)


def test_rows_with_a_missing_value_are_left_out_and_counted() -> None:
    table = pa.table(
        {
            "school": ["a", "a", None, "b", "b", "b"],
            "x": [1.0, None, 3.0, 4.0, float("nan"), 6.0],
            "unused": [None, 1, 1, 1, 1, 1],
        }
    )
    done = compress(table, ["x"], ["school"], keep_labels=True)
    assert done.dropped == 3
    assert done.cross.n == 3
    assert done.cross.labels == (("a", "b"),)
    assert (done.cross.sums[:, 1] + done.cross.sums[:, 0] * done.cross.shift[1]).tolist() == [1, 10]


def test_missing_values_can_be_an_error() -> None:
    with pytest.raises(DataError) as error:
        compress(pa.table({"x": [1.0, None]}), ["x"], complete=False)
    assert error.value.code == "missing_values"
    assert error.value.found == "1 rows"


@pytest.mark.parametrize("rows", [0, 3])
def test_a_table_without_complete_rows_gives_no_groups(rows: int) -> None:
    table = pa.table({"g": pa.array([1] * rows), "x": pa.array([None] * rows, pa.float64())})
    done = compress(table, ["x"], ["g"])
    assert done.dropped == rows
    assert (done.cross.n, done.cross.sizes, done.cross.products.shape) == (0, (0,), (0, 2, 2))
    assert done.spans == {}


@pytest.mark.parametrize("slope", [None, "x"])
def test_no_rows_and_no_groups_give_zeros(slope: str | None) -> None:
    done = compress(pa.table({"x": pa.array([], pa.float64())}), ["x"], slope=slope)
    assert done.cross.sums.tolist() == [[0.0, 0.0]]
    assert done.cross.products.tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


def test_derived_columns_are_made_in_the_engine() -> None:
    table = _pupils()
    derive = {"gain": nw.col("post") - nw.col("pre")}
    done = compress(duckdb.connect().from_arrow(pa.table(table)), ["gain"], derive=derive)
    _close(done.cross, from_arrays({"gain": table["post"] - table["pre"]}))


def test_truth_values_and_whole_numbers_count_as_numbers() -> None:
    frame = pd.DataFrame({"t": [True, False, True], "i": [1, 2, 6]})
    done = compress(frame, ["t", "i"])
    assert (done.cross.sums[0, 1:] + 3 * done.cross.shift[1:]).tolist() == [2.0, 9.0]
    assert done.spans["i"].whole


def test_a_constant_column_has_no_spread() -> None:
    done = compress(pa.table({"y": [0.1] * 7}), ["y"])
    assert done.cross.shift[1] == 0.1
    assert done.cross.products[0, 1].tolist() == [0.0, 0.0]


def test_huge_offsets_keep_their_digits() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=5000)
    near, far = (compress(pa.table({"x": x + c}), ["x"]).cross for c in (0.0, 2.0**30))
    spread = [c.products[0, 1, 1] - c.products[0, 0, 1] ** 2 / c.n for c in (near, far)]
    # adding 2^30 rounds x to 2^-22 itself: a variance of 2^-44 / 12 on 1, far below this
    assert spread[1] == pytest.approx(spread[0], rel=1e-8)


@pytest.mark.parametrize(
    ("columns", "groups", "more", "code"),
    [
        (["z"], [], {}, "unknown_column"),
        (["x"], ["z"], {}, "unknown_column"),
        (["x"], [], {"slope": "z"}, "unknown_column"),
        (["name"], [], {}, "not_numeric"),
        (["x"], ["name", "g"], {}, "crossed_groups"),
        (["big"], [], {}, "too_large"),
        (["endless"], [], {}, "too_large"),
    ],
)
def test_what_cannot_be_added_up_is_refused(
    columns: list[str], groups: list[str], more: dict[str, Any], code: str
) -> None:
    table = {
        "x": [1.0, 2.0, 3.0],
        "g": [1, 1, 2],
        "name": ["a", "b", "b"],
        "big": [1.0, 1e200, 2.0],
        "endless": [1.0, float("inf"), 2.0],
    }
    with pytest.raises(DataError) as error:
        compress(pa.table(table), columns, groups, **more)
    assert error.value.code == code
    assert error.value.exit_code == 12


def test_a_query_over_a_file_is_a_table_too(tmp_path: Path) -> None:
    table = _pupils()
    duckdb.connect().from_arrow(pa.table(table)).write_parquet(str(tmp_path / "p.parquet"))
    done = compress(duckdb.read_parquet(str(tmp_path / "p.parquet")), COLUMNS, GROUPS)
    _equal(done.cross, compress(pa.table(table), COLUMNS, GROUPS).cross)


def test_the_users_connection_is_left_as_it_was() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t as select 1.0 as x")
        before = connection.execute("show tables").fetchall()
        done = compress(connection.table("t"), ["x"])
        assert isinstance(done, Compressed)
        assert connection.execute("show tables").fetchall() == before
