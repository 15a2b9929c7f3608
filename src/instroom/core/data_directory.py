"""Where the data directory is; nothing is made here."""

import os
from pathlib import Path

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable

DEFAULT = "instroom-data"


def data_directory(data: str | Path | None = None) -> Path:
    """Return the data directory: the argument, ``INSTROOM_DATA``, or ``./instroom-data``.

    Raises
    ------
    UserError
        ``no_folder`` when it is a file, or lies below one.
    """
    root = Path(data or os.environ.get("INSTROOM_DATA") or DEFAULT)
    taken = next((path for path in (root, *root.parents) if path.exists()), None)
    if taken is not None and not taken.is_dir():
        raise UserError(
            "the data directory is no folder",
            code="no_folder",
            where=Where(key="--data"),
            found=Message("{path} is a file", path=printable(str(taken), 150)),
            expected=Message("a folder, or a name that is not there yet"),
            hint=Message("choose a folder with --data"),
        )
    return root


def folder_to_ask(data: str | Path | None = None) -> Path:
    """Return the data directory of a command that tells something, and makes no folder.

    A folder that somebody names is there, or it is a mistake; the usual one may not be there yet.

    Raises
    ------
    DataError
        ``no_data_directory`` when the folder that was named is not there.
    """
    root = data_directory(data)
    named = data or os.environ.get("INSTROOM_DATA")
    if named and not root.exists():
        raise DataError(
            "there is no data directory here",
            code="no_data_directory",
            where=Where(file=printable(str(root), 120)),
            found=Message("nothing of this name"),
            expected=Message("a folder in which files were read"),
            hint=Message(
                "check --data and INSTROOM_DATA; a new folder is made by: instroom read FOLDER"
            ),
        )
    return root
