"""``instroom effect``: every design from a file to an answer, and what it does with too little."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.errors import DataError, UserError
from instroom.monitoring.effects import effect

WIDE = {"baseline": "pre", "treatment": "treat", "groups": ["school", "class"]}


def write(path: Path, columns: dict[str, Any]) -> Path:
    rows = zip(*columns.values(), strict=True)
    text = "\n".join([",".join(columns), *(",".join(_cell(v) for v in row) for row in rows)])
    path.write_text(text + "\n")
    return path


def _cell(value: object) -> str:
    return "" if isinstance(value, float) and np.isnan(value) else str(value)


def pupils(seed: int = 3, schools: int = 24, effect_size: float = 0.4) -> dict[str, Any]:
    """Return pupils in two classes per school, half of the schools treated."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), 30)
    klas = 2 * school + np.tile(np.repeat([0, 1], 15), schools)
    treat = (school % 2).astype(int)
    girl = rng.integers(0, 2, len(school))
    pre = rng.normal(3, 0.6, len(school))
    post = (
        1 + 0.6 * pre + effect_size * treat + rng.normal(0, 0.15, schools)[school]
        + rng.normal(0, 0.1, 2 * schools)[klas] + rng.normal(0, 0.4, len(school))
    )  # fmt: skip
    return {
        "school": school,
        "class": klas,
        "treat": treat,
        "girl": girl,
        "pre": pre.round(4),
        "post": post.round(4),
        "yes": (post > 3.1).astype(int),
    }


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    return write(tmp_path / "wide.csv", pupils())


# --- designs -------------------------------------------------------------------------------


def test_an_effect_that_was_put_in_is_found_with_all_that_the_contract_names(wide: Path) -> None:
    found = effect(wide, outcome="post", allocation="randomised", **WIDE)
    assert found["ci"][0] < 0.4 < found["ci"][1]
    assert (found["n"], found["dropped"], found["groups"]) == (720, 0, {"school": 24, "class": 48})
    assert set(found["variances"]) == {"school", "class", "residual"}
    assert 0 < found["icc"] < 0.3
    assert (found["status"], found["design"], found["maryland_level"]) == ("ok", "ancova", 5)
    assert [c["name"] for c in found["coefficients"]] == ["(Intercept)", "treat", "pre"]
    assert found["hedges_g_ci"][0] < found["hedges_g"] < found["hedges_g_ci"][1]
    assert found["wording"]["nl"].endswith("Dit is dus een effect van het programma.")
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_who_decided_is_unknown_until_it_is_said(wide: Path) -> None:
    found = effect(wide, outcome="post", **WIDE)
    assert (found["allocation"], found["maryland_level"]) == ("unknown", 2)
    assert "effect" not in found["wording"]["nl"]


def test_one_group_is_the_mean_change_with_covariates_at_their_mean(wide: Path) -> None:
    data = pupils()
    found = effect(wide, outcome="post", baseline="pre", covariate=["girl"], groups=["school"])
    assert found["design"] == "one_group"
    assert found["estimate"] == pytest.approx(np.mean(data["post"] - data["pre"]), abs=0.01)
    assert found["maryland_level"] == 1
    assert "samenhang" in found["wording"]["nl"]
    assert found["weaker"] == []


