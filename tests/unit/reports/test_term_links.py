"""Words of the house on a page: once, whole, the longest first, and never in their own list."""

from collections import Counter
from dataclasses import replace

import pytest

from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.reports.blocks import Document, PageLink, TextBlock
from instroom.reports.documents.term_links import (
    forms_of,
    term_finder,
    with_term_links,
)
from instroom.reports.results import Results
from instroom.reports.site import documents

pytest_plugins = ("unit.monitoring.reading",)


def page(*paragraphs: str, key: str = "x", lead: str = "") -> Document:
    block = TextBlock("a", "Een marge", paragraphs, (PageLink("marge", "method"),))
    return Document(key, "nl", "Marge", "over", lead, (block,), "Twente")


def linked(document: Document) -> list[str]:
    found = with_term_links(document, term_finder("nl"), Texts("nl"))
    return [term.text[term.start : term.end] for term in found.terms]


def test_the_first_use_is_a_link_and_no_later_one() -> None:
    found = with_term_links(
        page("De marge, en nog een marge.", "Marge.", lead="Zonder."),
        term_finder("nl"),
        Texts("nl"),
    )
    (term,) = found.terms
    assert (term.text, term.start, term.end) == ("De marge, en nog een marge.", 3, 8)
    assert term.url == "glossary#margin"


def test_a_word_is_found_whole_and_with_a_capital() -> None:
    assert linked(page("Een margebedrijf met een bijna-marge.")) == []
    assert linked(page("Marge is een woord.")) == ["Marge"]


def test_the_longest_word_comes_first() -> None:
    longest = [len(form) for form in term_finder("nl").terms]
    assert max(longest) > 20
    assert linked(page("Het gaat om uitval uit de meting.")) == ["uitval uit de meting"]
    assert linked(page("Dat is mee afschermen, geen marge.")) == ["mee afschermen", "marge"]


def test_headings_and_links_are_left_alone_and_a_text_that_is_there_twice() -> None:
    assert linked(page("Niets bijzonders.")) == []
    assert linked(page("Een marge.", "Een marge.")) == []


def test_the_list_of_words_does_not_link_to_itself() -> None:
    assert linked(page("De marge.", key="glossary")) == []


def test_words_for_everyday_use_are_no_links() -> None:
    everyday = [t for t in registry.glossary().terms if "nl" in t.everyday]
    assert len(everyday) > 30
    assert not set(term_finder("nl").terms.values()) & {t.identifier for t in everyday}


@pytest.mark.parametrize("language", languages())
def test_no_two_words_that_pages_link_to_are_written_the_same(language: str) -> None:
    terms = [t for t in registry.glossary().terms if language not in t.everyday]
    forms = Counter(form.casefold() for t in terms for form in set(forms_of(t, language)))
    assert [form for form, n in forms.items() if n > 1] == []


@pytest.mark.parametrize("language", languages())
def test_on_no_page_of_the_site_is_a_word_linked_twice(
    example_results: Results, language: str
) -> None:
    anchors = {term.identifier for term in registry.glossary().terms}
    pages, _ = documents(example_results, language)
    assert sum(bool(one.terms) for one in pages) > 5
    for one in pages:
        urls = [term.url for term in one.terms]
        assert len(urls) == len(set(urls)), one.key
        assert {url.partition("#")[2] for url in urls} <= anchors
        assert one.key != "glossary" or not urls
        for term in one.terms:
            assert term.text[term.start : term.end].strip(), one.key
        again = replace(one, terms=())
        assert with_term_links(again, term_finder(language), Texts(language)).terms == one.terms
