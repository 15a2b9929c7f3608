"""The small parts that blocks of a page are made of, as plain data."""

from dataclasses import dataclass


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
class VerdictMark:
    """A verdict in a word: its shape, and a colour only when it is certain."""

    text: str
    shape: str
    colour: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One series that a claim is held against: then and now, the verdict, the country."""

    label: str
    counts: str
    before: str
    now: str
    years: str
    mark: VerdictMark
    national: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class ShareSpan:
    """A number with bounds on the axis of a row of verdicts: shares 0-1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TermLink:
    """A word of the house in a text of the page: from ``start`` to ``end`` it is a link."""

    text: str
    start: int
    end: int
    url: str
