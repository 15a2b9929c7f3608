"""Tables as text, changed cell by cell and byte by byte."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from corpus import Case, Wanted

_COUNT = re.compile(r"\d{1,6}")


@dataclass(frozen=True, slots=True)
class Text:
    """A table as cells; ``count`` is a column of whole numbers that a layout reads."""

    rows: list[list[str]]
    separator: str
    encoding: str
    count: int

    @classmethod
    def of(cls, data: bytes, encoding: str, counts: list[re.Pattern[str]]) -> "Text | None":
        """Return a text as cells; None when it is no plain table with a column of counts.

        ``counts`` are the names that such a column can have.
        """
        text = data.decode(encoding)
        first = text.partition("\n")[0]
        separator = max(";\t,", key=first.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        if len(rows) < 12 or len({len(row) for row in rows}) != 1 or len(rows[0]) < 3:
            return None
        for column in reversed(range(len(rows[0]))):
            name = rows[0][column].strip()
            read = any(pattern.fullmatch(name) for pattern in counts)
            if read and all(_COUNT.fullmatch(row[column].strip()) for row in rows[1:]):
                return cls(rows, separator, encoding, column)
        return None

    @property
    def data(self) -> bytes:
        """The table as bytes."""
        return self.written()

    def written(self, newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
        """Return the table as bytes, with these line ends and quotes."""
        text = io.StringIO()
        writer = csv.writer(
            text,
            delimiter=self.separator,
            lineterminator=newline,
            quoting=quoting,  # type: ignore[arg-type]
        )
        writer.writerows(self.rows)
        return text.getvalue().encode(self.encoding, "replace")

    def cell(self, word: str, column: int, row: int = 7) -> "Text":
        """Return the table with another word in one cell."""
        rows = [list(cells) for cells in self.rows]
        rows[row][column] = word
        return replace(self, rows=rows)

    def each(self, change: Callable[[list[str], int], list[str]]) -> "Text":
        """Return the table with every row changed; ``change`` gets a row and its number."""
        return replace(self, rows=[change(list(row), n) for n, row in enumerate(self.rows)])

    def at(self, row: int, change: Callable[[list[str]], list[str]]) -> "Text":
        """Return the table with one row changed."""
        return self.each(lambda cells, n: change(cells) if n == row else cells)


def _numbers(text: Text) -> Iterator[tuple[str, Wanted, bytes]]:
    said: list[tuple[str, Wanted, str]] = [
        ("a word as a count", "refuse", "Havo"),
        ("a count below zero", "refuse", "-5"),
        ("a count beyond all numbers", "refuse", "1e309"),
        ("infinity as a count", "refuse", "Infinity"),
        ("two numbers in a cell", "refuse", "12 13"),
        ("a formula as a count", "refuse", "=1+1"),
        ("a date as a count", "refuse", "2019-03-04"),
        ("a script as a count", "refuse", "<script>alert(1)</script>"),
        ("forty digits", "refuse", "1" * 40),
        ("slow for a pattern", "refuse", "1" + "." * 5000 + "1"),
        (
            "digits of another script",
            "flag",
            "\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}",
        ),
        ("digits of full width", "flag", "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}"),
        ("NaN as a count", "flag", "NaN"),
        ("a star", "any", "*"),
        ("a c", "any", "c"),
        ("an x", "any", "x"),
        ("minus one", "any", "-1"),
    ]
    for name, wanted, word in said:
        changed = text.cell(word, text.count)
        if not word.isascii():
            changed = replace(changed, encoding="utf-8")
        yield name, wanted, changed.data


def _shapes(text: Text) -> Iterator[tuple[str, Wanted, bytes]]:
    width = len(text.rows[0])
    half = text.rows[-1][: width // 2]
    name = text.rows[0][text.count]
    yield "cut in the last row", "refuse", replace(text, rows=[*text.rows[:-1], half]).data
    yield "a cell lost", "refuse", text.at(7, lambda row: row[:1] + row[2:]).data
    yield "a cell too many", "refuse", text.at(7, lambda row: [*row[:2], "7", *row[2:]]).data
    for label, other in (("as it is", name), ("in other letters", f" {name.swapcase()} ")):
        twice = text.each(lambda row, n, other=other: [*row, row[text.count] if n else other])
        yield f"a column twice, {label}", "refuse", twice.data
    middle = len(text.rows) // 2
    both = [*text.rows[:middle], *text.rows]
    yield "two tables in one file", "refuse", replace(text, rows=both).data
    wide = text.at(0, lambda row: [*row, *(f"k{n}" for n in range(300_000))])
    yield "a header of 300,000 columns", "refuse", wide.data
    yield "only a header", "any", replace(text, rows=text.rows[:1]).data
    note = [f"Bron: {'x' * 20}", *[""] * (width - 1)]
    yield "a note below the table", "flag", replace(text, rows=[*text.rows, note]).data
    total = ["Totaal", *[""] * (width - 1)]
    total[text.count] = str(sum(int(row[text.count]) for row in text.rows[1:]))
    yield "a total below the table", "flag", replace(text, rows=[*text.rows, total]).data
    # A line that names the source stays as it is: turned round it is no note any more.
    backwards = text.each(lambda row, _: row if row[0].startswith("Bron:") else row[::-1])
    yield "columns in another order", "same" if width < 60 else "any", backwards.data
    more = text.each(lambda row, n: [*row, "x" if n else "NIEUW"])
    yield "a column more", "same", more.data


def _signs(text: Text) -> Iterator[tuple[str, Wanted, bytes]]:
    """Signs that are no letters: in a cell and in the name of a column."""
    data, at = text.data, len(text.data) // 2
    yield "a NUL byte", "refuse", data[:at] + b"\x00" + data[at:]
    yield "many NUL bytes at the end", "refuse", data + b"\x00" * 4096
    unicode = replace(text, encoding="utf-8")
    for label, sign in (("no width", "\N{ZERO WIDTH SPACE}"), ("a look-alike", "\u0430")):
        renamed = unicode.at(0, lambda row, sign=sign: [*row[:-1], row[-1] + sign])
        yield f"a column with a sign of {label}", "any", renamed.data
    spoilt = replace(unicode.cell("Carr\u00e9 College", 0, 3), encoding="utf-8").data
    yield "a byte that is no UTF-8", "any", spoilt + b"\xff\xfe"
    odd = {
        "an escape code": "\x1b[31mrood\x1b[0m",
        "right to left": "\u202egnp.exe",
        "a bell": "\a",
    }
    for label, word in odd.items():
        yield f"{label} in a key", "any", unicode.cell(word, 0).data
    yield "a formula in a key", "any", unicode.cell('=HYPERLINK("http://x")', 0).data
    lines = data.split(b"\r\n")
    yield (
        "a quote that never ends",
        "refuse",
        b"\r\n".join([*lines[:7], b'"' + lines[7], *lines[8:]]),
    )
    last = b"".join(
        [lines[7].rpartition(text.separator.encode())[0], text.separator.encode(), b'"x']
    )
    yield (
        "a quote that never ends, in the last column",
        "refuse",
        b"\r\n".join([*lines[:7], last, *lines[8:]]),
    )
    yield (
        "a name of a column of 100,000 signs",
        "any",
        unicode.at(0, lambda row: [*row[:-1], "k" * 100_000]).data,
    )


def _forms(text: Text) -> Iterator[tuple[str, Wanted, bytes]]:
    """The same table, as mail, Excel and publishers write it."""
    words = text.data.decode(text.encoding)
    yield "UTF-8 with a mark", "same", words.encode("utf-8-sig")
    yield "UTF-16", "same", words.encode("utf-16")
    yield "UTF-16 BE with a mark", "same", b"\xfe\xff" + words.encode("utf-16-be")
    yield "UTF-32", "refuse", words.encode("utf-32")
    yield "line ends of Unix", "same", text.written("\n")
    yield "all cells quoted", "same", text.written(quoting=csv.QUOTE_ALL)
    yield "no end of the last line", "same", text.data.rstrip(b"\r\n")
    yield "empty lines at the end", "same", text.data + b"\r\n\r\n"
    if text.separator != "\t":
        said = f"sep={text.separator}\r\n{words}".encode(text.encoding)
        yield "a line that says the separator", "same", said
    yield "gzip", "same", gzip.compress(text.data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../x.csv", text.data)
    yield "zip with a name that climbs", "same", packed.getvalue()
    yield "gzip, cut", "refuse", gzip.compress(text.data)[:-30]
    yield "zip, cut", "refuse", packed.getvalue()[:-30]
    yield "gzip, a byte turned", "refuse", _turned(gzip.compress(text.data))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("y.csv", text.data)
    yield "zip with two tables", "refuse", packed.getvalue()


def _turned(data: bytes) -> bytes:
    at = len(data) - 6  # within the check sum: what was packed is not what comes out
    return data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]


def cases(
    name: str, text: Text, source: str | None, dice: np.random.Generator, most: int
) -> Iterator[Case]:
    """Yield at most ``most`` changed files of one table, drawn from all kinds."""
    made = [*_numbers(text), *_shapes(text), *_signs(text), *_forms(text)]
    for index in sorted(dice.permutation(len(made))[:most].tolist()):
        kind, wanted, data = made[index]
        yield Case(f"{kind} ~ {name}", data, wanted, source, name)
