"""Where pupils went and where students came from: parts of a file of flows, with their bounds.

A row is judged by what it tells of its far end: it is in the part, in the rest, not among those who
are asked about, or nobody can say.
Who nobody can say of is in the part for the highest share and in the rest for the lowest, so that
the truth lies between them. A row without a count makes the total unknown; it is never 0.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import narwhals as nw

from instroom.core.quantities import Count, Share
from instroom.core.statuses import NUMBERED
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.inflow.programme_lists import ProgrammeLists


class FlowSide(Enum):
    """Where the people of a row belong; ``UNSURE`` when nobody can say."""

    PART = "part"
    REST = "rest"
    UNSURE = "unsure"
    OUTSIDE = "outside"


#: Says of the words in some columns of a row where its people belong.
Judge = Callable[..., FlowSide]
Key = tuple[str | None, ...]
_HIGHER = {"hbo", "wo"}
_NOBODY = Count(0)


@dataclass(frozen=True, slots=True)
class FlowParts:
    """People in the part, in the rest, and of whom nobody can say; ``blanks`` have no count."""

    part: Count = _NOBODY
    rest: Count = _NOBODY
    unsure: Count = _NOBODY
    blanks: int = 0

    @property
    def whole(self) -> Count | None:
        """Everybody who was judged, the unsure among them; None when a row has no count."""
        return None if self.blanks else self.part + self.rest + self.unsure

    @property
    def share(self) -> Share | None:
        """The part of the whole; None when a row has no count, or there is nobody."""
        whole = self.whole
        if whole is None or not whole.high:
            return None
        least = Share.of(self.part, self.rest + self.unsure)
        most = Share.of(self.part + self.unsure, self.rest)
        return Share(least.low, most.high)


def flow_parts(
    frame: Any, by: Sequence[str], columns: Sequence[str], judge: Judge
) -> dict[Key, FlowParts]:
    """Add up a file of flows per combination of keys, judged by some of its columns.

    Parameters
    ----------
    frame
        Observations with a far end (``FLOW_SCHEMA``): a DuckDB relation or what narwhals knows.
    by
        Columns whose words part the figures.
    columns
        Columns whose words the judge is given, in this order.
    judge
        See :data:`Judge`; asked once per combination.

    Returns
    -------
    dict
        Keys in the order of ``by`` -> parts.
    """
    rows = nw.from_native(frame).with_columns(
        _blank=(~nw.col("status").is_in(list(NUMBERED))).cast(nw.Int64)
    )
    wanted = list(dict.fromkeys([*by, *columns]))
    sums = [nw.col(name).sum() for name in ("low", "high", "_blank")]
    table = rows.group_by(*wanted).agg(*sums).collect("pyarrow").to_native()
    found: dict[Key, FlowParts] = defaultdict(FlowParts)
    for row in table.to_pylist():
        key = tuple(row[name] for name in by)
        verdict = judge(*(row[name] for name in columns))
        found[key] = _with(found[key], verdict, row)
    return dict(found)


def _with(parts: FlowParts, verdict: FlowSide, row: Mapping[str, Any]) -> FlowParts:
    if verdict is FlowSide.OUTSIDE:
        return parts
    people = Count(int(row["low"] or 0), int(row["high"] or 0))
    return FlowParts(
        parts.part + people if verdict is FlowSide.PART else parts.part,
        parts.rest + people if verdict is FlowSide.REST else parts.rest,
        parts.unsure + people if verdict is FlowSide.UNSURE else parts.unsure,
        parts.blanks + row["_blank"],
    )


def _either(part: bool) -> FlowSide:
    return FlowSide.PART if part else FlowSide.REST


def goes_to(kinds: Collection[str]) -> Judge:
    """Judge ``far_kind``: whether the far end is one of these kinds of education.

    Examples
    --------
    >>> judge = goes_to(["hbo"])
    >>> [judge(kind).value for kind in ("hbo", "mbo", "ho", "Iets nieuws")]
    ['part', 'rest', 'unsure', 'unsure']
    """
    wanted, known = set(kinds), set(registry.codes()["further_kind"].codes)
    some = wanted & _HIGHER
    doubtful = {"ho"} if some and some != _HIGHER else set()
    wanted |= {"ho"} if some == _HIGHER else set()

    def judge(kind: str | None) -> FlowSide:
        return FlowSide.UNSURE if kind not in known or kind in doubtful else _either(kind in wanted)

    return judge


def stays_in(municipalities: Collection[str], kinds: Collection[str]) -> Judge:
    """Judge ``far_kind`` and ``far_municipality``: whether who goes on stays in these places.

    Only those who went on to one of these kinds of education are asked about.
    """
    places, known = gazetteer(), set(registry.codes()["further_kind"].codes)
    inside = {places.current(code) for code in municipalities}
    asked = set(kinds) | ({"ho"} if _HIGHER & set(kinds) else set())

    def judge(kind: str | None, municipality: str | None) -> FlowSide:
        if kind in known and kind not in asked:
            return FlowSide.OUTSIDE
        if kind not in known or municipality is None or municipality not in places:
            return FlowSide.UNSURE
        return _either(places.current(municipality) in inside)

    return judge


def is_technical(lists: ProgrammeLists, classification: models.Classification) -> Judge:
    """Judge ``place``, ``place_name`` and ``programme_name`` of a student in hbo or wo.

    The part of CROHO comes from the lists of programmes; where they do not say, nobody can say.
    """
    technical = {word for rule in classification.rules for word in rule.technical}

    def judge(place: str | None, name: str | None, programme: str | None) -> FlowSide:
        field = lists.field((place, name), programme)
        return FlowSide.UNSURE if field is None else _either(field in technical)

    return judge
