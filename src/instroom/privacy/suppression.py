"""Protect all figures of a release together: no attacker with all of them finds a hidden one.

``protect`` is the function behind ``instroom protect``. The rules for single figures are in
:mod:`instroom.privacy.sensitivity`, the search for what else to hide in
:mod:`instroom.privacy.patterns`, the check afterwards in :mod:`instroom.privacy.attack`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from instroom.core.errors import DataError, PrivacyError
from instroom.core.messages import Message
from instroom.privacy import rounding
from instroom.privacy.attack import FeasibleRange, attack
from instroom.privacy.cells import Bounds, Demands, JointRelease, rounded
from instroom.privacy.linear import EPSILON
from instroom.privacy.patterns import Deadline, ReleasePattern, exempt, search
from instroom.privacy.problems import Problem
from instroom.privacy.protected_table import ProtectedTable
from instroom.privacy.releases import held_back
from instroom.privacy.sensitivity import Rules, schools_behind, sensitive
from instroom.privacy.table_rows import TableRow
from instroom.privacy.tables import Nested

#: Releases up to this many figures are attacked again by code that shares nothing with this.
CHECKED_AGAIN = 1_500


@dataclass(frozen=True, slots=True)
class Protection:
    """A protected release with what its maker may know and its readers may not.

    Attributes
    ----------
    figures
        What goes out, in the order given.
    reasons
        Per figure why it is hidden, ``None`` for shown ones: a rule of
        :func:`~instroom.privacy.sensitivity.sensitive`, ``changed_little``, or
        ``would_reveal`` when it would give away another. Not for readers: the reason
        ``too_few_people`` alone tells that there are 1 to 9.
    known
        Places of hidden figures that others have published, or that follow from what they
        published; nobody can protect those any more.
    ignored
        Number of figures from outside or before that disagree with this release and are
        therefore about something else.
    pattern
        How the pattern was found: rounds, cost, a lower bound on the cost of any pattern.
    checked
        ``"attack"`` when the independent attack was run over the result, ``"search"`` for
        larger releases, where the attack of the search itself found nothing.
    """

    figures: list[TableRow]
    reasons: tuple[str | None, ...]
    known: tuple[int, ...]
    ignored: int
    pattern: ReleasePattern
    checked: str


def protect(
    figures: Sequence[Mapping[str, Any]],
    *,
    threshold: float = 10,
    width: float = 10,
    round: int | None = None,  # noqa: A002  the name of the option in the command
    bounds: Bounds = "open",
    above: float | None = None,
    below: float | None = None,
    outside: Iterable[Mapping[str, Any]] = (),
    earlier: Iterable[Mapping[str, Any]] = (),
    seconds: float = 60,
    rules: Rules | None = None,
) -> ProtectedTable:
    """Return the figures with those hidden that must be, and those that would give them away.

    Parameters
    ----------
    figures
        ``{"dims": {"school": "A", "gender": "f"}, "n": 12}``, in people; a figure without a
        dimension is the total over it. ``n`` of ``None`` is hidden already. The last one may be
        ``{"nested": {"school": {"A": {"municipality": "X"}}}}``. Sums bring their
        ``contributions``, which do not go out. Other keys are kept; of hidden figures only texts,
        because any other number may give them away.
    threshold
        Figures of 1 up to ``threshold - 1`` are hidden, and stay possibly ``threshold`` or more.
    width
        Least distance, in people, between the lowest and highest value that an attacker with
        all figures together can find for any hidden figure.
    round
        Round what is shown to multiples of this; each gets ``lo`` and ``hi``.
    bounds
        What the attacker knows beforehand of a figure ``a``: ``"open"`` that it is no negative
        number, ``"relative"`` that it is at most ``a + max(20, a)``. With ``"relative"`` the
        demands are ``above`` and ``below``, and no hidden figure is found exactly.
    above, below
        The attacker must think ``a + above`` and ``a - below`` possible for sensitive figures.
    outside
        Figures that others published and everybody knows, in the same form.
    earlier
        Figures of earlier releases (:func:`instroom.privacy.releases.earlier`).
    seconds
        Time after which the release is refused.
    rules
        The other rules for single figures; its threshold is the one given here.

    Returns
    -------
    ProtectedTable
        The same rows in the same order; it reads as a list of them. Hidden: ``n`` is ``None``
        and ``status`` is ``"protected"``, all with the same ``reason``, so that a hidden small
        number looks like a hidden large one. The result does not depend on the order of the
        figures, the number of threads or the speed of the machine.

    Raises
    ------
    DataError
        When figures contradict each other or have no number of people.
    PrivacyError
        When no safe pattern was found in time (code ``incomplete``) or at all
        (``unprotectable``); nothing goes out then.

    Source
    ------
    Fischetti and Salazar (2001), Management Science 47(7), 1008-1027. Hundepool et al. (2012),
    Statistical Disclosure Control, chapter 4. Compared with optimal patterns of two tables and
    with greedy repair of two regions in ``tests/reference/test_suppression.py``.

    Examples
    --------
    >>> figures = [
    ...     {"dims": {}, "n": 62},
    ...     {"dims": {"gender": "f"}, "n": 5},
    ...     {"dims": {"gender": "m"}, "n": 57},
    ... ]
    >>> [figure["n"] for figure in protect(figures)]
    [62, None, None]
    """
    protection = protected(
        figures,
        rules=replace(rules or Rules(), threshold=threshold),
        demands=Demands(width, bounds, above, below),
        step=round,
        outside=outside,
        earlier=earlier,
        deadline=Deadline(seconds),
    )
    return ProtectedTable(protection.figures)


def protected(
    figures: Sequence[Mapping[str, Any]],
    *,
    rules: Rules,
    demands: Demands,
    step: int | None = None,
    outside: Iterable[Mapping[str, Any]] = (),
    earlier: Iterable[Mapping[str, Any]] = (),
    deadline: Deadline,
) -> Protection:
    """Return what :func:`protect` does, with the reasons and how it was found.

    Parameters are those of :func:`protect` with its rules, demands and time as objects.

    Raises
    ------
    DataError, PrivacyError
        As :func:`protect`.
    """
    _check(demands)
    rounding.check(step, rules.threshold)
    own, nested = _split(figures)
    others, nested = _others(outside, nested)
    past, nested = _others(earlier, nested)
    reasons = _reasons(own, past, nested, rules)
    release = JointRelease(own, [*others, *past], nested, reasons)
    problem, ignored = release.problem(rules, demands, step)
    if others or past:
        problem = exempt(problem, deadline)
    pattern = search(problem, deadline)
    hidden = [bool(pattern.hidden[cell]) if cell >= 0 else False for cell in release.own_cells]
    known = [i for i, c in enumerate(release.own_cells) if hidden[i] and problem.exempt[c]]
    shown = [_shown(f, h, step) for f, h in zip(own, hidden, strict=True)]
    few = schools_behind(own, nested, rules)
    checked = _verify(release, problem, pattern, deadline)
    out = [_out(f, s, n) for f, s, n in zip(own, shown, few, strict=True)]
    if len(figures) > len(own):
        out.append(dict(figures[-1]))
    why = tuple(r or "would_reveal" if h else None for r, h in zip(reasons, hidden, strict=True))
    return Protection(out, why, tuple(known), ignored, pattern, checked)


def _check(demands: Demands) -> None:
    both = demands.above is not None and demands.below is not None
    if demands.bounds not in ("open", "relative") or (demands.bounds == "relative" and not both):
        raise DataError(
            "bounds are open, or relative with a distance above and below",
            code="bounds",
            found=Message(
                "{bounds}, above {above}, below {below}",
                bounds=demands.bounds,
                above=demands.above,
                below=demands.below,
            ),
            expected=Message("--bounds relative --above 3 --below 1"),
        )
    for name in ("width", "above", "below"):
        value = getattr(demands, name)
        if value is not None and not value >= 0:
            raise DataError(
                "{name} is a number of people", code="bounds", found=str(value), name=name
            )


def _split(figures: Sequence[Mapping[str, Any]]) -> tuple[list[TableRow], Nested]:
    """Return the figures, checked, and the nesting."""
    nested: Nested = {}
    own: list[TableRow] = []
    if not isinstance(figures, Sequence):
        raise _no_figure(0, figures)
    for place, figure in enumerate(figures):
        if not isinstance(figure, Mapping):
            raise _no_figure(place, figure)
        if set(figure) == {"nested"} and place == len(figures) - 1:
            nested = _nesting(figure["nested"])
            continue
        n = figure.get("n", "nothing")
        number = isinstance(n, int | float) and not isinstance(n, bool) and 0 <= n < np.inf
        if not isinstance(figure.get("dims"), Mapping) or not (n is None or number):
            raise _no_figure(place, figure)
        own.append(dict(figure))
    return own, nested


def _nesting(nested: object) -> Nested:
    """Return the nesting when it has the right shape."""
    levels: list[object] = [nested]
    for _ in range(3):
        if not all(isinstance(one, Mapping) for one in levels):
            break
        levels = [value for one in levels for value in dict(one).values()]  # type: ignore[call-overload]
    else:
        if not any(isinstance(value, Mapping | list) or value is None for value in levels):
            return dict(nested)  # type: ignore[call-overload, no-any-return]
    raise DataError(
        "the nesting says for every value in which coarser values it lies",
        code="nesting",
        found=repr(nested)[:200],
        expected=Message('{"school": {"A": {"municipality": "X"}}}'),
    )


def _no_figure(place: int, figure: object) -> DataError:
    keys = ", ".join(map(str, figure)) if isinstance(figure, Mapping) else type(figure).__name__
    return DataError(
        "item {value} is no figure",
        code="figure",
        found=keys,
        expected=Message('{"dims": {"school": "A"}, "n": 12}, n a number of at least 0 or null'),
        value=place + 1,
    )


def _others(figures: Iterable[Mapping[str, Any]], nested: Nested) -> tuple[list[TableRow], Nested]:
    """Return figures from elsewhere, and the nesting with theirs added."""
    if not isinstance(figures, Iterable):
        raise _no_figure(0, figures)
    rows = list(figures)
    merged = {fine: {v: dict(up) for v, up in values.items()} for fine, values in nested.items()}
    for one in [f["nested"] for f in rows if isinstance(f, Mapping) and "nested" in f]:
        for fine, values in _nesting(one).items():
            for value, upper in values.items():
                at = merged.setdefault(fine, {}).setdefault(value, {})
                merged[fine][value] = dict(upper) | at
    found, _ = _split([f for f in rows if not (isinstance(f, Mapping) and "nested" in f)])
    return found, merged


def _reasons(
    own: list[TableRow], past: list[TableRow], nested: Nested, rules: Rules
) -> list[str | None]:
    return [
        one or held
        for one, held in zip(
            sensitive(own, nested, rules), held_back(own, past, rules.threshold), strict=True
        )
    ]


def _shown(figure: TableRow, hidden: bool, step: int | None) -> TableRow:
    if not hidden:
        return rounded(figure, step)
    kept = {k: v if isinstance(v, str) or k == "dims" else None for k, v in figure.items()}
    said = {k: v for k, v in kept.items() if k not in ("lo", "hi", "contributions")}
    return said | {"n": None, "status": "protected", "reason": "protects_people"}


def _out(figure: TableRow, shown: TableRow, schools: int | None) -> TableRow:
    del figure
    out = {k: v for k, v in shown.items() if k != "contributions"}
    return out if schools is None else out | {"schools": schools}


def _verify(
    release: JointRelease, problem: Problem, pattern: ReleasePattern, deadline: Deadline
) -> str:
    """Attack the pattern with other code, and refuse when that finds something."""
    if release.size > CHECKED_AGAIN:
        return "search"
    deadline.check()
    low, high = (side[: release.size] for side in problem.known(pattern.hidden))
    dims = release.table.dims
    told: list[TableRow] = [
        {"dims": d, **_told(a, b)} for d, a, b in zip(dims, low, high, strict=True)
    ]
    wanted = (pattern.hidden & ~problem.exempt)[: release.size]
    asked = set(np.flatnonzero(wanted).tolist())

    def lacks(found: FeasibleRange) -> bool:
        return bool(problem.lacking(found.index, found.low, found.high))

    ranges = attack(
        [*told, {"nested": release.nested}], only=asked, enough=lambda found: not lacks(found)
    )
    for found in ranges:
        if lacks(found):
            raise PrivacyError(
                "the check afterwards found a hidden figure, so nothing is published",
                code="unprotected",
                found=release.table.names[found.index],
                hint=Message("report this table: the search and the check disagree"),
            )
    return "attack"


def _told(low: float, high: float) -> dict[str, float | None]:
    if high - low < EPSILON:
        return {"n": low}
    ends: dict[str, float | None] = {"n": None}
    ends |= {"lo": low} if low > 0 else {}
    return ends | ({"hi": high} if np.isfinite(high) else {})
