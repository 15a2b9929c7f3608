"""What may not go out of what was kept before: figures, pages and drawings of older releases.

The gate hides today's figures. What an older version stored, older releases and the publishers' own
rows were kept before it could, and are judged here by the same definitions when they are shown.

On how many institutions a municipality rests cannot be seen in a figure that was kept. Today's
results say so; a figure that they do not know is hidden.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import pyarrow as pa

from instroom.core.errors import DataError
from instroom.core.places import LEVELS, Level, kind_of, level_of
from instroom.core.statuses import NUMBERED
from instroom.core.texts import languages
from instroom.definitions import models, registry
from instroom.definitions.lowest_places import lowest_of
from instroom.privacy.published import RULES
from instroom.reports.stored_rows import StoredFigureRow

#: Of an observation: the column that names a place of this level.
_COLUMNS: dict[Level, str] = {
    "municipality": "municipality",
    "board": "board",
    "school": "place",
}
#: The number of the rules by which the gate judges now; what was stored tells its own.
JUDGED_BY = RULES
#: What today's results say of figures, by id: why one is hidden, None when it is shown. A figure
#: that they do not have is absent.
Now = Mapping[str, str | None]
#: Nothing is known today, so that whatever is narrower than a region is hidden.
NOTHING_KNOWN: Now = {}
#: Why a figure is hidden that today's results do not know.
NOT_KNOWN = "not_judged"
#: Too narrow by its place; perhaps few institutions, by what it is made of; or a region or wider.
Narrowness = Literal["narrow", "doubtful", "wide"]
#: In the name of a drawing: of a region as a whole, at two widths.
_REGION_WIDE = {"cohort", "gender", "types", "composition", "change", "wide", "narrow"}
_NUMBERS = ("value", "low", "high", "n", "numerator", "denominator")


def withheld_at(level: Level) -> list[models.Indicator]:
    """Return the indicators that are not shown for a place of this level, in their order."""
    return [
        indicator
        for indicator in sorted(registry.indicators().values(), key=lambda one: one.order)
        if LEVELS.index(level) > LEVELS.index(indicator.lowest_place)
    ]


def to_judge(figure_ids: Iterable[str]) -> set[str]:
    """Return the ids of figures that may rest on few institutions: today's results have to say.

    They are of indicators with a lowest place, not of too narrow a place by name, and narrower than
    a region.
    """
    return {name for name in figure_ids if _narrowness(name) == "doubtful"}


def ids_in(body: Any) -> set[str]:
    """Return the ids of figures of indicators with a lowest place, anywhere in a stored page."""
    return set(_ids(body, tuple(_narrow())))


def why_hidden(row: StoredFigureRow) -> str | None:
    """Return why today's results do not show a figure; None when they do."""
    if row["status"] in NUMBERED:
        return None
    return (row["status"] == "protected" and row["reason"]) or NOT_KNOWN


def shown_row(row: StoredFigureRow, now: Now | None) -> StoredFigureRow:
    """Return a stored figure, without its numbers where it is too narrow to be shown.

    ``now`` is None for a figure that was judged by today's rules, else what today's results say.
    """
    lowest = _lowest(row["indicator"])
    if lowest == LEVELS[-1]:
        return row
    found = _narrowness_of(row["place"], tuple(row["by"]), lowest)
    reason = f"not_below_{lowest}" if found == "narrow" else None
    if found == "doubtful" and now is not None:
        reason = now.get(row["id"], NOT_KNOWN)
    if reason is None:
        return row
    gone: dict[str, object] = dict.fromkeys(_NUMBERS)
    hidden = {**row, **gone, "status": "protected", "reason": reason}
    return hidden  # type: ignore[return-value]  # the same keys


def shown_document(body: Any, now: Now | None) -> Any:
    """Return a stored page or answer without the blocks that rest on what is too narrow.

    ``now`` as of :func:`shown_row`.
    """
    if not isinstance(body, dict) or not isinstance(body.get("blocks"), list | tuple):
        return body
    names = tuple(_narrow())
    kept = [block for block in body["blocks"] if not _rests_on(block, names, now)]
    return {**body, "blocks": kept}


