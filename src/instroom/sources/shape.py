"""From a raw table to the one table: rename, recode, and bounds for what publishers hide."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from instroom.core import periods
from instroom.core.errors import DataError, SourceError, Where
from instroom.core.messages import Message
from instroom.core.places import board_code, location_code, municipality_code
from instroom.core.printing import visible
from instroom.definitions import registry
from instroom.definitions.gazetteer import gazetteer
from instroom.definitions.models import Column, SourceDefinition, Values
from instroom.sources import cells, statline, words
from instroom.sources.recognise import column_index
from instroom.sources.tables import RawTable, normal
from instroom.sources.words import Word, WordColumn, WordError

_BRIN = re.compile(r"[0-9A-Z]{4}")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/](?P<month>\d{1,2})[-/](?P<year>\d{4})")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})")
_OTHER = "other."


@dataclass(slots=True)
class ColumnBlock:
    """One value column: its dimensions, and bounds for every row of the table."""

    header: str
    measure: str
    dims: dict[str, str]
    period: str | None
    low: np.ndarray
    high: np.ndarray
    status: WordColumn
    flag: WordColumn


@dataclass(slots=True)
class Shaped:
    """A table, or a block of its rows, read with its definition: keys per row and value blocks."""

    source: SourceDefinition
    lines: NDArray[np.int32]
    keys: dict[str, WordColumn]
    blocks: list[ColumnBlock]

    @property
    def periods(self) -> list[str]:
        """The periods in the file, in time."""
        found = {b.period for b in self.blocks}
        if "period" in self.keys:
            found |= set(words.distinct(self.keys["period"]))
        return sorted(p for p in found if p)


def shape(table: RawTable, source: SourceDefinition, period: str | None = None) -> Shaped:
    """Give a raw table its meaning.

    ``period`` is used for values whose period stands nowhere in the file.

    Raises
    ------
    SourceError
        With row and column, for a cell that is no number, a key that cannot be a key, or a
        year that cannot be true.
    """
    keys = {name: _key(table, source, column) for name, column in _present(table, source)}
    roles = _roles(source, table, keys)
    shaped = Shaped(source, table.lines, roles, [])
    for values in source.values:
        pattern = re.compile(values.pattern, re.IGNORECASE)
        for index, name in enumerate(table.header):
            if found := pattern.fullmatch(name.strip()):
                shaped.blocks.append(_block(table, source, values, index, found, period))
    _blank_means(shaped)
    _check_years(shaped)
    return shaped


def _present(table: RawTable, source: SourceDefinition) -> list[tuple[str, Column]]:
    return [
        (name, column)
        for name, column in source.columns.items()
        if column_index(table.header, column.names) is not None
    ]


def _key(table: RawTable, source: SourceDefinition, column: Column) -> WordColumn:
    index = column_index(table.header, column.names)
    assert index is not None  # noqa: S101  _present has checked it
    try:
        return words.mapped(table.columns[index], _converter(column, source))
    except WordError as error:
        raise SourceError(
            "this cannot be a key",
            code="not_a_key",
            where=Where(row=int(table.lines[error.row]), column=table.header[index]),
            found=f"'{error.word[:60]}'",
            expected=error.expected,
            hint=Message("the row is shifted or the file is damaged; fetch it again"),
        ) from error


def _converter(column: Column, source: SourceDefinition) -> Callable[[str], str | None]:
    extract = re.compile(column.extract, re.IGNORECASE) if column.extract else None
    special = {
        "brin": _brin,
        "municipality": municipality_code,
        "municipality_name": lambda text: (_municipality(text, None) or text) if text else None,
        "board": lambda text: board_code(text) if text.strip() else None,
        "region": statline.region,
        "date": _day if column.role != "period" else lambda text: _date_period(text, source),
    }.get(column.type)

    must = column.required and column.role == "period"
    untold = {normal(word) for word in column.untold}

    def convert(text: str) -> str | None:
        clean = visible(text).replace("\N{NO-BREAK SPACE}", " ").strip()
        if untold and normal(clean) in untold:
            return None
        if must and not (extract.fullmatch(clean) if extract else clean):
            raise ValueError(Message("a school year or a year"))
        if extract:
            found = extract.fullmatch(clean)
            clean = next((g for g in found.groups() if g), "") if found else ""
        if special:
            return special(clean)
        if not clean:
            return None
        return recode(column.codes, clean) if column.codes else clean

    return convert


def _brin(text: str) -> str | None:
    if not text:
        return None
    code = text.upper()
    if not _BRIN.fullmatch(code):
        raise ValueError(Message("a BRIN code of four signs, such as 00AH"))
    return code


def _day(text: str) -> str | None:
    """Read a day: ``1-8-2005`` and ``20050801`` become ``2005-08-01``."""
    if not text:
        return None
    found = _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if not found:
        raise ValueError(Message("a day such as 1-8-2005"))
    part = found.groupdict()
    return date(int(part["year"]), int(part["month"]), int(part["day"])).isoformat()


def _date_period(text: str, source: SourceDefinition) -> str | None:
    """Read a date or year as the period the source means by it."""
    if not text:
        return None
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        start = int(found[1]) - (0 if int(found[2]) >= 8 else 1)
        return periods.Period("school", start).code
    return year_period(text, source)


def year_period(text: str, source: SourceDefinition) -> str:
    """Turn a publisher's year into a period, as the source definition says."""
    try:
        period = periods.parse(text)
    except DataError as error:
        raise ValueError(Message("a school year or a year")) from error
    if period.kind == "calendar" and source.periods.kind == "october":
        return periods.Period("school", period.start).code
    if period.kind == "calendar" and source.periods.kind == "exam":
        return periods.Period("school", period.start - 1).code
    return period.code


