"""Numbers at the edge: the files that showed it, and the same kind made here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.learning.evidence import meta_summary
from instroom.monitoring.scales import reliability
from instroom.sources.codes import missing_code
from instroom.stats.evidence.levels_likelihood import add_levels, evaluate, maximise, same_group
from instroom.stats.evidence.meta_blocks import blocks_by_size, correlated_blocks
from instroom.stats.scales.polychoric import polychoric
from instroom.stats.scales.reliability import alpha

CASES = Path(__file__).parents[3].parent / "shared" / "cases"
given = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are absent")


def run(*words: object) -> tuple[int, str]:
    command = [sys.executable, "-m", "instroom.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def answer(*words: object) -> dict[str, Any]:
    return dict(json.loads(run(*words, "--json")[1]))


@given
def test_three_levels_without_any_difference_are_at_the_boundary() -> None:
    words = ("meta", CASES / "meta_three_level.csv", "--effect", "yi", "--variance", "vi")
    found = answer(*words, "--cluster", "study")
    assert found["estimate"] == pytest.approx(0.24773, abs=5e-6)
    assert found["se"] == pytest.approx(0.07385, abs=6e-6)
    assert (found["tau2"], found["omega2"], found["status"]) == (0, 0, "boundary")
    assert "op nul geschat" in run(*words, "--cluster", "study")[1]


def test_small_sets_of_nested_effects_reach_the_highest_likelihood() -> None:
    """No point of a grid over both variances lies above the answer."""
    random = np.random.default_rng(7)
    for _ in range(60):
        k = int(random.integers(4, 9))
        study = np.sort(random.integers(0, 3, k))
        if len(set(study)) < 2:
            continue
        v = random.uniform(0.01, 0.08, k)
        y = random.normal(0.2, np.sqrt(v + random.choice([0.0, 0.05])))
        codes = [np.unique(study, return_inverse=True)[1], np.arange(k)]
        blocks = blocks_by_size(codes[0])
        sampling = correlated_blocks(v, blocks, 0.0)
        same = [[same_group(code[rows]) for rows in blocks] for code in codes]

        def state(sigma2: Any, y: Any = y, blocks: Any = blocks, sampling: Any = sampling,
                  same: Any = same) -> Any:  # fmt: skip
            design = np.ones((len(y), 1))
            levels = add_levels(sampling, same, np.asarray(sigma2, dtype=float))
            return evaluate(y, design, blocks, levels, same, reml=True)

        start = np.full(2, max(float(y.var()) - float(v.mean()), 0.1 * float(v.mean()))) / 2
        _, found, settled = maximise(state, start)
        assert settled
        grid = [0.0, 0.002, 0.01, 0.03, 0.1, 0.3]
        highest = max(state([a, b]).loglik for a in grid for b in grid)
        assert found.loglik >= highest - 1e-8


@given
def test_variances_that_cannot_be_weighed_together_are_refused() -> None:
    words = ("meta", CASES / "meta_variances_apart.csv", "--effect", "y", "--variance", "v")
    code, _ = run(*words)
    error = answer(*words)["error"]
    assert (code, error["code"]) == (12, "bad_variance")
    assert error["found"]


@pytest.mark.parametrize("method", ["REML", "ML", "DL", "PM", "EB", "FE"])
def test_variances_up_to_nine_orders_apart_are_an_answer_with_a_status(method: Any) -> None:
    random = np.random.default_rng(3)
    for _ in range(25):
        k = int(random.integers(2, 8))
        v = 10.0 ** random.uniform(-4, 5, k)
        y = random.normal(0, 1, k) * 10.0 ** random.uniform(-3, 3)
        found = meta_summary(y, v, method=method)
        assert found["status"] in ("ok", "boundary", "not_converged", "not_supported")
        if found["status"] in ("ok", "boundary"):
            assert np.isfinite([found["estimate"], found["se"]]).all()


@pytest.mark.parametrize(("y", "v"), [(1e308, 1.0), (0.1, 1e-300), (0.1, 1e300)])
def test_numbers_beyond_computing_are_refused(y: float, v: float) -> None:
    with pytest.raises(DataError):
        meta_summary([y, 0.2, 0.3], [v, v, v])


@given
def test_a_variance_of_zero_is_refused_where_it_stands() -> None:
    error = answer(
        "meta", CASES / "meta_zero_variance.csv", "--effect", "yi", "--variance", "vi"
    )["error"]  # fmt: skip
    assert error["code"] == "bad_variance"
    assert (error["where"]["row"], error["where"]["column"]) == (3, "vi")


@given
def test_items_that_run_against_the_others_are_named_in_the_text() -> None:
    code, text = run("reliability", CASES / "reliability_reversed.csv", "--items", "a,b,c")
    assert code == 0
    assert "a, b lopen tegen de andere items in." in text
    assert "Andersom gesteld: b? Dan lopen ze het meest gelijk op." in text


@given
def test_a_code_for_no_answer_is_named() -> None:
    words = ("reliability", CASES / "reliability_99.csv", "--items", "a,b,c,d,e")
    error = answer(*words)["error"]
    assert error["code"] == "missing_code"
    assert error["found"] == "99, and other answers from 1 to 5"
    assert error["where"]["row"]


@pytest.mark.parametrize("code", [99, -9, 999, 9, 88])
@pytest.mark.parametrize("ends", [(1, 5), (0, 1), (1, 4)])
def test_every_usual_code_is_found_beside_every_usual_scale(code: int, ends: Any) -> None:
    random = np.random.default_rng(code + 1000)
    answers = random.integers(ends[0], ends[1] + 1, 200).astype(float)
    assert missing_code(answers) is None
    answers[random.choice(200, 5, replace=False)] = code
    assert missing_code(answers) == (code, *ends)


def test_high_marks_are_no_codes(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    assert missing_code(random.integers(0, 101, 300).astype(float)) is None
    assert missing_code(random.integers(1, 11, 300).astype(float)) is None
    marks = random.integers(1, 11, (40, 3))
    file = tmp_path / "marks.csv"
    file.write_text("a,b,c\n" + "\n".join(",".join(map(str, row)) for row in marks) + "\n")
    assert reliability(file, items=["a", "b", "c"])["n"] == 40


def test_two_schools_find_nothing_and_the_text_says_so() -> None:
    words = ("power", "--schools", 2, "--pupils", 20, "--icc", 0.1)
    found = answer(*words)
    assert (found["status"], found["mdes"], found["power"]) == ("too_few", None, None)
    text = run(*words)[1]
    assert "zo weinig scholen" in text
    assert "%" not in text
    assert "–" not in text


def test_two_pupils_are_too_few_for_alpha() -> None:
    found = alpha([[1, 2, 3], [2, 4, 3]])
    assert (found.status, found.alpha) == ("too_few", None)


@given
def test_a_table_that_its_thresholds_fit_exactly_lies_at_the_edge() -> None:
    scores = np.genfromtxt(CASES / "polychoric_2x2.csv", delimiter=",", skip_header=1)
    assert polychoric(scores).status == "boundary"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("cuts", [(0.3, 0.6), (0.5, 0.5), (0.2, 0.9)])
def test_two_cuts_of_one_line_are_related_without_exception(sign: int, cuts: Any) -> None:
    line = (np.arange(400) + 0.5) / 400
    scores = np.column_stack([line > cuts[0], sign * (line - (cuts[1] if sign > 0 else 1 - cuts[1]))
                              > 0]).astype(float)  # fmt: skip
    found = polychoric(scores)
    assert found.status == "boundary"
    assert found.rho is not None
    assert np.sign(found.rho[0, 1]) == sign
    scores[:20, 1] = 1 - scores[:20, 1]
    scores[-20:, 1] = 1 - scores[-20:, 1]
    assert polychoric(scores).status == "ok"
