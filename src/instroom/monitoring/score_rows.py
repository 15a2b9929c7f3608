"""Rows of score files that would count wrongly: named before anything is computed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.sources.codes import missing_code
from instroom.sources.columns import Columns

Floats = NDArray[np.float64]
#: How many row numbers a message names.
_SHOWN = 5


def numbers(data: Columns, name: str, *, arm: bool = False) -> Floats:
    """Return a column of scores, or of who took part, as numbers; shape (rows,).

    Raises
    ------
    DataError
        ``not_binary`` when who took part is said in other words than yes and no,
        ``missing_code`` for a code such as 99 far outside the other scores, and as
        :meth:`instroom.sources.columns.Columns.numbers`.
    """
    try:
        found = data.numbers(name)
    except DataError as error:
        if not (arm and error.code == "not_a_number"):
            raise
        words = sorted({str(w) for w in data.words(name) if w})
        raise DataError(
            "column '{name}' must say who took part",
            code="not_binary",
            where=error.where,
            found=", ".join(words[:6])[:80],
            expected=Message("1 or 0, or yes and no (ja, nee)"),
            hint=Message(
                "say with --yes which value means that somebody took part; keep the others, they "
                "are the comparison"
            ),
            name=name,
        ) from None
    outside = missing_code(found)
    if outside is not None:
        code, low, high = outside
        rows = np.flatnonzero(found == code)
        raise DataError(
            "{mark:g} lies far outside the other values of column '{name}'",
            code="missing_code",
            where=Where(data.file, data.line(int(rows[0])), name),
            found=Message(
                "{mark:g} in {n} rows; all others from {low:g} to {high:g}",
                mark=code,
                n=len(rows),
                low=low,
                high=high,
            ),
            expected=Message("an empty cell where there is no score"),
            hint=Message("empty these cells when it stands for 'no answer', or correct them"),
            mark=code,
            name=name,
        )
    return found


def left_out(filled: Mapping[str, NDArray[np.bool_]]) -> tuple[Message, ...]:
    """Return for each column how many rows are left out because it is empty there.

    ``filled`` says of each column which rows have a value, shape (rows,). A row that misses two
    columns counts with both.

    Examples
    --------
    >>> [str(one) for one in left_out({"age": np.array([True, False]), "sex": np.ones(2, bool)})]
    ["rows left out because column 'age' is empty: 1"]
    """
    return tuple(
        Message(
            "rows left out because column '{name}' is empty: {n}",
            name=name,
            n=int((~known).sum()),
        )
        for name, known in filled.items()
        if not known.all()
    )


def check_names(data: Columns, name: str, keys: NDArray[np.generic]) -> None:
    """Refuse names of groups that differ only in case, blanks or leading zeros.

    Raises
    ------
    DataError
        ``same_name``: two schools in place of one make a margin too small.
    """
    for other, text in names_alike(keys):
        words = data.words(name)
        row = next(i for i, word in enumerate(words) if word == text)
        raise DataError(
            "'{other}' and '{text}' differ only in capitals, blanks or leading zeros",
            code="same_name",
            where=Where(data.file, data.line(row), name),
            found=Message("'{other}' and '{text}'", other=other, text=text),
            expected=Message("one way of writing for one school or class"),
            hint=Message("write them the same if they are one; give them different names if not"),
            other=other,
            text=text,
        )


def names_alike(keys: NDArray[np.generic]) -> Iterator[tuple[str, str]]:
    """Yield pairs of names that differ only in case, blanks or leading zeros.

    Examples
    --------
    >>> list(names_alike(np.array(["S1", "s01", "S2", "S1"])))
    [('S1', 's01')]
    """
    if keys.dtype.kind in "iu":
        return
    seen: dict[str, str] = {}
    for label in np.unique(keys):
        text = str(label)
        other = seen.setdefault(_canonical(text), text)
        if other != text:
            yield other, text


def _canonical(text: str) -> str:
    joined = re.sub(r"\s+", "", text).casefold()
    return re.sub(r"(?<![\d.,])0+(?=\d)", "", joined)


def check_repeats(data: Columns, keys: Sequence[NDArray[Any]], used: NDArray[np.bool_]) -> None:
    """Refuse rows that give the same pupil (at the same moment) once more.

    Raises
    ------
    DataError
        ``repeated_measurement``, with how many and where.
    """
    codes = [np.unique(key, return_inverse=True)[1] for key in keys]
    rows = np.flatnonzero(used)
    if not len(rows):
        return
    whole = np.stack(codes, axis=1)[rows]
    _, first = np.unique(whole, axis=0, return_index=True)
    again = np.setdiff1d(np.arange(len(rows)), first)
    if len(again):
        lines = [data.line(int(rows[i])) for i in again[:_SHOWN]]
        more = " ..." if len(again) > _SHOWN else ""
        raise DataError(
            "{n} rows repeat a pupil and moment that is in the file already",
            code="repeated_measurement",
            where=Where(data.file, lines[0]),
            found=Message("rows {names}{more}", names=", ".join(map(str, lines)), more=more),
            expected=Message("one row per pupil and moment"),
            hint=Message(
                "take the row out that should not be there; nobody but you knows which it is"
            ),
            n=len(again),
        )
