"""``instroom paper``: a paper of the programme as a file.

What makes and writes papers waits until one is asked for: the command line reads its choices here.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from instroom.core.errors import UserError
from instroom.core.messages import Message
from instroom.core.output_files import format_of, output_file, written
from instroom.core.texts import languages

if TYPE_CHECKING:
    from instroom.reports.paper.paper import Paper
    from instroom.reports.results import Results
    from instroom.reports.stored_rows import PaperAnswer


def _goals(results: "Results", language: str, day: date) -> "Paper":
    from instroom.reports.paper.goals_paper import goals_paper

    return goals_paper(results, language, day)


def _pdf(made: "Paper") -> bytes:
    from instroom.reports.paper.typst_pdf import pdf

    return pdf(made)


def _docx(made: "Paper") -> bytes:
    from instroom.reports.paper.word_docx import docx

    return docx(made)


#: Name -> what makes the paper of published figures, in a language, with a date on it.
PAPERS: "Mapping[str, Callable[[Results, str, date], Paper]]" = {"goals": _goals}
#: Format, the ending of its files -> what writes a paper in it; the first is the usual one.
FORMATS: "Mapping[str, Callable[[Paper], bytes]]" = {"pdf": _pdf, "docx": _docx}


def paper(
    name: str,
    *,
    format: str | None = None,  # noqa: A002  the name of the option
    out: str | Path,
    today: date,
    lang: str = "nl",
    data: str | Path | None = None,
) -> "PaperAnswer":
    """Write a paper of the figures at hand; ``name`` is ``goals``.

    Parameters
    ----------
    format
        ``pdf`` or ``docx``; left out, that of the name of the file, else ``pdf``.
    out
        The file to write; what was there is replaced, and the answer says so.
    today
        The date on the paper. The same figures and the same date give the same bytes.

    Returns
    -------
    dict
        What was written; ``came_along`` when no counts were read, and the figures are those that
        come with Instroom; ``uncounted`` when files were read all the same; ``example`` when the
        figures are invented.

    Raises
    ------
    UserError
        When there is no such paper, format or language, or the file cannot be written.
    MachineError
        ``paper_unset`` when PDF/UA does not allow what is in it.
    """
    from instroom.reports.at_hand import results_at_hand
    from instroom.sources.store import Store

    _refuse_other(name, PAPERS, Message("a paper"))
    _refuse_other(lang, languages(), Message("a language"))
    kind = format_of(out, format, FORMATS)
    store = Store.asked(data)
    replaced = output_file(out, protected=store.root).exists()
    results = results_at_hand(store)
    made = FORMATS[kind](PAPERS[name](results, lang, today))
    with written(out) as place:
        place.write_bytes(made)
    return {
        "paper": name,
        "format": kind,
        "file": str(Path(out)),
        "language": lang,
        "date": today.isoformat(),
        "bytes": len(made),
        "replaced": replaced,
        "came_along": results.came_along,
        "uncounted": results.uncounted,
        "example": results.example,
    }


def _refuse_other(wanted: str, known: Collection[str], what: Message) -> None:
    if wanted not in known:
        raise UserError(
            "'{wanted}' is not {what} that is known here",
            code="unknown_paper",
            found=wanted[:60],
            expected=", ".join(known),
            wanted=wanted[:60],
            what=what,
        )
