"""People of schools of whom nobody said where they belong: told beside every place they may be of.

They are in the figure of the country and in that of no smaller place, so that a place that looks
complete may not be.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from instroom.core.quantities import Count
from instroom.core.series import Figure, Unplaced
from instroom.monitoring.facts import ClassifiedCells, Codes, CountedPlace
from instroom.monitoring.groups import Breakdown, CountedRule, PlaceMembership

#: Breakdowns by where somebody is counted; the others are by who.
_WHERE = ("municipality", "board", "school")
#: A school without a place: its code, whether its municipality and its board are unknown, and
#: whether it is invented.
_Lost = tuple[str, bool, bool, bool]


@dataclass(slots=True)
class UnplacedPeople:
    """People without a place, per breakdown and period, as the rows of files are gone through.

    ``asked`` are the breakdowns that were asked, ``apart`` dimensions whose total the publisher
    counts in cells of its own: of their parts no lowest number is told, as the total would show
    what is hidden in it.
    """

    membership: PlaceMembership
    counted: CountedRule
    asked: tuple[str, ...]
    apart: frozenset[str]
    _found: dict[tuple[Breakdown, str], dict[_Lost, list[float]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _told: dict[tuple[Breakdown, str, frozenset[str], bool | None], Unplaced | None] = field(
        default_factory=dict
    )

    @classmethod
    def of(
        cls, membership: PlaceMembership, counted: CountedRule, apart: Iterable[str]
    ) -> "UnplacedPeople":
        """Return nobody yet, for the breakdowns that are asked."""
        who = tuple(name for name in counted.by if name not in _WHERE)
        return cls(membership, replace(counted, by=who), counted.by, frozenset(apart))

    def add(self, made: ClassifiedCells, rows: Codes) -> None:
        """Add the people in these rows of one file whose place is not known."""
        lost = np.array([self._lost(place) for place in made.places], dtype=bool)
        part, rest = made.sums[:, :2], made.sums[:, 3:5]
        for row in rows[lost[made.place[rows]]].tolist():
            place = made.places[made.place[row]]
            by = self.counted.breakdown(place, made.parts[made.part[row]])
            if by is None:
                continue
            schools = self._found[by, made.periods[made.period[row]]]
            alone = self.counted.indicator.measure == "count"
            people = part[row] if alone else part[row] + rest[row]
            sums = schools.setdefault(self._school(place), [0.0, 0.0])
            sums[:] = [sums[0] + float(people[0]), sums[1] + float(people[1])]

    def told(self, figure: Figure) -> Figure:
        """Return a figure with the people who may belong to it, if there are any."""
        needs = self._needs(figure)
        if not needs or not figure.numbered:
            return figure
        by = tuple(pair for pair in figure.by if pair[0] not in _WHERE)
        key = (by, figure.period, needs, self._example(figure.place))
        if key not in self._told:
            self._told[key] = self._sum(*key)
        return replace(figure, unplaced=self._told[key])

    def _lost(self, place: CountedPlace) -> bool:
        """Whether something is unknown of a place that any figure here needs."""
        asked, by = self.membership, self.asked
        town = not place.municipality and (asked.areas or "municipality" in by)
        board = not place.board and (asked.boards or "board" in by)
        return bool(town or board)

    def _school(self, place: CountedPlace) -> _Lost:
        code = place.place or ""
        if self.counted.transitions:
            code = self.counted.facts.organisations.successor(code)
        return code, not place.municipality, not place.board, place.example

    def _needs(self, figure: Figure) -> frozenset[str]:
        """Return what must be known of a school to count it here."""
        names = {name for name, _ in figure.by}
        if "school" in names:
            return frozenset()
        return frozenset(
            name
            for name, places in (
                ("municipality", self.membership.areas), ("board", self.membership.boards),
            )
            if name in names or figure.place in places
        )  # fmt: skip

    def _example(self, place: str) -> bool | None:
        """Whether a place is of the invented region; None for a board, which may be of any."""
        if place in self.membership.boards:
            return None
        return place in self.membership.invented

    def _sum(
        self, by: Breakdown, period: str, needs: frozenset[str], example: bool | None
    ) -> Unplaced | None:
        schools, low, high = set[str](), 0.0, 0.0
        for (code, no_town, no_board, invented), sums in self._found[by, period].items():
            missing = (no_town and "municipality" in needs) or (no_board and "board" in needs)
            if missing and example in (None, invented) and sums[1] > 0:
                schools.add(code)
                low, high = low + sums[0], high + sums[1]
        if not schools:
            return None
        least = 0 if self.apart & {name for name, _ in by} else round(low)
        return Unplaced(len(schools), Count(least, round(high)))
