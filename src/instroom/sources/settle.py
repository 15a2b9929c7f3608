"""One table and one layout: every block is shaped, its totals are held, what was odd is noted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from instroom.core.errors import SourceError, Where
from instroom.core.messages import Message
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources import checks, left_out, words
from instroom.sources.any_table import Asked
from instroom.sources.evidence import Summary, column_index, fits, watched
from instroom.sources.half_known import HalfKnown
from instroom.sources.rows import Sink
from instroom.sources.shape import Shaped, shape, year_period
from instroom.sources.tables import RawTable

Found = TypeVar("Found")
Warnings = dict[str, tuple[int, str]]
#: Gives the blocks of a table anew each time it is called.
Blocks = Callable[[], Iterator[RawTable]]
#: Bytes of a workbook or of a file whose rows must be turned: these are read in one piece.
MAX_WHOLE = 256 * 2**20
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]((?:19|20)\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
#: Institutions and municipalities that do not exist.
_EXAMPLE = re.compile(r"9\d[A-Z]{2}.*|GM99\d\d")


@dataclass(slots=True)
class Reading:
    """What one file turned out to be; becomes its receipt."""

    status: str = "unknown"
    source: SourceDefinition | None = None
    encoding: str | None = None
    periods: list[str] = field(default_factory=list)
    rows: int | None = None
    tables: dict[str, int] = field(default_factory=dict)
    observations: int = 0
    example: bool = False
    warnings: Warnings = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One unpacked file, what was asked about it, and where its rows go."""

    path: Path
    name: str
    out: Path
    sha256: str
    wanted: list[SourceDefinition]
    period: str | None
    asked: Asked | None = None


@dataclass(slots=True)
class _Tally:
    """What the blocks of one table add up to."""

    rows: int = 0
    blocks: int = 0
    periods: set[str] = field(default_factory=set)
    places: bool = False
    real: bool = False
    unknown: set[str] = field(default_factory=set)

    def add(self, shaped: Shaped) -> None:
        """Take a block into account."""
        self.rows += len(shaped.lines)
        self.blocks += 1
        self.periods |= set(shaped.periods)
        if "place" in shaped.keys and not self.real:
            places = words.distinct(shaped.keys["place"])
            self.places |= bool(places)
            self.real = not all(_EXAMPLE.fullmatch(place) for place in places)
        if "municipality_name" in shaped.keys:
            named, coded = shaped.keys["municipality_name"], shaped.keys["municipality"]
            lost = words.combined([named, coded], lambda name, code: None if code else name)
            self.unknown |= set(words.distinct(lost))


def settle(
    blocks: Blocks,
    source: SourceDefinition,
    name: str,
    period: str | None,
    use: Callable[[Shaped], None],
) -> Reading:
    """Read a table as one layout, and give each shaped block to ``use``.

    Parameters
    ----------
    blocks
        Gives the blocks of rows.
    name
        The file's name: a period that stands nowhere else may stand there.
    period
        The period somebody said.

    Raises
    ------
    SourceError
        For the first cell, key or total that cannot be; nothing given to ``use`` counts then.
    """
    warnings: Warnings = {}
    assumed: str | None = None
    held, tally = checks.Held(source), _Tally()
    half = HalfKnown(source)
    header: list[str] = []
    summary: Summary | None = None
    skipped, unseen = left_out.Skipped(), left_out.Unseen()
    for block in blocks():
        table = skipped.without(block, source)
        if summary is None:
            header = table.header
            assumed = _period(header, source, name, period, warnings)
            summary = Summary(header, table.dataset)
        summary.add(table, watched(header, source))
        unseen.look(table, source)
        half.look(table)
        shaped = shape(table, source, assumed)
        held.add(shaped)
        tally.add(shaped)
        half.hear(shaped)
        use(shaped)
    known = source.id in registry.sources()
    if known and summary is not None and tally.blocks > 1 and (why := fits(summary, source)):
        raise SourceError(
            "further down this is not '{title}'",
            code="other_codes",
            found=why,
            expected=Message("the codes of {id} in every row", id=source.id),
            hint=Message("two files were pasted together, or it is another table; fetch it again"),
            title=source.title,
        )
    reading = Reading("read", source, warnings=warnings, rows=tally.rows)
    reading.example = tally.places and not tally.real
    complete = tally.rows >= source.recognise.at_least_rows and not reading.example
    warnings |= held.settle(complete)
    if not complete and not reading.example:
        warnings["excerpt"] = (
            tally.rows,
            Message(
                "only a part of the publisher's file; kept out of regional and national totals"
            ),
        )
    skipped.note(warnings)
    unseen.note(warnings)
    left_out.note(header, source, warnings)
    half.note(header, warnings)
    if tally.unknown:
        shown = ", ".join(sorted(tally.unknown)[:5])
        warnings["unknown_municipality"] = (len(tally.unknown), shown)
    reading.periods = sorted(tally.periods)
    return reading


