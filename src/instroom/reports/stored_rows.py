"""The shapes of what is stored for pages and releases: figures, files, builds (JSON)."""

from typing import Literal, NotRequired, TypedDict

from instroom.core.series import FigureRow


class StoredFigureRow(FigureRow):
    """A published figure with what it is of; ``example`` says that it is of an invented region."""

    indicator: str
    stage: str | None
    classification: str | None
    unit: str
    example: bool


class InputRow(TypedDict):
    """A publisher's file behind figures, or the state of the programme's own rows.

    Of a state (``kind`` is ``rows``) there is no ``file``, and ``vintage`` is the moment it is of.
    """

    kind: NotRequired[Literal["file", "rows"]]
    file: str | None
    sha256: str
    rows: int | None
    licence: str
    publisher: str
    source: str
    title: str
    vintage: str


class BuildMark(TypedDict):
    """What a run of ``instroom compute`` was made with; ``created`` is added when it is stored."""

    version: str
    region: str
    example: bool
    came_along: bool
    etag: str
    definitions: dict[str, str]
    helpers: list[str]
    created: NotRequired[str]


class MadeOf(TypedDict):
    """What a release was made of: files by sha256, marks of definitions, lists of schools.

    ``rules`` is the number of the gate's rules; older releases have none.
    """

    inputs: dict[str, InputRow]
    definitions: dict[str, str]
    helpers: list[str]
    rules: NotRequired[int]


class ReleaseHead(TypedDict):
    """Which release it is."""

    number: int
    created: str
    version: str


class FigureLine(TypedDict):
    """A figure that came, went or changed, and why."""

    id: str
    reason: str


class ReleaseLine(ReleaseHead):
    """A release as ``instroom releases --json`` tells it."""

    inputs: list[str]
    added: list[FigureLine]
    removed: list[FigureLine]
    changed: list[FigureLine]
    held: bool
    references: list[str]


class ReleasesAnswer(TypedDict):
    """The answer of ``instroom releases``."""

    releases: list[ReleaseLine]


class HeldFigure(TypedDict):
    """A figure as a release told it; ``figure`` is None when the release does not hold it."""

    release: ReleaseHead
    made_of: MadeOf
    figure: StoredFigureRow | None


class ExportAnswer(TypedDict):
    """The answer of ``instroom export``."""

    file: str
    format: str
    rows: int
    files: int
    bytes: int
    withheld: int
    replaced: bool


class PaperAnswer(TypedDict):
    """The answer of ``instroom paper``."""

    paper: str
    format: str
    file: str
    language: str
    date: str
    bytes: int
    replaced: bool
    came_along: bool
    uncounted: bool
    example: bool


class ComputeAnswer(TypedDict):
    """The answer of ``instroom compute``: how many of each."""

    region: str
    figures: int
    documents: int
    pictures: int
    seconds: float


#: A page, or an answer of the interface, as it is stored: its parts are the template's.
DocumentRow = dict[str, object]
