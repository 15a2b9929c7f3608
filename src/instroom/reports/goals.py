"""The seven goals (KPI's) of the programme: what they stand at, or what is needed to know."""

from pathlib import Path
from typing import Any

from instroom.core.quantities import significant
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring.facts import ClassifiedCounts
from instroom.monitoring.indicators import IndicatorQuery
from instroom.monitoring.indicators import series as compute_series
from instroom.privacy.published import Published, publish
from instroom.region.locate import find_place
from instroom.reports import sentences, words
from instroom.sources.store import Store


def goals(place: str, facts: ClassifiedCounts) -> Published:
    """Compute what the goals of a place need, through the gate."""
    code = find_place(place, facts.organisations)
    wanted = {i for kpi in registry.kpis().values() for i in kpi.indicators}
    region = registry.regions().get(code)
    both = (code, region.country if region else "nl")
    return publish([compute_series(IndicatorQuery(i, both), facts) for i in sorted(wanted)])


def kpi(
    *, place: str = "twente", data: str | Path | None = None, lang: str = "nl"
) -> dict[str, Any]:
    """Return the seven goals: newest figure and sentence, or what is needed to know it."""
    facts = ClassifiedCounts(Store(data))
    return to_dict(find_place(place, facts.organisations), goals(place, facts), Texts(lang))


def latest(published: Published, indicator: str, place: str) -> Figure | None:
    """Return the newest figure with a number in the default definition, else the newest one."""
    definition = registry.indicators()[indicator]
    stage = definition.default_stage if len(definition.stages) > 1 else None
    wanted = (indicator, place, stage, definition.default_classification, ())
    found = [
        f
        for f in published.figures
        if (f.indicator, f.place, f.stage, f.classification, f.by) == wanted
    ]
    known = [f for f in found if f.status in ("ok", "bounded")]
    return max(known or found, key=lambda f: f.period, default=None)


def to_dict(place: str, published: Published, t: Texts) -> dict[str, Any]:
    """Return the public shape of the seven goals."""
    kpis = sorted(registry.kpis().values(), key=lambda k: k.number)
    return {"place": place, "kpis": [_goal(kpi, place, published, t) for kpi in kpis]}


def _goal(kpi: models.Kpi, place: str, published: Published, t: Texts) -> dict[str, Any]:
    figures = [f for i in kpi.indicators if (f := latest(published, i, place))]
    known = [f for f in figures if f.status in ("ok", "bounded")]
    lead = known[0] if known else (figures[0] if figures else None)
    return {
        "id": kpi.id,
        "number": kpi.number,
        "title": t(kpi.title),
        "indicators": list(kpi.indicators),
        "value": significant(lead.value) if lead else None,
        "low": significant(lead.low) if lead else None,
        "high": significant(lead.high) if lead else None,
        "status": lead.status if lead else "missing",
        "sentence": goal_sentence(kpi, place, published, t),
        "reason": (lead.reason if lead else "not_measured") if not known else None,
    }


def goal_sentence(kpi: models.Kpi, place: str, published: Published, t: Texts) -> str:
    """Return one line: the newest figures of a goal, or what is needed."""
    parts = []
    for indicator_id in kpi.indicators:
        figure = latest(published, indicator_id, place)
        if figure and figure.status in ("ok", "bounded"):
            parts.append(sentences.with_basis(figure, words.place_name(figure.place, t), t))
    if parts:
        return " ".join(parts)
    return t("{title}: hier is nog niets gemeten. {need}", title=t(kpi.title), need=t(kpi.need))
