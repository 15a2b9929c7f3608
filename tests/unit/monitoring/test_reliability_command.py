"""``instroom reliability``: from a file of answers to alpha, omega and items."""

from pathlib import Path

import numpy as np
import pytest

from instroom.core.errors import DataError, UserError
from instroom.monitoring.scales import reliability


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    trait = rng.normal(size=300)
    items = {
        name: np.clip(np.round(3 + sign * trait + rng.normal(0, 0.8, 300)), 1, 5).astype(int)
        for name, sign in (("a", 1), ("b", 1), ("c", -1), ("d", 1))
    }
    rows = [
        ",".join(items),
        *(",".join(map(str, row)) for row in zip(*items.values(), strict=True)),
    ]
    rows[7] = "3,,3,3"
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_scale_with_a_reversed_item(answers: Path) -> None:
    items = ["a", "b", "c", "d"]
    found = reliability(answers, items=items, reverse=["c"], range="1:5")
    assert (found["n"], found["k"], found["dropped"], found["status"]) == (299, 4, 1, "ok")
    assert 0.75 < found["alpha_ci"][0] < found["alpha"] < found["alpha_ci"][1] < 0.95
    assert found["omega"] == pytest.approx(found["alpha"], abs=0.02)
    assert [item["item"] for item in found["items"]] == items
    assert all(item["r_rest"] > 0.4 for item in found["items"])
    wrong = reliability(answers, items=items, range="1:5")
    assert wrong["alpha"] < found["alpha"] - 0.3


def test_without_a_range_the_answers_given_are_the_range(answers: Path) -> None:
    assert reliability(answers, items=["a", "b"])["range"] == [1.0, 5.0]


def test_an_answer_outside_the_range_is_refused_with_its_line(answers: Path) -> None:
    lines = answers.read_text().splitlines()
    lines[10] = "3,3,9,3"
    answers.write_text("\n".join(lines))
    with pytest.raises(DataError) as caught:
        reliability(answers, items=["a", "b", "c"], range="1:5")
    assert (caught.value.where.row, caught.value.where.column) == (11, "c")


@pytest.mark.parametrize(
    "options",
    [
        {"items": ["a"]},
        {"items": ["a", "a"]},
        {"items": ["a", "b"], "reverse": ["z"]},
        {"items": ["a", "b"], "range": "5:1"},
        {"items": ["a", "b"], "range": "five"},
    ],
)
def test_options_that_make_no_scale_are_refused(answers: Path, options: dict) -> None:
    with pytest.raises(UserError) as caught:
        reliability(answers, **options)
    assert caught.value.exit_code == 2
