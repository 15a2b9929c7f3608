"""The shapes of what is kept of a file, and of what reading, fetching and checking answer.

They are JSON: receipts on disk, lists of versions, the output of commands (``contracts``).
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

from instroom.core.audit import Fault
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


class HowRead(TypedDict, total=False):
    """What a file was called and what was said of it; empty when that is lost.

    ``asked``, ``asked_source`` and ``limits`` are what the command said.
    """

    name: str
    published: str | None
    asked: str | None
    asked_source: str | None
    limits: list[float | None] | None


class OpenReceipt(ParsedFile, HowRead):
    """What a file turned out to be, and how it was read: a receipt that is not sealed yet."""


class Receipt(OpenReceipt):
    """What is kept beside a stored file.

    ``digests`` are of its parts; ``seal`` covers all the rest.
    """

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


#: What ``instroom check`` looks at.
CheckName = Literal[
    "definitions",
    "data_directory",
    "snapshots",
    "observations",
    "sources",
    "leftovers",
    "database",
    "history",
]


class StoreCheck(TypedDict):
    """One check of ``instroom check``."""

    id: CheckName
    ok: bool
    message: str
    repair: str | None


class AnchorLine(TypedDict):
    """A change that was the last one once; a line of an anchor."""

    number: int
    link: str
    at: str | None


class HistoryFault(TypedDict):
    """A number of the history, and what is the matter there."""

    number: int
    fault: Fault


class HistoryAnswer(TypedDict):
    """What came of looking the history over; counts are None when it could not be read."""

    changes: int | None
    erased: int | None
    head: AnchorLine | None
    findings: list[HistoryFault]
    more: int


class CheckAnswer(TypedDict):
    """The answer of ``instroom check``; ``history`` is there with ``--audit``."""

    ok: bool
    checks: list[StoreCheck]
    mended: list[str]
    lost: list[str]
    history: NotRequired[HistoryAnswer]


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
