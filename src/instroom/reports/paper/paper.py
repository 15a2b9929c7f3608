"""What a paper is made of, whatever file it becomes; knows nothing of PDF or DOCX."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date

from babel.dates import format_date

from instroom.core.printing import visible
from instroom.core.texts import Texts

#: A language with the country whose way of writing it is: dates, and Word's spelling.
LOCALES = {"nl": "nl-NL", "en": "en-GB", "de": "de-DE"}
#: What a paper is as data: text, truth, lists and dictionaries of these.
PaperData = dict[str, object]


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """The head of a column; numbers stand to the right, so that their digits do."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A small table: a head, and rows of as many cells."""

    caption: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row of a table has one cell per column")


@dataclass(frozen=True, slots=True)
class PaperPicture:
    """A drawing as SVG, the words for who does not see it, and what stands above it."""

    svg: str
    alternative: str
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.alternative.strip():
            raise ValueError("a picture has words for who does not see it")


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """The sentence that carries a figure, and in smaller letters what the figure rests on."""

    sentence: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A heading and what stands under it, in this order; ``status`` is a word beside the heading.

    ``points`` is a list; ``sources`` say what the figures were counted from.
    """

    heading: str
    status: str = ""
    figures: tuple[PaperFigure, ...] = ()
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    picture: PaperPicture | None = None
    table: PaperTable | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in one language; ``mark`` is a word that no reader may miss, such as "example"."""

    title: str
    language: str
    date: date
    sender: str
    lead: str
    sections: tuple[PaperSection, ...]
    mark: str = ""


def paper_data(paper: Paper) -> PaperData:
    """Return a paper as plain data for a template, with the words that every paper has.

    Signs that nobody sees (controls, turned reading direction) are left out: no file format
    takes them all.

    Examples
    --------
    >>> data = paper_data(Paper("Doelen", "nl", date(2026, 11, 29), "Twente", "", ()))
    >>> data["title"], data["day"], data["source_word"]
    ('Doelen', '29 november 2026', 'Bron')
    """
    t = Texts(paper.language)
    return {
        **{field.name: _plain(getattr(paper, field.name)) for field in fields(paper)},
        "day": _day(paper),
        "source_word": t("Bron"),
    }


def _day(paper: Paper) -> str:
    """Return the date in words; in a language that Babel does not know, as ISO 8601."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(LOCALES.get(paper.language, paper.language), sep="-")
    except (UnknownLocaleError, ValueError):
        return paper.date.isoformat()
    return format_date(paper.date, "long", locale)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
