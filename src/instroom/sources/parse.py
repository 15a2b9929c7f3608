"""One file, from bytes to observations on disk; runs in a child process under limits.

Nothing here touches the data directory: results go to a folder that the caller moves in place
when all is well.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core import periods
from instroom.core.errors import DataError, SourceError, Where
from instroom.core.observations import SCHEMA
from instroom.definitions import registry
from instroom.definitions.models import Source
from instroom.sources import checks, left_out, wrappers
from instroom.sources.decode import decode
from instroom.sources.evidence import match
from instroom.sources.readers import eurostat, odata_metadata, sdmx, workbook
from instroom.sources.recognise import Finding, recognise
from instroom.sources.rows import companion, observations
from instroom.sources.shape import Shaped, shape, year_period
from instroom.sources.tables import RawTable, read_table, refuse_repeated

MAX_BYTES = 256 * 2**20
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]((?:19|20)\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_EXAMPLE = re.compile(r"9\d[A-Z]{2}.*")
_BATCH_ROWS = 200_000


@dataclass(slots=True)
class Reading:
    """What one file turned out to be; becomes its receipt."""

    status: str = "unknown"
    source: Source | None = None
    encoding: str | None = None
    periods: list[str] = field(default_factory=list)
    rows: int | None = None
    tables: dict[str, int] = field(default_factory=dict)
    observations: int = 0
    example: bool = False
    warnings: dict[str, tuple[int, str]] = field(default_factory=dict)
    reason: str = ""


def parse_file(
    path: str, out: str, name: str, sha256: str, source: str | None, period: str | None
) -> dict[str, Any]:
    """Read one file and write what it holds to the folder ``out``.

    Returns
    -------
    dict
        The receipt: status ``read`` or ``unknown``, source, encoding, periods, row counts,
        number of observations and warnings. Observations are in ``out/observations.parquet``,
        a companion's records in ``out/companion.parquet``.

    Raises
    ------
    SourceError
        When the file is refused; nothing in ``out`` may then be used.
    """
    file = Path(path)
    if file.stat().st_size > MAX_BYTES:
        raise SourceError(
            "this file is larger than an open data file",
            code="too_large",
            found=f"{file.stat().st_size:,} bytes",
            expected=f"at most {MAX_BYTES:,} bytes",
            hint="check that this is the publisher's own file",
        )
    data = file.read_bytes()
    wanted = [registry.sources()[source]] if source else list(registry.sources().values())
    inside = wrappers.unwrap(data, MAX_BYTES)
    del data
    named = f"{inside.name} {name}".strip()
    reading = _read(inside.data, named, Path(out), sha256, wanted, period)
    if inside.wrapper and reading.status == "unknown":
        reading.reason = f"{inside.wrapper}, unpacked: {reading.reason}"
        reading.warnings["unknown_layout"] = (1, reading.reason)
    return _receipt(reading)


def _read(
    data: bytes, name: str, out: Path, sha256: str, wanted: list[Source], period: str | None
) -> Reading:
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, name, out, sha256, wanted, period)
    if data.startswith(wrappers.OLD_WORKBOOK):
        return Reading(reason="a workbook of before 2007 (.xls); save it as .xlsx or CSV")
    try:
        text = decode(data)
    except SourceError as error:
        return Reading(reason=error.message)
    if not text.text.strip():
        raise SourceError("this file is empty", code="empty", expected="a header and rows")
    if text.text.lstrip()[:1] in "{[<":
        return Reading(reason="no table: this is JSON, XML or HTML", encoding=text.encoding)
    if odata_metadata.is_metadata(text.text):
        return _read_metadata(text.text, out, wanted, text.encoding)
    table = _delimited(text.text, wanted)
    if table is None:
        return Reading(reason=Finding().reason, encoding=text.encoding)
    finding = recognise(table, wanted, name, chosen=_chosen(wanted))
    settled = _settle(table, finding.sources, name, period)
    if settled is None:
        return _unknown(finding, table, text.encoding)
    reading, shaped = settled
    reading.encoding = text.encoding
    reading.rows = len(table.rows)
    del table  # the text and its cells are not needed any more, and may be large
    _write(out, [shaped], reading, sha256)
    return reading


def _delimited(text: str, wanted: list[Source]) -> RawTable | None:
    """Split text into a table; a file with an unknown header may be split any way it likes."""
    try:
        table = read_table(text)
    except SourceError as error:
        header = read_table(text.splitlines()[0] + "\n")
        if error.code == "row_differs_from_header" and not _header_known(header, wanted):
            return None
        raise
    if sdmx.is_sdmx(table):
        return sdmx.pivot(table)
    return eurostat.unpack(table) if eurostat.is_packed(table) else table


def _header_known(header: RawTable, wanted: list[Source]) -> bool:
    if eurostat.is_packed(header):
        return True
    for source in wanted:
        found = match(header.header, source)
        if len(found.missing) <= 1 and found.telling > 1:
            return True
    return False


def _chosen(wanted: list[Source]) -> bool:
    return len(wanted) == 1


def _unknown(finding: Finding, table: RawTable, encoding: str | None) -> Reading:
    """Say why a table is no layout, what it might be, and what was seen of it."""
    names = [source.id for source in finding.sources] or list(finding.might)
    reason = finding.reason
    if finding.sources:
        reason = (
            f"{' and '.join(names)} have the same columns, and an excerpt cannot tell them apart"
        )
    if names:
        reason += f"; say which one it is: --source {' or --source '.join(names)}"
    reading = Reading(reason=reason, encoding=encoding)
    reading.warnings["unknown_layout"] = (1, reason)
    if names and (odd := left_out.odd_periods(table.header)):
        reading.warnings["periods_left_out"] = odd
    return reading


def _settle(
    table: RawTable, candidates: list[Source], name: str, period: str | None
) -> tuple[Reading, Shaped] | None:
    """Shape and check the table with the first candidate whose totals hold.

    None when there is no candidate, or several and too few rows for their totals to decide.
    """
    problems: list[SourceError] = []
    if len(candidates) > 1:
        candidates = [s for s in candidates if len(table.rows) >= s.recognise.at_least_rows]
    if not candidates:
        return None
    refuse_repeated(table)
    for source in candidates:
        warnings: dict[str, tuple[int, str]] = {}
        assumed = _period(source, name, period, warnings)
        shaped = shape(table, source, assumed)
        reading = Reading("read", source, warnings=warnings)
        reading.example = _is_example(shaped)
        complete = len(table.rows) >= source.recognise.at_least_rows and not reading.example
        try:
            warnings |= checks.run(shaped, complete)
        except SourceError as error:
            if len(candidates) == 1 or error.code != "total_does_not_hold":
                raise
            problems.append(error)
            continue
        _count_warnings(table, shaped, reading, complete)
        return reading, shaped
    raise problems[0]


def _period(
    source: Source, name: str, period: str | None, warnings: dict[str, tuple[int, str]]
) -> str | None:
    """Choose the period for values that state none: asked for, else the file's name."""
    kind = source.periods.kind
    in_file = any(column.role == "period" for column in source.columns.values())
    in_file = in_file or any("(?P<period>" in values.pattern for values in source.values)
    if kind == "none" or in_file or source.role != "observations":
        return None
    if period:
        return year_period(period, source)
    found = _YEARS.search(name)
    text = f"{found[1]}-{found[2]}" if found else None
    if text is None and (single := _YEAR.search(name)):
        text = single[1]
    try:
        code = year_period(text, source) if text else None
    except ValueError:
        code = None
    if code is None:
        warnings["period_unknown"] = (1, "the period stands nowhere; say it with --period")
        return None
    warnings["period_from_name"] = (1, f"the period {code} was taken from the file's name")
    return code


