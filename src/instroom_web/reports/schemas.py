"""The shapes of the open interface, for its description; a test holds the answers against them."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict

#: An object whose shape is said elsewhere: the meaning of an indicator, a goal.
JsonObject = dict[str, Any]


class _Shape(Schema):
    model_config = ConfigDict(extra="forbid")


class Range(_Shape):
    """A count that is known to lie between two numbers, both included."""

    low: int
    high: int


class Bounds(_Shape):
    """A value that is known to lie between two numbers."""

    low: float | None
    high: float | None


class UnplacedShape(_Shape):
    """People who may belong to a figure and are not in it: nobody said where their schools are."""

    schools: int
    people: int | Range


class FigureShape(_Shape):
    """One figure. ``value`` is null when it is missing or only its bounds are known."""

    id: str
    period: str
    place: str
    by: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    n: int | Range | None
    numerator: int | Range | None
    denominator: int | Range | None
    status: str
    reason: str | None
    sources: list[str]
    unplaced: UnplacedShape | None = None


class SeriesShape(_Shape):
    """The figures of one indicator, in the order of place, breakdown and time."""

    indicator: str
    classification: str | None
    stage: str | None
    definition: JsonObject | None
    series: list[FigureShape]


class IndicatorsShape(_Shape):
    """All indicators with what they mean."""

    indicators: list[JsonObject]


class InputShape(Schema):
    """A publisher's file behind a figure, or (``rows``) the state of the programme's own rows."""

    model_config = ConfigDict(extra="allow")
    kind: Literal["file", "rows"] = "file"
    file: str | None
    sha256: str
    rows: int | None
    licence: str | None
    vintage: str | None
    source: str | None


class ExplainShape(_Shape):
    """Where a figure comes from. ``recomputed`` and ``equal`` are null when this release did not
    compute it again; ``command`` does.
    """

    id: str
    definition: JsonObject | None
    formula: str
    value: float | Bounds | None
    recomputed: float | Bounds | None
    equal: bool | None
    status: str
    reason: str | None
    inputs: list[InputShape]
    command: str | None = None


class KpiShape(Schema):
    """The goals of the programme with their figures."""

    model_config = ConfigDict(extra="allow")
    kpis: list[JsonObject]


class PipelineShape(Schema):
    """From primary school to further study, per stage."""

    model_config = ConfigDict(extra="allow")
    place: str


class PlaceOfError(_Shape):
    """Where a problem was seen."""

    file: str | None
    row: int | None
    column: str | None
    key: str | None


class ErrorShape(_Shape):
    """What was found, what was expected, and what to do."""

    code: str
    message: str
    where: PlaceOfError
    found: str | None
    expected: str | None
    hint: str | None


class RefusalShape(_Shape):
    """A question that cannot be answered."""

    error: ErrorShape
