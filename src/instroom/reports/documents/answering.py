"""The opening of an indicator's page: its question, the answer by rule, since when, what counts.

What is judged, and against which year, is said by the goals' files; without that, the newest
figure is the answer and no verdict is given.
"""

from collections.abc import Sequence

from instroom.core.series import Figure
from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.monitoring import verdicts
from instroom.reports import sentences, words
from instroom.reports.blocks import ComparedYears, Opening
from instroom.reports.documents import first_screen, parts
from instroom.reports.documents.first_screen import JudgedStage
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic

#: Below this share "van de 100" says too little, and a percentage is written.
SMALL = 0.05


def rows_of(writer: PageWriter, topic: Topic) -> list[JudgedStage]:
    """Return the shares of a topic by which a goal is judged, one per school type."""
    found: dict[str, JudgedStage] = {}
    for row in first_screen.judged(writer, topic.classification or ""):
        if row.topic == topic:
            found.setdefault(row.stage.school_type, row)
    return list(found.values())


def question(writer: PageWriter, topic: Topic) -> str:
    """Return what the page of a topic answers; its title when its file asks nothing."""
    indicator = registry.indicators()[topic.indicator]
    stage = indicator.stages.get(topic.stage or "")
    text = (stage.question if stage else "") or indicator.question or indicator.title
    return writer.t(text, region=writer.region_name)


def opening(writer: PageWriter, topic: Topic, rows: Sequence[JudgedStage]) -> Opening:
    """Return question, answer, compared years and what stands beside them."""
    asked = question(writer, topic)
    if any(row.found.now for row in rows):
        said = (*_beside(writer, rows), *_elsewhere(writer, topic))
        return Opening(
            asked,
            "",
            (" ".join(_judged(rows, writer.t)),),
            tuple(first_screen.dates(rows, writer.t)),
            " ".join((*said, first_screen.since_start(writer, rows))),
        )
    return _plain(writer, topic, asked)


def outcome(row: JudgedStage, t: Texts) -> str:
    """Return a verdict in a word or two."""
    return t(row.rule.outcomes[row.found.outcome].short)


def _judged(rows: Sequence[JudgedStage], t: Texts) -> list[str]:
    """Return what is certain with its numbers, and what is not in as few words as will do."""
    if len(rows) == 1:
        (row,) = rows
        said = t(row.rule.outcomes[row.found.outcome].title)
        return [t("{verdict}: {change}.", verdict=said, change=_change(row, t))]
    certain = [row for row in rows if row.found.outcome in ("more", "less")]
    lines = [
        t(
            "{name}: {verdict}, {change}.",
            name=capital(t(row.stage.label)),
            verdict=outcome(row, t),
            change=_change(row, t),
        )
        for row in certain
    ]
    rest: dict[str, list[str]] = {}
    for row in rows:
        if row not in certain:
            rest.setdefault(outcome(row, t), []).append(t(row.stage.label))
    lines.append(
        " ".join(
            t("{name}: {verdict}.", name=capital(words.listed(names, t)), verdict=word)
            for word, names in rest.items()
        )
    )
    if not certain:
        lines.append(_side_by_side([(t(r.stage.label), r.found.now) for r in rows], t))
    return [line for line in lines if line]


def _change(row: JudgedStage, t: Texts) -> str:
    """Return from how many of a hundred to how many, each with its year."""
    before, now = row.found.before, row.found.now
    since, year = row.years
    if now is None:
        return t("nog geen cijfer")
    if before is None:
        return t("{now} in {year}", now=_hundred(now, t), year=year)
    return t(
        "van {before} in {since} naar {now} in {year}",
        before=_hundred(before, t, beside=now),
        since=since,
        now=_hundred(now, t, beside=before).removesuffix(_of_hundred(t)),
        year=year,
    )


def _hundred(figure: Figure, t: Texts, beside: Figure | None = None) -> str:
    """Return a share as people say it: so many of a hundred, or percent when that is few."""
    if min(f.high or 0.0 for f in (figure, beside) if f) < SMALL:
        return words.amount(figure, t)
    return words.hundred(figure.low or 0.0, figure.high or 0.0, t) + _of_hundred(t)


def _of_hundred(t: Texts) -> str:
    return t("{amount} van de 100", amount="")


