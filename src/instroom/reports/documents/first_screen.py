"""The first screen: the question answered per stage, since when, and what counts.

Everything here follows from the goals' files (which shares, since which year) and the rule for
verdicts; nothing is worded twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from instroom.core import periods
from instroom.core.series import Figure
from instroom.core.texts import Texts, inside
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.monitoring.verdicts import ChangeVerdict
from instroom.reports import goals, sentences, words
from instroom.reports.blocks import (
    ComparedYears,
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
from instroom.reports.figure_index import FigureIndex, Topic

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
    country: tuple[Figure | None, Figure | None] = (None, None)

    @property
    def rule(self) -> models.VerdictRule:
        """What judges it."""
        return verdicts.rule_of(self.goal.rule)

    @property
    def place_of(self) -> str:
        """Where its people are counted."""
        return registry.indicators()[self.stage.indicator].place_of

    @property
    def years(self) -> tuple[str, str]:
        """The year that is compared with and the newest one, as the rows say them."""
        counted = parts.stage_of(self.topic)
        since = sentences.short_period(self.stage.since, counted)
        now = self.found.now
        return since, sentences.short_period(now.period, counted) if now else since

    def figures(self, index: FigureIndex, place: str) -> list[Figure]:
        """Return the share over the years at a place."""
        by = {"school_type": self.stage.school_type} if self.stage.school_type else {}
        return index.get(self.topic, place, **by)


def judged(writer: PageWriter, counting: str = "") -> list[JudgedStage]:
    """Return all shares by which goals are judged, in order.

    ``counting`` names the classification that takes the place of the default one, wherever there
    is one of that name.
    """
    return [
        _judged(writer, goal, stage, counting) for goal in goals.in_order() for stage in goal.stages
    ]


def _judged(
    writer: PageWriter, goal: models.Kpi, stage: models.GoalStage, counting: str
) -> JudgedStage:
    row = JudgedStage(goal, stage, _topic(stage, counting), ChangeVerdict("not_measured", ""))
    found = verdicts.verdict(row.figures(writer.index, writer.region), stage.since, row.rule)
    beside = writer.country if writer.country in writer.beside else ""
    national = {f.period: f for f in row.figures(writer.index, beside) if f.numbered}
    before, now = (national.get(f.period) if f else None for f in (found.before, found.now))
    return replace(row, found=found, country=(before, now))


def _topic(stage: models.GoalStage, counting: str) -> Topic:
    indicator = registry.indicators()[stage.indicator]
    kind = registry.counted_by(indicator, counting)
    several = len(indicator.stages) > 1
    moment = (stage.stage or indicator.default_stage) if several else None
    return Topic(stage.indicator, moment, kind)


def mark_of(row: JudgedStage, t: Texts, *, named: bool = False) -> VerdictMark:
    """Return a verdict as a mark; ``named`` puts the stage before it ("havo minder").

    Only what is certain has a colour, and only where more is better or worse.
    """
    said = row.rule.outcomes[row.found.outcome]
    text = t(said.title)
    if named:
        text = t("{name} {verdict}", name=t(row.stage.label), verdict=inside(text))
    colour = verdicts.colour(row.found, row.stage.indicator)
    note = t(said.note)
    if row.found.broken:
        note = t("andere telling sinds {year}", year=row.found.broken)
    return VerdictMark(text, said.shape, colour, note)


def question(writer: PageWriter) -> str:
    """Return what the first page answers."""
    return writer.t("Kiezen meer jongeren in {region} voor techniek?", region=writer.region_name)


def opening(writer: PageWriter, rows: Sequence[JudgedStage]) -> Opening:
    """Return question, answer, comparison years and age of the data."""
    t, region = writer.t, writer.region_name
    answer = [
        t(
            "{group}: {list}.",
            group=t(words.GROUPS[place_of], region=region),
            list=said_together(mine, t),
        )
        for place_of, mine in _groups(rows)
    ]
    # "More" answers the question only of shares that are better when they are higher.
    asked = [r.found for r in rows if registry.indicators()[r.stage.indicator].better == "higher"]
    overall = verdicts.overall(asked)
    rule = rows[0].rule if rows else verdicts.rule_of()
    return Opening(
        question(writer),
        t(rule.overall[overall]) if asked else "",
        tuple(answer),
        tuple(dates(rows, t)),
        since_start(writer, rows),
    )


def verdict_lines(writer: PageWriter, rows: Sequence[JudgedStage]) -> Iterator[str]:
    """Yield per group what the verdicts are and which years they compare."""
    t = writer.t
    for place_of, mine in _groups([row for row in rows if row.found.now and row.found.before]):
        since, now = (list(dict.fromkeys(row.years[i] for row in mine)) for i in (0, 1))
        yield t(
            "{group}, {now} naast {since}: {list}.",
            group=t(words.GROUPS[place_of], region=writer.region_name),
            now=words.listed(now, t),
            since=words.listed(since, t),
            list=said_together(mine, t),
        )


def _groups(rows: Sequence[JudgedStage]) -> Iterator[tuple[str, list[JudgedStage]]]:
    """Yield the rows that are counted in one way, in order."""
    for place_of in dict.fromkeys(row.place_of for row in rows):
        yield place_of, [row for row in rows if row.place_of == place_of]


def said_together(rows: Sequence[JudgedStage], t: Texts) -> str:
    """Return "havo minder, mbo en wo niet zeker": what is certain first, equal words once."""
    said: dict[str, list[JudgedStage]] = {}
    for row in sorted(rows, key=lambda row: row.found.outcome not in ("more", "less")):
        said.setdefault(t(row.rule.outcomes[row.found.outcome].short), []).append(row)
    return ", ".join(
        f"{words.listed([t(row.stage.label) for row in mine], t)} {word}"
        for word, mine in said.items()
    )


def dates(rows: Sequence[JudgedStage], t: Texts) -> Iterator[ComparedYears]:
    """Yield per group which years are compared, and when the oldest of the newest ended."""
    for place_of, mine in _groups(rows):
        known = [row for row in mine if row.found.now and row.found.before]
        since, now = (list(dict.fromkeys(row.years[i] for row in known)) for i in (0, 1))
        if known:
            yield ComparedYears(
                t(SHORT_GROUPS[place_of]),
                words.listed(now, t),
                words.listed(since, t),
                min(ended(row.found.now) for row in known if row.found.now),
            )


def ended(figure: Figure) -> int:
    """Return the calendar year in which what a figure counts came to an end."""
    stage = sentences.stage_of(figure)
    start = periods.parse(figure.period).start
    return start + 1 if stage is not None and stage.counted == "school_year" else start


def since_start(writer: PageWriter, rows: Sequence[JudgedStage]) -> str:
    """Return what the figures say since the programme began; usually that they do not yet."""
    t, said, later = writer.t, [], False
    starts = sorted({row.goal.start for row in rows if row.goal.start})
    for start in starts:
        mine = [row for row in rows if row.goal.start == start]
        found = [
            verdicts.verdict(row.figures(writer.index, writer.region), start, row.rule)
            for row in mine
        ]
        later = later or any(one.now for one in found)
        after = [
            replace(row, found=one)
            for row, one in zip(mine, found, strict=True)
            if one.now and one.before
        ]
        if after:
            said.append(t("Sinds {start}: {list}.", start=start, list=said_together(after, t)))
    if not starts:
        return ""
    first = periods.parse(starts[0])
    year = first.start + 1 if first.kind == "school" else first.start
    began = t("Het programma begon in {year}.", year=year)
    if not said and later:
        why = t("Wat het doet, is niet te zeggen: over {start} is geen cijfer.", start=starts[0])
        return f"{began} {why}"
    if not said:
        return began + " " + t("Wat het doet, zeggen deze cijfers nog niet.")
    cause = t("Of dat door het programma komt, zeggen deze cijfers niet.")
    return " ".join([began, *said, cause])


def verdict_table(writer: PageWriter, rows: Sequence[JudgedStage]) -> VerdictTable | None:
    """Return the verdict per stage: word, then and now, the country, all on one axis."""
    t = writer.t
    if not rows:
        return None
    spans = [s for row in rows for s in _spans(row) if s]
    low = floor(min((s.low for s in spans), default=0.0) * 10) / 10
    high = ceil(max((s.high for s in spans), default=1.0) * 10) / 10
    ticks = [x / 10 for x in range(round(low * 10), round(high * 10) + 1) if x % 2 == 0]
    beside = words.place_name(writer.country, t) if writer.country in writer.beside else ""
    return VerdictTable(
        "antwoord",
        t("Per onderwijssoort: toen, nu, en {country} ernaast", country=beside)
        if beside
        else t("Per onderwijssoort: toen en nu"),
        beside,
        writer.country.upper() if beside else "",
        tuple(_group(place_of, mine, writer) for place_of, mine in _groups(rows)),
        low,
        high,
        tuple((x, t.percent(x, digits=0)) for x in ticks if low < x < high),
    )


def _group(place_of: str, rows: Sequence[JudgedStage], writer: PageWriter) -> VerdictGroup:
    """Return the rows of a group; the years that most share are said once, others in the row."""
    t = writer.t
    usual = Counter(row.years for row in rows).most_common(1)[0][0]
    stage = parts.stage_of(rows[0].topic)
    said = (t(stage.title) if stage else "", _arrow(usual))
    return VerdictGroup(
        t(words.GROUPS[place_of], region=writer.region_name),
        t(WHO_ELSE[place_of]),
        " ".join(filter(None, said)),
        tuple(_row(row, t, "" if row.years == usual else _arrow(row.years)) for row in rows),
    )


def _arrow(years: tuple[str, str]) -> str:
    return " → ".join(dict.fromkeys(years))


def _spans(row: JudgedStage) -> tuple[ShareSpan | None, ...]:
    figures = (row.found.before, row.found.now, *row.country)
    return tuple(
        ShareSpan(f.low, f.high) if f and f.low is not None and f.high is not None else None
        for f in figures
    )


def _row(row: JudgedStage, t: Texts, years: str) -> VerdictRow:
    before, now, then_there, now_there = _spans(row)
    shown = row.found.now
    return VerdictRow(
        t(row.stage.label),
        t(row.stage.small),
        mark_of(row, t),
        words.plain_amount(row.found.before, t) if before or now else "",
        words.amount(shown, t) if shown else t("geen cijfer"),
        f"{words.plain_amount(row.country[0], t)} → {words.amount(row.country[1], t)}"
        if row.country[1]
        else "",
        parts.key_of(row.topic),
        (before, now, then_there, now_there),
        shown.id if shown else "",
        years,
    )


def goal_lines(writer: PageWriter, rows: Sequence[JudgedStage]) -> GoalLines:
    """Return the goals as one line each: verdicts, else the newest figure, else that there is none."""
    t = writer.t
    lines = []
    for state in goals.states(writer.index.published, writer.region):
        marks = judged_marks = tuple(
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
                state.measured or bool(judged_marks),
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
