"""What a chart is given: points, lines and bars, and how their numbers are written."""

from dataclasses import dataclass

from instroom.core.texts import Texts
from instroom.drawing.canvas import CATEGORIES, DRAWN, Status, Unit

#: Form and size of the dots; the sizes make them look equally heavy.
_SHAPES = (("circle", 1.0), ("square", 1.0), ("triangle-up", 1.5), ("diamond", 1.3), ("cross", 1.3))


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a line: a number, an interval, or a status that says why neither."""

    period: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: Status = "ok"

    @property
    def shown(self) -> bool:
        """Whether there is a number or an interval to draw."""
        known = self.value is not None or self.interval is not None
        return known and self.status in DRAWN

    @property
    def interval(self) -> tuple[float, float] | None:
        """The bounds, when they differ or stand alone."""
        if self.low is None or self.high is None:
            return None
        return (self.low, self.high) if self.low < self.high or self.value is None else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest height drawn."""
        if self.interval:
            return self.interval
        value = self.value or 0.0
        return value, value

    @property
    def middle(self) -> float:
        """Where a label points at; never drawn as a value."""
        return self.value if self.value is not None else sum(self.bounds) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One place or group through time; ``dashed`` is a projection."""

    label: str
    points: tuple[Point, ...]
    emphasis: bool = False
    colour_index: int = 0
    dashed: bool = False

    @property
    def colour(self) -> str:
        """Its colour."""
        return CATEGORIES[self.colour_index % len(CATEGORIES)]

    @property
    def shape(self) -> tuple[str, float]:
        """The form of its dots and their relative size, so that lines differ without colour."""
        return _SHAPES[self.colour_index % len(_SHAPES)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar; ``reference`` is the same figure elsewhere (the country)."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    status: Status = "ok"
    emphasis: bool = False

    @property
    def point(self) -> Point:
        """The number as a point without a period."""
        return Point("", self.value, self.low, self.high, self.status)


def written(point: Point, texts: Texts, unit: Unit) -> str:
    """Write the number of a point, or its interval."""
    low, high = (point.value, None) if point.value is not None else point.bounds
    if unit == "share":
        return texts.percent(low, high)
    return texts.number(low, high)