def decided(
    candidates: list[SourceDefinition], rows: int, attempt: Callable[[SourceDefinition], Found]
) -> Found | None:
    """Return what an attempt gives with the first layout whose totals hold.

    Several layouts have the same columns and codes; then their national totals decide. None when
    there is no candidate, or several and too few rows for their totals.

    Raises
    ------
    SourceError
        What the only attempt raised, or the first of several whose totals do not hold.
    """
    if len(candidates) > 1:
        candidates = [s for s in candidates if rows >= s.recognise.at_least_rows]
    problems: list[SourceError] = []
    for source in candidates:
        try:
            return attempt(source)
        except SourceError as error:
            if len(candidates) == 1 or error.code != "total_does_not_hold":
                raise
            problems.append(error)
    if problems:
        raise problems[0]
    return None


def _period(
    header: list[str], source: SourceDefinition, name: str, period: str | None, warnings: Warnings
) -> str | None:
    """Choose the period for values that state none: asked for, else the file's name."""
    kind = source.periods.kind
    said = [column for column in source.columns.values() if column.role == "period"]
    in_file = any(column_index(header, column.names) is not None for column in said)
    in_file = in_file or any("(?P<period>" in values.pattern for values in source.values)
    if kind == "none" or in_file or source.role != "observations":
        return None
    if period:
        return year_period(period, source)
    found = _YEARS.search(name)
    text = f"{found[1]}-{found[2]}" if found else None
    if text is None and (single := _YEAR.search(name)):
        text = single[1]
    try:
        code = year_period(text, source) if text else None
    except ValueError:
        code = None
    if code is None:
        warnings["period_unknown"] = (1, Message("the period stands nowhere; say it with --period"))
        return None
    warnings["period_from_name"] = (
        1,
        Message("the period {code} was taken from the file's name", code=code),
    )
    return code


def title_period(prose: list[str], source: SourceDefinition) -> str | None:
    """Take the year from the prose above a sheet's table."""
    found = next((year for line in prose if (year := _YEAR.search(line))), None)
    return year_period(found[1], source) if found else None


def once(table: RawTable) -> Iterator[RawTable]:
    """Give a table that is there in one piece as its only block."""
    yield table


def refuse_whole(path: Path) -> None:
    """Refuse a file of a form that is read in one piece and is too large for that."""
    size = path.stat().st_size
    if size > MAX_WHOLE:
        raise SourceError(
            "a file of this form is read in one piece, and this one is too large for that",
            code="too_large",
            found=Message("{value:,.0f} MiB", value=size / 2**20),
            expected=Message(
                "at most {value} MiB, or the table as CSV or TSV", value=MAX_WHOLE // 2**20
            ),
            hint=Message("fetch the table as CSV or TSV, or in parts"),
        )


def note_kept_out(reading: Reading, strays: int, blanks: int, footnotes: list[str]) -> None:
    """Warn of records that are no rows."""
    for code, count, said in (
        ("stray_records", strays, Message('records that hold only ""')),
        ("blank_records", blanks, Message("empty records")),
        ("footnotes", len(footnotes), Message("lines of text after the table")),
    ):
        if count:
            reading.warnings[code] = (count, said)


def counted(reading: Reading, sink: Sink) -> Reading:
    """Note how many observations were written; refuse a layout without any."""
    reading.observations = sink.count
    observed = reading.source is not None and reading.source.role == "observations"
    if observed and not sink.count:
        raise SourceError(
            "the table has no rows",
            code="empty",
            where=Where(row=2),
            found=Message("a header alone"),
            expected=Message("rows with values"),
            hint=Message("fetch it again from the publisher"),
        )
    return reading
