"""The gate: only what has passed here may reach a chart, table, page, export or interface.

Open data keeps what its publisher published: a hidden cell ("<5") stays the publisher's own
interval, and no two published sums may differ by one hidden cell. Our own data about people
needs enough people. All series that go out together are judged together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from instroom.core.errors import PrivacyError, ProgrammingError
from instroom.core.series import Figure, Series, Unit

_GATE = object()
#: Least number of people behind a figure of our own, by who is counted.
THRESHOLDS: dict[Unit, int] = {
    "pupils": 10,
    "parents": 10,
    "teachers": 10,
    "mentors": 10,
    "schools": 0,
    "companies": 0,
    "activities": 0,
}
#: Units that may only be shown for boards and larger places.
_BOARD_AND_UP: frozenset[Unit] = frozenset({"teachers", "mentors"})
_WIDTH_OF_ONE_CELL = 3


@dataclass(frozen=True, slots=True)
class Published:
    """Series that passed the gate. Only :func:`publish` and :func:`stored` make one."""

    series: tuple[Series, ...]
    _pass: object = None

    def __post_init__(self) -> None:
        if self._pass is not _GATE:
            raise ProgrammingError(
                "a Published can only be made by the gate", hint="call privacy.published.publish"
            )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures in order."""
        return tuple(figure for series in self.series for figure in series.figures)


def publish(series: Sequence[Series]) -> Published:
    """Pass series through the gate, all that go out together in one call.

    Own data: figures on fewer people than the unit's threshold become ``protected`` with
    reason ``too_few_people``; teachers and mentors are protected below board level. Open data:
    parts of a total (boys and girls beside everybody) become ``protected`` with reason
    ``would_reveal`` when the total would show one hidden cell narrower than its publisher does.

    Raises
    ------
    PrivacyError
        When something that is no series is offered.
    """
    for one in series:
        if not isinstance(one, Series):
            raise PrivacyError(
                "only series can be published", found=type(one).__name__, expected="Series"
            )
    own = [one if one.open_data else _guard_own(one) for one in series]
    revealed = _revealing([f for one in own if one.open_data for f in one.figures])
    return Published(tuple(_protect(one, revealed) for one in own), _GATE)


def stored(series: Sequence[Series]) -> Published:
    """Take back what :func:`publish` let out before, from the software's own store."""
    return Published(tuple(series), _GATE)


def _guard_own(series: Series) -> Series:
    least = THRESHOLDS[series.unit]
    return replace(series, figures=tuple(_guard(f, series.unit, least) for f in series.figures))


def _guard(figure: Figure, unit: Unit, least: int) -> Figure:
    if figure.status not in ("ok", "bounded"):
        return figure
    if unit in _BOARD_AND_UP and any(key == "school" for key, _ in figure.by):
        return hide(figure, "too_few_people")
    counts = [c for c in (figure.numerator, figure.denominator) if c is not None]
    people = (
        figure.denominator.low if figure.denominator else min((c.low for c in counts), default=0)
    )
    part = figure.numerator.low if figure.denominator and figure.numerator else None
    extreme = part is not None and part in (0, people) and people < 2 * least
    return hide(figure, "too_few_people") if people < least or extreme else figure


def hide(figure: Figure, reason: str) -> Figure:
    """Return the figure without its numbers."""
    return replace(
        figure,
        status="protected",
        reason=reason,
        value=None,
        low=None,
        high=None,
        numerator=None,
        denominator=None,
    )


Key = tuple[str, str | None, str | None, str, str, tuple[tuple[str, str], ...]]


def _key(figure: Figure, without: str = "") -> Key:
    by = tuple(pair for pair in figure.by if pair[0] != without)
    return (figure.indicator, figure.stage, figure.classification, figure.place, figure.period, by)


def _revealing(figures: Iterable[Figure]) -> set[str]:
    """Find parts whose one hidden cell follows from their total and their siblings."""
    known = [f for f in figures if f.status in ("ok", "bounded")]
    totals = {_key(f): f for f in known}
    groups: dict[tuple[Key, str], list[Figure]] = defaultdict(list)
    for figure in known:
        for name, _ in figure.by:
            groups[(_key(figure, without=name), name)].append(figure)
    revealed: set[str] = set()
    for (key, _), parts in groups.items():
        total = totals.get(key)
        if total is not None and len(parts) > 1 and any(_solves(total, parts, p) for p in parts):
            revealed |= {part.id for part in parts}
    return revealed


def _solves(total: Figure, parts: list[Figure], target: Figure) -> bool:
    """Whether total minus the other parts narrows a part that holds one hidden cell."""
    for name in ("numerator", "denominator"):
        whole, part = getattr(total, name), getattr(target, name)
        others = [getattr(p, name) for p in parts if p is not target]
        if whole is None or part is None or any(o is None for o in others):
            continue
        width = part.high - part.low
        if not 0 < width <= _WIDTH_OF_ONE_CELL:
            continue
        low = max(part.low, whole.low - sum(o.high for o in others))
        high = min(part.high, whole.high - sum(o.low for o in others))
        if high - low < width:
            return True
    return False


def _protect(series: Series, revealed: set[str]) -> Series:
    if not series.open_data or not revealed:
        return series
    figures = tuple(hide(f, "would_reveal") if f.id in revealed else f for f in series.figures)
    return replace(series, figures=figures)
