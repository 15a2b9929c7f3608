"""The data directory: one folder per file read, put in place in one move or not at all.

``files/<sha256>/`` holds ``original`` (the bytes as they came), ``receipt.json`` (and a copy) and
``observations.parquet`` or ``companion.parquet``. Nothing in it is ever changed in place; the
receipt holds a digest of every part, which is checked when the part is opened.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from instroom.core.data_directory import data_directory, folder_to_ask
from instroom.core.errors import DataError, SourceError
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.sources import leftovers, receipts
from instroom.sources.leftovers import scratch
from instroom.sources.receipts import sha256_of
from instroom.sources.records import HowRead, OpenReceipt, Receipt


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """The bytes of a file that was read, and what is still known of how."""

    folder: Path
    receipt: HowRead

    @property
    def sha256(self) -> str:
        """The file's sha256."""
        return self.folder.name

    @property
    def original(self) -> Path:
        """The bytes as they came; they are checked by whoever reads them."""
        return self.folder / "original"


@dataclass(frozen=True, slots=True)
class Stored(KeptOriginal):
    """One file kept in the data directory."""

    receipt: Receipt

    @property
    def source(self) -> str:
        """The source it is of: a file of none is not stored."""
        return self.receipt["source"] or ""

    @property
    def observations(self) -> Path:
        """The file's observations (may not exist); refuses damage."""
        return receipts.part(self.folder, self.receipt, receipts.OBSERVATIONS)

    @property
    def companion(self) -> Path:
        """The file's companion records (may not exist); refuses damage."""
        return receipts.part(self.folder, self.receipt, receipts.COMPANION)

    @property
    def excerpt(self) -> bool:
        """Whether this is only a part of the publisher's file."""
        return any(w["code"] == "excerpt" for w in self.receipt["warnings"])

    def vintage(self) -> tuple[str, int, str, str]:
        """Order files of one source: the newest covers the latest period, then most of them."""
        periods = self.receipt["periods"]
        seen = self.receipt.get("published") or ""
        return (periods[-1] if periods else "", len(periods), seen, self.sha256)


class Store:
    """The files of a data directory."""

    def __init__(self, data: str | Path | None = None) -> None:
        self.root = data_directory(data)
        self.files = self.root / "files"
        leftovers.put_back(self.files)

    @classmethod
    def asked(cls, data: str | Path | None = None) -> Self:
        """Return the store of a command that tells something: see :func:`folder_to_ask`."""
        return cls(folder_to_ask(data))

    def nothing_read(self) -> bool:
        """Whether no file was read that holds figures."""
        return not any(stored.receipt["observations"] for stored in self)

    def uncounted(self) -> bool:
        """Whether files were read, none of which holds figures (lists of addresses)."""
        return bool(self.folders()) and self.nothing_read()

    def folders(self) -> list[Path]:
        """Return the folders of all stored files, whole or damaged."""
        return [path for path in sorted(self.files.glob("[0-9a-f]*")) if path.is_dir()]

    def get(self, sha256: str) -> Stored | None:
        """Return a stored file, if it is there.

        Raises
        ------
        DataError
            ``damaged_store`` when its receipt is broken.
        """
        folder = self.files / sha256
        return Stored(folder, receipts.opened(folder)) if folder.is_dir() else None

    def sound(self, sha256: str) -> Stored | None:
        """Return a stored file if it is there with every byte as it was stored."""
        try:
            stored = self.get(sha256)
            if stored and all(
                receipts.part(stored.folder, stored.receipt, p) for p in receipts.PARTS
            ):
                return stored if receipts.digest_of(stored.original) == sha256 else None
        except DataError:
            pass
        return None

    def __iter__(self) -> Iterator[Stored]:
        for folder in self.folders():
            if found := self.get(folder.name):
                yield found

    def of_source(self, source: str) -> list[Stored]:
        """Return the files of one source, newest first."""
        found = [s for s in self if s.source == source]
        return sorted(found, key=Stored.vintage, reverse=True)

    def keep(self, original: Path, parsed: Path, sha256: str, receipt: OpenReceipt) -> Stored:
        """Put a parsed file in place, all of it in one step.

        Raises
        ------
        SourceError
            ``changed_while_read`` when the file is not any more the one that was read.
        """
        self.files.mkdir(parents=True, exist_ok=True)
        with leftovers.held(self.files, leftovers.INCOMING) as incoming:
            shutil.copyfile(original, incoming / "original")
            if sha256_of(incoming / "original") != sha256:
                raise changed_while_read()
            for part in parsed.glob("*.parquet"):
                shutil.copyfile(part, incoming / part.name)
            whole = receipts.sealed(receipt, sha256, incoming)
            receipts.write(whole, incoming)
            for part in incoming.iterdir():
                leftovers.flush(part)
            leftovers.flush(incoming)
            leftovers.put_in_place(incoming, self.files / sha256)
            leftovers.flush(self.files)
        return Stored(self.files / sha256, whole)

    def digest(self) -> str:
        """Return a mark of what is stored; equal marks mean equal figures."""
        marks = [
            f"{s.sha256}:{s.receipt['definition']}:{','.join(s.receipt['periods'])}" for s in self
        ]
        marks += [repr(sorted(registry.check_all().items()))]
        return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def changed_while_read() -> SourceError:
    """Return the refusal of a file that somebody writes to while it is read."""
    return SourceError(
        "this file changed while it was read",
        code="changed_while_read",
        found=Message("other bytes than a moment before"),
        expected=Message("a file that stays the same"),
        hint=Message("wait until it is complete, and read it again"),
    )


__all__ = [
    "Store",
    "Stored",
    "changed_while_read",
    "scratch",
    "sha256_of",
]
