"""The Word template of papers: ``python scripts/paper_template.py [FILE]``.

Writes src/instroom/reports/paper/paper.docx: styles, and the places that docxtpl fills. An office
that wants another look copies the file and changes its styles in Word.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell, _Row

from instroom.reports.paper.word_docx import TEMPLATE, packed_again

INK, MUTED, PETROL, HAIRLINE = "16252B", "55636B", "0A5A66", "DDE3E4"
MARGIN, WIDTH = 25, 160
#: Style, size, bold, colour, space above and below, all in points.
STYLES: tuple[tuple[str, float, bool, str, float, float], ...] = (
    ("Normal", 9.5, False, INK, 0, 5),
    ("Heading 1", 25, True, INK, 16, 6),
    ("Heading 2", 11, True, INK, 15, 5),
    ("List Bullet", 9.5, False, INK, 0, 2),
    ("Caption", 9, True, INK, 6, 4),
    ("Header", 7.5, False, MUTED, 0, 0),
    ("Footer", 7.5, False, MUTED, 0, 0),
    ("Paper Sender", 9, True, INK, 0, 0),
    ("Paper Lead", 11.5, False, MUTED, 0, 12),
    ("Paper Mark", 9, True, "7A4B00", 0, 6),
    ("Paper Status", 7.5, True, PETROL, 0, 4),
    ("Paper Figure", 10.5, True, PETROL, 4, 2),
    ("Paper Basis", 8.5, False, MUTED, 0, 6),
    ("Paper Source", 7.5, False, MUTED, 4, 4),
    ("Paper Cell", 8.5, False, INK, 2, 2),
    ("Paper Head", 8, True, MUTED, 2, 2),
)
FALLBACK = (
    '<w:font xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:name="Inter">'
    '<w:altName w:val="Arial"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'
)


def _style(document: Document, name: str) -> ParagraphStyle:
    known = {style.name for style in document.styles}
    if name not in known:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(name)
    return style


def _letters(document: Document) -> None:
    """Set letters and room of every style; Inter everywhere, no fonts of a theme."""
    for name, size, bold, colour, above, below in STYLES:
        style = _style(document, name)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            del fonts.attrib[key]
        for key in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{key}"), "Inter")
        shape = style.paragraph_format
        shape.space_before, shape.space_after, shape.line_spacing = Pt(above), Pt(below), 1.15
        shape.keep_with_next = name.startswith(("Heading", "Caption", "Paper Status"))
    edge = _edge("top", HAIRLINE, 6)
    borders = OxmlElement("w:pBdr")
    borders.append(edge)
    _style(document, "Heading 2").element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _edge(side: str, colour: str, space: int) -> BaseOxmlElement:
    edge = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", "4"), ("space", str(space)), ("color", colour)):
        edge.set(qn(f"w:{key}"), value)
    return edge


def _page(document: Document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(MARGIN)
    page.top_margin, page.bottom_margin = Mm(21), Mm(22)
    foot = page.footer.paragraphs[0]
    foot.style = document.styles["Footer"]
    foot.paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run("{{ title }} · {{ sender }}\t")
    for field, after in (("PAGE", " / "), ("NUMPAGES", "")):
        simple = OxmlElement("w:fldSimple")
        simple.set(qn("w:instr"), field)
        foot._p.append(simple)
        if after:
            foot.add_run(after)


def _paragraphs(document: Document, *lines: tuple[str, str]) -> None:
    for style, words in lines:
        document.add_paragraph(words, style=style)


def _top(document: Document) -> None:
    sender = document.add_paragraph("{{ sender }}\t", style="Paper Sender")
    sender.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    day = sender.add_run("{{ day }}")
    day.bold, day.font.color.rgb = False, RGBColor.from_string(MUTED)
    _paragraphs(
        document,
        ("Heading 1", "{{ title }}"),
        ("Normal", "{%p if mark %}"),
        ("Paper Mark", "{{ mark }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p if lead %}"),
        ("Paper Lead", "{{ lead }}"),
        ("Normal", "{%p endif %}"),
    )


def _section(document: Document) -> None:
    _paragraphs(
        document,
        ("Normal", "{%p for section in sections %}"),
        ("Heading 2", "{{ section.heading }}"),
        ("Normal", "{%p if section.status %}"),
        ("Paper Status", "{{ section.status }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p for words in section.paragraphs %}"),
        ("Normal", "{{ words }}"),
        ("Normal", "{%p endfor %}"),
        ("Normal", "{%p for one in section.figures %}"),
        ("Paper Figure", "{{ one.sentence }}"),
        ("Normal", "{%p if one.basis %}"),
        ("Paper Basis", "{{ one.basis }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p endfor %}"),
        ("Normal", "{%p for words in section.points %}"),
        ("List Bullet", "{{ words }}"),
        ("Normal", "{%p endfor %}"),
        ("Normal", "{%p if section.picture %}"),
        ("Normal", "{%p if section.picture.caption %}"),
        ("Caption", "{{ section.picture.caption }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{{ drawings[loop.index0] }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p if section.table %}"),
        ("Caption", "{{ section.table.caption }}"),
    )
    _table(document)
    _paragraphs(
        document,
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p if section.sources %}"),
        ("Paper Source", "{{ source_word }}: {{ section.sources | join('; ') }}."),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p endfor %}"),
    )


def _table(document: Document) -> None:
    """Add the table: a head that comes back on every page, and a row per row."""
    table = document.add_table(rows=4, cols=7)
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")
    head, begin, row, end = table.rows
    _cells(head, "column in section.table.columns", "column.title", "column", "Paper Head")
    properties = head._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    properties.append(OxmlElement("w:tblHeader"))
    _edged(head, PETROL)
    begin.cells[0].text = "{%tr for cells in section.table.rows %}"
    column = "section.table.columns[loop.index0]"
    _cells(row, "words in cells", "words", column, "Paper Cell")
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    _edged(row, HAIRLINE)
    end.cells[0].text = "{%tr endfor %}"


def _cells(row: _Row, loop: str, words: str, column: str, style: str) -> None:
    """Fill the cells of a row: to the right where the column is of numbers, else to the left."""
    places = (
        f"{{%tc for {loop} %}}",
        f"{{%tc if {column}.numeric %}}",
        f"{{{{ {words} }}}}",
        "{%tc else %}",
        f"{{{{ {words} }}}}",
        "{%tc endif %}",
        "{%tc endfor %}",
    )
    for number, (cell, text) in enumerate(zip(row.cells, places, strict=True)):
        cell.text = text
        properties = cell._tc.get_or_add_tcPr()
        properties.remove(properties.get_or_add_tcW())  # Word: as wide as its words
        cell.paragraphs[0].style = style
        if number == 2:
            cell.paragraphs[0].alignment = 2


def _edged(row: _Row, colour: str) -> None:
    for cell in row.cells:
        _line_below(cell, colour)


def _line_below(cell: _Cell, colour: str) -> None:
    borders = OxmlElement("w:tcBorders")
    borders.append(_edge("bottom", colour, 0))
    cell._tc.get_or_add_tcPr().append(borders)


def _fallback(document: Document) -> None:
    """Name a font for who has no Inter."""
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            blob = part.blob.replace(b"</w:fonts>", FALLBACK.encode() + b"</w:fonts>")
            part._blob = blob


def made() -> bytes:
    """Return the template."""
    document = docx.Document()
    for paragraph in document.paragraphs:
        paragraph._p.getparent().remove(paragraph._p)
    _letters(document)
    _page(document)
    _top(document)
    _section(document)
    _fallback(document)
    said = document.core_properties
    said.author, said.title, said.comments, said.keywords = "Instroom", "", "", ""
    said.created = said.modified = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    document.save(buffer)
    return packed_again(buffer.getvalue())


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE
    target.write_bytes(made())
    print(f"{target}: {target.stat().st_size} bytes")
