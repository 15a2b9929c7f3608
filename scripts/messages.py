"""Keep the languages complete: collect every sentence and update the .po files.

Usage: ``python scripts/messages.py [--check]``. Writes one .po file per chapter and language below
``src/instroom/locale`` (a new language is one new, empty file there, of any name), and
``errors.po`` with the refusals, whose source is English (``refusals.py``). Prints what is still
untranslated. ``--check`` writes nothing and exits 1 when a sentence is untranslated, unused, there
twice, has other placeholders than its source, or when a file differs from what this script would
write. Two translations of one sentence, and those marked as fuzzy, are named and nothing of that
language is written.
"""

import ast
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import refusals
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileParser, write_po

from instroom.core.texts import (
    ERRORS,
    LOCALE,
    REFUSAL_LANGUAGE,
    SOURCE_LANGUAGE,
    chapters,
    languages,
)
from instroom.definitions import registry
from instroom.definitions.kinds import SPOKEN, spoken
from instroom.definitions.reading import load
from instroom.programme.cast import FILE as CAST
from instroom.programme.cast import cast

SOURCE = Path(__file__).parents[1] / "src"

#: Tables of words that reach ``t()`` by a variable: file and name of the constant.
TABLES = (
    ("instroom/core/progress.py", "WORK"),
    ("instroom/monitoring/threats.py", "WHY"),
    ("instroom/monitoring/threats.py", "_WHO"),
    ("instroom/monitoring/wording.py", "FINDINGS"),
    ("instroom/monitoring/wording.py", "MEANINGS"),
    ("instroom/monitoring/wording.py", "SILENCES"),
    ("instroom/reports/words.py", "PLACE_OF"),
    ("instroom/reports/words.py", "GROUPS"),
    ("instroom/reports/documents/first_screen.py", "SHORT_GROUPS"),
    ("instroom/reports/documents/first_screen.py", "WHO_ELSE"),
    ("instroom/reports/documents/claims.py", "EVIDENCE"),
)
#: Variables that reach ``t()``: a note of an indicator, the words of a reason.
LOOPS = {"n", "text", "paragraph", "question"}
#: Chapters in the order in which they may use each other: a sentence that several say has its home
#: in the first of them.
CHAPTERS = (
    "core",
    "glossary",
    "privacy",
    "drawing",
    "sources",
    "region",
    "programme",
    "inflow",
    "monitoring",
    "learning",
    "reports",
    "cli",
    "shared",
    "accounts",
)
_FIELD_NAMES = {path.split(".")[-1] for paths in SPOKEN.values() for path in paths}
_TABLE_NAMES = {name for _, name in TABLES}
#: How code calls a :class:`instroom.core.texts.Texts`.
_NAMES, _ATTRIBUTES = {"t", "texts", "parts_t"}, {"t", "texts"}
#: A line of a .po file: empty, a comment, or words between quotes that are closed.
_LINE = re.compile(r'\s*(#.*|(msg[a-z_]+(\[\d+\])?\s+)?"(\\.|[^"\\])*"\s*)?')
_TAG = re.compile(r"""\{%-?\s*t\s+(?:"([^"]*)"|'([^']*)')""")
_HEADER = (
    "# Instroom. The message ids are the {source} sentences; scripts/messages.py keeps them.\n"
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
)


class UnknownMessageError(Exception):
    """Something is translated whose words this script cannot find."""


def collect() -> dict[str, set[str]]:
    """Return every message with the files it stands in.

    Raises
    ------
    UnknownMessageError
        When code translates a variable that is in none of the lists above.
    """
    found: dict[str, set[str]] = defaultdict(set)
    words = (*_in_code(), *_in_tables(), *_in_templates(), *_in_definitions(), *_in_cast())
    for place, message in words:
        if message:
            found[message].add(place)
    return found


def _in_code() -> Iterator[tuple[str, str]]:
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE.parent).as_posix()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _translates(node.func):
                for message in _messages(node.args[0], f"{place}:{node.lineno}"):
                    yield place, message


