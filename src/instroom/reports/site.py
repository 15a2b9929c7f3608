"""``instroom compute``: all figures, pages and pictures of a region, ready to store."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import entry_points
from itertools import repeat
from pathlib import Path

from instroom import __version__
from instroom.core.answers import plain
from instroom.core.data_directory import data_directory
from instroom.core.progress import Progress, told
from instroom.core.series import Series
from instroom.core.texts import Texts, languages
from instroom.definitions import registry
from instroom.monitoring import pipeline as pipelines
from instroom.monitoring.questions import figure_dict
from instroom.monitoring.series_answer import indicator_meaning
from instroom.reports import goals, kept_build
from instroom.reports.at_hand import make_sure, results_at_hand, results_of
from instroom.reports.blocks import Document
from instroom.reports.documents import claims, home, pages, parts, people, place, places
from instroom.reports.documents.counting import counting_kinds
from instroom.reports.documents.indicator import indicator_page
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.term_links import term_finder, with_term_links
from instroom.reports.figure_index import FigureIndex, Heads, Read
from instroom.reports.kept_build import (
    KeptBuild,
    NotTheSameBuildError,
    PageRecord,
    SeriesRecord,
    TakenOver,
    build_mark,
    digest_of,
    document_digest,
    series_name,
    text_of,
)
from instroom.reports.page_addresses import refuse_unreachable
from instroom.reports.picture_queue import PictureJob, PictureQueue, draw
from instroom.reports.place_names import places_listed
from instroom.reports.release_changes import definition_marks
from instroom.reports.result_cache import ResultCache
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
    """What is stored for the pages: documents, pictures, figures, inputs, and the build's mark.

    With ``taken_over`` these are only what was made anew; the rest is as it is stored.
    """

    documents: list[DocumentRow]
    pictures: dict[str, str]
    figures: list[StoredFigureRow]
    inputs: list[InputRow]
    build: BuildMark
    kept: KeptBuild
    taken_over: TakenOver | None = None


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page with the pictures it asks for, and what was read for it."""

    document: Document
    pictures: tuple[PictureJob, ...]
    read: frozenset[Read]


def documents(results: Results, language: str) -> tuple[list[Document], list[PictureJob]]:
    """Write all pages of a region in one language; return them with the pictures they need."""
    made = made_pages(results, language)
    unique = {job.name: job for page in made for job in page.pictures}
    return [page.document for page in made], list(unique.values())


def made_pages(results: Results, language: str, same: Sequence[str | None] = ()) -> list[MadePage]:
    """Write the pages of a region in one language, but for those that stay the same.

    ``same`` has an element per page in their order: its name (``nl/places``) when it stays.
    """
    t = Texts(language)
    pictures = PictureQueue(t, results.example)
    writer = PageWriter(FigureIndex(results), t, pictures)
    writers = _writers(writer)
    stays = list(same) or [None] * len(writers)
    if len(stays) != len(writers):
        raise NotTheSameBuildError
    finder, found, keys = term_finder(language), list[MadePage](), list[str]()
    for name, write in zip(stays, writers, strict=True):
        if name is not None:
            keys.append(name.partition("/")[2])
        else:
            asked = len(pictures.jobs)
            with writer.index.reading() as read:
                page = with_term_links(_with_origin(write(writer), writer), finder, t)
            keys.append(page.key)
            found.append(MadePage(page, tuple(pictures.jobs[asked:]), frozenset(read)))
    refuse_unreachable(set(keys[: len(keys) - len(registry.pages())]))  # the last are texts
    return found


def _writers(writer: PageWriter) -> list[Callable[[PageWriter], Document]]:
    """Return a function per page, in the order of the pages."""
    found: list[Callable[[PageWriter], Document]] = [home.home_page]
    found += [partial(home.home_page, counting=kind) for kind in counting_kinds()]
    found += [pages.programme_page, pages.indicators_page]
    for indicator in registry.indicators().values():
        found += [partial(indicator_page, topic=topic) for topic in parts.topics(indicator)]
    found.append(places.places_page)
    found += [partial(place.place_page, info=info) for info in writer.index.results.places.values()]
    found += [claims.claims_page, pages.sources_page, pages.glossary_page, people.roles_page]
    return found + [partial(pages.text_page, page=page) for page in registry.pages().values()]


def _with_origin(page: Document, writer: PageWriter) -> Document:
    """Say whose figures they are: at the end of the first page, on top of goals and sources."""
    if page.key not in ("", "programme", "sources"):
        return page
    said = pages.whose_figures(writer)
    return replace(page, blocks=(*said, *page.blocks) if page.key else (*page.blocks, *said))


