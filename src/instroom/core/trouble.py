"""Ordinary trouble of a machine, in words: a full disk, a folder that may not be written to.

Every door (command line, child process, pages) asks here which error an exception is.
"""

import errno
import socket
import sqlite3
from collections.abc import Iterator
from typing import Any

from instroom.core.errors import MachineError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_MANY = {errno.EMFILE, errno.ENFILE}
_CAUSES = {
    **dict.fromkeys(_FULL, "full"),
    **dict.fromkeys(_FORBIDDEN, "forbidden"),
    **dict.fromkeys(_MANY, "many"),
    errno.EIO: "disk",
    errno.ENOMEM: "memory",
    errno.ENOENT: "absent",
    errno.ENOTDIR: "no_folder",
    errno.EEXIST: "no_folder",
    errno.EISDIR: "folder",
    errno.ENAMETOOLONG: "long_name",
    errno.ELOOP: "loop",
}
_NETWORK = {
    errno.EADDRINUSE: Message("another program listens there already"),
    errno.EADDRNOTAVAIL: Message("this computer does not have that address"),
    errno.ECONNREFUSED: Message("nothing answers there"),
    errno.ECONNRESET: Message("the other side broke the connection off"),
    errno.EPIPE: Message("the other side broke the connection off"),
    errno.ENETUNREACH: Message("there is no network to it"),
    errno.EHOSTUNREACH: Message("there is no network to it"),
    errno.ETIMEDOUT: Message("no answer in time"),
}
#: kind -> code, message, expected, hint
_WORDS: dict[str, tuple[str, str, str | None, str]] = {
    "full": (
        "disk_full",
        Message("the disk is full"),
        Message("room to write"),
        Message(
            "make room (TMPDIR may point to another temporary folder) and run the command again; "
            "what was stored before is whole"
        ),
    ),
    "forbidden": (
        "no_permission",
        Message("this may not be opened or written to"),
        Message("a file or folder of your own"),
        Message("choose another folder, or change who may use this one"),
    ),
    "many": (
        "too_many_open",
        Message("too many files are open at once"),
        None,
        Message("close other programs"),
    ),
    "disk": (
        "disk_error",
        Message("the disk cannot read or write this"),
        None,
        Message("copy it to another disk"),
    ),
    "memory": (
        "too_much_memory",
        Message("there is not enough memory"),
        None,
        Message("close other programs, or use a smaller file"),
    ),
    "absent": (
        "no_such_file",
        Message("there is no such file or folder"),
        Message("a path that is there"),
        Message("check the path"),
    ),
    "no_folder": (
        "no_folder",
        Message("this is a file, not a folder"),
        "a folder",
        Message("check the path"),
    ),
    "folder": (
        "is_folder",
        Message("this is a folder, not a file"),
        "a file",
        Message("check the path"),
    ),
    "long_name": (
        "long_name",
        Message("this name is too long"),
        None,
        Message("choose a shorter name"),
    ),
    "loop": (
        "link_loop",
        Message("these links go round in a circle"),
        None,
        Message("check the path"),
    ),
    "temporary": (
        "no_temporary_folder",
        Message("there is no temporary folder with room"),
        Message("a temporary folder that can be written to"),
        Message("make room in it, or set TMPDIR to another folder"),
    ),
    "deep": (
        "too_deep",
        Message("this is nested deeper than any table"),
        Message("lists and objects a few levels deep"),
        Message("check what wrote this file"),
    ),
    "locked": (
        "database_locked",
        Message("another run is writing to the data directory"),
        None,
        Message("wait until it is done, and run the command again"),
    ),
    "broken": (
        "database_broken",
        Message("the database of computed pages is damaged"),
        Message("a database that instroom compute wrote"),
        Message(
            "remove instroom.sqlite3 from the data directory and run instroom compute; "
            "the files that were read are kept beside it"
        ),
    ),
}


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def trouble(error: BaseException, file: str | None = None) -> MachineError | None:
    """Return what an exception is in words, or None when it is no ordinary trouble.

    Parameters
    ----------
    file
        The name to show, when it is not the one in the exception.

    Examples
    --------
    >>> trouble(OSError(28, "No space left on device")).code
    'disk_full'
    >>> trouble(ValueError("x")) is None
    True
    """
    for cause in chain(error):
        if isinstance(cause, MachineError):
            return cause
        if isinstance(cause, OSError):
            return _of_system(cause, file)
        if isinstance(cause, sqlite3.Error):
            return _of_database(cause)
        if isinstance(cause, RecursionError):
            return _said("deep", file)
        if isinstance(cause, MemoryError):
            return _said("memory", file)
    return None


def of_machine(error: OSError) -> MachineError | None:
    """Return the trouble when it says something of this machine, None when of one file only."""
    kinds = ("full", "many", "disk", "memory")
    return trouble(error) if _CAUSES.get(error.errno or 0) in kinds else None


def _of_system(error: OSError, file: str | None) -> MachineError:
    known = file or (error.filename if isinstance(error.filename, str | bytes) else None)
    name = known.decode("utf-8", "replace") if isinstance(known, bytes) else known
    if "temporary directory" in str(error):
        return _said("temporary", None)
    if error.errno in _CAUSES:
        return _said(_CAUSES[error.errno], name)
    return MachineError(
        "the system refused this",
        code="system",
        where=_where(name),
        found=words_of_system(error),
        hint=Message("check the path, the disk and the rights of this user"),
    )


def words_of_system(error: OSError) -> str:
    """Return why the system refused, in words of ours: its own are English in every language.

    Examples
    --------
    >>> words_of_system(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    'nothing answers there'
    >>> words_of_system(OSError(errno.ENOTTY, "Inappropriate ioctl for device"))
    'error ENOTTY of the system'
    """
    number = error.errno or 0
    if isinstance(error, socket.gaierror):
        return Message("there is no such name on the network")
    if isinstance(error, TimeoutError):
        return Message("no answer in time")
    if type(error).__module__ == "ssl":  # its numbers are not those of the system
        return Message("no safe connection ({said})", said=printable(str(error), 120))
    if number in _CAUSES:
        return _WORDS[_CAUSES[number]][1]
    if number in _NETWORK:
        return _NETWORK[number]
    if number in errno.errorcode:
        return Message("error {name} of the system", name=errno.errorcode[number])
    return printable(str(error), 160) or type(error).__name__


def _of_database(error: sqlite3.Error) -> MachineError:
    said = str(error)
    marks: Any = (
        ("locked", "locked"),
        ("full", "full"),
        ("readonly", "forbidden"),
        ("unable to open", "forbidden"),
        ("disk I/O", "disk"),
    )
    kind = next((kind for mark, kind in marks if mark in said), "broken")
    return _said(kind, "instroom.sqlite3", said)


def _said(kind: str, file: str | None, found: str | None = None) -> MachineError:
    code, message, expected, hint = _WORDS[kind]
    text = printable(found, 160) if found else None
    return MachineError(
        message, code=code, where=_where(file), found=text, expected=expected, hint=hint
    )


def _where(file: str | None) -> Where:
    return Where(file=printable(file, 120)) if file else Where()
