"""Every drill holds its figures in its short form; a new drill joins by being a file in drills/."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRILLS = sorted(p.stem for p in (ROOT / "drills").glob("*.py") if p.stem != "harness")


@pytest.mark.parametrize("name", DRILLS)
def test_a_drill_holds_its_figures(name: str) -> None:
    source = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, f"drills/{name}.py", "--short"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": source.rstrip(os.pathsep)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]


def test_a_drill_fails_when_a_figure_is_not_held(tmp_path: Path) -> None:
    harness = (ROOT / "drills" / "harness.py").read_text("utf-8")
    (tmp_path / "harness.py").write_text(harness, "utf-8")
    for limit, code in ((1, 0), (0, 1)):
        text = f"import harness as h\nh.main('x', lambda full: [h.at_most('a', 1, 1, {limit})])\n"
        (tmp_path / "x.py").write_text(text, "utf-8")
        done = subprocess.run([sys.executable, str(tmp_path / "x.py"), "--short"], check=False)
        assert done.returncode == code
