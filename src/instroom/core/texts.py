"""Words and numbers in the reader's language.

Of pages and answers Dutch is the source: message ids are the Dutch sentences, in one ``.po`` per
chapter in ``locale/<language>/LC_MESSAGES`` (ADR 0038). Of refusals, warnings and help English is
the source (:mod:`instroom.core.messages`), in ``errors.po`` beside them.
"""

import gettext
import io
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from instroom.core.messages import Message

if TYPE_CHECKING:
    from babel.messages.catalog import Message as CatalogMessage

LOCALE = Path(__file__).parents[1] / "locale"
#: The file of refusals: keyed by the English, so never read together with the chapters.
ERRORS = "errors"
SOURCE_LANGUAGE = "nl"
#: The language refusals are written in; every other one has them in its ``errors.po``.
REFUSAL_LANGUAGE = "en"
#: A language in which every translated text stands between brackets; for tests, see ``pseudo``.
PSEUDO = "qps"
_PLACE = re.compile(r"\{[^{}]*\}")

#: Give, for a language, the translations that files outside this package bring along.
_BROUGHT: list[Callable[[str], Mapping[str, str]]] = []


def brought_by(words: Callable[[str], Mapping[str, str]]) -> None:
    """Ask ``words`` too: for a language it gives Dutch sentences with their translations.

    What this package says itself keeps its own translation.
    """
    _BROUGHT.append(words)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are: Dutch, and one per folder with a chapter in it."""
    found = {folder.name for folder in LOCALE.iterdir() if chapters(folder.name)}
    found -= {SOURCE_LANGUAGE}
    return (SOURCE_LANGUAGE, *sorted(found, key=lambda code: (code != "en", code)))


def chapters(language: str) -> list[Path]:
    """Return the ``.po`` files of a language, one per chapter, without the refusals."""
    files = sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))
    return [file for file in files if file.stem != ERRORS]


def places_in(text: str) -> list[str]:
    """Return the places of a sentence that are filled in; a translation has the same ones.

    Examples
    --------
    >>> places_in("{part} van {whole}, {part}")
    ['{part}', '{whole}']
    """
    return sorted(set(_PLACE.findall(text)))


def pseudo() -> bool:
    """Return whether the pseudo-language may be asked for: it shows which text is not marked."""
    return os.environ.get("INSTROOM_PSEUDO") == "1"


class _Bracketed(gettext.NullTranslations):
    """Puts the words of a text between brackets, and leaves its values outside."""

    def gettext(self, message: str) -> str:
        return "⟦" + _PLACE.sub(lambda place: f"⟧{place[0]}⟦", message) + "⟧"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return all chapters of a language as one: a sentence has one home, whoever says it."""
    catalogue = _read(language, chapters(language))
    catalogue.add_fallback(_Absent())
    return catalogue


@cache
def _refusals(language: str) -> gettext.NullTranslations:
    """Return the refusals of a language; until all are translated they are said in English.

    A refusal has several parts, and one of which some are translated speaks two languages.
    """
    file = LOCALE / language / "LC_MESSAGES" / f"{ERRORS}.po"
    if language != PSEUDO and not _is_complete(file):
        return gettext.NullTranslations()
    return _read(language, [file])


def _is_complete(file: Path) -> bool:
    return file.exists() and 'msgstr ""\n\n' not in file.read_text("utf-8").partition("\n\n")[2]


@cache
def _is_refusal(text: str) -> bool:
    """Return whether a text without values is a sentence of ours, and not what a file holds."""
    file = LOCALE / SOURCE_LANGUAGE / "LC_MESSAGES" / f"{ERRORS}.po"
    return _read(SOURCE_LANGUAGE, [file]).gettext(text) != text


def _read(language: str, files: list[Path]) -> gettext.NullTranslations:
    if language == PSEUDO:
        return _Bracketed()
    if not files:
        return gettext.NullTranslations()
    from babel.messages.catalog import Catalog  # waits: most commands speak the source language
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    found: dict[str | tuple[str, ...] | list[str], CatalogMessage] = {}
    for path in files:
        with path.open("rb") as file:
            for message in read_po(file):
                if message.string or message.id not in found:
                    found[message.id] = message
    together = Catalog()
    for key, message in found.items():
        together[key] = message
    buffer = io.BytesIO()
    write_mo(buffer, together)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


class _Absent(gettext.NullTranslations):
    """Says nothing, so that a sentence that is the same in two languages counts as translated."""

    def gettext(self, message: str) -> str:
        del message
        return ""


def _translated(language: str, message: str) -> str | None:
    """Return a sentence in a language, or None when nobody translated it."""
    if not message or language == SOURCE_LANGUAGE:
        return message
    brought = (words.get(message) for of in _BROUGHT if (words := of(language)))
    return _catalogue(language).gettext(message) or next(filter(None, brought), None)


class Texts:
    r"""Sentences, numbers and shares in one language.

    Examples
    --------
    >>> t = Texts("nl")
    >>> t("{n} leerlingen", n=t.number(3431))
    '3.431 leerlingen'
    >>> t.percent(0.4851), t.percent(0.47353, 0.49777)
    ('48,5\xa0%', '47,4–49,8\xa0%')
    """

    def __init__(self, language: str = SOURCE_LANGUAGE) -> None:
        self.language = language

    def __call__(self, message: str, /, **values: object) -> str:
        """Translate a Dutch sentence and fill in its named places."""
        text = _translated(self.language, message) or message
        return text.format(**values) if values else text

    def knows(self, message: str) -> bool:
        """Return whether a Dutch sentence is there in this language."""
        return _translated(self.language, message) is not None

    def say(self, text: str) -> str:
        """Return a message in this language; other text is data and stays as it is."""
        translate = _refusals(self.language).gettext
        if not isinstance(text, Message):
            # an empty text is the name of a translation file's own header
            return translate(text) if text and _is_refusal(text) else text
        return text.rendered(translate, comma=self.language != "en")

    def number(self, value: float, high: float | None = None, digits: int = 0) -> str:
        """Write a number, or the interval ``value``-``high``."""
        text = f"{value:,.{digits}f}"
        if self.language != "en":
            text = text.translate(str.maketrans(",.", ".,"))
        if high is None or high == value:
            return text
        return f"{text}–{self.number(high, digits=digits)}"

    def percent(self, low: float, high: float | None = None, digits: int = 1) -> str:
        """Write a share (0-1) as a percentage, or an interval of shares."""
        sign = "%" if self.language == "en" else "\N{NO-BREAK SPACE}%"
        return self.number(low * 100, None if high is None else high * 100, digits) + sign


def capital(text: str) -> str:
    """Return a text as the beginning of a sentence: the first letter large, the rest as it was.

    Examples
    --------
    >>> capital("vmbo en HAVO"), capital("")
    ('Vmbo en HAVO', '')
    """
    return text[:1].upper() + text[1:]


def inside(text: str) -> str:
    """Return a text with its first letter small, as it stands inside a sentence.

    Examples
    --------
    >>> inside("Geen verschil te zien")
    'geen verschil te zien'
    """
    return text[:1].lower() + text[1:]
