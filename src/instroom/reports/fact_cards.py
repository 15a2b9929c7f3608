"""The fact card of a page: its finding, then and now, from what is stored and nothing else.

The sentence is the page's own, never one made anew: a card says nothing that its page does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from instroom.core.texts import Texts, capital
from instroom.definitions import models, registry
from instroom.drawing.cards import CardLine, CardRow, FactCard
from instroom.reports import words
from instroom.reports.days import date_words
from instroom.reports.documents import parts
from instroom.reports.figure_index import Topic
from instroom.reports.reader_files import indicator_of, stage_definition
from instroom.reports.stored_rows import StoredFigureRow
from instroom.reports.years_together import own_years, years_together

#: Kinds of pages with a card: the first page, an indicator, a municipality, board or school.
_KINDS = ("home", "indicator", "place")
_MARKS = {"behind": "▼ ", "ahead": "▲ "}
_SHAPES = {"up": "▲", "down": "▼", "up_open": "△", "down_open": "▽", "even": "●", "open": "○"}
_MOST_LINES, _MOST_ROWS = 6, 2


@dataclass(frozen=True, slots=True)
class CardOrigin:
    """Where a card comes from: address of its page with the release, and when it was computed."""

    address: str
    computed: str


def headline_block(key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the block of a page that its card is of; None when the page has no card.

    It is the first one that rests on a figure.
    """
    kind = key.partition("/")[0] or "home"
    if kind not in _KINDS:
        return None
    for block in body.get("blocks", ()):
        method = block.get("method") or {}
        if block.get("kind") == "figure" and (method.get("figure") or method.get("parts")):
            return dict(block)
    return None


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a page that its card takes over: what it is about, the finding, the rest."""

    above: str
    sentence: str
    aside: tuple[str, ...]


def _said(body: Mapping[str, Any], block: Mapping[str, Any]) -> _Said:
    """Return the answer of a page that gives one; else the sentence of its figure."""
    opening, head = body.get("opening"), body.get("head")
    if head:
        return _Said(str(body["title"]), str(head["answer"]), tuple(head["details"]))
    if not opening:
        return _Said(str(block["heading"]), str(block["sentence"]), ())
    answer = tuple(opening["answer"])
    if opening["verdict"] or not answer:
        return _Said("", f"{opening['question']} {opening['verdict']}".strip(), answer)
    return _Said(str(opening["question"]), answer[0], answer[1:])


def finding(key: str, body: Mapping[str, Any]) -> str:
    """Return the finding of a page, as it stands there; empty when the page has no card."""
    block = headline_block(key, body)
    if block is None:
        return ""
    said = _said(body, block)
    if body.get("head"):  # "this school" says nothing without its name
        return f"{said.above}: {said.sentence}"
    return f"{said.above} {said.sentence}".strip() if body.get("opening") else said.sentence


def _verdict_rows(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        row
        for block in body.get("blocks", ())
        if block.get("kind") == "verdicts"
        for group in block["groups"]
        for row in group["rows"]
    ]


def beside(body: Mapping[str, Any]) -> str:
    """Return the code of the country that stands beside the figures of a page; empty for none."""
    for region in registry.regions().values():
        if region.title == body.get("region") and not region.example:
            return region.country
    return ""


def card_of(
    key: str,
    body: Mapping[str, Any],
    figures: Iterable[StoredFigureRow],
    origin: CardOrigin,
    language: str,
) -> FactCard | None:
    """Return the card of a stored page; None when it has none.

    Parameters
    ----------
    key, body
        The page as it is stored.
    figures
        The stored figures of the headline's indicator, of its place and of the country, in the
        order of time; others are left out.
    """
    t, block = Texts(language), headline_block(key, body)
    if block is None:
        return None
    said, method, series = _said(body, block), block["method"], list(figures)
    now = next((f for f in series if f["id"] == method.get("figure")), None)
    then = _then(now, series) if now else None
    pair = [figure for figure in (then, now) if figure]
    lines, aside, rows = _verdict_lines(body), list(said.aside), list[CardRow]()
    if lines:
        aside, method = [*_years(body, t), *aside], {"sources": _all_sources(body)}
    elif own := _own_rows(body, series, t):
        rows = own
    elif pair:
        rows = [_row(figure, pair, block, t) for figure in pair]
        aside += _beside_words(pair, series, block, body, t)
    elif lines := _part_lines(block, series, beside(body), t):
        topic = _topic(series[-1])
        aside += [parts.aside(topic, t) if topic else ""]
    else:
        aside += [str(block["sentence"])] if said.sentence != block["sentence"] else []
        aside += _sentences(str(block["detail"]))
    country = beside(body)
    return FactCard(
        said.above,
        said.sentence,
        tuple(rows),
        lines,
        tuple(sentence for sentence in aside if sentence),
        _source_words(method, origin, t),
        origin.address.partition("://")[2] or origin.address,
        str(body["region"]),
        words.place_name(country, t) if country else "",
        t("verzonnen voorbeeld") if body.get("example") else "",
    )


def _verdict_lines(body: Mapping[str, Any]) -> tuple[CardLine, ...]:
    """Return the verdicts of a page, then and now, with the country beside them."""
    found = []
    for row in _verdict_rows(body):
        then, now = (((s["low"], s["high"]) if s else None) for s in row["spans"][:2])
        amounts = " → ".join(filter(None, (row["before"], row["now"])))
        mark = f"{_SHAPES.get(row['mark']['shape'], '')} {row['mark']['text']}".strip()
        line = CardLine(
            row["label"], mark, amounts, then, now, row["national"], row["mark"]["colour"]
        )
        found.append(line)
    return tuple(found)


def _years(body: Mapping[str, Any], t: Texts) -> list[str]:
    """Return which years stand beside each other on a page."""
    return [
        t("{group}: {now} naast {since}.", group=y["group"], now=y["now"], since=y["since"])
        for y in (body.get("opening") or {}).get("years", ())
    ]


def _part_lines(
    block: Mapping[str, Any], series: Sequence[StoredFigureRow], country: str, t: Texts
) -> tuple[CardLine, ...]:
    """Return the parts of a headline then and now, such as school types that are judged apart.

    Years that were taken together are no parts.
    """
    known = {figure["id"]: figure for figure in series}
    ids = [(p["text"], p["figure"]) for p in block["method"].get("parts", ())]
    now = [(text, known[name]) for text, name in ids if name in known]
    if len({figure["period"] for _, figure in now}) != 1 or len(now) > _MOST_LINES:
        return ()
    found = []
    for text, figure in now:
        then = _then(figure, series)
        pair = [one for one in (then, figure) if one]
        there = [other for one in pair if (other := _of_place(series, one, country))]
        found.append(
            CardLine(
                text.partition(":")[0],
                " → ".join(one["period"] for one in pair),
                _amounts(pair, t),
                _span(then) if then else None,
                _span(figure),
                _amounts(there, t) if len(there) == len(pair) else "",
            )
        )
    return tuple(found)


def _amounts(pair: Sequence[StoredFigureRow], t: Texts) -> str:
    """Return numbers over time, the percent sign once."""
    *before, last = (_amount(one, t) for one in pair)
    return " → ".join([*(one.removesuffix("%").rstrip() for one in before), last])


def _own_rows(
    body: Mapping[str, Any], series: Sequence[StoredFigureRow], t: Texts
) -> list[CardRow]:
    """Return the figures of the place whose page answers for it, as its first blocks have them.

    Such a block has those of other places too: the first is its own. Years that it takes together
    are taken together here, of its place and of the country.
    """
    if not body.get("head"):
        return []
    known, found = {figure["id"]: figure for figure in series}, list[CardRow]()
    for block in body["blocks"]:
        years = own_years(block.get("method") or {}, known)
        figure = years_together(years)
        if figure is None or len(found) == _MOST_ROWS:
            break
        national = [_of_place(series, year, beside(body)) for year in years]
        there = years_together([one for one in national if one]) if all(national) else None
        row = _row(figure, (figure,), block, t)
        words_there = f"{words.place_name(there['place'], t)} {_amount(there, t)}" if there else ""
        label = " · ".join(filter(None, (str(block["heading"]), words_there)))
        found.append(replace(row, label=label))
    return found


def _span(figure: StoredFigureRow) -> tuple[float, float]:
    return figure["low"] or 0.0, figure["high"] or 0.0


def _all_sources(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the sources of the figures on a page."""
    methods = (block.get("method") or {} for block in body.get("blocks", ()))
    return [source for method in methods for source in method.get("sources", ())]


