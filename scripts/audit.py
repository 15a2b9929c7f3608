"""Known advisories against the installed packages: ``python scripts/audit.py [LOCK]``.

Asks the advisory service of PyPI about every package of a lock file that this environment has
(needs the network; not part of the tests). Exits 1 when a package has an advisory **or could not
be checked**: silence about a package is no clean bill.
"""

import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from licences import ROOT, folded

#: Ours, and what makes the environment itself.
NOT_LOCKED = {"instroom", "uv", "setuptools"}


def audited(lock: Path) -> list[dict[str, Any]]:
    """Return what the service says of each package of a lock file."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    done = subprocess.run(
        [*command, "-r", str(lock), "-f", "json", "--progress-spinner", "off"],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(done.stderr.strip().splitlines()[-1:] or "no answer")
        return []
    return found


def verdict(found: list[dict[str, Any]], installed: set[str]) -> list[str]:
    """Return what is wrong: advisories, and installed packages that were not checked.

    Parameters
    ----------
    found
        ``dependencies`` of pip-audit: ``name``, and ``vulns`` or ``skip_reason``.
    installed
        Names of the packages that must have been checked.
    """
    checked = {folded(p["name"]) for p in found if not p.get("skip_reason")}
    wrong = [
        f"{p['name']} {p.get('version', '')}: {v['id']}, mended in {v['fix_versions'] or 'none'}"
        for p in found
        for v in p.get("vulns", ())
    ]
    return wrong + [f"{name}: not checked" for name in sorted(installed - checked)]


def main(words: list[str]) -> int:
    """Print the verdict; return the exit code."""
    lock = Path(words[0]) if words else ROOT / "requirements-dev.lock"
    installed = {folded(d.metadata["Name"]) for d in distributions()} - NOT_LOCKED
    found = audited(lock)
    wrong = verdict(found, installed)
    missed = sum(line.endswith("not checked") for line in wrong)
    print("\n".join(wrong))
    checked = len(installed) - missed
    print(f"{len(installed)} installed, {checked} checked, {len(wrong) - missed} advisories")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
