"""The statistical commands keep their contract: shapes, exit codes, nothing stored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.cli.main import main
from instroom.core.errors import MachineError

Run = Callable[..., tuple[int, Any]]
#: The keys that ``docs/reference/contracts`` promises.
EFFECT = {
    "estimate", "se", "df", "ci", "p", "hedges_g", "hedges_g_ci", "n", "dropped", "groups",
    "variances", "icc", "reml_deviance", "coefficients", "status", "design", "allocation",
    "maryland_level", "baseline_difference", "mdes", "wording",
}  # fmt: skip
RELIABILITY = {"alpha", "alpha_ci", "omega", "n", "k", "items"}
ITEM = {"item", "mean", "sd", "r_rest", "alpha_without", "floor", "ceiling"}
META = {
    "estimate", "se", "ci", "p", "tau2", "i2", "q", "q_df", "q_p", "prediction", "k", "method",
    "egger", "studies",
}  # fmt: skip
POWER = {"mdes", "power", "df", "design"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs a command with --json and returns exit code and document."""

    def one(*words: object) -> tuple[int, Any]:
        code = main([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        assert err == ""
        return code, json.loads(out, parse_constant=_no_constant)

    return one


def _no_constant(text: str) -> float:
    raise AssertionError(f"{text} is no JSON")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(4)
    school = np.repeat(np.arange(12), 40)
    treat, pre = school % 2, rng.normal(3, 0.6, 480).round(3)
    post = (pre * 0.6 + 1 + 0.3 * treat + rng.normal(0, 0.15, 12)[school]).round(3)
    post = (post + rng.normal(0, 0.4, 480)).round(3)
    answers = np.clip(np.round(pre[:, None] + rng.normal(0, 0.7, (480, 3))), 1, 5).astype(int)
    rows = ["school,treat,pre,post,a,b,c"]
    rows += [
        f"{school[i]},{treat[i]},{pre[i]},{post[i]},{','.join(map(str, answers[i]))}"
        for i in range(480)
    ]
    (tmp_path / "scores.csv").write_text("\n".join(rows) + "\n")
    studies = ["study,d,v", "1,0.3,0.02", "2,0.1,0.01", "3,0.5,0.04", "4,0.2,0.03", "5,0.25,0.02"]
    (tmp_path / "studies.csv").write_text("\n".join(studies) + "\n")
    figures = [
        {"dims": {"school": s, "gender": g}, "n": n}
        for s, pair in {"A": (4, 16), "B": (25, 31), "C": (14, 22)}.items()
        for g, n in zip("mv", pair, strict=True)
    ]
    figures += [{"dims": {"school": s}, "n": n} for s, n in {"A": 20, "B": 56, "C": 36}.items()]
    (tmp_path / "figures.json").write_text(json.dumps(figures))
    return tmp_path


def effect_words(folder: Path) -> list[object]:
    return [
        "effect", folder / "scores.csv", "--outcome", "post", "--baseline", "pre",
        "--treatment", "treat", "--groups", "school",
    ]  # fmt: skip


def test_effect_has_the_shape_of_the_contract(run: Run, folder: Path) -> None:
    code, found = run(*effect_words(folder))
    assert code == 0
    assert set(found) >= EFFECT
    assert set(found["wording"]) == {"nl", "en", "de"}
    assert {"name", "estimate", "se", "df", "p"} <= set(found["coefficients"][0])


@pytest.mark.parametrize("way", [["--df", "kenward-roger"], ["--robust", "cr2"], ["--by", "a"]])
def test_effect_in_other_ways_is_about_as_large(run: Run, folder: Path, way: list[str]) -> None:
    base = run(*effect_words(folder))[1]
    found = run(*effect_words(folder), *way)[1]
    assert found["estimate"] == pytest.approx(base["estimate"], abs=0.05)
    assert found["se"] == pytest.approx(base["se"], rel=0.3)


def test_floats_have_twelve_digits_and_two_runs_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for _ in range(2):
        assert main([*map(str, effect_words(folder)), "--json"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    se = json.loads(outputs[0])["se"]
    assert se == float(f"{se:.12g}")


def test_sums_shared_and_pooled_say_what_the_rows_say(run: Run, folder: Path) -> None:
    lines = (folder / "scores.csv").read_text().splitlines()
    options = effect_words(folder)[2:]
    (folder / "key").write_text("a key that both of us know")
    signed = ["--key", folder / "key"]
    for name, rest in (("one", 0), ("two", 1)):
        part = [lines[0], *(row for row in lines[1:] if int(row.split(",")[0]) // 6 == rest)]
        (folder / f"{name}.csv").write_text("\n".join(part) + "\n")
        code, made = run(
            "compress", folder / f"{name}.csv", *options, "--out", folder / f"{name}.json", *signed
        )
        assert (code, made["merged"], made["refused"], made["signed"]) == (0, [], [], True)
    code, pooled = run("effect", "--from", folder / "one.json", folder / "two.json", *signed)
    rows = run(*effect_words(folder))[1]
    assert code == 0
    for key in ("estimate", "se", "reml_deviance", "df", "hedges_g", "n", "baseline_difference"):
        assert pooled[key] == pytest.approx(rows[key], rel=1e-9), key
    assert pooled["attrition"] == rows["attrition"]
    assert run("effect", "--from", folder / "one.json")[0] == 13, "a signed file needs its key"


def test_reliability_has_the_shape_of_the_contract(run: Run, folder: Path) -> None:
    code, found = run("reliability", folder / "scores.csv", "--items", "a,b,c", "--range", "1:5")
    assert code == 0
    assert set(found) >= RELIABILITY
    assert set(found["items"][0]) >= ITEM


def test_meta_has_the_shape_of_the_contract(run: Run, folder: Path) -> None:
    code, found = run("meta", folder / "studies.csv", "--effect", "d", "--variance", "v")
    assert code == 0
    assert set(found) >= META
    assert (found["k"], found["method"]) == (5, "REML")
    assert sum(s["weight"] for s in found["studies"]) == pytest.approx(1, rel=1e-9)


def test_power_has_the_shape_of_the_contract(run: Run) -> None:
    code, found = run(
        "power", "--schools", 30, "--pupils", 50, "--icc", 0.15, "--r2-pupil", 0.45,
        "--r2-school", 0.6,
    )  # fmt: skip
    assert code == 0
    assert set(found) >= POWER
    assert found["mdes_powerup"] == pytest.approx(0.279532825467517, rel=1e-8)  # PowerUpR mdes.cra2
    assert (found["design"], found["df"]) == ("cra2", 27)


TRIALS = """study,yes1,n1,yes2,n2
A,54,240,38,225
B,10,60,6,62
C,0,12,3,12
D,33,110,20,105
E,12,40,5,44
"""


@pytest.mark.parametrize(
    ("measure", "columns", "scale"),
    [
        ("RR", "yes1,n1,yes2,n2", "risk_ratio"),
        ("OR", "yes1,n1, yes2,n2", "odds_ratio"),
        ("RD", "yes1,n1,yes2,n2", None),
        ("PLO", "yes1,n1", "share"),
    ],
)
def test_meta_computes_a_measure_from_counts(
    run: Run, folder: Path, measure: str, columns: str, scale: str | None
) -> None:
    (folder / "trials.csv").write_text(TRIALS)
    words = ["meta", folder / "trials.csv", "--measure", measure, "--columns", columns]
    code, found = run(*words)
    assert (code, found["k"], found["measure"]) == (0, 5, measure)
    back = found.get("back_transformed")
    assert (back and back["scale"]) == scale
    to_reader = {"share": lambda x: 1 / (1 + np.exp(-x))}.get(scale or "", np.exp)
    if back:
        assert back["estimate"] == pytest.approx(float(to_reader(found["estimate"])), rel=1e-11)
        assert back["ci"] == pytest.approx([float(to_reader(x)) for x in found["ci"]], rel=1e-11)


def test_meta_says_of_small_studies_what_would_be_missing(run: Run, folder: Path) -> None:
    rows = zip(
        (0.05, 0.08, 0.12, 0.10, 0.22, 0.31, 0.45, 0.52, 0.61, 0.83),
        (0.002, 0.003, 0.006, 0.004, 0.02, 0.03, 0.05, 0.06, 0.09, 0.12),
        strict=True,
    )
    (folder / "lopsided.csv").write_text("d,v\n" + "\n".join(f"{d},{v}" for d, v in rows))
    code, found = run("meta", folder / "lopsided.csv", "--effect", "d", "--variance", "v")
    fill = found["trim_and_fill"]
    assert (code, fill["missing"], fill["side"], fill["status"]) == (0, 5, "left", "boundary")
    assert 0 < fill["estimate"] < found["estimate"]


@pytest.mark.parametrize(
    ("words", "code", "key"),
    [
        (["--measure", "RR", "--columns", "yes1,n1,yes2"], 2, "columns"),
        (["--measure", "XX", "--columns", "yes1"], 2, "unknown_measure"),
        (["--measure", "RR", "--columns", "n1,yes1,yes2,n2"], 12, "bad_count"),
        (["--measure", "RR", "--columns", "yes1,n1,yes2,n2", "--effect", "n1"], 2, "which_effect"),
        (["--effect", "yes1"], 2, "usage"),
        ([], 2, "which_effect"),
    ],
)
def test_meta_refuses_what_is_no_measure(
    run: Run, folder: Path, words: list[str], code: int, key: str
) -> None:
    (folder / "trials.csv").write_text(TRIALS)
    found = run("meta", folder / "trials.csv", *words)
    assert (found[0], found[1]["error"]["code"]) == (code, key)


def test_protect_gives_the_same_list_with_small_numbers_and_what_gives_them_away_hidden(
    run: Run, folder: Path
) -> None:
    code, found = run("protect", folder / "figures.json")
    given = json.loads((folder / "figures.json").read_text())
    assert code == 0
    assert [f["dims"] for f in found] == [f["dims"] for f in given]
    hidden = [f["dims"] for f in found if f["n"] is None]
    assert {"school": "A", "gender": "m"} in hidden
    assert {"school": "A", "gender": "v"} in hidden or {"school": "A"} in hidden
    assert all(f["status"] == "protected" for f in found if f["n"] is None)


def test_a_register_remembers_what_went_out(run: Run, folder: Path) -> None:
    register = folder / "releases.jsonl"
    words = ["protect", folder / "figures.json", "--register", register]
    assert run(*words)[0] == 0
    assert not register.exists(), "without a name nothing is stored"
    assert run(*words, "--name", "first")[0] == 0
    later = json.loads((folder / "figures.json").read_text())
    for figure in later:
        if figure["dims"] in ({"school": "B", "gender": "m"}, {"school": "B"}):
            figure["n"] += 2
    (folder / "figures.json").write_text(json.dumps(later))
    none = ["--register", folder / "none.jsonl"]
    free = {str(f["dims"]): f["n"] for f in run("protect", folder / "figures.json", *none)[1]}
    held = {str(f["dims"]): f["n"] for f in run(*words)[1]}
    assert free[str({"school": "B"})] == 58
    assert held[str({"school": "B"})] is None, "two more than before tells of two people"
    code, found = run(*words, "--name", "first")
    assert (code, found["error"]["code"]) == (12, "release_name")


def test_the_register_of_the_data_directory_counts_without_being_asked(
    run: Run, folder: Path
) -> None:
    words = ["protect", folder / "figures.json", "--data", folder / "own"]
    assert run(*words, "--name", "first")[0] == 0
    later = json.loads((folder / "figures.json").read_text())
    for figure in later:
        if figure["dims"] in ({"school": "B", "gender": "m"}, {"school": "B"}):
            figure["n"] += 2
    (folder / "figures.json").write_text(json.dumps(later))
    held = {str(f["dims"]): f["n"] for f in run(*words)[1]}
    assert held[str({"school": "B"})] is None


def test_a_register_is_written_whole_or_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the register as it was, and the release refused."""
    from instroom.privacy import releases

    register = folder / "releases.jsonl"
    releases.remember(register, [{"dims": {"school": "A"}, "n": 25}], name="first")
    before = register.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("instroom.core.output_files.os.fsync", full)
    with pytest.raises(MachineError, match="the disk is full"):
        releases.remember(register, [{"dims": {"school": "A"}, "n": 40}], name="second")
    assert register.read_bytes() == before


def test_protect_stops_after_the_seconds_that_were_said(run: Run, folder: Path) -> None:
    code, found = run("protect", folder / "figures.json", "--seconds", "0,000001")
    assert (code, found["error"]["code"]) == (13, "incomplete")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["effect", "none.csv", "--outcome", "y", "--baseline", "x"], 12),
        (["effect", "scores.csv"], 2),
        (["effect", "scores.csv", "--outcome", "post"], 2),
        (["effect", "scores.csv", "--outcome", "post", "--robust", "cr9"], 2),
        (["effect", "--from", "none.json"], 12),
        (["reliability", "scores.csv", "--items", "a,zz"], 12),
        (["meta", "scores.csv", "--effect", "zz", "--variance", "pre"], 12),
        (["power", "--schools", "many", "--pupils", "20", "--icc", "0.1"], 2),
        (["power", "--schools", "20", "--pupils", "20", "--icc", "1.5"], 12),
        (["power", "--schools", "4", "--pupils", "9", "--icc", "1", "--r2-school", "1"], 12),
        (["protect", "none.json"], 12),
        (["protect", "scores.csv"], 12),
    ],
    ids=str,
)
def test_a_mistake_is_a_refusal_with_its_exit_code(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(p.name for p in folder.iterdir())
    found = run(*words)
    assert (found[0], set(found[1])) == (code, {"error"})
    assert found[1]["error"]["message"]
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_people_get_a_sentence_first(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert main([*map(str, effect_words(folder)), "--lang", language]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert {"nl": "leerlingen", "en": "pupils", "de": "Kinder"}[language] in first


def test_scores_come_from_standard_input_too(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    data = (folder / "scores.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    words = [str(w) if i != 1 else "-" for i, w in enumerate(effect_words(folder))]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 480