@pytest.fixture
def years(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    school, year = (
        np.repeat(np.arange(20), 60),
        np.tile(np.repeat([2021, 2022, 2023, 2024], 15), 20),
    )
    takes_part = school % 2
    since = takes_part * (year >= 2023)
    score = 0.3 * since + rng.normal(0, 0.2, 20)[school] + rng.normal(0, 0.5, len(school))
    columns = {"school": school, "year": year, "treat": takes_part, "since": since}
    return write(tmp_path / "years.csv", columns | {"score": score.round(4)})


def test_change_against_other_schools_in_three_ways_of_saying_it(years: Path) -> None:
    options = {"outcome": "score", "time": "year", "groups": ["school"], "design": "did"}
    by_start = effect(years, treatment="treat", start=2023, **options)
    by_column = effect(years, treatment="since", **options)
    with_member = effect(years, treatment="since", covariate=["treat"], **options)
    assert by_start["ci"][0] < 0.3 < by_start["ci"][1]
    assert by_start["estimate"] == by_column["estimate"] == with_member["estimate"]
    assert by_start["groups"] == {"school": 20, "school_time": 80}
    robust = effect(years, treatment="since", robust="cr2", **options)
    assert robust["ci"][0] < 0.3 < robust["ci"][1]
    assert robust["df"] < 20


def test_change_needs_to_know_when_the_programme_began(years: Path) -> None:
    with pytest.raises(DataError) as caught:
        effect(
            years, outcome="score", treatment="treat", time="year", groups=["school"], design="did"
        )
    assert caught.value.code == "start_unknown"
    assert "--start" in str(caught.value.hint)


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    rng = np.random.default_rng(7)
    pupil = np.repeat(np.arange(400), 4)
    wave, school = np.tile(np.arange(4), 400), pupil // 20
    treat = school % 2
    slope = 0.1 + 0.15 * treat + rng.normal(0, 0.1, 400)[pupil]
    score = rng.normal(3, 0.4, 400)[pupil] + slope * wave + rng.normal(0, 0.3, len(pupil))
    columns = {"pupil": pupil, "school": school, "treat": treat, "wave": wave}
    return write(tmp_path / "waves.csv", columns | {"score": score.round(4)})


def test_growth_is_the_difference_in_slopes(waves: Path) -> None:
    found = effect(
        waves, outcome="score", treatment="treat", time="wave", pupil="pupil", groups=["school"],
        design="growth",
    )  # fmt: skip
    assert found["ci"][0] < 0.15 < found["ci"][1]
    assert found["groups"] == {"school": 20, "pupil": 400}
    assert found["variances"]["pupil_slope"] == pytest.approx(0.01, abs=0.006)
    assert "400 leerlingen" in found["wording"]["nl"]


def test_growth_without_a_comparison_is_a_course_in_time(waves: Path) -> None:
    found = effect(
        waves, outcome="score", time="wave", pupil="pupil", groups=["school"], design="growth"
    )
    assert found["maryland_level"] == 1
    assert "samenhang" in found["wording"]["nl"]


def test_a_yes_or_no_outcome_is_odds_and_points_in_a_hundred(wide: Path) -> None:
    found = effect(wide, outcome="yes", **WIDE)
    data = pupils()
    raw = data["yes"][data["treat"] == 1].mean() - data["yes"][data["treat"] == 0].mean()
    assert found["family"] == "binomial"
    assert found["average_marginal_effect"]["points"] == pytest.approx(100 * raw, abs=6)
    assert found["linear_probability"]["estimate"] == pytest.approx(raw, abs=0.06)
    assert found["logit"]["estimate"] < found["estimate"]
    assert "procentpunt" in found["wording"]["nl"]
    line = effect(wide, outcome="yes", family="gaussian", **WIDE)
    assert line["estimate"] == pytest.approx(raw, abs=0.06)


# --- beside the estimate ---------------------------------------------------------------------


def test_subgroups_and_harm(tmp_path: Path) -> None:
    data = pupils(effect_size=0.3)
    data["post"] = (data["post"] - 0.9 * data["treat"] * data["girl"]).round(4)
    path = write(tmp_path / "harm.csv", data)
    found = effect(path, outcome="post", by="girl", **WIDE)
    boys, girls = found["by"]
    assert (boys["group"], girls["group"]) == ("girl=0", "girl=1")
    assert boys["estimate"] == pytest.approx(0.3, abs=0.15)
    assert girls["estimate"] == pytest.approx(-0.6, abs=0.15)
    (difference,) = found["interaction"]
    assert difference["estimate"] == pytest.approx(girls["estimate"] - boys["estimate"])
    assert found["harm"] is True
    assert effect(path, outcome="post", by="pre", **WIDE)["by"][1]["group"].startswith("pre = 3")


def test_a_group_in_words_is_a_group(tmp_path: Path) -> None:
    data = pupils()
    data["who"] = np.where(data["girl"] == 1, "meisje", "jongen")
    path = write(tmp_path / "words.csv", data)
    words = effect(path, outcome="post", by="who", **WIDE)
    assert [g["group"] for g in words["by"]] == ["who=jongen", "who=meisje"]
    numbers = effect(path, outcome="post", by="girl", **WIDE)
    assert words["by"][1]["estimate"] == numbers["by"][1]["estimate"]


def test_those_who_left_are_counted_per_arm_and_bounded(tmp_path: Path) -> None:
    data = pupils()
    post = data["post"].copy()
    post[(data["treat"] == 1) & (np.arange(len(post)) % 3 == 0)] = np.nan
    path = write(tmp_path / "left.csv", data | {"post": post})
    found = effect(path, outcome="post", allocation="randomised", **WIDE)
    assert found["dropped"] == 120
    assert found["attrition"]["by_arm"] == {"0": 0.0, "1": pytest.approx(1 / 3)}
    assert found["attrition"]["level"] == "high"
    assert found["maryland_level"] == 2, "who is missing can turn the answer round"
    assert [r["key"] for r in found["reasons"]] == ["attrition", "bounds_hold_zero"]
    assert "120 leerlingen zonder nameting" in found["wording"]["nl"]
    assert found["missing"]["lee"]["low"] < found["estimate"] < found["missing"]["lee"]["high"]
    assert found["missing"]["worst_case"]["low"] < found["missing"]["lee"]["low"]


def test_groups_that_began_apart_lose_a_level(tmp_path: Path) -> None:
    data = pupils()
    data["pre"] = (data["pre"] + 0.3 * data["treat"]).round(4)
    found = effect(
        write(tmp_path / "apart.csv", data), outcome="post", allocation="matched", **WIDE
    )
    assert found["baseline_difference"] > 0.25
    assert (found["maryland_level"], "baseline_differs" in found["maryland_reasons"]) == (2, True)


def test_unsure_links_are_weighted_and_school_means_need_none(tmp_path: Path) -> None:
    data = pupils()
    chance = np.where(np.arange(720) % 10 == 0, 0.6, 0.95)
    chance[::50] = 0.0
    path = write(tmp_path / "links.csv", data | {"chance": chance})
    found = effect(path, outcome="post", link="chance", **WIDE)
    assert found["n"] == found["links"]["sure"] == 648
    assert found["links"]["unlinked"] == 15
    assert found["links"]["expected_false"] == pytest.approx(0.05 * 648)
    for way in ("weighted", "school_means"):
        one = found["links"][way]
        assert one["ci"][0] < 0.4 < one["ci"][1]
    assert found["links"]["school_means"]["n"] == 24


def test_with_few_schools_other_ways_to_test_stand_beside_it(wide: Path) -> None:
    found = effect(wide, outcome="post", **WIDE)
    other = found["beside"]
    assert set(other) == {"kenward_roger", "cr2", "wild_bootstrap"}
    assert other["kenward_roger"]["se"] == pytest.approx(found["se"], rel=0.05)
    for one in other.values():
        assert one["ci"][0] < 0.4 < one["ci"][1]
    assert other == effect(wide, outcome="post", **WIDE)["beside"], "the same draws each time"


def test_two_outcomes_give_adjusted_p_values(wide: Path) -> None:
    found = effect(wide, outcome="post,pre", treatment="treat", groups=["school"])
    p = [one["p"] for one in found["outcomes"]]
    adjusted = [one["p_adjusted"] for one in found["outcomes"]]
    assert adjusted[0] == pytest.approx(min(2 * p[0], p[1]))
    assert adjusted[1] == p[1]


def test_the_order_of_rows_does_not_matter(tmp_path: Path, wide: Path) -> None:
    order = np.random.default_rng(1).permutation(720)
    shuffled = write(tmp_path / "other.csv", {k: v[order] for k, v in pupils().items()})
    one, other = (effect(path, outcome="post", **WIDE) for path in (wide, shuffled))
    for key in ("estimate", "se", "df", "reml_deviance", "hedges_g"):
        assert one[key] == pytest.approx(other[key], rel=1e-8)


@pytest.mark.parametrize("kind", ["pandas", "arrow", "duckdb"])
def test_a_table_in_memory_says_what_its_file_says(wide: Path, kind: str) -> None:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    data = {name: np.asarray(values) for name, values in pupils().items()}
    frame: Any = pd.DataFrame(data)
    if kind == "arrow":
        frame = pa.table(data)
    if kind == "duckdb":
        frame = duckdb.from_arrow(pa.table(data))
    found, file = (effect(one, outcome="post", **WIDE) for one in (frame, wide))
    for key in ("estimate", "se", "df", "n"):
        assert found[key] == pytest.approx(file[key], rel=1e-9)


# --- too little, or asked wrongly --------------------------------------------------------------


def test_crossed_groups_are_refused_with_a_sentence_and_nested_ones_can_be_said(
    tmp_path: Path,
) -> None:
    data = pupils()
    data["class"] = data["class"] % 2
    path = write(tmp_path / "names.csv", data)
    found = effect(path, outcome="post", **WIDE)
    assert (found["status"], found["estimate"]) == ("crossed", None)
    assert "--nested" in found["reason"]
    assert found["wording"]["nl"].startswith("class 0 staat bij meer dan één school.")
    nested = effect(path, outcome="post", nested=True, **WIDE)
    assert nested["groups"] == {"school": 24, "class": 48}


@pytest.mark.parametrize("schools", [1, 2])
def test_a_school_or_two_are_a_result_with_a_reason(tmp_path: Path, schools: int) -> None:
    data = pupils(schools=2)
    if schools == 1:
        data["school"] = np.zeros(60, dtype=int)
        data["treat"] = np.tile([0, 1], 30)
    path = write(tmp_path / "few.csv", data)
    found = effect(path, outcome="post", baseline="pre", treatment="treat", groups=["school"])
    assert json.dumps(found.to_dict(), allow_nan=False)
    assert found["status"] != "ok" or found["maryland_level"] <= 2
    assert found["wording"]["nl"]


def test_robust_errors_have_a_status_of_their_own(tmp_path: Path) -> None:
    """One row per school tells no variances apart, yet least squares over schools can answer."""
    data = pupils(schools=48)
    first = np.arange(48 * 30) % 30 == 0
    path = write(tmp_path / "means.csv", {name: values[first] for name, values in data.items()})
    options = {"outcome": "post", "baseline": "pre", "treatment": "treat", "groups": ["school"]}
    model, least = effect(path, **options), effect(path, robust="cr2", **options)
    assert model["status"] != "ok"
    assert model["reason"]
    assert least["status"] == "ok"
    assert least["estimate"] is not None


def test_a_column_that_says_the_same_as_the_treatment_is_named(tmp_path: Path) -> None:
    data = pupils()
    data["copy"] = 1 - data["treat"]
    found = effect(write(tmp_path / "copy.csv", data), outcome="post", covariate=["copy"], **WIDE)
    assert found["reason"]
    assert found["status"] in ("ok", "rank_deficient")


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        ({"treat": np.ones(720, dtype=int)}, {}, "one_arm"),
        ({"treat": np.full(720, 2)}, {}, "not_binary"),
        ({}, {"covariate": ["nobody"]}, "unknown_column"),
        ({"pre": np.full(720, np.nan)}, {}, "no_complete_rows"),
        ({"girl": np.ones(720, dtype=int)}, {"by": "girl"}, "one_group"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_column(
    tmp_path: Path, change: dict, options: dict, code: str
) -> None:
    path = write(tmp_path / "bad.csv", pupils() | change)
    with pytest.raises(DataError) as caught:
        effect(path, outcome="post", **WIDE, **options)
    assert caught.value.code == code
    assert caught.value.where.file == str(path)


@pytest.mark.parametrize(
    "options",
    [
        {"design": "growth", "time": "pre"},
        {"design": "did"},
        {"design": "else"},
        {"allocation": "chosen"},
        {"groups": ["school", "class", "pre"]},
        {"family": "binomial"},
    ],
)
def test_options_that_do_not_go_together_are_refused(wide: Path, options: dict) -> None:
    with pytest.raises(UserError) as caught:
        effect(wide, outcome="post", **{**WIDE, **options})
    assert caught.value.exit_code == 2


def test_codes_of_a_category_are_groups_and_not_a_line_through_numbers(tmp_path: Path) -> None:
    data = pupils()
    data["kind"] = np.array([1, 2, 9])[np.arange(len(data["post"])) % 3]
    numbers = effect(write(tmp_path / "codes.csv", data), outcome="post", category=["kind"], **WIDE)
    data["kind"] = np.array(["a", "b", "c"])[np.arange(len(data["post"])) % 3]
    texts = effect(write(tmp_path / "texts.csv", data), outcome="post", covariate=["kind"], **WIDE)
    assert numbers["estimate"] == pytest.approx(texts["estimate"], rel=1e-9)
    names = {line["name"] for line in numbers["coefficients"]}
    assert {"kind=2", "kind=9"} <= names
    assert "kind" not in names


def test_a_yes_or_no_that_the_arm_tells_exactly_has_no_size_and_says_why(tmp_path: Path) -> None:
    data = pupils()
    data["chose"] = np.where(data["treat"] == 1, 1, np.arange(len(data["post"])) % 2)
    found = effect(
        write(tmp_path / "all.csv", data),
        outcome="chose",
        treatment="treat",
        groups=["school"],
    )
    assert (found["status"], found["estimate"]) == ("separation", None)
    assert "precies wie ja en wie nee heeft" in found["wording"]["nl"]
