"""What publishers wrap a table in: gzip, or a zip file that holds one table."""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass

from instroom.core.errors import SourceError

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
#: A table packs 5 to 20 times; what packs 200 times is no table.
MAX_RATIO = 200
_PARTS_OF_WORKBOOKS = ("[content_types].xml", "mimetype", "xl/workbook.xml")
_STEP = 2**20


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The bytes of a table, what they came in ("" as they are), and the name they had inside."""

    data: bytes
    wrapper: str = ""
    name: str = ""


def unwrap(data: bytes, most: int) -> Unwrapped:
    """Return the table inside gzip or a zip file; anything else is given back as it is.

    Parameters
    ----------
    data
        The bytes of a file.
    most
        Bytes that the table may have.

    Raises
    ------
    SourceError
        ``too_large`` beyond the limit or the ratio, ``damaged`` when it cannot be unpacked,
        ``several_files`` for a zip file with more than one file in it.

    Examples
    --------
    >>> unwrap(gzip.compress(b"a,b"), 100).data, unwrap(b"a,b", 100).wrapper
    (b'a,b', '')
    """
    if data.startswith(GZIP):
        return Unwrapped(_gunzip(data, most), "gzip")
    if data.startswith(ZIP):
        return _unzip(data, most)
    return Unwrapped(data)


def _gunzip(data: bytes, most: int) -> bytes:
    parts, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while part := stream.read(_STEP):
                size += len(part)
                _refuse_bomb(size, len(data), most)
                parts.append(part)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged("gzip", str(error)) from error
    return b"".join(parts)


def _unzip(data: bytes, most: int) -> Unwrapped:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = {entry.filename.casefold() for entry in files}
            if names & set(_PARTS_OF_WORKBOOKS):
                return Unwrapped(data)
            files = [f for f in files if not f.filename.startswith(("__MACOSX/", "."))]
            if len(files) != 1:
                raise SourceError(
                    "this zip file does not hold one table",
                    code="several_files",
                    found=f"{len(files)} files: {', '.join(f.filename[:40] for f in files[:4])}",
                    expected="one CSV, TSV or XLSX file",
                    hint="unpack it and read the files one by one",
                )
            _refuse_bomb(files[0].file_size, max(1, files[0].compress_size), most)
            with archive.open(files[0]) as stream:
                found = stream.read(most + 1)
            _refuse_bomb(len(found), max(1, files[0].compress_size), most)
            return Unwrapped(found, "zip", files[0].filename.rpartition("/")[2])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise _damaged("zip", str(error)) from error


def _refuse_bomb(size: int, packed: int, most: int) -> None:
    if size > most or (size > _STEP and size > MAX_RATIO * packed):
        raise SourceError(
            "what is packed in this file is larger than an open data table",
            code="too_large",
            found=f"{size / 2**20:.0f} MiB from {packed / 2**20:.2f} MiB",
            expected=f"at most {most // 2**20} MiB, and {MAX_RATIO} times the packed size",
            hint="check that this is the publisher's own file",
        )


def _damaged(kind: str, found: str) -> SourceError:
    return SourceError(
        f"this {kind} file cannot be unpacked",
        code="damaged",
        found=found[:80],
        expected=f"a whole {kind} file",
        hint="fetch it again from the publisher",
    )
