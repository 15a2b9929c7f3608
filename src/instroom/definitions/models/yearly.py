"""What a school states once a year, and what counts as competent in it."""

from typing import Literal

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart, Pattern

_DAY: Pattern = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_YEAR: Pattern = r"20\d\d-20\d\d"


class YearlyOption(DefinitionPart):
    """One answer of a choice; "not known" is no option: it is what an open question says."""

    id: str
    title: str


class YearlyQuestion(DefinitionPart):
    """One question: a number (``most`` is the highest that is believed), or a choice."""

    id: str
    title: str
    hint: str = ""
    type: Literal["number", "choice"]
    most: int = Field(default=1000, ge=1)
    options: list[YearlyOption] = []

    @model_validator(mode="after")
    def _choice_has_options(self) -> "YearlyQuestion":
        if (self.type == "choice") != bool(self.options):
            raise ValueError(Message("a choice has options, and a number has none"))
        return self


class YearlyQuestions(Definition):
    """Questions that every school of some ``sectors`` answers once a school year.

    Asked from the month ``asked_in`` on; a school year counts in the figures from ``counted_on``
    (``month-day`` in that school year), and is asked back to ``since``. The numbers ``parts`` are
    together at most the number ``whole``; what is left of it counts as ``rest``. ``source`` is the
    source of rows that the answers feed; without one they are asked, kept and shown, and in no
    figure. ``published`` says who sees what. ``competence`` names what counts as competent.
    """

    seed: str
    lead: str
    published: str
    sectors: list[Literal["po", "vo"]] = Field(min_length=1)
    asked_in: int = Field(ge=1, le=12)
    counted_on: str = Field(pattern=_DAY)
    since: str = Field(pattern=_YEAR)
    source: str = ""
    competence: str = ""
    whole: str = ""
    parts: list[str] = []
    rest: str = ""
    questions: list[YearlyQuestion] = Field(min_length=1)

    @model_validator(mode="after")
    def _sum_is_of_numbers(self) -> "YearlyQuestions":
        numbers = {one.id for one in self.questions if one.type == "number"}
        for name in filter(None, (self.whole, *self.parts)):
            if name not in numbers:
                raise ValueError(Message("'{name}' is no question for a number here", name=name))
        if bool(self.whole) != bool(self.parts and self.rest):
            raise ValueError(Message("a whole has parts and a rest, and without it there are none"))
        return self


class Competence(Definition):
    """What counts as competent in guiding choices, how long, and how it is refreshed.

    An empty text says that it is not known yet: nothing is made up for it.
    """

    seed: str
    counts: str = ""
    valid_years: int | None = Field(default=None, ge=1)
    refresh: str = ""
