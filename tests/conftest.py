"""What tests of several chapters share: example files, the real files, a mark of a folder."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings

from instroom.sources.example import write_example

ROOT = Path(__file__).parents[1]

settings.register_profile("instroom", derandomize=True, deadline=None, database=None)
settings.load_profile("instroom")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the small example files by a short name; read them, never write to them."""
    folder = tmp_path_factory.mktemp("example")
    write_example(folder)
    names = {
        "exams_open": "examenkandidaten-en-geslaagden-2014-2019.csv",
        "exams_hidden": "examenkandidaten-en-geslaagden-2019-2024.csv",
        "pupils_2016": "leerlingen-vo-per-vestiging-naar-onderwijstype-2016.csv",
        "pupils_2019": "leerlingen-vo-per-vestiging-naar-onderwijstype-2019.csv",
        "addresses_vo": "alle-vestigingen-vo.csv",
        "primary": "06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv",
        "addresses_po": "02.-alle-schoolvestigingen-basisonderwijs.csv",
        "mbo": "08-deelnemers-per-instelling-en-kwalificatie-2015-2019.csv",
        "hbo": "03b-eerstejaars-ingeschrevenen-hbo-domein-voorbeeld-2019.csv",
        "wo": "03b-eerstejaars-ingeschrevenen-wo-domein-voorbeeld-2019.csv",
    }
    return {short: folder / name for short, name in names.items()}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder with publishers' real files, or skip the test."""
    folder = Path(os.environ.get("INSTROOM_SHARED") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the publishers' real files are not here (set INSTROOM_SHARED)")
    return folder


@pytest.fixture(scope="session")
def folder_mark() -> Callable[[Path], str]:
    """Give a function that marks a folder: equal marks mean equal names and contents."""

    def mark(folder: Path) -> str:
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            digest.update(str(path.relative_to(folder)).encode() + b"\0")
            digest.update(path.read_bytes() if path.is_file() else b"folder")
        return digest.hexdigest()

    return mark


@pytest.fixture(scope="session")
def observations_mark() -> Callable[[Path], tuple[object, ...]]:
    """Give a function that marks observations, whatever their order and the file's own mark."""

    def mark(folder: Path) -> tuple[object, ...]:
        rows = duckdb.read_parquet(str(folder / "*.parquet"))
        kept = ", ".join(f'"{name}"' for name in sorted(rows.columns) if name != "file")
        marks = rows.project(f"hash({kept}) as h")
        return marks.aggregate("count(*), bit_xor(h), sum(h::hugeint)").fetchall()[0]

    return mark
