"""``instroom paper``: a paper of the programme as a file."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from instroom.core.errors import UserError
from instroom.core.messages import Message
from instroom.core.texts import languages
from instroom.reports.paper.goals_paper import goals_paper
from instroom.reports.paper.paper import Paper
from instroom.reports.paper.typst_pdf import pdf
from instroom.reports.paper.word_docx import docx
from instroom.reports.results import Results
from instroom.reports.site import results_at_hand
from instroom.reports.stored_rows import PaperAnswer

#: Name -> what makes the paper of published figures, in a language, with a date on it.
PAPERS: Mapping[str, Callable[[Results, str, date], Paper]] = {"goals": goals_paper}
#: Format -> what writes a paper in it.
FORMATS: Mapping[str, Callable[[Paper], bytes]] = {"pdf": pdf, "docx": docx}


#: What is chosen among.
Choice = TypeVar("Choice")


def paper(
    name: str,
    *,
    format: str = "pdf",  # noqa: A002  the name of the option
    out: str | Path,
    today: date,
    lang: str = "nl",
    data: str | Path | None = None,
) -> PaperAnswer:
    """Write a paper of the figures at hand; ``name`` is ``goals``.

    Parameters
    ----------
    today
        The date on the paper. The same figures and the same date give the same bytes.

    Raises
    ------
    UserError
        When there is no such paper, format or language.
    MachineError
        ``paper_unset`` when PDF/UA does not allow what is in it.
    """
    make = _chosen(PAPERS, name, Message("a paper"))
    write = _chosen(FORMATS, format, Message("a format of papers"))
    language = _chosen({code: code for code in languages()}, lang, Message("a language"))
    written = write(make(results_at_hand(data), language, today))
    target = Path(out)
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.write_bytes(written)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return {
        "paper": name,
        "format": format,
        "file": str(target),
        "language": language,
        "date": today.isoformat(),
        "bytes": len(written),
    }


def _chosen(known: Mapping[str, Choice], wanted: str, what: Message) -> Choice:
    if wanted not in known:
        raise UserError(
            "'{wanted}' is not {what} that is known here",
            code="unknown_paper",
            found=wanted[:60],
            expected=", ".join(known),
            wanted=wanted[:60],
            what=what,
        )
    return known[wanted]
