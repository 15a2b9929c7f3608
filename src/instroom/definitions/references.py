"""What definition files say of each other: every name in one that must be there in another."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instroom.core.messages import Message
from instroom.definitions import models
from instroom.definitions.kinds import KindName, called

#: Returns the definitions of a kind by id.
Definitions = Callable[[KindName], Mapping[str, Any]]
#: Where a name stands: kind, id and key.
Position = tuple[KindName, str, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a file (kind, id, key), the names that would be right, and what one is called."""

    kind: KindName
    id: str
    key: str
    value: str
    known: Collection[str]
    called: Message


def references(definitions: Definitions) -> Iterator[Reference]:
    """Yield every name that one definition file gives to another."""
    yield from _of_sources(definitions)
    for indicator in definitions("indicator").values():
        yield from _of_indicator(indicator, definitions)
    for pipeline in definitions("pipeline").values():
        yield from _of_pipeline(pipeline, definitions)
    for kpi in definitions("kpi").values():
        yield from _of_stages(kpi, definitions)
    with_indicators: tuple[KindName, ...] = ("kpi", "claim")
    for kind in with_indicators:
        for one in definitions(kind).values():
            for name in one.indicators:
                yield _to("indicator", definitions, (kind, one.id, "indicators"), name)
    for claim in definitions("claim").values():
        yield from _of_claim(claim, definitions)
    yield from _of_regions(definitions)
    for rule in definitions("alike").values():
        yield from _of_alike(rule, definitions)
    for page in definitions("page").values():
        yield from _of_page(page, definitions)
    yield from _of_people(definitions)


def _of_people(definitions: Definitions) -> Iterator[Reference]:
    for role in definitions("role").values():
        for name in role.organisation_kinds:
            at: Position = ("role", role.id, "organisation_kinds")
            yield _to("organisation_kind", definitions, at, name)
    for ladder in definitions("ladder").values():
        yield _to("source", definitions, ("ladder", ladder.id, "source"), ladder.source)
    for asked in definitions("yearly_questions").values():
        at = ("yearly_questions", asked.id, "")
        if asked.source:
            yield _to("source", definitions, (*at[:2], "source"), asked.source)
        if asked.competence:
            yield _to("competence", definitions, (*at[:2], "competence"), asked.competence)


def _to(of: KindName, definitions: Definitions, at: Position, value: str) -> Reference:
    return Reference(*at, value, definitions(of), called(of))


def _of_sources(definitions: Definitions) -> Iterator[Reference]:
    for source in definitions("source").values():
        yield _to("publisher", definitions, ("source", source.id, "publisher"), source.publisher)
        for name, column in source.columns.items():
            if column.codes:
                at: Position = ("source", source.id, f"columns.{name}.codes")
                yield _to("codes", definitions, at, column.codes)


def _of_indicator(indicator: models.Indicator, definitions: Definitions) -> Iterator[Reference]:
    at: tuple[KindName, str] = ("indicator", indicator.id)
    for name, stage in indicator.stages.items():
        for source in (source for together in stage.sources for source in together):
            yield _to("source", definitions, (*at, f"stages.{name}.sources"), source)
        for reason in stage.missing.values():
            yield _reason(definitions, (*at, f"stages.{name}.missing"), reason)
        if stage.within:
            key = f"stages.{name}.within"
            wholes = _wholes(indicator, definitions("indicator"))
            yield Reference(*at, key, stage.within, wholes, called("indicator"))
    if indicator.reason:
        yield _reason(definitions, (*at, "reason"), indicator.reason)
    if indicator.default_stage:
        stages = indicator.stages
        yield Reference(*at, "default_stage", indicator.default_stage, stages, Message("stage"))
    if indicator.classification:
        every = [key.split("/") for key in definitions("classification")]
        kind = called("classification")
        folders = {key[0] for key in every}
        yield Reference(*at, "classification", indicator.classification, folders, kind)
        mine = [key[1] for key in every if key[0] == indicator.classification]
        chosen = indicator.default_classification
        if chosen:
            yield Reference(*at, "default_classification", chosen, mine, kind)


def _wholes(indicator: models.Indicator, every: Mapping[str, models.Indicator]) -> list[str]:
    """Return the indicators whose part can be everybody that another counts.

    Shares by the same places and parts, which are not bounded by others themselves.
    """
    return [
        name
        for name, one in every.items()
        if one.measure == "share"
        and set(indicator.breakdowns) <= set(one.breakdowns)
        and not any(stage.within for stage in one.stages.values())
    ]


