"""What the present build rests on, so that the next one makes only those pages that differ.

Kept in the cache are digests and names of what was asked for, never a figure or a page: those are
taken over from where they are stored, and only when they have the digest that is kept here.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from instroom.core.texts import languages
from instroom.privacy.published import RULES
from instroom.reports.figure_index import Heads, Read
from instroom.reports.release_changes import definition_marks
from instroom.reports.result_cache import ResultCache
from instroom.reports.results import Results
from instroom.reports.stored_rows import DocumentRow
from instroom.reports.withheld import JUDGED_BY


class NotTheSameBuildError(RuntimeError):
    """What is stored is not what should be taken over: everything is made anew."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What a build takes over from the one that is stored: names, and the mark of that one.

    ``documents`` are as ``nl/place/00AA00``; ``order`` names all series, also those made anew.
    """

    etag: str
    documents: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page that was written: its name, the digest of it, what was read for it, its drawings."""

    name: str
    digest: str
    read: frozenset[str]
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """A series: a digest of its figures, the one of their rows, how many, and one per key."""

    figures: str
    rows: str
    count: int
    marks: Mapping[str, str]


@dataclass(slots=True)
class KeptBuild:
    """The digests of one build: its series in their order, and its pages in theirs."""

    etag: str = ""
    series: dict[str, SeriesRecord] = field(default_factory=dict)
    pages: list[PageRecord] = field(default_factory=list)

    @property
    def marks(self) -> dict[str, str]:
        """The digest of the figures under every key."""
        return {key: mark for one in self.series.values() for key, mark in one.marks.items()}

    def same_pages(self, marks: Mapping[str, str]) -> set[str]:
        """Return the names of the pages for which nothing that was read has changed.

        Pages that share a drawing stay, or are made, together.
        """
        mine = self.marks
        differ = {key for key in mine.keys() | marks.keys() if mine.get(key) != marks.get(key)}
        differ |= {text_of("all")} if differ else set()
        again = [page for page in self.pages if page.read & differ]
        while again:
            drawn = {name for page in again for name in page.pictures}
            names = {page.name for page in again}
            more = [p for p in self.pages if p.name not in names and drawn & set(p.pictures)]
            if not more:
                break
            again += more
        return {page.name for page in self.pages} - {page.name for page in again}

    def written(self) -> str:
        """Write it as a text; what many pages read once."""
        keys = sorted({key for page in self.pages for key in page.read})
        number = {key: i for i, key in enumerate(keys)}
        pages = [
            [p.name, p.digest, sorted(number[key] for key in p.read), p.pictures]
            for p in self.pages
        ]
        series = {name: astuple(one) for name, one in self.series.items()}
        return json.dumps([self.etag, series, keys, pages])


def text_of(read: Read) -> str:
    """Return what was read as a text, as in :meth:`FigureIndex.marks`."""
    return repr(read)


def digest_of(data: object) -> str:
    """Return the digest of a page, answer or figure as it is stored."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def document_digest(row: DocumentRow) -> str:
    """Return the digest under which a page or an answer is stored."""
    return digest_of(row if row["language"] else row["data"])


def series_name(heads: Heads) -> str:
    """Return the name under which the figures of one series are kept together."""
    return ".".join(part or "" for part in heads)


def build_mark(
    documents: Mapping[str, str], pictures: Iterable[str], series: Mapping[str, str]
) -> str:
    """Return the mark of a build: of every page, the names of its drawings, and every figure."""
    said = [sorted(documents.items()), sorted(set(pictures)), sorted(series.items())]
    return digest_of(said)[:20]


def entry_of(results: Results, cache: ResultCache) -> str:
    """Return under which name a build of these results is kept.

    All that pages rest on besides figures is in it: code, definitions, rules, languages, places
    with what is known of them, and every file that is no state of the programme's own rows.
    """
    files = [row for _, row in sorted(results.inputs.items()) if row.get("kind") != "rows"]
    around = (
        [astuple(one) for one in results.places.values()],
        sorted((code, astuple(one)) for code, one in results.facts.items()),
        results.helpers,
        (results.region, results.example, results.came_along, results.uncounted),
    )
    rules = (RULES, JUDGED_BY, languages(), sorted(definition_marks().items()))
    return cache.name([*map(repr, files), *map(repr, around), *map(repr, rules)])


def opened(cache: ResultCache, entry: str) -> KeptBuild | None:
    """Return the build that is kept under a name; None when it is not there or damaged."""
    text = cache.get(entry)
    if text is None:
        return None
    etag, series, keys, pages = json.loads(text)
    records = {name: SeriesRecord(*one) for name, one in series.items()}
    return KeptBuild(etag, records, [_page(row, keys) for row in pages])


def _page(row: Sequence[Any], keys: Sequence[str]) -> PageRecord:
    name, digest, read, pictures = row
    return PageRecord(name, digest, frozenset(keys[i] for i in read), tuple(pictures))
