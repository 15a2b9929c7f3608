r"""Eurostat's TSV: all dimensions packed in the first column, ``unit,sex,geo\time``."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.sources import words
from instroom.sources.tables import RawTable

_PACKED = re.compile(r"([\w,]+)\\(time|TIME_PERIOD)", re.IGNORECASE)


def is_packed(header: list[str]) -> bool:
    """Return whether the first column packs the dimensions."""
    return bool(header and _PACKED.fullmatch(header[0].strip()))


def unpack(table: RawTable) -> RawTable:
    """Return the table with a column of its own for every dimension.

    Raises
    ------
    SourceError
        When a row has another number of dimensions than the header.
    """
    found = _PACKED.fullmatch(table.header[0].strip())
    dimensions = (found[1] if found else "").split(",")
    packed = table.columns[0]
    parts = pc.split_pattern(packed.dictionary, ",")
    unequal = np.flatnonzero(pc.list_value_length(parts).to_numpy() != len(dimensions))
    if len(unequal):
        row = int(np.argmax(np.isin(words.codes(packed), unequal)))
        raise SourceError(
            "this row has another number of dimensions than the header",
            code="row_differs_from_header",
            where=Where(row=int(table.lines[row]), column=table.header[0]),
            found=table.cell(row, 0)[:80],
            expected=",".join(dimensions),
            hint=Message("the file is damaged; fetch it again from the publisher"),
        )
    columns = []
    for position in range(len(dimensions)):
        keys = pc.list_element(parts, position).dictionary_encode()
        codes = keys.indices.take(packed.indices)
        columns.append(pa.DictionaryArray.from_arrays(codes, keys.dictionary))
    return replace(
        table, header=[*dimensions, *table.header[1:]], columns=[*columns, *table.columns[1:]]
    )
