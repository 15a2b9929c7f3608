"""Sentences that were stronger than their data: the files that showed it, and the right answer."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.cli.main import main

Ask = Callable[..., tuple[dict[str, Any], str]]
CASES = Path(__file__).parents[3].parent / "shared" / "cases"
CLAIM = re.compile(r"effe[ck]t|wirkung", re.IGNORECASE)
given = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are absent")
TRIAL = ("--outcome", "na", "--treatment", "mee", "--allocation", "randomised")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Give a function that returns (the JSON answer, the text) of ``instroom effect``."""

    def one(file: Path, *options: str) -> tuple[dict[str, Any], str]:
        said = []
        for form in (["--json"], []):
            code = main(["effect", str(file), *options, *form])
            out, err = capsys.readouterr()
            assert code == 0, err
            said.append(out)
        return json.loads(said[0]), said[1]

    return one


def keys(found: dict[str, Any]) -> set[str]:
    return {reason["key"] for reason in found["reasons"]}


@given
def test_months_are_named_and_the_change_is_over_all_of_them(ask: Ask) -> None:
    found, text = ask(
        CASES / "effect_months.csv", "--outcome", "na", "--groups", "school",
        "--design", "one_group", "--time", "maand", "--pupil", "leerling",
    )  # fmt: skip
    assert "van maand 0 tot maand 12 gemiddeld 0,440 punt omhoog" in found["wording"]["nl"]
    assert found["wording"]["nl"] in text
    assert "0,04" not in found["wording"]["nl"]


@given
def test_schools_drawn_by_lot_are_asked_for(ask: Ask) -> None:
    file = CASES / "effect_schools_drawn.csv"
    found, text = ask(file, *TRIAL)
    assert found["maryland_level"] == 1
    assert keys(found) & {"groups_not_said", "groups_look_there"}
    assert not CLAIM.search(found["wording"]["nl"])
    assert "--groups" in text
    told, _ = ask(file, *TRIAL, "--groups", "school")
    assert told["ci"][0] < 0 < told["ci"][1]


@given
def test_who_left_takes_the_level_down_and_is_named(ask: Ask) -> None:
    found, text = ask(CASES / "effect_attrition.csv", *TRIAL, "--groups", "school")
    assert found["maryland_level"] <= 2
    assert keys(found) & {"attrition_no_start", "bounds_hold_zero", "attrition"}
    assert re.search(r"ontbreekt|zonder nameting", found["wording"]["nl"])
    assert not CLAIM.search(text.split("\n")[0])


@given
def test_five_pupils_say_nothing(ask: Ask) -> None:
    found, text = ask(CASES / "effect_five_pupils.csv", *TRIAL, "--groups", "school")
    assert (found["status"], found["direction"]) == ("too_few", None)
    assert text.splitlines()[0] == found["wording"]["nl"]
    assert "te weinig scholen of leerlingen" in text
    assert "variance" not in text


@given
def test_an_adjusted_difference_is_told_as_one(ask: Ask) -> None:
    found, _ = ask(
        CASES / "effect_adjusted_not_raw.csv", "--outcome", "na", "--baseline", "voor",
        "--treatment", "mee", "--groups", "school",
    )  # fmt: skip
    said = found["wording"]["nl"]
    assert said.startswith("Bij gelijke voormeting")
    assert "baseline_differs" in keys(found)
    assert "standaarddeviatie uit elkaar" in said


@pytest.mark.parametrize("seed", range(6))
def test_twenty_outcomes_without_an_effect_support_no_effect(
    ask: Ask, tmp_path: Path, seed: int
) -> None:
    random = np.random.default_rng(seed)
    school = np.repeat(np.arange(20), 15)
    columns = {"school": school, "mee": school % 2}
    columns |= {f"o{i}": random.normal(0, 1, len(school)).round(3) for i in range(20)}
    file = tmp_path / "twenty.csv"
    rows = zip(*columns.values(), strict=True)
    file.write_text("\n".join([",".join(columns), *(",".join(map(str, r)) for r in rows)]) + "\n")
    found, text = ask(
        file, "--outcome", ",".join(f"o{i}" for i in range(20)), "--treatment", "mee",
        "--groups", "school", "--allocation", "randomised",
    )  # fmt: skip
    assert len(found["outcomes"]) == 20
    for one in found["outcomes"]:
        if one["p_adjusted"] >= 0.05:
            assert "dus een effect" not in one["wording"]["nl"]
    assert text.count("p, na correctie") == 20


def test_small_differences_get_the_digits_they_need(ask: Ask, tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    school = np.repeat(np.arange(20), 15)
    mee = school % 2
    y = 0.5 + 0.003 * mee + random.normal(0, 0.002, len(school))
    file = tmp_path / "small.csv"
    rows = [f"{s},{m},{v:.6f}" for s, m, v in zip(school, mee, y, strict=True)]
    file.write_text("\n".join(["school,mee,na", *rows]) + "\n")
    found, text = ask(file, *TRIAL, "--groups", "school")
    assert "0,00 " not in found["wording"]["nl"]
    assert "0,00 " not in text
    assert re.search(r"0,003\d", found["wording"]["nl"])
