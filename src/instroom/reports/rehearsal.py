"""The invented region from nothing to pages in one go: write, read, compute."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NotRequired, TypedDict

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.progress import Progress
from instroom.reports.site import compute
from instroom.reports.stored_rows import ComputeAnswer
from instroom.sources.example import REGION, layout_of, write_example
from instroom.sources.example_flows import write_flows
from instroom.sources.read import read
from instroom.sources.records import ReadEntry
from instroom.sources.store import Store, scratch

FOLDER, DATA = "voorbeeld", "voorbeeld-data"


class ReadFiles(TypedDict):
    """What became of each file, as ``instroom read`` tells it."""

    files: list[ReadEntry]


class ExampleAnswer(TypedDict):
    """The answer of ``instroom example``; the last three with ``run``."""

    files: list[str]
    data: NotRequired[str]
    read: NotRequired[ReadFiles]
    compute: NotRequired[ComputeAnswer]


def example(
    *,
    out: str | Path = FOLDER,
    seed: int = 1,
    run: bool = False,
    data: str | Path | None = None,
    progress: Progress | None = None,
) -> ExampleAnswer:
    """Write files of an invented region in the publishers' genuine layouts.

    With ``run`` they are read and computed too, so that only serving is left.

    Parameters
    ----------
    out
        Folder for the files; ``./voorbeeld`` when left out.
    run
        Also read the files and compute the pages.
    data
        The data directory; else ``INSTROOM_DATA``, else ``./voorbeeld-data``. It may hold nothing
        but the invented region: real and invented figures never stand side by side.
    seed
        Chooses the noise.

    Returns
    -------
    dict
        ``{"files"}``, with ``run`` also ``{"data", "read", "compute"}``; the last two as their
        commands answer.

    Raises
    ------
    DataError
        When the data directory holds files of publishers.
    """
    if not run:
        return {"files": _written(out, seed)}
    folder = Path(data or os.environ.get("INSTROOM_DATA") or DATA)
    if real := [s.receipt["name"] for s in Store(folder) if not s.receipt.get("example")]:
        raise DataError(
            "this data directory holds files of publishers",
            code="real_data",
            where=Where(file=str(folder)),
            found=Message("{n} files, {real} among them", n=len(real), real=real[0]),
            expected=Message("an empty folder, or one with nothing but the invented region"),
            hint=Message("give the invented region a folder of its own: --data {data}", data=DATA),
        )
    files, entries = _read_example(out, folder, seed, progress)
    return {
        "files": files,
        "data": str(folder),
        "read": {"files": entries},
        "compute": compute(data=folder, region=REGION, progress=progress),
    }


def rehearse(
    data: Path, *, record: Callable[[Path], object], progress: Progress | None = None
) -> ComputeAnswer:
    """Let a new data directory hold the invented region at work: files, rows, figures.

    Parameters
    ----------
    record
        Writes what people recorded, once the schools are there and before the figures are computed.
    """
    with scratch() as out:
        _read_example(out, data, 1, progress)
    record(data)
    return compute(data=data, region=REGION, progress=progress)


def _read_example(
    out: str | Path, data: Path, seed: int, progress: Progress | None
) -> tuple[list[str], list[ReadEntry]]:
    """Write the files of the invented region and read them; return them and what became of each."""
    files = _written(out, seed)
    known: dict[str | None, list[str]] = {}
    for file in files:
        known.setdefault(layout_of(Path(file)), []).append(file)
    entries: list[ReadEntry] = []
    for source, paths in known.items():
        entries += read(*paths, data=data, source=source, progress=progress)["files"]
    return files, entries


def _written(out: str | Path, seed: int) -> list[str]:
    return sorted(map(str, [*write_example(out, seed=seed), *write_flows(out, seed=seed)]))
