"""The first screen: the question answered per stage, since when, and what counts.

Everything here follows from the goals' files (which shares, since which year) and the rule for
verdicts; nothing is worded twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from instroom.core import periods
from instroom.core.series import Figure
from instroom.core.texts import Texts
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.monitoring.verdicts import ChangeVerdict
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import (
    ChoiceBlock,
    ComparedYears,
    CountingChoice,
    GoalLine,
    GoalLines,
    Opening,
    ShareSpan,
    VerdictGroup,
    VerdictMark,
    VerdictRow,
    VerdictTable,
)
from instroom.reports.documents import parts
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic

#: Where people are counted -> what a group of verdicts is called.
GROUPS = {
    "school": "Scholen in {region}",
    "study": "Opleidingen in {region}",
    "residence": "Jongeren uit {region}",
    "none": "{region}",
}
#: The same in the line about dates.
SHORT_GROUPS = {
    "school": "Scholen",
    "study": "Opleidingen",
    "residence": "Jongeren",
    "none": "Cijfers",
}
#: Who is counted there besides the region's own youth.
WHO_ELSE = {
    "school": "",
    "study": "ook studenten van elders",
    "residence": "",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class JudgedStage:
    """One share of a goal with its verdict, and the country's figures of the same years."""

    goal: models.Kpi
    stage: models.GoalStage
    topic: Topic
    found: ChangeVerdict
    country: tuple[Figure | None, Figure | None]

    @property
    def rule(self) -> models.VerdictRule:
        """What judges it."""
        return verdicts.rule_of(self.goal.rule)

    @property
    def place_of(self) -> str:
        """Where its people are counted."""
        return registry.indicators()[self.stage.indicator].place_of


def judged(writer: PageWriter, counting: str = "") -> list[JudgedStage]:
    """Return all shares by which goals are judged, in order.

    ``counting`` names the classification that takes the place of the default one, wherever there
    is one of that name.
    """
    found = []
    for goal in sorted(registry.kpis().values(), key=lambda k: k.number):
        for stage in goal.stages:
            topic = _topic(stage, counting)
            by = {"school_type": stage.school_type} if stage.school_type else {}
            index = writer.index
            verdict = verdicts.verdict(
                index.get(topic, writer.region, **by), stage.since, verdicts.rule_of(goal.rule)
            )
            beside = writer.country if writer.country in writer.beside else ""
            national = {f.period: f for f in index.known(topic, beside, **by)}
            pair = [national.get(f.period) if f else None for f in (verdict.before, verdict.now)]
            found.append(JudgedStage(goal, stage, topic, verdict, (pair[0], pair[1])))
    return found


def _topic(stage: models.GoalStage, counting: str) -> Topic:
    indicator = registry.indicators()[stage.indicator]
    kind = indicator.default_classification
    if counting and f"{indicator.classification}/{counting}" in registry.classifications():
        kind = counting
    return Topic(stage.indicator, stage.stage or None, kind)


def mark_of(row: JudgedStage, t: Texts, *, named: bool = False) -> VerdictMark:
    """Return a verdict as a mark; ``named`` puts the stage before its short word ("havo minder").

    Only what is certain has a colour, and only where more is better or worse.
    """
    said = row.rule.outcomes[row.found.outcome]
    text = t(said.title)
    if named:
        text = t("{name} {verdict}", name=t(row.stage.label), verdict=t(said.short))
    colour = verdicts.colour(row.found, row.stage.indicator)
    return VerdictMark(text, said.shape, colour, t(said.note))


def question(writer: PageWriter) -> str:
    """Return what the first page answers."""
    return writer.t("Kiezen meer jongeren in {region} voor techniek?", region=writer.region_name)


def opening(writer: PageWriter, rows: Sequence[JudgedStage]) -> Opening:
    """Return question, answer, comparison years and age of the data."""
    t, region = writer.t, writer.region_name
    answer = []
    for place_of in dict.fromkeys(row.place_of for row in rows):
        mine = [row for row in rows if row.place_of == place_of]
        group = t(GROUPS[place_of], region=region)
        answer.append(t("{group}: {list}.", group=group, list=_said_together(mine, t)))
    overall = verdicts.overall([row.found for row in rows])
    rule = rows[0].rule if rows else verdicts.rule_of()
    return Opening(
        question(writer),
        t(rule.overall[overall]),
        tuple(answer),
        tuple(_dates(rows, t)),
        _since_start(writer, rows),
    )


