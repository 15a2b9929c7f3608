"""The page of claims: what the programme says, and beside it what we find."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from instroom.core import periods
from instroom.core.series import Figure
from instroom.core.texts import SOURCE_LANGUAGE, Texts, capital
from instroom.definitions import models, registry
from instroom.drawing.bars import PlainBar
from instroom.reports import sentences, words
from instroom.reports.blocks import (
    Block,
    ClaimBlock,
    ClaimRow,
    Document,
    Opening,
    PageLink,
    Picture,
    TextBlock,
)
from instroom.reports.documents import parts
from instroom.reports.documents.claim_findings import (
    FoundClaim,
    Group,
    HeldSeries,
    answer,
    found_claim,
    topic_of,
)
from instroom.reports.documents.parts import PageWriter
from instroom.reports.figure_index import Topic

EVIDENCE = {"strong": "sterk", "moderate": "redelijk", "weak": "zwak", "none": "geen"}


def claims_page(writer: PageWriter) -> Document:
    """Return every claim of the outline beside what we found, those that were recomputed first."""
    t = writer.t
    order: tuple[Group, ...] = ("recomputed", "not_recomputable", "open")
    found = [found_claim(writer, claim) for claim in registry.claims().values()]
    found.sort(key=lambda one: (order.index(one.group), one.claim.number))
    blocks: list[Block] = [_counts(found, t)]
    blocks += [_block(writer, one) for one in found]
    return Document(
        "claims",
        t.language,
        t("Klopt wat het programma zegt?"),
        "opgave",
        "",
        tuple(blocks),
        writer.region_name,
        writer.index.results.example,
        opening=Opening(
            t("Klopt wat het programma zegt?"),
            "",
            (answer(found, t),),
            (),
            t(
                "Het programma doet {n} uitspraken met een cijfer of een onderzoek. U leest wat er letterlijk staat, "
                "en daarnaast wat open cijfers zeggen. Alles is voorlopig tot iemand met naam het bevestigt.",
                n=len(found),
            ),
        ),
    )


def _counts(found: Sequence[FoundClaim], t: Texts) -> TextBlock:
    """Return how many there are of each kind, each with a link to the first."""
    names: dict[Group, str] = {
        "recomputed": t("Nagerekend"),
        "not_recomputable": t("Niet na te rekenen, met de reden"),
        "open": t("Nog niet bekeken"),
    }
    links = []
    for group, name in names.items():
        mine = [one.claim.id for one in found if one.group == group]
        text = t("{name}: {n}", name=name, n=len(mine))
        links.append(PageLink(text, f"#{mine[0]}" if mine else ""))
    return TextBlock("telling", "", (), tuple(links), style="counts")


def _block(writer: PageWriter, one: FoundClaim) -> ClaimBlock:
    t, claim = writer.t, one.claim
    chip, kind, status = _status(claim, t)
    block = ClaimBlock(
        claim.id,
        claim.number,
        t(claim.title),
        claim.quote,
        t(claim.seed),
        "" if t.language == SOURCE_LANGUAGE else t("Aangehaald in het Nederlands."),
        one.sentence,
        (t(claim.found),) if claim.found else (),
        tuple(_row(writer, row) for row in one.series),
        links=tuple(_links(one, t)),
        facts=tuple(_facts(one, t)),
        chip=chip,
        chip_kind=kind,
        status=status,
    )
    if claim.facts:
        return _with_facts(writer, block, claim.facts)
    return _with_figures(writer, block, claim.picture) if claim.picture else block


def _status(claim: models.Claim, t: Texts) -> tuple[str, str, str]:
    if claim.confirmed_by and claim.confirmed_on:
        day = words.day(claim.confirmed_on, t)
        who = t("Bevestigd door {who} op {day}.", who=claim.confirmed_by, day=day)
        return t("bevestigd"), "approved", who
    if claim.checked is None:
        return t("nog niet bekeken"), "open", ""
    day = words.day(claim.checked, t)
    said = t("Nog niet bevestigd. Nagekeken op {day}.", day=day)
    return t("voorlopig"), "open", said


def _row(writer: PageWriter, row: HeldSeries) -> ClaimRow:
    t, counted = writer.t, parts.stage_of(row.topic)
    number = row.series.counts == "number"

    def amount(figure: Figure | None, *, plain: bool) -> str:
        if number and figure and figure.numerator:
            return t.number(figure.numerator.low, figure.numerator.high)
        if figure is None:
            return t("geen cijfer")
        return words.plain_amount(figure, t) if plain else words.amount(figure, t)

    since = sentences.short_period(row.series.since, counted)
    newest = sentences.short_period(row.now.period, counted) if row.now else ""
    return ClaimRow(
        t(row.series.label),
        t("aantal") if number else t("aandeel"),
        amount(row.before, plain=row.now is not None),
        amount(row.now, plain=False),
        " → ".join(filter(None, (since, newest))),
        row.mark,
        "" if number else _country(writer, row),
        row.now.id if row.now else "",
    )


def _country(writer: PageWriter, row: HeldSeries) -> str:
    """Return the country's share in the same two years, as far as it is known."""
    if writer.country not in writer.beside or not (row.before and row.now):
        return ""
    by = {"school_type": row.series.school_type} if row.series.school_type else {}
    known = writer.index.known(row.topic, writer.country, **by)
    before, now = (parts.same_year(known, f.period) for f in (row.before, row.now))
    if now is None:
        return ""
    t = writer.t
    return f"{words.plain_amount(before, t)} → {words.amount(now, t)}"


