"""Few schools: the words of an effect never lean on schools that only seem to be alike."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instroom.monitoring import few_schools, robustness
from instroom.monitoring.effect_answer import SpokenSize
from instroom.monitoring.effects import effect
from instroom.stats.multilevel import kenward_roger
from instroom.stats.multilevel.kenward_roger import adjust


def study(path: Path, seed: int, *, shift: float = 0.0, yes: bool = False, **options: Any) -> Any:
    """Return the answer about 12 schools that are alike, drawn by lot."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(12), 25)
    y, pre = rng.normal(size=300) + shift * (school % 2), rng.normal(size=300)
    if yes:
        y = (y > 0).astype(int)
    lines = [f"{a:.5g},{b:.5f},{s % 2},s{s}" for a, b, s in zip(y, pre, school, strict=True)]
    path.write_text("\n".join(["y,pre,t,school", *lines]) + "\n")
    said = {"baseline": "pre", "treatment": "t", "groups": ["school"], "allocation": "randomised"}
    return effect(path, outcome="y", **{**said, **options})


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "DRAWS", 99)


@pytest.mark.parametrize("yes", [False, True])
def test_a_difference_that_only_pupils_make_clear_is_not_said(tmp_path: Path, yes: bool) -> None:
    """Shifted until the interval just leaves out 0, words wait for what schools allow."""
    turned = kept = 0
    for seed in range(12):
        for shift in (0.25, 1.5):
            found = study(tmp_path / "a.csv", seed, shift=shift, yes=yes)
            clear = not found.ci[0] <= 0 <= found.ci[1]
            if found.status != "boundary" or not clear:
                continue
            if found.spoken.plain is not None:
                turned += 1
                assert found.direction == "unclear"
                assert found.spoken.ci[0] <= 0 <= found.spoken.ci[1]
                assert "dus een effect" not in found.wording["nl"]
                assert "scholen onderling kunnen verschillen" in found.wording["nl"]
            else:
                kept += 1
                assert found.direction == "up"
    assert kept
    assert turned


def test_numbers_stay_those_of_the_model(tmp_path: Path) -> None:
    found = next(
        one
        for one in (study(tmp_path / "a.csv", seed, shift=0.25) for seed in range(40))
        if one.spoken is not None and one.spoken.plain is not None
    )
    assert found.status == "boundary"
    assert found.spoken.plain == pytest.approx(found.ci)
    assert found.df > 100
    assert found.p < 0.05


def test_the_widest_interval_counts_only_when_it_holds_zero() -> None:
    said = SpokenSize("ancova", 2.0, (0.5, 3.5))
    unknown = (float("nan"), float("nan"))
    assert few_schools.widest(said, [(0.1, 3.9), unknown]) == said
    assert few_schools.widest(said, [(0.1, 3.9), (-0.2, 4.2)]) == replace(
        said, ci=(-0.2, 4.2), plain=(0.5, 3.5)
    )


@pytest.mark.parametrize("options", [{}, {"robust": "cr2"}, {"df": "kenward-roger"}])
@pytest.mark.parametrize("schools", [4, 6])
def test_a_handful_of_equal_schools_is_a_result(
    tmp_path: Path, schools: int, options: dict[str, Any]
) -> None:
    rows = [(s, (7 * p + 3 * s) % 11 + 40) for s in range(schools) for p in range(10)]
    path = tmp_path / "z.csv"
    path.write_text("y,t,school\n" + "".join(f"{y},{s % 2},s{s}\n" for s, y in rows))
    found = effect(path, outcome="y", treatment="t", groups=["school"], **options)
    assert found.status == "too_few"
    assert found.beside["kenward_roger"].df == pytest.approx(schools - 2, rel=1e-6)


def test_corrections_without_numbers_are_an_answer_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(fit: Any) -> Any:
        found = adjust(fit)
        return found and replace(found, spread=-found.spread)

    monkeypatch.setattr(kenward_roger, "adjust", without)
    found = study(tmp_path / "a.csv", 1, df="kenward-roger")
    assert (found.status, found.estimate, found.df) == ("too_few", None, None)
    assert "Kenward and Roger cannot be computed" in found.reason


def test_one_treated_school_is_said_to_decide(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    school = np.repeat(np.arange(10), 25)
    lines = [
        f"{y:.4f},{int(s == 0)},s{s}" for y, s in zip(rng.normal(size=250), school, strict=True)
    ]
    path = tmp_path / "one.csv"
    path.write_text("\n".join(["y,t,school", *lines]) + "\n")
    found = effect(path, outcome="y", treatment="t", groups=["school"], robust="cr2")
    assert found.status == "too_few"
    assert "single cluster decides" in found.reason
    assert "rust op één school" in found.wording["nl"]
