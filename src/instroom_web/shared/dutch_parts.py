"""Pages in another language say of their Dutch parts that they are Dutch (WCAG 3.1.2).

Quotations are Dutch everywhere, and so is what a definition file of a region says and nobody
translated. A stored page is finished text, so such words are found in it when it is written out.
"""

import html
import re
from collections.abc import Callable, Collection

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates
from django.template.backends.django import Template as DjangoTemplate
from django.utils.safestring import SafeString

from instroom.core.texts import SOURCE_LANGUAGE
from instroom.definitions import registry
from instroom_web.shared.frame import language_of

#: A tag or a comment; what Django writes between quotes holds no ``>``.
_TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
#: Elements that hold text only, or drawings whose letters are hidden from readers aloud.
_PLAIN = frozenset({"option", "script", "style", "svg", "textarea", "title"})


def mark_dutch(page: str, texts: frozenset[str]) -> str:
    """Return a page in which these Dutch texts stand in ``<span lang="nl">``.

    Inside a sentence only texts of several words are marked: one word may be a word of the page's
    own language as well, and counts where it stands alone.

    Examples
    --------
    >>> mark_dutch("<p>All clubleden van nu</p>", frozenset({"clubleden van nu"}))
    '<p>All <span lang="nl">clubleden van nu</span></p>'
    """
    forms = [form for text in texts for form in _forms(text) if form in page]
    if not forms:
        return page
    mark, parts, within = _marker(forms), _TAG.split(page), ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = part if within else mark(part)
        elif not within and (name := _name(part)) in _PLAIN and not part.endswith("/>"):
            within = name
        elif within and part.lower().startswith(f"</{within}"):
            within = ""
    return "".join(parts)


def _forms(text: str) -> set[str]:
    """Return how a text may stand in a page: also at a beginning, and with plain quotes."""
    begun = text[:1].upper() + text[1:]
    return {html.escape(one, quote) for one in (text, begun) for quote in (True, False)}


def _name(tag: str) -> str:
    return tag[1:].partition(">")[0].partition(" ")[0].strip().lower()


def _marker(forms: Collection[str]) -> Callable[[str], str]:
    """Return what marks these texts in the words between two tags."""
    several = sorted((re.escape(form) for form in forms if " " in form), key=len, reverse=True)
    inside = re.compile(rf"(?<!\w)({'|'.join(several) or '(?!)'})(?!\w)")
    alone = frozenset(forms)

    def marked(words: str) -> str:
        core = words.strip()
        if core in alone:
            return words.replace(core, f'<span lang="{SOURCE_LANGUAGE}">{core}</span>')
        return inside.sub(rf'<span lang="{SOURCE_LANGUAGE}">\1</span>', words)

    return marked


class _MarkedTemplate(DjangoTemplate):
    """A template of which the Dutch parts are marked in what it writes."""

    def render(
        self, context: dict[str, object] | None = None, request: HttpRequest | None = None
    ) -> SafeString:
        page = super().render(context, request)
        if request is not None and str(self.template.name).endswith(".html"):
            page = mark_dutch(page, registry.untranslated(language_of(request)))
        return SafeString(page)  # the page was safe, and a span is


class MarkedTemplates(DjangoTemplates):
    """The templates of all pages, those of packages too."""

    def get_template(self, template_name: str) -> _MarkedTemplate:
        """Return a template by its name."""
        found = super().get_template(template_name)
        return _MarkedTemplate(found.template, self)
