"""What a table tells about which layout it is: its columns, its codes, its publisher's id."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from instroom.core.messages import Message
from instroom.core.printing import visible
from instroom.definitions import registry
from instroom.definitions.models import Column, SourceDefinition
from instroom.sources.tables import RawTable, normal

#: Headers that are a period, but none that a layout reads (several years, a quarter, a month).
OTHER_PERIOD = re.compile(r"\d{4}(?:[_-]\d{4}|-?[QMSW]\d{1,2}|-\d{2})")
#: The share of different words in a column that its code list must know.
_KNOWN_WORDS = 0.5
#: The share of a header that a layout must know.
_KNOWN_HEADER = 0.5


class Seen(Protocol):
    """What can be seen of a table: a table itself, a block of it, or a summary of its blocks."""

    @property
    def header(self) -> list[str]:
        """The names of the columns."""

    @property
    def dataset(self) -> str | None:
        """The publisher's id of the table."""

    def words(self, index: int) -> Iterable[str]:
        """Return the different words of one column."""
        ...

    def __len__(self) -> int:
        """Return the number of rows."""


@dataclass(slots=True)
class Summary:
    """The different words of some columns, over all blocks of a table."""

    header: list[str]
    dataset: str | None = None
    found: dict[int, set[str]] = field(default_factory=dict)
    rows: int = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.rows

    def words(self, index: int) -> set[str]:
        """Return the different words of one column."""
        return self.found.get(index, set())

    def add(self, block: RawTable, columns: Iterable[int]) -> None:
        """Add the words of a block."""
        self.rows += len(block)
        for index in columns:
            self.found.setdefault(index, set()).update(block.words(index))


def watched(header: list[str], source: SourceDefinition) -> set[int]:
    """Return the columns whose words tell whether a table can be a layout."""
    names = [c.names for c in source.columns.values() if c.only or c.extract or c.codes]
    names += [[column] for column in source.recognise.contains]
    found = {column_index(header, spellings) for spellings in names}
    return {index for index in found if index is not None}


@dataclass(frozen=True, slots=True)
class Match:
    """How a table's header compares with a layout.

    ``missing`` are the columns that the layout needs and the table lacks, one for each key and
    each measure; ``telling`` counts those found that only few tables have; ``share`` is the part
    of the header that the layout knows; ``left`` are the columns that it does not know.
    """

    source: SourceDefinition
    missing: tuple[str, ...]
    telling: int
    share: float
    wants: int
    left: tuple[str, ...]


def column_index(header: list[str], names: list[str]) -> int | None:
    """Return where a column stands, under any of its spellings."""
    wanted = [normal(name) for name in names]
    positions = {normal(name): i for i, name in reversed(list(enumerate(header)))}
    return next((positions[name] for name in wanted if name in positions), None)


def spelled(header: list[str], source: SourceDefinition) -> SourceDefinition:
    """Return a layout that knows how this header spells the columns that were never seen.

    A form that two columns have is no evidence: then neither is read.
    """
    unknown = {
        name: column
        for name, column in source.columns.items()
        if column.like and column_index(header, column.names) is None
    }
    if not unknown:
        return source
    known = {normal(name) for column in source.columns.values() for name in column.names}
    free = [cell.strip() for cell in header if cell.strip() and normal(cell) not in known]
    columns = dict(source.columns)
    for name, column in unknown.items():
        form = re.compile(column.like or "", re.IGNORECASE)
        found = [cell for cell in free if form.fullmatch(cell)]
        if len(found) == 1:
            columns[name] = column.model_copy(update={"names": [*column.names, *found]})
    return source.model_copy(update={"columns": columns})


def whole_header(header: list[str]) -> str:
    """Return all names of a header as one line, to be sent to whoever keeps the definition."""
    return "; ".join(visible(cell).strip()[:60] for cell in header[:80])


def enough(found: "Match") -> bool:
    """Return whether a layout knows enough of a header; of one never seen whole, any part is."""
    return found.share >= _KNOWN_HEADER or found.source.seen == "columns"


def match(header: list[str], source: SourceDefinition) -> Match:
    """Compare a header with a layout."""
    here = {normal(name): name for name in header}
    shared = _shared(source.publisher)
    missing: list[str] = []
    found: set[str] = set()
    for column in source.columns.values():
        spelling = next((normal(n) for n in column.names if normal(n) in here), None)
        if column.required and spelling is None:
            missing.append(column.names[0])
        elif column.required and spelling is not None:
            found.add(spelling)
    wants = sum(column.required for column in source.columns.values())
    for name, cells in _measures(header, source):
        wants += 1
        found |= {normal(cell) for cell in cells}
        if not cells:
            missing.append(name)
    patterns = [re.compile(values.pattern, re.IGNORECASE) for values in source.values]
    known = _known(source)
    left = [
        cell
        for cell in header
        if normal(cell) not in known and not any(p.fullmatch(cell.strip()) for p in patterns)
    ]
    telling = {cell for cell in found if cell not in shared and not _is_period(cell)}
    share = 1 - len(left) / max(1, len(header))
    return Match(source, tuple(missing), len(telling), share, wants, tuple(left))


