"""A paper as PDF/UA-1 (ISO 14289-1): tagged, so that a screen reader reads what eyes see.

One template, ``paper.typ``, sets every paper. It gets the paper as JSON, so that no text in it is
ever markup, and it imports nothing, so that nothing is fetched. The date inside the file is the
paper's: the same paper gives the same bytes.
"""

import json
from datetime import UTC, datetime, time
from pathlib import Path

from instroom.core.errors import InstroomError, MachineError
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.reports.paper.paper import Paper, paper_data

TEMPLATE = Path(__file__).with_name("paper.typ")
#: Inter as TrueType, made by ``scripts/paper_fonts.py``: the typesetter reads no WOFF2.
FONTS = Path(__file__).with_name("fonts")


def pdf(paper: Paper, *, template: Path = TEMPLATE) -> bytes:
    """Return a paper as the bytes of a PDF.

    Parameters
    ----------
    template
        Another look: a Typst file that reads the same data.

    Raises
    ------
    MachineError
        ``paper_unset`` when the typesetter refuses.
    """
    import typst  # waits: 81 MB that only papers need

    try:
        return typst.compile(
            template,
            root=template.parent,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"paper": json.dumps(paper_data(paper), ensure_ascii=False)},
            timestamp=datetime.combine(paper.date, time(), UTC),
        )
    except typst.TypstError as error:
        raise _refusal(error.message, error.hints) from error


def _refusal(message: str, hints: list[str]) -> InstroomError:
    return MachineError(
        "the paper cannot be set as PDF",
        code="paper_unset",
        found=printable(" ".join([message, *hints]), 200),
        expected=Message("a paper that PDF/UA allows, in letters that the fonts have"),
        hint=Message("take the sign or picture out that is named here, or ask for --format docx"),
    )
