"""An id on a page stands beside its own number, in every block of every page and language."""

from collections.abc import Iterator

import pytest

from instroom.core.series import Figure
from instroom.core.texts import Texts, languages
from instroom.monitoring.explanation import formula_of, formula_words
from instroom.reports import words
from instroom.reports.blocks import Document, FigureBlock, FigureNote
from instroom.reports.results import Results
from instroom.reports.site import documents

pytest_plugins = ("unit.monitoring.reading",)

Pages = dict[str, list[Document]]


@pytest.fixture(scope="session")
def pages(example_results: Results) -> Pages:
    return {language: documents(example_results, language)[0] for language in languages()}


@pytest.fixture(scope="session")
def figures(example_results: Results) -> dict[str, Figure]:
    return {figure.id: figure for figure in example_results.published.figures}


def blocks(pages: Pages) -> Iterator[tuple[Texts, str, FigureBlock]]:
    for language, found in pages.items():
        for document in found:
            for block in document.blocks:
                if isinstance(block, FigureBlock):
                    where = f"{language}/{document.key}#{block.anchor}"
                    yield Texts(language), where, block


def test_the_one_id_of_a_block_is_that_of_its_sentence(
    pages: Pages, figures: dict[str, Figure]
) -> None:
    seen = 0
    for t, where, block in blocks(pages):
        if not block.method or not block.method.figure:
            continue
        told, figure = block.method, figures[block.method.figure]
        seen += 1
        assert words.amount(figure, t) in block.sentence, where
        assert figure.period[:4] in block.sentence, where
        assert told.period == figure.period, where
        whole = figure.denominator  # as a range where the publisher hides counts
        assert told.n == (t.number(whole.low, whole.high) if whole else ""), where
        assert told.formula == formula_words(formula_of(figure), t), where
        assert told.parts == (), where
    assert seen > 100


def test_each_of_several_ids_stands_beside_its_own_number(
    pages: Pages, figures: dict[str, Figure]
) -> None:
    seen: set[str] = set()
    for t, where, block in blocks(pages):
        parts: tuple[FigureNote, ...] = block.method.parts if block.method else ()
        assert len({part.figure for part in parts}) == len(parts), where
        for part in parts:
            figure = figures[part.figure]
            number = part.text.rpartition(": ")[2].partition(" (")[0]
            assert number == words.amount(figure, t), (where, part)
            if figure.numerator and figure.denominator:
                assert t.number(figure.numerator.low, figure.numerator.high) in part.text, where
                assert t.number(figure.denominator.low, figure.denominator.high) in part.text
            seen.add(block.anchor)
    assert {"onderwijssoort", "geslacht", "soort", "verdeling", "krimp", "gemeenten"} <= seen
    assert any(name.startswith("pijplijn") for name in seen)


def test_a_block_with_a_number_can_be_recomputed(pages: Pages) -> None:
    for _, where, block in blocks(pages):
        cells = [c for table in block.tables for row in table.rows for c in row[1:]]
        if any(cell.numeric and cell.status in ("ok", "bounded") for cell in cells):
            assert block.method, where
            assert block.method.figure or block.method.parts, where
            assert block.method.sources, where


def test_numbers_in_one_sentence_are_of_the_period_it_names(
    pages: Pages, figures: dict[str, Figure]
) -> None:
    for _, where, block in blocks(pages):
        if block.method and block.anchor in ("onderwijssoort", "geslacht", "soort", "gemeenten"):
            assert {figures[p.figure].period for p in block.method.parts} <= {block.method.period}
            assert block.method.period[:4] in block.sentence, where
