"""Which publisher's layout a table has: by its columns and contents, never by its file name."""

import re
from dataclasses import dataclass

from instroom.core.errors import SourceError, Where
from instroom.definitions.models import Source
from instroom.sources.tables import RawTable, normal


@dataclass(frozen=True, slots=True)
class Match:
    """How well a table fits a source definition."""

    source: Source
    missing: tuple[str, ...]
    share: float
    wants: int


def column_index(header: list[str], names: list[str]) -> int | None:
    """Return where a column stands, under any of its spellings."""
    wanted = [normal(name) for name in names]
    positions = {normal(name): i for i, name in reversed(list(enumerate(header)))}
    return next((positions[name] for name in wanted if name in positions), None)


def match(table: RawTable, source: Source) -> Match:
    """Compare the header with a definition: required columns that miss, and the known share."""
    known = {normal(name) for column in source.columns.values() for name in column.names}
    known |= {normal(name) for name in source.known}
    missing = [
        column.names[0]
        for column in source.columns.values()
        if column.required and column_index(table.header, column.names) is None
    ]
    patterns = [re.compile(values.pattern, re.IGNORECASE) for values in source.values]
    for values, pattern in zip(source.values, patterns, strict=True):
        if values.required and not any(pattern.fullmatch(name.strip()) for name in table.header):
            missing.append(values.pattern)
    seen = sum(
        normal(name) in known or any(p.fullmatch(name.strip()) for p in patterns)
        for name in table.header
    )
    wants = sum(column.required for column in source.columns.values()) + len(source.values)
    return Match(source, tuple(missing), seen / max(1, len(table.header)), wants)


def recognise(table: RawTable, sources: list[Source]) -> list[Source]:
    """Return the layouts this table can have, best first; more than one when columns are equal.

    Raises
    ------
    SourceError
        When the table clearly is one layout but a key column is missing.
    """
    matches = [match(table, source) for source in sources]
    full = [m for m in matches if not m.missing and m.share >= 0.5 and _told(table, m.source)]
    if full:
        best = max((m.share, m.wants) for m in full)
        return [m.source for m in full if (m.share, m.wants) == best]
    near = [m for m in matches if m.share >= m.source.recognise.share_known and m.wants > 1]
    near = [m for m in near if m.missing and len(m.missing) < m.wants]
    if near:
        closest = max(near, key=lambda m: (m.share, -len(m.missing)))
        raise SourceError(
            f"this looks like '{closest.source.title}', but a column is missing",
            code="missing_column",
            where=Where(row=1, column=closest.missing[0]),
            found=", ".join(table.header[:12]) + (", ..." if len(table.header) > 12 else ""),
            expected=", ".join(closest.missing),
            hint="fetch the whole file again; if the publisher renamed the column, add the new "
            f"name to the source definition '{closest.source.id}'",
        )
    return []


def _told(table: RawTable, source: Source) -> bool:
    """Say whether a table has what tells this layout from others with the same columns."""
    header = source.recognise.header
    if header and not any(re.fullmatch(header, name.strip()) for name in table.header):
        return False
    for name, wanted in source.recognise.contains.items():
        index = column_index(table.header, [name])
        if index is None:
            return False
        seen = {normal(text) for text in {row[index] for row in table.rows}}
        if not seen & {normal(value) for value in wanted}:
            return False
    return True
