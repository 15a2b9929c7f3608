"""The ledger, its links and a tenth of the matrix of rights on PostgreSQL, and its drill."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import test_web_postgres

cluster = test_web_postgres.cluster
pytestmark = test_web_postgres.pytestmark
HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def held(command: list[str], **environment: str) -> None:
    found = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-4000:]


@pytest.mark.parametrize("name", ["authorisation_matrix", "web_confirming", "web_ledger"])
def test_the_ledger_works_on_postgresql(name, cluster):
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q"]
    held(
        [*command, "-m", "not postgres", str(HERE / f"test_{name}.py")],
        INSTROOM_TEST_POSTGRES=cluster,
        PYTEST_XDIST_WORKER="ledger",
    )


def test_the_drill_of_the_ledger_holds_its_figures_on_postgresql(cluster):
    source = str(ROOT / "src")
    held(["drills/ledger_kill.py", "--short"], INSTROOM_DATABASE_URL=cluster, PYTHONPATH=source)
