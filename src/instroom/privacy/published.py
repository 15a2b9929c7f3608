"""The gate: only what has passed here may reach a chart, table, page, export or interface.

Open data keeps what its publisher published: a hidden cell ("<5") stays the publisher's own
interval, and no two published sums may differ by one hidden cell. Our own data about people
needs enough people, and what is hidden may not follow from all figures together, over places and
breakdowns. All series that go out together are judged together.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace

from instroom.core.errors import PrivacyError, ProgrammingError
from instroom.core.messages import Message
from instroom.core.places import LEVELS, Level, kind_of
from instroom.core.quantities import Count, remainder
from instroom.core.series import Audience, Figure, Series, Unit
from instroom.privacy.resting import few_schools

#: The number of the rules below. Raise it when they hide more: what was stored by older rules is
#: then refused, or judged anew when it is shown. 2: what rests on one institution is hidden. 3:
#: what rests on two as well, and what would tell of it.
RULES = 3
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
#: What each audience may see. A board sees its schools; a school does not see its board.
_SEES: dict[Audience, frozenset[Audience]] = {
    "public": frozenset({"public"}),
    "own_school": frozenset({"public", "own_school"}),
    "own_board": frozenset({"public", "own_school", "own_board"}),
}
#: Where the figures of an audience may be about: nobody's own school is a municipality.
_OWN_PLACES: dict[Audience, frozenset[str]] = {
    "own_school": frozenset({"location", "institution"}),
    "own_board": frozenset({"location", "institution", "board"}),
}
#: A hidden cell is 1..4 people.
_LEAST, _MOST = 1, 4


@dataclass(frozen=True, slots=True)
class Published:
    """Series that passed the gate. Only :func:`publish` and :func:`stored` make one."""

    series: tuple[Series, ...]
    mark: InitVar[object] = None

    def __post_init__(self, mark: object) -> None:
        if mark is not _GATE:
            raise ProgrammingError(
                "a Published can only be made by the gate",
                hint=Message("call privacy.published.publish"),
            )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures in order."""
        return tuple(figure for series in self.series for figure in series.figures)

    @property
    def digest(self) -> str:
        """The mark of what was let out: sha256 of every figure, unit and audience, in any order."""
        lines = sorted(
            f"{one.audience} {one.unit} {_written(figure)}"
            for one in self.series
            for figure in one.figures
        )
        return hashlib.sha256("\n".join(["published", *lines]).encode()).hexdigest()

    def only(
        self,
        series: Callable[[Series], bool] | None = None,
        figures: Callable[[Figure], bool] | None = None,
    ) -> "Published":
        """Return the part that is asked for; less than what was let out tells no more."""
        kept = [one for one in self.series if series is None or series(one)]
        if figures is not None:
            kept = [replace(s, figures=tuple(f for f in s.figures if figures(f))) for s in kept]
        return Published(tuple(kept), _GATE)

    def shown_to(self, audience: Audience) -> "Published":
        """Return what this audience may see: the public part, and what is for its own eyes."""
        seen = _SEES[audience]
        return self.only(series=lambda one: one.audience in seen)


def _written(figure: Figure) -> str:
    """Write all that a figure says; 0 and 0.0 are one number."""
    numbers = [None if x is None else float(x) for x in (figure.value, figure.low, figure.high)]
    counts = [c and (c.low, c.high) for c in (figure.numerator, figure.denominator)]
    lost = figure.unplaced
    unplaced = [(lost.schools, lost.people.low, lost.people.high)] if lost else []
    rest = (figure.status, figure.reason, figure.hidden, figure.sources, *unplaced)
    return repr((figure.id, figure.stage, figure.classification, numbers, counts, *rest))


