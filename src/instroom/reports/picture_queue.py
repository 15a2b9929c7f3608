"""Pictures to be drawn: pages ask for them, and are all drawn afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.drawing import bars, beside, charts, flow, maps
from instroom.reports.blocks import Picture

_KINDS: dict[str, Callable[..., str]] = {
    "line": charts.line_chart,
    "bar": charts.bar_chart,
    "panels": charts.panel_chart,
    "change": charts.change_chart,
    "map": maps.tile_map,
    "pipeline": flow.pipeline,
    "plain_bars": bars.plain_bars,
    "beside": beside.beside_chart,
}


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


def point(figure: Figure) -> charts.Point:
    """Return a figure as a point of a line."""
    status: Any = figure.status
    if figure.status == "ok":
        return charts.Point(figure.period, figure.value, status=status)
    return charts.Point(figure.period, None, figure.low, figure.high, status=status)
