"""Planted flows over many seeds: every bound holds the truth, and no sum narrows a hidden cell."""

import os
import re
import subprocess
import sys

from harness import ROOT, Line, at_least, at_most, main

_TESTS = "tests/unit/inflow/test_flows.py"


def drill(full: bool) -> list[Line]:
    """Run the tests of planted flows with 200 seeds, or (short) the truth of 2.

    The short form stands in the tests, which run all of that file themselves.
    """
    seeds = 200 if full else 2
    asked = [] if full else ["-k", "holds_its_truth"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-n", "0", _TESTS, *asked],
        cwd=ROOT,
        env={**os.environ, "INSTROOM_FLOW_SEEDS": str(seeds), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    print(done.stdout[-2000:] if done.returncode else "")
    return [
        at_least("seeds, each with every figure against its truth", seeds, seeds, seeds),
        at_least("checks passed", seeds, counts.get("passed", 0), seeds),
        at_most("checks not held", seeds, counts.get("failed", 0) + counts.get("error", 0), 0),
        at_most("exit code", 1, done.returncode, 0),
    ]


if __name__ == "__main__":
    main("flows", drill)
