"""One file, from bytes to observations on disk; runs in a child process under limits.

Nothing here touches the data directory: results go to a folder that the caller moves in place
when all is well.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from instroom.core import periods
from instroom.core.errors import DataError, SourceError, Where
from instroom.core.messages import Message, joined
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources import any_table, left_out, wrappers
from instroom.sources.decode import Survey, open_text, survey
from instroom.sources.delimited import Delimited, NeedsCareError, open_delimited, whole
from instroom.sources.evidence import Summary, match, watched
from instroom.sources.readers import eurostat, odata_metadata, sdmx
from instroom.sources.recognise import Recognition, columns_fit, recognise
from instroom.sources.records import ParsedFile
from instroom.sources.rows import Sink
from instroom.sources.settle import (
    Blocks,
    Given,
    Reading,
    counted,
    decided,
    note_kept_out,
    once,
    refuse_whole,
    settle,
)
from instroom.sources.tables import RawTable, refuse_repeated
from instroom.sources.telling import tell
from instroom.sources.workbooks import read_workbook

#: Bytes of a file, and of what is packed in it.
MAX_BYTES = 2 * 2**30
_HEAD = 4096
#: Rows of a file of which it is told how far the reading is.
_MANY_ROWS = 200_000


def parse_file(
    path: str,
    out: str,
    name: str,
    sha256: str,
    source: str | None,
    period: str | None,
    most: int = MAX_BYTES,
) -> ParsedFile:
    """Read one file and write what it holds to the folder ``out``.

    ``most`` limits the bytes of what is packed in the file.

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
    asked = any_table.asked(source)
    if asked or source is None:
        wanted = [] if asked else [s for s in registry.sources().values() if s.kind == "file"]
    else:
        wanted = [registry.sources()[source]]
    inside = wrappers.unwrap(Path(path), Path(out), most)
    named = f"{inside.name} {name}".strip()
    try:
        reading = _read(Given(inside.path, named, Path(out), sha256, wanted, period, asked))
    finally:
        if inside.wrapper:
            inside.path.unlink()
    if inside.wrapper and reading.status == "unknown":
        reading.reason = Message(
            "{wrapper}, unpacked: {reason}", wrapper=inside.wrapper, reason=reading.reason
        )
        reading.warnings["unknown_layout"] = (1, reading.reason)
    return _receipt(reading)


def _read(given: Given) -> Reading:
    """Find out what the file is, and write its rows when it is a known layout."""
    with given.path.open("rb") as file:
        start = file.read(8)
        if start.startswith(wrappers.ZIP):
            return read_workbook(given)
        if start.startswith(wrappers.OLD_WORKBOOK):
            return Reading(
                reason=Message("a workbook of before 2007 (.xls); save it as .xlsx or CSV")
            )
        file.seek(0)
        try:
            found = survey(file)
        except SourceError as error:
            if error.code != "binary":
                raise
            return Reading(reason=error.message)
    return _text(given, found)


def _text(given: Given, found: Survey) -> Reading:
    head = _head(given.path, found)
    if not head.strip():
        raise SourceError(
            "this file is empty",
            code="empty",
            found=Message("no text"),
            expected=Message("a header and rows"),
            hint=Message("fetch it again from the publisher"),
        )
    if head.lstrip()[:1] in "{[<":
        return Reading(
            reason=Message("no table: this is JSON, XML or HTML"), encoding=found.encoding
        )
    if odata_metadata.is_metadata(head):
        return _metadata(given, found)
    table = open_delimited(given.path, found)
    if found.nul_line is not None:
        return _nul(given, table, found.nul_line)
    reading = _delimited(given, table)
    reading.encoding = found.encoding
    if found.odd_lines and reading.status == "read":
        said = Message(
            "lines with bytes that are no UTF-8, read as Windows does: {odd_line}",
            odd_line=found.odd_line,
        )
        said = joined("", [said, ", ..." if found.odd_lines > 1 else ""])
        reading.warnings["mixed_encoding"] = (found.odd_lines, said)
    return reading


def _nul(given: Given, table: Delimited, line: int) -> Reading:
    """Refuse a known layout with a NUL byte; anything else with one is no text."""
    if not _header_known(table.header, given.wanted):
        return Reading(reason=Message("this is no text file"))
    raise SourceError(
        "this file is damaged",
        code="damaged",
        where=Where(row=line),
        found=Message("a NUL byte, which no text has"),
        expected=Message("the publisher's own bytes"),
        hint=Message("fetch it again from the publisher"),
    )


def _delimited(given: Given, table: Delimited) -> Reading:
    try:
        return _careful_if_needed(given, table)
    except SourceError as error:
        known = given.asked or _header_known(table.header, given.wanted)
        if error.code == "row_differs_from_header" and not known:
            return Reading(reason=Recognition().reason)
        raise


def _careful_if_needed(given: Given, table: Delimited) -> Reading:
    try:
        return _layout(given, table)
    except NeedsCareError:
        table.careful = True
        return _layout(given, table)


