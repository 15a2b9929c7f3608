"""Licences of every locked package: ``python scripts/licences.py [--check]``.

Writes docs/reference/licenties.md from the lock file of everything (requirements-full.lock) and
what the installed packages say about themselves. A package that another system needs (Windows,
PyPy) or that only ``make test-full`` installs keeps the line it had; one that never had a line is
named as unknown, never left out. ``--check`` writes nothing and exits 1 when a package is missing,
has another version, or says another licence than the page.
"""

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "licenties.md"
LOCKS = {
    "web": "requirements.lock",
    "dev": "requirements-dev.lock",
    "full": "requirements-full.lock",
}
#: Who gets the package: who runs Instroom, who changes it, who runs all tests.
WORDS = {"web": "use", "dev": "development", "full": "all tests"}
UNKNOWN = "unknown"
_LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
_LINE = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
HEAD = """<!-- Made by scripts/licences.py (make licences). -->

# Licences of the work of others

All packages that are locked in the files `requirements*.lock`, with the licence that the package
itself names. The licence of Instroom is [EUPL-1.2](../../LICENSE).

| Package | Version | Licence | For |
|---|---|---|---|
"""


def folded(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, tuple[str, str]]:
    """Return version and first use of every locked package."""
    found: dict[str, tuple[str, str]] = {}
    for use, name in LOCKS.items():
        for package, version in _LOCKED.findall((ROOT / name).read_text("utf-8")):
            found.setdefault(folded(package), (version, WORDS[use]))
    return found


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: expression, classifiers, else free words."""
    about = package.metadata
    classes = [c for c in about.get_all("Classifier") or [] if c.startswith("License :: ")]
    words = about.get("License-Expression") or "; ".join(c.split(" :: ")[-1] for c in classes)
    words = words or next(iter((about.get("License") or "").strip().splitlines()), "")
    return words.replace("|", "/").strip() or UNKNOWN


def page() -> str:
    """Return the page, from what is installed and else from the page as it is."""
    here = {folded(d.metadata["Name"]): d for d in distributions()}
    before = (
        {m[1]: (m[2], m[3]) for m in _LINE.finditer(PAGE.read_text("utf-8"))}
        if PAGE.exists()
        else {}
    )
    lines = []
    for name, (version, use) in sorted(locked().items()):
        words = UNKNOWN
        if name in here and here[name].version == version:
            words = licence(here[name])
        elif before.get(name, ("", ""))[0] == version:
            words = before[name][1]
        lines.append(f"| {name} | {version} | {words} | {use} |")
    return HEAD + "\n".join(lines) + "\n"


def main(words: list[str]) -> int:
    """Write or check the page; return the exit code."""
    text = page()
    unknown = [line.split(" | ")[0][2:] for line in text.splitlines() if f" | {UNKNOWN} | " in line]
    for name in unknown:
        print(f"{name}: licence unknown; install it (make test-full) or look it up")
    if words == ["--check"]:
        same = PAGE.exists() and PAGE.read_text("utf-8") == text
        print("" if same else f"{PAGE.relative_to(ROOT)} is not up to date: make licences")
        return 0 if same and not unknown else 1
    PAGE.write_text(text, "utf-8")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
