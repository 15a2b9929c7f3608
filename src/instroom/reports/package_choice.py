"""Which figures travel with the software: those of ten people or more in every cell."""

from collections.abc import Callable, Iterable

from instroom.core.quantities import remainder
from instroom.core.series import Figure

LEAST = 10
#: What a series of one place is: indicator, stage, classification, place, breakdown.
_SeriesKey = tuple[str, str | None, str | None, str, tuple[tuple[str, str], ...]]


def is_whole(figure: Figure, least: int = LEAST) -> bool:
    """Whether every cell of a figure has at least ``least`` people (or there is no number)."""
    if not figure.numbered:
        return True
    part, whole = figure.numerator, figure.denominator
    rest = remainder(part, whole).low if part and whole else least
    return part is not None and part.low >= least and rest >= least


def travelling(figures: Iterable[Figure], only: frozenset[str]) -> Callable[[Figure], bool]:
    """Return which figures of these places go into a small package.

    A share goes with all its years or not at all: the years in which enough people chose
    something are no fair sample of what they choose.
    """
    partial = {_series_key(f) for f in figures if f.denominator and not is_whole(f)}
    return lambda f: f.place in only and is_whole(f) and _series_key(f) not in partial


def _series_key(figure: Figure) -> _SeriesKey:
    return (figure.indicator, figure.stage, figure.classification, figure.place, figure.by)
