"""Published figures for live pages: looked up by id in what the gate let through and was stored."""

from collections.abc import Iterator, Mapping
from typing import Any

from instroom_web.reports import queries
from instroom_web.shared.figures import PublishedFigure


def _figure_blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in body.get("blocks", ()):
        figure_id = (block.get("method") or {}).get("figure")
        if block.get("kind") == "figure" and figure_id:
            yield figure_id, block


def published_figure(language: str, figure_id: str) -> PublishedFigure | None:
    """Return a figure by its id, as the first page or its indicator's own page shows it."""
    indicator = figure_id.partition(":")[0].partition(".")[0]
    for key in ("", f"indicator/{indicator}"):
        row = queries.documents(language).filter(key=key).first()
        blocks = _figure_blocks(row.body) if row else iter(())
        block = next((shown for name, shown in blocks if name == figure_id), None)
        if block is not None:
            pictures = queries.drawings({"blocks": [block]})
            return PublishedFigure(figure_id, block, pictures)
    return None


def headline(language: str) -> PublishedFigure | None:
    """Return the figure that stands first on the region's first page."""
    row = queries.documents(language).filter(key="").first()
    first = next(_figure_blocks(row.body), None) if row else None
    return published_figure(language, first[0]) if first else None
