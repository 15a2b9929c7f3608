"""A workbook: every sheet that is a known layout, whatever stands above its table."""

from functools import partial

from instroom.core.errors import SourceError
from instroom.core.messages import Message
from instroom.definitions.models import SourceDefinition
from instroom.sources import checks
from instroom.sources.readers import workbook
from instroom.sources.recognise import Recognition, columns_fit, recognise
from instroom.sources.rows import Sink
from instroom.sources.settle import (
    Given,
    Reading,
    counted,
    decided,
    note_kept_out,
    once,
    refuse_whole,
    settle,
    title_period,
)
from instroom.sources.shape import Shaped
from instroom.sources.tables import RawTable, refuse_repeated


def read_workbook(given: Given) -> Reading:
    """Read all sheets that are a known layout; unknown when there is none."""
    refuse_whole(given.path)
    data = given.path.read_bytes()
    result = Reading(reason=Recognition().reason)
    found: list[tuple[str, Shaped]] = []
    wanted = [s for s in given.wanted if s.reader == "workbook"]
    for options in workbook.tables(data, partial(columns_fit, sources=wanted)):
        for table in options:
            candidates = _quiet(table, wanted)
            title = title_period(table.prose, candidates[0]) if candidates else None
            attempt = partial(_sheet, given, table, title or given.period)
            settled = decided(candidates, len(table), attempt)
            if settled is None:
                continue
            reading, shaped = settled
            found.append((table.name, shaped))
            reading.tables = {**result.tables, table.name: len(table)}
            reading.warnings = result.warnings | reading.warnings
            reading.periods = sorted({*result.periods, *reading.periods})
            result = reading
            break
    if not found:
        return result
    checks.refuse_shared(found)
    result.rows = sum(result.tables.values())
    _note_cells(data, [name for name, _ in found], result)
    with Sink(given.out, given.sha256) as sink:
        for _, shaped in found:
            sink.add(shaped)
    return counted(result, sink)


def _sheet(
    given: Given, table: RawTable, period: str | None, source: SourceDefinition
) -> tuple[Reading, Shaped]:
    """Shape one table of a workbook as one layout."""
    refuse_repeated(table.header, table.first_line)
    shaped: list[Shaped] = []
    reading = settle(partial(once, table), source, given.name, period, shaped.append)
    note_kept_out(reading, table.strays, table.blanks, table.footnotes)
    return reading, shaped[0]


def _note_cells(data: bytes, names: list[str], reading: Reading) -> None:
    """Warn of what a spreadsheet program hides or could not compute."""
    if unseen := sorted(workbook.hidden(data) & set(names)):
        reading.warnings["hidden_sheets"] = (
            len(unseen),
            Message("read though hidden: {value}", value=", ".join(unseen)),
        )
    count, first = workbook.broken_cells(data)
    if count:
        words = Message(
            "errors or formulas without an outcome, read as missing; the first: {first}",
            first=first,
        )
        reading.warnings["broken_cells"] = (count, words)


def _quiet(table: RawTable, wanted: list[SourceDefinition]) -> list[SourceDefinition]:
    try:
        return recognise(table, wanted).sources
    except SourceError:
        return []
