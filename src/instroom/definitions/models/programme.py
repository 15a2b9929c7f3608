"""Goals and claims of the programme, regions and places, the words of the house."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from instroom.core import periods
from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart


def _refuse_no_school_year(text: str) -> None:
    try:
        if periods.parse(text).code == text:
            return
    except DataError:
        pass
    raise ValueError(Message("'{text}' is no period such as 2014-2015", text=text))


class GoalStage(DefinitionPart):
    """One share by which a goal is judged, and the year its long view starts.

    ``label`` is what people call it ("havo"), ``small`` what that holds. ``school_type`` is the
    part of the indicator that counts, empty for the whole. ``since`` is a fixed period: what else
    was read never moves it.
    """

    label: str = Field(min_length=1)
    small: str = ""
    indicator: str
    stage: str = ""
    school_type: str = ""
    since: str = Field(min_length=1)


class Kpi(Definition):
    """One of the seven goals of the programme.

    ``start`` is the school year in which the programme began: figures up to that year say
    nothing about what it does. ``stages`` are the shares by which the goal is judged, in the
    order in which a child meets them; ``rule`` is the verdict file that judges them. ``owner`` says
    who answers for it, ``reviewed`` the day (``month-day``) of the year on which it is looked over;
    empty as long as nobody supplied them.
    """

    number: int
    seed: str
    lines: list[int]
    indicators: list[str] = []
    better: Literal["higher", "lower", "neither"] = "higher"
    need: str = ""
    start: str = ""
    rule: str = "change"
    stages: list[GoalStage] = []
    owner: str = ""
    reviewed: str = Field(default="", pattern=r"((0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?")

    @model_validator(mode="after")
    def _years_are_periods(self) -> "Kpi":
        for text in (self.start, *(stage.since for stage in self.stages)):
            if text:
                _refuse_no_school_year(text)
        return self


class ComparedSeries(DefinitionPart):
    """A series of ours that a claim is held against: since when, and which way the claim says.

    ``counts`` is the share, or the number of people that the share is of. ``label`` is what
    people call it ("havo").
    """

    label: str = Field(min_length=1)
    indicator: str
    stage: str = ""
    school_type: str = ""
    counts: Literal["share", "number"] = "share"
    since: str = Field(min_length=1)
    says: Literal["less", "more"]

    @model_validator(mode="after")
    def _since_is_a_period(self) -> "ComparedSeries":
        _refuse_no_school_year(self.since)
        return self


class ClaimPicture(DefinitionPart):
    """Numbers of people of one series, drawn beside a claim: in these years and in the newest."""

    indicator: str
    stage: str = ""
    school_type: str = ""
    years: list[str] = Field(min_length=1)
    caption: str = Field(min_length=1)

    @model_validator(mode="after")
    def _years_are_periods(self) -> "ClaimPicture":
        for year in self.years:
            _refuse_no_school_year(year)
        return self


class ClaimedShare(DefinitionPart):
    """A share that a publisher's counts give; ``says`` is what the claim makes of it (0-1)."""

    label: str = Field(min_length=1)
    part: int = Field(ge=0)
    whole: int = Field(gt=0)
    says: float | None = Field(default=None, ge=0, le=1)
    own: bool = False

    @model_validator(mode="after")
    def _part_of_the_whole(self) -> "ClaimedShare":
        if self.part > self.whole:
            raise ValueError(
                Message("{part} is more than the whole, {whole}", part=self.part, whole=self.whole)
            )
        return self


class ClaimFacts(DefinitionPart):
    """Counts of a publisher that Instroom does not read: written here, with where and when.

    ``what`` says who was counted where; ``note`` what a reader must know of these counts.
    """

    publisher: str
    page: str
    checked: date
    what: str = Field(min_length=1)
    note: str = ""
    shares: list[ClaimedShare] = Field(min_length=1)


class Claim(Definition):
    """A figure or statement of the programme outline, and what was found.

    The title is the question it answers. ``verdict`` says whether it could be recomputed: with
    ``compared`` (series of ours) or ``facts`` (counts of others), so no number is written in
    ``found``; if not, ``because`` says why. ``open`` is a claim that nobody looked at yet.
    What was found is provisional until ``confirmed_by``, a person, on ``confirmed_on``.
    """

    number: int
    quote: str
    seed: str
    verdict: Literal["recomputed", "not_recomputable", "open"]
    evidence: Literal["strong", "moderate", "weak", "none"] = "none"
    because: str = ""
    found: str = ""
    checked: date | None = None
    sources: list[str] = []
    confirmed_by: str = ""
    confirmed_on: date | None = None
    indicators: list[str] = []
    compared: list[ComparedSeries] = []
    picture: ClaimPicture | None = None
    facts: ClaimFacts | None = None

    @property
    def cited(self) -> list[str]:
        """What is cited in words, such as a paper and its month; an address is no sentence."""
        return [source for source in self.sources if " " in source]

    @model_validator(mode="after")
    def _says_what_it_rests_on(self) -> "Claim":
        if (self.verdict == "recomputed") != bool(self.compared or self.facts):
            raise ValueError(Message("a claim is recomputed with series or facts, and only then"))
        if (self.verdict == "not_recomputable") != bool(self.because):
            raise ValueError(Message("a claim that cannot be recomputed says why, and no other"))
        if (self.verdict == "open") == bool(self.checked):
            raise ValueError(Message("a claim was checked on a day, unless it is open"))
        if bool(self.confirmed_by) != bool(self.confirmed_on):
            raise ValueError(Message("who confirms a claim belongs together with the day"))
        return self


class Term(DefinitionPart):
    """One word: Dutch term, English identifier, German term, meaning.

    ``also`` are other forms of it, per language. In languages where it is ``everyday`` the list
    explains it, and other pages do not link to it.
    """

    identifier: str
    nl: str
    en: str
    de: str
    meaning: str
    seed: str = ""
    also: dict[str, list[str]] = {}
    everyday: list[str] = []


class Glossary(Definition):
    """The words of the house."""

    terms: list[Term]


class TilePosition(DefinitionPart):
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
    municipalities: dict[str, TilePosition]
    note: str = ""


class Municipality(DefinitionPart):
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
