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

from instroom.core.texts import SOURCE_LANGUAGE, capital
from instroom.definitions import registry
from instroom_web.shared.frame import language_of

#: Elements in which a < begins no tag: each is one part, up to its end.
_RAW = "|".join(rf"{name}\b.*?</{name}" for name in ("script", "style", "textarea", "title"))
#: What is no words: a raw element, a comment or a tag. Only what begins as a tag is one, so that
#: words with a < are words; between quotes a tag may hold any sign.
_TAG = re.compile(
    rf"""(<!--.*?-->|<(?i:{_RAW})\s*>|<[/!a-zA-Z][^'"<>]*+(?:(?:"[^"]*"|'[^']*')[^'"<>]*+)*+>)""",
    re.DOTALL,
)
_NAME = re.compile(r"</?([\w-]+)")
_LANG = re.compile(rf"""\slang\s*=\s*["']?{SOURCE_LANGUAGE}(?![\w-])""", re.I)
_QUOTED = re.compile(r"""(?<!lang=)(?:"[^"]*"|'[^']*')""", re.I)
#: The page itself, and what is one part.
_NEVER = frozenset({"html", "script", "style", "textarea", "title"})
#: Elements without an end.
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
#: Elements that hold text only, or drawings whose letters are hidden from readers aloud.
_PLAIN = frozenset({"option", "svg"})


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
    mark, parts, within, depth = _marker(forms), _TAG.split(page), "", 0
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = part if within else mark(part)
        elif within:
            depth += _step(part, within)
            within = within if depth else ""
        elif _is_left_alone(part):
            within, depth = _name(part), 1
    return "".join(parts)


def _is_left_alone(tag: str) -> bool:
    """Return whether a tag begins what is left as it is: no place for a mark, or marked already.

    The page itself is never left alone, in whatever language it says it is.
    """
    if tag.startswith("</") or tag.endswith("/>"):
        return False
    name = _name(tag)
    if name in _PLAIN or "lang" not in tag.lower() or not _LANG.search(tag):
        return name in _PLAIN
    is_element = name and name not in _VOID and name not in _NEVER
    return bool(is_element and _LANG.search(_QUOTED.sub('""', tag)))


def _step(tag: str, name: str) -> int:
    """Return how much deeper a tag goes into elements of this name."""
    if _name(tag) != name or tag.endswith("/>"):
        return 0
    return -1 if tag.startswith("</") else 1


def _forms(text: str) -> set[str]:
    """Return how a text may stand in a page: also at a beginning, and with plain quotes."""
    return {html.escape(one, quote) for one in (text, capital(text)) for quote in (True, False)}


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


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