def _is_example(shaped: Shaped) -> bool:
    """Invented files carry institution codes that no real institution has (9.AA)."""
    places = [p for p in shaped.keys.get("place", []) if p]
    return bool(places) and all(_EXAMPLE.fullmatch(place) for place in places)


def _count_warnings(table: RawTable, shaped: Shaped, reading: Reading, complete: bool) -> None:
    found = reading.warnings
    if table.strays:
        found["stray_records"] = (table.strays, 'records that hold only ""')
    if table.blanks:
        found["blank_records"] = (table.blanks, "empty records")
    if table.footnotes:
        found["footnotes"] = (len(table.footnotes), "lines of text after the table")
    if not complete and not reading.example:
        found["excerpt"] = (
            len(table.rows),
            "only a part of the publisher's file; kept out of regional and national totals",
        )
    left_out.note(table, shaped, found)
    names = shaped.keys.get("municipality_name")
    if names:
        codes = shaped.keys["municipality"]
        unknown = {n for n, c in zip(names, codes, strict=True) if n and c is None}
        if unknown:
            found["unknown_municipality"] = (len(unknown), ", ".join(sorted(unknown)[:5]))
    reading.periods = shaped.periods


def _read_workbook(
    data: bytes, name: str, out: Path, sha256: str, wanted: list[Source], period: str | None
) -> Reading:
    result = Reading(reason=Finding().reason)
    found: list[tuple[str, Shaped]] = []
    for options in workbook.tables(data):
        for table in options:
            candidates = _quiet(table, [s for s in wanted if s.reader == "workbook"])
            title = (_title_period(table, candidates[0]) if candidates else None) or period
            settled = _settle(table, candidates, name, title)
            if settled is None:
                continue
            reading, shaped = settled
            found.append((table.name, shaped))
            reading.tables = {**result.tables, table.name: len(table.rows)}
            reading.warnings = result.warnings | reading.warnings
            reading.periods = sorted({*result.periods, *reading.periods})
            result = reading
            break
    if found:
        checks.refuse_shared(found)
        result.rows = sum(result.tables.values())
        _note_cells(data, [name for name, _ in found], result)
        _write(out, [shaped for _, shaped in found], result, sha256)
    return result


