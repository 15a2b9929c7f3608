"""When a change is more than chance, and the words for it; what chance alone does to a share."""

from typing import Literal

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart

#: What a comparison of two years can say.
Outcome = Literal[
    "more", "less", "maybe_more", "maybe_less", "no_difference", "not_comparable", "not_measured"
]
OUTCOMES: tuple[Outcome, ...] = (
    "more",
    "less",
    "maybe_more",
    "maybe_less",
    "no_difference",
    "not_comparable",
    "not_measured",
)


class Fluctuation(DefinitionPart):
    """How much a share moves from year to year when nothing changes.

    ``schools``: the variance between people and schools, times that of drawing people by lot
    (1 is a coin per person). ``years``: standard deviation of a whole place from year to year,
    as a share (0.007 is 0.7 points). The variance of one year is
    ``schools * share * (1 - share) / n + years ** 2``. Estimated by ``scripts/fluctuation.py``.
    """

    schools: float = Field(ge=1)
    years: float = Field(ge=0, lt=1)


class OutcomeWords(DefinitionPart):
    """How an outcome is said: by itself, after a name ("havo minder"), and what chance does.

    ``chip`` stands beside a figure and names the ``{year}`` it is compared with.
    """

    title: str
    short: str
    note: str = ""
    chip: str
    shape: Literal["up", "down", "up_open", "down_open", "even", "open"]


#: What several verdicts say together.
Overall = Literal[
    "yes", "no", "mixed", "partly", "partly_no", "unclear", "not_comparable", "not_measured"
]
OVERALL: tuple[Overall, ...] = (
    "yes",
    "no",
    "mixed",
    "partly",
    "partly_no",
    "unclear",
    "not_comparable",
    "not_measured",
)


class VerdictRule(Definition):
    """The one rule that turns two figures into a verdict.

    ``certain`` and ``maybe`` are two-sided chances: a share that did not change is called more or
    less in at most ``1 - certain`` of all comparisons, and possibly so in ``1 - maybe`` of them.
    With fewer people than ``least`` in one of the years nothing is certain.
    ``fluctuation`` holds for a share whose indicator has none of its own. ``overall`` answers the
    question of the first page in a word or two.
    """

    certain: float = Field(gt=0.5, lt=1)
    maybe: float = Field(gt=0.5, lt=1)
    least: int = Field(ge=1)
    fluctuation: Fluctuation
    outcomes: dict[Outcome, OutcomeWords]
    overall: dict[Overall, str]

    @model_validator(mode="after")
    def _says_every_outcome(self) -> "VerdictRule":
        spoken = {*self.outcomes, *(f"overall.{name}" for name in self.overall)}
        for name in (*OUTCOMES, *(f"overall.{name}" for name in OVERALL)):
            if name not in spoken:
                raise ValueError(Message("the outcome '{name}' has no words", name=name))
        if self.maybe >= self.certain:
            raise ValueError(Message("'maybe' must be below 'certain'"))
        return self
