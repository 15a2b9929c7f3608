"""What a point and a comma mean in a column of numbers: decided by evidence, or refused."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its stubs know fewer shapes than it takes
_COMMA = r"^[+-]?\d+(,\d+)?([eE][+-]?\d+)?$"
#: 1.234 and 1.234,5: points between thousands, a comma before decimals.
_GROUPED = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$"
_SURE_GROUPED = r"^[+-]?\d{1,3}((\.\d{3}){2,}|(\.\d{3})+,\d+)$"
#: A point that cannot stand between thousands: 3.5, 3.1416, 0.125.
_SURE_POINT = r"^[+-]?(\d+\.(\d{1,2}|\d{4,})|0\d*\.\d+|\d{4,}\.\d+|\d*\.?\d+[eE][+-]?\d+)$"
#: May be either: 1.067 is one and a bit, or a thousand and some.
_EITHER = {".": r"^[+-]?[1-9]\d{0,2}\.\d{3}$", ",": r"^[+-]?[1-9]\d{0,2},\d{3}$"}
_PLAIN = r"^[+-]?\d+$"
#: Whole numbers this many times the others make a jump that only thousands explain.
_JUMP = 20


def exact(value: float) -> str:
    """Return a number as a text that can be read in one way only, and gives it back.

    Examples
    --------
    >>> exact(1.067), exact(945.0), exact(0.1)
    ('1.0670', '945', '0.1')
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return f"{text}0" if re.match(_EITHER["."], text) else text


def has_points(columns: Any) -> bool:
    """Say whether any of the columns of a file has a point that must be a decimal point."""
    return any(pc.any(pc.match_substring_regex(c, _SURE_POINT)).as_py() for c in columns)


def plain(column: Any, *, delimiter: str, points_elsewhere: bool) -> tuple[Any, int | None]:
    """Return a column of texts with decimal points only, or the row of the first doubtful number.

    Parameters
    ----------
    column
        Texts; null is missing.
    delimiter
        Of the file. A semicolon or a tab goes with decimal commas.
    points_elsewhere
        Whether another column of the file has decimal points for sure.

    Returns
    -------
    tuple
        ``(column, None)``, or ``(column, row)`` when both readings fit: the row that shows it.

    Examples
    --------
    >>> sure = pa.array(["3,5", "4"])
    >>> plain(sure, delimiter=";", points_elsewhere=False)[0].to_pylist()
    ['3.5', '4']
    >>> plain(pa.array(["945", "1.067"]), delimiter=";", points_elsewhere=False)[1]
    1
    >>> plain(pa.array(["945", "1.067.300"]), delimiter=";", points_elsewhere=False)[0].to_pylist()
    ['945', '1067300']
    """
    if _any(column, _SURE_GROUPED) and _all(column, _GROUPED):
        whole = pc.replace_substring(column, ".", "")
        return pc.replace_substring(whole, ",", "."), None
    sign = "," if delimiter != "," and _any(column, r",") and _all(column, _COMMA) else "."
    doubt = _doubtful(column, sign, delimiter=delimiter, points_elsewhere=points_elsewhere)
    if sign == ",":
        column = pc.replace_substring(column, ",", ".")
    return column, doubt


def _doubtful(column: Any, sign: str, *, delimiter: str, points_elsewhere: bool) -> int | None:
    """Return the first number that may be thousands, when nothing in the column tells."""
    either = pc.fill_null(pc.match_substring_regex(column, _EITHER[sign]), False)
    if not pc.any(either).as_py():
        return None
    whole = pc.fill_null(pc.match_substring_regex(column, _PLAIN), False)
    others = pc.and_not(pc.and_not(pc.is_valid(column), either), whole)
    if pc.any(others).as_py():  # 3.5 beside 1.067
        return None
    largest = pc.max(pc.cast(_numbers(column.filter(either), sign), pa.float64())).as_py()
    rest = pc.cast(column.filter(whole), pa.float64())
    jump = len(rest) > 0 and pc.min(pc.abs(rest)).as_py() > _JUMP * abs(largest)
    thousands = len(rest) == 0 or pc.max(pc.abs(rest)).as_py() < 1000
    unusual = sign == "." and delimiter != "," and not points_elsewhere
    if thousands and (jump or unusual):
        return int(pc.index(either, True).as_py())
    return None


def _numbers(column: Any, sign: str) -> Any:
    return pc.replace_substring(column, sign, ".")


def _any(column: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def _all(column: Any, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(column, pattern)).as_py())
