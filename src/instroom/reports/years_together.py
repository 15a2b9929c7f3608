"""Stored figures of several years as one, for what is made anew from a stored page."""

from collections.abc import Mapping, Sequence
from typing import Any

from instroom.core.quantities import Count
from instroom.core.series import CountBounds, Figure
from instroom.monitoring import beside
from instroom.reports.stored_rows import StoredFigureRow


def years_together(rows: Sequence[StoredFigureRow]) -> StoredFigureRow | None:
    """Return the years of one share added up as its page adds them; the period is the newest one.

    Nothing when one of the years has no number.
    """
    found = beside.together([_figure(row) for row in rows])
    if found is None:
        return None
    share, part, whole = found.share, found.part, found.whole
    return {
        **rows[-1],
        "low": share.low,
        "high": share.high,
        "value": share.low if share.exact else None,
        "numerator": {"low": part.low, "high": part.high},
        "denominator": {"low": whole.low, "high": whole.high},
    }


def own_years(
    method: Mapping[str, Any], known: Mapping[str, StoredFigureRow]
) -> list[StoredFigureRow]:
    """Return the figures that a block says of its own place; none when one is not known."""
    ids: list[str] = [part["figure"] for part in method.get("parts", ())] or [
        method.get("figure") or ""
    ]
    own = known.get(ids[0])
    if own is None:
        return []
    # ids are ``series:place:period...``: those of the own place are the years of the number
    mine = [name for name in ids if name.split(":")[1:2] == [own["place"]]]
    return [known[name] for name in mine] if all(name in known for name in mine) else []


def _figure(row: StoredFigureRow) -> Figure:
    return Figure(
        row["indicator"],
        row["period"],
        row["place"],
        row["status"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        numerator=_count(row["numerator"]),
        denominator=_count(row["denominator"]),
    )


def _count(stored: int | CountBounds | None) -> Count | None:
    if stored is None or isinstance(stored, int):
        return None if stored is None else Count(stored, stored)
    return Count(stored["low"], stored["high"])