def _note_cells(data: bytes, names: list[str], reading: Reading) -> None:
    """Warn of what a spreadsheet program hides or could not compute."""
    if unseen := sorted(workbook.hidden(data) & set(names)):
        reading.warnings["hidden_sheets"] = (
            len(unseen),
            f"read though hidden: {', '.join(unseen)}",
        )
    count, first = workbook.broken_cells(data)
    if count:
        words = f"errors or formulas without an outcome, read as missing; the first: {first}"
        reading.warnings["broken_cells"] = (count, words)


def _quiet(table: RawTable, wanted: list[Source]) -> list[Source]:
    try:
        return recognise(table, wanted).sources
    except SourceError:
        return []


def _title_period(table: RawTable, source: Source) -> str | None:
    """Take the year from the prose above a sheet's table."""
    found = next((year for line in table.prose if (year := _YEAR.search(line))), None)
    return year_period(found[1], source) if found else None


def _read_metadata(text: str, out: Path, wanted: list[Source], encoding: str) -> Reading:
    source = next((s for s in wanted if s.reader == "odata_metadata"), None)
    if source is None:
        return Reading(reason=Finding().reason, encoding=encoding)
    found = odata_metadata.tables(text)
    records = [(t.name, key, title) for t in found for key, title in odata_metadata.titles(t)]
    pq.write_table(
        pa.table({k: [r[i] for r in records] for i, k in enumerate(("table", "key", "title"))}),
        out / "companion.parquet",
    )
    tables = {t.name: len(t.rows) for t in found}
    return Reading("read", source, encoding, rows=sum(tables.values()), tables=tables)


def _write(out: Path, sheets: list[Shaped], reading: Reading, sha256: str) -> None:
    source = sheets[0].source
    if source.role != "observations":
        pq.write_table(companion(sheets[0]), out / "companion.parquet", compression="zstd")
        return
    parts = [table for shaped in sheets for table in observations(shaped, sha256)]
    if all(len(part) == 0 for part in parts):
        raise SourceError("the table has no rows", code="empty", where=Where(row=2))
    with pq.ParquetWriter(out / "observations.parquet", SCHEMA, compression="zstd") as writer:
        batch: list[pa.Table] = []
        for part in parts:
            batch.append(part)
            reading.observations += len(part)
            if sum(len(b) for b in batch) > _BATCH_ROWS:
                writer.write_table(_joined(batch))
                batch = []
        if batch:
            writer.write_table(_joined(batch))


def _joined(batch: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(batch).unify_dictionaries().combine_chunks()


def _receipt(reading: Reading) -> dict[str, Any]:
    source = reading.source
    return {
        "status": reading.status,
        "source": source.id if source else None,
        "publisher": source.publisher if source else None,
        "licence": source.licence if source else None,
        "encoding": reading.encoding,
        "periods": reading.periods,
        "rows": reading.rows,
        "tables": reading.tables,
        "observations": reading.observations,
        "example": reading.example,
        "definition": fingerprint(source) if source else None,
        "warnings": [
            {"code": code, "count": count, "message": message}
            for code, (count, message) in reading.warnings.items()
        ]
        or (
            [{"code": "unknown_layout", "count": 1, "message": reading.reason}]
            if reading.status == "unknown"
            else []
        ),
    }


def fingerprint(source: Source) -> str:
    """Return a short mark of a source definition; when it changes, files are read again."""
    text = json.dumps(source.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_period(period: str | None) -> None:
    """Refuse a ``--period`` that is none, before any file is read."""
    if period:
        try:
            periods.parse(period)
        except DataError as error:
            raise SourceError(
                error.message, code="unknown_period", found=period, expected=error.expected
            ) from error
