"""A municipality's, board's or school's page: its figures beside region and country, no ranking."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from instroom.core.series import Figure
from instroom.core.texts import Texts, inside
from instroom.definitions import registry
from instroom.monitoring import beside, verdicts
from instroom.reports import sentences, words
from instroom.reports.blocks import (
    Block,
    Document,
    FigureBlock,
    PageLink,
    PageTable,
    TableCell,
    TextBlock,
)
from instroom.reports.documents import parts
from instroom.reports.documents.alike import type_of, withheld
from instroom.reports.documents.board import board_lead
from instroom.reports.documents.history import last_seen, last_seen_words, taken_over_words
from instroom.reports.documents.indicator import headline
from instroom.reports.documents.parts import PageWriter
from instroom.reports.documents.school import school_blocks, school_head, without_number
from instroom.reports.documents.school_compared import (
    FEW,
    POOLED_YEARS,
    SchoolCompared,
    school_compared,
    years_words,
)
from instroom.reports.documents.since import since_words
from instroom.reports.documents.splits import apart, with_split
from instroom.reports.figure_index import Topic
from instroom.reports.results import PlaceInfo


def place_page(writer: PageWriter, info: PlaceInfo) -> Document:
    """Return the page of one place with every indicator that has figures for it."""
    t, school = writer.t, school_compared(writer, info)
    blocks: list[Block] = school_blocks(writer, school) if school else []
    blocks += _figures(writer, info, school)
    if not blocks:
        blocks.append(_empty(writer, info))
    blocks += [block for block in (_around(writer, info),) if block]
    head = school_head(writer, school) if school else None
    return Document(
        f"place/{info.code}",
        t.language,
        writer.name(info.code),
        "monitoring",
        head.answer if head else _lead(writer, info),
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
        _trail(writer, info),
        head=head,
    )


def _empty(writer: PageWriter, info: PlaceInfo) -> TextBlock:
    """Return why a page has no figures: they may not be shown, or there are none."""
    t, known = writer.t, writer.index.results.facts.get(info.code)
    links = (PageLink(t("Alle plaatsen"), "places"),)
    hidden = [
        figure
        for indicator in registry.indicators().values()
        for topic in parts.topics(indicator)
        for figure in (
            *writer.index.get(topic, info.code),
            *(f for n in indicator.separate
              for f in writer.index.get(topic, info.code, school_type=n)),
        )
        if withheld(figure)
    ]  # fmt: skip
    if hidden:
        reasons = dict.fromkeys(words.reason(figure.reason, t) for figure in hidden)
        why = t(
            "Van {place} zijn er cijfers, maar geen ervan mag hier staan ({reasons}).",
            place=writer.name(info.code),
            reasons="; ".join(reasons),
        )
        return TextBlock("leeg", t("Cijfers die hier niet staan"), (why,), links)
    if info.kind == "municipality" and known and known.schools == 0:
        why = t("Voor deze plaats staan geen scholen in de ingelezen bestanden.")
    else:
        why = t(
            "In de ingelezen bestanden staat geen cijfer van {place}.", place=writer.name(info.code)
        )
    return TextBlock("leeg", t("Nog geen cijfers"), (why,), links)


def _figures(
    writer: PageWriter, info: PlaceInfo, school: SchoolCompared | None
) -> Iterator[FigureBlock]:
    """Yield a block per indicator with figures here, but for what the page began with."""
    for indicator in sorted(registry.indicators().values(), key=lambda i: i.order):
        for topic in parts.topics(indicator):
            if topic.classification not in (None, indicator.default_classification):
                continue
            if school and topic == school.topic:
                untold = [type_of(figure) for figure in school.found.own.unknown]
                yield from _types_apart(writer, topic, info, untold)
                continue
            if writer.index.latest(topic, info.code):
                yield _figure_block(writer, topic, info)
            apart_here = [n for n in indicator.separate if n not in indicator.school_types]
            yield from _types_apart(writer, topic, info, apart_here)


def _types_apart(
    writer: PageWriter, topic: Topic, info: PlaceInfo, names: Sequence[str]
) -> Iterator[FigureBlock]:
    """Yield a block per school type that is in no sum of types taken together, such as vmbo.

    Only years that compare with the newest: none from before a break when there are later ones.
    """
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    if indicator.measure != "share":
        return
    for name in names:
        every = writer.index.get(topic, info.code, school_type=name)
        known = _to_pool(topic, every, name)
        if not known:
            continue
        newer = [f for f in every if f.period > known[-1].period and withheld(f)]
        later = without_number(newer[-1], t) if newer else ""
        if (known[-1].n or 0) < FEW:
            found = _pooled(writer, topic, info, known[-POOLED_YEARS:], name)
            yield replace(found, detail=" ".join(filter(None, (later, found.detail))))
            continue
        heading = _heading_of_type(writer, topic, name)
        country = writer.country if writer.country in writer.beside else ""
        there = parts.same_year(
            writer.index.known(topic, country, school_type=name), known[-1].period
        )
        said = (
            later,
            t("Nederland: {share}.", share=words.amount(there, t)) if there else "",
            taken_over_words(writer, topic, info.code, known, name),
            parts.aside(topic, t, known[-1]),
        )
        yield FigureBlock(
            "-".join(filter(None, (topic.indicator, topic.stage, name))),
            heading,
            sentences.sentence(known[-1], writer.name(info.code), t),
            " ".join(filter(None, said)),
            tables=(parts.years_table(writer, heading, [("", known)]),),
            method=parts.method(writer, topic, known[-1]),
            downloads=parts.downloads(topic, info.code, None),
            more=(PageLink(t("Meer over dit cijfer"), parts.key_of(topic)),),
        )


def _to_pool(topic: Topic, figures: Sequence[Figure], name: str = "") -> list[Figure]:
    """Return the years with a number of somebody; none from before a break with later ones."""
    known = [f for f in figures if f.numbered and f.denominator and f.denominator.high]
    start = registry.indicators()[topic.indicator].broken_since(name)
    return [f for f in known if f.period >= start] or known


def _heading_of_type(writer: PageWriter, topic: Topic, name: str) -> str:
    """Return the heading of an indicator's block, of one school type if it is of one."""
    t, heading = writer.t, parts.heading_of(topic, writer.t)
    if not name:
        return heading
    return t("{title}, {type}", title=heading, type=words.type_words((name,), t))


