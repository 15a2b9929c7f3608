"""A reader who knows the method tries to get rows back from sums; what may be shared resists.

The attack is exact for whole answers. For every possible row ``v`` there is an unknown number
``z[v]`` of pupils who answered exactly that; number of rows, sums, squares and products are linear
in ``z``. A class of pupils is a point of this lattice, and the least ``z[v]`` over all points that
fit says whether a pupil with row ``v`` must exist. A row is a pupil who stands out when fewer than
three in the group gave it.

What this does not show: a reader with two files of one school, with knowledge of some pupils, or
with answers on finer scales than the lattice can hold.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from instroom.crossproducts.compress import Compressed, compress
from instroom.crossproducts.crossproducts import CrossProducts, Floats
from instroom.privacy.pooling import check

ANSWERS = range(1, 6)
#: Fewer pupils than this with one row stand out.
STANDS_OUT = 3


class Attack:
    """All groups of pupils that fit the sums and products of one school."""

    def __init__(self, cross: CrossProducts, school: int, answers: Sequence[Sequence[int]]) -> None:
        table, shift = cross.products[school], cross.shift
        n = table[0, 0]
        sums = table[0] + n * shift
        raw = table + np.outer(table[0], shift) + np.outer(shift, table[0])
        raw = raw + n * np.outer(shift, shift)
        self.rows = np.array(list(product(*answers)), dtype=np.float64)
        i, j = np.triu_indices(len(shift) - 1)
        left = [np.ones(len(self.rows)), *self.rows.T, *(self.rows[:, i] * self.rows[:, j]).T]
        right = np.round([n, *sums[1:], *raw[1 + i, 1 + j]])
        self._n, self._fits = n, LinearConstraint(np.array(left), right, right)

    def fewest(self, rows: Floats) -> int:
        """Return how many pupils at least have one of these rows, whichever group fits."""
        weights = (self.rows[:, None, :] == rows[None, :, :]).all(axis=2).any(axis=1)
        answer = milp(
            weights.astype(np.float64),
            constraints=self._fits,
            integrality=np.ones(len(self.rows)),
            bounds=Bounds(0, self._n),
        )
        assert answer.status == 0, answer.message
        return round(answer.fun)

    def known(self, rows: Floats) -> int:
        """Return how many pupils of the real group are known for certain, row and all."""
        return sum(self.fewest(row[None, :]) for row in np.unique(rows, axis=0))

    def exposed(self, rows: Floats) -> list[tuple[int, ...]]:
        """Return the rows of pupils who stand out that must exist."""
        seen, counts = np.unique(rows, axis=0, return_counts=True)
        few = seen[counts < STANDS_OUT]
        if not len(few) or self.fewest(few) == 0:  # some fitting group has none of these rows
            return []
        return [tuple(int(x) for x in row) for row in few if self.fewest(row[None, :])]


def _answers(n: int, k: int, rng: np.random.Generator, spread: float = 1.0) -> Floats:
    """Make answers 1-5 to ``k`` questions that go together, as those of one scale do."""
    middle, own = rng.uniform(2.2, 3.8, k), rng.normal(size=(n, k))
    shared = rng.normal(size=(n, 1))
    return np.clip(np.round(middle + spread * 0.7 * (shared + own)), 1, 5)


def _compress(rows: Floats) -> Compressed:
    names = [f"q{i}" for i in range(rows.shape[1])]
    table = pa.table({"school": ["a"] * len(rows), **dict(zip(names, rows.T, strict=True))})
    return compress(table, names, ["school"], keep_labels=True)


@pytest.mark.parametrize(("n", "k", "least"), [(3, 2, 1.0), (3, 3, 1.0), (4, 2, 0.7), (4, 3, 0.6)])
def test_the_attack_knows_pupils_in_tiny_groups(n: int, k: int, least: float) -> None:
    rng = np.random.default_rng(10 * n + k)
    known = []
    for _ in range(5):
        rows = _answers(n, k, rng, spread=1.3)
        made = _compress(rows)
        known.append(Attack(made.cross, 0, [ANSWERS] * k).known(rows))
        assert check(made.cross, spans=made.spans), "the rule would have let this out"
    assert sum(known) / (5 * n) >= least


def test_the_attack_bites_where_the_bare_rule_of_ten_would_let_go() -> None:
    """Two questions, twelve pupils: passes '10 and 3 a column', and yet one must exist."""
    first = [1, 3, 5, 5, 5, 3, 5, 2, 5, 5, 5, 5]
    second = [1, 4, 4, 5, 4, 1, 1, 3, 4, 1, 3, 5]
    rows = np.array([first, second], dtype=np.float64).T
    made = _compress(rows)
    assert check(made.cross) == ()
    assert Attack(made.cross, 0, [ANSWERS] * 2).exposed(rows) == [(5, 5)]
    assert {found.code for found in check(made.cross, spans=made.spans)} == {"too_few_coarse"}


@pytest.mark.parametrize("spread", [0.7, 1.0, 1.5, 2.5])
@pytest.mark.parametrize(("n", "k"), [(30, 2), (40, 2)])
def test_nobody_is_exposed_in_groups_that_pass(n: int, k: int, spread: float) -> None:
    rng = np.random.default_rng(round(10 * spread) + n)
    tried = 0
    while tried < 4:
        rows = _answers(n, k, rng, spread)
        made = _compress(rows)
        if check(made.cross, spans=made.spans):
            continue
        tried += 1
        assert Attack(made.cross, 0, [ANSWERS] * k).exposed(rows) == []


@pytest.mark.parametrize("questions", [1, 2])
def test_nobody_is_exposed_beside_a_column_of_two_values(questions: int) -> None:
    rng = np.random.default_rng(3)
    girl = (np.arange(40) % 2).astype(np.float64)[:, None]
    rows = np.hstack([girl, _answers(40, questions, rng)])
    made = _compress(rows)
    assert check(made.cross, spans=made.spans) == ()
    attack = Attack(made.cross, 0, [range(2), *[ANSWERS] * questions])
    assert attack.exposed(rows) == []
