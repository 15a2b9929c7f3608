"""What was worked out before, kept in the data directory by what it depends on.

An entry is named after all that went into it and starts with a digest of its bytes: one that is
damaged is worked out again. The folder may be deleted at any moment. Series in it have not passed
the gate; they go through it, all together, in every run.
"""

import hashlib
import json
import shutil
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from instroom.core.errors import InstroomError
from instroom.core.output_files import written
from instroom.core.quantities import Count
from instroom.core.series import Figure, Series, Unplaced

FOLDER = "cache"
#: The kinds of entries there are, each a folder; what older software kept beside them is removed.
Kind = Literal["series", "names", "stated", "build"]
_CODE = Path(__file__).parents[1]
_DIGEST = 64


@cache
def code_mark() -> str:
    """Return a mark of the software's own code: another version works everything out again."""
    digest = hashlib.sha256()
    for path in sorted(_CODE.rglob("*.py")) + sorted(_CODE.rglob("*.po")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass
class ResultCache:
    """Entries of one kind in a data directory; without a folder nothing is kept."""

    folder: Path | None
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, data: Path | None, kind: Kind) -> "ResultCache":
        """Return the entries of a kind in a data directory."""
        return cls(data / FOLDER / kind if data else None)

    def name(self, parts: Iterable[object]) -> str:
        """Return the name of what depends on these parts, and on the software."""
        text = "\n".join([code_mark(), *map(repr, parts)])
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def get(self, name: str) -> str | None:
        """Return an entry; None when it is not there or not what was kept."""
        if self.folder is None:
            return None
        self.used.add(name)
        try:
            found = (self.folder / name).read_bytes()
            data = zlib.decompress(found[_DIGEST:])
        except (OSError, zlib.error):
            return None
        same = hashlib.sha256(name.encode() + data).hexdigest().encode() == found[:_DIGEST]
        return data.decode() if same else None

    def put(self, name: str, text: str) -> None:
        """Keep an entry, whole or not at all; a folder that cannot be written keeps nothing."""
        if self.folder is None:
            return
        self.used.add(name)
        data = text.encode()
        mark = hashlib.sha256(name.encode() + data).hexdigest().encode()
        with suppress(OSError, InstroomError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with written(self.folder / name) as half:
                half.write_bytes(mark + zlib.compress(data, 1))

    def sweep(self) -> None:
        """Remove what this run did not use, halves that a killed run left, and kinds of before."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.name not in self.used:
                path.unlink(missing_ok=True)
        for path in self.folder.parent.iterdir():
            if path.name not in get_args(Kind) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)


def series_text(series: Sequence[Series]) -> str:
    """Write series, exactly; the sha256 of files once."""
    shas = sorted({sha for one in series for f in one.figures for sha in f.sources})
    number = {sha: i for i, sha in enumerate(shas)}
    rows = [
        [
            [one.indicator, one.unit, one.stage, one.classification],
            [one.open_data, one.audience, one.lowest_place, _behind(one)],
            one.own_totals,
            [_row(figure, number) for figure in one.figures],
        ]
        for one in series
    ]
    return json.dumps([shas, rows], ensure_ascii=False, separators=(",", ":"))


def _behind(series: Series) -> dict[str, list[list[str]]]:
    return {
        name: [sorted(schools) for schools in called]
        for name, called in series.schools_behind.items()
    }


def _row(f: Figure, number: dict[str, int]) -> list[Any]:
    counts = [c and (c.low, c.high) for c in (f.numerator, f.denominator)]
    sources = [number[sha] for sha in f.sources]
    lost = f.unplaced and (f.unplaced.schools, f.unplaced.people.low, f.unplaced.people.high)
    values = (f.value, f.low, f.high, *counts, f.hidden, f.reason, sources, lost)
    return [f.period, f.place, f.status, f.by, *values]


def series_of(text: str) -> list[Series]:
    """Read what :func:`series_text` wrote."""
    shas, rows = json.loads(text)
    found = []
    for (indicator, unit, stage, classification), gated, totals, figures in rows:
        open_data, audience, lowest_place, schools_behind = gated
        made = tuple(_figure((indicator, stage, classification), row, shas) for row in figures)
        found.append(
            Series(
                indicator,
                unit,
                made,
                stage,
                classification,
                open_data=open_data,
                audience=audience,
                own_totals=tuple(totals),
                lowest_place=lowest_place,
                schools_behind={
                    name: tuple(frozenset(schools) for schools in called)
                    for name, called in schools_behind.items()
                },
            )
        )
    return found


def _figure(heads: tuple[str, str | None, str | None], row: list[Any], shas: list[str]) -> Figure:
    period, place, status, by, value, low, high, part, whole, hidden, reason, sources, lost = row
    return Figure(
        heads[0],
        period,
        place,
        status,
        *heads[1:],
        by=tuple((key, name) for key, name in by),
        value=value,
        low=low,
        high=high,
        numerator=Count(*part) if part else None,
        denominator=Count(*whole) if whole else None,
        hidden=hidden,
        reason=reason,
        sources=tuple(shas[i] for i in sources),
        unplaced=Unplaced(lost[0], Count(*lost[1:])) if lost else None,
    )
