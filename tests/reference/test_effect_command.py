"""``instroom effect`` says what lme4 and the published formulas say, from the same files."""

import json
from pathlib import Path

import pytest

from instroom.monitoring.effects import effect

SHARED = Path(__file__).parents[2].parent / "shared" / "reference"

CASES = [
    (
        "tiny_nested",
        "tiny_wide.csv",
        "treat",
        {
            "outcome": "post", "baseline": "pre", "treatment": "treat",
            "covariate": ["sex", "ses"], "groups": ["school", "klas"],
        },
    ),
    (
        "tiny_did",
        "tiny_did.csv",
        "d",
        {
            "outcome": "y", "treatment": "d", "time": "year", "covariate": ["treat", "sex"],
            "groups": ["school"], "design": "did",
        },
    ),
    (
        "bdf_ancova",
        "bdf_dutch_schools.csv",
        "sex",
        {
            "outcome": "post", "baseline": "pre", "treatment": "sex",
            "covariate": ["ses", "iq"], "groups": ["school"],
        },
    ),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists(), reason="the reference answers are not beside the repository"
)
@pytest.mark.parametrize(("case", "file", "name", "options"), CASES, ids=[c[0] for c in CASES])
def test_the_command_says_what_lme4_says(case: str, file: str, name: str, options: dict) -> None:
    """Tolerances of the reference set: 1e-5 on estimates and errors, 1e-4 on df."""
    cases = json.loads((SHARED / "lmm.json").read_text())["cases"]
    expect = next(c["expect"] for c in cases if c["id"] == case)
    found = effect(SHARED / file, **options)
    assert found["estimate"] == pytest.approx(expect["beta"][name], rel=1e-5)
    assert found["se"] == pytest.approx(expect["se"][name], rel=1e-5)
    assert found["df"] == pytest.approx(expect["df_satterthwaite"][name], rel=1e-4)
    assert found["p"] == pytest.approx(expect["p_satterthwaite"][name], rel=1e-4)
    assert found["reml_deviance"] == pytest.approx(expect["crit"], rel=1e-8)


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.exists(), reason="the reference answers are not beside the repository"
)
def test_the_command_says_what_the_published_trial_formulas_say() -> None:
    """``crtData`` of R's eefAnalytics; 1e-5 because lme4's own variances carry 6 digits."""
    cases = json.loads((SHARED / "effect_sizes.json").read_text())["cases"]
    expect = next(c["expect"] for c in cases if c["id"] == "eef_crt_hedges")
    found = effect(
        SHARED / "eef_crtData.csv", outcome="Posttest", baseline="Prettest",
        treatment="Intervention", groups=["School"], allocation="randomised",
    )  # fmt: skip
    assert found["hedges_g"] == pytest.approx(expect["unconditional_total"]["g"], rel=1e-5)
    assert found["hedges_g_ci"] == pytest.approx(
        [expect["unconditional_total"]["lo"], expect["unconditional_total"]["hi"]], rel=1e-5
    )
    conditional = found["effect_sizes"]["conditional_total"]
    assert conditional["g"] == pytest.approx(expect["conditional_total"]["g"], rel=1e-5)
