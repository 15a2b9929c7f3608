"""A paper as PDF/UA: tagged, with language, title and alternatives; and nothing in it is markup."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from instroom.core.errors import MachineError
from instroom.core.texts import languages
from instroom.reports.paper.paper import PaperPicture
from instroom.reports.paper.typst_pdf import TEMPLATE, pdf
from unit.reports.paper.sample_paper import ALTERNATIVE, HOSTILE, sample

TESTS = Path(__file__).parents[3]


def read(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def tags(node: object) -> Iterator[DictionaryObject]:
    """Yield every element of the structure tree, in reading order."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, ArrayObject):
        for part in node:
            yield from tags(part)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def structure(reader: PdfReader) -> list[DictionaryObject]:
    return list(tags(reader.root_object["/StructTreeRoot"]))


def words(reader: PdfReader) -> str:
    """Return all text with single blanks; a line may break anywhere."""
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    return read(pdf(sample()))


def test_it_says_that_it_is_tagged_and_for_everybody(reader: PdfReader) -> None:
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF truth
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_it_has_its_title_and_its_date(reader: PdfReader) -> None:
    assert reader.metadata is not None
    assert reader.metadata.title == "Doelen & meer"
    assert reader.metadata["/CreationDate"].startswith("D:20261129")


@pytest.mark.parametrize("language", languages())
def test_it_has_a_language_and_the_words_of_it(language: str) -> None:
    found = read(pdf(sample(language)))
    assert found.root_object["/Lang"] == language
    day = {"nl": "29 november 2026", "en": "29 November 2026", "de": "29. November 2026"}
    source = {"nl": "Bron:", "en": "Source:", "de": "Quelle:"}
    assert day[language] in words(found)
    assert source[language] in words(found)


def test_headings_table_list_and_picture_are_tagged(reader: PdfReader) -> None:
    found = [str(tag["/S"]) for tag in structure(reader)]
    assert found.count("/H1") == 1
    assert found.count("/H2") == 2
    assert (found.count("/Table"), found.count("/TR"), found.count("/TH")) == (1, 3, 3)
    assert found.count("/TD") == 6
    assert (found.count("/L"), found.count("/LI")) == (1, 2)
    assert found.index("/H1") < found.index("/H2") < found.index("/Figure") < found.index("/Table")


def test_a_picture_has_its_words(reader: PdfReader) -> None:
    figures = [tag for tag in structure(reader) if tag["/S"] == "/Figure"]
    assert [tag["/Alt"] for tag in figures] == [ALTERNATIVE]
    assert "Een #lijn" in words(reader)


def test_the_cells_of_the_head_are_heads_of_columns(reader: PdfReader) -> None:
    heads = [tag for tag in structure(reader) if tag["/S"] == "/TH"]
    scopes = [part.get_object()["/Scope"] for tag in heads for part in ArrayObject(tag["/A"])]
    assert scopes == ["/Column"] * 3


@pytest.mark.parametrize("text", HOSTILE)
def test_words_are_never_markup(reader: PdfReader, text: str) -> None:
    assert text in words(reader)


def test_a_title_is_never_markup() -> None:
    title = '#import "x" *a* $ \\ <b> {{ c }}'
    found = read(pdf(sample(title=title, heading="#pagebreak() *kop*", mark="#voorbeeld*")))
    assert found.metadata is not None
    assert found.metadata.title == title
    assert title in words(found)
    assert "#pagebreak() *kop*" in words(found)
    assert "#voorbeeld*" in words(found)


def test_the_same_paper_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib\nfrom unit.reports.paper.sample_paper import sample\n"
        "from instroom.reports.paper.typst_pdf import pdf\n"
        "print(hashlib.sha256(pdf(sample())).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=TESTS, check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == hashlib.sha256(pdf(sample())).hexdigest()


def test_another_date_is_another_file() -> None:
    other = read(pdf(replace(sample(), date=date(2027, 1, 31))))
    assert other.metadata is not None
    assert other.metadata["/CreationDate"].startswith("D:20270131")


def test_only_letters_of_our_own_are_used(reader: PdfReader) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("Inter" in name for name in fonts), fonts


@pytest.mark.parametrize("sign", ["\u6280", "\U0001f600"])
def test_a_sign_without_a_letter_is_refused_and_named(sign: str) -> None:
    with pytest.raises(MachineError) as caught:
        pdf(sample(heading=f"Techniek {sign}"))
    error = caught.value
    assert error.code == "paper_unset"
    assert sign in str(error.found)
    assert "--format docx" in str(error.hint)


def test_a_picture_that_is_none_is_refused() -> None:
    paper = sample()
    wrong = replace(paper.sections[0], picture=PaperPicture("<svg", "Een lijn"))
    with pytest.raises(MachineError) as caught:
        pdf(replace(paper, sections=(wrong,)))
    assert caught.value.code == "paper_unset"


def test_another_look_is_another_template(tmp_path: Path) -> None:
    own = tmp_path / "own.typ"
    own.write_text(TEMPLATE.read_text("utf-8").replace('paper: "a4"', 'paper: "a5"'), "utf-8")
    assert float(read(pdf(sample(), template=own)).pages[0].mediabox.width) < 425
