"""Published figures on a shelf: found by what they are about, in the order of time."""

from collections import defaultdict
from dataclasses import dataclass, field

from instroom.core.series import Audience, Figure
from instroom.privacy.published import Published
from instroom.reports.place_names import PlaceName, place_names
from instroom.reports.results import Results

Key = tuple[str, str | None, str | None, str, tuple[tuple[str, str], ...]]


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
    """Figures of one region that one audience may see, ready to write pages from."""

    results: Results
    audience: Audience = "public"
    names: dict[str, PlaceName] = field(init=False)
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
        pairs = tuple(by.items())
        return self._index.get(
            (topic.indicator, topic.stage, topic.classification, place, pairs), []
        )

    def known(self, topic: Topic, place: str, **by: str) -> list[Figure]:
        """Return only the years with a number."""
        return [f for f in self.get(topic, place, **by) if f.numbered]

    def latest(self, topic: Topic, place: str, **by: str) -> Figure | None:
        """Return the newest year with a number."""
        return next(reversed(self.known(topic, place, **by)), None)
