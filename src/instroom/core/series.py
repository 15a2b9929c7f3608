"""What an indicator gives: figures with bounds and a status, in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NotRequired, TypedDict

from instroom.core.places import LEVELS, Level, level_of
from instroom.core.quantities import Count
from instroom.core.statuses import NUMBERED, Status

#: Who may see a figure. Who may see those of the own school or board sees the public ones too.
Audience = Literal["public", "own_school", "own_board"]
#: Who is counted; the privacy threshold belongs to the unit.
Unit = Literal["pupils", "parents", "teachers", "mentors", "schools", "companies", "activities"]
#: The schools behind a figure, under the names that they have now and under those of then.
SchoolsBehind = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """People of schools of whom nobody said where they belong: some may be in a place, or none.

    ``schools`` is how many schools they are of, ``people`` how many they are in the whole country.
    """

    schools: int
    people: Count


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one indicator for one place and period.

    ``value``, ``low`` and ``high`` are shares (0-1) or counts. ``ok``: all three equal.
    ``bounded``: ``value`` is None. Every other status: all three None, with a ``reason`` code.
    ``sources`` are the sha256 of the files it was computed from. ``unplaced`` are the people who
    are not in it and may belong to it; None when everybody has a place.
    """

    indicator: str
    period: str
    place: str
    status: Status
    stage: str | None = None
    classification: str | None = None
    by: tuple[tuple[str, str], ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: Count | None = None
    denominator: Count | None = None
    hidden: int = 0
    reason: str | None = None
    sources: tuple[str, ...] = ()
    unplaced: Unplaced | None = None

    @property
    def id(self) -> str:
        """A stable, readable name; ``instroom explain`` takes it.

        Examples
        --------
        >>> Figure(
        ...     "technical_profile_share",
        ...     "2018-2019",
        ...     "twente",
        ...     "missing",
        ...     stage="exam",
        ...     classification="cbs",
        ...     by=(("school_type", "havo"),),
        ... ).id
        'technical_profile_share.exam.cbs:twente:2018-2019:school_type=havo'
        """
        head = ".".join(p for p in (self.indicator, self.stage, self.classification) if p)
        tail = ",".join(f"{key}={value}" for key, value in self.by)
        return ":".join(p for p in (head, self.place, self.period, tail) if p)

    @property
    def numbered(self) -> bool:
        """Whether there is a number, or the bounds of one."""
        return self.status in NUMBERED

    def without_number(self, status: Status, reason: str) -> "Figure":
        """Return the figure as one of which no number is told, and why.

        Examples
        --------
        >>> Figure("x", "2020", "twente", "ok", value=3.0).without_number("missing", "why").value
        """
        return replace(
            self,
            status=status,
            reason=reason,
            value=None,
            low=None,
            high=None,
            numerator=None,
            denominator=None,
            unplaced=None,
        )

    def below(self, lowest: Level) -> bool:
        """Whether it is about a narrower kind of place than the lowest that may be shown.

        Examples
        --------
        >>> Figure("x", "2020", "twente", "missing", by=(("school", "00AH00"),)).below("board")
        True
        """
        if lowest == LEVELS[-1]:
            return False
        names = (name for name, _ in self.by)
        return LEVELS.index(level_of(self.place, names)) > LEVELS.index(lowest)

    @property
    def n(self) -> int | None:
        """The least number of people it rests on (the denominator's low)."""
        return self.denominator.low if self.denominator else None

    def to_dict(self) -> "FigureRow":
        """Return the public shape of one figure (see ``docs/reference/contracts``)."""
        row: FigureRow = {
            "id": self.id,
            "period": self.period,
            "place": self.place,
            "by": dict(self.by),
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "numerator": _count(self.numerator),
            "denominator": _count(self.denominator),
            "status": self.status,
            "reason": self.reason,
            "sources": list(self.sources),
        }
        row["unplaced"] = _unplaced(self.unplaced) if self.unplaced else None
        return row


class CountBounds(TypedDict):
    """A number of people of which only bounds are known."""

    low: int
    high: int


class UnplacedRow(TypedDict):
    """How many people of how many schools have no place."""

    schools: int
    people: int | CountBounds


class FigureRow(TypedDict):
    """The public shape of one figure (``contracts``)."""

    id: str
    period: str
    place: str
    by: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    numerator: int | CountBounds | None
    denominator: int | CountBounds | None
    status: Status
    reason: str | None
    sources: list[str]
    unplaced: NotRequired[UnplacedRow | None]


def _unplaced(found: Unplaced) -> UnplacedRow:
    people = found.people
    return {
        "schools": found.schools,
        "people": people.low if people.exact else {"low": people.low, "high": people.high},
    }


def unplaced_of(row: UnplacedRow | None) -> Unplaced | None:
    """Return what :meth:`Figure.to_dict` wrote of the people without a place."""
    if row is None:
        return None
    people = row["people"]
    found = Count(people) if isinstance(people, int) else Count(people["low"], people["high"])
    return Unplaced(row["schools"], found)


def _count(count: Count | None) -> int | CountBounds | None:
    if count is None:
        return None
    return count.low if count.exact else {"low": count.low, "high": count.high}


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one indicator, one stage and classification; not yet public.

    ``open_data`` says whether a publisher let the numbers out before us, ``audience`` for whose
    eyes they are. Neither has a default: whoever makes a series must know.
    """

    indicator: str
    unit: Unit
    figures: tuple[Figure, ...]
    stage: str | None = None
    classification: str | None = None
    open_data: bool = field(kw_only=True)
    audience: Audience = field(kw_only=True)
    #: Dimensions whose total the publisher counts in cells of its own, beside the parts.
    own_totals: tuple[str, ...] = ("gender",)
    #: The narrowest kind of place of which its figures may be shown; the gate hides narrower ones.
    lowest_place: Level = field(default="school", kw_only=True)
    #: Figure id -> the schools it rests on, where one school is narrower than may be shown.
    schools_behind: Mapping[str, SchoolsBehind] = field(default_factory=dict, kw_only=True)