def _translates(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in _ATTRIBUTES
    return isinstance(function, ast.Name) and function.id in _NAMES


def _messages(node: ast.expr, where: str) -> list[str]:
    """Return the words in the first argument of ``t()``; those of tables are read elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*_messages(one, where), *_messages(other, where)]
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, default]):
            known, rest = _name(table) in _TABLE_NAMES, _messages(default, where)
        case ast.Subscript(value=table, slice=key):
            stored = isinstance(key, ast.Constant) and key.value in _FIELD_NAMES
            known, rest = stored or _name(table) in _TABLE_NAMES | _FIELD_NAMES, []
        case ast.Attribute(attr=name):
            known, rest = name in _FIELD_NAMES, []
        case _:
            known, rest = _name(node) in LOOPS, []
    if not known:
        raise UnknownMessageError(f"{where}: which words are these? Name them in messages.py")
    return rest


def _name(node: ast.expr) -> str:
    """Return the last part of ``words`` or ``words.PLACE_OF``."""
    return node.id if isinstance(node, ast.Name) else str(getattr(node, "attr", ""))


def _in_tables() -> Iterator[tuple[str, str]]:
    for file, name in TABLES:
        tree = ast.parse((SOURCE / file).read_text("utf-8"))
        values = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and isinstance(node.value, ast.Dict)
            and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            == name
        ]
        if not values:
            raise UnknownMessageError(f"{file}: there is no table {name}")
        for value in values:
            for message in ast.literal_eval(value).values():
                yield f"src/{file}", message


def _in_templates() -> Iterator[tuple[str, str]]:
    mails = SOURCE.rglob("templates/**/*.txt")
    for file in sorted([*SOURCE.rglob("*.html"), *mails]):
        for match in _TAG.finditer(file.read_text("utf-8")):
            yield file.relative_to(SOURCE.parent).as_posix(), match[1] or match[2]


def _in_definitions() -> Iterator[tuple[str, str]]:
    for kind in SPOKEN:
        folder, model = registry.KINDS[kind]
        for key, item in load(registry.HERE / folder, model).items():
            place = registry.HERE.relative_to(SOURCE.parent) / folder / f"{key}.toml"
            for message in spoken(kind, item):
                yield place.as_posix(), message


def _in_cast() -> Iterator[tuple[str, str]]:
    place = CAST.relative_to(SOURCE.parent).as_posix()
    for one in cast().values():
        yield place, one.sees
        yield place, one.does_not_see


def chapter(places: set[str]) -> str:
    """Return the chapter that a message with these places has its home in.

    Examples
    --------
    >>> chapter({"src/instroom/reports/words.py", "src/instroom/definitions/region/regions/x.toml"})
    'region'
    """
    found = {_room(place.split("/")) for place in places}
    unknown = found.difference(CHAPTERS)
    if unknown:
        raise UnknownMessageError(f"which chapter is {min(unknown)}? Name it in messages.py")
    return min(found, key=CHAPTERS.index)


def _room(parts: list[str]) -> str:
    """Return ``monitoring`` of ``src/instroom/definitions/monitoring/...``; loose files share."""
    below = parts[3:] if parts[2] == "definitions" else parts[2:]
    return below[0] if len(below) > 1 else "shared"


def split(messages: dict[str, set[str]]) -> dict[str, dict[str, set[str]]]:
    """Return the messages of each chapter that has any."""
    parts: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for message, places in messages.items():
        parts[chapter(places)][message] = places
    return dict(parts)


class _Entries(Catalog):
    """A catalogue that remembers every entry of a file; a plain one merges doubles in silence."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, str, bool]] = []

    def __setitem__(self, key: object, message: Message) -> None:
        if key:
            self.entries.append((str(message.id), str(message.string), message.fuzzy))
        super().__setitem__(key, message)


def entries(file: Path) -> list[tuple[str, str, bool]]:
    """Return every message of a file with its translation, and whether it waits for review.

    Raises
    ------
    UnknownMessageError
        When a line of the file cannot be read.
    """
    text = file.read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line):
            raise UnknownMessageError(f"{file.name}: line {number} cannot be read: {line}")
    found = _Entries()
    PoFileParser(found, ignore_obsolete=True, abort_invalid=True).parse(io.StringIO(text))
    return found.entries


def translations(*files: Path) -> dict[str, str]:
    """Return what .po files hold together; an empty translation never hides a filled one."""
    known: dict[str, str] = {}
    for message, text, _ in (entry for file in files for entry in entries(file)):
        known[message] = text or known.get(message, "")
    return known


def unclear(files: list[Path]) -> list[str]:
    """Return what somebody must decide first: two translations of one message, or one unsure."""
    every = [entry for file in files for entry in entries(file)]
    texts: dict[str, set[str]] = defaultdict(set)
    for message, text, _ in every:
        texts[message] |= {text} - {""}
    ways = [f"translated in two ways: {m!r}" for m in sorted(texts) if len(texts[m]) > 1]
    return ways + [f"marked as fuzzy: {message!r}" for message, _, fuzzy in every if fuzzy]