def shown_drawings(drawings: Mapping[str, str], *, judged: bool) -> dict[str, str]:
    """Return the drawings, by name, of figures that may be shown.

    A drawing cannot be taken apart. One that was not ``judged`` by today's rules is shown when its
    name says that it is of a region, and not of the places in it.
    """
    return {name: svg for name, svg in drawings.items() if not _drawn_of(name, judged=judged)}


def shown_observations(table: pa.Table, source: str) -> pa.Table:
    """Return the observations of a source without those that tell of too narrow a place."""
    for (told_in, measure), lowest in lowest_of(registry.indicators()).items():
        if told_in != source:
            continue
        names = ["measure", *(_COLUMNS[level] for level in LEVELS[LEVELS.index(lowest) + 1 :])]
        rows = table.select(names).to_pylist()
        kept = [
            row["measure"] != measure or not any(row[name] for name in names[1:]) for row in rows
        ]
        table = table.filter(pa.array(kept))
    return table


def _lowest(indicator: str) -> Level:
    known = registry.indicators()
    return known[indicator].lowest_place if indicator in known else LEVELS[-1]


def _narrow() -> list[str]:
    """Return the indicators that are not shown for every place."""
    return [one.id for one in registry.indicators().values() if one.lowest_place != LEVELS[-1]]


def _narrowness_of(place: str, by: tuple[str, ...], lowest: Level) -> Narrowness:
    try:
        level = level_of(place, by)
    except DataError:
        return "narrow"  # a place that no list knows is not known to be wide enough
    if LEVELS.index(level) > LEVELS.index(lowest):
        return "narrow"
    return "wide" if level == LEVELS[0] else "doubtful"


def _narrowness(figure_id: str) -> Narrowness:
    head, place, _, split = [*figure_id.split(":"), "", "", ""][:4]
    lowest = _lowest(head.partition(".")[0])
    if lowest == LEVELS[-1]:
        return "wide"
    by = tuple(pair.partition("=")[0] for pair in split.split(",") if pair)
    return _narrowness_of(place, by, lowest)


def _ids(part: Any, names: tuple[str, ...]) -> Iterator[str]:
    if isinstance(part, str):
        head = part.partition(":")[0]
        if head != part and " " not in part and head.partition(".")[0] in names:
            yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _ids(value, names)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _ids(value, names)


def _rests_on(block: Any, names: tuple[str, ...], now: Now | None) -> bool:
    for name in _ids(block, names):
        found = _narrowness(name)
        if found == "narrow":
            return True
        if found == "doubtful" and now is not None and now.get(name, NOT_KNOWN) is not None:
            return True
    return False


def _drawn_of(name: str, *, judged: bool) -> bool:
    """Whether a drawing may not be shown: its name begins with what it shows."""
    first, *parts = re.split(r"[-.]", name)
    if _lowest(first) == LEVELS[-1]:
        return False
    indicator = registry.indicators()[first]
    words = _words_of(indicator)
    if not judged:
        wide = words | _REGION_WIDE | set(registry.regions())
        return any(part not in wide and not _larger(part) for part in parts)
    return any(
        part not in words and _narrowness_of(part, (), indicator.lowest_place) == "narrow"
        for part in parts
    )


def _words_of(indicator: models.Indicator) -> set[str]:
    """Return what the name of a drawing may hold besides a place."""
    kinds = {part for name in registry.classifications() for part in re.split(r"[/.-]", name)}
    return {*indicator.stages, *kinds, *indicator.school_types, *indicator.separate, *languages()}


def _larger(part: str) -> bool:
    """Whether a part of a name is the code of a country, province or other larger area."""
    try:
        return kind_of(part) != "region" and level_of(part) == LEVELS[0]
    except DataError:
        return False
