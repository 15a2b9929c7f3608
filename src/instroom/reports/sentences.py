"""One sentence about one figure, for goals, pages and answers alike."""

from instroom.core.places import kind_of
from instroom.core.series import Figure
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.reports import words


def stage_of(figure: Figure) -> models.Stage | None:
    """Return the stage definition that a figure belongs to."""
    stages = registry.indicators()[figure.indicator].stages
    return stages.get(figure.stage or "") or next(iter(stages.values()), None)


def moment(figure: Figure, t: Texts) -> str:
    """Return when a figure was counted, in words: a school year, or the day in it."""
    stage = stage_of(figure)
    exam = stage is not None and stage.counted == "school_year"
    return words.period_words(figure.period, "exam" if exam else "october", t)


def short_period(period: str, stage: models.Stage | None) -> str:
    """Return a school year that was counted whole, or the year of the first of October."""
    exam = stage is not None and stage.counted == "school_year"
    return period if exam else period[:4]


def who(figure: Figure, t: Texts) -> str:
    """Return who is counted, with the school types: "leerlingen in havo en vwo".

    Of a part of them (one sex, one kind of school) that is said too: who reads "of the graduates"
    would take it for all of them.
    """
    indicator, stage = registry.indicators()[figure.indicator], stage_of(figure)
    by = dict(figure.by)
    one = by.get("school_type")
    pupils = indicator.unit != "schools"  # of which all are counted, whatever they offer
    together = tuple(indicator.school_types) if indicator.measure == "share" and pupils else ()
    types = (one,) if one else together
    said = words.people(t(stage.who) if stage else "", words.type_words(types, t), t)
    parts = [
        words.part_name(name, code, t, figure.indicator)
        for name, code in figure.by
        if name != "school_type" and words.code_titles(name)
    ]
    return f"{said} ({', '.join(parts)})" if parts else said


def sentence(figure: Figure, place: str, t: Texts, when: str = "") -> str:
    """Return a figure in a sentence, with ``place`` as it is called.

    ``when`` takes the place of its period, for years that were taken together.

    A share is said of those it is a part of, with the verb of its indicator; a count of those
    who are counted.
    """
    indicator = registry.indicators()[figure.indicator]
    if indicator.measure == "count":
        return t(
            "{place}, {moment}: {number} {who}.",
            place=place,
            moment=when or moment(figure, t),
            number=words.amount(figure, t),
            who=who(figure, t),
        )
    if indicator.verb_many and figure.numerator and figure.denominator:
        return _in_numbers(figure, indicator, place, when or moment(figure, t), t)
    return t(
        "{place}, {moment}: {share} van de {who} {does}.",
        place=place,
        moment=when or moment(figure, t),
        share=words.amount(figure, t),
        who=who(figure, t),
        does=t(indicator.verb),
    )


def _in_numbers(
    figure: Figure, indicator: models.Indicator, place: str, when: str, t: Texts
) -> str:
    """Return a share of few as how many of how many, and of how many it is not known."""
    part, whole = figure.numerator, figure.denominator
    if part is None or whole is None:
        raise ValueError(figure.id)
    said = t(
        "{place}, {moment}: {n} van de {whole} {who} {does}.",
        place=place,
        moment=when,
        n=t.number(part.low),
        whole=t.number(whole.low, whole.high),
        who=who(figure, t),
        does=t(indicator.verb) if part.low == 1 else t(indicator.verb_many),
    )
    unknown = part.high - part.low
    return f"{said} {t('Van {n} is het niet bekend.', n=t.number(unknown))}" if unknown else said


def basis(figure: Figure, t: Texts) -> str:
    """Return what the number rests on: counts, definition, place of counting."""
    indicator = registry.indicators()[figure.indicator]
    if indicator.verb_many:  # the sentence says the numbers, and there is one way to count
        return t(words.PLACE_OF[indicator.place_of])
    parts = []
    if figure.numerator is not None and figure.denominator is not None:
        part, whole = figure.numerator, figure.denominator
        parts.append(
            t(
                "{part} van {whole}",
                part=t.number(part.low, part.high),
                whole=t.number(whole.low, whole.high),
            )
        )
    if figure.classification:
        rules = registry.classifications()[f"{indicator.classification}/{figure.classification}"]
        parts.append(t("telling {label}", label=t(rules.label)))
    parts.append(t(words.PLACE_OF[indicator.place_of]))
    said = ", ".join(part for part in parts if part)
    return f"{said}. {unplaced(figure, t)}".rstrip(". ")


def unplaced(figure: Figure, t: Texts) -> str:
    """Return how many people may belong here and are not counted, as nobody said where they are.

    Empty when everybody has a place.
    """
    lost = figure.unplaced
    if lost is None:
        return ""
    told = {"n": t.number(lost.people.low, lost.people.high), "who": who(figure, t)}
    if kind_of(figure.place) == "board":
        return (
            t(
                "Bij welk bestuur {n} {who} van één school horen, staat in geen bestand. Zij "
                "tellen hier niet mee en kunnen hier wel horen.",
                **told,
            )
            if lost.schools == 1
            else t(
                "Bij welk bestuur {n} {who} van {schools} scholen horen, staat in geen bestand. "
                "Zij tellen hier niet mee; een deel kan hier wel horen.",
                schools=t.number(lost.schools),
                **told,
            )
        )
    return (
        t(
            "Waar de school van {n} {who} staat, zegt geen bestand. Zij tellen alleen mee in het "
            "hele land en kunnen hier wel horen.",
            **told,
        )
        if lost.schools == 1
        else t(
            "Waar {schools} scholen met {n} {who} staan, zegt geen bestand. Zij tellen alleen mee "
            "in het hele land; een deel kan hier wel horen.",
            schools=t.number(lost.schools),
            **told,
        )
    )


def with_basis(figure: Figure, place: str, t: Texts) -> str:
    """Return the sentence and, in a second one, what it rests on."""
    rest = basis(figure, t)
    return f"{sentence(figure, place, t)} {capital(rest)}."
