"""Who is who and who may do what, and how far a school and a company work together."""

from typing import Literal

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart, Pattern

#: What a role may do; each word is asked in a policy of the web.
Ability = Literal[
    "see_schools",
    "record_cooperation",
    "ask_confirmation",
    "see_history",
    "propose_targets",
    "approve_targets",
]
#: What a rung may ask of a cooperation; each word is one function of instroom.inflow.cooperation.
Condition = Literal["both_confirmed", "long_enough", "plan_signed", "in_curriculum"]
_DAY: Pattern = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


class OrganisationKind(Definition):
    """A kind of organisation that people of the region know: a school, a company."""


class Role(Definition):
    """What somebody is in the programme, and so what they see and do.

    ``description`` says it as a privacy officer would check it. ``reach`` is ``region`` (all of it)
    or ``own``: the organisation of the membership and what belongs to it, which is of one of
    ``organisation_kinds``. ``second_factor``: a mail code alone does not let them in.
    """

    description: str
    reach: Literal["region", "own"]
    organisation_kinds: list[str] = []
    may: list[Ability] = []
    second_factor: bool = False

    @model_validator(mode="after")
    def _own_is_of_something(self) -> "Role":
        if (self.reach == "own") != bool(self.organisation_kinds):
            raise ValueError(
                Message("a role within an organisation says of which kinds, and no other does")
            )
        return self


class ConditionWords(DefinitionPart):
    """A condition as it is said when it is met, and when it is not."""

    met: str
    lacking: str


class LadderRung(DefinitionPart):
    """One step of a ladder; it is reached when all its conditions are met."""

    id: str
    title: str
    meaning: str
    conditions: list[Condition] = []


class Ladder(Definition):
    """How far two sides work together, in rising steps, and when that is confirmed and counted.

    ``source`` is the source of rows in which the state of every school is counted. Days are
    ``month-day``; the school year is counted on ``counted_on`` and stands until the next count.
    """

    seed: str
    source: str
    counted_on: str = Field(pattern=_DAY)
    confirmed_from: str = Field(pattern=_DAY)
    confirmed_until: str = Field(pattern=_DAY)
    least_school_years: int = Field(ge=1)
    rungs: list[LadderRung] = Field(min_length=1)
    conditions: dict[Condition, ConditionWords]

    @model_validator(mode="after")
    def _rises(self) -> "Ladder":
        before: set[Condition] = set()
        for number, rung in enumerate(self.rungs):
            asked = set(rung.conditions)
            if number and not before < asked:
                raise ValueError(
                    Message("'{rung}' asks no more than the rung below it", rung=rung.id)
                )
            if lacking := sorted(asked - set(self.conditions)):
                raise ValueError(Message("'{name}' has no words here", name=lacking[0]))
            before = asked
        return self
