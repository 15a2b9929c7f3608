import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from instroom.core.errors import DataError
from instroom.stats.binary import binary_rows
from instroom.stats.binary.binary_rows import column_names, prepare, select


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def pupils(rng: np.random.Generator, n: int, *columns: np.ndarray) -> tuple[np.ndarray, ...]:
    return (
        (rng.random(n) < 0.3) * 1.0,
        np.column_stack([np.ones(n), *columns]),
        rng.integers(9, 30, n),
    )


def totals(rows: binary_rows.BinaryRows) -> dict[tuple[float, ...], tuple[float, float]]:
    """People and yes per (group, given columns), whatever the order and the rows."""
    given = np.linalg.solve(rows.scaling.T, rows.columns).T
    group = np.repeat(np.arange(len(rows.sizes)), rows.sizes)
    found: dict[tuple[float, ...], tuple[float, float]] = {}
    for g, x, yes, people in zip(group, given.round(9), rows.yes, rows.trials, strict=True):
        key = (g, *(float(v) + 0.0 for v in x))
        had = found.get(key, (0.0, 0.0))
        found[key] = (had[0] + people, had[1] + yes)
    return found


@pytest.mark.parametrize(("levels", "fewer"), [(3, True), (40, True), (400, False)])
def test_equal_rows_are_added_up_only_where_that_saves_much(
    rng: np.random.Generator, levels: int, fewer: bool
) -> None:
    n = 2000
    y, design, group = pupils(rng, n, rng.integers(0, 2, n), rng.integers(0, levels, n) / 7)
    rows = prepare(y, design, group)
    assert (rows.columns.shape[1] < 0.8 * n) == fewer
    expected: dict[tuple[float, ...], tuple[float, float]] = {}
    for g, x, one in zip(np.unique(group, return_inverse=True)[1], design.round(9), y, strict=True):
        had = expected.get((g, *x), (0.0, 0.0))
        expected[(g, *x)] = (had[0] + 1, had[1] + one)
    assert totals(rows) == expected


@pytest.mark.parametrize(("n", "groups"), [(1500, 20), (1500, 600), (150_000, 100_000)])
def test_a_continuous_column_keeps_every_row_sorted_by_group(
    rng: np.random.Generator, n: int, groups: int
) -> None:
    y, design, _ = pupils(rng, n, rng.normal(size=n))
    group = rng.integers(0, groups, n)  # of the last, more than a 16-bit number can name
    rows = prepare(y, design, group)
    order = np.argsort(group, kind="stable")
    assert_array_equal(rows.yes, y[order])
    assert_allclose(design[order] @ rows.scaling, rows.columns.T, atol=1e-12)
    assert_array_equal(rows.sizes, np.unique(group, return_counts=True)[1])


def test_a_value_seen_only_late_is_not_lost() -> None:
    x = np.zeros(50_000)
    x[[20_001, 49_999]] = 1.5, -2.5  # a sample of the column misses them
    rows = prepare(x > 0, np.column_stack([np.ones(50_000), x]))
    assert rows.columns.shape[1] == 3
    assert (rows.trials.sum(), rows.yes.sum()) == (50_000, 1)


def test_the_given_arrays_are_left_alone(rng: np.random.Generator) -> None:
    y, design, _ = pupils(rng, 900, rng.normal(size=900))
    design = np.asfortranarray(design)
    before = design.copy(), y.copy()
    prepare(y, design, np.repeat(np.arange(9), 100))
    assert_array_equal(design, before[0])
    assert_array_equal(y, before[1])


def test_scaled_columns_have_mean_0_and_size_1_also_far_from_0(rng: np.random.Generator) -> None:
    year = 2026 + rng.integers(0, 4, 500) + rng.random(500)
    rows = prepare(np.arange(500) % 2, np.column_stack([np.ones(500), year]))
    assert_allclose(rows.columns[1].mean(), 0, atol=1e-10)
    assert_allclose((rows.columns[1] ** 2).mean(), 1, rtol=1e-12)
    assert_array_equal(rows.columns[0], 1)


def test_without_an_intercept_columns_are_not_centred() -> None:
    rows = prepare([0, 1, 1, 0], [[1.0], [2], [3], [4]])
    assert_allclose(rows.columns[0] / rows.columns[0][0], [1, 2, 3, 4])


def test_columns_that_earlier_ones_determine_are_found(rng: np.random.Generator) -> None:
    a, b = rng.normal(size=60), rng.normal(size=60)
    design = np.column_stack([np.ones(60), a, b, 2 * a - b + 3, np.full(60, 4.0), np.zeros(60)])
    rows = prepare(a > 0, design)
    assert rows.aliased == (3, 4, 5)
    kept, called, left = select(rows, list("1abcde"))
    assert (kept.columns.shape, kept.aliased, called) == ((3, 60), (), ("1", "a", "b"))
    assert left == (
        "Left out, because other columns say the same: 'c'. "
        "Left out, because every row has the same value: 'd', 'e'."
    )


def test_rows_without_people_do_not_count() -> None:
    rows = prepare([2, 0, 1], [[1], [1], [1]], ["a", "b", "c"], trials=[3, 0, 1])
    assert (rows.n, len(rows.starts)) == (4, 2)
    assert_allclose(rows.constant, np.log(3), rtol=1e-14)


def test_blocks_are_whole_groups_and_cover_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary_rows, "BLOCK_ROWS", 10)
    sizes = [4, 4, 4, 25, 1, 9, 10]
    n = sum(sizes)
    rows = prepare(
        np.arange(n) % 2,
        np.column_stack([np.ones(n), np.sqrt(np.arange(n))]),
        np.repeat(np.arange(7), sizes),
    )
    spans = [(rows_.start, rows_.stop) for rows_, _ in rows.blocks]
    assert spans == [(0, 8), (8, 12), (12, 37), (37, 47), (47, 57)]
    assert [(g.start, g.stop) for _, g in rows.blocks] == [(0, 2), (2, 3), (3, 4), (4, 6), (6, 7)]


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("wrong_shape", {"y": [0, 1], "X": [1, 1]}),
        ("wrong_shape", {"y": [0, 1], "X": [[1], [1], [1]]}),
        ("wrong_shape", {"y": [0, 1], "X": [[], []]}),
        ("wrong_shape", {"y": [0, 1], "X": [[1], [1]], "group": ["a"]}),
        ("wrong_shape", {"y": [0, 1], "X": [[1], [1]], "trials": [1]}),
        ("missing_values", {"y": [0, np.nan], "X": [[1], [1]]}),
        ("missing_values", {"y": [0, 1], "X": [[1], [np.inf]]}),
        ("not_binary", {"y": [0, 2], "X": [[1], [1]]}),
        ("not_binary", {"y": [0, 0.5], "X": [[1], [1]]}),
        ("not_binary", {"y": [0, 4], "X": [[1], [1]], "trials": [3, 3]}),
        ("not_binary", {"y": [-1, 0], "X": [[1], [1]], "trials": [3, 3]}),
    ],
)
def test_unusable_data_are_refused(code: str, arguments: dict) -> None:
    with pytest.raises(DataError) as refusal:
        prepare(**arguments)
    assert refusal.value.code == code
    assert refusal.value.exit_code == 12


def test_names_must_be_as_many_as_columns() -> None:
    with pytest.raises(DataError, match="as many names"):
        column_names(["a"], 2)