def _measures(header: list[str], source: SourceDefinition) -> list[tuple[str, list[str]]]:
    """Return what each measure that must be there is called, and the columns that hold it.

    A pattern with a list of ``measures`` stands for as many measures, each with its columns.
    """
    result = []
    for values in source.values:
        if not values.required:
            continue
        pattern = re.compile(values.pattern, re.IGNORECASE)
        matches = [(cell, m) for cell in header if (m := pattern.fullmatch(cell.strip()))]
        if values.measures:
            words = {cell: normal(m.groupdict().get("measure") or "") for cell, m in matches}
            result += [
                (word, [cell for cell, said in words.items() if said == normal(word)])
                for word in values.measures
            ]
        else:
            result.append((spoken(values.pattern), [cell for cell, _ in matches]))
    return result


def spoken(pattern: str) -> str:
    """Write a pattern as a person would: ``AANTAL[_ ]LEERLINGEN`` is a name with a blank."""
    text = re.sub(r"\(\?P<(\w+)>[^()]*\)", lambda m: f"<{m[1]}>", pattern)
    return text.replace("[_ ]", " ").replace("\\d+", "<number>").replace("\\d{4}", "<year>")


@cache
def _shared_of(publisher: str, overlay: str) -> frozenset[str]:
    del overlay  # part of the key: another overlay has other publishers
    known = registry.publishers()
    words = known[publisher].shared if publisher in known else []
    return frozenset(normal(word) for word in words)


def _shared(publisher: str) -> frozenset[str]:
    return _shared_of(publisher, str(registry.overlay() or ""))


def _known(source: SourceDefinition) -> set[str]:
    names = {normal(name) for column in source.columns.values() for name in column.names}
    return names | {normal(name) for name in source.known}


def _is_period(name: str) -> bool:
    """Return whether the normal form of a header is a year, several years or a part of one."""
    return bool(re.fullmatch(r"\d{4}(?:[-/ ]\d{2,4}|-?[qmsw]\d{1,2})?", name))


def fits(table: Seen, source: SourceDefinition) -> str:
    """Return why the cells of a table cannot be this layout's; empty when they can.

    The rows may be a part of the table: what is wrong in a part is wrong in the whole.
    """
    for column in source.columns.values():
        index = column_index(table.header, column.names)
        if index is None or column.role == "province":  # invented regions have their own
            continue
        words = {text for word in table.words(index) if (text := _clean(word))}
        if (stray := _stray(words, column, source)) is not None:
            name = table.header[index].strip()
            return Message(
                "column '{name}' holds '{value}', which this layout never has",
                name=name,
                value=stray[:40],
            )
    return ""


def _clean(cell: str) -> str:
    return cell.replace("\N{NO-BREAK SPACE}", " ").strip()


def _stray(words: set[str], column: Column, source: SourceDefinition) -> str | None:
    """Return a word that shows that a column is another table's; of a guessed one nothing does."""
    if column.like:
        return None
    if column.only:
        own = [re.compile(pattern) for pattern in column.only]
        return next((w for w in sorted(words) if not any(form.fullmatch(w) for form in own)), None)
    if column.extract:
        same = [c.extract for c in source.columns.values() if c.names == column.names]
        forms = [re.compile(extract, re.IGNORECASE) for extract in same if extract]
        strays = [w for w in sorted(words) if not any(form.fullmatch(w) for form in forms)]
        whole = all(c.extract for c in source.columns.values() if c.names == column.names)
        return strays[0] if whole and len(strays) > _KNOWN_WORDS * len(words) else None
    if column.codes and source.seen == "file":
        known = _words(column.codes, str(registry.overlay() or ""))
        strays = [word for word in sorted(words) if normal(word) not in known]
        closed = registry.codes()[column.codes].closed
        allowed = _KNOWN_WORDS * len(words) if closed else max(0, len(words) - 1)
        return strays[0] if len(strays) > allowed else None
    return None


@cache
def _words(codes: str, overlay: str) -> frozenset[str]:
    del overlay
    listed = registry.codes()[codes].codes
    return frozenset(
        {normal(code) for code in listed} | {normal(s) for c in listed.values() for s in c.synonyms}
    )


def told(table: Seen, source: SourceDefinition) -> bool:
    """Return whether a table has what tells a layout from others with the same columns."""
    rules = source.recognise
    names = [name.strip() for name in table.header]
    for pattern in rules.headers:
        if not any(re.fullmatch(pattern, name) for name in names):
            return False
    for column, wanted in rules.contains.items():
        index = column_index(table.header, [column])
        if index is None:
            return False
        seen = {normal(word) for word in table.words(index)}
        if not seen & {normal(word) for word in wanted}:
            return False
    return True


def dataset_of(table: Seen, name: str, publisher: str) -> str | None:
    """Return the publisher's id of a table, from the table itself or else the file's name."""
    if table.dataset:
        return table.dataset.casefold()
    known = registry.publishers()
    pattern = known[publisher].dataset_id if publisher in known else None
    if pattern is None:
        return None
    found = re.search(rf"(?<![a-z0-9])(?:estat_)?({pattern})(?![a-z0-9])", name.casefold())
    if not found:
        return None
    ids = {s.fetch.dataset for s in registry.sources().values() if s.fetch and s.fetch.dataset}
    return max((i for i in ids if found[1].startswith(i)), key=len, default=found[1])