def _reason(definitions: Definitions, at: Position, value: str) -> Reference:
    known = [code for found in definitions("reasons").values() for code in found.texts]
    return Reference(*at, value, known, Message("reason"))


def _of_pipeline(
    pipeline: models.PipelineDefinition, definitions: Definitions
) -> Iterator[Reference]:
    if pipeline.told:
        told: Position = ("pipeline", pipeline.id, "told.group")
        yield Reference(*told, pipeline.told.group, pipeline.groups, Message("group of steps"))
    for name, group in pipeline.groups.items():
        if group.unread:
            yield _reason(definitions, ("pipeline", pipeline.id, f"groups.{name}"), group.unread)
        for step in group.steps:
            at: Position = ("pipeline", pipeline.id, f"groups.{name}.steps.{step.id}")
            if step.reason:
                yield _reason(definitions, at, step.reason)
                continue
            yield _to("indicator", definitions, at, step.indicator)
            if step.stage:
                stages = definitions("indicator")[step.indicator].stages
                yield Reference(*at, step.stage, stages, Message("stage"))


def _of_stages(kpi: models.Kpi, definitions: Definitions) -> Iterator[Reference]:
    yield _to("verdict", definitions, ("kpi", kpi.id, "rule"), kpi.rule)
    for number, stage in enumerate(kpi.stages):
        at: Position = ("kpi", kpi.id, f"stages.{number}")
        known = definitions("indicator")
        shares = [i for i in kpi.indicators if i in known and known[i].measure == "share"]
        yield Reference(*at, stage.indicator, shares, Message("share"))
        indicator = known.get(stage.indicator)
        if indicator is None:
            continue
        if stage.stage:
            yield Reference(*at, stage.stage, indicator.stages, Message("stage"))
        if stage.school_type:
            parts = {*indicator.school_types, *indicator.separate}
            yield Reference(*at, stage.school_type, parts, Message("school type"))


def _of_claim(claim: models.Claim, definitions: Definitions) -> Iterator[Reference]:
    shown = [claim.picture] if claim.picture else []
    parts: list[tuple[str, models.ComparedSeries | models.ClaimPicture]] = [
        *((f"compared.{number}", one) for number, one in enumerate(claim.compared)),
        *(("picture", one) for one in shown),
    ]
    for name, one in parts:
        at: Position = ("claim", claim.id, name)
        yield _to("indicator", definitions, at, one.indicator)
        indicator = definitions("indicator").get(one.indicator)
        if indicator is None:
            continue
        if one.stage:
            yield Reference(*at, one.stage, indicator.stages, Message("stage"))
        if one.school_type:
            of = {*indicator.school_types, *indicator.separate}
            yield Reference(*at, one.school_type, of, Message("school type"))
    if claim.facts:
        name = claim.facts.publisher
        yield _to("publisher", definitions, ("claim", claim.id, "facts.publisher"), name)


def _of_alike(rule: models.AlikeSchools, definitions: Definitions) -> Iterator[Reference]:
    at: tuple[KindName, str] = ("alike", rule.id)
    shares = [n for n, found in definitions("indicator").items() if found.measure == "share"]
    yield Reference(*at, "indicator", rule.indicator, shares, Message("share"))
    indicator = definitions("indicator").get(rule.indicator)
    if indicator is not None:
        yield Reference(*at, "stage", rule.stage, indicator.stages, Message("stage"))
        for name in rule.school_types:
            known = indicator.separate
            yield Reference(*at, f"school_types.{name}", name, known, Message("school type"))
    named: Position = (*at, "surroundings.source")
    yield _to("source", definitions, named, rule.surroundings.source)


def _of_regions(definitions: Definitions) -> Iterator[Reference]:
    places = list(definitions("places").values())
    towns = {code for found in places for code in found.municipalities}
    provinces = {code for found in places for code in found.provinces}
    for region in definitions("region").values():
        at: tuple[KindName, str] = ("region", region.id)
        yield Reference(*at, "province", region.province, provinces, Message("province"))
        for code in region.municipalities:
            yield Reference(*at, "municipalities", code, towns, Message("municipality"))


def _of_page(page: models.PageDefinition, definitions: Definitions) -> Iterator[Reference]:
    for section in page.sections:
        at: Position = ("page", page.id, f"sections.{section.anchor}")
        for name in section.figures:
            yield _to("indicator", definitions, at, name)
        if section.ways:
            yield _to("pipeline", definitions, at, section.ways)
