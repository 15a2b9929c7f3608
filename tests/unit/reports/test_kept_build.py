"""What a page rests on is written down whole, so that pages that stay are those that would."""

import re
from dataclasses import replace
from pathlib import Path

from instroom.privacy import published as gate
from instroom.reports import kept_build, site
from instroom.reports.result_cache import ResultCache
from instroom.reports.results import Results

pytest_plugins = ("unit.monitoring.reading",)
DOCUMENTS = Path(site.__file__).parent / "documents"


def changed(results: Results, chosen: set[int]) -> Results:
    """Return the results with one more in the numerator of these figures."""
    number, series = 0, []
    for one in results.published.series:
        figures = []
        for figure in one.figures:
            hit = number in chosen and figure.numerator and figure.denominator
            if hit and figure.value is not None:
                less = figure.value / 2
                figure = replace(figure, value=less, low=less, high=less)  # noqa: PLW2901
            figures.append(figure)
            number += 1
        series.append(replace(one, figures=tuple(figures)))
    return replace(results, published=gate.Published(tuple(series), gate._GATE))


def test_what_is_made_in_part_is_what_is_made_whole(example_results: Results) -> None:
    first = site.build(example_results)
    many = len(example_results.published.figures)
    stayed = []
    for seed in range(6):
        chosen = set(range(seed, many, (7919, 997, 503, 5000, many, 331)[seed]))
        now = changed(example_results, chosen)
        whole = site.build(now)
        part = site.build(now, before=first.kept)
        taken = part.taken_over
        assert taken is not None
        assert part.build == whole.build, "the mark is of every page, drawing and figure"
        assert part.kept == whole.kept
        name = "{language}/{key}".format
        before = {name(**row): row for row in first.documents if name(**row) in taken.documents}
        made = {name(**row): row for row in part.documents}
        assert {**before, **made} == {name(**row): row for row in whole.documents}
        drawings = {n: svg for n, svg in first.pictures.items() if n in taken.pictures}
        assert {**drawings, **part.pictures} == whole.pictures
        stays = [row for row in first.figures if in_series(row, taken.series)]
        rows = {row["id"]: row for row in [*stays, *part.figures]}
        assert rows == {row["id"]: row for row in whole.figures}
        assert part.inputs == whole.inputs
        stayed.append(len(taken.documents))
    assert max(stayed) > len(first.kept.pages) / 2, "a test that takes nothing over shows nothing"


def in_series(row, names: frozenset[str]) -> bool:
    heads = (row["indicator"], row["stage"], row["classification"])
    return kept_build.series_name(heads) in names


def test_a_kept_build_is_read_as_it_was_and_found_by_all_it_rests_on(
    example_results: Results, tmp_path: Path
) -> None:
    cache = ResultCache(tmp_path)
    kept = site.build(example_results).kept
    entry = kept_build.entry_of(example_results, cache)
    cache.put(entry, kept.written())
    found = kept_build.opened(cache, entry)
    assert found is not None
    assert found.pages == kept.pages
    assert found.series == kept.series
    file = next(iter(example_results.inputs))
    place = next(iter(example_results.places))
    others = [
        replace(example_results, example=not example_results.example),
        replace(example_results, helpers=("f" * 64,)),
        replace(example_results, inputs={**example_results.inputs, file: {"sha256": "x"}}),  # type: ignore[dict-item]
        replace(
            example_results,
            places={
                **example_results.places,
                place: replace(example_results.places[place], name="Elders"),
            },
        ),
    ]
    names = {kept_build.entry_of(one, cache) for one in others}
    assert entry not in names
    assert len(names) == len(others)


def test_no_page_takes_figures_or_files_past_the_index() -> None:
    past = re.compile(r"results\.(published|inputs)|\(\s*writer\.index\.results\b(?!\.)")
    found = {p.name for p in DOCUMENTS.glob("*.py") if past.search(p.read_text("utf-8"))}
    assert found == set()
