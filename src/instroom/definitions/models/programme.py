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
    order in which a child meets them; ``rule`` is the verdict file that judges them.
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

    @model_validator(mode="after")
    def _years_are_periods(self) -> "Kpi":
        for text in (self.start, *(stage.since for stage in self.stages)):
            if text:
                _refuse_no_school_year(text)
        return self


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


class Term(DefinitionPart):
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
