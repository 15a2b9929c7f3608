"""Which figures rest on so few schools that they tell of one, alone or together with others.

It is for series that may not be shown of one school. Two schools are too few as well: each of them
knows its own part, and so the other's. Which schools they are matters too: one that stands in two
parts of a whole knows both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from instroom.core.places import level_of
from instroom.core.quantities import Count
from instroom.core.series import Figure, SchoolsBehind, Series
from instroom.privacy.subtraction import determined

#: Least number of schools behind a figure that may not be shown of one school.
LEAST_SCHOOLS = 3
#: Least number of hidden parts that nobody knows: of one alone the rest of the whole tells.
_LEAST_PARTS = 2
_Head = tuple[str, str | None, str | None, str]
#: One number, whatever its figures are called: a municipality, or the region by municipality.
_Cell = tuple[_Head, str, tuple[tuple[str, str], ...]]
_Rests = Mapping[_Cell, SchoolsBehind]


@dataclass(slots=True)
class _Whole:
    """The parts of a whole, and the whole itself: None when it is not among the figures."""

    parts: list[_Cell]
    whole: _Cell | None = None

    @property
    def sum(self) -> dict[_Cell, int]:
        """What adds up to nothing: the parts, less the whole."""
        return {**dict.fromkeys(self.parts, 1), self.whole: -1} if self.whole else {}


def few_schools(series: Sequence[Series]) -> dict[str, str]:
    """Return which figures are hidden for the few schools they rest on, each with the reason.

    A figure of fewer than three schools is hidden (``few_schools``), also one of which nobody says
    which, and so is one that tells of each of its schools (``would_reveal``). Parts of one whole
    (municipalities of a region, school types of a place) are hidden (``would_reveal``), the
    smallest first, until those that are hidden rest on three schools together, and are at least two
    to anybody, also to a school that knows its own: the whole less what is shown tells no more.

    Examples
    --------
    >>> from instroom.core.quantities import Count
    >>> towns = {"GM0001": "AB", "GM0002": "CDEF", "GM0003": "GHIJK"}
    >>> made = [Figure("x", "2026", town, "ok", value=1.0, numerator=Count(1)) for town in towns]
    >>> behind = {one.id: (frozenset(towns[one.place]),) for one in made}
    >>> few_schools(
    ...     [
    ...         Series("x", "schools", tuple(made), schools_behind=behind, open_data=False,
    ...         lowest_place="municipality", audience="public")
    ...     ]
    ... )
    {'x:GM0001:2026': 'few_schools', 'x:GM0002:2026': 'would_reveal'}
    """  # fmt: skip
    behind: dict[str, SchoolsBehind] = {}
    figures: dict[str, Figure] = {}
    for one in series:
        behind |= one.schools_behind
        figures |= {f.id: f for f in one.figures if f.numbered and not f.below(one.lowest_place)}
    cells = {name: _cell(_head(one), one.place, one.by) for name, one in figures.items()}
    rests = {cell: behind.get(name, ()) for name, cell in cells.items()}
    hidden = {cells[name]: "would_reveal" for name in _tells_of_each(series) if name in cells}
    hidden |= {cell: "few_schools" for cell, on in rests.items() if _number(on) < LEAST_SCHOOLS}
    groups = _groups(figures.values(), rests)
    while more := (
        {cell for group in groups for cell in _beside(group.parts, hidden, rests)}
        or _subtracted(groups, hidden, rests)
    ):
        hidden |= dict.fromkeys(more, "would_reveal")
    return {name: hidden[cell] for name, cell in cells.items() if cell in hidden}


def _tells_of_each(series: Sequence[Series]) -> Iterable[str]:
    """Yield the figures that tell of each school which it is: none of them, or all.

    Of people they tell nothing of one; of schools the figure is about the schools themselves. For a
    whole region they may be told.
    """
    for one in series:
        for figure in one.figures if one.unit == "schools" else ():
            part, whole = figure.numerator, figure.denominator
            certain = part is not None and whole is not None and part.exact and whole.exact
            if (
                certain
                and part in (Count(0), whole)
                and level_of(figure.place, (name for name, _ in figure.by)) != "region"
            ):
                yield figure.id


def _cell(head: _Head, place: str, by: Iterable[tuple[str, str]]) -> _Cell:
    """Return what a figure is of: a region by municipality is that municipality."""
    pairs = dict(by)
    return head, pairs.pop("municipality", place), tuple(sorted(pairs.items()))


def _head(one: Figure) -> _Head:
    return one.indicator, one.stage, one.classification, one.period


def _groups(figures: Iterable[Figure], rests: _Rests) -> list[_Whole]:
    """Return the parts of each whole: places of one level with one breakdown, or the breakdown."""
    found: dict[tuple[str, _Cell], dict[_Cell, None]] = defaultdict(dict)
    for one in figures:
        head = _head(one)
        cell = _cell(head, one.place, one.by)
        if level_of(one.place) != "region":
            found["", (head, "", cell[2])][cell] = None
        for pair in one.by:
            rest = (other for other in one.by if other != pair)
            found[pair[0], _cell(head, one.place, rest)][cell] = None
    groups = []
    for (kind, whole), parts in found.items():
        if kind:
            above = whole if whole in rests else None
        else:
            above = _region_of(whole, [rests[cell] for cell in parts], rests)
        if whole not in parts:  # a municipality by municipality is itself
            groups.append(_Whole(list(parts), above))
    return groups


def _region_of(alike: _Cell, parts: Sequence[SchoolsBehind], rests: _Rests) -> _Cell | None:
    """Return the region that these places make up: it has hardly a school that they have not."""
    together = [frozenset[str]().union(*called) for called in zip(*parts, strict=False)]
    found = [
        cell
        for cell, on in rests.items()
        if (cell[0], cell[2]) == (alike[0], alike[2])
        and level_of(cell[1]) == "region"
        and together
        and all(
            schools <= all_of and len(all_of - schools) < LEAST_SCHOOLS
            for schools, all_of in zip(together, on, strict=False)
        )
    ]
    return min(found, key=lambda cell: (_number(rests[cell]), repr(cell)), default=None)


def _beside(group: list[_Cell], hidden: Mapping[_Cell, str], rests: _Rests) -> list[_Cell]:
    """Return the one part that must go with those that are hidden, if they are too few."""
    gone = [rests[cell] for cell in group if cell in hidden]
    shown = [cell for cell in group if cell not in hidden]
    if not gone or not shown or not _told_by_the_rest(gone):
        return []
    return [min(shown, key=lambda cell: (_number(rests[cell]), repr(cell)))]


def _told_by_the_rest(parts: Sequence[SchoolsBehind]) -> bool:
    """Whether hidden parts are known by their sum, to somebody of one school or of none."""
    calls = max((len(schools) for schools in parts), default=0)
    return not calls or any(
        _few([schools[i] if schools else frozenset() for schools in parts]) for i in range(calls)
    )


def _few(parts: Sequence[frozenset[str]]) -> bool:
    every = frozenset[str]().union(*parts)
    return len(every) < LEAST_SCHOOLS or any(
        sum(bool(schools - {own}) for schools in parts) < _LEAST_PARTS for own in every
    )


def _subtracted(groups: Sequence[_Whole], hidden: Mapping[_Cell, str], rests: _Rests) -> set[_Cell]:
    """Return one more that must be hidden, as long as something follows from all sums."""
    own = {next(iter(called)) for cell in hidden for called in rests[cell] if len(called) == 1}
    for school in (None, *sorted(own)):
        unknown = {
            cell
            for cell in hidden
            if not rests[cell] or any(called - {school} for called in rests[cell])
        }
        found = determined(
            {cell: times for cell, times in group.sum.items() if cell in unknown}
            for group in groups
        )
        for cell in sorted(found, key=repr):
            told = school is None or _number(rests[cell]) < LEAST_SCHOOLS
            if told and (more := _around(cell, groups, hidden.keys())):
                return {min(more, key=lambda one: (_number(rests[one]), repr(one)))}
    return set()


def _around(cell: _Cell, groups: Sequence[_Whole], hidden: Set[_Cell]) -> set[_Cell]:
    """Return what is shown beside a part, or else the wholes that it is in, or else all others."""
    here = [group for group in groups if cell in group.sum]
    beside = {part for group in here for part in group.parts} - hidden
    above = {part for group in here for part in group.sum} - hidden
    every = {part for group in groups for part in group.sum if part[0] == cell[0]} - hidden
    return beside or above or every


def _number(schools: SchoolsBehind) -> int:
    """Return how many schools there are, under the names that make them fewest."""
    return min((len(called) for called in schools), default=0)
