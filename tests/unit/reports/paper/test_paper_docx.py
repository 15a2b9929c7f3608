"""A paper as DOCX: styles, language, heads that come back, alternatives; all text literal."""

import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import docx as python_docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from instroom.core.texts import languages
from instroom.reports.paper.word_docx import TEMPLATE, docx
from unit.reports.paper.sample_paper import ALTERNATIVE, HOSTILE, sample

TESTS = Path(__file__).parents[3]


def read(data: bytes) -> Document:
    return python_docx.Document(BytesIO(data))


@pytest.fixture(scope="module")
def document() -> Document:
    return read(docx(sample()))


def said(document: Document, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style and p.style.name == style]


def test_headings_have_the_styles_of_headings(document: Document) -> None:
    assert said(document, "Heading 1") == ["Doelen & meer"]
    assert said(document, "Heading 2") == ["Het techniekprofiel", "Ten slotte"]
    assert said(document, "Paper Figure") == ["Twente: 47,4–49,8 % koos techniek."]
    assert said(document, "Caption") == ["Een #lijn", "Cijfers per jaar"]
    assert said(document, "List Bullet") == ["een punt", "#nog een"]
    assert said(document, "Paper Source") == ["Bron: DUO, examens, 2023; CBS, plaatsen."]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_literal(document: Document, text: str) -> None:
    assert text in said(document, "Normal")


def test_a_title_is_literal_everywhere() -> None:
    title = "{{ sender }} & <w:p> {_{ x }_} {% raw %}"
    found = read(docx(sample(title=title, mark="{{ x }}")))
    assert said(found, "Heading 1") == [title]
    assert said(found, "Paper Mark") == ["{{ x }}"]
    assert found.core_properties.title == title
    assert found.sections[0].footer.paragraphs[0].text.startswith(f"{title} · Instroom")


@pytest.mark.parametrize("language", languages())
def test_the_language_is_set_and_so_are_the_words(language: str) -> None:
    found = read(docx(sample(language)))
    whole = {"nl": "nl-NL", "en": "en-GB", "de": "de-DE"}[language]
    places = found.styles.element.xpath("w:docDefaults//w:lang")
    assert [place.get(qn("w:val")) for place in places] == [whole]
    assert found.core_properties.language == whole
    day = {"nl": "29 november 2026", "en": "29 November 2026", "de": "29. November 2026"}
    assert said(found, "Paper Sender") == [f"Instroom · Twente\t{day[language]}"]


def test_a_table_has_its_cells_and_a_head_that_comes_back(document: Document) -> None:
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Jaar", "Aandeel", "Uit <welk>"],
        ["2022", "46,9 %", "*a*"],
        ["2023", "47,4 %", "{{ b }}"],
    ]
    heads = [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows]
    assert heads == [True, False, False]
    sides = [[cell.paragraphs[0].alignment for cell in row.cells] for row in table.rows]
    assert sides == [[None, 2, None]] * 3


def test_a_picture_has_its_words(document: Document) -> None:
    found = document.element.body.xpath(".//wp:docPr")
    assert [place.get("descr") for place in found] == [ALTERNATIVE]
    blips = document.element.body.xpath(".//a:blip")
    part = document.part.related_parts[blips[0].get(qn("r:embed"))]
    assert part.blob.startswith(b"\x89PNG")


def test_no_place_of_the_template_is_left(document: Document) -> None:
    known = {*HOSTILE, "{{ b }}"}
    rest = [p.text for p in document.paragraphs if p.text not in known]
    assert [text for text in rest if "{%" in text or "{{" in text] == []


def test_signs_that_word_cannot_hold_are_left_out() -> None:
    found = read(docx(sample(title="Doe\x0blen\x00\ud800 \u202emeer" + "." * 300)))
    title = "Doe len meer" + "." * 300
    assert said(found, "Heading 1") == [title]
    assert found.core_properties.title == title[:255]


def test_the_same_paper_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib\nfrom unit.reports.paper.sample_paper import sample\n"
        "from instroom.reports.paper.word_docx import docx\n"
        "print(hashlib.sha256(docx(sample())).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=TESTS, check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == hashlib.sha256(docx(sample())).hexdigest()


def test_the_dates_inside_are_those_of_the_paper(document: Document) -> None:
    created = document.core_properties.created
    assert created is not None
    assert created.date().isoformat() == "2026-11-29"
    with zipfile.ZipFile(BytesIO(docx(sample()))) as file:
        assert {entry.date_time[:3] for entry in file.infolist()} == {(1980, 1, 1)}


def test_the_template_is_what_its_script_makes() -> None:
    script = TESTS.parent / "scripts" / "paper_template.py"
    spec = importlib.util.spec_from_file_location("paper_template", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with (
        zipfile.ZipFile(BytesIO(module.made())) as new,
        zipfile.ZipFile(TEMPLATE) as kept,
    ):
        assert new.namelist() == kept.namelist()
        assert [n for n in new.namelist() if new.read(n) != kept.read(n)] == []
