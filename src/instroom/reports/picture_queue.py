"""Pictures to be drawn: pages ask for them, and are all drawn afterwards."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import get_context
from typing import Any, Self

from instroom.core.orphans import end_with_parent
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.drawing import charts, flow, maps
from instroom.reports.blocks import Picture
from instroom.reports.result_cache import ResultCache

_KINDS: dict[str, Callable[..., str]] = {
    "line": charts.line_chart,
    "bar": charts.bar_chart,
    "split": charts.split_chart,
    "map": maps.tile_map,
    "pipeline": flow.pipeline,
}


#: From so many drawings on, processes of their own are worth their start.
_MANY = 12


@dataclass(frozen=True, slots=True)
class PictureJob:
    """One drawing: kind, name, the figures in it, and its words."""

    kind: str
    name: str
    items: tuple[Any, ...]
    options: Mapping[str, Any]


@dataclass(slots=True)
class PictureQueue:
    """Collects drawings for one language; ``example`` puts the word in every one of them."""

    t: Texts
    example: bool
    jobs: list[PictureJob] = field(default_factory=list)

    def picture(
        self,
        kind: str,
        name: str,
        items: tuple[Any, ...],
        title: str,
        description: str,
        **more: Any,
    ) -> Picture:
        """Ask for a wide and a narrow drawing; return their names and words."""
        language = self.t.language
        names = {}
        for width in ("wide", "narrow"):
            full = f"{name}-{language}-{width}".replace("/", "-").replace(".", "-")
            names[width] = full
            options = {
                "name": full,
                "title": title,
                "description": description,
                "language": language,
                "width": width,
                "example_word": self.t("voorbeeld") if self.example else "",
                **more,
            }
            self.jobs.append(PictureJob(kind, full, items, options))
        return Picture(names["wide"], names["narrow"], title, description)


def draw(job: PictureJob) -> tuple[str, str]:
    """Draw one job; return its name and SVG."""
    return job.name, _KINDS[job.kind](job.items, **job.options)


class PictureDrawer:
    """Draws what pages ask for, side by side, while further pages are still being written.

    What was drawn before from the same figures and words is taken from ``kept``. Use it in a
    ``with``: leaving that ends the processes that draw.
    """

    def __init__(self, kept: ResultCache | None = None, processes: int = 2) -> None:
        self._kept, self._processes = kept or ResultCache(None), processes
        self._asked: list[tuple[PictureJob, str, str | None]] = []
        self._waiting: list[PictureJob] = []
        self._coming: list[Iterator[tuple[str, str]]] = []
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def ask(self, jobs: Iterable[PictureJob]) -> None:
        """Have jobs drawn; a few are drawn here, for which no process is worth its start."""
        for job in jobs:
            name = self._kept.name([job.kind, job.items, sorted(job.options.items())])
            before = self._kept.get(name)
            self._asked.append((job, name, before))
            if before is None:
                self._waiting.append(job)
        if self._pool or len(self._waiting) >= _MANY:
            self._send()

    def _send(self) -> None:
        if self._pool is None:
            # A fork of a process with running threads (DuckDB's) can wait forever.
            spawn, mine = get_context("spawn"), (os.getpid(),)
            self._pool = ProcessPoolExecutor(self._processes, spawn, end_with_parent, mine)
        self._coming.append(self._pool.map(draw, self._waiting, chunksize=8))
        self._waiting = []

    @property
    def names(self) -> list[str]:
        """The names of all drawings that were asked for, in that order."""
        return [job.name for job, _, _ in self._asked]

    def drawn(self) -> Iterator[tuple[str, str]]:
        """Yield names and SVGs in the order of asking."""
        fresh = chain(*self._coming, map(draw, self._waiting))
        for job, name, before in self._asked:
            if before is not None:
                yield job.name, before
                continue
            drawn = next(fresh)
            self._kept.put(name, drawn[1])
            yield drawn
        self._kept.sweep()


def point(figure: Figure) -> charts.Point:
    """Return a figure as a point of a line."""
    status: Any = figure.status
    if figure.status == "ok":
        return charts.Point(figure.period, figure.value, status=status)
    return charts.Point(figure.period, None, figure.low, figure.high, status=status)
