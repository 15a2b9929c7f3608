"""Invariance, DIF and the graded response model as functions over a file or a table."""

import json
from dataclasses import replace
from pathlib import Path

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


GROUP = np.array(["boy", "girl", "other"])[np.arange(N) % 3]
NAMED = {name: ANSWERS[:, j] for j, name in enumerate(["calm", "keen", "brave", "sure"])}
ITEMS = "calm,keen,brave,sure"


def _girls(value: float, names: str = ITEMS) -> dict[str, np.ndarray]:
    kept = {n: np.where(GROUP == "girl", value, NAMED[n]) for n in names.split(",")}
    return {**NAMED, **kept, "gender": GROUP}


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({**NAMED, "brave": np.ones(N)}, "Of 'brave' fewer than two"),
        ({**NAMED, "brave": np.full(N, np.nan)}, "Of 'brave' fewer than two"),
        (dict.fromkeys(NAMED, NAMED["keen"]), "'calm' follows the scale perfectly"),
    ],
)
def test_a_reason_calls_a_question_by_its_name(table: dict[str, np.ndarray], reason: str) -> None:
    assert reason in str(api.graded(table, items=ITEMS).reason)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (_girls(4.0), "Group 'girl' runs off the scale"),
        (_girls(2.0), "Group 'girl' differs by less"),
        (
            {
                **_girls(np.nan),
                **{f"{n}_2": np.where(GROUP == "girl", v, np.nan) for n, v in NAMED.items()},
            },
            "No answered item joins group 'girl' to group 'boy'",
        ),
    ],
)
def test_a_reason_calls_a_group_by_its_name(table: dict[str, np.ndarray], reason: str) -> None:
    items = [name for name in table if name != "gender"]
    assert reason in str(api.dif(table, items=items, group="gender").reason)


def test_the_reason_of_one_question_says_question_and_group() -> None:
    found = api.dif(_girls(3.0, "brave"), items=ITEMS, group="gender")
    reasons = {item.item: str(item.reason) for item in found.items_}
    assert reasons["brave"] == (
        "In group 'girl' fewer than two different answers were given to 'brave'."
    )
    found = api.dif(
        {**_girls(2.0, "sure"), "sure": np.where(GROUP == "boy", NAMED["sure"], np.nan)},
        items=ITEMS, group="gender",
    )  # fmt: skip
    assert str(found.items_[3].reason) == "Only one group got 'sure'."


def test_groups_are_those_the_differences_are_of() -> None:
    silent = {n: np.where(GROUP == "boy", np.nan, v) for n, v in NAMED.items()}
    found = api.dif({**silent, "gender": GROUP}, items=ITEMS, group="gender")
    assert found.groups == ("girl", "other"), "boys answered nothing"
    assert all(len(item.signed) == 1 for item in found.items_)


def test_invariance_says_which_questions() -> None:
    flat = api.invariance(_girls(2.0, "keen"), items=ITEMS, group="gender")
    assert flat.reason == "Everyone in group girl gave the same answer to: keen."
    same = api.invariance(
        {**NAMED, "keen": NAMED["calm"], "gender": GROUP}, items=ITEMS, group="gender"
    )
    assert same.reason == (
        "In group boy one of these items follows exactly from the others: calm, keen."
    )
    later = {f"{n}_2": LATER[:, j] for j, n in enumerate(NAMED)} | {"sure_2": np.ones(N)}
    waves = api.invariance(NAMED | later, items=ITEMS, waves=[list(later)])
    assert waves.reason == "Everyone in wave 2 gave the same answer to: sure_2."


def test_too_many_answers_are_refused_with_file_and_column(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    pl.DataFrame({**NAMED, "keen": np.arange(N), "gender": GROUP}).write_csv(path)
    for asked in ({"group": "gender"}, {}):
        with pytest.raises(DataError) as caught:
            (api.dif if asked else api.graded)(path, items=ITEMS, **asked)
        where = caught.value.where
        assert (where.file, where.column) == (str(path), "keen")
        assert caught.value.found == f"{N} different answers" and caught.value.hint


def test_one_text_for_the_moments_is_one_moment() -> None:
    one = api.invariance(TABLE, items="a,b,c,d", waves="e,f,g,h")
    assert one.to_dict() == api.invariance(TABLE, items="a,b,c,d", waves=["e,f,g,h"]).to_dict()
