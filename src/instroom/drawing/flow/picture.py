"""The flow as one picture, wide or narrow."""

from collections.abc import Sequence

from instroom.core.texts import Texts
from instroom.drawing.canvas import WIDTHS, Drawing, Width, frame
from instroom.drawing.flow.narrow import draw_narrow
from instroom.drawing.flow.steps import FlowStep
from instroom.drawing.flow.wide import draw_wide


def pipeline(
    steps: Sequence[FlowStep],
    *,
    name: str,
    title: str,
    description: str,
    language: str,
    width: Width,
    example_word: str = "",
) -> str:
    """Draw the steps from top to bottom, each with a bar as long as its people are many.

    Parameters
    ----------
    steps
        In the order of school life.
    name, title, description, example_word
        See :func:`instroom.drawing.canvas.frame`.
    language
        Language of words and numbers.
    width
        ``wide`` (1040 px) or ``narrow`` (328 px, for phones).

    Returns
    -------
    str
        The SVG.
    """
    drawing = Drawing(f"{name}-{width}")
    draw = draw_wide if width == "wide" else draw_narrow
    height = draw(drawing, steps, Texts(language))
    return frame(
        drawing.body,
        (WIDTHS[width], height),
        name=f"{name}-{width}",
        title=title,
        description=description,
        example_word=example_word,
    )
