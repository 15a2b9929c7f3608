"""A part of everybody, when one file tells of some of them and another how many they are.

A file of flows hides where a few people came from. How many they are together stands in the file
of the other end, so whoever is not told of is bounded by that number.
"""

from collections.abc import Iterable
from dataclasses import replace

from instroom.core import periods
from instroom.core.quantities import Count, Share
from instroom.core.series import Figure

#: Why nothing is told of a place: everybody may still be known from the other file.
_NOTHING_TOLD = ("no_records", "place_not_known", "nobody_counted")


def bounded_by(figures: Iterable[Figure], everybody: Iterable[Figure]) -> list[Figure]:
    """Bound figures by the number of people they are about.

    Parameters
    ----------
    figures
        Shares of those who are told of, by 1 October.
    everybody
        Shares of the school year before that day; their part is everybody.

    Returns
    -------
    list of Figure
        In the same order. A part is at least who is surely in it, at most everybody who is not
        surely in the rest. ``missing`` with a reason where everybody is not known, where more are
        told of than there are, or where nothing is told.
    """
    wholes = {(one.place, one.by, one.period): one for one in everybody}
    return [_bounded(figure, wholes) for figure in figures]


def _bounded(
    figure: Figure, wholes: dict[tuple[str, tuple[tuple[str, str], ...], str], Figure]
) -> Figure:
    if not figure.period or not (figure.numbered or figure.reason in _NOTHING_TOLD):
        return figure
    whole = wholes.get((figure.place, figure.by, _before(figure.period)))
    if whole is None or not whole.numbered or whole.numerator is None:
        return figure.without_number("missing", "everybody_not_known")
    told = figure.numerator if figure.numbered else None
    part = told.low if told else 0
    rest = figure.denominator.low - part if told and figure.denominator else 0
    most = whole.numerator.high
    if part + rest > most:
        return figure.without_number("missing", "totals_disagree")
    if not part + rest:
        return figure.without_number("missing", "too_little_told" if most else "nobody_counted")
    counted, others = Count(part, most - rest), Count(rest, most - part)
    share = Share.of(counted, others)
    exact = counted.exact and whole.numerator.exact
    return replace(
        figure,
        status="ok" if exact else "bounded",
        value=share.low if exact else None,
        low=share.low,
        high=share.high,
        numerator=counted,
        denominator=whole.numerator,
        hidden=figure.hidden + whole.hidden,
        sources=tuple(sorted({*figure.sources, *whole.sources})),
        unplaced=whole.unplaced,
    )


def _before(period: str) -> str:
    """Return the school year that ended before 1 October of a school year.

    Examples
    --------
    >>> _before("2023-2024")
    '2022-2023'
    """
    found = periods.parse(period)
    return replace(found, start=found.start - 1).code
