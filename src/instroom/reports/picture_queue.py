"""Pictures to be drawn: pages ask for them, and are all drawn afterwards."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

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


@dataclass(frozen=True, slots=True)
class PictureJob:
    """One drawing: kind, name, the figures in it, and its words."""

    kind: str
    name: str
    items: tuple[Any, ...]
    options: dict[str, Any]


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


def draw_all(
    jobs: list[PictureJob], processes: int = 2, kept: ResultCache | None = None
) -> Iterator[tuple[str, str]]:
    """Draw jobs side by side; yield names and SVGs in the order of the jobs.

    What was drawn before from the same figures and words is taken from ``kept``.
    """
    kept = kept or ResultCache(None)
    names = [kept.name([job.kind, job.items, sorted(job.options.items())]) for job in jobs]
    before = {name: svg for name in names if (svg := kept.get(name)) is not None}
    missing = [job for job, name in zip(jobs, names, strict=True) if name not in before]
    fresh = _drawn(missing, processes)
    for job, name in zip(jobs, names, strict=True):
        if name in before:
            yield job.name, before[name]
            continue
        drawn = next(fresh)
        kept.put(name, drawn[1])
        yield drawn
    kept.sweep()


def _drawn(jobs: list[PictureJob], processes: int) -> Iterator[tuple[str, str]]:
    if len(jobs) < 12:
        yield from map(draw, jobs)
        return
    # A fork of a process with running threads (DuckDB's) can wait forever; a spawn cannot.
    spawn = get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, end_with_parent, (os.getpid(),)) as pool:
        yield from pool.map(draw, jobs, chunksize=8)


def point(figure: Figure) -> charts.Point:
    """Return a figure as a point of a line."""
    status: Any = figure.status
    if figure.status == "ok":
        return charts.Point(figure.period, figure.value, status=status)
    return charts.Point(figure.period, None, figure.low, figure.high, status=status)
