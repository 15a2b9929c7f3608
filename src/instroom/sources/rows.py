"""From a shaped table to rows: observations in the one table, records of a companion file."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from instroom.core.observations import LOCATION_ROLES, SCHEMA
from instroom.sources.shape import Shaped

if TYPE_CHECKING:
    WordColumn: TypeAlias = pa.DictionaryArray[Any, Any]
    AnyColumn: TypeAlias = pa.Array[Any]


def observations(shaped: Shaped, sha256: str) -> list[pa.Table]:
    """Return the observations of a shaped table, one Arrow table per value column.

    Columns as :data:`instroom.core.observations.SCHEMA`.
    """
    size = len(shaped.lines)
    shared: dict[str, AnyColumn] = {
        name: pa.array(words, type=pa.string()).dictionary_encode()
        for name, words in shaped.keys.items()
        if name in SCHEMA.names
    }
    rows = pa.array(shaped.lines, type=pa.int32())
    nothing: dict[str, AnyColumn] = {f.name: pa.nulls(size, f.type) for f in SCHEMA}
    constant: dict[str, str] = {"source": shaped.source.id, "file": sha256}
    result = []
    for block in shaped.blocks:
        words = {**constant, "unit": shaped.source.unit, "measure": block.measure, **block.dims}
        if block.period:
            words["period"] = block.period
        columns: dict[str, AnyColumn] = {
            **nothing,
            **shared,
            **{name: _constant(word, size) for name, word in words.items()},
            "row": rows,
            "low": pa.array(block.low, from_pandas=True),
            "high": pa.array(block.high, from_pandas=True),
            "status": block.status,
            "flag": block.flag,
        }
        arrays = [columns[f.name].cast(f.type) for f in SCHEMA]
        result.append(pa.Table.from_arrays(arrays, schema=SCHEMA))
    return result


def _constant(word: str, size: int) -> "WordColumn":
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(size, dtype=np.int32), pa.int32()), pa.array([word], type=pa.string())
    )


def companion(shaped: Shaped) -> pa.Table:
    """Return what a companion file says, one row per record, columns by role."""
    names = [r for r in LOCATION_ROLES if r in shaped.keys]
    names += [r for r in shaped.keys if r not in names]
    return pa.table({name: pa.array(shaped.keys[name], type=pa.string()) for name in names})
