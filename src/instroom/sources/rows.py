"""From shaped blocks to rows on disk: observations in the one table, a companion's records."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core.observations import FLOW_SCHEMA, LOCATION_ROLES, SCHEMA
from instroom.sources import words
from instroom.sources.shape import Shaped

if TYPE_CHECKING:
    AnyColumn: TypeAlias = pa.Array[Any]

#: Rows of one group in the file; fewer, larger groups are read faster and need more memory.
GROUP_ROWS = 100_000
#: The same of files of flows, which have more columns; two of them are read beside each other.
_FLOW_ROWS = 15_000
_WAITING = 1


class Sink:
    """Writes shaped blocks to a folder, in a thread beside the one that reads them.

    Observations go to ``observations.parquet``, a companion's records to ``companion.parquet``.
    """

    def __init__(self, out: Path, sha256: str) -> None:
        self.count = 0
        self._out, self._sha256 = out, sha256
        self._waiting: queue.Queue[list[pa.Table] | None] = queue.Queue(_WAITING)
        self._batch: list[pa.Table] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and self._batch:
            self._put(self._batch)
        self._waiting.put(None)
        self._thread.join()
        if error is None and self._error:
            raise self._error

    def add(self, shaped: Shaped) -> None:
        """Write a block.

        Raises
        ------
        OSError
            When the disk is full or the folder is gone.
        """
        if shaped.source.role != "observations":
            self._put([companion(shaped)])
            return
        most = _FLOW_ROWS if shaped.source.way else GROUP_ROWS
        for part in observations(shaped, self._sha256):
            if not len(part):
                continue
            self.count += len(part)
            self._batch.append(part)
            if sum(len(b) for b in self._batch) >= most:
                self._put(self._batch)
                self._batch = []

    def _put(self, batch: list[pa.Table]) -> None:
        if self._error:
            raise self._error
        self._waiting.put(batch)

    def _write(self) -> None:
        writer: pq.ParquetWriter | None = None
        try:
            while (batch := self._waiting.get()) is not None:
                table = _joined(batch)
                writer = writer or self._writer(table.schema)
                writer.write_table(table, row_group_size=4 * GROUP_ROWS)
        except BaseException as error:  # the reading thread must hear of it, not wait
            self._error = error
            while self._waiting.get() is not None:
                pass
        finally:
            if writer:
                writer.close()

    def _writer(self, schema: pa.Schema) -> pq.ParquetWriter:
        is_table = schema.equals(SCHEMA) or schema.equals(FLOW_SCHEMA)
        return pq.ParquetWriter(
            self._out / ("observations.parquet" if is_table else "companion.parquet"),
            schema,
            compression="zstd",
            write_statistics=False,  # nobody asks the file for a part of it by value
            use_dictionary=cast(
                bool, [n for n in schema.names if n != "row"] if is_table else True
            ),
            column_encoding={"row": "DELTA_BINARY_PACKED"} if is_table else None,
        )


def _joined(batch: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(batch).unify_dictionaries().combine_chunks()


def observations(shaped: Shaped, sha256: str) -> Iterator[pa.Table]:
    """Yield the observations of a shaped block, one Arrow table per value column.

    Columns as :data:`instroom.core.observations.SCHEMA`, of a file of flows as ``FLOW_SCHEMA``.
    """
    size = len(shaped.lines)
    schema = FLOW_SCHEMA if shaped.source.way else SCHEMA
    shared: dict[str, AnyColumn] = {
        name: column for name, column in shaped.keys.items() if name in schema.names
    }
    rows = pa.array(shaped.lines, type=pa.int32())
    nothing: dict[str, AnyColumn] = {f.name: pa.nulls(size, f.type) for f in schema}
    fixed = {"source": shaped.source.id, "file": sha256, "unit": shaped.source.unit}
    fixed |= {"way": shaped.source.way} if shaped.source.way else {}
    constant: dict[str, AnyColumn] = {n: words.constant(w, size) for n, w in fixed.items()}
    for block in shaped.blocks:
        said = {"measure": block.measure, **block.dims}
        if block.period:
            said["period"] = block.period
        columns: dict[str, AnyColumn] = {
            **nothing,
            **shared,
            **constant,
            **{name: words.constant(word, size) for name, word in said.items()},
            "row": rows,
            "low": pa.array(block.low, from_pandas=True),
            "high": pa.array(block.high, from_pandas=True),
            "status": block.status,
            "flag": block.flag,
        }
        yield pa.Table.from_arrays([columns[f.name].cast(f.type) for f in schema], schema=schema)


def companion(shaped: Shaped) -> pa.Table:
    """Return what a companion file says, one row per record, columns by role."""
    names = [r for r in LOCATION_ROLES if r in shaped.keys]
    names += [r for r in shaped.keys if r not in names]
    return pa.table({name: shaped.keys[name].cast(pa.string()) for name in names})
