"""Small tables as a data directory, without a publisher's file in between."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core.observations import SCHEMA
from instroom.core.series import Figure
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.monitoring.questions import ask
from instroom.privacy.published import Published
from instroom.sources import receipts
from instroom.sources.store import Store

HIDDEN = "<5"
ENSCHEDE, HENGELO, BRONCKHORST, AMSTERDAM = "GM0153", "GM0164", "GM1876", "GM0363"


@dataclass
class Table:
    """One stored file: its rows, and what its receipt says."""

    source: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    companion: list[dict[str, Any]] | None = None
    example: bool = False
    excerpt: bool = False
    published: str | None = None


def row(period: str, n: float | str | None, **columns: Any) -> dict[str, Any]:
    """Return an observation; ``<5`` is a hidden cell, None a cell nobody filled."""
    low, high, status = (1.0, 4.0, "bounded") if n == HIDDEN else (n, n, "ok")
    if n is None:
        status = "missing"
    base = {"period": period, "low": low, "high": high, "status": status, "unit": "pupils"}
    return base | {"measure": "pupils"} | columns


def exam(period: str, n: float | str | None, profile: str, **columns: Any) -> dict[str, Any]:
    """Return a number of exam candidates of a school in Enschede."""
    base = {"measure": "candidates", "gender": "total", "school_type": "havo", "profile": profile}
    return row(period, n, **(base | {"place": "00AA00", "municipality": ENSCHEDE} | columns))


def primary(period: str, n: float | str | None, **columns: Any) -> dict[str, Any]:
    """Return a number of pupils of a primary school in Enschede."""
    base = {"kind": "bo", "place": "00PA00", "municipality": ENSCHEDE}
    return row(period, n, **(base | columns))


def address(place: str, municipality: str, locality: str, **columns: Any) -> dict[str, Any]:
    """Return a line of an address list."""
    base = {"place": place, "institution": place[:4], "place_name": f"School {place}"}
    return base | {"municipality": municipality, "locality": locality} | columns


def store(folder: Path, *tables: Table) -> ClassifiedCounts:
    """Put small tables in a data directory and open it."""
    for number, table in enumerate(tables):
        sha256 = hashlib.sha256(f"{number}{table!r}".encode()).hexdigest()
        target = folder / "files" / sha256
        target.mkdir(parents=True)
        if table.rows:
            rows = [{"source": table.source, "file": sha256, **r} for r in table.rows]
            pq.write_table(pa.Table.from_pylist(rows, SCHEMA), target / "observations.parquet")
        if table.companion is not None:
            pq.write_table(pa.Table.from_pylist(table.companion), target / "companion.parquet")
        receipt = {
            "source": table.source,
            "name": f"{table.source}-{number}.csv",
            "periods": sorted({r["period"] for r in table.rows}),
            "rows": len(table.rows),
            "licence": "CC0-1.0",
            "publisher": "duo",
            "example": table.example,
            "published": table.published,
            "definition": "",
            "warnings": [{"code": "excerpt", "count": 1, "message": ""}] if table.excerpt else [],
        }
        receipts.write(receipts.sealed(receipt, sha256, target), target)
    return ClassifiedCounts(Store(folder))


def figures(facts: ClassifiedCounts, indicator: str, *places: str, **more: Any) -> list[Figure]:
    """Return the figures of a question before the gate."""
    return list(series(IndicatorQuery(indicator, places or ("twente",), **more), facts).figures)


def published(facts: ClassifiedCounts, indicator: str, *places: str, **more: Any) -> Published:
    """Return the figures of a question after the gate."""
    return ask(IndicatorQuery(indicator, places or ("twente",), **more), facts)


def numbers(found: list[Figure] | Published) -> dict[str, tuple[Any, Any]]:
    """Return low and high of the part (a count: of the count) by period."""
    every = found.figures if isinstance(found, Published) else found
    return {
        f.period: (f.numerator.low, f.numerator.high) if f.numerator else (None, None)
        for f in every
    }
