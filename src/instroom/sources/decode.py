"""Which characters these bytes mean: decided per file by evidence, never by habit."""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message

_KNOWN = ("Fryslân", "Súdwest", "Carré", "FRYSLÂN", "Noardeast-Fryslân", "Fryske")
#: A sign inside a word, or one at its end that is é, è or ë in one of the encodings.
_INSIDE_WORD = re.compile(r"(?<=[A-Za-z])(?:[^\x00-\x7f](?=[A-Za-z])|[éèë\u201aŠ‰])")
#: What stands inside Dutch and Frisian words; an apostrophe does, a ligature does not.
_LETTERS = {chr(n) for n in range(0xC0, 0x180) if chr(n).isalpha()} - set("æÆŠ") | {"’"}
_STEP = 4 * 2**20
_EVIDENCE = 2_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text with the name of its encoding."""

    text: str
    encoding: str


@dataclass(slots=True)
class Survey:
    """What one look at all bytes of a text file found.

    ``lines`` counts line feeds, ``blank`` those at the end that end no row. ``odd_lines`` are
    lines of a UTF-8 file with bytes that are no UTF-8, the first of them in ``odd_line``;
    ``nul_line`` is where the first NUL stands. ``other_ends``: some lines end without a line feed.
    """

    encoding: str = "ascii"
    lines: int = 0
    blank: int = 0
    odd_lines: int = 0
    odd_line: int = 0
    nul_line: int | None = None
    other_ends: bool = False
    ends: bool = False

    @property
    def plain(self) -> bool:
        """Whether every row is one line, in an encoding that needs no care."""
        known = self.encoding not in ("utf-16",) and not self.odd_lines
        return known and not self.other_ends and self.nul_line is None


def survey(file: BinaryIO) -> Survey:
    """Look at all bytes of a file, in blocks.

    Valid UTF-8 is UTF-8. A file of which most lines with accents are valid is UTF-8 with a few
    bytes of something else in it. Otherwise bytes 0x80-0x9f mean curly quotes (cp1252) or
    accented letters (cp850): the reading that puts letters inside words, and knows Frisian names,
    wins.

    Raises
    ------
    SourceError
        ``not_a_table`` for a line of more than 4 MiB, ``binary`` for UTF-16 that is cut off.
    """
    found = Survey()
    start = file.read(3)
    file.seek(0)
    if start.startswith(_UTF16):
        return _survey_utf16(file)
    signs = _Signs()
    tail = b""
    while chunk := file.read(_STEP):
        chunk += _rest_of_line(file, chunk)
        if found.nul_line is None and b"\0" in chunk:
            found.nul_line = found.lines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
        if not chunk.isascii():
            signs.look(chunk, found.lines)
        ends = chunk.count(b"\n")
        found.lines += ends
        if b"\r" in chunk:
            found.other_ends |= chunk.count(b"\r") != chunk.count(b"\r\n")
        tail = chunk[-4096:]
    found.ends = tail.endswith(b"\n")
    found.blank = max(0, tail.count(b"\n", len(tail.rstrip(b"\r\n"))) - 1)
    if start == codecs.BOM_UTF8 and not signs.odd:
        found.encoding = "utf-8-sig"
    elif signs.valid >= signs.odd and signs.valid:
        found.encoding = "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"
        found.odd_lines, found.odd_line = signs.odd, signs.first_odd
    elif signs.odd:
        found.encoding = _single_byte(bytes(signs.evidence))
    return found


class _Signs:
    """Lines with other signs than ASCII: how many are UTF-8, how many are not, and the text."""

    def __init__(self) -> None:
        self.valid = self.odd = self.first_odd = 0
        self.evidence = bytearray()

    def look(self, chunk: bytes, before: int) -> None:
        """Count the lines of one block; ``before`` lines came earlier."""
        if not self.odd:
            try:
                text = chunk.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                self.valid += len(chunk) - len(text)
                return
        if len(self.evidence) > _EVIDENCE and not self.valid:
            return
        signs = np.frombuffer(chunk, dtype=np.uint8)
        ends = np.append(np.flatnonzero(signs == ord("\n")), len(chunk))
        for number in np.unique(np.searchsorted(ends, np.flatnonzero(signs >= 0x80))):
            line = chunk[int(ends[number - 1]) + 1 if number else 0 : int(ends[number])]
            if len(self.evidence) <= _EVIDENCE:
                self.evidence += line + b"\n"
            try:
                line.decode("utf-8")
                self.valid += 1
            except UnicodeDecodeError:
                self.odd += 1
                self.first_odd = self.first_odd or before + int(number) + 1


def _rest_of_line(file: BinaryIO, chunk: bytes) -> bytes:
    """Return what is left of a block's last line, so that no line and no sign is cut."""
    rest = b"" if chunk.endswith(b"\n") else file.readline(_STEP)
    if len(rest) == _STEP:
        raise SourceError(
            "this file has a line that is no row",
            code="not_a_table",
            found=Message("more than 4 MiB without a line end"),
            expected=Message("lines that are rows of a table"),
            hint=Message("check that this is the publisher's own file"),
        )
    return rest


