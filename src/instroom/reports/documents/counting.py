"""What counts as technology: the choice of the first page, which the whole page follows."""

from instroom.core.series import Figure
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import ChoiceBlock, CountingChoice
from instroom.reports.documents import parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic


def counting_choice(writer: PageWriter, counting: str = "") -> ChoiceBlock | None:
    """Return the choice of what counts, each with what it makes of one and the same year.

    None when there is nothing to choose, or no figure to show for each.
    """
    t, first = writer.t, _chosen_stage()
    kinds = _kinds(first.indicator) if first else []
    if first is None or len(kinds) < 2:
        return None
    indicator, stage = registry.indicators()[first.indicator], first.stage or None
    known = [writer.index.known(Topic(indicator.id, stage, k), writer.region) for k in kinds]
    shared = set.intersection(*({f.period for f in figures} for figures in known))
    if not shared:
        return None
    year = max(shared)
    figures = [next(f for f in one if f.period == year) for one in known]
    who = sentences.who(figures[0], t)
    return ChoiceBlock(
        t("Wat telt als techniek? U kiest."),
        t("{who}, {moment}.", who=capital(who), moment=year),
        t(
            "{group}. De hele pagina rekent mee.",
            group=t(words.GROUPS[indicator.place_of], region=writer.region_name),
        ),
        tuple(
            _option(
                indicator,
                kind,
                figure,
                counting,
                t,
                "" if kind == indicator.default_classification else f"home/{kind}",
            )
            for kind, figure in zip(kinds, figures, strict=True)
        ),
    )


def topic_choice(writer: PageWriter, topic: Topic) -> ChoiceBlock | None:
    """Return the choice of what counts on the page of a topic; None when there is none."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    kinds = [other for other in parts.topics(indicator) if other.stage == topic.stage]
    if len(kinds) < 2 or topic.classification is None:
        return None
    known = [writer.index.known(other, writer.region) for other in kinds]
    shared = set.intersection(*({f.period for f in figures} for figures in known))
    if not shared:
        return None
    year = max(shared)
    figures = [next(f for f in one if f.period == year) for one in known]
    who = sentences.who(figures[0], t)
    return ChoiceBlock(
        t("Wat telt als techniek? U kiest."),
        t(
            "{who}, {moment}.",
            who=capital(who),
            moment=sentences.moment(figures[0], t),
        ),
        t("De pagina rekent mee."),
        tuple(
            _option(
                indicator,
                other.classification or "",
                figure,
                topic.classification,
                t,
                parts.key_of(other),
            )
            for other, figure in zip(kinds, figures, strict=True)
        ),
    )


def _option(
    indicator: models.Indicator, kind: str, figure: Figure, counting: str, t: Texts, url: str
) -> CountingChoice:
    rules = registry.classifications()[f"{indicator.classification}/{kind}"]
    bounds = figure.low or 0.0, figure.high or 0.0
    low, high = words.of_hundred(*bounds)
    amount = words.hundred(*bounds, t)
    return CountingChoice(
        t(rules.choice) or t(rules.label),
        t(rules.choice_short) or t(rules.choice) or t(rules.label),
        url,
        kind == (counting or indicator.default_classification),
        t("{amount} van de 100", amount=amount),
        low,
        high,
    )


def counting_kinds() -> list[str]:
    """Return the classifications, other than the default, that the first page can be read by."""
    first = _chosen_stage()
    if first is None:
        return []
    usual = registry.indicators()[first.indicator].default_classification
    return [kind for kind in _kinds(first.indicator) if kind != usual]


def counting_words(counting: str, t: Texts) -> str:
    """Return what is chosen when it is not the default, as it is said."""
    first = _chosen_stage()
    if not counting or first is None:
        return ""
    kind = registry.indicators()[first.indicator].classification
    return t(registry.classifications()[f"{kind}/{counting}"].choice)


def _chosen_stage() -> models.GoalStage | None:
    """Return the first share by which a goal is judged that can be counted in several ways."""
    return next((s for k in goals.in_order() for s in k.stages if _kinds(s.indicator)), None)


def _kinds(indicator_id: str) -> list[str]:
    """Return the classifications a reader can choose from, the default one first."""
    indicator = registry.indicators()[indicator_id]
    folder = f"{indicator.classification}/"
    found = [
        key.removeprefix(folder)
        for key, rules in registry.classifications().items()
        if indicator.classification and key.startswith(folder) and rules.choice
    ]
    return sorted(found, key=lambda kind: kind != indicator.default_classification)
