"""Words and numbers in the reader's language.

Dutch is the source: message ids are the Dutch sentences. A language is one file,
``locale/<lang>/LC_MESSAGES/django.po``.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[1] / "locale"
SOURCE_LANGUAGE = "nl"


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are: Dutch, and one per .po file."""
    found = sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/django.po"))
    return (SOURCE_LANGUAGE, *sorted(found, key=lambda code: (code != "en", code)))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return gettext.NullTranslations()
    buffer = io.BytesIO()
    with path.open("rb") as file:
        write_mo(buffer, read_po(file))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


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
        text = _catalogue(self.language).gettext(message) if message else ""
        return text.format(**values) if values else text

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
