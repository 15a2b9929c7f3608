"""Small tables made from source definitions alone: every column, every measure, its own codes."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from instroom.definitions import registry
from instroom.definitions.models import Column, SourceDefinition, Values
from instroom.sources.decode import survey
from instroom.sources.delimited import open_delimited, whole
from instroom.sources.tables import RawTable, from_rows, normal

ROWS = 12


def sample(pattern: str, turn: int = 0) -> str:
    """Return a text that a pattern matches whole; ``turn`` chooses among alternatives."""
    text = "".join(_parts(parser.parse(pattern), turn))
    assert re.fullmatch(pattern, text, re.IGNORECASE), (pattern, text)
    return text


def _parts(tree: Any, turn: int) -> list[str]:
    return [_part(kind, value, turn) for kind, value in tree]


def _part(kind: Any, value: Any, turn: int) -> str:
    match kind:
        case sre.LITERAL:
            return chr(value)
        case sre.ANY:
            return "x"
        case sre.IN:
            return _one_of(value, turn)
        case sre.BRANCH:
            return "".join(_parts(value[1][turn % len(value[1])], turn))
        case sre.SUBPATTERN:
            return "".join(_parts(value[3], turn))
        case sre.MAX_REPEAT:
            return "".join(_parts(value[2], turn)) * value[0]
        case sre.ASSERT_NOT | sre.AT:
            return ""
    raise AssertionError(f"nobody made a sample of {kind}")


def _one_of(choices: Any, turn: int) -> str:
    kind, value = choices[turn % len(choices)]
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    return {sre.CATEGORY_DIGIT: "2", sre.CATEGORY_WORD: "A", sre.CATEGORY_SPACE: " "}[value]


def header(source: SourceDefinition) -> list[str]:
    """Return the columns of a layout: keys and attributes, then one or more per measure."""
    names = [column.names[0] for column in source.columns.values()]
    for values in source.values:
        names += _value_columns(values)
    names += [sample(pattern) for pattern in source.recognise.headers]
    seen: set[str] = set()
    return [n for n in names if not (normal(n) in seen or seen.add(normal(n)))]


def _value_columns(values: Values) -> list[str]:
    if not values.measures:
        return [sample(_years(values.pattern))]
    return [sample(_years(_said(values.pattern, word))) for word in values.measures]


def _said(pattern: str, word: str) -> str:
    """Return a pattern with its group of measures replaced by one word."""
    start = pattern.index("(?P<measure>")
    depth = 0
    for end in range(start, len(pattern)):
        depth += {"(": 1, ")": -1}.get(pattern[end], 0)
        if depth == 0:
            return pattern[:start] + re.escape(word) + pattern[end + 1 :]
    raise AssertionError(pattern)


def _years(pattern: str) -> str:
    return pattern.replace(r"(?P<period>\d{4}-\d{4})", "2018-2019").replace(
        r"(?P<period>\d{4})", "2019"
    )


def table(source: SourceDefinition) -> RawTable:
    """Return a table that is this layout and nothing else."""
    names = header(source)
    by_name = {normal(n): column for column in source.columns.values() for n in column.names}
    rows = [
        [
            _key(source, names[i], by_name[normal(names[i])], row)
            if normal(names[i]) in by_name
            else str(row + 3)
            for i in range(len(names))
        ]
        for row in range(ROWS)
    ]
    return from_rows(names, rows, list(range(2, ROWS + 2)))


def _key(source: SourceDefinition, name: str, column: Column, row: int) -> str:
    same = [c for c in source.columns.values() if column.names[0] in c.names]
    for rules in source.recognise.contains.items():
        if normal(rules[0]) == normal(name):
            return rules[1][row % len(rules[1])]
    kinds = {
        "brin": f"{row:02d}AB",
        "municipality": "0153",
        "board": "40631",
        "postcode": "7511AA",
        "date": "20191001" if column.role == "period" else "2019-10-01",
    }
    for known in same:
        if known.type in kinds:
            return kinds[known.type]
    for known in same:
        if known.only:
            return sample(known.only[row % len(known.only)], row)
        if known.codes:
            codes = list(registry.codes()[known.codes].codes.values())
            words = [code.synonyms[0] for code in codes if code.synonyms]
            if known.extract is None:
                return words[row % len(words)]
        if known.extract:
            return sample(known.extract, row)
    return {"location": "00", "place": f"NL{row}"}.get(column.role, f"word {row}")


def read_table(text: str) -> RawTable:
    """Return a text as a table, read as a file is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with path.open("rb") as file:
            found = survey(file)
        return whole(open_delimited(path, found))


def rows_of(made: RawTable) -> list[list[str]]:
    """Return the cells of a table, row by row."""
    return [
        list(row) for row in zip(*(made.listed(i) for i in range(len(made.header))), strict=True)
    ]


def renamed(made: RawTable, index: int, name: str) -> RawTable:
    """Return the table with one column under another name."""
    names = [name if i == index else old for i, old in enumerate(made.header)]
    return replace(made, header=names)


def without(made: RawTable, index: int) -> RawTable:
    """Return the table without one column."""
    return from_rows(
        made.header[:index] + made.header[index + 1 :],
        [row[:index] + row[index + 1 :] for row in rows_of(made)],
        made.lines.tolist(),
    )


def recoded(made: RawTable, index: int, words: list[str]) -> RawTable:
    """Return the table with other cells in one column."""
    rows = [
        [words[n % len(words)] if i == index else cell for i, cell in enumerate(row)]
        for n, row in enumerate(rows_of(made))
    ]
    return from_rows(made.header, rows, made.lines.tolist())