def _like(figure: StoredFigureRow, other: StoredFigureRow) -> bool:
    """Whether two figures are of one series, wherever they are of."""
    same = ("indicator", "stage", "classification", "by")
    return all(figure[name] == other[name] for name in same)  # type: ignore[literal-required]


def _then(now: StoredFigureRow, series: Sequence[StoredFigureRow]) -> StoredFigureRow | None:
    """Return the figure to compare with: of the goal's own year, else the first one that compares.

    A year before a break in the series does not compare with one after it.
    """
    known = [
        figure
        for figure in series
        if _like(figure, now)
        and figure["place"] == now["place"]
        and figure["low"] is not None
        and _first_year(now) <= figure["period"] < now["period"]
    ]
    goal = _goal_year(now)
    return next((f for f in known if f["period"] == goal), known[0] if known else None)


def _first_year(now: StoredFigureRow) -> str:
    """Return the first period that compares with that of a figure; empty when all do."""
    indicator = indicator_of(now)
    if indicator is None:
        return now["period"]
    return indicator.broken_since(now["by"].get("school_type", ""), now["period"])


def _goal_stages(figure: StoredFigureRow) -> list[models.GoalStage]:
    kind = figure["by"].get("school_type", "")
    return [
        stage
        for goal in registry.kpis().values()
        for stage in goal.stages
        if (stage.indicator, stage.school_type) == (figure["indicator"], kind)
        and stage.stage in ("", figure["stage"] or "")
    ]