def _layout(given: Given, table: Delimited) -> Reading:
    blocks: Blocks = partial(_blocks, table)
    if sdmx.is_sdmx(table.header):
        refuse_whole(given.path)
        turned = sdmx.pivot(whole(table))
        blocks = partial(once, turned)
    finding, seen = _recognised(given, blocks, table)
    if finding.sources:
        refuse_repeated(seen.header)
    reading = decided(finding.sources, len(seen), partial(_settled, given, blocks))
    if reading is None:
        return _unknown(finding, seen.header)
    note_kept_out(reading, table.strays, table.blanks, table.footnotes)
    return reading


def _recognised(given: Given, blocks: Blocks, table: Delimited) -> tuple[Recognition, Summary]:
    """Recognise a table by its first block, and else by the words of all its blocks."""
    chosen = len(given.wanted) == 1
    stream = blocks()
    first = next(stream)
    seen = Summary(first.header, first.dataset)
    seen.add(first, range(len(first.header)))
    if given.asked:
        return Recognition([any_table.layout(given.asked, first)]), seen
    following = next(stream, None)
    if following is None:
        return recognise(seen, given.wanted, given.name, chosen=chosen), seen
    seen.rows = table.rows
    finding = recognise(seen, given.wanted, given.name, chosen=chosen)
    if finding.sources or not columns_fit(first.header, given.wanted):
        return finding, seen
    columns = set().union(*(watched(first.header, source) for source in given.wanted))
    while following is not None:
        seen.add(following, columns)
        following = next(stream, None)
    seen.rows = table.rows
    return recognise(seen, given.wanted, given.name, chosen=chosen), seen


def _settled(given: Given, blocks: Blocks, source: SourceDefinition) -> Reading:
    """Read the blocks as one layout and write their rows."""
    with Sink(given.out, given.sha256) as sink:
        reading = settle(blocks, source, given.name, given.period, sink.add)
    return counted(reading, sink)


def _metadata(given: Given, survey_of: Survey) -> Reading:
    source = next((s for s in given.wanted if s.reader == "odata_metadata"), None)
    if source is None:
        return Reading(reason=Recognition().reason, encoding=survey_of.encoding)
    refuse_whole(given.path)
    with open_text(given.path.open("rb"), survey_of) as text:
        found = odata_metadata.tables(text.read())
    records = [(t.name, key, title) for t in found for key, title in odata_metadata.titles(t)]
    pq.write_table(
        pa.table({k: [r[i] for r in records] for i, k in enumerate(("table", "key", "title"))}),
        given.out / "companion.parquet",
    )
    tables = {t.name: len(t.rows) for t in found}
    return Reading("read", source, survey_of.encoding, rows=sum(tables.values()), tables=tables)


def _head(path: Path, found: Survey) -> str:
    """Return the first text of a file that is not blank."""
    with open_text(path.open("rb"), found) as text:
        head = text.read(_HEAD)
        while head and not head.strip():
            head = text.read(_HEAD)
    return head


def _blocks(table: Delimited) -> Iterator[RawTable]:
    """Yield the blocks of a text file, dimensions unpacked, and say how far they are."""
    done = 0
    for block in table.blocks():
        yield eurostat.unpack(block) if eurostat.is_packed(block.header) else block
        done += len(block)
        if table.rows > _MANY_ROWS:
            tell(min(1.0, done / table.rows))


def _header_known(header: list[str], wanted: list[SourceDefinition]) -> bool:
    if eurostat.is_packed(header):
        return True
    for source in wanted:
        found = match(header, source)
        if len(found.missing) <= 1 and found.telling > 1:
            return True
    return False


def _unknown(finding: Recognition, header: list[str]) -> Reading:
    """Say why a table is no layout, what it might be, and what was seen of it."""
    names = [source.id for source in finding.sources] or list(finding.might)
    reason = finding.reason
    if finding.sources:
        reason = Message(
            "these have the same columns, and an excerpt cannot tell them apart: {names}",
            names=", ".join(names),
        )
    if names:
        say = Message(
            "say which one it is: {options}",
            options=" | ".join(f"--source {name}" for name in names),
        )
        reason = joined("; ", [reason, say])
    reading = Reading(reason=reason)
    reading.warnings["unknown_layout"] = (1, reason)
    if names and (odd := left_out.odd_periods(header)):
        reading.warnings["periods_left_out"] = odd
    return reading


def _receipt(reading: Reading) -> ParsedFile:
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
        "definition": fingerprint(_as_written(source)) if source else None,
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


def _as_written(source: SourceDefinition) -> SourceDefinition:
    """Return a layout without what a header added to it."""
    return next((s for s in registry.sources().values() if s.id == source.id), source)


def fingerprint(source: SourceDefinition) -> str:
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
                error.message,
                code="unknown_period",
                found=period[:60],
                expected=error.expected,
                hint=Message("write it as in: --period 2023-2024"),
            ) from error
