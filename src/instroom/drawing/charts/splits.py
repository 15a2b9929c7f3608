"""The split of a change: from a total, by its effects, to the new total."""

from collections.abc import Sequence

from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.drawing.canvas import AHEAD, BEHIND, BORDER, PETROL, Unit, Width
from instroom.drawing.charts.figures import Point, SplitPart, written
from instroom.drawing.charts.lanes import Row, row_ends
from instroom.drawing.charts.rows import rows_chart


def split_chart(
    parts: Sequence[SplitPart],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw how a total became another: from, the effects one under another, to.

    Effects hang where the one before ended; up and down differ by sign and arrow, not only by
    colour.

    Parameters
    ----------
    parts
        A total, its effects and the new total, in that order.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    unit, language, width
        See :func:`line_chart`.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    rows: list[Row] = []
    running = 0.0
    for part in parts:
        row = _part_as_row(part, running, texts, unit)
        running = row.end if part.point.shown else running
        rows.append(row)
    ends = [bound for row in rows for bound in row_ends(row)]
    return rows_chart(
        rows,
        (min([*ends, 0.0]), max([*ends, 0.0]) or 1.0),
        "",
        width,
        links=True,
        name=name,
        title=title,
        description=description,
        example_word=example_word,
    )


def _part_as_row(part: SplitPart, running: float, texts: Texts, unit: Unit) -> Row:
    point = part.point
    total = part.kind == "total"
    start = 0.0 if total else running
    if not point.shown:
        word = status_word(part.status, texts)
        return Row(part.label, word, PETROL, start, start, None, None, word, total)
    colour = PETROL if total else _direction(point)[1]
    interval = point.interval
    if interval:
        interval = (start + interval[0], start + interval[1])
    figure = written(point, texts, unit) if total else _signed(point, texts, unit)
    return Row(
        part.label,
        figure,
        colour,
        start,
        start + point.middle,
        interval,
        bold=total,
        exact=point.value is not None,
    )


def _direction(point: Point) -> tuple[str, str]:
    """Return the arrow and colour of an effect; a dot when its sign is not known."""
    low, high = point.bounds
    if low > 0:
        return "▲", AHEAD
    if high < 0:
        return "▼", BEHIND
    return "●", BORDER


def _signed(point: Point, texts: Texts, unit: Unit) -> str:
    """Write an effect with its sign, as an interval when it is one."""

    def one(value: float) -> str:
        text = texts.number(
            abs(value) * (100 if unit == "share" else 1), digits=int(unit == "share")
        )
        sign = "−" if value < 0 else "+"
        return f"{sign}{text}" if value else text

    arrow = _direction(point)[0]
    end = f" {texts('procentpunt')}" if unit == "share" else ""
    if point.value is not None:
        return f"{arrow} {one(point.value)}{end}"
    low, high = point.bounds
    return f"{arrow} {texts('{low} tot {high}', low=one(low), high=one(high))}{end}"