def _goal_year(figure: StoredFigureRow) -> str:
    stages = _goal_stages(figure)
    return stages[0].since if len(stages) == 1 else ""


def _row(
    figure: StoredFigureRow,
    pair: Sequence[StoredFigureRow],
    block: Mapping[str, Any],
    t: Texts,
) -> CardRow:
    low, high = figure["low"] or 0.0, figure["high"] or 0.0
    counted = figure["denominator"] is None
    most = max((other["high"] or 0.0 for other in pair), default=0.0) or 1.0
    scale = most if counted else 1.0
    # the verdict is on the goal's own year: beside another one its colour would say too much
    judged = len(pair) == 2 and pair[0]["period"] == _goal_year(figure)
    colour = block["chip_kind"] if figure is pair[-1] and judged else ""
    colour = colour if colour in _MARKS else ""
    return CardRow(
        _moment(figure, t),
        _MARKS.get(colour, "") + _amount(figure, t),
        low / scale,
        high / scale,
        colour,
        counted,
    )


def _moment(figure: StoredFigureRow, t: Texts) -> str:
    stage = stage_definition(figure)
    exam = stage is not None and stage.counted == "school_year"
    text = words.period_words(figure["period"], "exam" if exam else "october", t)
    return capital(text)


def _amount(figure: StoredFigureRow, t: Texts) -> str:
    low, high = figure["low"] or 0.0, figure["high"]
    return t.number(low, high) if figure["denominator"] is None else t.percent(low, high)


def _beside_words(
    pair: Sequence[StoredFigureRow],
    series: Sequence[StoredFigureRow],
    block: Mapping[str, Any],
    body: Mapping[str, Any],
    t: Texts,
) -> list[str]:
    """Return the verdict as the page has it, the country, and who is counted where."""
    chip, country = "" if body.get("opening") else str(block["chip"]), beside(body)
    said = [f"{capital(chip)}." if chip else ""]
    national = [_of_place(series, figure, country) for figure in pair]
    then, now = national[0], national[-1]
    values = {"country": words.place_name(country, t) if country else ""}
    if now and then and len(pair) == 2:
        then_words, now_words = _amount(then, t), _amount(now, t)
        said.append(
            t("{country}: van {then} naar {now}.", then=then_words, now=now_words, **values)
        )
    elif now:
        said.append(t("{country}: {now}.", now=_amount(now, t), **values))
    topic = _topic(pair[-1])
    return [*said, parts.aside(topic, t) if topic else ""]


def _topic(figure: StoredFigureRow) -> Topic | None:
    """Return what a figure is about; None when this version has no such indicator any more."""
    known = indicator_of(figure) is not None
    topic = Topic(figure["indicator"], figure["stage"], figure["classification"])
    return topic if known else None


def _sentences(text: str) -> list[str]:
    """Break a paragraph after its sentences."""
    return [f"{one.rstrip('.')}." for one in text.split(". ") if one]


def _of_place(
    series: Sequence[StoredFigureRow], figure: StoredFigureRow, place: str
) -> StoredFigureRow | None:
    if not place or figure["place"] == place:
        return None
    return next(
        (
            other
            for other in series
            if other["place"] == place
            and other["period"] == figure["period"]
            and other["low"] is not None
            and _like(other, figure)
        ),
        None,
    )


def _source_words(method: Mapping[str, Any], origin: CardOrigin, t: Texts) -> str:
    publishers = list(dict.fromkeys(source["publisher"] for source in method.get("sources", ())))
    said = [t("Bron: {list}.", list=words.listed(publishers, t))] if publishers else []
    if origin.computed:
        said.append(t("Bijgewerkt op {date}.", date=date_words(origin.computed, t)))
    return " ".join(said)
