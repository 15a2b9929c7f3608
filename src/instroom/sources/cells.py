"""What one cell says: a number, an interval, nothing, or something that should not be there."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["count", "decimal", "percent", "flagged"]

_DIGITS = re.compile(r"\d+")
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
_WHOLE = re.compile(r"\d+[.,]0+")
_LESS = re.compile(r"<\s*([0-9]{1,6})")
_DECIMAL = re.compile(r"-?\d*[.,]?\d+|-?\d+[.,]")
#: What publishers write for "no figure"; a blank is one of them.
_NOTHING = {"", ".", ":", "-", "x", "n.v.t.", "nvt", "*"}
#: Least and most people behind a hidden count.
_SMALL = (1.0, 4.0)
#: No publisher's number is longer; a longer text is none.
_LONGEST = 40
#: Not even money has so much, and a float rounds it.
_TOO_MUCH = 1e15


@dataclass(frozen=True, slots=True)
class ParsedCell:
    """Bounds, status and the publisher's mark; ``status`` None means: this cannot be read."""

    low: float | None
    high: float | None
    status: str | None
    flag: str = ""


UNREADABLE = ParsedCell(None, None, None)
MISSING = ParsedCell(None, None, "missing")


@lru_cache(maxsize=100_000)
def parse(
    text: str,
    kind: Kind,
    missing: frozenset[str] = frozenset(),
    hidden: frozenset[str] = frozenset(),
    *,
    below_zero: bool = False,
) -> ParsedCell:
    """Read one cell.

    Counts: ``12``, ``1.001`` (a thousand and one), ``<5`` (1..4). Decimals:
    comma or point, ``1.001`` is one and a bit. Percentages become shares: ``83,3%``, ``90.9``.
    ``missing`` are further texts that mean "no figure" in this column, such as ``,0``; ``hidden``
    stand for 1..4, as ``-1`` does in DUO's files of higher education and nowhere else. A number
    under 0 cannot be read unless ``below_zero`` says that there are such.

    Examples
    --------
    >>> parse("<5", "count")
    ParsedCell(low=1.0, high=4.0, status='bounded', flag='<5')
    >>> parse("1.001", "count").low, parse("1.001", "decimal").low
    (1001.0, 1.001)
    >>> parse("83,3%", "percent").low, parse("0", "count").low, parse("", "count").status
    (0.833, 0.0, 'missing')
    >>> parse("HAVO", "count").status is None
    True
    """
    clean = text.replace("\N{NO-BREAK SPACE}", " ").strip()
    if len(clean) > _LONGEST and clean not in missing:
        return UNREADABLE
    if kind == "flagged":
        return _above(_flagged(clean), below_zero)
    if clean in missing or clean.lower() in _NOTHING:
        return ParsedCell(None, None, "missing", clean)
    if clean in hidden:
        return ParsedCell(*_SMALL, "bounded", clean)
    if match := _LESS.fullmatch(clean):
        return _less_than(int(match[1]), kind, clean)
    if kind == "count":
        return _count(clean)
    return _above(_decimal(clean, kind), below_zero)


def _above(cell: ParsedCell, below_zero: bool) -> ParsedCell:
    """Return a number as it is, unless its size shows that it is none."""
    value = cell.low or 0.0
    return cell if (below_zero or value >= 0) and abs(value) < _TOO_MUCH else UNREADABLE


def _less_than(limit: int, kind: Kind, text: str) -> ParsedCell:
    if kind != "count" or limit < 2:
        return ParsedCell(None, None, "missing", text)
    return ParsedCell(1.0, float(limit - 1), "bounded", text)


def _count(text: str) -> ParsedCell:
    if _DIGITS.fullmatch(text):
        digits = text
    elif _THOUSANDS.fullmatch(text):
        digits = text.replace(".", "")
    elif _WHOLE.fullmatch(text):
        digits = re.split("[.,]", text)[0]
    else:
        return UNREADABLE
    return _above(_exact(float(digits)), below_zero=False) if digits.isascii() else UNREADABLE


def _decimal(text: str, kind: Kind) -> ParsedCell:
    number = text.removesuffix("%").strip() if kind == "percent" else text
    if not _DECIMAL.fullmatch(number) or not number.isascii():
        return UNREADABLE
    value = float(number.replace(",", "."))
    if kind == "percent":
        return _exact(round(value / 100, 12)) if 0 <= value <= 100 else UNREADABLE
    return _exact(value)


def _flagged(text: str) -> ParsedCell:
    """Read Eurostat's ``12.3 b`` and ``: z``: a value or nothing, then flags."""
    number, _, flag = text.partition(" ")
    if number in ("", ":"):
        return ParsedCell(None, None, "missing", flag.strip())
    if not _DECIMAL.fullmatch(number) or not number.isascii():
        return UNREADABLE
    value = float(number.replace(",", "."))
    return ParsedCell(value, value, "ok", flag.strip())


def _exact(value: float) -> ParsedCell:
    return ParsedCell(value, value, "ok")
