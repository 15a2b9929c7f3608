"""The open interface is what its description says: Schemathesis finds nothing."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Line, at_least, at_most, main, served


def drill(full: bool) -> list[Line]:
    """Let Schemathesis make requests from the OpenAPI description, with all its checks."""
    examples = 1200 if full else 15
    with tempfile.TemporaryDirectory(prefix="instroom-api-") as folder:
        room = Path(folder)
        with served(full, room) as (address, _):
            tool = Path(sys.executable).parent / "schemathesis"
            done = subprocess.run(
                [
                    *(str(tool), "run", f"{address}/api/v1/openapi.json"),
                    *("--checks", "all", "--max-examples", str(examples), "--seed", "2026"),
                    *("--phases", "examples,coverage,fuzzing", "--no-color"),
                ],
                cwd=room,
                capture_output=True,
                text=True,
                check=False,
            )
    made = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) generated", done.stdout)]
    if done.returncode or not made:
        print((done.stdout + done.stderr)[-6000:])
    cases = max(made, default=0)
    return [
        at_least("requests", cases, cases, 2000 if full else 75),
        at_most("findings of Schemathesis", cases, done.returncode, 0),
    ]


if __name__ == "__main__":
    main("api", drill)
