"""XLSX by calamine: sheets with prose above the table, in files that other readers refuse."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from instroom.core.errors import SourceError
from instroom.core.messages import Message
from instroom.core.printing import visible
from instroom.sources.tables import MAX_CELLS, MAX_COLUMNS, RawTable, from_rows, too_large

MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 150
MAX_ENTRIES = 2_000
_HEADER_ROWS = 12
#: A DOCTYPE stands before the first element.
_XML_HEAD = 4096
_SPOILT = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ERROR = re.compile(r'\bt="e"')
_VALUE = re.compile(r"<v>[^<]+</v>|<is>")
_PLACE = re.compile(r'\br="([A-Z]+[0-9]+)"')


def sheets(
    data: bytes, text: Callable[[object], str] | None = None
) -> list[tuple[str, list[list[str]]]]:
    """Return each sheet's name and cells as text (``text`` says how, as in the file by default).

    Raises
    ------
    SourceError
        For a zip bomb (by its own directory, before anything is unpacked), a sheet that is too
        large, or a file that is no workbook.
    """
    _refuse_bomb(data)
    write = text or _text
    try:
        _refuse_entities(data)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        result = []
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height * sheet.width > MAX_CELLS or sheet.width > MAX_COLUMNS:
                raise too_large(
                    Message("{height:,} x {width:,} cells", height=sheet.height, width=sheet.width),
                    Message("an open data table"),
                )
            rows = sheet.to_python(skip_empty_area=False)
            result.append((name, [[write(cell) for cell in row] for row in rows]))
    except (CalamineError, *_SPOILT) as error:
        raise SourceError(
            "this workbook cannot be opened",
            code="not_a_workbook",
            found=str(error)[:80],
            expected=Message("an XLSX file"),
            hint=Message("fetch the file again from the publisher"),
        ) from error
    return result


def tables(data: bytes, may_be: Callable[[list[str]], bool]) -> Iterator[Iterator[RawTable]]:
    """Yield, per sheet, the tables it can hold: one for every row that ``may_be`` the header.

    A table is made only when it is asked for: one sheet can have many rows.
    """
    for name, rows in sheets(data):
        yield (_table(name, rows, top) for top in range(_HEADER_ROWS) if _heads(rows, top, may_be))


def _heads(rows: list[list[str]], top: int, may_be: Callable[[list[str]], bool]) -> bool:
    header = [visible(cell) for cell in rows[top]] if top < len(rows) else []
    return sum(bool(cell.strip()) for cell in header) >= 2 and may_be(header)


def _table(name: str, rows: list[list[str]], top: int) -> RawTable:
    width = max(i for i, cell in enumerate(rows[top]) if cell.strip()) + 1
    kept: list[list[str]] = []
    lines: list[int] = []
    blanks, footnotes = 0, []
    for line, row in enumerate(rows[top + 1 :], top + 2):
        filled = [cell for cell in row[:width] if cell.strip()]
        if not filled:
            blanks += 1
        elif len(filled) == 1 and row[0].strip() and width > 2:
            footnotes.append(row[0])
        else:
            kept.append(row[:width])
            lines.append(line)
    table = from_rows([visible(cell) for cell in rows[top][:width]], kept, lines)
    table.name, table.first_line, table.blanks, table.footnotes = name, top + 1, blanks, footnotes
    table.prose = [" ".join(row) for row in rows[:top]]
    return table


def hidden(data: bytes) -> set[str]:
    """Return the names of sheets that a spreadsheet program does not show."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheets_metadata
    return {sheet.name for sheet in found if sheet.visible != SheetVisibleEnum.Visible}


def broken_cells(data: bytes) -> tuple[int, str]:
    """Return how many cells hold an error or a formula without its outcome, and the first one.

    Such a cell is missing, not 0 and not empty: it had a value that was not stored.
    """
    count, first = 0, ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            if not _SHEET.fullmatch(name):
                continue
            for cell in _CELL.finditer(archive.read(name).decode("utf-8", "replace")):
                if _ERROR.search(cell[1]) or (
                    "<f" in (cell[2] or "") and not _VALUE.search(cell[2])
                ):
                    count += 1
                    place = _PLACE.search(cell[1])
                    first = (
                        first or f"{name.rpartition('/')[2]} {place[1] if place else ''}".strip()
                    )
    return count, first


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise SourceError(
            "this is no zip file inside",
            code="not_a_workbook",
            found=str(error)[:80],
            expected=Message("an XLSX file"),
            hint=Message("fetch it again from the publisher"),
        ) from error
    names = [entry.filename.casefold() for entry in entries]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SourceError(
            "this workbook holds a part twice",
            code="repeated_part",
            found=sorted(twice)[0][:80],
            expected=Message("every part of the zip file once"),
            hint=Message("fetch the file again from the publisher"),
        )
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked / packed > MAX_RATIO:
        raise too_large(
            Message(
                "{count} parts, {value:.0f} MiB unpacked from {value_2:.2f} MiB",
                count=len(entries),
                value=unpacked / 2**20,
                value_2=packed / 2**20,
            ),
            Message(
                "at most {max_entries} parts, {value} MiB, {max_ratio} times packed",
                max_entries=MAX_ENTRIES,
                value=MAX_UNPACKED // 2**20,
                max_ratio=MAX_RATIO,
            ),
        )


def _refuse_entities(data: bytes) -> None:
    """Refuse XML that declares names of its own: they can grow, and can ask for other files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as xml:
                if b"<!doctype" in xml.read(_XML_HEAD).lower():
                    raise SourceError(
                        "this workbook holds XML that no spreadsheet program writes",
                        code="not_a_workbook",
                        found=Message("a DOCTYPE in {filename}", filename=part.filename[:60]),
                        expected=Message("an XLSX file as Excel or LibreOffice saves it"),
                        hint=Message(
                            "open it and save it again as XLSX, or fetch it from the publisher"
                        ),
                    )
