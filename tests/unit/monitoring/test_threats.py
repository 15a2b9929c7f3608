"""A sentence is never stronger than what happened in the study."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.texts import Texts, languages
from instroom.monitoring.effects import effect
from instroom.monitoring.threats import WHY, spoken
from instroom.monitoring.wording import digits_of


def write(path: Path, columns: dict[str, Any]) -> Path:
    """Write columns as CSV; a missing number is an empty cell."""
    lines = [",".join(columns)]
    rows = zip(*columns.values(), strict=True)
    lines += [",".join("" if x != x else str(x) for x in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


CLAIM = re.compile(r"effe[ck]t|wirkung", re.IGNORECASE)


def study(schools: int = 20, size: int = 25, gain: float = 0.0, seed: int = 1) -> dict[str, Any]:
    """Return a study of whole schools: half of them take part."""
    random = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), size)
    treat = school % 2
    level = random.normal(0, 0.3, schools)[school]
    before = level + random.normal(0, 1, len(school))
    after = level + 0.6 * before + gain * treat + random.normal(0, 0.8, len(school))
    return {
        "school": np.array([f"S{i:02d}" for i in school]),
        "treat": treat,
        "pre": before.round(3),
        "post": after.round(3),
    }


def asked(tmp_path: Path, data: dict[str, Any], **options: Any) -> dict[str, Any]:
    path = write(tmp_path / "scores.csv", data)
    wanted = {"outcome": "post", "treatment": "treat", "allocation": "randomised", **options}
    return effect(path, **wanted)


def keys(found: dict[str, Any]) -> list[str]:
    return [reason["key"] for reason in found["reasons"]]


def claims(found: dict[str, Any]) -> bool:
    return any(CLAIM.search(text) for text in found["wording"].values())


def test_a_clean_trial_may_say_effect(tmp_path: Path) -> None:
    found = asked(tmp_path, study(gain=1.5), groups=["school"], baseline="pre")
    assert (found["maryland_level"], found["reasons"]) == (5, [])
    assert claims(found)


@pytest.mark.parametrize(
    ("column", "options", "key"),
    [
        ("school", {}, "groups_look_there"),
        ("kolom7", {}, "groups_look_there"),
        ("school", {"groups": ["none"]}, "groups_look_there"),
        (None, {}, "groups_not_said"),
    ],
)
def test_without_its_groups_a_study_says_nothing_of_an_effect(
    tmp_path: Path, column: str | None, options: dict[str, Any], key: str
) -> None:
    data = study(gain=1.5)
    school = data.pop("school")
    if column:
        data[column] = school
    found = asked(tmp_path, data, **options)
    assert (found["maryland_level"], keys(found)) == (1, [key])
    assert not claims(found)
    assert "--groups" in found["wording"]["nl"]


def test_pupils_drawn_one_by_one_have_no_groups_when_that_is_said(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    data = study(gain=0.0)
    data["treat"] = random.permutation(data["treat"])
    data["post"] = (data["post"] + 1.5 * data["treat"]).round(3)
    found = asked(tmp_path, data, groups=["none"])
    assert found["maryland_level"] == 5
    assert claims(found)


@pytest.mark.parametrize(("schools", "size"), [(6, 25), (2, 200), (12, 3)])
def test_too_few_is_said_whatever_p_says(tmp_path: Path, schools: int, size: int) -> None:
    found = asked(tmp_path, study(schools, size, gain=5.0), groups=["school"])
    assert found["status"] == "too_few"
    assert "te weinig" in found["wording"]["nl"]
    assert not claims(found)


def test_who_left_may_have_made_the_difference(tmp_path: Path) -> None:
    data = study(gain=0.0)
    low = (data["treat"] == 1) & (data["post"] < np.quantile(data["post"], 0.6))
    data["post"] = np.where(low, np.nan, data["post"])
    data.pop("pre")
    found = asked(tmp_path, data, groups=["school"])
    assert found["maryland_level"] <= 2
    assert {"attrition", "attrition_no_start", "bounds_hold_zero"} <= set(keys(found))
    assert not claims(found)
    assert "ontbreekt de nameting" in found["wording"]["nl"]


def test_the_adjusted_p_decides_about_the_words(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    data = study(40, 25)
    for number in range(20):
        level = random.normal(0, 0.2, 40)[np.repeat(np.arange(40), 25)]
        data[f"o{number}"] = (level + random.normal(0, 1, 1000)).round(3)
    names = ",".join(f"o{i}" for i in range(20))
    answers = asked(tmp_path, data, outcome=names, groups=["school"])["outcomes"]
    raw = [a for a in answers if a["p"] < 0.05]
    assert raw, "with 20 outcomes one is below .05 by chance; choose another seed"
    for found in answers:
        assert (found["direction"] == "unclear") or found["p_adjusted"] < 0.05
        if found["p"] < 0.05 <= found["p_adjusted"]:
            assert "adjusted" in keys(found)
            assert "20 uitkomsten" in found["wording"]["nl"]


def panel(trend: float, moments: int = 4, gain: float = 2.0) -> dict[str, Any]:
    """Return schools over several moments; the programme begins at the last one."""
    random = np.random.default_rng(9)
    rows: dict[str, list[Any]] = {"school": [], "treat": [], "jaar": [], "post": []}
    for school in range(24):
        level, treat = random.normal(0, 0.5), school % 2
        for moment in range(moments):
            for _ in range(15):
                after = float(moment == moments - 1)
                y = level + treat * (trend * moment + gain * after) + random.normal(0, 0.5)
                rows["school"].append(f"S{school:02d}")
                rows["treat"].append(treat)
                rows["jaar"].append(moment)
                rows["post"].append(round(y, 3))
    return {name: np.array(values) for name, values in rows.items()}


@pytest.mark.parametrize(
    ("trend", "moments", "key"),
    [(0.5, 4, "trend_differs"), (0.0, 2, "no_trend_before"), (0.0, 4, None)],
)
def test_a_difference_in_differences_rests_on_what_came_before(
    tmp_path: Path, trend: float, moments: int, key: str | None
) -> None:
    found = asked(
        tmp_path,
        panel(trend, moments),
        groups=["school"],
        design="did",
        time="jaar",
        start=moments - 1,
        allocation="matched",
    )
    if key:
        assert key in keys(found)
        assert found["maryland_level"] <= 2
        assert not claims(found)
    else:
        assert found["trend_before"]["p"] > 0.05
        assert found["maryland_level"] == 3


def test_a_ceiling_is_named(tmp_path: Path) -> None:
    data = study(gain=1.5)
    data["post"] = np.minimum(data["post"], 0.9)
    found = asked(tmp_path, data, groups=["school"], baseline="pre")
    assert "ceiling" in keys(found)
    assert "hoogste score" in found["wording"]["nl"]


def test_small_differences_keep_their_digits(tmp_path: Path) -> None:
    data = study(40, 25, gain=0.0)
    data["post"] = (0.5 + 0.004 * data["post"] + 0.003 * data["treat"]).round(6)
    found = asked(tmp_path, data, groups=["school"])
    low, high = re.findall(r"([\d,]+) tot ([\d,]+) punt", found["wording"]["nl"])[0]
    assert low != high
    assert "0,00 " not in found["wording"]["nl"]
    assert "gemiddeld 0,003" in found["wording"]["nl"]


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [(0.1, 0.5, 2), (-2.0, 4.0, 1), (100.0, 148.0, 0), (0.0021, 0.0043, 4), (1.0, 1.0, 2)],
)
def test_an_interval_has_two_significant_digits_of_its_half(
    low: float, high: float, digits: int
) -> None:
    assert digits_of(low, high) == digits


def test_yes_or_no_is_said_in_the_outcomes_own_words(tmp_path: Path) -> None:
    data = study(40, 25, gain=2.0)
    data["post"] = (data["post"] > 0.3).astype(int)
    found = asked(tmp_path, data, groups=["school"], outcome_label="kiest een technisch profiel")
    text = found["wording"]["nl"]
    assert "‘kiest een technisch profiel’" in text
    assert "procentpunt" in text
    assert "zeiden" not in text


@pytest.mark.parametrize("language", languages())
def test_every_reason_has_a_whole_sentence(language: str) -> None:
    values = {
        "d": 0.4, "overall": 0.3, "treated": 0.5, "untreated": 0.1, "missing": 12, "low": -0.1,
        "high": 0.4, "column": "klas", "k": 20, "p": 0.2, "x": 0.3, "time": "maand", "who": "1",
        "share": 0.5, "moments": 3,
    }  # fmt: skip
    texts = [spoken(key, values, Texts(language)) for key in WHY]
    assert len(set(texts)) == len(WHY)
    assert not any("{" in text or "None" in text for text in texts)


@pytest.mark.parametrize("gain", [0.0, 1.2])
def test_a_trend_that_may_explain_all_of_it_leaves_level_2(tmp_path: Path, gain: float) -> None:
    """Rising by 0.1 per moment anyway: few moments do not show it, and it is not an effect."""
    random = np.random.default_rng(11)
    schools, size, moments = 24, 10, 4
    school = np.repeat(np.arange(schools), size * moments)
    time = np.tile(np.repeat(np.arange(moments), size), schools)
    treat = school % 2
    rise = 0.0 if gain else 0.1
    post = (rise * time + gain * (time >= 3)) * treat + random.normal(0, 0.9, len(school))
    data = {"school": school, "treat": treat, "moment": time, "post": post.round(4)}
    found = asked(
        tmp_path, data, groups=["school"], design="did", time="moment", start=3,
        allocation="matched",
    )  # fmt: skip
    trend = found["trend_before"]
    assert (trend["moments"], trend["gap"]) == (3, 2.0)
    assert (found["maryland_level"], claims(found)) == ((3, True) if gain else (2, False))
    assert found["direction"] == "up"
    assert ("trend_may_explain" in keys(found)) == (not gain)
