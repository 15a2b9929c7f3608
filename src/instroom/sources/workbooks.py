"""A workbook: every sheet that is a known layout, whatever stands above its table."""

from functools import partial

from instroom.core.errors import SourceError
from instroom.definitions.models import Source
from instroom.sources import checks
from instroom.sources.readers import workbook
from instroom.sources.recognise import Finding, recognise
from instroom.sources.rows import Sink
from instroom.sources.settle import (
    Given,
    Reading,
    counted,
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
    result = Reading(reason=Finding().reason)
    found: list[tuple[str, Shaped]] = []
    wanted = [s for s in given.wanted if s.reader == "workbook"]
    for options in workbook.tables(data):
        for table in options:
            candidates = _quiet(table, wanted)
            title = title_period(table.prose, candidates[0]) if candidates else None
            settled = _sheet(given, table, candidates, title or given.period)
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
    given: Given, table: RawTable, candidates: list[Source], period: str | None
) -> tuple[Reading, Shaped] | None:
    """Shape one table of a workbook with the first layout whose totals hold."""
    if len(candidates) > 1:
        candidates = [s for s in candidates if len(table) >= s.recognise.at_least_rows]
    if not candidates:
        return None
    refuse_repeated(table.header, table.first_line)
    problems: list[SourceError] = []
    for source in candidates:
        shaped: list[Shaped] = []
        try:
            blocks = partial(once, table)
            reading = settle(blocks, source, given.name, period, shaped.append)
        except SourceError as error:
            if len(candidates) == 1 or error.code != "total_does_not_hold":
                raise
            problems.append(error)
            continue
        note_kept_out(reading, table.strays, table.blanks, table.footnotes)
        return reading, shaped[0]
    raise problems[0]


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
