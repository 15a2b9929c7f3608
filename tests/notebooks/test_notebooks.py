"""The tutorial notebooks run from top to bottom and say what they promise."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"
TRIAL = ROOT.parent / "shared" / "reference" / "eef_crtData.csv"


def run(name: str) -> dict[str, Any]:
    """Run a notebook as a script does; return the names its cells define."""
    spec = importlib.util.spec_from_file_location(name, TUTORIALS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.app.run()[1])


def test_scores_before_and_after_become_an_honest_paragraph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("INSTROOM_SCORES", raising=False)
    found = run("voor-en-na")
    text = found["text"]
    assert found["found"]["wording"]["nl"] in text
    assert "Andere verklaringen zijn niet uitgesloten." in text, "matched, so level 3 and no more"
    assert "Van 5 van de 100 leerlingen is er geen nameting." in text
    assert "nan" not in text


@pytest.mark.shared
@pytest.mark.skipif(not TRIAL.exists(), reason="the data of the trial are not in the repository")
def test_a_published_trial_comes_out_as_it_was_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """1e-6: the published variances come from lme4 at its own tolerance (1e-7 was reached)."""
    monkeypatch.setenv("INSTROOM_TRIAL", str(TRIAL))
    assert run("gepubliceerde-proef")["worst"] < 1e-6


def test_without_the_trial_the_notebook_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTROOM_TRIAL", str(tmp_path / "none.csv"))
    assert "found" not in run("gepubliceerde-proef")
