"""Hatched strips under a line chart: the years without a number, each with its word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.drawing.canvas import MUTED, Drawing, Width
from instroom.drawing.charts.figures import Line
from instroom.drawing.charts.plots import Plot, small_letters
from instroom.drawing.lettering import text_width


@dataclass(frozen=True, slots=True)
class Strip:
    """A run of years without a number, by their order, and the word that says why."""

    first: int
    last: int
    label: str
    word: str

    def texts(self) -> Iterator[str]:
        """Yield the whole text, then ever shorter ones; the word always stays."""
        words = self.label.split(" ") if self.label else []
        if words:
            yield f"{self.label}: {self.word}"
        for count in range(len(words) - 1, 0, -1):
            yield f"{' '.join(words[:count])}…: {self.word}"
        yield self.word


def strips_of(lines: Sequence[Line], periods: Sequence[str], texts: Texts) -> list[Strip]:
    """Return the runs of years without a number, each with its word."""
    found = []
    for line in lines:
        hidden = [
            (periods.index(point.period), status_word(point.status, texts))
            for point in line.points
            if not point.shown
        ]
        for word, run in _runs(hidden):
            found.append(Strip(run[0], run[-1], line.label if len(lines) > 1 else "", word))
    return found


def _runs(hidden: Sequence[tuple[int, str]]) -> Iterator[tuple[str, list[int]]]:
    spots = sorted(hidden)
    numbered = [(index - order, word, index) for order, (index, word) in enumerate(spots)]
    for (_, word), run in groupby(numbered, key=lambda item: item[:2]):
        yield word, [index for *_, index in run]


def packed(strips: Sequence[Strip], plot: Plot, width: Width, outer: float) -> list[int]:
    """Give every strip the first row in which it and its word overlap nothing.

    ``outer`` is the width that the words have to stay within.
    """
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for strip in strips:
        start, end, text_x, anchor, text = _strip_place(plot, strip, width, outer)
        size = text_width(text, small_letters(width)) + 8
        span = (min(start, text_x - (size if anchor == "end" else 0)), 0.0)
        span = (span[0], max(end, text_x + (size if anchor == "start" else 0)))
        free = (r for r, row in enumerate(taken) if all(_apart(span, other) for other in row))
        row = next(free, len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append(span)
        rows.append(row)
    return rows


def _apart(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[1] <= second[0] or second[1] <= first[0]


def _strip_place(
    plot: Plot, strip: Strip, width: Width, outer: float
) -> tuple[float, float, float, Literal["start", "end"], str]:
    """Return where the hatch begins and ends, and where which text stands."""
    start, end = plot.x(strip.first - 0.4), plot.x(strip.last + 0.4)
    start, end = max(start, plot.left), min(end, plot.left + plot.width)
    right, left = outer - end - 6, start - 6
    for text in strip.texts():
        need = text_width(text, small_letters(width))
        if need <= right:
            return start, end, end + 6, "start", text
        if need <= left:
            return start, end, start - 6, "end", text
    return start, end, outer, "end", strip.word


def draw_strip(
    over: Drawing, plot: Plot, strip: Strip, row: int, width: Width, outer: float
) -> None:
    """Draw the hatch of one strip and its text."""
    start, end, text_x, anchor, text = _strip_place(plot, strip, width, outer)
    y = plot.top + plot.height + 8 + row * 22
    over.rect((start, y, end - start, 14), over.hatch, radius=3)
    over.text(text_x, y + 11.5, text, size=small_letters(width), fill=MUTED, anchor=anchor)
