"""A paper as DOCX, from one template that an office can restyle in Word.

``paper.docx`` is made by ``scripts/paper_template.py``. Text of a paper is escaped where it is put
in, so that nothing in it is XML or a place of the template. The dates inside the file are the
paper's: the same paper gives the same bytes.
"""

import io
import zipfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from instroom.core.printing import visible
from instroom.reports.paper.paper import LOCALES, Paper, PaperPicture, paper_data

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docxtpl import DocxTemplate, InlineImage
    from jinja2 import Environment

TEMPLATE = Path(__file__).with_name("paper.docx")
FONTS = Path(__file__).with_name("fonts")
#: Width of a picture in millimetres, and pixels per unit of its view box.
WIDE, SHARP = 86, 3.5
#: Signs that a property of a document may have.
LONGEST = 255
_ZIP_BEGINS = (1980, 1, 1, 0, 0, 0)


def docx(paper: Paper, *, template: Path = TEMPLATE) -> bytes:
    """Return a paper as the bytes of a DOCX.

    Parameters
    ----------
    template
        Another look: a copy of ``paper.docx`` with the same places in it.
    """
    from docxtpl import DocxTemplate  # waits: only papers need it

    made = DocxTemplate(template)
    pictures = [section.picture for section in paper.sections]
    drawings = [_drawing(made, picture) if picture else None for picture in pictures]
    made.render({**paper_data(paper), "drawings": drawings}, _environment())
    document: WordDocument = made.docx
    _say_alternatives(document, [picture for picture in pictures if picture])
    _say_language(document, LOCALES.get(paper.language, paper.language))
    _say_properties(document, paper)
    buffer = io.BytesIO()
    document.save(buffer)
    return packed_again(buffer.getvalue())


def packed_again(data: bytes) -> bytes:
    """Return a zip with the same files in the same order, without the time of packing."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_BEGINS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()


def _environment() -> "Environment":
    """Return the rules for putting text in: escaped, and a place that is not there is an error."""
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, finalize=_literal)


def _literal(value: object) -> object:
    """Return text as XML that says just that; a brace is an entity, which docxtpl leaves alone."""
    from markupsafe import Markup, escape

    if not isinstance(value, str):
        return value
    text = str(escape(value)).replace("{", "&#123;").replace("}", "&#125;")
    return Markup(text)  # noqa: S704  escaped one line above


def _drawing(made: "DocxTemplate", picture: PaperPicture) -> "InlineImage":
    """Return a picture as Word can show it: PNG, with letters of Inter."""
    import vl_convert
    from docx.shared import Mm
    from docxtpl import InlineImage

    vl_convert.register_font_directory(str(FONTS))
    image = vl_convert.svg_to_png(picture.svg, scale=SHARP)
    return InlineImage(made, io.BytesIO(image), width=Mm(WIDE))


def _say_alternatives(document: "WordDocument", pictures: list[PaperPicture]) -> None:
    shown = document.element.body.xpath(".//wp:docPr")
    for place, picture in zip(shown, pictures, strict=True):
        place.set("descr", visible(picture.alternative))


def _say_language(document: "WordDocument", language: str) -> None:
    from docx.oxml.ns import qn

    for place in document.styles.element.xpath("w:docDefaults//w:lang"):
        place.set(qn("w:val"), language)
    document.core_properties.language = language


def _say_properties(document: "WordDocument", paper: Paper) -> None:
    said = document.core_properties
    said.title = visible(paper.title)[:LONGEST]
    said.author = said.last_modified_by = visible(paper.sender)[:LONGEST]
    said.created = said.modified = datetime.combine(paper.date, time(), UTC)
