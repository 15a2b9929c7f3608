"""Which characters these bytes mean: decided per file by evidence, never by habit."""

import codecs
import re
from dataclasses import dataclass

from instroom.core.errors import SourceError

_KNOWN = ("Fryslân", "Súdwest", "Carré", "FRYSLÂN", "Noardeast-Fryslân", "Fryske")
#: A sign inside a word, or one at its end that is é, è or ë in one of the encodings.
_INSIDE_WORD = re.compile(r"(?<=[A-Za-z])(?:[^\x00-\x7f](?=[A-Za-z])|[éèë\u201aŠ‰])")
#: What stands inside Dutch and Frisian words; an apostrophe does, a ligature does not.
_LETTERS = {chr(n) for n in range(0xC0, 0x180) if chr(n).isalpha()} - set("æÆŠ") | {"’"}


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text with the name of its encoding."""

    text: str
    encoding: str


def decode(data: bytes) -> Text:
    """Decode the bytes of a text file.

    Valid UTF-8 is UTF-8. Otherwise bytes 0x80-0x9f mean curly quotes (cp1252) or accented
    letters (cp850): the reading that puts letters inside words, and knows Frisian names, wins.

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
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf16(data)
    if b"\0" in data[:65536]:
        raise SourceError("this is no text file", code="binary", expected="a CSV, TSV or XLSX file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _single_byte(data)
    if data.startswith(b"\xef\xbb\xbf"):
        return Text(text, "utf-8-sig")
    return Text(text, "ascii" if data.isascii() else "utf-8")


def _utf16(data: bytes) -> Text:
    """Decode what Excel calls Unicode text."""
    try:
        return Text(data.decode("utf-16"), "utf-16")
    except UnicodeDecodeError as error:
        raise SourceError(
            "this UTF-16 text is damaged",
            code="binary",
            found=f"byte {error.start:,} is no character",
            expected="text that was saved whole",
            hint="fetch or save the file again",
        ) from error


def _single_byte(data: bytes) -> Text:
    lines = b"\n".join(line for line in data.splitlines() if not line.isascii())[:2_000_000]
    high = set(lines) - set(range(0x80))
    western = "cp1252" if any(0x80 <= byte <= 0x9F for byte in high) else "latin-1"
    best = max((western, "cp850"), key=lambda name: _score(lines, name))
    return Text(data.decode(best, errors="replace"), best)


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
