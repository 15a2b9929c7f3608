"""The bar chart: groups side by side, with the same figure elsewhere."""

from collections.abc import Sequence

from instroom.core.statuses import status_word
from instroom.core.texts import Texts
from instroom.drawing.canvas import PETROL, PETROL_MID, Unit, Width
from instroom.drawing.charts.figures import Bar, written
from instroom.drawing.charts.lanes import Row, row_ends
from instroom.drawing.charts.rows import rows_chart


def bar_chart(
    bars: Sequence[Bar],
    *,
    name: str,
    title: str,
    description: str,
    unit: Unit,
    language: str,
    width: Width,
    reference_label: str = "",
    example_word: str = "",
) -> str:
    """Draw horizontal bars from 0, with intervals and the same figure elsewhere.

    A bounded bar is solid up to its lower bound and pale up to its upper bound; a hidden one is
    hatched and says so.

    Parameters
    ----------
    bars
        From top to bottom.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    unit, language, width
        See :func:`line_chart`.
    reference_label
        What the upright mark means, for example the name of the country.

    Returns
    -------
    str
        The SVG.
    """
    texts = Texts(language)
    rows = [_bar_as_row(bar, bars, texts, unit) for bar in bars]
    ends = [bound for row in rows for bound in row_ends(row)]
    return rows_chart(
        rows,
        (0.0, max([*ends, 0.0]) or 1.0),
        reference_label if any(bar.reference is not None for bar in bars) else "",
        width,
        name=name,
        title=title,
        description=description,
        example_word=example_word,
    )


def _bar_as_row(bar: Bar, bars: Sequence[Bar], texts: Texts, unit: Unit) -> Row:
    point = bar.point
    strong = bar.emphasis or not any(other.emphasis for other in bars)
    colour = PETROL if strong else PETROL_MID
    if not point.shown:
        word = status_word(bar.status, texts)
        return Row(bar.label, word, colour, 0, 0, None, bar.reference, word, bar.emphasis)
    end = point.value if point.value is not None else point.bounds[0]
    return Row(
        bar.label,
        written(point, texts, unit),
        colour,
        0,
        end,
        point.interval,
        bar.reference,
        bold=bar.emphasis,
        exact=point.value is not None,
    )
