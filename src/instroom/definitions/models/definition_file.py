"""What every definition file is: frozen, no unknown keys."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from instroom.core.messages import Message


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(
            Message("'{text}' is no regular expression: {error}", text=text, error=error)
        ) from error
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]


class DefinitionPart(BaseModel):
    """A table inside a definition file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Definition(DefinitionPart):
    """One definition file; ``id`` is the file's name."""

    id: str
    title: str
