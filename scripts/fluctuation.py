"""How much shares move from year to year when nothing changes: the numbers in ``[fluctuation]``.

    instroom read FOLDER...            # DUO's exam, mbo, hbo and wo files
    python scripts/fluctuation.py [DATA]

All COROP areas of the country, every pair of years with exact figures and at least a hundred
people. What is left of a change after that of the country is taken off is chance (and what truly
differs between areas, so the answer errs on the careful side). Its square is fitted, weighted by
its size, to ``schools * share * (1 - share) * (1/n0 + 1/n1) + 2 * years ** 2`` with both at least 0
(Lawson and Hanson's non-negative least squares). The last columns are the check: how often one of
these changes would have been called certain or possible (5 and 20 % is right), and how often so for
single schools, which were not fitted.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from scipy.optimize import nnls

from instroom.core import periods
from instroom.definitions import registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery, series
from instroom.monitoring.verdicts import fluctuation_of
from instroom.sources.store import Store
from instroom.stats.intervals import direction, quantile

LEAST = 100
LEAST_SCHOOL = 20
#: A share near 0 or 1 belongs to an institution without (or with nothing but) technology.
INSIDE = (0.05, 0.95)
Years = dict[int, tuple[float, int]]


def exact(
    facts: ClassifiedCounts, query: IndicatorQuery, part: str, school_type: str
) -> dict[str, Years]:
    """Return share and n per first year, per place (or per part of one), exact figures only."""
    found: dict[str, Years] = defaultdict(dict)
    for figure in series(query, facts).figures:
        by = dict(figure.by)
        if by.get("school_type", "") != school_type or figure.status != "ok" or not figure.n:
            continue
        where = by[part] if part else figure.place
        found[where][periods.parse(figure.period).start] = (figure.low or 0.0, figure.n)
    return found


def changes(
    areas: Mapping[str, Years], country: Years, lag: int, least: int
) -> Iterator[tuple[float, tuple[float, int], tuple[float, int]]]:
    """Yield the change beyond the country's, and (share, n) of both years."""
    for years in areas.values():
        for start, before in years.items():
            after = years.get(start + lag)
            if after is None or min(before[1], after[1]) < least:
                continue
            if not INSIDE[0] < (before[0] + after[0]) / 2 < INSIDE[1]:
                continue
            if start in country and start + lag in country:
                national = country[start + lag][0] - country[start][0]
                yield after[0] - before[0] - national, before, after


def fitted(found: list[tuple[float, tuple[float, int], tuple[float, int]]]) -> tuple[float, float]:
    """Return ``schools`` and ``years`` that fit the squared changes best."""
    lot = np.array(
        [sum((p + q) / 2 * (1 - (p + q) / 2) / n for n in (m, k)) for _, (p, m), (q, k) in found]
    )
    squares = np.array([d * d for d, _, _ in found])
    weight = 1 / (1.5 * lot + 6e-5)
    design = np.column_stack([lot, np.full(len(lot), 2.0)]) * weight[:, None]
    (schools, years), _ = nnls(design, squares * weight)
    return float(schools), float(years) ** 0.5


def called(
    found: list[tuple[float, tuple[float, int], tuple[float, int]]], indicator: str, kind: str
) -> str:
    """Return how often the rule with its present numbers calls such a change certain, possible."""
    rule, chance = registry.verdicts()["change"], fluctuation_of(indicator, kind)
    answers = []
    for certainty in (rule.certain, rule.maybe):
        z, hits = quantile(certainty), 0
        for change, (share, n), (_, m) in found:
            after = min(max(share + change, 0.0), 1.0)
            hits += bool(direction((share, share, n), (after, after, m), chance, z))
        answers.append(f"{100 * hits / len(found):.1f} %" if found else "-")
    return " / ".join(answers)


def main(data: str | None) -> None:
    """Print one line per share, school type, classification and distance between the years."""
    facts = ClassifiedCounts(Store(data))
    corops = tuple(code for found in registry.places().values() for code in found.corops)
    print("indicator  classification  part  lag | pairs  schools  years | areas  schools")
    for indicator in registry.indicators().values():
        if indicator.measure != "share" or not indicator.classification:
            continue
        folder = f"{indicator.classification}/"
        kinds = [c.removeprefix(folder) for c in registry.classifications() if c.startswith(folder)]
        parts = ["", *indicator.separate] if "school_type" in indicator.breakdowns else [""]
        for kind in kinds:
            for part in parts:
                for lag in (1, 3):
                    line(facts, indicator.id, kind, part, lag, corops)


def line(
    facts: ClassifiedCounts, indicator: str, kind: str, part: str, lag: int, corops: tuple[str, ...]
) -> None:
    """Print what was found for one share."""
    by = ("school_type",) if part else ()
    ask = IndicatorQuery(indicator, corops, by, None, kind)
    national = exact(facts, IndicatorQuery(indicator, ("nl",), by, None, kind), "", part)
    found = list(changes(exact(facts, ask, "", part), national.get("nl", {}), lag, LEAST))
    if len(found) < 20:
        return
    schools, years = fitted(found)
    ask = IndicatorQuery(indicator, ("nl",), ("school", *by), None, kind)
    single = list(
        changes(exact(facts, ask, "school", part), national.get("nl", {}), lag, LEAST_SCHOOL)
    )
    print(
        f"{indicator}  {kind}  {part or 'all'}  {lag} | {len(found)}  {schools:.2f}  {years:.4f} | "
        f"{called(found, indicator, part)}  {called(single, indicator, part)} ({len(single)})"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
