"""The data directory: one folder per file read, put in place in one move or not at all.

``files/<sha256>/`` holds ``original`` (the bytes as they came), ``receipt.json`` and
``observations.parquet`` or ``companion.parquet``. Nothing in it is ever changed in place.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instroom.definitions import registry

DEFAULT = "instroom-data"


def data_directory(data: str | Path | None = None) -> Path:
    """Return the data directory: the argument, ``INSTROOM_DATA``, or ``./instroom-data``."""
    return Path(data or os.environ.get("INSTROOM_DATA") or DEFAULT)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Stored:
    """One file kept in the data directory."""

    folder: Path
    receipt: dict[str, Any]

    @property
    def sha256(self) -> str:
        """The file's sha256."""
        return self.folder.name

    @property
    def observations(self) -> Path:
        """The file's observations (may not exist)."""
        return self.folder / "observations.parquet"

    @property
    def companion(self) -> Path:
        """The file's companion records (may not exist)."""
        return self.folder / "companion.parquet"

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

    def get(self, sha256: str) -> Stored | None:
        """Return a stored file, if it is there."""
        receipt = self.files / sha256 / "receipt.json"
        if not receipt.exists():
            return None
        return Stored(receipt.parent, json.loads(receipt.read_text("utf-8")))

    def __iter__(self) -> Iterator[Stored]:
        for folder in sorted(self.files.glob("[0-9a-f]*")):
            if found := self.get(folder.name):
                yield found

    def of_source(self, source: str) -> list[Stored]:
        """Return the files of one source, newest first."""
        found = [s for s in self if s.receipt["source"] == source]
        return sorted(found, key=Stored.vintage, reverse=True)

    def keep(self, original: Path, parsed: Path, sha256: str, receipt: dict[str, Any]) -> Stored:
        """Put a parsed file in place, all of it in one rename."""
        self.files.mkdir(parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self.files))
        try:
            shutil.copyfile(original, incoming / "original")
            for part in parsed.glob("*.parquet"):
                shutil.copyfile(part, incoming / part.name)
            text = json.dumps(receipt, indent=1, ensure_ascii=False, sort_keys=True)
            (incoming / "receipt.json").write_text(text + "\n", "utf-8")
            for part in incoming.iterdir():
                _flush(part)
            self._replace(incoming, self.files / sha256)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        return Stored(self.files / sha256, receipt)

    def _replace(self, incoming: Path, final: Path) -> None:
        if final.exists():
            old = final.with_name(f".old-{final.name}")
            shutil.rmtree(old, ignore_errors=True)  # left by a process that was killed here
            final.rename(old)
            incoming.rename(final)
            shutil.rmtree(old)
        else:
            incoming.rename(final)
        _flush(self.files)

    def digest(self) -> str:
        """Return a mark of what is stored; equal marks mean equal figures."""
        marks = [
            f"{s.sha256}:{s.receipt['definition']}:{','.join(s.receipt['periods'])}" for s in self
        ]
        marks += [repr(sorted(registry.check_all().items()))]
        return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary folder outside the data directory."""
    folder = Path(tempfile.mkdtemp(prefix="instroom-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(*, data: str | Path | None = None) -> dict[str, Any]:
    """Check definitions, the data directory and its files; say how to repair."""
    checks: list[dict[str, Any]] = []

    def note(name: str, ok: bool, message: str, repair: str = "") -> None:
        checks.append({"id": name, "ok": ok, "message": message, "repair": repair or None})

    counts = registry.check_all()
    note("definitions", True, ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    root = data_directory(data)
    writable = _writable(root)
    note("data_directory", writable, str(root), "" if writable else "choose a folder with --data")
    wrong = [s.sha256[:12] for s in Store(data) if not _intact(s.folder)]
    note(
        "snapshots",
        not wrong,
        "all stored files have their own sha256" if not wrong else f"changed: {', '.join(wrong)}",
        "" if not wrong else "remove these folders and read the files again",
    )
    stale = [
        s.receipt["name"] for s in Store(data) if s.receipt["source"] not in registry.sources()
    ]
    note(
        "sources",
        not stale,
        "every stored file has a definition" if not stale else f"no definition: {', '.join(stale)}",
        "" if not stale else "bring the definition back, or remove the file's folder",
    )
    return {"ok": all(c["ok"] for c in checks), "checks": checks}


def _writable(root: Path) -> bool:
    parent = root if root.exists() else root.resolve().parent
    if not os.access(parent, os.W_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=parent):
            return True
    except OSError:
        return False


def _intact(folder: Path) -> bool:
    original = folder / "original"
    return original.exists() and sha256_of(original) == folder.name