def _trail(writer: PageWriter, info: PlaceInfo) -> tuple[PageLink, ...]:
    """Return the way to a place: the index, and for a school its municipality."""
    places = PageLink(writer.t("Scholen, besturen en gemeenten"), "places")
    if info.municipality not in writer.index.results.places or info.kind == "board":
        return (places,)
    return (places, PageLink(writer.name(info.municipality), f"place/{info.municipality}"))


def _lead(writer: PageWriter, info: PlaceInfo) -> str:
    t = writer.t
    seen = last_seen(writer, info)
    gone = last_seen_words(writer, seen) if seen else ""
    if info.kind == "board":
        return " ".join(filter(None, (gone, board_lead(writer, info))))
    where = writer.name(info.municipality) if info.municipality else writer.region_name
    texts = {
        "municipality": t(
            "Gemeente in {region}. Geteld zijn de scholen die hier staan.",
            region=writer.region_name,
        ),
        "school_vo": t("School voor voortgezet onderwijs in {where}.", where=where),
        "school_po": t("Basisschool of speciale school in {where}.", where=where),
    }
    return " ".join(filter(None, (texts.get(info.kind, ""), gone)))


def _figure_block(writer: PageWriter, topic: Topic, info: PlaceInfo) -> FigureBlock:
    """Return the headline of a place; few candidates: three years pooled, with an interval."""
    known = _to_pool(topic, writer.index.get(topic, info.code))
    if known and (known[-1].n or 0) < FEW:
        return _pooled(writer, topic, info, known[-POOLED_YEARS:])
    if info.kind == "school_po" or _nobody(writer, topic, info):
        return _plain(writer, topic, info)
    found = headline(writer, topic, info.code, full=False)
    shown = writer.index.get(topic, info.code)
    compared = since_words(writer, topic, info)
    others = taken_over_words(writer, topic, info.code, shown)
    return replace(
        found,
        detail=" ".join(filter(None, (compared, others, found.detail))),
    )


def _nobody(writer: PageWriter, topic: Topic, info: PlaceInfo) -> tuple[str, Figure] | None:
    """Return since when a file has nobody here, with the figure of that year; None when it has."""
    seen = last_seen(writer, info)
    if seen is None or seen.empty is None or seen.topic != topic:
        return None
    said = last_seen_words(writer, seen)
    return f"{writer.name(info.code)}: {inside(said)}", seen.empty


def _plain(writer: PageWriter, topic: Topic, info: PlaceInfo) -> FigureBlock:
    t, figures = writer.t, writer.index.get(topic, info.code)
    newest = writer.index.latest(topic, info.code)
    assert newest is not None  # noqa: S101  the caller has seen it
    usual = (sentences.sentence(newest, writer.name(info.code), t), newest)
    sentence, figure = _nobody(writer, topic, info) or usual
    others = taken_over_words(writer, topic, info.code, figures)
    return FigureBlock(
        topic.indicator,
        parts.heading_of(topic, t),
        sentence,
        " ".join(filter(None, (others, parts.aside(topic, t, figure)))),
        tables=(parts.years_table(writer, parts.heading_of(topic, t), [("", figures)]),),
        method=parts.method(writer, topic, figure),
        downloads=parts.downloads(topic, info.code, None),
        more=(PageLink(t("Meer over dit cijfer"), parts.key_of(topic)),),
    )


