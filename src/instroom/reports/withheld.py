"""What may not go out of what was kept before: figures, pages and drawings of older releases.

The gate hides today's figures. Older releases and the publishers' own rows were kept before it
could, and are judged here by the same definitions when they are shown.
"""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from instroom.core.errors import DataError
from instroom.core.places import LEVELS, Level, level_of
from instroom.definitions import models, registry
from instroom.definitions.lowest_places import lowest_of
from instroom.reports.stored_rows import StoredFigureRow

#: Of an observation: the column that names a place of this level.
_COLUMNS: dict[Level, str] = {
    "municipality": "municipality",
    "board": "board",
    "school": "place",
}
_NUMBERS = ("value", "low", "high", "n", "numerator", "denominator")


def withheld_at(level: Level) -> list[models.Indicator]:
    """Return the indicators that are not shown for a place of this level, in their order."""
    return [
        indicator
        for indicator in sorted(registry.indicators().values(), key=lambda one: one.order)
        if LEVELS.index(level) > LEVELS.index(indicator.lowest_place)
    ]


def shown_row(row: StoredFigureRow) -> StoredFigureRow:
    """Return a stored figure, without its numbers where it is too narrow to be shown."""
    lowest = _lowest(row["indicator"])
    if not _too_narrow(row["place"], tuple(row["by"]), lowest):
        return row
    gone: dict[str, object] = dict.fromkeys(_NUMBERS)
    hidden = {**row, **gone, "status": "protected", "reason": f"not_below_{lowest}"}
    return hidden  # type: ignore[return-value]  # the same keys


def shown_document(body: Any) -> Any:
    """Return a stored page or answer without the blocks that rest on what is too narrow."""
    if not isinstance(body, dict) or not isinstance(body.get("blocks"), list | tuple):
        return body
    return {**body, "blocks": [block for block in body["blocks"] if not _rests_on(block)]}


def shown_drawings(drawings: Mapping[str, str]) -> dict[str, str]:
    """Return the drawings, by name, of figures that may be shown."""
    return {name: svg for name, svg in drawings.items() if not _drawn_of(name)}


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


def _too_narrow(place: str, by: tuple[str, ...], lowest: Level) -> bool:
    if lowest == LEVELS[-1]:
        return False
    try:
        return LEVELS.index(level_of(place, by)) > LEVELS.index(lowest)
    except DataError:
        return True  # a place that no list knows is not known to be wide enough


def _id_too_narrow(figure_id: str) -> bool:
    head, place, _, split = [*figure_id.split(":"), "", "", ""][:4]
    by = tuple(pair.partition("=")[0] for pair in split.split(",") if pair)
    return bool(place) and _too_narrow(place, by, _lowest(head.partition(".")[0]))


def _rests_on(block: Any) -> bool:
    method = (block.get("method") if isinstance(block, dict) else None) or {}
    ids = [method.get("figure") or "", *(part["figure"] for part in method.get("parts", ()))]
    return any(_id_too_narrow(name) for name in ids if name)


def _drawn_of(name: str) -> bool:
    """Whether a drawing, by its name, is of a narrow place: its name begins with what it shows."""
    for indicator in registry.indicators().values():
        if re.match(rf"{re.escape(indicator.id)}[-.]", name):
            parts = re.split(r"[-.]", name[len(indicator.id) + 1 :])
            return any(_place_too_narrow(part, indicator.lowest_place) for part in parts)
    return False


def _place_too_narrow(part: str, lowest: Level) -> bool:
    try:
        return LEVELS.index(level_of(part)) > LEVELS.index(lowest)
    except DataError:
        return False  # no place: a stage, a language, a width
