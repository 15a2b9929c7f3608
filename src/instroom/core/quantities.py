"""Numbers that know how sure they are: counts with bounds, and shares of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from instroom.core.errors import DataError
from instroom.core.messages import Message


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """A number of people or things, known to lie in ``low``..``high`` (both included).

    Examples
    --------
    >>> Count(12) + Count(1, 4)
    Count(low=13, high=16)
    >>> Count(12).exact
    True
    """

    low: int
    high: int = -1

    def __post_init__(self) -> None:
        if self.high == -1:
            object.__setattr__(self, "high", self.low)
        if not 0 <= self.low <= self.high:
            message = Message(
                "a count must satisfy 0 <= low <= high, not {low}..{high}",
                low=self.low,
                high=self.high,
            )
            raise DataError(message, code="impossible_count")

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high

    def __add__(self, other: "Count") -> "Count":
        return Count(self.low + other.low, self.high + other.high)


def remainder(part: Count, whole: Count) -> Count:
    """Return how many of a whole are not in its part.

    Where both were added up from the same cells, each bound of the part belongs to one of the whole
    (hidden cells are in both). Of an exact whole it is who is in the part that is not known: what
    the part leaves lies between the ends.

    Examples
    --------
    >>> remainder(Count(3, 6), Count(10, 16)), remainder(Count(1, 24), Count(24))
    (Count(low=7, high=10), Count(low=0, high=23))
    """
    ends = max(0, whole.low - part.low), max(0, whole.high - part.high)
    return Count(min(ends), max(ends))


def total(counts: Iterable[Count]) -> Count:
    """Add counts; bounds add up with them.

    Examples
    --------
    >>> total([Count(3), Count(1, 4), Count(1, 4)])
    Count(low=5, high=11)
    """
    result = Count(0)
    for count in counts:
        result = result + count
    return result


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, between ``low`` and ``high`` (0-1)."""

    low: float
    high: float

    @classmethod
    def of(cls, part: Count, rest: Count) -> "Share":
        """Return the share of ``part`` in ``part`` plus ``rest``, with its true bounds.

        The part and the rest vary independently, so the lowest share has the fewest in the
        part *and* the most in the rest. Dividing low by high totals would be too wide.

        Raises
        ------
        DataError
            When nothing is counted at all: a share of nothing does not exist.

        Examples
        --------
        >>> Share.of(Count(1, 4), Count(6))
        Share(low=0.14285714285714285, high=0.4)
        """
        if part.high + rest.high == 0:
            raise DataError("a share of nothing does not exist", code="empty_share")
        low = part.low / (part.low + rest.high) if part.low + rest.high else 0.0
        high = part.high / (part.high + rest.low) if part.high + rest.low else 1.0
        return cls(low, high)

    @property
    def exact(self) -> bool:
        """Whether the share is known exactly."""
        return self.low == self.high


def significant(data: Any) -> Any:
    """Return plain data with every float at 12 significant digits; no number becomes None.

    Equal answers then give equal bytes, whatever the engine or the number of threads.

    Examples
    --------
    >>> significant({"x": [0.1 + 0.2, float("nan")], "n": 3})
    {'x': [0.3, None], 'n': 3}
    """
    if isinstance(data, dict):
        return {key: significant(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [significant(value) for value in data]
    if isinstance(data, float):
        return float(f"{data:.12g}") if isfinite(data) else None
    return data
