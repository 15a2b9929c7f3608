"""What is asked and cannot count is refused or said: columns, rows and options."""

from typing import Any

import numpy as np
import pytest

from instroom import api
from instroom.cli.statistics_lines import (
    compress_lines,
    effect_lines,
    meta_lines,
    reliability_lines,
)
from instroom.core.errors import UserError
from instroom.core.texts import languages
from instroom.monitoring.study_rows import _IDLE, StudyQuestion, check_roles

RNG = np.random.default_rng(8)
N = 144
PRE = RNG.normal(3, 1, N).round(2)
TABLE: dict[str, Any] = {
    "school": [f"s{i % 12}" for i in range(N)],
    "treat": [i % 2 for i in range(N)],
    "pre": PRE,
    "post": (0.5 * PRE + RNG.normal(size=N)).round(2),
    "yes": RNG.integers(0, 2, N),
    "sex": ["" if i % 9 == 0 else "mv"[i % 2] for i in range(N)],
    "age": [None if i % 7 == 0 else 12.0 + i % 3 / 4 for i in range(N)],
    "same": [4] * N,
    "twice": [2 * value for value in PRE],
    "wave": [i % 3 for i in range(N)],
    "pupil": list(range(N)),
}
ASKED: dict[str, Any] = {
    "outcome": "post", "baseline": "pre", "treatment": "treat", "groups": "school",
}  # fmt: skip


@pytest.mark.parametrize(
    "again",
    [
        *({"covariate": name} for name in ("post", "pre", "treat", "school")),
        *({"category": name} for name in ("treat", "school")),
        *({"by": name} for name in ("post", "treat")),
        {"outcome": "post,yes", "covariate": "yes"},
        {"baseline": "post"},
        {"treatment": "pre"},
        {"groups": "school,school"},
        {"time": "pre", "design": "did"},
        {"pupil": "school"},
        {"link": "treat"},
    ],
)
def test_a_column_for_two_things_is_refused(again: dict[str, str]) -> None:
    with pytest.raises(UserError, match="is named with --"):
        api.effect(TABLE, **{**ASKED, **again})


def test_a_subgroup_may_be_a_covariate_or_the_baseline() -> None:
    for by, how in (("sex", {"covariate": "sex"}), ("pre", {})):
        assert api.effect(TABLE, **ASKED, by=by, **how).by


@pytest.mark.parametrize("how", [{"by": "sex"}, {"covariate": "sex"}, {"category": "sex"}])
def test_rows_without_a_value_are_counted_per_column(how: dict[str, str]) -> None:
    found = api.effect(TABLE, **ASKED, **how)
    assert found.dropped == 16
    assert found.warnings == ("rows left out because column 'sex' is empty: 16",)
    for language in languages():
        assert any("'sex'" in line and "16" in line for line in effect_lines(found, language))


def test_rows_of_every_kind_are_counted() -> None:
    table = {**TABLE, "chance": [0.5 if i % 6 == 1 else 1.0 for i in range(N)]}
    found = api.effect(table, **ASKED, covariate="age", by="sex", link="chance")
    counts = [str(one).rsplit(": ", 1) for one in found.warnings or ()]
    assert {said.split("'")[1]: int(n) for said, n in counts} == {
        "age": 21, "sex": 16, "chance": 24,
    }  # fmt: skip


@pytest.mark.parametrize(("design", "option"), [(d, o) for d, all_ in _IDLE.items() for o in all_])
def test_an_option_the_design_does_not_use_is_named(design: Any, option: str) -> None:
    given = {"baseline": "pre", "by": "sex", "treatment": "treat", "start": 1.0}
    how = {"design": design, option: given[option], "time": "wave", "groups": "school"}
    needed = {"treatment": "treat"} if design in ("ancova", "did") else {}
    needed |= {"did": {"start": 1.0}, "growth": {"pupil": "pupil"}}.get(design, {})
    found = api.effect(TABLE, outcome="post", **{**needed, **how})
    assert f"design '{design}' does nothing with --{option}" in (found.warnings or ())


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"by": "sex"}, "--by"),
        ({"df": "kenward-roger"}, "--df"),
        ({"robust": "cr3"}, "cr3"),
        ({"robust": "cr2", "groups": "none"}, "--robust"),
    ],
)
def test_what_a_yes_or_no_outcome_has_not_is_named(how: dict[str, str], word: str) -> None:
    found = api.effect(TABLE, **{**ASKED, "outcome": "yes", **how})
    assert any(word in one for one in found.warnings or ())


