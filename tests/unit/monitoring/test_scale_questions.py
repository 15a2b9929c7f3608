"""Invariance, DIF and the graded response model as functions over a file or a table."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from instroom import api
from instroom.core.errors import DataError, UserError
from instroom.stats.items.graded import graded_response
from instroom.stats.scales.invariance import group_invariance, wave_invariance

N = 600
RNG = np.random.default_rng(8)
TRAIT, GIRL = RNG.normal(size=(N, 1)), np.arange(N) % 2
ANSWERS = np.clip(np.round(TRAIT + RNG.normal(size=(N, 4)) / 2 + 2), 0, 4)
LATER = np.clip(np.round(TRAIT + RNG.normal(size=(N, 4)) / 2 + 2.4), 0, 4)
TABLE = {
    **{name: ANSWERS[:, j] for j, name in enumerate("abcd")},
    **{name: LATER[:, j] for j, name in enumerate("efgh")},
    "gender": np.where(GIRL, "girl", "boy"),
}


def test_invariance_is_the_one_of_stats_whatever_the_table() -> None:
    own = group_invariance(ANSWERS, TABLE["gender"])
    for table in (TABLE, pl.DataFrame(TABLE)):
        found = api.invariance(table, items="a,b,c,d", group="gender")
        assert (found.established, found.n, found.dropped) == (own.established, N, 0)
        assert [level.delta_cfi for level in found.levels] == [x.delta_cfi for x in own.levels]
    assert json.loads(json.dumps(found.to_dict()))["levels"][0]["level"] == "configural"


def test_moments_are_waves() -> None:
    own = wave_invariance(np.stack([ANSWERS, LATER], axis=1))
    found = api.invariance(TABLE, items=list("abcd"), waves=["e,f,g,h"])
    assert [f.mean for f in found.factors] == [f.mean for f in own.factors]
    assert found.factors[1].mean > 0.2, "pupils answer higher the second time"


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(UserError, match="either a column of groups"):
        api.invariance(TABLE, items="a,b,c,d")
    with pytest.raises(UserError, match="the same questions"):
        api.invariance(TABLE, items="a,b,c,d", waves=["e,f"])
    with pytest.raises(DataError, match="no column 'sex'"):
        api.dif(TABLE, items="a,b,c,d", group="sex")


def test_too_little_is_an_answer() -> None:
    few = {name: values[:3] for name, values in TABLE.items()}
    found = api.invariance(few, items="a,b,c,d", group="gender")
    assert (found.status, found.means_comparable) == ("too_few", False)
    assert "niet te zeggen" in found.summary() and "cannot" in found.summary("en")


def test_one_shifted_question_is_found_and_groups_are_named() -> None:
    shifted = {**TABLE, "d": np.clip(ANSWERS[:, 3] + GIRL, 0, 4)}
    found = api.dif(shifted, items="a,b,c,d", group="gender")
    assert found.groups == ("boy", "girl")
    worst = min(found.items_, key=lambda item: item.p)
    assert worst.item == "d" and worst.signed[0] > 0.4 and "d" in found.summary()


def test_graded_has_a_row_per_question_in_their_order() -> None:
    own = graded_response(ANSWERS)
    found = api.graded(TABLE, items="a,b,c,d")
    assert [item.item for item in found.items_] == list("abcd")
    assert found.items_[2].discrimination == pytest.approx(own.discrimination[2])
    assert all(len(i.difficulty) == len(i.categories) - 1 for i in found.items_)
    assert {i.item for i in found.items_} >= {found.summary("en").split()[0]}


@pytest.mark.parametrize("status", ["not_converged", "too_few", "not_identified"])
def test_no_solution_is_not_told_as_a_difference(status: str) -> None:
    found = replace(api.invariance(TABLE, items="a,b,c,d", group="gender"), status=status)
    assert "niet te zeggen" in found.summary()


def test_untested_questions_are_not_told_as_equal() -> None:
    found = api.dif(TABLE, items="a,b,c,d", group="gender")
    untested = tuple(replace(item, p_adjusted=None) for item in found.items_)
    assert "niet te zeggen" in replace(found, items_=untested).summary()