def publish(series: Sequence[Series]) -> Published:
    """Pass series through the gate, all that go out together in one call.

    Own data: figures on fewer people than the unit's threshold become ``protected`` with
    reason ``too_few_people``, and so do, with the same reason, as few others as keep them
    unknown to who has all figures (:mod:`instroom.privacy.own`); teachers and mentors are
    protected below board level. Open data: parts of a total (boys and girls beside everybody)
    become ``protected`` with reason ``would_reveal`` when the total would show any hidden cell
    narrower than its publisher does. Of both, whatever is about a narrower kind of place than its
    series may be shown for (``lowest_place``) is protected with reason ``not_below_...``, and what
    then rests on fewer than three schools with reason ``few_schools``, with what would tell of it
    (:mod:`instroom.privacy.resting`).

    Raises
    ------
    PrivacyError
        When something that is no series is offered, or figures of our own could not be
        protected in time.
    """
    for one in series:
        if not isinstance(one, Series):
            raise PrivacyError(
                "only series can be published", found=type(one).__name__, expected=Message("Series")
            )
        _judge_audience(one)
    opened = [one for one in series if one.open_data]
    judged = {(f.indicator, name) for s in opened for f in s.figures[:1] for name in s.own_totals}
    revealed = _revealing([f for one in opened for f in one.figures], _solves, judged)
    own = [one for one in series if not one.open_data]
    told = _telling(own)
    few = few_schools([one for one in series if one.lowest_place != LEVELS[-1]])
    return Published(
        tuple(
            _withhold(
                _protect(one, revealed, "would_reveal")
                if one.open_data
                else _protect(_guard_own(one), told, "too_few_people"),
                few,
            )
            for one in series
        ),
        _GATE,
    )


def stored(series: Sequence[Series], digest: str, rules: int) -> Published:
    """Take back what :func:`publish` let out before, from the software's own store.

    ``digest`` is :attr:`Published.digest` as it was when the figures were written, ``rules`` is
    :data:`RULES` as it was then.

    Raises
    ------
    PrivacyError
        When the figures were judged by other rules, are not those that the gate let out, or one of
        them is about a narrower kind of place than may be shown now.
    """
    if rules != RULES:
        raise PrivacyError(
            "these stored figures were judged by other rules than those of this version",
            code="other_rules",
            found=Message("rules {number}", number=rules),
            expected=Message("rules {number}", number=RULES),
            hint="compute them again",
        )
    found = Published(tuple(series), _GATE)
    narrow = (f for one in series for f in one.figures if f.numbered and f.below(one.lowest_place))
    if figure := next(narrow, None):
        raise PrivacyError(
            "a stored figure is about a narrower kind of place than may be shown",
            code="place_too_narrow",
            found=figure.id,
            hint="compute them again",
        )
    if found.digest != digest:
        raise PrivacyError(
            "these stored figures are not those that passed the gate",
            code="not_published",
            expected=digest[:12],
            found=found.digest[:12],
            hint="compute them again",
        )
    return found


def _judge_audience(series: Series) -> None:
    """Refuse figures for one school's or board's eyes that are about something wider."""
    allowed = _OWN_PLACES.get(series.audience)
    wider = (f for f in series.figures if allowed and kind_of(f.place) not in allowed)
    if figure := next(wider, None):
        raise PrivacyError(
            "a figure for the eyes of one school or board is about something wider",
            code="audience_too_narrow",
            found=figure.id,
            expected="a place within that school or board",
            hint="publish it, or leave it out",
        )


def _withhold(series: Series, few: Mapping[str, str]) -> Series:
    """Hide what is about a narrower kind of place than this series may be shown for.

    Last, whatever was hidden before: the reason is the same for all places, so that it says
    nothing of any of them. ``few`` are the figures that rest on too few schools, with the reason.
    """
    lowest = series.lowest_place
    if lowest == LEVELS[-1]:
        return series
    return replace(series, figures=tuple(_wide_enough(f, lowest, few) for f in series.figures))


def _wide_enough(figure: Figure, lowest: Level, few: Mapping[str, str]) -> Figure:
    if figure.below(lowest):
        return hide(figure, f"not_below_{lowest}")
    return hide(figure, few[figure.id]) if figure.id in few else figure


def _telling(own: Sequence[Series]) -> set[str]:
    """Return the ids of figures of our own that would tell of those that may not be shown.

    Where figures do not add up, so that it cannot be found out what they tell together, all
    parts of a shown total go with a hidden one.
    """
    if not own:
        return set()
    from instroom.privacy.own import to_hide  # waits: SciPy is large, and open data needs none

    figures = [f for one in own for f in one.figures if f.numbered]
    guarded = [f for one in own for f in _guard_own(one).figures]
    hidden = {f.id for f in guarded if f.status == "protected"}
    gone, doubtful = to_hide(figures, hidden)
    left = [hide(f, "too_few_people") if f.id in gone - hidden else f for f in guarded]
    more = _revealing([f for f in left if f.id in doubtful], _never, set())
    return (gone - hidden) | more


