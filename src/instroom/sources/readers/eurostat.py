r"""Eurostat's TSV: all dimensions packed in the first column, ``unit,sex,geo\time``."""

import re
from dataclasses import replace

from instroom.core.errors import SourceError, Where
from instroom.sources.tables import RawTable

_PACKED = re.compile(r"([\w,]+)\\(time|TIME_PERIOD)", re.IGNORECASE)


def is_packed(table: RawTable) -> bool:
    """Return whether the first column packs the dimensions."""
    return bool(table.header and _PACKED.fullmatch(table.header[0].strip()))


def unpack(table: RawTable) -> RawTable:
    """Give every dimension a column of its own; the rows change in place.

    Raises
    ------
    SourceError
        When a row has another number of dimensions than the header.
    """
    found = _PACKED.fullmatch(table.header[0].strip())
    dimensions = (found[1] if found else "").split(",")
    same: dict[str, str] = {}
    for position, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        keys = [same.setdefault(key, key) for key in row[0].split(",")]
        if len(keys) != len(dimensions):
            raise SourceError(
                "this row has another number of dimensions than the header",
                code="row_differs_from_header",
                where=Where(row=line, column=table.header[0]),
                found=row[0],
                expected=",".join(dimensions),
                hint="the file is damaged; fetch it again from the publisher",
            )
        table.rows[position] = [*keys, *row[1:]]
    return replace(table, header=[*dimensions, *table.header[1:]])
