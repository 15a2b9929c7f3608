"""Foreign text on its way out: to a terminal, or into a cell of a spreadsheet.

A name in a publisher's file may hold anything. Nothing of it may steer a terminal, turn the
reading direction, or be worked out as a formula.
"""

import json
import re
import unicodedata
from typing import Any

from instroom.core import answers

#: What starts a formula in a spreadsheet; with apostrophes before it, so that it can be undone.
FORMULA = r"^('*[=+\-@\t\r\n])"
_FORMULA = re.compile(FORMULA)
_ESCAPED = re.compile(r"^'('*[=+\-@\t\r\n])")
_BLANKS = "\t\n\r\x0b\x0c\u2028\u2029"
#: Controls, format signs (direction, joiners), lone surrogates, private use, unassigned.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def printable(text: str, limit: int | None = None) -> str:
    r"""Return text that can be shown on one line: what steers a screen becomes a mark.

    Parameters
    ----------
    limit
        The most signs to show; the rest becomes an ellipsis.

    Examples
    --------
    >>> printable("Het \x1b[31mLyceum\u202e")
    'Het �[31mLyceum�'
    >>> printable("onderbouw", 5)
    'onder…'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join("\N{REPLACEMENT CHARACTER}" if _hidden(sign) else sign for sign in text)
    return text if limit is None or len(text) <= limit else text[:limit] + "…"


def visible(text: str) -> str:
    r"""Return text without the signs that nobody sees; a tab or a line end becomes a blank.

    Examples
    --------
    >>> visible("Het \x1b[31mLyceum\u202e\ufeff"), visible("Markt 1\nEnschede")
    ('Het [31mLyceum', 'Markt 1 Enschede')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if s in _BLANKS else "" if _hidden(s) else s for s in text)


def _hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN


def printable_lines(text: str) -> str:
    """Return text of several lines with every line made printable."""
    return "\n".join(printable(line) for line in text.split("\n"))


def json_text(data: Any, *, plain: bool = False) -> str:
    r"""Return one JSON document for a terminal or a pipe; hidden signs are written as ``\u....``.

    Parameters
    ----------
    plain
        Write ASCII only, for an output that knows no other signs.

    Examples
    --------
    >>> json_text(["caf\u00e9 \x9b31m"])
    '[\n "café \\u009b31m"\n]'
    """
    text = json.dumps(data, ensure_ascii=plain, indent=1, default=answers.plain)
    if text.isascii():
        return text
    return "".join(map(_spelled, text))


def _spelled(sign: str) -> str:
    return sign if sign.isascii() or not _hidden(sign) else json.dumps(sign)[1:-1]


def inert(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers.

    :func:`restored` undoes it exactly.

    Examples
    --------
    >>> inert("=1+1"), inert("-"), inert(-3), inert("Twente")
    ("'=1+1", "'-", -3, 'Twente')
    """
    return _FORMULA.sub(r"'\1", cell) if isinstance(cell, str) else cell


def restored(cell: str) -> str:
    """Return the text that :func:`inert` was given."""
    return _ESCAPED.sub(r"\1", cell)