def _survey_utf16(file: BinaryIO) -> Survey:
    """Look at what Excel calls Unicode text."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    done = 0
    lines = 0
    ends = False
    try:
        while chunk := file.read(_STEP):
            text = decoder.decode(chunk)
            lines, ends = lines + text.count("\n"), text.endswith("\n")
            done += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise SourceError(
            "this UTF-16 text is damaged",
            code="binary",
            where=Where(row=lines + 1),
            found=Message("byte {value:,} is no character", value=done + error.start),
            expected=Message("text that was saved whole"),
            hint=Message("fetch or save the file again"),
        ) from error
    return Survey("utf-16", lines, ends=ends)


def open_text(file: BinaryIO, found: Survey) -> io.TextIOWrapper:
    """Return a text stream of a file that was looked at; line ends stay as they are."""
    errors = "instroom.western" if found.encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(file, encoding=found.encoding, errors=errors, newline="")


def _western(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows does; for codecs.register_error."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    odd = error.object[error.start : error.end]
    return "".join(bytes([b]).decode("cp1252", "replace") for b in odd), error.end


codecs.register_error("instroom.western", _western)


def decode(data: bytes) -> Text:
    """Decode the bytes of a text file; see :func:`survey`.

    Raises
    ------
    SourceError
        When the file is binary.

    Examples
    --------
    >>> decode("Súdwest-Fryslân".encode("cp850")).encoding
    'cp850'
    >>> decode("café".encode("latin-1"))
    Text(text='café', encoding='latin-1')
    """
    found = survey(io.BytesIO(data))
    if found.nul_line is not None:
        raise SourceError(
            "this is no text file",
            code="binary",
            where=Where(row=found.nul_line),
            found=Message("a NUL byte"),
            expected=Message("a CSV, TSV or XLSX file"),
            hint=Message("save or fetch the file again"),
        )
    return Text(open_text(io.BytesIO(data), found).read(), found.encoding)


def _single_byte(lines: bytes) -> str:
    high = set(lines) - set(range(0x80))
    western = "cp1252" if any(0x80 <= byte <= 0x9F for byte in high) else "latin-1"
    return max((western, "cp850"), key=lambda name: _score(lines, name))


def _score(data: bytes, encoding: str) -> float:
    text = data.decode(encoding, errors="replace")
    known = sum(text.count(word) for word in _KNOWN)
    inside = [(found.start(), found[0]) for found in _INSIDE_WORD.finditer(text)]
    letters = sum(_fits(char, text[at + 1 : at + 2]) for at, char in inside)
    broken = text.count("\ufffd") + sum(text.count(char) for char in "░▒▓│┤╣║╗╝┐└┴┬├─┼")
    return 5 * known + letters - 5 * broken + (0.5 if encoding != "cp850" else 0)


def _fits(char: str, following: str) -> int:
    """Return 1 for a letter that belongs in a word: same case as the letter after it."""
    if char not in _LETTERS:
        return -1
    other_case = following.isalpha() and char.isalpha() and char.isupper() != following.isupper()
    return -1 if other_case else 1
