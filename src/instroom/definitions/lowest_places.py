"""Of what figures the narrowest kind of place is fixed, and that an overlay keeps to it.

What an indicator tells is a measure of a source ("early leavers" of the file of early leavers).
Whoever gives the same measure another name tells the same.
"""

from collections.abc import Mapping

from instroom.core.errors import DefinitionError, Where
from instroom.core.messages import Message
from instroom.core.places import LEVELS, Level
from instroom.definitions import models

#: A source and one of its measures.
Told = tuple[str, str]


def told_by(indicator: models.Indicator) -> set[Told]:
    """Return the measures that an indicator tells of: its part, or what it counts."""
    return {
        (source, stage.part or stage.measure)
        for stage in indicator.stages.values()
        for together in stage.sources
        for source in together
    }


def lowest_of(indicators: Mapping[str, models.Indicator]) -> dict[Told, Level]:
    """Return the narrowest kind of place per measure that may not be shown for every place."""
    found: dict[Told, Level] = {}
    for indicator in indicators.values():
        if indicator.lowest_place != LEVELS[-1]:
            for told in told_by(indicator):
                found[told] = min(
                    found.get(told, LEVELS[-1]), indicator.lowest_place, key=LEVELS.index
                )
    return found


def refuse_narrower(
    shipped: Mapping[str, models.Indicator], overlay: Mapping[str, models.Indicator], folder: str
) -> None:
    """Refuse an indicator of an overlay that tells of narrower places than what comes along.

    Raises
    ------
    DefinitionError
        ``place_too_narrow``, also when the indicator has another name and counts the same measure.
    """
    fixed = lowest_of(shipped)
    for indicator in overlay.values():
        bound = [fixed[told] for told in sorted(_uses(indicator)) if told in fixed]
        if indicator.id in shipped:
            bound.append(shipped[indicator.id].lowest_place)
        least = min(bound, key=LEVELS.index, default=LEVELS[-1])
        if LEVELS.index(indicator.lowest_place) > LEVELS.index(least):
            raise DefinitionError(
                "this may not be shown below {lowest}, and an overlay cannot change that",
                code="place_too_narrow",
                where=Where(file=f"{folder}/{indicator.id}.toml", key="lowest_place"),
                found=indicator.lowest_place,
                expected=least,
                hint=Message('write lowest_place = "{lowest}" in this file', lowest=least),
                lowest=least,
            )


def _uses(indicator: models.Indicator) -> set[Told]:
    """Return every measure that an indicator counts: what is whole in one is told by another."""
    whole = {
        (source, stage.measure)
        for stage in indicator.stages.values()
        for together in stage.sources
        for source in together
    }
    return whole | told_by(indicator)
