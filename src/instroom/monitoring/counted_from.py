"""From which sources an indicator is counted: its own, those of everybody, lists of programmes."""

from instroom.definitions import models, registry
from instroom.inflow.programme_lists import SOURCES as PROGRAMME_LISTS


def with_everybody(indicator: models.Indicator) -> list[models.Indicator]:
    """Return an indicator and those whose part is everybody it counts (``Stage.within``)."""
    every = registry.indicators()
    wholes = dict.fromkeys(stage.within for stage in indicator.stages.values() if stage.within)
    return [indicator, *(every[name] for name in wholes)]


def sources_of(indicator: models.Indicator) -> set[str]:
    """Return all sources that a figure of an indicator may rest on.

    Examples
    --------
    >>> sorted(sources_of(registry.indicators()["vo_to_technical_share"]))[-2:]
    ['duo_wo_entrants', 'duo_wo_graduates']
    """
    stages = [stage for one in with_everybody(indicator) for stage in one.stages.values()]
    own = {name for stage in stages for together in stage.sources for name in together}
    listed = any("field" in stage.derived for stage in stages)
    return own | (set(PROGRAMME_LISTS) if listed else set())


def counted_from_rows(indicator: models.Indicator) -> bool:
    """Whether an indicator counts rows of the programme itself, and not a publisher's file.

    Examples
    --------
    >>> counted_from_rows(registry.indicators()["po_pupils"])
    False
    """
    known = registry.sources()
    return any(known[name].kind == "rows" for name in sources_of(indicator) if name in known)


def why_nothing(indicator: str) -> str:
    """Return why there is nothing to count: nobody recorded it, or the file was not read.

    Examples
    --------
    >>> why_nothing("po_pupils"), why_nothing("any_cooperation_share")
    ('source_not_read', 'nothing_recorded')
    """
    rows = counted_from_rows(registry.indicators()[indicator])
    return "nothing_recorded" if rows else "source_not_read"
