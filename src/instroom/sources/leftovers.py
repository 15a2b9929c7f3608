"""Folders in the making: held by a lock while their process lives, swept away when it is gone.

A lock of the system ends with its process, so that no lock can be stale.
"""

import ctypes
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

INCOMING, OLD, SCRATCH = ".incoming-", ".old-", "instroom-scratch-"
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)


@contextmanager
def held(parent: Path | None, prefix: str) -> Iterator[Path]:
    """Give a new folder that no other process sweeps away; remove what is left of it."""
    folder, handle = _made(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _made(parent: Path | None, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        handle = _locked(folder)
        if handle is not None:
            with suppress(OSError):
                if os.fstat(handle).st_ino == folder.stat().st_ino:
                    return folder, handle
            os.close(handle)  # another process took it for a leftover before it was held


def _locked(folder: Path) -> int | None:
    """Return a handle that holds the folder, or None when another process does."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary folder outside the data directory."""
    sweep_scratch()
    with held(None, SCRATCH) as folder:
        yield folder


def sweep_scratch() -> list[str]:
    """Remove the temporary folders of runs that were killed; return their names."""
    return _swept(Path(tempfile.gettempdir()), SCRATCH)


def sweep(files: Path) -> list[str]:
    """Finish or remove what killed runs left in the data directory; return their names.

    A folder that was taken aside and not yet replaced is put back.
    """
    back = put_back(files)
    return back + _swept(files, INCOMING) + _swept(files, OLD)


def put_back(files: Path) -> list[str]:
    """Put back every folder whose replacing was cut off between two steps."""
    done = []
    for old in _mine(files, OLD):
        final = files / old.name.removeprefix(OLD)
        handle = None if final.exists() else _locked(old)
        if handle is not None:
            with suppress(OSError):
                old.rename(final)
                done.append(old.name)
            os.close(handle)
    return done


def _swept(parent: Path, prefix: str) -> list[str]:
    done = []
    for folder in _mine(parent, prefix):
        handle = _locked(folder)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
            done += [] if folder.exists() else [folder.name]
    return done


def _mine(parent: Path, prefix: str) -> list[Path]:
    """Return the folders of this user with such a name."""
    found = []
    for path in sorted(parent.glob(f"{prefix}*")):
        with suppress(OSError):
            known = path.lstat()
            if stat.S_ISDIR(known.st_mode) and known.st_uid == os.geteuid():
                found.append(path)
    return found


def put_in_place(incoming: Path, final: Path) -> None:
    """Put a folder where another may stand, in one step: the old one or the new one, never none.

    Where the system cannot exchange two names at once, the old folder is taken aside under a
    name from which :func:`put_back` brings it back after a kill.
    """
    if not final.exists():
        incoming.rename(final)
        return
    if exchanged(incoming, final):
        shutil.rmtree(incoming, ignore_errors=True)
        return
    old = final.with_name(f"{OLD}{final.name}")
    shutil.rmtree(old, ignore_errors=True)
    handle = _locked(final)
    try:
        final.rename(old)
        incoming.rename(final)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        if handle is not None:
            os.close(handle)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step; return whether this system and this disk can."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    return bool(call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
