"""A results package: published figures of a region with the files they came from.

``instroom compute`` makes one; a small one (at least ten people in every cell) travels with the
software, so that a newcomer sees real figures without a network. ``scripts/make_package.py``
makes it.
"""

import json
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from instroom import __version__
from instroom.core.progress import Progress, told
from instroom.core.quantities import Count
from instroom.core.series import Figure, Series, unplaced_of
from instroom.core.statuses import NUMBERED
from instroom.definitions import models, registry
from instroom.definitions.gazetteer import gazetteer
from instroom.monitoring.counted_from import sources_of, with_everybody
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.indicators import series as compute_series
from instroom.privacy import published as gate
from instroom.privacy.published import Published
from instroom.region.organisations import ORGANISATION_SOURCES
from instroom.reports.package_choice import travelling
from instroom.reports.place_facts import CountedUnder, PlaceFacts, place_facts
from instroom.reports.release_changes import definition_marks
from instroom.reports.result_cache import ResultCache, series_of, series_text
from instroom.reports.schools_counted import counted_later, counted_under, schools_counted
from instroom.reports.stated_kept import keep_stated
from instroom.reports.stated_names import NamesBySchool, said_before, stated_names
from instroom.reports.stored_rows import InputRow
from instroom.sources.store import Stored

PACKAGE = Path(__file__).parents[1] / "results"


