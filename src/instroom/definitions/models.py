"""The shapes of definition files: frozen, no unknown keys, a closed vocabulary.

A definition holds no expressions, templates or conditions. It names columns, codes and
vocabulary words; each word is one function elsewhere.
"""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from instroom.core.series import Unit


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"'{text}' is no regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]


class Part(BaseModel):
    """A table inside a definition file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Definition(Part):
    """One definition file; ``id`` is the file's name."""

    id: str
    title: str


# --- sources -----------------------------------------------------------------------------


class Column(Part):
    """One column of a layout that is not a value: a key, a dimension or an attribute.

    ``names`` are the publisher's spellings over the years; case, underscores and spaces at
    the ends do not matter. ``role`` says which observation column it fills. ``extract`` keeps
    one named group of the cell; ``codes`` names the code list that gives the cell its meaning.
    ``only`` are the cells this layout can have: another one means another table. Rows whose cell
    matches ``skip`` are left out, with a warning.
    """

    names: list[str] = Field(min_length=1)
    role: str
    required: bool = False
    extract: Pattern | None = None
    codes: str | None = None
    only: list[Pattern] = []
    skip: Pattern | None = None
    type: Literal[
        "text", "brin", "location", "municipality", "board", "postcode", "date", "region"
    ] = "text"


class Values(Part):
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


class Check(Part):
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


class Periods(Part):
    """Where the period stands, what a bare year means, and which years can be true.

    ``october``: a year is the school year that starts in it. ``exam``: a year is the school
    year that ends in it. ``calendar``: a year is a year.
    """

    kind: Literal["october", "exam", "calendar", "none"]
    column: str | None = None
    plausible: tuple[int, int] = (1980, 2040)


class Fetch(Part):
    """Where the publisher offers the file and by which road."""

    kind: Literal["file", "ckan", "cbs_odata", "eurostat"]
    path: str
    dataset: str = ""


class Recognise(Part):
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


class Publisher(Definition):
    """A publisher: columns that many of its tables share, and what ids of its datasets look like.

    A shared column is no evidence of which table it is.
    """

    shared: list[str]
    dataset_id: Pattern | None = None


class Source(Definition):
    """One layout of one publisher."""

    publisher: Literal["duo", "cbs", "eurostat", "inspectie", "oecd", "instroom"]
    licence: str
    page: str = ""
    role: Literal["observations", "companion", "codelist"] = "observations"
    reader: str = "table"
    unit: Unit | Literal["people", "vacancies", "percent", "other"] = "pupils"
    measure: str = ""
    recognise: Recognise = Recognise()
    periods: Periods
    columns: dict[str, Column] = {}
    values: list[Values] = []
    checks: list[Check] = Field(min_length=1)
    known: list[str] = []
    fetch: Fetch | None = None
    note: str = ""

    @model_validator(mode="after")
    def _has_a_key(self) -> "Source":
        if self.reader == "table" and not any(c.required for c in self.columns.values()):
            raise ValueError("a table needs at least one required (key) column")
        return self


class Code(Part):
    """One code of a code list with its words and the publishers' spellings."""

    title: str
    synonyms: list[str] = []


class CodeList(Definition):
    """The values one dimension can take. Spellings not listed stay as the publisher wrote them.

    A ``closed`` list is whole: a column of which it knows less than half is another column.
    """

    closed: bool = False

    codes: dict[str, Code]


# --- indicators --------------------------------------------------------------------------


