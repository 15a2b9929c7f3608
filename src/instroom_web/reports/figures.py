"""Published figures for live pages: looked up by id in what the gate let through and was stored."""

from collections.abc import Iterator, Mapping
from typing import Any

from instroom_web.reports import queries
from instroom_web.shared.figures import PublishedFigure


def _figure_blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the figures of a page with the block that shows them, alone or among others."""
    for block in body.get("blocks", ()):
        if block.get("kind") != "figure":
            continue
        method = block.get("method") or {}
        named = [method.get("figure"), *(part["figure"] for part in method.get("parts", ()))]
        yield from ((figure_id, block) for figure_id in named if figure_id)


def _first_named(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the first page says first: figures of its verdicts, then those of its blocks."""
    for block in body.get("blocks", ()):
        for group in block.get("groups", ()) if block.get("kind") == "verdicts" else ():
            yield from (row["figure"] for row in group["rows"] if row["figure"])
    yield from (figure_id for figure_id, _ in _figure_blocks(body))


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
    """Return the figure that stands first on the region's first page, with what it rests on."""
    row = queries.documents(language).filter(key="").first()
    named = _first_named(row.body) if row else iter(())
    shown = (published_figure(language, figure_id) for figure_id in named)
    return next((found for found in shown if found), None)
