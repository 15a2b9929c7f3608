"""A municipality's, board's or school's page: its figures beside region and country, no ranking."""

from collections.abc import Sequence

from instroom.core.quantities import Count, Share, total
from instroom.core.series import Figure
from instroom.definitions import registry
from instroom.reports import sentences
from instroom.reports.blocks import (
    Block,
    Cell,
    Document,
    Entry,
    EntryList,
    FigureBlock,
    Link,
    Table,
    TextBlock,
)
from instroom.reports.documents import parts
from instroom.reports.documents.indicator import headline
from instroom.reports.documents.parts import Desk
from instroom.reports.documents.splits import apart
from instroom.reports.results import PlaceInfo
from instroom.reports.shelf import Topic
from instroom.stats import intervals

FEW = 50
POOLED_YEARS = 3


def place_page(desk: Desk, info: PlaceInfo) -> Document:
    """Return the page of one place with every indicator that has figures for it."""
    t = desk.t
    blocks: list[Block] = []
    for indicator in sorted(registry.indicators().values(), key=lambda i: i.order):
        for topic in parts.topics(indicator):
            if topic.classification not in (None, indicator.default_classification):
                continue
            if desk.shelf.latest(topic, info.code):
                blocks.append(_figure_block(desk, topic, info))
    if not blocks:
        blocks.append(
            TextBlock(
                "leeg",
                t("Nog geen cijfers"),
                (t("Voor deze plaats staan geen scholen in de ingelezen bestanden."),),
                (Link(t("Alle plaatsen"), "places"),),
            )
        )
    blocks.append(_around(desk, info))
    name = desk.name(info.code)
    return Document(
        f"place/{info.code}",
        t.language,
        name,
        "opgave",
        _lead(desk, info),
        tuple(blocks),
        desk.region_name,
        desk.shelf.results.example,
        (Link(t("Scholen, besturen en gemeenten"), "places"),),
    )


def _lead(desk: Desk, info: PlaceInfo) -> str:
    t = desk.t
    where = desk.name(info.municipality) if info.municipality else desk.region_name
    texts = {
        "municipality": t(
            "Gemeente in {region}. Geteld zijn de scholen die hier staan.", region=desk.region_name
        ),
        "board": t(
            "Schoolbestuur met scholen in {where}. Het nieuwste adresbestand bepaalt welke scholen erbij horen.",
            where=where,
        ),
        "school_vo": t("School voor voortgezet onderwijs in {where}.", where=where),
        "school_po": t("Basisschool of speciale school in {where}.", where=where),
    }
    return texts.get(info.kind, "")


def _figure_block(desk: Desk, topic: Topic, info: PlaceInfo) -> FigureBlock:
    """Return the headline of a place; few candidates: three years pooled, with an interval."""
    known = [f for f in desk.shelf.known(topic, info.code) if f.denominator]
    if known and (known[-1].n or 0) < FEW:
        return _pooled(desk, topic, info, known[-POOLED_YEARS:])
    if info.kind == "school_po":
        return _plain(desk, topic, info)
    return headline(desk, topic, info.code, full=False)


def _plain(desk: Desk, topic: Topic, info: PlaceInfo) -> FigureBlock:
    t, figures = desk.t, desk.shelf.get(topic, info.code)
    newest = desk.shelf.latest(topic, info.code)
    assert newest is not None  # noqa: S101  the caller has seen it
    sentence = sentences.sentence(newest, desk.name(info.code), t)
    return FigureBlock(
        topic.indicator,
        parts.heading_of(topic, t),
        sentence,
        parts.aside(topic, t),
        tables=(
            parts.years_table(desk, parts.heading_of(topic, t), [(desk.name(info.code), figures)]),
        ),
        method=parts.method(desk, topic, newest),
        downloads=parts.downloads(topic, info.code, None),
        more=(Link(t("Meer over dit cijfer"), parts.key_of(topic)),),
    )