def _codes(name: str) -> dict[str, str]:
    return _codes_of(name, str(registry.overlay() or ""))


@cache
def _codes_of(name: str, overlay: str) -> dict[str, str]:
    del overlay  # part of the key: another overlay has other codes
    codes = registry.codes()[name].codes
    table = {normal(c.title): code for code, c in codes.items()}
    table |= {normal(synonym): code for code, c in codes.items() for synonym in c.synonyms}
    return table | {normal(code): code for code in codes}


def recode(codes: str, text: str) -> str:
    """Return the code for a publisher's word; words not listed stay as they are."""
    return _codes(codes).get(normal(text), text)


def _roles(
    source: SourceDefinition, table: RawTable, keys: dict[str, WordColumn]
) -> dict[str, WordColumn]:
    """Put the key columns under observation columns; build places from their parts."""
    roles = {source.columns[name].role: column for name, column in keys.items()}
    if any(role.startswith(_OTHER) for role in roles):
        roles = _joined_other(roles)
    if "municipality_name" in roles:
        nothing = words.constant(None, len(table))
        named = [roles["municipality_name"], roles.get("province", nothing)]
        stated = roles.get("municipality", nothing)
        roles["municipality"] = words.combined(
            [stated, *named], lambda code, *rest: code or _municipality(*rest)
        )
    if "location" in roles:
        roles["place"] = _locations(source, table, roles)
        del roles["location"]
    elif "institution" in roles:
        roles.setdefault("place", roles["institution"])
    elif "municipality" in roles and source.role == "observations":
        roles.setdefault("place", roles["municipality"])
    return roles


def _joined_other(roles: dict[str, WordColumn]) -> dict[str, WordColumn]:
    """Join what has no column of its own into one: ``nace_r2=C;sizeclas=TOTAL``."""
    names = [role for role in roles if role.startswith(_OTHER)]
    keys = [name.removeprefix(_OTHER) for name in names]

    def join(*said: Word) -> Word:
        return ";".join(f"{k}={w}" for k, w in zip(keys, said, strict=True) if w) or None

    joined = words.combined([roles[name] for name in names], join)
    return {role: said for role, said in roles.items() if role not in names} | {"other": joined}


def _locations(
    source: SourceDefinition, table: RawTable, roles: dict[str, WordColumn]
) -> WordColumn:
    schools = roles.get("institution", words.constant(None, len(table)))

    def code_of(brin: Word, location: Word) -> str:
        code = location_code(brin or "", location or "")
        if code is None:
            raise ValueError(Message("'{brin}' and '{location}'", brin=brin, location=location))
        return code

    try:
        return words.combined([schools, roles["location"]], code_of)
    except WordError as error:
        column = next(c.names[0] for c in source.columns.values() if c.role == "location")
        raise SourceError(
            "this is no school location",
            code="not_a_key",
            where=Where(row=int(table.lines[error.row]), column=column),
            found=error.expected,
            expected=Message("a BRIN code with a location number, such as 00AH and 00"),
            hint=Message("the row is shifted or the file is damaged; fetch it again"),
        ) from error


