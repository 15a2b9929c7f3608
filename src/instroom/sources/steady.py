"""A file must stay the same while it is read: what is stored is what was parsed."""

from pathlib import Path
from typing import Any

from instroom.core.errors import SourceError
from instroom.sources import parse
from instroom.sources.store import changed_while_read, sha256_of


def refuse_large(size: int) -> None:
    """Refuse a file larger than any open data file, before its bytes are read."""
    if size > parse.MAX_BYTES:
        raise SourceError(
            "this file is larger than an open data file",
            code="too_large",
            found=f"{size:,} bytes",
            expected=f"at most {parse.MAX_BYTES:,} bytes",
            hint="check that this is the publisher's own file",
        )


def parse_steady(path: str, sha256: str, **rest: Any) -> dict[str, Any]:
    """Parse a file; see :func:`instroom.sources.parse.parse_file`. Runs in a child process.

    Raises
    ------
    SourceError
        ``changed_while_read`` when it has not this sha256, before or after; else what parsing
        raises.
    """
    if sha256_of(Path(path)) != sha256:
        raise changed_while_read()
    try:
        return parse.parse_file(path=path, sha256=sha256, **rest)
    finally:
        if sha256_of(Path(path)) != sha256:  # then whatever was said of it is about other bytes
            raise changed_while_read()
