"""The receipt of a stored file: what was read, sealed, with a digest of every part beside it.

A receipt that was changed, or a part that is not the one it was written for, is one named fault.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message, packed, unpacked
from instroom.core.printing import printable
from instroom.sources.records import HowRead, OpenReceipt, Receipt

NAME, COPY = "receipt.json", "receipt.copy.json"
OBSERVATIONS, COMPANION = "observations.parquet", "companion.parquet"
PARTS = (OBSERVATIONS, COMPANION)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=8192)
def _known(path: str, size: int, changed: int, moved: int, inode: int) -> str:
    del size, changed, moved, inode  # a file with another mark is read again
    return sha256_of(Path(path))


def digest_of(path: Path) -> str | None:
    """Return the sha256 of a file, read once per process as long as it stays the same file.

    None when it cannot be read.
    """
    try:
        mark = path.stat()
        return _known(str(path), mark.st_size, mark.st_mtime_ns, mark.st_ctime_ns, mark.st_ino)
    except OSError:
        return None


def sealed(receipt: OpenReceipt, sha256: str, folder: Path) -> Receipt:
    """Return the receipt with its file's sha256, the digests of its parts and a seal on it all."""
    digests = {name: sha256_of(folder / name) for name in PARTS if (folder / name).exists()}
    seal = _seal({**receipt, "sha256": sha256, "digests": digests})
    return {**receipt, "sha256": sha256, "digests": digests, "seal": seal}


def _seal(receipt: Mapping[str, object]) -> str:
    rest = {key: value for key, value in receipt.items() if key != "seal"}
    text = json.dumps(packed(rest), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write(receipt: Receipt, folder: Path) -> None:
    """Write a sealed receipt, twice: the copy mends the other."""
    text = json.dumps(packed(receipt), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    for name in (NAME, COPY):
        (folder / name).write_text(text, "utf-8")


def opened(folder: Path, name: str = NAME) -> Receipt:
    """Return the receipt in a folder.

    Raises
    ------
    DataError
        ``damaged_store`` when it is not there, is no receipt, or was changed.
    """
    try:
        receipt: Receipt = unpacked(json.loads((folder / name).read_bytes()))
    except OSError:
        raise damaged(folder, name, Message("no receipt, or one that cannot be opened")) from None
    except (ValueError, RecursionError):
        raise damaged(folder, name, Message("no JSON")) from None
    if not isinstance(receipt, dict) or "seal" not in receipt:
        raise damaged(folder, name, Message("no seal: changed, or of an older version of Instroom"))
    if receipt["seal"] != _seal(receipt) or receipt.get("sha256") != folder.name:
        raise damaged(folder, name, Message("another content than its seal says"))
    return receipt


def unsealed(folder: Path) -> HowRead:
    """Return how a file was read by a version that knew no seals: its name and period, or nothing.

    Only good for reading the file again.
    """
    try:
        receipt = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(receipt, dict) or "seal" in receipt:
        return {}
    how: HowRead = {}
    if isinstance(name := receipt.get("name"), str):
        how["name"] = name
    if isinstance(asked := receipt.get("asked"), str):
        how["asked"] = asked
    return how


def part(folder: Path, receipt: Receipt, name: str) -> Path:
    """Return a part of a stored file (it may not exist), checked against the receipt's digest.

    Raises
    ------
    DataError
        ``damaged_store`` when it is gone, was changed, or does not belong here;
        ``changed_meanwhile`` when another run replaced it in this very moment.
    """
    path = folder / name
    expected = receipt["digests"].get(name)
    found = digest_of(path)
    if found == expected:
        return path
    if opened(folder) != receipt:
        raise DataError(
            "a stored file was replaced while it was read",
            code="changed_meanwhile",
            found=Message("another receipt than a moment before"),
            expected=Message("a store that stays the same while it is read"),
            where=Where(file=_title(folder, receipt)),
            hint=Message("run the command again"),
        )
    gone = found is None and not path.exists()
    raise damaged(
        folder,
        name,
        Message("nothing") if gone else Message("other bytes than were stored"),
        receipt,
    )


def damaged(folder: Path, name: str, found: str, how: HowRead | None = None) -> DataError:
    """Return the one fault of a stored file that is not as it was stored."""
    return DataError(
        "a stored file is damaged: {name}",
        code="damaged_store",
        where=Where(file=_title(folder, how or {})),
        found=found,
        expected=Message("{name} as it was stored", name=name),
        hint=Message("run instroom check: it reads the file again from the original that was kept"),
        name=name,
    )


def _title(folder: Path, how: HowRead) -> str:
    short = folder.name[:12]
    return f"{printable(str(how['name']), 60)} ({short})" if how.get("name") else short
