"""Columns of words: each different word once, and for every row which word it has.

A publisher's file of a million rows has a few thousand different words; what a word means is
looked up once for each word, not once for each row.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from instroom.core.messages import words_of

if TYPE_CHECKING:
    WordColumn: TypeAlias = pa.DictionaryArray[Any, Any]
else:
    WordColumn = pa.DictionaryArray

Word = str | None
_MANY = 2**31
#: Columns of more rows are no block of a table, and too large to keep.
_BLOCK = 100_000


def encode(words: Iterable[Word]) -> WordColumn:
    """Return a column from a word for every row; None is "nothing said"."""
    return encoded(pa.array(list(words), type=pa.string()))


def encoded(array: "pa.Array[Any] | pa.ChunkedArray[Any]") -> WordColumn:
    """Return an Arrow array of texts as a column of words."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return cast(WordColumn, whole.cast(pa.dictionary(pa.int32(), pa.string())))


def of_codes(words: Sequence[Word], codes: NDArray[np.integer]) -> WordColumn:
    """Return a column of words that may be equal or None, and for every row its position.

    Examples
    --------
    >>> of_codes(["a", None, "a"], np.array([2, 1, 0])).to_pylist()
    ['a', None, 'a']
    """
    distinct = list(dict.fromkeys(word for word in words if word is not None))
    position = {word: i for i, word in enumerate(distinct)}
    mapped = np.array([-1 if w is None else position[w] for w in words] or [-1], dtype=np.int32)
    indices = mapped[codes]
    none = None if None not in words else indices < 0
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, pa.int32(), mask=none), pa.array(distinct, type=pa.string()), safe=False
    )


def constant(word: Word, size: int) -> WordColumn:
    """Return a column with one word."""
    return _one_word(word, size) if size <= _BLOCK else _one_word.__wrapped__(word, size)


@lru_cache(maxsize=64)
def _one_word(word: Word, size: int) -> WordColumn:
    """Make a column of one word; the columns of one block share theirs, Arrow never changes it."""
    if word is None:
        return of_codes([None], np.zeros(size, dtype=np.int32))
    same = pa.array(np.zeros(size, dtype=np.int32), pa.int32())
    return pa.DictionaryArray.from_arrays(same, pa.array([word], type=pa.string()), safe=False)


def codes(column: WordColumn) -> NDArray[np.int32]:
    """Return for every row the position of its word in ``distinct``; -1 for nothing."""
    indices = column.indices
    filled = indices.fill_null(-1) if indices.null_count else indices
    found: NDArray[np.int32] = filled.to_numpy(zero_copy_only=False)
    return found


def distinct(column: WordColumn) -> list[str]:
    """Return the different words of a column."""
    return cast(list[str], column.dictionary.to_pylist())


def listed(column: WordColumn) -> list[Word]:
    """Return the word of every row."""
    return column.cast(pa.string()).to_pylist()


def mapped(column: WordColumn, change: Callable[[str], Word]) -> WordColumn:
    """Return a column with each word changed.

    Raises
    ------
    WordError
        Around a ``ValueError`` of ``change``, with the word's first row.
    """
    words: list[Word] = []
    for code, word in enumerate(distinct(column)):
        try:
            words.append(change(word))
        except ValueError as error:
            raise WordError(int(np.argmax(codes(column) == code)), word, words_of(error)) from error
    return of_codes([*words, None], codes(column))


def combined(columns: Sequence[WordColumn], change: Callable[..., Word]) -> WordColumn:
    """Return a column with a word for each combination of words; None where one says nothing.

    Raises
    ------
    WordError
        As :func:`mapped`.

    Examples
    --------
    >>> combined([encode(["a", "b"]), encode(["1", None])], lambda x, y: f"{x}{y}").to_pylist()
    ['a1', 'bNone']
    """
    first, inverse = _combinations(columns)
    lists = [[*distinct(column), None] for column in columns]
    rows = [codes(column)[first] for column in columns]
    words: list[Word] = []
    for position, row in enumerate(first):
        said = [words_of[places[position]] for words_of, places in zip(lists, rows, strict=True)]
        try:
            words.append(change(*said))
        except ValueError as error:
            raise WordError(int(row), str(said), words_of(error)) from error
    return of_codes(words, inverse)


def _combinations(columns: Sequence[WordColumn]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of every combination, and for every row its combination."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        if key.max(initial=0) > _MANY:
            key = np.unique(key, return_inverse=True)[1]
        key = key * (len(column.dictionary) + 1) + codes(column) + 1
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse.ravel()


def rows_with(column: WordColumn, word: str) -> NDArray[np.bool_]:
    """Return which rows have this word."""
    found = distinct(column)
    if word not in found:
        return np.zeros(len(column), dtype=bool)
    same: NDArray[np.bool_] = codes(column) == found.index(word)
    return same


class WordError(ValueError):
    """A word that cannot be what its column says, with the first row (from 0) that has it."""

    def __init__(self, row: int, word: str, expected: str) -> None:
        super().__init__(expected)
        self.row, self.word, self.expected = row, word, expected
