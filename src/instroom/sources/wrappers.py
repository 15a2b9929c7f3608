"""What publishers wrap a table in: gzip, or a zip file that holds one table."""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from instroom.core.errors import SourceError
from instroom.core.messages import Message

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
#: A table packs 5 to 20 times; what packs 200 times is no table.
MAX_RATIO = 200
_PARTS_OF_WORKBOOKS = ("[content_types].xml", "mimetype", "xl/workbook.xml")
_STEP = 2**20


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Where a table is, what it came in ("" as it is), and the name it had inside."""

    path: Path
    wrapper: str = ""
    name: str = ""


def unwrap(path: Path, room: Path, most: int) -> Unwrapped:
    """Unpack the table inside gzip or a zip file to ``room``; other files stay where they are.

    Parameters
    ----------
    path
        A file.
    room
        A folder for what was packed.
    most
        Bytes that the table may have.

    Raises
    ------
    SourceError
        ``too_large`` beyond the limit or the ratio, ``damaged`` when it cannot be unpacked,
        ``several_files`` for a zip file with more than one file in it.
    """
    unpacked = room / "unpacked"
    with path.open("rb") as file:
        if not file.read(4).startswith((ZIP, GZIP)):
            return Unwrapped(path)
        with unpacked.open("wb") as target:
            wrapper, name = _pour(file, path.stat().st_size, most, target)
    if wrapper:
        return Unwrapped(unpacked, wrapper, name)
    unpacked.unlink()
    return Unwrapped(path)


def unwrap_bytes(data: bytes, most: int) -> bytes:
    """Return the table inside gzip or a zip file; see :func:`unwrap`.

    Examples
    --------
    >>> unwrap_bytes(gzip.compress(b"a,b"), 100), unwrap_bytes(b"a,b", 100)
    (b'a,b', b'a,b')
    """
    if not data.startswith((ZIP, GZIP)):
        return data
    target = io.BytesIO()
    wrapper, _ = _pour(io.BytesIO(data), len(data), most, target)
    return target.getvalue() if wrapper else data


def _pour(file: BinaryIO, size: int, most: int, target: BinaryIO) -> tuple[str, str]:
    """Unpack to ``target``; return the kind of wrapper ("" for a workbook) and the inner name."""
    file.seek(0)
    kind = "zip" if file.read(4) == ZIP else "gzip"
    file.seek(0)
    try:
        if kind == "zip":
            return _unzip(file, most, target)
        with gzip.GzipFile(fileobj=file) as packed:
            _poured(cast(IO[bytes], packed), size, most, target)
        return "gzip", ""
    except (
        zipfile.BadZipFile,
        gzip.BadGzipFile,
        NotImplementedError,
        RuntimeError,
        zlib.error,
        EOFError,
    ) as error:
        raise _damaged(kind) from error


def _poured(packed: IO[bytes], size: int, most: int, target: BinaryIO) -> None:
    """Unpack a stream step by step, and stop where it is no table any more."""
    done = 0
    while part := packed.read(_STEP):
        done += len(part)
        _refuse_bomb(done, max(1, size), most)
        target.write(part)


def _unzip(file: BinaryIO, most: int, target: BinaryIO) -> tuple[str, str]:
    with zipfile.ZipFile(file) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        names = {entry.filename.casefold() for entry in files}
        if names & set(_PARTS_OF_WORKBOOKS):
            return "", ""
        files = [f for f in files if not _of_a_system(f.filename)]
        if len(files) != 1:
            raise SourceError(
                "this zip file does not hold one table",
                code="several_files",
                found=Message(
                    "{n} files: {names}",
                    n=len(files),
                    names=", ".join(f.filename[:40] for f in files[:4]),
                ),
                expected=Message("one CSV, TSV or XLSX file"),
                hint=Message("unpack it and read the files one by one"),
            )
        _refuse_bomb(files[0].file_size, max(1, files[0].compress_size), most)
        with archive.open(files[0]) as packed:
            _poured(packed, files[0].compress_size, most, target)
        return "zip", files[0].filename.rpartition("/")[2]


def _of_a_system(name: str) -> bool:
    """Return whether a member is what macOS packs beside a file."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _refuse_bomb(size: int, packed: int, most: int) -> None:
    if size > most or (size > _STEP and size > MAX_RATIO * packed):
        raise SourceError(
            "what is packed in this file is larger than an open data table",
            code="too_large",
            found=Message(
                "{value:.0f} MiB from {value_2:.2f} MiB", value=size / 2**20, value_2=packed / 2**20
            ),
            expected=Message(
                "at most {value} MiB, and {max_ratio} times the packed size",
                value=most // 2**20,
                max_ratio=MAX_RATIO,
            ),
            hint=Message("check that this is the publisher's own file"),
        )


def _damaged(kind: str) -> SourceError:
    return SourceError(
        "this {kind} file cannot be unpacked",
        code="damaged",
        found=Message("a file that is damaged or cut off"),
        expected=Message("a whole {kind} file", kind=kind),
        hint=Message("fetch it again from the publisher"),
        kind=kind,
    )