def _guard_own(series: Series) -> Series:
    least = THRESHOLDS[series.unit]
    return replace(series, figures=tuple(_guard(f, series.unit, least) for f in series.figures))


def _guard(figure: Figure, unit: Unit, least: int) -> Figure:
    if not figure.numbered:
        return figure
    one_school = any(key == "school" for key, _ in figure.by)
    one_school |= kind_of(figure.place) in ("location", "institution")
    if unit in _BOARD_AND_UP and one_school:
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
    return figure.without_number("protected", reason)


Key = tuple[str, str | None, str | None, str, str, tuple[tuple[str, str], ...]]


def _key(figure: Figure, without: str = "") -> Key:
    by = tuple(pair for pair in figure.by if pair[0] != without)
    return (figure.indicator, figure.stage, figure.classification, figure.place, figure.period, by)


Judge = Callable[[Figure, list[Figure]], bool]


def _revealing(figures: Iterable[Figure], reveals: Judge, judged: set[tuple[str, str]]) -> set[str]:
    """Find the parts of which a total that is shown too would say what may not be known.

    A part that is protected follows from its total and its siblings, so they are protected
    with it; that is repeated until nothing changes. ``judged`` are the indicators and
    dimensions whose totals are cells of their own; other totals are sums of the same cells and
    say nothing new.
    """
    known = [f for f in figures if f.numbered or f.status == "protected"]
    totals = {_key(f): f for f in known if f.status != "protected"}
    groups: dict[tuple[Key, str], dict[str, Figure]] = defaultdict(dict)
    for figure in known:
        for name, _ in figure.by:
            groups[(_key(figure, without=name), name)][figure.id] = figure
    hidden = {f.id for f in known if f.status == "protected"}
    revealed: set[str] = set()
    while True:
        before = len(revealed)
        for (key, name), group in groups.items():
            total = totals.get(key)
            if total is None or total.id in revealed or group.keys() <= revealed:
                continue
            follows = bool(group.keys() & (revealed | hidden))
            own_cells = (key[0], name) in judged
            if follows or (own_cells and reveals(total, list(group.values()))):
                revealed |= group.keys()
        if len(revealed) == before:
            return revealed


def _never(total: Figure, parts: list[Figure]) -> bool:
    """Judge figures of our own: only a part that is protected already counts."""
    del total, parts
    return False


def _solves(total: Figure, parts: list[Figure]) -> bool:
    """Whether a total narrows any hidden cell of its parts: in the part, the rest or both."""
    wholes, pieces = _counts(total), [_counts(part) for part in parts]
    return any(
        _narrows(wholes[name], [piece[name] for piece in pieces])
        for name in wholes
        if all(name in piece for piece in pieces)
    )


def _counts(figure: Figure) -> dict[str, Count]:
    """Return the sums a figure shows: those who did, everybody, and those who did not."""
    part, whole = figure.numerator, figure.denominator
    found = {} if part is None else {"part": part}
    if part is not None and whole is not None:
        found["whole"] = whole
        found["rest"] = remainder(part, whole)
    return found


def _narrows(whole: Count, parts: list[Count]) -> bool:
    """Whether ``whole`` says more of one of the hidden cells in ``parts`` than 1..4.

    With ``k`` hidden cells that add up to ``left``, one of them is at least ``left`` minus the
    most of the others and at most ``left`` minus the least of the others.
    """
    span = _MOST - _LEAST
    cells = sum(-(-(part.high - part.low) // span) for part in parts)
    if cells == 0:
        return False
    exact = sum(part.low for part in parts) - cells * _LEAST
    left = (whole.low - exact, whole.high - exact)
    if left[0] > cells * _MOST or left[1] < cells * _LEAST:
        return False  # these are not all the parts of this total
    return left[0] > (cells - 1) * _MOST + _LEAST or left[1] < (cells - 1) * _LEAST + _MOST


def _protect(series: Series, revealed: set[str], reason: str) -> Series:
    if not revealed:
        return series
    figures = tuple(
        hide(f, reason) if f.id in revealed and f.status != "protected" else f
        for f in series.figures
    )
    return replace(series, figures=figures)
