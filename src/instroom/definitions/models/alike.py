"""Which schools are alike, and when one differs from the others by more than chance."""

from typing import Literal

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart

#: What the comparison of a school with the other schools of its region can say.
Beside = Literal["more", "less", "maybe_more", "maybe_less", "no_difference", "not_comparable"]
BESIDE: tuple[Beside, ...] = (
    "more",
    "less",
    "maybe_more",
    "maybe_less",
    "no_difference",
    "not_comparable",
)


class SurroundingsClass(DefinitionPart):
    """One class of surroundings: from this value on, until that of the class before it."""

    title: str
    at_least: float = Field(ge=0)


class Surroundings(DefinitionPart):
    """What tells of the surroundings of a municipality: a measure of a source, in classes.

    ``classes`` go from the highest to the lowest, which begins at 0. ``whose`` is whose classes
    they are.
    """

    source: str
    measure: str
    whose: str
    classes: list[SurroundingsClass] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "Surroundings":
        edges = [one.at_least for one in self.classes]
        if edges != sorted(edges, reverse=True) or edges[-1] != 0:
            raise ValueError(
                Message("classes go from the highest value to the lowest, and the last begins at 0")
            )
        return self


class BesideRule(DefinitionPart):
    """When a school differs from the other schools of its region by more than chance.

    ``certain`` and ``maybe`` are two-sided chances for one page: of schools that do not differ, at
    most ``1 - certain`` have a page on which any school type is called more or less. With fewer
    pupils than ``least`` at the school, or at the others together, nothing is certain. What chance
    does is the indicator's own. ``{region}`` in the words is the region's name. ``outcomes`` stand
    beside the figure of a school type; the answer of a page says ``same`` when no type differs,
    else ``apart`` with the ``short`` words of each of them (``{list}``).
    """

    certain: float = Field(gt=0.5, lt=1)
    maybe: float = Field(gt=0.5, lt=1)
    least: int = Field(ge=1)
    same: str
    apart: str
    short: dict[Beside, str]
    outcomes: dict[Beside, str]

    @model_validator(mode="after")
    def _says_every_outcome(self) -> "BesideRule":
        for name in BESIDE:
            if name not in self.outcomes or name not in self.short:
                raise ValueError(Message("the outcome '{name}' has no words", name=name))
        if self.maybe >= self.certain:
            raise ValueError(Message("'maybe' must be below 'certain'"))
        return self


class AlikeSchools(Definition):
    """Schools of a region that stand beside a school on its page, and how they are compared.

    ``indicator`` at ``stage`` gives the figure, and who is counted there the size; ``answer``
    says all school types of a school (``{list}``), ``sentence`` one of them (``{what}``); who
    it is said of is ``dated``: no sentence goes without its years (``{when}``).
    ``school_types`` are those shown, each with what its pupils are called; schools are alike when
    they have the same ones. A size differs at most ``largest_ratio`` times. Of those schools the
    ``how_many`` in the nearest class of surroundings stand on the page, then nearest in size.
    """

    kind: str
    indicator: str
    stage: str
    answer: str
    sentence: str
    dated: str
    school_types: dict[str, str] = Field(min_length=1)
    how_many: int = Field(ge=1)
    largest_ratio: float = Field(gt=1)
    surroundings: Surroundings
    beside: BesideRule
    questions: list[str] = []
