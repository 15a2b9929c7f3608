"""What every definition file is: frozen, no unknown keys."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from instroom.core.messages import Message
from instroom.core.texts import SOURCE_LANGUAGE, languages, places_in


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


#: Language -> Dutch text of a definition file -> the same in that language.
Translations = dict[str, dict[str, Annotated[str, Field(min_length=1)]]]


class Definition(DefinitionPart):
    """One definition file; ``id`` is the file's name.

    ``words`` translates texts of the file: a table per language, the Dutch text is the key. It is
    for files of an overlay; what comes along with Instroom is translated in its ``.po`` files. It
    is no part of what the file means: another translation is no other definition.
    """

    id: str
    title: str
    words: Translations = Field(default={}, exclude=True)

    @model_validator(mode="after")
    def _translates_its_own_texts(self) -> "Definition":
        if not self.words:
            return self
        texts = set(_texts_in(self.model_dump()))
        for language, words in self.words.items():
            _refuse_other_language(language)
            for text, said in words.items():
                _refuse_translation(language, text, said, texts)
        return self


def _refuse_other_language(language: str) -> None:
    others = [code for code in languages() if code != SOURCE_LANGUAGE]
    if language not in others:
        raise ValueError(
            Message(
                "words in '{language}': the other languages here are {known}",
                language=language,
                known=", ".join(others),
            )
        )


def _refuse_translation(language: str, text: str, said: str, texts: set[str]) -> None:
    """Refuse the translation of what is no text here, or with other places than the text has."""
    if text not in texts:
        near = get_close_matches(text, texts, 1)
        raise ValueError(
            Message(
                "words in '{language}': '{text}' is no text of this file; did you mean '{near}'?"
                if near
                else "words in '{language}': '{text}' is no text of this file",
                language=language,
                text=text,
                near=near[0] if near else None,
            )
        )
    has, asked = places_in(said), places_in(text)
    if has != asked:
        raise ValueError(
            Message(
                "words in '{language}': the translation of '{text}' has {has} in it, "
                "and the text has {asked}",
                language=language,
                text=text,
                has=", ".join(has) or Message("no braces"),
                asked=", ".join(asked) or Message("no braces"),
            )
        )


def _texts_in(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list | tuple):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _texts_in(part)
