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

from instroom.core.errors import DataError
from instroom.core.observations import FLOW_SCHEMA, SCHEMA, widened
from instroom.core.output_files import format_of, output_file, written
from instroom.core.printing import FORMULA, inert
from instroom.core.texts import Texts
from instroom.definitions import registry
from instroom.reports.export_choice import chosen, export_size, refuse_large
from instroom.reports.export_kinds import DATASETS, OBSERVATION_FORMATS
from instroom.reports.reader_files import (
    FileOrigin,
    columns_explained,
    explained,
    separators,
    told,
)
from instroom.reports.stored_rows import ExportAnswer, StoredFigureRow
from instroom.reports.withheld import shown_observations
from instroom.sources.store import Store, Stored

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


def excel_csv(rows: Sequence[StoredFigureRow], language: str, origin: FileOrigin) -> bytes:
    """Return figures as a CSV that a spreadsheet in this language opens with a double click.

    Column names in the reader's language, separator and decimal sign of its spreadsheets, UTF-8
    with a mark that says so; see :func:`instroom.reports.reader_files.told`.
    """
    separator, decimal = separators(language)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerows(told(rows, Texts(language), origin, decimal))
    return ("\ufeff" + buffer.getvalue()).encode()


def figures_xlsx(
    rows: Sequence[StoredFigureRow], language: str = "nl", origin: FileOrigin | None = None
) -> bytes:
    """Return figures as XLSX, header frozen; text never becomes a formula.

    The first sheet has the columns of the CSV. With ``origin`` a second one says in words what they
    are: what is counted, of whom and where, how many are hidden, source, licence, page and date.
    """
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
        if origin and rows:
            _definition_sheet(book, rows, t, origin)
    return buffer.getvalue()


def _definition_sheet(
    book: Any, rows: Sequence[StoredFigureRow], t: Texts, origin: FileOrigin
) -> None:
    """Add the sheet that says in words what the figures are."""
    sheet = book.add_worksheet(t("uitleg"))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 90)
    pairs = [*explained(rows, t, origin), ("", ""), (t("De kolommen"), "")]
    for line, (label, text) in enumerate([*pairs, *columns_explained(t)]):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, text, wrapped)


class Counted(TypedDict):
    """How many observations, of how many files, and how many tell of too narrow a place."""

    rows: int
    files: int
    withheld: int


def export(
    dataset: str,
    *,
    format: str | None = None,  # noqa: A002  the name of the option
    out: str | Path,
    source: str | None = None,
    indicator: str | None = None,
    yes: bool = False,
    data: str | Path | None = None,
) -> ExportAnswer:
    """Write a data set to a file; ``dataset`` is ``observations``.

    ``format`` is ``csv`` or ``parquet``; left out, that of the name of the file, else ``csv``.
    What was in the file is replaced, and the answer says so. ``source`` leaves all other sources
    out, ``indicator`` those that it is not counted from; a table that was read with ``--as``
    leaves only by its source. What will be larger than 250 MB is refused without ``yes``.

    Raises
    ------
    DataError
        When there is no such data set, or nothing has been read.
    UserError
        When there is no such format, or the file cannot be written; ``large_export``.
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
    refuse_large(export_size(chosen(store, source, indicator), kind), yes=yes)
    counted = export_observations(out, kind, store, source, indicator)
    size = Path(out).stat().st_size
    return {"file": str(Path(out)), "format": kind, **counted, "bytes": size, "replaced": replaced}


def export_observations(
    out: str | Path,
    format: str,  # noqa: A002  the name of the option
    store: Store,
    source: str | None = None,
    indicator: str | None = None,
) -> Counted:
    """Write all observations to one CSV or Parquet file, in a fixed order.

    Open data leaves as its publishers published it: hidden cells stay intervals. What tells of a
    narrower kind of place than an indicator may be shown for stays here, and is counted.

    Raises
    ------
    DataError
        When nothing has been read.
    """
    ordered, known = chosen(store, source, indicator), registry.sources()
    flows = any(s.source in known and known[s.source].way for s in ordered)
    schema = FLOW_SCHEMA if flows else SCHEMA
    rows = withheld = 0
    with written(out) as place:
        if format == "parquet":
            with pq.ParquetWriter(place, schema, compression="zstd") as parquet:
                for stored in ordered:
                    table, left = _shown(stored, schema)
                    parquet.write_table(table)
                    rows, withheld = rows + len(table), withheld + left
        else:
            plain = pa.schema([(f.name, _plain(f.type)) for f in schema])
            with pacsv.CSVWriter(place, plain) as text:
                for stored in ordered:
                    table, left = _shown(stored, schema)
                    text.write_table(_inert_table(table.cast(plain)))
                    rows, withheld = rows + len(table), withheld + left
    return {"rows": rows, "files": len(ordered), "withheld": withheld}


def _shown(stored: Stored, schema: pa.Schema) -> tuple[pa.Table, int]:
    """Return the observations of a file that may go out, and how many stay."""
    whole = widened(pq.read_table(stored.observations), schema)
    table = shown_observations(whole, stored.source)
    return table, len(whole) - len(table)


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
