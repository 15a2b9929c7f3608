"""Who is counted where: the rows of files added up per place, breakdown and year."""

from dataclasses import dataclass, field
from operator import add

import numpy as np

from instroom.core.places import kind_of
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.facts import (
    ClassifiedCells,
    ClassifiedCounts,
    Codes,
    CountedPart,
    CountedPlace,
)

#: A breakdown of a figure: dimensions with their values.
Breakdown = tuple[tuple[str, str], ...]
#: What is one figure: place, breakdown and period.
Group = tuple[str, Breakdown, str]


@dataclass(slots=True)
class CountSums:
    """What was added up for one figure, and the files it came from."""

    sums: list[float] = field(default_factory=lambda: [0.0] * 8)
    files: set[str] = field(default_factory=set)

    def add(self, file: str, sums: list[float]) -> None:
        """Add what one file says."""
        self.files.add(file)
        self.sums = [*map(add, self.sums, sums)]


def add_up(
    groups: dict[Group, CountSums],
    made: ClassifiedCells,
    rows: Codes,
    members: list[list[str]],
    counted: "CountedRule",
) -> None:
    """Add rows of one file to the groups they belong to; ``members`` are those of each place.

    What a row belongs to follows from its place and part, so it is looked up once for each
    combination; the rows are then added all together.
    """
    asked = np.array([bool(found) for found in members], dtype=bool)
    rows = rows[asked[made.place[rows]]]
    pairs, which = np.unique(
        made.place[rows] * len(made.parts) + made.part[rows], return_inverse=True
    )
    known: dict[tuple[str, Breakdown], int] = {}
    targets: list[list[int]] = []
    for pair in pairs.tolist():
        place, part = divmod(pair, len(made.parts))
        by = counted.breakdown(made.places[place], made.parts[part])
        mine = [] if by is None else [(member, by) for member in members[place]]
        targets.append([known.setdefault(one, len(known)) for one in mine])
    names = list(known)
    for turn in range(max(map(len, targets), default=0)):
        aim = np.array([found[turn] if turn < len(found) else -1 for found in targets])[which]
        here = rows[aim >= 0]
        keys = aim[aim >= 0] * len(made.periods) + made.period[here]
        groups_here, at = np.unique(keys, return_inverse=True)
        sums = np.column_stack([np.bincount(at, column) for column in made.sums[here].T])
        for key, added in zip(groups_here.tolist(), sums.tolist(), strict=True):
            target, period = divmod(key, len(made.periods))
            groups[(*names[target], made.periods[period])].add(made.file, added)


def add_unsure(
    groups: dict[Group, CountSums],
    made: ClassifiedCells,
    rows: Codes,
    members: "PlaceMembership",
    counted: "CountedRule",
) -> None:
    """Add rows of one file to every place they may belong to: none of them, up to all of them."""
    unsure = [members.unsure(place) for place in made.places]
    asked = np.array([bool(found) for found in unsure], dtype=bool)
    for row in rows[asked[made.place[rows]]].tolist():
        by = counted.breakdown(made.places[made.place[row]], made.parts[made.part[row]])
        _, part, part_hidden, _, rest, rest_hidden, *_ = made.sums[row].tolist()
        for place in unsure[made.place[row]] if by is not None else ():
            groups[(place, by or (), made.periods[made.period[row]])].add(
                made.file, [0.0, part, part_hidden, 0.0, rest, rest_hidden, 0.0, 0.0]
            )


def unsure_of(
    made: ClassifiedCells, rows: Codes, members: "PlaceMembership", counted: "CountedRule"
) -> set[tuple[str, str]]:
    """Return the places and periods of which rows of one file may be, or may not: nobody said."""
    unsure = [members.unsure(place) for place in made.places]
    said = np.array([not found for found in unsure], dtype=bool)
    counts = np.array(
        [counted.breakdown(made.places[0], part) is not None for part in made.parts], dtype=bool
    )
    rows = rows[~said[made.place[rows]]]
    rows = rows[counts[made.part[rows]]]
    pairs = np.unique(made.place[rows] * len(made.periods) + made.period[rows])
    found: set[tuple[str, str]] = set()
    for pair in pairs.tolist():
        place, period = divmod(pair, len(made.periods))
        found |= {(one, made.periods[period]) for one in unsure[place]}
    return found


@dataclass(slots=True)
class CountedRule:
    """Which parts are counted, judged once per combination of dimensions."""

    indicator: models.Indicator
    by: tuple[str, ...]
    transitions: bool
    types: frozenset[str]
    without: frozenset[str]
    facts: ClassifiedCounts
    _judged: dict[CountedPart, bool] = field(default_factory=dict)

    def breakdown(self, place: CountedPlace, part: CountedPart) -> Breakdown | None:
        """Return the group that a part of a place belongs to; None when it is not counted."""
        if part not in self._judged:
            self._judged[part] = self._counts(dict(part))
        if not self._judged[part]:
            return None
        dims, found = dict(part), []
        for name in self.by:
            value = self._value(name, place, dims)
            if not value:
                return None
            found.append((name, value))
        return tuple(found)

    def _value(self, name: str, place: CountedPlace, dims: dict[str, str | None]) -> str | None:
        if name == "municipality":
            return place.municipality
        if name == "board":
            return place.board
        if name == "school":
            code = place.place or ""
            return self.facts.organisations.successor(code) if self.transitions else code
        return dims.get(name)

    def _counts(self, dims: dict[str, str | None]) -> bool:
        school_type = dims.get("school_type")
        if self.types and school_type not in self.types:
            return False
        if school_type in self.without:
            return False
        whole = not self.indicator.kinds or "kind" in self.by
        return whole or dims.get("kind") in self.indicator.kinds


class PlaceMembership:
    """Which of the places asked for a count belongs to."""

    def __init__(self, places: list[str], transitions: bool, facts: ClassifiedCounts) -> None:
        self.facts, self.transitions = facts, transitions
        self.wanted = set(places)
        self.regions = {
            place: set(registry.regions()[place].municipalities)
            for place in places
            if place in registry.regions()
        }
        kinds = {place: kind_of(place) for place in places if place not in self.regions}
        larger = ("municipality", "province", "corop")
        self.areas = {*self.regions, *(p for p, kind in kinds.items() if kind in larger)}
        self.boards = {place for place, kind in kinds.items() if kind == "board"}
        self.invented = {place for place in self.regions if registry.regions()[place].example}

    def of(self, counted: CountedPlace) -> list[str]:
        """Return the places asked for that a count in this place belongs to."""
        gaz, found = gazetteer(), set()
        if not counted.example:
            found.add("nl")
        if (municipality := counted.municipality) and municipality in gaz:
            found |= {municipality, gaz.province(municipality) or "", gaz.corop(municipality) or ""}
            found |= {r for r, members in self.regions.items() if municipality in members}
        if code := counted.place:
            now = self.facts.organisations.successor(code) if self.transitions else code
            found |= {now, code[:4]}
        if counted.board:
            found.add(counted.board)
        return sorted(found & self.wanted)

    def unsure(self, counted: CountedPlace) -> set[str]:
        """Return the places asked for that a count may belong to, for all that was read."""
        found = set[str]()
        if counted.municipality is None:
            found |= {
                place
                for place in self.areas
                if place not in self.regions or registry.regions()[place].example == counted.example
            }
        return found if counted.board else found | self.boards
