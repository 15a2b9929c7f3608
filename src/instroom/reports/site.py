"""``instroom compute``: all figures, pages and pictures of a region, ready to store."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path

from instroom import __version__
from instroom.core.answers import plain
from instroom.core.data_directory import data_directory
from instroom.core.progress import Progress, told
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.monitoring import pipeline as pipelines
from instroom.monitoring.questions import figure_dict
from instroom.monitoring.series_answer import indicator_meaning
from instroom.reports import goals
from instroom.reports.at_hand import make_sure, results_at_hand, results_of
from instroom.reports.blocks import Document
from instroom.reports.documents import claims, factors, home, pages, parts, people, place, places
from instroom.reports.documents.counting import counting_kinds
from instroom.reports.documents.indicator import indicator_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.term_links import term_finder, with_term_links
from instroom.reports.figure_index import FigureIndex
from instroom.reports.page_addresses import refuse_unreachable
from instroom.reports.picture_queue import PictureJob, PictureQueue, draw
from instroom.reports.place_names import places_listed
from instroom.reports.release_changes import definition_marks
from instroom.reports.results import Results
from instroom.reports.stored_rows import (
    BuildMark,
    ComputeAnswer,
    DocumentRow,
    InputRow,
    StoredFigureRow,
)
from instroom.sources.store import Store


@dataclass(frozen=True, slots=True)
class Site:
    """What is stored for the pages: documents, pictures, figures, inputs, and the build's mark."""

    documents: list[DocumentRow]
    pictures: dict[str, str]
    figures: list[StoredFigureRow]
    inputs: list[InputRow]
    build: BuildMark


def documents(results: Results, language: str) -> tuple[list[Document], list[PictureJob]]:
    """Write all pages of a region in one language; return them with the pictures they need."""
    t = Texts(language)
    pictures = PictureQueue(t, results.example)
    writer = PageWriter(FigureIndex(results), t, pictures)
    found = [home.home_page(writer)]
    found += [home.home_page(writer, kind) for kind in counting_kinds()]
    found += [pages.programme_page(writer), pages.indicators_page(writer)]
    for indicator in registry.indicators().values():
        found += [indicator_page(writer, topic) for topic in parts.topics(indicator)]
    found.append(places.places_page(writer))
    found += [place.place_page(writer, info) for info in results.places.values()]
    found += [claims.claims_page(writer), pages.sources_page(writer)]
    found += [pages.glossary_page(writer), people.roles_page(writer)]
    found.append(factors.factors_page(writer))
    refuse_unreachable({document.key for document in found})
    found += pages.text_pages(writer)
    finder = term_finder(language)
    found = [with_term_links(_with_origin(page, writer), finder, t) for page in found]
    unique = {job.name: job for job in pictures.jobs}
    return found, list(unique.values())


def _with_origin(page: Document, writer: PageWriter) -> Document:
    """Say whose figures they are: at the end of the first page, on top of goals and sources."""
    if page.key not in ("", "programme", "sources"):
        return page
    said = pages.whose_figures(writer)
    return replace(page, blocks=(*said, *page.blocks) if page.key else (*page.blocks, *said))


def build(results: Results, *, progress: Progress | None = None) -> Site:
    """Make the whole site of a region from its published figures.

    Only what the public may see: figures for one school's or board's eyes are left out.
    """
    results = replace(results, published=results.published.shown_to("public"))
    bodies: list[DocumentRow] = []
    asked: list[PictureJob] = []
    for language in told(languages(), "languages", progress):
        pages_of, jobs = documents(results, language)
        asked += jobs
        bodies += [page.to_dict() for page in pages_of]
    bodies += {b["key"]: b for b in _api_documents(results)}.values()
    figures = list(_figures(results))
    names = sorted(job.name for job in asked)
    mark = hashlib.sha256(repr((bodies, names, figures)).encode()).hexdigest()[:20]
    pictures = dict(map(draw, told(asked, "pictures", progress)))
    return Site(
        bodies,
        pictures,
        figures,
        list(results.inputs.values()),
        {
            "version": __version__,
            "region": results.region,
            "example": results.example,
            "came_along": results.came_along,
            "etag": mark,
            "definitions": definition_marks(),
            "helpers": list(results.helpers),
        },
    )


def _figures(results: Results) -> Iterator[StoredFigureRow]:
    seen: set[str] = set()
    for series in results.published.series:
        for figure in series.figures:
            if figure.id in seen:
                continue
            seen.add(figure.id)
            yield {
                **figure_dict(figure),
                "indicator": figure.indicator,
                "stage": figure.stage,
                "classification": figure.classification,
                "unit": series.unit,
                "example": results.example,
            }


def _api_documents(results: Results) -> Iterator[DocumentRow]:
    """Yield what the open data interface answers with, as documents without a language."""

    def body(key: str, data: object) -> DocumentRow:
        return {"key": key, "language": "", "title": key, "data": data}

    region = results.region
    for name in registry.pipelines():
        found = pipelines.from_published(region, results.published, name)
        key = pipelines.stored_name(region, name)
        yield body(f"api/pipeline/{key}", pipelines.answer(found).to_dict())
    yield body(f"api/kpi/{region}", goals.told_of(results, Texts("nl")).to_dict())
    yield body(f"api/places/{region}", places_listed(results.places, results.facts))
    definitions: dict[tuple[str, str | None, str | None], object] = {}
    for indicator in registry.indicators().values():
        for topic in parts.topics(indicator):
            stage = topic.stage or next(iter(indicator.stages), None)
            definition = plain(indicator_meaning(indicator, stage, topic.classification))
            definitions[topic.indicator, topic.stage, topic.classification] = definition
            yield body(f"api/definition/{topic.code}", definition)
            if topic == parts.topics(indicator)[0] and topic.code != indicator.id:
                yield body(f"api/definition/{indicator.id}", definition)


def compute(
    *,
    data: str | Path | None = None,
    region: str | None = None,
    progress: Progress | None = None,
) -> ComputeAnswer:
    """Recompute and store all figures and pictures that pages read.

    Returns
    -------
    dict
        ``{"region", "figures", "documents", "pictures", "seconds"}``.

    Raises
    ------
    DataError
        ``nothing_read`` when nothing was read here yet.
    """
    started = time.perf_counter()
    store = Store.asked(data)
    make_sure(store, region)
    for hook in entry_points(group="instroom.own_rows"):
        hook.load()(store.root)
    site = build(results_of(store, region, progress), progress=progress)
    for hook in entry_points(group="instroom.after_compute"):
        hook.load()(site, store.root)
    return {
        "region": site.build["region"],
        "figures": len(site.figures),
        "documents": len(site.documents),
        "pictures": len(site.pictures),
        "seconds": round(time.perf_counter() - started, 3),
    }


def demo(
    *, data: str | Path | None = None, lang: str = "nl", progress: Progress | None = None
) -> list[str]:
    """Fill the pages from what was read, else from the package; return the goals as lines."""
    results = results_at_hand(Store(data), progress)
    site = build(results, progress=progress)
    for hook in entry_points(group="instroom.after_compute"):
        hook.load()(site, data_directory(data))
    return goals.told_of(results, Texts(lang)).lines(lang)
