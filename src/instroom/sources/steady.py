"""A file must stay the same while it is read: what is stored is what was parsed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instroom.core.errors import SourceError, UserError, Where
from instroom.core.messages import Message
from instroom.sources import parse, sandbox
from instroom.sources.records import ParsedFile
from instroom.sources.store import changed_while_read, sha256_of


@dataclass(frozen=True)
class Limits:
    """What one file may cost: its bytes and those packed in it, memory, seconds of work.

    ``seconds`` None stands for a limit that grows with the file.
    """

    size_bytes: int = parse.MAX_BYTES
    memory_bytes: int = sandbox.MEMORY_BYTES
    seconds: float | None = None

    @classmethod
    def said(cls, size: float | None, memory: float | None, seconds: float | None) -> "Limits":
        """Return the limits that somebody said, in MiB and seconds; None leaves one as it is."""
        for name, value in (("size", size), ("memory", memory), ("seconds", seconds)):
            if value is not None and not value > 0:
                raise UserError(
                    "a limit of {value:g} lets nothing through",
                    code="bad_limit",
                    where=Where(key=f"max_{name}"),
                    found=f"{value:g}",
                    expected=Message("a number above 0"),
                    hint=Message("leave the option out for the usual limit"),
                    value=value,
                )
        return cls(
            cls.size_bytes if size is None else int(size * 2**20),
            cls.memory_bytes if memory is None else int(memory * 2**20),
            seconds,
        )

    @property
    def raised(self) -> list[float | None] | None:
        """What a receipt keeps of limits that somebody raised; None for the usual ones."""
        usual = Limits()
        if self == usual:
            return None
        most = max(self.size_bytes, usual.size_bytes), max(self.memory_bytes, usual.memory_bytes)
        return [*most, self.seconds]

    @classmethod
    def of_receipt(cls, kept: Any) -> "Limits":
        """Return the limits a file was read with, so that it can be read again."""
        match kept:
            case [int(size), int(memory), None | int() | float() as seconds]:
                return cls(size, memory, seconds)
        return cls()


def refuse_large(size: int, limits: Limits | None = None) -> None:
    """Refuse a file larger than any open data file, before its bytes are read."""
    most = (limits or Limits()).size_bytes
    if size > most:
        raise SourceError(
            "this file is larger than an open data file",
            code="too_large",
            found=Message("{value:,.0f} MiB", value=size / 2**20),
            expected=Message("at most {value:,.0f} MiB", value=most / 2**20),
            hint=Message(
                "check that this is the publisher's own file; if it is, allow it: "
                "--max-size {value}",
                value=-(-size // 2**20),
            ),
        )


def parse_steady(path: str, sha256: str, **rest: Any) -> ParsedFile:
    """Parse a file; see :func:`instroom.sources.parse.parse_file`. Runs in a child process.

    Raises
    ------
    SourceError
        ``changed_while_read`` when it has not this sha256 afterwards; else what parsing raises.
    """
    try:
        return parse.parse_file(path=path, sha256=sha256, **rest)
    finally:
        if sha256_of(Path(path)) != sha256:  # then whatever was said of it is about other bytes
            raise changed_while_read()
