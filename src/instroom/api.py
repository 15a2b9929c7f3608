"""Every command as a function with the same name and arguments."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.monitoring import pipeline as _pipeline
from instroom.monitoring.indicators import Facts, find_place
from instroom.monitoring.questions import explain, series
from instroom.reports import goals as _goals
from instroom.reports.files import export_observations
from instroom.reports.site import compute, demo
from instroom.sources.example import write_example
from instroom.sources.fetch import fetch
from instroom.sources.read import read
from instroom.sources.store import Store, data_directory, sha256_of

Progress = Callable[[str], None]

__all__ = [
    "check",
    "compute",
    "demo",
    "example",
    "explain",
    "export",
    "fetch",
    "kpi",
    "pipeline",
    "read",
    "series",
]


def pipeline(*, place: str = "twente", data: str | Path | None = None) -> dict[str, Any]:
    """Return the pipeline of a place at one reference date (a cross-section)."""
    return _pipeline.to_dict(_pipeline.pipeline(place, Facts(Store(data))))


def kpi(
    *, place: str = "twente", data: str | Path | None = None, lang: str = "nl"
) -> dict[str, Any]:
    """Return the seven goals: newest figure and sentence, or what is needed to know it."""
    facts = Facts(Store(data))
    return _goals.to_dict(find_place(place, facts), _goals.goals(place, facts), Texts(lang))


def export(
    dataset: str,
    *,
    format: str = "csv",  # noqa: A002  the name of the option
    out: str | Path,
    data: str | Path | None = None,
) -> dict[str, Any]:
    """Write a data set to a file; ``dataset`` is ``observations``."""
    del dataset
    return export_observations(out, format, Store(data))


def example(*, out: str | Path, seed: int = 1) -> dict[str, Any]:
    """Write files of an invented region in the publishers' genuine layouts."""
    return {"files": [str(path) for path in write_example(Path(out), seed=seed)]}


def check(*, data: str | Path | None = None) -> dict[str, Any]:
    """Check definitions, the data directory and its files; say how to repair."""
    checks: list[dict[str, Any]] = []

    def note(name: str, ok: bool, message: str, repair: str = "") -> None:
        checks.append({"id": name, "ok": ok, "message": message, "repair": repair or None})

    counts = registry.check_all()
    note("definitions", True, ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    root = data_directory(data)
    writable = _writable(root)
    note("data_directory", writable, str(root), "" if writable else "choose a folder with --data")
    wrong = [s.sha256[:12] for s in Store(data) if not _intact(s.folder)]
    note(
        "snapshots",
        not wrong,
        "all stored files have their own sha256" if not wrong else f"changed: {', '.join(wrong)}",
        "" if not wrong else "remove these folders and read the files again",
    )
    stale = [
        s.receipt["name"] for s in Store(data) if s.receipt["source"] not in registry.sources()
    ]
    note(
        "sources",
        not stale,
        "every stored file has a definition" if not stale else f"no definition: {', '.join(stale)}",
        "" if not stale else "bring the definition back, or remove the file's folder",
    )
    return {"ok": all(c["ok"] for c in checks), "checks": checks}


def _writable(root: Path) -> bool:
    parent = root if root.exists() else root.resolve().parent
    if not os.access(parent, os.W_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=parent):
            return True
    except OSError:
        return False


def _intact(folder: Path) -> bool:
    original = folder / "original"
    return original.exists() and sha256_of(original) == folder.name
