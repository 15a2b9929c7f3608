"""A figure on a live page: what was published under its id, never a number of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure as the public pages show it. Only ``reports.figures`` makes one, from stored pages.

    ``block`` is the figure's block in the reader's language; ``pictures`` its drawings by name.
    """

    figure_id: str
    block: Mapping[str, Any]
    pictures: Mapping[str, str]
