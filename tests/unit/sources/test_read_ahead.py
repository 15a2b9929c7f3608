"""Arrow reads ahead in a thread of its own: no file is closed under it, whoever stops early."""

import os
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


def still_its_own(held: list[pa.NativeFile], path: Path, content: bytes) -> bool:
    """Say whether a thread that goes on reading leaves the next file alone."""
    with path.with_name("other").open("w+b") as other:
        other.write(b"other")
        other.seek(0)
        (file,) = held
        file.seek(0)
        return file.read() == content and os.lseek(other.fileno(), 0, os.SEEK_CUR) == 0


@pytest.mark.parametrize("at", [1, BLOCK // 2, 2 * BLOCK])
@pytest.mark.parametrize("odd", [b'""\n', b"1;2\n", b"Bron: DUO" + b";" * 19 + b"\n"])
def test_a_refusal_closes_nothing_that_is_being_read(
    tmp_path: Path, held: list[pa.NativeFile], odd: bytes, at: int
) -> None:
    path = tmp_path / "t.csv"
    content = ROW * at + odd + ROW * (3 * BLOCK - at)
    with pytest.raises(NeedsCareError):
        list(opened(path, content).blocks())
    assert still_its_own(held, path, content)


def test_who_needs_no_more_blocks_closes_nothing_either(
    tmp_path: Path, held: list[pa.NativeFile]
) -> None:
    path, content = tmp_path / "t.csv", ROW * (4 * BLOCK)
    blocks: Any = opened(path, content).blocks()
    next(blocks)
    blocks.close()
    assert still_its_own(held, path, content)


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    table = opened(tmp_path / "t.csv", ROW * BLOCK + b"1;2\n" + ROW * BLOCK)
    for _ in range(40):
        with pytest.raises(NeedsCareError):
            list(table.blocks())
    kept = [os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()]
    assert kept.count(str(table.path)) <= 2  # of the last readings, whose threads may be at work


@pytest.mark.parametrize("name", [b"a\xff.csv", b"line\nbreak.csv", "\u00fc\u200b.csv".encode()])
def test_a_name_need_not_be_text(tmp_path: Path, held: list[pa.NativeFile], name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    assert len(whole(opened(path, ROW * 3))) == 2
    assert len(held) == 1
