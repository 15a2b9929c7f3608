"""The shapes of what is kept of a file, and of what reading, fetching and checking answer.

They are JSON: receipts on disk, lists of versions, the output of commands (``contracts``).
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from instroom.core.errors import Refusal


class FileWarning(TypedDict):
    """Something to know of a file that was read: how often, and a message."""

    code: str
    count: int
    message: str


class ParsedFile(TypedDict):
    """What a file turned out to be."""

    status: str
    source: str | None
    publisher: str | None
    licence: str | None
    encoding: str | None
    periods: list[str]
    rows: int | None
    tables: Mapping[str, object]
    observations: int
    example: bool
    warnings: list[FileWarning]
    definition: NotRequired[str | None]


class Receipt(TypedDict, total=False):
    """What is kept beside a stored file; a lost one is empty.

    ``asked``, ``asked_source`` and ``limits`` are what the command said; ``digests`` are of its
    parts; ``seal`` covers all the rest.
    """

    status: str
    source: str
    publisher: str
    licence: str
    encoding: str | None
    periods: list[str]
    rows: int | None
    tables: Mapping[str, object]
    observations: int
    example: bool
    warnings: list[FileWarning]
    definition: str | None
    name: str
    asked: str | None
    asked_source: str | None
    limits: list[float | None] | None
    published: str | None
    sha256: str
    digests: dict[str, str]
    seal: str


class ReadEntry(ParsedFile):
    """One file of ``instroom read``."""

    file: str
    already: bool
    sha256: str | None
    error: Refusal | None


class ReadAnswer(TypedDict):
    """The answer of ``instroom read``; ``cleaned`` names what broken-off runs left."""

    files: list[ReadEntry]
    seconds: float
    cleaned: NotRequired[list[str]]


class FetchEntry(TypedDict):
    """One source of ``instroom fetch``."""

    source: str
    status: str
    url: str | None
    file: str | None
    sha256: str | None
    licence: str | None
    published: str | None
    last_seen: str | None
    bytes: int | None
    read: ReadEntry | None
    error: Refusal | None


class FetchAnswer(TypedDict):
    """The answer of ``instroom fetch``."""

    sources: list[FetchEntry]
    seconds: float


class FileVersion(TypedDict):
    """One version of a publisher's file that was seen; without ``today`` no dates are kept."""

    file: str | None
    sha256: str | None
    url: str | None
    licence: str | None
    published: str | None
    bytes: int | None
    publisher: str
    first_seen: NotRequired[str]
    last_seen: NotRequired[str]


class StoreCheck(TypedDict):
    """One check of ``instroom check``."""

    id: str
    ok: bool
    message: str
    repair: str | None


class CheckAnswer(TypedDict):
    """The answer of ``instroom check``."""

    ok: bool
    checks: list[StoreCheck]
    mended: list[str]
    lost: list[str]


class DownloadState(TypedDict, total=False):
    """What is remembered of a download that broke off."""

    url: str
    modified: str
    next: str | None
    bytes: int
    header: list[str] | None
    validator: str


#: A row of a publisher's interface: what it says of a file, or one record of a table.
Record = dict[str, object]