@dataclass(frozen=True, slots=True)
class PlaceInfo:
    """A place that has a page: name, kind, and what it belongs to."""

    code: str
    name: str
    kind: str
    municipality: str = ""
    board: str = ""
    #: Street and number, and town, as the register of schools has them; empty when it does not.
    street: str = ""
    town: str = ""
    #: What a school was called before, as people say it, newest first.
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Published figures of a region, the input files by sha256, and the places with a page."""

    region: str
    published: Published
    inputs: dict[str, InputRow]
    places: dict[str, PlaceInfo] = field(default_factory=dict)
    example: bool = False
    #: Whether these figures come along with the software, because no counts were read.
    came_along: bool = False
    #: Whether files were read all the same, none of which holds counts.
    uncounted: bool = False
    #: sha256 of the lists of schools and other files that figures were placed with.
    helpers: tuple[str, ...] = ()
    #: What lists say of municipalities and boards besides their figures.
    facts: dict[str, PlaceFacts] = field(default_factory=dict)


def questions(
    indicator: models.Indicator, places: tuple[str, ...], *, deep: bool
) -> list[IndicatorQuery]:
    """Return what is computed of one indicator: all stages, classifications and breakdowns."""
    stages: list[str | None] = list(indicator.stages) or [None]
    kinds: list[str | None] = [None]
    if indicator.classification:
        folder = f"{indicator.classification}/"
        kinds = [c.removeprefix(folder) for c in registry.classifications() if c.startswith(folder)]
    breakdowns: list[tuple[str, ...]] = [()]
    breakdowns += [
        (name,)
        for name in ("school_type", "gender", "kind")
        if name in indicator.breakdowns and (deep or name == "school_type")
    ]
    if deep and {"gender", "school_type"} <= set(indicator.breakdowns):
        breakdowns.append(("gender", "school_type"))
    return [
        IndicatorQuery(indicator.id, places, by, stage, kind)
        for stage in stages
        for kind in kinds
        for by in breakdowns
    ]


def compute_results(
    region: str, facts: ClassifiedCounts, progress: Progress | None = None
) -> Results:
    """Compute all figures the pages of a region need, and pass them through the gate.

    What an indicator counts is taken from the cache of the data directory when neither its
    definition nor its files nor the software changed.
    """
    definition = registry.regions()[region]
    kept = ResultCache.of(facts.store.root, "series")
    marks, files = definition_marks(), list(facts.store)
    names = stated_names(facts, files)
    keep_stated(facts)
    stated = facts.stated.mark
    found: list[Series] = []
    places: dict[str, PlaceInfo] = {}
    earlier: dict[str, CountedUnder] = {}
    later: dict[str, str] = {}
    for indicator in told(registry.indicators().values(), "indicators", progress):
        depends = [*_depends_on(indicator, files, marks), stated]
        name = kept.name([region, *depends])
        text = kept.get(name)
        if text is None:
            text = _worked_out(indicator, region, definition, facts)
            kept.put(name, text)
            facts.forget()
        listed, series = text.split("\n", 1)
        found += series_of(series)
        rows, under, after = json.loads(listed)
        later |= {code: max(year, later.get(code, "")) for code, year in after.items()}
        for code, found_under in under.items():
            earlier.setdefault(code, {}).update(found_under)
        places |= {row[0]: _named(row, names) for row in rows if row[0] not in places}
    kept.sweep()
    passed = gate.publish(found)
    shas = {sha for figure in passed.figures for sha in figure.sources}
    lists = (s.sha256 for s in files if s.source in ORGANISATION_SOURCES)
    helpers = tuple(dict.fromkeys((*lists, *facts.stated.files)))
    larger = [p.code for p in places.values() if p.kind in ("municipality", "board")]
    return Results(
        region, passed, _inputs(shas, facts), places, definition.example, helpers=helpers,
        facts=place_facts(larger, definition, facts)
        | {
            code: PlaceFacts(under=earlier.get(code, {}), later=later.get(code, ""))
            for code in sorted({*earlier, *later})
        },
    )  # fmt: skip


def _depends_on(
    indicator: models.Indicator, files: list[Stored], marks: dict[str, str]
) -> list[str]:
    """Return the marks of all that the figures of an indicator depend on."""
    sources = sources_of(indicator) | ORGANISATION_SOURCES
    seals = [s.receipt["seal"] for s in files if s.source in sources]
    return [*(marks[one.id] for one in with_everybody(indicator)), marks[""], *seals]


def _worked_out(
    indicator: models.Indicator, region: str, definition: models.Region, facts: ClassifiedCounts
) -> str:
    """Count one indicator: its places on the first line, its series (not yet judged) below."""
    around = (region,) if definition.example else (region, definition.country, definition.province)
    found = _asked(questions(indicator, around, deep=True), facts)
    listed: list[list[str | None]] = []
    under: dict[str, CountedUnder] = {}
    later: dict[str, str] = {}
    if "municipality" in indicator.breakdowns:
        listed = _places(indicator, region, definition, facts)
        codes = tuple(str(row[0]) for row in listed)
        under = counted_under(indicator, codes, facts)
        later = counted_later(indicator, codes, facts)
        found += [
            _trimmed(made)
            for made in _asked(
                [
                    question
                    for question in (questions(indicator, codes, deep=False) if codes else [])
                    if not (question.by and indicator.measure == "count")
                ],
                facts,
            )
        ]
    return f"{json.dumps([listed, under, later])}\n{series_text(found)}"


def _asked(asked: list[IndicatorQuery], facts: ClassifiedCounts) -> list[Series]:
    """Compute the series; a breakdown of files that were not read says no more than the whole."""
    made = [(question, compute_series(question, facts)) for question in asked]
    return [
        series
        for question, series in made
        if not question.by or any(figure.by or figure.period for figure in series.figures)
    ]


def _places(
    indicator: models.Indicator, region: str, definition: models.Region, facts: ClassifiedCounts
) -> list[list[str | None]]:
    """Return municipalities, boards and schools of a region: the parts of a :class:`PlaceInfo`.

    The name of a school is None: files of other sources may call it by a newer one.
    """
    gaz, schools = gazetteer(), facts.organisations
    found: dict[str, list[str | None]] = {
        code: [code, gaz.name(code), "municipality", "", ""] for code in definition.municipalities
    }
    if "school" not in indicator.breakdowns:
        return list(found.values())
    counted = schools_counted(indicator, region, facts)
    for code in sorted(counted):
        known = schools.location(code)
        where = facts.place_of(code, example=definition.example)
        municipality, board = where.municipality or "", where.board or ""
        address = (known.street, known.locality or "") if known else ("", "")
        kind = "school_po" if indicator.kinds else "school_vo"
        found[code] = [code, None, kind, municipality, board, *address]
        if board:
            found.setdefault(board, [board, board, "board", municipality, ""])
    return list(found.values())


def _named(row: list[str | None], names: NamesBySchool) -> PlaceInfo:
    """Return a place; one that its row does not name is called as the files of all sources do."""
    code, name, kind, *more = row
    said = [] if name else names.get(str(code), [])
    called = name or next(iter(said), code)
    municipality, board, street, town, *_ = (*(part or "" for part in more), "", "")
    return PlaceInfo(
        str(code), str(called), str(kind), municipality, board, street, town, said_before(said)
    )


#: Why a small place has nothing of a year: its page leaves that year out.
_NO_SCHOOLS = ("no_records", "place_not_known", "nobody_counted")


def _trimmed(series: Series) -> Series:
    """Leave out years in which a small place has no records at all."""
    kept = tuple(f for f in series.figures if f.reason not in _NO_SCHOOLS)
    return replace(series, figures=kept)


def _inputs(shas: set[str], facts: ClassifiedCounts) -> dict[str, InputRow]:
    result: dict[str, InputRow] = {}
    for sha in sorted(shas):
        stored = facts.store.get(sha)
        if stored is not None:
            receipt = stored.receipt
            definition = registry.sources()[stored.source]
            result[sha] = {
                "kind": definition.kind,
                "file": receipt["name"] if definition.kind == "file" else None,
                "sha256": sha,
                "rows": receipt["rows"],
                "licence": receipt["licence"] or "",
                "publisher": receipt["publisher"] or "",
                "source": stored.source,
                "title": definition.title,
                "vintage": receipt.get("published") or next(reversed(receipt["periods"]), ""),
            }
    return result


#: A figure of a results package; what is empty, or follows from the rest, is not written.
PackedRow = dict[str, Any]


def _figure_row(figure: Figure, unit: str) -> PackedRow:
    data = figure.to_dict()
    return {
        "indicator": figure.indicator,
        "stage": figure.stage,
        "classification": figure.classification,
        "unit": unit,
        "hidden": figure.hidden,
        **{k: value for k, value in data.items() if k != "n"},
    }


def _compact(row: PackedRow) -> str:
    """Write a row without what is empty; ``low`` and ``high`` follow from an exact value."""
    exact = row["status"] == "ok"
    kept = {k: v for k, v in row.items() if v not in (None, {}, 0, []) or k == "value"}
    for name in ("low", "high", "id"):
        if exact or name == "id":
            kept.pop(name, None)
    if kept.get("value") is None:
        kept.pop("value", None)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _count(value: Any) -> Count | None:
    if value is None:
        return None
    return Count(value["low"], value["high"]) if isinstance(value, dict) else Count(int(value))


def _restored(row: PackedRow) -> Figure:
    value = row.get("value")
    zero = 0.0 if row["status"] in NUMBERED else None
    return Figure(
        row["indicator"],
        row["period"],
        row["place"],
        row["status"],
        row.get("stage"),
        row.get("classification"),
        tuple(row.get("by", {}).items()),
        value if value is not None or row["status"] != "ok" else 0.0,
        row.get("low", value if value is not None else zero),
        row.get("high", value if value is not None else zero),
        _count(row.get("numerator", 0 if zero is not None else None)),
        _count(row.get("denominator")),
        row.get("hidden", 0),
        row.get("reason"),
        tuple(row.get("sources", ())),
        unplaced_of(row.get("unplaced")),
    )


def save(results: Results, folder: Path, *, only: frozenset[str] | None = None) -> None:
    """Write a results package.

    ``only`` keeps these places, and cells of ten people or more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    passed = results.published
    if only is not None:
        passed = passed.only(figures=travelling(passed.figures, only))
    rows = [_figure_row(figure, s.unit) for s in passed.series for figure in s.figures]
    used = {sha for row in rows for sha in row["sources"]}
    numbers = {sha: i for i, sha in enumerate(sorted(used))}
    lines = [_compact({**r, "sources": [numbers[s] for s in r["sources"]]}) for r in rows]
    (folder / "figures.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    meta = {
        "region": results.region,
        "example": results.example,
        "version": __version__,
        "published": passed.digest,
        "rules": gate.RULES,
        "inputs": [results.inputs[sha] for sha in sorted(used)],
        "places": [
            list(astuple(p)) for p in results.places.values() if only is None or p.code in only
        ],
        "facts": {
            code: {name: said for name, said in asdict(known).items() if said not in (None, {}, "")}
            for code, known in results.facts.items()
            if only is None or code in only
        },
    }
    text = json.dumps(meta, indent=0, ensure_ascii=False, separators=(",", ":"))
    (folder / "package.json").write_text(text + "\n", "utf-8")


def load(folder: Path = PACKAGE) -> Results:
    """Read a results package that :func:`save` wrote."""
    meta = json.loads((folder / "package.json").read_text("utf-8"))
    shas = [i["sha256"] for i in meta["inputs"]]
    groups: dict[tuple[Any, ...], list[Figure]] = {}
    with (folder / "figures.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            row["sources"] = [shas[i] for i in row.get("sources", ())]
            key = (row["indicator"], row["unit"], row.get("stage"), row.get("classification"))
            groups.setdefault(key, []).append(_restored(row))
    series = (
        Series(
            k[0],
            k[1],
            tuple(figures),
            k[2],
            k[3],
            open_data=True,
            audience="public",
            lowest_place=registry.indicators()[k[0]].lowest_place,
        )
        for k, figures in groups.items()
    )
    passed = gate.stored(list(series), meta["published"], meta.get("rules", 0))
    places = {p[0]: PlaceInfo(*p[:7], *map(tuple, p[7:])) for p in meta["places"]}
    inputs = {i["sha256"]: i for i in meta["inputs"]}
    facts = {code: PlaceFacts(**known) for code, known in meta.get("facts", {}).items()}
    return Results(meta["region"], passed, inputs, places, meta["example"], facts=facts)