def twice(files: list[Path]) -> list[str]:
    """Return the messages that stand more than once in these files."""
    homes = Counter(message for file in files for message, _, _ in entries(file))
    return sorted(message for message, count in homes.items() if count > 1)


def written(
    language: str, messages: dict[str, set[str]], known: dict[str, str], source: str = "Dutch"
) -> str:
    """Return the text of a .po file: sorted, places without lines, nothing obsolete."""
    catalogue = Catalog()
    for message, places in messages.items():
        entry = catalogue.add(
            message, known.get(message, ""), locations=[(place, 0) for place in sorted(places)]
        )
        entry.flags.discard("python-format")  # a percent sign is a percent sign
        entry.flags.discard("python-brace-format")
    buffer = io.BytesIO()
    write_po(buffer, catalogue, omit_header=True, include_lineno=False, sort_output=True, width=96)
    head = _HEADER.format(language=language, source=source)
    return head + buffer.getvalue().decode().rstrip("\n") + "\n"


def placeholders(text: str) -> set[str]:
    """Return the names between braces; a text with a lone brace has only itself."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def problems(language: str, messages: dict[str, set[str]], known: dict[str, str]) -> list[str]:
    """Return what is wrong with the translations of one language, one line each."""
    found = [f"{language}: untranslated: {m!r}" for m in sorted(messages) if not known.get(m)]
    found += [f"{language}: unused: {m!r}" for m in sorted(known.keys() - messages.keys())]
    return found + [
        f"{language}: other placeholders: {m!r} -> {text!r}"
        for m, text in sorted(known.items())
        if text and placeholders(m) != placeholders(text)
    ]


@dataclass(frozen=True)
class Book:
    """The sentences of one language that have one source language, and the files they stand in."""

    language: str
    messages: dict[str, set[str]]
    is_refusals: bool = False

    @property
    def folder(self) -> Path:
        """The folder of the language."""
        return LOCALE / self.language / "LC_MESSAGES"

    @property
    def files(self) -> list[Path]:
        """The files there are."""
        if not self.is_refusals:
            return chapters(self.language)
        file = self.folder / f"{ERRORS}.po"
        return [file] if file.exists() else []

    def wanted(self, known: dict[str, str]) -> dict[Path, str]:
        """Return the files there should be, with their text."""
        if self.is_refusals:
            text = written(self.language, self.messages, known, "English")
            return {self.folder / f"{ERRORS}.po": text}
        return {
            self.folder / f"{name}.po": written(self.language, part, known)
            for name, part in sorted(split(self.messages).items())
        }


def stale(book: Book) -> list[str]:
    """Return what differs between the files of a book and what this script would write."""
    files = book.files
    found = [f"{book.language}: here twice: {message!r}" for message in twice(files)]
    texts = {file: file.read_text("utf-8") for file in files}
    should = book.wanted(translations(*files))
    differ = [
        file.name for file in sorted(should.keys() | texts) if should.get(file) != texts.get(file)
    ]
    return found + [
        f"{book.language}: {name} is not up to date: run python scripts/messages.py"
        for name in differ
    ]


def write(book: Book) -> None:
    """Write the files of a book; files of other names are taken up in them."""
    old = book.files
    should = book.wanted(translations(*old))
    for file, text in should.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    for file in set(old) - should.keys():
        file.unlink()


def books() -> list[Book]:
    """Return what has to be translated: the sentences of pages, then the refusals."""
    sentences, refused = collect(), refusals.collect()
    return [
        *(Book(code, sentences) for code in languages() if code != SOURCE_LANGUAGE),
        *(Book(code, refused, True) for code in languages() if code != REFUSAL_LANGUAGE),
    ]


def main(arguments: list[str]) -> int:
    """Check or update all languages; return the exit code."""
    wrong, check, every = 0, "--check" in arguments, books()
    for book in every:
        undecided = [f"{book.language}: {line}; nothing written" for line in unclear(book.files)]
        if not check and not undecided:
            write(book)
        lines = problems(book.language, book.messages, translations(*book.files))
        if book.is_refusals:  # one that waits for its translation is said in English
            waiting = [line for line in lines if ": untranslated: " in line]
            lines = [line for line in lines if line not in waiting]
            print(f"{book.language}: {len(waiting)} refusals are still said in English")
        lines = undecided or lines or stale(book)
        wrong += len(lines)
        print("".join(f"{line}\n" for line in lines), end="")
        check = check or bool(undecided)
    count = len({(book.is_refusals, message) for book in every for message in book.messages})
    print(f"{count} messages, {len(languages())} languages, {wrong} problems")
    return 1 if wrong and check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