def _why_few(years: Sequence[Figure], t: Texts) -> str:
    """Return why there is an interval; "per year" only when each of these years is small."""
    if len(years) == 1:
        return t("Hier zijn minder dan {few} leerlingen, en één jaar is bekend.", few=FEW)
    if all((figure.n or 0) < FEW for figure in years):
        return t(
            "Hier zijn minder dan {few} leerlingen per jaar, dus de jaren zijn samengenomen.",
            few=FEW,
        )
    return t(
        "In {period} zijn hier minder dan {few} leerlingen, dus de jaren zijn samengenomen.",
        period=years[-1].period,
        few=FEW,
    )


def _pooled(
    writer: PageWriter, topic: Topic, info: PlaceInfo, years: Sequence[Figure], name: str = ""
) -> FigureBlock:
    """Return the block of few pupils: the years taken together, with an interval.

    ``name`` is the school type that the years are of; without it all that are taken together.
    """
    t, heading = writer.t, _heading_of_type(writer, topic, name)
    added = beside.together(years)
    assert added is not None  # noqa: S101  each of these years has a number of somebody
    part, whole, share = added.part, added.whole, added.share
    reach = added.reach(verdicts.fluctuation_of(topic.indicator, name))
    low, high = reach.low, reach.high
    span, newest = years_words(years, t), years[-1]
    together = replace(
        newest, status="ok" if share.exact else "bounded", low=share.low, high=share.high,
        value=share.low if share.exact else None, numerator=part, denominator=whole,
    )  # fmt: skip
    when = span if len(years) > 1 else ""
    sentence = sentences.sentence(together, writer.name(info.code), t, when)
    said = (
        _why_few(years, t),
        t(
            "Door toeval kan het ook {interval} zijn (95 %-interval).",
            interval=t.percent(low, high),
        ),
        taken_over_words(writer, topic, info.code, years, name),
        "" if name else apart(writer, topic, info.code),
        parts.aside(topic, t, newest),
    )
    detail = " ".join(filter(None, said))
    row = (
        TableCell(span),
        TableCell(
            t.percent(share.low, share.high), "bounded" if not share.exact else "ok", numeric=True
        ),
        TableCell(t.percent(low, high), numeric=True),
        TableCell(
            t(
                "{part} van {whole}",
                part=t.number(part.low, part.high),
                whole=t.number(whole.low, whole.high),
            ),
            numeric=True,
        ),
    )
    columns = (t("Periode"), t("Aandeel"), t("95 %-interval"), t("Aantal"))
    method = (
        parts.method(writer, topic, newest)
        if len(years) == 1
        else parts.method_of_several(writer, topic, [(y.period, y) for y in years], span, together)
    )
    return FigureBlock(
        "-".join(filter(None, (topic.indicator, topic.stage or "alle", name))),
        heading,
        sentence,
        detail,
        tables=(PageTable(heading, columns, (row,)),),
        method=method if name else with_split(writer, topic, info.code, method),
        more=(PageLink(t("Meer over dit cijfer"), parts.key_of(topic)),),
    )


def _around(writer: PageWriter, info: PlaceInfo) -> TextBlock | None:
    """Return the schools and boards that belong to a place, in the order of their names.

    None when there are none. Each says what it is and where; only those that are called the same
    then have their code beside it.
    """
    t, places = writer.t, writer.index.results.places
    if info.kind == "municipality":
        near = [p for p in places.values() if p.municipality == info.code and p.kind != "board"]
    elif info.kind == "board":
        near = [p for p in places.values() if p.board == info.code]
    else:
        near = [places[c] for c in (info.municipality, info.board) if c in places]
    if not near:
        return None
    said = {p.code: (writer.name(p.code), _kind_and_town(writer, p)) for p in near}
    alike = Counter(said.values())
    links = tuple(
        PageLink(
            name,
            f"place/{code}",
            note=t("{what} ({code})", what=what, code=code) if alike[name, what] > 1 else what,
        )
        for code, (name, what) in sorted(said.items(), key=lambda item: item[1])
    )
    return TextBlock("verwant", t("Hoort hierbij"), (), links)


def _kind_and_town(writer: PageWriter, info: PlaceInfo) -> str:
    """Return what a place is, the municipality it is in, and that it is in no newest file."""
    t = writer.t
    kind = {
        "municipality": t("gemeente"),
        "board": t("schoolbestuur"),
        "school_vo": t("school voor voortgezet onderwijs"),
        "school_po": t("basisschool of speciale school"),
    }.get(info.kind, "")
    where = writer.name(info.municipality) if info.municipality else ""
    gone = t("zonder leerlingen in het nieuwste bestand") if last_seen(writer, info) else ""
    return ", ".join(filter(None, (kind, where, gone)))
