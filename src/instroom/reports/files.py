"""Published figures and open observations as files: the one place that writes tables for people.

No text in them is taken for a formula by a spreadsheet: see :func:`instroom.core.printing.inert`.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter

from instroom.core.errors import DataError, Where
from instroom.core.messages import Message
from instroom.core.observations import FLOW_SCHEMA, SCHEMA, widened
from instroom.core.output_files import format_of, output_file, written
from instroom.core.printing import FORMULA, inert
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports.at_hand import nothing_read
from instroom.reports.export_kinds import DATASETS, OBSERVATION_FORMATS
from instroom.reports.stored_rows import ExportAnswer, StoredFigureRow
from instroom.sources.store import Store

_COLUMNS = (
    "id",
    "indicator",
    "stage",
    "classification",
    "place",
    "period",
    "by",
    "status",
    "reason",
    "value",
    "low",
    "high",
    "numerator_low",
    "numerator_high",
    "denominator_low",
    "denominator_high",
    "sources",
    "example",
)


def _bounds(count: Any) -> tuple[Any, Any]:
    if isinstance(count, dict):
        return count["low"], count["high"]
    return count, count


def _row(figure: StoredFigureRow) -> list[Any]:
    flat: dict[str, object] = {
        **figure,
        "by": ";".join(f"{k}={v}" for k, v in figure["by"].items()),
        "sources": " ".join(figure["sources"]),
        "example": "voorbeeld" if figure.get("example") else "",
    }
    flat["numerator_low"], flat["numerator_high"] = _bounds(figure["numerator"])
    flat["denominator_low"], flat["denominator_high"] = _bounds(figure["denominator"])
    return [inert(flat.get(name)) for name in _COLUMNS]


def figures_csv(rows: Sequence[StoredFigureRow], language: str = "nl") -> bytes:
    """Return figures (public shape, as stored) as UTF-8 CSV; the same columns in any language."""
    del language  # column names are identifiers
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_row(row) for row in rows)
    return ("\ufeff" + buffer.getvalue()).encode()


def figures_xlsx(rows: Sequence[StoredFigureRow], language: str = "nl") -> bytes:
    """Return figures as XLSX: one sheet, header frozen; text never becomes a formula."""
    t = Texts(language)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(t("cijfers"))
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, _COLUMNS, bold)
        for line, row in enumerate(rows, 1):
            sheet.write_row(line, 0, ["" if cell is None else cell for cell in _row(row)])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(_COLUMNS) - 1)
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, len(_COLUMNS) - 1, 16)
    return buffer.getvalue()


class Counted(TypedDict):
    """How many observations, of how many files."""

    rows: int
    files: int


def export(
    dataset: str,
    *,
    format: str | None = None,  # noqa: A002  the name of the option
    out: str | Path,
    source: str | None = None,
    data: str | Path | None = None,
) -> ExportAnswer:
    """Write a data set to a file; ``dataset`` is ``observations``.

    ``format`` is ``csv`` or ``parquet``; left out, that of the name of the file, else ``csv``.
    What was in the file is replaced, and the answer says so. ``source`` leaves all other sources
    out; a table that was read with ``--as`` leaves only so.

    Raises
    ------
    DataError
        When there is no such data set, or nothing has been read.
    UserError
        When there is no such format, or the file cannot be written.
    """
    if dataset not in DATASETS:
        raise DataError(
            "there is no data set '{dataset}'",
            code="unknown_dataset",
            expected=", ".join(DATASETS),
            dataset=dataset,
        )
    kind = format_of(out, format, OBSERVATION_FORMATS)
    store = Store.asked(data)
    replaced = output_file(out, protected=store.root).exists()
    counted = export_observations(out, kind, store, source)
    return {"file": str(Path(out)), "format": kind, **counted, "replaced": replaced}


def export_observations(
    out: str | Path,
    format: str,  # noqa: A002  the name of the option
    store: Store,
    source: str | None = None,
) -> Counted:
    """Write all observations to one CSV or Parquet file, in a fixed order.

    Open data leaves as its publishers published it: hidden cells stay intervals.

    Raises
    ------
    DataError
        When nothing has been read.
    """
    stored_sources = {s.source for s in store if s.observations.exists()}
    if source is not None and source not in stored_sources:
        raise DataError(
            "nothing of the source '{source}' is stored",
            code="nothing_read",
            where=Where(key=source[:60]),
            found=", ".join(sorted(stored_sources)) or Message("nothing"),
            expected=Message("a source of which a file was read"),
            hint=Message("read its file first: instroom read FILE"),
            source=source[:60],
        )
    wanted = {source} if source else set(registry.sources())
    files = [s for s in store if s.source in wanted and s.observations.exists()]
    if not files:
        raise nothing_read(store, Message("there are no observations"))
    rows = 0
    known = registry.sources()
    schema = (
        FLOW_SCHEMA if any(s.source in known and known[s.source].way for s in files) else SCHEMA
    )
    ordered = sorted(files, key=lambda s: (s.source, s.sha256))
    with written(out) as place:
        if format == "parquet":
            with pq.ParquetWriter(place, schema, compression="zstd") as parquet:
                for stored in ordered:
                    table = widened(pq.read_table(stored.observations), schema)
                    parquet.write_table(table)
                    rows += len(table)
        else:
            plain = pa.schema([(f.name, _plain(f.type)) for f in schema])
            with pacsv.CSVWriter(place, plain) as text:
                for stored in ordered:
                    table = widened(pq.read_table(stored.observations), schema).cast(plain)
                    text.write_table(_inert_table(table))
                    rows += len(table)
    return {"rows": rows, "files": len(files)}


def _inert_table(table: pa.Table) -> pa.Table:
    """Return a table in which no text is a formula; see :func:`instroom.core.printing.inert`."""
    columns = [
        pc.replace_substring_regex(column, FORMULA, r"'\1")
        if pa.types.is_string(column.type)
        else column
        for column in table.columns
    ]
    return pa.table(columns, schema=table.schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind
