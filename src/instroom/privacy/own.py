"""Which figures of our own go with those that may not be shown, judged over all tables together.

Figures of one indicator and period become cells: the people counted, and of a share also those
who did. A place is a total over its breakdowns; a school, board or municipality that is a place
of its own too is the same cell as its line in a larger place.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from instroom.core.errors import DataError, PrivacyError
from instroom.core.places import kind_of
from instroom.core.quantities import Count, remainder
from instroom.core.series import Figure
from instroom.privacy.linear import Attacker
from instroom.privacy.patterns import Deadline, search
from instroom.privacy.problems import Problem
from instroom.privacy.tables import FrequencyTable, tabulate

#: Kinds of places that also are lines of a breakdown, with the name they have there.
_LINES = {"location": "school", "institution": "school", "board": "board"} | {
    "municipality": "municipality"
}
#: Least distance between the lowest and highest number of people somebody may think possible.
WIDTH = 10.0
#: Seconds for all tables of one publication.
SECONDS = 600.0
#: The total of a place is hidden only when nothing else helps.
TOTAL = 1_000.0
Dims = dict[str, str]
Nested = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number of people in a figure: everybody, or those who did."""

    figure: str
    dims: Dims
    count: Count | None
    width: float


def to_hide(figures: Collection[Figure], hidden: Collection[str]) -> tuple[set[str], set[str]]:
    """Return which figures must be hidden so that the hidden ones stay unknown.

    Parameters
    ----------
    figures
        Figures of our own with their numbers, also those that may not be shown.
    hidden
        Ids of those that may not be shown.

    Returns
    -------
    two sets of str
        All ids to hide, those of ``hidden`` included, and the ids of figures in tables that do
        not add up (a gender is missing, say), of which this cannot tell what they give away.

    Raises
    ------
    PrivacyError
        When it cannot be found out in time.

    Examples
    --------
    >>> parts = (((), 62), ((("gender", "f"),), 5), ((("gender", "m"),), 57))
    >>> figures = [Figure("x", "2026", "twente", "ok", by=b, numerator=Count(n)) for b, n in parts]
    >>> hide, doubtful = to_hide(figures, {figures[1].id})
    >>> sorted(hide), doubtful
    (['x:twente:2026:gender=f', 'x:twente:2026:gender=m'], set())
    """
    gone, doubtful, deadline = set(hidden), set[str](), Deadline(SECONDS)
    tables = _tables(figures)
    while True:
        before = len(gone)
        for table in tables:
            mine = {figure.id for figure in table}
            if gone & mine and not mine & doubtful:
                more = _joint(table, gone, deadline)
                gone |= more or set()
                doubtful |= mine if more is None else set()
        if len(gone) == before:
            return gone, doubtful


def _tables(figures: Iterable[Figure]) -> list[list[Figure]]:
    """Return per indicator, period and place the figures that tell of each other."""
    groups: dict[tuple[str | None, ...], dict[str, list[Figure]]] = defaultdict(dict)
    for f in figures:
        if f.numerator is not None or f.denominator is not None:
            group = groups[f.indicator, f.stage, f.classification, f.period]
            group.setdefault(f.place, []).append(f)
    tables = []
    for places in groups.values():
        for place, mine in sorted(places.items()):
            lines = {value for f in mine for name, value in f.by if name in _LINES.values()}
            inner = [f for line in sorted(lines - {place}) for f in places.get(line, [])]
            tables.append([*mine, *inner])
    return tables


def _joint(figures: list[Figure], gone: set[str], deadline: Deadline) -> set[str] | None:
    """Return what must be hidden in one table, ``None`` when it does not add up."""
    place = figures[0].place
    cells = [cell for figure in figures for cell in _cells(figure, place)]
    for nested in (_nested(figures), {}):
        try:
            table = tabulate([cell.dims for cell in cells] + _others(cells), nested)
            return _search(cells, table, gone, deadline)
        except DataError:
            continue
    return None


def _others(cells: Iterable[_Cell]) -> list[Dims]:
    """Return a value beside the only one of a dimension: one line alone is a selection."""
    values: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        for name, value in cell.dims.items():
            values[name].add(value)
    return [{name: "\0other"} for name, seen in sorted(values.items()) if len(seen) == 1]


def _cells(figure: Figure, place: str) -> list[_Cell]:
    dims = dict(figure.by)
    if figure.place != place:
        dims[_LINES[str(kind_of(figure.place))]] = figure.place
    if figure.denominator is None:
        return [_Cell(figure.id, dims, figure.numerator, WIDTH)]
    everybody = _Cell(figure.id, dims, figure.denominator, WIDTH)
    if figure.numerator is None:
        return [everybody]
    rest = remainder(figure.numerator, figure.denominator)
    did = [("yes", figure.numerator), ("no", rest)]
    return [everybody, *(_Cell(figure.id, dims | {"did": d}, n, 1.0) for d, n in did)]


def _nested(figures: Iterable[Figure]) -> Nested:
    """Return which school lies where, as far as the figures themselves say so."""
    found: Nested = {}
    for figure in figures:
        known = dict(figure.by)
        line = _LINES.get(str(kind_of(figure.place)))
        if line:
            known.setdefault(line, figure.place)
        if "school" in known:
            upper = {k: v for k, v in known.items() if k in ("municipality", "board")}
            found.setdefault("school", {}).setdefault(known["school"], {}).update(upper)
    return found if any(found.get("school", {}).values()) else {}


def _search(
    cells: list[_Cell], table: FrequencyTable, gone: set[str], deadline: Deadline
) -> set[str]:
    """Return the ids to hide: a figure goes with all its cells."""
    hidden = set(gone)
    while True:
        problem = _problem(cells, table, hidden)
        try:
            pattern = search(problem, deadline).hidden
        except PrivacyError as error:
            if error.code != "unprotectable":
                raise
            return {cell.figure for cell in cells}
        more = {c.figure for c, at in _placed(cells, table) if at >= 0 and pattern[at]}
        if more <= hidden:
            return hidden & {cell.figure for cell in cells}
        hidden |= more


def _placed(cells: list[_Cell], table: FrequencyTable) -> Iterator[tuple[_Cell, int]]:
    """Yield the cells with their number in the table, without the made-up others at its end."""
    return zip(cells, table.of[: len(cells)], strict=True)


def _problem(cells: list[_Cell], table: FrequencyTable, hidden: set[str]) -> Problem:
    size = len(table.names)
    low, high = np.full(size, -np.inf), np.full(size, np.inf)
    forced, width, cost = np.zeros(size, bool), np.zeros(size), np.zeros(size)
    ours = np.zeros(size, bool)
    for cell, at in _placed(cells, table):
        if at < 0 or cell.count is None:
            continue
        ours[at] = True
        low[at], high[at] = max(low[at], cell.count.low), min(high[at], cell.count.high)
        forced[at] |= cell.figure in hidden
        width[at] = max(width[at], cell.width)
        cost[at] += TOTAL if not cell.dims.keys() - {"did"} else 1.0
    attacker = Attacker(table.cover)
    attacker.learn(low, high)
    if (low > high).any() or not attacker.possible():
        raise DataError("figures of our own do not add up", code="contradiction")
    open_ = np.full(size, np.inf)
    return Problem(
        cover=table.cover,
        shown=(low, high),
        hidden=(-open_, open_),
        forced=forced | ~ours,
        free=ours & ~forced,
        exempt=~ours,
        cost=cost,
        width=width,
        upper=-open_,
        lower=open_,
    )
