"""What an indicator means, and the answer of ``instroom series``."""

from dataclasses import dataclass, field

from instroom.core.answers import Answer
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry


@dataclass(frozen=True, slots=True)
class IndicatorMeaning:
    """What an indicator counts, of whom and by which rule; in words of its definition file."""

    id: str
    title: str
    definition: str
    measure: str
    unit: str
    place_of: str
    stage: str | None
    who: str | None
    classification: str | None
    classification_source: str | None
    notes: tuple[str, ...]
    need: str


def indicator_meaning(
    indicator: models.Indicator, stage: str | None, classification: str | None
) -> IndicatorMeaning:
    """Return what an indicator means, for people and programs."""
    chosen = indicator.stages.get(stage or "")
    rules = None
    if classification:
        rules = registry.classifications()[f"{indicator.classification}/{classification}"]
    return IndicatorMeaning(
        id=indicator.id,
        title=indicator.title,
        definition=indicator.definition,
        measure=indicator.measure,
        unit=indicator.unit,
        place_of=indicator.place_of,
        stage=chosen.title if chosen else None,
        who=chosen.who if chosen else None,
        classification=rules.title if rules else None,
        classification_source=rules.source if rules else None,
        notes=(*indicator.notes, *([chosen.note] if chosen and chosen.note else [])),
        need=indicator.need,
    )


@dataclass(frozen=True, eq=False, repr=False)
class SeriesAnswer(Answer):
    """The published figures of an indicator over the years (``contracts``: ``instroom series``)."""

    indicator: str
    classification: str | None
    stage: str | None
    definition: IndicatorMeaning
    series: tuple[Figure, ...]
    #: Whether figures are of the invented region; for words, as JSON tells it by their place.
    example: bool = field(default=False, metadata={"inner": True})

    def summary(self, language: str = "nl") -> str:
        """Return the newest figure that has a number, with its year."""
        t = Texts(language)
        title = t(self.definition.title)
        known = [figure for figure in self.series if figure.low is not None]
        if not known:
            return t("{title}: hier is nog geen cijfer van.", title=title)
        newest = max(known, key=lambda figure: figure.period)
        low, high = newest.low or 0.0, newest.high
        size = t.number(low, high) if newest.denominator is None else t.percent(low, high)
        return f"{title}: {size} ({newest.place}, {newest.period})"
