"""The same tests on PostgreSQL, in a cluster of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import running

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
SEARCH = os.pathsep.join([*map(str, FOLDERS), os.environ.get("PATH", "")])
INITDB, POSTGRES = shutil.which("initdb", path=SEARCH), shutil.which("postgres", path=SEARCH)
FULL = os.environ.get("INSTROOM_TEST_FULL") == "1"

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not FULL, reason="set INSTROOM_TEST_FULL=1 to test on PostgreSQL"),
    pytest.mark.skipif(not (INITDB and POSTGRES), reason="PostgreSQL is not installed"),
]


@pytest.fixture
def cluster():
    """Yield the address of an empty cluster; as root it runs as the user postgres."""
    folder, port = Path(tempfile.mkdtemp(prefix="instroom-pg-")), running.free_port()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    options = {"user": user, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    make = [INITDB, "-D", str(folder / "rows"), "-U", "tester", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*make, "--locale=C"], check=True, cwd=folder, **options)
    start = [POSTGRES, "-D", str(folder / "rows"), "-p", str(port), "-k", str(folder), "-F"]
    server = subprocess.Popen([*start, "-h", "127.0.0.1"], cwd=folder, **options)
    yield f"postgresql://tester:@127.0.0.1:{port}/postgres"
    server.terminate()
    server.wait(20)
    shutil.rmtree(folder)


def test_pages_work_on_postgresql(cluster):
    here = Path(__file__)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
    names = [
        str(here.parent / f"test_web_{name}.py")
        for name in ("pages", "api", "storing", "patience", "later", "history")
    ]
    found = subprocess.run(
        [*command, *names],
        env={**os.environ, "INSTROOM_TEST_POSTGRES": cluster, "PYTEST_XDIST_WORKER": "pg"},
        cwd=here.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-4000:]


@pytest.mark.parametrize("drill", ["tasks_kill", "history"])
def test_a_drill_holds_its_figures_on_postgresql(drill, cluster):
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, f"drills/{drill}.py", "--short"],
        env={**os.environ, "INSTROOM_DATABASE_URL": cluster, "PYTHONPATH": str(root / "src")},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr[-4000:]
