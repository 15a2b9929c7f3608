"""Which unknown numbers follow from sums: what anybody finds by adding and taking away."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Unknown = TypeVar("Unknown", bound=Hashable)
#: Sums are of ones and minus ones: reckoning modulo a large prime finds what fractions find.
_PRIME = 2**61 - 1


def determined(sums: Iterable[Mapping[Unknown, int]]) -> set[Unknown]:
    """Return the unknowns that have one value only, when each of these sums is known.

    Parameters
    ----------
    sums
        Per sum how often an unknown is in it; what is known is left out.

    Examples
    --------
    >>> sorted(determined([{"a": 1, "b": 1}, {"b": 1, "c": 1}, {"a": 1, "b": 1, "d": 1}]))
    ['d']
    """
    reduced: dict[Unknown, dict[Unknown, int]] = {}
    for one in sums:
        row = _less(dict(one), reduced)
        if not row:
            continue
        first = next(iter(row))
        inverse = pow(row[first], -1, _PRIME)
        row = {name: times * inverse % _PRIME for name, times in row.items()}
        reduced = {name: _less(other, {first: row}) for name, other in reduced.items()}
        reduced[first] = row
    return {name for name, row in reduced.items() if len(row) == 1}


def _less(
    row: dict[Unknown, int], reduced: Mapping[Unknown, Mapping[Unknown, int]]
) -> dict[Unknown, int]:
    """Take from a row as many times each reduced row as its first unknown is in it."""
    for first in [name for name in row if name in reduced]:
        times = row[first]
        for name, number in reduced[first].items():
            row[name] = (row.get(name, 0) - times * number) % _PRIME
    return {name: number for name, number in row.items() if number}