def test_a_question_without_repeats_passes() -> None:
    check_roles(StudyQuestion(outcome="post", treatment="treat", covariates=("age",), by="age"))


def test_columns_left_out_leave_the_numbers_and_say_why() -> None:
    plain = api.effect(TABLE, **ASKED)
    found = api.effect(TABLE, **ASKED, covariate="same,twice")
    assert (found.status, found.estimate) == ("rank_deficient", pytest.approx(plain.estimate))
    lines = "\n".join(effect_lines(found, "en"))
    assert "say the same: 'twice'" in lines
    assert "every row has the same value: 'same'" in lines
    assert lines.count("eft out, because") == 2
    assert "standard error" in lines, "the table is there"


@pytest.mark.parametrize("how", [{}, {"robust": "cr2"}, {"df": "kenward-roger"}])
def test_an_outcome_computed_from_its_columns_is_no_lack_of_schools(how: dict[str, str]) -> None:
    table = {**TABLE, "post": [2 * p + t for p, t in zip(PRE, TABLE["treat"], strict=True)]}
    found = api.effect(table, **ASKED, **how)
    assert (found.status, found.estimate) == ("not_supported", None)
    assert "exactly" in found.summary("en")
    assert "too few" not in "\n".join(effect_lines(found, "en"))


def test_options_that_files_of_sums_answer_are_refused(tmp_path: Any) -> None:
    for how in ({"covariate": "age"}, {"outcome": "post"}, {"start": 0.0}, {"by": "sex"}):
        with pytest.raises(UserError, match="files of sums say themselves"):
            api.effect(from_=[tmp_path / "s.json"], **how)
    with pytest.raises(UserError, match="--from"):
        api.effect(TABLE, **ASKED, key=tmp_path / "key")


def test_compress_says_what_is_not_in_the_file(tmp_path: Any) -> None:
    scores = [None if i % 7 == 0 else float(p) for i, p in enumerate(RNG.normal(size=N).round(1))]
    table = {
        **TABLE, "age": scores, "school": [f"s{i % 2}" for i in range(N)],
        "treat": [i // 2 % 2 for i in range(N)],
    }  # fmt: skip
    found = api.compress(table, **ASKED, covariate="age", out=tmp_path / "s.json")
    lines = "\n".join(compress_lines(found, "en"))
    assert found.dropped == 21
    assert "21 left out" in lines
    assert "'age' is empty: 21" in lines


def test_studies_and_answers_left_out_are_counted() -> None:
    studies = {
        "d": [0.3, 0.1, None, 0.2, 0.4, 0.2], "v": [0.02] * 6,
        "study": ["a", "a", "b", "", "c", "d"], "m": [1, 2, 3, 4, None, 1],
    }  # fmt: skip
    found = api.meta(studies, effect="d", variance="v", cluster="study", moderator="m")
    assert (found.k, found.dropped) == (3, 3)
    assert {str(one).split("'")[1] for one in found.warnings or ()} == {"d", "study", "m"}
    assert any("3 left out" in line for line in meta_lines(found, "en"))
    answers = {name: [1, 2, 3, 4, 5, None] for name in "ab"} | {"c": [2, 2, 3, 5, 4, 1]}
    lines = reliability_lines(api.reliability(answers, items="a,b,c"), "en")
    assert any("1 left out" in line for line in lines)


def test_studies_asked_for_twice_are_refused() -> None:
    studies = {"d": [0.3, 0.1, 0.2], "v": [0.02] * 3}
    with pytest.raises(UserError, match="two things"):
        api.meta(studies, effect="d", variance="v", moderator="d")
    with pytest.raises(UserError, match="--measure"):
        api.meta(studies, effect="d", variance="v", columns="d")
