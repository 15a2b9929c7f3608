"""The one way to write a file that a user asked for: whole or not at all, and under its own name.

What cannot be written is refused in words, before anything is computed.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.core.trouble import trouble

#: Files in the making: a run that was killed leaves one, which is removed after a day.
_PREFIX, _SUFFIX = ".instroom-", ".part"
_DAY = 24 * 60 * 60


def output_file(
    out: str | Path, *, inputs: Iterable[str | Path] = (), protected: str | Path | None = None
) -> Path:
    """Return the file to write, once it is sure that it can be; nothing is made.

    A link is followed, so that the file behind it is written and not the link.

    Parameters
    ----------
    inputs
        Files that are read; none of them is written over.
    protected
        The data directory: nothing is written in it that was not read.

    Raises
    ------
    UserError
        ``no_output_name`` when there is no name; ``output_is_input`` when the file is one that is
        read; ``output_in_data`` when it lies in the data directory.
    MachineError
        ``is_folder``, ``no_folder``, ``no_permission`` or ``long_name`` when it is a folder, lies
        below a file, may not be written, or has too long a name.
    DataError
        ``no_output_folder`` when its folder is not there; ``no_ordinary_file`` when it is a
        device or a pipe.
    """
    _refuse_no_name(out)
    if str(out) == "-":
        raise UserError(
            "'-' is no name of a file, and nothing is written to the screen",
            code="no_output_name",
            where=Where(key="--out"),
            found="-",
            expected=Message("a name of a file"),
            hint=Message("give a name after --out, and open that file afterwards"),
        )
    with _in_words(out):
        if Path(out).exists() and not Path(out).is_file() and not Path(out).is_dir():
            raise DataError(
                "this is a device or a pipe, not a file",
                code="no_ordinary_file",
                where=Where(file=_shown(out)),
                expected=Message("the name of a file"),
                hint=Message("give another name after --out"),
            )
        target = Path(os.path.realpath(out))
        _refuse_place(target, out)
        _refuse_inside(target, out, protected)
        if target.exists() and any(_same(target, one) for one in inputs):
            raise UserError(
                "this file is read: what is in it would be lost",
                code="output_is_input",
                where=Where(file=_shown(out)),
                expected=Message("another file than those that are read"),
                hint=Message("give another name after --out"),
            )
    return target


def output_folder(out: str | Path) -> Path:
    """Return the folder to write files in, which is made when it is not there.

    Raises
    ------
    UserError
        ``no_output_name`` when there is no name.
    MachineError
        ``no_folder`` or ``no_permission`` when it is a file, or may not be made.
    """
    _refuse_no_name(out)
    with _in_words(out):
        Path(out).mkdir(parents=True, exist_ok=True)
    return Path(out)


def _refuse_no_name(out: str | Path) -> None:
    if not str(out).strip():
        raise UserError(
            "there is no name to write to",
            code="no_output_name",
            where=Where(key="--out"),
            found=Message("an empty name"),
            expected=Message("a name of a file or folder"),
            hint=Message("give a name after --out"),
        )


def _refuse_place(target: Path, out: str | Path) -> None:
    """Refuse a place where no file can be put, as the system would."""
    if target.is_dir() or str(out).endswith(os.sep):
        raise IsADirectoryError(errno.EISDIR, "")
    folder = target.parent
    if not folder.exists() and not any(above.is_file() for above in folder.parents):
        raise DataError(
            "the folder of this file is not there",
            code="no_output_folder",
            where=Where(file=_shown(out)),
            found=Message("no folder '{folder}'", folder=printable(str(Path(out).parent), 120)),
            expected=Message("a file in a folder that is there"),
            hint=Message("make the folder first, or choose another"),
        )
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "")
    if not os.access(folder, os.W_OK | os.X_OK) or (
        target.exists() and not os.access(target, os.W_OK)
    ):
        raise PermissionError(errno.EACCES, "")


def _refuse_inside(target: Path, out: str | Path, protected: str | Path | None) -> None:
    """Refuse a place in the data directory, where files are kept as they came."""
    if protected is not None and target.is_relative_to(os.path.realpath(protected)):
        raise UserError(
            "this place is in the data directory, which keeps only what was read",
            code="output_in_data",
            where=Where(file=_shown(out)),
            found=Message("the data directory {folder}", folder=printable(str(protected), 120)),
            expected=Message("a file in another folder"),
            hint=Message("give another name after --out"),
        )


@contextmanager
def written(out: str | Path, *, flush: bool = False) -> Iterator[Path]:
    """Give a path to write to; when all went well it takes the place of the file.

    Whatever goes wrong, the file that was there stays as it was, nothing half is left behind,
    and no other name than the user's is said.

    Parameters
    ----------
    flush
        Wait until the disk has it.

    Raises
    ------
    UserError, DataError, MachineError
        As :func:`output_file`; ``disk_full`` and the like while writing.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "doelen.txt"
    >>> with written(file) as place:
    ...     _ = place.write_text("zeven", "utf-8")
    >>> file.read_text("utf-8"), len(list(file.parent.iterdir()))
    ('zeven', 1)
    """
    target = output_file(out)
    # a short name that nobody can guess: no two mix, and a long one stays within what disks allow
    partial = target.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        partial.touch(exist_ok=False)  # never through a link
        _take_mode(target, partial)
        _sweep(partial)
        yield partial
        if flush:
            with partial.open("rb") as file:
                os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        if error.filename not in (None, str(partial)):
            raise  # of a file that was read meanwhile
        raise trouble(error, _shown(out)) or error from error
    finally:
        partial.unlink(missing_ok=True)


def _take_mode(target: Path, partial: Path) -> None:
    """Let those read a new file, before it holds a byte, who may read the one it replaces."""
    if target.exists():
        partial.chmod(stat.S_IMODE(target.stat().st_mode))


def _sweep(partial: Path) -> None:
    """Remove what killed runs left beside a new file, once no run can still write it."""
    now = partial.stat().st_mtime  # by the clock of the disk
    for left in partial.parent.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            seen = left.lstat()
            if stat.S_ISREG(seen.st_mode) and now - seen.st_mtime > _DAY:
                left.unlink()


def format_of(out: str | Path, asked: str | None, known: Iterable[str]) -> str:
    """Return the format to write: the one asked for, else that of the name, else the first.

    The first is for a name without an ending only: no program opens what another ending promises.

    Parameters
    ----------
    known
        The formats there are, each the ending of its files.

    Raises
    ------
    UserError
        ``unknown_format`` when there is no such format; ``other_suffix`` when the name ends as a
        file of another one does, or, when none was asked for, as that of none.

    Examples
    --------
    >>> formats = ("pdf", "docx")
    >>> format_of("a.DOCX", None, formats), format_of("a", None, formats)
    ('docx', 'pdf')
    >>> format_of("a.docx", "pdf", formats)
    Traceback (most recent call last):
    instroom.core.errors.UserError: a.docx: this name belongs to another format than pdf
      found:    docx
      expected: a name that ends in .pdf
      to do:    leave --format out, or give a name that fits it
    """
    names = list(known)
    said = Path(out).suffix.lower().removeprefix(".")
    if asked is None:
        if said and said not in names:
            raise UserError(
                "this name ends as no format that can be written",
                code="other_suffix",
                where=Where(file=_shown(out)),
                found=printable(f".{said}", 60),
                expected=", ".join(f".{name}" for name in names),
                hint=Message("give a name with one of these endings, or say which: --format"),
            )
        return said or names[0]
    if asked not in names:
        raise UserError(
            "there is no format '{asked}'",
            code="unknown_format",
            where=Where(key="--format"),
            found=printable(asked, 60),
            expected=", ".join(names),
            asked=printable(asked, 60),
        )
    if said in names and said != asked:
        raise UserError(
            "this name belongs to another format than {asked}",
            code="other_suffix",
            where=Where(file=_shown(out)),
            found=said,
            expected=Message("a name that ends in .{asked}", asked=asked),
            hint=Message("leave --format out, or give a name that fits it"),
            asked=asked,
        )
    return asked


@contextmanager
def _in_words(out: str | Path) -> Iterator[None]:
    """Say what the system refuses with the user's name of the file."""
    try:
        yield
    except OSError as error:
        raise trouble(error, _shown(out)) or error from error


def _same(target: Path, other: str | Path) -> bool:
    try:
        return target.samefile(other)
    except OSError:
        return False


def _shown(out: str | Path) -> str:
    return printable(str(out), 120)