def _pooled(desk: Desk, topic: Topic, info: PlaceInfo, years: Sequence[Figure]) -> FigureBlock:
    t, heading = desk.t, parts.heading_of(topic, desk.t)
    part = total(f.numerator for f in years if f.numerator)
    whole = total(f.denominator for f in years if f.denominator)
    rest = Count(whole.low - part.low, whole.high - part.high)
    share = Share.of(part, rest)
    low = intervals.wilson(part.low, part.low + rest.high).low
    high = intervals.wilson(part.high, part.high + rest.low).high
    span = t("{first} tot en met {last}", first=years[0].period, last=years[-1].period)
    sentence = t(
        "{place}, {span} samen: {share} technisch.",
        place=desk.name(info.code),
        span=span,
        share=t.percent(share.low, share.high),
    )
    detail = t(
        "Hier zijn minder dan {few} leerlingen per jaar, dus de jaren zijn samengenomen. "
        "Door toeval kan het ook {interval} zijn (95 %-interval). {aside}",
        few=FEW,
        interval=t.percent(low, high),
        aside=" ".join(x for x in (apart(desk, topic, info.code), parts.aside(topic, t)) if x),
    )
    row = (
        Cell(span),
        Cell(
            t.percent(share.low, share.high), "bounded" if not share.exact else "ok", numeric=True
        ),
        Cell(t.percent(low, high), numeric=True),
        Cell(
            t(
                "{part} van {whole}",
                part=t.number(part.low, part.high),
                whole=t.number(whole.low, whole.high),
            ),
            numeric=True,
        ),
    )
    columns = (t("Periode"), t("Aandeel"), t("95 %-interval"), t("Aantal"))
    return FigureBlock(
        f"{topic.indicator}-{topic.stage or 'alle'}",
        heading,
        sentence,
        detail,
        tables=(Table(heading, columns, (row,)),),
        method=parts.method(desk, topic, years[-1]),
        more=(Link(t("Meer over dit cijfer"), parts.key_of(topic)),),
    )


def _around(desk: Desk, info: PlaceInfo) -> EntryList:
    """Return the schools and boards that belong to a place, in the order of their names."""
    t, places = desk.t, desk.shelf.results.places
    if info.kind == "municipality":
        near = [p for p in places.values() if p.municipality == info.code and p.kind != "board"]
    elif info.kind == "board":
        near = [p for p in places.values() if p.board == info.code]
    else:
        near = [places[c] for c in (info.municipality, info.board) if c in places]
    entries = tuple(
        Entry(p.code, desk.name(p.code), links=(Link(desk.name(p.code), f"place/{p.code}"),))
        for p in sorted(near, key=lambda p: desk.name(p.code))
    )
    return EntryList("verwant", t("Hoort hierbij"), entries, "", "terms")


def places_page(desk: Desk) -> Document:
    """Return the list of all places with a page, by kind and name."""
    t, places = desk.t, desk.shelf.results.places
    groups = (
        ("municipality", t("Gemeenten")),
        ("board", t("Schoolbesturen")),
        ("school_vo", t("Scholen voor voortgezet onderwijs")),
        ("school_po", t("Basisscholen en speciale scholen")),
    )
    blocks = []
    for kind, heading in groups:
        mine = sorted(
            (p for p in places.values() if p.kind == kind), key=lambda p: desk.name(p.code)
        )
        entries = tuple(
            Entry(
                p.code,
                desk.name(p.code),
                (desk.name(p.municipality),) if p.municipality and kind != "municipality" else (),
                links=(Link(desk.name(p.code), f"place/{p.code}"),),
            )
            for p in mine
        )
        if entries:
            blocks.append(EntryList(kind, heading, entries, "", "terms"))
    if not blocks:
        empty = t(
            "De kleine verzameling cijfers in dit pakket bevat alleen de hele regio. Lees de bestanden van DUO "
            "in om gemeenten en scholen te zien."
        )
        return _list_page(
            desk,
            (
                TextBlock(
                    "leeg", t("Nog geen plaatsen"), (empty,), (Link(t("Zo rekenen wij"), "method"),)
                ),
            ),
        )
    return _list_page(desk, tuple(blocks))


def _list_page(desk: Desk, blocks: tuple[Block, ...]) -> Document:
    t = desk.t
    return Document(
        "places",
        t.language,
        t("Scholen, besturen en gemeenten"),
        "opgave",
        t(
            "Op volgorde van naam. Er is geen ranglijst: een aandeel zegt iets over keuzes, niet over hoe goed een school is."
        ),
        blocks,
        desk.region_name,
        desk.shelf.results.example,
    )
