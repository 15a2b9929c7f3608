"""The search for a pattern: conditions from the attacker's prices, whole numbers, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from instroom.core.errors import PrivacyError
from instroom.privacy.integers import found_whole
from instroom.privacy.linear import Attacker
from instroom.privacy.patterns import Deadline, exempt, search
from instroom.privacy.problems import Problem

INFINITE = np.inf


def problem(
    cover: list[list[int]], n: list[int], *, width: float = 3, threshold: float = 3
) -> Problem:
    """Return a problem in which cells of 1 up to the threshold must be hidden."""
    values = np.array(n, float)
    cells = len(n)
    forced = (values > 0) & (values < threshold)
    return Problem(
        cover=csr_matrix(np.array(cover, float)),
        shown=(values, values),
        hidden=(np.full(cells, -INFINITE), np.full(cells, INFINITE)),
        forced=forced,
        free=~forced,
        exempt=np.zeros(cells, bool),
        cost=np.ones(cells) + values / 1000,
        width=np.full(cells, width),
        upper=np.where(forced, threshold, -INFINITE),
        lower=np.full(cells, INFINITE),
    )


#: A total of three groups, and the groups.
LINE = [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_the_cheapest_other_cell_is_hidden_too() -> None:
    found = search(problem(LINE, [100, 2, 90, 8]), Deadline(60))
    assert found.hidden.tolist() == [False, True, False, True]
    assert found.bound <= found.cost
    assert found.whole


def test_more_is_hidden_when_one_other_cell_is_too_small_to_hide_behind() -> None:
    """2 beside 3 lie between 0 and 5; a width of 6 needs the next one as well."""
    found = search(problem(LINE, [95, 2, 90, 3], width=6), Deadline(60))
    assert found.hidden.sum() == 2
    assert found.hidden[2], "hiding behind the cell of 90 costs one cell, behind 3 one too few"


def test_a_secondary_cell_is_as_wide_as_a_primary_one() -> None:
    table = problem(LINE, [100, 2, 90, 8], width=10)
    found = search(table, Deadline(60))
    attacker = Attacker(table.cover)
    attacker.learn(*table.known(found.hidden))
    for cell in np.flatnonzero(found.hidden):
        assert attacker.highest(cell).value - attacker.lowest(cell).value >= 10


def test_when_nothing_may_be_hidden_nothing_is_published() -> None:
    table = problem(LINE, [100, 2, 90, 8])
    with pytest.raises(PrivacyError) as caught:
        search(replace(table, free=np.zeros(4, bool)), Deadline(60))
    assert caught.value.code == "unprotectable"


def test_demands_that_cannot_be_met_are_named() -> None:
    table = replace(problem(LINE, [100, 2, 90, 8]), free=np.zeros(4, bool))
    named = exempt(table, Deadline(60))
    assert named.exempt.tolist() == [False, True, False, False]
    assert search(named, Deadline(60)).hidden.tolist() == [False, True, False, False]


def test_time_that_is_up_is_a_refusal() -> None:
    ticks = iter(range(100))
    with pytest.raises(PrivacyError) as caught:
        search(problem(LINE, [100, 2, 90, 8]), Deadline(1, lambda: float(next(ticks))))
    assert caught.value.code == "incomplete"


def test_the_program_moves_the_bounds_and_says_why() -> None:
    attacker = Attacker(csr_matrix(np.array(LINE, float)))
    attacker.learn(
        np.array([10.0, -INFINITE, 4.0, -INFINITE]), np.array([10.0, INFINITE, 4.0, INFINITE])
    )
    high = attacker.highest(1)
    assert high.value == pytest.approx(6)
    assert high.prices is not None
    assert high.prices.tolist() == pytest.approx([1, 0, -1, 0]), (
        "the total carries, the other takes"
    )
    assert attacker.lowest(3).value == pytest.approx(0)


def test_what_nothing_bounds_is_infinite() -> None:
    attacker = Attacker(csr_matrix(np.array(LINE, float)))
    assert attacker.highest(0).value == INFINITE
    assert attacker.highest(0).cells is None


#: Three groups in pairs: whole people fix what fractions leave open (1 in each pair, odd cycle).
PAIRS = [[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 0, 0]]


def test_whole_numbers_find_what_fractions_do_not() -> None:
    """Each pair holds 1 or 2; with all pairs at most 1, fractions allow halves, people do not."""
    table = problem(PAIRS, [1, 1, 1, 0], width=1)
    known_low, known_high = (
        np.array([0.0, 0.0, 0.0, -INFINITE]),
        np.array([1.0, 1.0, 1.0, INFINITE]),
    )
    table = replace(
        table, shown=(known_low, known_high), forced=np.array([False] * 3 + [True]),
        width=np.full(4, 1.0), upper=np.full(4, -INFINITE),
    )  # fmt: skip
    pattern = np.array([False, False, False, True])
    assert list(found_whole(table, pattern)) == [], "0 and 1 are both possible"
    wide = replace(table, width=np.full(4, 2.0))
    assert list(found_whole(wide, pattern)) == [3]


#: All sums of pairs are odd with three groups that are 0 or 1: halves pass, people do not.
def test_only_branching_settles_an_odd_cycle() -> None:
    cover = [[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 0]]
    table = problem(cover, [1, 1, 1, 0, 1], width=1)
    low = np.array([1.0, 1.0, 1.0, -INFINITE, -INFINITE])
    high = np.array([1.0, 1.0, 1.0, INFINITE, INFINITE])
    table = replace(
        table, shown=(low, high), forced=np.array([False] * 3 + [True, True]),
        upper=np.full(5, -INFINITE), width=np.full(5, 1.0),
    )  # fmt: skip
    pattern = np.array([False, False, False, True, True])
    attacker = Attacker(table.cover)
    attacker.learn(*table.known(pattern))
    assert attacker.lowest(3).value == pytest.approx(0), "three halves"
    assert list(found_whole(table, pattern)) == [3, 4], "nobody can be half in a group"
