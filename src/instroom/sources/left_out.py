"""What a table has and its layout does not read, and the other way round: named, never silent."""

import re

from instroom.definitions.models import Source
from instroom.sources.evidence import OTHER_PERIOD, match


def odd_periods(header: list[str]) -> tuple[int, str] | None:
    """Return how many columns are a period that is no single year, and which; else None."""
    odd = [cell.strip() for cell in header if OTHER_PERIOD.fullmatch(cell.strip())]
    return (len(odd), f"no single year: {', '.join(odd[:8])}") if odd else None


def note(header: list[str], source: Source, found: dict[str, tuple[int, str]]) -> None:
    """Add warnings about columns that are not read and measures that have none."""
    left = [c.strip() for c in match(header, source).left if c.strip()]
    if odd := odd_periods(left):
        found["periods_left_out"] = odd
    if others := [cell for cell in left if not OTHER_PERIOD.fullmatch(cell)]:
        found["columns_left_out"] = (len(others), ", ".join(c[:40] for c in others[:8]))
    lacking = [
        values.measure or ", ".join(values.measures.values())
        for values in source.values
        if not any(re.fullmatch(values.pattern, c.strip(), re.IGNORECASE) for c in header)
    ]
    if lacking:
        found["measure_missing"] = (len(lacking), f"no column here for: {', '.join(lacking)}")