def _links(one: FoundClaim, t: Texts) -> Iterator[PageLink]:
    topics = dict.fromkeys(series.topic for series in one.series)
    if one.claim.picture:
        topics = dict.fromkeys([topic_of(one.claim.picture), *topics])
    named = {topic.indicator for topic in topics}
    for topic in topics:
        yield PageLink(t(registry.indicators()[topic.indicator].title), parts.key_of(topic))
    for name in one.claim.indicators:
        if name not in named:
            yield PageLink(t(registry.indicators()[name].title), f"indicator/{name}")


def _facts(one: FoundClaim, t: Texts) -> Iterator[tuple[str, str]]:
    claim = one.claim
    if claim.checked:
        yield t("Kracht van het bewijs"), t(EVIDENCE[claim.evidence])
    for share in claim.facts.shares if claim.facts else ():
        counts = t("{part} van {whole}", part=t.number(share.part), whole=t.number(share.whole))
        yield capital(t(share.label)), counts
    for source in claim.sources:
        if source not in claim.cited:
            yield t("Bron"), source
    for text in claim.cited:
        yield t("Bron"), t(text)


def _with_facts(writer: PageWriter, block: ClaimBlock, facts: models.ClaimFacts) -> ClaimBlock:
    """Add the bars of another's counts, and whose they are."""
    t = writer.t
    bars = []
    for share in facts.shares:
        size = share.part / share.whole
        bars.append(PlainBar(capital(t(share.label)), t.percent(size), size, size, share.own))
    publisher = words.publisher(facts.publisher)
    whose = t(
        "Tellingen van {publisher}, niet door ons geteld; nagekeken op {day}.",
        publisher=publisher,
        day=words.day(facts.checked, t),
    )
    return replace(
        block,
        picture=_bars(writer, block.anchor, bars, t(facts.what)),
        caption=" ".join(filter(None, (f"{t(facts.what)}.", whose, t(facts.note)))),
        links=(PageLink(t("De tabel bij {publisher}", publisher=publisher), facts.page),),
    )


def _with_figures(writer: PageWriter, block: ClaimBlock, spec: models.ClaimPicture) -> ClaimBlock:
    """Add the bars of our own figures in the years named and the newest one."""
    t, topic = writer.t, topic_of(spec)
    by = {"school_type": spec.school_type} if spec.school_type else {}
    known = writer.index.known(topic, writer.region, **by)
    figures = {f.period: f for f in known if f.numerator is not None}
    if not figures:
        absent = t("Het cijfer dat hierbij hoort, staat niet in deze uitgave.")
        return replace(block, caption=absent)
    years = sorted({*spec.years, max(figures, key=periods.parse)}, key=periods.parse)
    shown = [figures[year] for year in years if year in figures]
    bars = [_bar(topic, year, figures.get(year), t) for year in years]
    return replace(
        block,
        picture=_bars(writer, block.anchor, bars, t(spec.caption)),
        caption=_caption(writer, spec, topic, shown),
    )


def _caption(
    writer: PageWriter, spec: models.ClaimPicture, topic: Topic, shown: Sequence[Figure]
) -> str:
    """Return who is counted where and how, what pale means, and who publishes it."""
    t, indicator = writer.t, registry.indicators()[topic.indicator]
    place_of = t(words.PLACE_OF[indicator.place_of])
    how = (writer.region_name, place_of, parts.kind_words(topic, t))
    said = [f"{t(spec.caption)}.", ", ".join(filter(None, how)) + "."]
    if any(not f.numerator.exact for f in shown if f.numerator):
        said.append(t("Licht: het aantal ligt hiertussen."))
    shas = dict.fromkeys(sha for f in shown for sha in f.sources)
    of = dict.fromkeys(note.publisher for note in parts.sources(writer, tuple(shas)))
    said += [t("Bron: {publishers}.", publishers=words.listed(list(of), t))] if of else []
    return " ".join(said)


def _bar(topic: Topic, year: str, figure: Figure | None, t: Texts) -> PlainBar:
    label = sentences.short_period(year, parts.stage_of(topic))
    count = figure.numerator if figure else None
    if count is None:
        return PlainBar(label, t("geen cijfer"))
    return PlainBar(label, t.number(count.low, count.high), count.low, count.high)


def _bars(writer: PageWriter, anchor: str, bars: Sequence[PlainBar], title: str) -> Picture:
    said = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    return writer.pictures.picture("plain_bars", f"claim-{anchor}", tuple(bars), title, f"{said}.")
