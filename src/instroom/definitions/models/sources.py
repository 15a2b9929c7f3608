"""The layouts of publishers: columns, values, checks, and where the files are."""

from typing import Literal

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.core.series import Unit
from instroom.definitions.models.definition_file import Definition, DefinitionPart, Pattern


class Column(DefinitionPart):
    """One column of a layout that is not a value: a key, a dimension or an attribute.

    ``names`` are the publisher's spellings over the years; case, underscores and spaces at
    the ends do not matter. ``role`` says which observation column it fills. ``extract`` keeps
    one named group of the cell; ``codes`` names the code list that gives the cell its meaning.
    ``only`` are the cells this layout can have: another one means another table. Rows whose cell
    matches ``skip`` are left out, with a warning. ``like`` is the form of a header whose spelling
    was never seen: the one column that has it is read when none of ``names`` is there. ``untold``
    are words that stand for "not told", as ``XXXX`` does for a school that is protected.
    """

    names: list[str] = Field(min_length=1)
    role: str
    required: bool = False
    extract: Pattern | None = None
    codes: str | None = None
    only: list[Pattern] = []
    skip: Pattern | None = None
    like: Pattern | None = None
    untold: list[str] = []
    type: Literal[
        "text",
        "brin",
        "location",
        "municipality",
        "municipality_name",
        "board",
        "postcode",
        "date",
        "region",
    ] = "text"


class Values(DefinitionPart):
    """Columns that hold numbers: found by a pattern, whose named groups become dimensions.

    Where it is ``required``, every word of ``measures`` must be found. ``mean_of`` names the
    count that a mean is taken over: a mean over nobody is missing. ``missing`` are texts that mean
    "no figure" here, ``hidden`` those that stand for 1 to 4 people (``<5`` always does). A number
    under 0 is refused unless ``below_zero`` says that there are such, as of a balance.
    """

    pattern: Pattern
    measure: str | None = None
    measures: dict[str, str] = {}
    type: Literal["count", "decimal", "percent", "flagged"] = "count"
    required: bool = True
    missing: list[str] = []
    hidden: list[str] = []
    below_zero: bool = False
    mean_of: str | None = None
    set: dict[str, str] = {}


class Check(DefinitionPart):
    """A total to hold. ``allow`` is the share of cells in which publishers themselves err."""

    kind: Literal["parts", "sum", "at_most", "total_between", "unique"]
    measure: str | None = None
    dimension: str | None = None
    total: str | None = None
    parts: list[str] = []
    whole: str | None = None
    columns: list[str] = []
    low: float | None = None
    high: float | None = None
    where: dict[str, str] = {}
    allow: float = Field(default=0.0, ge=0, lt=0.05)


class Periods(DefinitionPart):
    """Where the period stands, what a bare year means, and which years can be true.

    ``october``: a year is the school year that starts in it. ``exam``: a year is the school
    year that ends in it. ``calendar``: a year is a year.
    """

    kind: Literal["october", "exam", "calendar", "none"]
    column: str | None = None
    plausible: tuple[int, int] = (1980, 2040)


class Fetch(DefinitionPart):
    """Where the publisher offers the file and by which road.

    With ``years`` there is a file for each of them: ``{year}`` in ``path`` stands for it.
    """

    kind: Literal["file", "ckan", "cbs_odata", "eurostat"]
    path: str
    dataset: str = ""
    years: list[int] = []


class Recognise(DefinitionPart):
    """How a layout is told from others with the same columns.

    ``contains``: a column holds at least one of these words. ``headers``: columns that must all
    be there. ``exact``: no column but those of the definition. ``twins``: other tables of the
    publisher, not read here, with the same columns and codes; only the publisher's id of the
    dataset, or ``contains``, tells them apart.
    """

    at_least_rows: int = 0
    contains: dict[str, list[str]] = {}
    headers: list[Pattern] = []
    exact: bool = False
    twins: list[str] = []
    share_known: float = 0.6


