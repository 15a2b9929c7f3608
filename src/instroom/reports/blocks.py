"""What a page is made of, as plain data: the same blocks become HTML, PDF and files.

Blocks hold finished text in one language. They can only be built from published figures
(:mod:`instroom.reports.documents` takes nothing else).
"""

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from instroom.definitions.models import Chapter

# Part of this module's interface too: a block and its parts go together.
from instroom.reports.block_parts import ClaimRow as ClaimRow
from instroom.reports.block_parts import FigureNote as FigureNote
from instroom.reports.block_parts import PageLink as PageLink
from instroom.reports.block_parts import PageTable as PageTable
from instroom.reports.block_parts import Picture as Picture
from instroom.reports.block_parts import ShareSpan as ShareSpan
from instroom.reports.block_parts import SourceNote as SourceNote
from instroom.reports.block_parts import TableCell as TableCell
from instroom.reports.block_parts import TermLink as TermLink
from instroom.reports.block_parts import VerdictMark as VerdictMark


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
    """Sentence, picture, table, method: always in this order.

    ``opened`` shows the table at once; ``half`` is one of several beside each other.
    """

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
    opened: bool = False
    half: bool = False
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
    style: str = ""
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
class PlaceGroup:
    """Places of one kind within another: what they are, and a link to each."""

    label: str
    links: tuple[PageLink, ...]


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """One line of an index that opens: its name, what is in it, its own page, its places."""

    anchor: str
    heading: str
    detail: str
    page: PageLink | None
    groups: tuple[PlaceGroup, ...]


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """An index of places: choose one, and see what is in it."""

    anchor: str
    heading: str
    choices: tuple[PlaceChoice, ...]
    kind: str = "index"


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
class ClaimBlock:
    """What the programme says, word for word, and beside it what we find and how sure that is."""

    anchor: str
    position: int
    heading: str
    quote: str
    stands: str
    note: str
    sentence: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[ClaimRow, ...] = ()
    picture: Picture | None = None
    caption: str = ""
    links: tuple[PageLink, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    chip: str = ""
    chip_kind: str = ""
    status: str = ""
    kind: str = "claim"


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


@dataclass(frozen=True, slots=True)
class PlaceHead:
    """The first lines of one school's page: what it is, the answer, and what goes with it."""

    facts: tuple[str, ...]
    answer: str
    details: tuple[str, ...]


Block = (
    FigureBlock
    | TextBlock
    | EntryList
    | Switch
    | PageTable
    | ChoiceBlock
    | VerdictTable
    | GoalLines
    | PlaceIndex
    | ClaimBlock
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
    head: PlaceHead | None = None
    terms: tuple[TermLink, ...] = ()

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