def _municipality(name: str | None, province: str | None) -> str | None:
    if not name:
        return None
    places = gazetteer()
    codes = places.codes_of(name)
    if len(codes) > 1 and province:
        codes = tuple(code for code in codes if places.province(code) == province)
    return codes[0] if len(codes) == 1 else None


def _block(
    table: RawTable,
    source: SourceDefinition,
    values: Values,
    index: int,
    found: re.Match[str],
    period: str | None,
) -> ColumnBlock:
    groups = {k: v for k, v in found.groupdict().items() if v is not None}
    if "period" in groups:
        period = year_period(groups.pop("period"), source)
    raw_measure = groups.pop("measure", "")
    lookup = {normal(k): v for k, v in values.measures.items()}
    word = normal(raw_measure)
    measure = values.measure or lookup.get(word, word.replace(" ", "_"))
    dims = {name: _dimension(name, text) for name, text in groups.items()} | values.set
    special = frozenset(values.missing), frozenset(values.hidden)
    below = values.below_zero
    parsed = [
        cells.parse(text, values.type, *special, below_zero=below) for text in table.words(index)
    ]
    _refuse_unreadable(table, index, parsed, values)
    take = words.codes(table.columns[index])
    low = np.array([np.nan if c.low is None else c.low for c in parsed], dtype=np.float64)
    high = np.array([np.nan if c.high is None else c.high for c in parsed], dtype=np.float64)
    return ColumnBlock(
        table.header[index],
        measure,
        dims,
        period,
        low[take] if len(low) else np.empty(0),
        high[take] if len(high) else np.empty(0),
        words.of_codes([c.status or "" for c in parsed], take),
        words.of_codes([c.flag or None for c in parsed], take),
    )


def _blank_means(shaped: Shaped) -> None:
    """Make a mean over nobody missing: publishers write 0,000 there."""
    of = {v.measure: v.mean_of for v in shaped.source.values if v.mean_of}
    for block in shaped.blocks:
        counted = of.get(block.measure)
        count = next(
            (
                other
                for other in shaped.blocks
                if other.measure == counted
                and (other.dims, other.period) == (block.dims, block.period)
            ),
            None,
        )
        if counted is None or count is None:
            continue
        nobody = (count.high == 0) & (block.high == 0)
        block.low[nobody] = block.high[nobody] = np.nan
        said = pc.cast(block.status, pa.string())
        block.status = pc.dictionary_encode(pc.if_else(pa.array(nobody), "missing", said))


def _dimension(name: str, text: str) -> str:
    return recode(name, text) if name in registry.codes() else text


def _meant(values: Values) -> Message:
    """Return what a cell of this type may hold, in words."""
    free = values.below_zero
    return {
        "count": Message("a whole number, <5 or a blank"),
        "percent": Message("0-100"),
        "decimal": Message("a number") if free else Message("a number of 0 or more"),
        "flagged": Message("a number or ':', with flags behind it")
        if free
        else Message("a number of 0 or more or ':', with flags behind it"),
    }[values.type]


def _refuse_unreadable(
    table: RawTable, index: int, parsed: list[cells.ParsedCell], values: Values
) -> None:
    bad = [i for i, cell in enumerate(parsed) if cell.status is None]
    if not bad:
        return
    row = int(np.argmax(np.isin(words.codes(table.columns[index]), bad)))
    raise SourceError(
        "this cell is no number",
        code="not_a_number",
        where=Where(row=int(table.lines[row]), column=table.header[index].strip()),
        found=f"'{table.cell(row, index)[:60]}'",
        expected=_meant(values),
        hint=Message(
            "the row is shifted or the file is damaged; fetch it again from the publisher"
        ),
    )


def _check_years(shaped: Shaped) -> None:
    first, last = shaped.source.periods.plausible
    for code in shaped.periods:
        if not first <= int(code[:4]) <= last:
            raise SourceError(
                "this year cannot be true for this source",
                code="implausible_period",
                where=Where(row=1, column=code),
                found=code,
                expected=Message("a year from {first} to {last}", first=first, last=last),
                hint=Message("check that this is the right file, or say the period with --period"),
            )
