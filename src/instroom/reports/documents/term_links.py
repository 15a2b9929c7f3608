"""The first use of a word of the house on a page becomes a link to what it means."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.reports.blocks import (
    ClaimBlock,
    Document,
    EntryList,
    FigureBlock,
    TermLink,
    TextBlock,
)

#: The page of the words themselves.
GLOSSARY = "glossary"
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class TermFinder:
    """Finds words of the house in a text: whole words, the longest first, in one language."""

    pattern: re.Pattern[str]
    terms: Mapping[str, str]

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and identifier of every word of the house in a text, in its order."""
        for found in self.pattern.finditer(text):
            name = self.terms.get(found[0]) or self.terms[found[0][0].lower() + found[0][1:]]
            yield found.start(), found.end(), name


def term_finder(language: str) -> TermFinder:
    """Return what finds the words that need an explanation in a language.

    Examples
    --------
    >>> list(term_finder("nl").find("Een techniekprofiel met N&T; geen techniekprofielkaart."))
    [(4, 19, 'technical_profile'), (24, 27, 'nature_technology')]
    """
    forms: dict[str, str] = {}
    for term in registry.glossary().terms:
        if language not in term.everyday:
            forms |= dict.fromkeys(forms_of(term, language), term.identifier)
    longest = sorted(forms, key=len, reverse=True)
    either = "|".join(
        f"[{re.escape(f[0])}{re.escape(f[0].upper())}]{re.escape(f[1:])}" for f in longest
    )
    return TermFinder(re.compile(rf"(?<![\w&/-])(?:{either or '(?!)'})(?![\w&/-])"), forms)


def forms_of(term: models.Term, language: str) -> list[str]:
    """Return how a word is written: ``natuur en techniek (N&T)`` is two."""
    name: str = getattr(term, language, term.nl)
    bare = _BRACKETS.sub("", name)
    return [form for form in (bare, *_BRACKETS.findall(name), *term.also.get(language, ())) if form]


def with_term_links(page: Document, finder: TermFinder, t: Texts) -> Document:
    """Return the page with the first use of each word of the house named as a link.

    Only running text is looked at, never a heading, a link or a table; a text that stands on the
    page twice, or that nobody translated, has no links.
    """
    if page.key == GLOSSARY:
        return page
    texts = [text for text in _running(page) if text]
    often, dutch = Counter(texts), registry.untranslated(t.language)
    linked: dict[str, TermLink] = {}
    for text in texts:
        if often[text] > 1 or text in dutch:
            continue
        for start, end, name in finder.find(text):
            linked.setdefault(name, TermLink(text, start, end, f"{GLOSSARY}#{name}"))
    return replace(page, terms=tuple(linked.values()))


def _running(page: Document) -> Iterator[str]:
    """Yield the running text of a page, from top to bottom."""
    yield page.lead
    for block in page.blocks:
        if isinstance(block, FigureBlock):
            yield block.detail
        elif isinstance(block, TextBlock | ClaimBlock):
            yield from block.paragraphs
        elif isinstance(block, EntryList):
            yield block.lead
            for entry in block.entries:
                yield from entry.paragraphs
