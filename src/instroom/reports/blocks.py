"""What a page is made of, as plain data: the same blocks become HTML, PDF and files.

Blocks hold finished text in one language. They can only be built from published figures
(:mod:`instroom.reports.documents` takes nothing else).
"""

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from instroom.definitions.models import Chapter


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link or a choice; ``url`` is a path without the language prefix."""

    text: str
    url: str
    current: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """One table cell; ``status`` is set when it is no plain number."""

    text: str
    status: str = "ok"
    url: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table with a caption; the first cell of a row is its header."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """Names of two stored drawings (wide, and narrow for phones) with their words."""

    wide: str
    narrow: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One input file of a figure."""

    title: str
    publisher: str
    file: str
    rows: int
    sha256: str
    licence: str
    vintage: str


@dataclass(frozen=True, slots=True)
class FigureNote:
    """One of the figures that a block rests on: its words with its number, and its id."""

    text: str
    figure: str


@dataclass(frozen=True, slots=True)
class Method:
    """Where a figure comes from.

    ``figure`` is the id of the one number that the block says. A block that says several, or one
    made of several, has ``parts`` instead: an id stands beside no other number than its own.
    """

    definition: str
    period: str
    n: str
    formula: str
    notes: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    figure: str = ""
    parts: tuple[FigureNote, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """Sentence, picture, table, method: always in this order."""

    anchor: str
    heading: str
    sentence: str
    detail: str = ""
    chip: str = ""
    chip_kind: str = ""
    switches: tuple["Switch", ...] = ()
    picture: Picture | None = None
    tables: tuple[PageTable, ...] = ()
    method: Method | None = None
    downloads: tuple[PageLink, ...] = ()
    more: tuple[PageLink, ...] = ()
    kind: str = "figure"


@dataclass(frozen=True, slots=True)
class Switch:
    """A row of choices, such as the definition or the stage."""

    label: str
    options: tuple[PageLink, ...]
    kind: str = "switch"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A heading with paragraphs and links."""

    anchor: str
    heading: str
    paragraphs: tuple[str, ...]
    links: tuple[PageLink, ...] = ()
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Entry:
    """One term, claim or goal: heading, chip, paragraphs, labelled facts."""

    anchor: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    chip: str = ""
    chip_kind: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[PageLink, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryList:
    """A list of entries; ``style`` is ``cards`` or ``terms``."""

    anchor: str
    heading: str
    entries: tuple[Entry, ...]
    lead: str = ""
    style: str = "cards"
    kind: str = "entries"


@dataclass(frozen=True, slots=True)
class VerdictMark:
    """A verdict in a word: its shape, and a colour only when it is certain."""

    text: str
    shape: str
    colour: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CountingChoice:
    """One answer to what counts: its name, and what the answer then is, out of a hundred."""

    text: str
    short: str
    url: str
    current: bool
    amount: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ChoiceBlock:
    """What counts, as two or three choices that the whole page follows."""

    label: str
    detail: str
    effect: str
    options: tuple[CountingChoice, ...]
    kind: str = "choice"


@dataclass(frozen=True, slots=True)
class ShareSpan:
    """A number with bounds on the axis of a row of verdicts: shares 0-1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One share, then and now, with its verdict and the country beside it."""

    label: str
    small: str
    mark: VerdictMark
    before: str
    now: str
    national: str
    url: str
    spans: tuple[ShareSpan | None, ShareSpan | None, ShareSpan | None, ShareSpan | None]
    figure: str = ""
    years: str = ""


@dataclass(frozen=True, slots=True)
class VerdictGroup:
    """Rows that are counted in one way: who, and from when to when."""

    heading: str
    detail: str
    years: str
    rows: tuple[VerdictRow, ...]


@dataclass(frozen=True, slots=True)
class VerdictTable:
    """Verdicts per stage on one axis (``low`` to ``high``, shares)."""

    anchor: str
    caption: str
    country: str
    country_short: str
    groups: tuple[VerdictGroup, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    kind: str = "verdicts"


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal in one line: its number, its title, its verdicts or why there are none."""

    number: int
    title: str
    url: str
    marks: tuple[VerdictMark, ...]
    measured: bool


@dataclass(frozen=True, slots=True)
class GoalLines:
    """The goals, each in one line."""

    anchor: str
    heading: str
    goals: tuple[GoalLine, ...]
    detail: str
    kind: str = "goals"


@dataclass(frozen=True, slots=True)
class ComparedYears:
    """Two years of a group beside each other; ``ends`` is the calendar year of the newest.

    How old that is depends on when it is read, so the page says it, not the stored document.
    """

    group: str
    now: str
    since: str
    ends: int


@dataclass(frozen=True, slots=True)
class Opening:
    """The first lines of a page that answers a question: question, answer, since when, how old."""

    question: str
    verdict: str
    answer: tuple[str, ...]
    years: tuple[ComparedYears, ...] = ()
    programme: str = ""


Block = (
    FigureBlock
    | TextBlock
    | EntryList
    | Switch
    | PageTable
    | ChoiceBlock
    | VerdictTable
    | GoalLines
)


@dataclass(frozen=True, slots=True)
class Document:
    """One page in one language; ``key`` is its path without language prefix."""

    key: str
    language: str
    title: str
    chapter: Chapter
    lead: str
    blocks: tuple[Block, ...]
    region: str
    example: bool = False
    trail: tuple[PageLink, ...] = ()
    description: str = field(default="")
    opening: Opening | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the document as plain data, ready to store."""
        return {name: _data(getattr(self, name)) for name in _names(type(self))}


def _data(value: Any) -> Any:
    """Return a part of a page as plain data; parts are frozen, so nothing needs a copy."""
    if isinstance(value, tuple):
        return tuple(map(_data, value))
    names = _names(type(value))
    return {name: _data(getattr(value, name)) for name in names} if names else value


def _names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        of = fields(kind) if is_dataclass(kind) else ()
        _FIELDS[kind] = tuple(field.name for field in of)
    return _FIELDS[kind]


_FIELDS: dict[type[Any], tuple[str, ...]] = {}