def _said_together(rows: Sequence[JudgedStage], t: Texts) -> str:
    """Return "havo minder, mbo en wo niet zeker": what is certain first, equal words once."""
    said: dict[str, list[JudgedStage]] = {}
    for row in sorted(rows, key=lambda row: row.found.outcome not in ("more", "less")):
        said.setdefault(t(row.rule.outcomes[row.found.outcome].short), []).append(row)
    return ", ".join(
        f"{words.listed([t(row.stage.label) for row in mine], t)} {word}"
        for word, mine in said.items()
    )


def _dates(rows: Sequence[JudgedStage], t: Texts) -> Iterator[ComparedYears]:
    """Yield per group which two years are compared, and when the newest one ended."""
    for place_of in dict.fromkeys(row.place_of for row in rows):
        mine = [row for row in rows if row.place_of == place_of]
        since = words.listed(list(dict.fromkeys(_moment(r, r.stage.since) for r in mine)), t)
        known = [(row.found.now, row) for row in mine if row.found.now]
        if known:
            figure, row = max(known, key=lambda pair: pair[0].period)
            now = _moment(row, figure.period)
            yield ComparedYears(t(SHORT_GROUPS[place_of]), now, since, _ends(figure))


def _moment(row: JudgedStage, period: str) -> str:
    """Return a school year in which was counted, or the year of the first of October."""
    stage = parts.stage_of(row.topic)
    if stage is not None and stage.counted == "school_year":
        return period
    return period[:4]


def _ends(figure: Figure) -> int:
    """Return the calendar year in which what a figure counts came to an end."""
    stage = sentences.stage_of(figure)
    start = periods.parse(figure.period).start
    return start + 1 if stage is not None and stage.counted == "school_year" else start


def _since_start(writer: PageWriter, rows: Sequence[JudgedStage]) -> str:
    """Return what the figures say since the programme began; usually that they do not yet."""
    t = writer.t
    starts = {row.goal.start for row in rows if row.goal.start}
    if not starts:
        return ""
    start = min(starts)
    after = []
    for row in (row for row in rows if row.goal.start):
        by = {"school_type": row.stage.school_type} if row.stage.school_type else {}
        found = verdicts.verdict(
            writer.index.get(row.topic, writer.region, **by), row.goal.start, row.rule
        )
        if found.now is not None and found.before is not None:
            after.append(JudgedStage(row.goal, row.stage, row.topic, found, (None, None)))
    began = t("Het programma begon in {year}.", year=periods.parse(start).start + 1)
    if not after:
        return began + " " + t("Wat het doet, zeggen deze cijfers nog niet.")
    return t(
        "{began} Sinds {start}: {list}. Of dat door het programma komt, zeggen deze cijfers niet.",
        began=began,
        start=start,
        list=_said_together(after, t),
    )


def counting_choice(writer: PageWriter, counting: str = "") -> ChoiceBlock | None:
    """Return the choice of what counts, each with what it makes of the first goal's newest year.

    None when there is nothing to choose, or no figure to show for it.
    """
    t = writer.t
    first = next((s for k in _by_number() for s in k.stages if _kinds(s.indicator)), None)
    if first is None:
        return None
    indicator = registry.indicators()[first.indicator]
    options, newest = [], None
    for kind in _kinds(first.indicator):
        topic = Topic(first.indicator, first.stage or None, kind)
        figure = writer.index.latest(topic, writer.region)
        if figure is None or figure.low is None or figure.high is None:
            return None
        newest = figure
        rules = registry.classifications()[f"{indicator.classification}/{kind}"]
        usual = kind == indicator.default_classification
        options.append(
            CountingChoice(
                t(rules.choice),
                t(rules.choice_short) or t(rules.choice),
                "" if usual else f"home/{kind}",
                kind == (counting or indicator.default_classification),
                t(
                    "{amount} van de 100",
                    amount=_rounded(figure.low, figure.high, t),
                ),
                100 * figure.low,
                100 * figure.high,
            )
        )
    if newest is None or len(options) < 2:
        return None
    who = sentences.who(newest, t)
    return ChoiceBlock(
        t("Wat telt als techniek? U kiest."),
        t(
            "{who}, {moment}.",
            who=who[:1].upper() + who[1:],
            moment=newest.period,
        ),
        t("Scholen in {region}. De hele pagina rekent mee.", region=writer.region_name),
        tuple(options),
    )


def counting_kinds() -> list[str]:
    """Return the classifications, other than the default, that the first page can be read by."""
    first = next((s for k in _by_number() for s in k.stages if _kinds(s.indicator)), None)
    if first is None:
        return []
    usual = registry.indicators()[first.indicator].default_classification
    return [kind for kind in _kinds(first.indicator) if kind != usual]


