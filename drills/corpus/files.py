"""Files that are no table, and workbooks with what spreadsheet programs can hold."""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from corpus import Case, Wanted

_BOMB = 300 * 2**20
_ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(2**20)
    return b"".join(packer.compress(block) for _ in range(_BOMB // 2**20)) + packer.flush()


def _zip_that_lies() -> bytes:
    """A member whose stated size is 10 bytes and which unpacks to millions."""
    data = bytearray(_zip({"x.csv": b"0;" * 20_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark)
        data[start + at : start + at + 4] = struct.pack("<I", 10)
    return bytes(data)


def _link() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("x.csv")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return packed.getvalue()


def junk(dice: np.random.Generator) -> Iterator[Case]:
    """Yield files that hold no table, under a name that says they do."""
    text = b"a;b\r\n1;2\r\n"
    png = b"\x89PNG\r\n\x1a\n" + dice.bytes(4000)
    nested = gzip.compress(gzip.compress(text))
    made: dict[str, bytes] = {
        "nothing": b"",
        "one line end": b"\r\n",
        "blanks": b" " * 100_000,
        "a picture": png,
        "a letter": b"%PDF-1.7\n" + dice.bytes(4000),
        "any bytes": dice.bytes(100_000),
        "a program": b"\x7fELF" + dice.bytes(4000),
        "an old workbook": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000),
        "a page": b"<!doctype html><title>404</title><p>niet gevonden",
        "deep JSON": b"[" * 100_000 + b"]" * 100_000,
        "JSON with a key twice": b'{"value": [], "value": [{"a": 1}]}',
        "JSON that ends": b'{"value": [{"RegioS": "GM0153"',
        "XML with entities": f'<!DOCTYPE x [<!ENTITY a0 "ha">{_ENTITIES}]><x>&a11;</x>'.encode(),
        "XML that asks a file": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "YAML with aliases": b"a: &a [x,x]\n" + b"b: [*a,*a]\n" * 1000,
        "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        "one line of 20 MB": b"x" * 20_000_000,
        "a million separators": b";" * 1_000_000,
        "a million empty lines": b"\n" * 1_000_000,
        "ten million quotes": b'"' * 10_000_000,
        "gzip that grows": _gzip_bomb(),
        "gzip of nothing": gzip.compress(b""),
        "gzip in gzip": nested,
        "zip that grows": _zip({"x.csv": bytes(_BOMB)}),
        "zip that lies": _zip_that_lies(),
        "zip of nothing": _zip({}),
        "zip in zip": _zip({"x.zip": _zip({"x.csv": text})}),
        "zip with a link": _link(),
        "zip of 10,000 files": _zip({f"{n}.csv": text for n in range(10_000)}),
        "zip of a picture": _zip({"x.csv": png}),
    }
    for kind, data in made.items():
        yield Case(f"{kind} ~ x.csv", data, "refuse")


def _parts(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _zip({name: change(name, archive.read(name)) for name in archive.namelist()})


def _in_sheet(data: bytes, old: str, new: str) -> bytes:
    """Return a workbook with the first match in its first sheet's XML replaced."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        changed, count = re.subn(old, lambda _: new, part.decode(), count=1)
        assert count, old
        return changed.encode()

    return _parts(data, change)


def _with(data: bytes, member: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _zip({name: archive.read(name) for name in archive.namelist()} | {member: part})


def _long() -> str:
    rows = (f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1000, 601_000))
    return "".join(rows) + "</sheetData>"


def workbook(rows: list[list[str]], *sheets: str, hidden: bool = False) -> bytes:
    """Return a workbook with the same table on each sheet; ``hidden`` hides all but the first."""
    target = io.BytesIO()
    with Workbook(target) as made:
        for number, name in enumerate(sheets or ("Tabel",)):
            sheet = made.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, [_typed(cell) for cell in row])
            if hidden and number:
                sheet.hide()
    return target.getvalue()


def _typed(cell: str) -> int | str:
    return int(cell) if cell.isdigit() and (cell == "0" or cell[0] != "0") else cell


def _cell(data: bytes, column: int, inside: str) -> bytes:
    """Return a workbook with the cell in row 4 of a column holding this XML."""
    name = xl_rowcol_to_cell(3, column)
    kind = ' t="e"' if inside.startswith("<v>#") else ' t="str"' if "<v>Havo" in inside else ""
    new = f'<c r="{name}"{kind}>{inside}</c>'
    return _in_sheet(data, rf'<c r="{name}"[^>]*>.*?</c>', new)


def workbooks(name: str, rows: list[list[str]], count: int, source: str | None) -> Iterator[Case]:
    """Yield workbooks made from one table; ``count`` is a column of numbers."""
    good = workbook(rows)
    wide = [[*row, row[count]] for row in rows]
    bomb = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + _ENTITIES.replace('"', "'") + "]>"
    asks = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    entity, file = _cell(good, count, "<v>&a11;</v>"), _cell(good, count, "<v>&e;</v>")
    made: list[tuple[str, Wanted, bytes]] = [
        ("a title above", "same", workbook([["Een titel"], [], *rows])),
        ("a column twice", "refuse", workbook(wide)),
        ("a table on two sheets", "refuse", workbook(rows, "A", "B")),
        ("a table on a hidden sheet too", "refuse", workbook(rows, "A", "B", hidden=True)),
        ("a word as a number", "refuse", _cell(good, count, "<v>Havo</v>")),
        ("a negative number", "refuse", _cell(good, count, "<v>-5</v>")),
        ("an error as a number", "flag", _cell(good, count, "<v>#REF!</v>")),
        ("a formula without an outcome", "flag", _cell(good, count, "<f>1+1</f>")),
        ("a formula that starts a program", "flag", _cell(good, count, "<f>cmd|'/C calc'!A0</f>")),
        ("a formula in another book", "flag", _cell(good, count, "<f>'[1]A'!A1</f>")),
        ("cut", "refuse", good[: len(good) // 2]),
        ("no end", "refuse", good[:-30]),
        ("entities in a sheet", "refuse", _in_sheet(entity, "<worksheet", f"{bomb}<worksheet")),
        ("a file asked in a sheet", "refuse", _in_sheet(file, "<worksheet", f"{asks}<worksheet")),
        (
            "a dimension that lies",
            "any",
            _in_sheet(good, r"<sheetData", '<dimension ref="A1:XFD1048576"/><sheetData'),
        ),
        ("a row a million down", "any", _in_sheet(good, r'<row r="3"', '<row r="1048000"')),
        ("600,000 rows of one number", "any", _in_sheet(good, r"</sheetData>", _long())),
        ("a macro", "any", _with(good, "xl/vbaProject.bin", bytes(1000))),
    ]
    for kind, wanted, data in made:
        yield Case(f"{kind} ~ {name}", data, wanted, source, name)
