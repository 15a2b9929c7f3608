"""The keys of stored pages, and what a page of words may be called and link to."""

from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import PageSection
from instroom.reports.documents import parts
from instroom.reports.documents.counting import counting_kinds

#: Pages of which there is one; the first page has no name.
SINGLE = (
    "", "programme", "indicators", "places", "claims", "sources", "glossary", "roles", "factors",
)  # fmt: skip
#: Addresses of the site that are no stored pages (a test holds them against the web's own).
OTHERS = frozenset({"account", "changes", "figure", "home", "my", "search"})
_PLACE = "place/"


def keys() -> set[str]:
    """Return the keys of pages that follow from definitions: all but those of places and words."""
    topics = (t for one in registry.indicators().values() for t in parts.topics(one))
    homes = (f"home/{kind}" for kind in counting_kinds())
    return {*SINGLE, *homes, *(parts.key_of(topic) for topic in topics)}


def refuse_unreachable(taken: AbstractSet[str] | None = None) -> None:
    """Refuse a page of words that hides another page, or links to one that is not there.

    Parameters
    ----------
    taken
        The keys of all other pages. Without them nothing was computed: then every place may have
        a page, and a link to a place is judged when there is one.

    Raises
    ------
    DefinitionError
        With the file, the key or link that was found, and the nearest that would be right.
    """
    others = keys() if taken is None else set(taken)
    pages = registry.pages()
    known = {*others, *pages}
    for key, page in pages.items():
        if key in others | OTHERS:
            raise _refused_page(
                key,
                key,
                Message("a key that no other page has"),
                Message("give the file another name"),
            )
        for link in (link for section in page.sections for link in _leads_to(section)):
            if link in known or (taken is None and link.startswith(_PLACE)):
                continue
            near = get_close_matches(link, known, 1) or ["method"]
            raise _refused_page(
                key,
                link,
                Message("the key of a stored page, such as '{near}'", near=near[0]),
                Message("mend the link to '{page}'", page=link),
            )


def _leads_to(section: PageSection) -> list[str]:
    """Return the keys of the pages that a section leads to: its links, and those of its figures."""
    links = [link.page for link in section.links]
    return [*links, *(f"indicator/{name}" for name in section.figures)]


def _refused_page(key: str, found: str, expected: Message, hint: Message) -> DefinitionError:
    return DefinitionError(
        "page '{key}' cannot be made",
        code="definition_invalid",
        where=Where(file=f"reports/pages/{key}.toml"),
        key=key,
        found=found,
        expected=expected,
        hint=hint,
    )
