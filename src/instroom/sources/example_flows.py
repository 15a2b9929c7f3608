"""Invented files of flows in DUO's three layouts, as far as those are known, with their truth.

Of DUO's files only some columns were seen; the columns with a code (``... BRIN``) are in its notes,
how they are spelled is ours. Who is counted in a cell of 1 to 4 is hidden as DUO does it: ``<5``,
and the other end is ``XXXX``, ``Niet onderscheiden``, without a municipality.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from instroom.core.output_files import output_folder, written
from instroom.sources.example import (
    School,
    Size,
    as_text,
    example_colleges,
    example_schools,
    example_studies,
    shown_count,
)

Layout = Literal["duo_vo_destination", "duo_mbo_origin", "duo_ho_origin"]
#: Years of DUO's own files.
YEARS = range(2020, 2025)
#: Layout -> columns before the count; those of the far end are hidden where few are counted.
HEADERS: dict[Layout, tuple[str, ...]] = {
    "duo_vo_destination": (
        "Herkomst BRIN",
        "Herkomst naam instelling",
        "Herkomst gemeentenaam onderwijslocatie",
        "Herkomst onderwijssoort",
        "Bestemming onderwijssoort",
        "Bestemming BRIN",
        "Bestemming naam instelling",
        "Bestemming gemeentenaam onderwijslocatie",
    ),
    "duo_mbo_origin": (
        "MBO BRIN",
        "MBO naam instelling",
        "Herkomst onderwijssoort",
        "Herkomst BRIN",
        "Herkomst naam instelling",
        "Herkomst gemeentenaam onderwijslocatie",
    ),
    "duo_ho_origin": (
        "Jaar",
        "HO BRIN",
        "HO naam instelling",
        "HO naam opleiding",
        "Herkomst onderwijssoort",
        "Herkomst BRIN",
        "Herkomst naam instelling",
        "Herkomst gemeentenaam onderwijslocatie",
    ),
}
_FILES: dict[Layout, str] = {
    "duo_vo_destination": "bestemming-voortgezet-onderwijs-gediplomeerden-{year}.csv",
    "duo_mbo_origin": "herkomst-middelbaar-beroepsonderwijs-{year}.csv",
    "duo_ho_origin": "herkomst-hoger-onderwijs-{year}.csv",
}
_WORDS = {"BL": "vmbo b", "KL": "vmbo k", "TL": "vmbo t", "HAVO": "havo", "VWO": "vwo"}
_GRADUATES = {"BL": 28, "KL": 38, "TL": 56, "HAVO": 82, "VWO": 64}
#: Route -> of a hundred graduates, how many go where.
_GO = {
    "BL": {"mbo": 92, "overig bekostigd onderwijs": 1, "geen bekostigd onderwijs": 7},
    "KL": {"mbo": 93, "vo": 2, "geen bekostigd onderwijs": 5},
    "TL": {"mbo": 78, "vo": 17, "geen bekostigd onderwijs": 5},
    "HAVO": {"mbo": 6, "vo": 4, "hbo": 72, "wo": 1, "geen bekostigd onderwijs": 17},
    "VWO": {"hbo": 12, "wo": 68, "geen bekostigd onderwijs": 20},
}
_NOWHERE = ("", "", "")


@dataclass(frozen=True, slots=True)
class PlantedFlow:
    """One row before anything is hidden: its cells by column, and how many people truly."""

    cells: tuple[str, ...]
    count: int


def planted_flows(
    seed: int, year: int, size: Size = "small", spread: int = 1
) -> dict[Layout, list[PlantedFlow]]:
    """Return the rows of the three files of one year, with the true counts.

    Parameters
    ----------
    seed
        Chooses the noise.
    year
        The year of the file: in which a diploma was got, or 1 October of it.
    size
        How many schools there are; see :func:`instroom.sources.example.write_example`.
    spread
        Over how many institutions those of one school spread in each kind of education.
    """
    rng = np.random.default_rng([seed, year])
    schools = [s for s in example_schools("secondary", size) if s.routes]
    gone = list(_destinations(rng, schools, size, spread))
    return {
        "duo_vo_destination": gone,
        "duo_mbo_origin": list(_to_mbo(rng, schools, size)),
        "duo_ho_origin": list(_to_higher(rng, gone, size, year)),
    }


def flows_text(layout: Layout, flows: Iterable[PlantedFlow]) -> str:
    """Return rows as DUO writes them: small counts hidden, ``;`` between cells."""
    header = HEADERS[layout]
    side = "Bestemming" if layout == "duo_vo_destination" else "Herkomst"
    brin, name, town = (
        header.index(f"{side} {what}")
        for what in ("BRIN", "naam instelling", "gemeentenaam onderwijslocatie")
    )
    rows = []
    for flow in flows:
        cells = [*flow.cells, shown_count(flow.count)]
        if cells[-1] == "<5":
            cells[brin], cells[name], cells[town] = "XXXX", "Niet onderscheiden", ""
        rows.append(cells)
    return as_text([*header, "Aantal"], rows)


def write_flows(folder: str | Path, *, seed: int = 1, size: Size = "small") -> list[Path]:
    """Write the three files of every year as UTF-8 with a byte order mark, as DUO does.

    Returns
    -------
    list of Path
        The files written, by name.
    """
    folder = output_folder(folder)
    files = []
    for year in YEARS:
        found = planted_flows(seed, year, size, 12 if size == "large" else 1)
        for layout, flows in found.items():
            path = folder / _FILES[layout].format(year=year)
            with written(path) as place:
                place.write_bytes(flows_text(layout, flows).encode("utf-8-sig"))
            files.append(path)
    return sorted(files)


def _end(school: School) -> tuple[str, str, str]:
    return school.brin, school.name, school.town.name


def _destinations(
    rng: np.random.Generator, schools: list[School], size: Size, spread: int
) -> Iterator[PlantedFlow]:
    """Give where those with a diploma went; together they are all with a diploma."""
    ends = _ends(schools, size)
    origins = {(_end(school), route): 0 for school in schools for route in school.routes}
    for (origin, route), rank in zip(origins, range(len(origins)), strict=True):
        graduates = int(rng.poisson(_GRADUATES[route]))
        kinds = list(_GO[route])
        chances = np.array([_GO[route][kind] for kind in kinds]) / 100
        for kind, people in zip(kinds, rng.multinomial(graduates, chances), strict=True):
            choice = ends.get(kind, [_NOWHERE])
            near = [
                choice[(rank + step) % len(choice)] for step in range(min(3 * spread, len(choice)))
            ]
            for end, count in _spread(rng, int(people), near):
                yield PlantedFlow((*origin, _WORDS[route], kind, *end), count)


def _ends(schools: list[School], size: Size) -> dict[str, list[tuple[str, str, str]]]:
    found = {"mbo": [(brin, name, town.name) for brin, name, town in example_colleges(size)]}
    found["vo"] = list(dict.fromkeys(map(_end, schools)))
    for study in example_studies(size):
        found.setdefault(study.kind, []).append((study.brin, study.name, study.town.name))
    return {kind: list(dict.fromkeys(ends)) for kind, ends in found.items()}


def _spread(
    rng: np.random.Generator, people: int, ends: list[tuple[str, str, str]]
) -> list[tuple[tuple[str, str, str], int]]:
    """Divide people over institutions, most to the first; nobody gives no row."""
    weights = 0.6 ** np.arange(len(ends))
    parts = rng.multinomial(people, weights / weights.sum()).tolist()
    return [(end, count) for end, count in zip(ends, parts, strict=True) if count]


def _to_mbo(rng: np.random.Generator, schools: list[School], size: Size) -> Iterator[PlantedFlow]:
    origins = list(dict.fromkeys(map(_end, schools)))
    for brin, name, _ in example_colleges(size):
        for word in ("vmbo b", "vmbo k", "vmbo t", "havo"):
            take = rng.choice(len(origins), min(len(origins), 40), replace=False)
            for origin in (origins[i] for i in take):
                if count := int(rng.poisson(9)):
                    yield PlantedFlow((brin, name, word, *origin), count)
        nobody = int(rng.poisson(120)) + 1
        yield PlantedFlow((brin, name, "geen bekostigd onderwijs", *_NOWHERE), nobody)


def _to_higher(
    rng: np.random.Generator, gone: list[PlantedFlow], size: Size, year: int
) -> Iterator[PlantedFlow]:
    """Give who begins where in hbo and wo: those who went there from school, and who came later."""
    offered: dict[tuple[str, str], list[str]] = {}
    for study in example_studies(size):
        known = offered.setdefault((study.brin, study.name), [])
        known += [study.programme] if study.programme not in known else []
    counts: Counter[tuple[str, ...]] = Counter()
    for flow in gone:
        origin, word, kind, there = flow.cells[:3], flow.cells[3], flow.cells[4], flow.cells[5:7]
        if kind in ("hbo", "wo"):
            programmes = offered[there[0], there[1]]
            some = rng.choice(len(programmes), min(3, len(programmes)), replace=False)
            weights = np.array([6, 3, 1][: len(some)])
            parts = rng.multinomial(flow.count, weights / weights.sum())
            for at, people in zip(some.tolist(), parts.tolist(), strict=True):
                counts[str(year), *there, programmes[at], word, *origin] += people
    mbo = example_colleges(size)
    for study in example_studies(size):
        cells = (str(year), study.brin, study.name, study.programme)
        if study.kind == "hbo":
            for i in rng.choice(len(mbo), min(len(mbo), 20), replace=False).tolist():
                brin, name, town = mbo[i]
                people = int(rng.poisson(study.entrants / 20))
                counts[*cells, "mbo", brin, name, town.name] += people
        else:
            counts[*cells, "hbo", *_NOWHERE] += int(rng.poisson(study.entrants / 10))
    yield from (PlantedFlow(cells, people) for cells, people in counts.items() if people)
