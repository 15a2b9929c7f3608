"""What is done with pupils: the factors it works on, the initiatives it belongs to, the choices."""

from pydantic import Field, model_validator

from instroom.core.messages import Message
from instroom.definitions.models.definition_file import Definition, DefinitionPart


class ProgrammeFactor(Definition):
    """One of the factors that help pupils to choose technology, as the programme names them.

    ``research`` is what the programme cites for it, ``transitions`` the moments it is about where
    the programme names those; ``seed`` says where it stands.
    """

    number: int = Field(ge=1)
    meaning: str
    research: str = ""
    transitions: list[str] = []
    seed: str


class KnownInitiative(Definition):
    """An initiative that the programme outline names; a region takes it over as a row.

    ``seed`` says where it is named. It holds no number: what an initiative reaches is recorded.
    """

    about: str
    sectors: list[str] = Field(min_length=1)
    seed: str


class ChoiceOption(DefinitionPart):
    """One answer; with ``sectors`` it is asked only of schools of those kinds of education."""

    id: str = Field(pattern=r"[a-z][a-z0-9_]*", max_length=20)
    title: str
    sectors: list[str] = []


class ChoiceList(Definition):
    """The answers to one question about an activity. ``unknown`` is the answer of who cannot say.

    An answer that rows hold must stay here.
    """

    options: list[ChoiceOption] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> "ChoiceList":
        ids = [one.id for one in self.options]
        if double := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(Message("'{name}' stands here twice", name=double[0]))
        return self
