"""What the frame of every page needs: language, words, chapters, the same page elsewhere."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale
from django.http import HttpRequest

from instroom import __version__
from instroom.core.texts import SOURCE_LANGUAGE, Texts, languages

Link = tuple[str, str, str]


def chapters(t: Texts) -> tuple[Link, ...]:
    """Return chapter, name and key of its first page, in the order of the programme."""
    return (
        ("opgave", t("Opgave"), "claims"),
        ("programma", t("Programma"), "programme"),
        ("instroom", t("Instroom & behoud"), "inflow"),
        ("monitoring", t("Monitoring"), "indicators"),
        ("leren", t("Leren"), "learning"),
    )


def about(t: Texts) -> tuple[Link, ...]:
    """Return the pages in the foot."""
    return (
        ("over", t("Werkwijze"), "method"),
        ("over", t("Bronnen"), "sources"),
        ("over", t("Begrippen"), "glossary"),
        ("over", t("Gemeenten en scholen"), "places"),
        ("over", t("Veranderingen"), "changes"),
        ("over", t("Toegankelijkheid"), "accessibility"),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A language with its own name and this page in it."""

    code: str
    name: str
    url: str


@cache
def language_name(code: str) -> str:
    """Return a language's own name."""
    return str(Locale.parse(code).get_language_name(code)).capitalize()


def language_of(request: HttpRequest) -> str:
    """Return the language in the address, else Dutch."""
    asked = request.GET.get("lang") or request.path.split("/")[1]
    return asked if asked in languages() else SOURCE_LANGUAGE


def frame(request: HttpRequest) -> dict[str, Any]:
    """Fill the template context (a context processor)."""
    language = language_of(request)
    t = Texts(language)
    rest = request.get_full_path()[1:].partition("/")[2]
    return {
        "language": language,
        "texts": t,
        "languages": [Choice(code, language_name(code), f"/{code}/{rest}") for code in languages()],
        "chapters": chapters(t),
        "about": about(t),
        "version": __version__,
    }