class Stage(Part):
    """One moment at which an indicator is measured, with the observations it needs.

    ``sources``: the first that has a period wins for that period, never added; sources in
    one inner list complete each other (hbo in one file, wo in another) and are added.
    ``part``: the measure that is a part of ``measure`` (repeaters of pupils); without it a
    classification says what the part is.
    ``where``: observation columns and the values that count; ``per_school_type`` adds to it
    for one school type. ``totals``: the value of a dimension that stands for everybody, where
    the publisher gives one. ``missing``: school types that no open file has, with the reason.
    """

    title: str
    who: str
    sources: list[list[str]] = Field(min_length=1)
    measure: str
    part: str = ""
    where: dict[str, list[str]] = {}
    per_school_type: dict[str, dict[str, list[str]]] = {}
    totals: dict[str, str] = {}
    missing: dict[str, str] = {}
    note: str = ""

    @field_validator("sources", mode="before")
    @classmethod
    def _nested(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return [item if isinstance(item, list) else [item] for item in value]


class Indicator(Definition):
    """A number with a meaning: what is counted, out of whom, from which sources.

    ``classification`` names a folder of classifications; a ``share`` needs one, a ``count``
    may have one (then only what it calls technical is counted). ``school_types`` are the ones
    counted together when nobody asks for one; ``separate`` the ones shown apart.
    """

    measure: Literal["share", "count", "missing"]
    unit: Unit
    place_of: Literal["school", "study", "residence", "none"] = "school"
    stages: dict[str, Stage] = {}
    default_stage: str | None = None
    classification: str | None = None
    default_classification: str | None = None
    school_types: list[str] = []
    separate: list[str] = []
    kinds: list[str] = []
    breakdowns: list[str] = []
    better: Literal["higher", "lower", "neither"] = "higher"
    reason: str | None = None
    need: str = ""
    definition: str
    notes: list[str] = []
    order: int = 100

    @model_validator(mode="after")
    def _complete(self) -> "Indicator":
        if self.measure == "missing":
            if not self.reason:
                raise ValueError("an indicator that is missing needs a reason")
        elif not self.stages:
            raise ValueError("an indicator needs at least one stage with sources")
        parts = all(stage.part for stage in self.stages.values())
        if self.measure == "share" and not self.classification and not parts:
            raise ValueError("a share needs a classification, or a part in every stage")
        return self


class Rule(Part):
    """Which observations count as technical, for some school types (empty: all)."""

    school_types: list[str] = []
    column: str
    technical: list[str]


class Classification(Definition):
    """One answer to "what is technical?"; files of one kind stand in one folder."""

    label: str
    rules: list[Rule] = Field(min_length=1)
    source: str
    note: str = ""


# --- programme, region, words ------------------------------------------------------------


class Kpi(Definition):
    """One of the seven goals of the programme."""

    number: int
    seed: str
    lines: list[int]
    indicators: list[str] = []
    better: Literal["higher", "lower", "neither"] = "higher"
    need: str = ""


class Claim(Definition):
    """A figure or statement of the programme outline, and what was found."""

    number: int
    quote: str
    seed: str
    verdict: Literal["recomputed", "other_definition", "not_recomputable"]
    evidence: Literal["strong", "moderate", "weak", "none"]
    found: str
    checked: date
    sources: list[str] = []
    approved: bool = False
    indicators: list[str] = []


class Term(Part):
    """One word: Dutch term, English identifier, German term, meaning."""

    identifier: str
    nl: str
    en: str
    de: str
    meaning: str
    seed: str = ""


class Glossary(Definition):
    """The words of the house."""

    terms: list[Term]


class Tile(Part):
    """One municipality of a region on the tile map."""

    name: str
    abbreviation: str
    column: int
    row: int


class Region(Definition):
    """A region: its municipalities, and the larger places shown beside it."""

    country: str
    province: str
    corop: str = ""
    example: bool = False
    municipalities: dict[str, Tile]
    note: str = ""


class Municipality(Part):
    """A municipality: name, province, COROP, other spellings, and what it merged into."""

    name: str
    province: str = ""
    corop: str = ""
    names: list[str] = []
    merged_into: str = ""


class Places(Definition):
    """All municipalities and larger places known to the software, with their source."""

    source: str
    provinces: dict[str, str]
    corops: dict[str, str] = {}
    municipalities: dict[str, Municipality]
