"""Goals and claims of the programme, regions and places, the words of the house."""

from datetime import date
from typing import Literal

from instroom.definitions.models.definition_file import Definition, DefinitionPart


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