def build(
    results: Results, *, progress: Progress | None = None, before: KeptBuild | None = None
) -> Site:
    """Make the whole site of a region from its published figures.

    Only what the public may see: figures for one school's or board's eyes are left out.

    Parameters
    ----------
    before
        The build that is stored, when nothing but figures and states of our own rows can differ
        (:func:`kept_build.entry_of`): what rests on none that does is taken over from it.
    """
    results = replace(results, published=results.published.shown_to("public"))
    kept, figures = _series_of(results, before)
    same = before.same_pages(kept.marks) if before else set()
    bodies: list[DocumentRow] = []
    asked: list[PictureJob] = []
    for language in told(languages(), "languages", progress):
        listed = [p for p in before.pages if p.name.startswith(f"{language}/")] if before else []
        stays = [page.name if page.name in same else None for page in listed]
        made = iter(made_pages(results, language, stays))
        for old in listed or repeat(None):
            if old and old.name in same:
                kept.pages.append(old)
            elif page := next(made, None):
                body = page.document.to_dict()
                bodies.append(body)
                asked += page.pictures
                kept.pages.append(_record(page, body))
            else:
                break
    answers = list({b["key"]: b for b in _api_documents(results)}.values())
    digests = {page.name: page.digest for page in kept.pages}
    digests |= {f"/{row['key']}": document_digest(row) for row in answers}
    names = {name for page in kept.pages for name in page.pictures}
    kept.etag = build_mark(digests, names, {name: one.rows for name, one in kept.series.items()})
    unique = list({job.name: job for job in asked}.values())
    taken = _taken_over(before, kept, same, {job.name for job in unique})
    pictures = dict(map(draw, told(unique, "pictures", progress)))
    return Site(
        bodies + answers,
        pictures,
        figures,
        list(results.inputs.values()),
        {
            "version": __version__,
            "region": results.region,
            "example": results.example,
            "came_along": results.came_along,
            "etag": kept.etag,
            "definitions": definition_marks(),
            "helpers": list(results.helpers),
        },
        kept,
        taken,
    )


def _record(page: MadePage, body: DocumentRow) -> PageRecord:
    return PageRecord(
        f"{body['language']}/{body['key']}",
        document_digest(body),
        frozenset(map(text_of, page.read)),
        tuple(sorted({job.name for job in page.pictures})),
    )


def _taken_over(
    before: KeptBuild | None, kept: KeptBuild, same: Set[str], drawn: Set[str]
) -> TakenOver | None:
    """Return what stays of the build before.

    Raises
    ------
    NotTheSameBuildError
        When a page that is made anew draws what a page that stays has.
    """
    if before is None:
        return None
    pictures = {name for page in kept.pages if page.name in same for name in page.pictures}
    if pictures & drawn:
        raise NotTheSameBuildError
    stays = {name for name, one in kept.series.items() if before.series.get(name) is one}
    return TakenOver(
        before.etag, frozenset(same), frozenset(pictures), frozenset(stays), tuple(kept.series)
    )


def _series_of(
    results: Results, before: KeptBuild | None
) -> tuple[KeptBuild, list[StoredFigureRow]]:
    """Return the records of all series, and the rows of those that are not as before.

    Raises
    ------
    NotTheSameBuildError
        When there are other series, or in another order: rows would stand in another place.
    """
    parts: dict[Heads, list[Series]] = {}
    for one in results.published.series:
        if one.figures:
            parts.setdefault((one.indicator, one.stage, one.classification), []).append(one)
    digests = {
        heads: digest_of([repr((one.unit, one.figures)) for one in found])
        for heads, found in parts.items()
    }
    names = {heads: series_name(heads) for heads in parts}
    if before and list(before.series) != list(names.values()):
        raise NotTheSameBuildError
    old = before.series if before else {}
    same = {h for h in parts if (known := old.get(names[h])) and known.figures == digests[h]}
    marks = FigureIndex(results).marks(but=same)
    kept, made = KeptBuild(), list[StoredFigureRow]()
    for heads, found in parts.items():
        if heads in same:
            kept.series[names[heads]] = old[names[heads]]
            continue
        rows = list(_figures(found, example=results.example))
        made += rows
        record = SeriesRecord(digests[heads], digest_of(rows), len(rows), marks[heads])
        kept.series[names[heads]] = record
    return kept, made


def _figures(found: Iterable[Series], *, example: bool) -> Iterator[StoredFigureRow]:
    seen: set[str] = set()
    for series in found:
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
                "example": example,
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
    results = results_of(store, region, progress)
    cache = ResultCache.of(store.root, "build")
    entry = kept_build.entry_of(results, cache)
    try:
        site = _built_and_stored(results, store, progress, kept_build.opened(cache, entry))
    except NotTheSameBuildError:
        site = _built_and_stored(results, store, progress, None)
    cache.put(entry, site.kept.written())
    cache.sweep()
    return {
        "region": site.build["region"],
        "figures": sum(one.count for one in site.kept.series.values()),
        "documents": len(site.kept.pages) + sum(not row["language"] for row in site.documents),
        "pictures": len({name for page in site.kept.pages for name in page.pictures}),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _built_and_stored(
    results: Results, store: Store, progress: Progress | None, before: KeptBuild | None
) -> Site:
    site = build(results, progress=progress, before=before)
    for hook in entry_points(group="instroom.after_compute"):
        hook.load()(site, store.root)
    return site


def demo(
    *, data: str | Path | None = None, lang: str = "nl", progress: Progress | None = None
) -> list[str]:
    """Fill the pages from what was read, else from the package; return the goals as lines."""
    results = results_at_hand(Store(data), progress)
    site = build(results, progress=progress)
    for hook in entry_points(group="instroom.after_compute"):
        hook.load()(site, data_directory(data))
    return goals.told_of(results, Texts(lang)).lines(lang)
