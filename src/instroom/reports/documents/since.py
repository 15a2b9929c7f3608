"""What changed at a place since the year that the goals compare with, per school type."""

from collections.abc import Sequence

from instroom.core.texts import Texts, inside
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.reports import words
from instroom.reports.documents.history import codes_counted
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic
from instroom.reports.results import PlaceInfo


def since_words(
    writer: PageWriter, topic: Topic, info: PlaceInfo, names: Sequence[str] = ()
) -> str:
    """Return a sentence per year that is compared with; empty when no goal judges school types.

    ``names`` are school types; without them all that a goal judges and that have a figure here.
    """
    t = writer.t
    said: dict[tuple[str, str, str], list[str]] = {}
    for stage, rule in _judged(topic):
        series = writer.index.get(topic, info.code, school_type=stage.school_type)
        wanted = stage.school_type in names if names else any(f.numbered for f in series)
        if wanted:
            found = verdicts.verdict(series, stage.since, rule)
            text = _outcome(rule.outcomes[found.outcome], t)
            when = _when(writer, topic, info, stage, counted=found.before is not None)
            said.setdefault((stage.since, when, text), []).append(stage.school_type)
    by_year: dict[tuple[str, str], list[str]] = {}
    for (since, when, text), types in said.items():
        line = t("{types} {verdict}", types=words.type_words(tuple(types), t), verdict=text)
        by_year.setdefault((since, when), []).append(line)
    return " ".join(
        t("Vergeleken met {year}: {list}.", year=when, list="; ".join(found))
        for (_, when), found in by_year.items()
    )


def _when(
    writer: PageWriter, topic: Topic, info: PlaceInfo, stage: models.GoalStage, *, counted: bool
) -> str:
    """Return the year that is compared with, and whose pupils its figure has if it is ``counted``.

    A school that took over another has its pupils of then, who were counted under another code.
    """
    t, year = writer.t, stage.since
    every = codes_counted(writer, topic, info.code, year, stage.school_type)
    codes = every if counted else []
    others = words.listed([code for code in codes if code != info.code], t)
    if others and info.code not in codes:
        return t("{year}, toen nog onder code {codes}", year=year, codes=others)
    if others:
        return t("{year}, met de leerlingen van code {codes} erbij", year=year, codes=others)
    return t("{year} op deze school zelf", year=year) if info.kind.startswith("school") else year


def _judged(topic: Topic) -> list[tuple[models.GoalStage, models.VerdictRule]]:
    """Return the school types of a topic by which a goal is judged, each with its rule."""
    return [
        (stage, verdicts.rule_of(goal.rule))
        for goal in registry.kpis().values()
        for stage in goal.stages
        if stage.school_type
        and (stage.indicator, stage.stage or None) == (topic.indicator, topic.stage)
    ]


def _outcome(said: models.OutcomeWords, t: Texts) -> str:
    title, note = t(said.title), t(said.note)
    return f"{inside(title)} ({note})" if note else inside(title)
