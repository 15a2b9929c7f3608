"""Arrow reads ahead in a thread of its own: no file is closed under it, whoever stops early."""

import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from instroom.sources import delimited
from instroom.sources.decode import survey
from instroom.sources.delimited import Delimited, NeedsCareError, open_delimited, whole

ROW = b"v;" * 19 + b"v\n"
BLOCK = delimited.BLOCK_BYTES // len(ROW)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[pa.NativeFile]:
    """The files that Arrow was given, held as its thread holds them."""
    files: list[pa.NativeFile] = []
    really = pyarrow.csv.open_csv

    def holding(file: Any, **options: Any) -> Any:
        files.append(file)
        return really(file, **options)

    monkeypatch.setattr(pyarrow.csv, "open_csv", holding)
    return files


def opened(path: Path, content: bytes) -> Delimited:
    path.write_bytes(content)
    with path.open("rb") as file:
        return open_delimited(path, survey(file))


def still_its_own(held: list[pa.NativeFile], path: Path) -> bool:
    """Say whether a thread that goes on reading leaves the next file alone.

    Nothing is read here: the thread may be reading that very moment, and two share one position.
    """
    with path.with_name("other").open("w+b"):
        (file,) = held
        return os.path.samestat(os.fstat(file.fileno()), path.stat())


@pytest.mark.parametrize("at", [1, BLOCK // 2, 2 * BLOCK])
@pytest.mark.parametrize("odd", [b'""\n', b"1;2\n", b"Bron: DUO" + b";" * 19 + b"\n"])
def test_a_refusal_closes_nothing_that_is_being_read(
    tmp_path: Path, held: list[pa.NativeFile], odd: bytes, at: int
) -> None:
    path = tmp_path / "t.csv"
    content = ROW * at + odd + ROW * (3 * BLOCK - at)
    with pytest.raises(NeedsCareError):
        list(opened(path, content).blocks())
    assert still_its_own(held, path)


def test_who_needs_no_more_blocks_closes_nothing_either(
    tmp_path: Path, held: list[pa.NativeFile]
) -> None:
    path, content = tmp_path / "t.csv", ROW * (4 * BLOCK)
    blocks: Any = opened(path, content).blocks()
    next(blocks)
    blocks.close()
    assert still_its_own(held, path)


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    table = opened(tmp_path / "t.csv", ROW * BLOCK + b"1;2\n" + ROW * BLOCK)
    for _ in range(40):
        with pytest.raises(NeedsCareError):
            list(table.blocks())
    until = time.monotonic() + 60  # the threads end by themselves; a busy machine needs longer
    while held_open(table.path) > 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert held_open(table.path) <= 2


def held_open(path: Path) -> int:
    """Count the descriptors of this process that are of a file."""
    return [os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()].count(str(path))


@pytest.mark.parametrize("name", [b"a\xff.csv", b"line\nbreak.csv", "\u00fc\u200b.csv".encode()])
def test_a_name_need_not_be_text(tmp_path: Path, held: list[pa.NativeFile], name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    assert len(whole(opened(path, ROW * 3))) == 2
    assert len(held) == 1
