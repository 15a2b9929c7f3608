"""Data directories that tests share: read once per run, whoever asks first.

A test module takes these fixtures with ``pytest_plugins = ("unit.monitoring.reading",)``.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from instroom.monitoring.facts import ClassifiedCounts
from instroom.reports.results import Results, compute_results
from instroom.sources.read import read
from instroom.sources.store import Store

#: Files whose columns two sources share: the reader must be told which it is.
TOLD = {
    "hbo": "duo_hbo_entrants",
    "wo": "duo_wo_entrants",
    "addresses_po": "duo_po_addresses",
}
_LONGEST_WAIT = 900.0


def read_example(example: dict[str, Path], data: Path) -> None:
    """Read all files of the example region into a data directory."""
    found = read(*(path for name, path in example.items() if name not in TOLD), data=data)["files"]
    for name, source in TOLD.items():
        found += read(example[name], data=data, source=source)["files"]
    assert {entry["status"] for entry in found} == {"read"}


def once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """Give a folder that one worker fills and the others wait for; it appears in one move."""
    base = factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, claim, failed = base / name, base / f".{name}-claimed", base / f".{name}-failed"
    try:
        claim.mkdir()
    except FileExistsError:
        _wait(folder, failed)
        return folder
    partial = base / f".{name}-partial"
    try:
        fill(partial)
        partial.rename(folder)
    except BaseException:
        failed.touch()
        raise
    return folder


def _wait(folder: Path, failed: Path) -> None:
    until = time.monotonic() + _LONGEST_WAIT
    while not folder.exists():
        if failed.exists() or time.monotonic() > until:
            pytest.fail(f"{folder.name} could not be read by the worker that tried")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def example_data(tmp_path_factory: pytest.TempPathFactory, example: dict[str, Path]) -> Path:
    """Give a data directory with all example files; never write to it."""

    def filled(data: Path) -> None:
        read_example(example, data)
        # What is worked out is kept in the directory: do it now, while nobody else looks at it.
        compute_results("voorbeeld", ClassifiedCounts(Store(data)))

    return once(tmp_path_factory, "example-data", filled)


@pytest.fixture(scope="session")
def example_facts(example_data: Path) -> ClassifiedCounts:
    """Give the example data directory, opened."""
    return ClassifiedCounts(Store(example_data))


@pytest.fixture(scope="session")
def example_results(example_facts: ClassifiedCounts) -> Results:
    """Give all published figures of the example region."""
    return compute_results("voorbeeld", example_facts)


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Give a data directory with the publishers' real files, or skip; never write to it."""
    folders = [shared_data / name for name in ("duo", "cbs", "eurostat")]
    if not all(folder.is_dir() for folder in folders):
        pytest.skip("not all of the publishers' real files are here")
    return once(tmp_path_factory, "real-data", lambda data: _read_real(folders, data))


def _read_real(folders: list[Path], data: Path) -> None:
    found = read(*folders, data=data)["files"]
    assert sum(entry["status"] == "read" for entry in found) > 40


@pytest.fixture(scope="session")
def real_facts(real_data: Path) -> ClassifiedCounts:
    """Give the real data directory, opened."""
    return ClassifiedCounts(Store(real_data))
