"""Published figures on a shelf: found by what they are about, in the order of time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from instroom.core.series import Audience, Figure
from instroom.privacy.published import Published
from instroom.reports.place_names import PlaceName, place_names
from instroom.reports.results import Results
from instroom.reports.stored_rows import InputRow

#: Indicator, stage and classification: what a series is of.
Heads = tuple[str, str | None, str | None]
Key = tuple[str, str | None, str | None, str, tuple[tuple[str, str], ...]]


#: What a page asked for: figures by what they are about, there or not, or all there is.
Read = Key | Literal["all"]


@dataclass(frozen=True, slots=True)
class Topic:
    """An indicator at one stage in one classification."""

    indicator: str
    stage: str | None = None
    classification: str | None = None

    @property
    def code(self) -> str:
        """Its short name, as in downloads."""
        return ".".join(p for p in (self.indicator, self.stage, self.classification) if p)


@dataclass(slots=True)
class FigureIndex:
    """Figures of one region that one audience may see, ready to write pages from.

    ``read`` is what was asked of it: a page of which all that was read is the same, is the same
    page. So no page takes figures or files from ``results`` past it.
    """

    results: Results
    audience: Audience = "public"
    names: dict[str, PlaceName] = field(init=False)
    read: set[Read] = field(default_factory=set)
    _index: dict[Key, list[Figure]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.names = place_names(self.results.places)
        published: Published = self.results.published.shown_to(self.audience)
        for figure in published.figures:
            key = (figure.indicator, figure.stage, figure.classification, figure.place, figure.by)
            self._index[key].append(figure)
        for figures in self._index.values():
            figures.sort(key=lambda f: f.period)

    def get(self, topic: Topic, place: str, **by: str) -> list[Figure]:
        """Return the figures of a place over the years."""
        key = (topic.indicator, topic.stage, topic.classification, place, tuple(by.items()))
        self.read.add(key)
        return self._index.get(key, [])

    @property
    def published(self) -> Published:
        """All figures together."""
        self.read.add("all")
        return self.results.published

    @property
    def inputs(self) -> Mapping[str, InputRow]:
        """All files behind the figures, by sha256."""
        self.read.add("all")
        return self.results.inputs

    def input_row(self, name: str) -> InputRow | None:
        """Return one file by the sha256 that a figure names; another file has another one."""
        return self.results.inputs.get(name)

    @contextmanager
    def reading(self) -> Iterator[set[Read]]:
        """Yield a set of what is asked within the block."""
        before, self.read = self.read, set()
        within = self.read
        try:
            yield within
        finally:
            before |= within
            self.read = before

    def marks(self, but: Set[Heads] = frozenset()) -> dict[Heads, dict[str, str]]:
        """Return a digest of the figures under every key, by series and the key as a text.

        ``but`` are series that are left out.
        """
        found: dict[Heads, dict[str, str]] = {}
        for key, figures in self._index.items():
            if key[:3] not in but:
                digest = sha256(repr(figures).encode()).hexdigest()[:24]
                found.setdefault(key[:3], {})[repr(key)] = digest
        return found

    def known(self, topic: Topic, place: str, **by: str) -> list[Figure]:
        """Return only the years with a number."""
        return [f for f in self.get(topic, place, **by) if f.numbered]

    def latest(self, topic: Topic, place: str, **by: str) -> Figure | None:
        """Return the newest year with a number."""
        return next(reversed(self.known(topic, place, **by)), None)
