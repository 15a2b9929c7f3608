"""The secret key of this installation: made once, kept in the data directory."""

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Return the stored key; make one when the data directory exists but holds none.

    Without a data directory the key lives as long as the process: nothing is written.
    """
    path = folder / "secret_key"
    if not path.exists() and folder.is_dir() and os.access(folder, os.W_OK):
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass
    return (path.read_text("ascii") if path.exists() else "") or secrets.token_urlsafe(50)
