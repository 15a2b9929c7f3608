"""Which stored files an export takes, and how large it will be, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core.errors import DataError, UserError, Where
from instroom.core.messages import Message
from instroom.core.printing import printable
from instroom.definitions import registry
from instroom.monitoring.counted_from import sources_of
from instroom.reports.at_hand import nothing_read
from instroom.sources.store import Store, Stored

#: An export that will be larger is only made when that was asked for in so many words.
MOST_BYTES = 250_000_000
#: Rows of a file that are written to see how long a row is.
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class ExportSize:
    """How large an export will be: rows and files exactly, bytes about."""

    rows: int
    files: int
    bytes: int


def chosen(store: Store, source: str | None = None, indicator: str | None = None) -> list[Stored]:
    """Return the stored files that an export takes, in a fixed order.

    ``indicator`` leaves out the sources that it is not counted from.

    Raises
    ------
    DataError
        ``nothing_read`` when none of them was read.
    DefinitionError
        When there is no such indicator.
    """
    there = [s for s in store if s.observations.exists()]
    names = {s.source for s in there}
    wanted = {source} if source else set(registry.sources())
    if source is not None and source not in names:
        shown = printable(source, 60)
        said = Message("nothing of the source '{source}' is stored", source=shown)
        raise _not_stored(said, shown, names)
    if indicator is not None:
        wanted &= sources_of(registry.indicators()[indicator])
        if source and not wanted:
            said = Message(
                "the indicator '{name}' is not counted from the source '{source}'",
                name=indicator,
                source=printable(source, 60),
            )
            raise _not_stored(said, indicator, names)
        if not wanted & names:
            said = Message("no source of the indicator '{name}' is stored", name=indicator)
            raise _not_stored(said, indicator, names)
    files = [s for s in there if s.source in wanted]
    if not files:
        raise nothing_read(store, Message("there are no observations"))
    return sorted(files, key=lambda s: (s.source, s.sha256))


def _not_stored(said: Message, name: str, names: set[str]) -> DataError:
    return DataError(
        said,
        code="nothing_read",
        where=Where(key=name),
        found=", ".join(sorted(names)) or Message("nothing"),
        expected=Message("a source of which a file was read"),
        hint=Message("read its file first: instroom read FILE"),
    )


def export_size(files: Sequence[Stored], form: str) -> ExportSize:
    """Return how large an export of these files will be; none is read whole.

    A Parquet file is as large as what is stored; a row of a CSV as long as the first ones of its
    file.
    """
    rows = size = 0
    for stored in files:
        with pq.ParquetFile(stored.observations) as parquet:
            count = parquet.metadata.num_rows
            rows += count
            size += (
                stored.observations.stat().st_size
                if form == "parquet"
                else round(_row_bytes(parquet) * count)
            )
    return ExportSize(rows, len(files), size)


def _row_bytes(parquet: pq.ParquetFile) -> float:
    """Return how many bytes a row of this file is as CSV, on average of the first ones."""
    first = next(parquet.iter_batches(batch_size=_SAMPLE), None)
    if first is None or not len(first):
        return 0.0
    size = 0
    for column in first.columns:  # a cell is its text, in quotes when it is one, and what parts it
        cells = [str(cell).encode() for cell in column.to_pylist() if cell is not None]
        size += sum(map(len, cells)) + 2 * len(cells) * _quoted(column.type) + len(first)
    return size / len(first)


def _quoted(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_dictionary(kind))


def refuse_large(size: ExportSize, *, yes: bool) -> None:
    """Refuse an export that will be large and was not asked for in so many words.

    Raises
    ------
    UserError
        ``large_export``, with how large it will be.
    """
    if yes or size.bytes <= MOST_BYTES:
        return
    raise UserError(
        "this export will be large",
        code="large_export",
        where=Where(key="--yes"),
        found=Message(
            "about {mb} MB, {rows} rows", mb=round(size.bytes / 1_000_000), rows=size.rows
        ),
        expected=Message("at most {mb} MB", mb=MOST_BYTES // 1_000_000),
        hint=Message("choose with --indicator or --source, take --format parquet, or say --yes"),
    )