class TownWriting(DefinitionPart):
    """How a town that a publisher writes in capitals is written.

    ``marks`` at the end tell namesakes apart; so does all from one of ``mark_words`` on.
    ``small_words`` have no capital, but at the start.
    """

    marks: list[str] = []
    mark_words: list[str] = []
    small_words: list[str] = []


class SchoolNames(DefinitionPart):
    """Which words of a school's name with a publisher are no part of the name that people say.

    Behind one of ``before_kinds`` nothing but ``kinds`` and ``joints`` is what the school offers;
    without it such a list starts at one of ``bare_kinds``. ``in_front`` and ``behind`` go whole;
    of ``beliefs`` only the belief goes, in front of one of ``school_words``. Behind one of
    ``location_words``, after what the school offers, stands the name of the location itself.
    ``written_out`` are words that were cut short. What would leave nothing but one of
    ``never_alone``, or one of ``never_last`` at the end, is left as it is.
    """

    before_kinds: list[str] = []
    kinds: list[str] = []
    joints: list[str] = []
    bare_kinds: list[str] = []
    in_front: list[str] = []
    behind: list[str] = []
    beliefs: list[str] = []
    school_words: list[str] = []
    location_words: list[str] = []
    written_out: dict[str, str] = {}
    never_alone: list[str] = []
    never_last: list[str] = []


class Publication(DefinitionPart):
    """When the publisher brings out the next period, as it says itself on the page ``said``.

    ``month`` is the month in which it usually does, ``years_later`` the number of years after the
    one in which the period begins. Without a month only that it comes every year is known.
    ``stopped``: no next period will come.
    """

    said: str = Field(pattern=r"^https://")
    every: Literal["year", "stopped"] = "year"
    month: int | None = Field(default=None, ge=1, le=12)
    years_later: int = Field(default=1, ge=0, le=4)


class Publisher(Definition):
    """A publisher: columns that many of its tables share, and what ids of its datasets look like.

    A shared column is no evidence of which table it is. ``school_names`` and ``towns`` say how
    its names of schools and towns are said.
    """

    shared: list[str]
    dataset_id: Pattern | None = None
    school_names: SchoolNames = SchoolNames()
    towns: TownWriting = TownWriting()


class SourceDefinition(Definition):
    """One layout of one publisher; ``publisher`` is the id of the publisher's file.

    ``seen`` is ``file`` when a real file was held against the layout, ``columns`` when only some
    of its columns are known: then other columns may stand beside them, the header is always told,
    no two rows may be the same, and a row of totals is refused. ``way`` says of a file of flows
    what its far end is: where people went ``to``, or came ``from``. The ``kind`` ``rows`` is what
    people recorded in the programme itself: only its own rows make it, no file that somebody has.
    """

    publisher: str
    kind: Literal["file", "rows"] = "file"
    licence: str
    page: str = ""
    role: Literal["observations", "companion", "codelist"] = "observations"
    reader: str = "table"
    seen: Literal["file", "columns"] = "file"
    way: Literal["to", "from", ""] = ""
    unit: Unit | Literal["people", "vacancies", "percent", "other"] = "pupils"
    measure: str = ""
    recognise: Recognise = Recognise()
    periods: Periods
    columns: dict[str, Column] = {}
    values: list[Values] = []
    checks: list[Check] = Field(min_length=1)
    known: list[str] = []
    fetch: Fetch | None = None
    publication: Publication | None = None
    note: str = ""

    @model_validator(mode="after")
    def _has_a_key(self) -> "SourceDefinition":
        if self.reader == "table" and not any(c.required for c in self.columns.values()):
            raise ValueError(Message("a table needs at least one required (key) column"))
        return self


class Code(DefinitionPart):
    """One code of a code list with its words and the publishers' spellings.

    ``grown`` is what those are called who study, where that is another word.
    """

    title: str
    grown: str = ""
    synonyms: list[str] = []


class CodeList(Definition):
    """The values one dimension can take. Spellings not listed stay as the publisher wrote them.

    A ``closed`` list is whole: a column of which it knows less than half is another column.
    """

    closed: bool = False

    codes: dict[str, Code]