def _by_number() -> list[models.Kpi]:
    return sorted(registry.kpis().values(), key=lambda k: k.number)


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


def _rounded(low: float, high: float, t: Texts) -> str:
    """Return "47 tot 50": never narrower than the bounds."""
    first, last = floor(100 * low + 1e-9), ceil(100 * high - 1e-9)
    if abs(high - low) < 1e-12:
        first = last = round(100 * low)
    return str(first) if first == last else t("{low} tot {high}", low=first, high=last)


def verdict_table(writer: PageWriter, rows: Sequence[JudgedStage]) -> VerdictTable | None:
    """Return the verdict per stage: word, then and now, the country, all on one axis."""
    t = writer.t
    if not rows:
        return None
    spans = [s for row in rows for s in _spans(row) if s]
    low = floor(min((s.low for s in spans), default=0.0) * 10) / 10
    high = ceil(max((s.high for s in spans), default=1.0) * 10) / 10
    ticks = [x / 10 for x in range(round(low * 10), round(high * 10) + 1) if x % 2 == 0]
    groups = []
    for place_of in dict.fromkeys(row.place_of for row in rows):
        mine = [row for row in rows if row.place_of == place_of]
        groups.append(
            VerdictGroup(
                t(GROUPS[place_of], region=writer.region_name),
                t(WHO_ELSE[place_of]),
                _what(mine, t),
                tuple(_row(row, t) for row in mine),
            )
        )
    return VerdictTable(
        "antwoord",
        t("Per onderwijssoort: toen, nu, en Nederland ernaast"),
        words.place_name(writer.country, t) if writer.country in writer.beside else "",
        writer.country.upper(),
        tuple(groups),
        low,
        high,
        tuple((x, t.percent(x, digits=0)) for x in ticks if low < x < high),
    )


def _what(rows: Sequence[JudgedStage], t: Texts) -> str:
    """Return what is compared in a group: "eindexamen 2014-2015 → 2023-2024"."""
    first = rows[0]
    stage = parts.stage_of(first.topic)
    years = {
        (row.stage.since, row.found.now.period if row.found.now else row.stage.since)
        for row in rows
    }
    title = t(stage.title) if stage else ""
    if len(years) != 1:
        return title
    since, now = next(iter(years))
    if stage is not None and stage.counted == "school_year":
        return f"{title} {since} → {now}"
    return f"{title} {since[:4]} → {now[:4]}"


def _spans(row: JudgedStage) -> tuple[ShareSpan | None, ...]:
    figures = (row.found.before, row.found.now, *row.country)
    return tuple(
        ShareSpan(f.low, f.high) if f and f.low is not None and f.high is not None else None
        for f in figures
    )


def _row(row: JudgedStage, t: Texts) -> VerdictRow:
    before, now, then_there, now_there = _spans(row)
    shown = row.found.now
    return VerdictRow(
        t(row.stage.label),
        t(row.stage.small),
        mark_of(row, t),
        words.plain_amount(row.found.before, t),
        words.amount(shown, t) if shown else t("geen cijfer"),
        " → ".join(
            (words.plain_amount(row.country[0], t), words.amount(row.country[1], t))
            if row.country[0] and row.country[1]
            else [words.amount(f, t) for f in row.country if f]
        ),
        parts.key_of(row.topic),
        (before, now, then_there, now_there),
        shown.id if shown else "",
    )


def goal_lines(writer: PageWriter, rows: Sequence[JudgedStage]) -> GoalLines:
    """Return the goals as one line each: verdicts, else the newest figure, else that there is none."""
    t = writer.t
    lines = []
    for state in goals.states(writer.index.results.published, writer.region):
        marks = tuple(
            mark_of(row, t, named=True)
            for row in rows
            if row.goal.id == state.kpi.id and row.found.now is not None
        )
        none = verdicts.rule_of(state.kpi.rule).outcomes["not_measured"]
        if not marks and state.lead and state.measured:
            marks = (VerdictMark(words.amount(state.lead, t), "even"),)
        lines.append(
            GoalLine(
                state.kpi.number,
                t(state.kpi.title),
                f"programme#{state.kpi.id}",
                marks or (VerdictMark(t(none.title), none.shape),),
                state.measured,
            )
        )
    return GoalLines(
        "doelen",
        t(
            "{n} van de {all} doelen zijn gemeten",
            n=sum(line.measured for line in lines),
            all=len(lines),
        ),
        tuple(lines),
        t("Waar nog niets gemeten is, staat bij het doel wat daarvoor nodig is."),
    )
