"""The invented region from nothing to pages in one go: write, read, compute."""

import os
from pathlib import Path
from typing import Any

from instroom.core.errors import DataError, Where
from instroom.core.progress import Progress
from instroom.reports.site import compute
from instroom.sources.example import REGION, example, layout_of
from instroom.sources.read import read
from instroom.sources.store import Store

FOLDER, DATA = "voorbeeld", "voorbeeld-data"


def rehearse(
    *,
    out: str | Path | None = None,
    data: str | Path | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the files of the invented region, read them and compute its pages.

    Parameters
    ----------
    out
        Folder for the files; ``./voorbeeld`` when left out.
    data
        The data directory; else ``INSTROOM_DATA``, else ``./voorbeeld-data``. It may hold nothing
        but the invented region: real and invented figures never stand side by side.
    seed
        Chooses the noise.

    Returns
    -------
    dict
        ``{"files", "data", "read", "compute"}``; the last two as their commands answer.

    Raises
    ------
    DataError
        When the data directory holds files of publishers.
    """
    folder = Path(data or os.environ.get("INSTROOM_DATA") or DATA)
    if real := [s.receipt["name"] for s in Store(folder) if not s.receipt.get("example")]:
        raise DataError(
            "this data directory holds files of publishers",
            code="real_data",
            where=Where(file=str(folder)),
            found=f"{len(real)} files, {real[0]} among them",
            expected="an empty folder, or one with nothing but the invented region",
            hint=f"give the invented region a folder of its own: --data {DATA}",
        )
    files = example(out=out or FOLDER, seed=seed)["files"]
    known: dict[str | None, list[str]] = {}
    for file in files:
        known.setdefault(layout_of(Path(file)), []).append(file)
    entries = []
    for source, paths in known.items():
        entries += read(*paths, data=folder, source=source, progress=progress)["files"]
    return {
        "files": files,
        "data": str(folder),
        "read": {"files": entries},
        "compute": compute(data=folder, region=REGION, progress=progress),
    }