def _side_by_side(named: Sequence[tuple[str, Figure | None]], t: Texts) -> str:
    """Return the figures of one year of several parts; "of a hundred" is said once."""
    known = [(label, figure) for label, figure in named if figure and figure.numbered]
    if not known:
        return ""
    figures = [figure for _, figure in known]
    least = min(figures, key=lambda f: f.high or 0.0)
    said = [f"{label} {_hundred(f, t, beside=least)}" for label, f in known]
    said = [*(one.removesuffix(_of_hundred(t)) for one in said[:-1]), said[-1]]
    moments = list(dict.fromkeys(sentences.moment(f, t) for f in figures))
    listed = words.listed(said, t)
    return t("{list} ({moment}).", list=capital(listed), moment=words.listed(moments, t))


def _beside(writer: PageWriter, rows: Sequence[JudgedStage]) -> list[str]:
    """Return the country in the same years."""
    t = writer.t
    said = [
        " ".join(
            filter(
                None,
                (
                    t(row.stage.label) if len(rows) > 1 else "",
                    f"{words.plain_amount(row.country[0], t)} →" if row.country[0] else "",
                    words.amount(row.country[1], t),
                ),
            )
        )
        for row in rows
        if row.country[1]
    ]
    if not said:
        return []
    country = words.place_name(writer.country, t)
    return [t("{country} in dezelfde jaren: {list}.", country=country, list=", ".join(said))]


def _elsewhere(writer: PageWriter, topic: Topic) -> list[str]:
    """Return who is counted besides the region's own youth."""
    place_of = registry.indicators()[topic.indicator].place_of
    if not first_screen.WHO_ELSE[place_of]:
        return []
    t = writer.t
    group = t(words.GROUPS[place_of], region=writer.region_name)
    return [t("{group}: {who}.", group=group, who=t(first_screen.WHO_ELSE[place_of]))]


def _plain(writer: PageWriter, topic: Topic, asked: str) -> Opening:
    """Return the opening of what no goal is judged by: the newest figure, since when."""
    t, index = writer.t, writer.index
    indicator = registry.indicators()[topic.indicator]
    newest = index.latest(topic, writer.region)
    apart = [
        (words.part_name("school_type", s, t), index.known(topic, writer.region, school_type=s))
        for s in indicator.separate
    ]
    known = [(label, figures) for label, figures in apart if figures]
    shares = indicator.measure == "share" and known and not indicator.verb_many
    if newest is None and not shares:
        code = indicator.reason or next(
            (f.reason for f in index.get(topic, writer.region)), "source_not_read"
        )
        why = t("Hier is nog geen cijfer: {reason}.", reason=words.reason(code, t))
        return Opening(asked, "", (why,), (), t(indicator.need))
    if shares:  # school types may differ, so they are never told as one
        period, latest = parts.newest(known)
        answer = _side_by_side(latest, t)
        every = [f for _, figures in known for f in figures]
        newest = next(f for f in every if f.period == period)
    else:
        every = index.known(topic, writer.region)
        answer = sentences.sentence(every[-1], writer.region_name, t)
    newest = newest or every[-1]
    said = [*_elsewhere(writer, topic), _since(every, t)]
    return Opening(asked, "", (answer,), (_year(indicator, newest, t),), " ".join(said))


def _year(indicator: models.Indicator, newest: Figure, t: Texts) -> ComparedYears:
    """Return the year of the newest figure, with nothing to compare it with."""
    now = sentences.short_period(newest.period, sentences.stage_of(newest))
    group = t(first_screen.SHORT_GROUPS[indicator.place_of])
    return ComparedYears(group, now, "", first_screen.ended(newest))


def _since(figures: Sequence[Figure], t: Texts) -> str:
    """Return in which year the figures begin."""
    periods = sorted({f.period for f in figures})
    if len(periods) < 2:
        return t("Er is één jaar bekend, dus een verandering is niet te zien.")
    stage = sentences.stage_of(figures[0])
    return t("De cijfers beginnen in {year}.", year=sentences.short_period(periods[0], stage))


def together(
    writer: PageWriter, topic: Topic, rows: Sequence[JudgedStage]
) -> verdicts.ChangeVerdict | None:
    """Return the change of the school types that are also counted together, judged or not.

    Its outcome may be said only when those of its parts are the same; None without such parts,
    and when they are compared with different years.
    """
    indicator = registry.indicators()[topic.indicator]
    mine = [row for row in rows if row.stage.school_type in indicator.school_types]
    since = {row.stage.since for row in mine}
    if len(mine) < 2 or len(mine) < len(indicator.school_types) or len(since) > 1:
        return None
    figures = writer.index.get(topic, writer.region)
    return verdicts.verdict(figures, since.pop(), mine[0].rule)
